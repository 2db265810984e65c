"""Questrade: the activities of all accounts as a workbook.

Dates end in `12:00:00 AM`. Deposits and interest have no action, their type stands under Activity Type. An exchange of money (FXT) has
two rows, one for each currency. Shares that are journaled from one currency to the other (BRW) leave as one symbol and arrive as
another. So do those of a merger (MGR) and of a change of name (NAC).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import BUY, CASH, CORPORATE, COST, DIVIDEND, INTEREST, MOVE, SELL, SHARES, Entry
from taxlots.importers.brokers.corporate import EVENT, take_events
from taxlots.importers.brokers.exchanges_of_money import exchange_of_two
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, Table, Transaction, all_rows

REQUIRED = ("Transaction Date", "Settlement Date", "Action", "Symbol", "Quantity", "Commission", "Net Amount", "Account #", "Activity Type")
ACCOUNT = "questrade"
_EXCHANGE, _JOURNAL = "exchange of money", "journal"
_DEEDS = {
    "Buy": BUY,
    "Sell": SELL,
    "REI": BUY,
    "DIV": DIVIDEND,
    "Dividends": DIVIDEND,
    **dict.fromkeys(("INT", "Interest"), INTEREST),
    **dict.fromkeys(("DEP", "CON", "EFT", "Deposits", "Withdrawals"), CASH),
    **dict.fromkeys(("TFI", "TFO", "TF6", "Transfers"), MOVE),
    "BRW": _JOURNAL,
    **dict.fromkeys(("FCH", "Fees and rebates"), COST),
    "FXT": _EXCHANGE,
    **dict.fromkeys(("NAC", "MGR"), EVENT),
    **dict.fromkeys(("DIS", "LIQ", "SPL", "Corporate actions"), CORPORATE),
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    account = brokerage.account_names(ACCOUNT, all_rows(tables), "Account #")
    with exact.exactly():
        entries = brokerage.read_entries(tables, intake, lambda row: _entry(row, account(row), zone))
        for group in _exchanges([entry for entry in entries if entry.deed == _EXCHANGE]):
            brokerage.take_together(group, exchange_of_two, intake)
        events = take_events([entry for entry in entries if entry.deed != _EXCHANGE], lambda entry: entry.note[:3], intake)
        rest = _without_journals(events, intake)
        brokerage.book(rest, intake)
    return intake


def _entry(row: Row, account: str, zone: tzinfo) -> Entry:
    said = row.text("Action") or row.text("Activity Type")
    deed = _KNOWN.get(said.casefold())
    if deed is None:
        raise brokerage.unknown(said, _DEEDS)
    day = row.text("Transaction Date").partition(" ")[0]
    moment, _ = brokerage.when(row, "Transaction Date", zone, day)
    quantity = number(row, "Quantity") if deed in {BUY, SELL, MOVE, CORPORATE, EVENT, _JOURNAL} else None
    symbol = row.text("Symbol").upper()
    entry = Entry(
        row=row,
        deed=deed,
        account=account,
        time=moment,
        symbol=symbol,
        quantity=quantity or Decimal(0),
        currency=row.text("Currency").upper(),
        note=" ".join(filter(None, (said, row.text("Description")))),
        asset_class="security",
    )
    if deed in {BUY, SELL}:
        return _trade(entry)
    settled = (SHARES if quantity and symbol else CASH) if deed == MOVE or (deed == _JOURNAL and not quantity) else deed
    amount = number(row, "Net Amount") or Decimal(0)
    return replace(entry, deed=COST if settled == INTEREST and amount < 0 else settled, amount=amount)


def _trade(entry: Entry) -> Entry:
    """A trade with its gross amount, or with quantity times price where the file has none, and its commission."""
    gross = number(entry.row, "Gross Amount")
    if gross is None:
        gross = entry.quantity * (number(entry.row, "Price") or Decimal(0))
    fees = abs(number(entry.row, "Commission") or Decimal(0))
    signed = abs(gross) if entry.deed == SELL else -abs(gross)
    return replace(entry, amount=signed - fees, fees=fees)


def _exchanges(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Rows of one account and day in pairs, in the order of the file; a row left over stands alone."""
    days: dict[tuple[str, str, datetime], list[Entry]] = defaultdict(list)
    for entry in entries:
        days[entry.row.file, entry.account, entry.time].append(entry)
    return [rows[start : start + 2] for rows in days.values() for start in range(0, len(rows), 2)]


def _without_journals(entries: Sequence[Entry], intake: Intake) -> list[Entry]:
    """Take shares that leave as one symbol and arrive as another on one day; the rest is returned, journals alone as moves."""
    out = {(e.row.file, e.account, e.time, -e.quantity): e for e in entries if e.deed == _JOURNAL and e.quantity < 0 and e.symbol}
    gone: set[tuple[str, int]] = set()
    for entry in entries:
        other = out.get((entry.row.file, entry.account, entry.time, entry.quantity)) if entry.deed == _JOURNAL else None
        if other and entry.symbol not in {"", other.symbol} and other.row.source not in gone:
            brokerage.take_together([other, entry], _journal, intake)
            gone |= {other.row.source, entry.row.source}
    rest = [entry for entry in entries if entry.row.source not in gone]
    return [replace(entry, deed=SHARES) if entry.deed == _JOURNAL else entry for entry in rest]


def _journal(group: Sequence[Entry]) -> Transaction:
    out, into = group
    return brokerage.transaction(out, "convert", sent=(-out.quantity, out.symbol), received=(into.quantity, into.symbol))
