"""Times of exchanges: the zone stands in the header cell, the preamble or the file's name, and years may have two digits."""

import re
from datetime import datetime, tzinfo

from taxlots.importers.records import Row, Table
from taxlots.importers.spellings import folded
from taxlots.importers.times import time_of
from taxlots.importers.zones import named_zone

_SHORT_YEAR = re.compile(r"\d{2}-\d{2}-\d{2}(?!\d)", re.ASCII)
_MARK = "\ufeff"


def time_column(table: Table, *names: str) -> tuple[str, tzinfo | None]:
    """The first header cell that is one of the names, alone or before a zone in brackets, with that zone; `("", None)` without one."""
    for name in names:
        for column in table.header:
            bare = column.lstrip(_MARK).partition("(")[0].strip(" ,")
            if folded(bare) == folded(name):
                return column, named_zone(column.partition(bare)[2])
    return "", None


def moment(row: Row, column: str, zone: tzinfo) -> datetime:
    """The time in a cell, in UTC. Raises RowError naming the column."""
    text = row.text(column).strip(_MARK)
    if _SHORT_YEAR.match(text):
        text = f"20{text}"
    return time_of(text, column, zone)[0]
