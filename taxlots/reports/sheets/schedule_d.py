"""Schedule D of one year, a part of Summary: lines that link to Form 8949's totals, tied to the Disposals sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from taxlots import exact
from taxlots.problems import TaxlotsError
from taxlots.reports.form8949 import schedule_d_line, schedule_d_lines
from taxlots.reports.sheets import disposals, income
from taxlots.reports.sheets.addresses import cell
from taxlots.reports.sheets.form_8949 import Placed, amount, placed
from taxlots.reports.sheets.page import Page

TITLES = (
    "Line",
    "Schedule D",
    "(d) Proceeds",
    "(e) Basis",
    "(g) Adjustment",
    "(h) Gain or (loss)",
    "By the exact records",
    "Difference",
    "Tie",
)
STYLES = ("center", "text", "money", "money", "money", "money", "money", "money", "center")
DISTRIBUTION = "income:capital-gain-distribution"
_COLUMNS = {"proceeds": 2, "basis": 3, "adjustment": 4, "gain": 5}
_GAIN, _EXACT, _DIFFERENCE, TIE = 5, 6, 7, 8
_ROW_ROUNDING = Decimal("0.015")  # three amounts of a line, each rounded by half a cent at most
_HALF_CENT = Decimal("0.005")
_ZERO = Decimal(0)
_LIMIT_RULE = "us/federal/capital_loss/net_loss_limit"


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount on the sheet: in cents as shown, exact as computed, and by how much the two may differ."""

    shown: Decimal = _ZERO
    exact: Decimal = _ZERO
    tolerance: Decimal = _ZERO

    def plus(self, other: "Sum") -> "Sum":
        """Both together."""
        add = exact.CONTEXT.add
        return Sum(add(self.shown, other.shown), add(self.exact, other.exact), add(self.tolerance, other.tolerance))


