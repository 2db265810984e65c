"""The sample exports of brokers as input of tests: detected among all layouts, compared with their golden ledger."""

import csv
from datetime import UTC, tzinfo
from pathlib import Path

from goldens import _equal, _fates, _ledger, assert_one_fate_each
from taxlots.exact import plain
from taxlots.importers.detect import Layout, detect
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.readers import Sheet, read_sheets
from taxlots.importers.records import Intake, Transaction

SAMPLES = Path(__file__).resolve().parents[2] / "sample_exports"


def layout(name: str) -> Layout:
    """The layout of that id."""
    return next(one for one in LAYOUTS if one.id == name)


def compare(name: str, path: str, golden: str = "") -> None:
    """The sample fits its own layout more closely than any other, every row has one fate, and ledger and fates are the golden ones."""
    (sheet,) = read_sheets([SAMPLES / path])
    assert isinstance(sheet, Sheet)
    found = detect(sheet, LAYOUTS)
    assert found is not None
    assert not found.broken
    fitting = [one for one in LAYOUTS if one.fits(found.table.header)]
    closest = max(len(one.required) for one in fitting)
    assert [one.id for one in fitting if len(one.required) == closest] == [found.layout.id] == [name]
    intake = found.layout.read([found.table], UTC)
    assert_one_fate_each([found.table], intake)
    _equal(f"{golden or name}.csv", _ledger(intake))
    _equal(f"{golden or name}.fates.csv", _fates(found.table, intake))


def read(name: str, *lines: str, zone: tzinfo = UTC, file: str = "export.csv") -> Intake:
    """What the layout makes of the lines of one file, the header among them."""
    return read_files(name, {file: lines}, zone)


def read_files(name: str, files: dict[str, tuple[str, ...]], zone: tzinfo = UTC) -> Intake:
    """What the layout makes of the lines of several files."""
    tables = []
    for file, lines in files.items():
        cells = list(csv.reader(lines))
        found = detect(Sheet(file, file, cells, list(range(1, len(cells) + 1))), LAYOUTS)
        assert found is not None
        assert found.layout.id == name
        assert not found.broken
        tables.append(found.table)
    intake = layout(name).read(tables, zone)
    assert_one_fate_each(tables, intake)
    return intake


def legs(one: Transaction) -> str:
    """`kind -sent +received fee` in short: `buy -100 USD +1 VTI fee 2 USD`."""
    sides = (
        ("-", one.sent_quantity, one.sent_asset),
        ("+", one.received_quantity, one.received_asset),
        ("fee ", one.fee_quantity, one.fee_asset),
    )
    return " ".join([one.kind, *(f"{sign}{plain(quantity)} {asset}" for sign, quantity, asset in sides if quantity is not None)])


def all_legs(intake: Intake) -> list[str]:
    """The legs of every transaction, in order."""
    return [legs(one) for one in intake.transactions]


def codes(intake: Intake) -> list[str]:
    """Codes of all problems, in order."""
    return [problem.code for problem in intake.problems]
