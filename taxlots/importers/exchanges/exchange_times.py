"""Times of exchanges: the zone stands in the header cell, the preamble or the file's name, and years may have two digits."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from taxlots.importers.records import Row, RowError, Table
from taxlots.importers.times import TimeError, parse_time

_ZONE = re.compile(r"(?:UTC|GMT|\((?=[-+]))(?:null)?\s*(?:(?P<sign>[-+])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?)?", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{2}-\d{2}-\d{2}(?!\d)", re.ASCII)
_MARK = "\ufeff"


def named_zone(text: str) -> tzinfo | None:
    """The zone in `Time(UTC+02:00)`, `Date (+01:00)`, `Time Zone:UTC+8` or `Date(UTCnull)`; None where none is named."""
    match = _ZONE.search(text)
    if not match:
        return None
    if not match["sign"]:
        return UTC
    size = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    if size >= timedelta(hours=24):
        return None
    return timezone(-size if match["sign"] == "-" else size)


def time_column(table: Table, *names: str) -> tuple[str, tzinfo | None]:
    """The first header cell that is one of the names, alone or before a zone in brackets, with that zone; `("", None)` without one."""
    for name in names:
        for column in table.header:
            bare = column.lstrip(_MARK).partition("(")[0].strip(" ,")
            if bare == name:
                return column, named_zone(column.removeprefix(name))
    return "", None


def stated_zone(table: Table) -> tzinfo | None:
    """The zone that a line above the header names, as `Time Zone:UTC+8`."""
    cells = (cell for line in table.preamble for cell in line if "zone" in cell.lower())
    return next((zone for cell in cells if (zone := named_zone(cell))), None)


def moment(row: Row, column: str, zone: tzinfo) -> datetime:
    """The time in a cell, in UTC. Raises RowError naming the column."""
    text = row.text(column).strip(_MARK)
    if _SHORT_YEAR.match(text):
        text = f"20{text}"
    try:
        return parse_time(text, zone)[0]
    except (TimeError, OverflowError) as error:
        raise RowError("TIME_INVALID", f"column {column!r}: {error}") from None
