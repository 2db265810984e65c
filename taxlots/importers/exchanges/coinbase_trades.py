"""Coinbase buys, sells and conversions: which amounts are the legs, where the fee is, and what the trade was worth.

Three readings decide the numbers:

* Buy and sell: Subtotal is without the fee, Total with it. Where they contradict each other the Total is what was paid.
* The amount in Notes is what left or arrived: "Bought 2 SOL for 301.8 USDC ... at 150 USDC/SOL" holds a fee of 1.8
  USDC, "Sold ... for" is what is left after it. It decides wherever Notes name another currency than the money columns,
  which are in the display currency. Where the amount is just price times quantity although there is a fee, the fee came
  on top.
* Convert: Subtotal is what the received asset is worth, Total what was given for it; the difference is Coinbase's
  spread. It is no fee leg: no money moved, and the proceeds of the given asset are the value of what was received,
  which is also its basis.
"""

from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges import coinbase_notes as notes
from taxlots.importers.exchanges.coinbase_rows import Entry
from taxlots.importers.proportion import portion
from taxlots.importers.records import RowError, Transaction
from taxlots.kinds import is_fiat

ACCOUNT = "coinbase"
_CENT = Decimal("0.01")
_ROUNDED, _LARGEST_FEE = Decimal("0.0001"), Decimal("0.02")  # shares of a trade: what rounding a price makes, and any fee


def transaction(entry: Entry, kind: str, **fields: object) -> Transaction:
    """A Transaction with what every row has: time, account, id, note, its source."""
    common: dict[str, object] = {
        "time": entry.time,
        "date_only": entry.date_only,
        "account": ACCOUNT,
        "kind": kind,
        "sources": (entry.row.source,),
        "id": entry.id,
        "note": entry.notes or None,
    }
    return Transaction(**(common | fields))  # type: ignore[arg-type]


def buy(entry: Entry) -> Transaction:
    """A purchase with fiat, or with another asset where Notes name one. Raises RowError."""
    quote, amount, fee = _quote(entry, 1)
    if quote == entry.asset:
        return transaction(entry, "deposit", received_quantity=entry.size, received_asset=quote)
    legs = {
        "sent_quantity": amount,
        "sent_asset": quote,
        "received_quantity": entry.size,
        "received_asset": entry.asset,
    }
    return _trade(entry, "buy", quote, legs, fee)


def sell(entry: Entry) -> Transaction:
    """A sale for fiat, or for another asset where Notes name one. Raises RowError."""
    quote, amount, fee = _quote(entry, -1)
    if quote == entry.asset:
        return transaction(entry, "withdrawal", sent_quantity=entry.size, sent_asset=quote)
    legs = {
        "sent_quantity": entry.size,
        "sent_asset": entry.asset,
        "received_quantity": amount,
        "received_asset": quote,
    }
    return _trade(entry, "sell", quote, legs, fee)


def _trade(entry: Entry, kind: str, quote: str, legs: dict[str, object], fee: Decimal | None) -> Transaction:
    if fee:
        legs |= {"fee_quantity": fee, "fee_asset": quote}
    if is_fiat(quote):
        return transaction(entry, "swap" if is_fiat(entry.asset) else kind, **legs)
    fee_value = entry.fee if fee and is_fiat(entry.currency) else None
    return transaction(entry, "swap", **legs, fee_value=fee_value, **worth(entry))


def worth(entry: Entry) -> dict[str, object]:
    """The fields that say what a row was worth, none where the export states no value in a fiat currency."""
    return {"value": entry.value, "value_currency": entry.currency} if entry.value else {}


def _quote(entry: Entry, side: int) -> tuple[str, Decimal, Decimal | None]:
    """Asset, amount without fee, and fee of the other leg; `side` is 1 for a buy, -1 for a sell."""
    noted = notes.trade(entry.notes, entry.quantity)
    quote = (noted.quote if noted else None) or entry.currency
    stated = quote == entry.currency and (entry.subtotal or entry.total)
    amount, fee = _from_notes(entry, noted, side) if noted and not stated else _from_columns(entry, side)
    if amount <= 0:
        raise RowError("ROW_INVALID", f"the amount without fee is {exact.plain(amount)} {quote}, which is not above 0")
    return quote, amount, fee


