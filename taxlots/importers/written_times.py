"""Times that only some exports write: month names, US zone abbreviations, offsets of two digits, seconds since 1970.

`May 5, 2020, 10:10:57 PM`, `Nov 23 2025 02:03:01`, `June 15, 2021 5:25 PM`, `Thu Apr 16 2020 20:14:29 GMT-0400 (EDT)`,
`2025-10-09 16:29:46 EDT`, `2024-11-16 17:39:46+00`, `31-JAN-2025`, `2022/4/20`.
What is none of these goes to `times` as it stands.

An abbreviation is taken at its word: `PST` is eight hours behind UTC also in August, when the writer's clock said otherwise.
"""

import re
from datetime import UTC, datetime, tzinfo

from taxlots.importers.records import Row, RowError
from taxlots.importers.times import LAST_YEAR, TimeError, parse_time

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES = {
    "EST": "-05:00",
    "EDT": "-04:00",
    "CST": "-06:00",
    "CDT": "-05:00",
    "MST": "-07:00",
    "MDT": "-06:00",
    "PST": "-08:00",
    "PDT": "-07:00",
    "GMT": "Z",
}
_NAMED = re.compile(
    r"(?:[A-Z][a-z]{2},? )?(?P<month>[A-Z][a-z]{2,8})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})"
    r"(?:,? (?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?: ?(?P<half>[AaPp][Mm]))?)?(?P<rest>.*)",
    re.ASCII,
)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})-(?P<month>[A-Za-z]{3})-(?P<year>\d{4})", re.ASCII)
_SLASHES = re.compile(r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})(?P<rest>(?: .*)?)", re.ASCII)
_ABBREVIATION = re.compile(r"(?P<time>.*\d) ?(?P<zone>[A-Z]{3})")
_SHORT_OFFSET = re.compile(r"(?P<time>.*\d{2}:\d{2}(?:\.\d+)?) ?(?P<hours>[+-]\d{2})", re.ASCII)
_GMT_OFFSET = re.compile(r"(?P<time>.*\d) ?(?:GMT|UTC)(?P<offset>[+-]\d{4})(?: \([A-Za-z ]+\))?")
_LAST_SECOND = int(datetime(LAST_YEAR, 1, 1, tzinfo=UTC).timestamp())


def iso(text: str) -> str:
    """The time in a form that `times` reads; a text of another form is left as it is."""
    cleaned = re.sub(r"[\s\u00a0\u202f]+", " ", text.strip())
    named = _NAMED.fullmatch(cleaned)
    if named and named["month"][:3].lower() in _MONTHS:
        cleaned = _from_named(named)
    if (match := _DAY_FIRST.fullmatch(cleaned)) and match["month"].lower() in _MONTHS:
        return f"{match['year']}-{_MONTHS.index(match['month'].lower()) + 1:02d}-{int(match['day']):02d}"
    if match := _SLASHES.fullmatch(cleaned):
        return f"{match['year']}-{int(match['month']):02d}-{int(match['day']):02d}{match['rest']}"
    if match := _GMT_OFFSET.fullmatch(cleaned):
        return match["time"] + match["offset"]
    if match := _SHORT_OFFSET.fullmatch(cleaned):
        return f"{match['time']}{match['hours']}:00"
    match = _ABBREVIATION.fullmatch(cleaned)
    return match["time"] + _ZONES[match["zone"]] if match and match["zone"] in _ZONES else cleaned


def _from_named(match: re.Match[str]) -> str:
    month = _MONTHS.index(match["month"][:3].lower()) + 1
    date = f"{match['year']}-{month:02d}-{int(match['day']):02d}"
    if match["hour"] is None:
        return date + match["rest"]
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    return f"{date} {hour:02d}:{match['minute']}:{match['second'] or '00'}{match['rest']}"


def written_time(row: Row, column: str, zone: tzinfo = UTC) -> tuple[datetime, bool]:
    """The time in a cell, and whether it is only a date. Raises RowError naming the column."""
    return time_of(row.text(column), column, zone)


def time_of(text: str, column: str, zone: tzinfo = UTC) -> tuple[datetime, bool]:
    """As `written_time`, of a text put together from several cells."""
    try:
        return parse_time(iso(text), zone)
    except (TimeError, OverflowError) as error:
        raise RowError("TIME_INVALID", f"column {column!r}: {error}") from None


def unix_time(row: Row, column: str) -> tuple[datetime, bool]:
    """The time in a cell that counts seconds since 1970. Raises RowError."""
    text = row.text(column)
    if not re.fullmatch(r"[0-9]{1,11}", text) or int(text) >= _LAST_SECOND:
        raise RowError("TIME_INVALID", f"column {column!r}: {text!r} is no count of seconds since 1970")
    return datetime.fromtimestamp(int(text), tz=UTC), False
