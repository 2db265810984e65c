"""Charles Schwab Bank: the transactions CSV of a checking account. Money only; what is pending has no effect yet."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from taxlots.importers.bookings import Legs, Reading, booked, each_row, leg
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table, all_rows
from taxlots.importers.running_balances import Stated, Terms, changes_by_row, stated_balance, with_balances
from taxlots.importers.times import time

ACCOUNT = "schwab-bank"
REQUIRED = ("Date", "Status", "Type", "CheckNumber", "Description", "Withdrawal", "Deposit", "RunningBalance")
_INTEREST = "INTADJUST"


def _take(row: Row, reading: Reading) -> None:
    out, into = leg(number(row, "Withdrawal"), "USD"), leg(number(row, "Deposit"), "USD")
    if row.text("Status").lower() != "posted":
        reading.intake.leave(row, f"status {row.text('Status')!r}, not posted")
    elif out and into:
        raise RowError("ROW_INVALID", "a row with a withdrawal and a deposit")
    elif not out and not into:
        reading.intake.leave(row, "the quantity is 0")
    else:
        kind = "withdrawal" if out else "income:interest" if row.text("Type").upper() == _INTEREST else "deposit"
        note = " ".join(filter(None, (row.text("Type"), row.text("CheckNumber"), row.text("Description"))))
        reading.intake.add(booked(row, ACCOUNT, kind, time(row, "Date", reading.zone), Legs(out, into), note=note))


def _stated(tables: Sequence[Table], _zone: tzinfo, intake: Intake) -> Iterator[Stated]:
    moved, times = changes_by_row(intake), {made.sources[0]: made.time for made in intake.transactions}
    for row in all_rows(tables):
        if row.source in times:
            balance = stated_balance(row, "RunningBalance", intake)
            yield Stated(row=row, time=times[row.source], asset="USD", change=moved[row.source]["USD"], balance=balance)


read = with_balances(each_row(_take), ACCOUNT, _stated, Terms(whole=False))
