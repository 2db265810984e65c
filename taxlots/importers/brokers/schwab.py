"""Charles Schwab: the transactions CSV of a brokerage account, and its report of realised lots.

A date may read `06/10/2025 as of 06/06/2025`: the second is when it happened. Sales have a positive or a negative quantity, by the
age of the file. A reverse split, a redemption, a merger and a change of name are told by two rows each; shares that only change between
the cash and the margin side of the account are journaled out and in on one day. A spin-off does not name the company it came from.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import (
    ASIDE,
    BUY,
    CASH,
    COST,
    DIVIDEND,
    FRACTION,
    GAINS,
    INTEREST,
    MOVE,
    OPTION,
    QUALIFIED,
    RETURNED,
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

REQUIRED = ("Date", "Action", "Symbol", "Description", "Quantity", "Price", "Fees & Comm")
REALIZED_REQUIRED = ("Symbol", "Closed Date", "Opened Date", "Wash Sale?", "Disallowed Loss")
ACCOUNT = "schwab"
_TWO_ROWS = "two rows"
_DEEDS = {
    **dict.fromkeys(("Buy", "Reinvest Shares"), BUY),
    "Sell": SELL,
    **dict.fromkeys(("Buy to Open", "Buy to Close", "Sell to Open", "Sell to Close"), OPTION),
    **dict.fromkeys(("Expired", "Assigned", "Exchange or Exercise"), OPTION),
    **dict.fromkeys(("Sell Short", "Buy to Cover"), SHORT),
    **dict.fromkeys(("Cash Dividend", "Non-Qualified Div", "Special Dividend", "Special Non Qual Div"), DIVIDEND),
    **dict.fromkeys(("Pr Yr Cash Div", "Pr Yr Non-Qual Div", "Reinvest Dividend", "Pr Yr Div Reinvest"), DIVIDEND),
    **dict.fromkeys(("Qualified Dividend", "Special Qual Div", "Qual Div Reinvest"), QUALIFIED),
    **dict.fromkeys(("Long Term Cap Gain", "Long Term Cap Gain Reinvest"), GAINS),
    **dict.fromkeys(("Short Term Cap Gain", "Short Term Cap Gain Reinvest"), DIVIDEND),
    **dict.fromkeys(("Credit Interest", "Bank Interest", "Bond Interest", "CD Interest"), INTEREST),
    **dict.fromkeys(("NRA Tax Adj", "NRA Withholding", "Foreign Tax Paid"), COST),
    **dict.fromkeys(("ADR Mgmt Fee", "Service Fee", "Advisor Fee", "Margin Interest"), COST),
    **dict.fromkeys(("MoneyLink Transfer", "MoneyLink Deposit", "MoneyLink Adj", "Funds Received"), CASH),
    **dict.fromkeys(("Wire Sent", "Wire Received", "Wire Funds", "Wire Funds Received"), CASH),
    **dict.fromkeys(("Journal", "Internal Transfer", "Journaled Shares", "Security Transfer", "Stock Plan Activity"), MOVE),
    "Return Of Capital": RETURNED,
    "Stock Split": SPLIT,
    "Cash In Lieu": FRACTION,
    **dict.fromkeys(("Reverse Split", "Full Redemption", "Full Redemption Adj", "Cash Merger", "Cash Merger Adj"), _TWO_ROWS),
    **dict.fromkeys(("Stock Merger", "Stock Merger Adj", "Name Change", "Conversion"), EVENT),
    "Spin-off": SPUN_OFF,
    "Stock Div Dist": SPLIT,
    "Futures MM Sweep": ASIDE + "a sweep between the securities and the futures side of the account",
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}
_OPTION_SYMBOL = re.compile(r".+ \d{2}/\d{2}/\d{4} [\d.]+ [CP]")
_ACCOUNTS = (re.compile(r"X{3}(\d{3,4})_Transactions"), re.compile(r"for account .*\.\.\.(\d{3,4}) as of"))  # file's name, line above
_NAME_LENGTH = 12  # as many letters of a company's name both rows of a reverse split print alike


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        account = brokerage.account_names(ACCOUNT, all_rows(tables), files=brokerage.numbers_of_files(tables, *_ACCOUNTS))
        entries = brokerage.read_entries(tables, intake, lambda row: _entry(row, account(row), zone))
        _take_pairs([entry for entry in entries if entry.deed == _TWO_ROWS], intake)
        rest = take_events([entry for entry in entries if entry.deed != _TWO_ROWS], _event, intake)
        brokerage.book(_without_internal(rest, intake), intake)
    return intake


def _entry(row: Row, account: str, zone: tzinfo) -> Entry:
    date = row.text("Date")
    if date.casefold() == "transactions total":
        return Entry(row=row, deed=ASIDE + "a totals row", account=ACCOUNT, time=brokerage.when(row, "Date", zone, "2000-01-01")[0])
    moment, date_only = brokerage.when(row, "Date", zone, date.rpartition(" as of ")[2])
    action, symbol = row.text("Action"), row.text("Symbol").upper()
    cancels = action.casefold().startswith("cancel ")
    deed = _KNOWN.get(action.casefold().removeprefix("cancel "))
    if deed is None:
        raise brokerage.unknown(action, _DEEDS)
    quantity = number(row, "Quantity") or Decimal(0)
    return Entry(
        row=row,
        deed=_settled(deed, symbol, quantity),
        account=account,
        time=moment,
        date_only=date_only,
        symbol=symbol,
        quantity=quantity,
        amount=number(row, "Amount") or Decimal(0),
        fees=abs(number(row, "Fees & Comm") or Decimal(0)),
        note=" ".join(filter(None, (action, symbol, row.text("Description")))),
        cancels=cancels,
        asset_class=brokerage.fund_or_security(symbol),
    )


def _settled(deed: str, symbol: str, quantity: Decimal) -> str:
    if _OPTION_SYMBOL.fullmatch(symbol):
        return OPTION
    if deed == MOVE:
        return SHARES if quantity else CASH
    return SELL if deed == FRACTION and quantity else deed


def _without_internal(entries: list[Entry], intake: Intake) -> list[Entry]:
    """Set aside shares that are journaled out and in on one day: they stay in the account."""
    waiting: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    gone: set[tuple[str, int]] = set()
    for entry in entries:
        if entry.deed != SHARES:
            continue
        place = (entry.row.file, entry.row.text("Action"), entry.time, entry.symbol)
        others = waiting[*place, -entry.quantity]
        if not others:
            waiting[*place, entry.quantity].append(entry)
            continue
        other = others.pop(0)
        for one, twin in ((entry, other), (other, entry)):
            intake.leave(one.row, f"moved within the account, with row {twin.row.number}")
            gone.add(one.row.source)
    return [entry for entry in entries if entry.row.source not in gone]


def _event(entry: Entry) -> str:
    return entry.row.text("Action").casefold().removesuffix(" adj")


def _take_pairs(entries: list[Entry], intake: Intake) -> None:
    """Take what two rows of one file and day tell together."""
    groups: dict[tuple[str, datetime, str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        event = _event(entry)
        shared = entry.row.text("Description")[:_NAME_LENGTH] if event == "reverse split" else entry.symbol
        groups[entry.row.file, entry.time, event, shared.casefold()].append(entry)
    for (_, _, event, _), group in groups.items():
        brokerage.take_together(group, brokerage.reverse_split if event == "reverse split" else _redemption, intake)


def _redemption(group: Sequence[Entry]) -> Transaction:
    units = {abs(entry.quantity) for entry in group if entry.quantity}
    money = {entry.amount for entry in group if entry.amount}
    if len(units) != 1 or len(money) != 1 or len(group) > 2 or min(money) <= 0:
        what = group[0].row.text("Action")
        raise RowError("ROW_UNPAIRED_LEG", f"{what} of {group[0].symbol} needs one row with the units and one with the money on its day")
    return brokerage.transaction(group[0], SELL, sent=(units.pop(), group[0].symbol), received=(money.pop(), "USD"))
