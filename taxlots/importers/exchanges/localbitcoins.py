"""LocalBitcoins (closed 2023): the trades.

`trade_type` is what the advertiser did, who need not be the person whose file it is. Whose it is, is told by the one user name that
stands in every row, or by the file's name, or by the fee, which only the advertiser pays. `btc_amount` is what the seller gave or the
buyer got, its fee contained. A trade counts when the coins were released; before, or never, it is set aside.
"""

import re
from collections.abc import Sequence
from datetime import UTC, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.bookings import Legs, booked, leg
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.importers.times import time

ACCOUNT = "localbitcoins"
REQUIRED = ("id", "created_at", "buyer", "seller", "trade_type", "btc_amount", "fee_btc", "btc_amount_less_fee", "fiat_amount", "currency")
_RELEASED = "transaction_released_at"
_WHOSE = "Put your user name into the file's name, as in localbitcoins-USERNAME.csv."


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time has its offset
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            owner = _owner(table)
            for row in table.rows:
                try:
                    _take(row, owner, intake)
                except RowError as error:
                    intake.reject(row, error)
    return intake


def _owner(table: Table) -> str:
    """The user whose file it is; empty where neither the rows nor the file's name tell."""
    names = [{row.text("buyer"), row.text("seller")} - {""} for row in table.rows]
    always = set.intersection(*names) if names else set()
    if len(always) == 1:
        return always.pop()
    words = table.file.rpartition("/")[2].lower()
    named = {name for pair in names for name in pair if re.search(rf"(?<![a-z0-9]){re.escape(name.lower())}(?![a-z0-9])", words)}
    return named.pop() if len(named) == 1 else ""


def _buys(row: Row, owner: str, fee: Decimal) -> bool:
    """Whether the person bought."""
    advertised = row.text("trade_type").upper()
    if not advertised.endswith(("_BUY", "_SELL")):
        raise RowError("ROW_UNKNOWN_KIND", f"trade_type {row.text('trade_type')!r} is neither a purchase nor a sale")
    if owner and row.text("buyer") != row.text("seller"):
        if owner not in {row.text("buyer"), row.text("seller")}:
            raise RowError("ROW_INVALID", f"{owner!r}, whose file it is, neither bought nor sold here", _WHOSE)
        return row.text("buyer") == owner
    if fee > 0:
        return advertised.endswith("_BUY")
    message = f"neither the names nor a fee tell whether {row.text('buyer')!r} or {row.text('seller')!r} is the person whose file it is"
    raise RowError("ROW_INVALID", message, _WHOSE)


def _take(row: Row, owner: str, intake: Intake) -> None:
    if not row.text(_RELEASED):
        intake.leave(row, "the coins were not released")
        return
    fee = number(row, "fee_btc") or Decimal(0)
    amount, left = required(row, "btc_amount"), required(row, "btc_amount_less_fee")
    if amount - fee != left:
        message = f"btc_amount {exact.plain(amount)} less fee_btc {exact.plain(fee)} is not btc_amount_less_fee {exact.plain(left)}"
        raise RowError("ROW_INVALID", message)
    money, cost = leg(required(row, "fiat_amount"), row.text("currency")), leg(fee, "BTC")
    bought = _buys(row, owner, fee)
    legs = Legs(sent=money, received=leg(amount, "BTC"), fee=cost) if bought else Legs(sent=leg(left, "BTC"), received=money, fee=cost)
    name, note = row.text("id"), row.text("reference") or row.text("online_provider") or None
    intake.add(booked(row, ACCOUNT, "buy" if bought else "sell", time(row, _RELEASED, UTC), legs, id=name, note=note))
