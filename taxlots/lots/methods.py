"""Which lot leaves first: one row per order. A key that is smaller leaves first.

FIFO is by acquisition time, whatever day the units came into the account (26 CFR 1.1012-1(j)(3)(i)). HIFO and LOFO rank by the unit
basis as acquired, fees included, so that a partial sale never changes a lot's rank; ties leave earliest first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

Key = tuple[int, ...]
UNIT_RANK_SCALE = 10**36


@dataclass(slots=True)
class Piece:
    """A lot, or the part of one that is in one account. Quantity and basis in units; `acquired_us` microseconds since 1970.

    `unit_rank` is basis over quantity as acquired, scaled so that equal unit prices give equal ranks; `order` counts acquisitions.
    """

    lot_id: str
    base_id: str
    row: int
    asset: str
    account: str
    quantity: int
    basis: int
    acquired: datetime
    acquired_us: int
    holding_starts: date
    unit_rank: int
    order: int
    kind: str
    always_long: bool = False
    transferred: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """An order of lots with the key that ranks them and what it means."""

    name: str
    key: Callable[[Piece], Key]
    meaning: str


def _fifo(piece: Piece) -> Key:
    return (piece.acquired_us, piece.order)


def _lifo(piece: Piece) -> Key:
    return (-piece.acquired_us, -piece.order)


def _hifo(piece: Piece) -> Key:
    return (-piece.unit_rank, piece.acquired_us, piece.order)


def _lofo(piece: Piece) -> Key:
    return (piece.unit_rank, piece.acquired_us, piece.order)


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("fifo", _fifo, "first in, first out: earliest acquisition first"),
        Method("lifo", _lifo, "last in, first out: latest acquisition first"),
        Method("hifo", _hifo, "highest unit basis first"),
        Method("lofo", _lofo, "lowest unit basis first"),
    )
}


def unit_rank(basis: int, quantity: int) -> int:
    """Rank of a unit basis: basis / quantity, finely scaled. Basis and quantity in units, quantity above 0."""
    return basis * UNIT_RANK_SCALE // quantity
