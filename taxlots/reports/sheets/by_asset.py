"""By asset: amounts by term, income, and what is held, tied to Disposals, Summary and Open lots."""

from taxlots.reports.sheets.book import Workbook
from taxlots.reports.sheets.groups import Grouped, Grouping

_NOTE = (
    "Live sums of Disposals, Income and Open lots by asset; gain = proceeds - basis + adjustment. "
    "What is held is as of the date above, in all accounts; its rows are on Open lots."
)


def write(book: Workbook) -> None:
    """The sheet."""
    Grouped(book, Grouping("By asset", "asset", "Asset", _NOTE)).write()
