"""Bittrex, closed in 2023: order histories of six headers, and deposits and withdrawals.

Traps: old files are UTF-16; the market `BTC-LTC` names the quote first, `LTC/BTC` and `LTC-->BTC` last; an order's quantity contains what
was never filled; the total is without the commission, but in the last files it may contain it, which price times quantity tells. The last
files begin with four lines of their own. An order has the same id in every file, so overlapping files merge.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from taxlots.importers.bookings import Legs, Reading, booked, each_row, leg, said_by, trade_kind
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.importers.times import time

ACCOUNT = "bittrex"
ReadTables = Callable[[Sequence[Table], tzinfo], Intake]
_BUYS_AND_SELLS = {
    **dict.fromkeys(("LIMIT_BUY", "MARKET_BUY", "CEILING_MARKET_BUY", "BUY", "Bought"), "buy"),
    **dict.fromkeys(("LIMIT_SELL", "MARKET_SELL", "CEILING_MARKET_SELL", "SELL", "Sold"), "sell"),
}
_QUOTE_FIRST, _QUOTE_LAST = re.compile(r"([A-Z0-9]+)-([A-Z0-9]+)"), re.compile(r"([A-Z0-9]+)(?:/|-->)([A-Z0-9]+)")
_MOVED = {"DEPOSIT": "deposit", "WITHDRAWAL": "withdrawal"}
_DONE = {"", "CONFIRMED", "COMPLETED"}
_NOT_DONE = {"PENDING", "REQUESTED", "AUTHORIZED", "CANCELED", "CANCELLED", "INVALIDATED", "ORPHANED", "ERROR_INVALID_ADDRESS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Columns of an order history. `market` holds both assets, `quote_first` joined by a hyphen; else `base` and `quote` do."""

    time: str
    side: str
    quantity: str
    total: str
    id: str = ""
    market: str = ""
    base: str = ""
    quote: str = ""
    remaining: str = ""
    fee: str = ""
    price: str = ""
    value: str = ""
    alternative_time: str = ""
    quote_first: bool = True

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that tell this header from any other."""
        moved = (self.market, self.base, self.quote, self.quantity, self.remaining, self.total, self.price, self.fee)
        return tuple(name for name in (self.id, self.time, self.side, *moved) if name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Columns of deposits or withdrawals. `undone` are columns in which `true` says that nothing moved, `needed` that it did."""

    times: tuple[str, ...]
    kind: str
    amount: str = "Amount"
    asset: str = "Currency"
    txid: str = "TxId"
    id: str = ""
    fees: tuple[str, ...] = ()
    state: str = ""
    undone: tuple[str, ...] = ()
    needed: str = ""


ORDERS_2017 = Orders(
    id="OrderUuid",
    market="Exchange",
    side="Type",
    quantity="Quantity",
    fee="CommissionPaid",
    total="Price",
    time="Closed",
    alternative_time="Opened",
)
ORDERS_UPPER = Orders(
    id="UUID", quote="QUOTE", base="MARKET", side="ORDERTYPE", quantity="FILLED", fee="COMISSIONPAID", total="PROCEEDS", time="CLOSED"
)
ORDERS_2020 = Orders(
    id="Uuid",
    market="Exchange",
    side="OrderType",
    quantity="Quantity",
    remaining="QuantityRemaining",
    fee="Commission",
    total="Price",
    time="Closed",
    alternative_time="TimeStamp",
)
ORDERS_2021 = Orders(
    id="Uuid", market="Exchange", side="Type", quantity="Quantity", remaining="Remaining", total="Price", time="Closed (UTC)"
)
TRADES_2022 = Orders(market="Market", side="Side", quantity="Quantity", price="Price", total="Total", time="Date", quote_first=False)
ORDERS_2023 = Orders(
    id="TXID",
    base="Base",
    quote="Quote",
    side="Transaction",
    quantity="Quantity (Base)",
    price="Price",
    fee="Fees (Quote)",
    total="Total (Quote)",
    value="Approx Value (USD)",
    time="Time (UTC)",
)
MOVES = ("Date", "Currency", "Type", "Address", "Memo/Tag", "TxId", "Amount")
DEPOSITS = ("Id", "Currency", "Amount", "Confirmations", "TxId", "CryptoAddress")
DEPOSITS_UPPER = ("UUID", "AMOUNT", "CURRENCY", "CRYPTOADDRESS", "TXID", "LASTUPDATED", "CONFIRMATIONS")
WITHDRAWALS = ("PaymentUuid", "Currency", "Amount", "Address", "Authorized", "TxId", "Canceled")
WITHDRAWALS_UPPER = ("UUID", "AMOUNT", "CURRENCY", "ADDRESS", "TXID", "OPENED", "TXCOST", "STATE")


