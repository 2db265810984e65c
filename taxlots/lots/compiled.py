"""The fold of whole assets in compiled code (fold.c), where that was built when the program was installed; else book.py does it all.

The results are the same to the last digit. What fold.c knows: lots that come in, sales, fees out of what a row brought, moves and gifts,
in the orders that are a heap (`Pool.plain`), by least tax, at average cost where all accounts have that order, and by section 104. An asset
with anything else, such as a split, is left to book.py as a whole.
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
from taxlots.lots.holding_pool import HoldingPool
from taxlots.lots.least_tax import LeastTax
from taxlots.lots.section_104 import disposals, places

if TYPE_CHECKING:
    from taxlots.lots.book import Fold

_MATCHED = (blocks.MATCHED_IN, blocks.MATCHED_OUT)
_KNOWN = (Action.ACQUIRE, Action.DISPOSE, Action.MOVE, Action.REMOVE, blocks.ACQUIRE, blocks.DISPOSE, blocks.OWN_LOT, *_MATCHED)
_ONE_PER_ROW = (Action.ACQUIRE, blocks.ACQUIRE)
_MOVED, _AWAY, _PLACED, _AGAIN, _POOLED, _MERGED = 1, 2, 4, 8, 16, 32
_RANKED, _REVERSED, _LEAST_TAX, _HOLDING = 1, 2, 4, 8
_NUMBER = "V16"  # an amount, as in an Arrow buffer
_PIECE = np.dtype([("quantity", _NUMBER), ("basis", _NUMBER), ("entry", "i8"), ("account", "i8"), ("again", "i8"), ("flags", "i8")])
_PART = np.dtype([(name, _NUMBER) for name in ("quantity", "gross", "cost", "basis")] + [("entry", "i8"), ("piece", "i8")])
_COUNTS = ("entries", "pools", "rows", "matched", "matching_days")
_SHORT = ("action", "pool", "target", "row", "home", "to_account")
_WHOLE = ("age", "own", "order", "day", "long_from", "short_rate", "long_rate", "match_entry", "match_group")
_AMOUNTS = ("quantity", "amount", "cost")


class _Given(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int64) for name in _COUNTS),
        *((name, ctypes.c_void_p) for name in (*_SHORT, *_WHOLE, *_AMOUNTS)),
    ]


class _Found(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int64) for name in ("pieces", "sold", "moved", "lacking")),
        *((name, ctypes.c_void_p) for name in ("piece", "sale", "move", "lack")),
    ]


@cache
def library() -> Any:
    """The compiled fold; None where this installation has none, or one of another source."""
    sources = b"".join(part.read_bytes() for part in sorted(Path(__file__).parent.glob("*.c")))
    try:
        loaded: Any = ctypes.CDLL(str(Path(__file__).with_name("fold.so")))
    except OSError:  # not built, or for another machine
        return None
    loaded.taxlots_source.restype = ctypes.c_char_p
    if loaded.taxlots_source().decode() != hashlib.sha256(sources).hexdigest():
        return None
    loaded.taxlots_fold.argtypes = [ctypes.POINTER(_Given), ctypes.POINTER(_Found)]
    loaded.taxlots_release.argtypes = [ctypes.POINTER(_Found)]
    loaded.taxlots_release.restype = None
    return loaded


def divided(fold: "Fold") -> "tuple[np.ndarray, Booking | None]":
    """The entries that book.py has to book, and the booking of all others."""
    elections, every = fold.elections, np.arange(len(fold.entries))
    unknown = fold.recorded.waiting or elections.universal is not None or elections.regime.superficial_days is not None
    if library() is None or unknown or not len(every) or (fold.by_tax and not elections.rates):
        return every, None
    number = blocks.numbers(fold, every)
    kinds, which = blocks.kinds_of(fold, number)
    plain = np.array([kind.plain for kind in kinds], bool)[which]
    known = plain | np.array([kind is LeastTax or (kind is HoldingPool and not elections.accounts) for kind in kinds], bool)[which]
    action = blocks.actions(fold, every, plain).astype(np.int32)
    left = _left_out(fold, action, ~known)
    if left.all():
        return every, None
    action[left] = NOWHERE
    return np.flatnonzero(left), Booking(fold, action, number)


def _left_out(fold: "Fold", action: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Which entries are of an asset that asks for more, as the `other` entries do."""
    entries, elections = fold.entries, fold.elections
    other = other | ~_are(action, _KNOWN)
    new = _are(action, _ONE_PER_ROW)
    other |= (new | (action == blocks.MATCHED_IN)) & (exact.halves(entries.amount)[1] < 0)
    if elections.transfer_fee_is_basis or elections.transfers_fifo:
        other |= action == Action.MOVE
    brought = np.bincount(entries.row[new], minlength=len(entries.rows["id"]))
    other |= new & (brought[entries.row] > 1)  # a lot's name is that of its row
    group = blocks.groups(entries)
    bad = np.zeros(len(group), bool)
    bad[group[entries.asset[other]]] = True
    found: np.ndarray = bad[group[entries.asset]]
    return found


