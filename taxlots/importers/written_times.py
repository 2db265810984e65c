"""Times of US platforms, where CST is central time, and counts of seconds since 1970."""

import re
from datetime import UTC, datetime, tzinfo

from taxlots.importers.records import Row, RowError
from taxlots.importers.times import LAST_YEAR, time_of

_CENTRAL = re.compile(r"(?<=\d) ?CST$|(?<=\d [AaPp][Mm]) ?CST$")
_LAST_SECOND = int(datetime(LAST_YEAR, 1, 1, tzinfo=UTC).timestamp())


def written_time(row: Row, column: str, zone: tzinfo = UTC) -> tuple[datetime, bool]:
    """The time in a cell, and whether it is only a date; CST is six hours behind UTC. Raises RowError naming the column."""
    return time_of(_CENTRAL.sub(" -06:00", row.text(column)), column, zone)


def unix_time(row: Row, column: str) -> tuple[datetime, bool]:
    """The time in a cell that counts seconds since 1970. Raises RowError."""
    text = row.text(column)
    if not re.fullmatch(r"[0-9]{1,11}", text) or int(text) >= _LAST_SECOND:
        raise RowError("TIME_INVALID", f"column {column!r}: {text!r} is no count of seconds since 1970")
    return datetime.fromtimestamp(int(text), tz=UTC), False
