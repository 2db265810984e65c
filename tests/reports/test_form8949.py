"""Form 8949 out of disposals: blocks, dates, cents and totals."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from taxlots import frames
from taxlots.problems import TaxlotsError
from taxlots.reports.form8949 import Block, blocks, schedule_d_line, schedule_d_lines
from taxlots.rulebook import load

NEW_YORK = ZoneInfo("America/New_York")


def disposal(number: int, **given):
    """One row of the frame, with what matters here given."""
    disposed = given.pop("disposed", datetime(2025, 5, 5, 12, tzinfo=UTC))
    row = dict.fromkeys(frames.DISPOSALS)
    row |= {
        "disposal_id": f"s{number}/1",
        "transaction_id": f"s{number}",
        "kind": "sell",
        "asset": "BTC",
        "asset_class": "digital",
        "account": "coinbase",
        "quantity": Decimal("0.500000000000000001"),
        "acquired": datetime(2025, 1, 1, 3, tzinfo=UTC),
        "disposed": disposed,
        "disposed_on": disposed.astimezone(NEW_YORK).date(),
        "gross_proceeds": Decimal(10),
        "fee": Decimal(0),
        "proceeds": Decimal(10),
        "basis": Decimal(4),
        "adjustment_code": "",
        "adjustment": Decimal(0),
        "term": "short",
        "box": "H",
        "lot_id": "b1",
        "lot_transaction_id": "b1",
        "method": "fifo",
        "sources": [],
        "lot_sources": [],
    }
    row |= given
    row["gain"] = row["proceeds"] - row["basis"] + row["adjustment"]
    return row


def of(*rows, inherited=frozenset()):
    return blocks(frames.build(frames.DISPOSALS, rows), NEW_YORK, inherited)


def test_one_block_per_year_part_and_box():
    found = of(
        disposal(1, box="K", term="long"),
        disposal(2),
        disposal(3, disposed=datetime(2026, 1, 1, 4, tzinfo=UTC)),  # still 2025 in New York
        disposal(4, disposed=datetime(2026, 1, 1, 6, tzinfo=UTC), box="G"),
    )
    assert [(b.year, b.part, b.box, len(b.lines)) for b in found] == [(2025, "I", "H", 2), (2025, "II", "K", 1), (2026, "I", "G", 1)]


def test_columns_of_a_line():
    (block,) = of(disposal(1))
    line = block.lines[0]
    assert line.description == "0.500000000000000001 BTC (s1)"
    assert (line.acquired, line.sold) == ("12/31/2024", "05/05/2025")  # acquired 22:00 in New York
    assert (line.proceeds, line.basis, line.code, line.adjustment, line.gain) == (Decimal(10), Decimal(4), "", Decimal(0), Decimal(6))


def test_inherited_and_uncovered_dates():
    (block,) = of(disposal(1), disposal(2, acquired=None, lot_transaction_id=None), inherited={"b1"})
    assert [line.acquired for line in block.lines] == ["INHERITED", ""]


def test_gain_is_computed_from_rounded_amounts():
    """10.005 - 4.004 + 0.0049 is 6.0059; the form shows 10.01 - 4.00 + 0.00 = 6.01."""
    (block,) = of(disposal(1, proceeds=Decimal("10.005"), basis=Decimal("4.004"), adjustment=Decimal("0.0049"), adjustment_code="W"))
    line = block.lines[0]
    assert (line.proceeds, line.basis, line.adjustment, line.gain) == tuple(map(Decimal, ("10.01", "4.00", "0.00", "6.01")))
    assert line.code == "W"
    assert block.unrounded.gain == Decimal("6.0059")


def test_totals_are_sums_of_the_rounded_lines():
    (block,) = of(*(disposal(n, proceeds=Decimal("0.005"), basis=Decimal(0)) for n in range(1, 4)))
    assert (block.totals.proceeds, block.unrounded.proceeds) == (Decimal("0.03"), Decimal("0.015"))
    assert block.totals.gain == block.totals.proceeds - block.totals.basis + block.totals.adjustment


def test_lines_are_in_order_of_sale():
    (block,) = of(disposal(1), disposal(2, disposed=datetime(2025, 2, 1, tzinfo=UTC)))
    assert [line.disposal_id for line in block.lines] == ["s2/1", "s1/1"]


def test_nothing_sold():
    assert of() == []


@pytest.mark.parametrize(
    ("year", "part", "box", "line"),
    [
        (2024, "I", "A", "1b"),
        (2024, "II", "F", "10"),
        (2025, "I", "H", "2"),
        (2025, "II", "L", "10"),
        (2025, "I", "C", "3"),
        (2010, "I", "none", ""),
    ],
)
def test_line_of_schedule_d(year, part, box, line):
    assert schedule_d_line(load(), Block(year, part, box, ())) == line


def test_a_box_of_the_other_part_has_no_line():
    assert schedule_d_line(load(), Block(2025, "I", "K", ())) == ""


def test_lines_before_the_form():
    assert schedule_d_lines(load(), 2010, "short") == ()
    with pytest.raises(TaxlotsError, match="no rule"):
        schedule_d_lines(load(), 2025, "medium")
