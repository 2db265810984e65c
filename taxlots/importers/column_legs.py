"""The legs of a declarative layout: quantities with their assets, and what one column of amounts says of both sides.

An asset is named by a column; `=BTC` means that asset in every row, `base of Market` and `quote of Market` the two halves of a cell
such as `BTC/USD`.

The direction of an amount is its sign, or, where the layout says that amounts have none, what the kind says: a buy and income come in, a
sell and a withdrawal go out. What was paid or got for it (`total`, else price times quantity) goes the other way; for a kind
with one side only it is the row's market value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from taxlots.exact import plain
from taxlots.importers.numbers import number
from taxlots.importers.records import Row, RowError
from taxlots.kinds import FIAT, KINDS

_HALF = re.compile(r"(base|quote) of (.+)")
_SEPARATED = re.compile(r"([A-Z0-9.]+)\s*[-/_:]\s*([A-Z0-9.]+)")
_JOINED = re.compile(rf"([A-Z0-9]{{2,10}}?)(USDT|USDC|{'|'.join(sorted(FIAT))}|BTC|ETH)")
_COMES_IN, _GOES_OUT = {"buy"}, {"sell", "fee"}
_BOTH_SIDES = {"trade", "by-legs", *(name for name, kind in KINDS.items() if kind.needs == ("sent", "received") and not kind.either)}


class Cells(Protocol):
    """How numbers are written, and which assets have other names."""

    @property
    def decimal(self) -> str:
        """The decimal separator."""

    @property
    def renames(self) -> Mapping[str, str]:
        """Tickers by the names that the export uses."""


@dataclass(frozen=True, slots=True)
class Leg:
    """Columns of a quantity and its asset."""

    quantity: str
    asset: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the leg reads."""
        if self.asset.startswith("="):
            return (self.quantity,)
        half = _HALF.fullmatch(self.asset)
        return (self.quantity, half[2] if half else self.asset)

    def asset_of(self, row: Row, renames: Mapping[str, str]) -> str:
        """The asset in that row. Raises RowError where it is empty or a market can't be divided."""
        half = _HALF.fullmatch(self.asset)
        if self.asset.startswith("="):
            named = self.asset[1:].strip().upper()
        elif half and not row.has(self.asset):
            named = split_market(row.text(half[2]))[0 if half[1] == "base" else 1]
        else:
            named = row.text(self.asset).upper()
        if not named:
            raise RowError("ROW_INVALID", f"column {self.quantity!r} is given, but its asset ({self.asset!r}) is empty")
        return renames.get(named, named)


@dataclass(frozen=True, slots=True)
class Side:
    """A quantity above 0 of an asset; empty where the row has no such leg."""

    quantity: Decimal | None = None
    asset: str | None = None


@dataclass(frozen=True, slots=True)
class AmountTerms:
    """One column of amounts with what was paid or got for it."""

    amount: Leg | None
    total: Leg | None
    price: Leg | None
    unsigned: bool
    fee_in_total: bool


def split_market(text: str) -> tuple[str, str]:
    """Base and quote of `BTC/USD`, `BTC-USD` or `BTCUSD`. Raises RowError."""
    match = _SEPARATED.fullmatch(text.upper()) or _JOINED.fullmatch(text.upper())
    if not match:
        raise RowError("ROW_INVALID", f"{text!r} is no market such as BTC/USD")
    return match[1], match[2]


def side(row: Row, leg: Leg | None, cells: Cells) -> Side:
    """The leg without its sign."""
    quantity = number(row, leg.quantity, cells.decimal) if leg else None
    return Side(abs(quantity), leg.asset_of(row, cells.renames)) if leg and quantity else Side()


def legs_of(row: Row, terms: AmountTerms, said: str, fee: Side, cells: Cells) -> dict[str, Side]:
    """`sent`, `received` and `value` by the amount and the kind. Raises RowError where the sign can't be."""
    moved = number(row, terms.amount.quantity, cells.decimal) if terms.amount else None
    if not terms.amount:
        return {}
    if not moved:
        return _money_alone(row, terms, said, cells)
    inwards = _inwards(moved, said) if terms.unsigned else moved > 0
    here, there = ("received", "sent") if inwards else ("sent", "received")
    legs = {here: Side(abs(moved), terms.amount.asset_of(row, cells.renames))}
    other = _counterpart(row, terms, abs(moved), cells)
    if said not in _BOTH_SIDES:
        return legs | ({"value": other} if other.asset in FIAT else {})
    return legs | {there: _without_fee(other, fee, paid=inwards) if terms.fee_in_total else other}


def money_of(row: Row, terms: AmountTerms, said: str, cells: Cells) -> dict[str, Side]:
    """The total as what moved, by the kind; a kind about a holding names that of the amount. Raises RowError where the sign can't be."""
    if terms.total is None or terms.amount is None:
        raise TypeError("a layout whose kinds say `money` has an amount and a total")
    moved = side(row, terms.total, cells)
    if not moved.quantity:
        return {"received": Side(), "sent": Side()}
    here = "received" if _inwards(number(row, terms.total.quantity, cells.decimal) or Decimal(0), said) else "sent"
    about = Side(None, terms.amount.asset_of(row, cells.renames)) if KINDS[said].about else Side()
    return {"received": Side(), "sent": about} | {here: moved}


def _money_alone(row: Row, terms: AmountTerms, said: str, cells: Cells) -> dict[str, Side]:
    """Without an amount, as in a dividend among trades in shares, the total is what moved. Raises RowError for a trade."""
    money = side(row, terms.total, cells)
    if terms.total is None or not money.quantity:
        return {}
    if said in _BOTH_SIDES:
        message = f"column {terms.total.quantity!r} says what was paid or got, and the amount is empty"
        raise RowError(
            "ROW_INVALID", message, "Give the row in a universal ledger CSV, or say of its type that it has no effect (`aside`)."
        )
    total = number(row, terms.total.quantity, cells.decimal) or Decimal(0)
    one_way = said in _GOES_OUT or (said in KINDS and len(KINDS[said].needs) == 1)
    inwards = _inwards(total, said) if one_way or terms.unsigned else total > 0
    return {"received" if inwards else "sent": money}


def _inwards(moved: Decimal, said: str) -> bool:
    kind = KINDS.get(said)
    if kind and (said in _COMES_IN or kind.needs == ("received",)):
        if moved < 0:
            raise RowError("ROW_INVALID", f"a {said} of {plain(moved)}: what comes in can't be negative", "Set the type's kind anew.")
        return True
    if kind and (said in _GOES_OUT or kind.needs == ("sent",)):
        return False
    raise RowError("ROW_INVALID", f"amounts have no sign here, so that the direction of a {said!r} is not known", "Choose another kind.")


def _counterpart(row: Row, terms: AmountTerms, moved: Decimal, cells: Cells) -> Side:
    total = side(row, terms.total, cells)
    if total.quantity or terms.price is None:
        return total
    price = side(row, terms.price, cells)
    return Side(price.quantity * moved, price.asset) if price.quantity else total


def _without_fee(total: Side, fee: Side, *, paid: bool) -> Side:
    """What was paid includes the fee, what was got is after it. Raises RowError where nothing is left."""
    if total.quantity is None or fee.quantity is None or fee.asset != total.asset:
        return total
    net = total.quantity - fee.quantity if paid else total.quantity + fee.quantity
    if net <= 0:
        raise RowError("ROW_INVALID", f"the fee {plain(fee.quantity)} is not below the total {plain(total.quantity)}")
    return Side(net, total.asset)
