"""Average basis by account, as US law has it for fund and reinvested shares (26 CFR 1.1012-1(e)).

Every share in the account has the same basis; the shares acquired first leave first and decide the holding period (1.1012-1(e)(7)).
The pieces stay apart, and a piece gets its part of the whole basis when it comes to the top. A running example:

    2020: 10 shares with basis 100; 2021: 30 shares with basis 700: 40 with basis 800, 20 a share
    15 are sold: 10 of 2020 with basis 200 and 5 of 2021 with basis 100; left are 25 with basis 500
"""

from collections.abc import Sequence

from taxlots import exact
from taxlots.lots.pieces import Pieces
from taxlots.lots.pools import PIECE_BITS, Pool


class AveragedPool(Pool):
    """First in, first out; `units` and `basis` of all pieces but the one that `shown` holds, as it was when it came to the top."""

    __slots__ = ("basis", "shown", "units")
    blended = True
    plain = False

    def __init__(self, name: str, pieces: Pieces, ages: Sequence[int]) -> None:
        """An empty pool."""
        super().__init__(name, pieces, ages)
        self.units = self.basis = 0
        self.shown = -1

    def push(self, piece: int, age: int) -> None:
        """Put a piece in; its basis joins that of all."""
        self.hide()
        super().push(piece, age)
        self.units += self.pieces.quantity[piece]
        self.basis += self.pieces.basis[piece]

    def hide(self) -> None:
        """Take back what is left of the piece that was at the top."""
        piece = self.shown
        if piece >= 0 and self.pieces.quantity[piece]:
            self.units += self.pieces.quantity[piece]
            self.basis += self.pieces.basis[piece]
        self.shown = -1

    def first(self) -> int:
        """The earliest piece with its part of the basis; -1 where none is left."""
        self.hide()
        piece = super().first()
        if piece < 0:
            return piece
        held = self.pieces.quantity[piece]
        part = exact.share(self.basis, held, self.units)
        self.units, self.basis, self.shown = self.units - held, self.basis - part, piece
        self.pieces.basis[piece] = part
        return piece

    def add(self, piece: int, name: int) -> int:
        """Put a piece in that may be part of a lot that is here; its basis is part of the average in either case."""
        self.hide()
        pieces, here = self.pieces, self.arrived.get(name)
        same = here is not None and pieces.starts.get(here) == pieces.starts.get(piece)
        if here is not None and same and pieces.quantity[here] and (here in pieces.moved) == (piece in pieces.moved):
            self.units, self.basis = self.units + pieces.quantity[piece], self.basis + pieces.basis[piece]
            pieces.quantity[here] += pieces.quantity[piece]
            pieces.quantity[piece] = pieces.basis[piece] = 0
            return here
        if here is not None and pieces.quantity[here]:
            pieces.again[piece] = self.count
        else:
            self.arrived[name] = piece
        self.push(piece, self.ages[pieces.entry[piece]])
        return piece

    def open(self) -> list[int]:
        """What is still there, in the order of acquisition, each with its part of the basis."""
        self.hide()
        places, units, basis = super().open(), self.units, self.basis
        for piece in places:
            held = self.pieces.quantity[piece]
            part = self.pieces.basis[piece] = exact.share(basis, held, units)
            units, basis = units - held, basis - part
        return places

    def rank(self) -> None:
        """Count again after a change of the pieces from outside."""
        places = Pool.open(self)
        self.shown = -1
        self.units = sum(self.pieces.quantity[piece] for piece in places)
        self.basis = sum(self.pieces.basis[piece] for piece in places)
        self.heap = [self.ages[self.pieces.entry[piece]] << PIECE_BITS | piece for piece in places]

    def finish(self) -> None:
        """Give every piece that is left its part of the basis."""
        self.open()
