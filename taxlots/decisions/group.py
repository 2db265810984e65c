"""The 28 % group (gain on collectibles) in the pieces of the tax: 26 USC 1(h)(4), (5); Schedule D Tax Worksheet.

With y the ordinary income, k the group's part of the net capital gain P, and F = P - k + Q the favoured rest, income stands in the order
y, k, F. Let T be the top of the last bracket below 25 % and u = y + k. The group fills the ordinary brackets up to T; the rest of it is
taxed at 28 % and takes room of the 0 % tier only (26 USC 1(h)(1)(B), (C)). So with T_ord, R and H = T_ord - R as in `regions`, the tax at
preferential rates is, between the breakpoints of H,

    u <= T        H(u) + R(u + F)
    y <= T <= u   T_ord(T) + 28 % of (u - T) + R(T + F) - R(T)
    y >= T        H(y) + 28 % of k + R(y + F)

which in each is convex. R bends once below T and once above: all three agree where they meet.

Sales of collectibles move k. Then k is at least that of the least group that they can leave, and the tax at least that of this group
with H never falling (it falls for some dollars above the 0 % edge, where ordinary income pays less): more gain in the group, with P
the same, costs nowhere less than that.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from taxlots.decisions.piece import INFINITY, Affine, Bound, Line
from taxlots.decisions.rate_lines import difference, height, lines_of, rising
from taxlots.tax.schedule import Schedule

Parts = tuple[tuple[Affine, tuple[Line, ...]], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`most`: collectibles less the long-term carryover, US dollars: the group before a short-term loss. `least`: sales can only add."""

    most: float
    least: bool = False

    def shares(self, ordinary: Affine, gain: Affine) -> Iterator[tuple[str, tuple[Bound, ...], Affine]]:
        """The group's part k of a net capital gain that is above 0: name, where it holds, and k = min(P, max(0, most + min(0, Gs)))."""
        short, long = Affine(short=1.0), Affine(long=1.0)
        if self.most <= 0:
            yield "", (), Affine()
        elif ordinary == short:  # both are gains: P = Gl
            yield f"{GROUP} all of it", (Bound(long, -INFINITY, self.most),), gain
            yield f"{GROUP} part of it", (Bound(long, self.most, INFINITY),), Affine(self.most)
        else:  # P = Gs + Gl, and the short-term loss takes from the group first
            loss = Bound(short, -self.most, INFINITY)
            yield f"{GROUP} lost", (Bound(short, -INFINITY, -self.most),), Affine()
            yield f"{GROUP} all of it", (loss, Bound(long, -INFINITY, self.most)), gain
            yield f"{GROUP} part of it", (loss, Bound(long, self.most, INFINITY)), Affine(self.most, short=1.0)


GROUP = ", the 28 % group"


def layered(schedule: Schedule, layers: tuple[Affine, Affine, Affine], *, least: bool) -> Iterator[tuple[str, tuple[Bound, ...], Parts]]:
    """The tax at preferential rates on (y, k, F) by cells: name, bounds and parts. `least`: of at least so large a group."""
    ordinary, group, favoured = layers
    top, rate = float(schedule.collectibles_top), float(schedule.collectibles_rate)
    below, tiers = ordinary.plus(group), lines_of(schedule.preferential)
    for low, high, lines in rising(schedule) if least else difference(schedule):
        if low < top:
            within = Bound(below, low, min(high, top))
            yield f"other income and the group {span(low, min(high, top))}", (within,), ((below, lines), (below.plus(favoured), tiers))
        if high > top:
            within = Bound(ordinary, max(low, top), high)
            parts = ((ordinary, lines), (group, (Line(rate, 0.0),)), (ordinary.plus(favoured), tiers))
            yield f"other income {span(max(low, top), high)}", (within,), parts
    if group != Affine():
        begun = height(lines_of(schedule.ordinary), top) - height(tiers, top)
        bounds = (Bound(below, top, INFINITY), Bound(ordinary, -INFINITY, top))
        yield f"the group above {top:,.0f}", bounds, ((below, (Line(rate, begun - rate * top),)), (Affine(top).plus(favoured), tiers))


def span(low: float, high: float) -> str:
    """An interval of income in words."""
    return f"from {low:,.0f} to {high:,.0f}"
