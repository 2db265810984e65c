"""The least value of one piece of the tax less a price per dollar of gain, exactly.

A piece is convex and linear between the lines on which its parts bend. So the least value over its region, within the reach of the
lots, lies where two of these lines, edges or ends of the reach cross, whatever the prices are.
"""

from dataclasses import dataclass

import numpy as np

from taxlots.decisions.piece import Affine, Piece

CLOSE = 1e-9
EDGE = 1e-12  # of the amounts: well above the rounding of a crossing, and worth nothing where the objective is small


@dataclass(frozen=True, slots=True)
class Corners:
    """Crossings inside the region: (short, long), the tax and the loss carried there. Empty: the region is out of reach."""

    points: np.ndarray
    tax: np.ndarray
    carried: np.ndarray

    @property
    def reachable(self) -> bool:
        """Whether any point of the region can be reached."""
        return bool(len(self.points))

    def least(self, prices: tuple[float, float], weight: float, carry_value: float) -> float:
        """The least of `weight * tax - carry_value * carried - prices . (Gs, Gl)`; infinite where nothing is reachable."""
        if not self.reachable:
            return float("inf")
        return float((weight * self.tax - carry_value * self.carried - self.points @ np.array(prices)).min())


def corners(piece: Piece, box: tuple[float, float, float, float]) -> Corners:
    """The crossings of a piece within the reach (least and most of Gs, then of Gl)."""
    lines = np.array(list(_lines(piece, box)))
    normal, level = lines[:, :2], lines[:, 2]
    first, second = np.triu_indices(len(lines), 1)
    determinant = normal[first, 0] * normal[second, 1] - normal[first, 1] * normal[second, 0]
    cross = np.abs(determinant) > CLOSE
    first, second, determinant = first[cross], second[cross], determinant[cross]
    points = np.column_stack(
        (
            (level[first] * normal[second, 1] - level[second] * normal[first, 1]) / determinant,
            (normal[first, 0] * level[second] - normal[second, 0] * level[first]) / determinant,
        )
    )
    points = np.unique(points[_inside(points, piece, box)], axis=0)
    return Corners(points, piece.tax(points), _at(piece.carried, points))


def _lines(piece: Piece, box: tuple[float, float, float, float]) -> list[tuple[float, float, float]]:
    found = [(1.0, 0.0, box[0]), (1.0, 0.0, box[1]), (0.0, 1.0, box[2]), (0.0, 1.0, box[3])]
    for bound in piece.bounds:
        found += [_line(bound.expression, side) for side in (bound.lower, bound.upper) if np.isfinite(side)]
    for argument, parts in piece.parts:
        ordered = sorted(parts, key=lambda line: line.slope)
        for index, one in enumerate(ordered):
            for other in ordered[index + 1 :]:
                if other.slope > one.slope:
                    found.append(_line(argument, (one.intercept - other.intercept) / (other.slope - one.slope)))
    return [line for line in found if line[0] or line[1]]


def _line(expression: Affine, value: float) -> tuple[float, float, float]:
    return expression.short, expression.long, value - expression.constant


def _inside(points: np.ndarray, piece: Piece, box: tuple[float, float, float, float]) -> np.ndarray:
    slack = EDGE * (1.0 + np.abs(points).sum(axis=1) + max(map(abs, box)))
    short, long = points[:, 0], points[:, 1]
    inside = (short >= box[0] - slack) & (short <= box[1] + slack) & (long >= box[2] - slack) & (long <= box[3] + slack)
    for bound in piece.bounds:
        value = _at(bound.expression, points)
        inside &= (value >= bound.lower - slack) & (value <= bound.upper + slack)
    return inside


def _at(expression: Affine, points: np.ndarray) -> np.ndarray:
    return expression.constant + points @ np.array((expression.short, expression.long))
