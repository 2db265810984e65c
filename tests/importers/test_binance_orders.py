"""Binance: order history of 2020, Auto-Invest and ETH staked for BETH."""

from datetime import UTC, datetime

import pytest
from goldens import compare, written
from layout_samples import codes, layout, legs, read
from taxlots.ledger.duplicates import distinct

ORDERS = "Date(UTC),Pair,Type,Order Price,Order Amount,AvgTrading Price,Filled,Total,status"
PLAN = "Auto-Invest Date(UTC),Holding Coin,Amount per period,Trading Fee,Units,From,Status"
STAKED = "Date(UTC),Coin,Token,Amount,Status"
BOUGHT = "2020-05-01 10:00:00,BNBUSDT,BUY,17,2,17,2,34,Filled"
BELOW = ",Date(UTC),Trading Price,Filled,Total,Fee"


def test_orders_give_their_golden_ledger() -> None:
    # the second order is filled twice in one second: 1.5 + 0.5 BNB for 25.5 + 8.5 USDT, fees 0.0015 + 0.0005 BNB
    compare(layout("binance_orders_2020"), "binance_orders_2020")


def test_an_order_and_the_trade_history_count_once() -> None:
    orders = read("binance_orders_2020", ORDERS, BOUGHT, BELOW, ",2020-05-01 10:00:01,17,2,34,0.002BNB")
    header, line = "Date(UTC),Pair,Side,Price,Executed,Amount,Fee", "2020-05-01 10:00:01,BNBUSDT,BUY,17,2BNB,34USDT,0.002BNB"
    trades = layout("binance_trades").read([written(layout("binance_trades"), header, line, file="trades.csv")], UTC)
    (one,) = distinct([*orders.transactions, *trades.transactions], {}).transactions
    assert legs(one) == "swap -34 USDT +2 BNB fee 0.002 BNB"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((BOUGHT,), "ROW_UNPAIRED_LEG"),
        ((BELOW, ",2020-05-01 10:00:01,17,2,34,0.002BNB"), "ROW_INVALID"),
        ((BOUGHT, BELOW, ",2020-05-01 10:00:01,17,two,34,0.002BNB"), "ROW_INVALID"),
        ((BOUGHT, BELOW, ",soon,17,2,34,0.002BNB"), "TIME_INVALID"),
        ((BOUGHT.replace("BUY", "SWAP"), BELOW, ",2020-05-01 10:00:01,17,2,34,0.002BNB"), "ROW_UNKNOWN_KIND"),
        ((BOUGHT.replace(",2,34,Filled", ",two,34,Filled"),), "ROW_INVALID"),
    ],
)
def test_orders_that_cannot_be_used(lines: tuple[str, ...], code: str) -> None:
    intake = read("binance_orders_2020", ORDERS, *lines)
    assert codes(intake) == [code]
    assert not intake.transactions


def test_plan_pays_amount_and_fee() -> None:
    intake = read(
        "binance_auto_invest",
        PLAN,
        "5/1/2022 14:00,ETH,10.00000000 USDT,0.02000000 USDT,0.00350000 ETH,Spot Wallet,Success",
        "2022-06-01 07:00:00,1INCH,10.00000000 BUSD,--,20.1 1INCH,Spot Wallet,Success",
        "2022-06-02 07:00:00,1INCH,10.00000000 BUSD,--,20.1 1INCH,Spot Wallet,Failed",
        "2022-06-03 07:00:00,1INCH,10,--,20.1 1INCH,Spot Wallet,Success",
    )
    assert [legs(one) for one in intake.transactions] == ["swap -10 USDT +0.0035 ETH fee 0.02 USDT", "swap -10 BUSD +20.1 1INCH"]
    assert intake.transactions[0].time == datetime(2022, 5, 1, 14, tzinfo=UTC)
    assert (len(intake.set_aside), codes(intake)) == (1, ["ROW_INVALID"])


def test_plan_and_statement_count_once() -> None:
    # the plan names 14:00, the statement the second at which it was carried out
    plan = read("binance_auto_invest", PLAN, "2022-05-01 14:00:00,ETH,10 USDT,--,0.0035 ETH,Spot Wallet,Success")
    lines = (
        '1,2022-05-01 14:03:07,Spot,Auto-Invest Transaction,USDT,-10,""',
        '1,2022-05-01 14:03:07,Spot,Auto-Invest Transaction,ETH,0.0035,""',
    )
    statements = layout("binance_statements")
    history = statements.read([written(statements, "User_ID,UTC_Time,Account,Operation,Coin,Change,Remark", *lines, file="s.csv")], UTC)
    assert len(distinct([*plan.transactions, *history.transactions], {}).transactions) == 1


def test_staked_eth_keeps_its_basis() -> None:
    intake = read(
        "binance_staked_eth",
        STAKED,
        "2021-05-05 10:00:00,ETH,BETH,1.5,Success",
        "2021-05-06 10:00:00,ETH,BETH,1.5,Failed",
        "2021-05-07 10:00:00,ETH,BETH,0,Success",
        "2021-05-08 10:00:00,ETH,BETH,much,Success",
    )
    assert [legs(one) for one in intake.transactions] == ["convert -1.5 ETH +1.5 BETH"]
    assert (len(intake.set_aside), codes(intake)) == (2, ["ROW_INVALID"])
