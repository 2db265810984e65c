"""The accountant's workbook: one function that writes every sheet. The same content gives the same bytes."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any

from taxlots import __version__
from taxlots.files import write_bytes
from taxlots.reports.render import DRAFT
from taxlots.reports.sheets import SHEETS
from taxlots.reports.sheets.book import Workbook
from taxlots.reports.sheets.content import Content, gather

__all__ = ["Content", "workbook_bytes", "write_workbook"]

# Text from exports stays text: nothing that begins with "=" or looks like an address becomes a formula, number or link.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
# A fixed date, so that the file depends on its content only.
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format takes a date without a zone


def write_workbook(content: Content, path: Path) -> None:
    """Write the workbook of a run to `path`.

    Raises:
        TaxlotsError: the folder does not exist or can't be written to.
    """
    write_bytes(path, workbook_bytes(content))


def workbook_bytes(content: Content) -> bytes:
    """The workbook of a run as the bytes of an XLSX file."""
    import xlsxwriter  # noqa: PLC0415  only the command that writes a workbook pays for it

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, _OPTIONS) as raw:
        _write_sheets(raw, content)
    return stream.getvalue()


def _write_sheets(raw: Any, content: Content) -> None:
    """Every sheet. The facts that they share are let go before the file is put together, which takes the most memory."""
    facts = gather(content)
    _describe(raw, draft=facts.errors > 0)
    book = Workbook(raw, facts)
    for write in SHEETS:
        write(book)
    for page in book.pages:
        page.hide_signs()


def _describe(raw: Any, *, draft: bool) -> None:
    properties = {
        "title": "Capital gains, lots and decisions",
        "author": "",
        "company": "",
        "created": _CREATED,
        "status": DRAFT if draft else "",
    }
    raw.set_properties(properties | {"comments": f"Written by taxlots {__version__}"})
