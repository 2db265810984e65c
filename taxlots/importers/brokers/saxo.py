"""Saxo: the transactions export, saved as CSV, with `02-Jan-2025` as dates and trades told by a sentence (`Buy 3 @ 139.74 USD`).

The amount contains the commission and is in the account's currency, which no column names. Where the conversion rate is 1, it is the
instrument's; elsewhere it is the one currency that the client's rows with a rate of 1 have, and without one the row can't be used.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.broker_cells import day_first
from taxlots.importers.brokers.brokerage import BUY, CASH, CORPORATE, COST, DIVIDEND, INTEREST, OPTION, SELL, Entry
from taxlots.importers.numbers import NumberError, number, parse_number
from taxlots.importers.records import Intake, Row, RowError, Table, all_rows
from taxlots.kinds import is_fiat

REQUIRED = (
    "Client ID",
    "Trade Date",
    "Value Date",
    "Type",
    "Instrument",
    "Instrument ISIN",
    "Instrument currency",
    "Instrument Symbol",
    "Event",
    "Conversion Rate",
)
ACCOUNT = "saxo"
_TRADES, _ACTIONS, _CASH, _AMOUNTS = "trade", "action", "transfer", "amount"
_TYPES = {
    **dict.fromkeys(("Trade", "Transactie", "Handel", "Transaktion"), _TRADES),
    **dict.fromkeys(("Corporate action", "Corporate actie", "Selskabshandling"), _ACTIONS),
    **dict.fromkeys(("Cash Transfer", "Geldoverboeking", "Overboeking", "Kontantoverførsel"), _CASH),
    **dict.fromkeys(("Cash amount", "Geldbedrag", "Kontantbeløb"), _AMOUNTS),
}
_KNOWN = {name.casefold(): kind for name, kind in _TYPES.items()}
_SIDES = {
    **dict.fromkeys(("buy", "koop", "køb", "købt", "kauf", "achat", "bought"), BUY),
    **dict.fromkeys(("sell", "verkoop", "salg", "solgt", "verkauf", "vente", "sold"), SELL),
}
_TRADE = re.compile(r"(?P<side>\w+) -?(?P<quantity>[0-9.,]+) @ (?P<price>[0-9.,]+)(?: (?P<currency>[A-Z]{3}))?")
_ONE = re.compile(r"1(?:[.,]0*)?")
_EVENTS = {
    _ACTIONS: ((r"withholding|bronbelasting|udbytteskat", COST), (r"dividend|udbytte", DIVIDEND)),
    _AMOUNTS: ((r"fee|kosten|gebyr|vat|btw|moms|tax|belasting|commission|subscription", COST), (r"interest|rente", INTEREST)),
    _CASH: ((r"", CASH),),
}


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    account = brokerage.account_names(ACCOUNT, all_rows(tables), "Client ID")
    with exact.exactly():
        own = _currencies(tables)
        entries = brokerage.read_entries(tables, intake, lambda row: _entry(row, account(row), own, zone))
        brokerage.book(entries, intake)
    return intake


def _currencies(tables: Sequence[Table]) -> Mapping[str, set[str]]:
    """Per client the currencies of the amounts that were not converted."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in all_rows(tables):
        if _ONE.fullmatch(row.text("Conversion Rate")) and (row.text("Amount") or row.text("Booked Amount")) not in {"", "0"}:
            found[row.text("Client ID")].add(row.text("Instrument currency").upper())
    return found


def _entry(row: Row, account: str, own: Mapping[str, set[str]], zone: tzinfo) -> Entry:
    said, event = row.text("Type"), row.text("Event")
    kind = _KNOWN.get(said.casefold())
    if kind is None:
        raise brokerage.unknown(said, _TYPES)
    moment, date_only = day_first(row, "Trade Date", zone)
    amount = number(row, "Amount") or number(row, "Booked Amount") or Decimal(0)
    deed, quantity = _trade(event) if kind == _TRADES else (_deed(kind, event, amount), Decimal(0))
    ticker = row.text("Instrument Symbol").partition(":")[0].upper()
    return Entry(
        row=row,
        deed=OPTION if deed in {BUY, SELL} and _is_option(row, ticker) else deed,
        account=account,
        time=moment,
        date_only=date_only,
        symbol=ticker or row.text("Instrument ISIN").upper(),
        quantity=quantity,
        amount=amount,
        currency=_currency(row, own) if amount else "",
        note=" ".join(filter(None, (event, row.text("Instrument"), row.text("Instrument ISIN")))),
        asset_class="security",
    )


def _trade(event: str) -> tuple[str, Decimal]:
    match = _TRADE.fullmatch(event)
    deed = _SIDES.get(match["side"].casefold()) if match else None
    if not match or deed is None:
        raise brokerage.unknown(event, ("Buy QUANTITY @ PRICE CURRENCY", "Sell QUANTITY @ PRICE CURRENCY"))
    try:
        return deed, parse_number(match["quantity"])
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column 'Event': {error}") from None


def _deed(kind: str, event: str, amount: Decimal) -> str:
    deed = next((deed for pattern, deed in _EVENTS[kind] if re.search(pattern, event, re.IGNORECASE)), None)
    if deed is None and kind == _ACTIONS:
        return CORPORATE
    if deed is None:
        raise brokerage.unknown(event, ("Custody Fee", "Interest", "VAT"))
    return COST if deed == INTEREST and amount < 0 else deed


def _is_option(row: Row, ticker: str) -> bool:
    return "/" in ticker or row.text("From Derivative").casefold() in {"yes", "true", "ja"}


def _currency(row: Row, own: Mapping[str, set[str]]) -> str:
    """The currency of the amount. Raises RowError where the file does not tell it."""
    named = row.text("Instrument currency").upper()
    if row.text("Conversion Rate") and not _ONE.fullmatch(row.text("Conversion Rate")):
        others = own.get(row.text("Client ID"), set())
        if len(others) != 1:
            shown = f"have {', '.join(sorted(others))}" if others else "do not tell one"
            message = (
                f"the amount was converted to the account's currency, which is not stated, and the rows that were not converted {shown}"
            )
            raise RowError("ROW_INVALID", message, "Export each account on its own, or give the row in a universal ledger CSV.")
        (named,) = others
    if not is_fiat(named):
        raise RowError("ROW_INVALID", f"column 'Instrument currency': {named!r} is no known currency")
    return named
