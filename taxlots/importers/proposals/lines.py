"""What a proposal consists of: settings and types of rows, each with how sure it is and why."""

from dataclasses import dataclass, field
from typing import Any

from taxlots.importers.proposals.kind_words import KindGuess


@dataclass(frozen=True)
class Line:
    """One fact of the proposal: the key and value in the settings, how sure it is, and the reason."""

    key: str
    value: Any
    column: str
    sure: int
    reason: str


@dataclass(frozen=True)
class TypeLine:
    """One type of row with the number of its rows and the kind that it probably is (None: to be filled in)."""

    said: str
    rows: int
    guess: KindGuess


@dataclass
class Proposal:
    """The whole entry; without `lines` none could be made, and `remarks` say why."""

    file: str
    id: str
    header_row: int
    rows: int
    lines: list[Line] = field(default_factory=list)
    types: list[TypeLine] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    def value(self, key: str) -> Any:
        """The value of a key; None where the entry has no such line."""
        return next((line.value for line in self.lines if line.key == key), None)
