"""Fifteen rows booked by hand: buys, a partial sale, a convert, a transfer with fee, staking, sales. Every cent is worked out below."""

from decimal import Decimal
from pathlib import Path

import pytest
from taxlots import frames
from taxlots.session import book, read_exports

ROWS = """\
time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,fee_quantity,fee_asset,fee_value,value,value_currency,counter_account,id
2024-01-10T15:00:00Z,coinbase,buy,20000,USD,0.5,BTC,100,USD,,,,,r01
2024-02-28T15:00:00Z,coinbase,buy,9000,USD,3,ETH,45,USD,,,,,r02
2024-03-15T15:00:00Z,coinbase,buy,35000,USD,0.5,BTC,175,USD,,,,,r03
2024-05-01T15:00:00Z,coinbase,income:staking,,,0.04,ETH,,,,120,USD,,r04
2024-06-01T15:00:00Z,coinbase,sell,0.2,BTC,13500,USD,67.50,USD,,,,,r05
2024-07-01T15:00:00Z,coinbase,swap,1,ETH,20,SOL,,,,3400,USD,,r06
2024-08-01T15:00:00Z,coinbase,withdrawal,0.4,BTC,,,,,,,,,r07
2024-08-01T15:45:00Z,ledger,deposit,,,0.3995,BTC,,,,,,,r08
2024-09-01T15:00:00Z,kraken,buy,5800,USD,0.1,BTC,0.0004,BTC,23.20,,,,r09
2024-10-01T15:00:00Z,kraken,buy,300,USD,1,BNB,,,,,,,r10
2024-11-01T15:00:00Z,kraken,sell,0.05,BTC,3500,USD,0.01,BNB,6,,,,r11
2025-01-11T15:00:00Z,coinbase,sell,0.1,BTC,9400,USD,47,USD,,,,,r12
2025-02-28T15:00:00Z,coinbase,sell,1,ETH,2300,USD,,,,,,,r13
2025-03-01T15:00:00Z,coinbase,sell,1,ETH,2250,USD,,,,,,,r14
2025-03-20T15:00:00Z,ledger,sell,0.3995,BTC,33558,USD,,,,,,,r15
"""
PRICES = "time,asset,price,currency,source\n2024-08-01,BTC,64000,USD,close\n"


@pytest.fixture
def booked(tmp_path: Path):
    """The rows under FIFO, one pool per account."""
    (tmp_path / "history.csv").write_text(ROWS)
    (tmp_path / "prices.csv").write_text(PRICES)
    return book(read_exports([tmp_path], timezone="America/New_York"))


def pieces(booked, transaction_id):
    """(kind, lot, quantity, proceeds, basis, gain, term) of a transaction's pieces."""
    names = ("kind", "lot_transaction_id", "quantity", "proceeds", "basis", "gain", "term")
    rows = [r for r in frames.records(booked.disposals) if r["transaction_id"] == transaction_id]
    return [tuple(Decimal(r[n]).normalize() if isinstance(r[n], Decimal) else r[n] for n in names) for r in rows]


def piece(kind, lot, quantity, proceeds, basis, term):
    """The same from the figures worked out by hand."""
    q, p, b = (Decimal(x).normalize() for x in (quantity, proceeds, basis))
    return (kind, lot, q, p, b, (p - b).normalize(), term)


# r01: 0.5 BTC, basis 20,000 + 100 = 20,100 -> 40,200 a unit.   r03: 0.5 BTC, basis 35,000 + 175 = 35,175 -> 70,350 a unit.
# r02: 3 ETH, basis 9,000 + 45 = 9,045 -> 3,015 a unit.         r04: 0.04 ETH, basis 120 -> 3,000 a unit.


def test_partial_sale_takes_the_first_lot(booked):
    """r05: 0.2 BTC of r01. Proceeds 13,500 - 67.50 = 13,432.50; basis 0.2 x 40,200 = 8,040; gain 5,392.50, short."""
    assert pieces(booked, "r05") == [piece("sell", "r01", "0.2", "13432.50", "8040", "short")]


def test_convert_sells_at_the_value_received(booked):
    """r06: 1 ETH of r02 at 3,400, basis 3,015, gain 385, short; the 20 SOL have basis 3,400."""
    assert pieces(booked, "r06") == [piece("swap", "r02", "1", "3400", "3015", "short")]
    sol = [r for r in frames.records(booked.lots) if r["asset"] == "SOL"]
    assert [(r["quantity"], r["basis"]) for r in sol] == [(20, 3400)]


