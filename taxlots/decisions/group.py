"""The 28 % group (gain on collectibles) in the pieces of the tax: 26 USC 1(h)(4), (5); Schedule D Tax Worksheet.

With y the ordinary income, k the group's part of the net capital gain P, and F = P - k + Q the favoured rest, income stands in the order
y, k, F. Let T be the top of the last bracket below 25 % and u = y + k. The group fills the ordinary brackets up to T; the rest of it is
taxed at 28 % and takes room of the 0 % tier only (26 USC 1(h)(1)(B), (C)). So with T_ord, R and H = T_ord - R as in `regions`, the tax at
preferential rates is, between the breakpoints of H,

    u <= T        H(u) + R(u + F)
    y <= T <= u   T_ord(T) + 28 % of (u - T) + R(T + F) - R(T)
    y >= T        H(y) + 28 % of k + R(y + F)

which in each is convex. R bends once below T and once above: all three agree where they meet.

Sales of collectibles move the group before a short-term loss: then it is a third net beside Gs and Gl, in which all of this is affine.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from taxlots.decisions.piece import INFINITY, Affine, Bound, Line
from taxlots.decisions.rate_lines import difference, height, lines_of
from taxlots.tax.schedule import Schedule

Parts = tuple[tuple[Affine, tuple[Line, ...]], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`most`: collectibles less the long-term carryover, US dollars: the group before a short-term loss. `sold`: sales move it."""

    most: float
    sold: bool = False

    @property
    def net(self) -> Affine:
        """The group before a short-term loss, after sales."""
        return Affine(group=1.0) if self.sold else Affine(self.most)

    def shares(self, ordinary: Affine, gain: Affine) -> Iterator[tuple[str, tuple[Bound, ...], Affine]]:
        """The group's part k of a net capital gain that is above 0: name, where it holds, and k = min(P, max(0, most + min(0, Gs)))."""
        left = self.net if ordinary == Affine(short=1.0) else self.net.plus(Affine(short=1.0))  # a short-term loss takes from it first
        beyond = Affine(long=1.0).plus(self.net, -1.0)
        if self.most <= 0 and not self.sold:
            yield "", (), Affine()
            return
        yield f"{GROUP} lost", (Bound(left, -INFINITY, 0.0),), Affine()
        yield f"{GROUP} all of it", (Bound(left, 0.0, INFINITY), Bound(beyond, -INFINITY, 0.0)), gain
        yield f"{GROUP} part of it", (Bound(left, 0.0, INFINITY), Bound(beyond, 0.0, INFINITY)), left


GROUP = ", the 28 % group"


def layered(schedule: Schedule, layers: tuple[Affine, Affine, Affine]) -> Iterator[tuple[str, tuple[Bound, ...], Parts]]:
    """The tax at preferential rates on (y, k, F) by cells: name, bounds and parts."""
    ordinary, group, favoured = layers
    top, rate = float(schedule.collectibles_top), float(schedule.collectibles_rate)
    below, tiers = ordinary.plus(group), lines_of(schedule.preferential)
    for low, high, lines in difference(schedule):
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