class ScheduleD:
    """Writes the lines of one year from `row` on; afterwards `row` is the next free one."""

    def __init__(self, page: Page, year: int, row: int) -> None:
        """`page` is the summary sheet."""
        self.page, self.year, self.row = page, year, row
        self.facts = page.facts
        self.tax = self.facts.taxes[year]
        self.blocks = [one for one in placed(self.facts) if one.block.year == year]
        self.differing = 0

    def write(self) -> None:
        """Heading, lines 1b to 21 and the losses carried over."""
        self.page.text(self.row, 0, f"Schedule D, {self.year}", "section")
        self.page.header(self.row + 1, TITLES, STYLES)
        self.row += 2
        short_row, short = self._part("short", "7", "Net short-term gain or (loss)")
        long_row, long = self._part("long", "15", "Net long-term gain or (loss)")
        self._net(short_row, long_row, short.plus(long))
        if self.tax.why_not:
            self.page.text(self.row, 1, f"The tax of {self.year} is not covered: {self.tax.why_not}", "note")
            self.row += 1
        self.row += 1

    def _part(self, term: str, line: str, title: str) -> tuple[int, Sum]:
        first = self.row
        sums = [*self._form_lines(term), *self._other_lines(term)]
        whole = Sum()
        for one in sums:
            whole = whole.plus(one)
        gain = f"{cell(first, _GAIN)}:{cell(self.row - 1, _GAIN)}" if sums else "0"
        exactly = f"{cell(first, _EXACT)}:{cell(self.row - 1, _EXACT)}" if sums else "0"
        self._named(line, title, "bold")
        self.page.formula(self.row, _GAIN, f"ROUND(SUM({gain}),2)", whole.shown, "bold_money")
        self._tie(f"ROUND(SUM({exactly}),9)", whole)
        self.row += 1
        return self.row - 1, whole

    def _form_lines(self, term: str) -> list[Sum]:
        blocks = [one for one in self.blocks if one.block.term == term]
        by_line = {line: [one for one in blocks if self._line_of(one) == line] for line in self._lines(term)}
        unnumbered = [one for one in blocks if not any(one in found for found in by_line.values())]
        sums = [self._form_line(line, found) for line, found in by_line.items()]
        return [*sums, self._form_line("", unnumbered)] if unnumbered else sums

    def _lines(self, term: str) -> tuple[str, ...]:
        return schedule_d_lines(self.facts.session.rulebook, self.year, term)

    def _line_of(self, one: Placed) -> str:
        return schedule_d_line(self.facts.session.rulebook, one.block)

    def _form_line(self, line: str, blocks: Sequence[Placed]) -> Sum:
        boxes = " and ".join(one.block.box for one in blocks)
        self._named(line, f"Form 8949, total of box {boxes}" if blocks else "Form 8949: nothing in these boxes")
        for name, column in _COLUMNS.items():
            self._linked(column, [one.total(name) for one in blocks], [amount(one.block.totals, name) for one in blocks])
        whole = Sum()
        for one in blocks:
            tolerance = _ROW_ROUNDING * len(one.block.lines)
            whole = whole.plus(Sum(one.block.totals.gain, one.block.unrounded.gain, tolerance))
        sums = [disposals.unrounded_sum(self.facts, "gain", self.year, term=one.block.term, box=one.block.box) for one in blocks]
        self._tie("+".join(sums) or "0", whole)
        self.row += 1
        return whole

    def _linked(self, column: int, addresses: Sequence[str], values: Sequence[Decimal]) -> None:
        with exact.exactly():
            self.page.formula(self.row, column, "+".join(addresses) or "0", sum(values, _ZERO))

    def _other_lines(self, term: str) -> list[Sum]:
        """Gains of other brokers, distributions and losses brought in, as the tax position has them."""
        position = self.tax.position
        if position is None:
            return []
        booked = disposals.gains(self.facts, self.year, term)
        given = income.value_of(self.facts, DISTRIBUTION, self.year) if term == "long" else _ZERO
        with exact.exactly():
            others = getattr(position, f"{term}_term") - booked - given
            carried = -getattr(position, f"carryover_{term}")
        lines = [("", "Gains of other brokers, from the settings", others)] if others else []
        lines += [("13", "Capital gain distributions", given)] if given else []
        lines += [("6" if term == "short" else "14", "Loss carried over from the year before", carried)]
        return [self._plain(*line) for line in lines]

    def _plain(self, line: str, title: str, value: Decimal) -> Sum:
        self._named(line, title)
        shown = exact.cents(value)
        self.page.put(self.row, _GAIN, shown, "money")
        self.page.put(self.row, _EXACT, value, "money")
        self.row += 1
        return Sum(shown, value, _HALF_CENT)

    def _net(self, short_row: int, long_row: int, whole: Sum) -> None:
        self._named("16", "Net gain or (loss)", "bold")
        net = self.row
        self.page.formula(net, _GAIN, f"ROUND({cell(short_row, _GAIN)}+{cell(long_row, _GAIN)},2)", whole.shown, "bold_money")
        self._tie(f"ROUND({cell(short_row, _EXACT)}+{cell(long_row, _EXACT)},9)", whole)
        self.row += 1
        self._loss(net, whole.shown)
        due = self.tax.due
        if due:
            for title, value in (("short-term", due.carryover_short), ("long-term", due.carryover_long)):
                self._named("", f"Loss carried to {self.year + 1}, {title}")
                self.page.put(self.row, _GAIN, value, "money")
                self.row += 1

    def _loss(self, net: int, value: Decimal) -> None:
        """Line 21, from the net above and the year's limit."""
        status = self.tax.position.filing_status if self.tax.position else None
        try:
            limit = self.facts.session.rulebook.amount(_LIMIT_RULE, self.year, status)
        except TaxlotsError as error:
            self._named("21", f"Deductible loss: {error.problem.message}")
            self.row += 1
            return
        self._named("21", f"Loss deductible this year (limit {exact.plain(limit)})")
        address = cell(net, _GAIN)
        self.page.formula(self.row, _GAIN, f"MAX(MIN({address},0),-{exact.plain(limit)})", max(min(value, _ZERO), -limit))
        self.row += 1

    def _named(self, line: str, title: str, style: str = "text") -> None:
        self.page.text(self.row, 0, line, "center")
        self.page.text(self.row, 1, title, style)

    def _tie(self, formula: str, whole: Sum) -> None:
        """The exact amount, its difference to the shown one, and whether rounding alone explains it."""
        page, row = self.page, self.row
        page.formula(row, _EXACT, formula, whole.exact)
        difference = exact.CONTEXT.subtract(whole.shown, whole.exact)
        page.formula(row, _DIFFERENCE, f"ROUND({cell(row, _GAIN)}-{cell(row, _EXACT)},9)", difference, "fine")
        holds = abs(difference) <= whole.tolerance
        self.differing += not holds
        page.state(row, TIE, f"ABS({cell(row, _DIFFERENCE)})<={exact.plain(whole.tolerance)}", holds=holds)