def test_network_fee_of_a_transfer_is_a_disposal(booked):
    """r07 sends 0.4, r08 receives 0.3995: 0.0005 BTC of r01 go as a fee at 64,000: proceeds 32, basis 20.10, gain 11.90, short."""
    assert pieces(booked, "r07") == [piece("fee", "r01", "0.0005", "32", "20.10", "short")]


def test_fee_withheld_from_the_purchase_comes_from_that_lot(booked):
    """r09: basis 5,800 + 23.20 = 5,823.20 for 0.1 BTC; 0.0004 of it leave at 23.20 with basis 23.2928, loss 0.0928."""
    assert pieces(booked, "r09") == [piece("fee", "r09", "0.0004", "23.20", "23.2928", "short")]


def test_fee_in_a_third_asset_is_its_own_disposal(booked):
    """r11: 0.01 BNB at 6, basis 3, gain 3. The 0.05 BTC: proceeds 3,500 - 6 = 3,494, basis 0.05 x 58,232 = 2,911.60, gain 582.40."""
    assert pieces(booked, "r11") == [
        piece("fee", "r10", "0.01", "6", "3", "short"),
        piece("sell", "r09", "0.05", "3494", "2911.60", "short"),
    ]


def test_sale_a_year_and_a_day_later_is_long(booked):
    """r12: the transfer took the rest of r01 (0.2995) and 0.1 of r03, so 0.1 of r03 is sold, held from 2024-03-15: short.

    Proceeds 9,400 - 47 = 9,353; basis 0.1 x 70,350 = 7,035; gain 2,318.
    """
    assert pieces(booked, "r12") == [piece("sell", "r03", "0.1", "9353", "7035", "short")]


def test_29_february_start_turns_long_on_1_march(booked):
    """r02 was bought on 2024-02-28: counting starts on 29 February 2024, which 2025 lacks, so the first long day is 2025-03-01.

    r13 on 2025-02-28 is short: 2,300 - 3,015 = -715. r14 on 2025-03-01 is long: 2,250 - 3,015 = -765.
    """
    assert pieces(booked, "r13") == [piece("sell", "r02", "1", "2300", "3015", "short")]
    assert pieces(booked, "r14") == [piece("sell", "r02", "1", "2250", "3015", "long")]


def test_moved_lots_keep_date_and_basis(booked):
    """r15: 0.3995 BTC at 84,000 = 33,558.

    0.2995 of r01 (2024-01-10, long): proceeds 25,158, basis 0.2995 x 40,200 = 12,039.90, gain 13,118.10.
    0.1 of r03 (2024-03-15, long from 2025-03-16): proceeds 8,400, basis 7,035, gain 1,365.
    """
    assert pieces(booked, "r15") == [
        piece("sell", "r01", "0.2995", "25158", "12039.90", "long"),
        piece("sell", "r03", "0.1", "8400", "7035", "long"),
    ]


def test_what_is_left(booked):
    """0.3 of r03 at Coinbase (0.5 - 0.1 moved - 0.1 sold), basis 0.3 x 70,350 = 21,105; 0.0496 of r09 (0.1 - 0.0004 - 0.05)."""
    lots = {(r["lot_transaction_id"], r["account"]): (r["quantity"], r["basis"]) for r in frames.records(booked.lots)}
    assert lots == {
        ("r03", "coinbase"): (Decimal("0.3"), Decimal(21105)),
        ("r04", "coinbase"): (Decimal("0.04"), Decimal(120)),
        ("r06", "coinbase"): (Decimal(20), Decimal(3400)),
        ("r09", "kraken"): (Decimal("0.0496"), Decimal("2888.3072")),  # 5,823.20 - 23.2928 - 2,911.60
        ("r10", "kraken"): (Decimal("0.99"), Decimal(297)),
    }


def test_totals_by_year_and_term(booked):
    """2024, short: 5,392.50 + 385 + 11.90 - 0.0928 + 3 + 582.40 = 6,374.7072. Income 120.

    2025, short: 2,318 - 715 = 1,603; long: -765 + 13,118.10 + 1,365 = 13,718.10.
    """
    sums = {}
    for row in frames.records(booked.disposals):
        key = (row["disposed_on"].year, row["term"])
        sums[key] = sums.get(key, Decimal(0)) + row["gain"]
    assert sums == {(2024, "short"): Decimal("6374.7072"), (2025, "short"): Decimal(1603), (2025, "long"): Decimal("13718.10")}
    assert [r["value"] for r in frames.records(booked.income)] == [120]


def test_nothing_is_missing(booked):
    """The history is complete: no problem of any severity."""
    assert booked.problems == []
