"""1099 reconciliation: what brokers' forms say of sales against the disposals, per account, year and asset; and line by line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from taxlots import exact
from taxlots.importers.records import FormLine
from taxlots.kinds import DUST
from taxlots.lots.form_lines import FormCheck
from taxlots.reports.sheets import disposals
from taxlots.reports.sheets.addresses import count_of, plain_names, spread, sum_exactly, sum_where
from taxlots.reports.sheets.book import Field, Layout, Workbook
from taxlots.reports.sheets.page import AGREES, DIFFERS
from taxlots.reports.sheets.ties import Figure, Tie
from taxlots.session import lines_until

NAME, LINES = "1099 reconciliation", "1099 lines"
_NOTE = "Form less disposals: proceeds first, then basis where every line has one. Half a cent a line is rounding. Lines: sheet 1099 lines."
_LINES_NOTE = "Each line of a form, beside all lines and all disposals of its account, asset and day of sale."
_MEASURES = {"units": "quantity", "proceeds": "net", "basis": "basis"}  # and the columns of Disposals
_HALF_CENT = "0.005"


@dataclass(slots=True)
class _Day:
    """What lines and disposals of one account, asset and day of sale add up to."""

    line_units: Decimal = Decimal(0)
    line_proceeds: Decimal = Decimal(0)
    units: Decimal = Decimal(0)
    proceeds: Decimal = Decimal(0)
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    line: FormLine
    day: _Day


class _Sheets:
    """Both tables."""

    def __init__(self, book: Workbook) -> None:
        self.book, self.facts = book, book.facts
        session, year = self.facts.session, self.facts.content.year
        self.checks = [check for check in session.form_checks if year in {None, check.year}]
        known = {(check.account, check.year) for check in self.checks if check.lines}
        lines = [line for line in lines_until(session.ledger) if (line.account, line.sold.year) in known]
        days = self.days(lines)
        self.lines = [_Line(line, days[line.account, line.asset, line.sold]) for line in lines]
        self.accounts = plain_names(check.account for check in self.checks)
        self.assets = plain_names(check.asset for check in self.checks)

    def days(self, lines: Iterable[FormLine]) -> dict[tuple[str, str, date], _Day]:
        """What lines and disposals of each account, asset and day come to."""
        found: dict[tuple[str, str, date], _Day] = {}
        with exact.exactly():
            for line in lines:
                day = found.setdefault((line.account, line.asset, line.sold), _Day())
                day.line_units, day.line_proceeds = day.line_units + line.units, day.line_proceeds + line.proceeds
            for row in self.facts.disposals if found else ():
                own = found.get((row["account"], row["asset"], row["disposed_on"]))
                if own is not None:
                    own.units, own.proceeds = own.units + row["quantity"], own.proceeds + row["proceeds"]
                    own.names.append(row["disposal_id"])
        return found

    def write(self) -> None:
        """The comparison, then the lines, where there are any."""
        layout = self.layout()
        self.book.table(layout, self.checks)
        if self.lines:
            self.book.table(self.lines_layout(), self.lines)
        if self.checks:
            counted = count_of(spread(NAME, len(self.checks)), layout.column("state"), DIFFERS)
            found = Figure(f"{NAME}, rows that differ", counted, sum(not check.agrees for check in self.checks))
            self.book.ties.append(Tie(f"{NAME}: forms that differ from the disposals", found, Figure("none", "0", 0)))

    def layout(self) -> Layout:
        """The comparison: form, disposals and difference of each measure."""
        fields = [
            Field("account", "Account", 16, "text", lambda c: c.account),
            Field("asset", "Asset", 9, "text", lambda c: c.asset),
            Field("year", "Tax year", 8, "year", lambda c: c.year),
            Field("form", "Form", 10, "text", lambda c: c.form),
            Field("lines", "Lines", 7, "whole", lambda c: c.lines),
        ]
        for measure in _MEASURES:
            fields += self.measured(measure)
        allowed = f"{_HALF_CENT}*MAX(1,{{lines}})+0.000000001"
        within = [f"ABS({{units_difference}})<={DUST:f}*MAX(1,{{lines}})"]
        within += [f"ABS(N({{{name}_difference}}))<={allowed}" for name in ("proceeds", "basis")]
        test = f'IF(AND({",".join(within)}),"{AGREES}","{DIFFERS}")'
        fields += [
            Field("state", "State", 10, "center", lambda c: AGREES if c.agrees else DIFFERS, test, mark="state"),
            Field("notes", "What explains it", 32, "wrap", _explained),
            Field("source", "First line: file and row", 24, "wrap", lambda c: self.facts.place(*c.source) if c.source else ""),
        ]
        empty = f"No Form 1099-DA was read for {self.facts.period}: boxes stay the expected ones."
        return Layout(NAME, tuple(fields), empty, _NOTE, 2, "basis_form")

    def measured(self, measure: str) -> list[Field]:
        """Columns of units, proceeds or basis; no difference where the form has no figure."""
        style, total = ("quantity", False) if measure == "units" else ("money", True)
        form, own = (lambda c: getattr(c, measure)), (lambda c: getattr(c.pieces, measure))
        difference = f"IF(ISNUMBER({{{measure}_form}}),ROUND({{{measure}_form}}-{{{measure}_own}},9),0)"
        return [
            Field(f"{measure}_form", f"Form: {measure}", 14, style, form, self.of_lines(measure), total=total),
            Field(f"{measure}_own", f"Disposals: {measure}", 14, style, own, self.of_disposals(measure), total=total),
            Field(f"{measure}_difference", f"Difference: {measure}", 14, style, lambda c: _difference(c, measure), difference),
        ]

    def of_lines(self, measure: str) -> Callable[[FormCheck], str]:
        """Formula of the sum of a form's lines."""
        table = self.lines_layout()
        return self.summed(table, len(self.lines), measure)

    def of_disposals(self, measure: str) -> Callable[[FormCheck], str]:
        """Formula of the sum of the disposals; none for a tax-deferred account, whose sales are not on Disposals."""
        formula = self.summed(disposals.layout(self.facts), len(self.facts.disposals), _MEASURES[measure])
        return lambda check: "" if check.account in self.facts.session.deferred else formula(check)

    def summed(self, table: Layout, count: int, column: str) -> Callable[[FormCheck], str]:
        """Formula of the sum of a column over the rows of a check's account, asset and year."""
        extents, names = spread(table.name, count), ("account", "asset")
        criteria = [(table.column(name), f"{{{name}}}") for name in names]
        year, summed = table.column("year"), table.column(column)

        def formula(check: FormCheck) -> str:
            if check.account in self.accounts and check.asset in self.assets:
                return f"ROUND({sum_where(extents, summed, [*criteria, (year, '{year}')])},9)"
            return f"ROUND({sum_exactly(extents, summed, criteria, [(year, '{year}')])},9)"

        return formula

    def lines_layout(self) -> Layout:
        """The lines, each with its day."""
        fields = (
            Field("account", "Account", 16, "text", lambda r: r.line.account),
            Field("asset", "Asset", 9, "text", lambda r: r.line.asset),
            Field("year", "Tax year", 8, "year", lambda r: r.line.sold.year),
            Field("form", "Form", 10, "text", lambda r: r.line.form),
            Field("acquired", "Date acquired", 12, "date", lambda r: r.line.acquired),
            Field("sold", "Date sold", 12, "date", lambda r: r.line.sold),
            Field("units", "Units", 16, "quantity", lambda r: r.line.units),
            Field("proceeds", "Proceeds", 14, "money", lambda r: r.line.proceeds, total=True),
            Field("basis", "Basis", 14, "money", lambda r: r.line.basis, total=True),
            Field("reported", "Basis reported", 10, "center", lambda r: _yes(r.line.basis_reported)),
            Field("covered", "Covered", 9, "center", lambda r: _yes(r.line.covered)),
            Field("line_units", "Units, all lines of the day", 15, "quantity", lambda r: r.day.line_units),
            Field("day_units", "Units, disposals of the day", 15, "quantity", lambda r: r.day.units),
            *_day_differences(),
            Field("names", "Disposals of the day", 40, "wrap", lambda r: "; ".join(r.day.names) or "none"),
            Field("source", "File and row", 32, "wrap", lambda r: self.facts.place(*r.line.source)),
        )
        return Layout(LINES, fields, "No line of a form.", _LINES_NOTE, 2, "line_proceeds")


