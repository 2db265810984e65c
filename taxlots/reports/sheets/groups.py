"""Disposals, income and open lots added up by one name, an asset or an account: live sums, tied to the sheets that they come from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.reports.sheets import disposals, income, open_lots, summary
from taxlots.reports.sheets.addresses import cell, plain_names, quoted, spread, sum_exactly, sum_of, sum_where
from taxlots.reports.sheets.book import Field, Layout, Workbook, total
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import Page, exact_text
from taxlots.reports.sheets.ties import Figure, Tie

TERMS = ("short", "long")
AMOUNTS = {"net": "proceeds", "basis": "basis", "adjustment": "adjustment", "gain": "gain"}  # columns of Disposals and of its frame
_ZERO = Decimal(0)
_TIE_ROWS = 3


@dataclass(slots=True)
class Group:
    """What one asset or account comes to; `sums` by term and column of Disposals."""

    name: str
    plain: bool
    sums: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    income: Decimal = _ZERO
    lots: int = 0
    quantity: Decimal = _ZERO
    held: Decimal = _ZERO

    def of(self, term: str, column: str) -> Decimal:
        """One of the sums."""
        return self.sums.get((term, column), _ZERO)

    @property
    def gain(self) -> Decimal:
        """Of both terms."""
        return exact.CONTEXT.add(self.of("short", "gain"), self.of("long", "gain"))


@dataclass(frozen=True, slots=True)
class Grouping:
    """By which column ("asset" or "account") and in which sheet."""

    sheet: str
    key: str
    title: str
    note: str


def groups(facts: Facts, lots: list[open_lots.Held], key: str) -> list[Group]:
    """Every name that occurs, in the order of the alphabet. A pool over all accounts has no account: its name is empty."""
    rows: tuple[list[dict[str, Any]], ...] = (facts.disposals, facts.income, [one.lot for one in lots])
    names = sorted({row[key] or "" for listed in rows for row in listed})
    plain = plain_names(names)
    found = {name: Group(name, name in plain) for name in names}
    with exact.exactly():
        for row in facts.disposals:
            sums, term = found[row[key] or ""].sums, row["term"]
            for column, name in AMOUNTS.items():
                sums[term, column] = sums.get((term, column), _ZERO) + row[name]
        for row in facts.income:
            found[row[key] or ""].income += row["value"]
        for one in lots:
            group = found[one.lot[key] or ""]
            group.lots, group.quantity, group.held = group.lots + 1, group.quantity + one.lot["quantity"], group.held + one.lot["basis"]
    return list(found.values())


class Grouped:
    """One such sheet."""

    def __init__(self, book: Workbook, grouping: Grouping) -> None:
        """Gather what it shows."""
        self.book, self.facts, self.grouping = book, book.facts, grouping
        self.lots = open_lots.held(book.facts)
        self.groups = groups(self.facts, self.lots, grouping.key)
        self.sources = {
            "disposals": (disposals.layout(self.facts), len(self.facts.disposals)),
            "income": (income.layout(self.facts), len(self.facts.income)),
            "lots": (open_lots.layout(self.facts), len(self.lots)),
        }

    def write(self) -> None:
        """The table, and below it where its totals come from."""
        layout = self.layout()
        page, row = self.book.table(layout, self.groups)
        if self.groups:
            totals = f"{quoted(page.name)}!", row - 2
            page, row = self.book.below(page, row, _TIE_ROWS, layout)
            self.tie(page, row, layout, totals)

    def layout(self) -> Layout:
        """Columns: amounts by term, gain, income, and what is held."""
        fields = [Field("name", self.grouping.title, 16, "text", lambda g: g.name or "(all accounts)")]
        for term in TERMS:
            fields += [self.amount(term, column) for column in AMOUNTS]
        fields += [
            Field("gain", "Gain or loss", 14, "money", lambda g: g.gain, "ROUND({short_gain}+{long_gain},9)", total=True),
            Field("income", "Income", 13, "money", lambda g: g.income, self.live("income", "value"), total=True),
            *self.holding(),
            Field("held", "Basis held", 14, "money", lambda g: g.held, self.live("lots", "basis"), total=True),
        ]
        return Layout(self.grouping.sheet, tuple(fields), "No disposals, no income and no open lots.", self.grouping.note)

    def amount(self, term: str, column: str) -> Field:
        """One amount of one term. The gain follows from the others in the row, so that its total is a check of Summary's."""
        title = f"{term.capitalize()}-term {AMOUNTS[column]}"
        live: str | Callable[[Group], str] = self.live("disposals", column, term)
        if column == "gain":
            live = f"ROUND({{{term}_net}}-{{{term}_basis}}+{{{term}_adjustment}},9)"
        return Field(f"{term}_{column}", title, 15, "money", lambda g: g.of(term, column), live, total=True)

    def holding(self) -> list[Field]:
        """How much is held: units of an asset; of an account, which holds several, the number of lots."""
        if self.grouping.key == "account":
            return [Field("lots", "Open lots", 9, "whole", lambda g: g.lots, self.counted, total=True)]
        return [
            Field("quantity", "Quantity held", 17, "quantity", lambda g: g.quantity, self.live("lots", "quantity")),
            Field("exact", "Quantity in full, where a number is too short", 21, "right", lambda g: exact_text(g.quantity)),
        ]

    def live(self, source: str, column: str, term: str = "") -> Callable[[Group], str]:
        """Formula of a sum over the rows of a sheet that have the row's name, and the term where one is given."""
        layout, count = self.sources[source]
        extents, place = spread(layout.name, count), layout.column(column)
        where = layout.column(self.grouping.key)
        criteria = [(layout.column("term"), f'"{term}"')] if term else []

        def formula(group: Group) -> str:
            choose, name = (sum_where, "{name}") if group.plain else (sum_exactly, "{name}" if group.name else '""')
            return f"ROUND({choose(extents, place, [(where, name), *criteria])},9)"

        return formula

    def counted(self, group: Group) -> str:
        """Formula of the number of open lots of an account."""
        layout, count = self.sources["lots"]
        extents, where = spread(layout.name, count), layout.column(self.grouping.key)
        name = "{name}" if group.name else '""'
        return "+".join(f"SUMPRODUCT(--EXACT({extent.range(where)},{name}))" for extent in extents) or "0"

    def origin(self, key: str) -> Figure | None:
        """The figure of another sheet that the total of a column has to be."""
        term, _, column = key.partition("_")
        if key in summary.OVERVIEW:
            return summary.total_of(self.facts, key)
        if key == "held":
            layout, count = self.sources["lots"]
            value = total(one.lot["basis"] for one in self.lots)
            return Figure("Open lots", sum_of(spread(layout.name, count), layout.column("basis")), value)
        if column not in AMOUNTS:
            return None
        layout, count = self.sources["disposals"]
        summed = sum_where(spread(layout.name, count), layout.column(column), [(layout.column("term"), f'"{term}"')])
        value = total(row[AMOUNTS[column]] for row in self.facts.disposals if row["term"] == term)
        return Figure("Disposals", f"ROUND({summed},9)", value)

    def tie(self, page: Page, row: int, layout: Layout, totals: tuple[str, int]) -> None:
        """Under each total the same figure of another sheet, and their difference."""
        sheet, total_row = totals
        for number, title in enumerate(("By other sheets", "Difference", "Tie"), start=row):
            page.text(number, 0, title, "note")
        for column, one in enumerate(layout.fields):
            other = self.origin(one.key)
            if other is None:
                continue
            own = Figure(self.grouping.sheet, f"{sheet}{cell(total_row, column)}", total(one.value(group) for group in self.groups))
            found = Tie(f"{self.grouping.sheet}: {one.title}", own, other)
            self.book.ties.append(found)
            page.formula(row, column, other.formula, other.value, "note_money")
            page.formula(row + 1, column, f"ROUND({own.formula}-{cell(row, column)},6)", found.difference, "note_money")
            page.state(row + 2, column, f"ABS({cell(row + 1, column)})<={exact.plain(found.allowed)}", holds=found.holds)
