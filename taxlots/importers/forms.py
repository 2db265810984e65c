"""Lines of a broker's form (1099-DA): not transactions, but what the computed disposals are to be reconciled with.

Amounts are those of the form: proceeds (box 1f) are net of the transaction costs that the form shows, basis (box 1g) is only there
where the broker knows it, box 2 says that it was reported to the IRS, box 9 that the asset is not covered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.columns import account_name, literal_or_cell
from taxlots.importers.numbers import number, required
from taxlots.importers.own_times import own_time
from taxlots.importers.records import FormLine, Intake, Row, RowError, Table, all_rows

_YES = {"yes", "y", "true", "t", "x", "1", "checked", "reported", "covered", "✓", "☑"}
_NO = {"", "no", "n", "false", "f", "0", "-", "unchecked", "not reported", "noncovered", "non-covered", "not covered", "uncovered", "☐"}
_NO_DATE = {"", "-", "--", "various", "unknown", "n/a"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormColumns:
    """What each column of the list means; `zone` is that of times without one (None: the taxpayer's)."""

    form: str
    account: str
    asset: str
    units: str
    sold: str
    proceeds: str
    acquired: str | None = None
    basis: str | None = None
    basis_reported: str | None = None
    covered: str | None = None
    account_column: str | None = None
    zone: tzinfo | None = None
    dates: str | None = None
    decimal: str = "."
    renames: Mapping[str, str] = field(default_factory=dict)


def form_reader(columns: FormColumns) -> Callable[[Sequence[Table], tzinfo], Intake]:
    """The `read` function of such a layout: each line is set aside for the reconciliation, or rejected with the cause."""

    def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
        intake = Intake()
        for row in all_rows(tables):
            try:
                intake.form_lines.append(_line(row, columns, zone))
            except RowError as error:
                intake.reject(row, error)
            else:
                intake.leave(row, f"a line of Form {columns.form}: compared with the disposals, no transaction")
        return intake

    return read


def _line(row: Row, columns: FormColumns, zone: tzinfo) -> FormLine:
    asset = literal_or_cell(row, columns.asset).upper()
    if not asset:
        raise RowError("ROW_INVALID", f"column {columns.asset!r} is empty: a line of the form names its asset")
    sold = _day(row, columns.sold, columns, zone)
    if sold is None:
        raise RowError("ROW_INVALID", f"column {columns.sold!r} has no date: without it the tax year is not known")
    acquired = _day(row, columns.acquired, columns, zone) if columns.acquired else None
    if acquired and acquired > sold:
        raise RowError("ROW_INVALID", f"acquired on {acquired}, after the sale on {sold}")
    units = required(row, columns.units, columns.decimal)
    if units <= 0:
        raise RowError("ROW_INVALID", f"column {columns.units!r} is not above 0: {exact.plain(units)}")
    return FormLine(
        form=columns.form,
        account=account_name(row, columns.account_column) or columns.account,
        asset=columns.renames.get(asset, asset),
        units=units,
        acquired=acquired,
        sold=sold,
        proceeds=_amount(row, columns.proceeds, columns, needed=True) or Decimal(0),
        basis=_amount(row, columns.basis, columns) if columns.basis else None,
        basis_reported=_yes(row, columns.basis_reported),
        covered=_yes(row, columns.covered),
        source=row.source,
    )


def _day(row: Row, column: str, columns: FormColumns, zone: tzinfo) -> date | None:
    if row.text(column).lower() in _NO_DATE:
        return None
    home = columns.zone or zone
    return own_time(row, (column,), home, columns.dates)[0].astimezone(home).date()


def _amount(row: Row, column: str, columns: FormColumns, *, needed: bool = False) -> Decimal | None:
    amount = (required if needed else number)(row, column, columns.decimal)
    if amount is not None and amount < 0:
        raise RowError("ROW_INVALID", f"column {column!r} is negative: {exact.plain(amount)}")
    return amount


def _yes(row: Row, column: str | None) -> bool | None:
    """A box of the form: None where the list has no such column."""
    if column is None:
        return None
    text = row.text(column).lower()
    if text not in _YES | _NO:
        raise RowError("ROW_INVALID", f"column {column!r}: {row.text(column)!r} is neither yes nor no")
    return text in _YES
