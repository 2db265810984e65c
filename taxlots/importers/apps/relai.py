"""Relai: purchases and sales of bitcoin. The money is without the fee.

Relai keeps no coins: a purchase with a destination is sent there at once, and what is sold arrived from the person's own wallet.
"""

from taxlots.importers.bookings import Legs, Reading, booked, each_row, leg, said_by
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Row
from taxlots.importers.times import time

ACCOUNT = "relai"
REQUIRED = ("Date", "Transaction Type", "BTC Amount", "Fiat Amount (excl. fees)", "Fiat Currency", "Fee", "Fee Currency", "Operation ID")
_KINDS = {"Buy": "buy", "Sell": "sell"}


def _take(row: Row, reading: Reading) -> None:
    kind, when, name = said_by(row.text("Transaction Type"), _KINDS), time(row, "Date"), row.text("Operation ID")
    coins = leg(required(row, "BTC Amount"), "BTC")
    money, fee = (
        leg(required(row, "Fiat Amount (excl. fees)"), row.text("Fiat Currency")),
        leg(number(row, "Fee"), row.text("Fee Currency")),
    )
    note = row.text("Destination") or None
    legs = Legs(sent=money, received=coins, fee=fee) if kind == "buy" else Legs(sent=coins, received=money, fee=fee)
    made = [booked(row, ACCOUNT, kind, when, legs, id=name, note=note)]
    if kind == "buy" and note:
        made.append(booked(row, ACCOUNT, "withdrawal", when, Legs(sent=coins), id=f"{name}/withdrawal" if name else "", note=note))
    if kind == "sell":
        made.insert(0, booked(row, ACCOUNT, "deposit", when, Legs(received=coins), id=f"{name}/deposit" if name else ""))
    for one in made:
        reading.intake.add(one)


read = each_row(_take)
