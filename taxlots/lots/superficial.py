"""Canada: superficial losses (Income Tax Act 54 "superficial loss", 40(2)(g)(i), 53(1)(f)).

A loss is denied as far as the same property was acquired in the 61 days around the sale and is still held at their end: by the least of
units sold, acquired and held, over those sold. What is denied is added to the cost of the units that are left, else of the next ones.

    day 1: 10 bought for 12     day 2: 5 sold for 1, loss 6 - 1 = 5     day 15: 4 sold     so 1 is held on day 32
    denied 5 x min(5, 10, 1) / 5 = 1; the 5 left cost 6 + 1 = 7

What an affiliated person acquired counts as well: a registered account, a spouse (251.1(1)). The cost of that property takes over the loss
(53(1)(f)), not that of the units that are left here: of what is denied the own units take over only what their own purchases deny.

Where the asset was split, all units are counted as after its last split, since a split neither acquires nor disposes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from taxlots import exact
from taxlots.ledger.entry_columns import Action
from taxlots.lots.booked import ints
from taxlots.lots.lacking import across_splits
from taxlots.lots.splits import Splits

if TYPE_CHECKING:
    from taxlots.lots.book import Fold

SUPERFICIAL = "SL"  # the code of the adjustment
_COMING = {Action.ACQUIRE: 1, Action.SPLIT: 1, Action.DISPOSE: -1, Action.REMOVE: -1, Action.CONVERT: -1}
Change = tuple[int, int, int]  # day, units acquired, units more (or fewer) held
Counted = tuple[list[int], list[int], list[int]]


@dataclass(frozen=True, slots=True)
class Denied:
    """The part of a loss that is denied, and what of it becomes cost in the pool of the sale and in those of other accounts (by place)."""

    amount: int
    own: int = 0
    others: tuple[tuple[int, int], ...] = ()


class Holdings:
    """Units acquired and held of each asset, by day, over all accounts, and over those of one pool."""

    def __init__(self, fold: "Fold", days: int) -> None:
        """`days` before and after a sale count; the fold is told where a split by an unknown ratio is among them."""
        self.entries, self.day, self.days, self.told = fold.entries, fold.calendar.day, days, fold.told
        apart = fold.own_pools.copy()
        apart[fold.outside] = False  # what was withdrawn and not found again is still the person's
        self.place = np.where(apart, np.arange(len(apart)), fold.everywhere)
        self.untaxed = {number for number, name in enumerate(fold.entries.accounts) if name in fold.elections.deferred}
        self.known: dict[tuple[int, int | None], Counted] = {}
        self.splits = Splits(fold.entries)

    def denied(self, entry: int, units: int, loss: int) -> Denied:
        """What is denied of a loss on these units."""
        asset, sold_on = int(self.entries.asset[entry]), int(self.day[entry])
        sold = self.restated(asset, entry, units)
        denied = exact.share(loss, min(sold, self.replaced(asset, sold_on, None)), sold)
        if denied and any(one.ratio is None and abs(int(self.day[one.first]) - sold_on) <= self.days for one in self.splits.of(asset)):
            self.told += across_splits([entry], self.entries)
        return self.taken(entry, sold, loss, denied) if denied else Denied(0)

    def taken(self, entry: int, sold: int, loss: int, denied: int) -> Denied:
        """Whose cost takes over a denied loss: that of the place of the sale first; in a registered account it is lost."""
        asset, sold_on, own = int(self.entries.asset[entry]), int(self.day[entry]), int(self.place[self.entries.account[entry]])
        parts, left = {}, denied
        for place in sorted(set(self.place.tolist()), key=lambda place: (place != own, place)):
            parts[place] = min(exact.share(loss, min(sold, self.replaced(asset, sold_on, place)), sold), left)
            left -= parts[place]
        others = tuple((place, part) for place, part in parts.items() if part and place != own and place not in self.untaxed)
        return Denied(denied, parts[own], others)

    def replaced(self, asset: int, sold_on: int, place: int | None) -> int:
        """The lesser of the units acquired in the window and of those held at its end, in one place, or in all of them (None)."""
        if (asset, place) not in self.known:
            self.known[asset, place] = self.counted(asset, place)
        days, acquired, held = self.known[asset, place]
        first, last = bisect_left(days, sold_on - self.days), bisect_right(days, sold_on + self.days)
        return min(acquired[last] - acquired[first], max(held[last], 0))

    def restated(self, asset: int, entry: int, units: int) -> int:
        """Units of an entry as they count after the last split of the asset, as far as ratios are known."""
        account = int(self.entries.account[entry])
        for one in self.splits.of(asset):
            if one.ratio is not None and not one.is_before(account, entry):
                units = exact.share(units, *one.ratio.as_integer_ratio())
        return units

    def counted(self, asset: int, place: int | None) -> Counted:
        """Days, and how much had been acquired and was held before each of them (and after the last), in one place or in all."""
        changes: dict[int, tuple[int, int]] = {}
        for day, bought, change in chain(self.changes(asset, place), self.moves(asset, place), self.becoming(asset, place)):
            before = changes.get(day, (0, 0))
            changes[day] = before[0] + bought, before[1] + change
        days = sorted(changes)
        acquired = accumulate((changes[day][0] for day in days), initial=0)
        held = accumulate((changes[day][1] for day in days), initial=0)
        return days, list(acquired), list(held)

    def chosen(self, wanted: np.ndarray, quantity: pa.Array, accounts: np.ndarray, place: int | None) -> Iterator[tuple[int, int]]:
        """Entries that are wanted and in the place, with their units."""
        found = np.flatnonzero(wanted if place is None else wanted & (self.place[accounts] == place))
        return zip(found.tolist(), ints(quantity.take(pa.array(found))), strict=True)

    def changes(self, asset: int, place: int | None) -> Iterator[Change]:
        """What comes and goes."""
        entries, known = self.entries, any(one.ratio for one in self.splits.of(asset))
        wanted = (entries.asset == asset) & np.isin(entries.action, list(_COMING))
        for entry, quantity in self.chosen(wanted, entries.quantity, entries.account, place):
            action = Action(int(entries.action[entry]))
            if action is not Action.SPLIT or not known:
                units = self.restated(asset, entry, quantity)
                yield int(self.day[entry]), units if action is Action.ACQUIRE else 0, units * _COMING[action]

    def moves(self, asset: int, place: int | None) -> Iterator[Change]:
        """What moves between the places; over all of them it is held before and after."""
        if place is None:
            return
        entries = self.entries
        wanted = (entries.asset == asset) & (entries.action == Action.MOVE)
        for sign, accounts in ((-1, entries.account), (1, entries.to_account)):
            for entry, quantity in self.chosen(wanted, entries.quantity, accounts, place):
                yield int(self.day[entry]), 0, sign * self.restated(asset, entry, quantity)

    def becoming(self, asset: int, place: int | None) -> Iterator[Change]:
        """What comes out of another asset."""
        entries = self.entries
        wanted = (entries.to_asset == asset) & np.isin(entries.action, (Action.CONVERT, Action.SPIN_OFF))
        for entry, quantity in self.chosen(wanted, entries.to_quantity, entries.account, place):
            yield int(self.day[entry]), 0, self.restated(asset, entry, quantity)
