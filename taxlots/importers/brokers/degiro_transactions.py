"""DEGIRO: the transactions CSV, which tells the trades alone; the account statement tells them too, with everything else.

Value, fees and total are in the account's currency, which stands in the header (`Total EUR`) or, in older files, beside each amount. The
total contains the fees and what the exchange of money cost. Cells are read by position, as currencies stand in columns without a name.
Trades have the ids that the account statement gives them, so that both may be given. A row without an order is a corporate action.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage, orders
from taxlots.importers.brokers.broker_cells import day_first, told_quantity
from taxlots.importers.brokers.brokerage import BUY, CORPORATE, SELL, Entry
from taxlots.importers.brokers.degiro import ACCOUNT, with_ids
from taxlots.importers.numbers import required
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.kinds import is_fiat

_DATE, _TIME, _PRODUCT, _ISIN, _QUANTITY, _PRICE, _LOCAL, _VALUE = "0", "1", "2", "3", "6", "7", "9", "11"
_TOTAL = re.compile(r"(?:Total|Totaal|Gesamt|Totale)(?: (?P<currency>[A-Z]{3}))?", re.IGNORECASE)
_ORDER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Total:
    """Where the total stands, and its currency: named in the header, else in the cell behind it."""

    column: int
    currency: str

    def of(self, row: Row) -> tuple[Decimal, str]:
        currency = self.currency or row.text(str(self.column + 1)).upper()
        if not is_fiat(currency):
            raise RowError("ROW_INVALID", f"the total's currency {currency!r} is not known")
        return required(row, str(self.column)), currency


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            total = _total_of(table)
            entries = brokerage.read_entries([table], intake, lambda row, total=total: _entry(row, total, zone))  # type: ignore[misc]
            trades = orders.grouped([entry for entry in entries if entry.id], lambda entry: entry.id)
            brokerage.book([entry for group in trades for entry in with_ids(group)], intake)
            brokerage.book([entry for entry in entries if not entry.id], intake)
    return intake


def _total_of(table: Table) -> _Total | None:
    found = ((n, match) for n, name in enumerate(table.header) if (match := _TOTAL.fullmatch(name)))
    return next((_Total(n, (match["currency"] or "").upper()) for n, match in found), None)


def _entry(row: Row, total: _Total | None, zone: tzinfo) -> Entry:
    if total is None:
        raise RowError("ROW_INVALID", "the header has no column for the total", "Export the transactions again.")
    moment, date_only = day_first(row, _DATE, zone, f"{row.text(_DATE)} {row.text(_TIME)}")
    amount, currency = total.of(row)
    said = row.text(_QUANTITY)
    quantity = told_quantity((said.lstrip("-"),), row.text(_PRICE), abs(required(row, _LOCAL)))
    order = next((cell.strip().lower() for cell in row.cells.values() if _ORDER.fullmatch(cell.strip())), "")
    deed = SELL if said.startswith("-") else BUY
    return Entry(
        row=row,
        deed=deed if order else CORPORATE,
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=row.text(_ISIN).upper(),
        quantity=-quantity if deed == SELL else quantity,
        amount=amount,
        fees=abs(amount - required(row, _VALUE)),
        currency=currency,
        note=row.text(_PRODUCT),
        id=order,
        asset_class="security",
    )
