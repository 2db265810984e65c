"""Form 8949 out of the disposals: per tax year, part and box the lines with columns (a) to (h), in cents.

Column (d) is net of the selling cost: that is the amount of a Form 1099-DA (box 1f), and without a form the instructions ask for it.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

import pandas as pd

from taxlots import exact, frames
from taxlots.lots.realized import is_result
from taxlots.rulebook import Rulebook

NO_BOX = "none"
INHERITED = "INHERITED"
PARTS = {"short": "I", "long": "II"}
_RULES = "us/federal/form_8949_boxes"
_FIRST_YEAR = 2011


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of the columns (d), (e), (g) and (h), in home currency."""

    proceeds: Decimal
    basis: Decimal
    adjustment: Decimal
    gain: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form. Amounts are rounded to cents, and `gain` is computed from the rounded ones; `exact` holds the unrounded.

    `what` is the description without the transaction's id.
    """

    description: str
    what: str
    asset_class: str
    acquired: str
    sold: str
    proceeds: Decimal
    basis: Decimal
    code: str
    adjustment: Decimal
    gain: Decimal
    disposal_id: str
    exact: Totals


@dataclass(frozen=True, slots=True)
class Block:
    """All lines of one tax year, part (`I` short-term, `II` long-term) and box (`none` before the form existed)."""

    year: int
    part: str
    box: str
    lines: tuple[Line, ...]

    @property
    def term(self) -> str:
        """`short` or `long`."""
        return "short" if self.part == PARTS["short"] else "long"

    @property
    def totals(self) -> Totals:
        """Sums of the rounded lines: what the form shows."""
        return _sum(Totals(line.proceeds, line.basis, line.adjustment, line.gain) for line in self.lines)

    @property
    def unrounded(self) -> Totals:
        """Sums of the disposals behind the lines."""
        return _sum(line.exact for line in self.lines)


def blocks(disposals: pd.DataFrame, zone: tzinfo, inherited: Container[str] = frozenset()) -> list[Block]:
    """The form's blocks by year, part and box; inside a block by date of sale.

    `disposals` is a frame of `frames.DISPOSALS`, `zone` the taxpayer's time zone, and `inherited` the ids of the transactions by which
    lots were inherited.
    """
    grouped: dict[tuple[int, str, str], list[dict[str, Any]]] = {}
    for row in frames.records(disposals):
        key = (row["disposed_on"].year, PARTS[row["term"]], row["box"] or NO_BOX)
        grouped.setdefault(key, []).append(row)
    ordered = sorted(grouped.items())
    return [Block(*key, tuple(_line(row, zone, inherited) for row in sorted(rows, key=lambda r: r["disposed"]))) for key, rows in ordered]


def schedule_d_line(rulebook: Rulebook, block: Block) -> str:
    """The line of Schedule D that takes the block's totals; empty before the form existed. Raises TaxlotsError(RULE_MISSING)."""
    if block.year < _FIRST_YEAR or block.box == NO_BOX:
        return ""
    when = date(block.year, 12, 31)
    for family in ("digital", "security"):
        boxes = rulebook.texts(f"{_RULES}/{family}_{block.term}", when)
        if block.box in boxes:
            return schedule_d_lines(rulebook, block.year, block.term)[boxes.index(block.box)]
    return ""


def schedule_d_lines(rulebook: Rulebook, year: int, term: str) -> tuple[str, ...]:
    """The lines of Schedule D for the boxes of a term; empty before the form existed. Raises TaxlotsError(RULE_MISSING)."""
    return rulebook.texts(f"{_RULES}/schedule_d_{term}", date(year, 12, 31)) if year >= _FIRST_YEAR else ()


def _line(row: dict[str, Any], zone: tzinfo, inherited: Container[str]) -> Line:
    proceeds, basis, adjustment = (exact.cents(row[name]) for name in ("proceeds", "basis", "adjustment"))
    with exact.exactly():
        gain = proceeds - basis + adjustment
    what = _what(row)
    return Line(
        description=f"{what} ({row['transaction_id']})",
        what=what,
        asset_class=row["asset_class"],
        acquired=INHERITED if row["lot_transaction_id"] in inherited else _day(row["acquired"], zone),
        sold=f"{row['disposed_on']:%m/%d/%Y}",
        proceeds=proceeds,
        basis=basis,
        code=row["adjustment_code"] or "",
        adjustment=adjustment,
        gain=gain,
        disposal_id=row["disposal_id"],
        exact=Totals(row["proceeds"], row["basis"], row["adjustment"], row["gain"]),
    )


def _what(row: dict[str, Any]) -> str:
    """Units and asset; without units it is capital returned beyond the basis (Pub. 550, nondividend distributions)."""
    if is_result(row):
        return f"result of margin or derivatives, in {row['asset']}"
    return f"{exact.plain(row['quantity'])} {row['asset']}" if row["quantity"] else f"{row['asset']}, return of capital"


def _day(moment: datetime | None, zone: tzinfo) -> str:
    return "" if moment is None else f"{moment.astimezone(zone):%m/%d/%Y}"


def _sum(parts: Iterable[Totals]) -> Totals:
    proceeds = basis = adjustment = gain = Decimal(0)
    with exact.exactly():
        for part in parts:
            proceeds, basis = proceeds + part.proceeds, basis + part.basis
            adjustment, gain = adjustment + part.adjustment, gain + part.gain
    return Totals(proceeds, basis, adjustment, gain)
