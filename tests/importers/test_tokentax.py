"""TokenTax: the golden of the sample, and each trap with its legs."""

import pytest
from layout_samples import codes, compare, legs, read

TEMPLATE = "Type,BuyAmount,BuyCurrency,SellAmount,SellCurrency,FeeAmount,FeeCurrency,Exchange,Group,Comment,Date"


def test_the_sample_gives_its_golden_ledger() -> None:
    compare("tokentax", "tokentax/tokentax_transactions.csv")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Trade,0.99,BTC,5000,XRP,0.01,BTC", "swap -5000 XRP +1 BTC fee 0.01 BTC"),  # 0.99 are left of 1
        ("Trade,1,BTC,1010,USD,10,USD", "buy -1000 USD +1 BTC fee 10 USD"),  # 1010 contain the fee
        ("Trade,1,ETH,2000,USDT,0.01,BNB", "swap -2000 USDT +1 ETH fee 0.01 BNB"),
        ("Spending,,,1,BTC,,", "spend -1 BTC"),
    ],
)
def test_amounts_contain_the_fees_of_their_currency(row: str, expected: str) -> None:
    intake = read("tokentax", TEMPLATE, f"{row},Bittrex,,,1/16/2017 12:53")
    assert [legs(one) for one in intake.transactions] == [expected]


@pytest.mark.parametrize(
    ("row", "group", "code"),
    [
        ("Trade,1,BTC,5000,XRP,,", "margin", "KIND_NOT_BOOKED"),
        ("Trade,1,BTC,,,,", "", "ROW_UNPAIRED_LEG"),
        ("Migration,1,BTC,1,XBT,,", "", "ROW_UNKNOWN_KIND"),
        ("Gift,1,BTC,,,,", "", "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, group: str, code: str) -> None:
    assert codes(read("tokentax", TEMPLATE, f"{row},Bittrex,{group},,1/16/2017 12:53")) == [code]
