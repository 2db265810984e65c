"""The workbook under construction, and the table that most sheets consist of."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.reports.sheets.addresses import FIRST_ROW, HEADER_ROW, Extent, cell, letters, rows_left, spread
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import TITLE_FILL, Cell, Page
from taxlots.reports.sheets.ties import Tie
from taxlots.reports.styles import Styles

LARGEST_TABLE = 50_000
_KEY = re.compile(r"\{(\w+)\}")
_TABLE_STYLE = "Table Style Light 1"


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its title, width and style, and how a row's value is found.

    `formula` names other columns by key, such as `ROUND({net}-{basis},9)`; the value then is what the cell shows without calculating,
    and where it is None there is no formula either. A formula that is not the same in every row is made of the row (empty: none).
    `total` adds the column up below the table. `mark` colours it: a "difference" above `DIFFERENCE` in red, a "state" by what it says.
    """

    key: str
    title: str
    width: float
    style: str
    value: Callable[[Any], Cell]
    formula: str | Callable[[Any], str] = ""
    total: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A table's sheet: name, columns, what it says without rows, a note above, frozen columns, first column of a second page."""

    name: str
    fields: tuple[Field, ...]
    empty: str
    note: str = ""
    frozen: int = 1
    second_page: str = ""

    @property
    def split(self) -> int:
        """Number of the column that begins a second printed page; 0 for one page."""
        return self.column(self.second_page) if self.second_page else 0

    def column(self, key: str) -> int:
        """Number of a column, counted from 0."""
        return next(number for number, field in enumerate(self.fields) if field.key == key)


class Workbook:
    """An `xlsxwriter.Workbook` with its formats and the facts that the sheets are written from."""

    def __init__(self, raw: Any, facts: Facts) -> None:
        """`raw` is an `xlsxwriter.Workbook`."""
        self.raw, self.facts = raw, facts
        self.styles = Styles(raw)
        self.ties: list[Tie] = []
        self.pages: list[Page] = []

    def page(self, name: str) -> Page:
        """A further sheet with its header lines."""
        self.pages.append(Page(self.raw.add_worksheet(name), self.styles, self.facts, name))
        return self.pages[-1]

    def table(self, layout: Layout, rows: Sequence[Any]) -> tuple[Page, int]:
        """A table on its sheet or sheets, with totals. Returns the last sheet and its next free row."""
        extents = spread(layout.name, len(rows))
        if not extents:
            return self._empty(layout)
        for extent in extents:
            page = self.page(extent.sheet)
            after = _Writer(page, layout, extents, extent).write(rows[extent.offset : extent.offset + extent.count], rows)
        return page, after

    def below(self, page: Page, row: int, count: int, layout: Layout) -> tuple[Page, int]:
        """Where `count` rows that follow a table find room: under it, else on a sheet of their own."""
        if count <= rows_left(row):
            page.print_to(row + count - 1, len(layout.fields) - 1)
            return page, row
        page = self.page(f"{layout.name} (end)")
        page.widths([field.width for field in layout.fields])
        page.finish(HEADER_ROW + count, len(layout.fields) - 1, header_row=None)
        return page, HEADER_ROW

    def _empty(self, layout: Layout) -> tuple[Page, int]:
        page = self.page(layout.name)
        page.text(2, 0, layout.note, "note")
        page.text(HEADER_ROW, 0, layout.empty)
        page.widths([field.width for field in layout.fields])
        page.finish(HEADER_ROW, len(layout.fields) - 1)
        return page, FIRST_ROW


def table_name(sheet: str) -> str:
    """A name that Excel takes for a table: letters, digits and underscores."""
    return "T_" + re.sub(r"\W+", "_", sheet).strip("_")


class _Writer:
    """Writes the part of a table that lies on one sheet."""

    def __init__(self, page: Page, layout: Layout, extents: Sequence[Extent], extent: Extent) -> None:
        self.page, self.layout, self.extents, self.extent = page, layout, extents, extent
        self.fields = layout.fields

    def write(self, rows: Sequence[Any], everything: Sequence[Any]) -> int:
        """The rows of this sheet, of `everything` in the table; returns the next free row."""
        page, last = self.page, len(self.fields) - 1
        page.text(2, 0, self.layout.note, "note")
        page.widths([field.width for field in self.fields])
        self._frame(last)
        formulas = {field.key: self._template(field.formula) for field in self.fields if isinstance(field.formula, str)}
        for number, row in enumerate(rows, start=FIRST_ROW):
            self._row(number, row, formulas)
        for column, field in enumerate(self.fields):
            if field.mark:
                page.marked(field.mark, (FIRST_ROW, column), (self.extent.last + 2, column))
        after = self._totals(rows, everything)
        page.finish(after - 1, last, columns=self.layout.frozen, split=self.layout.split)
        return after + 1

    def _frame(self, last: int) -> None:
        """The native table, which brings header and filter; beyond its limit the filter alone."""
        page, extent = self.page, self.extent
        for column, field in enumerate(self.fields):
            page.make_room(HEADER_ROW, column, field.title, TITLE_FILL)
        if extent.count > LARGEST_TABLE:
            page.header(HEADER_ROW, [field.title for field in self.fields], [field.style for field in self.fields])
            page.sheet.autofilter(HEADER_ROW, 0, extent.last, last)
            return
        columns = [{"header": field.title, "header_format": page.styles.header_of(field.style)} for field in self.fields]
        options = {"name": table_name(extent.sheet), "columns": columns, "style": _TABLE_STYLE}
        page.sheet.add_table(HEADER_ROW, 0, extent.last, last, options)

    def _template(self, formula: str) -> str:
        """The formula with the column's letters in place of the keys, and `{row}` left to fill in."""
        return _KEY.sub(lambda match: f"{letters(self.layout.column(match[1]))}{{row}}", formula)

    def _row(self, number: int, row: Any, formulas: Mapping[str, str]) -> None:
        for column, field in enumerate(self.fields):
            value = field.value(row)
            if value is None or value == "":
                continue
            if field.formula and isinstance(value, (Decimal, int, str)):
                template = formulas[field.key] if isinstance(field.formula, str) else self._template(field.formula(row))
                if template:
                    self.page.formula(number, column, template.replace("{row}", str(number + 1)), value, field.style)
                    continue
            self.page.put(number, column, value, field.style)

    def _totals(self, rows: Sequence[Any], everything: Sequence[Any]) -> int:
        after = self.extent.last + 1
        if not any(field.total for field in self.fields):
            return after
        whole = len(self.extents) == 1
        self._total(after, "Total" if whole else "Total of this sheet", [self.extent], rows)
        if not whole and self.extent is self.extents[-1]:
            after += 1
            self._total(after, "Total of all sheets", self.extents, everything)
        return after + 1

    def _total(self, number: int, title: str, extents: Sequence[Extent], rows: Sequence[Any]) -> None:
        for column, field in enumerate(self.fields):
            self.page.put(number, column, None, "total")
            if field.total:
                ranges = ",".join(extent.range(column) if len(extents) > 1 else _inside(extent, column) for extent in extents)
                style = "total_whole" if field.style == "whole" else "total_money"
                self.page.formula(number, column, f"ROUND(SUM({ranges}),9)", total(field.value(row) for row in rows), style)
        self.page.text(number, 0, title, "total")


def _inside(extent: Extent, column: int) -> str:
    return f"{cell(extent.first, column)}:{cell(extent.last, column)}"


def total(values: Any) -> Decimal:
    """Exact sum of the numbers among the values."""
    with exact.exactly():
        return sum((Decimal(value) for value in values if isinstance(value, (Decimal, int))), Decimal(0))
