"""United Kingdom: which acquisitions disposals of fungible assets are matched with (TCGA 1992 sections 104, 105, 106A).

First those of the same day, all purchases and all sales of a day as one each (section 105(1)); then those of the next 30 days, the earlier
disposal and the earlier acquisition first (section 106A(5)); the rest comes out of the section 104 holding, at average cost. Accounts play
no part, but for those of another person or capacity (a spouse, an ISA), which are matched by themselves. What is given away is a disposal
too, also where it makes no gain (section 58). The matching depends on quantities and days alone, so that it is found before anything is
booked; acquisitions enter the holding with what they have left. HMRC CRYPTO22255 as an example:

    2019: 14,000 units in the holding, cost 200,000     2020-08-30: 4,000 sold for 160,000     2020-09-11: 500 bought for 17,500
    500 of the sale with the purchase: cost 17,500; 3,500 out of the holding: 200,000 x 3,500 / 14,000 = 50,000

Units before and after a split are matched by its ratio, as the new holding stands in the shoes of the old (section 127). What is sold
before it and matched after it has left the account, but not the holding, whose units the split changes too (`restated`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from taxlots import exact
from taxlots.ledger.entry_columns import Action, Entries
from taxlots.lots.booked import ints
from taxlots.lots.splits import Splits

if TYPE_CHECKING:
    from taxlots.lots.book import Fold

SAME_DAY, THIRTY_DAYS = "same-day", "thirty-days"
_GIVEN = {"gift-out", "donation"}
Part = tuple[int, int, int]  # piece, units, basis


@dataclass(slots=True)
class Side:
    """What was acquired, or disposed of, on a day: the entries with their units (and basis), and what is not matched yet."""

    entries: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    basis: list[int] = field(default_factory=list)
    left: int = 0
    basis_left: int = 0
    piece: int = -1

    def add(self, entry: int, units: int, basis: int) -> None:
        """One more entry of the day."""
        self.entries.append(entry)
        self.units.append(units)
        self.basis.append(basis)
        self.left += units
        self.basis_left += basis

    def give(self, units: int) -> int:
        """Match units of an acquisition's day; their basis."""
        if not self.left:
            return 0
        basis = exact.share(self.basis_left, units, self.left)
        self.left -= units
        self.basis_left -= basis
        return basis


