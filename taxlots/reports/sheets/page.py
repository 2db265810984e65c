"""One worksheet: its header lines, print set-up and typed cells. Text is always written as text, whatever it begins with."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from textwrap import wrap
from typing import Any

from taxlots import __version__, exact
from taxlots.reports.render import DRAFT
from taxlots.reports.sheets.addresses import HEADER_ROW, cell
from taxlots.reports.sheets.content import Facts
from taxlots.reports.styles import MONEY_STYLES, NEGLIGIBLE, Styles, is_shown_exactly, number

TIES, AGREES, DIFFERS = "ties", "agrees", "DIFFERS"
DIFFERENCE = "0.00000001"  # what floating-point cells and dust may differ by
Cell = Decimal | int | float | str | date | datetime | None
LONGEST_TEXT = 32_767
_CUT = " ... (cut)"
_LETTER = 1
_MARK_HEIGHT = 24
_LINE_HEIGHT = 14
_TEXT_FILL = Decimal(1)  # letters are narrower than the digits that widths are counted in, words leave gaps at the end of lines
TITLE_FILL = Decimal("0.85")  # bold and in few words
_MOST_LINES = 28  # Excel's rows end at 409 points
_RED = "&KC00000"


class Page:
    """A sheet under construction. Rows and columns are counted from 0."""

    def __init__(self, sheet: Any, styles: Styles, facts: Facts, title: str) -> None:
        """`sheet` is an empty `xlsxwriter` worksheet."""
        self.sheet, self.styles, self.facts = sheet, styles, facts
        self._widths: Sequence[float] = ()
        self._lines: dict[int, int] = {}
        self._negligible: dict[int, tuple[int, int]] = {}
        self.name: str = sheet.get_name()
        self.text(0, 0, f"{title}, {facts.period}, as of {facts.as_of} (taxlots {__version__})", "title")
        self._completeness()
        sheet.set_row(1, _MARK_HEIGHT)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._header_and_footer()

    def _completeness(self) -> None:
        errors = self.facts.errors
        if errors:
            what = "1 problem" if errors == 1 else f"{errors} problems"
            until = "it is closed" if errors == 1 else "they are closed"
            told = f"INCOMPLETE: {what} of error severity; see the sheet Problems. {DRAFT} until {until}"
            self.text(1, 0, told, "incomplete")
        else:
            self.text(1, 0, "Complete: no problem of error severity remains", "complete")

    def _header_and_footer(self) -> None:
        mark = f"&L{_RED}&BINCOMPLETE - {DRAFT}" if self.facts.errors else ""
        self.sheet.set_header(mark)
        self.sheet.set_footer(f"&Ltaxlots {__version__}, as of {self.facts.as_of}&C&A&RPage &P of &N")

    def text(self, row: int, column: int, value: str, style: str = "text") -> None:
        """Text as it is, never a formula or a link; longer than a cell takes, it is cut and says so."""
        if len(value) > LONGEST_TEXT:
            value = value[: LONGEST_TEXT - len(_CUT)] + _CUT
        _written(self.sheet.write_string(row, column, value, self.styles[style]))
        if style == "wrap":
            self.make_room(row, column, value, _TEXT_FILL)

    def make_room(self, row: int, column: int, value: str, fill: Decimal) -> None:
        """Height for wrapped text: not every program adjusts it by itself. `fill` is how much of a width such text takes.

        Lines end at spaces and hyphens, also between digits, as in the dates of file names.
        """
        if column < len(self._widths):
            room = max(1, int(Decimal(self._widths[column]) * fill))
            lines = sum(1 if len(part) <= room else len(wrap(part.replace("-", "- "), room)) for part in value.split("\n"))
            if row not in self._lines or lines > self._lines[row]:
                self._lines[row] = min(lines, _MOST_LINES)
                self.sheet.set_row(row, _LINE_HEIGHT * self._lines[row] + 2)

    def put(self, row: int, column: int, value: Cell, style: str = "text") -> None:
        """A value by its type; None leaves the cell empty."""
        if value is None:
            _written(self.sheet.write_blank(row, column, None, self.styles[style]))
        elif isinstance(value, str):
            self.text(row, column, value, style)
        elif isinstance(value, datetime):
            _written(self.sheet.write_datetime(row, column, value.replace(tzinfo=None), self.styles[style]))
        elif isinstance(value, date):
            _written(self.sheet.write_datetime(row, column, value, self.styles[style]))
        else:
            _written(self.sheet.write_number(row, column, number(value), self.styles[style]))
            self._note_sign(row, column, number(value), style)

    def formula(self, row: int, column: int, formula: str, value: Decimal | int | str, style: str = "money") -> None:
        """A live formula with the value that it comes to, for readers that do not calculate."""
        cached = value if isinstance(value, str) else number(value)
        _written(self.sheet.write_formula(row, column, f"={formula}", self.styles[style], cached))
        if not isinstance(cached, str):
            self._note_sign(row, column, cached, style)

    def _note_sign(self, row: int, column: int, value: float, style: str) -> None:
        if NEGLIGIBLE[0] <= value <= NEGLIGIBLE[1] and style in MONEY_STYLES:
            first, last = self._negligible.get(column, (row, row))
            self._negligible[column] = (min(first, row), max(last, row))

    def hide_signs(self) -> None:
        """An amount below 0 that rounds to 0.00 shows no sign; the cell keeps the amount. Once, after everything is written."""
        low, high = NEGLIGIBLE
        rule = {"type": "cell", "criteria": "between", "minimum": low, "maximum": high, "format": self.styles["no_sign"]}
        for column, (first, last) in sorted(self._negligible.items()):
            _written(self.sheet.conditional_format(first, column, last, column, dict(rule)) or 0)

    def state(self, row: int, column: int, test: str, *, holds: bool) -> None:
        """Whether something ties, as a live formula, green or red."""
        self.formula(row, column, f'IF({test},"{TIES}","{DIFFERS}")', TIES if holds else DIFFERS, "center")
        self.marked("state", (row, column), (row, column))

    def marked(self, mark: str, first: tuple[int, int], last: tuple[int, int]) -> None:
        """Colours that follow the values: a "difference" is red; a "state" (of all: "summary") is green where it ties, else red."""
        rules = [(f"ABS(N({cell(*first)}))>{DIFFERENCE}", "differs")]
        if mark == "state":
            rules = [(f'{cell(*first)}="{state}"', "differs" if state == DIFFERS else "ties") for state in (DIFFERS, TIES, AGREES)]
        if mark == "summary":
            rules = [(f'LEFT({cell(*first)},3)="All"', "ties"), (f'LEFT({cell(*first)},3)<>"All"', "differs")]
        for criteria, style in rules:
            self.sheet.conditional_format(*first, *last, {"type": "formula", "criteria": f"={criteria}", "format": self.styles[style]})

    def row(self, row: int, values: Sequence[Cell], style: str = "text", first: int = 0) -> None:
        """Values side by side in one style."""
        for column, value in enumerate(values, start=first):
            self.put(row, column, value, style)

    def header(self, row: int, titles: Sequence[str], styles: Sequence[str]) -> None:
        """Column titles; over numbers they stand to the right."""
        for column, (title, style) in enumerate(zip(titles, styles, strict=True)):
            self.sheet.write_string(row, column, title, self.styles.header_of(style))
            self.make_room(row, column, title, TITLE_FILL)

    def widths(self, widths: Sequence[float]) -> None:
        """Column widths in characters; to be set before any wrapped text is written."""
        self._widths = widths
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def finish(self, last_row: int, last_column: int, *, header_row: int | None = HEADER_ROW, columns: int = 0, split: int = 0) -> None:
        """Print set-up: landscape, one page wide or two with the second from column `split` on, frozen and repeated header.

        `header_row` None freezes the header lines only; `columns` is the number of frozen columns, which a second page repeats.
        """
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(_LETTER)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(2 if split else 1, 0)
        self.print_to(last_row, last_column)
        top = 1 if header_row is None else header_row
        sheet.freeze_panes(top + 1, columns)
        sheet.repeat_rows(0 if header_row is None else header_row, top)
        if split:
            sheet.set_v_pagebreaks([split])
            sheet.repeat_columns(0, columns - 1)

    def print_to(self, last_row: int, last_column: int) -> None:
        """What is printed ends there."""
        self.sheet.print_area(0, 0, max(last_row, 2), last_column)


def _written(status: int) -> None:
    """A writer of `xlsxwriter` says -1 where the cell lies beyond the sheet, and writes nothing."""
    if status:
        raise ValueError(f"a cell could not be written (status {status})")


def exact_text(value: Decimal) -> str | None:
    """All digits of a quantity, where a cell's number can't show them."""
    return None if is_shown_exactly(value) else exact.plain(value)