def orders(columns: Orders) -> ReadTables:
    """The `read` function of an order history."""

    def take(row: Row, reading: Reading) -> None:
        side = said_by(row.text(columns.side), _BUYS_AND_SELLS)
        filled = required(row, columns.quantity) - (number(row, columns.remaining) or 0)
        if not filled:
            reading.intake.leave(row, "nothing of the order was filled")
            return
        base, quote = _assets(row, columns)
        fee = leg(number(row, columns.fee), quote)
        coins, money = leg(filled, base), leg(_total(row, columns, side, filled), quote)
        legs = Legs(sent=money, received=coins, fee=fee) if side == "buy" else Legs(sent=coins, received=money, fee=fee)
        kind = trade_kind(legs.sent, legs.received)
        more = {"value": _value(row, columns), "value_currency": "USD"} if kind == "swap" and _value(row, columns) else {}
        when = time(row, columns.time if row.text(columns.time) else columns.alternative_time)
        reading.intake.add(booked(row, ACCOUNT, kind, when, legs, id=row.text(columns.id), **more))

    return each_row(take)


def _assets(row: Row, columns: Orders) -> tuple[str, str]:
    """Base and quote."""
    if not columns.market:
        return row.text(columns.base), row.text(columns.quote)
    text = row.text(columns.market).upper()
    if columns.quote_first and (match := _QUOTE_FIRST.fullmatch(text)):
        return match[2], match[1]
    if match := _QUOTE_LAST.fullmatch(text):
        return match[1], match[2]
    raise RowError("ROW_INVALID", f"column {columns.market!r}: {text!r} is no pair of assets")


def _total(row: Row, columns: Orders, side: str, filled: Decimal) -> Decimal:
    """The total without the fee. Where the file gives a price for each coin, it tells whether the total contains the fee."""
    total, price = abs(required(row, columns.total)), number(row, columns.price) if columns.price else None
    fee = abs(number(row, columns.fee) or Decimal(0))
    if not price or not fee:
        return total
    other = total - fee if side == "buy" else total + fee
    gross = price * filled
    return min((total, other), key=lambda amount: abs(amount - gross))


def _value(row: Row, columns: Orders) -> Decimal | None:
    value = number(row, columns.value) if columns.value else None
    return abs(value) if value else None


def moves(columns: Moves) -> ReadTables:
    """The `read` function of deposits or withdrawals; `columns.kind` is one of both, or the column that tells which."""

    def take(row: Row, reading: Reading) -> None:
        reason = _undone(row, columns)
        moved = leg(number(row, columns.amount), row.text(columns.asset))
        if reason or moved is None:
            reading.intake.leave(row, reason or "the amount is 0")
            return
        kind = columns.kind if columns.kind in _MOVED.values() else said_by(row.text(columns.kind), _MOVED)
        fee = next((fee for name in columns.fees if (fee := leg(number(row, name), row.text(columns.asset)))), None)
        legs = Legs(sent=moved, fee=fee) if kind == "withdrawal" else Legs(received=moved, fee=fee)
        when = time(row, next((name for name in columns.times if row.text(name)), columns.times[0]))
        name = f"{kind}-{row.text(columns.id)}" if row.text(columns.id) else ""
        reading.intake.add(booked(row, ACCOUNT, kind, when, legs, id=name, txid=row.text(columns.txid) or None))

    return each_row(take)


def _undone(row: Row, columns: Moves) -> str | None:
    state = row.text(columns.state).upper() if columns.state else ""
    if state in _NOT_DONE:
        return f"state {row.text(columns.state)!r}: nothing moved"
    if state not in _DONE:
        raise RowError("ROW_UNKNOWN_KIND", f"state {row.text(columns.state)!r} is not known")
    told = next((name for name in columns.undone if row.text(name).lower() == "true"), None)
    if told:
        return f"{told} is true: nothing moved"
    if columns.needed and row.text(columns.needed).lower() == "false":
        return f"{columns.needed} is false: nothing moved"
    return None


read_moves = moves(Moves(times=("Date",), kind="Type"))
read_deposits = moves(Moves(times=("LastUpdatedDate", "LastUpdated"), kind="deposit", id="Id", state="State"))
read_deposits_upper = moves(
    Moves(times=("LASTUPDATED",), kind="deposit", id="UUID", amount="AMOUNT", asset="CURRENCY", txid="TXID", state="STATE")
)
read_withdrawals = moves(
    Moves(
        times=("OpenedDate", "Opened"),
        kind="withdrawal",
        id="PaymentUuid",
        fees=("TxFee", "TxCost"),
        undone=("Canceled", "PendingPayment", "Pending", "InvalidAddress"),
        needed="Authorized",
    )
)
read_withdrawals_upper = moves(
    Moves(
        times=("CLOSED", "LASTUPDATED", "OPENED"),
        kind="withdrawal",
        id="UUID",
        amount="AMOUNT",
        asset="CURRENCY",
        txid="TXID",
        fees=("TXCOST",),
        state="STATE",
    )
)
