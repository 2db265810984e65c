"""What recorded identifications do inside the fold: lots that a record names leave first, and pools change their order at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from taxlots import exact
from taxlots.ledger.entry_columns import NOWHERE, Action, Entries
from taxlots.lots.directions import Change, Directions, Named
from taxlots.lots.holding import time_of
from taxlots.lots.methods import METHODS
from taxlots.lots.pools import Pool
from taxlots.problems import Problem, problem

BY_RECORD, REORDER = 14, 13  # actions besides those of `Action`
_LEAVING = (Action.DISPOSE, Action.MOVE, Action.REMOVE, Action.CONVERT)
Row = tuple[int, int, int, int, int, int, int]
Pick = tuple[int, int]  # piece, units


@dataclass(frozen=True, slots=True)
class Unmet:
    """An entry whose record names lots that it could not take, and why."""

    entry: int
    named: Named
    why: str


@dataclass(slots=True)
class Recorded:
    """The directions by entry and by pool; and, as the fold goes on, what they came to.

    `taken` counts the pieces of an entry that a record chose: they are its first ones.
    """

    entries: Entries
    named: dict[int, Named]
    changes: Sequence[Change]
    waiting: dict[int, list[int]]
    taken: dict[int, int] = field(default_factory=dict)
    unmet: list[Unmet] = field(default_factory=list)

    @classmethod
    def of(cls, directions: Directions, entries: Entries, everywhere: int) -> "Recorded":
        """For the entries; `everywhere` is the number of the account under which a pool over all accounts is kept."""
        accounts = {name: number for number, name in enumerate(entries.accounts)} | {"": everywhere}
        assets = {name: number for number, name in enumerate(entries.assets)}
        waiting: dict[int, list[int]] = {}
        for place, change in enumerate(directions.changes):
            if change.account in accounts and change.asset in assets:
                waiting.setdefault(accounts[change.account] * len(assets) + assets[change.asset], []).append(place)
        return cls(entries, _named_entries(directions.named, entries), directions.changes, waiting)

    def actions(self, chosen: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """The actions of the chosen entries, where a record names lots for them as well."""
        if not self.named:
            return actions
        found: np.ndarray = np.where(np.isin(chosen, list(self.named)), BY_RECORD, actions)
        return found

    def interleaved(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Rows of the fold, and before the first one at or after it each change of their pool's order, with the pool as quantity."""
        time = self.entries.time
        for row in rows:
            waiting = self.waiting.get(row[2])
            while waiting and time_of(self.changes[waiting[0]].time) <= time[row[0]]:
                yield (waiting.pop(0), REORDER, row[2], 0, row[2], 0, 0)
            yield row

    def reordered(self, place: int, pool: Pool) -> Pool:
        """The same lots in the order of a change."""
        name = self.changes[place].method
        turned = METHODS[name].pool(name, pool.pieces, pool.ages)
        pool.finish()
        turned.arrived, turned.count, turned.heap = pool.arrived, pool.count, pool.heap
        if turned.ranked:
            for piece in pool.open():
                pool.pieces.rank_of(piece)
        turned.rank()
        return turned

    def pick(self, entry: int, pool: Pool) -> list[Pick]:
        """The pieces that the record of an entry names and what they give; none where it asks for more than is held there."""
        named = self.named[entry]
        if pool.blended:
            self.unmet.append(Unmet(entry, named, "the basis of the holding is an average"))
            return []
        here = _by_name(pool, self.entries.accounts[self.entries.account[entry]])
        free = {piece: pool.pieces.quantity[piece] for places in here.values() for piece in places}
        if why := _lacking(named, here, free):
            self.unmet.append(Unmet(entry, named, why))
            return []
        picks: list[Pick] = []
        for lot_id, units in named.lots:
            left = units
            for piece in here.get(lot_id, ()):
                part = free[piece] if left is None else min(free[piece], left)
                if part:
                    free[piece] -= part
                    left = None if left is None else left - part
                    picks.append((piece, part))
        return picks


