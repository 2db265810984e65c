"""Addresses of cells and of tables that continue on further sheets, so that one sheet's formula can name another's rows."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_ROWS = 1_048_576
HEADER_ROW = 4
FIRST_ROW = HEADER_ROW + 1
_RESERVED = FIRST_ROW + 4  # the header lines above, and the totals below
# Letters, or a name with digits that no program takes for a month.
_NAME = re.compile(r"(?!jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z][\w-]*|[a-z][a-z_ -]*", re.IGNORECASE | re.ASCII)


def letters(column: int) -> str:
    """Name of a column counted from 0: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def cell(row: int, column: int) -> str:
    """Address such as `C7` of row and column counted from 0."""
    return f"{letters(column)}{row + 1}"


def fixed(row: int, column: int) -> str:
    """The same as `$C$7`, as charts write it."""
    return f"${letters(column)}${row + 1}"


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it."""
    return f"'{sheet}'"


@dataclass(frozen=True, slots=True)
class Extent:
    """Rows `first` to `last` (counted from 0) of one sheet, which hold the records from number `offset` on."""

    sheet: str
    first: int
    last: int
    offset: int

    @property
    def count(self) -> int:
        """Number of rows."""
        return self.last - self.first + 1

    def range(self, column: int) -> str:
        """The column's cells, with the sheet's name."""
        name = letters(column)
        return f"{quoted(self.sheet)}!${name}${self.first + 1}:${name}${self.last + 1}"


def rows_left(row: int) -> int:
    """Number of rows from `row` on that a sheet has."""
    return MAX_ROWS - row


def continued(title: str, number: int) -> str:
    """Name of a table's sheet: `Disposals`, then `Disposals (2)`."""
    return title if number == 1 else f"{title} ({number})"


def spread(title: str, count: int) -> list[Extent]:
    """Where the rows of a table lie: on one sheet, or on as many as Excel's limit of rows asks for."""
    room = MAX_ROWS - _RESERVED
    return [
        Extent(continued(title, number), FIRST_ROW, FIRST_ROW + min(room, count - offset) - 1, offset)
        for number, offset in enumerate(range(0, count, room), start=1)
    ]


def sum_where(extents: Sequence[Extent], column: int, criteria: Sequence[tuple[int, str]]) -> str:
    """Sum of a column over all sheets of a table where the other columns equal what is given (as formulas write it)."""
    if not extents:
        return "0"
    return "+".join(
        f"SUMIFS({extent.range(column)}," + ",".join(f"{extent.range(where)},{value}" for where, value in criteria) + ")"
        for extent in extents
    )


def plain_names(names: Iterable[str]) -> frozenset[str]:
    """The names that `SUMIFS` compares as they stand: no operator, wildcard, number or date, and no two that differ in case only."""
    found = frozenset(names)
    folded = Counter(name.casefold() for name in found)
    return frozenset(
        name for name in found if _NAME.fullmatch(name) and name.casefold() not in {"true", "false"} and folded[name.casefold()] == 1
    )


def sum_exactly(extents: Sequence[Extent], column: int, criteria: Sequence[tuple[int, str]], equal: Sequence[tuple[int, str]] = ()) -> str:
    """As `sum_where`, comparing text letter by letter: for names that `plain_names` leaves out; `equal` are criteria of numbers."""
    if not extents:
        return "0"
    found = []
    for extent in extents:
        tests = [f"--EXACT({extent.range(where)},{value})" for where, value in criteria]
        tests += [f"--({extent.range(where)}={value})" for where, value in equal]
        found.append(f"SUMPRODUCT({','.join(tests)},{extent.range(column)})")
    return "+".join(found)


def count_of(extents: Sequence[Extent], column: int, text: str) -> str:
    """How many cells of a column hold that text."""
    return "+".join(f'COUNTIF({extent.range(column)},"{text}")' for extent in extents) or "0"


def sum_of(extents: Sequence[Extent], column: int) -> str:
    """Sum of a whole column."""
    return "ROUND(" + ("+".join(f"SUM({extent.range(column)})" for extent in extents) or "0") + ",9)"
