"""Cells as the exports of other tax programs write them: quantities with their asset, wallets, cut ids."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from taxlots.importers.numbers import number
from taxlots.importers.records import Row, RowError, Source, Table

BY_HAND = "Give its effect on holdings as rows of a universal ledger CSV, and leave this row as it is."
_SCIENTIFIC = re.compile(r"\d[.,]?\d*E\+\d+", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A quantity above 0 of an asset."""

    quantity: Decimal
    asset: str


def part(row: Row, quantity: str, asset: str, *, decimal: str = ".", either_sign: bool = True) -> Part | None:
    """The quantity and asset of two columns, None where it is 0 or empty. An id behind the asset (`LUNA;1234`) is left off.

    Raises RowError where the asset is missing, or the quantity is negative and `either_sign` does not allow it.
    """
    size = number(row, quantity, decimal)
    if not size:
        return None
    if size < 0 and not either_sign:
        raise RowError("ROW_INVALID", f"column {quantity!r} is negative: {size}", BY_HAND)
    name = row.text(asset).partition(";")[0].strip().upper()
    if not name or name == "-":
        raise RowError("ROW_INVALID", f"column {quantity!r} is given, but its asset ({asset!r}) is empty")
    return Part(abs(size), name)


def valued(row: Row, quantity: str | None, currency: str | None, *, decimal: str = ".") -> Part | None:
    """A stated value above 0 in a currency that is given as such, None where either is missing."""
    size = number(row, quantity, decimal) if quantity else None
    return Part(abs(size), currency.upper()) if size and currency else None


def currency_column(table: Table, pattern: str) -> tuple[str | None, str | None]:
    """The first column whose name fits the pattern, and the currency that its group `code` holds: `Net Value (USD)`."""
    for name in table.header:
        match = re.fullmatch(pattern, name, re.IGNORECASE)
        if match:
            return name, match["code"].upper()
    return None, None


def wallet(text: str, program: str) -> str:
    """An account name of a wallet's: lower case, blanks to dashes; the program's name where it is empty."""
    return re.sub(r"\s+", "-", text.strip().lower()) or program


def decimal_mark(table: Table, columns: Iterable[str]) -> str:
    """A comma where the table's numbers have commas and none of them has a point, else a point."""
    texts = [row.text(column) for row in table.rows for column in columns]
    return "," if any("," in text for text in texts) and not any("." in text for text in texts) else "."


def whole_id(row: Row, column: str) -> str:
    """The id of a cell; empty where a spreadsheet has cut it to a rounded number (`1,55444E+13`)."""
    text = row.text(column)
    return "" if _SCIENTIFIC.fullmatch(text) else text


def unique_ids(tables: Sequence[Table], column: str) -> dict[Source, str]:
    """Per row its id, empty where a file has the id twice: then it is an order's or a group's, and identifies no row."""
    counts = [Counter(whole_id(row, column) for row in table.rows) for table in tables]
    repeated = {text for count in counts for text, times in count.items() if times > 1}
    return {row.source: "" if (text := whole_id(row, column)) in repeated else text for table in tables for row in table.rows}
