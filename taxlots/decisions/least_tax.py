"""Which units of an asset to sell so that the year's tax is least: searched with a bound, so that the answer is proven.

The tax of the year depends on the lots sold only through the short-term and the long-term gain, and it never falls when either of them
rises. So among lots of one term those with the highest unit basis come first, whatever the netting does, and all that is open is
how many of the units are long-term. On that one number the search branches: over a span of it no choice costs less than the tax on
the least short-term gain and the least long-term gain that occur in the span. Spans that can't beat the best choice found are left; a span
within one lot of each term, on which both gains are linear, is followed from corner to corner of the law.
"""

import heapq
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import count, pairwise

from taxlots import exact
from taxlots.decisions.further_gains import ZERO, FurtherGains
from taxlots.decisions.policies import LOT_STEP, highest_basis
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.score import sale
from taxlots.tax.kinks import corners
from taxlots.tax.liability import Computed
from taxlots.tax.states import StateSchedule

Measure = Callable[[Decimal, Decimal], Decimal]
_CLOSE = Decimal("1e-9")
_CORNERS = 1000
_DEPTH = 40
_FINEST = Decimal(1).scaleb(-exact.DECIMALS)


class Curve:
    """The gain of selling so many units of lots of one term, highest unit basis first."""

    def __init__(self, portfolio: Portfolio, lots: Sequence[HeldLot]) -> None:
        """Sort the lots and add them up."""
        self.lots = sorted(lots, key=highest_basis)
        self.ends, self.gains, self.least_at = [ZERO], [ZERO], ZERO
        with exact.exactly():
            for lot in self.lots:
                gain = sale(portfolio, lot, lot.quantity).gain
                self.ends.append(self.ends[-1] + lot.quantity)
                self.gains.append(self.gains[-1] + gain)
                if gain <= 0:
                    self.least_at = self.ends[-1]

    @property
    def units(self) -> Decimal:
        """All units."""
        return self.ends[-1]

    def gain(self, quantity: Decimal) -> Decimal:
        """Gain of the first units."""
        place = min(bisect_right(self.ends, quantity), len(self.lots)) - 1
        if place < 0:
            return ZERO
        part = (quantity - self.ends[place]) / self.lots[place].quantity
        return self.gains[place] + (self.gains[place + 1] - self.gains[place]) * part

    def least(self, low: Decimal, high: Decimal) -> Decimal:
        """The least gain of any number of units from `low` to `high`: it falls over the losses and rises after them."""
        return self.gain(min(max(self.least_at, low), high))

    def pieces(self, quantity: Decimal) -> list[tuple[HeldLot, Decimal]]:
        """The first units, by lot."""
        taken = []
        for lot, start in zip(self.lots, self.ends, strict=False):
            if start >= quantity:
                break
            taken.append((lot, min(lot.quantity, quantity - start)))
        return taken


@dataclass(frozen=True, slots=True)
class Split:
    """How many of the units are short-term and long-term, what that measures, and what no choice stays below."""

    short: Decimal
    long: Decimal
    value: Decimal
    bound: Decimal


@dataclass(frozen=True, slots=True)
class Stock:
    """What can be sold: both curves, and the tax that their gains make."""

    short: Curve
    long: Curve
    year: FurtherGains

    @property
    def units(self) -> Decimal:
        """All units."""
        return exact.CONTEXT.add(self.short.units, self.long.units)


def stock(portfolio: Portfolio, lots: Sequence[HeldLot]) -> Stock:
    """The curves of lots of one asset."""
    collectible = any(lot.asset_class == "collectible" for lot in lots)
    year = FurtherGains(portfolio.position, portfolio.rulebook, collectible=collectible)
    short, long = ([lot for lot in lots if lot.term == term] for term in ("short", "long"))
    return Stock(Curve(portfolio, short), Curve(portfolio, long), year)


def least(held: Stock, quantity: Decimal, measure: Measure, enough: Decimal | None = None) -> Split:
    """The split of `quantity` units with the least measure; or the first one found that measures no more than `enough`.

    `measure` is a function of further short-term and long-term gain that never falls when either rises, such as the year's tax.
    """
    with exact.exactly():
        return _Search(held, quantity, measure).run(enough)