def _day_differences() -> tuple[Field, ...]:
    minus = exact.CONTEXT.subtract
    return (
        Field(
            "units_difference",
            "Units: difference of the day",
            14,
            "quantity",
            lambda r: minus(r.day.line_units, r.day.units),
            "ROUND({line_units}-{day_units},9)",
            mark="difference",
        ),
        Field("line_proceeds", "Proceeds, all lines of the day", 14, "money", lambda r: r.day.line_proceeds),
        Field("day_proceeds", "Proceeds, disposals of the day", 14, "money", lambda r: r.day.proceeds),
        Field(
            "proceeds_difference",
            "Proceeds: difference of the day",
            14,
            "money",
            lambda r: minus(r.day.line_proceeds, r.day.proceeds),
            "ROUND({line_proceeds}-{day_proceeds},9)",
        ),
    )


def _difference(check: FormCheck, measure: str) -> Decimal | None:
    found: Decimal | None = getattr(check, f"{measure}_difference")
    return found


def _explained(check: FormCheck) -> str:
    if check.notes:
        return "; ".join(check.notes)
    return "" if check.agrees else "no figure explains it: compare the lines of its days"


def _yes(said: bool | None) -> str:  # noqa: FBT001  a cell of the form
    return "" if said is None else "yes" if said else "no"


def write(book: Workbook) -> None:
    """The sheets; how many comparisons differ is one of the checks."""
    _Sheets(book).write()
