"""One holding at average cost: all units of an asset in a pool are one piece, and what leaves takes its part of the whole basis.

Canada: the adjusted cost base of identical property (Income Tax Act 47). United Kingdom: the section 104 holding (TCGA 1992 section
104), which `section_104.py` leaves what was matched otherwise. A running example:

    100 units with basis 1,500, 150 with basis 3,000: a holding of 250 with basis 4,500, 18 a unit
    200 are sold: basis 3,600; left are 50 with basis 900
"""

from collections.abc import Sequence

from taxlots.lots.pieces import Pieces
from taxlots.lots.pools import PIECE_BITS, Pool


class HoldingPool(Pool):
    """The first piece that comes in is the holding ever after, also when it was empty meanwhile; later ones join it.

    `pending` is basis that waits for units: a loss denied when nothing was left (`superficial.py`).
    """

    __slots__ = ("holding", "pending")
    blended = True
    plain = False

    def __init__(self, name: str, pieces: Pieces, ages: Sequence[int]) -> None:
        """An empty holding."""
        super().__init__(name, pieces, ages)
        self.holding, self.pending = -1, 0

    def push(self, piece: int, age: int) -> None:
        """Let a piece join the holding."""
        pieces = self.pieces
        if piece == self.holding:
            return
        if self.holding < 0:
            self.holding, self.heap = piece, [age << PIECE_BITS | piece]
            pieces.pooled.add(piece)
            pieces.basis[piece] += self.pending
        else:
            kept = pieces.basis[self.holding] if pieces.quantity[self.holding] else 0
            pieces.basis[self.holding] = kept + pieces.basis[piece] + self.pending
            pieces.quantity[self.holding] += pieces.quantity[piece]
            pieces.quantity[piece] = pieces.basis[piece] = 0
        self.pending = 0

    def first(self) -> int:
        """The holding; -1 where it is empty."""
        return self.holding if self.holding >= 0 and self.pieces.quantity[self.holding] else -1

    def add(self, piece: int, name: int) -> int:  # noqa: ARG002  parts of a lot are not told apart here
        """Let a piece that was moved or converted join the holding. Returns the holding."""
        self.push(piece, self.ages[self.pieces.entry[piece]])
        return self.holding

    def open(self) -> list[int]:
        """The holding, where it is not empty."""
        return [piece for piece in (self.first(),) if piece >= 0]

    def rank(self) -> None:
        """Pieces that were in another order until now join the holding."""
        for piece in super().open():
            self.push(piece, self.ages[self.pieces.entry[piece]])

    def deny(self, amount: int) -> None:
        """Add a denied loss to the basis of what is left, else of what comes next."""
        if self.first() >= 0:
            self.pieces.basis[self.holding] += amount
        else:
            self.pending += amount
