"""One worksheet: its header lines, print set-up and typed cells. Text is always written as text, whatever it begins with."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from taxlots import __version__, exact
from taxlots.reports.sheets.addresses import HEADER_ROW
from taxlots.reports.sheets.content import Facts
from taxlots.reports.styles import Styles, is_shown_exactly, number

Cell = Decimal | int | float | str | date | datetime | None
LONGEST_TEXT = 32_767
_CUT = " ... (cut)"
_LETTER = 1
_RED = "&KC00000"


class Page:
    """A sheet under construction. Rows and columns are counted from 0."""

    def __init__(self, sheet: Any, styles: Styles, facts: Facts, title: str) -> None:
        """`sheet` is an empty `xlsxwriter` worksheet."""
        self.sheet, self.styles, self.facts = sheet, styles, facts
        self.name: str = sheet.get_name()
        self.text(0, 0, f"{title}, {facts.period}, as of {facts.as_of} (taxlots {__version__})", "title")
        self._completeness()
        self._header_and_footer()

    def _completeness(self) -> None:
        errors = self.facts.errors
        if errors:
            what = "1 problem" if errors == 1 else f"{errors} problems"
            self.text(1, 0, f"INCOMPLETE: {what} of error severity; see the sheet Problems", "incomplete")
        else:
            self.text(1, 0, "Complete: no problem of error severity remains", "complete")

    def _header_and_footer(self) -> None:
        mark = f"&L{_RED}&BINCOMPLETE" if self.facts.errors else ""
        self.sheet.set_header(mark)
        self.sheet.set_footer(f"&Ltaxlots {__version__}, as of {self.facts.as_of}&C&A&RPage &P of &N")

    def text(self, row: int, column: int, value: str, style: str = "text") -> None:
        """Text as it is, never a formula or a link; longer than a cell takes, it is cut and says so."""
        if len(value) > LONGEST_TEXT:
            value = value[: LONGEST_TEXT - len(_CUT)] + _CUT
        self.sheet.write_string(row, column, value, self.styles[style])

    def put(self, row: int, column: int, value: Cell, style: str = "text") -> None:
        """A value by its type; None leaves the cell empty."""
        if value is None:
            self.sheet.write_blank(row, column, None, self.styles[style])
        elif isinstance(value, str):
            self.text(row, column, value, style)
        elif isinstance(value, datetime):
            self.sheet.write_datetime(row, column, value.replace(tzinfo=None), self.styles[style])
        elif isinstance(value, date):
            self.sheet.write_datetime(row, column, value, self.styles[style])
        else:
            self.sheet.write_number(row, column, number(value), self.styles[style])

    def formula(self, row: int, column: int, formula: str, value: Decimal | int | str, style: str = "money") -> None:
        """A live formula with the value that it comes to, for readers that do not calculate."""
        cached = value if isinstance(value, str) else number(value)
        self.sheet.write_formula(row, column, f"={formula}", self.styles[style], cached)

    def row(self, row: int, values: Sequence[Cell], style: str = "text", first: int = 0) -> None:
        """Values side by side in one style."""
        for column, value in enumerate(values, start=first):
            self.put(row, column, value, style)

    def header(self, row: int, titles: Sequence[str], styles: Sequence[str]) -> None:
        """Column titles; over numbers they stand to the right."""
        for column, (title, style) in enumerate(zip(titles, styles, strict=True)):
            self.sheet.write_string(row, column, title, self.styles.header_of(style))

    def widths(self, widths: Sequence[float]) -> None:
        """Column widths in characters."""
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def finish(self, last_row: int, last_column: int, *, header_row: int | None = HEADER_ROW, columns: int = 0, wide: int = 1) -> None:
        """Print set-up: landscape, `wide` pages wide, frozen and repeated header; `header_row` None freezes the header lines only."""
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(_LETTER)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(wide, 0)
        sheet.print_area(0, 0, max(last_row, 2), last_column)
        top = 1 if header_row is None else header_row
        sheet.freeze_panes(top + 1, columns)
        sheet.repeat_rows(0 if header_row is None else header_row, top)
        if wide > 1 and columns:
            sheet.repeat_columns(0, columns - 1)


def exact_text(value: Decimal) -> str | None:
    """All digits of a quantity, where a cell's number can't show them."""
    return None if is_shown_exactly(value) else exact.plain(value)
