"""A corporate action that a row does not tell completely comes with the lines that would tell it, filled in with what the row says."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from layout_samples import legs
from taxlots.importers.brokers.brokerage import CORPORATE, FRACTION, Entry, take
from taxlots.importers.brokers.to_add import lines_to_add
from taxlots.importers.read import read
from taxlots.importers.records import Intake, Row, RowError

DAY = datetime(2024, 6, 10, 4, tzinfo=UTC)


def entry(deed: str, quantity: str, amount: str, symbol: str = "NVDA") -> Entry:
    """A row of the tenth of June."""
    row = Row("x.csv", 2, {})
    return Entry(row=row, deed=deed, account="broker", time=DAY, symbol=symbol, quantity=Decimal(quantity), amount=Decimal(amount))


def booked(folder: Path, hint: str) -> list[str]:
    """What the lines of a hint book, with the words in capitals replaced."""
    header = re.search(r"\((time,[^)]*)\)", hint)
    lines = [part.partition(": ")[2] for part in hint.split(". ", 1)[1].split("; ")]
    filled = [re.sub(r"\b(?:UNITS|FRACTION|NEW_LESS_OLD)\b", "2", re.sub(r"\b(?:OLD|NEW)\b", "OTHER", line)) for line in lines]
    (folder / "add.csv").write_text("\n".join([header[1] if header else "", *filled]) + "\n")
    imported = read([folder])
    assert imported.problems == []
    assert {one.time for one in imported.transactions} == {DAY}
    return [legs(one) for one in imported.transactions]


@pytest.mark.parametrize(
    ("quantity", "amount", "expected"),
    [
        ("90", "0", ["split +90 NVDA", "spin-off +90 NVDA", "convert -2 OTHER +90 NVDA"]),
        ("-10", "0", ["convert -10 NVDA +2 OTHER", "split -10 NVDA"]),
        ("-10", "500", ["convert -10 NVDA +2 OTHER", "split -10 NVDA", "sell -10 NVDA +500 USD"]),
        ("0", "12.34", ["sell -2 NVDA +12.34 USD", "return-of-capital +12.34 USD"]),
        ("0", "0", ["split +2 NVDA", "convert -2 NVDA +2 OTHER"]),
    ],
)
def test_every_line_can_be_added_as_it_stands(tmp_path: Path, quantity: str, amount: str, expected: list[str]) -> None:
    """Only the words in capitals have to be replaced."""
    assert booked(tmp_path, lines_to_add(entry(CORPORATE, quantity, amount))) == expected


@pytest.mark.parametrize("deed", [CORPORATE, FRACTION])
def test_the_problem_of_such_a_row_has_them_as_its_next_step(deed: str) -> None:
    with pytest.raises(RowError) as refused:
        take(entry(deed, "0", "12.34"), Intake())
    assert refused.value.code == "KIND_NOT_BOOKED"
    assert "2024-06-10T04:00:00Z,broker,sell,FRACTION,NVDA,12.34,USD" in (refused.value.hint or "")
