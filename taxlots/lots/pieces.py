"""Lots and the parts of them, as parallel lists: a piece is a place in the lists.

A piece has a quantity and a basis in units and the entry that acquired its lot: account, asset, dates and kind are that entry's. A piece
that was moved, converted or spun off is in `copied` with the account and asset that it has now. A piece without quantity is gone.

A piece is ranked by its unit basis as acquired, scaled so that equal unit prices give equal ranks. Only `rank_of` asks for it:
`new_ranks` has those of entries, `ranks` those of pieces that are known, or that are not those of the acquiring entry.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact
from taxlots.ledger.entry_columns import Entries
from taxlots.lots.holding import long_term_days

UNIT_RANK_SCALE = 10**36
Key = tuple[int, bool]


def unit_rank(basis: int, quantity: int) -> int:
    """Rank of a unit basis: basis / quantity, finely scaled. Basis and quantity in units, quantity above 0."""
    return basis * UNIT_RANK_SCALE // quantity


@dataclass(slots=True)
class Pieces:
    """All pieces that there ever were.

    The name of a lot is the id of its row; `derived` names those of converted lots (base and new asset, numbered after the last row).
    `away`: moved to another account than that of its row, which the name says too. `again`: a part that came back changed, numbered.
    `pooled`: a holding of what many rows acquired, at average cost. `merged`: what several rows acquired on one day. `long_from`: the first
    long-term day of every entry, where an order asks for it. `starts`: the first day of the holding period, where it is not that of the
    entry. `last`: quantity and basis of the last pieces, where those are in no list since nothing is taken out of them any more.
    """

    entries: Entries
    quantity: list[int] = field(default_factory=list)
    basis: list[int] = field(default_factory=list)
    entry: list[int] = field(default_factory=list)
    ranks: dict[int, int] = field(default_factory=dict)
    new_ranks: dict[int, int] = field(default_factory=dict)
    copied: dict[int, int] = field(default_factory=dict)
    account: list[int] = field(default_factory=list)
    asset: list[int] = field(default_factory=list)
    base: dict[int, int] = field(default_factory=dict)
    derived: dict[tuple[int, int], int] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    away: set[int] = field(default_factory=set)
    again: dict[int, int] = field(default_factory=dict)
    pooled: set[int] = field(default_factory=set)
    merged: set[int] = field(default_factory=set)
    long_from: Sequence[int] = ()
    starts: dict[int, int] = field(default_factory=dict)
    last: tuple[pa.Array, ...] = ()

    def __len__(self) -> int:
        """How many there are."""
        return len(self.entry)

    def amounts(self) -> tuple[pa.Array, pa.Array]:
        """Quantity and basis of every piece, as arrays of the exact type."""
        listed = (exact.array(self.quantity), exact.array(self.basis))
        quantity, basis = (pa.concat_arrays([own, *more]) for own, *more in zip(listed, *([self.last] if self.last else []), strict=True))
        return quantity, basis

    def new(self, entry: int, quantity: int, basis: int) -> int:
        """A lot that an entry acquires, in that entry's account and asset."""
        self.quantity.append(quantity)
        self.basis.append(basis)
        self.entry.append(entry)
        return len(self.entry) - 1

    def unknown(self, entry: int, account: int, asset: int, units: int) -> int:
        """A lot without basis for units that came from nowhere."""
        piece = self.new(entry, units, 0)
        self.ranks[piece] = 0
        self.place(piece, account, asset)
        return piece

    def rank_of(self, piece: int) -> int:
        """The rank of the piece."""
        if piece in self.ranks:
            return self.ranks[piece]
        entry = self.entry[piece]
        if entry not in self.new_ranks:
            amount, quantity = (exact.units(column.slice(entry, 1))[0] or 0 for column in (self.entries.amount, self.entries.quantity))
            self.new_ranks[entry] = unit_rank(amount, quantity)
        return self.new_ranks[entry]

    def same_rank(self, one: int, other: int) -> bool:
        """Whether two parts of a lot are ranked alike, and have been held for the same time."""
        if self.starts.get(one) != self.starts.get(other):
            return False
        if one not in self.ranks and other not in self.ranks and (self.entry[one] == self.entry[other] or not self.new_ranks):
            return True
        return self.rank_of(one) == self.rank_of(other)

    def place(self, piece: int, account: int, asset: int) -> None:
        """Where the piece is, other than its entry says."""
        self.copied[piece] = len(self.account)
        self.account.append(account)
        self.asset.append(asset)

    def copy(self, old: int, quantity: int, basis: int) -> int:
        """A part of a piece with its dates, rank and name; where it is has to be said."""
        piece = len(self.entry)
        self.quantity.append(quantity)
        self.basis.append(basis)
        self.entry.append(self.entry[old])
        if old in self.ranks:
            self.ranks[piece] = self.ranks[old]
        if self.base and old in self.base:
            self.base[piece] = self.base[old]
        if old in self.starts:
            self.starts[piece] = self.starts[old]
        if old in self.moved:
            self.moved.add(piece)
        if self.pooled and old in self.pooled:
            self.pooled.add(piece)
        return piece

    def raise_basis(self, piece: int, amount: int) -> None:
        """Add to the basis of a piece that is in no pool, and to its rank with it."""
        if amount:
            self.ranks[piece] = self.rank_of(piece) + amount * UNIT_RANK_SCALE // self.quantity[piece]
            self.basis[piece] += amount

    def derive(self, base: int, asset: int) -> int:
        """The base of the lots that those of `base` become in another asset."""
        return self.derived.setdefault((base, asset), len(self.entries.rows["id"]) + len(self.derived))

    def name(self, piece: int, account: str = "") -> str:
        """The lot id of one piece, as it is called in that account; without an account as it is called at home."""
        base = self.base.get(piece, int(self.entries.row[self.entry[piece]]))
        name = _derived_name(base, list(self.derived), self.entries)
        if account and piece in self.away:
            name += f"@{account}"
        return f"{name}+{self.again[piece]}" if piece in self.again else name

    def names(self) -> pa.Array:
        """The lot id of every piece."""
        entries, ids = self.entries, self.entries.rows["id"]
        derived = list(self.derived)
        originals = ids.take(pa.array(entries.row[np.array(self.entry, np.int64)]))
        names = _written(originals, self.base, lambda piece, _: _derived_name(self.base[piece], derived, entries))
        if self.away:
            account = np.zeros(len(names), np.int64)
            account[list(self.copied)] = self.account
            away = np.sort(np.array(list(self.away), np.int64))
            names = _followed(names, away, pa.array([f"@{name}" for name in entries.accounts]).take(pa.array(account[away])))
        if self.again:
            again = sorted(self.again)
            numbers = pa.array([self.again[piece] for piece in again]).cast(pa.string())
            names = _followed(names, np.array(again, np.int64), pc.binary_join_element_wise("+", numbers, ""))
        names = _written(names, self.merged, lambda _, name: f"{name} and others of that day")
        return _written(names, self.pooled, lambda piece, _: f"pool of {entries.assets[self.asset_of(piece)]}")

    def asset_of(self, piece: int) -> int:
        """The asset that the piece is of now."""
        return self.where(piece)[1]

    def where(self, piece: int) -> tuple[int, int]:
        """The account and the asset of the piece now."""
        if piece not in self.copied:
            entry = self.entry[piece]
            return int(self.entries.account[entry]), int(self.entries.asset[entry])
        place = self.copied[piece]
        return self.account[place], self.asset[place]

    def first_long(self, piece: int) -> int:
        """The first day on which a sale of the piece is long-term, where an order asks for it (`long_from`)."""
        if piece in self.starts:
            return int(long_term_days(np.array([self.starts[piece]]))[0])
        return self.long_from[self.entry[piece]]


def _followed(names: pa.Array, places: np.ndarray, suffix: pa.Array) -> pa.Array:
    """With a text behind each name at these places, which ascend."""
    found = np.zeros(len(names), bool)
    found[places] = True
    return pc.replace_with_mask(names, pa.array(found), pc.binary_join_element_wise(names.take(pa.array(places)), suffix, ""))


def _written(names: pa.Array, chosen: Iterable[int], write: Callable[[int, str], str]) -> pa.Array:
    """With the names of the chosen places written anew."""
    places = sorted(chosen)
    if not places:
        return names
    found = np.zeros(len(names), bool)
    found[places] = True
    given = names.filter(pa.array(found)).to_pylist()
    written = [write(place, name) for place, name in zip(places, given, strict=True)]
    return pc.replace_with_mask(names, pa.array(found), pa.array(written, pa.string()))


def _derived_name(base: int, derived: list[tuple[int, int]], entries: Entries) -> str:
    ids = entries.rows["id"]
    if base < len(ids):
        return str(ids[base].as_py())
    parent, asset = derived[base - len(ids)]
    return f"{_derived_name(parent, derived, entries)}>{entries.assets[asset]}"
