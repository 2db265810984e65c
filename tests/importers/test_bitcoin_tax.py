"""bitcoin.tax: a golden per file, and each trap with its legs."""

from decimal import Decimal

import pytest
from layout_samples import codes, compare, legs, read

TRADES = "Date,Action,Symbol,Account,Volume,Price,Currency,Fee,FeeCurrency,Total,Cost/Proceeds,ExchangeId"
MOVES = "Date,Action,Symbol,Account,Volume,Price,Currency,Fee,FeeCurrency,Total,Ref,Memo,Margin,MarginId,TxHash"


@pytest.mark.parametrize(("name", "file"), [("bitcoin_tax_trades", "trades.csv"), ("bitcoin_tax_moves", "spending.csv")])
def test_the_sample_gives_its_golden_ledger(name: str, file: str) -> None:
    compare(name, f"bitcoin_tax/{file}")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("BUY,BTC,GDAX,0.1,5400,USD,2.7,USD,-540", "buy -540 USD +0.1 BTC fee 2.7 USD"),
        ("SELL,BTC,GDAX,0.1,5400,USD,2.7,USD,540", "sell -0.1 BTC +540 USD fee 2.7 USD"),
        ("BUY,ETH,GDAX,1,0.03,BTC,0.001,ETH,-0.03", "swap -0.03 BTC +1 ETH fee 0.001 ETH"),
        ("BUY,ETH,GDAX,1,160,USD,-0.04,USD,-160", "buy -159.96 USD +1 ETH"),  # a rebate lowers the price
        ("SELL,ETH,GDAX,1,160,USD,-0.04,USD,160", "sell -1 ETH +160.04 USD"),  # and raises the proceeds
    ],
)
def test_total_is_without_the_fee(row: str, expected: str) -> None:
    intake = read("bitcoin_tax_trades", TRADES, f"2019-05-01 10:00:00 +0000,{row},,x1")
    assert [legs(one) for one in intake.transactions] == [expected]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("SWAP,ETH,GDAX,1,1,WETH,0,,1", "ROW_UNKNOWN_KIND"),
        ("SELL,ETH,GDAX,1,160,USD,-0.04,BNB,160", "ROW_INVALID"),
        ("SELL,ETH,GDAX,1,160,USD,0,,", "ROW_UNPAIRED_LEG"),
    ],
)
def test_trades_that_cannot_be_used_are_named(row: str, code: str) -> None:
    assert codes(read("bitcoin_tax_trades", TRADES, f"2019-05-01 10:00:00 +0000,{row},,x1")) == [code]


def test_income_and_spending_have_their_value() -> None:
    rows = [f"2019-05-01 10:00:00 +0000,{action},BTC,Wallet,0.1,8000,USD,0,,800,,,,," for action in ("INCOME", "SPEND", "GIFT", "LOST")]
    intake = read("bitcoin_tax_moves", MOVES, *rows)
    assert [legs(one) for one in intake.transactions] == ["income:other +0.1 BTC", "spend -0.1 BTC", "gift-out -0.1 BTC", "lost -0.1 BTC"]
    assert {one.value for one in intake.transactions} == {Decimal(800)}


def test_margin_is_not_booked() -> None:
    assert codes(read("bitcoin_tax_moves", MOVES, "2019-05-01,SPEND,BTC,BitMEX,0.1,8000,USD,0,,800,,,true,m1,")) == ["KIND_NOT_BOOKED"]
