"""Pionex: the deposits and withdrawals. Its trades come in CoinTracker's import format.

A coin carries its network behind its name (`USDTTRX` on `TRX`). The amount of a withdrawal contains its fee.
"""

from datetime import UTC
from decimal import Decimal

from taxlots.exact import plain
from taxlots.importers.bookings import Legs, Reading, booked, each_row, leg, said_by
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Row, RowError
from taxlots.importers.times import time

ACCOUNT = "pionex"
REQUIRED = ("date(UTC+0)", "tx_type", "amount", "coin", "network", "txid", "fee")
_KINDS = {"DEPOSIT": "deposit", "WITHDRAWAL": "withdrawal", "WITHDRAW": "withdrawal"}


def _coin(row: Row) -> str:
    coin, network = row.text("coin").upper(), row.text("network").upper()
    return coin.removesuffix(network) if network and coin != network else coin


def _take(row: Row, reading: Reading) -> None:
    kind, coin, amount = said_by(row.text("tx_type"), _KINDS), _coin(row), abs(required(row, "amount"))
    fee = abs(number(row, "fee") or Decimal(0)) if kind == "withdrawal" else Decimal(0)
    if fee and fee >= amount:
        raise RowError("ROW_INVALID", f"a fee of {plain(fee)} leaves nothing of the {plain(amount)} {coin} that were withdrawn")
    moved = leg(amount - fee, coin)
    legs = Legs(sent=moved, fee=leg(fee, coin)) if kind == "withdrawal" else Legs(received=moved)
    reading.intake.add(booked(row, ACCOUNT, kind, time(row, "date(UTC+0)", UTC), legs, txid=row.text("txid") or None))


read = each_row(_take)
