"""What changes every lot of a holding: a split, capital returned (it lowers their basis), a spin-off (it takes a part of it along).

A running example: lot A has 60 shares with basis 600, lot B 40 shares with basis 80.

    300 are returned, 3 a share: A gets 180 (basis 420), B 120, of which 80 are its basis and 40 are gain.
    A spin-off takes 0.25 of the basis: 150 of A's 600, 20 of B's 80; its 50 shares go 30 to A's part, 20 to B's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taxlots import exact
from taxlots.lots.pieces import UNIT_RANK_SCALE, Pieces


@dataclass(frozen=True, slots=True)
class Lowered:
    """What left the basis of a piece, and what was returned beyond it, in units."""

    piece: int
    basis: int
    excess: int = 0


def lower(pieces: Pieces, places: Sequence[int], amount: int) -> Iterator[Lowered]:
    """Spread an amount over the pieces by their quantity, and take it off their basis as far as that reaches.

    All pieces lose the same amount per unit, and their rank by unit basis with it; so equal ranks stay equal.
    """
    held = sum(pieces.quantity[piece] for piece in places)
    per_unit = amount * UNIT_RANK_SCALE // held if held else 0
    for piece in places:
        share = exact.share(amount, pieces.quantity[piece], held)
        amount, held = amount - share, held - pieces.quantity[piece]
        basis = min(share, pieces.basis[piece])
        pieces.basis[piece] -= basis
        rank = pieces.rank_of(piece)
        pieces.ranks[piece] = max(rank - per_unit, 0) if pieces.basis[piece] else 0
        yield Lowered(piece, basis, share - basis)


def share_out(pieces: Pieces, places: Sequence[int], part: int, quantity: int) -> Iterator[tuple[Lowered, int]]:
    """Take a part of every piece's basis (below 1 a fraction of it, else an amount in all), and give each piece its new units."""
    held, basis = sum(pieces.quantity[piece] for piece in places), sum(pieces.basis[piece] for piece in places)
    amount = exact.multiply(basis, part) if part < exact.ONE else min(part, basis)
    for piece in places:
        units = exact.share(quantity, pieces.quantity[piece], held)
        taken = exact.share(amount, pieces.basis[piece], basis) if basis else 0
        quantity, held = quantity - units, held - pieces.quantity[piece]
        amount, basis = amount - taken, basis - pieces.basis[piece]
        left = pieces.basis[piece] - taken
        pieces.ranks[piece] = pieces.rank_of(piece) * left // pieces.basis[piece] if pieces.basis[piece] else 0
        pieces.basis[piece] = left
        yield Lowered(piece, taken), units


def scale(pieces: Pieces, places: Sequence[int], change: int) -> int:
    """Spread a split over the pieces by quantity, basis unchanged. Returns the part of a reduction that exceeds what is held.

    The basis of a piece that is too small to keep a unit goes to the next that does.
    """
    held = sum(pieces.quantity[piece] for piece in places)
    if not held or change <= -held:
        return change
    left, base, homeless = change, held, 0
    for piece in sorted(places, key=lambda piece: (pieces.entry[piece], piece)):
        old = pieces.quantity[piece]
        part = exact.share(left, old, base)
        base -= old
        left -= part
        pieces.quantity[piece] = old + part
        pieces.ranks[piece] = pieces.rank_of(piece) * old // (old + part) if old + part else 0
        pieces.basis[piece], homeless = (pieces.basis[piece] + homeless, 0) if old + part else (0, pieces.basis[piece] + homeless)
    if homeless:
        pieces.basis[next(piece for piece in places if pieces.quantity[piece])] += homeless
    return 0


def with_units(parts: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Parts (piece, basis, new units) that get a unit at least; the basis of those too small for one goes to the next, or the last."""
    found: list[tuple[int, int, int]] = []
    homeless = 0
    for piece, basis, units in parts:
        if units:
            found.append((piece, basis + homeless, units))
            homeless = 0
        else:
            homeless += basis
    if homeless and found:
        piece, basis, units = found[-1]
        found[-1] = (piece, basis + homeless, units)
    return found
