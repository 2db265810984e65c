"""Opening + in - out = closing, per account and asset: the closing of every history is what the lots hold, in units and in basis."""

from collections import defaultdict
from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from taxlots import exact, frames
from taxlots.ledger.entries import split
from taxlots.lots.book import book_entries
from taxlots.lots.calendar import Calendar
from taxlots.lots.elections import Elections, Regime
from taxlots.lots.results import written
from taxlots.lots.rollforward import rollforward
from taxlots.rulebook import load
from test_every_kind import WASHING, histories
from test_reference import RATES

import random_histories
from histories import ledger_of
from strategies import START
from support import ledger_of as read
from support import tx, universal

CANADA = Regime(superficial_days=30)
RULES = load()


def rolled(ledger, elections, year=None):
    """The lines by account (None: one pool) and asset, and what the lots of each hold: units and basis."""
    entries = split(ledger.transactions)
    booked = book_entries(entries, elections)
    day = Calendar(entries, UTC, inherited_is_long=True).day
    lines = {(line.account, line.asset): line for line in rollforward(entries, booked, day, year)}
    held = defaultdict(lambda: [0, 0])
    for lot in frames.records(written(ledger, (entries, booked), elections, RULES).lots):
        key = (lot["account"], lot["asset"])
        own = held[key if key in lines else (None, lot["asset"])]
        own[0] += exact.to_units(lot["quantity"])
        own[1] += exact.to_units(lot["basis"])
    return lines, held


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("fifo", {}),
        ("hifo", {"per_account": False}),
        ("min-tax", {"regime": WASHING}),
        ("fifo", {"regime": WASHING, "per_account": False, "spouse": frozenset({"two"})}),
        ("hifo", {"regime": WASHING, "deferred": frozenset({"two"})}),
        ("average by account", {}),
        ("section-104", {}),
        ("fifo", {"transfer_fee_is_basis": True}),
        ("hifo", {"transfers_fifo": True}),
    ],
)
@settings(max_examples=12)
@given(history=histories())
def test_the_closing_is_what_the_lots_hold(method, more, history):
    elections = Elections(method, rates=((START - timedelta(days=10**4), RATES),), **more)
    lines, held = rolled(ledger_of(history), elections)
    assert {key: [line.units.closing, line.basis.closing] for key, line in lines.items() if line.units.closing} == held
    assert all(line.basis.closing == 0 for line in lines.values() if not line.units.closing)


@pytest.mark.parametrize("pool", [True, False])
def test_the_closing_lacks_what_left_without_a_lot(pool):
    """Of random histories much was never bought: by so many units the closing is below the lots, and basis ties all the same."""
    rows = random_histories.together(random_histories.histories(60, crowded=True))
    lines, held = rolled(ledger_of(rows), Elections("fifo", per_account=pool))
    assert sum(bool(line.lacking) for line in lines.values()) > 20
    for key, line in lines.items():
        assert [line.units.closing + line.lacking, line.basis.closing] == held.get(key, [0, 0])


def test_a_year_by_kinds(tmp_path):
    """2024: one opens with 2 (200), staking 0.5 (60), sells 0.5 (2 for 200: 50), sends 1 (100): 2 + 0.5 - 0.5 - 1 = 1, 200 + 60 - 50 - 100.

    Two gets 1 (100) and in 2025, later, gives 0.25 (25) away.
    """
    rows = [
        tx("2023-05-01T12:00:00Z", "buy", account="one", sent="200 USD", received="2 BTC"),
        tx("2024-02-01T12:00:00Z", "income:staking", account="one", received="0.5 BTC", value="60"),
        tx("2024-03-01T12:00:00Z", "sell", account="one", sent="0.5 BTC", received="90 USD"),
        tx("2024-04-01T12:00:00Z", "transfer", account="one", sent="1 BTC", counter_account="two"),
        tx("2025-01-01T00:00:00Z", "gift-out", account="two", sent="0.25 BTC"),
    ]
    lines, _ = rolled(read(tmp_path, {"a.csv": universal(*rows)}), Elections(), 2024)
    one, two = lines["one", "BTC"], lines["two", "BTC"]
    assert told(one.units) == (2, {"income": 0.5, "sold": 0.5, "sent": 1}, 1, 0)
    assert told(one.basis) == (200, {"income": 60, "sold": 50, "sent": 100}, 110, 0)
    assert told(two.units) == (0, {"arrived": 1}, 1, -0.25)
    assert told(two.basis) == (0, {"arrived": 100}, 100, -25)


def test_denied_losses_under_canadian_law(tmp_path):
    """10 bought for 12, 5 sold for 1 (basis 6, loss 5), of which 1 is denied as 1 is still held after 30 days: the 5 left cost 7.

    4 of these are sold: 7 x 4 / 5 = 5.6. So 12 + 1 - 6 - 5.6 = 1.4.
    """
    days = [("01", "buy", "12 USD", "10 ABC"), ("02", "sell", "5 ABC", "1 USD"), ("15", "sell", "4 ABC", "8 USD")]
    rows = [tx(f"2025-01-{day}T12:00:00Z", kind, sent=sent, received=received) for day, kind, sent, received in days]
    elections = Elections("average", per_account=False, regime=CANADA)
    lines, held = rolled(read(tmp_path, {"a.csv": universal(*rows)}), elections)
    assert told(lines[None, "ABC"].basis) == (0, {"bought": 12, "changed": 1, "sold": 11.6}, 1.4, 0)
    assert list(held.values()) == [[10**18, 14 * 10**17]]


def told(measure):
    """Opening, what happened, closing and what came later, as numbers."""
    number = lambda units: float(exact.to_decimal(units))  # noqa: E731
    within = {name: number(amount) for name, amount in measure.within.items() if amount}
    return number(measure.opening), within, number(measure.closing), number(measure.later)
