"""BitMEX: the golden, satoshis, fees inside and on top of the amount, the taxpayer's zone."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from exchange_samples import compare_all
from goldens import written
from layout_samples import codes, layout, legs, read
from taxlots.importers.read import read as import_all
from taxlots.problems import Severity

HEADER = "transactTime,transactType,amount,fee,address,transactStatus,walletBalance"


def test_sample_gives_its_golden_ledger() -> None:
    # the balance falls from 0.12 to 0.1045 for 0.015 (the fee on top), and from 0.1006 to 0.0803 for 0.0203 (the fee inside)
    intake = compare_all("bitmex_wallet", "bitmex/wallet-history.csv", zone=ZoneInfo("America/New_York"))
    assert intake.transactions[0].time == datetime(2019, 9, 10, 19, 22, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("balance", "expected"),
    [
        ("9000000", "withdrawal -0.0095 BTC fee 0.0005 BTC"),
        ("8950000", "withdrawal -0.01 BTC fee 0.0005 BTC"),
        ("", "withdrawal -0.0095 BTC fee 0.0005 BTC"),
    ],
)
@pytest.mark.parametrize("newest_first", [False, True])
def test_the_balance_tells_whether_the_fee_is_inside(*, balance: str, expected: str, newest_first: bool) -> None:
    lines = [
        '"9/20/2019, 3:22:19 PM",Deposit,10000000,0,a,Completed,10000000',
        f'"9/21/2019, 3:22:19 PM",Withdrawal,-1000000,50000,a,Completed,{balance}',
    ]
    intake = read("bitmex_wallet", HEADER, *(lines[::-1] if newest_first else lines))
    assert [legs(one) for one in intake.transactions] == ["deposit +0.1 BTC", expected]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("UnrealisedPNL,5,0", "KIND_NOT_BOOKED"),
        ("Gift,5,0", "ROW_UNKNOWN_KIND"),
        ("Deposit,-5,0", "ROW_INVALID"),
        ("Deposit,many,0", "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    assert codes(read("bitmex_wallet", HEADER, f"2019-01-01 00:00:00,{row},a,Completed,")) == [code]


def test_amounts_with_decimals_are_bitcoin() -> None:
    (one,) = read("bitmex_wallet", HEADER, "2019-01-01 00:00:00,AffiliatePayout,0.5,0,a,Completed,").transactions
    assert legs(one) == "income:referral +0.5 BTC"


def test_cancelled_and_empty_rows_are_set_aside() -> None:
    intake = read("bitmex_wallet", HEADER, "2019-01-01,Withdrawal,-5,0,a,Canceled,", "2019-01-01,Deposit,0,0,a,Completed,")
    assert len(intake.set_aside) == 2


TRADES = "transactTime,account,symbol,execType,side,lastQty,lastPx,execCost,commission,execComm,ordType,price,text,orderID"


def traded(time: str, symbol: str = "XBTUSD", account: str = "1") -> str:
    """A row of the trade history."""
    return f"{time},{account},{symbol},Trade,Buy,100,9000,-1111100,0.00075,833,Limit,9000,,o1"


def test_trades_are_futures() -> None:
    intake = read("bitmex_trades", TRADES, traded("2020-01-03 10:00:00"))
    assert codes(intake) == ["KIND_NOT_BOOKED"]
    assert "XBTUSD" in intake.problems[0].message
    assert "wallet history" in intake.problems[0].hint


@pytest.mark.parametrize(
    ("row", "aside"),
    [
        (traded("2020-01-03 10:00:00"), True),  # its result is in the row of noon
        (traded("2020-01-03 12:00:01"), False),  # the wallet history ends before that of the next noon
        (traded("2020-01-01 23:59:59"), False),  # it begins after the trade
        (traded("2020-01-03 10:00:00", "XBTUSDT"), False),  # settled in USDT, not in bitcoin
        (traded("2020-01-03 10:00:00", "XBT_USDT"), False),  # no future
        (f"{traded('2020-01-03 10:00:00')}\n{traded('2020-01-03 10:00:00', account='2')}", False),  # whose wallet is it?
        (traded("soon"), False),
    ],
)
def test_trades_are_set_aside_beside_the_results_of_their_time(tmp_path: Path, *, row: str, aside: bool) -> None:
    wallet = ("2020-01-02,Deposit,1000,0,a,Completed,1000", "2020-01-03 12:00:00,RealisedPNL,-5,0,XBTUSD,Completed,995")
    (tmp_path / "wallet.csv").write_text("\n".join((HEADER, *wallet, "2020-01-04,Deposit,5,0,a,Completed,1000", "")))
    (tmp_path / "a-trades.csv").write_text(f"{TRADES}\n{row}\n")
    imported = import_all([tmp_path])
    trades = {source for source in imported.set_aside if source[0].endswith("a-trades.csv")}
    assert bool(trades) == aside
    assert {problem.severity for problem in imported.problems} == (set() if aside else {Severity.ERROR})
    assert len(imported.unusable) == (0 if aside else len(row.splitlines()))


def test_a_wallet_history_without_results_tells_none(tmp_path: Path) -> None:
    (tmp_path / "wallet.csv").write_text(f"{HEADER}\n2020-01-02,Deposit,1000,0,a,Completed,1000\n2020-02-02,Deposit,1,0,a,Completed,1001\n")
    (tmp_path / "trades.csv").write_text(f"{TRADES}\n{traded('2020-01-03 10:00:00')}\n")
    assert [problem.code for problem in import_all([tmp_path]).problems] == ["KIND_NOT_BOOKED"]


def test_an_overlapping_history_tells_the_balance_before():
    """A withdrawal of 15 with a fee of 5 on top, 100 - 15 - 5 = 80, stands first in a history that began later: also there it is on top."""
    deposit = '"9/20/2019, 3:00:00 PM",Deposit,100,0,a,Completed,100'
    withdrawal = '"9/22/2019, 8:00:00 AM",Withdrawal,-15,5,a,Completed,80'
    tables = [written(layout("bitmex_wallet"), HEADER, *lines, file=str(len(lines))) for lines in ([withdrawal], [withdrawal, deposit])]
    intake = layout("bitmex_wallet").read(tables, UTC)
    assert [legs(t) for t in intake.transactions if t.kind == "withdrawal"] == ["withdrawal -0.00000015 BTC fee 0.00000005 BTC"] * 2
