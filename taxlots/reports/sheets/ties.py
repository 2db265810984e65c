"""Figures of the workbook that have to be the same, found on the way through the sheets: the sheet Checks shows each of them."""

from dataclasses import dataclass
from decimal import Decimal

from taxlots import exact

ROUNDING = Decimal("0.0001")  # sums of cells, which are floating-point numbers


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount with what it is and the formula that fetches it from its sheet."""

    told: str
    formula: str
    value: Decimal | int


@dataclass(frozen=True, slots=True)
class Tie:
    """Two figures that may differ by `allowed` at most."""

    about: str
    one: Figure
    other: Figure
    allowed: Decimal = ROUNDING

    @property
    def difference(self) -> Decimal:
        """The first less the other."""
        return exact.CONTEXT.subtract(Decimal(self.one.value), Decimal(self.other.value))

    @property
    def holds(self) -> bool:
        """Whether they differ by no more than is allowed."""
        return abs(self.difference) <= self.allowed
