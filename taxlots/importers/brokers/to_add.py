"""The lines of a universal ledger CSV that say what a corporate action did, where an export's row alone does not."""

from datetime import datetime
from decimal import Decimal
from typing import Protocol

from taxlots.exact import plain

_HEADER = "time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset"


class Told(Protocol):
    """What a row says: when, in which account, of which security, the change of its units and of the cash."""

    @property
    def time(self) -> datetime: ...
    @property
    def account(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...


def lines_to_add(told: Told) -> str:
    """The next step: the line for each thing that the row may be, filled with what it says. Words in capitals are to be replaced."""
    symbol, size, money = told.symbol or "TICKER", plain(abs(told.quantity)) or "", plain(abs(told.amount)) or ""
    if told.quantity < 0:
        readings = [("shares for shares", f"convert,{size},{symbol},UNITS,NEW"), ("a reverse split", f"split,{size},{symbol},,")]
        readings += [("shares for money", f"sell,{size},{symbol},{money},{told.currency}")] if told.amount > 0 else []
    elif told.quantity > 0:
        readings = [
            ("a split or stock dividend", f"split,,,{size},{symbol}"),
            ("a spin-off", f"spin-off,,OLD,{size},{symbol}"),
            ("shares for shares", f"convert,UNITS,OLD,{size},{symbol}"),
        ]
    elif told.amount > 0:
        readings = [
            ("cash for a fraction", f"sell,FRACTION,{symbol},{money},{told.currency}"),
            ("return of capital", f"return-of-capital,,{symbol},{money},{told.currency}"),
        ]
    else:
        readings = [("a split", f"split,,,NEW_LESS_OLD,{symbol}"), ("shares for shares", f"convert,UNITS,{symbol},UNITS,NEW")]
    when = told.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = "; ".join(f"{name}: {when},{told.account},{cells}" for name, cells in readings)
    return f"Add to a universal ledger CSV ({_HEADER}) the line that is right. {lines}"
