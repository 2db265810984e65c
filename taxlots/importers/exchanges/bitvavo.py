"""Bitvavo: the transaction history, with the currency of a trade in a column (2023 on) or in the column's name (before).

What was paid contains the fee and what was received is left after it, to the last digit: 10.00 EUR with a fee of 0.03 bought coins for
9.97. A withdrawal contains its fee too. Each row names its own time zone.
"""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from taxlots.exact import plain
from taxlots.importers.bookings import Leg, Legs, Reading, booked, each_row, leg, said_by, trade_kind
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Row, RowError
from taxlots.importers.times import time_of

ACCOUNT = "bitvavo"
_COMMON = ("Timezone", "Date", "Time", "Type", "Currency", "Amount", "Fee currency", "Fee amount", "Status", "Transaction ID")
REQUIRED = (*_COMMON, "Received / Paid Currency", "Received / Paid Amount")
OLDER = (*_COMMON, "EUR received / paid")
_TRADE, _OUT = "trade", "withdrawal"
_KINDS = {
    "buy": _TRADE,
    "sell": _TRADE,
    "deposit": "deposit",
    "withdrawal": _OUT,
    "staking": "income:staking",
    "fixed_staking": "income:staking",
    "affiliate": "income:referral",
    "rebate": "income:reward",
}
_DONE = {"completed", "distributed"}


def _take(row: Row, reading: Reading) -> None:
    if row.text("Status").lower() not in _DONE:
        reading.intake.leave(row, f"the status is {row.text('Status')!r}")
        return
    said = said_by(row.text("Type"), _KINDS)
    amount = required(row, "Amount")
    moved = leg(amount, row.text("Currency"))
    if moved is None:
        reading.intake.leave(row, "the amount is 0")
        return
    fee = leg(number(row, "Fee amount"), row.text("Fee currency"))
    kind, legs = _trade(row, amount, moved, fee) if said == _TRADE else _move(said, amount, moved, fee)
    reading.intake.add(booked(row, ACCOUNT, kind, (_moment(row), False), legs, id=row.text("Transaction ID")))


def _moment(row: Row) -> datetime:
    try:
        zone = ZoneInfo(row.text("Timezone"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RowError("TIME_INVALID", f"column 'Timezone': {row.text('Timezone')!r} is no time zone") from None
    return time_of(f"{row.text('Date')} {row.text('Time')}", "Time", zone)[0]


def _trade(row: Row, amount: Decimal, moved: Leg, fee: Leg | None) -> tuple[str, Legs]:
    older = row.has("EUR received / paid")
    money = required(row, "EUR received / paid" if older else "Received / Paid Amount")
    currency = "EUR" if older else row.text("Received / Paid Currency").upper()
    inside = fee[0] if fee and fee[1] == currency else Decimal(0)
    gross = leg(abs(money) - inside if amount > 0 else abs(money) + inside, currency)
    if abs(money) < inside and amount > 0:
        raise RowError("ROW_INVALID", f"a fee of {plain(inside)} is more than the {plain(abs(money))} {currency} that were paid")
    legs = Legs(sent=gross, received=moved, fee=fee) if amount > 0 else Legs(sent=moved, received=gross, fee=fee)
    return trade_kind(legs.sent, legs.received), legs


def _move(said: str, amount: Decimal, moved: Leg, fee: Leg | None) -> tuple[str, Legs]:
    if (amount < 0) != (said == _OUT):
        raise RowError("ROW_INVALID", f"a {said} of {plain(amount)} {moved[1]}: the sign is the other way round")
    if said != _OUT:
        return said, Legs(received=moved, fee=fee)
    inside = fee[0] if fee and fee[1] == moved[1] else Decimal(0)
    if inside >= moved[0]:
        raise RowError("ROW_INVALID", f"a fee of {plain(inside)} leaves nothing of the {plain(moved[0])} {moved[1]} that were withdrawn")
    return said, Legs(sent=(moved[0] - inside, moved[1]), fee=fee)


read = each_row(_take)
