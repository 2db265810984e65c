"""Shakepay transactions, three headers from 2020 to 2026: a debited and a credited side per row, in Canadian dollars or coins.

The type of a trade is the same for both directions until 2023, so the sides decide. Times have an offset of two digits (`+00`), or none
from 2025 on and are UTC then. Amounts may have thousands commas.
"""

from taxlots.importers.bookings import Leg, Legs, Reading, booked, each_row, leg, said_by, trade_kind
from taxlots.importers.numbers import number
from taxlots.importers.records import Row, RowError
from taxlots.importers.written_times import written_time
from taxlots.kinds import is_fiat

ACCOUNT = "shakepay"
REQUIRED_2020 = ("Transaction Type", "Date", "Amount Debited", "Debit Currency", "Amount Credited", "Credit Currency", "Spot Rate")
REQUIRED_2023 = ("Date", "Amount Debited", "Asset Debited", "Amount Credited", "Asset Credited", "Book Cost", "Type")
_TYPES = {
    "purchase/sale": "trade",
    "exchange": "trade",
    "Buy": "trade",
    "Sell": "trade",
    "fiat funding": "move",
    "fiat cashout": "move",
    "crypto funding": "move",
    "crypto cashout": "move",
    "peer transfer": "move",
    "Interac e-Transfer": "move",
    "Send": "move",
    "Receive": "move",
    "card transactions": "move",
    "referral reward": "income:referral",
    "referral program": "income:referral",
    "shakingsats": "income:reward",
    "card cashbacks": "income:reward",
    "Reward": "income:reward",
}


def _take(row: Row, reading: Reading) -> None:
    kind = said_by(row.text("Transaction Type") or row.text("Type"), _TYPES)
    out = leg(number(row, "Amount Debited"), row.text("Debit Currency") or row.text("Asset Debited"))
    into = leg(number(row, "Amount Credited"), row.text("Credit Currency") or row.text("Asset Credited"))
    if not out and not into:
        reading.intake.leave(row, "the quantity is 0")
        return
    kind, legs = _legs(row, kind, out, into)
    note = row.text("Description") or row.text("Source / Destination") or None
    txid = row.text("Blockchain Transaction ID") or None
    reading.intake.add(booked(row, ACCOUNT, kind, written_time(row, "Date"), legs, txid=txid, note=note))


def _legs(row: Row, kind: str, out: Leg | None, into: Leg | None) -> tuple[str, Legs]:
    if kind == "trade":
        return trade_kind(out, into), Legs(out, into)
    if out and into:
        raise RowError("ROW_INVALID", "a row that is no trade has both a debited and a credited side")
    moved = into or out
    worth = leg(number(row, "Market Value"), row.text("Market Value Currency") or "CAD")
    legs = Legs(sent=out, received=into, value=None if moved and is_fiat(moved[1]) else worth)
    return ("deposit" if into else "withdrawal") if kind == "move" else kind, legs


read = each_row(_take)
