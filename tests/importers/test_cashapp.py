"""Cash App: the golden of the present header, the older order of columns, and where quantities stand."""

from datetime import UTC, datetime

import pytest
from layout_samples import codes, compare, legs, read

HEADER = (
    "Date,Transaction ID,Transaction Type,Currency,Amount,Fee,Net Amount,Asset Type,Asset Price,Asset Amount,Status,Notes,"
    "Name of sender/receiver,Account"
)
HEADER_2023 = HEADER.replace("Date,Transaction ID", "Transaction ID,Date")


def test_sample_gives_its_golden_ledger() -> None:
    compare("cashapp", "cashapp/cash_app_report_1767200000000.csv")
    compare("cashapp_reference", "cashapp/cash_app_report_reference.csv")


def test_older_order_of_columns() -> None:
    line = "abc,2023-08-08 11:04:00 PST,Bitcoin Buy,USD,-$48.88,-$1.12,-$50.00,BTC,$29000.00,0.00168,COMPLETE,,,Your Cash"
    (one,) = read("cashapp", HEADER_2023, line).transactions
    assert legs(one) == "buy -48.88 USD +0.00168 BTC fee 1.12 USD"
    # PST is eight hours behind UTC, also in August
    assert (one.id, one.time) == ("abc", datetime(2023, 8, 8, 19, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # 492.50 were paid out, 7.50 of the 500 were the fee
        ("Bitcoin Sale,USD,$500.00,($7.50),$492.50,BTC,$125000,0.004", "sell -0.004 BTC +500 USD fee 7.5 USD"),
        # to 2023 the bitcoin stand in the last column ...
        ("Bitcoin Withdrawal,USD,$0.00,$0.00,$0.00,BTC,$29000,0.01", "withdrawal -0.01 BTC"),
        # ... from 2024 on in the money columns: 0.0045 and a fee of 0.00002
        ("Bitcoin Withdrawal,BTC,,-0.00002,-0.00452,,,", "withdrawal -0.0045 BTC fee 0.00002 BTC"),
        ("Sent P2P,USD,-$5.00,$0,-$5.00,BTC,$29000,0.0001", "withdrawal -0.0001 BTC"),
        ("Received P2P,USD,$5.00,$0,$5.00,,,", "deposit +5 USD"),
        ("P2P,USD,-$5.00,$0,-$5.00,,,", "withdrawal -5 USD"),
        ("Boost Payment,USD,$0.40,$0,$0.40,,,", "deposit +0.4 USD"),
        ("Savings Internal Transfer,USD,-$0.50,$0,-$0.50,BTC,$29000,0.00001", "buy -0.5 USD +0.00001 BTC"),
        ("Stock Sell,USD,$61.00,$0,$61.00,VTI,$254,0.24", "sell -0.24 VTI +61 USD"),
    ],
)
def test_types(row: str, expected: str) -> None:
    intake = read("cashapp", HEADER, f"2025-10-09 16:29:46 EDT,,{row},COMPLETE,,,Your Cash")
    assert [legs(one) for one in intake.transactions] == [expected]
    assert not intake.problems


@pytest.mark.parametrize("status", ["FAILED", "PAYMENT REFUNDED", "CANCELED", "PENDING"])
def test_what_did_not_happen_is_set_aside(status: str) -> None:
    intake = read("cashapp", HEADER, f"2025-10-09 16:29:46 EDT,,Bitcoin Buy,USD,-$1,$0,-$1,BTC,$1,1,{status},,,")
    assert list(intake.set_aside.values()) == [f"status {status}"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Lottery,USD,$1,$0,$1,,,", "ROW_UNKNOWN_KIND"),
        ("Bitcoin Buy,USD,-$1,$0,-$1,BTC,$1,", "ROW_INVALID"),
        ("Bitcoin Buy,USD,lots,$0,-$1,BTC,$1,1", "ROW_INVALID"),
        ("Stock Buy,USD,-$1,$0,-$1,,$1,1", "ROW_INVALID"),
        ("P2P,USD,$0,$0,$0,BTC,$1,1", "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    intake = read("cashapp", HEADER, f"2025-10-09 16:29:46 EDT,,{row},COMPLETE,,,Your Cash")
    assert codes(intake) == [code]


def test_a_zone_that_is_not_known() -> None:
    assert codes(read("cashapp", HEADER, "2025-10-09 16:29:46 XYZ,,Cash In,USD,$1,$0,$1,,,,COMPLETE,,,")) == ["TIME_INVALID"]


REFERENCE = "Reference ID,Transaction Date,Activity,Fiat Currency,USD Amount,Network Fee,Crypto,Spot Price USD,Crypto Quantity"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # 0.001 at 100000 is 100: 101.50 contain the fee, 100 do not
        ("Bitcoin Buy,USD,101.50,1.50,BTC,100000,0.001", "buy -100 USD +0.001 BTC fee 1.5 USD"),
        ("Bitcoin Buy,USD,100,1.50,BTC,100000,0.001", "buy -100 USD +0.001 BTC fee 1.5 USD"),
        # 0.0005 at 100000 is 50: 49.25 are after the fee
        ("Sell,USD,49.25,0.75,BTC,100000,0.0005", "sell -0.0005 BTC +50 USD fee 0.75 USD"),
        ("Send,USD,,,BTC,100000,0.0005", "withdrawal -0.0005 BTC"),
    ],
)
def test_the_header_with_a_reference(row: str, expected: str) -> None:
    intake = read("cashapp_reference", REFERENCE, f"r,2025-11-03 09:12:44 EST,{row}")
    assert [legs(one) for one in intake.transactions] == [expected]


def test_a_fee_without_a_currency_is_named() -> None:
    intake = read("cashapp_reference", REFERENCE, "r,2025-11-03 09:12:44 EST,Send,USD,,0.0001,BTC,100000,0.0005")
    assert codes(intake) == ["ROW_INVALID"]


def test_a_purchase_from_savings_needs_its_quantity() -> None:
    rows = ("BTC,$25000,0.00002,COMPLETE,purchase of BTC,,", "BTC,$25000,,COMPLETE,purchase of BTC,,", ",,,COMPLETE,,,")
    lines = [f"2025-10-09 16:29:46 EDT,s{n},Savings Internal Transfer,USD,-$0.50,$0,-$0.50,{row}" for n, row in enumerate(rows)]
    intake = read("cashapp", HEADER, *lines)
    assert [legs(one) for one in intake.transactions] == ["buy -0.5 USD +0.00002 BTC"]
    assert codes(intake) == ["ROW_INVALID"]
    assert len(intake.set_aside) == 1
