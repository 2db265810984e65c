"""Sources: every file with its hash and the fate of its rows, and what the workbook can be computed from again."""

from taxlots.ledger.settle import FileSummary
from taxlots.reports.origins import ORIGIN_TITLES, ORIGINS_TITLE, Origin, origins, shown_name
from taxlots.reports.sheets.addresses import spread, sum_of
from taxlots.reports.sheets.book import Field, Layout, Workbook
from taxlots.reports.sheets.page import Page
from taxlots.reports.sheets.ties import Figure, Tie

_NOTE = (
    "Each data row has one fate: used, merged (says the same as another row), set aside (recognised, without effect) or unusable. "
    "Input files such as prices count as used. The check column adds the fates up."
)


def _without_fate(summary: FileSummary) -> int:
    return summary.rows - summary.used - summary.merged - summary.set_aside - summary.unusable


_FIELDS = (
    Field("file", "File", 52, "wrap", lambda f: f.file),
    Field("layout", "Layout", 18, "text", lambda f: f.layout or "not known"),
    Field("first", "First date (UTC)", 12, "date", lambda f: f.first.date() if f.first else None),
    Field("rows", "Rows", 14, "whole", lambda f: f.rows, total=True),
    Field("used", "Used", 14, "whole", lambda f: f.used, total=True),
    Field("merged", "Merged", 14, "whole", lambda f: f.merged, total=True),
    Field("set_aside", "Set aside", 9, "whole", lambda f: f.set_aside, total=True),
    Field("unusable", "Unusable", 9, "whole", lambda f: f.unusable, total=True),
    Field("check", "Rows without a fate", 10, "whole", _without_fate, "{rows}-{used}-{merged}-{set_aside}-{unusable}", total=True),
    Field("last", "Last date (UTC)", 12, "date", lambda f: f.last.date() if f.last else None),
    Field("sha256", "SHA-256", 68, "text", lambda f: f.sha256 or ""),
)


def write(book: Workbook) -> None:
    """The sheet; that no row is without a fate is one of the checks."""
    layout = Layout("Sources", _FIELDS, "No files were read.", _NOTE)
    files = sorted(book.facts.session.ledger.files, key=lambda f: f.file)
    page, row = book.table(layout, files)
    if files:
        summed = sum_of(spread(layout.name, len(files)), layout.column("check"))
        left = Figure("Sources, rows without a fate", summed, sum(_without_fate(summary) for summary in files))
        book.ties.append(Tie("Sources: every row of every file has one fate", left, Figure("none", "0", 0)))
    listed = origins(book.facts.session, book.facts.content.year, book.facts.content.plan_file)
    page, row = book.below(page, row, len(listed) + 2, layout)
    _origins(page, listed, row)


def _origins(page: Page, listed: list[Origin], row: int) -> None:
    """The files and choices that `taxlots verify` computes the workbook from again."""
    page.text(row, 0, ORIGINS_TITLE, "section")
    page.header(row + 1, (*ORIGIN_TITLES, *[""] * 5), ["text"] * (len(ORIGIN_TITLES) + 5))  # a hash runs over the columns beside its own
    for number, origin in enumerate(listed, start=row + 2):
        page.text(number, 0, shown_name(origin.name), "wrap")
        page.text(number, 1, origin.use)
        if origin.sha256:
            page.text(number, 2, origin.sha256)
