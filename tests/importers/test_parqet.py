"""Parqet: the golden of the sample, and each trap with its legs."""

import pytest
from layout_samples import codes, compare, legs, read

HEADER = "datetime,price,shares,amount,tax,fee,type,broker,assettype,identifier,currency,holdingname"


def test_the_sample_gives_its_golden_ledger() -> None:
    compare("parqet", "parqet/parqet_activities.csv")


def line(kind: str, numbers: str, asset: str = "Security") -> str:
    return f"2024-05-06T07:00:00.000Z,{numbers},{kind},trade_republic,{asset},IE00B4L5Y983,EUR,World ETF"


def test_amounts_are_gross_and_the_tax_is_a_remark() -> None:
    # 6 at 263 are 1578; of them the broker kept 14.83 of tax and 1 of fee
    (one,) = read("parqet", HEADER, line("Sell", '263,6,1578,"14,83",1')).transactions
    assert legs(one) == "sell -6 IE00B4L5Y983 +1578 EUR fee 1 EUR"
    assert (one.note, one.account, one.asset_class) == ("World ETF; tax withheld 14.83 EUR", "trade-republic", "security")


def test_a_comma_before_three_digits_is_a_decimal_comma_in_such_a_file() -> None:
    intake = read("parqet", HEADER, line("Buy", '"81,234","0,500","40,617",0,0'))
    assert [legs(one) for one in intake.transactions] == ["buy -40.617 EUR +0.5 IE00B4L5Y983"]


@pytest.mark.parametrize(
    ("kind", "asset", "code"),
    [("Split", "Security", "ROW_UNKNOWN_KIND"), ("Buy", "RealEstate", "ROW_UNKNOWN_KIND")],
)
def test_what_cannot_be_used_is_named(kind: str, asset: str, code: str) -> None:
    assert codes(read("parqet", HEADER, line(kind, "1,1,1,0,0", asset))) == [code]
