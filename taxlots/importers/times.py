"""Times as exports write them, always to an aware datetime in UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from taxlots.importers.records import Row, RowError

FIRST_YEAR, LAST_YEAR = 1950, 2200
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?", re.ASCII)
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?:[ ,]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?)?", re.ASCII)


class TimeError(ValueError):
    """The text is no time, or lies outside the years that a person can have traded in."""


def parse_time(text: str, zone: tzinfo = UTC) -> tuple[datetime, bool]:
    """A time in UTC, and whether the text held only a date (then it is midnight in `zone`).

    Reads ISO 8601 (with `Z`, `UTC`, an offset or none) and the US order month/day/year with an optional 12- or 24-hour time.

    Raises:
        TimeError: not a time, or a year outside 1950 to 2200.
    """
    cleaned = text.strip()
    match = _ISO.fullmatch(cleaned)
    parsed = _from_iso(match, zone, text) if match else _from_us(_US.fullmatch(cleaned), zone, text)
    moment, date_only = parsed
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise TimeError(f"{text.strip()!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return moment.astimezone(UTC), date_only


def _from_iso(match: re.Match[str], zone: tzinfo, text: str) -> tuple[datetime, bool]:
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micro = int((fraction or "0").ljust(6, "0")[:6])
    moment = _moment((year, month, day, hour or 0, minute or 0, second or 0), micro, text)
    return moment.replace(tzinfo=_offset(offset, text) if offset else zone), hour is None


def _offset(offset: str, text: str) -> tzinfo:
    if offset in {"Z", "UTC"}:
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 23 or minutes > 59:
        raise TimeError(f"{text.strip()!r} is not a time: the offset {offset} is not below 24:00")
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if offset.startswith("-") else size)


def _from_us(match: re.Match[str] | None, zone: tzinfo, text: str) -> tuple[datetime, bool]:
    if not match:
        raise TimeError(f"{text.strip()!r} is not a time")
    month, day, year, hour, minute, second, half = match.groups()
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    moment = _moment((full_year, month, day, hours, minute or 0, second or 0), 0, text)
    return moment.replace(tzinfo=zone), hour is None


def _moment(parts: tuple[object, ...], micro: int, text: str) -> datetime:
    try:
        year, month, day, hour, minute, second = (int(str(p)) for p in parts)
        return datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001  the caller adds the zone
    except ValueError as error:
        raise TimeError(f"{text.strip()!r} is not a time: {error}") from None


def time(row: Row, column: str, zone: tzinfo = UTC) -> tuple[datetime, bool]:
    """The time in a cell, and whether it is only a date. Raises RowError naming the column."""
    try:
        return parse_time(row.text(column), zone)
    except (TimeError, OverflowError) as error:
        raise RowError("TIME_INVALID", f"column {column!r}: {error}") from None
