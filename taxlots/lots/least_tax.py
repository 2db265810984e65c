"""The order min-tax: the piece leaves first whose sale costs the least tax per unit, at the sale's price and the rates of its time.

Per unit that is (price - unit basis) x rate, with the short-term or the long-term rate; a loss counts as tax saved. So losses leave
first, those that save most before others, and a long-term gain before a short-term one of the same size. Of equal tax the higher unit
basis leaves first, then the earlier acquisition. What leaves without a sale has no price: it leaves first in, first out.

Within a term the highest unit basis is always the best, so that two heaps are enough, and the better of their tops leaves. A piece
waits by the day on which it becomes long-term and goes over to the other heap then. All of it costs O(log n).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heappush

from taxlots import exact
from taxlots.lots.elections import TermRates
from taxlots.lots.holding import time_of
from taxlots.lots.pieces import Pieces
from taxlots.lots.pools import AGE_BITS, PIECE, PIECE_BITS, Pool


@dataclass(frozen=True, slots=True)
class Asked:
    """A sale: its day, its price per unit on the scale of the ranks, and the rates on short-term and long-term gain in units."""

    day: int
    price: int
    short: int
    long: int


class Rates:
    """The rates of each time."""

    def __init__(self, rates: Sequence[tuple[datetime, TermRates]]) -> None:
        """Each from a moment on; before the first it holds too."""
        self.starts = [time_of(start) for start, _ in rates]
        self.rates = [(exact.to_units(one.short), exact.to_units(one.long)) for _, one in rates]

    def asked(self, time: int, day: int, price: int) -> Asked:
        """A sale at that time (microseconds) on that day, at a price on the scale of the ranks. Raises IndexError without any rates."""
        return Asked(day, price, *self.rates[max(bisect_right(self.starts, time) - 1, 0)])


class LeastTax(Pool):
    """`heap` keeps the order of acquisition, for what leaves without a price; `short`, `long` and `waiting` are for sales."""

    __slots__ = ("asked", "long", "short", "waiting")
    ranked = True
    plain = False

    def __init__(self, name: str, pieces: Pieces, ages: Sequence[int]) -> None:
        """An empty pool; `pieces.long_from` has the first long-term day of every entry."""
        super().__init__(name, pieces, ages)
        self.asked: Asked | None = None
        self.short: list[int] = []
        self.long: list[int] = []
        self.waiting: list[int] = []

    def key(self, piece: int, age: int) -> int:  # noqa: ARG002  of the heap of what leaves without a price
        """The time of acquisition."""
        return age

    def push(self, piece: int, age: int) -> None:
        """Put a piece in, as short-term; it goes over when its day has come."""
        super().push(piece, age)
        heappush(self.short, self.best(piece, age))
        heappush(self.waiting, self.turns(piece))

    def best(self, piece: int, age: int) -> int:
        """The place in a heap of one term: by unit basis, the highest first."""
        return ((-self.pieces.rank_of(piece) << AGE_BITS) + age) << PIECE_BITS | piece

    def turns(self, piece: int) -> int:
        """The place among those that wait to become long-term."""
        return self.pieces.first_long(piece) << PIECE_BITS | piece

    def ask(self, asked: Asked | None) -> None:
        """From now on in the order for that sale; None: in the order of acquisition. Sales come in the order of their days."""
        self.asked = asked
        if asked is None:
            return
        waiting, pieces = self.waiting, self.pieces
        while waiting and waiting[0] >> PIECE_BITS <= asked.day:
            piece = heappop(waiting) & PIECE
            if pieces.quantity[piece]:
                heappush(self.long, self.best(piece, self.ages[pieces.entry[piece]]))

    def first(self) -> int:
        """The piece that leaves next; -1 where none is left."""
        asked = self.asked
        if asked is None:
            return super().first()
        short, long = self.top_short(asked.day), self.top_long()
        if short < 0 or long < 0:
            return max(short, long)
        return min((short, long), key=lambda piece: self.cost(piece, asked.short if piece == short else asked.long, asked))

    def cost(self, piece: int, rate: int, asked: Asked) -> tuple[int, int, int, int]:
        """What ranks a piece among those of the other term: tax per unit, unit basis, age."""
        rank = self.pieces.rank_of(piece)
        return (asked.price - rank) * rate, -rank, self.ages[self.pieces.entry[piece]], piece

    def top_short(self, day: int) -> int:
        """The best piece that is still short-term on that day; -1 without one."""
        heap, pieces = self.short, self.pieces
        while heap:
            piece = heap[0] & PIECE
            if pieces.quantity[piece] and pieces.first_long(piece) > day:
                return piece
            heappop(heap)
        return -1

    def top_long(self) -> int:
        """The best piece that is long-term; -1 without one."""
        heap, quantity = self.long, self.pieces.quantity
        while heap:
            piece = heap[0] & PIECE
            if quantity[piece]:
                return piece
            heappop(heap)
        return -1

    def rank(self) -> None:
        """Put the pieces in order again after a change of their basis."""
        super().rank()
        pieces = self.pieces
        places = [item & PIECE for item in self.heap]
        self.short = [self.best(piece, self.ages[pieces.entry[piece]]) for piece in places]
        self.waiting = [self.turns(piece) for piece in places]
        self.long = []
        heapify(self.short)
        heapify(self.waiting)
