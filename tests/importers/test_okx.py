"""OKX: goldens, zones, legs net of fees, balances."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from exchange_samples import compare_all
from goldens import assert_one_fate_each, written
from layout_samples import codes, layout, legs, read
from taxlots.importers.exchanges.exchange_times import named_zone
from taxlots.importers.records import Intake

TRADING = (
    "id,Order id,Time,Trade Type,Symbol,Action,Amount,Trading Unit,Filled Price,PnL,Fee,Fee Unit,Position Change,Position Balance,"
    "Balance Change,Balance,Balance Unit"
)
OLD = "id,Order id,Time,Trade Type,Instrument,Type,Amount,Unit,PL,Fee,Position Change,Position Balance,Balance Change,Balance,Unit"
FUNDING = "id,Time,Type,Amount,Before Balance,After Balance,Fee,Symbol"


def leg(number: int, action: str, change: str, unit: str, fee: str = "0", second: int = 0) -> str:
    """One leg of order 9; the trading unit is wrong, as in 2025."""
    return f"{number},9,2025-01-01 00:00:{second:02d},Spot,ETH-USDT,{action},1,USDT,1,0,{fee},{unit},0,0,{change},,{unit}"


def shown(intake: Intake) -> list[str]:
    """The legs of every transaction."""
    return [legs(one) for one in intake.transactions]


def test_trading_history_gives_its_golden_ledger() -> None:
    intake = compare_all("okx", "okx/OKX Trading History.csv")
    assert {(one.asset, str(one.quantity)) for one in intake.balances} == {
        ("ETH", "0"),
        ("USDT", "160.06"),
        ("SOL", "2.001"),
        ("USDC", "10"),
    }
    # 2025-04-01 12:00 in UTC+8
    assert min(one.time for one in intake.transactions) == datetime(2025, 4, 1, 4, 0, tzinfo=UTC)


def test_funding_history_gives_its_golden_ledger() -> None:
    intake = compare_all("okx_funding", "okx/OKX Funding History.csv")
    assert "DOT" not in {one.asset for one in intake.balances}


def test_the_balance_changes_net_of_the_fee() -> None:
    # 0.999 ETH arrive after a fee of 0.001: 1 ETH was bought
    intake = read("okx", TRADING, leg(1, "Buy", "0.999", "ETH", "-0.001"), leg(2, "Sell", "-1000", "USDT"))
    assert shown(intake) == ["swap -1000 USDT +1 ETH fee 0.001 ETH"]
    assert intake.transactions[0].id == "1"


def test_a_rebate_is_more_of_what_was_bought() -> None:
    intake = read("okx", TRADING, leg(1, "Buy", "1.001", "ETH", "0.001"), leg(2, "Sell", "-1000", "USDT"))
    assert shown(intake) == ["swap -1000 USDT +1.001 ETH"]


def test_fills_of_an_order_are_told_by_their_time() -> None:
    first = (leg(1, "Buy", "1", "ETH"), leg(2, "Sell", "-1000", "USDT"))
    second = (leg(3, "Buy", "2", "ETH", second=5), leg(4, "Sell", "-2001", "USDT", second=5))
    assert shown(read("okx", TRADING, *first, *second)) == ["swap -1000 USDT +1 ETH", "swap -2001 USDT +2 ETH"]


def test_legs_of_two_seconds_are_one_trade() -> None:
    lines = (leg(1, "Buy", "1", "ETH"), leg(2, "Sell", "-1000", "USDT", second=1))
    assert shown(read("okx", TRADING, *lines)) == ["swap -1000 USDT +1 ETH"]


def test_overlapping_files_repeat_rows() -> None:
    lines = (leg(1, "Buy", "1", "ETH"), leg(2, "Sell", "-1000", "USDT"))
    okx = layout("okx")
    tables = [written(okx, TRADING, *lines, file=file) for file in ("a.csv", "b.csv")]
    intake = okx.read(tables, UTC)
    assert_one_fate_each(tables, intake)
    assert shown(intake) == ["swap -1000 USDT +1 ETH"]
    assert len(intake.merged) == 2


def test_ids_that_a_spreadsheet_destroyed_are_not_used() -> None:
    lines = (leg(1, "Buy", "1", "ETH").replace("1,9", "6.5E+17,9", 1), leg(2, "Sell", "-1000", "USDT"))
    assert read("okx", TRADING, *lines).transactions[0].id == ""


def test_the_header_of_2021_has_two_columns_called_unit() -> None:
    lines = (
        "1,9,2021-01-01 00:00:00,Spot,ETH-USDT,Buy,1,USDT,0,-0.001,0,0,0.999,0.999,ETH",
        "1,9,2021-01-01 00:00:00,Spot,ETH-USDT,Sell,1000,USDT,0,0,0,0,-1000,0,USDT",
    )
    assert shown(read("okx_2021", OLD, *lines)) == ["swap -1000 USDT +1 ETH fee 0.001 ETH"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (leg(1, "Buy", "1", "ETH"), "ROW_UNPAIRED_LEG"),
        (leg(1, "Buy", "1", "ETH").replace("Spot", "Swap"), "KIND_NOT_BOOKED"),
        (leg(1, "Buy", "1", ""), "ROW_INVALID"),
        (leg(1, "Buy", "", "ETH"), "ROW_INVALID"),
        (leg(1, "Buy", "1", "ETH").replace("2025-01-01", "then"), "TIME_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(line: str, code: str) -> None:
    assert codes(read("okx", TRADING, line)) == [code]


def test_an_unchanged_balance_is_set_aside() -> None:
    assert len(read("okx", TRADING, leg(1, "Buy", "0E-8", "ETH", "0E-8")).set_aside) == 1


def test_funding_rows() -> None:
    # 0.5 leave, of which 0.0005 are the fee
    intake = read(
        "okx_funding",
        FUNDING,
        "1,2025-01-01 00:00:00,Withdrawal,-0.5,0.5,0,0.0005,ETH",
        "2,2025-01-02 00:00:00,Withdrawal,0.5,0,0.5,0,ETH",
        "3,2025-01-03 00:00:00,Deposit,0.5,0,0.5,0,",
        "4,2025-01-04 00:00:00,Deposit,0,0.5,0.5,0,ETH",
        "5,2025-01-05 00:00:00,Lottery,1,0.5,1.5,0,ETH",
        "6,2025-01-06 00:00:00,Transfer,1,1.5,0.5,0,ETH",
    )
    assert shown(intake) == ["withdrawal -0.4995 ETH fee 0.0005 ETH"]
    assert codes(intake) == ["ROW_INVALID", "ROW_INVALID", "ROW_UNKNOWN_KIND", "BALANCE_MISMATCH"]
    assert "0.5 ETH were held before" in intake.problems[-1].message
    assert len(intake.set_aside) == 2


@pytest.mark.parametrize(
    ("text", "hours"),
    [("Time Zone:UTC+8", 8), ("Time(UTC-05:30)", -5.5), ("Date (+01:00)", 1), ("Date(UTCnull)", 0), ("Time(UTC)", 0), ("x(GMT+9).csv", 9)],
)
def test_named_zone(text: str, hours: float) -> None:
    assert named_zone(text) == timezone(timedelta(hours=hours))


def test_no_zone_is_named() -> None:
    assert named_zone("Time") is None
    assert named_zone("UTC+99") is None


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("Swap,BTC-USDT-SWAP,Close long,1,cont,205,1.078,-0.5,USDT,-1,0,0.578,,USDT", ["realized-gain +0.578 USDT"]),
        ("Futures,BTC-USD-250627,Close short,1,cont,205,-0.01,-0.0001,BTC,-1,0,-0.0101,,BTC", ["realized-gain -0.0101 BTC"]),
        ("Swap,BTC-USDT-SWAP,Funding fee expense,1,cont,205,-0.4,0,USDT,0,1,-0.4,,USDT", ["realized-gain -0.4 USDT"]),
        ("Swap,BTC-USDT-SWAP,Open long,1,cont,205,0,0,USDT,1,1,0,,USDT", []),
    ],
)
def test_a_position_comes_to_the_result_and_the_fee_that_changed_the_balance(cells: str, expected: list[str]) -> None:
    intake = read("okx", TRADING, f"700000000000000001,9,2025-01-01 00:00:00,{cells}")
    assert (shown(intake), codes(intake)) == (expected, [])
    assert [one.id for one in intake.transactions] == ["700000000000000001"] * len(expected)


@pytest.mark.parametrize(
    "cells",
    [
        "Swap,BTC-USDT-SWAP,Open long,1,cont,205,0,-0.5,USDT,1,1,-20.5,,USDT",  # margin leaves the balance as well
        "Swap,BTC-USDT-SWAP,Close long,1,cont,205,1,-0.5,OKB,-1,0,0.5,,USDT",  # the fee is of another coin
        "Margin,BTC-USDT,Buy,1,BTC,205,0,-0.5,USDT,0,0,-0.5,,USDT",  # what is bought on margin is no result
        "Option,BTC-USD-250627-100000-C,Buy,1,cont,205,0,-0.5,USDT,1,1,-0.5,,USDT",  # a premium is none either
    ],
)
def test_what_states_no_result_stays_a_problem(cells: str) -> None:
    assert codes(read("okx", TRADING, f"1,9,2025-01-01 00:00:00,{cells}")) == ["KIND_NOT_BOOKED"]


def test_the_result_of_2021_is_called_pl() -> None:
    line = "1,9,2021-01-01 00:00:00,Swap,BTC-USDT-SWAP,Sell,1,cont,5,-0.5,-1,0,4.5,104.5,USDT"
    assert shown(read("okx_2021", OLD, line)) == ["realized-gain +4.5 USDT"]
