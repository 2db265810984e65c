"""The fold of whole assets in compiled code (fold.c), where that was built when the program was installed; else book.py does it all.

The results are the same to the last digit. What fold.c knows: lots that come in, sales, fees out of what a row brought, moves and gifts,
in the orders that are a heap (`Pool.plain`), and by least tax. An asset with anything else is left to book.py as a whole.
"""

import ctypes
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from taxlots import exact
from taxlots.ledger.entry_columns import NOWHERE, Action
from taxlots.lots import blocks
from taxlots.lots.booked import Lacking
from taxlots.lots.least_tax import LeastTax

if TYPE_CHECKING:
    from taxlots.lots.book import Fold

_KNOWN = (Action.ACQUIRE, Action.DISPOSE, Action.MOVE, Action.REMOVE, blocks.ACQUIRE, blocks.DISPOSE, blocks.OWN_LOT)
_ONE_PER_ROW = (Action.ACQUIRE, blocks.ACQUIRE)
_MOVED, _AWAY, _PLACED, _AGAIN = 1, 2, 4, 8
_RANKED, _REVERSED, _LEAST_TAX = 1, 2, 4
_NUMBER = "V16"  # an amount, as in an Arrow buffer
_PIECE = np.dtype([("quantity", _NUMBER), ("basis", _NUMBER), ("entry", "i8"), ("account", "i8"), ("again", "i8"), ("flags", "i8")])
_PART = np.dtype([(name, _NUMBER) for name in ("quantity", "gross", "cost", "basis")] + [("entry", "i8"), ("piece", "i8")])
_COUNTS = ("entries", "pools", "rows")
_WHOLE = ("pool", "target", "age", "row", "own", "home", "to_account", "order", "day", "long_from", "short_rate", "long_rate")
_AMOUNTS = ("quantity", "amount", "cost")


class _Given(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int64) for name in _COUNTS),
        *((name, ctypes.c_void_p) for name in ("action", *_WHOLE, *_AMOUNTS)),
    ]


class _Found(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int64) for name in ("pieces", "sold", "moved", "lacking")),
        *((name, ctypes.c_void_p) for name in ("piece", "sale", "move", "lack")),
    ]


@cache
def library() -> Any:
    """The compiled fold; None where this installation has none, or one of another source."""
    source, target = (Path(__file__).with_name(name) for name in ("fold.c", "fold.so"))
    if not target.exists():
        return None
    loaded: Any = ctypes.CDLL(str(target))
    loaded.taxlots_source.restype = ctypes.c_char_p
    if loaded.taxlots_source().decode() != hashlib.sha256(source.read_bytes()).hexdigest():
        return None
    loaded.taxlots_fold.argtypes = [ctypes.POINTER(_Given), ctypes.POINTER(_Found)]
    loaded.taxlots_release.argtypes = [ctypes.POINTER(_Found)]
    loaded.taxlots_release.restype = None
    return loaded


def divided(fold: "Fold", order: np.ndarray) -> "tuple[np.ndarray, Booking | None]":
    """The entries that book.py has to book, in the order given, and the booking of all others."""
    elections = fold.elections
    unknown = fold.recorded.waiting or elections.universal is not None or elections.regime.superficial_days is not None
    if library() is None or unknown or not len(order) or (fold.by_tax and not elections.rates):
        return order, None
    number = blocks.numbers(fold, order)
    kinds, which = blocks.kinds_of(fold, number)
    plain, by_tax = (np.array(those, bool)[which] for those in ([kind.plain for kind in kinds], [kind is LeastTax for kind in kinds]))
    action = blocks.actions(fold, order, plain)
    left = _left_out(fold, order, action, ~(plain | by_tax))
    rest: np.ndarray = order[left]
    return rest, None if left.all() else Booking(fold, order[~left], action[~left], number[~left])


