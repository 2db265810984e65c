"""The lots of one asset in one account (or in all accounts, under a universal pool), in the order in which they leave.

A heap on the method's key: adding and taking cost O(log n), however many lots are open.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from taxlots import exact
from taxlots.lots.methods import Key, Method, Piece


@dataclass(frozen=True, slots=True)
class Taken:
    """Part of a piece that left: quantity and the basis that goes with it, in units."""

    piece: Piece
    quantity: int
    basis: int


@dataclass(slots=True)
class Pool:
    """Open pieces by the method's key. `name` is the method's, for reports."""

    name: str
    key: Callable[[Piece], Key]
    _heap: list[tuple[Key, int, Piece]] = field(default_factory=list)
    _pieces: dict[str, Piece] = field(default_factory=dict)
    _count: int = 0

    @classmethod
    def of(cls, method: Method) -> "Pool":
        """An empty pool that leaves in the method's order."""
        return cls(method.name, method.key)

    def add(self, piece: Piece) -> None:
        """Put a piece in; a part of the same lot that comes back joins what is there."""
        here = self._pieces.get(piece.lot_id)
        if here is None:
            self._pieces[piece.lot_id] = piece
            self._push(piece)
            return
        if (here.unit_rank, here.transferred) == (piece.unit_rank, piece.transferred):
            here.quantity += piece.quantity
            here.basis += piece.basis
            return
        piece.lot_id = f"{piece.lot_id}+{self._count}"
        self.add(piece)

    def _push(self, piece: Piece) -> None:
        self._count += 1
        heappush(self._heap, (self.key(piece), self._count, piece))

    def take(self, quantity: int) -> Iterator[Taken]:
        """Pieces in order until the quantity is reached or nothing is left. The last part of a piece takes all its basis."""
        while quantity and self._heap:
            piece = self._heap[0][2]
            taken = self._part(piece, min(quantity, piece.quantity))
            if not piece.quantity:
                heappop(self._heap)
                del self._pieces[piece.lot_id]
            quantity -= taken.quantity
            yield taken

    def take_from(self, lot_id: str, quantity: int) -> Iterator[Taken]:
        """A part of one named lot, as far as it reaches."""
        piece = self._pieces.get(lot_id)
        if piece is None:
            return
        taken = self._part(piece, min(quantity, piece.quantity))
        if not piece.quantity:
            self._remove(piece)
        yield taken

    def _part(self, piece: Piece, quantity: int) -> Taken:
        basis = exact.share(piece.basis, quantity, piece.quantity)
        piece.quantity -= quantity
        piece.basis -= basis
        return Taken(piece, quantity, basis)

    def _remove(self, piece: Piece) -> None:
        del self._pieces[piece.lot_id]
        self._heap = [item for item in self._heap if item[2] is not piece]
        heapify(self._heap)

    def scale(self, change: int) -> int:
        """Spread a split over all pieces by quantity, basis unchanged. Returns the part of a reduction that exceeds what is held."""
        held = sum(piece.quantity for piece in self._pieces.values())
        if not held or change <= -held:
            return change
        left, base = change, held
        for piece in sorted(self._pieces.values(), key=lambda p: p.order):
            part = exact.share(left, piece.quantity, base)
            base -= piece.quantity
            left -= part
            piece.unit_rank = piece.unit_rank * piece.quantity // (piece.quantity + part)
            piece.quantity += part
        self.rank()
        return 0

    def rank(self) -> None:
        """Put the pieces in order again after a change of their basis."""
        self._heap = [(self.key(piece), n, piece) for n, (_, _, piece) in enumerate(self._heap)]
        heapify(self._heap)

    def pieces(self) -> list[Piece]:
        """What is still there, in the order of acquisition."""
        return sorted(self._pieces.values(), key=lambda p: (p.acquired_us, p.order))
