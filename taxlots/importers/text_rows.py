"""Text -> rows of cells, line by line: the delimiter is found, and what no export looks like ends the reading early.

A quote that nothing closes swallows the lines below it, and a file of them would be read many times over; so a row has limits: of length,
of lines, of cells. They bound time and memory, since no more than one row is held beside the rows that are done.
"""

import csv
import re
from collections.abc import Iterator

LIMIT_CELL = 16 * 1024**2
LIMIT_COLUMNS = 16_384  # as wide as a spreadsheet can be
LIMIT_ROW_LINES = 10_000  # a note has a few lines; more than that is a quote that was never closed
LIMIT_UNCLOSED = 1_000
KEPT_BLANK_ROWS = 1_000  # near the top blank rows part the sections of a statement; further down they say nothing
_DELIMITERS = ",;\t|^"
_SEPARATOR = re.compile(r'"?sep=([^\r\n"])"?[\r\n]', re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_CLOSE = "Close the quote (write a quote inside a cell twice), or export the file again."
csv.field_size_limit(LIMIT_CELL)

Rows = tuple[list[list[str]], list[int], frozenset[int]]


class RowsError(Exception):
    """The text can't be split into rows; `row` is the line where the trouble begins."""

    def __init__(self, code: str, why: str, hint: str, row: int) -> None:
        """Code of the catalogue, cause, next step and place."""
        super().__init__(why)
        self.code, self.why, self.hint, self.row = code, why, hint, row


def check_line_lengths(data: bytes) -> None:
    """Raises RowsError for a line beyond the limit of a cell: told from the bytes, before they are copied as text."""
    start = 0
    while len(data) - start > LIMIT_CELL:
        end = data.rfind(b"\n", start, start + LIMIT_CELL)
        end = data.rfind(b"\r", start, start + LIMIT_CELL) if end < 0 else end
        if end < 0:
            row = max(data.count(b"\n", 0, start), data.count(b"\r", 0, start)) + 1
            why = f"a line has more than {LIMIT_CELL} bytes; no table has such lines"
            raise RowsError("FILE_UNREADABLE", why, "Export the file again, one transaction per row.", row)
        start = end + 1


def split(text: str) -> Rows:
    """Rows, the line where each starts, and the rows with a quote that nothing closes. Raises RowsError beyond a limit."""
    delimiter = delimiter_of(text)
    lines: list[str] = []
    reader = csv.reader(_lines(text, delimiter, lines), delimiter=delimiter)
    cells: list[list[str]] = []
    numbers: list[int] = []
    unclosed: set[int] = set()
    start, last = 1, ""
    try:
        for row in reader:
            filled = any(row)
            if filled or start <= KEPT_BLANK_ROWS:
                cells.append(row if filled else row[:1])  # a line of delimiters only is blank
                numbers.append(start)
            if len(lines) > 1 and not closes(lines, delimiter):
                _note_unclosed(start, unclosed)
            last = lines[0] if len(lines) == 1 else ""
            start = reader.line_num + 1
            lines.clear()
    except csv.Error as error:
        raise RowsError("FILE_UNREADABLE", f"{error}; probably a quote is opened and never closed", _CLOSE, start) from None
    if last and not closes([last], delimiter):
        unclosed.add(start - 1)
    return cells, numbers, frozenset(unclosed)


def _lines(text: str, delimiter: str, row: list[str]) -> Iterator[str]:
    """The lines of the text, each also added to those of its row. Raises RowsError for a row beyond the limits."""
    for number, match in enumerate(_LINE.finditer(text), 1):
        line = match[0]
        if len(line) > LIMIT_COLUMNS and (count := line.count(delimiter) + 1) > LIMIT_COLUMNS:
            why = f"a row has {count} cells, more than {LIMIT_COLUMNS}"
            raise RowsError("FILE_TOO_LARGE", why, "Export the file again, one transaction per row.", number)
        row.append(line)
        if len(row) > LIMIT_ROW_LINES:
            why = f"a quote opens in this row and nothing closes it within {LIMIT_ROW_LINES} lines; nothing of the file was used"
            raise RowsError("FILE_UNREADABLE", why, _CLOSE, number - LIMIT_ROW_LINES)
        yield line


def _note_unclosed(start: int, unclosed: set[int]) -> None:
    unclosed.add(start)
    if len(unclosed) > LIMIT_UNCLOSED:
        why = f"quotes open that nothing closes, here and in {LIMIT_UNCLOSED} other rows or more; nothing of the file was used"
        raise RowsError("FILE_UNREADABLE", why, _CLOSE, min(unclosed))


def closes(lines: list[str], delimiter: str) -> bool:
    """Whether every quote of the row closes; in a row of several lines, also whether it ends its cell."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return len(lines) == 1 and "end of data" not in str(error)
    return True


def delimiter_of(text: str) -> str:
    """The delimiter that the first line names (`sep=;`), else the one that splits the most of the first lines into equally many cells."""
    named = _SEPARATOR.match(text)
    if named:
        return named[1]
    lines = [line for line in text[:65536].splitlines()[:40] if line.strip()]

    def fit(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
        if not widths:
            return (0, 0)
        common = max(set(widths), key=lambda w: (widths.count(w), w))
        return (widths.count(common), common)

    return max(_DELIMITERS, key=fit)
