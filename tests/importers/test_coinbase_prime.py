"""Coinbase Prime: goldens of orders and transactions, staking rewards, what can't be used."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from goldens import compare
from layout_samples import codes, layout, legs, read

ORDERS = (
    "order id,status,market,side,filled base quantity,filled quote quantity,total fees and commissions,initiated time,last updated time"
)
MOVES = "activity id,final status,activity title,activity type,transaction value,transaction currency,initiated time,last updated time"
REWARDS = "Staked Asset,Reward Currency,Date/Time of Reward,Type of Reward,Transaction ID,Amount of Reward,Amount of Reward (notional USD)"
AT = "2024-06-03T10:00:00Z,2024-06-04T11:30:00Z"


def test_orders_give_their_golden_ledger() -> None:
    compare(layout("coinbase_prime_orders"), "coinbase_prime_orders")


def test_transactions_give_their_golden_ledger() -> None:
    compare(layout("coinbase_prime_moves"), "coinbase_prime_moves")


def test_an_order_is_filled_at_its_last_update() -> None:
    # 30500 and a fee of 15.25 beside it leave the account
    (one,) = read("coinbase_prime_orders", ORDERS, f"o1,Completed,BTC/USD,BUY,0.5,30500,15.25,{AT}").transactions
    assert legs(one) == "buy -30500 USD +0.5 BTC fee 15.25 USD"
    assert (one.id, one.account, one.time) == ("o1", "coinbase-prime", datetime(2024, 6, 4, 11, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"o1,Completed,BTCUSD,BUY,0.5,30500,15.25,{AT}", "ROW_INVALID"),
        (f"o1,Completed,BTC/USD,SHORT,0.5,30500,15.25,{AT}", "ROW_UNKNOWN_KIND"),
        (f"o1,Completed,BTC/USD,BUY,0.5,,15.25,{AT}", "ROW_INVALID"),
        (f"o1,Completed,BTC/USD,BUY,half,30500,15.25,{AT}", "ROW_INVALID"),
        ("o1,Completed,BTC/USD,BUY,0.5,30500,15.25,soon,soon", "TIME_INVALID"),
    ],
)
def test_orders_that_cannot_be_used(line: str, code: str) -> None:
    assert codes(read("coinbase_prime_orders", ORDERS, line)) == [code]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("Convert,Conversion,5,USD", "ROW_UNPAIRED_LEG"),
        ("Convert USD/USDC,Conversion,5,ETH", "ROW_UNPAIRED_LEG"),
        ("x,Vote,5,ETH", "ROW_UNKNOWN_KIND"),
    ],
)
def test_transactions_that_cannot_be_used(cells: str, code: str) -> None:
    assert codes(read("coinbase_prime_moves", MOVES, f"a1,Completed,{cells},{AT}")) == [code]


def test_rewards() -> None:
    lines = ("ETH,ETH,2024-06-03T10:00:00Z,Consensus,0xabc,0.01,37.5", "ETH,ETH,2024-06-04T10:00:00Z,Consensus,0xabd,0,0")
    intake = read("coinbase_prime_rewards", REWARDS, *lines)
    (one,) = intake.transactions
    assert (legs(one), one.value, one.value_currency, one.txid) == ("income:staking +0.01 ETH", Decimal("37.5"), "USD", "0xabc")
    assert len(intake.set_aside) == 1
