"""The engine against the naive reference, and the conservation laws, on 200 random histories for every method."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from reference import Reference
from reference_pools import AverageCost, AveragedByAccount, Section104
from reference_wash import Washed
from taxlots import frames
from taxlots.lots.elections import TermRates
from taxlots.lots.pools import Pool

from histories import book_of
from random_histories import histories, number_of, together

METHODS = ["fifo", "lifo", "hifo", "lofo", "min-tax"]
RATES = TermRates(Decimal("0.35"), Decimal("0.15"))
TOLERANCE = Fraction(1, 10**14)


def universal(transaction):
    """A transaction as the reference reads it."""
    names = ["sent_quantity", "received_quantity", "fee_quantity", "fee_value", "value", "basis"]
    exact = {name: None if getattr(transaction, name) is None else Fraction(getattr(transaction, name)) for name in names}
    rest = ["id", "time", "account", "kind", "sent_asset", "received_asset", "fee_asset", "counter_account"]
    return exact | {name: getattr(transaction, name) for name in rest}


def summed(pieces):
    """Per transaction, kind, lot and term: quantity, proceeds and basis. One lot's pieces may be split differently."""
    sums = defaultdict(lambda: [Fraction(0)] * 4)
    for key, *summands in pieces:
        amounts = [*summands, *[Fraction(0)] * (4 - len(summands))]
        sums[key] = [a + Fraction(b) for a, b in zip(sums[key], amounts, strict=True)]
    return sums


MANY = 200


def compared(want, found):
    """Both have the same keys, and amounts that differ by no more than what is rounded."""
    assert set(want) == set(found)
    for key, amounts in want.items():
        assert all(abs(a - b) <= TOLERANCE for a, b in zip(amounts, found[key], strict=True)), key


def pieces_of(reference, listed):
    """The pieces of every history, each booked alone by the naive implementation."""
    for one in listed:
        yield from reference().run([universal(t) for t in one]).pieces


def lines_of(book, *more):
    """Transaction, kind, lot and term of every piece with its amounts."""
    names = ("quantity", "proceeds", "basis", *more)
    for r in frames.records(book.disposals):
        yield ((r["transaction_id"], r["kind"], r["lot_transaction_id"], r["term"]), *(r[n] for n in names))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("pool", ["account", "universal"])
def test_every_disposal_equals_the_reference(method, pool):
    """Lot, quantity, proceeds, basis and term of each piece are those of a second, naive implementation, in 200 histories per method."""
    listed = histories(MANY, seed=11)
    book = book_of(together(listed), method, pool, rates=RATES)
    rates = {"short": Fraction(RATES.short), "long": Fraction(RATES.long)}
    expected = pieces_of(lambda: Reference(method, per_account=pool == "account", rates=rates), listed)
    want = summed(((p.tx, p.kind, p.lot, p.term), p.quantity, p.proceeds, p.basis) for p in expected)
    assert len(want) > 3 * MANY
    compared(want, summed(lines_of(book)))


@pytest.mark.parametrize("method", METHODS[:-1])
@pytest.mark.parametrize("kind", ["security", "fund"])
def test_every_wash_sale_equals_the_reference(method, kind):
    """The same of securities and of funds, with what is denied of losses, in 200 crowded histories per method."""
    listed = histories(MANY, seed=12, crowded=True, kind=kind)
    book = book_of(together(listed), method)
    expected = list(pieces_of(lambda: Washed(method), listed))
    assert sum(p.denied > 0 for p in expected) > MANY / 2
    want = summed(((p.tx, p.kind, p.lot, p.term), p.quantity, p.proceeds, p.basis, p.denied) for p in expected)
    compared(want, summed(lines_of(book, "adjustment")))


class AveragedWashed(AveragedByAccount, Washed):
    """Average basis by account, with wash sales."""


