"""Trading 212: the history CSV of an Invest account.

Columns appear only where some row uses them, in any order; before 2023 the currency stood in the name (`Total (GBP)`). The total
contains every fee, so a fee in another currency than the total stays inside it. A dividend's total is what arrived: the tax withheld
abroad is added as income and taken off again, in its own currency. Prices in pence (GBX) are not used, only totals are.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import BUY, CASH, CORPORATE, COST, DIVIDEND, INTEREST, RETURNED, SELL, Entry
from taxlots.importers.numbers import NumberError, number, parse_number
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.importers.spellings import folded

REQUIRED = ("Action", "ISIN", "Ticker", "No. of shares", "Price / share", "Currency (Price / share)")
ACCOUNT = "trading212"
_SPLIT, _EXCHANGE, _SPENT = "split in two rows", "exchange of money", "spend"
_DEEDS = {
    **dict.fromkeys(("Market buy", "Limit buy", "Stop buy", "Stop limit buy"), BUY),
    **dict.fromkeys(("Market sell", "Limit sell", "Stop sell", "Stop limit sell"), SELL),
    **dict.fromkeys(("Deposit", "Withdrawal", "Result adjustment", "Card credit", "Spending cashback"), CASH),
    **dict.fromkeys(("Interest on cash", "Lending interest", "Share lending", "Share lending interest"), INTEREST),
    "Currency conversion": _EXCHANGE,
    "Card debit": _SPENT,
    "New card cost": COST,
    **dict.fromkeys(("Stock split open", "Stock split close"), _SPLIT),
    **dict.fromkeys(("Stock distribution", "Scrip stock dividends", "Equity rights"), CORPORATE),
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}
_OUT = {"withdrawal", "new card cost", "card debit"}
_FEES = (
    "Stamp duty reserve tax",
    "Stamp duty",
    "Transaction fee",
    "Finra fee",
    "French transaction tax",
    "Currency conversion fee",
    "PTM levy",
)
_IN_NAME = re.compile(r"(?P<name>.+) \((?P<currency>[A-Z]{3})\)", re.IGNORECASE)
_EXCHANGED = re.compile(r"(?P<given>[\d.,]+) (?P<from>[A-Z]{3}) -> (?P<got>[\d.,]+) (?P<to>[A-Z]{3})")
_Money = tuple[Decimal, str]


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        entries = brokerage.read_entries(tables, intake, _entry)
        splits: dict[tuple[str, str, date], list[Entry]] = defaultdict(list)
        for entry in entries:
            if entry.deed == _SPLIT:
                splits[entry.row.file, entry.symbol, entry.time.date()].append(entry)
            elif entry.deed in {_EXCHANGE, _SPENT}:
                brokerage.take_together([entry], _exchange if entry.deed == _EXCHANGE else _spent, intake)
        for group in splits.values():
            brokerage.take_together(group, brokerage.reverse_split, intake)
        rest = [entry for entry in entries if entry.deed not in {_SPLIT, _EXCHANGE, _SPENT}]
        brokerage.book(rest, intake)
    return intake


def _entry(row: Row) -> Entry:
    action = row.text("Action")
    deed = _deed(action)
    total, currency = _money(row, "Total") or (Decimal(0), "")
    outgoing = deed == BUY or action.casefold() in _OUT
    moment, date_only = brokerage.when(row, "Time", UTC, row.text("Time") or row.text("Time (UTC)"))
    quantity = abs(number(row, "No. of shares") or Decimal(0))
    return Entry(
        row=row,
        deed=deed,
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=row.text("Ticker").upper() or row.text("ISIN").upper(),
        quantity=-quantity if action.casefold().endswith("split close") else quantity,
        amount=-abs(total) if outgoing else total,
        fees=_fees(row, currency) if deed in {BUY, SELL} else Decimal(0),
        currency=currency,
        note=" ".join(filter(None, (action, row.text("Ticker"), row.text("ISIN"), row.text("Notes")))),
        id=row.text("ID"),
        asset_class="security",
        withheld=_money(row, "Withholding tax") if deed == DIVIDEND else None,
    )


def _deed(action: str) -> str:
    said = action.casefold()
    if said.startswith("dividend"):
        return RETURNED if "return of capital" in said else DIVIDEND
    deed = _KNOWN.get(said)
    if deed is None:
        raise brokerage.unknown(action, ("Dividend (...)", *_DEEDS))
    return deed


def _money(row: Row, column: str) -> _Money | None:
    """An amount with its currency, wherever the era of the file puts that; pence become pounds."""
    amount, currency = number(row, column), row.text(f"Currency ({column})")
    if amount is None:
        named = (match for name in row.cells if (match := _IN_NAME.fullmatch(name.strip())) and folded(match["name"]) == folded(column))
        match = next(named, None)
        amount, currency = (number(row, match[0]), match["currency"].upper()) if match else (None, "")
    if not amount:
        return None
    if not currency:
        raise RowError("ROW_INVALID", f"column {column!r} is given, but its currency is empty")
    return (amount / 100, "GBP") if currency in {"GBX", "GBp"} else (amount, currency.upper())


def _fees(row: Row, currency: str) -> Decimal:
    """The fees in the currency of the total; a fee without a currency has that of the total."""
    found = []
    for name in _FEES:
        if number(row, name) and not row.text(f"Currency ({name})"):
            found.append((abs(number(row, name) or Decimal(0)), currency))
        elif money := _money(row, name):
            found.append((abs(money[0]), money[1]))
    return sum((amount for amount, unit in found if unit == currency), Decimal(0))


def _exchange(group: Sequence[Entry]) -> Transaction:
    """One currency for another: amounts in columns of their own, or in the notes."""
    (entry,) = group
    given, got = _money(entry.row, "Currency conversion from amount"), _money(entry.row, "Currency conversion to amount")
    if given is None or got is None:
        match = _EXCHANGED.search(entry.row.text("Notes"))
        if not match:
            raise RowError("ROW_UNPAIRED_LEG", "the currency conversion does not say which amounts were exchanged")
        given, got = (_noted(match["given"]), match["from"]), (_noted(match["got"]), match["to"])
    return brokerage.transaction(entry, BUY, sent=(abs(given[0]), given[1]), received=(abs(got[0]), got[1]))


def _noted(text: str) -> Decimal:
    try:
        return parse_number(text)
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column 'Notes': {error}") from None


def _spent(group: Sequence[Entry]) -> Transaction:
    (entry,) = group
    if not entry.amount:
        raise RowError("ROW_INVALID", "a card payment without an amount")
    return brokerage.transaction(entry, "spend", sent=(-entry.amount, entry.currency))
