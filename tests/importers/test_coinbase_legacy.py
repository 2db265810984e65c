"""Coinbase's reports of 2013 to 2019, and its gain/loss report."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from layout_samples import codes, compare, legs, read
from taxlots.importers.records import Intake
from taxlots.importers.tools.tax_programs import LOTS_REPORT
from taxlots.problems import Severity

from support import ledger_of, records

FOLDER = "coinbase_legacy"
HEADER = (
    "Timestamp,Balance,Amount,Currency,To,Notes,Instantly Exchanged,Transfer Total,Transfer Total Currency,"
    "Transfer Fee,Transfer Fee Currency,Transfer Payment Method,Transfer ID,Order BTC,"
    "Coinbase ID (visit https://www.coinbase.com/transactions/[ID] in your browser),"
    "Bitcoin Hash (visit https://www.coinbase.com/tx/[HASH] in your browser for more info)"
)
AT = "2016-04-03 12:00:00 -0700"


def one_row(line: str, **options) -> Intake:
    """What the Transactions report makes of one row."""
    return read("coinbase_transactions_legacy", HEADER, line, **options)


def test_golden_transactions() -> None:
    compare("coinbase_transactions_legacy", f"{FOLDER}/Coinbase-52a0c1d2-Transactions-Report-2018-01-03-08_00_00.csv")


def test_golden_transfers_are_set_aside_with_one_warning() -> None:
    intake = compare("coinbase_transfers_legacy", f"{FOLDER}/Coinbase-52a0c1d2-Transfers-Report-2018-01-03-08_05_00.csv")
    assert not intake.transactions
    assert len(intake.set_aside) == 8
    (warning,) = intake.problems
    assert warning.severity is Severity.WARNING
    assert "transaction history" in warning.hint


def test_golden_gain_loss_report_is_for_reconciliation() -> None:
    intake = compare("coinbase_gain_loss", f"{FOLDER}/gain-loss-report.csv")
    assert set(intake.set_aside.values()) == {LOTS_REPORT}
    assert not intake.problems


@pytest.mark.parametrize(
    ("line", "said"),
    [
        # the total of a purchase contains the fee: 100 - 1 bought the coins
        (f"{AT},,0.25,BTC,,,false,100,USD,1,USD,Bank,t1,,c1,", "buy -99 USD +0.25 BTC fee 1 USD"),
        # the total of a sale is what is left: 100 + 1 was the price
        (f"{AT},,-0.25,BTC,,,false,100,USD,1,USD,USD Wallet,t1,,c1,", "sell -0.25 BTC +101 USD fee 1 USD"),
        (f"{AT},,-0.25,BTC,,,false,100,USD,,,USD Wallet,t1,,c1,", "sell -0.25 BTC +100 USD"),
        (f"{AT},,0.25,BTC,,,false,,,,,,,,c1,hash", "deposit +0.25 BTC"),
        (f"{AT},,-0.25,BTC,,,false,,,,,,,,c1,hash", "withdrawal -0.25 BTC"),
        (f"{AT},,-0.25,BTC,,lunch,false,,,,,,,,c1,", "withdrawal -0.25 BTC"),
        (f"{AT},,0.25,BTC,,You earned a bonus,false,,,,,,,,c1,", "income:referral +0.25 BTC"),
        (f"{AT},,0.25,BTC,,Welcome aboard,false,,,,,,,,,", "income:referral +0.25 BTC"),
        (f"{AT},,0.25,BTC,,lunch,false,,,,,,,,c1,", "deposit +0.25 BTC"),
        (f"{AT},,0.25,BTC,,,false,,,,,,,,,", "deposit +0.25 BTC"),
        (f"{AT},,3,XLM,,Coinbase Earn,false,,,,,,,,c1,", "income:reward +3 XLM"),
        (f"{AT},,100,USD,,,false,100,USD,0,USD,Bank,t1,,c1,", "deposit +100 USD"),
        (f"{AT},,-100,USD,,To bank,false,100,USD,0,USD,Bank,t1,,c1,", "withdrawal -100 USD"),
    ],
)
def test_kind_and_legs(line: str, said: str) -> None:
    intake = one_row(line)
    assert [legs(one) for one in intake.transactions] == [said]
    assert not intake.problems


@pytest.mark.parametrize(
    "line",
    [
        f"{AT},,99,USD,,57017291e42ae13d2a00020b,false,,,,,,,,c1,",
        f"{AT},,,BTC,,Coinbase Fee,false,,,,,,,,c1,",
        "Account,ETH Wallet,deadbeef",
        "Transactions",
    ],
)
def test_what_has_no_effect_is_set_aside(line: str) -> None:
    intake = one_row(line)
    assert len(intake.set_aside) == 1
    assert not intake.transactions
    assert not intake.problems


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{AT},,0.25,BTC,,,true,,,,,,,,c1,hash", "KIND_NOT_BOOKED"),
        (f"{AT},,0.25,BTC,,,false,100,USD,1,EUR,Bank,t1,,c1,", "ROW_INVALID"),
        (f"{AT},,0.25,BTC,,,false,1,USD,1,USD,Bank,t1,,c1,", "ROW_INVALID"),
        (f"{AT},,some,BTC,,,false,,,,,,,,c1,", "ROW_INVALID"),
        (f"{AT},,1,,,,false,,,,,,,,c1,", "ROW_INVALID"),
        ("soon,,1,BTC,,,false,,,,,,,,c1,", "TIME_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(line: str, code: str) -> None:
    assert codes(one_row(line)) == [code]


def test_a_time_that_a_spreadsheet_has_cut_is_the_taxpayers() -> None:
    intake = one_row("5/26/14 1:12,,15,BTC,,,false,275,USD,7.46,USD,,,,c1,", zone=ZoneInfo("America/New_York"))
    assert intake.transactions[0].time == datetime(2014, 5, 26, 5, 12, tzinfo=UTC)


def test_the_hash_of_a_coin_whose_name_has_two_words() -> None:
    header = HEADER.replace("Order BTC", "Order BCH").replace("Bitcoin Hash", "Bitcoin Cash Hash")
    (one,) = read("coinbase_transactions_legacy", header, f"{AT},,0.25,BCH,,Your referral bonus,false,,,,,,,,c1,0xhash").transactions
    assert (legs(one), one.txid) == ("deposit +0.25 BCH", "0xhash")


def test_full_history_with_ids_tells_the_same_trade_once(tmp_path) -> None:
    history = (
        "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
        "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n"
        "57017291e42ae13d2a00020b,2016-04-03 19:00:00 UTC,Buy,BTC,0.25,USD,$396.00,$99.00,$100.00,$1.00,Bought 0.25 BTC for 100 USD\n"
    )
    legacy = f"{HEADER}\n{AT},,0.25,BTC,,,false,100,USD,1,USD,Bank,t1,,c1,\n"
    ledger = ledger_of(tmp_path, {"history.csv": history, "legacy.csv": legacy})
    assert [one["id"] for one in records(ledger.transactions)] == ["57017291e42ae13d2a00020b"]
