"""HitBTC: goldens of both exports, fees and rebates, margin."""

from datetime import UTC, datetime

import pytest
from exchange_samples import compare_all
from layout_samples import codes, legs, read

OLD = "Date (UTC),Instrument,Trade ID,Order ID,Side,Quantity,Price,Volume,Fee,Rebate,Total"
MARGIN = "Email,Date (UTC),Instrument,Trade ID,Order ID,Side,Quantity,Price,Volume,Fee,Rebate,PnL,Total,Taker,Margin Mode"
MOVES = "Email,Date (UTC),Operation id,Type,Amount,Transaction hash,Main account balance,Currency"


def test_trades_give_their_golden_ledger() -> None:
    intake = compare_all("hitbtc_trades", "hitbtc/trades.csv")
    assert intake.transactions[1].time == datetime(2019, 5, 1, 23, 30, tzinfo=UTC)


def test_transactions_give_their_golden_ledger() -> None:
    compare_all("hitbtc_moves", "hitbtc/transactions.csv")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # a rebate of 0.001 BTC: 0.06 less 0.001 were paid, 0.06 and 0.001 were got
        ("buy,2,0.03,0.06,0,0.001,-0.059", "swap -0.059 BTC +2 ETH"),
        ("sell,2,0.03,0.06,0,0.001,0.061", "swap -2 ETH +0.061 BTC"),
        ("sell,2,0.03,0.06,-0.001,0.001,0.061", "swap -2 ETH +0.061 BTC"),
        ("buy,2,0.03,,0.002,0,-0.062", "swap -0.06 BTC +2 ETH fee 0.002 BTC"),
    ],
)
def test_fees_and_rebates(row: str, expected: str) -> None:
    (one,) = read("hitbtc_trades", OLD, f"2018-01-01 00:00:00,ETH/BTC,5,6,{row}").transactions
    assert (legs(one), one.id) == (expected, "5")


@pytest.mark.parametrize(("pnl", "mode"), [("0.5", ""), ("", "isolated")])
def test_margin_is_not_booked(pnl: str, mode: str) -> None:
    intake = read("hitbtc_trades", MARGIN, f"x,2022-01-01 00:00:00,ETH/BTC,5,6,buy,1,0.03,0.03,0,0,{pnl},0,true,{mode}")
    assert codes(intake) == ["KIND_NOT_BOOKED"]


def test_transactions() -> None:
    intake = read(
        "hitbtc_moves",
        MOVES,
        "x,2022-01-01 00:00:00,o1,Deposit,1,h1,1,btc",
        "x,2022-01-02 00:00:00,o2,,-1,h2,0,btc",
        "x,2022-01-03 00:00:00,o3,Withdraw,-1,,0,btc",
        "x,2022-01-04 00:00:00,o4,Deposit,0,h4,0,btc",
        "x,2022-01-05 00:00:00,o5,Deposit,1,h5,0,",
    )
    assert [(legs(one), one.id, one.txid) for one in intake.transactions] == [
        ("deposit +1 BTC", "o1", "h1"),
        ("withdrawal -1 BTC", "o2", "h2"),
    ]
    assert len(intake.set_aside) == 2
    assert codes(intake) == ["ROW_INVALID"]
