"""What is no purchase, sale or move, inside the fold: conversions, splits, capital returned, spin-offs, results of positions."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from taxlots import exact
from taxlots.ledger.entry_columns import NOWHERE, Action
from taxlots.lots.booked import Lacking
from taxlots.lots.distributions import lower, scale, share_out, with_units
from taxlots.lots.pieces import unit_rank
from taxlots.lots.pools import Pool

if TYPE_CHECKING:
    from taxlots.lots.book import Fold, Part

Handler = Callable[[int, Pool, int, int, int], None]


def changes_of(fold: "Fold") -> dict[int, Handler]:
    """What the fold does at these actions."""
    own = Changes(fold)
    return {
        Action.CONVERT: own.convert,
        Action.SPLIT: own.split,
        Action.RETURN: own.return_capital,
        Action.SPIN_OFF: own.spin_off,
        Action.PROFIT: own.profit,
        Action.LOSS: own.loss,
    }


class Changes:
    """The changes of a fold: each is given entry, pool, units, amount and cost."""

    def __init__(self, fold: "Fold") -> None:
        """The fold whose pools and pieces they change."""
        self.fold = fold

    def convert(self, entry: int, pool: Pool, units: int, _amount: int, _cost: int) -> None:
        """Into another asset, with basis and dates."""
        entries, left, new_units = self.fold.entries, units, self.to_units(entry)
        target, account = int(entries.to_asset[entry]), int(entries.account[entry])
        parts = []
        for piece, part, basis in self.fold.take(pool, units):
            share = exact.share(new_units, part, left)
            left, new_units = left - part, new_units - share
            self.fold.moved.flat += (entry, piece, part, basis)
            parts.append((piece, basis, share))
        self.become(entry, parts, target)
        if left:
            self.fold.lacking.append(Lacking(entry, left))
        if left and new_units:
            self.fold.arrive(entry, self.fold.pieces.unknown(entry, account, target, new_units), target, self.fold.row[entry] << 1)

    def to_units(self, entry: int) -> int:
        """Units of the asset that an entry brings in exchange."""
        return exact.units(self.fold.entries.to_quantity.slice(entry, 1))[0] or 0

    def become(self, entry: int, parts: "list[Part]", asset: int) -> None:
        """Parts of lots (piece, basis, new units) as lots of another asset, with their dates."""
        pieces = self.fold.pieces
        for old, basis, units in with_units(parts):
            piece = pieces.copy(old, units, basis)
            pieces.ranks[piece] = unit_rank(basis, units)
            pieces.place(piece, int(self.fold.entries.account[entry]), asset)
            pieces.base[piece] = pieces.derive(self.fold.base(old), asset)
            self.fold.arrive(entry, piece, asset, pieces.base[piece] << 1)

    def split(self, entry: int, pool: Pool, units: int, _amount: int, _cost: int) -> None:
        """More or fewer units, the same basis."""
        if self.fold.matched[self.fold.entries.asset[entry]]:
            units += self.fold.matching.restated.get(entry, 0)
        uncovered = scale(self.fold.pieces, pool.open(), units)
        pool.rank()
        if uncovered:
            self.fold.lacking.append(Lacking(entry, abs(uncovered)))

    def return_capital(self, entry: int, pool: Pool, _units: int, amount: int, _cost: int) -> None:
        """Capital returned lowers basis, per unit alike; what exceeds a lot's basis is gain of that lot (26 USC 301(c)(2), (3))."""
        places = pool.open()
        if not places:
            self.fold.sold.flat += (entry, NOWHERE, 0, amount, 0, 0)
            self.fold.lacking.append(Lacking(entry, consequence=f"no {self.holding(entry)}, so that all of it is gain, short-term"))
        for part in lower(self.fold.pieces, places, amount):
            if part.basis:
                self.fold.moved.flat += (entry, part.piece, 0, part.basis)
            if part.excess:
                self.fold.sold.flat += (entry, part.piece, 0, part.excess, 0, 0)
        pool.rank()

    def profit(self, entry: int, _pool: Pool, _units: int, amount: int, cost: int) -> None:
        """The profit of a position that is no lot."""
        self.fold.sold.flat += (entry, NOWHERE, 0, amount, cost, 0)

    def loss(self, entry: int, _pool: Pool, _units: int, amount: int, cost: int) -> None:
        """The loss of one: it is the basis of nothing sold."""
        self.fold.sold.flat += (entry, NOWHERE, 0, 0, cost, amount)

    def holding(self, entry: int) -> str:
        """Asset and account of an entry, in words."""
        entries = self.fold.entries
        return f"{entries.assets[entries.asset[entry]]} in {entries.accounts[entries.account[entry]]}"

    def spin_off(self, entry: int, pool: Pool, _units: int, amount: int, _cost: int) -> None:
        """New units take a part of the basis of every lot held, and its dates (26 USC 355, 358(b), 1223(1))."""
        entries, places, units = self.fold.entries, pool.open(), self.to_units(entry)
        target, account = int(entries.to_asset[entry]), int(entries.account[entry])
        old, new = entries.assets[entries.asset[entry]], entries.assets[target]
        if not places:
            self.fold.lacking.append(Lacking(entry, consequence=f"no {self.holding(entry)}, so that the {new} have basis 0"))
            self.fold.arrive(entry, self.fold.pieces.unknown(entry, account, target, units), target, self.fold.row[entry] << 1)
        held = sum(self.fold.pieces.basis[piece] for piece in places)
        if amount >= exact.ONE and amount > held:
            consequence = f"the basis that goes to {new} is more than that of all {old}; all of it was taken"
            self.fold.lacking.append(Lacking(entry, consequence=consequence))
        parts = list(share_out(self.fold.pieces, places, amount, units))
        for part, _ in parts:
            self.fold.moved.flat += (entry, part.piece, 0, part.basis)
        self.become(entry, [(part.piece, part.basis, share) for part, share in parts], target)
        pool.rank()
