"""Gemini: the workbook, and what a spreadsheet program makes of it as CSV."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from layout_samples import codes, compare, legs, read
from taxlots.importers.records import Intake

from support import codes as codes_of
from support import ledger_of

HEADER = (
    "Date,Time (UTC),Type,Symbol,Specification,Liquidity Indicator,Trading Fee Rate (bps),USD Amount USD,Fee (USD) USD,USD Balance USD,"
    "BTC Amount BTC,Fee (BTC) BTC,BTC Balance BTC,ZEC Amount ZEC,Fee ZEC,ZEC Balance ZEC,Trade ID,Tx Hash"
)
OLD_HEADER = (
    "Date,Time (UTC),Type,Symbol,Specification,Liquidity Indicator,Trading Fee Rate (bps),USD Amount,Trading Fee (USD),USD Balance,"
    "BTC Amount,Trading Fee (BTC),BTC Balance,ETH Amount,ETH Balance,Trade ID"
)
AT = "2021-02-19,04:26:23.644"


def rows(*lines: str) -> Intake:
    """What the history makes of lines."""
    return read("gemini_history", HEADER, *lines)


def test_golden() -> None:
    compare("gemini_history", "gemini/transaction_history.xlsx")


def test_money_as_a_spreadsheet_shows_it() -> None:
    intake = rows(f'{AT},Buy,BTCUSD,Limit,Taker,35.00 ,($520.00),($1.82),"$4,478.35 ",0.0101 BTC ,,0.0101 BTC ,,,0.0 ZEC ,7,')
    (one,) = intake.transactions
    assert legs(one) == "buy -520 USD +0.0101 BTC fee 1.82 USD"
    assert (one.time, one.id) == (datetime(2021, 2, 19, 4, 26, 23, 644000, tzinfo=UTC), "7")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{AT},Sell,BTCUSD,Limit,Maker,25,$100.00 ,($0.25),$99.75 ,(0.01 BTC),,0.0 BTC ,,,,8,", "sell -0.01 BTC +100 USD fee 0.25 USD"),
        (
            f"{AT},Buy,ZECBTC,Limit,Maker,25,,,,(0.01 BTC),(0.0001 BTC),0.0 BTC ,1.5 ZEC ,,1.5 ZEC ,9,",
            "swap -0.01 BTC +1.5 ZEC fee 0.0001 BTC",
        ),
        (
            f"{AT},Sell,ZECBTC,Limit,Maker,25,,,,0.01 BTC ,,0.01 BTC ,(1.5 ZEC),(0.002 ZEC),0.0 ZEC ,9,",
            "swap -1.5 ZEC +0.01 BTC fee 0.002 ZEC",
        ),
        (f"{AT},Debit,BTC,Withdrawal (BTC),,,,,,(0.01 BTC),(0.0001 BTC),0.0 BTC ,,,,,hash", "withdrawal -0.01 BTC fee 0.0001 BTC"),
        (f"{AT},Credit,BTC,Deposit (Pre-Credited BTC),,,,,,0.01 BTC ,,0.01 BTC ,,,,,hash", "deposit +0.01 BTC"),
        (f"{AT},Credit,ZEC,Administrative Credit,,,,,,,,,0.01 ZEC ,,0.01 ZEC ,,", "income:other +0.01 ZEC"),
        (f"{AT},Debit,ZEC,Administrative Debit,,,,,,,,,(0.01 ZEC),,,,", "spend -0.01 ZEC"),
        (f"{AT},Credit,ZEC,Monthly Interest,,,,,,,,,0.01 ZEC ,,0.01 ZEC ,,", "income:interest +0.01 ZEC"),
    ],
)
def test_legs_are_the_cells_that_are_filled(line: str, said: str) -> None:
    intake = rows(line)
    assert [legs(one) for one in intake.transactions] == [said]
    assert set(codes(intake)) <= {"BALANCE_MISMATCH"}  # what is sold was held before the row


def test_header_of_2017() -> None:
    intake = read("gemini_history", OLD_HEADER, f"{AT},Buy,BTCUSD,Limit,Taker,25,-520,-1.3,1000,0.1,,0.1,,,3")
    assert [legs(one) for one in intake.transactions] == ["buy -520 USD +0.1 BTC fee 1.3 USD"]


def test_totals_and_moves_of_earn_have_no_effect() -> None:
    intake = rows(",,,,,,,Totals,-159.07,0.0067,,0,0,,0,0,,", f"{AT},Debit,BTC,Earn Transfer,,,,,,(0.01 BTC),,0.0 BTC ,,,,,")
    assert not intake.transactions
    assert len(intake.set_aside) == 2
    assert not intake.balances  # what is in Earn is still one's own, but not in the balance of the row


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{AT},Buy,BTCGUSDPERP,Limit,Taker,35,-1,,1,0.1,,0.1,,,,7,", "KIND_NOT_BOOKED"),
        (f"{AT},Transform,BTC,x,,,1,,1,,,,,,,,", "ROW_UNKNOWN_KIND"),
        (f"{AT},Credit,BTC,Surprise,,,,,,0.1,,0.1,,,,,", "ROW_UNKNOWN_KIND"),
        (f"{AT},Debit,ZEC,Surprise,,,,,,,,,(0.01 ZEC),,,,", "ROW_UNKNOWN_KIND"),
        (f"{AT},Debit,ZEC,Administrative Debit,,,,,,,,,0.01 ZEC,,,,", "ROW_INVALID"),
        (f"{AT},Buy,BTCUSD,Limit,Taker,35,,,,0.1,,0.1,,,,7,", "ROW_UNPAIRED_LEG"),
        (f"{AT},Debit,BTC,Withdrawal (BTC),,,,,,0.1,,0.1,,,,,", "ROW_INVALID"),
        (f"{AT},Credit,BTC,Deposit (BTC),,,,,,much,,0.1,,,,,", "ROW_INVALID"),
        ("some day,04:00,Credit,BTC,Deposit (BTC),,,,,,0.1,,0.1,,,,,", "TIME_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(line: str, code: str) -> None:
    assert codes(rows(line)) == [code]


def test_balances_follow_and_a_missing_row_is_noticed(tmp_path) -> None:
    deposit = f"{AT},Credit,USD,Deposit (Wire Transfer),,,$600.00 ,,$600.00 ,,,0.0 BTC ,,,0.0 ZEC ,,"
    buy = "2021-02-20,04:26:23.644,Buy,BTCUSD,Limit,Taker,35,($520.00),($1.82),$78.18 ,0.01 BTC ,,0.01 BTC ,,,0.0 ZEC ,7,"
    assert {(one.asset, one.quantity) for one in rows(deposit, buy).balances} == {("USD", Decimal("78.18")), ("BTC", Decimal("0.01"))}
    whole = ledger_of(tmp_path / "whole", f"{HEADER}\n{deposit}\n{buy}\n")
    assert "BALANCE_MISMATCH" not in codes_of(whole.problems)
    half = ledger_of(tmp_path / "half", f"{HEADER}\n{buy}\n")
    assert "BALANCE_MISMATCH" in codes_of(half.problems)
