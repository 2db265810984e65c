"""Numbers as exports write them: `$1,234.50`, `(88.00)`, `1e-8`, `-€5.97`, `249.73 USD`, `1 234,56`, `−0.5`, `88.00-`.

A comma with a point after it, or before groups of exactly three digits, separates thousands; any other single comma is a decimal
comma. A number that can be read in two ways is read the way dollar exports write it (`1,234` is one thousand two hundred and
thirty-four); a layout whose file says otherwise passes `decimal=","`.
"""

import re
from decimal import Decimal, InvalidOperation

from taxlots import exact
from taxlots.importers.records import Row, RowError

_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-", "－": "-", "‐": "-", "‑": "-", "‒": "-", "➖": "-"})
_GROUP = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:(?P<mark>[ \u00a0\u202f'’_])[0-9]{3})(?:(?P=mark)[0-9]{3})*(?![0-9])")
_SPACED_UNIT = re.compile(r"(?<=[0-9.])[ \u00a0]+(?P<unit>(?=[A-Za-z0-9.]*[A-Za-z])[A-Za-z0-9.]{2,})$")
_EDGE_BLANK = re.compile(r"(?<![0-9])[ \u00a0\u202f\t]+|[ \u00a0\u202f\t]+(?![0-9])")
_UNIT = r"[A-Za-z$€£¥₹₿][A-Za-z0-9$€£¥₹₿.]*?"
_BODY = re.compile(r"[0-9][0-9.,]*(?:[eE][-+]?[0-9]{1,3})?|[.,][0-9]+(?:[eE][-+]?[0-9]{1,3})?")
_SHAPE = re.compile(rf"(?P<lead>[-+]?)(?:{_UNIT})?(?P<sign>[-+]?)(?P<body>{_BODY.pattern})(?P<rest>[^0-9]*)")
_TRAIL = re.compile(r"(?P<minus>-?)(?P<unit>[A-Za-z$€£¥₹₿%]?[A-Za-z0-9$€£¥₹₿.]*)")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_POINT_GROUPS = re.compile(r"[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+|")
_SCALES = {"%", "k", "m", "b", "t", "bn", "mn", "tn", "mio", "mln", "mrd", "e"}  # `1e` is a number that was cut off
_SCALES |= {"thousand", "million", "millions", "billion", "billions", "trillion", "percent", "pct", "bps"}
_EMPTY = {"", "-", "--", "—", "–", "n/a", "N/A", "null", "None"}


class NumberError(ValueError):
    """The text is not a number that an export would write."""


def parse_number(text: str, decimal: str = ".") -> Decimal:
    """The exact value of a number as an export writes it. Raises NumberError."""
    cleaned = text.strip().translate(_MINUS)
    negative = cleaned.startswith("(") and cleaned.endswith(")")
    if negative:
        cleaned = cleaned[1:-1]
    spaced = _SPACED_UNIT.search(cleaned)
    cleaned = _SPACED_UNIT.sub("", cleaned)
    cleaned = _EDGE_BLANK.sub("", _GROUP.sub(_joined, cleaned))
    match = _SHAPE.fullmatch(cleaned)
    trail = _TRAIL.fullmatch(match["rest"]) if match else None
    units = {spaced["unit"].lower() if spaced else "", trail["unit"].lower() if trail else ""}
    if not match or not trail or units & _SCALES:
        raise NumberError(f"{text.strip()!r} is not a number")
    signs = [s for s in (match["lead"], match["sign"], trail["minus"]) if s]
    if len(signs) + negative > 1:
        raise NumberError(f"{text.strip()!r} has more than one sign")
    value = _value(match["body"], decimal, text)
    return -value if negative or "-" in signs else value


def _joined(groups: re.Match[str]) -> str:
    return groups[0].replace(groups["mark"], "")


def _value(body: str, decimal: str, text: str) -> Decimal:
    mantissa, exponent = re.fullmatch(r"([0-9.,]+)(.*)", body).groups()  # type: ignore[union-attr]
    try:
        value = Decimal(_point(mantissa, decimal) + exponent)
        exact.to_units(value)  # raises where a frame could not hold it
    except (InvalidOperation, exact.OutOfRangeError):
        raise NumberError(f"{text.strip()!r} is not a number of at most 18 digits before the point") from None
    return value


def _point(mantissa: str, decimal: str) -> str:
    if decimal == ",":
        return _decimal_comma(mantissa)
    comma, point = mantissa.rfind(","), mantissa.rfind(".")
    if comma < 0:
        return mantissa
    if point > comma:
        return _grouped(mantissa[:point]) + mantissa[point:]
    if point >= 0 or (mantissa.count(",") == 1 and not _THOUSANDS.fullmatch(mantissa)):
        return _decimal_comma(mantissa)
    return _grouped(mantissa)


def _decimal_comma(mantissa: str) -> str:
    integer, comma, fraction = mantissa.partition(",")
    if not _POINT_GROUPS.fullmatch(integer) or not (integer or fraction):
        return "invalid"
    return f"{integer.replace('.', '')}{comma.replace(',', '.')}{fraction}"


def _grouped(integer: str) -> str:
    if "," in integer and not re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}", integer):
        return "invalid"
    return integer.replace(",", "")


def number(row: Row, column: str, decimal: str = ".") -> Decimal | None:
    """The number in a cell, None where it is empty. Raises RowError naming the column."""
    text = row.text(column)
    if text in _EMPTY:
        return None
    try:
        return parse_number(text, decimal)
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column {column!r}: {error}") from None


def required(row: Row, column: str, decimal: str = ".") -> Decimal:
    """The number in a cell that must not be empty. Raises RowError naming the column."""
    value = number(row, column, decimal)
    if value is None:
        raise RowError("ROW_INVALID", f"column {column!r} is empty")
    return value