def _left_out(fold: "Fold", order: np.ndarray, action: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Which entries are of an asset that asks for more, as the `other` entries do."""
    entries, elections = fold.entries, fold.elections
    asset = entries.asset[order]
    other = other | ~np.isin(action, _KNOWN)
    new = np.isin(action, _ONE_PER_ROW)
    other |= new & (exact.halves(entries.amount)[1][order] < 0)
    if elections.transfer_fee_is_basis or elections.transfers_fifo:
        other |= action == Action.MOVE
    twice = np.zeros(len(entries.rows["id"]) + 1, np.int64)
    np.add.at(twice, entries.row[order[new]], 1)
    several = np.zeros(len(order), bool)
    several[new] = twice[entries.row[order[new]]] > 1  # a lot's name is that of its row
    group = blocks.groups(entries)
    bad = np.zeros(len(group), bool)
    bad[group[asset[other | several]]] = True
    found: np.ndarray = bad[group[asset]]
    return found


class Booking:
    """The columns that fold.c is given for some entries, and what it makes of them."""

    def __init__(self, fold: "Fold", chosen: np.ndarray, action: np.ndarray, number: np.ndarray) -> None:
        """The entries, in booking order, with what is to be done with each and the number of its pool."""
        self.fold, self.chosen = fold, chosen
        entries = fold.entries
        target = _targets(fold, chosen, action)
        pools, places = np.unique(np.concatenate([number, target[target != NOWHERE]]), return_inverse=True)
        target[target != NOWHERE] = places[len(number) :]
        self.pools = pools
        kinds = [type(fold.pools[pool]) for pool in pools.tolist()]
        self.whole = {
            "pool": places[: len(number)],
            "target": target,
            "age": np.asarray(fold.ages)[chosen],
            "row": entries.row[chosen],
            "home": entries.home[chosen],
            "to_account": entries.to_account[chosen],
            "order": np.array([_RANKED * kind.ranked + _REVERSED * kind.reversed + _LEAST_TAX * (kind is LeastTax) for kind in kinds]),
        }
        if LeastTax in kinds:
            self.whole |= self.by_tax()
        self.whole["own"] = self.own(action)
        self.action = np.ascontiguousarray(action, np.int32)
        taken = pa.array(chosen)
        self.amounts = [getattr(entries, name).take(taken) for name in _AMOUNTS]

    def by_tax(self) -> dict[str, np.ndarray]:
        """What a sale by least tax asks for: its day and rates, and when lots become long-term."""
        fold = self.fold
        starts = np.array(fold.rates.starts, np.int64)
        place = np.maximum(np.searchsorted(starts, fold.entries.time[self.chosen], "right") - 1, 0)
        short, long = (np.array(rates, np.int64)[place] for rates in zip(*fold.rates.rates, strict=True))
        day, first_long = fold.calendar.day[self.chosen], np.asarray(fold.pieces.long_from)[self.chosen]
        return {"day": day, "long_from": first_long, "short_rate": short, "long_rate": long}

    def own(self, action: np.ndarray) -> np.ndarray:
        """For a fee out of what its row brought in, the place of the entry that brought it."""
        entries = self.fold.entries
        new, fees = (np.flatnonzero(np.isin(action, kinds)) for kinds in (_ONE_PER_ROW, (blocks.OWN_LOT,)))
        brought = np.full(len(entries.rows["id"]), NOWHERE, np.int64)
        brought[entries.row[self.chosen[new]]] = new
        own = brought[entries.lot_of[self.chosen[fees]]]
        pool = self.whole["pool"]
        found = np.full(len(action), NOWHERE, np.int64)
        found[fees] = np.where((own != NOWHERE) & (pool[own] == pool[fees]), own, NOWHERE)
        return found

    def run(self) -> None:
        """Book, and take over what was found, as book.py would have written it. No piece can be added to the fold after it."""
        whole = {name: np.ascontiguousarray(values, np.int64) for name, values in self.whole.items()}
        buffers = [amounts.buffers()[1] for amounts in self.amounts]
        given = _Given(len(self.chosen), len(self.pools), len(self.fold.entries.rows["id"]), self.action.ctypes.data)
        for name, values in whole.items():
            setattr(given, name, values.ctypes.data)
        for name, buffer in zip(_AMOUNTS, buffers, strict=True):
            setattr(given, name, buffer.address)
        found = _Found()
        try:
            if library().taxlots_fold(given, found):
                raise MemoryError
            first = len(self.fold.pieces)
            self.take_over(_rows(found.piece, found.pieces, _PIECE))
            self.note_lacking(_rows(found.lack, found.lacking, _PART))
            self.fold.sold.done.append(self.parts(_rows(found.sale, found.sold, _PART), first, ("quantity", "gross", "cost", "basis")))
            self.fold.moved.done.append(self.parts(_rows(found.move, found.moved, _PART), first, ("quantity", "basis")))
        finally:
            library().taxlots_release(found)

    def parts(self, rows: np.ndarray, first: int, names: tuple[str, ...]) -> tuple[np.ndarray | pa.Array, ...]:
        """Entry, piece and amounts of parts, with the fold's numbers of entries and pieces."""
        piece = np.where(rows["piece"] == NOWHERE, NOWHERE, rows["piece"] + first)
        return (self.chosen[rows["entry"]], piece, *(_amounts(rows[name]) for name in names))

    def note_lacking(self, rows: np.ndarray) -> None:
        """What was lacking, as book.py would say it."""
        selling = np.isin(self.action[rows["entry"]], (Action.DISPOSE, blocks.OWN_LOT)).tolist()
        entries = self.chosen[rows["entry"]].tolist()
        amounts = (exact.units(_amounts(rows[name])) for name in ("quantity", "gross"))
        for entry, sold, units, gross in zip(entries, selling, *amounts, strict=True):
            self.fold.lacking.append(Lacking(entry, units or 0, gross if sold else None))

    def take_over(self, rows: np.ndarray) -> None:
        """The pieces, as pieces of the fold."""
        pieces, first = self.fold.pieces, len(self.fold.pieces)
        pieces.entry += self.chosen[rows["entry"]].tolist()
        pieces.last = (_amounts(rows["quantity"]), _amounts(rows["basis"]))
        for flag, known in ((_MOVED, pieces.moved), (_AWAY, pieces.away)):
            known.update((first + np.flatnonzero(rows["flags"] & flag)).tolist())
        placed = np.flatnonzero(rows["flags"] & _PLACED)
        pieces.copied |= dict(zip((first + placed).tolist(), range(len(pieces.account), len(pieces.account) + len(placed)), strict=True))
        pieces.account += rows["account"][placed].tolist()
        pieces.asset += self.fold.entries.asset[self.chosen[rows["entry"][placed]]].tolist()
        again = np.flatnonzero(rows["flags"] & _AGAIN)
        pieces.again |= dict(zip((first + again).tolist(), rows["again"][again].tolist(), strict=True))


def _targets(fold: "Fold", chosen: np.ndarray, action: np.ndarray) -> np.ndarray:
    """The number of the pool that each move goes to; none for other entries, and for moves inside one pool over all accounts."""
    entries = fold.entries
    account, to, asset = (column[chosen].astype(np.int64) for column in (entries.account, entries.to_account, entries.asset))
    shared = fold.shared[asset] & ~fold.own_pools[to]
    number = np.where(shared, fold.everywhere, to) * fold.width + asset
    staying = (action != Action.MOVE) | (shared & ~fold.own_pools[account])
    found: np.ndarray = np.where(staying, NOWHERE, number)
    return found


def _rows(address: int | None, count: int, kind: np.dtype) -> np.ndarray:
    """Rows that fold.c wrote, copied."""
    return np.frombuffer(ctypes.string_at(address, count * kind.itemsize) if address and count else b"", kind)


def _amounts(column: np.ndarray) -> pa.Array:
    return pa.Array.from_buffers(exact.ARROW, len(column), [None, pa.py_buffer(np.ascontiguousarray(column))])
