"""What Coinbase says about a row only in its Notes: the other asset of a conversion, and the real quote of a trade."""

import re
from dataclasses import dataclass
from decimal import Decimal

from taxlots.importers.numbers import NumberError, parse_number

_AMOUNT = r"[-−]?(?:[A-Z]{{1,3}}(?=\$))?(?P<{0}_symbol>[$€£¥₹]?)\s?(?P<{0}>(?:[0-9][0-9.,'\u00a0\u202f]*|[.,][0-9]+)(?:[eE]-?[0-9]+)?)"
_UNIT = r"(?P<{0}_unit>[A-Za-z0-9]{{1,20}})"
_CONVERTED = re.compile(
    rf"converted\s+{_AMOUNT.format('own')}\s+{_UNIT.format('own')}\s+to\s+{_AMOUNT.format('other')}\s+{_UNIT.format('other')}\b",
    re.IGNORECASE,
)
_TRADED = re.compile(
    rf"(?:bought|sold)\s+{_AMOUNT.format('own')}\s+{_UNIT.format('own')}\s+for\s+{_AMOUNT.format('other')}"
    rf"(?:\s+(?!on\b){_UNIT.format('other')})?(?:\s+on\s+\S+?-\S+)?(?:\s+at\s+{_AMOUNT.format('price')}\s*\S+/\S+)?",
    re.IGNORECASE,
)
_SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
# ETH2 was Coinbase's name for staked ETH until January 2025, one to one.
_RENAMED = {"ETH2": "ETH"}


@dataclass(frozen=True, slots=True)
class Conversion:
    """`Converted 0.05 BTC to 1,234.5 ADA`."""

    sent: Decimal
    sent_asset: str
    received: Decimal
    received_asset: str


@dataclass(frozen=True, slots=True)
class Trade:
    """`Bought 2 SOL for 301.2 USDC on SOL-USDC at 150 USDC/SOL`; `quote` is None where only a `$` names it."""

    amount: Decimal
    quote: str | None
    price: Decimal | None


def asset_name(text: str) -> str:
    """The asset under the one name it has here."""
    name = text.strip().upper()
    return _RENAMED.get(name, name)


def conversion(notes: str, quantity: Decimal) -> Conversion | None:
    """Both sides of a conversion; `quantity` (the row's own) tells a decimal comma from a thousands comma."""
    match = _CONVERTED.search(notes)
    if not match:
        return None
    try:
        decimal = _decimal_mark((match["own"], match["other"]), quantity)
        sent, received = parse_number(match["own"], decimal), parse_number(match["other"], decimal)
    except NumberError:
        return None
    return Conversion(sent, asset_name(match["own_unit"]), received, asset_name(match["other_unit"]))


def trade(notes: str, quantity: Decimal) -> Trade | None:
    """What a trade was quoted in; `quantity` (the row's own) tells a decimal comma from a thousands comma."""
    match = _TRADED.search(notes)
    if not match:
        return None
    try:
        decimal = _decimal_mark((match["own"],), quantity)
        amount = parse_number(match["other"], decimal)
        price = parse_number(match["price"], decimal) if match["price"] else None
    except NumberError:
        return None
    unit = match["other_unit"]
    return Trade(amount, asset_name(unit) if unit else _SYMBOLS.get(match["other_symbol"]), price)


def _decimal_mark(candidates: tuple[str, ...], quantity: Decimal) -> str:
    """A comma where only that reading gives the row's own quantity: `1,234 ADA` on a row of 1.234."""
    readings = {mark: {_read(text, mark) for text in candidates} for mark in ".,"}
    return "," if abs(quantity) in readings[","] and abs(quantity) not in readings["."] else "."


def _read(text: str, decimal: str) -> Decimal | None:
    try:
        return parse_number(text, decimal)
    except NumberError:
        return None
