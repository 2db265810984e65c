"""Swissquote: the transactions CSV, in English or German, in Zurich time.

The net amount contains the costs. In a dividend the costs are the tax withheld. The wider layout states the net amount a second time in
the account's currency, which is what moved. Two rows of one order exchange money. A bond traded with accrued interest is reported.
"""

from collections.abc import Sequence
from datetime import tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from taxlots import exact
from taxlots.importers.brokers import brokerage, orders
from taxlots.importers.brokers.broker_cells import day_first, in_english
from taxlots.importers.brokers.brokerage import ACCRUED, BUY, CASH, COST, DIVIDEND, INTEREST, RETURNED, SELL, Entry
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, Table
from taxlots.importers.spellings import folded

REQUIRED = (
    "Date",
    "Order #",
    "Transaction",
    "Symbol",
    "Name",
    "ISIN",
    "Quantity",
    "Unit price",
    "Costs",
    "Accrued Interest",
    "Net Amount",
    "Balance",
    "Currency",
)
GERMAN = {
    "Datum": "Date",
    "Auftrag #": "Order #",
    "Transaktionen": "Transaction",
    "Symbol": "Symbol",
    "Name": "Name",
    "ISIN": "ISIN",
    "Anzahl": "Quantity",
    "Stückpreis": "Unit price",
    "Kosten": "Costs",
    "Aufgelaufene Zinsen": "Accrued Interest",
    "Nettobetrag": "Net Amount",
    "Saldo": "Balance",
    "Währung": "Currency",
    "Währung Nettobetrag": "Currency Net Amount",
    "Nettobetrag in der Währung des Kontos": "Net Amount in the currency of the account",
}
GERMAN_REQUIRED = tuple(german for german, english in GERMAN.items() if english in REQUIRED)
ACCOUNT = "swissquote"
ZURICH = ZoneInfo("Europe/Zurich")
_EXCHANGE = "exchange of money"
_DEEDS = {
    **dict.fromkeys(("Buy", "Kauf"), BUY),
    **dict.fromkeys(("Sell", "Verkauf"), SELL),
    **dict.fromkeys(("Dividend", "Dividende", "Capital Gain", "Kapitalgewinn"), DIVIDEND),
    **dict.fromkeys(("Repayment", "Capital Repayment", "Kapitalrückzahlung"), RETURNED),
    **dict.fromkeys(("Interests", "Interest", "Zinsen", "Interests on debits", "Zinsen auf Belastungen"), INTEREST),
    **dict.fromkeys(("Custody Fees", "Fees Tax Statement", "Fees", "Depotgebühren", "Spesen Steuerauszug", "Gebühren"), COST),
    **dict.fromkeys(("Credit", "Debit", "Payment", "Vergütung", "Auszahlung", "Einzahlung", "Gutschrift", "Belastung", "Zahlung"), CASH),
    **dict.fromkeys(("Forex credit", "Forex debit", "Fx credit comp.", "Fx debit comp."), _EXCHANGE),
    **dict.fromkeys(("Forex-Gutschrift", "Forex-Belastung", "Fx-Gutschrift Comp.", "Fx-Belastung Comp."), _EXCHANGE),
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}
_PENCE, _CENTS = Decimal(100), Decimal("0.02")


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is Zurich's
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        entries = brokerage.read_entries(tables, intake, _entry)
        stated = [(entry, None if _in_pence(entry.row) else number(entry.row, "Balance")) for entry in entries]
        orders.check_cash(stated, intake)
        exchanges = [entry for entry in entries if entry.deed == _EXCHANGE]
        orders.take_exchanges(exchanges, lambda entry: (entry.row.text("Order #"), entry.time), intake)
        brokerage.book([entry for entry in entries if entry.deed != _EXCHANGE], intake)
    return intake


def _entry(row: Row) -> Entry:
    said = row.text("Transaction")
    deed = _KNOWN.get(said.casefold())
    if deed is None:
        raise brokerage.unknown(said, _DEEDS)
    moment, date_only = day_first(row, "Date", ZURICH)
    amount, costs, currency = _money(row)
    number(row, "Balance")  # a balance that is no number shows that the row's cells are shifted
    quantity = number(row, "Quantity") or Decimal(0)
    gross = quantity * (number(row, "Unit price") or Decimal(0))
    return Entry(
        row=row,
        deed=_settled(row, deed, amount),
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=row.text("Symbol").upper() or row.text("ISIN").upper(),
        quantity=quantity,
        amount=amount,
        fees=costs if deed in {BUY, SELL} else Decimal(0),
        currency=currency,
        note=" ".join(filter(None, (said, row.text("Symbol"), row.text("Name"), row.text("ISIN")))),
        asset_class="security",
        withheld=(costs, currency) if deed == DIVIDEND and costs and abs(gross - costs - amount) <= _CENTS else None,
    )


def _settled(row: Row, deed: str, amount: Decimal) -> str:
    """The deed, by what else the row says."""
    if deed in {BUY, SELL} and number(row, "Accrued Interest"):
        return ACCRUED
    return COST if deed == INTEREST and amount < 0 else deed


def _money(row: Row) -> tuple[Decimal, Decimal, str]:
    """What moved, the costs that it contains, and their currency; costs in another currency stay inside."""
    own = next((name for name in row.cells if folded(name).startswith("net amount in")), "")
    currency, traded = row.text("Currency").upper(), row.text("Currency Net Amount").upper()
    amount = required(row, own or "Net Amount")
    costs = abs(number(row, "Costs") or Decimal(0)) if traded in {"", currency} else Decimal(0)
    return (amount / _PENCE, costs / _PENCE, "GBP") if _in_pence(row) else (amount, costs, currency)


def _in_pence(row: Row) -> bool:
    return row.text("Currency").upper() == "GBX"


read_german = in_english(read, GERMAN)
