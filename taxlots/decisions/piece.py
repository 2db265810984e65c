"""What the optimiser's pieces of the tax are made of: affine expressions of the nets, and maxima of lines over them."""

from dataclasses import dataclass

import numpy as np

INFINITY = float("inf")


@dataclass(frozen=True, slots=True)
class Affine:
    """`constant + short * Gs + long * Gl`, in dollars."""

    constant: float = 0.0
    short: float = 0.0
    long: float = 0.0

    def at(self, short: float, long: float) -> float:
        """Its value at the nets."""
        return self.constant + self.short * short + self.long * long

    def plus(self, other: "Affine", times: float = 1.0) -> "Affine":
        """The sum with a multiple of another."""
        return Affine(
            self.constant + times * other.constant,
            self.short + times * other.short,
            self.long + times * other.long,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A lower bound of a convex function: `intercept + slope * x`."""

    slope: float
    intercept: float


@dataclass(frozen=True, slots=True)
class Bound:
    """`lower <= expression <= upper`. With a `cliff` the tax jumps above `upper`, so that nothing above it may be taken for it."""

    expression: Affine
    lower: float
    upper: float
    cliff: bool = False

    def holds(self, short: float, long: float, slack: float) -> bool:
        """Whether the nets keep it, within some slack in dollars."""
        return self.lower - slack <= self.expression.at(short, long) <= self.upper + (0.0 if self.cliff else slack)


@dataclass(frozen=True, slots=True)
class Piece:
    """One linear piece: where it holds, the carried loss, and the tax as a sum of maxima of lines over affine arguments."""

    name: str
    bounds: tuple[Bound, ...]
    carried: Affine
    parts: tuple[tuple[Affine, tuple[Line, ...]], ...]

    def holds(self, short: float, long: float, slack: float) -> bool:
        """Whether the nets lie in its region, within some slack in dollars."""
        return all(bound.holds(short, long, slack) for bound in self.bounds)

    def tax(self, points: np.ndarray) -> np.ndarray:
        """The tax at points (Gs, Gl), one per row; right where the piece's bounds hold."""
        total = np.zeros(len(points))
        for argument, lines in self.parts:
            value = argument.constant + points @ np.array((argument.short, argument.long))
            total += np.max([line.intercept + line.slope * value for line in lines], axis=0)
        return total
