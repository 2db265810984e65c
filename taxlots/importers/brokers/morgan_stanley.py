"""Morgan Stanley at Work (StockPlan Connect): the reports of releases, of net shares and of withdrawals of a stock plan.

A release is wages: the shares that arrive, after those withheld for tax, at the market price of the day. The report of net shares tells
the same releases again. A report names the plan, not the ticker: Alphabet's are known, others need a column `Symbol`. Alphabet's reports
tell sales before the split of 15 July 2022 in shares of that time and releases in shares of today; the price tells which (no share of
either class cost 400 dollars or more after being divided by 20), and all are turned into shares of today. Below the rows stands a note.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers import repeated_exports
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import CASH, SELL, Entry
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction, all_rows
from taxlots.importers.written_times import written_time

ACCOUNT = "morgan-stanley-stockplan"
RELEASES = ("Vest Date", "Order Number", "Plan", "Type", "Status", "Price", "Quantity", "Net Cash Proceeds", "Net Share Proceeds")
NET_SHARES = ("Date", "Order Number", "Plan", "Type", "Order Status", "Price", "Quantity", "Net Share Proceeds", "Tax Payment Method")
WITHDRAWALS = ("Execution Date", "Order Number", "Plan", "Type", "Order Status", "Price", "Quantity", "Net Amount")
WIRES = ("Date", "Order Number", "Symbol", "Type", "Order Status", "Price", "Quantity", "Net Cash Proceeds", "Tax Payment Method")
_TICKERS = {"GSU CLASS C": "GOOG", "GSU CLASS A": "GOOGL"}
_SPLIT_DAY, _SPLIT, _PRICE_BEFORE = datetime(2022, 7, 16, tzinfo=UTC), Decimal(20), Decimal(400)
_DONE = {"complete", "completed", "staged"}
_NO_ORDER = {"", "N/A"}
_BY_HAND = "Give the release and its sale in a universal ledger CSV: income:wages of all shares, and a sell of those sold."
Make = Callable[[Entry], Transaction]


def _reader(date: str, status: str, make: Make) -> Callable[[Sequence[Table], tzinfo], Intake]:
    def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
        intake = Intake()
        with exact.exactly():
            for row in all_rows(tables):
                if _is_note(row):
                    intake.leave(row, "a note below the table")
                elif row.text(status).lower() not in _DONE:
                    intake.leave(row, f"the status is {row.text(status)!r}")
                else:
                    _take(row, date, zone, make, intake)
        return intake

    return read


def _is_note(row: Row) -> bool:
    """Whether the row is a sentence in the first cell; a cut-off row begins with the digits of a date."""
    filled = [cell for cell in row.cells.values() if cell.strip()]
    return len(filled) == 1 and not filled[0].strip()[0].isdigit()


def _take(row: Row, date: str, zone: tzinfo, make: Make, intake: Intake) -> None:
    try:
        intake.add(make(_entry(row, date, zone)))
    except RowError as error:
        intake.reject(row, error)


def _entry(row: Row, date: str, zone: tzinfo) -> Entry:
    plan, order = row.text("Plan"), row.text("Order Number")
    moment = written_time(row, date, zone)[0]
    cash = plan.upper() == "CASH"
    symbol = "" if cash else row.text("Symbol").upper() or _TICKERS.get(plan.upper(), "")
    if not symbol and not cash:
        hint = "Add a column Symbol with the ticker of the plan's shares to the file."
        raise RowError("ROW_INVALID", f"the plan {plan!r} does not say which shares it holds", hint)
    return Entry(
        row=row,
        deed=CASH if cash else SELL,
        account=ACCOUNT,
        time=moment,
        symbol=symbol,
        quantity=abs(required(row, "Quantity")),
        note=f"{row.text('Type')} {plan}",
        id="" if order in _NO_ORDER else f"{order}/{plan}",
        asset_class="security",
    )


def _in_shares_of_today(entry: Entry, units: Decimal, price: Decimal) -> Decimal:
    before = entry.symbol in _TICKERS.values() and entry.time < _SPLIT_DAY and price > _PRICE_BEFORE
    return units * _SPLIT if before else units


def _wages(entry: Entry, units: Decimal) -> Transaction:
    price = required(entry.row, "Price")
    if units <= 0 or price <= 0:
        raise RowError("ROW_INVALID", f"{entry.note}: {units} shares at {price} can't have vested")
    made = brokerage.transaction(entry, "income:wages", received=(_in_shares_of_today(entry, units, price), entry.symbol))
    return replace(made, value=units * price, value_currency="USD")


def _release(entry: Entry) -> Transaction:
    if entry.row.text("Type") != "Release":
        raise brokerage.unknown(entry.row.text("Type"), ("Release",))
    if number(entry.row, "Net Cash Proceeds"):
        raise RowError("KIND_NOT_BOOKED", "a release whose shares were sold at once; their number is not told here", _BY_HAND)
    return _wages(entry, required(entry.row, "Net Share Proceeds"))


def _net_release(entry: Entry) -> Transaction:
    if entry.row.text("Type") != "Released Shares":
        raise brokerage.unknown(entry.row.text("Type"), ("Released Shares",))
    return _wages(entry, entry.quantity)


def _withdrawal(entry: Entry) -> Transaction:
    """A sale of shares for their price, the fee being what is missing of it; or cash that was wired away."""
    row = entry.row
    if row.text("Type") != "Sale":
        raise brokerage.unknown(row.text("Type"), ("Sale",))
    net, price = abs(required(row, "Net Amount")), required(row, "Price")
    gross = entry.quantity * price
    if entry.quantity <= 0 or net <= 0 or price <= 0:
        raise RowError("ROW_INVALID", f"{exact.plain(entry.quantity)} at {exact.plain(price)} for {exact.plain(net)} is no sale")
    fee = gross - net
    paid = (fee, "USD") if fee > 0 else None
    if entry.deed == CASH:
        return brokerage.transaction(entry, "withdrawal", sent=(net, "USD"), fee=paid)
    units = _in_shares_of_today(entry, entry.quantity, price)
    return brokerage.transaction(entry, "sell", sent=(units, entry.symbol), received=(max(gross, net), "USD"), fee=paid)


read_releases = _reader("Vest Date", "Status", _release)
read_net_shares = _reader("Date", "Order Status", _net_release)
read_withdrawals = _reader("Execution Date", "Order Status", _withdrawal)
read_wires = repeated_exports.set_aside(
    "the wire report repeats the Withdrawals report", "Give the Withdrawals report too. Where it is given, nothing needs to be done."
)
