"""What a distribution does to the lots of a holding: capital returned lowers their basis, a spin-off takes a part of it along.

A running example: lot A has 60 shares with basis 600, lot B 40 shares with basis 80.

    300 are returned, 3 a share: A gets 180 (basis 420), B 120, of which 80 are its basis and 40 are gain.
    A spin-off takes 0.25 of the basis: 150 of A's 600, 20 of B's 80; its 50 shares go 30 to A's part, 20 to B's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taxlots import exact
from taxlots.lots.methods import UNIT_RANK_SCALE, Piece


@dataclass(frozen=True, slots=True)
class Lowered:
    """What left the basis of a piece, and what was returned beyond it, in units."""

    piece: Piece
    basis: int
    excess: int = 0


def lower(pieces: Sequence[Piece], amount: int) -> Iterator[Lowered]:
    """Spread an amount over the pieces by their quantity, and take it off their basis as far as that reaches.

    All pieces lose the same amount per unit, and their rank by unit basis with it; so equal ranks stay equal.
    """
    held = sum(piece.quantity for piece in pieces)
    per_unit = amount * UNIT_RANK_SCALE // held if held else 0
    for piece in pieces:
        share = exact.share(amount, piece.quantity, held)
        amount, held = amount - share, held - piece.quantity
        basis = min(share, piece.basis)
        piece.basis -= basis
        piece.unit_rank = max(piece.unit_rank - per_unit, 0) if piece.basis else 0
        yield Lowered(piece, basis, share - basis)


def share_out(pieces: Sequence[Piece], part: int, quantity: int) -> Iterator[tuple[Lowered, int]]:
    """Take a part of every piece's basis (below 1 a fraction of it, else an amount in all), and give each piece its new units."""
    held, basis = sum(piece.quantity for piece in pieces), sum(piece.basis for piece in pieces)
    amount = exact.multiply(basis, part) if part < exact.ONE else min(part, basis)
    for piece in pieces:
        units = exact.share(quantity, piece.quantity, held)
        taken = exact.share(amount, piece.basis, basis) if basis else 0
        quantity, held = quantity - units, held - piece.quantity
        amount, basis = amount - taken, basis - piece.basis
        left = piece.basis - taken
        piece.unit_rank = piece.unit_rank * left // piece.basis if piece.basis else 0
        piece.basis = left
        yield Lowered(piece, taken), units
