"""A part of a lot that comes back to where it came from: numbered while the rest is there, under the plain name after that."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from taxlots import frames
from taxlots.importers.records import Transaction

from histories import book_of

OUT, BACK = ("kraken", "ledger"), ("ledger", "kraken")


def on(day, kind, account="kraken", counter=None, sent=None, received=None):
    """A transaction of 2024 at noon UTC; a leg is (quantity, asset)."""
    legs = {}
    for side, leg in (("sent", sent), ("received", received)):
        legs |= {f"{side}_quantity": Decimal(leg[0]), f"{side}_asset": leg[1]} if leg else {}
    moment = datetime(2024, 1, day, 12, tzinfo=UTC)
    return Transaction(
        time=moment, account=account, kind=kind, id=f"b{day}", counter_account=counter, sources=(("a.csv", day + 1),), value=None, **legs
    )


def move(day, way, quantity):
    """A transfer of BTC."""
    return on(day, "transfer", way[0], way[1], sent=(quantity, "BTC"))


def held(*history):
    """Account, lot and quantity of what is left."""
    lots = book_of([on(1, "buy", sent=("1000", "USD"), received=("1", "BTC")), *history]).lots
    return sorted((row["account"], row["lot_id"], row["quantity"]) for row in frames.records(lots))


AWAY = (move(2, OUT, "0.5"), move(3, BACK, "0.2"))  # 0.5 stays, 0.2 of it comes back, 0.3 is still away
SOLD = on(4, "sell", sent=("0.5", "BTC"), received=("900", "USD"))  # all that never left


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ((), [("kraken", "b1", "0.5"), ("kraken", "b1+1", "0.2"), ("ledger", "b1@ledger", "0.3")]),
        ((SOLD,), [("kraken", "b1+1", "0.2"), ("ledger", "b1@ledger", "0.3")]),
        # 0.1 of what came back leaves again and joins the 0.3; 0.15 comes back to where nothing has the plain name any more
        (
            (SOLD, move(5, OUT, "0.1"), move(6, BACK, "0.15")),
            [("kraken", "b1", "0.15"), ("kraken", "b1+1", "0.1"), ("ledger", "b1@ledger", "0.25")],
        ),
    ],
)
def test_a_part_that_comes_back(later, expected):
    """1 BTC; the quantities are those of the comments above."""
    assert held(*AWAY, *later) == [(account, lot, Decimal(quantity)) for account, lot, quantity in expected]
