"""Wash sales inside the fold: a loss on stock or securities is denied as far as the same are bought within 30 days (26 USC 1091).

Each share sold at a loss is matched with one share bought in the window, the earliest loss first, with the earliest purchase that is not
used yet (26 CFR 1.1091-1(b) to (e)). The share bought takes over the loss that was denied, as basis (1091(d)), and the time for which the
share sold was held (1223(3)); a piece that did so has a start of its own (`Pieces.starts`), and replaces no other. A running example:

    2024-09-20 buy 100 for 5,000    2024-12-13 buy 50 for 2,750    2024-12-20 buy 25 for 1,125    2025-01-03 sell the first 100 for 4,000
    loss 1,000, of which 75 of 100 shares are replaced: 750 is denied; the 50 now have basis 2,750 + 500, the 25 have 1,125 + 250

What counts as bought is what was acquired by purchase or a taxable exchange (1091(a)): not a gift or an inheritance, not a split, not
what is sold in the same sale, and not the rest of the very purchase that is sold (Rev. Rul. 56-602). Of what was bought before the sale
only what is still held then counts. Purchases in a tax-deferred account count, but the loss is lost there (Rev. Rul. 2008-5).
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from taxlots import exact
from taxlots.ledger.entry_columns import NOWHERE, Action
from taxlots.lots.booked import Raised, Washed, ints
from taxlots.lots.gifts import Gifts
from taxlots.lots.holding import day_of, tacked
from taxlots.lots.pieces import UNIT_RANK_SCALE, unit_rank
from taxlots.lots.pools import Pool
from taxlots.lots.splits import Splits
from taxlots.problems import problem

if TYPE_CHECKING:
    from taxlots.lots.book import Fold
    from taxlots.lots.changes import Handler

SALE, REPLACEMENT = 8, 16  # actions of the fold besides those of `Action`: a sale whose loss may be denied, a purchase that denied one
_NOT_BOUGHT = {"gift-in", "inheritance", "adjust", "transfer", "withdrawal", "return-of-capital", "spin-off"}
_FIRST_DAY, _NEVER = date(1970, 1, 1), np.iinfo(np.int64).max
_ROW = 6  # columns of what the fold writes of a sale


@dataclass(frozen=True, slots=True)
class _Loss:
    """A piece sold at a loss, and the first day of its holding period."""

    entry: int
    place: int
    piece: int
    first: int


@dataclass(frozen=True, slots=True)
class _Claim:
    """Units of a purchase to come that replace units sold, with the loss and the time of holding (`first` to `sold`) that go along."""

    units: int
    denied: int
    first: int
    sold: int


def washing_of(fold: "Fold") -> "Washing | None":
    """For a fold with assets whose losses a repurchase denies; else None."""
    regime = fold.elections.regime
    if regime.wash_days is None or regime.wash_assets.keys().isdisjoint(fold.entries.assets):
        return None
    return Washing(fold)


class Washing:
    """The purchases of covered assets, what of them is used as replacement, and what was denied."""

    def __init__(self, fold: "Fold") -> None:
        """For a fold whose regime has `wash_days`."""
        self.fold, self.entries = fold, fold.entries
        regime = fold.elections.regime
        self.days = regime.wash_days or 0
        entries = fold.entries
        days = [regime.wash_assets.get(name) for name in entries.assets]
        self.covered_from = np.array([_NEVER if day is None else (day - _FIRST_DAY).days for day in days], np.int64)
        self.deferred = np.array([name in fold.elections.deferred for name in entries.accounts], bool)
        self.day, self.acquired_on, self.starts = fold.calendar.day, fold.calendar.acquired_on, fold.calendar.starts
        self.gifts = Gifts(entries)
        self.purchases: dict[int, tuple[list[int], list[int]]] = {}
        self.claims: dict[int, list[_Claim]] = {}
        self.free: dict[int, int] = {}
        self.splits = Splits(entries)
        self.carry_in()
        self.pieces_of: dict[int, list[int]] = {}
        self.seen = 0
        self.found: list[Washed] = []

    @property
    def handlers(self) -> "dict[int, Handler]":
        """What the fold does at the actions that `actions` tells apart."""
        return {SALE: self.sell, REPLACEMENT: self.acquire}

    def carry_in(self) -> None:
        """What purchases take over of losses that were booked before the entries begin (a filed year)."""
        named = {one.purchase for one in self.fold.elections.claims}
        if not named:
            return
        ids, entries = self.entries.rows["id"].to_pylist(), self.entries
        chosen = np.flatnonzero((entries.action == Action.ACQUIRE) & (entries.lot_of == NOWHERE))
        places = {ids[row]: entry for row, entry in zip(entries.row[chosen].tolist(), chosen.tolist(), strict=True) if ids[row] in named}
        for one in self.fold.elections.claims:
            entry = places.get(one.purchase)
            free = 0 if entry is None else self.free.setdefault(entry, self.quantity(entry))
            taken = min(free, one.units)
            denied = exact.share(one.denied, taken, one.units)
            if taken < one.units:
                left = exact.plain(exact.cents(exact.to_decimal(one.denied - denied)))
                message = f"{one.purchase} was to take over a loss of {one.sold_on}; {left} of it finds no shares there now"
                self.fold.told.append(problem("WASH_SALE_UNPLACED", message))
            if entry is not None and taken:
                self.free[entry] = free - taken
                first, sold = ((day - _FIRST_DAY).days for day in (one.first, one.sold_on))
                self.claims.setdefault(entry, []).append(_Claim(taken, denied, first, sold))

    def actions(self, chosen: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """The actions of the chosen entries, sales and purchases of covered assets told apart."""
        entries, covered = self.entries, self.covered_from[self.entries.asset[chosen]]
        plain = entries.lot_of[chosen] == NOWHERE
        selling = plain & (entries.action[chosen] == Action.DISPOSE) & (self.day[chosen] >= covered)
        selling &= ~self.deferred[entries.account[chosen]]
        buying = (covered != _NEVER) & plain & (entries.action[chosen] == Action.ACQUIRE)
        found: np.ndarray = np.where(selling, SALE, np.where(buying, REPLACEMENT, actions))
        return found

    def is_sale(self, entry: int) -> bool:
        """Whether a loss of this entry may be denied."""
        asset, account = int(self.entries.asset[entry]), int(self.entries.account[entry])
        return bool(self.day[entry] >= self.covered_from[asset]) and not self.deferred[account]

    def acquire(self, entry: int, pool: Pool, units: int, amount: int, _cost: int) -> None:
        """A purchase; units of it that replace others sold before are pieces of their own, with the loss and the time of those."""
        pieces, age, row = self.fold.pieces, self.fold.ages[entry], self.fold.row[entry]
        made = []
        for claim in self.claims.pop(entry, []):
            part = exact.share(amount, claim.units, units)
            piece = pieces.new(entry, claim.units, part + claim.denied)
            pieces.ranks[piece] = unit_rank(part, claim.units) + claim.denied * UNIT_RANK_SCALE // claim.units
            pieces.starts[piece] = self.tacked(entry, claim.first, claim.sold)
            self.fold.raised.append(Raised(entry, int(self.entries.account[entry]), int(self.entries.asset[entry]), claim.denied))
            made.append(piece)
            units, amount = units - claim.units, amount - part
        if units:
            piece = pieces.new(entry, units, amount)
            pieces.ranks[piece] = unit_rank(amount, units)
            made.insert(0, piece)
        for number, piece in enumerate(made):
            if number:
                pieces.again[piece] = pool.count
            pool.push(piece, age)
            if row in self.fold.brought:
                self.fold.brought[row].append((pool, piece))
        pool.arrived[row << 1] = made[0]

    def sell(self, entry: int, pool: Pool, units: int, amount: int, cost: int) -> None:
        """A sale in the pool's order; what the law denies of its losses goes over to the shares that replace those sold."""
        written = self.fold.sold.flat
        before = len(written)
        self.fold.sell_by_tax(entry, pool, units, amount, cost)
        rows = [written[place : place + _ROW] for place in range(before, len(written), _ROW)]
        losing = [number for number, row in enumerate(rows) if row[1] != NOWHERE and self.loss_of(row) > 0]
        losing.sort(key=lambda number: self.fold.ages[self.fold.pieces.entry[rows[number][1]]])
        if losing:
            self.note_pieces()
        for number in losing:
            _, piece, part, *_ = rows[number]
            self.deny(_Loss(entry, number, piece, self.first_day(piece)), part, self.loss_of(rows[number]))

    def first_day(self, piece: int) -> int:
        """When the time of a piece begins that is sold at a loss; of a gift whose value counts it is the day of the gift (1223(2))."""
        lot = self.fold.pieces.entry[piece]
        if lot in self.gifts.lower:
            return int(self.day[lot])
        return self.fold.pieces.starts.get(piece, int(self.starts[lot]))

    def tacked(self, purchase: int, first: int, sold: int) -> int:
        """When the time of what a purchase replaced begins: that of what was sold from `first` until `sold` goes before its own."""
        days = (day_of(day) for day in (int(self.acquired_on[purchase]), min(first, sold), sold))
        return (tacked(*days) - _FIRST_DAY).days

    def loss_of(self, row: list[int]) -> int:
        """The loss on a piece sold, below zero a gain; of a given lot it counts from a basis of its own (26 USC 1015(a))."""
        _, piece, _, gross, fee, basis = row
        return self.gifts.loss_basis(self.fold.pieces.entry[piece], basis) + fee - gross

    def deny(self, loss: _Loss, units: int, amount: int) -> None:
        """Match the units sold with what was bought in the window, the earliest first."""
        for purchase in self.in_window(loss):
            if not units:
                return
            for replaced, denied in self.replace(loss, purchase, units, amount):
                units, amount = units - replaced, amount - denied

    def replace(self, loss: _Loss, purchase: int, units: int, amount: int) -> list[tuple[int, int]]:
        """Units of one purchase that replace units sold, and the loss denied by each."""
        if purchase > loss.entry:
            return self.claim(loss, purchase, units, amount)
        found = []
        for piece in self.held_of(purchase, int(self.entries.asset[loss.entry])):
            taken = min(self.fold.pieces.quantity[piece], units)
            if taken:
                denied = exact.share(amount, taken, units)
                lost = self.raise_basis(piece, taken, denied, loss)
                self.found.append(Washed(loss.entry, loss.place, purchase, taken, denied, lost))
                units, amount = units - taken, amount - denied
                found.append((taken, denied))
        return found

    def claim(self, loss: _Loss, purchase: int, units: int, amount: int) -> list[tuple[int, int]]:
        """Units of a purchase to come that replace units sold; after a split they are as many as the units sold became by it."""
        ratio = self.splits.ratio(loss.entry, purchase)
        more, one = (ratio or 1).as_integer_ratio()
        free = self.free.setdefault(purchase, self.quantity(purchase))
        asked = exact.share(units, more, one)
        taken = min(free, asked)
        if not taken:
            return []
        if ratio is None:
            self.tell_split(loss.entry, purchase)
        replaced = units if taken == asked else min(exact.share(taken, one, more), units)
        self.free[purchase] = free - taken
        denied, lost = exact.share(amount, replaced, units), bool(self.deferred[self.entries.account[purchase]])
        self.claims.setdefault(purchase, []).append(_Claim(taken, 0 if lost else denied, loss.first, int(self.day[loss.entry])))
        self.found.append(Washed(loss.entry, loss.place, purchase, taken, denied, lost, loss.first))
        return [(replaced, denied)]

    def tell_split(self, sale: int, purchase: int) -> None:
        """Say that units on both sides of a split were matched as they are, since its ratio is not known."""
        entries, row = self.entries, pa.array([int(self.entries.row[sale]), int(self.entries.row[purchase])])
        (sold, bought), (sources, _) = (entries.rows[name].take(row).to_pylist() for name in ("id", "sources"))
        asset = entries.assets[int(entries.asset[sale])]
        message = (
            f"{asset} was split between the sale {sold} and its replacement {bought}, and nothing says by how much: matched as they are"
        )
        self.fold.told.append(problem("WASH_SALE_ACROSS_SPLIT", message, file=sources[0]["file"], row=sources[0]["row"]))

    def in_window(self, loss: _Loss) -> list[int]:
        """Purchases of the asset in the window, the earliest first, without the one whose shares are sold."""
        asset, sold_on = int(self.entries.asset[loss.entry]), int(self.day[loss.entry])
        if asset not in self.purchases:
            self.purchases[asset] = self.bought(asset)
        days, listed = self.purchases[asset]
        first, last = bisect_left(days, sold_on - self.days), bisect_right(days, sold_on + self.days)
        own = self.fold.pieces.entry[loss.piece]
        return [purchase for purchase in listed[first:last] if purchase != own]

    def bought(self, asset: int) -> tuple[list[int], list[int]]:
        """Days and entries of the purchases of an asset, by day, then in booking order."""
        entries = self.entries
        kinds = np.array([kind not in _NOT_BOUGHT for kind in entries.kinds], bool)
        own = np.flatnonzero((entries.asset == asset) & (entries.action == Action.ACQUIRE) & kinds[entries.kind])
        own = own[np.argsort(self.acquired_on[own], kind="stable")]
        return self.acquired_on[own].tolist(), own.tolist()

    def quantity(self, entry: int) -> int:
        """Units that an entry brings in."""
        return ints(self.entries.quantity.take(pa.array([entry])))[0]

    def note_pieces(self) -> None:
        """Look up which pieces there are of each purchase; each piece is looked at once."""
        listed = self.fold.pieces.entry
        for piece, entry in enumerate(islice(listed, self.seen, None), self.seen):
            self.pieces_of.setdefault(entry, []).append(piece)
        self.seen = len(listed)

    def held_of(self, purchase: int, asset: int) -> list[int]:
        """What is still held of a purchase, and is no replacement yet."""
        pieces = self.fold.pieces
        return [
            piece
            for piece in self.pieces_of.get(purchase, [])
            if pieces.quantity[piece] and piece not in pieces.starts and pieces.where(piece)[1] == asset
        ]

    def raise_basis(self, piece: int, units: int, denied: int, loss: _Loss) -> bool:
        """Let units of a piece take over the loss and the time of those sold. Returns whether the loss is lost, in a deferred account."""
        pieces = self.fold.pieces
        account, asset = pieces.where(piece)
        pool = self.fold.pools[self.fold.pool_number(account, asset)]
        lost, whole = bool(self.deferred[account]), pieces.quantity[piece] == units
        if not lost:
            self.fold.raised.append(Raised(loss.entry, account, asset, denied))
        if pool.blended:
            pool.open()  # every piece has its part of the average now
        rank = pieces.rank_of(piece)
        _, _, basis = self.fold.part(piece, units)
        if whole:
            pieces.basis[piece] = 0
        fresh = pieces.copy(piece, units, basis + (0 if lost else denied))
        pieces.place(fresh, account, asset)
        pieces.ranks[fresh] = rank + (0 if lost else denied * UNIT_RANK_SCALE // units)
        pieces.starts[fresh] = self.tacked(pieces.entry[piece], loss.first, int(self.day[loss.entry]))
        if piece in pieces.away:
            pieces.away.add(fresh)
        if piece in pieces.again:
            pieces.again[fresh] = pieces.again[piece]
        if not whole:
            pieces.again[fresh] = pool.count
        age = self.fold.ages[pieces.entry[piece]]
        if pool.blended:
            Pool.push(pool, fresh, age)
            pool.rank()
        else:
            pool.push(fresh, age)
        return lost
