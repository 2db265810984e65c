"""Sample exports as input of tests: detected among all layouts, compared with their golden ledger."""

from datetime import UTC, tzinfo
from pathlib import Path

from goldens import _equal, _fates, _ledger, assert_one_fate_each, written
from taxlots.exact import plain
from taxlots.importers.detect import Layout, detect
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.readers import Sheet, read_sheets
from taxlots.importers.records import Intake, Table, Transaction

SAMPLES = Path(__file__).resolve().parents[2] / "sample_exports"


def layout(name: str) -> Layout:
    """The layout of that id."""
    return next(one for one in LAYOUTS if one.id == name)


def sample(path: str) -> tuple[str, Table]:
    """Id of the layout that is detected, and the table."""
    (sheet,) = read_sheets([SAMPLES / path])
    assert isinstance(sheet, Sheet)
    found = detect(sheet, LAYOUTS)
    assert found is not None
    assert not found.broken
    return found.layout.id, found.table


def compare(name: str, path: str, zone: tzinfo = UTC) -> Intake:
    """The sample is its own layout's and no other's, every row has one fate, and ledger and fates are the golden ones."""
    detected, source = sample(path)
    assert [one.id for one in LAYOUTS if one.fits(source.header)] == [detected] == [name]
    intake = layout(name).read([source], zone)
    assert_one_fate_each([source], intake)
    _equal(f"{name}.csv", _ledger(intake))
    _equal(f"{name}.fates.csv", _fates(source, intake))
    return intake


def read(name: str, header: str, *lines: str, zone: tzinfo = UTC) -> Intake:
    """What the layout makes of lines under a header."""
    table = written(layout(name), header, *lines)
    intake = layout(name).read([table], zone)
    assert_one_fate_each([table], intake)
    return intake


def legs(one: Transaction) -> str:
    """`kind -sent +received fee` in short: `buy -100 USD +1 BTC fee 2 USD`."""
    sides = (
        ("-", one.sent_quantity, one.sent_asset),
        ("+", one.received_quantity, one.received_asset),
        ("fee ", one.fee_quantity, one.fee_asset),
    )
    return " ".join([one.kind, *(f"{sign}{plain(quantity)} {asset}" for sign, quantity, asset in sides if quantity is not None)])


def codes(intake: Intake) -> list[str]:
    """Codes of all problems, in order."""
    return [problem.code for problem in intake.problems]
