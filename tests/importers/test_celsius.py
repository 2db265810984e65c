"""Celsius: the golden under a header with leading blanks, both spellings of types, swaps of one minute."""

import pytest
from layout_samples import codes, compare, legs, read

HEADER = (
    "Internal id,Date and time,Transaction type,Coin type,Coin amount,USD Value,Original Interest Coin,"
    "Interest Amount In Original Coin,Confirmed"
)


def test_sample_gives_its_golden_ledger() -> None:
    compare("celsius", "celsius/celsius_transactions.csv")


@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [
        ("interest", "0.1", "income:interest +0.1 BTC"),
        ("referred_award", "0.1", "income:referral +0.1 BTC"),
        ("inbound_transfer", "0.1", "deposit +0.1 BTC"),
        ("Withdrawal", "-0.1", "withdrawal -0.1 BTC"),
    ],
)
def test_types_with_underscores_or_blanks(kind: str, amount: str, expected: str) -> None:
    intake = read("celsius", HEADER, f'i,"June 15, 2020 5:25 PM",{kind},BTC,{amount},4000,,,Yes')
    assert [legs(one) for one in intake.transactions] == [expected]


def test_swap_is_two_rows_of_a_minute() -> None:
    intake = read(
        "celsius",
        HEADER,
        'a,"August 3, 2021 9:10 AM",Swap in,ETH,0.31,796,,,Yes',
        'b,"August 3, 2021 9:10 AM",Swap out,BTC,-0.02,-800,,,Yes',
    )
    (one,) = intake.transactions
    assert legs(one) == "swap -0.02 BTC +0.31 ETH"
    assert (str(one.value), one.value_currency, len(one.sources)) == ("796", "USD", 2)


def test_what_cannot_be_used_is_named() -> None:
    intake = read(
        "celsius",
        HEADER,
        'a,"August 3, 2021 9:10 AM",Swap in,ETH,0.31,796,,,Yes',
        'b,"August 3, 2021 9:11 AM",Loan Principal Liquidation,BTC,-0.02,-800,,,Yes',
        'c,"August 3, 2021 9:11 AM",Gift,BTC,-0.02,-800,,,Yes',
        'd,"August 3, 2021 9:11 AM",Reward,BTC,-0.02,-800,,,Yes',
        "e,August,Reward,BTC,0.02,800,,,Yes",
        'f,"August 3, 2021 9:11 AM",Reward,BTC,0,0,,,Yes',
    )
    assert codes(intake) == ["ROW_UNPAIRED_LEG", "KIND_NOT_BOOKED", "ROW_UNKNOWN_KIND", "ROW_INVALID", "TIME_INVALID"]
    assert list(intake.set_aside.values()) == ["the quantity is 0"]
