"""Rebalance: the alternatives side by side with all their figures, then every alternative's trades with their reasons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.comparison import best_of
from taxlots.decisions.plan import Figures, Plan, Trade
from taxlots.decisions.portfolio import Portfolio
from taxlots.reports.sheets.addresses import HEADER_ROW, cell, fixed, quoted
from taxlots.reports.sheets.book import Workbook
from taxlots.reports.sheets.page import Cell, Page, exact_text

NAME = "Rebalance"
_MARKERS = ("circle", "diamond", "square", "triangle")
_COLOURS = ("#1F3864", "#C55A11", "#2E7D32", "#7030A0", "#BF9000", "#00838F", "#AD1457", "#595959")
_LABEL_WIDTH, _WIDTH = 58, 15.5
_NO_ALTERNATIVE = "No rebalance alternatives were computed: give [targets] in taxlots.toml and prices."


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of every plan. `formula` names other rows by key."""

    key: str
    title: str
    value: Callable[[Figures], Decimal]
    style: str = "money"
    formula: str = ""


ROWS = (
    Row("tax_now", "Tax now", lambda f: f.tax_now),
    Row("tax_later", "Tax of later years", lambda f: f.tax_later),
    Row("trading_cost", "Trading cost", lambda f: f.trading_cost),
    Row("carryover_value", "Worth of the loss carried over", lambda f: f.carryover_value),
    Row("future_tax_saved", "Later tax saved (the gain is already taxed)", lambda f: f.future_tax_saved),
    Row("drift_cost_before", "Cost of drift before", lambda f: f.drift_cost_before),
    Row("drift_cost", "Cost of drift after", lambda f: f.drift_cost),
    Row(
        "score",
        "Score: what it gains over doing nothing",
        lambda f: f.score,
        "bold_money",
        "ROUND(-({tax_now}+{tax_later}+{trading_cost})+{carryover_value}+{future_tax_saved}-({drift_cost}-{drift_cost_before}),9)",
    ),
    Row("points_before", "Drift before, percentage points in sum", lambda f: f.drift_before.total_points, "points"),
    Row("points_after", "Drift after, percentage points in sum", lambda f: f.drift_after.total_points, "points"),
    Row("largest_before", "Largest drift of one asset before, points", lambda f: f.drift_before.largest_points, "points"),
    Row("largest_after", "Largest drift of one asset after, points", lambda f: f.drift_after.largest_points, "points"),
    Row("value_before", "Drift before, in home currency", lambda f: f.drift_before.value),
    Row("value_after", "Drift after, in home currency", lambda f: f.drift_after.value),
    Row("short_term_gain", "Short-term gain realised", lambda f: f.short_term_gain),
    Row("long_term_gain", "Long-term gain realised", lambda f: f.long_term_gain),
    Row("turnover", "Turnover (bought and sold)", lambda f: f.turnover),
    Row("cash_after", "Cash after", lambda f: f.cash_after),
    Row("after_tax_value", "Value at the horizon after tax", lambda f: f.after_tax_value),
)
_TRADE_TITLES = (
    "Trade and reason",
    "Side",
    "Asset",
    "Account",
    "Quantity",
    "Quantity in full",
    "Value",
    "Gain",
    "Tax it adds",
    "Term",
    "Lot",
)
_CURVE_TITLES = ("Plan", "Drift, points", "Drift", "Tax", "Trading cost", "Together")
_CURVE_STYLES = ("text", "points", "money", "money", "money", "money")
_TRADE_STYLES = ("wrap", "text", "text", "text", "quantity", "right", "money", "money", "money", "text", "text")


def write(book: Workbook) -> None:
    """The sheet."""
    page = book.page(NAME)
    plans = ranked(book.facts.content.plans)
    portfolio = book.facts.content.portfolio
    last = max(len(plans), len(_TRADE_TITLES) - 1)
    page.widths([_LABEL_WIDTH, *[_WIDTH] * last])
    if not plans:
        page.text(HEADER_ROW, 0, _NO_ALTERNATIVE)
        page.finish(_planned(page, HEADER_ROW + 2) if page.facts.content.plan else HEADER_ROW, last)
        return
    page.text(2, 0, "Best score first; all amounts in the home currency. Score and totals are formulas.", "note")
    row = _figures(page, plans)
    row = _remarks(page, plans, row)
    if portfolio:
        row = _terms(page, portfolio, row)
    row = _chart(book, page, plans, row + 1)
    row = _curve(book, page, row + 1)
    row = _planned(page, row)
    for plan in _in_reading_order(plans):
        row = _trades(page, plan, row + 1)
    page.finish(row, last, header_row=None, columns=1)


