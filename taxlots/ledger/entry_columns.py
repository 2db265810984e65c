"""Entries as columns: what an entry is, and how those of all kinds come into booking order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.ledger.instants import booking_order

OUTSIDE = "outside"
NOWHERE = -1


class Action(IntEnum):
    """What an entry does to the lots of its account."""

    ACQUIRE = 0
    MOVE = 1
    CONVERT = 2
    SPLIT = 3
    DISPOSE = 4
    REMOVE = 5
    RETURN = 6
    SPIN_OFF = 7
    PROFIT = 18  # the numbers between are those that the fold adds
    LOSS = 19


class Phase(IntEnum):
    """When an entry is booked among those of its instant."""

    ARRIVING = 0
    MOVING = 1
    CHANGING = 2
    LEAVING = 3


PHASES = {
    Action.ACQUIRE: Phase.ARRIVING,
    **dict.fromkeys((Action.CONVERT, Action.SPLIT, Action.RETURN, Action.SPIN_OFF), Phase.CHANGING),
    **dict.fromkeys((Action.MOVE, Action.DISPOSE, Action.REMOVE, Action.PROFIT, Action.LOSS), Phase.LEAVING),
}
_WITHOUT_QUANTITY = (Action.SPLIT, Action.RETURN, Action.SPIN_OFF, Action.PROFIT, Action.LOSS)
_WHOLE = ("action", "kind", "asset", "account", "row", "to_account", "lot_of", "to_asset")
_EXACT = ("quantity", "amount", "cost", "to_quantity")


@dataclass(frozen=True, slots=True)
class Entries:
    """All entries in booking order, one column per property; amounts as columns of the exact type.

    `rows` are the columns of the settled rows; `row` and `lot_of` point into them. `kind`, `asset`, `to_asset`, `account`, `to_account`
    and `home` (the account that the row names) point into the lists of names, -1: none. `amount` is basis (acquire), gross proceeds
    (dispose), the result (profit, loss), the capital returned (return) or what a transfer cost (move); of a spin-off it is the part of
    the holding's basis that goes along: below 1 a fraction of it, else an amount. `cost` is what lowers the proceeds. `lot_of` is the
    row whose lots it is taken from, for a fee withheld from what that row brought in. `time` and `acquired` are microseconds UTC;
    `holding_starts` is null where it follows from `acquired`.

    `income` and `unbooked` are places in `rows`: what is income, and what nothing was booked for.
    """

    rows: Mapping[str, pa.Array]
    kinds: list[str]
    assets: list[str]
    accounts: list[str]
    action: np.ndarray
    kind: np.ndarray
    asset: np.ndarray
    account: np.ndarray
    row: np.ndarray
    home: np.ndarray
    to_account: np.ndarray
    lot_of: np.ndarray
    to_asset: np.ndarray
    quantity: pa.Array
    amount: pa.Array
    cost: pa.Array
    to_quantity: pa.Array
    time: np.ndarray
    acquired: np.ndarray
    holding_starts: pa.Array
    income: np.ndarray
    unbooked: np.ndarray

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self.action)


class Names:
    """Texts of one sort as small numbers, the same for every column."""

    def __init__(self, first: tuple[str, ...] = ()) -> None:
        """`first` have the first numbers."""
        self._codes = {name: code for code, name in enumerate(first)}

    def coded(self, text: pa.Array) -> np.ndarray:
        """The number of each text, -1 for null."""
        encoded = text if pa.types.is_dictionary(text.type) else text.dictionary_encode()
        codes = [self._codes.setdefault(name, len(self._codes)) for name in encoded.dictionary.to_pylist()]
        places = pc.fill_null(encoded.indices, len(codes)).to_numpy()
        return np.array([*codes, NOWHERE], np.int32)[places]

    def code(self, name: str) -> int:
        """The number of one text."""
        return self._codes.setdefault(name, len(self._codes))

    def listed(self) -> list[str]:
        """The texts, in the order of their numbers."""
        return list(self._codes)


@dataclass(slots=True)
class Emitted:
    """Entries of one sort, in row order; `slot` is their place among those of their row."""

    slot: int
    phase: np.ndarray
    whole: dict[str, np.ndarray]
    exact: dict[str, pa.Array]


class _Moving(NamedTuple):
    account: int
    asset: int
    to_account: int | None
    row: int
    place: int


@dataclass(slots=True)
class Collected:
    """All entries of a table of settled rows, sort by sort, until they are put in order."""

    parts: list[Emitted] = field(default_factory=list)

    def add(self, action: Action, rows: np.ndarray, slot: int, whole: dict[str, np.ndarray | int], amounts: dict[str, pa.Array]) -> None:
        """Entries of these rows. What is not given is none (or zero); the phase is that of the action."""
        count = len(rows)
        if not count:
            return
        given = {"action": int(action), "row": rows} | whole
        numbers = {name: np.broadcast_to(np.asarray(given.get(name, NOWHERE), np.int32), count) for name in _WHOLE}
        phase = np.broadcast_to(np.asarray(given.get("phase", PHASES[action]), np.int8), count)
        self.parts.append(Emitted(slot, phase, numbers, {name: amounts.get(name, _zeros(count)) for name in _EXACT}))

    def ordered(self, time: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, pa.Array]]:
        """Every column in booking order, without the entries that have no effect; `time` of each row."""
        if not self.parts:
            return {name: np.empty(0, np.int32) for name in _WHOLE}, {name: _zeros(0) for name in _EXACT}
        whole = {name: np.concatenate([part.whole[name] for part in self.parts]) for name in _WHOLE}
        phase = np.concatenate([part.phase for part in self.parts]).astype(np.int64)
        slot = np.concatenate([np.full(len(part.phase), part.slot, np.int64) for part in self.parts])
        instant = np.cumsum(np.diff(time, prepend=time[:1]) != 0)[whole["row"]]
        place = (((instant * len(Phase) + phase) * (len(time) + 1) + whole["row"]) << 3) | slot
        order = _transfers_first(np.argsort(place, kind="stable"), instant, phase, whole)
        numbers = {name: pa.concat_arrays([part.exact[name] for part in self.parts]) for name in _EXACT}
        low, high = exact.halves(numbers["quantity"])
        order = order[(low != 0)[order] | (high != 0)[order] | np.isin(whole["action"], _WITHOUT_QUANTITY)[order]]
        taken = pa.array(order)
        return {name: values[order] for name, values in whole.items()}, {name: values.take(taken) for name, values in numbers.items()}


def _zeros(count: int) -> pa.Array:
    return pa.Array.from_buffers(frames.EXACT, count, [None, pa.py_buffer(bytes(16 * count))])


def _transfers_first(order: np.ndarray, instant: np.ndarray, phase: np.ndarray, whole: dict[str, np.ndarray]) -> np.ndarray:
    """The order, with the instants put right where a transfer brings what another transfer of that instant sends on."""
    for first, last in _entangled(order, instant, phase, whole):
        places = order[first:last]
        columns = (whole[name][places].tolist() for name in ("account", "asset", "to_account", "row"))
        listed = zip(*columns, places.tolist(), strict=True)
        moving = [_Moving(account, asset, None if to == NOWHERE else to, row, place) for account, asset, to, row, place in listed]
        order[first:last] = [entry.place for entry in booking_order(moving)]
    return order


def _entangled(order: np.ndarray, instant: np.ndarray, phase: np.ndarray, whole: dict[str, np.ndarray]) -> Iterator[tuple[int, int]]:
    """First and last place (exclusive) in the order of an instant's transfers where one goes to a pool that another leaves."""
    moving = np.flatnonzero(phase[order] == Phase.MOVING)
    moment = instant[order[moving]]
    accounts, assets = (int(whole[name].max()) + 2 for name in ("account", "asset"))
    accounts = max(accounts, int(whole["to_account"].max()) + 2)
    used, reached = (
        (moment * accounts + whole[name][order[moving]]) * assets + whole["asset"][order[moving]] for name in ("account", "to_account")
    )
    moves = whole["to_account"][order[moving]] != NOWHERE
    for when in np.unique(moment[moves & np.isin(reached, used)]).tolist():
        first, last = np.searchsorted(moment, [when, when + 1])
        yield int(moving[first]), int(moving[last - 1]) + 1
