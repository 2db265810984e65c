"""eToro: the account activity of the account statement, in US dollars, times in UTC and dates that begin with the day.

A position is opened and closed for its amount, whatever currency the instrument trades in. The details name the ticker before a slash.
Dividends are what arrived after tax. Stamp duty and fees with the id of a position that is opened or closed that day belong to that
trade; a fee that leaves the realised equity as it was is contained in another row. Contracts for difference are not computed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage, orders
from taxlots.importers.brokers.broker_cells import day_first
from taxlots.importers.brokers.brokerage import ASIDE, BUY, CASH, CFD, CORPORATE, COST, DIVIDEND, INTEREST, OTHER_INCOME, SELL, Entry
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table

REQUIRED = ("Date", "Type", "Details", "Amount", "Realized Equity Change", "Realized Equity", "Balance", "Position ID", "Asset type")
CLOSED_REQUIRED = ("Position ID", "Action", "Open Date", "Close Date", "Leverage", "Open Rate", "Close Rate")
ACCOUNT = "etoro"
_TRADE_FEE = "fee of a trade"
_COPY = ASIDE + "a move between the balance and a copied portfolio"
_DEEDS = {
    "Open Position": BUY,
    "Position closed": SELL,
    "Dividend": DIVIDEND,
    **dict.fromkeys(("Interest Payment", "Interest"), INTEREST),
    **dict.fromkeys(("Deposit", "Withdraw Request", "Withdraw Request Cancelled"), CASH),
    **dict.fromkeys(("Withdraw Fee", "Withdrawal Conversion Fee", "Deposit Conversion Fee", "Conversion Fee"), COST),
    **dict.fromkeys(("Overnight fee", "Overnight refund", "Rollover Fee", "Refund"), COST),
    **dict.fromkeys(("SDRT", "Fee", "Commission", "Stamp Duty"), _TRADE_FEE),
    "Adjustment": OTHER_INCOME,
    **dict.fromkeys(("Start Copy", "Stop Copy", "Account balance to mirror", "Mirror balance to account"), _COPY),
    **dict.fromkeys(("corp action: Split", "corp action: Spin-off", "corp action: Merger"), CORPORATE),
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}
_CLASSES = {"stocks": "security", "stock": "security", "etf": "security", "crypto": None, "": None}


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        brokerage.book(_with_fees(brokerage.read_entries(tables, intake, _entry)), intake)
    return intake


def _entry(row: Row) -> Entry:
    said, details = row.text("Type"), row.text("Details")
    deed = _KNOWN.get(said.casefold())
    if deed is None:
        raise brokerage.unknown(said, _DEEDS)
    moment, date_only = day_first(row, "Date", UTC)
    amount = number(row, "Amount") or Decimal(0)
    quantity = number(row, "Units") or number(row, "Units / Contracts") or Decimal(0)
    position, kind = row.text("Position ID"), row.text("Asset type").casefold()
    settled = _settled(row, deed, amount, kind)
    return Entry(
        row=row,
        deed=settled,
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=details.partition("/")[0].strip(" -").upper(),
        quantity=abs(quantity),
        amount=-abs(amount) if settled == BUY else amount,
        note=" ".join(filter(None, (said, details.strip("-")))),
        id=f"{position}/{'open' if settled == BUY else 'close'}" if settled in {BUY, SELL} and position.isdigit() else "",
        asset_class=_CLASSES.get(kind),
    )


def _settled(row: Row, deed: str, amount: Decimal, kind: str) -> str:
    """The deed, by what else the row says."""
    if deed in {BUY, SELL, DIVIDEND} and kind not in _CLASSES:
        if kind == "cfd":
            return CFD
        raise RowError("ROW_UNKNOWN_KIND", f"asset type {row.text('Asset type')!r} is not known", "Known: Stocks, ETF, Crypto, CFD.")
    if deed in {BUY, SELL} and not kind:
        raise RowError("ROW_INVALID", "the row does not say what kind of asset it is about", "Export the statement again.")
    if deed in {COST, _TRADE_FEE} and amount and not number(row, "Realized Equity Change"):
        return ASIDE + "a fee that is contained in the amount of another row"
    return COST if deed in {INTEREST, OTHER_INCOME} and amount < 0 else deed


def _with_fees(entries: Sequence[Entry]) -> Iterable[Entry]:
    """Fees with the trade of their position on the same day; a fee without one is a cost."""
    made = [entry for entry in entries if entry.deed not in {BUY, SELL, _TRADE_FEE}]
    concerned = [entry for entry in entries if entry.deed in {BUY, SELL, _TRADE_FEE}]
    for group in orders.grouped(concerned, _position_and_day):
        trades = [entry for entry in group if entry.deed != _TRADE_FEE]
        fees = [entry for entry in group if entry.deed == _TRADE_FEE]
        shared, rest = orders.with_fees(trades, fees)
        made += [*shared, *(replace(entry, deed=COST) for entry in rest)]
    return made


def _position_and_day(entry: Entry) -> tuple[object, ...]:
    position = entry.row.text("Position ID")
    return (position if position.isdigit() else entry.row.number, entry.time.date())
