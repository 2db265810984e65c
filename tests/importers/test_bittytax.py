"""BittyTax: the golden of the sample, and each trap with its legs."""

from decimal import Decimal

import pytest
from layout_samples import codes, compare, legs, read

HEADER = (
    "Type,Buy Quantity,Buy Asset,Buy Value in EUR,Sell Quantity,Sell Asset,Sell Value in EUR,"
    "Fee Quantity,Fee Asset,Fee Value in EUR,Wallet,Timestamp,Note"
)


def line(kind: str, moved: str) -> str:
    return f"{kind},{moved},Cold Wallet,2021-01-04T10:00:00 UTC,"


def test_the_sample_gives_its_golden_ledger() -> None:
    compare("bittytax", "bittytax/BittyTax_Records.csv")


def test_fees_come_on_top_and_values_have_the_currency_of_their_column() -> None:
    (one,) = read("bittytax", HEADER, line("Trade", "1,ETH,600,0.02,BTC,601,0.001,BTC,30")).transactions
    assert legs(one) == "swap -0.02 BTC +1 ETH fee 0.001 BTC"
    assert (one.value, one.fee_value, one.value_currency, one.account) == (Decimal(600), Decimal(30), "EUR", "cold-wallet")


@pytest.mark.parametrize(
    ("kind", "moved", "expected"),
    [
        ("Gift-Sent", ",,,1,ETH,,,,", "gift-out -1 ETH"),
        ("Charity-Sent", ",,,1,ETH,,,,", "donation -1 ETH"),
        ("Staking-Reward", "1,ETH,,,,,,,", "income:staking +1 ETH"),
        ("Swap", "1,POL,,1,MATIC,,,,", "convert -1 MATIC +1 POL"),
        ("Margin-Gain", "1,ETH,,,,,,,", "realized-gain +1 ETH"),
        ("Margin-Loss", ",,,1,ETH,,,,", "realized-gain -1 ETH"),
        ("Margin-Fee", ",,,1,ETH,,,,", "fee fee 1 ETH"),
        ("Margin-Fee-Rebate", "1,ETH,,,,,,,", "realized-gain +1 ETH"),
    ],
)
def test_kinds(kind: str, moved: str, expected: str) -> None:
    assert [legs(one) for one in read("bittytax", HEADER, line(kind, moved)).transactions] == [expected]


@pytest.mark.parametrize(("kind", "code"), [("Margin-Loss", "KIND_NOT_BOOKED"), ("Loan", "KIND_NOT_BOOKED"), ("Burn", "ROW_UNKNOWN_KIND")])
def test_what_cannot_be_used_is_named(kind: str, code: str) -> None:
    assert codes(read("bittytax", HEADER, line(kind, "1,ETH,,,,,,,"))) == [code]


def test_a_time_may_name_its_zone() -> None:
    # EST is five hours behind UTC
    header = (
        "Type,Buy Quantity,Buy Asset,Buy Value in GBP,Sell Quantity,Sell Asset,Sell Value in GBP,Fee Quantity,Fee Asset,Fee Value in GBP,"
    )
    rows = (f"Trade,1,BTC,,1000,GBP,,5,GBP,,Kraken,2020-01-01T10:00:00 {zone},n" for zone in ("GMT", "UTC", "EST"))
    intake = read("bittytax", f"{header}Wallet,Timestamp,Note", *rows)
    assert [one.time.hour for one in intake.transactions] == [10, 10, 15]
