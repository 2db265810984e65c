"""Revolut: goldens of the crypto and the broker statement, amounts with their currency, splits, moves inside Revolut."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from layout_samples import codes, compare, legs, read
from taxlots.importers.bookings import money
from taxlots.importers.records import Row, RowError

COINS = "Symbol,Type,Quantity,Price,Value,Fees,Date"
SHARES = "Date,Ticker,Type,Quantity,Price per share,Total Amount,Currency,FX Rate"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("revolut_crypto", "revolut/crypto-account-statement.csv"),
        ("revolut_invest", "revolut/trading-account-statement.csv"),
    ],
)
def test_samples_give_their_golden_ledger(name: str, path: str) -> None:
    compare(name, path, ZoneInfo("Europe/Vilnius"))


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("€10.00", "10", "EUR"),
        ("$1,450.00", "1450", "USD"),
        ("-$30.93", "-30.93", "USD"),
        ("-€1,050.50", "-1050.5", "EUR"),
        ("4,493.77 SEK", "4493.77", "SEK"),
        ("CHF 12.00", "12", "CHF"),
    ],
)
def test_money_with_its_currency(text: str, amount: str, currency: str) -> None:
    assert money(Row("f", 1, {"a": text}), "a") == (Decimal(amount), currency)


@pytest.mark.parametrize("text", ["10.00", "€", "10 XYZ", "ten euros"])
def test_no_money(text: str) -> None:
    with pytest.raises(RowError):
        money(Row("f", 1, {"a": text}), "a")


def test_fee_of_a_purchase_comes_on_top() -> None:
    # 0.002 at 40000 is 80, the value: the 1.20 are not in it
    (one,) = read("revolut_crypto", COINS, 'BTC,Buy,0.002,"€40,000.00",€80.00,€1.20,"Jan 9, 2024, 8:15:00 PM"', zone=UTC).transactions
    assert legs(one) == "buy -80 EUR +0.002 BTC fee 1.2 EUR"
    assert one.time == datetime(2024, 1, 9, 20, 15, tzinfo=UTC)


def test_send_and_receive_of_one_moment_are_a_move() -> None:
    rest = 'BTC,{},0.0005,,,,"Apr 1, 2024, 3:50:00 AM"'
    intake = read("revolut_crypto", COINS, rest.format("Send"), rest.format("Receive"))
    assert len(intake.set_aside) == 2
    intake = read("revolut_crypto", COINS, rest.format("Send"), rest.format("Send"))
    assert [legs(one) for one in intake.transactions] == ["withdrawal -0.0005 BTC"] * 2


def test_coins_that_cannot_be_used_are_named() -> None:
    intake = read(
        "revolut_crypto",
        COINS,
        'BTC,Gift,1,,,,"Apr 1, 2024, 3:50:00 AM"',
        'BTC,Buy,1,,,,"Apr 1, 2024, 3:50:00 AM"',
        'BTC,Buy,0,,€1,,"Apr 1, 2024, 3:50:00 AM"',
        "BTC,Buy,1,,€1,,April",
    )
    assert codes(intake) == ["ROW_UNKNOWN_KIND", "ROW_INVALID", "ROW_INVALID", "TIME_INVALID"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('MSFT,BUY - MARKET,"0,76672417",€26.09,€20,EUR,1', ["buy -20 EUR +0.76672417 MSFT"]),
        ("ABCE,SELL - LIMIT,3,$41.00,$122.95,USD,1", ["sell -3 ABCE +122.95 USD"]),
        ("ABCE,STOCK SPLIT,5,,$0,USD,1", ["split +5 ABCE"]),
        ("ABCE,STOCK SPLIT,-5,,$0,USD,1", ["split -5 ABCE"]),
        (",CUSTODY FEE,,,-$0.02,USD,1", ["fee fee 0.02 USD"]),
        (",CUSTODY FEE,,,$0.02,USD,1", ["deposit +0.02 USD"]),
        (",CASH TOP-UP,,,USD 5.22,USD,1", ["deposit +5.22 USD"]),
        (",CASH TOP-UP,,,$0,USD,1", []),
        (",TRANSFER FROM REVOLUT BANK UAB TO REVOLUT SECURITIES EUROPE UAB,,,-$0.01,USD,1", []),
    ],
)
def test_broker_rows(row: str, expected: list[str]) -> None:
    intake = read("revolut_invest", SHARES, f"2023-08-25T08:27:46.419568Z,{row}")
    assert [legs(one) for one in intake.transactions] == expected
    assert not intake.problems


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("ABCE,DIVIDEND,,,-$1.00,USD,1", "ROW_INVALID"),
        ("ABCE,MERGER - STOCK,1,,$0,USD,1", "ROW_UNKNOWN_KIND"),
        ("ABCE,BUY - MARKET,1,,much,USD,1", "ROW_INVALID"),
        (",BUY - MARKET,1,,$1,USD,1", "ROW_INVALID"),
    ],
)
def test_broker_rows_that_cannot_be_used_are_named(row: str, code: str) -> None:
    assert codes(read("revolut_invest", SHARES, f"2023-08-25T08:27:46Z,{row}")) == [code]
