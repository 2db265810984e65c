"""NiceHash: the report of one coin, with a value in one currency; both stand in the names of the columns (`Amount (BTC)`).

The fee of a payment for hash power has a row of its own at the same time: income is what is left. So has the fee of a withdrawal. An
exchange shows one of its two sides here; the other stands in the report of the other coin. The lines below the rows are totals.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.bookings import BY_HAND, Legs, booked, leg, said_by
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.importers.written_times import written_time

ACCOUNT = "nicehash"
REQUIRED = ("Date time", "Purpose", "* Exchange rate")
OLDER = ("Date time", "Local date time", "Purpose", "Exchange rate")
_MINING, _MOVE, _EXCHANGE = "mining", "withdrawal", "exchange"
_FEE = " fee"
_KINDS = {
    "Hashpower mining": _MINING,
    "Hashpower mining fee": _MINING + _FEE,
    "Withdrawal complete": _MOVE,
    "Withdrawal fee": _MOVE + _FEE,
    "Deposit complete": "deposit",
    **dict.fromkeys(("Exchange trade", "Exchange fee"), _EXCHANGE),
}
_AMOUNT = re.compile(r"Amount \((?P<asset>[A-Za-z0-9]+)\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Entry:
    row: Row
    time: datetime
    said: str
    amount: Decimal
    rate: Decimal


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time is GMT
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            named = [match["asset"].upper() for name in table.header if (match := _AMOUNT.fullmatch(name))]
            groups: dict[tuple[datetime, str], list[_Entry]] = defaultdict(list)
            for row in table.rows:
                try:
                    _sort(row, named, groups, intake)
                except RowError as error:
                    intake.reject(row, error)
            for group in groups.values():
                _take(group, named, intake)
    return intake


def _sort(row: Row, named: list[str], groups: dict[tuple[datetime, str], list[_Entry]], intake: Intake) -> None:
    """The row to the others of its moment, or set aside. Raises RowError."""
    if not row.text("Date time") or row.text("Date time") == "∑":
        intake.leave(row, "a total")
        return
    if not named:
        raise RowError("ROW_INVALID", "no column is called Amount with a coin in brackets, as Amount (BTC)")
    said = said_by(row.text("Purpose"), _KINDS)
    if said == _EXCHANGE:
        raise RowError("KIND_NOT_BOOKED", f"{row.text('Purpose')!r} shows one side of an exchange only", BY_HAND)
    rate = number(row, "* Exchange rate" if row.has("* Exchange rate") else "Exchange rate") or Decimal(0)
    entry = _Entry(row, written_time(row, "Date time")[0], said, required(row, f"Amount ({_written(row, named[0])})"), rate)
    groups[entry.time, said.removesuffix(_FEE)].append(entry)


def _written(row: Row, asset: str) -> str:
    """The coin as the header writes it."""
    return next(match["asset"] for name in row.cells if (match := _AMOUNT.fullmatch(name)) and match["asset"].upper() == asset)


def _take(group: list[_Entry], named: list[str], intake: Intake) -> None:
    """Payments of one moment with their fees, each fee to the largest payment that is left."""
    whole = sorted((e for e in group if not e.said.endswith(_FEE)), key=lambda e: -abs(e.amount))
    fees = sorted((e for e in group if e.said.endswith(_FEE)), key=lambda e: -abs(e.amount))
    for index in range(max(len(whole), len(fees))):
        payment, fee = (entries[index] if index < len(entries) else None for entries in (whole, fees))
        try:
            _book(payment, fee, named, intake)
        except RowError as error:
            for entry in filter(None, (payment, fee)):
                intake.reject(entry.row, error)


def _book(payment: _Entry | None, fee: _Entry | None, named: list[str], intake: Intake) -> None:
    coin, currency = named[0], named[1] if len(named) > 1 else ""
    cost = abs(fee.amount) if fee else Decimal(0)
    rows = [entry.row for entry in (payment, fee) if entry]
    entry = payment or fee
    if entry is None or not (entry.amount or cost):
        for row in rows:
            intake.leave(row, "the amount is 0")
        return
    value = leg(entry.rate * (abs(entry.amount) - cost), currency) if entry.said == _MINING and currency else None
    if payment is None:
        kind, legs = "fee", Legs(fee=leg(cost, coin))
    elif payment.said == _MINING:
        kind, legs = "income:mining", Legs(received=leg(max(payment.amount - cost, Decimal(0)), coin), value=value)
    elif payment.said == _MOVE:
        kind, legs = "withdrawal", Legs(sent=leg(payment.amount, coin), fee=leg(cost, coin))
    else:
        kind, legs = "deposit", Legs(received=leg(payment.amount, coin))
    intake.add(booked(rows, ACCOUNT, kind, (entry.time, False), legs))
