"""HitBTC: goldens of both exports, fees and rebates, margin."""

from datetime import UTC, datetime

import pytest
from exchange_samples import compare_all
from goldens import assert_one_fate_each
from layout_samples import codes, legs, read
from taxlots.importers.detect import detect
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.readers import Sheet

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


def test_transactions_to_2018_have_their_currency_beyond_the_header() -> None:
    cells = [
        ["Date (+01:00)", "Operation id", "Type", "Amount", "Transaction Hash", "Main account balance"],
        ["2018-01-01 10:00:00", "op1", "Deposit", "1", "h1", "1", "BTC"],
        ["2018-01-02 10:00:00", "op2", "Withdraw", "-0.4", "h2", "0.6", "BTC"],
        ["2018-01-03 10:00:00", "op3", "Withdraw", "-0.4", "", "0.6", "BTC"],
        ["2018-01-04 10:00:00", "op4", "Deposit", "1", "h4", "1.6"],
    ]
    found = detect(Sheet("moves.csv", "0", cells, [1, 2, 3, 4, 5]), LAYOUTS)
    assert found is not None
    assert (found.layout.id, found.broken) == ("hitbtc_moves_2018", {})
    intake = found.layout.read([found.table], UTC)
    assert_one_fate_each([found.table], intake)
    assert [(legs(one), one.id) for one in intake.transactions] == [("deposit +1 BTC", "op1"), ("withdrawal -0.4 BTC", "op2")]
    assert intake.transactions[0].time == datetime(2018, 1, 1, 9, tzinfo=UTC)
    assert (len(intake.set_aside), codes(intake)) == (1, ["ROW_INVALID"])


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
