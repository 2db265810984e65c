"""Times of a person's own layout: every form that this program reads, with the order of day and month as the layout states it.

`05.01.2024` is 5 January whatever the layout says, `05/01/2024` is 1 May unless it says `day-first`, and `05-01-2024` is a time only
where it says one of both. Whole numbers of 10 or 13 digits count seconds or milliseconds since 1970.
"""

import re
from datetime import datetime, tzinfo

from taxlots.importers.date_orders import DAY_FIRST, MONTH_FIRST
from taxlots.importers.records import Row, RowError
from taxlots.importers.times import TimeError, parse_time

ORDERS = (DAY_FIRST, MONTH_FIRST)
_NUMERIC = re.compile(r"(\d{1,2})(?P<mark>[./-])(\d{1,2})(?P=mark)(\d{4}|\d{2})(?:(?:,|\s|T)+(.+))?", re.ASCII | re.DOTALL)


def parse_own_time(text: str, zone: tzinfo, order: str | None = None) -> tuple[datetime, bool]:
    """A time in UTC, and whether the text held only a date. Raises TimeError."""
    cleaned = text.strip()
    match = _NUMERIC.fullmatch(cleaned)
    if match and (match["mark"] != "-" or order):
        cleaned = _reordered(match, order)
    try:
        return parse_time(cleaned, zone)
    except TimeError:
        raise TimeError(f"{text.strip()!r} is not a time from 1950 to 2200" + (f" ({order})" if order else "")) from None


def _reordered(match: re.Match[str], order: str | None) -> str:
    """The date with the year first, or month first before a time of twelve hours: as `times` reads them."""
    first, mark, second, year, rest = match.groups()
    by_day = order == DAY_FIRST or (order is None and mark == ".")
    day, month = (first, second) if by_day else (second, first)
    if rest and rest.rstrip()[-1] in "Mm":
        return f"{month}/{day}/{year} {rest}"
    hours = re.sub(r"^(\d):", r"0\1:", rest or "")
    return f"{int(year) + 2000 if len(year) == 2 else year}-{int(month):02d}-{int(day):02d} {hours}".rstrip()


def own_time(row: Row, columns: tuple[str, ...], zone: tzinfo, order: str | None = None) -> tuple[datetime, bool]:
    """The time in a cell, or in a date's and a time of day's. Raises RowError naming the column."""
    text = " ".join(filter(None, (row.text(column) for column in columns)))
    try:
        return parse_own_time(text, zone, order)
    except (TimeError, OverflowError) as error:
        raise RowError("TIME_INVALID", f"column {columns[0]!r}: {error}") from None
