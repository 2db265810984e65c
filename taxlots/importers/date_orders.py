"""Is 01/02/2024 the first of February or the second of January? Told by the whole file, never by one cell.

A file is written by one program in one order, so that one date with a part above 12 decides for all. Without one, files under the same
header decide; then the order that the platform is known to write; then the order of the rows, where they rise or fall throughout under
one reading only. What is still open stays open.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

MONTH_FIRST, DAY_FIRST = "month-first", "day-first"
# With slashes the year may have two digits; with dashes only a year of four is known to be one.
_DATE = re.compile(r"(?<![\d/-])(\d{1,2})(?:/(\d{1,2})/(\d{4}|\d{2})|-(\d{1,2})-(\d{4}))(?!\d|[/-]\d)", re.ASCII)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Column:
    """The cells of one time column of one file, from the first row to the last."""

    cells: tuple[str, ...]

    def dates(self) -> list[tuple[int, int, int]]:
        """Both leading parts of each date, and its year."""
        found = (_DATE.search(cell) for cell in self.cells)
        return [(int(m[1]), int(m[2] or m[4]), int(m[3] or m[5])) for m in found if m]


def has_date(cell: str) -> bool:
    """Whether a date of this kind stands in the cell."""
    return _DATE.search(cell) is not None


def is_open(cell: str) -> bool:
    """Whether the cell's date has a reading either way, and not the same one."""
    return any(a != b and a <= _MONTHS and b <= _MONTHS for a, b, _ in Column((cell,)).dates())


def evidence(columns: Iterable[Column]) -> set[str]:
    """The orders that some date of the columns proves, by a part above 12."""
    proved = set()
    for column in columns:
        for first, second, _ in column.dates():
            if first > _MONTHS >= second:
                proved.add(DAY_FIRST)
            elif second > _MONTHS >= first:
                proved.add(MONTH_FIRST)
    return proved


def decide(columns: Sequence[Column], beside: set[str], stated: str) -> str:
    """The order of a file's dates; empty where nothing tells.

    `beside` is what other files under the same header prove, `stated` the order that the platform is known to write.
    """
    own = evidence(columns)
    if len(own) == 1:
        return own.pop()
    if own:
        return stated
    if len(beside) == 1 and (not stated or stated in beside):
        return next(iter(beside))
    return stated if stated and not beside else _by_rows(columns)


def _by_rows(columns: Sequence[Column]) -> str:
    fitting = set()
    for column in columns:
        dates = column.dates()
        readings = {MONTH_FIRST: [(y, a, b) for a, b, y in dates], DAY_FIRST: [(y, b, a) for a, b, y in dates]}
        ordered = [order for order, days in readings.items() if _is_ordered(days)]
        fitting |= set(ordered) if len(ordered) == 1 else set()
    return fitting.pop() if len(fitting) == 1 else ""


def _is_ordered(days: Sequence[tuple[int, int, int]]) -> bool:
    return all(a <= b for a, b in pairwise(days)) or all(a >= b for a, b in pairwise(days))


def year_first(cell: str, order: str) -> str:
    """The cell with its dates as `YYYY-MM-DD`, which has one reading only."""

    def turned(match: re.Match[str]) -> str:
        first, second, year = match[1], match[2] or match[4], match[3] or match[5]
        month, day = (second, first) if order == DAY_FIRST else (first, second)
        return f"{'20' if len(year) == 2 else ''}{year}-{month:0>2}-{day:0>2}"

    return _DATE.sub(turned, cell)