def _are(action: np.ndarray, those: tuple[int, ...]) -> np.ndarray:
    found: np.ndarray = np.isin(np.arange(NOWHERE, 1 << 5), those)[action - NOWHERE]
    return found


class Booking:
    """The columns that fold.c is given, and what it makes of them."""

    def __init__(self, fold: "Fold", action: np.ndarray, number: np.ndarray) -> None:
        """Per entry what is to be done, none with what is left out, and the number of its pool."""
        self.fold, entries = fold, fold.entries
        target = _targets(fold, action)
        moving = target != NOWHERE
        self.pools, pool = blocks.different(np.concatenate([number, target[moving]]))
        target[moving] = pool[len(number) :]
        kinds = [type(fold.pools[pool]) for pool in self.pools.tolist()]
        order = [
            _RANKED * kind.ranked + _REVERSED * kind.reversed + _LEAST_TAX * (kind is LeastTax) + _HOLDING * (kind is HoldingPool)
            for kind in kinds
        ]
        self.short = {"action": action, "pool": pool[: len(number)], "target": target}
        self.short |= {"row": entries.row, "home": entries.home, "to_account": entries.to_account}
        self.whole = {"age": np.asarray(fold.ages), "own": self.own(), "order": np.array(order)}
        if LeastTax in kinds:
            self.whole |= self.by_tax()
        self.matched = np.flatnonzero(
            _are(action, _MATCHED) | ((action == Action.REMOVE) & disposals(entries) & fold.matched[entries.asset])
        )
        if len(self.matched):
            self.whole |= self.by_day()

    def by_tax(self) -> dict[str, np.ndarray]:
        """What a sale by least tax asks for: its day and rates, and when lots become long-term."""
        fold = self.fold
        starts = np.array(fold.rates.starts, np.int64)
        place = np.maximum(np.searchsorted(starts, fold.entries.time, "right") - 1, 0)
        short, long = (np.array(rates, np.int64)[place] for rates in zip(*fold.rates.rates, strict=True))
        return {"day": fold.calendar.day, "long_from": np.asarray(fold.pieces.long_from), "short_rate": short, "long_rate": long}

    def by_day(self) -> dict[str, np.ndarray]:
        """What section 104 matches, by asset and place, then by day, in the order of entries."""
        fold, chosen = self.fold, self.matched
        place = places(fold)[fold.entries.account[chosen]]
        group = fold.entries.asset[chosen].astype(np.int64) * (fold.everywhere + 1) + place
        order = np.lexsort((fold.calendar.day[chosen], group))
        return {"match_entry": chosen[order], "match_group": group[order], "day": fold.calendar.day}

    def own(self) -> np.ndarray:
        """For a fee out of what its row brought in, the entry that brought it."""
        entries, action, pool = self.fold.entries, self.short["action"], self.short["pool"]
        found = np.full(len(action), NOWHERE, np.int64)
        fees = np.flatnonzero(action == blocks.OWN_LOT)
        if len(fees):
            new = np.flatnonzero(_are(action, _ONE_PER_ROW))
            brought = np.full(len(entries.rows["id"]), NOWHERE, np.int64)
            brought[entries.row[new]] = new
            own = brought[entries.lot_of[fees]]
            found[fees] = np.where((own != NOWHERE) & (pool[own] == pool[fees]), own, NOWHERE)
        return found

    def run(self) -> None:
        """Book, and take over what was found, as book.py would have written it. No piece can be added to the fold after it."""
        entries = self.fold.entries
        columns = {name: np.ascontiguousarray(values, np.int32) for name, values in self.short.items()}
        columns |= {name: np.ascontiguousarray(values, np.int64) for name, values in self.whole.items()}
        counts = (len(entries), len(self.pools), len(entries.rows["id"]), len(self.matched))
        given = _Given(*counts, self.fold.elections.regime.matching_days)
        for name, values in columns.items():
            setattr(given, name, values.ctypes.data)
        for name in _AMOUNTS:
            amounts = getattr(entries, name)
            setattr(given, name, amounts.buffers()[1].address + 16 * amounts.offset)
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
        return (rows["entry"].copy(), piece, *(_amounts(rows[name]) for name in names))

    def note_lacking(self, rows: np.ndarray) -> None:
        """What was lacking, as book.py would say it."""
        selling = _are(self.short["action"][rows["entry"]], (Action.DISPOSE, blocks.DISPOSE, blocks.OWN_LOT)).tolist()
        entries = rows["entry"].tolist()
        amounts = (exact.units(_amounts(rows[name])) for name in ("quantity", "gross"))
        for entry, sold, units, gross in zip(entries, selling, *amounts, strict=True):
            self.fold.lacking.append(Lacking(entry, units or 0, gross if sold else None))

    def take_over(self, rows: np.ndarray) -> None:
        """The pieces, as pieces of the fold."""
        pieces, first = self.fold.pieces, len(self.fold.pieces)
        pieces.entry += rows["entry"].tolist()
        pieces.last = (_amounts(rows["quantity"]), _amounts(rows["basis"]))
        for flag, known in ((_MOVED, pieces.moved), (_AWAY, pieces.away), (_POOLED, pieces.pooled), (_MERGED, pieces.merged)):
            known.update((first + np.flatnonzero(rows["flags"] & flag)).tolist())
        placed = np.flatnonzero(rows["flags"] & _PLACED)
        pieces.copied |= dict(zip((first + placed).tolist(), range(len(pieces.account), len(pieces.account) + len(placed)), strict=True))
        pieces.account += rows["account"][placed].tolist()
        pieces.asset += self.fold.entries.asset[rows["entry"][placed]].tolist()
        again = np.flatnonzero(rows["flags"] & _AGAIN)
        pieces.again |= dict(zip((first + again).tolist(), rows["again"][again].tolist(), strict=True))


def _targets(fold: "Fold", action: np.ndarray) -> np.ndarray:
    """The number of the pool that each move goes to; none for other entries, and for moves inside one pool over all accounts."""
    entries = fold.entries
    found = np.full(len(action), NOWHERE, np.int64)
    moves = np.flatnonzero(action == Action.MOVE)
    account, to, asset = (column[moves].astype(np.int64) for column in (entries.account, entries.to_account, entries.asset))
    shared = fold.shared[asset] & ~fold.own_pools[to]
    number = np.where(shared, fold.everywhere, to) * fold.width + asset
    found[moves] = np.where(shared & ~fold.own_pools[account], NOWHERE, number)
    return found


def _rows(address: int | None, count: int, kind: np.dtype) -> np.ndarray:
    """Rows that fold.c wrote, where it wrote them: not to be kept."""
    if not address or not count:
        return np.empty(0, kind)
    buffer: Any = (ctypes.c_char * (count * kind.itemsize)).from_address(address)
    return np.frombuffer(buffer, kind)


def _amounts(column: np.ndarray) -> pa.Array:
    return pa.Array.from_buffers(exact.ARROW, len(column), [None, pa.py_buffer(column.copy())])
