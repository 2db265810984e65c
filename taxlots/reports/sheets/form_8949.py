"""Form 8949: a block per tax year, part and box, in cents; column (h) and the totals are live formulas, tied to Disposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from taxlots import exact
from taxlots.reports.form8949 import NO_BOX, Block, Line, Totals
from taxlots.reports.sheets import disposals
from taxlots.reports.sheets.addresses import FIRST_ROW, HEADER_ROW, Extent, cell, continued, quoted, rows_left
from taxlots.reports.sheets.book import LARGEST_TABLE, Workbook, table_name
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import Cell, Page

NAME = "Form 8949"
AMOUNTS = {"proceeds": 3, "basis": 4, "adjustment": 6, "gain": 7}
_DISPOSAL_COLUMNS = {"proceeds": "net", "basis": "basis", "adjustment": "adjustment", "gain": "gain"}
_COLUMNS = (
    ("(a) Description of property (exact units, asset, transaction)", 52, "text"),
    ("(b) Date acquired", 12, "center"),
    ("(c) Date sold", 12, "center"),
    ("(d) Proceeds", 16, "money"),
    ("(e) Cost or other basis", 17, "money"),
    ("(f) Code", 10, "center"),
    ("(g) Adjustment", 14, "money"),
    ("(h) Gain or (loss)", 16, "money"),
    ("Disposal", 31, "text"),
)
_BOXES = dict.fromkeys("ADGJ", "basis reported on a 1099") | dict.fromkeys("BEHK", "1099 without basis") | dict.fromkeys("CFIL", "no 1099")
_OVERHEAD = 5  # heading, total, unrounded total, difference, empty line
_NOTE = (
    "Amounts in cents; (d) is net of selling costs. Boxes are expected ones until the broker's own form is compared. "
    "The difference below each block is what rounding to cents changes."
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A block with the rows that its lines take (on more than one sheet where it is too long) and the row of its total."""

    block: Block
    extents: tuple[Extent, ...]
    total_row: int

    @property
    def sheet(self) -> str:
        """The sheet of the total."""
        return self.extents[-1].sheet

    def total(self, amount: str) -> str:
        """Address of the total of one of `AMOUNTS`, with the sheet's name."""
        return f"{quoted(self.sheet)}!{cell(self.total_row, AMOUNTS[amount])}"


def placed(facts: Facts) -> list[Placed]:
    """Where every block lies. A block that does not fit goes on at the top of the next sheet."""
    result, number, row = [], 1, FIRST_ROW
    for block in facts.blocks:
        extents: list[Extent] = []
        offset = 0
        while offset < len(block.lines):
            room = rows_left(row) - _OVERHEAD
            if room < 1:
                number, row = number + 1, FIRST_ROW
                continue
            count = min(room, len(block.lines) - offset)
            extents.append(Extent(continued(NAME, number), row + 1, row + count, offset))
            offset, row = offset + count, row + count + _OVERHEAD
        result.append(Placed(block, tuple(extents), extents[-1].last + 1))
    return result


def write(book: Workbook) -> None:
    """The sheet."""
    pages: dict[str, Page] = {}
    where = placed(book.facts)
    for one in where:
        for extent in one.extents:
            if extent.sheet not in pages:
                pages[extent.sheet] = _page(book, extent.sheet)
            _lines(pages[extent.sheet], one, extent)
        _totals(pages[one.sheet], one)
    if not where:
        page = pages[NAME] = _page(book, NAME)
        page.text(FIRST_ROW, 0, f"No disposals in {book.facts.period}.")
    for name, page in pages.items():
        rows = [one.total_row + 2 for one in where if one.sheet == name] + [e.last for one in where for e in one.extents if e.sheet == name]
        page.finish(max(rows, default=FIRST_ROW), len(_COLUMNS) - 1)


def _page(book: Workbook, name: str) -> Page:
    page = book.page(name)
    page.text(2, 0, _NOTE, "note")
    page.widths([width for _, width, _ in _COLUMNS])
    page.header(HEADER_ROW, [title for title, _, _ in _COLUMNS], [style for _, _, style in _COLUMNS])
    return page


def heading(block: Block) -> str:
    """A block's name in words."""
    if block.box == NO_BOX:
        return f"{block.year}, {block.term}-term, before Form 8949 existed (Schedule D-1)"
    return f"{block.year}, Part {block.part} ({block.term}-term), box {block.box}: {_BOXES[block.box]}"


def _lines(page: Page, one: Placed, extent: Extent) -> None:
    page.text(extent.first - 1, 0, heading(one.block), "section")
    if extent.count <= LARGEST_TABLE:
        name = f"{table_name(extent.sheet)}_{one.block.year}_{one.block.part}_{one.block.box}"
        options = {"name": name, "header_row": False, "style": "Table Style Light 1"}
        page.sheet.add_table(extent.first, 0, extent.last, len(_COLUMNS) - 1, options)
    for row, line in enumerate(one.block.lines[extent.offset : extent.offset + extent.count], start=extent.first):
        _line(page, row, line)


def _line(page: Page, row: int, line: Line) -> None:
    values: tuple[Cell, ...] = (line.description, line.acquired, line.sold, line.proceeds, line.basis, line.code, line.adjustment)
    for column, value in enumerate(values):
        page.put(row, column, value, _COLUMNS[column][2])
    d, e, g = (cell(row, AMOUNTS[name]) for name in ("proceeds", "basis", "adjustment"))
    page.formula(row, AMOUNTS["gain"], f"ROUND({d}-{e}+{g},2)", line.gain)
    page.text(row, len(_COLUMNS) - 1, line.disposal_id)


def _totals(page: Page, one: Placed) -> None:
    row, block = one.total_row, one.block
    page.row(row, [f"Total of box {block.box}", *[None] * (len(_COLUMNS) - 1)], "total")
    page.text(row + 1, 0, "Disposals, unrounded", "note")
    page.text(row + 2, 0, "Difference by rounding to cents", "note")
    shown, unrounded = block.totals, block.unrounded
    for name, column in AMOUNTS.items():
        rounded, whole = amount(shown, name), amount(unrounded, name)
        page.formula(row, column, f"ROUND(SUM({_ranges(one.extents, column)}),2)", rounded, "total_money")
        found = disposals.unrounded_sum(page.facts, _DISPOSAL_COLUMNS[name], block.year, term=block.term, box=block.box)
        page.formula(row + 1, column, found, whole)
        difference = f"ROUND({cell(row, column)}-{cell(row + 1, column)},9)"
        page.formula(row + 2, column, difference, exact.CONTEXT.subtract(rounded, whole), "fine")


def amount(totals: Totals, name: str) -> Decimal:
    """One of `AMOUNTS`."""
    value: Decimal = getattr(totals, name)
    return value


def _ranges(extents: Sequence[Extent], column: int) -> str:
    return ",".join(extent.range(column) for extent in extents)
