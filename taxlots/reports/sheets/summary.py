"""Summary: gain, income and tax by year with a chart, Schedule D per year tied to the sheets, the tax estimate, income by kind."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from taxlots import exact
from taxlots.reports.sheets import disposals, income
from taxlots.reports.sheets.addresses import HEADER_ROW, cell, fixed, letters, quoted, spread, sum_of
from taxlots.reports.sheets.book import Workbook, total
from taxlots.reports.sheets.content import UNITED_STATES, Facts
from taxlots.reports.sheets.page import DIFFERS, Page
from taxlots.reports.sheets.schedule_d import STYLES, TIE, TITLES, ScheduleD
from taxlots.reports.sheets.ties import Figure, Tie
from taxlots.tax import TaxDue

NAME = "Summary"
_WIDTHS = (10, 56, *[16] * 6, 10)
_OVERVIEW = ("Tax year", "Tax estimate", "Short-term gain", "Long-term gain", "Total gain", "Income", "Estimated tax")
OVERVIEW = {"short_gain": 2, "long_gain": 3, "gain": 4, "income": 5}  # columns with totals
_CHART_ROWS = 15
_DUE: tuple[tuple[str, Callable[[TaxDue], Decimal]], ...] = (
    ("Adjusted gross income", lambda due: due.agi),
    ("Deduction", lambda due: due.deduction),
    ("Taxable income", lambda due: due.taxable_income),
    ("Regular tax", lambda due: due.regular_tax),
    ("Alternative minimum tax", lambda due: due.amt),
    ("Net investment income tax", lambda due: due.niit),
    ("State tax (by assumption)", lambda due: due.state_tax),
)
_TAXES = 4  # the last of these add up to the total
_ESTIMATE_NOTE = "On the whole return as far as the settings tell it; exact rate schedules, before credits. An estimate, not a return."


def write(book: Workbook) -> None:
    """The sheet."""
    page, facts = book.page(NAME), book.facts
    page.widths(_WIDTHS)
    page.text(2, 0, "Every figure leads to a sheet of this workbook, and from there to a file and row.", "note")
    last = max(len(TITLES), len(facts.years) + 2) - 1
    page.sheet.set_column(len(_WIDTHS), max(len(_WIDTHS), last), 16)
    if not facts.years:
        page.text(HEADER_ROW, 0, f"No disposals and no income in {facts.period}.")
        page.finish(HEADER_ROW, last, header_row=None)
        return
    row, differing = _overview(book, page), 0
    for year in facts.years:
        schedule = ScheduleD(page, year, row)
        schedule.write()
        row, differing = schedule.row, differing + schedule.differing
    column = letters(TIE)
    counted = Figure(f"{NAME}, lines that differ", f'COUNTIF({quoted(NAME)}!${column}$1:${column}${row},"{DIFFERS}")', differing)
    book.ties.append(Tie("Schedule D: lines that the exact records do not explain", counted, Figure("none", "0", 0)))
    table = income.layout(facts)
    summed = sum_of(spread(table.name, len(facts.income)), table.column("value"))
    incomes = Figure(table.name, summed, _totals(facts)["income"])
    book.ties.append(Tie("Income of all years", Figure(NAME, *_address(facts, "income")), incomes))
    row = _estimate(page, row)
    row = _income(page, row)
    page.finish(row, last, header_row=None)


def _overview(book: Workbook, page: Page) -> int:
    facts = page.facts
    page.header(HEADER_ROW, _OVERVIEW, ("text", "text", *STYLES[2:7]))
    first = HEADER_ROW + 1
    for row, year in enumerate(facts.years, start=first):
        _year(page, row, year)
    after = first + len(facts.years)
    _column_totals(page, after, first)
    _chart(book, page, first, after - 1)
    return after + 2 + _CHART_ROWS


def _year(page: Page, row: int, year: int) -> None:
    facts = page.facts
    page.put(row, 0, year, "year")
    page.text(row, 1, _covered(facts, year))
    short, long = (disposals.gains(facts, year, term) for term in ("short", "long"))
    page.formula(row, 2, disposals.unrounded_sum(facts, "gain", year, term="short"), short)
    page.formula(row, 3, disposals.unrounded_sum(facts, "gain", year, term="long"), long)
    page.formula(row, 4, f"ROUND({cell(row, 2)}+{cell(row, 3)},9)", exact.CONTEXT.add(short, long))
    page.formula(row, 5, income.sum_formula(facts, year=year), income.total_of_year(facts, year))
    due = facts.taxes[year].due
    if due and facts.jurisdiction == UNITED_STATES:
        page.put(row, 6, due.total, "money")


def _covered(facts: Facts, year: int) -> str:
    if facts.jurisdiction != UNITED_STATES:
        return f"none: no tax of jurisdiction {facts.jurisdiction} in the workbook"
    tax = facts.taxes[year]
    if tax.due is None:
        return "not covered by the rules (see Schedule D below)"
    return f"{tax.position.filing_status}, federal and state, before credits" if tax.position else ""


def _column_totals(page: Page, row: int, first: int) -> None:
    page.row(row, ["Total", *[None] * (len(_OVERVIEW) - 1)], "total")
    values = _totals(page.facts)
    for name, column in OVERVIEW.items():
        value = values[name]
        page.formula(row, column, f"ROUND(SUM({cell(first, column)}:{cell(row - 1, column)}),9)", value, "total_money")


def total_of(facts: Facts, name: str) -> Figure | None:
    """The total over the years of one of `OVERVIEW`; None where the sheet has no years."""
    return Figure(NAME, *_address(facts, name)) if facts.years else None


def _address(facts: Facts, name: str) -> tuple[str, Decimal]:
    return f"{quoted(NAME)}!{cell(HEADER_ROW + 1 + len(facts.years), OVERVIEW[name])}", _totals(facts)[name]


def _totals(facts: Facts) -> dict[str, Decimal]:
    short, long = (total(r["gain"] for r in facts.disposals if r["term"] == term) for term in ("short", "long"))
    incomes = total(r["value"] for r in facts.income)
    return {"short_gain": short, "long_gain": long, "gain": exact.CONTEXT.add(short, long), "income": incomes}


def _chart(book: Workbook, page: Page, first: int, last: int) -> None:
    """Gain by year, short-term beside long-term."""
    chart = book.raw.add_chart({"type": "column"})
    place = f"={quoted(NAME)}!"
    for column, name, colour in ((2, "Short-term", "#C55A11"), (3, "Long-term", "#1F3864")):
        series = {
            "name": name,
            "categories": f"{place}{fixed(first, 0)}:{fixed(last, 0)}",
            "values": f"{place}{fixed(first, column)}:{fixed(last, column)}",
            "fill": {"color": colour},
        }
        chart.add_series(series)
    chart.set_title({"name": "Gain by tax year", "name_font": {"size": 12}})
    chart.set_x_axis({"label_position": "low"})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 280})
    page.sheet.insert_chart(last + 3, 1, chart, {"object_position": 2})


def _estimate(page: Page, row: int) -> int:
    facts = page.facts
    page.text(row, 0, "Tax estimate", "section")
    if facts.jurisdiction != UNITED_STATES:
        page.text(row + 1, 1, f"Jurisdiction {facts.jurisdiction}: no tax is computed.")
        return row + 3
    page.text(row + 1, 1, _ESTIMATE_NOTE, "note")
    page.header(row + 2, ["", "Tax year", *map(str, facts.years)], ["text", "text", *["money"] * len(facts.years)])
    row += 3
    titles = ["Filing status", *(title for title, _ in _DUE), "Estimated tax"]
    for number, title in enumerate(titles, start=row):
        page.text(number, 1, title, "bold" if title == titles[-1] else "text")
    for column, year in enumerate(facts.years, start=2):
        _estimated(page, row, column, year)
    row += len(titles)
    missing = [year for year in facts.years if facts.taxes[year].due is None]
    for number, year in enumerate(missing, start=row):
        page.text(number, 1, f"{year} is not covered: {facts.taxes[year].why_not}", "note")
    return row + len(missing) + 1


def _estimated(page: Page, row: int, column: int, year: int) -> None:
    tax = page.facts.taxes[year]
    if tax.due is None or tax.position is None:
        page.text(row, column, "not covered", "right")
        return
    page.text(row, column, tax.position.filing_status, "right")
    for number, (_, amount) in enumerate(_DUE, start=row + 1):
        page.put(number, column, amount(tax.due), "money")
    last = row + len(_DUE)
    ranged = f"{cell(last - _TAXES + 1, column)}:{cell(last, column)}"
    page.formula(last + 1, column, f"ROUND(SUM({ranged}),9)", tax.due.total, "bold_money")


def _income(page: Page, row: int) -> int:
    facts = page.facts
    page.text(row, 0, "Income by kind", "section")
    kinds = income.kinds(facts)
    if not kinds:
        page.text(row + 1, 1, f"No income in {facts.period}.")
        return row + 1
    page.header(row + 1, ["", "Tax year", *map(str, facts.years)], ["text", "text", *["money"] * len(facts.years)])
    first = row + 2
    for number, kind in enumerate(kinds, start=first):
        page.text(number, 1, kind)
        for column, year in enumerate(facts.years, start=2):
            page.formula(number, column, income.sum_formula(facts, kind, year), income.value_of(facts, kind, year))
    after = first + len(kinds)
    page.text(after, 1, "Total", "bold")
    _year_totals(page, first, after, facts.years)
    return after


def _year_totals(page: Page, first: int, row: int, years: Sequence[int]) -> None:
    for column, year in enumerate(years, start=2):
        formula = f"ROUND(SUM({cell(first, column)}:{cell(row - 1, column)}),9)"
        page.formula(row, column, formula, income.total_of_year(page.facts, year), "bold_money")
