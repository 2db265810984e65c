"""Entries -> lots, disposals and moves: one chronological fold per asset, over columns of ints.

A running example, in the default order (FIFO):

    2024-01-05  buy 1 BTC for 40,000        lot A: 1 BTC, basis 40,000
    2024-03-05  buy 1 BTC for 60,000        lot B: 1 BTC, basis 60,000
    2025-02-01  sell 1.5 BTC for 150,000    A whole: proceeds 100,000, gain 60,000, long-term (2025-01-06 and later)
                                            half of B: proceeds 50,000, basis 30,000, gain 20,000, short-term
                                            left: 0.5 BTC of B with basis 30,000

Every amount is in units (int, 10^18); what is split is split so that the parts add up to the whole. Assets that become one another
(conversions, spin-offs) are folded together; apart from that no asset touches another.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from functools import cached_property
from heapq import heappop, heappush
from itertools import chain

import numpy as np

from taxlots import exact
from taxlots.ledger.entry_columns import NOWHERE, OUTSIDE, Action, Entries
from taxlots.lots import blocks, compiled
from taxlots.lots.allocation import Allocation
from taxlots.lots.booked import Booked, Lacking, Moved, Raised, Written, all_sold
from taxlots.lots.by_record import BY_RECORD, REORDER, Pick, Recorded
from taxlots.lots.calendar import Calendar
from taxlots.lots.changes import changes_of
from taxlots.lots.elections import MIN_TAX, SECTION_104, Elections
from taxlots.lots.holding import time_of
from taxlots.lots.holding_pool import HoldingPool
from taxlots.lots.lacking import across_splits
from taxlots.lots.least_tax import LeastTax, Rates
from taxlots.lots.methods import METHODS
from taxlots.lots.moves import moves_of
from taxlots.lots.pieces import UNIT_RANK_SCALE, Pieces, unit_rank
from taxlots.lots.pools import Pool, Pools
from taxlots.lots.section_104 import Matching
from taxlots.lots.superficial import Holdings
from taxlots.lots.washed import washing_of
from taxlots.problems import Problem

_BLOCK = 1 << 16  # entries that are ints at a time
_ALWAYS = np.iinfo(np.int64).max  # later than any time
Part = tuple[int, int, int]  # piece, units, basis


def book_entries(entries: Entries, elections: Elections, zone: tzinfo = UTC) -> Booked:
    """Fold the entries, in the order given, over empty pools. Days, where an order asks for them, are those of the zone."""
    fold = Fold(entries, elections, zone)
    rest, compiled_booking = compiled.divided(fold)
    fold.match(rest)
    order = rest[np.argsort(blocks.groups(entries)[entries.asset[rest]], kind="stable")]
    early = entries.time[order] < fold.until
    fold.run_all(order[early])
    if elections.universal is not None:
        fold.told += Allocation(fold, elections.universal).carry_out()
        fold.until = _ALWAYS
    fold.run_all(order[~early])
    if compiled_booking:
        compiled_booking.run()
    fold.finish()
    fold.pieces.new_ranks.clear()
    return Booked(
        fold.pieces,
        all_sold(fold.sold, fold.single, entries),
        Moved(*fold.moved.columns()),
        sorted(fold.lacking, key=lambda found: found.entry),
        fold.shared,
        fold.outside,
        fold.recorded,
        fold.denied,
        fold.told,
        fold.washing.found if fold.washing else [],
        fold.own_pools,
        fold.raised,
    )


class Fold:
    """The pools and pieces as the entries are booked, and what was written down."""

    def __init__(self, entries: Entries, elections: Elections, zone: tzinfo) -> None:
        self.entries, self.elections, self.zone = entries, elections, zone
        self.width = len(entries.assets)
        self.everywhere = len(entries.accounts)
        self.outside = entries.accounts.index(OUTSIDE)
        self.own_pools = np.array([name in elections.own_pools or name == OUTSIDE for name in entries.accounts], bool)
        self.shared = np.array([elections.is_shared(asset) for asset in entries.assets], bool)
        self.until, self.told = _ALWAYS, list[Problem]()
        self.common = np.zeros(self.width, bool)
        if elections.universal is not None:
            self.until = time_of(elections.universal.until)
            self.common = np.array([asset in elections.universal.assets for asset in entries.assets], bool)
        ages = np.empty(len(entries), np.int64)
        ages[np.argsort(entries.acquired, kind="stable")] = np.arange(len(entries))
        self.ages = ages.data
        self.pieces = Pieces(entries)
        self.pools = Pools(self.make_pool)
        self.sold, self.single, self.moved = Written(4), Written(1), Written(2)
        self.recorded = Recorded.of(elections.directions, entries, self.everywhere)
        self.lacking, self.picks, self.raised = list[Lacking](), list[Pick](), list[Raised]()
        self.by_tax = MIN_TAX in elections.orders()
        if self.by_tax:
            self.rates = Rates(elections.rates)
            self.pieces.long_from = self.calendar.long_from().data
        regime, orders = elections.regime, [elections.method_of("", asset) for asset in entries.assets]
        self.matched = np.array([order == SECTION_104 for order in orders], bool)
        self.denied: dict[int, int] = {}
        if regime.superficial_days is not None:
            self.holdings = Holdings(self, regime.superficial_days)
        self.washing = washing_of(self)
        self.brought: dict[int, list[tuple[Pool, int]]] = {row: [] for row in np.unique(entries.lot_of).tolist() if row != NOWHERE}
        self.row, self.home = entries.row.data, entries.home.data
        self.actions = {
            **moves_of(self),
            **changes_of(self),
            blocks.OWN_LOT: self.withhold,
            blocks.ACQUIRE: self.acquire,
            blocks.DISPOSE: self.dispose,
            blocks.MATCHED_IN: self.acquire_matched,
            blocks.MATCHED_OUT: self.sell_matched,
            BY_RECORD: self.by_record,
            REORDER: self.reorder,
            **(self.washing.handlers if self.washing else {}),
        }

    def match(self, rest: np.ndarray) -> None:
        """Match what of section 104 assets is among the entries that are booked here."""
        chosen = np.unique(self.entries.asset[rest])
        if self.matched[chosen].any():
            self.matching = Matching(self, chosen[self.matched[chosen]].tolist(), self.elections.regime.matching_days)
            self.told += across_splits(self.matching.across, self.entries)

    def make_pool(self, number: int) -> Pool:
        account, asset = divmod(number, self.width)
        where = "" if account == self.everywhere else self.entries.accounts[account]
        name = self.elections.method_of(where, self.entries.assets[asset])
        return METHODS[name].pool(name, self.pieces, self.ages)

    def pool_number(self, account: int, asset: int) -> int:
        """Of the pool that the lots of an asset in an account are in."""
        shared = self.is_shared(asset) and not self.own_pools[account]
        return (self.everywhere if shared else account) * self.width + asset

    def is_shared(self, asset: int) -> bool:
        """Whether the lots of an asset are in one pool over all accounts now."""
        return bool(self.shared[asset] or (self.common[asset] and self.until != _ALWAYS))

    def run_all(self, order: np.ndarray) -> None:
        """Book the chosen entries, in the order given, block by block."""
        for start in range(0, len(order), _BLOCK):
            self.run(order[start : start + _BLOCK])

    def run(self, chosen: np.ndarray) -> None:
        """Book the chosen entries, in the order given."""
        rows = blocks.rows(self, chosen)
        self.book(self.recorded.interleaved(rows) if self.recorded.waiting else rows)
        for written in (self.sold, self.single, self.moved):
            written.flush()

    def book(self, columns: Iterator[tuple[int, int, int, int, int, int, int]]) -> None:
        """The loop that everything goes through: entry, action, number of the pool, key, quantity, amount and cost of each entry.

        The two that are most are done here, on the heap itself; a sale out of one lot is written without what its entry says as well.
        """
        pools, pieces, sold, single, share = self.pools, self.pieces, self.sold.flat, self.single.flat, exact.share
        quantity, basis, acquiring, push, pop = pieces.quantity, pieces.basis, pieces.entry, heappush, heappop
        for entry, action, number, key, units, amount, cost in columns:
            pool = pools[number]
            if action == 0:  # Action.ACQUIRE
                piece = len(acquiring)
                push(pool.heap, key << 32 | piece)
                quantity.append(units)
                basis.append(amount)
                acquiring.append(entry)
                pool.count += 1
            elif action == 4:  # Action.DISPOSE
                heap, left, gross, fee = pool.heap, units, amount, cost
                while heap:
                    piece = heap[0] & 0xFFFFFFFF
                    held = quantity[piece]
                    if held > left:
                        whole = basis[piece]
                        part = share(whole, left, held)
                        quantity[piece] = held - left
                        basis[piece] = whole - part
                    else:
                        pop(heap)
                        if not held:
                            continue
                        part = basis[piece]  # the last part of a lot takes all its basis, and that of a sale all its proceeds
                        quantity[piece] = 0
                        if held < left:
                            first, paid = share(gross, held, left), share(fee, held, left) if fee else 0
                            sold += (entry, piece, held, first, paid, part)
                            left, gross, fee = left - held, gross - first, fee - paid
                            continue
                    if left == units:
                        single += (entry, piece, part)
                    else:
                        sold += (entry, piece, left, gross, fee, part)
                    break
                else:
                    sold += (entry, NOWHERE, left, gross, fee, 0)
                    self.lacking.append(Lacking(entry, left, gross))
            else:
                self.actions[action](entry, pool, units, amount, cost)

    def acquire(self, entry: int, pool: Pool, units: int, amount: int, _cost: int) -> None:
        """A new lot, into any pool."""
        pieces, row = self.pieces, self.row[entry]
        piece = pieces.new(entry, units, amount)
        if pool.ranked:
            pieces.ranks[piece] = unit_rank(amount, units)
        pool.arrived[row << 1] = piece
        pool.push(piece, self.ages[entry])
        if row in self.brought:
            self.brought[row].append((pool, piece))

    def part(self, piece: int, units: int) -> Part:
        """Take units out of a piece, or all that it has; of the last part that is all its basis."""
        pieces = self.pieces
        held = pieces.quantity[piece]
        if units >= held:
            pieces.quantity[piece] = 0
            return piece, held, pieces.basis[piece]
        basis = exact.share(pieces.basis[piece], units, held)
        pieces.quantity[piece] = held - units
        pieces.basis[piece] -= basis
        return piece, units, basis

    def take(self, pool: Pool, units: int) -> list[Part]:
        """Parts, those that a record names first, then in the pool's order, until the quantity is reached or nothing is left."""
        parts = []
        for piece, chosen in self.picks:
            units -= chosen
            parts.append(self.part(piece, chosen))
        quantity, basis = self.pieces.quantity, self.pieces.basis
        while units and (piece := pool.first()) >= 0:
            held = quantity[piece]
            if held > units:
                part = exact.share(basis[piece], units, held)
                quantity[piece] = held - units
                basis[piece] -= part
                parts.append((piece, units, part))
                break
            quantity[piece] = 0
            parts.append((piece, held, basis[piece]))
            units -= held
        return parts

    def withhold(self, entry: int, pool: Pool, units: int, amount: int, cost: int) -> None:
        """A fee out of what a row brought in, as far as that reaches; at average cost its lots are not told apart."""
        if pool.blended:
            self.dispose(entry, pool, units, amount, cost)
        else:
            self.sell(entry, self.own(entry, pool, units), units, amount, cost)

    def dispose(self, entry: int, pool: Pool, units: int, amount: int, cost: int) -> None:
        """A sale in the pool's order, whatever that asks for."""
        sale = self.sell_by_tax if self.elections.regime.superficial_days is None else self.sell_at_cost
        if self.washing and self.washing.is_sale(entry):
            sale = self.washing.sell
        sale(entry, pool, units, amount, cost)

    def own(self, entry: int, pool: Pool, units: int) -> Iterator[Part]:
        """Parts of what the row brought in. A pool whose order changed meanwhile is another one with the same lots."""
        for where, piece in self.brought[int(self.entries.lot_of[entry])]:
            if where.arrived is pool.arrived and units and self.pieces.quantity[piece]:
                part = self.part(piece, units)
                units -= part[1]
                yield part

    def sell(self, entry: int, parts: Iterable[Part], units: int, amount: int, cost: int) -> None:
        """Dispose of these parts of lots, each with its part of the proceeds; of what they do not reach without a lot."""
        left, gross, fee = units, amount, cost
        for piece, part, basis in parts:
            first, paid = exact.share(gross, part, left), exact.share(fee, part, left)
            self.sold.flat += (entry, piece, part, first, paid, basis)
            left, gross, fee = left - part, gross - first, fee - paid
        if left:
            self.sold.flat += (entry, NOWHERE, left, gross, fee, 0)
            self.lacking.append(Lacking(entry, left, gross))

    @cached_property
    def calendar(self) -> Calendar:
        """Days of the entries, for the orders that ask for them."""
        return Calendar(self.entries, self.zone, inherited_is_long=self.elections.regime.inherited_is_long)

    def finish(self) -> None:
        """What pools have to do when everything is booked."""
        for pool in self.pools.values():
            pool.finish()

    def sell_by_tax(self, entry: int, pool: Pool, units: int, amount: int, cost: int) -> None:
        """A sale that takes the lots of least tax, where the pool is in that order."""
        if isinstance(pool, LeastTax):
            price = (amount - cost) * UNIT_RANK_SCALE // units
            pool.ask(self.rates.asked(int(self.entries.time[entry]), int(self.calendar.day[entry]), price))
            self.sell(entry, self.take(pool, units), units, amount, cost)
            pool.ask(None)
        else:
            self.sell(entry, self.take(pool, units), units, amount, cost)

    def acquire_matched(self, entry: int, pool: Pool, _units: int, _amount: int, _cost: int) -> None:
        """What is left of an acquisition for the section 104 holding."""
        units, basis = self.matching.rest[entry]
        if units:
            pool.push(self.pieces.new(entry, units, basis), self.ages[entry])

    def sell_matched(self, entry: int, pool: Pool, units: int, amount: int, cost: int) -> None:
        """Out of what the disposal was matched with, the rest out of the holding."""
        self.sell(entry, self.take_matched(entry, pool, units), units, amount, cost)

    def take_matched(self, entry: int, pool: Pool, units: int) -> Iterator[Part]:
        """Parts of what a disposal was matched with, the rest out of the pool; of what is matched with nothing all out of the pool."""
        matched = self.matching.parts.get(entry, []) if self.matched.any() else []
        return chain(matched, self.take(pool, units - sum(part for _, part, _ in matched)))

    def sell_at_cost(self, entry: int, pool: Pool, units: int, amount: int, cost: int) -> None:
        """A sale at average cost, of which a loss may be denied."""
        if not isinstance(pool, HoldingPool):
            self.sell_by_tax(entry, pool, units, amount, cost)
            return
        parts = self.take(pool, units)
        self.sell(entry, parts, units, amount, cost)
        covered, basis = sum(part for _, part, _ in parts), sum(basis for _, _, basis in parts)
        gain = exact.share(amount - cost, covered, units) - basis
        if gain < 0 and (denied := self.holdings.denied(entry, covered, -gain)).amount:
            self.denied[entry] = denied.amount
            account, asset = int(self.entries.account[entry]), int(self.entries.asset[entry])
            pool.deny(denied.own)
            self.raised.append(Raised(entry, account, asset, denied.own))
            for place, part in denied.others:
                if isinstance(other := self.pools[place * self.width + asset], HoldingPool):
                    other.deny(part)
                    self.raised.append(Raised(entry, NOWHERE if place == self.everywhere else place, asset, part))

    def by_record(self, entry: int, pool: Pool, units: int, amount: int, cost: int) -> None:
        """Lots that a record names first, the rest in the pool's order."""
        picks, left = [], units
        for piece, held in self.recorded.pick(entry, pool):
            picks += [(piece, min(held, left))] if left else []
            left -= min(held, left)
        self.picks, self.recorded.taken[entry] = picks, len(picks)
        action = Action(int(self.entries.action[entry]))
        if action is Action.DISPOSE:
            self.dispose(entry, pool, units, amount, cost)
        else:
            self.actions[action](entry, pool, units, amount, cost)
        self.picks = []

    def reorder(self, place: int, pool: Pool, number: int, _amount: int, _cost: int) -> None:
        """Another order in the pool of that number from now on."""
        self.pools[number] = self.recorded.reordered(place, pool)

    def base(self, piece: int) -> int:
        """The number of the name that the parts of its lot have in common."""
        return self.pieces.base.get(piece, self.row[self.pieces.entry[piece]])

    def arrive(self, entry: int, piece: int, asset: int, name: int) -> None:
        """Put what became of an entry into the pool of its account and that asset."""
        pool = self.pools[self.pool_number(int(self.entries.account[entry]), asset)]
        piece = pool.add(piece, name)
        if self.row[entry] in self.brought:
            self.brought[self.row[entry]].append((pool, piece))