class _Search:
    """Branch and bound over the number of long-term units."""

    def __init__(self, held: Stock, quantity: Decimal, measure: Measure) -> None:
        self.held, self.quantity, self.measure = held, quantity, measure
        low, high = max(ZERO, quantity - held.short.units), min(held.long.units, quantity)
        inside = {end for end in (*held.long.ends, *(quantity - end for end in held.short.ends)) if low < end < high}
        self.breaks = [low, *sorted(inside), *([high] if high > low else [])]
        self.best, self.value = low, self.at(low)

    def at(self, long: Decimal) -> Decimal:
        """The measure with so many long-term units."""
        return self.measure(self.held.short.gain(self.quantity - long), self.held.long.gain(long))

    def bound(self, low: Decimal, high: Decimal) -> Decimal:
        """What no number of long-term units from `low` to `high` stays below."""
        short = self.held.short.least(self.quantity - high, self.quantity - low)
        return self.measure(short, self.held.long.least(low, high))

    def consider(self, long: Decimal) -> Decimal:
        value = self.at(long)
        if value < self.value:
            self.best, self.value = long, value
        return value

    def run(self, enough: Decimal | None) -> Split:
        last = len(self.breaks) - 1
        self.consider(self.breaks[last])
        number = count()
        spans: list[tuple[Decimal, int, int, int]] = []

        def add(first: int, end: int) -> None:
            limit = self.bound(self.breaks[first], self.breaks[end])
            if end > first and limit < self.value:
                heapq.heappush(spans, (limit, next(number), first, end))

        add(0, last)
        while spans and spans[0][0] < self.value and (enough is None or self.value > enough):
            _, _, first, end = heapq.heappop(spans)
            if end - first == 1:
                self._within(self.breaks[first], self.breaks[end])
                continue
            middle = (first + end) // 2
            self.consider(self.breaks[middle])
            add(first, middle)
            add(middle, end)
        return self._answer()

    def _within(self, low: Decimal, high: Decimal) -> None:
        """Follow the span from corner to corner; where the measure is not straight between two, halve."""
        short, long = self.held.short, self.held.long
        start = short.gain(self.quantity - low), long.gain(low)
        end = short.gain(self.quantity - high), long.gain(high)
        change = tuple(there - here for here, there in zip(start, end, strict=True))
        size = max(abs(part) for part in change)
        if not size:
            return
        year = self.held.year

        def way(dollars: Decimal) -> tuple[Computed, StateSchedule | None]:
            moved = (here + part * dollars / size for here, part in zip(start, change, strict=True))
            return year.computed(*moved), year.state

        places = [low + (high - low) * corner.dollars / size for corner in corners(way, size, _CORNERS)]
        measured = [(place, self.consider(place)) for place in (*places, high)]
        for one, other in pairwise(measured):
            self._straight(one, other, _DEPTH)

    def _straight(self, one: tuple[Decimal, Decimal], other: tuple[Decimal, Decimal], depth: int) -> None:
        if not depth or self.bound(one[0], other[0]) >= self.value:
            return
        middle = (one[0] + other[0]) / 2
        value = self.consider(middle)
        if abs(value - (one[1] + other[1]) / 2) > _CLOSE:
            self._straight(one, (middle, value), depth - 1)
            self._straight((middle, value), other, depth - 1)

    def _answer(self) -> Split:
        """The best choice in units that can be traded; the bound stays that of the choice before rounding."""
        bound, long = self.value, self.best
        if long != long.quantize(_FINEST):
            low, high = self.breaks[0], self.breaks[-1]
            steps = [long.quantize(LOT_STEP, way) for way in (ROUND_FLOOR, ROUND_CEILING)]
            long = min((place for place in (*steps, low, high) if low <= place <= high), key=self.at)
        value = self.at(long)
        return Split(self.quantity - long, long, value, min(bound, value))
