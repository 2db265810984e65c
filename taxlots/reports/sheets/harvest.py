"""Harvest: the ladder of losses, each rung after those above it, by when a sale counts, and the gains that fit into the 0 % band."""

from taxlots.decisions.harvest import Rung
from taxlots.reports.harvest_documents import Review, band_note, in_words
from taxlots.reports.sheets.addresses import HEADER_ROW, fixed, quoted, spread, sum_where
from taxlots.reports.sheets.book import Field, Layout, Workbook, total
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import Cell, Page, exact_text

_CHARTED = 60
_TITLES = (
    "Gain in the 0 % band",
    "Account",
    "Quantity",
    "Term",
    "Gain",
    "Value",
    "Tax on it now",
    "Cost",
    "Later tax saved",
    "Net benefit",
    "Pays",
)
_STYLES = ("text", "text", "quantity", "text", "money", "money", "money", "money", "money", "money", "center")


def _fields(found: Review | None) -> tuple[Field, ...]:
    replacements = found.replacements if found else {}
    return (
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
        Field("allowed", "Loss that is not deferred", 13, "money", lambda r: r.allowed, total=True),
        Field("steps", "What it offsets, in cents of tax per dollar", 60, "wrap", lambda r: in_words(r.steps)),
        Field("replace", "Could be replaced by", 20, "text", lambda r: ", ".join(replacements.get(r.lot.asset, ()))),
        Field("lot_id", "Lot", 34, "text", lambda r: r.lot.lot_id),
        Field("exact", "Quantity in full, where a number is too short", 24, "right", lambda r: exact_text(r.lot.quantity)),
    )


def write(book: Workbook) -> None:
    """The sheet."""
    found = book.facts.content.review
    layout = Layout("Harvest", _fields(found), _empty(book.facts), _note(book.facts), 2, "window")
    rungs = list(found.rungs) if found else []
    page, row = book.table(layout, rungs)
    if rungs:
        page, row = book.below(page, row, 1, layout)
        _paying(page, row, layout, rungs)
        row = _chart(book, page, row + 2, layout, len(rungs))
    if found and found.band.room:
        page, row = book.below(page, row, len(found.band.rungs) + 3, layout)
        _gains(page, row, found)


def _empty(facts: Facts) -> str:
    if facts.content.review is None:
        return "The year-end review of losses was not asked for."
    return "No open lot would be sold at a loss at the last prices."


def _note(facts: Facts) -> str:
    found = facts.content.review
    until = found.notes[0] if found else ""
    return f"{until} Largest loss per dollar first; each rung is valued after the rungs above it that pay."


def _paying(page: Page, row: int, layout: Layout, rungs: list[Rung]) -> None:
    """Loss and benefit of the rungs that pay: what the plan would sell."""
    page.text(row, 0, "Rungs that pay", "bold")
    extents, pays = spread(layout.name, len(rungs)), [(layout.column("pays"), '"yes"')]
    for key, amounts in (("loss", [r.loss for r in rungs if r.pays]), ("net", [r.net for r in rungs if r.pays])):
        column = layout.column(key)
        page.formula(row, column, f"ROUND({sum_where(extents, column, pays)},9)", total(amounts), "bold_money")


def _chart(book: Workbook, page: Page, row: int, layout: Layout, count: int) -> int:
    """What each loss saves beside its net benefit, in the order of the ladder; where the table is continued, its first sheet."""
    chart = book.raw.add_chart({"type": "column"})
    place, first, last = f"={quoted(layout.name)}!", HEADER_ROW + 1, HEADER_ROW + min(count, _CHARTED)
    for key, name, colour in (("saved", "Tax saved this year", "#1F3864"), ("net", "Net benefit", "#C55A11")):
        column = layout.column(key)
        labels = layout.column("asset")
        series = {
            "name": name,
            "categories": f"{place}{fixed(first, labels)}:{fixed(last, labels)}",
            "values": f"{place}{fixed(first, column)}:{fixed(last, column)}",
            "fill": {"color": colour},
        }
        chart.add_series(series)
    chart.set_title({"name": "What each loss is worth, after those before it", "name_font": {"size": 12}})
    chart.set_x_axis({"label_position": "low"})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 280})
    page.sheet.insert_chart(row, 0, chart, {"object_position": 2})
    return row + 16


def _gains(page: Page, row: int, found: Review) -> None:
    """The other side: gains that are taxed at 0 %."""
    page.text(row, 0, band_note(found.band), "section")
    if not found.band.rungs:
        return
    page.header(row + 1, _TITLES, _STYLES)
    for number, rung in enumerate(found.band.rungs, start=row + 2):
        lot, trade = rung.lot, rung.trade
        amounts = (trade.gain, trade.value, rung.tax, rung.cost, rung.saved_later, rung.net)
        cells: tuple[Cell, ...] = (lot.asset, lot.account, trade.quantity, lot.term, *amounts, "yes" if rung.pays else "no")
        for column, (value, style) in enumerate(zip(cells, _STYLES, strict=True)):
            page.put(number, column, value, style)
