"""PayPal and Venmo crypto transactions (the CSV for taxes): the same header for both, under a few lines of disclaimer.

Which of the two it is, the disclaimer or the file's name says. Older files have blanks behind the column names. The market value tells
whether the money of a trade contains the fee. Only BUY and SELL are documented; for other types the filled side decides.
"""

import re
from decimal import Decimal

from taxlots.importers.bookings import Leg, Legs, Reading, before_fee, booked, each_row, leg, said_by, trade_kind
from taxlots.importers.numbers import number
from taxlots.importers.records import Row, RowError
from taxlots.importers.written_times import written_time
from taxlots.kinds import is_fiat

REQUIRED = (
    *("DateTime", "Transaction Type", "Asset In (Quantity)", "Asset In (Currency)"),
    *("Asset Out (Quantity)", "Asset Out (Currency)", "Transaction Fee (Quantity)"),
)
_VALUE = re.compile(r"Market Value \((?P<currency>[A-Z]{3})\)", re.IGNORECASE)
_TYPES = {
    "BUY": "trade",
    "SELL": "trade",
    "RECEIVE": "deposit",
    "CRYPTO RECEIVE": "deposit",
    "TRANSFER IN": "deposit",
    "CRYPTO TRANSFER IN": "deposit",
    "SEND": "withdrawal",
    "CRYPTO SEND": "withdrawal",
    "TRANSFER OUT": "withdrawal",
    "CRYPTO TRANSFER OUT": "withdrawal",
    "CHECKOUT": "spend",
    "CRYPTO CHECKOUT": "spend",
}


def _take(row: Row, reading: Reading) -> None:
    said = said_by(row.text("Transaction Type").replace("_", " "), _TYPES)
    into, out, fee = (_leg(row, name) for name in ("Asset In", "Asset Out", "Transaction Fee"))
    if not into and not out:
        reading.intake.leave(row, "the quantity is 0")
        return
    value = _market_value(row)
    when = written_time(row, "DateTime", reading.zone)
    kind, legs = _legs(said, Legs(out, into, fee, value))
    reading.intake.add(booked(row, _account(reading), kind, when, legs))


def _legs(said: str, legs: Legs) -> tuple[str, Legs]:
    if said == "trade":
        kind = trade_kind(legs.sent, legs.received)
        return kind, _traded(kind, legs)
    if said == "deposit":
        return said, Legs(received=legs.received, fee=legs.fee, value=legs.value)
    if said == "spend" and legs.received and not is_fiat(legs.received[1]):
        raise RowError("ROW_INVALID", "a checkout that also receives coins")
    return said, Legs(sent=legs.sent, fee=legs.fee, value=legs.value)


def _traded(kind: str, legs: Legs) -> Legs:
    """The legs of a trade with the money before its fee, and a value only where no leg is money."""
    gross = legs.value[0] if legs.value else None
    if kind == "buy":
        return Legs(_without_fee(legs.sent, legs.fee, gross, Decimal(1)), legs.received, legs.fee)
    if kind == "sell":
        return Legs(legs.sent, _without_fee(legs.received, legs.fee, gross, Decimal(-1)), legs.fee)
    return legs


def _without_fee(amount: Leg | None, fee: Leg | None, gross: Decimal | None, includes: Decimal) -> Leg | None:
    if not amount or not fee or fee[1] != amount[1]:
        return amount
    return before_fee(amount[0], fee[0], gross, includes=includes), amount[1]


def _leg(row: Row, name: str) -> Leg | None:
    return leg(number(row, f"{name} (Quantity)"), row.text(f"{name} (Currency)"))


def _market_value(row: Row) -> Leg | None:
    """What the coins were worth; the column's name holds the currency."""
    match = next(filter(None, map(_VALUE.fullmatch, row.cells)), None)
    return leg(number(row, match[0]), match["currency"].upper()) if match else None


def _account(reading: Reading) -> str:
    """The platform that the lines above the header or the file's name name."""
    above = " ".join(cell for line in reading.table.preamble for cell in line) + reading.table.file
    return "venmo" if "venmo" in above.lower() else "paypal"


read = each_row(_take)
