"""Vanguard (US): OfxDownload.csv, a table of positions with the transactions below it, and the report of realised lots.

Only the transactions are read; positions are set aside. The settlement fund VMFXX is cash: what is swept or reinvested into it is no
purchase. The change of a fund's share class is told by an outgoing and an incoming row of one day; basis and dates carry over.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import (
    ACCRUED,
    ASIDE,
    BUY,
    CASH,
    CORPORATE,
    COST,
    DIVIDEND,
    FRACTION,
    GAINS,
    INTEREST,
    MOVE,
    OPTION,
    RETURNED,
    SELL,
    SHARES,
    SHORT,
    SPLIT,
    SPUN_OFF,
    TRADE,
    Entry,
)
from taxlots.importers.brokers.corporate import EVENT, take_events
from taxlots.importers.brokers.stacked import rows_by_header
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction, all_rows

REQUIRED_DOWNLOAD = ("Account Number", "Investment Name", "Symbol", "Shares", "Share Price", "Total Value")
REQUIRED = ("Account Number", "Trade Date", "Transaction Type", "Investment Name", "Symbol", "Shares", "Net Amount")
REALIZED_REQUIRED = ("Account Number", "Investment Name", "Date Acquired", "Date Sold", "Proceeds", "Cost Basis")
ACCOUNT = "vanguard"
_CONVERSION = "conversion"
_SWEEP = ASIDE + "a sweep between cash and the settlement fund"
_DEEDS = {
    **dict.fromkeys(("Buy", "Reinvestment", "Reinvestment (LT gain)", "Reinvestment (ST gain)", "Buy (exchange)"), BUY),
    **dict.fromkeys(("Sell", "Sell (exchange)"), SELL),
    "Exchange": TRADE,
    **dict.fromkeys(("Dividend", "Capital gain (ST)"), DIVIDEND),
    "Capital gain (LT)": GAINS,
    "Interest": INTEREST,
    **dict.fromkeys(("Sweep in", "Sweep out"), _SWEEP),
    **dict.fromkeys(("Funds Received", "Withdrawal", "Contribution", "Distribution"), CASH),
    **dict.fromkeys(("Transfer", "Transfer (incoming)", "Transfer (outgoing)"), MOVE),
    **dict.fromkeys(("Conversion (incoming)", "Conversion (outgoing)"), _CONVERSION),
    **dict.fromkeys(("Rollover (incoming)", "Rollover (outgoing)", "Wire (incoming)", "Wire (outgoing)"), MOVE),
    "Stock split": SPLIT,
    "Spin-off": SPUN_OFF,
    **dict.fromkeys(("Merger", "Name change", "Reverse split"), EVENT),
    **dict.fromkeys(("Buy to open", "Buy to close", "Sell to open", "Sell to close"), OPTION),
    **dict.fromkeys(("Expired", "Assigned", "Exercised"), OPTION),
    **dict.fromkeys(("Sell short", "Buy to cover"), SHORT),
    **dict.fromkeys(("Fee", "ADR fee", "Margin interest", "Foreign tax withheld"), COST),
    **dict.fromkeys(("Corp Action (Cash in lieu)", "Cash in lieu"), FRACTION),
    "Return of capital": RETURNED,
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}
_SETTLEMENT = "VMFXX"


def read_download(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every download to its fate: positions are set aside, the transactions below them read. Raises nothing."""
    intake = Intake()
    below: list[Table] = []
    for table in tables:
        rows = []
        for which, row in rows_by_header(table, (REQUIRED_DOWNLOAD, REQUIRED), intake):
            if which == 0:
                intake.leave(row, "a position on the day of the download, no transaction")
            else:
                rows.append(row)
        below.append(replace(table, rows=tuple(rows)))
    return _taken(below, zone, intake)


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    return _taken(tables, zone, Intake())


def _taken(tables: Sequence[Table], zone: tzinfo, intake: Intake) -> Intake:
    account = brokerage.account_names(ACCOUNT, all_rows(tables), "Account Number")
    with exact.exactly():
        entries = brokerage.read_entries(tables, intake, lambda row: _entry(row, account, zone))
        conversions: dict[tuple[str, str, datetime], list[Entry]] = defaultdict(list)
        for entry in entries:
            if entry.deed == _CONVERSION:
                conversions[entry.row.file, entry.account, entry.time].append(entry)
        for group in conversions.values():
            brokerage.take_together(group, _conversion, intake)
        rest = take_events([entry for entry in entries if entry.deed != _CONVERSION], _type, intake)
        brokerage.book(rest, intake)
    return intake


def _entry(row: Row, account: Callable[[Row], str], zone: tzinfo) -> Entry:
    said = row.text("Transaction Type")
    deed = _KNOWN.get(said.casefold()) or (CORPORATE if said.casefold().startswith("corp action") else None)
    if deed is None:
        raise brokerage.unknown(said, _DEEDS)
    moment, date_only = brokerage.when(row, "Trade Date", zone)
    symbol, quantity = row.text("Symbol").upper(), number(row, "Shares") or Decimal(0)
    amount = number(row, "Net Amount") or Decimal(0)
    return Entry(
        row=row,
        deed=_settled(row, deed, quantity, amount),
        account=account(row),
        time=moment,
        date_only=date_only,
        symbol=symbol,
        quantity=quantity,
        amount=amount,
        fees=abs(number(row, "Commissions and Fees") or number(row, "Commission Fees") or Decimal(0)),
        note=" ".join(filter(None, (said, symbol, row.text("Investment Name")))),
        asset_class=brokerage.fund_or_security(symbol),
    )


def _type(entry: Entry) -> str:
    return entry.row.text("Transaction Type").casefold()


def _settled(row: Row, deed: str, quantity: Decimal, amount: Decimal) -> str:
    """The deed, by what else the row says."""
    symbol = row.text("Symbol").upper()
    if deed == TRADE:
        deed = BUY if amount < 0 else SELL
    if deed in {BUY, SELL} and symbol == _SETTLEMENT:
        return _SWEEP
    if deed in {BUY, SELL} and number(row, "Accrued Interest"):
        return ACCRUED
    if deed == FRACTION and quantity:
        return SELL
    if deed == CORPORATE and quantity and amount > 0:  # a redemption: the row has the shares and what they brought
        return SELL
    if deed == MOVE:
        return SHARES if quantity and symbol and symbol != _SETTLEMENT else CASH
    return deed


def _conversion(group: Sequence[Entry]) -> Transaction:
    """One share class for another, told by two rows of one day."""
    out = [entry for entry in group if entry.row.text("Transaction Type").casefold().endswith("(outgoing)")]
    into = [entry for entry in group if entry not in out]
    if len(out) != 1 or len(into) != 1 or not all(entry.symbol and entry.quantity for entry in group):
        raise RowError("ROW_UNPAIRED_LEG", f"a conversion needs one outgoing and one incoming row; its day has {len(out)} and {len(into)}")
    sent, received = ((abs(one.quantity), one.symbol) for one in (*out, *into))
    return brokerage.transaction(into[0], "convert", sent=sent, received=received)
