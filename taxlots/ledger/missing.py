"""What the price table lacks, told once per asset: the rows concerned and the exact lines to add; and swaps whose sides disagree."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice

import numpy as np

from taxlots.exact import plain
from taxlots.importers.records import Source, Transaction
from taxlots.prices import PriceTable, Quote
from taxlots.problems import Problem, problem

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = EPOCH.date()
_MICROSECOND = timedelta(microseconds=1)
_SECOND, _DAY = 10**6, 86_400 * 10**6  # in microseconds
_PLACES, _LINES = 5, 10  # as many places and lines as a message shows
_EARLY = 4 * _PLACES  # rows that hold so many places, unless rows are told many times
_ROW_BITS = 40
Leg = tuple[Decimal, str]


@dataclass(frozen=True, slots=True)
class Places:
    """Rows as columns: times in microseconds UTC, and of each its file (an index into `names`) and row."""

    times: np.ndarray
    names: Sequence[str]
    files: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, listed: Sequence[tuple[datetime, Source, str]]) -> "Places":
        """Of rows told one by one."""
        names = list(dict.fromkeys(file for _, (file, _), _ in listed))
        times = [(time - EPOCH) // _MICROSECOND for time, _, _ in listed]
        files = [names.index(file) for _, (file, _), _ in listed]
        return cls(np.array(times, np.int64), names, np.array(files, np.int64), np.array([row for _, (_, row), _ in listed], np.int64))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a message says of its rows: the different times in order, the first few places, and how many places there are."""

    times: np.ndarray
    places: list[Source]
    count: int

    def span(self) -> str:
        """When and where: one moment, or how many rows from when to when."""
        first, last = (f"{EPOCH + int(time) * _MICROSECOND:%Y-%m-%d %H:%M}" for time in self.times[[0, -1]])
        if self.count == 1:
            return f"{first} UTC"
        shown = ", ".join(f"{file}:{row}" for file, row in self.places)
        more = f" and {self.count - len(self.places)} more" if self.count > len(self.places) else ""
        return f"{self.count} rows, {first} to {last} UTC ({shown}{more})"


@dataclass(slots=True)
class _Rows:
    """The rows of one finding about one asset, told one by one or as columns. `needed` is what had to be valued by the asset's price."""

    single: list[tuple[datetime, Source, str]] = field(default_factory=list)
    many: list[Places] = field(default_factory=list)
    worst: int = 0
    needed: set[str] = field(default_factory=set)

    def told(self) -> _Told:
        parts = [*self.many, Places.of(self.single)]
        names = sorted({name for part in parts for name in part.names})
        rank = {name: number for number, name in enumerate(names)}
        files = np.concatenate([np.array([rank[name] for name in part.names], np.int64)[part.files] for part in parts])
        times, rows = np.concatenate([part.times for part in parts]), np.concatenate([part.rows for part in parts])
        keys = files << _ROW_BITS | rows
        count = len(_distinct(keys))
        early = np.flatnonzero(times <= np.sort(times)[min(_EARLY, len(times) - 1)])
        early = early if len(_distinct(keys[early])) >= min(_PLACES, count) else np.arange(len(times))
        order = early[np.lexsort((keys[early], times[early]))]
        places = dict.fromkeys(zip(files[order].tolist(), rows[order].tolist(), strict=True))
        return _Told(_distinct(times), [(names[file], row) for file, row in islice(places, _PLACES)], count)

    def times(self) -> np.ndarray:
        return np.concatenate([part.times for part in (*self.many, Places.of(self.single))])

    def effect(self) -> str:
        """Of one row what becomes of it, of several that of the earliest one told by itself."""
        return min(self.single)[2]


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
        found.single.append((time, source, f"{what} counts as 0"))
        found.needed.add(asset)

    def lack_all(self, asset: str, places: Places) -> None:
        """As `lack`, for rows of an asset that has no price at any time, so that nothing else can lack."""
        found = self._missing[asset]
        found.many.append(places)
        found.needed.add(asset)

    def old(self, t: Transaction, asset: str, quote: Quote) -> None:
        """The price used for the row is more than a day away."""
        found = self._old[asset]
        found.single.append((t.time, t.sources[0], ""))
        found.worst = max(found.worst, quote.away.days)

    def disagree(self, t: Transaction, counted: tuple[Leg, Decimal], other: tuple[Leg, Decimal]) -> None:
        """The two sides of the row have prices that are too far apart; the first is the one that counts."""
        found = self._apart[counted[0][1], other[0][1]]
        told = [f"{plain(leg[0])} {leg[1]} are worth {plain(value)} {self.prices.home}" for leg, value in (counted, other)]
        found.single.append((t.time, t.sources[0], f"{told[0]} and count, {told[1]}"))

    def missing(self) -> list[tuple[date, str]]:
        """Days (UTC) and assets without a price, each once."""
        days = {asset: _distinct(found.times() // _DAY) for asset, found in self._missing.items()}
        return [(_EPOCH_DAY + timedelta(days=day), asset) for asset, found in days.items() for day in found.tolist()]

    def problems(self) -> Iterator[Problem]:
        """One per asset (or pair of assets), at its first row."""
        for asset, found in self._missing.items():
            yield self._lacking(asset, found)
        for asset, found in self._old.items():
            told = found.told()
            message = f"the nearest price of {asset} is up to {found.worst} days away from {told.span()}"
            yield _at_first("PRICE_STALE", told, message, self._lines(asset, told))
        for found in self._apart.values():
            told = found.told()
            yield _at_first("PRICE_DISAGREES", told, f"{found.effect()}; {told.span()}", None)

    def _lacking(self, asset: str, found: _Rows) -> Problem:
        days, told = self.prices.usable.days, found.told()
        limit = "a week" if days == 7 else f"{days} days"
        others = sorted(found.needed - {asset})
        effect = found.effect() if len(found.single) == 1 and not found.many else "each counts as 0"
        needed = f" (which {', '.join(others)} is priced in)" if others else ""
        message = f"no {self.prices.home} price of {asset}{needed} within {limit} of {told.span()}; {effect}"
        return _at_first("PRICE_MISSING", told, message, self._lines(asset, told))

    def _lines(self, asset: str, told: _Told) -> str:
        """The lines of prices.csv that would fill the gap, one per second."""
        seconds = _distinct(told.times // _SECOND)
        times = [EPOCH + timedelta(seconds=second) for second in seconds[:_LINES].tolist()]
        lines = [f"{time:%Y-%m-%dT%H:%M:%SZ},{asset},<price>,{self.prices.home},<source>" for time in times]
        more = len(seconds) - _LINES
        rest = f"\nand {more} more: `taxlots check --templates FOLDER` writes a line for each day" if more > 0 else ""
        return "Add to prices.csv: " + "\n".join(lines) + rest


def _distinct(numbers: np.ndarray) -> np.ndarray:
    """Each number once, in order; faster than NumPy's own where they are mostly in order already."""
    ordered = np.sort(numbers)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def _at_first(code: str, told: _Told, message: str, hint: str | None) -> Problem:
    file, row = told.places[0]
    return problem(code, message, hint, file=file, row=row)
