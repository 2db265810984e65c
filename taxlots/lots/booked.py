"""What the fold writes down: pieces sold and moved, as columns, and what was lacking."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from taxlots import exact
from taxlots.ledger.entry_columns import Entries
from taxlots.lots.by_record import Recorded
from taxlots.lots.pieces import Pieces
from taxlots.problems import Problem


@dataclass(frozen=True, slots=True)
class Sold:
    """Pieces disposed of (`piece` -1: not covered by any lot), each with its part of the proceeds; a column per property."""

    entry: np.ndarray
    piece: np.ndarray
    quantity: pa.Array
    gross: pa.Array
    cost: pa.Array
    basis: pa.Array


@dataclass(frozen=True, slots=True)
class Moved:
    """Pieces that left an account without being sold; a column per property."""

    entry: np.ndarray
    piece: np.ndarray
    quantity: pa.Array
    basis: pa.Array


@dataclass(frozen=True, slots=True)
class Lacking:
    """An entry that found less than it needs: `quantity` is missing, `gross` the proceeds that fall on it; or, in words, what follows."""

    entry: int
    quantity: int = 0
    gross: int | None = None
    consequence: str = ""


@dataclass(frozen=True, slots=True)
class Washed:
    """A loss that was denied: which piece of which sale (counted from 0), the purchase behind it, its units; `lost`: no basis took it.

    `first`: when the holding period of what was sold began, in days since 1970.
    """

    entry: int
    place: int
    purchase: int
    units: int
    denied: int
    lost: bool
    first: int = 0


@dataclass(frozen=True, slots=True)
class Raised:
    """Basis that lots in a pool took over of a denied loss, or of what a transfer cost, at an entry; account `NOWHERE`: the common pool."""

    entry: int
    account: int
    asset: int
    units: int


@dataclass(frozen=True, slots=True)
class Booked:
    """The result of the fold, in booking order, before it becomes frames.

    `denied`: superficial losses by entry; `washed`: losses that purchases denied.
    `own_pools` says of each account whether no pool over all accounts reaches it; the outside is one.
    """

    pieces: Pieces
    sold: Sold
    moved: Moved
    lacking: list[Lacking]
    universal: np.ndarray
    outside: int
    recorded: Recorded
    denied: dict[int, int] = field(default_factory=dict)
    told: list[Problem] = field(default_factory=list)
    washed: list[Washed] = field(default_factory=list)
    own_pools: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    raised: list[Raised] = field(default_factory=list)

    def shared(self, account: np.ndarray, asset: np.ndarray) -> np.ndarray:
        """Which lots (by the numbers of account and asset) are in one pool with those of other accounts."""
        found: np.ndarray = self.universal[asset] & ~self.own_pools[account]
        return found


def ints(amounts: pa.Array) -> list[int]:
    """Amounts in units; most of them are often 0, which costs nothing."""
    low, high = exact.halves(amounts)
    some = np.flatnonzero((low != 0) | (high != 0))
    if 2 * len(some) > len(amounts):
        return [units or 0 for units in exact.units(amounts)]
    found = [0] * len(amounts)
    for place, units in zip(some.tolist(), exact.units(amounts.take(pa.array(some))), strict=True):
        found[place] = units or 0
    return found


class Written:
    """Rows of ints, written one after the other; some of their columns are amounts."""

    def __init__(self, amounts: int) -> None:
        self.width, self.flat = 2 + amounts, list[int]()
        self.done: list[tuple[np.ndarray | pa.Array, ...]] = []

    def flush(self) -> None:
        """Turn what was written into arrays, which take less memory."""
        columns = [self.flat[place :: self.width] for place in range(self.width)]
        self.done.append((*(np.array(column, np.int64) for column in columns[:2]), *map(exact.array, columns[2:])))
        self.flat.clear()

    def columns(self) -> list[np.ndarray | pa.Array]:
        """Entry, piece and amounts of all rows, in the order of the entries."""
        self.flush()
        entry, piece = (np.concatenate([block[place] for block in self.done]) for place in range(2))
        order = np.argsort(entry, kind="stable")
        amounts = [pa.concat_arrays([block[place] for block in self.done]) for place in range(2, self.width)]
        return [entry[order], piece[order], *(amount.take(pa.array(order)) for amount in amounts)]


def all_sold(parted: Written, single: Written, entries: Entries) -> Sold:
    """What was sold out of several lots, and out of one, whose quantity, proceeds and cost are those of the entry; in booking order."""
    entry, piece, *amounts = parted.columns()
    own, lot, basis = single.columns()
    if not len(own):
        return Sold(entry, piece, *amounts)
    taken = pa.array(own)
    whole = [*(column.take(taken) for column in (entries.quantity, entries.amount, entries.cost)), basis]
    order = np.argsort(np.concatenate([entry, own]), kind="stable")
    places = pa.array(order)
    columns = (pa.concat_arrays([some, rest]).take(places) for some, rest in zip(amounts, whole, strict=True))
    return Sold(np.concatenate([entry, own])[order], np.concatenate([piece, lot])[order], *columns)