class Matching:
    """The matches of some assets, by entry: parts of each disposal, and what of each acquisition is left for the holding.

    `across`: disposals that were matched across a split whose ratio is not known. `restated`: units that a split, by entry, adds to the
    holding besides those that it adds to the accounts.
    """

    def __init__(self, fold: "Fold", assets: Sequence[int], days: int) -> None:
        """For a fold with its pieces; `days` after a disposal in which acquisitions count."""
        self.pieces, self.days, self.day = fold.pieces, days, fold.calendar.day
        entries, self.place, self.disposed = fold.entries, places(fold), disposals(fold.entries)
        self.parts: dict[int, list[Part]] = {}
        self.rest: dict[int, tuple[int, int]] = {}
        self.across: list[int] = []
        self.restated: dict[int, int] = {}
        self.splits = Splits(entries)
        for asset, place in product(assets, sorted(set(self.place.tolist()))):
            own = (entries.asset == asset) & (self.place[entries.account] == place)
            acquired, disposed = (self.side(entries, own & wanted) for wanted in (entries.action == Action.ACQUIRE, self.disposed))
            matches = self.same_day(acquired, disposed)
            self.later(acquired, disposed, matches)
            for when, found in matches.items():
                self.share_out(disposed[when], [(acquired[day_], units, basis) for day_, units, basis in found])
            for side in acquired.values():
                self.remain(side)

    def side(self, entries: Entries, wanted: np.ndarray) -> dict[int, Side]:
        """The entries that are wanted by day, in the order of days."""
        day, chosen = self.day, np.flatnonzero(wanted)
        chosen = chosen[np.argsort(day[chosen], kind="stable")]
        columns = (ints(column.take(pa.array(chosen))) for column in (entries.quantity, entries.amount))
        found: dict[int, Side] = {}
        for entry, when, units, amount in zip(chosen.tolist(), day[chosen].tolist(), *columns, strict=True):
            found.setdefault(when, Side()).add(entry, units, amount)
        return found

    def same_day(self, acquired: dict[int, Side], disposed: dict[int, Side]) -> dict[int, list[Part]]:
        """Day of acquisition, units and basis matched with each day's disposals, of the same day."""
        matches: dict[int, list[Part]] = {}
        for when in sorted(disposed.keys() & acquired.keys()):
            matches[when] = [(when, *self.match(disposed[when], acquired[when]))]
        return matches

    def later(self, acquired: dict[int, Side], disposed: dict[int, Side], matches: dict[int, list[Part]]) -> None:
        """The same of the days after: the earliest disposal first, with the earliest acquisition."""
        bought = sorted(acquired)
        first = 0
        for when in sorted(disposed):
            while first < len(bought) and (bought[first] <= when or not acquired[bought[first]].left):
                first += 1
            for day in _from(bought, first):
                if day > when + self.days or not disposed[when].left:
                    break
                if not acquired[day].left:
                    continue
                units, basis = self.match(disposed[when], acquired[day])
                if units:
                    matches.setdefault(when, []).append((day, units, basis))

    def match(self, sold: Side, bought: Side) -> tuple[int, int]:
        """Match what two days have left; the units, as those disposed of count, and their basis."""
        ratio = self.splits.ratio(sold.entries[0], bought.entries[0])
        more, one = (ratio or 1).as_integer_ratio()
        there = exact.share(bought.left, one, more) if more != one else bought.left
        units = min(sold.left, there)
        if units:
            self.across += sold.entries[:1] if ratio is None or self.is_torn(sold) or self.is_torn(bought) else []
            self.restate(sold, bought, units)
        sold.left -= units
        return units, bought.give(bought.left if units == there else exact.share(units, more, one))

    def is_torn(self, side: Side) -> bool:
        """Whether a split lies between the first and the last of a day."""
        return bool(self.splits.between(side.entries[0], side.entries[-1]))

    def restate(self, sold: Side, bought: Side, units: int) -> None:
        """Note what the splits in between make of units that the accounts and the holding have at different times."""
        first, last = sold.entries[0], bought.entries[0]
        for sign, events in ((1, self.splits.between(first, last)), (-1, self.splits.between(last, first))):
            for event in events:
                more, one = (event.ratio or 1).as_integer_ratio()
                after = exact.share(units, more, one)
                self.restated[event.first] = self.restated.get(event.first, 0) + sign * (after - units)
                units = after

    def share_out(self, sold: Side, matches: list[tuple[Side, int, int]]) -> None:
        """Give each disposal of a day its part of every match, by quantity; a merged sale's proceeds are then split alike.

        What is rounded goes where there is room, so that no disposal gets more than it has.
        """
        rooms, costs = [units for _, units, _ in matches], [basis for _, _, basis in matches]
        rooms.append(sold.left)  # out of the holding
        whole = sum(sold.units)
        for entry, units in zip(sold.entries, sold.units, strict=True):
            cells = _fitted(rooms, units, whole)
            whole -= units
            parts = []
            for place, cell in enumerate(cells[:-1]):
                if cell:
                    basis = exact.share(costs[place], cell, rooms[place])
                    costs[place] -= basis
                    parts.append((self.piece_of(matches[place][0]), cell, basis))
            rooms = [room - cell for room, cell in zip(rooms, cells, strict=True)]
            self.parts[entry] = parts

    def piece_of(self, bought: Side) -> int:
        """The piece that stands for what was acquired on a day."""
        if bought.piece < 0:
            bought.piece = self.pieces.new(bought.entries[0], 0, 0)
            if len(bought.entries) > 1:
                self.pieces.merged.add(bought.piece)
        return bought.piece

    def remain(self, bought: Side) -> None:
        """What every acquisition of a day has left, by quantity."""
        whole = sum(bought.units)
        left, basis_left = bought.left, bought.basis_left
        for entry, units in zip(bought.entries, bought.units, strict=True):
            part = exact.share(left, units, whole)
            basis = exact.share(basis_left, part, left) if left else 0
            left, basis_left, whole = left - part, basis_left - basis, whole - units
            self.rest[entry] = (part, basis)


def places(fold: "Fold") -> np.ndarray:
    """By account the place whose acquisitions and disposals are matched with each other: one person's, but for accounts of their own."""
    return np.where(fold.own_pools, np.arange(len(fold.own_pools)), fold.everywhere)


def disposals(entries: Entries) -> np.ndarray:
    """The entries that are matched with acquisitions."""
    given = np.array([kind in _GIVEN for kind in entries.kinds], bool)[entries.kind]
    found: np.ndarray = (entries.action == Action.DISPOSE) | ((entries.action == Action.REMOVE) & given)
    return found


def _from(days: Sequence[int], first: int) -> Iterator[int]:
    """The days from a place on, without a copy."""
    return (days[place] for place in range(first, len(days)))


def _fitted(rooms: Sequence[int], units: int, whole: int) -> list[int]:
    """Split units over the rooms in their proportion to the whole, none more than its room; the rooms add up to the whole."""
    cells = []
    left = units
    for room in rooms:
        cell = min(exact.share(room, units, whole), left, room)
        cells.append(cell)
        left -= cell
    for place, room in enumerate(rooms):
        more = min(left, room - cells[place])
        cells[place] += more
        left -= more
    return cells
