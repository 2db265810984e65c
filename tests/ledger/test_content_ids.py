"""Ids made from content: the bytes that are hashed are fixed, and columns give the same ids as single transactions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import product

import pytest
from taxlots.importers.records import Transaction
from taxlots.importers.transaction_columns import from_transactions
from taxlots.ledger import content_ids as module
from taxlots.ledger.content_ids import content_ids
from taxlots.ledger.duplicates import content_id

WHEN = datetime(2024, 3, 1, 12, 30, tzinfo=UTC)
# 10^-18, 10^-7 (which Arrow writes with an exponent), trailing zeros, none, the largest that importers let pass
QUANTITIES = (Decimal(1).scaleb(-18), Decimal("0.0000001"), Decimal("1.50"), Decimal(1200), None, Decimal(10) ** 15 - 1)
ASSETS = ("BTC", "XBT", "USD", "EUR", "MÜNZE")
FEES = (None, Decimal(0), Decimal("0.10"))
MOMENTS = (WHEN, WHEN + timedelta(microseconds=640_000), WHEN + timedelta(microseconds=7), datetime(1965, 1, 1, 0, 0, 0, 250, tzinfo=UTC))


def _transaction(number, legs, fee, time):
    (sent, given), (received, got) = legs
    assets = {"sent_asset": sent if given is not None else None, "received_asset": received if got is not None else None}
    quantities = {"sent_quantity": given, "received_quantity": got, "fee_quantity": fee}
    return Transaction(time=time, account=f"büro {number % 3}", kind="trade", sources=(("a.csv", number),), **assets, **quantities)


def test_what_is_hashed():
    """Money does not count beside an asset; XBT is called BTC; no trailing zeros; the fee's quantity stands at the end."""
    bought = Transaction(
        time=WHEN,
        account="desk",
        kind="buy",
        sources=(("a.csv", 2),),
        sent_quantity=Decimal("10.00"),
        sent_asset="USD",
        received_quantity=Decimal("0.50"),
        received_asset="XBT",
        fee_quantity=Decimal("0.10"),
        fee_asset="USD",
    )
    told = "desk|2024-03-01T12:30:00+00:00|buy|received|BTC|0.5|0.1"
    expected = "desk-" + sha256(told.encode()).hexdigest()[:12]
    assert content_id(bought) == expected
    assert content_ids(from_transactions([bought])).to_pylist() == [expected]


@pytest.mark.parametrize("rows", [7, 1 << 17])
def test_columns_give_the_ids_of_single_transactions(rows, monkeypatch):
    """Every combination of legs, fees and times, in blocks of seven lines and in one."""
    monkeypatch.setattr(module, "_BLOCK", rows)
    given = list(product(ASSETS, QUANTITIES))
    legs = [(sent, received) for sent, received in product(given, given) if sent[1] is not None or received[1] is not None]
    made = [_transaction(n, pair, FEES[n % 3], MOMENTS[n % 4]) for n, pair in enumerate(legs)]
    expected = [content_id(transaction) for transaction in made]
    assert content_ids(from_transactions(made)).to_pylist() == expected
    assert len(set(expected)) > len(made) // 2
    assert content_ids(from_transactions(made).slice(5, 40)).to_pylist() == expected[5:45]


def test_no_lines_no_ids():
    """An empty table gives an empty column."""
    assert content_ids(from_transactions([])).to_pylist() == []
