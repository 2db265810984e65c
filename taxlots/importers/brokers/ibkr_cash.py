"""What moves money at Interactive Brokers: dividends, tax withheld, interest, fees and deposits, in each of its exports."""

import re
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import (
    ASIDE,
    BUY,
    CASH,
    COST,
    DIVIDEND,
    GAINS,
    INTEREST,
    OPTION,
    OTHER_INCOME,
    RETURNED,
    SELL,
    Entry,
)
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Row, RowError

_SECTIONS = {
    "dividends": DIVIDEND,
    "payment in lieu of dividends": DIVIDEND,
    "withholding tax": COST,
    "interest": INTEREST,
    "bond interest received": INTEREST,
    "bond interest paid": INTEREST,
    "broker interest received": INTEREST,
    "broker interest paid": INTEREST,
    "fees": COST,
    "other fees": COST,
    "broker fees": COST,
    "commission adjustments": COST,
    "deposits & withdrawals": CASH,
    "deposits/withdrawals": CASH,
}
_HISTORY = {
    "Buy": BUY,
    "Sell": SELL,
    "Dividend": DIVIDEND,
    "Payment in Lieu": DIVIDEND,
    "Foreign Tax Withholding": COST,
    **dict.fromkeys(("Credit Interest", "Debit Interest"), INTEREST),
    "Other Fee": COST,
    **dict.fromkeys(("Deposit", "Withdrawal"), CASH),
    "Forex Trade Component": ASIDE + "one currency for another, told only by its effect on the base currency",
    "FX Translations P&L": ASIDE + "a translation of balances, no movement",
}
_KNOWN = {name.casefold(): deed for name, deed in _HISTORY.items()}
_KINDS = (
    ("return of capital", RETURNED),
    ("payment in lieu", OTHER_INCOME),
    ("long term capital gain", GAINS),
)
_OPTION_SYMBOL = re.compile(r"\S+\s+(\d{6}[CP]\d{8}|\d{2}[A-Z]{3}\d{2} [\d.]+ [CP])")
_PAYER = re.compile(r"(?P<symbol>[^(\s]+)\s*\(")


def of_section(section: str, row: Row, account: str, zone: tzinfo) -> Entry:
    """A row of a section of the statement. Raises RowError where the section is not known."""
    date = next((name for name in ("Date", "Settle Date") if row.text(name)), "Date")
    return of_type(section, row, account, brokerage.when(row, date, zone) if section in _SECTIONS else None)


def of_type(name: str, row: Row, account: str, when: tuple[datetime, bool] | None) -> Entry:
    """An entry of money only, by the name of its section or its type in a Flex query. Raises RowError where that is not known."""
    deed = _SECTIONS.get(name.casefold())
    if deed is None or when is None:
        raise brokerage.unknown(name, _SECTIONS)
    said, amount = row.text("Description"), required(row, "Amount")
    payer = _PAYER.match(said)
    return Entry(
        row=row,
        deed=_by_description(deed, said, amount),
        account=account,
        time=when[0],
        date_only=when[1],
        symbol=payer["symbol"].upper() if payer else "",
        amount=amount,
        currency=row.text("Currency").upper(),
        note=said,
        asset_class="security",
    )


def _by_description(deed: str, said: str, amount: Decimal) -> str:
    if deed == INTEREST and amount < 0:
        return COST
    if deed != DIVIDEND:
        return deed
    return next((kind for words, kind in _KINDS if words in said.casefold()), DIVIDEND)


def of_history(row: Row, account: str, zone: tzinfo, base: str) -> Entry:
    """A row of the transaction history: every amount is in the base currency. Raises RowError."""
    if not base:
        raise RowError("ROW_INVALID", "the file does not state its base currency", "Export again with the Summary section.")
    said, description, symbol = row.text("Transaction Type"), row.text("Description"), row.text("Symbol").upper()
    deed = _KNOWN.get(said.casefold()) or _KNOWN.get(description.casefold() if said == "Adjustment" else "")
    if deed is None:
        raise brokerage.unknown(said, _HISTORY)
    amount = number(row, "Net Amount") or Decimal(0)
    moment, date_only = brokerage.when(row, "Date", zone)
    return Entry(
        row=row,
        deed=OPTION if _OPTION_SYMBOL.fullmatch(symbol) else _by_description(deed, description, amount),
        account=account,
        time=moment,
        date_only=date_only,
        symbol="" if symbol == "-" else symbol,
        quantity=number(row, "Quantity") or Decimal(0),
        amount=amount,
        fees=max(-(number(row, "Commission") or Decimal(0)), Decimal(0)),
        currency=base,
        note=description,
        asset_class="security",
    )
