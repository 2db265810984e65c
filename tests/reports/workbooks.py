"""A small history written as files, its workbook, and the workbook's cells as text.

`TAXLOTS_REWRITE_GOLDENS=1 pytest tests/reports` writes the golden files anew; read the diff before committing it.
"""

import csv
import io
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from taxlots import __version__
from taxlots.decisions.comparison import compare
from taxlots.decisions.money_frontier import portfolio_frontier
from taxlots.importers.universal import COLUMNS
from taxlots.reports.harvest_documents import review
from taxlots.reports.workbook import Content, write_workbook
from taxlots.session import Choices, open_session

GOLDEN = Path(__file__).parent / "golden"
# LibreOffice's setting to calculate every formula anew when it opens a workbook.
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
HOSTILE = ("=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+1", "-2+3", "\tTAB", "\rCR")

Row = dict[str, str]


def buy(time: str, asset: str, quantity: str, cost: str, **more: str) -> Row:
    """A purchase with dollars."""
    return {"time": time, "account": "coinbase", "kind": "buy", "sent_quantity": cost, "sent_asset": "USD"} | _got(asset, quantity) | more


def sell(time: str, asset: str, quantity: str, proceeds: str, **more: str) -> Row:
    """A sale for dollars."""
    given = {"sent_quantity": quantity, "sent_asset": asset}
    return {"time": time, "account": "coinbase", "kind": "sell"} | given | _got("USD", proceeds) | more


def received(time: str, kind: str, asset: str, quantity: str, **more: str) -> Row:
    """Income or an inheritance."""
    return {"time": time, "account": "coinbase", "kind": kind} | _got(asset, quantity) | more


def _got(asset: str, quantity: str) -> Row:
    return {"received_quantity": quantity, "received_asset": asset}


FEE = {"fee_quantity": "12.34", "fee_asset": "USD"}
HISTORY = [
    buy("2023-01-05T12:00:00Z", "BTC", "1", "16800.55", id="b1"),
    buy("2023-12-31T23:30:00-05:00", "BTC", "0.123456789012345678", "5200.07", id="b2", fee_quantity="3.21", fee_asset="USD"),
    buy("2025-03-01T12:00:00Z", "ETH", "10", "23000", id="b3"),
    buy("2025-11-01T12:00:00Z", "ETH", "5", "19500", id="b4"),
    received("2024-06-01T00:00:00Z", "income:staking", "ETH", "0.05", id="i1", value="190.123456789"),
    received("2025-06-01T00:00:00Z", "income:staking", "ETH", "0.06", id="i2"),
    received("2025-07-01T00:00:00Z", "income:airdrop", "UNI", "7", id="i3", value="49"),
    received("2025-02-03T00:00:00Z", "inheritance", "LTC", "3", id="h1", value="300"),
    sell("2024-02-01T12:00:00Z", "BTC", "0.4", "17100.01", id="s1", **FEE),
    sell("2025-05-05T12:00:00Z", "BTC", "0.7", "66500.33", id="s2", **FEE),
    sell("2025-08-05T12:00:00Z", "ETH", "3", "10500", id="s3", account="kraken"),
    sell("2025-09-05T12:00:00Z", "ETH", "4.0000000001", "17200.005", id="s4"),
    sell("2025-10-05T12:00:00Z", "LTC", "1", "95.5", id="s5"),
]
COMPLETE = [row for row in HISTORY if row["id"] != "s3"]
PRICES = """time,asset,price,currency,source
2025-06-01,ETH,2500.10,USD,exchange close
2026-06-29,BTC,105000,USD,exchange close
2026-06-29,ETH,2900.5,USD,exchange close
2026-06-29,LTC,88,USD,exchange close
2026-06-29,UNI,6.5,USD,exchange close
"""
SETTINGS = """
[profile]
filing_status = "single"
timezone = "America/New_York"
[profile.2024]
wages = 90000
[profile.2025]
wages = 95000
short_term = -120.5
[profile.2026]
wages = 99000
[targets]
BTC = 0.6
ETH = { weight = 0.35, band = 0.02 }
[rebalance]
cash = 500
[files]
prices = "prices.csv"
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A workbook with the content that it was written from."""

    path: Path
    content: Content


def content_of(folder: Path, rows: list[Row], *, settings: str = SETTINGS, decide: bool = True, year: int | None = None) -> Content:
    """The run of a history; call it with `folder` as the current folder, so that files have short names."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    (folder / "history.csv").write_text(out.getvalue(), encoding="utf-8", newline="")
    (folder / "prices.csv").write_text(PRICES, encoding="utf-8")
    (folder / "taxlots.toml").write_text(settings, encoding="utf-8")
    session = open_session([Path("history.csv")], Choices(as_of="2026-06-30"))
    if not decide:
        return Content(session, year=year)
    portfolio = session.portfolio()
    return Content(
        session, compare(portfolio), portfolio, review(portfolio, session.replacements), year, curve=portfolio_frontier(portfolio, 5)
    )


def written(content: Content, path: Path) -> Written:
    """The workbook of a content."""
    write_workbook(content, path)
    return Written(path, content)


def cells(path: Path, *, values: bool) -> dict[str, dict[str, Any]]:
    """Per sheet the non-empty cells by address; `values` gives what a formula comes to instead of its text."""
    book = openpyxl.load_workbook(path, data_only=values)
    return {sheet.title: {c.coordinate: c.value for row in sheet.iter_rows() for c in row if c.value is not None} for sheet in book}


def as_lines(path: Path, sheet: str, decimals: int = 12) -> list[list[str]]:
    """A sheet's rows as text, a formula as its text and, after `->`, its cached value."""
    formulas = openpyxl.load_workbook(path)[sheet]
    cached = openpyxl.load_workbook(path, data_only=True)[sheet]
    pairs = zip(formulas.iter_rows(), cached.iter_rows(values_only=True), strict=True)
    return [[_told(cell.value, value, decimals) for cell, value in zip(row, values, strict=True)] for row, values in pairs]


def _told(text: Any, value: Any, decimals: int) -> str:
    if text is None:
        return ""
    if isinstance(text, str) and text.startswith("=") and text != value:
        return f"{text} -> {_told(value, value, decimals)}"
    if isinstance(value, str):
        return value.replace(f"taxlots {__version__}", "taxlots VERSION")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return repr(round(value, decimals) + 0.0) if isinstance(value, (int, float)) else str(value)


def compare_golden(name: str, lines: list[list[str]]) -> None:
    """The lines equal the golden file of that name."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    golden = GOLDEN / f"{name}.csv"
    if os.environ.get("TAXLOTS_REWRITE_GOLDENS"):
        golden.write_text(out.getvalue(), encoding="utf-8", newline="")
    assert out.getvalue() == golden.read_bytes().decode()
