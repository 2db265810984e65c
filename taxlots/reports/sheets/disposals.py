"""Disposals: one row per lot piece, with both ends' file and row. Net, gain, holding days and totals are live formulas."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.lots.realized import is_result
from taxlots.reports.form8949 import NO_BOX
from taxlots.reports.sheets.addresses import spread, sum_where
from taxlots.reports.sheets.book import Field, Layout, Workbook
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import Cell, exact_text

Row = dict[str, Any]


def layout(facts: Facts) -> Layout:
    """Columns of the sheet; Summary and Form 8949 name them in their formulas."""
    return Layout(
        "Disposals", (*_what(facts), *_money(), *_provenance(facts)), f"No disposals in {facts.period}.", _NOTE, second_page="kind"
    )


_NOTE = "One row per piece of a lot sold. Net proceeds, gain, holding days and totals are formulas; amounts are not rounded to cents."


def _what(facts: Facts) -> tuple[Field, ...]:
    return (
        Field("disposal_id", "Disposal", 29, "text", lambda r: r["disposal_id"]),
        Field("year", "Tax year", 7, "year", lambda r: r["disposed_on"].year),
        Field("account", "Account", 12, "text", lambda r: r["account"]),
        Field("asset", "Asset", 8, "text", lambda r: r["asset"]),
        Field("quantity", "Quantity", 16, "quantity", lambda r: r["quantity"]),
        Field("acquired", "Acquired (local)", 17, "time", lambda r: _acquired(r, facts)),
        Field("sold", "Sold (local)", 17, "time", lambda r: facts.local(r["disposed"])),
        Field("days", "Holding days", 9, "whole", _days, "INT({sold})-{starts}"),
        Field("term", "Term", 7, "text", lambda r: r["term"]),
        Field("box", "Box", 6, "text", lambda r: r["box"] or NO_BOX),
    )


def _money() -> tuple[Field, ...]:
    return (
        Field("gross", "Gross proceeds", 14, "money", lambda r: r["gross_proceeds"], total=True),
        Field("fee", "Selling fee", 11, "money", lambda r: r["fee"], total=True),
        Field("net", "Net proceeds", 14, "money", lambda r: r["proceeds"], "ROUND({gross}-{fee},9)", total=True),
        Field("basis", "Basis", 14, "money", lambda r: r["basis"], total=True),
        Field("code", "Adjustment code", 14, "text", lambda r: r["adjustment_code"]),
        Field("adjustment", "Adjustment", 13, "money", lambda r: r["adjustment"], total=True),
        Field("gain", "Gain or loss", 14, "money", lambda r: r["gain"], "ROUND({net}-{basis}+{adjustment},9)", total=True),
    )


def _provenance(facts: Facts) -> tuple[Field, ...]:
    return (
        Field("kind", "Kind", 10, "text", lambda r: r["kind"]),
        Field("method", "Method", 10, "text", lambda r: r["method"]),
        Field("starts", "Holding starts", 12, "date", lambda r: r["holding_starts"]),
        Field("exact", "Quantity in full, where a number is too short", 22, "right", lambda r: exact_text(r["quantity"])),
        Field("lot_id", "Lot", 29, "text", lambda r: r["lot_id"]),
        Field("transaction_id", "Sale's transaction", 26, "text", lambda r: r["transaction_id"]),
        Field("lot_transaction_id", "Purchase's transaction", 26, "text", lambda r: r["lot_transaction_id"]),
        Field("acquired_utc", "Acquired (UTC)", 17, "time", lambda r: r["acquired"]),
        Field("sold_utc", "Sold (UTC)", 17, "time", lambda r: r["disposed"]),
        Field("sources", "Sale: file and row", 38, "wrap", lambda r: facts.places(r["sources"])),
        Field("lot_sources", "Purchase: file and row", 38, "wrap", lambda r: facts.places(r["lot_sources"])),
    )


def _acquired(row: Row, facts: Facts) -> Cell:
    if row["acquired"] is None:
        return "a result" if is_result(row) else "not covered" if row["lot_id"] is None else "a pool"
    return facts.local(row["acquired"])


def _days(row: Row) -> Cell:
    if row["holding_starts"] is None:
        return None
    held: timedelta = row["disposed_on"] - row["holding_starts"]
    return held.days


def unrounded_sum(facts: Facts, column: str, year: int, **where: str) -> str:
    """Formula of the sum of a column over the rows of a year and of the given column values."""
    table = layout(facts)
    criteria = [(table.column("year"), str(year)), *((table.column(key), f'"{value}"') for key, value in where.items())]
    return f"ROUND({sum_where(spread(table.name, len(facts.disposals)), table.column(column), criteria)},9)"


def gains(facts: Facts, year: int, term: str) -> Decimal:
    """Exact sum of the gains of a year and term."""
    with exact.exactly():
        rows = (r["gain"] for r in facts.disposals if r["disposed_on"].year == year and r["term"] == term)
        return sum(rows, Decimal(0))


def write(book: Workbook) -> None:
    """The sheet."""
    book.table(layout(book.facts), book.facts.disposals)
