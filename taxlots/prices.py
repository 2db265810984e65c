"""The price table: what a unit was worth at a time, in the home currency, and where that figure comes from.

A price holds from its time on. The last one within a day before the event is used, else the nearest one, before or after it; more
than a day away it is stale, beyond the limit (a week, if nothing else is set) it is no price of that event.

A price in another asset or currency is converted by that one's own price at the same time (Notice 2014-21, Q&A 5: a chain of
conversions in a reasonable, consistently applied manner). Of several chains a fresh one comes before a stale one, then the one with the
fewest links, then the one with the nearest prices. Rates between two national currencies hold in both directions.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from taxlots.exact import CONTEXT
from taxlots.kinds import is_fiat

FRESH = timedelta(days=1)
USABLE = timedelta(days=7)
MOST_LINKS = 4


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
    """A price found for a time: how far away it was, the number of prices that it was multiplied from, and its source in words."""

    price: Decimal
    away: timedelta
    source: str
    links: int = 1

    @property
    def stale(self) -> bool:
        """More than a day from the asked time."""
        return self.away > FRESH


_ONE = Quote(Decimal(1), timedelta(0), "home currency", 0)


@dataclass(slots=True)
class _Series:
    """Prices of one asset in one currency, by time."""

    points: dict[datetime, PricePoint] = field(default_factory=dict)
    times: list[datetime] = field(default_factory=list)

    def last(self, time: datetime) -> PricePoint | None:
        """The last price at or before the time, however old."""
        index = bisect_right(self.times, time)
        return self.points[self.times[index - 1]] if index else None

    def nearest(self, time: datetime, usable: timedelta) -> PricePoint | None:
        """The last price within a day before the time, else the nearest within the limit."""
        index = bisect_right(self.times, time)
        around = [self.points[t] for t in self.times[max(0, index - 1) : index + 1]]
        near = [p for p in around if abs(p.time - time) <= usable]
        fresh_before = [p for p in near if p.time <= time and time - p.time <= FRESH]
        return fresh_before[0] if fresh_before else min(near, key=lambda p: abs(p.time - time), default=None)


_Find = Callable[[_Series], PricePoint | None]


class PriceTable:
    """Prices by asset and currency. `home` is the currency of every answer."""

    def __init__(
        self, points: Iterable[PricePoint] = (), home: str = "USD", usable: timedelta = USABLE, par: Mapping[str, str] | None = None
    ) -> None:
        """Of two points of one asset, currency and time the later line counts.

        `usable` is how far away a price may be. `par` maps assets to the currency that a unit is taken to be worth one of, where the
        table has no price of its own: the person's choice for stablecoins, which the source of a value then names.
        """
        self.home, self.usable, self.par = home, usable, par or {}
        self._series: dict[str, dict[str, _Series]] = {}
        listed = list(points)
        for point in (*(inverse for one in listed if (inverse := _inverse(one))), *listed):
            series = self._series.setdefault(point.asset, {}).setdefault(point.currency, _Series())
            series.points[point.time] = point
        for by_currency in self._series.values():
            for series in by_currency.values():
                series.times = sorted(series.points)

    def __contains__(self, asset: str) -> bool:
        """Whether there is any price of the asset."""
        return asset == self.home or asset in self._series or asset in self.par

    def at(self, asset: str, time: datetime) -> Quote | None:
        """The price of a unit at that time in the home currency; None where no chain of prices within the limit leads there."""
        direct = self._series.get(asset, {}).get(self.home)
        point = direct.nearest(time, self.usable) if direct else None
        if point and abs(point.time - time) <= FRESH:
            return Quote(point.price, abs(point.time - time), point.source)
        found = self._chains(asset, time, lambda series: series.nearest(time, self.usable), frozenset())
        return min(found, key=lambda quote: (quote.stale, quote.links, quote.away), default=None)

    def latest(self, asset: str, time: datetime) -> Quote | None:
        """The last price at or before the time, however old: for holdings, whose report says the age. Of several, the freshest."""
        found = self._chains(asset, time, lambda series: series.last(time), frozenset())
        return min(found, key=lambda quote: (quote.away, quote.links), default=None)

    def highest(self, asset: str, until: datetime) -> Decimal | None:
        """The highest price of a unit up to a time, in the home currency; None where there is none."""
        times = {time for series in self._series.get(asset, {}).values() for time in series.times if time <= until}
        quotes = (self.at(asset, time) for time in sorted(times))
        return max((quote.price for quote in quotes if quote is not None), default=None)

    def daily(self, asset: str, since: datetime, until: datetime) -> dict[date, Decimal]:
        """The last price of each day of UTC between two times, as far as the table has it in the home currency itself."""
        series = self._series.get(asset, {}).get(self.home)
        if series is None:
            return {}
        return {time.astimezone(UTC).date(): series.points[time].price for time in series.times if since <= time <= until}

    def last_time(self, until: datetime) -> datetime | None:
        """When the last price of any asset was set, up to a time; None where there is none."""
        series = (one for by_currency in self._series.values() for one in by_currency.values())
        return max((point.time for one in series if (point := one.last(until))), default=None)

    def lacking(self, asset: str, time: datetime) -> str:
        """Whose price is missing where `at` finds none: the asset's own, or that of the last currency its chain leads to."""
        seen = {asset}
        while True:
            series = self._series.get(asset, {})
            priced = [c for c in series if c not in seen and series[c].nearest(time, self.usable)]
            if not priced:
                return asset
            asset = next((currency for currency in priced if is_fiat(currency)), priced[0])
            seen.add(asset)

    def _chains(self, asset: str, time: datetime, find: _Find, path: frozenset[str]) -> list[Quote]:
        """Every way to a price in the home currency, by currencies that are not on the path already."""
        if asset == self.home:
            return [_ONE]
        if len(path) == MOST_LINKS:
            return []
        further = path | {asset}
        found = []
        for currency, series in self._series.get(asset, {}).items():
            point = find(series) if currency not in path else None
            if point:
                found += [_joined(point, rate, time) for rate in self._chains(currency, time, find, further)]
        if not found and asset in self.par and self.par[asset] not in path:
            found = [_at_par(asset, self.par[asset], rate) for rate in self._chains(self.par[asset], time, find, further)]
        return found


def _joined(point: PricePoint, rate: Quote, time: datetime) -> Quote:
    away = max(abs(point.time - time), rate.away)
    if not rate.links:
        return Quote(point.price, away, point.source)
    source = f"{point.asset} in {point.currency} by {point.source}, {point.currency} by {rate.source}"
    return Quote(CONTEXT.multiply(point.price, rate.price), away, source, rate.links + 1)


def _at_par(asset: str, currency: str, rate: Quote) -> Quote:
    source = f'{asset} taken at par with {currency} ([prices] stablecoins = "par")'
    return Quote(rate.price, rate.away, source if not rate.links else f"{source}, {currency} by {rate.source}", rate.links + 1)


def _inverse(point: PricePoint) -> PricePoint | None:
    """The same exchange rate told the other way round; None for anything but two national currencies."""
    if not (is_fiat(point.asset) and is_fiat(point.currency)) or point.price <= 0:
        return None
    price = CONTEXT.divide(Decimal(1), point.price)
    return replace(point, asset=point.currency, currency=point.asset, price=price, source=f"{point.source}, inverted")
