"""Strike: the golden of the present header, each older header, and the traps of signs and fees."""

from datetime import UTC, datetime

import pytest
from layout_samples import codes, compare, legs, read

OF_2021 = (
    "Transaction ID,Time (UTC),Status,Transaction Type,Amount USD,Fee USD,Amount BTC,Fee BTC,Description,Exchange Rate,Transaction Hash"
)
ANNUAL_2022 = (
    "Transaction ID,Initiated Time (UTC),Completed Time (UTC),Transaction Type,State,Amount 1,Currency 1,Amount 2,Currency 2,"
    "BTC Price,Balance 1,Currency 1,Balance - BTC,Destination,Description"
)
MONTHLY_2023 = (
    "Transaction ID,Initiated Date (UTC),Initiated Time (UTC),Completed Date (UTC),Completed Time (UTC),Transaction Type,State,Amount 1,"
    "Currency 1,Fee 1,Amount 2,Currency 2,Fee 2,BTC Price,Balance 1,Currency 1,Balance - BTC,Destination,Description,Note"
)
EURO = (
    "Reference,Date & Time (UTC),Transaction Type,Amount EUR,Fee EUR,Amount BTC,Fee BTC,BTC Price,Cost Basis (EUR),Destination,Description,"
    "Transaction Hash,Note"
)
PRESENT = EURO.replace("EUR", "USD")


def test_sample_gives_its_golden_ledger() -> None:
    compare("strike", "strike/2025 annual statement.csv")


def test_purchase_is_negative_in_2022_and_positive_later() -> None:
    intake = read("strike_2021", OF_2021, "a,Oct 12 2022 04:02:47,Completed,Purchase,-100,,0.00500000,,,20000.00,")
    assert [legs(one) for one in intake.transactions] == ["buy -100 USD +0.005 BTC"]
    assert intake.transactions[0].time == datetime(2022, 10, 12, 4, 2, 47, tzinfo=UTC)


@pytest.mark.parametrize("state", ["Pending", "Reversed", "Failed"])
def test_what_did_not_complete_is_set_aside(state: str) -> None:
    intake = read("strike_2021", OF_2021, f"a,Oct 12 2022 04:02:47,{state},Purchase,-50,,0.0025,,,20000,")
    assert not intake.transactions
    assert not intake.problems


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # 0.002 at 100000 is 200, so the fee of 2 comes on top
        ("Purchase,200,2.00,0.002,,100000", "buy -200 USD +0.002 BTC fee 2 USD"),
        # 0.002 at 100000 is 200, so 202 contains the fee
        ("Purchase,202,2.00,0.002,,100000", "buy -200 USD +0.002 BTC fee 2 USD"),
        # paid out 198 of 200: proceeds before the fee are 198 + 2
        ("Sale,198,2.00,-0.002,,100000", "sell -0.002 BTC +200 USD fee 2 USD"),
        # 0.002 at 100000 is 200: the amount is before the fee
        ("Sale,200,2.00,-0.002,,100000", "sell -0.002 BTC +200 USD fee 2 USD"),
        ("Sale,198,2.00,-0.002,,", "sell -0.002 BTC +200 USD fee 2 USD"),
        ("Send,,,-0.001,0.00001,", "withdrawal -0.001 BTC fee 0.00001 BTC"),
        ("Send,-4.20,0.01,,,", "withdrawal -4.2 USD fee 0.01 USD"),
        ("Principal payment,-40,,,,", "withdrawal -40 USD"),
    ],
)
def test_fees(row: str, expected: str) -> None:
    intake = read("strike", PRESENT, f"a,Nov 23 2025 02:03:01,{row},,,,,")
    assert [legs(one) for one in intake.transactions] == [expected]


