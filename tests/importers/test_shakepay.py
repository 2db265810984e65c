"""Shakepay: goldens of two headers, the sides decide a trade's direction, offsets of two digits."""

from datetime import UTC, datetime

import pytest
from layout_samples import codes, compare, legs, read

FIRST = "Transaction Type,Date,Amount Debited,Debit Currency,Amount Credited,Credit Currency,Exchange Rate,Credit/Debit,Spot Rate"
LATEST = (
    "Date,Amount Debited,Asset Debited,Amount Credited,Asset Credited,Market Value,Market Value Currency,Book Cost,Book Cost Currency,"
    "Type,Spot Rate,Buy / Sell Rate,Description"
)


@pytest.mark.parametrize(
    ("name", "path"),
    [("shakepay_2020", "shakepay/transactions_summary.csv"), ("shakepay", "shakepay/crypto_transactions_summary.csv")],
)
def test_samples_give_their_golden_ledger(name: str, path: str) -> None:
    compare(name, path)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('"1,000",CAD,0.1,BTC,,debit,', "buy -1000 CAD +0.1 BTC"),
        ("0.1,BTC,1100,CAD,,credit,", "sell -0.1 BTC +1100 CAD"),
        ("0.1,BTC,1.5,ETH,,credit,", "swap -0.1 BTC +1.5 ETH"),
    ],
)
def test_one_type_for_both_directions(row: str, expected: str) -> None:
    (one,) = read("shakepay_2020", FIRST, f"purchase/sale,2020-03-11T19:59:15+00,{row}").transactions
    assert legs(one) == expected
    assert one.time == datetime(2020, 3, 11, 19, 59, 15, tzinfo=UTC)


def test_market_value_is_in_canadian_dollars() -> None:
    (one,) = read("shakepay", LATEST, "2025-03-18 04:00:00,,,0.0000015,BTC,0.19,CAD,0,CAD,Reward,124000,,ShakingSats").transactions
    assert (legs(one), str(one.value), one.value_currency) == ("income:reward +0.0000015 BTC", "0.19", "CAD")


def test_what_cannot_be_used_is_named() -> None:
    intake = read(
        "shakepay",
        LATEST,
        "2025-03-18 04:00:00,,,1,BTC,,,,,Prize,,,",
        "2025-03-18 04:00:00,1,BTC,1,CAD,,,,,Send,,,",
        "2025-03-18 04:00:00,1,BTC,,,,,,,Sell,,,",
        "2025-03-18 04:00:00,1,BTC,,,,,,,Reward,,,",
        "in March,1,BTC,,,,,,,Send,,,",
        "2025-03-18 04:00:00,,,,,,,,,Send,,,",
    )
    assert codes(intake) == ["ROW_UNKNOWN_KIND", "ROW_INVALID", "ROW_UNPAIRED_LEG", "ROW_INVALID", "TIME_INVALID"]
    assert len(intake.set_aside) == 1
