"""Revolut: the crypto statement, and the account statement of its broker.

Crypto: the currency stands inside the amounts (`€10.00`, `4,493.77 SEK`), the value of a trade is before its fee, dates are local with
month names. A Send and a Receive of the same moment are one move inside Revolut. Broker: the total of a trade is what was paid or got,
fees inside; a split adds shares without money; moves between Revolut's own companies change nothing; some files have decimal commas.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from taxlots.importers.bookings import BY_HAND, Leg, Legs, Reading, booked, each_group, each_row, leg, money, said_by
from taxlots.importers.numbers import NumberError, number, parse_number, required
from taxlots.importers.records import Row, RowError
from taxlots.importers.times import time
from taxlots.importers.written_times import written_time

ACCOUNT = "revolut"
REQUIRED_CRYPTO = ("Symbol", "Type", "Quantity", "Price", "Value", "Fees", "Date")
REQUIRED_INVEST = ("Date", "Ticker", "Type", "Quantity", "Price per share", "Total Amount", "Currency", "FX Rate")
_COIN_TYPES = {
    "Buy": "buy",
    "Sell": "sell",
    "Send": "withdrawal",
    "Receive": "deposit",
    "Staking reward": "income:staking",
    "Learn reward": "income:reward",
    "Stake": "aside",
    "Unstake": "aside",
}
_SHARE_TYPES = {
    "CASH TOP-UP": "cash",
    "CASH WITHDRAWAL": "cash",
    "DIVIDEND": "income:dividend",
    "CUSTODY FEE": "fee",
    "STOCK SPLIT": "split",
}
_ORDER = re.compile(r"(?P<side>BUY|SELL)(?: - (?:MARKET|LIMIT|STOP|STOP LIMIT))?", re.IGNORECASE)
_INTERNAL = re.compile(r"TRANSFER FROM REVOLUT .* TO REVOLUT .*", re.IGNORECASE)


def _moment_key(row: Row) -> str:
    """What a Send and the Receive that answers it have in common."""
    if row.text("Type").lower() in {"send", "receive"}:
        return "|".join((row.text("Symbol"), row.text("Quantity"), row.text("Date")))
    return ""


def _take_coins(rows: list[Row], reading: Reading) -> None:
    types = sorted(row.text("Type").lower() for row in rows)
    if types == ["receive", "send"]:
        for row in rows:
            reading.intake.leave(row, "sent and received in one moment: a move inside Revolut")
        return
    made = [_coins(row, reading) for row in rows]
    for row, one in zip(rows, made, strict=True):
        if one is None:
            reading.intake.leave(row, "staked or unstaked, which stays yours")
        else:
            reading.intake.add(booked(row, ACCOUNT, one[0], written_time(row, "Date", reading.zone), one[1]))


def _coins(row: Row, reading: Reading) -> tuple[str, Legs] | None:
    kind = said_by(row.text("Type"), _COIN_TYPES)
    if kind == "aside":
        return None
    written_time(row, "Date", reading.zone)
    coins, value, fee = leg(required(row, "Quantity"), row.text("Symbol")), _positive(row, "Value"), _positive(row, "Fees")
    if coins is None:
        raise RowError("ROW_INVALID", "the quantity is 0")
    if kind == "buy":
        return kind, Legs(value, coins, fee)
    if kind == "sell":
        return kind, Legs(coins, value, fee)
    legs = Legs(sent=coins) if kind == "withdrawal" else Legs(received=coins)
    return kind, replace(legs, fee=fee, value=value)


def _positive(row: Row, column: str) -> Leg | None:
    found = money(row, column)
    return leg(*found) if found else None


def _take_shares(row: Row, reading: Reading) -> None:
    said = row.text("Type")
    if _INTERNAL.fullmatch(said):
        reading.intake.leave(row, "a move between companies of Revolut")
        return
    order = _ORDER.fullmatch(said)
    kind = order["side"].lower() if order else said_by(said, _SHARE_TYPES)
    quantity, total = number(row, "Quantity") or Decimal(0), _total(row)
    if not quantity and not total:
        reading.intake.leave(row, "the quantity is 0")
        return
    shares, cash = leg(quantity, row.text("Ticker")) if quantity else None, leg(total, row.text("Currency"))
    settled, legs = _settled(row, kind, shares, cash, {"quantity": quantity, "total": total})
    about_shares = settled in {"buy", "sell", "split"}
    note = None if about_shares else row.text("Ticker") or None
    asset_class = "security" if about_shares else None
    reading.intake.add(booked(row, ACCOUNT, settled, time(row, "Date"), legs, note=note, asset_class=asset_class))


def _settled(row: Row, kind: str, shares: Leg | None, cash: Leg | None, signed: Mapping[str, Decimal]) -> tuple[str, Legs]:
    if kind == "buy":
        return kind, Legs(cash, shares)
    if kind == "sell":
        return kind, Legs(shares, cash)
    if kind == "split":
        return kind, Legs(received=shares) if signed["quantity"] > 0 else Legs(sent=shares)
    if kind == "fee" and signed["total"] < 0:
        return kind, Legs(fee=cash)
    if kind.startswith("income") and signed["total"] < 0:
        raise RowError("ROW_INVALID", f"{row.text('Type')} of {row.text('Total Amount')} takes back an earlier row", BY_HAND)
    if kind.startswith("income"):
        return kind, Legs(received=cash)
    return ("deposit", Legs(received=cash)) if signed["total"] > 0 else ("withdrawal", Legs(sent=cash))


def _total(row: Row) -> Decimal:
    """The total, with or without a sign of its currency; the currency has a column."""
    text = row.text("Total Amount")
    try:
        return parse_number(re.sub(r"^(-?)[A-Z]{3} ", r"\1", text)) if text else Decimal(0)
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column 'Total Amount': {error}") from None


read_crypto = each_group(_moment_key, _take_coins)
read_invest = each_row(_take_shares)
