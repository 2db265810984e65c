"""Cells of European brokers: dates that begin with the day, numbers whose mark the file does not state, headers in several languages."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots.importers.brokers import brokerage
from taxlots.importers.numbers import NumberError, parse_number
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.importers.spellings import folded

Reader = Callable[[Sequence[Table], tzinfo], Intake]
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?:[ T,]+(?P<rest>.+))?", re.ASCII)
_NAMED_MONTH = re.compile(r"(?P<day>\d{1,2})-(?P<month>[A-Za-z]{3})[a-z]*\.?-(?P<year>\d{4})(?:[ T,]+(?P<rest>.+))?", re.ASCII)
_MONTHS = {
    **{name: n for n, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)},
    "mrt": 3,
    "maa": 3,
    "mei": 5,
    "maj": 5,
    "mai": 5,
    "okt": 10,
    "dez": 12,  # Dutch, Danish and German
}
_PENCE = Decimal(100)
_ISIN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[A-Z0-9]{9}[0-9](?![A-Z0-9])")
_ONE_MARK = re.compile(r"[^0-9]*[0-9][0-9 \u00a0\u202f'’]*(?P<mark>[.,])[0-9]+[^0-9.,]*")


def day_first(row: Row, column: str, zone: tzinfo, text: str | None = None) -> tuple[datetime, bool]:
    """The time of a cell that writes 31-12-2024, 31/12/24, 31.12.2024 or 31-Dec-2024, and whether it is only a date. Raises RowError."""
    said = row.text(column) if text is None else text.strip()
    match = _DAY_FIRST.fullmatch(said) or _NAMED_MONTH.fullmatch(said)
    if not match:
        return brokerage.when(row, column, zone, said)
    month = match["month"] if match["month"].isdigit() else str(_MONTHS.get(match["month"].lower(), 0))
    year = match["year"] if len(match["year"]) == 4 else f"20{match['year']}"
    iso = f"{year}-{month:0>2}-{match['day']:0>2}" + (f" {match['rest']}" if match["rest"] else "")
    return brokerage.when(row, column, zone, iso)


def isin_in(text: str) -> str:
    """The ISIN in a text, empty without one."""
    match = _ISIN.search(text.upper())
    return match[0] if match else ""


def decimal_mark(row: Row, columns: Iterable[str], of_file: frozenset[str]) -> str:
    """The decimal mark of a row's numbers: told by one of them, else by the file's (`marks` of all its rows).

    Raises RowError where a number can be read in two ways (`1,234`) and nothing tells which.
    """
    texts = [row.text(column) for column in columns]
    found = marks(texts) or of_file
    if len(found) == 1:
        return next(iter(found))
    doubtful = next((text for text in texts if _is_doubtful(text)), None)
    if doubtful and found:
        hint = "Export again with one number format, or write the number without a mark for thousands."
        raise RowError("ROW_INVALID", f"{doubtful!r} can be read in two ways, and the file writes decimals both ways", hint)
    return "."


def marks(texts: Iterable[str]) -> frozenset[str]:
    """The decimal marks that the texts use for certain."""
    return frozenset(mark for text in texts if (mark := _certain_mark(text)))


def _certain_mark(text: str) -> str:
    if text.count(",") + text.count(".") == 0:
        return ""
    if "," in text and "." in text:
        return max(",.", key=text.rfind)
    match = _ONE_MARK.fullmatch(text)
    if not match or _is_doubtful(text):
        return ""
    return match["mark"]


def _is_doubtful(text: str) -> bool:
    """Whether the only mark may separate thousands: one to three digits that do not begin with 0, the mark, three digits."""
    return bool(re.fullmatch(r"[^0-9]*[1-9][0-9]{0,2}[.,][0-9]{3}[^0-9.,]*", text))


def told_quantity(texts: Iterable[str], price: str, amount: Decimal) -> Decimal:
    """The units that the texts say; of several readings (`1,060`) the one that times the price, or that in pence, gives the amount.

    Raises RowError where that is not one.
    """
    found = {units for text in texts for units in _readings(text)}
    if len(found) > 1:
        prices = [one / scale for one in _readings(price) for scale in (Decimal(1), _PENCE)]
        found = {units for units in found if any(abs(units * one - amount) <= amount / _PENCE for one in prices)}
    if len(found) != 1:
        shown = " or ".join(sorted(set(texts)))
        raise RowError("ROW_INVALID", f"{shown} units can be read in several ways, and price and amount do not tell which")
    return next(iter(found))


def _readings(text: str) -> set[Decimal]:
    """What a number says with a decimal point and with a decimal comma."""
    found = set()
    for mark in ".,":
        try:
            found.add(parse_number(re.sub(r"\s", "", text), mark))
        except NumberError:
            continue
    return found


def in_english(read: Reader, names: Mapping[str, str]) -> Reader:
    """The `read` function for the same export in another language, whose columns `names` maps to the English ones."""

    def translated(tables: Sequence[Table], zone: tzinfo) -> Intake:
        return read([_translated(table, names) for table in tables], zone)

    return translated


def _translated(table: Table, names: Mapping[str, str]) -> Table:
    known = {folded(name): own for name, own in names.items()}
    rows = tuple(replace(row, cells={known.get(folded(name), name): cell for name, cell in row.cells.items()}) for row in table.rows)
    return replace(table, header=tuple(known.get(folded(name), name) for name in table.header), rows=rows)
