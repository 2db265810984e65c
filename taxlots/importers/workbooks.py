"""Spreadsheets -> rows of text per worksheet.

XLSX is checked part by part first (`workbook_limits`), because the library that reads it builds the whole rectangle of a sheet in memory
and ends the process where that does not fit. The older and rarer formats XLS, XLSB and ODS can't be checked so: they are read in a
process of their own, whose memory and time are limited.
"""

import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence

from python_calamine import CalamineError, CalamineWorkbook

from taxlots.importers.folders import TooLargeError, UnreadableError
from taxlots.importers.packed import OLE_MARK
from taxlots.importers.workbook_limits import LIMIT_CELLS, checked_copy

LIMIT_SECONDS = 60
LIMIT_MEMORY = 2 * 1024**3
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE = "Save the one sheet that is needed as CSV."
Rows = list[list[str]]
_NOTHING: list[str] = []  # one for all empty rows


def worksheets(data: bytes, limit: int) -> Iterator[tuple[str, Rows]]:
    """Name and rows of each worksheet; `limit` is how many bytes it may unpack to.

    Raises:
        TooLargeError: it would need more memory than is given to it.
        UnreadableError: damaged, protected by a password, or no spreadsheet.
    """
    if _ENCRYPTED in data and data.startswith(OLE_MARK):
        hint = "Open it, take the password off (File, Info, Protect Workbook), and save it again."
        raise UnreadableError("the workbook is protected by a password", hint)
    copy = None if data.startswith(OLE_MARK) else checked_copy(data, limit)
    yield from read_rows(copy) if copy is not None else _read_apart(data)


def read_rows(data: bytes) -> Iterator[tuple[str, Rows]]:
    """The worksheets of a workbook that is known to fit into memory. Raises UnreadableError or TooLargeError."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for index, name in enumerate(workbook.sheet_names):
            sheet = workbook.get_sheet_by_index(index)
            if sheet.total_height * sheet.total_width > LIMIT_CELLS:
                raise TooLargeError(f"sheet {name!r} spans {sheet.total_height} rows and {sheet.total_width} columns", _SAVE)
            left = [""] * (sheet.start[1] if sheet.start else 0)
            yield name, [_text_row(left, row) for row in sheet.iter_rows()]
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableError(f"damaged workbook: {error}") from None


def _text_row(left: list[str], row: Sequence[object]) -> list[str]:
    """The cells of a row, behind the empty columns to their left; of an empty row none, so that a million of them are no burden."""
    cells = [cell_text(value) for value in row]
    return left + cells if any(cells) else _NOTHING


def cell_text(value: object) -> str:
    """A spreadsheet cell by its shortest decimal form: 0.1 is stored as a float but was written as 0.1."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _read_apart(data: bytes) -> Iterator[tuple[str, Rows]]:
    # -P: no module may come from the current folder, where the exports may lie.
    command = [sys.executable, "-P", "-m", "taxlots.importers.workbook_apart", str(LIMIT_MEMORY), str(LIMIT_SECONDS)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=LIMIT_SECONDS)  # noqa: S603  our own module
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnreadableError(f"the workbook can't be read apart from this program: {error}", _SAVE) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise TooLargeError(f"the workbook needs more than {LIMIT_MEMORY} bytes of memory, or is damaged ({said[:200]})", _SAVE)
    answer = json.loads(done.stdout)
    if "why" in answer:
        raise (TooLargeError if answer["large"] else UnreadableError)(answer["why"], answer["hint"])
    yield from ((name, rows) for name, rows in answer["sheets"])
