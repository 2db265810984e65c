"""Vanguard UK: the client transactions of an account, cash transactions with the investment transactions below them, or the cash alone.

Everything is in pounds. The cash rows tell what was paid to the penny; the investment rows tell the day of the trade, which the cash
follows or precedes by days, and repeat the units. A trade is both rows together, or either alone. A security is named by the ticker in
brackets, a fund without one by its name. Both tables have columns of their own, so that cells are read by position.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage, orders
from taxlots.importers.brokers.broker_cells import day_first
from taxlots.importers.brokers.brokerage import BUY, CASH, COST, DIVIDEND, INTEREST, SELL, Entry
from taxlots.importers.numbers import NumberError, number, parse_number, required
from taxlots.importers.records import Intake, Row, RowError, Table

REQUIRED = ("Date", "Details", "Amount", "Balance")
ACCOUNT = "vanguard-uk"
_INVESTMENTS = ("Date", "InvestmentName", "TransactionDetails", "Quantity", "Price", "Cost")
_TITLES = {"Cash Transactions", "Investment Transactions", "Balance", "Cost", "Total"}
_TRADE = re.compile(r"(?P<side>Bought|Sold) (?P<quantity>[0-9.,]+) (?P<name>.+)", re.IGNORECASE)
_TICKER = re.compile(r".*\((?P<ticker>[A-Z0-9.]{2,6})\)")
_REVERSAL = re.compile(r"Reversal of ", re.IGNORECASE)
_PAYER = re.compile(r"DIV: (?P<ticker>[A-Z0-9]+)\.", re.IGNORECASE)
_MEANINGS = (  # the first that is found counts
    (re.compile(r"^DIV:|\bdividend\b|\bdistribution\b", re.IGNORECASE), DIVIDEND),
    (re.compile(r"\binterest\b", re.IGNORECASE), INTEREST),
    (re.compile(r"\bfees?\b|\bcharges?\b", re.IGNORECASE), COST),
    (re.compile(r"\bdeposit\b|\bpayment\b|\bwithdrawal\b|\btransfer\b|\btax relief\b|\bcontribution\b", re.IGNORECASE), CASH),
)
_APART = timedelta(days=14)  # between a trade and its cash


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    titles = {table.file: _title(table) for table in tables}
    several = len({title for title in titles.values() if title}) > 1
    with exact.exactly():
        for table in tables:
            account = "-".join(filter(None, (ACCOUNT, titles[table.file] if several else "")))
            cash, investments = _sections(table, intake)
            paid = brokerage.read_entries([cash], intake, lambda row, account=account: _cash(row, account, zone))  # type: ignore[misc]
            told = brokerage.read_entries([investments], intake, lambda row, account=account: _investment(row, account, zone))  # type: ignore[misc]
            entries = _matched(paid, told)
            _hand_on_balance(paid, entries, intake)
            brokerage.book(entries, intake)
    return intake


def _title(table: Table) -> str:
    """What the first line calls the account, in letters and digits."""
    cells = (cell.strip() for line in table.preamble for cell in line)
    first = next((cell for cell in cells if cell and cell not in _TITLES), "")
    return re.sub(r"[^a-z0-9]", "", first.lower())[:40]


def _sections(table: Table, intake: Intake) -> tuple[Table, Table]:
    """The cash rows and the investment rows; titles, headers and totals are set aside."""
    cash: list[Row] = []
    investments: list[Row] = []
    section = cash
    for row in table.rows:
        cells = tuple(cell.strip() for cell in row.cells.values())
        if cells[: len(_INVESTMENTS)] == _INVESTMENTS or cells[: len(REQUIRED)] == REQUIRED:
            section = investments if cells[1] == _INVESTMENTS[1] else cash
            intake.leave(row, "the header of a table")
        elif row.text("0") in _TITLES or len([cell for cell in cells if cell]) == 1:
            intake.leave(row, "a title or a total")
        else:
            section.append(row)
    return replace(table, rows=tuple(cash)), replace(table, rows=tuple(investments))


def _cash(row: Row, account: str, zone: tzinfo) -> Entry:
    said, amount = row.text("1"), required(row, "2")
    number(row, "3")  # a balance that is no number shows that the row's cells are shifted
    cancels = bool(_REVERSAL.match(said))
    plainly = _REVERSAL.sub("", said, count=1)
    moment, date_only = day_first(row, "0", zone)
    trade = _TRADE.fullmatch(plainly)
    deed = _side(trade) if trade else next((deed for pattern, deed in _MEANINGS if pattern.search(plainly)), None)
    if deed is None:
        raise brokerage.unknown(
            said, ("Bought ...", "Sold ...", "DIV: ...", "... Interest", "... Fee ...", "... Deposit", "Payment by ...")
        )
    payer = _PAYER.match(plainly)
    return Entry(
        row=row,
        deed=COST if deed == INTEREST and amount < 0 else deed,
        account=account,
        time=moment,
        date_only=date_only,
        symbol=_symbol(trade["name"]) if trade else payer["ticker"].upper() if payer else "",
        quantity=_units(trade["quantity"]) if trade else Decimal(0),
        amount=amount,
        currency="GBP",
        note=said,
        cancels=cancels,
        asset_class="security",
    )


def _investment(row: Row, account: str, zone: tzinfo) -> Entry:
    said, trade = row.text("2"), _TRADE.fullmatch(row.text("2"))
    if not trade:
        raise brokerage.unknown(said, ("Bought QUANTITY NAME", "Sold QUANTITY NAME"))
    moment, date_only = day_first(row, "0", zone)
    deed, cost = _side(trade), abs(required(row, "5"))
    return Entry(
        row=row,
        deed=deed,
        account=account,
        time=moment,
        date_only=date_only,
        symbol=_symbol(row.text("1")),
        quantity=abs(required(row, "3")),
        amount=-cost if deed == BUY else cost,
        currency="GBP",
        note=said,
        asset_class="security",
    )


def _side(trade: re.Match[str]) -> str:
    return BUY if trade["side"].casefold() == "bought" else SELL


def _symbol(name: str) -> str:
    """The ticker in brackets, else the fund's name with one kind of dash."""
    ticker = _TICKER.fullmatch(name.strip())
    return ticker["ticker"] if ticker else re.sub(r"\s+", " ", re.sub(r"[‐‑‒–—]", "-", name)).strip().upper()


