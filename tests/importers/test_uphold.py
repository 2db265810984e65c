"""Uphold: the golden, rows that move and exchange at once, fees in three places, the oldest files."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from exchange_samples import compare_all
from layout_samples import codes, legs, read

HEADER = (
    "Date,Destination,Destination Amount,Destination Currency,Fee Amount,Fee Currency,Id,Origin,Origin Amount,Origin Currency,Status,Type"
)
OLD = (
    "date,id,type,value_in_USD,commission_in_USD,pair,rate,origin_currency,origin_amount,origin_commission,destination_currency,"
    "destination_amount,destination_commission"
)
TIME = "Tue May 26 2020 18:06:28 GMT+0000"


def shown(row: str) -> list[str]:
    """Legs of a row `destination,amount,currency,fee,fee currency,origin,amount,currency,type`."""
    cells = row.split(",")
    line = ",".join([TIME, *cells[:5], "id1", *cells[5:8], "completed", cells[8]])
    return [legs(one) for one in read("uphold", HEADER, line).transactions]


def test_sample_gives_its_golden_ledger() -> None:
    intake = compare_all("uphold", "uphold/transaction-history.csv")
    assert intake.transactions[0].time == datetime(2020, 5, 26, 18, 6, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("uphold,1,BTC,,,bitcoin,1,BTC,in", ["deposit +1 BTC"]),
        # 0.99 arrive of 1
        ("uphold,0.99,BTC,0.01,BTC,bitcoin,1,BTC,in", ["deposit +1 BTC fee 0.01 BTC"]),
        ("litecoin,0.99,LTC,0.01,LTC,uphold,1,LTC,out", ["withdrawal -0.99 LTC fee 0.01 LTC"]),
        # money from outside buys at once: both happen at Uphold
        ("uphold,0.01,BTC,,,card,100,USD,in", ["deposit +100 USD", "buy -100 USD +0.01 BTC"]),
        ("ethereum,0.2,ETH,,,uphold,0.005,BTC,out", ["swap -0.005 BTC +0.2 ETH", "withdrawal -0.2 ETH"]),
        ("uphold,10,XRP,,,uphold,2,USD,transfer", ["buy -2 USD +10 XRP"]),
        # 99 arrive after a fee of 1: the coins brought 100
        ("uphold,99,USD,1,USD,uphold,0.01,BTC,transfer", ["sell -0.01 BTC +100 USD fee 1 USD"]),
        ("uphold,10,XRP,1,USD,uphold,3,USD,transfer", ["buy -2 USD +10 XRP fee 1 USD"]),
        ("uphold,1000,DOGE,0.25,USD,uphold,50,XRP,transfer", ["swap -50 XRP +1000 DOGE fee 0.25 USD"]),
        ("uphold,5,BAT,,,uphold,5,BAT,in", ["income:reward +5 BAT"]),
        ("uphold,5,XRP,,,uphold,5,XRP,in", ["deposit +5 XRP"]),
        ("uphold,5,USD,,,uphold,5,USD,transfer", []),
    ],
)
def test_legs(row: str, expected: list[str]) -> None:
    assert shown(row) == expected


def test_two_transactions_of_one_row_have_ids_of_their_own() -> None:
    line = f"{TIME},ethereum,0.2,ETH,,,a1,uphold,0.005,BTC,completed,out"
    assert [one.id for one in read("uphold", HEADER, line).transactions] == ["a1", "a1/out"]


def test_the_oldest_files() -> None:
    intake = read(
        "uphold_2016",
        OLD,
        "2017-01-01T00:00:00Z,a,deposit,10,0,x,1,BTC,1,0,BTC,0.99,0",
        "2017-01-02T00:00:00Z,b,out,10,0,x,1,BTC,1,0,BTC,0.99,0",
        "2017-01-03T00:00:00Z,c,transfer,10,0,x,1,BTC,1,0,ETH,20,0",
        "2017-01-04T00:00:00Z,d,out,10,0,x,1,BTC,1,0,BTC,1.5,0",
    )
    assert [legs(one) for one in intake.transactions] == [
        "deposit +1 BTC fee 0.01 BTC",
        "withdrawal -0.99 BTC fee 0.01 BTC",
        "swap -1 BTC +20 ETH",
    ]
    assert (intake.transactions[2].value, intake.transactions[2].value_currency) == (Decimal(10), "USD")
    assert codes(intake) == ["ROW_INVALID"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{TIME},uphold,1,BTC,,,i,bitcoin,1,BTC,completed,sideways", "ROW_UNKNOWN_KIND"),
        (f"{TIME},uphold,1,BTC,1,,i,bitcoin,1,BTC,completed,in", "ROW_INVALID"),
        (f"{TIME},uphold,1,,,,i,bitcoin,1,BTC,completed,in", "ROW_INVALID"),
        ("soon,uphold,1,BTC,,,i,bitcoin,1,BTC,completed,in", "TIME_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(line: str, code: str) -> None:
    assert codes(read("uphold", HEADER, line)) == [code]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # 5 left and 4.9 arrived: 0.1 was the cost, stated or not
        ("uphold,4.9,BAT,0.1,BAT,uphold,5,BAT,transfer", ["fee fee 0.1 BAT"]),
        ("ethereum,4.9,BAT,,,uphold,5,BAT,out", ["withdrawal -4.9 BAT fee 0.1 BAT"]),
        ("uphold,5,BAT,,,uphold,5,BAT,transfer", []),
    ],
)
def test_what_left_and_did_not_arrive_is_a_fee(row: str, expected: list[str]) -> None:
    assert shown(row) == expected
