"""The header of an export says the same in capitals, with blanks, with hard spaces, or with empty columns behind it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC

import pytest
from layout_samples import SAMPLES
from taxlots.importers.companions import LAYOUTS as COMPANIONS
from taxlots.importers.detect import Detected, detect
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.readers import Sheet, read_sheets

ALL = (*LAYOUTS, *COMPANIONS)
SPELLINGS: dict[str, Callable[[list[str]], list[str]]] = {
    "in capitals": lambda names: [name.upper() for name in names],
    "in small letters": lambda names: [name.lower() for name in names],
    "with blanks": lambda names: [f"\ufeff {name}\u00a0 " if name else "" for name in names],
    "with hard spaces": lambda names: [name.replace(" ", "\u00a0") for name in names],
    "with empty columns": lambda names: [*names, "", "", ""],
}


def sheets() -> list[Sheet]:
    """Every sample that is a table of text, each sheet of a workbook by itself."""
    return [one for one in read_sheets([SAMPLES]) if isinstance(one, Sheet) and one.file.endswith((".csv", ".xlsx"))]


CASES = [(sheet, found) for sheet in sheets() if (found := detect(sheet, ALL)) and found.layout.id != "ofx"]


def said(found: Detected) -> tuple[list[object], ...]:
    """What the layout makes of a table: everything but what quotes the header."""
    intake = found.layout.read([found.table], UTC)
    return (intake.transactions, sorted(intake.set_aside), sorted(intake.merged), sorted(intake.unusable), intake.balances)


def respelled(sheet: Sheet, found: Detected, spell: Callable[[list[str]], list[str]]) -> Sheet:
    """The sheet with its header spelled anew."""
    place = len(found.table.preamble)
    return replace(sheet, cells=[*sheet.cells[:place], spell(sheet.cells[place]), *sheet.cells[place + 1 :]])


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS.keys())
@pytest.mark.parametrize(("sheet", "found"), CASES, ids=[f"{sheet.file.rpartition('/')[2]}-{found.layout.id}" for sheet, found in CASES])
def test_every_sample_says_the_same_under_another_spelling(sheet: Sheet, found: Detected, spell: Callable[[list[str]], list[str]]) -> None:
    """Detected as the same layout, with the same transactions and fates, row by row."""
    again = detect(respelled(sheet, found, spell), ALL)
    if found.layout.whole and set(again.table.header if again else ()) != set(found.table.header):
        assert again is None  # names so common that their case is what tells the platform
        return
    assert again is not None
    assert again.layout.id == found.layout.id
    assert said(again) == said(found)
