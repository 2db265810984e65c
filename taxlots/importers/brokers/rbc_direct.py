"""RBC Direct Investing: the activity export, with the account above the header and disclaimers below the rows.

The value of a trade contains the commission, which no column states. A distribution is a dividend. A return of capital without a value
changes the basis by an amount that only the description tells, and the rows of splits do not say whether their quantity comes on top.
"""

import re
from collections.abc import Callable, Sequence
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import (
    BUY,
    CASH,
    CORPORATE,
    COST,
    DIVIDEND,
    INTEREST,
    MOVE,
    OPTION,
    REFUSE,
    RETURNED,
    SELL,
    SHARES,
    Entry,
)
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table, all_rows
from taxlots.importers.written_times import written_time

REQUIRED = ("Date", "Activity", "Symbol", "Symbol Description", "Quantity", "Price", "Settlement Date", "Account", "Value", "Currency")
ACCOUNT = "rbc-direct"
_DEEDS = {
    "Buy": BUY,
    "Sell": SELL,
    **dict.fromkeys(("Distribution", "Dividends", "Dividend"), DIVIDEND),
    "Interest": INTEREST,
    **dict.fromkeys(("Deposits & Contributions", "Withdrawals & De-registrations", "Withdrawals"), CASH),
    **dict.fromkeys(("Fees", "Taxes", "Withholding Tax", "Non-Resident Tax"), COST),
    **dict.fromkeys(("Transfers", "Transfer"), MOVE),
    "Return of Capital": RETURNED,
    **dict.fromkeys(("Reorganization", "Exchange", "Name Change"), CORPORATE),
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}
_UNSTATED = REFUSE + "a return of capital whose amount stands only in its description"
_OPTION = re.compile(r"(?:CALL|PUT) [.A-Z]", re.IGNORECASE)


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    account = brokerage.account_names(ACCOUNT, all_rows(tables), "Account")
    with exact.exactly():
        entries = brokerage.read_entries(
            [_without_footer(table, intake) for table in tables], intake, lambda row: _entry(row, account, zone)
        )
        brokerage.book(entries, intake)
    return intake


def _without_footer(table: Table, intake: Intake) -> Table:
    """The table without the lines of text below the rows, which fill the first cell only."""
    rows = []
    for row in table.rows:
        if any(row.text(name) for name in table.header[1:]) or not row.text(table.header[0]):
            rows.append(row)
        else:
            intake.leave(row, "a line of text below the activities")
    return Table(table.file, table.sha256, table.header, table.header_row, table.preamble, tuple(rows))


def _entry(row: Row, account: Callable[[Row], str], zone: tzinfo) -> Entry:
    said, described = row.text("Activity"), row.text("Description")
    deed = _KNOWN.get(said.casefold())
    if deed is None:
        raise brokerage.unknown(said, _DEEDS)
    moment, date_only = written_time(row, "Date", zone)
    quantity, amount = number(row, "Quantity") or Decimal(0), required(row, "Value")
    if not row.text("Currency"):
        raise RowError("ROW_INVALID", "column 'Currency' is empty")
    return Entry(
        row=row,
        deed=_settled(row, deed, quantity, amount),
        account=account(row),
        time=moment,
        date_only=date_only,
        symbol=row.text("Symbol").upper(),
        quantity=quantity,
        amount=amount,
        currency=row.text("Currency").upper(),
        note=" ".join(filter(None, (said, described or row.text("Symbol Description")))),
        asset_class="security",
    )


def _settled(row: Row, deed: str, quantity: Decimal, amount: Decimal) -> str:
    """The deed, by what else the row says."""
    if deed in {BUY, SELL} and _OPTION.match(row.text("Symbol Description") or row.text("Description")):
        return OPTION
    if deed == MOVE:
        return SHARES if quantity and row.text("Symbol") and not amount else CASH
    if deed == RETURNED and not amount:
        return _UNSTATED
    return COST if deed == INTEREST and amount < 0 else deed
