"""Robinhood's crypto exports (orders, transfers) and the list of sales in its 1099 file.

Orders: only what was filled counts, which is the quantity less what was left; the spread is inside the price, there is no fee. Transfers:
only those that succeeded. A script of robin_stocks writes orders too. The 1099 file stacks tables of several forms; its realised lots were
computed by Robinhood.
"""

from collections.abc import Sequence
from datetime import tzinfo
from decimal import Decimal

from taxlots.importers.bookings import Leg, Legs, Reading, When, booked, each_row, leg, said_by
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table, all_rows
from taxlots.importers.written_times import written_time

ACCOUNT = "robinhood-crypto"
REQUIRED_ORDERS = ("UUID", "Time Entered", "Symbol", "Side", "Quantity", "State", "Leaves Quantity", "Average Price", "Notional")
REQUIRED_TRANSFERS = ("id", "created_at", "currency_code", "transfer_type", "amount", "network_fee", "state", "blockchain_txn_id")
REQUIRED_SCRIPT = ("symbol", "date", "order_type", "side", "fees", "quantity", "average_price")
REQUIRED_1099 = ("1099-B", "ACCOUNT NUMBER", "TAX YEAR", "DATE ACQUIRED", "SALE DATE")
REQUIRED_1099_DIV = ("1099-DIV", "ACCOUNT NUMBER", "TAX YEAR")
REQUIRED_1099_INT = ("1099-INT", "ACCOUNT NUMBER", "TAX YEAR")
REALISED = "a report of realised lots, for reconciliation, not transactions"
_SIDES = {"Buy": "buy", "Sell": "sell"}
_STATES = {
    "Filled": "",
    "Partially Filled": "",
    "Partially Filled Rest Canceled": "",
    "Partially Filled Rest Cancelled": "",
    "Canceled": "",
    "Cancelled": "",
    "Rejected": "rejected",
    "Failed": "failed",
    "Voided": "voided",
}
_CANCELLED = {"canceled", "cancelled"}
_TRANSFERS = {"withdrawal": "withdrawal", "deposit": "deposit"}
_ARRIVED = {"succeeded", "completed"}


def _take_order(row: Row, reading: Reading) -> None:
    if not any(text.strip() for text in row.cells.values()):
        reading.intake.leave(row, "an empty row")
        return
    kind, state = said_by(row.text("Side"), _SIDES), said_by(row.text("State"), _STATES)
    filled = required(row, "Quantity") - (number(row, "Leaves Quantity") or Decimal(0))
    unsaid = row.text("State").lower() in _CANCELLED and not number(row, "Leaves Quantity")
    if state or unsaid:
        reading.intake.leave(row, state or "cancelled")
    elif filled <= 0:
        reading.intake.leave(row, "nothing of the order was filled")
    else:
        coins, cash = leg(filled, _coin(row)), leg(_cash(row, filled), "USD")
        legs = Legs(cash, coins) if kind == "buy" else Legs(coins, cash)
        reading.intake.add(booked(row, ACCOUNT, kind, written_time(row, "Time Entered"), legs, id=row.text("UUID")))


def _coin(row: Row) -> str:
    """`BTC`, `BTC-USD` and `BTCUSD` are BTC."""
    symbol = (row.text("Symbol") or row.text("symbol")).upper()
    return symbol.removesuffix("USD").rstrip("-/") or symbol


def _cash(row: Row, filled: Decimal) -> Decimal:
    """The notional; of an order that was filled in part, the part at its average price."""
    price, notional = number(row, "Average Price"), number(row, "Notional")
    if number(row, "Leaves Quantity") or notional is None:
        if price is None:
            raise RowError("ROW_INVALID", "the order has no average price for the part that was filled")
        return filled * price
    return notional


def _take_script(row: Row, reading: Reading) -> None:
    """A filled order as a script of robin_stocks writes it; its file of shares has the same columns and counts fees per execution."""
    kind, symbol = said_by(row.text("side"), _SIDES), row.text("symbol").upper()
    if not symbol.endswith("USD") and "crypto" not in row.file.lower():
        hint = "Add Robinhood's account activity report for shares; of coins, keep `crypto` in the file's name."
        raise RowError("KIND_NOT_BOOKED", f"{symbol}: an order of shares, or of coins that are not named as such", hint)
    quantity, price = required(row, "quantity"), required(row, "average_price")
    coins, cash, fee = leg(quantity, _coin(row)), leg(quantity * price, "USD"), leg(number(row, "fees"), "USD")
    legs = Legs(cash, coins, fee) if kind == "buy" else Legs(coins, cash, fee)
    reading.intake.add(booked(row, ACCOUNT, kind, written_time(row, "date"), legs))


def _take_transfer(row: Row, reading: Reading) -> None:
    kind, state = said_by(row.text("transfer_type"), _TRANSFERS), row.text("state")
    if state.lower() not in _ARRIVED:
        reading.intake.leave(row, f"state {state!r}")
        return
    coins = leg(required(row, "amount"), row.text("currency_code"))
    if coins is None:
        reading.intake.leave(row, "the quantity is 0")
        return
    legs = Legs(received=coins, value=_value(row)) if kind == "deposit" else Legs(sent=coins, fee=_fee(row, coins), value=_value(row))
    txid = row.text("blockchain_txn_id") or None
    reading.intake.add(booked(row, ACCOUNT, kind, _when(row), legs, id=row.text("id"), txid=txid))


def _when(row: Row) -> When:
    return written_time(row, "withdrawal_submitted_timestamp" if row.text("withdrawal_submitted_timestamp") else "created_at")


def _fee(row: Row, coins: Leg) -> Leg | None:
    return leg(number(row, "network_fee"), coins[1])


def _value(row: Row) -> Leg | None:
    return leg(number(row, "usd_amount_at_request"), "USD")


def read_1099(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  nothing is read of the rows
    """Every row set aside: the gains are another program's, the sums are those of rows in other exports. Raises nothing."""
    intake = Intake()
    for row in all_rows(tables):
        lots = "1099-B" in map(str.strip, row.cells.values())
        intake.leave(row, REALISED if lots else "a tax form's sums, for reconciliation, not transactions")
    return intake


read_orders = each_row(_take_order)
read_transfers = each_row(_take_transfer)
read_script = each_row(_take_script)
