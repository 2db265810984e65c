"""What went wrong with the data, as a value; and the one exception for what the caller got wrong.

A `Problem` names the file and row, the cause and the next step. Its code has an entry in `problems.toml`, which `taxlots explain CODE`
prints and `docs/errors.md` lists.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Severity(StrEnum):
    """`error` makes every report INCOMPLETE and the exit code 1; `warning` and `info` do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the catalogue: the usual severity, what it means, and what it does to the numbers."""

    severity: Severity
    title: str
    meaning: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `message` is the cause with its values, `hint` the next step as a command or a line to add."""

    code: str
    message: str
    hint: str
    severity: Severity
    file: str | None = None
    row: int | None = None

    def where(self) -> str:
        """`file:row`, `file`, or an empty string."""
        if self.file is None:
            return ""
        return self.file if self.row is None else f"{self.file}:{self.row}"

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of the contract: code, severity, message, hint, file, row."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "hint": self.hint,
            "file": self.file,
            "row": self.row,
        }


class TaxlotsError(Exception):
    """Wrong usage or settings: the command ends with exit code 2 and this message, never with a traceback."""

    def __init__(self, problem: Problem) -> None:
        """Carry the problem that describes what to change."""
        super().__init__(problem.message)
        self.problem = problem


def problem(code: str, message: str, hint: str | None = None, *, file: str | None = None, row: int | None = None) -> Problem:
    """A Problem of a catalogued code with that code's severity; without a hint, the catalogue's remedy. Raises KeyError."""
    kind = catalogue()[code]
    return Problem(code, message, hint or kind.remedy, kind.severity, file, row)


def printable(text: str) -> str:
    """The text with the number of every character that steers a terminal, or hides or reorders text, in its place."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether the result that these problems belong to is incomplete."""
    return any(p.severity is Severity.ERROR for p in problems)


@cache
def catalogue() -> dict[str, Kind]:
    """Every problem code with its meaning, from `problems.toml`."""
    table = tomllib.loads((files("taxlots") / "problems.toml").read_text(encoding="utf-8"))
    return {code: Kind(Severity(entry["severity"]), entry["title"], entry["meaning"], entry["remedy"]) for code, entry in table.items()}
