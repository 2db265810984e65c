"""Times as exports write them, always to an aware datetime in UTC."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from taxlots.importers import time_words
from taxlots.importers.records import Row, RowError
from taxlots.importers.zones import offset_of

FIRST_YEAR, LAST_YEAR = 1950, 2200
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?(?:\s*(?P<half>[AaPp])[Mm])?"
_REST = rf"(?:[T ,]+{_CLOCK})?\s*(?P<zone>Z|UTC|[+-]\d{{2}}:?\d{{2}})?"
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})" + _REST, re.ASCII)
_MONTH_FIRST = re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4}|\d{2})" + _REST, re.ASCII)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\. ?(?P<year>\d{4}|\d{2})" + _REST, re.ASCII)
_PARTS = ("year", "month", "day", "hour", "minute", "second", "fraction", "half", "zone")
_FORMS = (_YEAR_FIRST, _MONTH_FIRST, _DAY_FIRST)
_SINCE_1970 = re.compile(r"\d{9,10}(?:\.\d{1,9})?|\d{13}|\d{16}|\d{19}", re.ASCII)
_SERIAL = re.compile(r"[1-9]\d{4}(?:[.,]\d+)?", re.ASCII)
_SPREADSHEET_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001  the caller adds the zone
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {13: 10**3, 16: 10**6, 19: 10**9}
_MILLISECONDS_A_DAY = 86_400_000


class TimeError(ValueError):
    """The text is no time, or lies outside the years that a person can have traded in."""


def parse_time(text: str, zone: tzinfo = UTC) -> tuple[datetime, bool]:
    """A time in UTC, and whether the text held only a date (then it is midnight in `zone`).

    Reads ISO 8601 and other dates that begin with the year; with slashes the US order month/day/year (what order a file has is told by
    `date_orders`, before); with points day.month.year; month names; a 12- or 24-hour clock, also 24:00; `Z`, offsets and abbreviations
    of one meaning; seconds since 1970 and their thousandths, millionths and billionths; days since 1900 as spreadsheets count.
    Fractions of a second are cut after the microsecond, so that no time moves into the next second.

    Raises:
        TimeError: not a time, or a year outside 1950 to 2200.
    """
    match = _YEAR_FIRST.fullmatch(text.strip())
    moment, date_only = _from_match(match, zone, text) if match else _from_other(text, zone)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise TimeError(f"{text.strip()!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return moment.astimezone(UTC), date_only


def is_local(text: str) -> bool:
    """Whether the text is a time of day whose zone it does not say: not a bare date, no offset, no count of seconds."""
    match = _matched(text)
    return bool(match and match["hour"] and not match["zone"]) or is_serial(text)


def is_serial(text: str) -> bool:
    """Whether the text is a bare number that is read as a count of days."""
    return _SERIAL.fullmatch(text.strip()) is not None


def _matched(text: str) -> re.Match[str] | None:
    cleaned = text.strip()
    found = next((match for form in _FORMS if (match := form.fullmatch(cleaned))), None)
    if found or not cleaned:
        return found
    worded = time_words.iso(cleaned)
    return next((match for form in _FORMS if (match := form.fullmatch(worded))), None)


def _from_other(text: str, zone: tzinfo) -> tuple[datetime, bool]:
    cleaned = text.strip()
    if _SINCE_1970.fullmatch(cleaned):
        return _from_count(cleaned), False
    if is_serial(cleaned):
        return _from_serial(cleaned, zone, text)
    match = _matched(text)
    if not match:
        raise TimeError(f"{cleaned!r} is not a time")
    return _from_match(match, zone, text)


def _from_count(digits: str) -> datetime:
    """Seconds since 1970, or the unit that their number of digits tells."""
    parts = _UNITS.get(len(digits), 1) if "." not in digits else 1
    return _1970 + timedelta(microseconds=int(Decimal(digits) * 10**6 // parts))


def _from_serial(digits: str, zone: tzinfo, text: str) -> tuple[datetime, bool]:
    """Days since 1900 as a spreadsheet counts them, to the millisecond: the binary fraction of a day holds no more."""
    days = Decimal(digits.replace(",", "."))
    clock = timedelta(milliseconds=int((days % 1 * _MILLISECONDS_A_DAY).to_integral_value()))
    try:
        moment = _SPREADSHEET_BEGINS + timedelta(days=int(days)) + clock
    except OverflowError:
        raise TimeError(f"{text.strip()!r} is not a time") from None
    return moment.replace(tzinfo=zone), days == int(days)


def _from_match(match: re.Match[str], zone: tzinfo, text: str) -> tuple[datetime, bool]:
    year, month, day, hours, minute, second, fraction, half, offset = match.group(*_PARTS)
    hour = int(hours or 0)
    clock = (int(minute or 0), int(second or 0), int(fraction.ljust(6, "0")[:6]) if fraction else 0)
    if half:
        hour = _of_24(hour, half, text)
    next_day = hour == 24 and clock == (0, 0, 0) and not half
    try:
        moment = datetime(_whole_year(year), int(month), int(day), 0 if next_day else hour, *clock)  # noqa: DTZ001  the zone follows
    except ValueError as error:
        raise TimeError(f"{text.strip()!r} is not a time: {error}") from None
    if next_day:
        moment += timedelta(days=1)
    return moment.replace(tzinfo=_offset(offset, text) if offset else zone), hours is None


def _whole_year(digits: str) -> int:
    """The year; one of two digits is in this century, as all exports are."""
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _of_24(hour: int, half: str, text: str) -> int:
    """The hour of the 24-hour clock. Beside `13:10 PM`, which some programs write, the half says nothing new."""
    if hour > 12:
        if half.lower() == "a":
            raise TimeError(f"{text.strip()!r} is not a time: {hour} is no hour of a morning")
        return hour
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _offset(text: str, whole: str) -> tzinfo:
    zone = offset_of(text)
    if zone is None:
        raise TimeError(f"{whole.strip()!r} is not a time: the offset {text} is not below 24:00")
    return zone


def time(row: Row, column: str, zone: tzinfo = UTC) -> tuple[datetime, bool]:
    """The time in a cell, and whether it is only a date. Raises RowError naming the column."""
    return time_of(row.text(column), column, zone)


def time_of(text: str, column: str, zone: tzinfo = UTC) -> tuple[datetime, bool]:
    """As `time`, of a text put together from several cells."""
    try:
        return parse_time(text, zone)
    except (TimeError, OverflowError) as error:
        raise RowError("TIME_INVALID", f"column {column!r}: {error}") from None
