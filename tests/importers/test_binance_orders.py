"""Binance: order history of 2020."""

from datetime import UTC

import pytest
from goldens import compare, written
from layout_samples import codes, layout, legs, read
from taxlots.ledger.duplicates import distinct

ORDERS = "Date(UTC),Pair,Type,Order Price,Order Amount,AvgTrading Price,Filled,Total,status"
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
