"""A row of a KuCoin export with its time, whatever the header cell that names it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from taxlots.importers.exchanges.exchange_times import moment, time_column
from taxlots.importers.records import Row, RowError, Table

ACCOUNT = "kucoin"
# A header cell without a zone: KuCoin's own time.
HOME = timezone(timedelta(hours=8))
Span = tuple[datetime, datetime]
_TIMES = ("Filled Time", "Time of Update", "Time", "tradeCreatedAt", "createdDate", "created_at")


@dataclass(frozen=True, slots=True)
class Place:
    """A row with the time at which it happened."""

    row: Row
    time: datetime


def place(table: Table) -> Callable[[Row], Place]:
    """How the rows of a table get their time, in KuCoin's own where the header names no zone. The function raises RowError."""
    column, named = time_column(table, *_TIMES)
    return lambda row: Place(row, moment(row, column, named or HOME))


def span_of(table: Table) -> Span | None:
    """The first and last time in a table, None where no row has one."""
    where, times = place(table), []
    for row in table.rows:
        try:
            times.append(where(row).time)
        except RowError:
            continue  # the row is rejected, with its cause, where it is read
    return (min(times), max(times)) if times else None


def asset_name(name: str) -> str:
    """The ticker of an asset, as KuCoin calls it."""
    return name.strip().upper()


def is_empty(row: Row) -> bool:
    """The row that stands in a file without rows."""
    return any("no matching records" in cell.lower() for cell in row.cells.values())
