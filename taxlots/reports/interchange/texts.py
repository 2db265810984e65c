"""Texts that a tax program, a spreadsheet and a printed form can all hold."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

from taxlots import exact

LONGEST = 120  # characters of a description: an amount, a name and a transaction's hash fit
_FORMULA_START = ("=", "+", "-", "@")


def one_line(text: str) -> str:
    """Without line breaks and other characters that steer or hide, at most LONGEST characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST].rstrip()


def csv_safe(text: str) -> str:
    """One line that no spreadsheet runs as a formula: it gets an apostrophe in front where it looks like one."""
    line = one_line(text)
    return f"'{line}"[:LONGEST] if line.startswith(_FORMULA_START) else line


def ascii_line(text: str) -> str:
    """One line of ASCII: letters without their accents, `?` for what has no such letter."""
    plain = unicodedata.normalize("NFKD", text)
    return one_line("".join(c for c in plain if not unicodedata.combining(c)).encode("ascii", "replace").decode())


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Comma-separated rows, quoted where needed, a line feed after each."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def money(amount: Decimal) -> str:
    """Two decimals, a point, no thousands separator, no currency."""
    return f"{exact.cents(amount):.2f}"
