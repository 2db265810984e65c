"""Events so near a year end, or so near the day on which a lot becomes long-term, that a time zone which was only assumed decides.

Two zones may be assumed: the taxpayer's, where none is set, and that of an export which names none. The day is then somewhere between
that of UTC-12 and that of UTC+14. What an export dates without a time of day is the day that it says, whatever the zone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from taxlots.importers.text_columns import mask
from taxlots.ledger.entry_columns import NOWHERE, Action
from taxlots.ledger.settle import Ledger
from taxlots.lots.booked import Booked
from taxlots.lots.calendar import Calendar
from taxlots.lots.holding import day_of, instant_of, is_long, long_term_days, long_term_on
from taxlots.problems import Problem, problem

WEST, EAST = timedelta(hours=-12), timedelta(hours=14)
_STEP = timedelta(minutes=15)  # every zone's offset is a multiple
_NONE = (timedelta(), timedelta())
_NEAR = 3  # days from the first long-term day, within which a zone may decide the term
_FAR = 28  # hours: no two zones are further apart
_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_MICROSECOND = timedelta(microseconds=1)
_SHOWN = 5
_NOT_SET = "no time zone is set, UTC was taken"
_NOT_NAMED = "the export names no time zone, yours was taken"
_YEAR, _TERM = "the tax year", "whether the gain is long-term"
_OF_EXPORT = "Set the zone of the export: timezone under [times.LAYOUT] in taxlots.toml, with the layout that `taxlots check` shows."


@dataclass(frozen=True, slots=True)
class _Day:
    """A local time that may be shifted by anything between two sizes."""

    local: datetime
    least: timedelta
    most: timedelta

    def days(self) -> tuple[date, date]:
        return (self.local + self.least).date(), (self.local + self.most).date()

    @property
    def is_open(self) -> bool:
        return self.least != self.most


def zone_doubts(booked: Booked, calendar: Calendar, ledger: Ledger) -> list[Problem]:
    """One warning per assumed zone and consequence, which names the events with their rows."""
    if not ledger.zone_assumed and not ledger.zoneless:
        return []
    found: dict[str, dict[str, tuple[str, int]]] = {_YEAR: {}, _TERM: {}}
    for row, what, consequence in _Doubts(booked, calendar, ledger).found():
        found[consequence].setdefault(_event(what, row), _source(row))
    cause, hint = (_NOT_SET, None) if ledger.zone_assumed else (_NOT_NAMED, _OF_EXPORT)
    return [_warning(cause, hint, consequence, events) for consequence, events in found.items() if events]


class _Doubts:
    """Sales and income near a year end or a first long-term day are found by column; what the zone then decides, one by one."""

    def __init__(self, booked: Booked, calendar: Calendar, ledger: Ledger) -> None:
        self.booked, self.calendar, self.ledger, self.entries = booked, calendar, ledger, calendar.entries
        self.no_time = mask(self.entries.rows["date_only"])

    def found(self) -> Iterator[tuple[dict[str, Any], str, str]]:
        """Settled row, event in words, and what depends on its zone: sales in booking order, then income."""
        sold, entries = self.booked.sold, self.entries
        lot = self.lots()
        term = self.near_term(lot)
        for place in np.flatnonzero(self.near_year(entries.time[sold.entry], entries.row[sold.entry]) | term).tolist():
            entry = int(sold.entry[place])
            row = self.row(int(entries.row[entry]))
            at = _day(row, instant_of(int(entries.time[entry])), self.ledger)
            what = f"{entries.kinds[entries.kind[entry]]} of {entries.assets[entries.asset[entry]]}"
            if _years_differ(at):
                yield row, what, _YEAR
            if term[place] and self.terms_differ(int(lot[place]), at):
                yield row, f"{what} acquired {instant_of(int(entries.acquired[lot[place]])):%Y-%m-%d %H:%M}Z", _TERM
        time = mask(entries.rows["time"].cast("int64"))
        for place in entries.income[self.near_year(time[entries.income], entries.income)].tolist():
            row = self.row(place)
            if _years_differ(_day(row, row["time"], self.ledger)):
                yield row, f"{row['kind']} of {row['received_asset']}", _YEAR

    def lots(self) -> np.ndarray:
        """The entry that acquired the lot of each piece sold, -1 where none covers it or the lot is a holding of many."""
        acquiring = np.array([*self.booked.pieces.entry, NOWHERE], np.int64)
        acquiring[list(self.booked.pieces.pooled)] = NOWHERE
        return acquiring[self.booked.sold.piece]

    def row(self, place: int) -> dict[str, Any]:
        """The settled row, as far as it is needed."""
        names = ("id", "kind", "time", "date_only", "received_asset", "sources")
        return {name: self.entries.rows[name][place].as_py() for name in names}

    def near_year(self, time: np.ndarray, row: np.ndarray) -> np.ndarray:
        """Which times (of these rows) may be in another year; with the taxpayer's zone assumed, exactly which are."""
        reach = (-12, 14) if self.ledger.zone_assumed else (-_FAR, _FAR)
        local = self.calendar.local(time)
        first, last = ((local + hours * _HOUR_US).astype("datetime64[us]").astype("datetime64[Y]") for hours in reach)
        found: np.ndarray = (first != last) & ~self.no_time[row]
        return found

    def near_term(self, lot: np.ndarray) -> np.ndarray:
        """Which sales may be long-term in one zone and short-term in another."""
        sale, calendar = self.booked.sold.entry, self.calendar
        if not len(sale):
            return np.zeros(0, bool)
        asked = (lot != NOWHERE) & ~calendar.always_long[lot] & (np.abs(calendar.day[sale] - calendar.long_term[lot]) <= _NEAR)
        asked &= np.isin(self.entries.action[sale], (Action.DISPOSE, Action.RETURN))
        if self.ledger.zone_assumed:
            rows = self.entries.row
            plain = ~self.no_time[rows[sale]] & ~self.no_time[rows[lot]] & self.calendar.dated_by_row[lot]
            places = np.flatnonzero(asked & plain)
            asked[places] = self.flips(lot[places], sale[places])
        return asked

    def flips(self, lot: np.ndarray, sale: np.ndarray) -> np.ndarray:
        """Whether the term is not the same in every zone, the same zone for both ends."""
        if not len(lot):
            return np.zeros(0, bool)
        ends = [self.calendar.local(time) for time in (self.entries.acquired[lot], self.entries.time[sale])]
        first, last = (int(pick(ends[0] // _DAY_US)) for pick in (np.min, np.max))
        long_term = long_term_days(np.arange(first - 1, last + 2))
        shifts = range(int(WEST / _MICROSECOND), int(EAST / _MICROSECOND) + 1, int(_STEP / _MICROSECOND))
        count = np.zeros(len(lot), np.int64)
        for shift in shifts:
            acquired, sold = ((end + shift) // _DAY_US for end in ends)
            count += sold >= long_term[acquired - first + 1]
        found: np.ndarray = (count > 0) & (count < len(shifts))
        return found

    def terms_differ(self, lot: int, at: _Day) -> bool:
        """Whether the zone of either end decides the term."""
        entries, starts = self.entries, day_of(int(self.calendar.starts[lot]))
        origin = self.row(int(entries.row[lot]))
        moment = instant_of(int(entries.acquired[lot]))
        acquired = _day(origin, moment, self.ledger)
        if moment != origin["time"] or starts != acquired.local.date():
            acquired = _Day(datetime.combine(starts, datetime.min.time()), *_NONE)
        distance = abs((at.local.date() - long_term_on(acquired.local.date())).days)
        if distance > _NEAR or not (at.is_open or acquired.is_open):
            return False
        return len({is_long(start, end) for start, end in _pairs(acquired, at, together=self.ledger.zone_assumed)}) > 1


def _day(row: Mapping[str, Any], moment: datetime, ledger: Ledger) -> _Day:
    local = moment.astimezone(ledger.zone)
    least, most = _NONE
    if row["date_only"]:
        pass
    elif ledger.zone_assumed:
        least, most = WEST, EAST
    elif _source(row) in ledger.zoneless:
        offset = local.utcoffset() or timedelta()
        least, most = offset - EAST, offset - WEST
    return _Day(local.replace(tzinfo=None), least, most)


def _years_differ(at: _Day) -> bool:
    first, last = at.days()
    return first.year != last.year


def _pairs(acquired: _Day, disposed: _Day, *, together: bool) -> Iterable[tuple[date, date]]:
    """Days of acquisition and disposal that go together: in one zone, or each export in its own."""
    if together and acquired.is_open and disposed.is_open:
        steps = (disposed.most - disposed.least) // _STEP
        shifts = [disposed.least + _STEP * n for n in range(steps + 1)]
        return [((acquired.local + shift).date(), (disposed.local + shift).date()) for shift in shifts]
    return [(start, end) for start in acquired.days() for end in disposed.days()]


def _warning(cause: str, hint: str | None, consequence: str, events: Mapping[str, tuple[str, int]]) -> Problem:
    shown = "; ".join(list(events)[:_SHOWN])
    more = f"; and {len(events) - _SHOWN} more" if len(events) > _SHOWN else ""
    file, row = next(iter(events.values()))
    return problem("TIMEZONE_ASSUMED", f"{cause}; it decides {consequence} of {shown}{more}", hint, file=file, row=row)


def _event(what: str, row: Mapping[str, Any]) -> str:
    file, number = _source(row)
    return f"{what} on {row['time']:%Y-%m-%d %H:%M}Z ({row['id']}, {file}:{number})"


def _source(row: Mapping[str, Any]) -> tuple[str, int]:
    source = row["sources"][0]
    return source["file"], source["row"]
