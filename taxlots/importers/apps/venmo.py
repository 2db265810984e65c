"""Venmo account statement: money only, no coins. Payments that another source funded never touch the Venmo balance.

Amounts carry a sign and a blank (`- $250.00`), the first header cell is empty, the first row is the opening balance and the last one the
closing balance with a disclaimer. Times are local and printed without a zone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from taxlots.importers.bookings import Legs, Reading, booked, each_row, leg, said_by
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, Table
from taxlots.importers.running_balances import Stated, Terms, changes_by_row, stated_balance, with_balances
from taxlots.importers.times import time

ACCOUNT = "venmo"
REQUIRED = ("ID", "Datetime", "Type", "Status", "Note", "From", "To", "Amount (total)", "Funding Source", "Destination")
REQUIRED_BALANCES = ("Start Date", "End Date", "Start Balance", "End Balance")
_BALANCE = "venmo balance"
_INSTANT = timedelta(microseconds=1)
_TYPES = {
    "Payment": "move",
    "Charge": "move",
    "Standard Transfer": "move",
    "Instant Transfer": "move",
    "Add Funds": "move",
    "Merchant Transaction": "move",
    "Venmo Card Transaction": "move",
    "Direct Deposit": "move",
    "Top-Up": "move",
}
_STATES = {"Complete": "", "Issued": "", "Pending": "pending", "Cancelled": "cancelled", "Canceled": "cancelled", "Failed": "failed"}


def _take(row: Row, reading: Reading) -> None:
    if not row.text("ID") and not row.text("Type"):
        reading.intake.leave(row, "opening or closing balance of the statement")
        return
    said_by(row.text("Type"), _TYPES)
    state = said_by(row.text("Status"), _STATES)
    total = number(row, "Amount (total)") or Decimal(0)
    source = row.text("Funding Source")
    if state:
        reading.intake.leave(row, state)
    elif not total:
        reading.intake.leave(row, "the quantity is 0")
    elif total < 0 and source and source.lower() != _BALANCE:
        reading.intake.leave(row, f"paid from {source}, not from the Venmo balance")
    elif total > 0 and row.text("Destination") and row.text("Destination").lower() != _BALANCE:
        reading.intake.leave(row, f"paid to {row.text('Destination')}, not to the Venmo balance")
    else:
        _book(row, total, reading)


def _book(row: Row, total: Decimal, reading: Reading) -> None:
    """The total is what the balance changes by: a fee is inside it."""
    fee = abs(number(row, "Amount (fee)") or Decimal(0))
    moved = leg(total + fee, "USD") if total > 0 else leg(-total - fee, "USD")
    legs = Legs(received=moved) if total > 0 else Legs(sent=moved)
    kind = "deposit" if total > 0 else "withdrawal"
    note = " ".join(filter(None, (row.text("Type"), row.text("Note"))))
    legs = replace(legs, fee=leg(fee, "USD"))
    reading.intake.add(booked(row, ACCOUNT, kind, time(row, "Datetime", reading.zone), legs, id=row.text("ID"), note=note))


def _take_balances(row: Row, reading: Reading) -> None:
    reading.intake.leave(row, "opening and closing balance of a statement")


read_balances = each_row(_take_balances)


def _stated(tables: Sequence[Table], _zone: tzinfo, intake: Intake) -> Iterator[Stated]:
    """A statement gives the balance above its first and below its last row: the rows between must lead from one to the other."""
    moved = changes_by_row(intake)
    times = {made.sources[0]: made.time for made in intake.transactions}
    for table in tables:
        within = [times[row.source] for row in table.rows if row.source in times]
        if not within:
            continue
        for row in table.rows:
            if row.source in times:
                yield Stated(row=row, time=times[row.source], asset="USD", change=moved[row.source]["USD"], balance=None)
            elif not row.text("ID") and row.text("Beginning Balance"):
                yield _end(row, min(within) - _INSTANT, "Beginning Balance", intake)
            elif not row.text("ID") and row.text("Ending Balance"):
                yield _end(row, max(within) + _INSTANT, "Ending Balance", intake)


def _end(row: Row, when: datetime, column: str, intake: Intake) -> Stated:
    return Stated(row=row, time=when, asset="USD", change=Decimal(0), balance=stated_balance(row, column, intake))


read = with_balances(each_row(_take), ACCOUNT, _stated, Terms(away={"USD"}, whole=False))
