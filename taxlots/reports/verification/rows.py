"""Rows that were taken out of a sheet or put into it: they shift all cells below, so that the cells alone do not show what was done."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from taxlots.reports.verification.cells import SheetCells

MOST_ROWS = 20_000  # finding them takes longer than the rest of the work in larger sheets
Row = tuple[str, ...]


def moved_rows(workbook: SheetCells, computed: SheetCells) -> Iterator[tuple[int, Row, bool]]:
    """Number and texts of each row that only one side has, by the plain values in it; the flag says that the workbook lacks it.

    The number of a row is that on the side that has it.
    """
    given, wanted = _rows(workbook), _rows(computed)
    if max(len(given), len(wanted)) > MOST_ROWS:
        return
    matcher = SequenceMatcher(None, [row for _, row in given], [row for _, row in wanted], autojunk=False)
    for what, start, end, first, last in matcher.get_opcodes():
        if what == "delete":
            yield from ((number, row, False) for number, row in given[start:end])
        elif what == "insert":
            yield from ((number, row, True) for number, row in wanted[first:last])


def _rows(sheet: SheetCells) -> list[tuple[int, Row]]:
    """The rows with plain values, from the top; numbers by twelve digits, whatever program saved them."""
    rows: dict[int, list[str]] = {}
    for place, cell in sheet.cells.items():
        if cell.formula is None:
            value = f"{cell.value:.12g}" if isinstance(cell.value, float) else str(cell.value)
            rows.setdefault(int(place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), []).append(value)
    return [(number, tuple(rows[number])) for number in sorted(rows)]
