"""Rate schedules as lines: a convex schedule is the maximum of its tiers' lines."""

from collections.abc import Iterator
from itertools import pairwise

from taxlots.decisions.piece import INFINITY, Line
from taxlots.tax.schedule import Schedule, Tiers


def lines_of(tiers: Tiers) -> tuple[Line, ...]:
    """The lines of which a convex rate schedule is the maximum; 0 below no income."""
    lines = [Line(0.0, 0.0)]
    lower = height = 0.0
    for upper, rate in tiers:
        lines.append(Line(float(rate), height - float(rate) * lower))
        if upper is not None:
            height += (float(upper) - lower) * float(rate)
            lower = float(upper)
    return tuple(lines)


def difference(schedule: Schedule) -> Iterator[tuple[float, float, tuple[Line, ...]]]:
    """H between the breakpoints of the preferential rates: interval and lines, on which H is convex."""
    edges = sorted({float(upper) for tiers in (schedule.ordinary, schedule.preferential) for upper, _ in tiers if upper is not None})
    breaks = [-INFINITY, *(float(upper) for upper, _ in schedule.preferential if upper is not None), INFINITY]
    segments = []
    height = 0.0
    for low, high in pairwise([0.0, *edges, INFINITY]):
        slope = _rate_at(schedule.ordinary, low) - _rate_at(schedule.preferential, low)
        segments.append((low, Line(slope, height - slope * low)))
        height += slope * (high - low) if high < INFINITY else 0.0
    for low, high in pairwise(breaks):
        lines = [line for start, line in segments if low <= start < high]
        yield low, high, (Line(0.0, 0.0), *lines) if low == -INFINITY else tuple(lines)


def _rate_at(tiers: Tiers, income: float) -> float:
    """Rate on the next dollar above an income."""
    return next(float(rate) for upper, rate in tiers if upper is None or income < float(upper))


def height(lines: tuple[Line, ...], income: float) -> float:
    """The maximum of lines at an income."""
    return max(line.intercept + line.slope * income for line in lines)