def _named_entries(named: Mapping[int, Named], entries: Entries) -> dict[int, Named]:
    """The entries that the records speak of: what a transaction gives away, without its fee."""
    if not named:
        return {}
    chosen = np.isin(entries.action, _LEAVING) & (entries.lot_of == NOWHERE) & np.isin(entries.row, list(named))
    found = {}
    for entry in np.flatnonzero(chosen).tolist():
        record = named[int(entries.row[entry])]
        if entries.kinds[entries.kind[entry]] != "fee" and entries.assets[entries.asset[entry]] == record.asset:
            found[entry] = record
    return found


def _by_name(pool: Pool, account: str) -> dict[str, list[int]]:
    """Open pieces by the id of their lot, and by the id without the account where no other lot there has it.

    A lot of which a part became a lot of its own (a wash sale raised the basis of that part) is all of its parts, itself first.
    """
    pieces, places = pool.pieces, pool.open()
    own = {pieces.name(piece): [piece] for piece in reversed(places)} | {pieces.name(piece, account): [piece] for piece in places}
    parts: dict[str, list[int]] = {}
    for piece in places:
        if piece in pieces.again and piece in pieces.starts:
            for name in {pieces.name(piece), pieces.name(piece, account)}:
                parts.setdefault(name.rpartition("+")[0], []).append(piece)
    return {name: [*own.get(name, ()), *parts.get(name, ())] for name in own.keys() | parts.keys()}


def _lacking(named: Named, here: Mapping[str, Sequence[int]], free: Mapping[int, int]) -> str:
    """Which lot was identified for more than it holds; empty where all is there."""
    claimed: dict[str, int] = {}
    for lot_id, units in named.claims:
        claimed[lot_id] = claimed.get(lot_id, 0) + units
        held = sum(free[piece] for piece in here.get(lot_id, ()))
        if not held:
            return f"lot {lot_id} is not held in the account then"
        if claimed[lot_id] > held:
            held_text, claimed_text = (exact.plain(exact.to_decimal(part)) for part in (held, claimed[lot_id]))
            return f"lot {lot_id} holds {held_text} then, and {claimed_text} were identified"
    return ""


def problems(unmet: Sequence[Unmet], entries: Entries, file: str) -> list[Problem]:
    """One Problem for each identification that could not be followed."""
    found = []
    for one in unmet:
        row = int(entries.row[one.entry])
        name, account = entries.rows["id"][row].as_py(), entries.accounts[entries.account[one.entry]]
        message = f"{one.named.label} for {one.named.asset} from {account} (id {name}): {one.why}"
        found.append(problem("IDENTIFICATION_NOT_HELD", message, file=file, row=one.named.line))
    return found


def labels(
    names: Sequence[str], places: np.ndarray, entry: np.ndarray, recorded: Recorded, directions: Directions
) -> tuple[list[str], np.ndarray]:
    """What chose each piece sold: `names` at `places`, as far as no record did. `entry` is that of each piece, in booking order."""
    labelled, chosen = list(names), places.copy()
    entries = recorded.entries
    for asset, account in sorted({(change.asset, change.account) for change in directions.changes}):
        changes = [change for change in directions.changes if (change.asset, change.account) == (asset, account)]
        here = _is(entries.assets, entries.asset[entry], asset) & (entries.lot_of[entry] == NOWHERE)
        if account:
            here &= _is(entries.accounts, entries.account[entry], account)
        times = np.array([time_of(change.time) for change in changes], np.int64)
        turn = np.searchsorted(times, entries.time[entry], side="right")
        here &= turn > 0
        chosen[here] = len(labelled) + turn[here] - 1
        labelled += [change.label for change in changes]
    for place, count in recorded.taken.items():
        start = int(np.searchsorted(entry, place))
        chosen[start : start + count] = len(labelled)
        labelled.append(recorded.named[place].label)
    return labelled, chosen


def _is(names: Sequence[str], codes: np.ndarray, name: str) -> np.ndarray:
    found: np.ndarray = codes == (names.index(name) if name in names else NOWHERE)
    return found
