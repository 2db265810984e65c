"""The least value of one piece of the tax less a price per dollar of gain, exactly.

A piece is convex and linear between the lines on which its parts bend. So the least value over its region, within the reach of the
lots, lies where two of these lines, edges or ends of the reach cross, whatever the prices are; three of these planes, where collectibles
can be sold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from taxlots.decisions.piece import Affine, Line, Nets, Piece

CLOSE = 1e-9
EDGE = 1e-12  # of the amounts: well above the rounding of a crossing, and worth nothing where the objective is small
AXES = (Affine(short=1.0), Affine(long=1.0), Affine(group=1.0))
Box = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Corners:
    """Crossings inside the region: (short, long, group), the tax and the loss carried there. Empty: the region is out of reach."""

    points: np.ndarray
    tax: np.ndarray
    carried: np.ndarray

    @property
    def reachable(self) -> bool:
        """Whether any point of the region can be reached."""
        return bool(len(self.points))

    def least(self, prices: Nets, weight: float, carry_value: float) -> float:
        """The least of `weight * tax - carry_value * carried - prices . (Gs, Gl, G28)`; infinite where nothing is reachable."""
        if not self.reachable:
            return float("inf")
        return float((weight * self.tax - carry_value * self.carried - self.points @ np.array(prices)).min())


def corners(piece: Piece, box: Box) -> Corners:
    """The crossings of a piece within the reach (least and most of Gs, of Gl, of G28)."""
    if not _meets(piece, box):
        return Corners(np.zeros((0, 3)), np.zeros(0), np.zeros(0))
    lines = np.array(list(_lines(piece, box)))
    points = _crossings(lines, box[4]) if box[4] == box[5] else _crossings_of_three(lines)
    points = np.unique(points[_inside(points, piece, box)], axis=0)
    return Corners(points, piece.tax(points), _at(piece.carried, points))


def _meets(piece: Piece, box: Box) -> bool:
    """Whether every bound of the piece by itself can be kept within the reach."""
    ranges = ((_range(b.expression, box), b) for b in piece.bounds)
    return all(low <= b.upper + _slack(box) and high >= b.lower - _slack(box) for (low, high), b in ranges)


def _slack(box: Box) -> float:
    return CLOSE * (1.0 + 4 * max(map(abs, box)))


def _range(expression: Affine, box: Box) -> tuple[float, float]:
    """Least and most of an expression within the reach."""
    ends = [sorted((slope * low, slope * high)) for slope, low, high in zip(expression.slopes, box[::2], box[1::2], strict=True)]
    return expression.constant + sum(low for low, _ in ends), expression.constant + sum(high for _, high in ends)


def _crossings(lines: np.ndarray, group: float) -> np.ndarray:
    """Where two lines cross, where no sale moves the group."""
    normal, level = lines[:, :2], lines[:, 3] - group * lines[:, 2]
    first, second = np.triu_indices(len(lines), 1)
    determinant = normal[first, 0] * normal[second, 1] - normal[first, 1] * normal[second, 0]
    cross = np.abs(determinant) > CLOSE
    first, second, determinant = first[cross], second[cross], determinant[cross]
    return np.column_stack(
        (
            (level[first] * normal[second, 1] - level[second] * normal[first, 1]) / determinant,
            (normal[first, 0] * level[second] - normal[second, 0] * level[first]) / determinant,
            np.full(len(first), group),
        )
    )


def _crossings_of_three(planes: np.ndarray) -> np.ndarray:
    """Where three planes cross."""
    planes = np.unique(planes, axis=0)
    chosen = np.array(list(combinations(range(len(planes)), 3)))
    normal, level = planes[:, :3][chosen], planes[:, 3][chosen]
    cross = np.abs(np.linalg.det(normal)) > CLOSE
    return np.linalg.solve(normal[cross], level[cross][:, :, None])[:, :, 0]


def _lines(piece: Piece, box: Box) -> list[tuple[float, float, float, float]]:
    """Normal and level of the ends of the reach, and of every edge and bend that meets it."""
    found = [_line(axis, end) for n, axis in enumerate(AXES) for end in box[2 * n : 2 * n + 2]]
    for bound in piece.bounds:
        found += [_line(bound.expression, side) for side in (bound.lower, bound.upper) if _reached(bound.expression, side, box)]
    for argument, parts in piece.parts:
        found += [_line(argument, bend) for bend in _bends(parts) if _reached(argument, bend, box)]
    return [line for line in found if any(line[:3])]


def _bends(lines: tuple[Line, ...]) -> Iterator[float]:
    """Where the maximum of the lines bends."""
    slopes, intercepts = (np.array([getattr(line, name) for line in lines]) for name in ("slope", "intercept"))
    for one, other in combinations(sorted(lines, key=lambda line: line.slope), 2):
        if other.slope > one.slope:
            at = (one.intercept - other.intercept) / (other.slope - one.slope)
            here = one.intercept + one.slope * at
            if here >= float((intercepts + slopes * at).max()) - CLOSE * (1.0 + abs(here)):
                yield at


def _reached(expression: Affine, value: float, box: Box) -> bool:
    low, high = _range(expression, box)
    return low - _slack(box) <= value <= high + _slack(box)


def _line(expression: Affine, value: float) -> tuple[float, float, float, float]:
    return *expression.slopes, value - expression.constant


def _inside(points: np.ndarray, piece: Piece, box: Box) -> np.ndarray:
    slack = EDGE * (1.0 + np.abs(points).sum(axis=1) + max(map(abs, box)))
    inside = np.ones(len(points), dtype=bool)
    for axis in range(3):
        inside &= (points[:, axis] >= box[2 * axis] - slack) & (points[:, axis] <= box[2 * axis + 1] + slack)
    for bound in piece.bounds:
        value = _at(bound.expression, points)
        inside &= (value >= bound.lower - slack) & (value <= bound.upper + slack)
    return inside


def _at(expression: Affine, points: np.ndarray) -> np.ndarray:
    return expression.constant + points @ np.array(expression.slopes)
