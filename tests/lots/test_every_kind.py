"""Conservation over histories of every event kind; what comes later changes nothing before; the order of files does not matter."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference import Reference
from taxlots import exact, frames
from taxlots.importers.records import Transaction
from taxlots.kinds import KINDS
from taxlots.ledger.entries import split
from taxlots.lots.book import book_entries
from taxlots.lots.booked import ints
from taxlots.lots.elections import Elections, Regime
from test_reference import RATES, TOLERANCE, summed, universal

from histories import book_of, ledger_of
from strategies import START, amounts, quantities, transactions
from support import folder, run, tx
from support import universal as csv

ASSETS, ACCOUNTS = ("A", "B", "C"), ("one", "two")
GONE = {"gift-out", "donation", "theft", "lost", "adjust", "return-of-capital"}  # basis in their moves has left for good
OUT = {"gift-out", "donation", "theft", "lost", "withdrawal"}
CARRIED = {"deposit", "gift-in", "adjust"}


@st.composite
def histories(draw, most=12):
    """Every kind in any order, after purchases so large that nothing is ever lacking; fees in money, withheld, or in a third asset."""
    opening = [
        Transaction(
            time=START - timedelta(days=40 + number), account=account, kind="buy", id=f"o{number}", sources=(("h.csv", 500 + number),),
            sent_quantity=Decimal(1000 + number), sent_asset="USD", received_quantity=Decimal(10**6), received_asset=asset,
        )
        for number, (account, asset) in enumerate((account, asset) for account in ACCOUNTS for asset in ASSETS)
    ]  # fmt: skip
    rows = [draw(_one(number)) for number in range(draw(st.integers(1, most)))]
    return sorted([*opening, *rows], key=lambda t: (t.time, t.sources))


@st.composite
def _one(draw, number):
    kind = draw(st.sampled_from(sorted(KINDS)))
    first, second, third = draw(st.permutations(ASSETS))
    account, other = draw(st.permutations(ACCOUNTS))
    came = {"received_quantity": draw(quantities), "received_asset": first}
    went = {"sent_quantity": draw(quantities), "sent_asset": first}
    value, basis = draw(amounts), draw(amounts)
    if kind in {"buy", "swap"} or kind.startswith("income:") or kind == "inheritance":
        paid = {"sent_quantity": value, "sent_asset": "USD"} if kind == "buy" else {"value": value}
        legs = came | paid | ({"sent_quantity": draw(quantities), "sent_asset": second} if kind == "swap" else {})
    elif kind in CARRIED:
        legs = came | {"basis": basis} if kind != "adjust" or draw(st.booleans()) else went
    elif kind == "sell":
        legs = went | {"received_quantity": value, "received_asset": "USD"}
    elif kind == "transfer":
        legs = went | {"counter_account": other, "received_asset": first, "value": value}
        legs["received_quantity"] = went["sent_quantity"] * draw(st.sampled_from([Decimal(1), Decimal("0.5")]))
    elif kind == "split":
        legs = draw(st.sampled_from([came, went]))
    elif kind == "convert":
        legs = went | {"received_quantity": draw(quantities), "received_asset": second}
    elif kind == "spin-off":
        legs = {"sent_asset": second, "basis": draw(st.sampled_from([Decimal("0.25"), Decimal(3)]))} | came
    elif kind == "return-of-capital":
        legs = {"sent_asset": second, "received_quantity": value, "received_asset": "USD"}
    else:  # spend, fee, and what is given away or gone
        legs = went | ({"value": value} if kind in {"spend", "fee"} else {})
    fee = draw(st.sampled_from(["none", "money", "first", "third"])) if kind in {"buy", "sell", "swap", "transfer", "spend"} else "none"
    asset = {"money": "USD", "first": first, "third": third}.get(fee)
    if asset:
        legs |= {"fee_quantity": Decimal("0.125"), "fee_asset": asset, "fee_value": Decimal("0.125") if asset == "USD" else Decimal("1.5")}
    when = START + timedelta(hours=8 * draw(st.integers(0, 60)))
    return Transaction(time=when, account=account, kind=kind, id=f"t{number}", sources=(("h.csv", number + 2),), **legs)


def brought(t):
    """The basis that a transaction brings in."""
    if t.received_asset in {None, "USD"} or t.kind in {"transfer", "split", "convert", "spin-off"}:
        return Decimal(0)
    if t.kind in CARRIED:
        return t.basis
    return t.sent_quantity + (t.fee_value or 0) if t.kind == "buy" else t.value


def changes(t):
    """(asset, change of its units over all accounts)."""
    if t.received_asset not in {None, "USD"}:
        yield t.received_asset, t.received_quantity
    if t.sent_asset not in {None, "USD"} and t.sent_quantity is not None and t.kind != "withdrawal":
        yield t.sent_asset, -t.sent_quantity
    if t.fee_asset not in {None, "USD"}:
        yield t.fee_asset, -t.fee_quantity


@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "lofo", "min-tax", "average"])
@pytest.mark.parametrize("pool", ["account", "universal"])
@settings(max_examples=6)
@given(history=histories())
def test_units_and_basis_of_every_kind(method, pool, history):
    """Units in less units out are held; basis in is that of what was sold, gone or returned and of what is held, to the last digit."""
    given_class = [replace(t, asset_class="fund") for t in history] if method == "average" else history
    book = book_of(given_class, method, pool, rates=RATES)
    assert not {p.code for p in book.problems} & {"NOT_COVERED", "KIND_NOT_BOOKED"}
    lots, disposals, moves = (frames.records(frame) for frame in (book.lots, book.disposals, book.moves))
    units, held = defaultdict(Decimal), defaultdict(Decimal)
    for t in history:
        for asset, change in changes(t):
            units[asset] += change
    for lot in lots:
        held[lot["asset"]] += lot["quantity"]
    assert held == {asset: quantity for asset, quantity in units.items() if quantity}
    gone = sum((row["basis"] for row in moves if row["kind"] in GONE), Decimal(0))
    denied = sum((row["adjustment"] for row in disposals), Decimal(0))
    left = sum((row["basis"] for row in [*lots, *disposals]), Decimal(0))
    assert sum(map(brought, history), Decimal(0)) + denied == left + gone


@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "lofo", "min-tax"])
@settings(max_examples=6)
@given(history=histories(), data=st.data())
def test_what_comes_later_changes_nothing_before(method, history, data):
    """The disposals of a history are the first ones of every longer one, in every column."""
    moments = sorted({t.time for t in history})
    until = data.draw(st.sampled_from(moments))
    early = frames.records(book_of([t for t in history if t.time <= until], method, rates=RATES).disposals)
    whole = [row for row in frames.records(book_of(history, method, rates=RATES).disposals) if row["disposed"] <= until]
    key = lambda row: row["disposal_id"]  # noqa: E731
    assert sorted(early, key=key) == sorted(whole, key=key)


@settings(max_examples=6)
@given(history=histories(), data=st.data())
def test_the_order_in_which_rows_are_read_does_not_matter(history, data):
    """Rows in any order give the same sales and the same lots."""
    books = [book_of(rows, "hifo") for rows in (history, data.draw(st.permutations(history)))]
    first, second = ([frames.records(frame) for frame in (book.disposals, book.lots)] for book in books)
    assert first == second


WASHING = Regime(wash_days=30, wash_assets=dict.fromkeys(ASSETS, date.min), dual_basis=True)


@pytest.mark.parametrize("kept", ["deferred", "spouse"])
@pytest.mark.parametrize("pool", ["account", "universal"])
@pytest.mark.parametrize("method", ["fifo", "hifo", "min-tax", "average by account"])
@settings(max_examples=6)
@given(history=histories())
def test_wash_sales_among_every_kind_conserve_units_and_basis(method, pool, kept, history):
    """One account is a retirement account or a spouse's: basis in and what was denied, less what is lost, is basis out and held.

    Denied and allowed make the loss of every piece: no more is denied than was lost.
    """
    rates = ((START - timedelta(days=10**4), RATES),)
    elections = Elections(method, per_account=pool == "account", regime=WASHING, rates=rates, **{kept: frozenset({"two"})})
    entries = split(ledger_of(history).transactions)
    booked = book_entries(entries, elections)
    gone = [kind in GONE for kind in entries.kinds]
    moved = zip(booked.moved.entry.tolist(), ints(booked.moved.basis), strict=True)
    left = sum(basis for entry, basis in moved if gone[entries.kind[entry]])
    pieces = booked.pieces
    held = sum(basis for basis, quantity in zip(pieces.basis, pieces.quantity, strict=True) if quantity)
    handed_on = sum(one.denied for one in booked.washed if not one.lost)
    bases, gross, cost = (ints(column) for column in (booked.sold.basis, booked.sold.gross, booked.sold.cost))
    assert exact.to_units(sum(map(brought, history), Decimal(0))) + handed_on == sum(bases) + left + held
    assert kept == "deferred" or not any(one.lost for one in booked.washed)
    denied = defaultdict(int)
    for one in booked.washed:
        denied[int(np.searchsorted(booked.sold.entry, one.entry)) + one.place] += one.denied
    assert all(0 < amount <= bases[place] + cost[place] - gross[place] for place, amount in denied.items())


def test_the_order_of_files_does_not_matter(tmp_path):
    """Two files with rows of one instant, under swapped names: the same pieces."""
    files = [
        csv(*(tx("2024-01-05T12:00:00Z", "buy", sent=f"{n}00 USD", received="1 BTC", id=f"{name}{n}") for n in (1, 2)))
        for name in ("a", "b")
    ]
    files[1] += tx("2024-01-05T12:00:00Z", "sell", sent="3 BTC", received="900 USD", id="s") + "\n"
    found = []
    for place, order in enumerate((files, files[::-1])):
        folder(tmp_path / str(place), {"x.csv": order[0], "y.csv": order[1], "taxlots.toml": '[profile]\ntimezone = "UTC"\n'})
        pieces = run(tmp_path / str(place), "gains", "x.csv", "y.csv", "--format", "json").json["disposals"]
        found.append([{name: value for name, value in row.items() if not name.endswith("sources")} for row in pieces])
    assert found[0] == found[1]
    assert len(found[0]) == 3


@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "lofo", "min-tax"])
@settings(max_examples=10)
@given(history=transactions(), moments=st.lists(st.integers(0, 2), min_size=14, max_size=14))
def test_many_rows_of_one_instant_equal_the_reference(method, history, moments):
    """Everything at three instants, a year and a day apart: the same pieces as those of the naive implementation."""
    rows = [replace(t, time=START + timedelta(days=366 * when)) for t, when in zip(history, moments, strict=False)]
    rows.sort(key=lambda t: (t.time, t.sources))
    moved = [(t.time, t.sent_asset) for t in rows if t.kind == "transfer"]
    assume(len(moved) == len(set(moved)))  # of several the one that brings comes first, whatever the order of rows
    book = book_of(rows, method, rates=RATES)
    rates = {"short": Fraction(RATES.short), "long": Fraction(RATES.long)}
    expected = Reference(method, rates=rates).run([universal(t) for t in rows]).pieces
    want = summed(((p.tx, p.kind, p.lot, p.term), p.quantity, p.proceeds, p.basis) for p in expected)
    lines = frames.records(book.disposals)
    names = ("quantity", "proceeds", "basis")
    found = summed(((r["transaction_id"], r["kind"], r["lot_transaction_id"], r["term"]), *(r[n] for n in names)) for r in lines)
    assert set(want) == set(found)
    for key, sums in want.items():
        assert all(abs(a - b) <= TOLERANCE for a, b in zip(sums, found[key], strict=True)), key
