"""What a workbook says of itself: the version that wrote it, the rules, and the list of what it is computed from."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from taxlots.importers.folders import LIMIT_FILES
from taxlots.reports import origins as o
from taxlots.reports.origins import Origin
from taxlots.reports.sheets import methods
from taxlots.reports.verification.cells import Cell, SheetCells

Sheets = Mapping[str, SheetCells]
_TITLE = re.compile(r"\(taxlots ([0-9][0-9A-Za-z.+]*)\)$")
_PLACE = re.compile(r"([ABC])([0-9]+)")
_MUST_BE_RELATIVE = frozenset({o.FOLDER, o.FILE, o.PRICES, o.RULES})


def version(sheets: Sheets) -> str | None:
    """The version of this program that most sheets name in their title; None where none does."""
    titles = (sheet.cells.get("A1", Cell(None)).value for sheet in sheets.values())
    named = Counter(match[1] for title in titles if isinstance(title, str) and (match := _TITLE.search(title)))
    return named.most_common(1)[0][0] if named else None


def rules_sha256(sheets: Sheets) -> str | None:
    """The hash of the rules, as the sheet Methods has it."""
    rows = _rows(sheets.get(methods.NAME, SheetCells()))
    return next((row.get(1, "").rpartition(" ")[2] for row in rows if row.get(0) == methods.RULES), None)


def listed_origins(sheets: Sheets) -> list[Origin]:
    """What the workbook is computed from. Raises ValueError where it has no such list, or one that can't be used."""
    lists = [listed for sheet in sheets.values() if (listed := o.origins_in(_rows(sheet))) is not None]
    if len(lists) != 1:
        raise ValueError(f"the list {o.ORIGINS_TITLE!r} is in {len(lists)} of its sheets")
    if len(lists[0]) > LIMIT_FILES:
        raise ValueError(f"it names more than {LIMIT_FILES} sources")
    absolute = next((one.name for one in lists[0] if one.use in _MUST_BE_RELATIVE and Path(one.name).anchor), None)
    if absolute is not None:
        raise ValueError(f"it names {absolute!r}, which is no path relative to a folder")
    return lists[0]


def _rows(sheet: SheetCells) -> list[dict[int, str]]:
    """The texts in the first three columns, row by row."""
    rows: dict[int, dict[int, str]] = {}
    for place, cell in sheet.cells.items():
        match = _PLACE.fullmatch(place)
        if match and isinstance(cell.value, str):
            rows.setdefault(int(match[2]), {})[ord(match[1]) - ord("A")] = cell.value
    return [rows[number] for number in sorted(rows)]
