"""Splits as ratios, so that units before and after one can be matched with each other.

An export tells a split by the units that an account gains or loses; the ratio is what the account holds then to what it held before. Each
account tells the same split: rows of other accounts within a week belong to it, and the ratio is that of the account that held most, where
a fraction paid in money weighs least. Where nothing is known to have been held, there is no ratio. A running example:

    kraken held 100 and gains 200, ledger held 9 and gains 18: one split, 3 for 1; a sale of 20 before it is one of 60 after it
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pyarrow as pa

from taxlots.ledger.entry_columns import Action, Entries
from taxlots.lots.booked import ints

_WEEK = 7 * 24 * 3600 * 1_000_000  # microseconds
_COMING, _GOING = {Action.ACQUIRE}, {Action.DISPOSE, Action.REMOVE, Action.MOVE, Action.CONVERT}


@dataclass(slots=True)
class Event:
    """A split: its entry in each account that told it, the most units that one of them held before, and its ratio; None: not known."""

    marks: dict[int, int] = field(default_factory=dict)
    held: int = 0
    ratio: Fraction | None = None

    @property
    def first(self) -> int:
        """The earliest of its entries."""
        return min(self.marks.values())

    def is_before(self, account: int, entry: int) -> bool:
        """Whether an entry of an account counts in units after the split."""
        return self.marks.get(account, self.first) < entry


class Splits:
    """The splits of each asset among the entries; found when first asked for."""

    def __init__(self, entries: Entries) -> None:
        """Nothing is computed for assets without a split."""
        self.entries = entries
        self.split = set(np.unique(entries.asset[entries.action == Action.SPLIT]).tolist())
        self.known: dict[int, list[Event]] = {}

    def of(self, asset: int) -> list[Event]:
        """The splits of an asset, in order."""
        if asset not in self.split:
            return []
        if asset not in self.known:
            self.known[asset] = self.found(asset)
        return self.known[asset]

    def found(self, asset: int) -> list[Event]:
        """The splits of an asset, by what each account held."""
        entries, events, held = self.entries, list[Event](), dict[int, int]()
        own = np.flatnonzero((entries.asset == asset) | (entries.to_asset == asset))
        places = pa.array(own)
        units, turned = ints(entries.quantity.take(places)), ints(entries.to_quantity.take(places))
        for entry, change, became in zip(own.tolist(), units, turned, strict=True):
            if entries.action[entry] == Action.SPLIT:
                account = int(entries.account[entry])
                self.note(events, entry, held.get(account, 0), change)
                held[account] = max(held.get(account, 0) + change, 0)
            for account, quantity in self.changes(asset, entry, change, became):
                held[account] = max(held.get(account, 0) + quantity, 0)
        return events

    def changes(self, asset: int, entry: int, units: int, turned: int) -> Iterator[tuple[int, int]]:
        """What an entry that is no split adds to the units of an asset in its accounts."""
        entries, action = self.entries, Action(int(self.entries.action[entry]))
        account = int(entries.account[entry])
        if entries.asset[entry] == asset and action in _COMING | _GOING:
            yield account, units if action in _COMING else -units
            if action == Action.MOVE:
                yield int(entries.to_account[entry]), units
        if entries.to_asset[entry] == asset and action in {Action.CONVERT, Action.SPIN_OFF}:
            yield account, turned

    def note(self, events: list[Event], entry: int, held: int, change: int) -> None:
        """Add an account's row of a split to the one that it belongs to, or begin another."""
        account, time = int(self.entries.account[entry]), self.entries.time
        if not events or account in events[-1].marks or time[entry] - time[events[-1].first] > _WEEK:
            events.append(Event())
        event = events[-1]
        event.marks[account] = entry
        if held > event.held and held + change > 0:
            event.held, event.ratio = held, Fraction(held + change, held)

    def between(self, before: int, after: int) -> list[Event]:
        """The splits of an entry's asset that lie between it and a later one: only the later counts in units after them."""
        account, asset = self.entries.account, int(self.entries.asset[before])
        if asset not in self.split:
            return []
        return [
            one for one in self.of(asset) if one.is_before(int(account[after]), after) and not one.is_before(int(account[before]), before)
        ]

    def ratio(self, before: int, after: int) -> Fraction | None:
        """Units at the second of two entries for one at the first; None where a split lies between whose ratio is not known."""
        found = Fraction(1)
        if int(self.entries.asset[before]) not in self.split:
            return found
        for one in self.between(before, after):
            if one.ratio is None:
                return None
            found *= one.ratio
        for one in self.between(after, before):
            if one.ratio is None:
                return None
            found /= one.ratio
        return found
