"""What the price table lacks, told once per asset: the rows concerned and the exact lines to add; and swaps whose sides disagree."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from taxlots.exact import plain
from taxlots.importers.records import Source, Transaction
from taxlots.prices import PriceTable, Quote
from taxlots.problems import Problem, problem

_PLACES, _LINES = 5, 10  # as many places and lines as a message shows
Leg = tuple[Decimal, str]


@dataclass(slots=True)
class _Rows:
    """The rows of one finding about one asset. `needed` is what had to be valued, by the price of the asset."""

    rows: list[tuple[datetime, Source, str]] = field(default_factory=list)
    worst: int = 0
    needed: set[str] = field(default_factory=set)

    def first(self) -> tuple[datetime, Source, str]:
        return min(self.rows)

    def span(self) -> str:
        """When and where: one moment, or how many rows from when to when."""
        listed = sorted(self.rows)
        times = [time for time, _, _ in listed]
        places = [f"{file}:{row}" for file, row in dict.fromkeys(source for _, source, _ in listed)]
        if len(places) == 1:
            return f"{times[0]:%Y-%m-%d %H:%M} UTC"
        shown = ", ".join(places[:_PLACES]) + (f" and {len(places) - _PLACES} more" if len(places) > _PLACES else "")
        return f"{len(places)} rows, {times[0]:%Y-%m-%d %H:%M} to {times[-1]:%Y-%m-%d %H:%M} UTC ({shown})"


class Findings:
    """Collects what is missing, old or contradictory while rows are valued."""

    def __init__(self, prices: PriceTable) -> None:
        """`prices` is the table that values are looked up in."""
        self.prices = prices
        self._missing: dict[str, _Rows] = defaultdict(_Rows)
        self._old: dict[str, _Rows] = defaultdict(_Rows)
        self._apart: dict[tuple[str, str], _Rows] = defaultdict(_Rows)
        self.last: str | None = None

    def lack(self, asset: str, time: datetime, what: str, source: Source) -> None:
        """`what` needs a price of the asset at that time, and there is none; `last` is whose price it is that lacks."""
        self.last = self.prices.lacking(asset, time)
        found = self._missing[self.last]
        found.rows.append((time, source, f"{what} counts as 0"))
        found.needed.add(asset)

    def old(self, t: Transaction, asset: str, quote: Quote) -> None:
        """The price used for the row is more than a day away."""
        found = self._old[asset]
        found.rows.append((t.time, t.sources[0], ""))
        found.worst = max(found.worst, quote.away.days)

    def disagree(self, t: Transaction, counted: tuple[Leg, Decimal], other: tuple[Leg, Decimal]) -> None:
        """The two sides of the row have prices that are too far apart; the first is the one that counts."""
        found = self._apart[counted[0][1], other[0][1]]
        told = [f"{plain(leg[0])} {leg[1]} are worth {plain(value)} {self.prices.home}" for leg, value in (counted, other)]
        found.rows.append((t.time, t.sources[0], f"{told[0]} and count, {told[1]}"))

    def missing(self) -> list[tuple[datetime, str]]:
        """Times and assets without a price."""
        return [(time, asset) for asset, found in self._missing.items() for time, _, _ in found.rows]

    def problems(self) -> Iterator[Problem]:
        """One per asset (or pair of assets), at its first row."""
        for asset, found in self._missing.items():
            yield self._lacking(asset, found)
        for asset, found in self._old.items():
            message = f"the nearest price of {asset} is up to {found.worst} days away from {found.span()}"
            yield _at_first("PRICE_STALE", found, message, self._lines(asset, found))
        for found in self._apart.values():
            message = f"{found.first()[2]}; {found.span()}"
            yield _at_first("PRICE_DISAGREES", found, message, None)

    def _lacking(self, asset: str, found: _Rows) -> Problem:
        days = self.prices.usable.days
        limit = "a week" if days == 7 else f"{days} days"
        others = sorted(found.needed - {asset})
        effect = found.first()[2] if len(found.rows) == 1 else "each counts as 0"
        needed = f" (which {', '.join(others)} is priced in)" if others else ""
        message = f"no {self.prices.home} price of {asset}{needed} within {limit} of {found.span()}; {effect}"
        return _at_first("PRICE_MISSING", found, message, self._lines(asset, found))

    def _lines(self, asset: str, found: _Rows) -> str:
        """The lines of prices.csv that would fill the gap."""
        times = sorted({time for time, _, _ in found.rows})
        lines = [f"{time:%Y-%m-%dT%H:%M:%SZ},{asset},<price>,{self.prices.home},<source>" for time in times[:_LINES]]
        rest = f"\nand {len(times) - _LINES} more: `taxlots check --templates FOLDER` writes a line for each day" if times[_LINES:] else ""
        return "Add to prices.csv: " + "\n".join(lines) + rest


def _at_first(code: str, found: _Rows, message: str, hint: str | None) -> Problem:
    file, row = found.first()[1]
    return problem(code, message, hint, file=file, row=row)