def test_average_basis_of_funds_equals_the_reference():
    """26 CFR 1.1012-1(e): the basis of an account's shares is averaged, the earliest leave first; with wash sales, in 200 histories."""
    listed = histories(MANY, seed=13, crowded=True, kind="fund")
    book = book_of(together(listed), "average")
    expected = [AveragedWashed("fifo").run([universal(t) for t in one]) for one in listed]
    want = summed(((p.tx, p.kind, p.lot, p.term), p.quantity, p.proceeds, p.basis, p.denied) for one in expected for p in one.pieces)
    compared(want, summed(lines_of(book, "adjustment")))
    left = sum((lot.quantity * lot.unit for one in expected for lot in one.lots), Fraction(0))
    assert abs(left - sum((Fraction(lot["basis"]) for lot in frames.records(book.lots)), Fraction(0))) <= MANY * TOLERANCE


@pytest.mark.parametrize(
    ("jurisdiction", "reference"), [("uk", Section104), ("ca", AverageCost)], ids=["section 104", "adjusted cost base"]
)
def test_pools_at_average_cost_equal_the_reference(jurisdiction, reference):
    """Units, proceeds, basis and what is denied by transaction, kind and rule, and what is left, as of a naive implementation, in 200."""
    listed = histories(MANY, seed=14, crowded=True)
    book = book_of(together(listed), None, None, jurisdiction=jurisdiction)
    expected = [reference().run([universal(t) for t in one]) for one in listed]
    want = summed(((p.tx, p.kind, p.rule), p.quantity, p.proceeds, p.basis, p.denied) for one in expected for p in one.pieces)
    rows = frames.records(book.disposals)
    names = ("quantity", "proceeds", "basis", "adjustment")
    found = summed(((r["transaction_id"], r["kind"], r["method"] if r["lot_id"] else None), *(r[n] for n in names)) for r in rows)
    compared(want, found)
    held = {row["asset"]: (Fraction(row["quantity"]), Fraction(row["basis"])) for row in frames.records(book.lots)}
    left = {asset: amounts for one in expected for asset, amounts in one.left.items()}
    assert {asset: quantity for asset, (quantity, _) in held.items()} == {asset: quantity for asset, (quantity, _) in left.items()}
    assert all(abs(held[asset][1] - basis) <= TOLERANCE for asset, (_, basis) in left.items())


@pytest.mark.parametrize("kind", ["digital", "fund"])
@pytest.mark.parametrize("method", [*METHODS, "section-104", "average"])
def test_units_and_basis_are_conserved(method, kind):
    """Units and basis that came in, and what was denied, are those that went out plus those still open, to the last unit, in each of 200.

    What was not covered is extra.
    """
    law = {"jurisdiction": "us"} if method in METHODS or kind == "fund" else {"jurisdiction": "generic", "pool": "universal"}
    rows = together(histories(MANY, seed=15, crowded=True, kind=kind))
    book = book_of(rows, method, rates=RATES, **{"pool": "account", **law})
    units, basis = defaultdict(Decimal), defaultdict(Decimal)
    for t in rows:
        if t.received_asset and t.received_asset != "USD":
            units[t.received_asset] += t.received_quantity
            basis[number_of(t.id)] += t.sent_quantity + (t.fee_value or 0) if t.kind == "buy" else t.value
        for side in ("sent", "fee"):
            asset = getattr(t, f"{side}_asset")
            if asset not in {None, "USD"} and not (side == "sent" and t.kind == "transfer"):
                units[asset] -= getattr(t, f"{side}_quantity")
    disposals, lots = frames.records(book.disposals), frames.records(book.lots)
    # A transfer of more than is held opens a lot without basis where it arrives: units from nowhere, named by a Problem.
    moves = {t.id for t in rows if t.kind == "transfer"}
    for row in disposals:
        units[row["asset"]] += row["quantity"] if row["lot_id"] is None or row["lot_transaction_id"] in moves else 0
        basis[number_of(row["transaction_id"])] += row["adjustment"] - row["basis"]
    for lot in lots:
        units[lot["asset"]] -= lot["quantity"] if lot["lot_transaction_id"] not in moves else 0
        basis[int(lot["asset"][3:])] -= lot["basis"]
    assert not any(units.values())
    assert not any(basis.values())


