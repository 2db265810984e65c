"""Sources: every file with its hash and the fate of its rows."""

from taxlots.ledger.settle import FileSummary
from taxlots.reports.sheets.addresses import spread, sum_of
from taxlots.reports.sheets.book import Field, Layout, Workbook
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
    book.table(layout, files)
    if files:
        summed = sum_of(spread(layout.name, len(files)), layout.column("check"))
        left = Figure("Sources, rows without a fate", summed, sum(_without_fate(summary) for summary in files))
        book.ties.append(Tie("Sources: every row of every file has one fate", left, Figure("none", "0", 0)))
