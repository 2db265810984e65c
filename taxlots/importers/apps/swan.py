"""Swan Bitcoin: the transactions export (deposits, purchases, fees) and the withdrawals export.

Both begin with two lines of address and telephone. Coins that came from an earlier custodian are listed as deposits, but they never left
Swan. A deposit of one's own coins may carry basis and date. The third export of Swan (in CoinTracker's own format) repeats
the purchases: `repeated_exports` merges what both tell.
"""

import re
from datetime import datetime
from decimal import Decimal

from taxlots.importers.bookings import Leg, Legs, Reading, booked, each_row, leg, said_by
from taxlots.importers.numbers import number
from taxlots.importers.records import Row, RowError
from taxlots.importers.written_times import written_time

ACCOUNT = "swan"
REQUIRED_TRANSFERS = ("Event", "Date", "Status", "Total USD", "Transaction USD", "Fee USD", "Unit Count", "Asset Type")
REQUIRED_WITHDRAWALS = ("Created At", "Executed At", "Canceled At", "Status", "Bitcoin Amount", "Automatic")
_EVENTS = {
    "deposit": "deposit",
    "purchase": "buy",
    "withdrawal": "withdrawal",
    "monthly_fee": "fee",
    "prepaid_fee": "fee",
}
_SETTLED = "settled"
_CUSTODIAN = re.compile(r"custodial transfer|prime ?trust|fortress", re.IGNORECASE)


def _take_transfer(row: Row, reading: Reading) -> None:
    kind = said_by(row.text("Event"), _EVENTS)
    if row.text("Status").lower() != _SETTLED:
        reading.intake.leave(row, f"status {row.text('Status')!r}, not settled")
        return
    if kind == "deposit" and _CUSTODIAN.search(row.text("Address Label")):
        reading.intake.leave(row, "coins that Swan moved from one custodian to another")
        return
    legs = _legs(row, kind)
    if not (legs.sent or legs.received or legs.fee):
        reading.intake.leave(row, "the quantity is 0")
        return
    when = written_time(row, "Date")
    basis, acquired = _carried(row) if kind == "deposit" else (None, None)
    note = row.text("Address Label") or None
    made = booked(row, ACCOUNT, kind, when, legs, id=row.text("Transaction ID"), note=note, basis=basis, acquired=acquired)
    reading.intake.add(made)


def _legs(row: Row, kind: str) -> Legs:
    moved, fee = _moved(row), leg(number(row, "Fee USD"), "USD")
    if kind == "fee":
        return Legs(fee=fee or moved)
    if kind == "buy":
        return Legs(leg(_paid(row), "USD"), moved, fee)
    return Legs(received=moved, fee=fee) if kind == "deposit" else Legs(sent=moved, fee=fee)


def _moved(row: Row) -> Leg | None:
    """The units, of which dollars may stand in `Unit Count` or in the totals."""
    asset = row.text("Asset Type")
    units = number(row, "Unit Count")
    return leg(number(row, "Total USD") if units is None and asset.upper() == "USD" else units, asset)


def _paid(row: Row) -> Decimal | None:
    """Dollars without the fee: the total is both together."""
    paid, total, fee = (number(row, name) for name in ("Transaction USD", "Total USD", "Fee USD"))
    if paid is None and total is not None:
        return total - (fee or Decimal(0))
    return paid


def _carried(row: Row) -> tuple[Decimal | None, datetime | None]:
    basis = number(row, "USD Cost Basis")
    if basis is not None and basis < 0:
        raise RowError("ROW_INVALID", f"column 'USD Cost Basis' is negative: {basis}")
    return basis, written_time(row, "Acquisition Date")[0] if row.text("Acquisition Date") else None


def _take_withdrawal(row: Row, reading: Reading) -> None:
    status = row.text("Status").lower()
    if status != _SETTLED:
        reading.intake.leave(row, f"status {row.text('Status')!r}, not settled")
        return
    sent = leg(number(row, "Bitcoin Amount"), "BTC")
    when = written_time(row, "Executed At" if row.text("Executed At") else "Created At")
    reading.intake.add(booked(row, ACCOUNT, "withdrawal", when, Legs(sent=sent), txid=row.text("Transaction ID") or None))


read_transfers = each_row(_take_transfer)
read_withdrawals = each_row(_take_withdrawal)
