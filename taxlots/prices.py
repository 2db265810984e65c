"""The price table: what a unit was worth at a time, in the home currency, and where that figure comes from.

A price holds from its time on. The last one within a day before the event is used, else the nearest one, before or after it; more
than a day away it is stale, more than a week away it is no price of that event. A price in another currency is converted with that
currency's own price at the same time (Notice 2014-21, Q&A 5: a chain of conversions in a reasonable, consistently applied manner).
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from taxlots.exact import CONTEXT

FRESH = timedelta(days=1)
USABLE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PricePoint:
    """One line of the table: price of one unit of `asset` in `currency` from `time` on."""

    time: datetime
    asset: str
    price: Decimal
    currency: str
    source: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A price found for a time: how far away it was, and its source in words."""

    price: Decimal
    away: timedelta
    source: str

    @property
    def stale(self) -> bool:
        """More than a day from the asked time."""
        return self.away > FRESH


class PriceTable:
    """Prices by asset, sorted by time. `home` is the currency of every answer."""

    def __init__(self, points: Iterable[PricePoint] = (), home: str = "USD") -> None:
        """Of two points of one asset at one time the later line counts."""
        self.home = home
        self._series: dict[str, dict[datetime, PricePoint]] = {}
        for point in points:
            self._series.setdefault(point.asset, {})[point.time] = point
        self._times = {asset: sorted(series) for asset, series in self._series.items()}

    def __contains__(self, asset: str) -> bool:
        """Whether there is any price of the asset."""
        return asset == self.home or asset in self._series

    def at(self, asset: str, time: datetime) -> Quote | None:
        """The price of a unit at that time in the home currency; None where no price lies within a week."""
        return self._quote(asset, time, USABLE, frozenset())

    def latest(self, asset: str, time: datetime) -> Quote | None:
        """The last price at or before the time, however old: for holdings, whose report says the age."""
        if asset == self.home:
            return self._one()
        times = self._times.get(asset, [])
        index = bisect_right(times, time)
        if not index:
            return None
        point = self._series[asset][times[index - 1]]
        return self._converted(point, time, timedelta.max, frozenset({asset}))

    def highest(self, asset: str, until: datetime) -> Decimal | None:
        """The highest price of a unit up to a time, in the home currency; None where there is none."""
        times = self._times.get(asset, [])
        quotes = (self.at(asset, time) for time in times[: bisect_right(times, until)])
        return max((quote.price for quote in quotes if quote is not None), default=None)

    def _one(self) -> Quote:
        return Quote(Decimal(1), timedelta(0), "home currency")

    def _quote(self, asset: str, time: datetime, usable: timedelta, path: frozenset[str]) -> Quote | None:
        if asset == self.home:
            return self._one()
        if asset in path:
            return None
        point = self._nearest(asset, time, usable)
        return self._converted(point, time, usable, path | {asset}) if point else None

    def _nearest(self, asset: str, time: datetime, usable: timedelta) -> PricePoint | None:
        times = self._times.get(asset, [])
        index = bisect_right(times, time)
        around = [self._series[asset][t] for t in times[max(0, index - 1) : index + 1]]
        near = [p for p in around if abs(p.time - time) <= usable]
        fresh_before = [p for p in near if p.time <= time and time - p.time <= FRESH]
        return fresh_before[0] if fresh_before else min(near, key=lambda p: abs(p.time - time), default=None)

    def _converted(self, point: PricePoint, time: datetime, usable: timedelta, path: frozenset[str]) -> Quote | None:
        rate = self._quote(point.currency, time, usable, path)
        if rate is None:
            return None
        source = point.source if point.currency == self.home else f"{point.source}, {point.currency} by {rate.source}"
        return Quote(CONTEXT.multiply(point.price, rate.price), max(abs(point.time - time), rate.away), source)
