"""TurboTax: a golden per file, reports of gains set aside, and each trap with its legs."""

from decimal import Decimal

import pytest
from layout_samples import codes, compare, legs, read

HEADER = "Date,Type,Sent Asset,Sent Amount,Received Asset,Received Amount,Fee Asset,Fee Amount,Market Value Currency,Market Value"


def test_the_sample_gives_its_golden_ledger() -> None:
    compare("turbotax", "turbotax/turbotax_universal_template.csv")


@pytest.mark.parametrize("name", ["turbotax_gains", "turbotax_gains_2020"])
def test_realised_gains_are_no_transactions(name: str) -> None:
    intake = compare(name, f"turbotax/{name}.csv")
    assert set(intake.set_aside.values()) == {"a report of realised lots, for reconciliation, not transactions"}


def test_convert_has_the_stated_market_value() -> None:
    (one,) = read("turbotax", HEADER, "9/20/2022 23:33,Convert,BTC,0.1,ETH,1.5,ETH,0.01,USD,2000").transactions
    assert (legs(one), one.value) == ("swap -0.1 BTC +1.5 ETH fee 0.01 ETH", Decimal(2000))


def test_a_transfer_with_both_ends_stays_inside() -> None:
    # 1 left and 0.9 arrived: what the move cost
    lost = read("turbotax", HEADER, "9/20/2022 23:33,Transfer,BTC,1,BTC,0.9,,,,")
    assert [legs(one) for one in lost.transactions] == ["fee fee 0.1 BTC"]
    other = read("turbotax", HEADER, "9/20/2022 23:33,Transfer,BTC,1,BTC,0.9,ETH,0.1,,")
    assert codes(other) == ["ROW_INVALID"]
    one_end = read("turbotax", HEADER, "9/20/2022 23:33,Transfer,BTC,1,,,,,,")
    assert [legs(one) for one in one_end.transactions] == ["withdrawal -1 BTC"]


def test_other_says_nothing() -> None:
    assert codes(read("turbotax", HEADER, "9/20/2022 23:33,Other,BTC,1,,,,,,")) == ["ROW_UNKNOWN_KIND"]