def test_lifetime_gain_is_the_same_under_every_method():
    """Once everything is sold, the order of lots has changed when gains came, not how much."""
    rows, random = together(histories(MANY, seed=16)), Random(16)
    held = defaultdict(Decimal)
    for row in frames.records(book_of(rows).lots):
        held[row["account"], row["asset"]] += row["quantity"]
    end, closing = max(t.time for t in rows), []
    for (account, asset), quantity in held.items():
        legs = {
            "sent_quantity": quantity,
            "sent_asset": asset,
            "received_quantity": quantity * random.randint(1, 500),
            "received_asset": "USD",
        }
        sources = (("h.csv", 10**6 + len(closing)),)
        own = {"time": end, "account": account, "kind": "sell", "id": f"{asset[3:]}-{account}{asset}", "sources": sources}
        closing.append(type(rows[0])(**own, **legs))
    gains = []
    for method in METHODS:
        sums = defaultdict(Decimal)
        for row in frames.records(book_of([*rows, *closing], method, rates=RATES).disposals):
            sums[number_of(row["transaction_id"])] += row["gain"]
        gains.append(sums)
    for number, gain in gains[0].items():
        assert all(abs(sums[number] - gain) <= Decimal("1e-12") for sums in gains), number


def gains_by_sale(book):
    """Gain and term per disposing transaction and asset: what must not depend on how lots are cut."""
    sums = defaultdict(Decimal)
    for row in frames.records(book.disposals):
        sums[row["transaction_id"], row["kind"], row["asset"], row["term"]] += row["gain"]
    return {key: round(gain, 12) for key, gain in sums.items()}


def cut(one):
    """A history with its first purchase in two halves."""
    place = next((place for place, t in enumerate(one) if t.kind == "buy"), None)
    if place is None:
        return one
    whole = one[place]
    half = {"sent_quantity": whole.sent_quantity / 2, "received_quantity": whole.received_quantity / 2}
    return [*one[:place], replace(whole, **half), replace(whole, id=f"{whole.id}-b", **half), *one[place + 1 :]]


@pytest.mark.parametrize("method", METHODS)
def test_cutting_a_purchase_in_two_changes_no_gain(method):
    """A purchase of 2 units for 10 is the same as two purchases of 1 for 5 at that time: every sale has the same gain and term."""
    listed = histories(MANY, seed=17)
    first, second = (book_of(together(rows), method, rates=RATES) for rows in (listed, list(map(cut, listed))))
    assert gains_by_sale(first) == gains_by_sale(second)


@pytest.mark.parametrize("method", METHODS)
def test_rows_that_commute_may_stand_in_any_order(method):
    """Rows of one instant that touch different assets or accounts give the same result in whatever order the file lists them."""
    rows = together(histories(MANY, seed=18))
    at_once = [replace(t, time=rows[0].time, account=f"{t.account}{n}") for n, t in enumerate(rows) if t.kind != "transfer"]
    order = Random(18).sample(range(len(at_once)), len(at_once))
    shuffled = [replace(at_once[old], sources=(("h.csv", new + 2),)) for new, old in enumerate(order)]
    assert gains_by_sale(book_of(shuffled, method, rates=RATES)) == gains_by_sale(book_of(at_once, method, rates=RATES))


@pytest.mark.parametrize("method", METHODS[:-1])
def test_the_loop_does_what_the_steps_do_one_by_one(method):
    """Plain orders are booked on their heaps by the loop; by `acquire`, `dispose` and `push` they come to the same, names included."""
    rows = together(histories(MANY, seed=19))
    looped = book_of(rows, method)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pool, "plain", False)
        stepped = book_of(rows, method)
    for name in ("lots", "disposals", "moves"):
        assert frames.records(getattr(looped, name)) == frames.records(getattr(stepped, name))
    assert looped.problems == stepped.problems
