"""Freetrade: the activity CSV of an account.

The total is in the account's currency and contains stamp duty and the fee for currency exchange. A dividend's total is what arrived;
the tax withheld stands beside it in the instrument's currency. Some exports have broken times (`08:45:000.000Z`): those are named.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import ASIDE, BUY, CASH, CORPORATE, DIVIDEND, INTEREST, SELL, TRADE, Entry
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction

REQUIRED = ("Title", "Type", "Timestamp", "Account Currency", "Total Amount", "Buy / Sell", "Ticker", "ISIN", "Quantity", "Order ID")
ACCOUNT = "freetrade"
_GIFT = "free share"
_DEEDS = {
    "ORDER": TRADE,
    "FREESHARE_ORDER": _GIFT,
    "DIVIDEND": DIVIDEND,
    "PROPERTY": DIVIDEND,
    "INTEREST_FROM_CASH": INTEREST,
    "TOP_UP": CASH,
    "WITHDRAWAL": CASH,
    "MONTHLY_STATEMENT": ASIDE + "a document, no movement",
    "STOCK_SPLIT": CORPORATE,
}
_SIDES = {"BUY": BUY, "SELL": SELL}


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        entries = brokerage.read_entries(tables, intake, _entry)
        for entry in entries:
            if entry.deed == _GIFT:
                brokerage.take_together([entry], _free_share, intake)
        brokerage.book([entry for entry in entries if entry.deed != _GIFT], intake)
    return intake


def _entry(row: Row) -> Entry:
    said = row.text("Type").upper()
    deed = _DEEDS.get(said)
    if deed is None:
        raise brokerage.unknown(said, _DEEDS)
    deed = _side(row) if deed == TRADE else deed
    total = number(row, "Total Amount") or Decimal(0)
    moment, date_only = brokerage.when(row, "Timestamp", UTC)
    return Entry(
        row=row,
        deed=deed,
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=row.text("Ticker").upper() or row.text("ISIN").upper(),
        quantity=number(row, "Quantity") or Decimal(0),
        amount=-total if deed == BUY or said == "WITHDRAWAL" else total,
        fees=_fees(row) if deed in {BUY, SELL} else Decimal(0),
        currency=row.text("Account Currency").upper(),
        note=" ".join(filter(None, (row.text("Title"), row.text("Ticker"), row.text("ISIN")))),
        id=row.text("Order ID"),
        asset_class="security",
        withheld=_withheld(row) if deed == DIVIDEND else None,
    )


def _side(row: Row) -> str:
    said = row.text("Buy / Sell").upper()
    if said not in _SIDES:
        raise RowError("ROW_INVALID", f"column 'Buy / Sell': {said!r} is neither BUY nor SELL")
    return _SIDES[said]


def _fees(row: Row) -> Decimal:
    return (number(row, "Stamp Duty") or Decimal(0)) + (number(row, "FX Fee Amount") or Decimal(0))


def _withheld(row: Row) -> tuple[Decimal, str] | None:
    tax = number(row, "Dividend Withheld Tax Amount")
    return (tax, row.text("Instrument Currency").upper() or row.text("Account Currency").upper()) if tax else None


def _free_share(group: Sequence[Entry]) -> Transaction:
    """A share that Freetrade gave, at what it was worth."""
    (entry,) = group
    if not entry.symbol or entry.quantity <= 0 or entry.amount <= 0:
        raise RowError("ROW_INVALID", "a free share needs a ticker, a quantity and its value")
    made = brokerage.transaction(entry, "income:reward", received=(entry.quantity, entry.symbol))
    return replace(made, value=entry.amount, value_currency=entry.currency)
