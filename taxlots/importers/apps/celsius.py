"""Celsius transactions: signed amounts, one coin per row; a swap is two rows of one minute.

Types were written with underscores first and in words later. What is not confirmed has no effect. Collateral stays yours; payments of a
loan and what follows a liquidation are not told well enough to be booked.
"""

import re
from dataclasses import replace
from decimal import Decimal

from taxlots.importers.bookings import BY_HAND, Leg, Legs, Reading, booked, each_group, either_way, leg, said_by, trade_kind
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Row, RowError, Transaction
from taxlots.importers.written_times import written_time

ACCOUNT = "celsius"
REQUIRED = ("Internal id", "Date and time", "Transaction type", "Coin type", "Coin amount", "USD Value", "Confirmed")
_TYPES = {
    "Deposit": "move",
    "Inbound Transfer": "move",
    "Transfer": "move",
    "Withdrawal": "move",
    "Outbound Transfer": "move",
    "Interest": "income:interest",
    "Reward": "income:interest",
    "Referred Award": "income:referral",
    "Referrer Award": "income:referral",
    "Promo Code Reward": "income:reward",
    "Bonus Token": "income:reward",
    "Swap in": "swap",
    "Swap out": "swap",
    "Collateral": "aside",
}
_LOAN = re.compile(r"loan|liquidat", re.IGNORECASE)


def _said(row: Row) -> str:
    return row.text("Transaction type").replace("_", " ")


def _key(row: Row) -> str:
    return f"swap {row.text('Date and time')}" if _said(row).lower().startswith("swap") and _confirmed(row) else ""


def _confirmed(row: Row) -> bool:
    return row.text("Confirmed").lower() == "yes"


def _take(rows: list[Row], reading: Reading) -> None:
    kinds = [_kind(row) for row in rows]
    if not _confirmed(rows[0]):
        reading.intake.leave(rows[0], "not confirmed")
    elif kinds[0] == "aside":
        reading.intake.leave(rows[0], "collateral of a loan, which stays yours")
    elif kinds[0] == "swap":
        reading.intake.add(_swap(rows))
    elif not number(rows[0], "Coin amount"):
        reading.intake.leave(rows[0], "the quantity is 0")
    else:
        reading.intake.add(_single(rows[0], kinds[0]))


def _kind(row: Row) -> str:
    if _LOAN.search(_said(row)):
        raise RowError("KIND_NOT_BOOKED", f"type {row.text('Transaction type')!r}: loans at Celsius are not booked", BY_HAND)
    return said_by(_said(row), _TYPES)


def _swap(rows: list[Row]) -> Transaction:
    out = [row for row in rows if required(row, "Coin amount") < 0]
    into = [row for row in rows if required(row, "Coin amount") > 0]
    if len(out) != 1 or len(into) != 1:
        message = f"{len(out)} outgoing and {len(into)} incoming rows of a swap at {rows[0].text('Date and time')}, not one of each"
        raise RowError("ROW_UNPAIRED_LEG", message)
    sent, received = _moved(out[0]), _moved(into[0])
    legs = Legs(sent, received, value=_worth(into[0]))
    name = rows[0].text("Internal id")
    return booked(rows, ACCOUNT, trade_kind(sent, received), written_time(rows[0], "Date and time"), legs, id=name)


def _single(row: Row, kind: str) -> Transaction:
    amount, moved, value = required(row, "Coin amount"), _moved(row), _worth(row)
    if kind == "move":
        kind, legs = either_way(moved, amount)
        return _booked(row, kind, replace(legs, value=value))
    if amount < 0:
        raise RowError("ROW_INVALID", f"{row.text('Transaction type')} of {amount}: income with a minus takes back an earlier row", BY_HAND)
    return _booked(row, kind, Legs(received=moved, value=value))


def _booked(row: Row, kind: str, legs: Legs) -> Transaction:
    return booked(row, ACCOUNT, kind, written_time(row, "Date and time"), legs, id=row.text("Internal id"))


def _moved(row: Row) -> Leg | None:
    return leg(number(row, "Coin amount"), row.text("Coin type"))


def _worth(row: Row) -> Leg | None:
    return leg(abs(number(row, "USD Value") or Decimal(0)), "USD")


read = each_group(_key, _take)