def ranked(plans: Sequence[Plan]) -> list[Plan]:
    """Feasible plans first, by score."""
    return sorted(plans, key=lambda plan: (not plan.feasible, -plan.figures.score))


def _in_reading_order(plans: Sequence[Plan]) -> list[Plan]:
    """The best plan of today first, since that is the one to act on; then the others as ranked."""
    best = best_of(plans)
    return sorted(plans, key=lambda plan: plan is not best)


def _figures(page: Page, plans: Sequence[Plan]) -> int:
    page.header(HEADER_ROW, ["Figure", *(plan.name for plan in plans)], ["text", *["money"] * len(plans)])
    rows = {row.key: HEADER_ROW + 1 + number for number, row in enumerate(ROWS)}
    for figure in ROWS:
        number = rows[figure.key]
        page.text(number, 0, figure.title, "bold" if figure.formula else "text")
        for column, plan in enumerate(plans, start=1):
            value = figure.value(plan.figures)
            if figure.formula:
                formula = figure.formula.format_map({key: cell(at, column) for key, at in rows.items()})
                page.formula(number, column, formula, value, figure.style)
            else:
                page.put(number, column, value, figure.style)
    return HEADER_ROW + 1 + len(ROWS)


def _remarks(page: Page, plans: Sequence[Plan], row: int) -> int:
    page.text(row, 0, "Feasible")
    page.text(row + 1, 0, "Number of trades")
    page.text(row + 2, 0, "No plan can score above (proof of the optimum)")
    page.text(row + 3, 0, "Gap to that bound, as a share of the score")
    for column, plan in enumerate(plans, start=1):
        page.text(row, column, "yes" if plan.feasible else "NO", "right" if plan.feasible else "error")
        page.put(row + 1, column, len(plan.trades), "whole")
        if plan.certificate:
            page.put(row + 2, column, plan.certificate.bound, "money")
            page.put(row + 3, column, plan.certificate.gap, "tiny")
    row += 5
    page.text(row, 0, "What each alternative is", "section")
    for number, plan in enumerate(plans, start=row + 1):
        page.text(number, 0, f"{plan.name}: {'; '.join((plan.meaning, *plan.notes))}")
    row += len(plans) + 1
    for assumption in dict.fromkeys(a for plan in plans if plan.certificate for a in plan.certificate.assumptions):
        page.text(row, 0, f"Assumed by the proof: {assumption}", "note")
        row += 1
    return row


def _terms(page: Page, portfolio: Portfolio, row: int) -> int:
    """The prices that the decision puts on things, in words."""
    terms = portfolio.terms
    with exact.exactly():
        cents = exact.plain(terms.drift_penalty * 100)
        carried, later = exact.plain(terms.carryforward_value * 100), exact.plain(terms.future_rate * 100)
    lines = (
        f"A dollar out of place is taken to cost {cents} cents (drift_penalty): drift in home currency times that is the cost of drift.",
        f"A dollar of loss carried over is taken to be worth {carried} cents; of gain realised now it saves {later} cents of later tax.",
        f"A dollar traded costs {exact.plain(terms.trading_cost_bps)} hundredths of a cent (trading_cost_bps).",
        f"Horizon {exact.plain(terms.horizon_years)} years, growth {exact.plain(terms.growth)} a year, the same for all assets.",
        f"Cash {exact.plain(terms.cash)}, contribution {exact.plain(terms.contribution)}, withdrawal {exact.plain(terms.withdrawal)}.",
    )
    page.text(row + 1, 0, "What is taken for granted", "section")
    for number, line in enumerate(lines, start=row + 2):
        page.text(number, 0, line)
    return row + 2 + len(lines)


def _chart(book: Workbook, page: Page, plans: Sequence[Plan], row: int) -> int:
    """Tax against what remains out of place: each alternative a point."""
    chart = book.raw.add_chart({"type": "scatter"})
    keys = [figure.key for figure in ROWS]
    tax, drift = (HEADER_ROW + 1 + keys.index(key) for key in ("tax_now", "points_after"))
    for column, plan in enumerate(plans, start=1):
        place = f"={quoted(page.name)}!"
        points = {
            "name": plan.name,
            "categories": f"{place}{fixed(drift, column)}",
            "values": f"{place}{fixed(tax, column)}",
            "marker": {"type": _MARKERS[column % len(_MARKERS)], "size": 9, "fill": {"color": _COLOURS[column % len(_COLOURS)]}},
        }
        chart.add_series(points)
    chart.set_title({"name": "Tax now against drift left", "name_font": {"size": 12}})
    chart.set_x_axis({"name": "Drift after, percentage points", "num_format": "0.0", "label_position": "low"})
    chart.set_y_axis({"name": "Tax now", "num_format": "#,##0", "label_position": "low"})
    chart.set_size({"width": 900, "height": 340})
    page.sheet.insert_chart(row, 0, chart, {"object_position": 2})
    return row + 18


