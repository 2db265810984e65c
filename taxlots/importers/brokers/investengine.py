"""InvestEngine: the trading statement CSV, in pounds and London time. A security is named by the ISIN behind its name."""

from collections.abc import Sequence
from datetime import tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from taxlots import exact
from taxlots.importers.bookings import money
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.broker_cells import day_first, isin_in
from taxlots.importers.brokers.brokerage import BUY, SELL, Entry
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table

REQUIRED = ("Security / ISIN", "Transaction Type", "Quantity", "Share Price", "Total Trade Value", "Trade Date/Time", "Settlement Date")
ACCOUNT = "investengine"
LONDON = ZoneInfo("Europe/London")
_DEEDS = {"buy": BUY, "sell": SELL}


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is London's
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        brokerage.book(brokerage.read_entries(tables, intake, _entry), intake)
    return intake


def _entry(row: Row) -> Entry:
    said, security = row.text("Transaction Type"), row.text("Security / ISIN")
    deed = _DEEDS.get(said.casefold())
    if deed is None:
        raise brokerage.unknown(said, ("Buy", "Sell"))
    isin = isin_in(security.rpartition("/")[2])
    if not isin:
        raise RowError("ROW_INVALID", f"column 'Security / ISIN': {security!r} holds no ISIN")
    moment, date_only = day_first(row, "Trade Date/Time", LONDON)
    paid = money(row, "Total Trade Value")
    if paid is None:
        raise RowError("ROW_INVALID", "column 'Total Trade Value' is empty")
    return Entry(
        row=row,
        deed=deed,
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=isin,
        quantity=number(row, "Quantity") or Decimal(0),
        amount=-abs(paid[0]) if deed == BUY else abs(paid[0]),
        currency=paid[1],
        note=security,
        asset_class="security",
    )
