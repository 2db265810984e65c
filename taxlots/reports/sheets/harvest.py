"""Harvest: the ladder of losses, each rung after those above it, and by when a sale counts for the year."""

from taxlots.decisions.harvest import Rung, deadline
from taxlots.reports.sheets.addresses import spread, sum_where
from taxlots.reports.sheets.book import Field, Layout, Workbook, total
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import Page, exact_text

_FIELDS = (
    Field("asset", "Asset", 16, "text", lambda r: r.lot.asset),
    Field("account", "Account", 12, "text", lambda r: r.lot.account),
    Field("quantity", "Quantity", 14, "quantity", lambda r: r.lot.quantity),
    Field("term", "Term", 7, "text", lambda r: r.lot.term),
    Field("basis", "Basis", 13, "money", lambda r: r.lot.basis, total=True),
    Field("value", "Value", 13, "money", lambda r: r.lot.value, total=True),
    Field("loss", "Loss if sold, after cost", 13, "money", lambda r: r.loss, total=True),
    Field("saved", "Tax saved this year", 12, "money", lambda r: r.tax_saved, total=True),
    Field("carried", "Loss carried over", 12, "money", lambda r: r.carryover_added, total=True),
    Field("carried_value", "Taken to be worth", 12, "money", lambda r: r.carryover_value, total=True),
    Field("cost", "Cost of selling and buying back", 12, "money", lambda r: r.cost, total=True),
    Field("embedded", "Later tax on the lower basis", 12, "money", lambda r: r.embedded, total=True),
    Field("net", "Net benefit", 12, "money", lambda r: r.net, "ROUND({saved}+{carried_value}-{cost}-{embedded},9)", total=True),
    Field("pays", "Pays", 7, "center", lambda r: "yes" if r.pays else "no"),
    Field("window", "30 days before and after", 72, "wrap", lambda r: r.window),
    Field("lot_id", "Lot", 34, "text", lambda r: r.lot.lot_id),
    Field("exact", "Quantity in full, where a number is too short", 24, "right", lambda r: exact_text(r.lot.quantity)),
)


def write(book: Workbook) -> None:
    """The sheet."""
    layout = Layout("Harvest", _FIELDS, _empty(book.facts), _note(book.facts), 2, "window")
    rungs = list(book.facts.content.rungs)
    page, row = book.table(layout, rungs)
    if rungs:
        page, row = book.below(page, row, 1, layout)
        _paying(page, row, layout, rungs)


def _empty(facts: Facts) -> str:
    if facts.content.portfolio is None:
        return "The year-end review of losses was not asked for."
    return "No open lot would be sold at a loss at the last prices."


def _note(facts: Facts) -> str:
    portfolio = facts.content.portfolio
    today = portfolio.today if portfolio else facts.as_of
    return (
        f"A sale counts for {today.year} if it is traded by {deadline(today):%d %B %Y}. Largest loss per dollar first; "
        "each rung is valued after the rungs above it that pay."
    )


def _paying(page: Page, row: int, layout: Layout, rungs: list[Rung]) -> None:
    """Loss and benefit of the rungs that pay: what the plan would sell."""
    page.text(row, 0, "Rungs that pay", "bold")
    extents, pays = spread(layout.name, len(rungs)), [(layout.column("pays"), '"yes"')]
    for key, amounts in (("loss", [r.loss for r in rungs if r.pays]), ("net", [r.net for r in rungs if r.pays])):
        column = layout.column(key)
        page.formula(row, column, f"ROUND({sum_where(extents, column, pays)},9)", total(amounts), "bold_money")
