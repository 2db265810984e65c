"""Bitstamp transactions CSV: the old one with amounts such as `0.5 BTC` in one cell, and the new one ("RFC 4180") with ids.

Traps: the old file gives minutes only, so its rows are compared with those of a new file by their date; its months are abbreviated with a
dot or not at all (`Sept. 3, 2019, 03:32 PM`). Fees come beside the value in both. ETH2R, the reward of staked ETH, is ETH.
"""

import re
from datetime import datetime

from taxlots.importers.bookings import Leg, Legs, Reading, booked, each_row, leg, said_by, trade_kind
from taxlots.importers.numbers import NumberError, number, parse_number
from taxlots.importers.records import Row, RowError
from taxlots.importers.times import time
from taxlots.importers.written_times import written_time

ACCOUNT = "bitstamp"
OLD = ("Type", "Datetime", "Account", "Amount", "Value", "Rate", "Fee", "Sub Type")
NEW = ("ID", "Account", "Type", "Subtype", "Datetime", "Amount", "Amount currency", "Value", "Value currency", "Fee", "Fee currency")
_INTERNAL = "internal"
_KINDS = {
    "Market": "trade",
    "Deposit": "deposit",
    "Card Deposit": "deposit",
    "Ripple deposit": "deposit",
    "Withdrawal": "withdrawal",
    "Ripple payment": "withdrawal",
    "Staking reward": "income:staking",
    "Referral reward": "income:referral",
    "Sub Account Transfer": _INTERNAL,
}
_SIDES = {"Buy": "buy", "Sell": "sell"}
_RENAMED = {"ETH2R": "ETH", "ETH2": "ETH"}
_AMOUNT = re.compile(r"(?P<number>[-0-9.,eE+]+)\s+(?P<asset>[A-Za-z0-9]+)")


def _take_old(row: Row, reading: Reading) -> None:
    _take(row, reading, "Sub Type", tuple(_in_one_cell(row, column) for column in ("Amount", "Value", "Fee")))


def _take_new(row: Row, reading: Reading) -> None:
    amounts = tuple(_named(leg(number(row, column), row.text(f"{column} currency"))) for column in ("Amount", "Value", "Fee"))
    _take(row, reading, "Subtype", amounts)


def _in_one_cell(row: Row, column: str) -> Leg | None:
    text = row.text(column)
    if not text:
        return None
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise RowError("ROW_INVALID", f"column {column!r}: {text!r} is no number with a currency")
    try:
        return _named(leg(parse_number(match["number"]), match["asset"]))
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column {column!r}: {error}") from None


def _named(found: Leg | None) -> Leg | None:
    return (found[0], _RENAMED.get(found[1], found[1])) if found else None


def _take(row: Row, reading: Reading, subtype: str, amounts: tuple[Leg | None, ...]) -> None:
    kind = said_by(row.text("Type"), _KINDS)
    if kind == _INTERNAL:
        reading.intake.leave(row, "a move between sub-accounts of Bitstamp")
        return
    amount, value, fee = amounts
    if amount is None:
        reading.intake.leave(row, "the amount is 0")
        return
    if kind == "trade":
        sides = (value, amount) if said_by(row.text(subtype), _SIDES) == "buy" else (amount, value)
        legs = Legs(sent=sides[0], received=sides[1], fee=fee)
        kind = trade_kind(legs.sent, legs.received)
    elif kind == "withdrawal":
        legs = Legs(sent=amount, fee=fee)
    else:
        legs = Legs(received=amount, fee=fee)
    reading.intake.add(booked(row, ACCOUNT, kind, _when(row), legs, id=row.text("ID")))


def _when(row: Row) -> tuple[datetime, bool]:
    """UTC; without an ID it is the old file, of which the seconds are not known."""
    if row.text("ID"):
        return time(row, "Datetime")
    return written_time(row, "Datetime")[0], True


read_old = each_row(_take_old)
read_new = each_row(_take_new)
