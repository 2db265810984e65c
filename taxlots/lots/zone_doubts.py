"""Events so near a year end, or so near the day on which a lot becomes long-term, that a time zone which was only assumed decides.

Two zones may be assumed: the taxpayer's, where none is set, and that of an export which names none. The day is then somewhere between
that of UTC-12 and that of UTC+14. What an export dates without a time of day is the day that it says, whatever the zone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from taxlots.ledger.entries import Action, Entries
from taxlots.ledger.settle import Ledger
from taxlots.lots.book import Booked
from taxlots.lots.holding import is_long, long_term_on
from taxlots.lots.methods import Piece
from taxlots.problems import Problem, problem

WEST, EAST = timedelta(hours=-12), timedelta(hours=14)
_STEP = timedelta(minutes=15)  # every zone's offset is a multiple
_NONE = (timedelta(), timedelta())
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


def zone_doubts(booked: Booked, entries: Entries, ledger: Ledger) -> list[Problem]:
    """One warning per assumed zone and consequence, which names the events with their rows."""
    if not ledger.zone_assumed and not ledger.zoneless:
        return []
    found: dict[str, dict[str, tuple[str, int]]] = {_YEAR: {}, _TERM: {}}
    for row, what, consequence in _doubts(booked, entries, ledger):
        found[consequence].setdefault(_event(what, row), _source(row))
    cause, hint = (_NOT_SET, None) if ledger.zone_assumed else (_NOT_NAMED, _OF_EXPORT)
    return [_warning(cause, hint, consequence, events) for consequence, events in found.items() if events]


def _doubts(booked: Booked, entries: Entries, ledger: Ledger) -> Iterator[tuple[dict[str, Any], str, str]]:
    for sold in booked.sold:
        row = entries.rows[sold.entry.row]
        at = _day(row, sold.entry.time, ledger)
        what = f"{sold.entry.kind} of {sold.entry.asset}"
        if _years_differ(at):
            yield row, what, _YEAR
        if sold.taken and sold.entry.action in {Action.DISPOSE, Action.RETURN} and _terms_differ(sold.taken.piece, at, entries, ledger):
            yield row, f"{what} acquired {sold.taken.piece.acquired:%Y-%m-%d %H:%M}Z", _TERM
    for item in entries.income:
        row = entries.rows[item.row]
        if _years_differ(_day(row, row["time"], ledger)):
            yield row, f"{row['kind']} of {item.asset}", _YEAR


def _day(row: dict[str, Any], moment: datetime, ledger: Ledger) -> _Day:
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


def _terms_differ(piece: Piece, at: _Day, entries: Entries, ledger: Ledger) -> bool:
    if piece.always_long:
        return False
    origin = entries.rows[piece.row]
    acquired = _day(origin, piece.acquired, ledger)
    if piece.acquired != origin["time"] or piece.holding_starts != acquired.local.date():
        acquired = _Day(datetime.combine(piece.holding_starts, datetime.min.time()), *_NONE)
    distance = abs((at.local.date() - long_term_on(acquired.local.date())).days)
    if distance > 3 or not (at.is_open or acquired.is_open):
        return False
    return len({is_long(start, end) for start, end in _pairs(acquired, at, together=ledger.zone_assumed)}) > 1


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


def _event(what: str, row: dict[str, Any]) -> str:
    file, number = _source(row)
    return f"{what} on {row['time']:%Y-%m-%d %H:%M}Z ({row['id']}, {file}:{number})"


def _source(row: dict[str, Any]) -> tuple[str, int]:
    source = row["sources"][0]
    return source["file"], source["row"]