def _units(text: str) -> Decimal:
    try:
        return parse_number(text)
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column 'Details': {error}") from None


def _matched(paid: Sequence[Entry], told: Sequence[Entry]) -> list[Entry]:
    """Cash rows with the investment row of the same trade: its day, units and name, and the money of the cash."""
    made, alone = list(paid), []
    for trade in told:
        like = [n for n, one in enumerate(made) if not one.also and not one.cancels and _one_trade(one, trade)]
        nearest = min(like, key=lambda n: abs(made[n].time - trade.time), default=None)
        if nearest is None:
            alone.append(trade)
        else:
            made[nearest] = replace(trade, row=made[nearest].row, amount=made[nearest].amount, also=(trade.row,))
    return made + alone


def _one_trade(cash: Entry, trade: Entry) -> bool:
    same = (cash.deed, cash.symbol, cash.quantity) == (trade.deed, trade.symbol, trade.quantity)
    return same and abs(cash.time - trade.time) <= _APART


def _hand_on_balance(paid: Sequence[Entry], entries: Sequence[Entry], intake: Intake) -> None:
    """The closing balance, as of the last row of either table: a trade is booked on its day, also where the cash moved before."""
    stated = [(entry, number(entry.row, "3")) for entry in paid]
    last = max((entry.time for entry in entries), default=None)
    before = len(intake.balances)
    orders.check_cash(stated, intake)
    intake.balances[before:] = [replace(balance, time=last or balance.time) for balance in intake.balances[before:]]
