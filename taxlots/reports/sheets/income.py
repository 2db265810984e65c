"""Income: every receipt by kind, with its value, where that comes from, and the export's row."""

from decimal import Decimal

from taxlots import exact
from taxlots.reports.sheets.addresses import cell, spread, sum_where
from taxlots.reports.sheets.book import Field, Layout, Workbook, total
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import Page, exact_text

_NOTE = "Market value in the home currency when received; it is also the basis of the lot that it opens."


def layout(facts: Facts) -> Layout:
    """Columns of the sheet; Summary names them in its formulas."""
    fields = (
        Field("kind", "Kind", 22, "text", lambda r: r["kind"]),
        Field("year", "Tax year", 8, "year", lambda r: r["received_on"].year),
        Field("received", "Received (local)", 17, "time", lambda r: facts.local(r["time"])),
        Field("account", "Account", 12, "text", lambda r: r["account"]),
        Field("asset", "Asset", 9, "text", lambda r: r["asset"]),
        Field("quantity", "Quantity", 15, "quantity", lambda r: r["quantity"]),
        Field("exact", "Quantity in full, where a number is too short", 21, "right", lambda r: exact_text(r["quantity"])),
        Field("value", "Value", 14, "money", lambda r: r["value"], total=True),
        Field("price_source", "Value comes from", 30, "text", lambda r: r["price_source"]),
        Field("time", "Received (UTC)", 17, "time", lambda r: r["time"]),
        Field("transaction_id", "Transaction", 26, "text", lambda r: r["transaction_id"]),
        Field("sources", "File and row", 38, "wrap", lambda r: facts.places(r["sources"])),
    )
    return Layout("Income", fields, f"No income in {facts.period}.", _NOTE)


def kinds(facts: Facts) -> list[str]:
    """The kinds that occur, by name."""
    return sorted({row["kind"] for row in facts.income})


def value_of(facts: Facts, kind: str, year: int) -> Decimal:
    """Exact sum of a kind in a year."""
    return total(row["value"] for row in facts.income if row["kind"] == kind and row["received_on"].year == year)


def sum_formula(facts: Facts, kind: str | None = None, year: int | None = None) -> str:
    """Formula of the sum of values of a kind, a year, or both."""
    table = layout(facts)
    criteria = [(table.column("kind"), f'"{kind}"')] if kind else []
    criteria += [(table.column("year"), str(year))] if year else []
    return f"ROUND({sum_where(spread(table.name, len(facts.income)), table.column('value'), criteria)},9)"


def write(book: Workbook) -> None:
    """The sheet, with totals by kind below."""
    table = layout(book.facts)
    page, row = book.table(table, book.facts.income)
    if book.facts.income:
        page, row = book.below(page, row, len(kinds(book.facts)) + 2, table)
        _by_kind(page, row, table.column("value"))


def _by_kind(page: Page, row: int, column: int) -> None:
    page.text(row, 0, "By kind", "section")
    first = row + 1
    for number, kind in enumerate(kinds(page.facts), start=first):
        page.text(number, 0, kind)
        page.formula(number, column, sum_formula(page.facts, kind), total(r["value"] for r in page.facts.income if r["kind"] == kind))
    last = first + len(kinds(page.facts))
    page.row(last, ["Total", *[None] * column], "total")
    ranged = f"{cell(first, column)}:{cell(last - 1, column)}"
    page.formula(last, column, f"ROUND(SUM({ranged}),9)", total(r["value"] for r in page.facts.income), "total_money")


def total_of_year(facts: Facts, year: int) -> Decimal:
    """Exact sum of all income of a year."""
    with exact.exactly():
        return sum((value_of(facts, kind, year) for kind in kinds(facts)), Decimal(0))