def _from_columns(entry: Entry, side: int) -> tuple[Decimal, Decimal | None]:
    subtotal, total, fee = entry.subtotal, entry.total, entry.fee
    if subtotal is None and total is None:
        raise RowError("ROW_INVALID", f"{entry.type!r} without an amount: Subtotal and Total are empty or 0")
    if total is None or subtotal is None:
        return (subtotal or total or Decimal(0)), (fee if subtotal else None)
    if fee is None:
        fee = (total - subtotal) * side
        return (subtotal, fee) if fee > 0 else (total, None)
    if abs(subtotal + side * fee - total) <= _CENT:
        return subtotal, fee
    if abs(subtotal - side * fee - total) <= _CENT:
        return total, None  # a rebate, or a fee printed with the wrong sign: the Total is what was paid
    return total - side * fee, fee


def _from_notes(entry: Entry, noted: notes.Trade, side: int) -> tuple[Decimal, Decimal | None]:
    """Split the noted amount into price times quantity and the fee; the columns, in another currency, only say whether that can be."""
    priced = noted.price * entry.size if noted.price else None
    if not entry.fee or not entry.subtotal or entry.subtotal + side * entry.fee <= 0:
        return _unstated(entry, noted.amount, priced, side)
    on_top = portion(noted.amount, entry.fee, entry.subtotal)
    if priced is not None and abs(noted.amount - priced) <= on_top / 2:
        return noted.amount, on_top
    inside = portion(noted.amount, entry.fee, entry.subtotal + side * entry.fee)
    fee = _fee_by_price(entry, noted.amount, priced, inside, side)
    return noted.amount - side * fee, fee


def _unstated(entry: Entry, amount: Decimal, priced: Decimal | None, side: int) -> tuple[Decimal, Decimal | None]:
    """Without a fee in the columns (an empty cell, not a 0) the Notes may hold one of at most 2 %, as Coinbase charges."""
    fee = (amount - priced) * side if priced else Decimal(0)
    if entry.fee_stated or not amount * _ROUNDED < fee <= amount * _LARGEST_FEE:
        return amount, None
    return amount - side * fee, fee


def _fee_by_price(entry: Entry, amount: Decimal, priced: Decimal | None, inside: Decimal, side: int) -> Decimal:
    """What the Notes' own price leaves for the fee, exactly; the columns' share where a rounded price puts that far off."""
    if priced is None:
        return inside
    fee = (amount - priced) * side
    cent = portion(amount, _CENT, entry.total) if entry.total else _CENT
    return fee if fee > 0 and abs(fee - inside) <= max(cent, inside / 4) else inside


def convert_one(entry: Entry) -> Transaction | None:
    """A conversion told by one row and its Notes; None where it only renames ETH. Raises RowError."""
    noted = notes.conversion(entry.notes, entry.quantity)
    if noted is None:
        raise RowError(
            "ROW_UNPAIRED_LEG",
            f"{entry.type!r} of {entry.asset} has no other row, and its Notes do not say the other side",
        )
    if noted.sent_asset == noted.received_asset == entry.asset:
        return None
    if entry.asset not in {noted.sent_asset, noted.received_asset}:
        raise RowError("ROW_UNPAIRED_LEG", f"the row is about {entry.asset}, its Notes about other assets: {entry.notes!r}")
    # The row's own quantity has all its decimals; the Notes round it.
    is_sent = entry.asset == noted.sent_asset
    sent, received = (entry.size, noted.received) if is_sent else (noted.sent, entry.size)
    if not sent or not received:
        raise RowError("ROW_INVALID", f"one side of the conversion is 0: {entry.notes!r}")
    return _swap((entry,), (sent, noted.sent_asset), (received, noted.received_asset), entry)


def convert_two(sent: Entry, received: Entry, kind: str) -> Transaction:
    """A conversion told by two rows: the negative one was given, the positive one received. Notes are not used."""
    valued = received if received.value else sent
    return _swap((sent, received), (sent.size, sent.asset), (received.size, received.asset), valued, kind)


def _swap(
    entries: tuple[Entry, ...],
    sent: tuple[Decimal, str],
    received: tuple[Decimal, str],
    valued: Entry,
    kind: str = "swap",
) -> Transaction:
    if kind == "swap" and is_fiat(sent[1]) != is_fiat(received[1]):
        kind = "buy" if is_fiat(sent[1]) else "sell"
    return transaction(
        entries[0],
        kind,
        sources=tuple(entry.row.source for entry in entries),
        sent_quantity=sent[0],
        sent_asset=sent[1],
        received_quantity=received[0],
        received_asset=received[1],
        **worth(valued),
    )
