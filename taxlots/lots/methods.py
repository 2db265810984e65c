"""Which lot leaves first: one row per order. A key that is smaller leaves first.

FIFO is by acquisition time, whatever day the units came into the account (26 CFR 1.1012-1(j)(3)(i)). HIFO and LOFO rank by the unit
basis as acquired, fees included, so that a partial sale never changes a lot's rank; ties leave earliest first.
"""

from dataclasses import dataclass

from taxlots.lots.averaged import AveragedPool
from taxlots.lots.elections import AVERAGE, DATED_AVERAGE, MIN_TAX, SECTION_104
from taxlots.lots.holding_pool import HoldingPool
from taxlots.lots.least_tax import LeastTax
from taxlots.lots.pools import Pool

OWN_LOT = "own lot"  # in the place of an order: a fee was withheld from what its own row brought in
NO_LOT = "no lot"  # the result of a position


@dataclass(frozen=True, slots=True)
class Method:
    """An order of lots: the pool that keeps it and what it means."""

    name: str
    pool: type[Pool]
    meaning: str


class _Latest(Pool):
    __slots__ = ()
    reversed = True


class _Highest(Pool):
    __slots__ = ()
    ranked = reversed = True


class _Lowest(Pool):
    __slots__ = ()
    ranked = True


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("fifo", Pool, "first in, first out: earliest acquisition first"),
        Method("lifo", _Latest, "last in, first out: latest acquisition first"),
        Method("hifo", _Highest, "highest unit basis first"),
        Method("lofo", _Lowest, "lowest unit basis first"),
        Method(MIN_TAX, LeastTax, "least tax per unit first, at the sale's price and the person's rates"),
        Method(AVERAGE, HoldingPool, "one holding at average cost"),
        Method(DATED_AVERAGE, AveragedPool, "average basis, earliest acquisition first"),
        Method(SECTION_104, HoldingPool, "same day, then the next 30 days, then one holding at average cost"),
    )
}
