"""Binance order history of 2020: orders with their fills below them.

Traps: below an order stand a header of its own, one cell to the right, and its fills under that: so a fill's pair and side are its
order's, and only the fills tell the fee. Fills are added up as in the trade history, so that these exports agree and count once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from taxlots import exact
from taxlots.importers.bookings import Leg
from taxlots.importers.exchanges.binance_trades import add_trade, fill_parts, side_of, split_amount, split_pair
from taxlots.importers.exchanges.exchange_legs import Part
from taxlots.importers.exchanges.exchange_times import moment
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table

ORDERS = ("Date(UTC)", "Pair", "Type", "Order Price", "Order Amount", "AvgTrading Price", "Filled", "Total", "status")
# Where a fill has its cells: under the order's columns, one to the right of its own header.
_TIME, _FILLED, _TOTAL, _FEE = "Pair", "Order Price", "Order Amount", "AvgTrading Price"
_Key = tuple[datetime, str, str, int]


@dataclass(slots=True)
class _Orders:
    """What is read of one file: its fills by second, pair and side, and the last order with its fills."""

    intake: Intake
    fills: dict[_Key, list[Part]]
    order: Row | None = None
    found: int = 0


def read(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """Every order, header and fill of every table to its fate; times are UTC. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            orders = _Orders(intake, defaultdict(list))
            for row in table.rows:
                try:
                    _place(row, orders)
                except RowError as error:
                    intake.reject(row, error)
            _finish(orders)
            for key, parts in orders.fills.items():
                add_trade(key[0], parts, intake)
    return intake


def _place(row: Row, orders: _Orders) -> None:
    if row.text("Date(UTC)"):
        _finish(orders)
        orders.order, orders.found = row, 0
    elif row.text(_TIME) == "Date(UTC)":
        orders.intake.leave(row, "the header of an order's fills")
    elif orders.order is None:
        raise RowError("ROW_INVALID", "a fill without an order above it", "Export the order history again.")
    else:
        orders.found += 1
        key, parts = _fill(orders.order, row)
        orders.fills[key] += parts


def _finish(orders: _Orders) -> None:
    """The order above, whose fills were all there are: they tell what it did."""
    order, orders.order = orders.order, None
    if order is None:
        return
    try:
        filled = number(order, "Filled")
    except RowError as error:
        orders.intake.reject(order, error)
        return
    if orders.found or not filled:
        orders.intake.leave(order, "an order, told by its fills" if orders.found else "nothing of the order was filled")
        return
    message = f"{exact.plain(filled)} of the order were filled, but no rows of its fills stand below it"
    orders.intake.reject(order, RowError("ROW_UNPAIRED_LEG", message, "Export the spot trade history, which has the fee too."))


def _fill(order: Row, row: Row) -> tuple[_Key, list[Part]]:
    time, side = moment(row, _TIME, UTC), side_of(order, "Type")
    fee = split_amount(row.text(_FEE)) if row.text(_FEE) else None
    base, quote = split_pair(order.text("Pair"), fee[1] if fee else "")
    legs = (_amount(row, _FILLED, base), _amount(row, _TOTAL, quote))
    return (time, base, quote, side), list(fill_parts(row, side, legs, fee))


def _amount(row: Row, column: str, asset: str) -> Leg:
    """A number, with or without its ticker behind it."""
    text = row.text(column)
    return split_amount(text, (asset,)) if text.upper().endswith(asset) else (required(row, column), asset)
