"""What leaves an account without being sold, inside the fold: transfers, gifts, and what is gone."""

from typing import TYPE_CHECKING

from taxlots import exact
from taxlots.ledger.entry_columns import Action
from taxlots.lots.booked import Lacking, Raised
from taxlots.lots.changes import Handler
from taxlots.lots.pools import Pool

if TYPE_CHECKING:
    from taxlots.lots.book import Fold, Part


def moves_of(fold: "Fold") -> dict[int, Handler]:
    """What the fold does at these actions."""
    own = Moves(fold)
    return {Action.MOVE: own.move, Action.REMOVE: own.remove}


class Moves:
    """The moves of a fold: each is given entry, pool, units, amount and cost."""

    def __init__(self, fold: "Fold") -> None:
        """The fold whose pools and pieces they change."""
        self.fold = fold

    def move(self, entry: int, pool: Pool, units: int, amount: int, _cost: int) -> None:
        """To another account; under a universal pool only to the outside."""
        fold, pieces = self.fold, self.fold.pieces
        entries, own_pools = fold.entries, fold.own_pools
        account, target, asset = (int(column[entry]) for column in (entries.account, entries.to_account, entries.asset))
        if fold.is_shared(asset) and not own_pools[target] and not own_pools[account]:
            return
        into, left, home, row = fold.pools[fold.pool_number(target, asset)], units, fold.home, fold.row
        acquiring, quantity, bases, flat = pieces.entry, pieces.quantity, pieces.base, fold.moved.flat
        paid = amount if fold.elections.transfer_fee_is_basis else 0
        for piece, part, basis in self.leaving(pool, units):
            flat += (entry, piece, part, basis)
            copy, acquired, added = pieces.copy(piece, part, basis), acquiring[piece], exact.share(paid, part, left)
            pieces.raise_basis(copy, added)
            if added:
                fold.raised.append(Raised(entry, target, asset, added))
            left, paid = left - part, paid - added
            pieces.place(copy, target, asset)
            pieces.moved.add(copy)
            away = home[acquired] != target
            if away:
                pieces.away.add(copy)
            if quantity[piece] and piece not in pieces.copied:
                pool.keep(piece, row[acquired] << 1)
            into.add(copy, (bases[copy] if copy in bases else row[acquired]) << 1 | away)
        if left:
            self.fold.lacking.append(Lacking(entry, left))
            into.add(self.fold.pieces.unknown(entry, target, asset, left), self.fold.row[entry] << 1)

    def leaving(self, pool: Pool, units: int) -> "list[Part]":
        """What a transfer takes: in the account's order, or the earliest first where that is chosen."""
        if not self.fold.elections.transfers_fifo or pool.name == "fifo" or pool.blended:
            return self.fold.take(pool, units)
        parts = []
        for piece, chosen in self.fold.picks:
            units -= chosen
            parts.append(self.fold.part(piece, chosen))
        for piece in pool.open():
            if not units:
                break
            parts.append(self.fold.part(piece, units))
            units -= parts[-1][1]
        return parts

    def remove(self, entry: int, pool: Pool, units: int, _amount: int, _cost: int) -> None:
        """Given away or gone: neither proceeds nor gain."""
        left = units
        for piece, part, basis in self.fold.take_matched(entry, pool, units):
            left -= part
            self.fold.moved.flat += (entry, piece, part, basis)
        if left:
            self.fold.lacking.append(Lacking(entry, left))
