"""Canada: superficial losses (Income Tax Act 54 "superficial loss", 40(2)(g)(i), 53(1)(f)).

A loss is denied as far as the same property was acquired in the 61 days around the sale and is still held at their end: by the least of
units sold, acquired and held, over those sold. What is denied is added to the cost of the units that are left, else of the next ones.

    day 1: 10 bought for 12     day 2: 5 sold for 1, loss 6 - 1 = 5     day 15: 4 sold     so 1 is held on day 32
    denied 5 x min(5, 10, 1) / 5 = 1; the 5 left cost 6 + 1 = 7

Where the asset was split, all units are counted as after its last split, since a split neither acquires nor disposes.
"""

from bisect import bisect_left, bisect_right

import numpy as np
import pyarrow as pa

from taxlots import exact
from taxlots.ledger.entry_columns import Action, Entries
from taxlots.lots.booked import ints
from taxlots.lots.lacking import across_splits
from taxlots.lots.splits import Splits
from taxlots.problems import Problem

SUPERFICIAL = "SL"  # the code of the adjustment
_COMING = {Action.ACQUIRE: 1, Action.SPLIT: 1, Action.DISPOSE: -1, Action.REMOVE: -1, Action.CONVERT: -1}


class Holdings:
    """Units acquired and held of each asset, by day, over all accounts."""

    def __init__(self, entries: Entries, day: np.ndarray, days: int, told: list[Problem]) -> None:
        """`days` before and after a sale count; `told` gets a Problem where a split by an unknown ratio is among them."""
        self.entries, self.day, self.days, self.told = entries, day, days, told
        self.known: dict[int, tuple[list[int], list[int], list[int]]] = {}
        self.splits = Splits(entries)

    def denied(self, entry: int, units: int, loss: int) -> int:
        """The part of a loss on these units that is denied."""
        asset, sold_on = int(self.entries.asset[entry]), int(self.day[entry])
        if asset not in self.known:
            self.known[asset] = self.counted(asset)
        days, acquired, held = self.known[asset]
        first, last = bisect_left(days, sold_on - self.days), bisect_right(days, sold_on + self.days)
        bought = acquired[last] - acquired[first]
        sold = self.restated(asset, entry, units)
        denied = exact.share(loss, min(sold, bought, max(held[last], 0)), sold)
        if denied and any(one.ratio is None and abs(int(self.day[one.first]) - sold_on) <= self.days for one in self.splits.of(asset)):
            self.told += across_splits([entry], self.entries)
        return denied

    def restated(self, asset: int, entry: int, units: int) -> int:
        """Units of an entry as they count after the last split of the asset, as far as ratios are known."""
        account = int(self.entries.account[entry])
        for one in self.splits.of(asset):
            if one.ratio is not None and not one.is_before(account, entry):
                units = exact.share(units, *one.ratio.as_integer_ratio())
        return units

    def counted(self, asset: int) -> tuple[list[int], list[int], list[int]]:
        """Days, and how much had been acquired and was held before each of them (and after the last)."""
        entries = self.entries
        changes: dict[int, list[int]] = {}
        own = np.flatnonzero((entries.asset == asset) & np.isin(entries.action, list(_COMING)))
        units = ints(entries.quantity.take(pa.array(own)))
        known = any(one.ratio for one in self.splits.of(asset))
        for entry, quantity in zip(own.tolist(), units, strict=True):
            action, change = Action(int(entries.action[entry])), changes.setdefault(int(self.day[entry]), [0, 0])
            if action is Action.SPLIT and known:
                continue
            restated = self.restated(asset, entry, quantity)
            change[0] += restated if action is Action.ACQUIRE else 0
            change[1] += restated * _COMING[action]
        becoming = np.flatnonzero((entries.to_asset == asset) & np.isin(entries.action, (Action.CONVERT, Action.SPIN_OFF)))
        for entry, quantity in zip(becoming.tolist(), ints(entries.to_quantity.take(pa.array(becoming))), strict=True):
            changes.setdefault(int(self.day[entry]), [0, 0])[1] += self.restated(asset, entry, quantity)
        days = sorted(changes)
        acquired, held = [0], [0]
        for when in days:
            acquired.append(acquired[-1] + changes[when][0])
            held.append(held[-1] + changes[when][1])
        return days, acquired, held
