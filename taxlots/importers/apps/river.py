"""River account activity: one row per transaction with both sides, and no ids at all, so equal rows in one file are all genuine.

The amount sent for a purchase is before the fee. Times are taken as UTC; the export prints no zone.
"""

from taxlots.importers.bookings import Legs, Reading, booked, each_row, leg, said_by, trade_kind
from taxlots.importers.numbers import number
from taxlots.importers.records import Row, RowError
from taxlots.importers.times import time

ACCOUNT = "river"
REQUIRED = ("Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency", "Fee Amount", "Fee Currency", "Tag")
_TAGS = {"Buy": "trade", "Sell": "trade", "Interest": "income:interest", "Income": "income:other", "": "move"}


def _take(row: Row, reading: Reading) -> None:
    tag = said_by(row.text("Tag"), _TAGS)
    sides = ("Sent", "Received", "Fee")
    sent, received, fee = (leg(number(row, f"{side} Amount"), row.text(f"{side} Currency")) for side in sides)
    if not sent and not received:
        reading.intake.leave(row, "the quantity is 0")
        return
    kind = tag
    if tag == "trade":
        kind = trade_kind(sent, received)
    elif tag == "move":
        if sent and received:
            raise RowError("ROW_UNKNOWN_KIND", "a row with both sides has no tag", "Give the row in a universal ledger CSV.")
        kind = "withdrawal" if sent else "deposit"
    legs = Legs(received=received, fee=fee) if kind.startswith("income") else Legs(sent, received, fee)
    reading.intake.add(booked(row, ACCOUNT, kind, time(row, "Date"), legs))


read = each_row(_take)
