"""Which lot leaves first: one row per order. A key that is smaller leaves first.

FIFO is by acquisition time, whatever day the units came into the account (26 CFR 1.1012-1(j)(3)(i)). HIFO and LOFO rank by the unit
basis as acquired, fees included, so that a partial sale never changes a lot's rank; ties leave earliest first.
"""

from dataclasses import dataclass

from taxlots.lots.pools import Pool

_AGE_BITS = 40  # more than there can be entries


@dataclass(frozen=True, slots=True)
class Method:
    """An order of lots: the pool that keeps it and what it means."""

    name: str
    pool: type[Pool]
    meaning: str


class _Latest(Pool):
    __slots__ = ()

    def key(self, piece: int, age: int) -> int:  # noqa: ARG002  the time alone decides
        return -age


class _Highest(Pool):
    __slots__ = ()
    ranked = True

    def key(self, piece: int, age: int) -> int:
        return (-self.pieces.ranks[piece] << _AGE_BITS) + age


class _Lowest(Pool):
    __slots__ = ()
    ranked = True

    def key(self, piece: int, age: int) -> int:
        return self.pieces.ranks[piece] << _AGE_BITS | age


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("fifo", Pool, "first in, first out: earliest acquisition first"),
        Method("lifo", _Latest, "last in, first out: latest acquisition first"),
        Method("hifo", _Highest, "highest unit basis first"),
        Method("lofo", _Lowest, "lowest unit basis first"),
    )
}
