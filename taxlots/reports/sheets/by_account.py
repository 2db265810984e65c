"""By account: amounts by term, income, and what is held, tied to Disposals, Summary and Open lots."""

from taxlots.reports.sheets.book import Workbook
from taxlots.reports.sheets.groups import Grouped, Grouping

_NOTE = (
    "Live sums of Disposals, Income and Open lots by account; gain = proceeds - basis + adjustment. "
    "Units by account and asset are on Rollforward. (all accounts): lots in one pool that belongs to no account."
)


def write(book: Workbook) -> None:
    """The sheet."""
    Grouped(book, Grouping("By account", "account", "Account", _NOTE)).write()
