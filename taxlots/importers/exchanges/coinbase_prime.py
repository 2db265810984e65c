"""Coinbase Prime: orders, transactions and staking rewards, three files that complete each other.

Traps: an order's quantities are without its fees, which are in the quote; an order that was cancelled or expired may have been filled in
part; a market is `BTC/USD` or `BTC-USD`; a transaction's title says what its type does not (a reward, a refund, a payment); numbers
have thousands commas.
"""

import re

from taxlots.importers.bookings import Leg, Legs, Reading, booked, each_row, leg, said_by, trade_kind
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Row, RowError
from taxlots.importers.times import time

ACCOUNT = "coinbase-prime"
ORDERS = (
    "order id",
    "status",
    "market",
    "side",
    "filled base quantity",
    "filled quote quantity",
    "total fees and commissions",
    "initiated time",
    "last updated time",
)
MOVES = (
    "activity id",
    "final status",
    "activity title",
    "activity type",
    "transaction value",
    "transaction currency",
    "initiated time",
    "last updated time",
)
REWARDS = ("Staked Asset", "Reward Currency", "Date/Time of Reward", "Type of Reward", "Transaction ID", "Amount of Reward")
_DONE = {"completed", "filled", "done"}
_ENDED = {"cancelled", "canceled", "expired"}
_SIDES = {"BUY": "buy", "SELL": "sell"}
_MARKET = re.compile(r"(?P<base>[A-Z0-9]+)[/-](?P<quote>[A-Z0-9]+)")
_CONVERTED = re.compile(r"convert (?P<given>[A-Z0-9]+)/(?P<got>[A-Z0-9]+)", re.IGNORECASE)
_INTERNAL, _CONVERSION = "internal", "conversion"
_TYPES = {"Deposit": "deposit", "Withdrawal": "withdrawal", "Stake": _INTERNAL, "Unstake": _INTERNAL, "Conversion": _CONVERSION}
_TITLES = (
    (re.compile(r"reward", re.IGNORECASE), "deposit", "income:staking"),
    (re.compile(r"refund", re.IGNORECASE), "deposit", "income:reward"),
    (re.compile(r"payment|adjustment", re.IGNORECASE), "withdrawal", "spend"),
)


def _take_order(row: Row, reading: Reading) -> None:
    """An order with what was filled of it, at its last update. Raises RowError."""
    status, filled = row.text("status").lower(), number(row, "filled base quantity")
    if status not in _DONE | _ENDED or not filled:
        reading.intake.leave(row, f"the status is {row.text('status')!r}" if filled else "nothing of the order was filled")
        return
    match = _MARKET.fullmatch(row.text("market").upper())
    if not match:
        raise RowError("ROW_INVALID", f"column 'market': {row.text('market')!r} is no pair such as BTC/USD")
    coins, money = leg(filled, match["base"]), leg(required(row, "filled quote quantity"), match["quote"])
    fee = leg(number(row, "total fees and commissions"), match["quote"])
    bought = said_by(row.text("side"), _SIDES) == "buy"
    legs = Legs(sent=money, received=coins, fee=fee) if bought else Legs(sent=coins, received=money, fee=fee)
    when = time(row, "last updated time" if row.text("last updated time") else "initiated time")
    reading.intake.add(booked(row, ACCOUNT, trade_kind(legs.sent, legs.received), when, legs, id=row.text("order id")))


def _take_move(row: Row, reading: Reading) -> None:
    """A transaction, by its type and title. Raises RowError."""
    said, moved = said_by(row.text("activity type"), _TYPES), leg(number(row, "transaction value"), row.text("transaction currency"))
    if row.text("final status").lower() not in _DONE:
        reading.intake.leave(row, f"the status is {row.text('final status')!r}")
    elif said == _INTERNAL:
        reading.intake.leave(row, f"{row.text('activity type')}: still the holder's")
    elif moved is None:
        reading.intake.leave(row, "the value is 0")
    else:
        title = row.text("activity title")
        kind = next((kind for pattern, only, kind in _TITLES if only == said and pattern.search(title)), said)
        kind, legs = _conversion(title, moved) if kind == _CONVERSION else (kind, _one_sided(kind, moved))
        when = time(row, "initiated time")
        reading.intake.add(booked(row, ACCOUNT, kind, when, legs, id=row.text("activity id"), note=title or None))


def _one_sided(kind: str, moved: Leg) -> Legs:
    return Legs(sent=moved) if kind in {"withdrawal", "spend"} else Legs(received=moved)


def _conversion(title: str, moved: Leg) -> tuple[str, Legs]:
    """Dollars into USDC or back, one to one: the title names both."""
    match = _CONVERTED.fullmatch(title.strip())
    if not match or moved[1] not in {match["given"].upper(), match["got"].upper()}:
        raise RowError("ROW_UNPAIRED_LEG", f"the title {title!r} does not say what {moved[1]} was converted to")
    given, got = (moved[0], match["given"].upper()), (moved[0], match["got"].upper())
    return trade_kind(given, got), Legs(sent=given, received=got)


def _take_reward(row: Row, reading: Reading) -> None:
    """A staking reward with its value in dollars. Raises RowError."""
    moved = leg(number(row, "Amount of Reward"), row.text("Reward Currency"))
    if moved is None:
        reading.intake.leave(row, "the amount is 0")
        return
    worth = leg(number(row, "Amount of Reward (notional USD)"), "USD")
    legs = Legs(received=moved, value=worth)
    note = row.text("Type of Reward") or None
    name = row.text("Transaction ID") or None
    reading.intake.add(booked(row, ACCOUNT, "income:staking", time(row, "Date/Time of Reward"), legs, txid=name, note=note))


read_orders = each_row(_take_order)
read_moves = each_row(_take_move)
read_rewards = each_row(_take_reward)
