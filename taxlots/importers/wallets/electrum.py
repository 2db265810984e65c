"""Electrum history CSV, versions 3 and 4: signed changes of one wallet, minutes in the computer's local time.

No column names the coin: it is bitcoin unless the file's name says another. What goes out contains the network fee. Rows that wait
for a block have no time. In version 4 a row may change the balance on chain and in lightning channels at once: opening a channel costs
its fee only.
"""

from decimal import Decimal

from taxlots.importers.bookings import Legs, Reading, booked, each_row, leg
from taxlots.importers.coin_in_name import coin_of
from taxlots.importers.numbers import number, required
from taxlots.importers.own_moves import inside_one_wallet
from taxlots.importers.records import Row, RowError
from taxlots.importers.times import time

ACCOUNT = "electrum"
REQUIRED_3 = ("transaction_hash", "label", "value", "timestamp")
REQUIRED_4 = ("oc_transaction_hash", "label", "amount_chain_bc", "amount_lightning_bc", "network_fee_satoshi", "timestamp")
_SATOSHI = Decimal(10) ** -8
_UNCONFIRMED = {"", "unconfirmed", "unknown", "none", "------"}


def _take_3(row: Row, reading: Reading) -> None:
    _take(row, reading, required(row, "value"), abs(number(row, "fee") or Decimal(0)))


def _take_4(row: Row, reading: Reading) -> None:
    chain, channels, satoshi = (number(row, name) for name in ("amount_chain_bc", "amount_lightning_bc", "network_fee_satoshi"))
    fee = abs(satoshi or Decimal(0)) * _SATOSHI
    _take(row, reading, (chain or Decimal(0)) + (channels or Decimal(0)), fee)


def _take(row: Row, reading: Reading, change: Decimal, fee: Decimal) -> None:
    coin = coin_of(row, default="BTC")
    if row.text("timestamp").lower() in _UNCONFIRMED:
        reading.intake.leave(row, "not confirmed")
        return
    if not change:
        reading.intake.leave(row, "the quantity is 0")
        return
    kind, legs = _legs(change, fee, coin)
    when = time(row, "timestamp", reading.zone)
    txid = row.text("transaction_hash") or row.text("oc_transaction_hash") or row.text("ln_payment_hash") or None
    reading.intake.add(booked(row, ACCOUNT, kind, when, legs, txid=txid, note=row.text("label") or None))


def _legs(change: Decimal, fee: Decimal, coin: str) -> tuple[str, Legs]:
    """What came, or what went without the fee inside it; the fee beside a receipt is the sender's."""
    if change > 0:
        return "deposit", Legs(received=leg(change, coin))
    if -change < fee:
        raise RowError("ROW_INVALID", f"the fee {fee} is more than the {-change} that contains it")
    if -change == fee:
        return "fee", Legs(fee=leg(fee, coin))
    return "withdrawal", Legs(sent=leg(-change - fee, coin), fee=leg(fee, coin))


read_3 = inside_one_wallet(each_row(_take_3))
read_4 = inside_one_wallet(each_row(_take_4))
