"""E*TRADE: the transactions CSV of a brokerage account in its three layouts, and the report of realised lots of a stock plan.

Dates have years of two digits, empty cells read `--` in the newer layout, and paragraphs of text stand below the rows. A dividend
with a quantity is a reinvestment: with a minus it is the purchase, whose dividend has a row of its own; without, it tells both.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import (
    ASIDE,
    BUY,
    CASH,
    CORPORATE,
    COST,
    DIVIDEND,
    INTEREST,
    MOVE,
    OPTION,
    QUALIFIED,
    SELL,
    SHARES,
    SHORT,
    SPLIT,
    SPUN_OFF,
    Entry,
)
from taxlots.importers.brokers.corporate import EVENT, take_events
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction, all_rows

REQUIRED = ("TransactionDate", "TransactionType", "SecurityType", "Symbol", "Quantity", "Amount")
NEWER_REQUIRED = ("Activity/Trade Date", "Activity Type", "Symbol", "Quantity #", "Amount $")
UNNAMED_REQUIRED = ("Date", "Transaction type", "Description", "Quantity", "Price", "Commission", "Fees", "Amount")
REALIZED_REQUIRED = ("Record Type", "Symbol", "Date Acquired", "Date Sold", "Total Proceeds", "Adjusted Cost Basis")
ACCOUNT = "etrade"
_DEEDS = {
    "Bought": BUY,
    "Sold": SELL,
    **dict.fromkeys(("Sold Short", "Bought To Cover"), SHORT),
    **dict.fromkeys(("Bought To Open", "Bought To Close", "Sold To Open", "Sold To Close"), OPTION),
    **dict.fromkeys(("Option Expiration", "Option Expired", "Option Assignment", "Option Assigned", "Option Exercised"), OPTION),
    "Dividend": DIVIDEND,
    "Qualified Dividend": QUALIFIED,
    **dict.fromkeys(("Interest", "Interest Income"), INTEREST),
    **dict.fromkeys(("Fee", "Margin Interest", "Foreign Tax Withheld"), COST),
    **dict.fromkeys(("Online Transfer", "Wire", "Direct Debit", "Direct Deposit"), CASH),
    "Transfer": MOVE,
    **dict.fromkeys(("Split", "Stock Split", "Merger"), EVENT),
    "Spin Off": SPUN_OFF,
    "Reorganization": CORPORATE,
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d{2}-\d{2}")
_ABOVE = re.compile(r"For Account:?\s*#*(\d{3,4})\b")
_TICKER = re.compile(r"[A-Z]{1,5}(?:\.[A-Z])?")
_OPTION_SYMBOL = re.compile(r"-*[A-Z.]+-*\d{6}[CP]\d+|.+ (?:\w{3} \d{2} '\d{2}|\d{2}/\d{2}/\d{2,4}) .*(?:Call|Put|[CP])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Names:
    """What the columns are called in one of the layouts."""

    date: str
    type: str
    quantity: str
    amount: str


_OLDER = _Names("TransactionDate", "TransactionType", "Quantity", "Amount")
_NEWER = _Names("Activity/Trade Date", "Activity Type", "Quantity #", "Amount $")
_UNNAMED = _Names("Date", "Transaction type", "Quantity", "Amount")


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of the layout to 2025 to its fate. Raises nothing."""
    return _read(tables, zone, _OLDER)


def read_newer(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of the layout from 2025 to its fate. Raises nothing."""
    return _read(tables, zone, _NEWER)


def read_unnamed(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of the layout without a column of symbols to its fate. Raises nothing."""
    return _read(tables, zone, _UNNAMED)


def _read(tables: Sequence[Table], zone: tzinfo, names: _Names) -> Intake:
    intake = Intake()
    with exact.exactly():
        account = brokerage.account_names(ACCOUNT, all_rows(tables), files=brokerage.numbers_of_files(tables, _ABOVE))
        entries = brokerage.read_entries(tables, intake, lambda row: _entry(row, account(row), names, zone))
        entries = take_events(_with_forward_splits(entries), lambda entry: entry.note.partition(" ")[0], intake)
        told_both = [entry for entry in entries if entry.deed in {DIVIDEND, QUALIFIED} and entry.quantity]
        brokerage.book(entries, intake)
        booked = {one.sources[0] for one in intake.transactions}
        for entry in told_both:
            if entry.row.source in booked:
                intake.add(_reinvested(entry))
    return intake


def _with_forward_splits(entries: Sequence[Entry]) -> list[Entry]:
    """A split that stands alone adds shares; one with a row on each side takes the old out and puts the new in."""
    splits = [entry for entry in entries if entry.deed == EVENT and "split" in entry.note.casefold()]
    taken = {(entry.row.file, entry.time) for entry in splits if entry.quantity < 0}
    return [replace(e, deed=SPLIT) if e in splits and (e.row.file, e.time) not in taken else e for e in entries]


def _reinvested(entry: Entry) -> Transaction:
    """The purchase that a dividend with a quantity tells along with the dividend."""
    paid = (entry.amount, entry.currency)
    return brokerage.transaction(entry, BUY, sent=paid, received=(abs(entry.quantity), entry.symbol))


def _entry(row: Row, account: str, names: _Names, zone: tzinfo) -> Entry:
    said, date = " ".join(row.text(names.type).split()), row.text(names.date)
    deed = _KNOWN.get(said.casefold())
    if deed is None and not _DATE.match(date):
        return Entry(row=row, deed=ASIDE + "a note below the table", account=ACCOUNT, time=brokerage.when(row, "", zone, "2000-01-01")[0])
    moment, date_only = brokerage.when(row, names.date, zone)
    if deed is None:
        raise brokerage.unknown(said, _DEEDS)
    symbol, quantity = _symbol(row), number(row, names.quantity) or Decimal(0)
    amount = number(row, names.amount) or Decimal(0)
    if deed in {DIVIDEND, QUALIFIED} and quantity and not symbol:
        raise RowError("ROW_INVALID", "a reinvested dividend without a symbol")
    return Entry(
        row=row,
        deed=_settled(row, deed, quantity, amount),
        account=account,
        time=moment,
        date_only=date_only,
        symbol=symbol,
        quantity=quantity,
        amount=amount,
        fees=abs(number(row, "Commission") or Decimal(0)) + abs(number(row, "Fees") or Decimal(0)),
        note=" ".join((said, *row.text("Description").split())),
        asset_class=brokerage.fund_or_security(symbol),
    )


def _symbol(row: Row) -> str:
    """The symbol; in the layout without that column, a description that is just a ticker."""
    if row.has("Symbol"):
        return row.text("Symbol").upper().strip("-")
    return row.text("Description") if _TICKER.fullmatch(row.text("Description")) else ""


def _settled(row: Row, deed: str, quantity: Decimal, amount: Decimal) -> str:
    """The deed, by what else the row says."""
    if row.text("SecurityType").upper() == "OPTN" or _OPTION_SYMBOL.fullmatch(row.text("Symbol")):
        return OPTION
    if deed == MOVE:
        return SHARES if quantity and _symbol(row) else CASH
    return BUY if deed in {DIVIDEND, QUALIFIED} and quantity and amount < 0 else deed
