"""A number with two readings is read as the rest of its column, or its file, writes numbers."""

from concurrent.futures import Future

import pytest
from goldens import written
from layout_samples import layout, legs, read
from taxlots.importers.decimal_marks import settle
from taxlots.importers.detect import detect_large
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.readers import LargeText

KOINLY = (
    "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,"
    "Net Worth Amount,Net Worth Currency,Label,Description,TxHash"
)


def row(sent: str, received: str, fee: str = "") -> str:
    """A purchase of ether for dollars."""
    return f'2024-01-02 10:00 UTC,"{sent}",USD,"{received}",ETH,"{fee}",USD,,,,,'


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # 0,5 ETH proves the comma for its column, 99,5 USD for its own: 1,234 ETH is 1.234 and 1.250 USD is 1250
        ((row("99,5", "0,5"), row("1.250", "1,234")), ["buy -99.5 USD +0.5 ETH", "buy -1250 USD +1.234 ETH"]),
        # nothing in the column of dollars tells, but the file proves no point anywhere
        ((row("1.250", "0,5"), row("7", "2")), ["buy -1250 USD +0.5 ETH", "buy -7 USD +2 ETH"]),
        # the column of dollars proves a point: there 1,250 is a thousand and more, while 1,234 ETH is 1.234
        ((row("99.5", "0,5"), row("1,250", "1,234")), ["buy -99.5 USD +0.5 ETH", "buy -1250 USD +1.234 ETH"]),
        # no comma is proved: as dollar exports write it
        ((row("1,250", "0.5"), row("2,000", "1,234")), ["buy -1250 USD +0.5 ETH", "buy -2000 USD +1234 ETH"]),
        # signs, currencies and brackets around the number
        ((row("-$99,5", "0,5"), row("($1.250)", "1,234 ETH")), ["buy -99.5 USD +0.5 ETH", "buy -1250 USD +1.234 ETH"]),
        # groups of a thousand before a decimal comma
        ((row("1.000,75", "2,5"), row("1.234.567", "12,345")), ["buy -1000.75 USD +2.5 ETH", "buy -1234567 USD +12.345 ETH"]),
    ],
)
def test_what_a_number_with_two_readings_is(cells: tuple[str, ...], expected: list[str]) -> None:
    assert [legs(one) for one in read("koinly_universal", KOINLY, *cells).transactions] == expected


def test_dates_prove_nothing() -> None:
    """10.30 in a column of times is no number with a decimal point."""
    koinly = layout("koinly_universal")
    table = written(koinly, KOINLY.replace("TxHash", "Time"), row("1.250", "0,5").removesuffix(",") + ",10.30")
    assert settle([table])[0].rows[0].text("Sent Amount") == "1250"


def test_a_file_without_decimal_commas_stays_as_it_is() -> None:
    """Not a single row is made anew."""
    table = written(layout("koinly_universal"), KOINLY, row("1,250", "0.5"))
    assert settle([table])[0] is table


def test_a_large_file_with_semicolons_and_commas_is_read_row_by_row() -> None:
    """Columns are read with decimal points only."""
    text = "time;account;kind;sent_quantity;sent_asset\n" + "2024-01-01T00:00:00Z;a;withdrawal;1,5;BTC\n" * 9000
    hashed: Future[str] = Future()
    hashed.set_result("x")
    assert detect_large(LargeText("x.csv", hashed, text.encode()), LAYOUTS) is None
    assert detect_large(LargeText("x.csv", hashed, text.replace(",", ".").encode()), LAYOUTS) is not None
