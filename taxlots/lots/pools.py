"""The lots of one asset in one account (or in all accounts, under a universal pool), in the order in which they leave.

A heap of whole numbers: the key of the method above, the piece below, so that adding and taking cost O(log n), however many lots are
open. Pieces that are gone are dropped when they come to the top.
"""

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush

from taxlots.lots.pieces import Pieces

PIECE_BITS = 32
PIECE = (1 << PIECE_BITS) - 1
AGE_BITS = 40  # more than there can be entries


class Pool:
    """Open pieces, the next one first. A method is a class of pools; the piece with the smallest `key` leaves first.

    The fold needs no more of a method than `push`, `first` and `rank`, so that one that is no heap can have a class of its own.

    `ages` ranks the entries by the time of acquisition, then by booking order. `arrived` finds the part of a lot that is already here.
    """

    __slots__ = ("ages", "arrived", "count", "heap", "name", "pieces")
    ranked = False  # whether the key needs the rank of the piece
    reversed = False  # whether the largest leaves first
    blended = False  # whether the basis is an average, so that no lot can be chosen
    plain = True  # whether the heap and its keys are all there is, so that the fold may push and pop itself

    def __init__(self, name: str, pieces: Pieces, ages: Sequence[int]) -> None:
        """An empty pool; `name` is the method's."""
        self.name, self.pieces, self.ages = name, pieces, ages
        self.heap: list[int] = []
        self.arrived: dict[int, int] = {}
        self.count = 0

    def key(self, piece: int, age: int) -> int:
        """What ranks a piece: its unit basis or the time of acquisition; pieces of equal key leave as they came."""
        if not self.ranked:
            return -age if self.reversed else age
        rank = self.pieces.rank_of(piece)
        return ((-rank if self.reversed else rank) << AGE_BITS) + age

    def push(self, piece: int, age: int) -> None:
        """Put a piece in; `age` is that of the entry that acquired its lot."""
        self.count += 1
        key = self.key(piece, age) if self.ranked or self.reversed else age
        heappush(self.heap, key << PIECE_BITS | piece)

    def first(self) -> int:
        """The piece that leaves next; -1 where none is left."""
        heap, quantity = self.heap, self.pieces.quantity
        while heap:
            piece = heap[0] & PIECE
            if quantity[piece]:
                return piece
            heappop(heap)
        return -1

    def keep(self, piece: int, name: int) -> None:
        """Remember a lot of which a part leaves, in case that comes back."""
        here = self.arrived.get(name)
        if here is None or not self.pieces.quantity[here]:
            self.arrived[name] = piece

    def add(self, piece: int, name: int) -> int:
        """Put a piece in that may be part of a lot that is here: then they join, if they still have the same rank. Returns which it is.

        `name` is a number that the parts of a lot have in common.
        """
        pieces, here = self.pieces, self.arrived.get(name)
        if here is None or not pieces.quantity[here]:
            self.arrived[name] = piece
        elif (here in pieces.moved) == (piece in pieces.moved) and pieces.same_rank(here, piece):
            pieces.quantity[here] += pieces.quantity[piece]
            pieces.basis[here] += pieces.basis[piece]
            pieces.quantity[piece] = pieces.basis[piece] = 0
            return here
        else:
            pieces.again[piece] = self.count
        self.push(piece, self.ages[pieces.entry[piece]])
        return piece

    def open(self) -> list[int]:
        """What is still there, in the order of acquisition."""
        quantity, entry = self.pieces.quantity, self.pieces.entry
        found = {piece for item in self.heap if quantity[piece := item & PIECE]}
        return sorted(found, key=lambda piece: (self.ages[entry[piece]], piece))

    def rank(self) -> None:
        """Put the pieces in order again after a change of their basis."""
        entry = self.pieces.entry
        self.heap = [self.key(piece, self.ages[entry[piece]]) << PIECE_BITS | piece for piece in self.open()]
        heapify(self.heap)

    def finish(self) -> None:
        """What is left to do when everything is booked; nothing in most orders."""


class Pools(dict[int, Pool]):
    """Pools by number, made when first used."""

    def __init__(self, make: Callable[[int], Pool]) -> None:
        """`make` makes the pool of a number."""
        self.make = make

    def __missing__(self, number: int) -> Pool:
        self[number] = self.make(number)
        return self[number]
