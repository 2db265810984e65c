"""Addresses of cells and of tables that continue on further sheets, so that one sheet's formula can name another's rows."""

from collections.abc import Sequence
from dataclasses import dataclass

MAX_ROWS = 1_048_576
HEADER_ROW = 4
FIRST_ROW = HEADER_ROW + 1
_RESERVED = FIRST_ROW + 4  # the header lines above, and the totals below


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