def _curve(book: Workbook, page: Page, row: int) -> int:
    """The frontier: the least tax and cost for each level of drift, as a table and as a line."""
    points = page.facts.content.curve
    if not points:
        return row
    page.text(row, 0, "Frontier: no plan leaves as little drift for less", "section")
    page.header(row + 1, _CURVE_TITLES, _CURVE_STYLES)
    first = row + 2
    for number, one in enumerate(points, start=first):
        tax, cost = one.point.evaluated.tax, one.point.evaluated.trading_cost
        page.row(number, [one.meaning], "text")
        page.put(number, 1, one.drift_points, "points")
        page.row(number, (one.point.drift, tax, cost), "money", first=2)
        page.formula(number, 5, f"ROUND({cell(number, 3)}+{cell(number, 4)},9)", exact.CONTEXT.add(tax, cost), "money")
    last = first + len(points) - 1
    place = f"={quoted(page.name)}!"
    chart = book.raw.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
    chart.add_series(
        {
            "name": "Frontier",
            "categories": f"{place}{fixed(first, 1)}:{fixed(last, 1)}",
            "values": f"{place}{fixed(first, 5)}:{fixed(last, 5)}",
            "line": {"color": _COLOURS[0]},
            "marker": {"type": "circle", "size": 5, "fill": {"color": _COLOURS[0]}},
        }
    )
    chart.set_title({"name": "Tax and cost against drift", "name_font": {"size": 12}})
    chart.set_x_axis({"name": "Drift that remains, percentage points", "num_format": "0.0", "label_position": "low"})
    chart.set_y_axis({"name": "Tax and trading cost", "num_format": "#,##0", "label_position": "low"})
    chart.set_legend({"none": True})
    chart.set_size({"width": 900, "height": 340})
    page.sheet.insert_chart(last + 2, 0, chart, {"object_position": 2})
    return last + 21


def _planned(page: Page, row: int) -> int:
    """The plan file that the report was given."""
    plan = page.facts.content.plan
    if plan is None:
        return row
    told = f"Plan {plan.plan} of {plan.as_of}: tax {exact.cents(plan.tax_after)} predicted for {plan.as_of.year}"
    page.text(row, 0, told, "section")
    page.header(row + 1, _TRADE_TITLES, _TRADE_STYLES)
    for number, t in enumerate(plan.trades, start=row + 2):
        when = f" on {t.on}" if t.on else ""
        what = f"{t.side.capitalize()}{when} {exact.plain(t.quantity)} {t.asset}: {t.why}"
        amounts: tuple[Cell, ...] = (t.quantity, exact_text(t.quantity), t.value, t.gain, t.tax, t.term or "", t.lot_id or "")
        cells: tuple[Cell, ...] = (what, t.side, t.asset, t.account, *amounts)
        for column, (value, style) in enumerate(zip(cells, _TRADE_STYLES, strict=True)):
            page.put(number, column, value, style)
    return row + 3 + len(plan.trades)


def _trades(page: Page, plan: Plan, row: int) -> int:
    page.text(row, 0, f"Trades of {plan.name}" + ("" if plan.feasible else " (not feasible)"), "section")
    if not plan.trades:
        page.text(row + 1, 0, "No trades.")
        return row + 2
    page.header(row + 1, _TRADE_TITLES, _TRADE_STYLES)
    first = row + 2
    for number, trade in enumerate(plan.trades, start=first):
        for column, (value, style) in enumerate(zip(_trade(trade), _TRADE_STYLES, strict=True)):
            page.put(number, column, value, style)
    after = first + len(plan.trades)
    page.row(after, ["Total", *[None] * (len(_TRADE_TITLES) - 1)], "total")
    with exact.exactly():
        sums = {
            6: sum((t.value for t in plan.trades), Decimal(0)),
            7: sum((t.gain for t in plan.trades), Decimal(0)),
            8: sum((t.tax for t in plan.trades), Decimal(0)),
        }
    for column, value in sums.items():
        page.formula(after, column, f"ROUND(SUM({cell(first, column)}:{cell(after - 1, column)}),9)", value, "total_money")
    return after + 1


def _trade(trade: Trade) -> tuple[Cell, ...]:
    lot = trade.lot
    when = f" on {trade.on}" if trade.on else ""
    told = f"{trade.side.capitalize()}{when} {exact.plain(trade.quantity)} {trade.asset}: {trade.why}"
    fate: tuple[Cell, ...] = (trade.gain, trade.tax, trade.term, lot.lot_id) if lot else (None, None, "", "")
    return (told, trade.side, trade.asset, trade.account, trade.quantity, exact_text(trade.quantity), trade.value, *fate)
