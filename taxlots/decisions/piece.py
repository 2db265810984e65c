"""What the optimiser's pieces of the tax are made of: affine expressions of the nets, and maxima of lines over them."""

from dataclasses import dataclass

import numpy as np

INFINITY = float("inf")
Nets = tuple[float, float, float]  # Gs, Gl and G28, US dollars


@dataclass(frozen=True, slots=True)
class Affine:
    """`constant + short * Gs + long * Gl + group * G28`, in dollars; G28 is 0 where no collectibles can be sold."""

    constant: float = 0.0
    short: float = 0.0
    long: float = 0.0
    group: float = 0.0

    @property
    def slopes(self) -> tuple[float, float, float]:
        """What a dollar of each net adds."""
        return self.short, self.long, self.group

    def at(self, nets: Nets) -> float:
        """Its value at the nets."""
        return self.constant + self.short * nets[0] + self.long * nets[1] + self.group * nets[2]

    def plus(self, other: "Affine", times: float = 1.0) -> "Affine":
        """The sum with a multiple of another."""
        return Affine(
            self.constant + times * other.constant,
            self.short + times * other.short,
            self.long + times * other.long,
            self.group + times * other.group,
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

    def holds(self, nets: Nets, slack: float) -> bool:
        """Whether the nets keep it, within some slack in dollars."""
        return self.lower - slack <= self.expression.at(nets) <= self.upper + (0.0 if self.cliff else slack)


@dataclass(frozen=True, slots=True)
class Piece:
    """One linear piece: where it holds, the carried loss, and the tax as a sum of maxima of lines over affine arguments."""

    name: str
    bounds: tuple[Bound, ...]
    carried: Affine
    parts: tuple[tuple[Affine, tuple[Line, ...]], ...]

    def holds(self, nets: Nets, slack: float) -> bool:
        """Whether the nets lie in its region, within some slack in dollars."""
        return all(bound.holds(nets, slack) for bound in self.bounds)

    def tax(self, points: np.ndarray) -> np.ndarray:
        """The tax at points (Gs, Gl, G28), one per row; right where the piece's bounds hold."""
        total = np.zeros(len(points))
        for argument, lines in self.parts:
            value = argument.constant + points @ np.array(argument.slopes)
            total += np.max([line.intercept + line.slope * value for line in lines], axis=0)
        return total
