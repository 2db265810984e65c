"""Form 1099-DA against the computed disposals, per account, tax year and asset: units, proceeds, and basis where the form has one.

The instructions for the form let brokers report proceeds net of transaction costs (box 1f) and leave the basis (box 1g) out for assets
that are not covered; amounts are in cents. A difference is explained only where it is exactly what the explanation says.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.importers.records import FormLine, Source
from taxlots.kinds import DUST
from taxlots.problems import Problem, problem

_HALF_CENT = Decimal("0.005")
_Key = tuple[str, int, str]


@dataclass(slots=True)
class Pieces:
    """What the disposals of one account, year and asset add up to; `fee_units` are those paid as fees, `fees` the selling costs."""

    count: int = 0
    units: Decimal = Decimal(0)
    proceeds: Decimal = Decimal(0)
    basis: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    fee_units: Decimal = Decimal(0)
    fee_proceeds: Decimal = Decimal(0)

    def add(self, record: dict[str, Any]) -> None:
        """One disposal more."""
        self.count += 1
        for name, column in (("units", "quantity"), ("proceeds", "proceeds"), ("basis", "basis"), ("fees", "fee")):
            setattr(self, name, exact.CONTEXT.add(getattr(self, name), record[column]))
        if record["kind"] == "fee":
            self.fee_units = exact.CONTEXT.add(self.fee_units, record["quantity"])
            self.fee_proceeds = exact.CONTEXT.add(self.fee_proceeds, record["proceeds"])


@dataclass(frozen=True, slots=True)
class FormCheck:
    """The lines of a form beside the disposals; `basis` None where no line, or not every line, has one."""

    form: str
    account: str
    year: int
    asset: str
    lines: int
    units: Decimal
    proceeds: Decimal
    basis: Decimal | None
    basis_lines: int
    basis_reported: bool | None
    pieces: Pieces
    source: Source | None

    @property
    def units_difference(self) -> Decimal:
        """Form less disposals."""
        return exact.CONTEXT.subtract(self.units, self.pieces.units)

    @property
    def proceeds_difference(self) -> Decimal:
        """Form less disposals."""
        return exact.CONTEXT.subtract(self.proceeds, self.pieces.proceeds)

    @property
    def basis_difference(self) -> Decimal | None:
        """Form less disposals, where every line of the form has a basis."""
        return None if self.basis is None else exact.CONTEXT.subtract(self.basis, self.pieces.basis)

    @property
    def agrees(self) -> bool:
        """Whether what the form says is what the disposals say, but for the cents that rounding makes."""
        amounts = (self.proceeds_difference, self.basis_difference or Decimal(0))
        return abs(self.units_difference) <= DUST * max(1, self.lines) and all(map(self.is_rounding, amounts))

    def is_rounding(self, amount: Decimal) -> bool:
        """Whether lines rounded to cents may differ by so much."""
        return abs(amount) <= _HALF_CENT * max(1, self.lines)

    @property
    def notes(self) -> list[str]:
        """What explains the differences, as far as figures do."""
        pieces, notes = self.pieces, []
        if not self.lines:
            return ["sold here, but not on the form"]
        if not pieces.count:
            return ["on the form, but nothing was disposed of here"]
        if pieces.fee_units and self.units_difference == -pieces.fee_units:
            notes.append(f"the form leaves out {exact.plain(pieces.fee_units)} paid as fees, worth {exact.cents(pieces.fee_proceeds)}")
        if pieces.fees and self.is_rounding(self.proceeds_difference - pieces.fees):
            notes.append(f"the form is before selling costs of {exact.cents(pieces.fees)} (code E)")
        if 0 < self.basis_lines < self.lines:
            notes.append(f"basis on {self.basis_lines} of {self.lines} lines only")
        if self.basis_reported and self.basis_difference and not self.is_rounding(self.basis_difference):
            notes.append("a basis reported to the IRS stays in column (e), with code B and the correction in (g)")
        return notes


def check_forms(lines: Sequence[FormLine], disposals: Iterable[dict[str, Any]]) -> tuple[list[FormCheck], list[Problem]]:
    """Every account and year of the lines against the records of the disposals there, in order of account, year and asset."""
    grouped: dict[_Key, list[FormLine]] = defaultdict(list)
    for line in lines:
        grouped[line.account, line.sold.year, line.asset].append(line)
    covered = {(account, year): group[0].form for (account, year, _), group in grouped.items()}
    pieces: dict[_Key, Pieces] = defaultdict(Pieces)
    for record in disposals:
        key = (record["account"], record["disposed_on"].year, record["asset"])
        if key[:2] in covered:
            pieces[key].add(record)
    keys = sorted(grouped.keys() | pieces.keys())
    checks = [_check(key, covered[key[:2]], grouped.get(key, []), pieces.get(key, Pieces())) for key in keys]
    return checks, [_differs(check) for check in checks if not check.agrees]


def _check(key: _Key, form: str, lines: list[FormLine], pieces: Pieces) -> FormCheck:
    known = [line.basis for line in lines if line.basis is not None]
    reported = {line.basis_reported for line in lines}
    with exact.exactly():
        units, proceeds = sum((line.units for line in lines), Decimal(0)), sum((line.proceeds for line in lines), Decimal(0))
        basis = sum(known, Decimal(0)) if lines and len(known) == len(lines) else None
    return FormCheck(
        form=form,
        account=key[0],
        year=key[1],
        asset=key[2],
        lines=len(lines),
        units=units,
        proceeds=proceeds,
        basis=basis,
        basis_lines=len(known),
        basis_reported=reported.pop() if len(reported) == 1 else None,
        pieces=pieces,
        source=lines[0].source if lines else None,
    )


def _differs(check: FormCheck) -> Problem:
    file, row = check.source or (None, None)
    differences = {"units": check.units_difference, "proceeds": check.proceeds_difference, "basis": check.basis_difference}
    told = ", ".join(f"{name} {exact.plain(amount)}" for name, amount in differences.items() if amount)
    why = f" ({'; '.join(check.notes)})" if check.notes else ""
    message = f"Form {check.form} of {check.account}, {check.year}, {check.asset}: form less disposals: {told}{why}"
    return problem("FORM_DIFFERS", message, file=file, row=row)