def test_bill_pay_is_two_rows_of_one_id() -> None:
    intake = read(
        "strike",
        PRESENT,
        "b,Apr 15 2025 04:30:13,Withdrawal,-50,,,,,,,Bill pay,,",
        "b,Apr 15 2025 04:30:14,Sale,50,0.50,-0.0005,,101000,,,Bill pay,,",
    )
    assert [(one.id, one.kind) for one in intake.transactions] == [("b/withdrawal", "withdrawal"), ("b", "sell")]


def test_euro_accounts_name_their_currency_in_the_header() -> None:
    intake = read("strike", EURO, "a,Nov 23 2025 02:03:01,Purchase,90,0.9,0.001,,90000,,,,,")
    assert [legs(one) for one in intake.transactions] == ["buy -90 EUR +0.001 BTC fee 0.9 EUR"]


def test_annual_statement_of_2022() -> None:
    intake = read(
        "strike_2022",
        ANNUAL_2022,
        "a,Nov 01 2022 10:00:00,Nov 01 2022 10:00:05,Purchase,Completed,-40,USD,0.002,BTC,20000,60,USD,0.002,,",
        "b,Nov 02 2022 10:00:00,,Send,Pending,,USD,-0.001,BTC,20000,60,USD,0.002,,",
    )
    assert [legs(one) for one in intake.transactions] == ["buy -40 USD +0.002 BTC"]
    assert intake.transactions[0].time == datetime(2022, 11, 1, 10, 0, 5, tzinfo=UTC)
    assert list(intake.set_aside.values()) == ["pending, and without effect until it completes"]


def test_monthly_statement_of_2023_has_date_and_time_apart_and_fees() -> None:
    intake = read(
        "strike_2022",
        MONTHLY_2023,
        "a,Mar 01 2023,10:00:00,Mar 01 2023,10:00:07,Sale,Completed,29.7,USD,0.3,-0.001,BTC,,30000,90,USD,0.001,,,",
    )
    assert [legs(one) for one in intake.transactions] == ["sell -0.001 BTC +30 USD fee 0.3 USD"]
    assert intake.transactions[0].time == datetime(2023, 3, 1, 10, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Airdrop,1,,,,", "ROW_UNKNOWN_KIND"),
        ("Principal payment,,,-0.01,,", "ROW_UNKNOWN_KIND"),
        ("Deposit,5,,0.1,,", "ROW_UNKNOWN_KIND"),
        ("Send,,1,-0.1,0.1,", "ROW_INVALID"),
        ("Purchase,10,,,,", "ROW_INVALID"),
        ("Deposit,ten,,,,", "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    intake = read("strike", PRESENT, f"a,Nov 23 2025 02:03:01,{row},,,,,")
    assert codes(intake) == [code]
    assert intake.problems[0].hint


def test_a_time_that_is_none() -> None:
    assert codes(read("strike", PRESENT, "a,yesterday,Deposit,5,,,,,,,,,")) == ["TIME_INVALID"]


def test_the_currency_of_the_balance_is_not_that_of_the_amount() -> None:
    """`Currency 1` stands twice: 0.001 BTC were sent, and the balance is in dollars."""
    line = "a,Nov 01 2022 10:00:00,Nov 01 2022 10:00:05,Send,Completed,-0.001,BTC,,,,50,USD,0.0015,bc1q,"
    assert [legs(one) for one in read("strike_2022", ANNUAL_2022, line).transactions] == ["withdrawal -0.001 BTC"]


def test_a_header_that_calls_date_and_time_alike() -> None:
    header = MONTHLY_2023.replace("Completed Date (UTC)", "Completed Time (UTC)")
    line = "a,Jan 10 2023,10:00:00,Jan 11 2023,09:00:01,Purchase,Completed,-100,USD,-1,0.005,BTC,,20000,0,USD,0.005,,,"
    (one,) = read("strike_2022", header, line).transactions
    assert legs(one) == "buy -100 USD +0.005 BTC fee 1 USD"
    assert one.time == datetime(2023, 1, 11, 9, 0, 1, tzinfo=UTC)
