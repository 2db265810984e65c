"""What cells of workbooks hold that text files don't: errors such as `#N/A` instead of a value, and days counted from 1904."""

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from taxlots.importers import wall_clocks
from taxlots.importers.records import Row, RowError, Table
from taxlots.importers.times import is_serial

# In English, German (#NV, #BEZUG!), Italian and Spanish (#N/D, #¡VALOR!). CSV that a spreadsheet program saves has them too.
_ERROR = re.compile(r"#(?:N/A|NV|N/D|N/B|GETTING_DATA|¡?[A-ZÄÖÜÉ/0]{3,9}[!?])")
_ERROR_BYTES = re.compile(rb"#(?:N/A|NV|N/D|N/B|GETTING_DATA|[A-Z/0\x80-\xff]{3,12}[!?])")
_ERROR_CELL = re.compile(rb"(<(?:[\w.-]+:)?c\s[^<>]*?\bt=)(?:\"e\"|'e')")
_DAYS_1900_TO_1904 = 1462  # from 1899-12-30 to 1904-01-01


def errors_as_text(part: bytes) -> bytes:
    """The XML of a worksheet in which cells with an error are cells with its name: the library that reads it leaves errors out."""
    return _ERROR_CELL.sub(rb'\1"str"', part)


def is_error(text: str) -> bool:
    """Whether the cell holds an error of a spreadsheet instead of a value."""
    return text[:1] == "#" and _ERROR.fullmatch(text) is not None


def may_have_errors(data: bytes) -> bool:
    """Whether the bytes of a text file may hold such a cell."""
    return b"#" in data and _ERROR_BYTES.search(data) is not None


def error_in(row: Iterable[str], names: Iterable[str], required: Iterable[str]) -> RowError | None:
    """What is wrong with a row that has an error in a column that its layout needs; else None."""
    broken = next((pair for pair in zip(names, row, strict=False) if is_error(pair[1].strip()) and pair[0] in required), None)
    if broken is None:
        return None
    hint = "Repair the formula or type the value into that cell, or give the export as the platform wrote it."
    return RowError("ROW_INVALID", f"column {broken[0]!r} holds the spreadsheet error {broken[1].strip()}, and no value", hint)


def days_since_1900(table: Table) -> Table:
    """A table of a workbook that counts days from 1904, with the bare numbers in its columns of times counted as all others are."""
    keys = wall_clocks.time_columns(table)
    return replace(table, rows=tuple(_shifted(row, [key for key in keys if is_serial(row.text(key))]) for row in table.rows))


def _shifted(row: Row, keys: list[str]) -> Row:
    days = {key: str(Decimal(row.text(key).replace(",", ".")) + _DAYS_1900_TO_1904) for key in keys}
    return replace(row, cells={**row.cells, **days}) if days else row
