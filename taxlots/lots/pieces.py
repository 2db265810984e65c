"""Lots and the parts of them, as parallel lists: a piece is a place in the lists.

A piece has a quantity and a basis in units and the entry that acquired its lot: account, asset, dates and kind are that entry's. A piece
that was moved, converted or spun off is in `copied` with the account and asset that it has now. A piece without quantity is gone.

A piece is ranked by its unit basis as acquired, scaled so that equal unit prices give equal ranks. Only `rank_of` asks for it: `ranks`
has the ranks that are known, or that are not those of the acquiring entry.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact
from taxlots.ledger.entry_columns import Entries

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
    """

    entries: Entries
    quantity: list[int] = field(default_factory=list)
    basis: list[int] = field(default_factory=list)
    entry: list[int] = field(default_factory=list)
    ranks: dict[int, int] = field(default_factory=dict)
    copied: dict[int, None] = field(default_factory=dict)
    account: list[int] = field(default_factory=list)
    asset: list[int] = field(default_factory=list)
    base: dict[int, int] = field(default_factory=dict)
    derived: dict[tuple[int, int], int] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    away: set[int] = field(default_factory=set)
    again: dict[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.entry)

    def new(self, entry: int, quantity: int, basis: int) -> int:
        """A lot that an entry acquires, in that entry's account and asset."""
        self.quantity.append(quantity)
        self.basis.append(basis)
        self.entry.append(entry)
        return len(self.entry) - 1

    def rank_of(self, piece: int) -> int:
        """The rank of the piece."""
        if piece not in self.ranks:
            entry = self.entry[piece]
            amount, quantity = (exact.units(column.slice(entry, 1))[0] or 0 for column in (self.entries.amount, self.entries.quantity))
            self.ranks[piece] = unit_rank(amount, quantity)
        return self.ranks[piece]

    def same_rank(self, one: int, other: int) -> bool:
        """Whether two parts of a lot are ranked alike."""
        if one not in self.ranks and other not in self.ranks:
            return True
        return self.rank_of(one) == self.rank_of(other)

    def place(self, piece: int, account: int, asset: int) -> None:
        """Where the piece is, other than its entry says."""
        self.copied[piece] = None
        self.account.append(account)
        self.asset.append(asset)

    def copy(self, old: int, quantity: int, basis: int) -> int:
        """A part of a piece with its dates, rank and name; where it is has to be said."""
        piece = self.new(self.entry[old], quantity, basis)
        if old in self.ranks:
            self.ranks[piece] = self.ranks[old]
        if old in self.base:
            self.base[piece] = self.base[old]
        if old in self.moved:
            self.moved.add(piece)
        return piece

    def derive(self, base: int, asset: int) -> int:
        """The base of the lots that those of `base` become in another asset."""
        return self.derived.setdefault((base, asset), len(self.entries.rows["id"]) + len(self.derived))

    def names(self) -> pa.Array:
        """The lot id of every piece."""
        entries, ids = self.entries, self.entries.rows["id"]
        rows = pa.array(entries.row[np.array(self.entry, np.int64)])
        names = ids.take(rows)
        places = {piece: account for piece, account in zip(self.copied, self.account, strict=True) if piece in self.away}
        special = sorted({*self.base, *places, *self.again})
        if not special:
            return names
        derived = list(self.derived)
        given = names.take(pa.array(special)).to_pylist()
        for n, piece in enumerate(special):
            name = given[n]
            if piece in self.base:
                name = _derived_name(self.base[piece] - len(ids), derived, entries, ids)
            name = f"{name}@{entries.accounts[places[piece]]}" if piece in places else name
            given[n] = f"{name}+{self.again[piece]}" if piece in self.again else name
        special_mask = np.zeros(len(names), bool)
        special_mask[special] = True
        return pc.replace_with_mask(names, pa.array(special_mask), pa.array(given, pa.string()))


def _derived_name(number: int, derived: list[tuple[int, int]], entries: Entries, ids: pa.Array) -> str:
    base, asset = derived[number]
    rows = len(ids)
    old = str(ids[base].as_py()) if base < rows else _derived_name(base - rows, derived, entries, ids)
    return f"{old}>{entries.assets[asset]}"
