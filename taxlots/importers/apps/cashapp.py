"""Cash App report: bitcoin, shares and cash in one file. Its header of 2024 only moves the id behind the date.

Amounts and fees are negative where money leaves, the bitcoin quantity is always positive, and the amount is before the fee. Times carry a
US zone abbreviation, which is taken at its word. Bitcoin withdrawals have their quantity in `Asset Amount`, or from 2024 on in `Net Amount`
with the currency BTC. Ids may be missing. A third header, with `Reference ID`, is known from one source only.
"""

from decimal import Decimal

from taxlots.exact import plain
from taxlots.importers.bookings import Leg, Legs, Reading, before_fee, booked, each_row, leg, said_by
from taxlots.importers.numbers import number
from taxlots.importers.records import Row, RowError
from taxlots.importers.spellings import folded
from taxlots.importers.written_times import written_time

ACCOUNT = "cashapp"
REQUIRED = (
    *("Transaction ID", "Date", "Transaction Type", "Currency", "Amount", "Fee", "Net Amount"),
    *("Asset Type", "Asset Price", "Asset Amount", "Status"),
)
REQUIRED_REFERENCE = (
    "Reference ID",
    "Transaction Date",
    "Activity",
    "USD Amount",
    "Network Fee",
    "Crypto",
    "Spot Price USD",
    "Crypto Quantity",
)
_COIN = "BTC"
_TYPES = {
    "Bitcoin Buy": "buy",
    "Bitcoin Recurring Buy": "buy",
    "Bitcoin Sale": "sell",
    "Bitcoin Sell": "sell",
    "Bitcoin Withdrawal": "withdrawal",
    "Bitcoin Deposit": "deposit",
    "Bitcoin Lightning Payment": "withdrawal",
    "Bitcoin Boost": "income:reward",
    "Stock Buy": "buy",
    "Stock Sell": "sell",
    "Dividend": "income:dividend",
    "Loyalty Rewards": "income:reward",
    "Boost Payment": "cash",
    "Received P2P": "received",
    "Sent P2P": "sent",
    "P2P": "cash",
    "Cash In": "cash",
    "Cash Out": "cash",
    "Deposits": "cash",
    "Withdrawal": "cash",
    "Cash Card Debit": "cash",
    "Savings Internal Transfer": "savings",
    "Account Notifications": "aside",
}
_ACTIVITIES = _TYPES | {
    **dict.fromkeys(("Buy", "Purchase"), "buy"),
    **dict.fromkeys(("Sell", "Sale"), "sell"),
    **dict.fromkeys(("Deposit", "Receive"), "deposit"),
    **dict.fromkeys(("Withdrawal", "Send"), "withdrawal"),
}
_REFERENCE_NAMES = {
    "reference id": "Transaction ID",
    "transaction date": "Date",
    "activity": "Transaction Type",
    "fiat currency": "Currency",
    "usd amount": "Amount",
    "network fee": "Fee",
    "crypto": "Asset Type",
    "spot price usd": "Asset Price",
    "crypto quantity": "Asset Amount",
}
_WITHOUT_EFFECT = ("fail", "cancel", "refund", "declin", "pending", "waiting", "expired", "revers")


def _take(row: Row, reading: Reading) -> None:
    kind = said_by(row.text("Transaction Type"), _TYPES)
    status = row.text("Status")
    if kind == "aside":
        reading.intake.leave(row, "a notice, no transaction")
    elif any(word in status.lower() for word in _WITHOUT_EFFECT):
        reading.intake.leave(row, f"status {status}")
    elif kind == "savings" and not number(row, "Asset Amount") and "purchase of" in row.text("Notes").lower():
        raise RowError("ROW_INVALID", f"{row.text('Notes')!r} without its quantity", "Give the purchase in a universal ledger CSV.")
    elif kind == "savings" and not number(row, "Asset Amount"):
        reading.intake.leave(row, "a move between the balance and savings at Cash App")
    elif not any(number(row, name) for name in ("Amount", "Net Amount", "Asset Amount")):
        reading.intake.leave(row, "the quantity is 0")
    else:
        _book(row, "buy" if kind == "savings" else kind, reading)


def _take_reference(row: Row, reading: Reading) -> None:
    """A row under the header with `Reference ID`: the price tells whether the money of a trade contains the fee."""
    named = Row(row.file, row.number, {_REFERENCE_NAMES.get(folded(name), name): text for name, text in row.cells.items()})
    kind, fee = said_by(named.text("Transaction Type"), _ACTIVITIES), abs(number(named, "Fee") or Decimal(0))
    if kind not in {"buy", "sell"} and fee:
        raise RowError("ROW_INVALID", f"the network fee {fee} has no currency", "Give the row in a universal ledger CSV.")
    if kind == "aside" or not any(number(named, name) for name in ("Amount", "Asset Amount")):
        reading.intake.leave(row, "the quantity is 0")
    else:
        _book(_before_fee(named, kind, fee), kind, reading)


def _before_fee(row: Row, kind: str, fee: Decimal) -> Row:
    price, quantity, amount = (number(row, name) for name in ("Asset Price", "Asset Amount", "Amount"))
    if not fee or not price or not quantity or not amount:
        return row
    cash = before_fee(abs(amount), fee, abs(price * quantity), includes=Decimal(1 if kind == "buy" else -1))
    return Row(row.file, row.number, row.cells | {"Amount": plain(cash) or ""})


def _book(row: Row, kind: str, reading: Reading) -> None:
    settled, legs = _legs(row, kind)
    stock = row.text("Transaction Type").lower().startswith("stock")
    made = booked(
        row,
        ACCOUNT,
        settled,
        written_time(row, "Date", reading.zone),
        legs,
        id=row.text("Transaction ID"),
        note=row.text("Notes") or None,
        asset_class="security" if stock else None,
    )
    reading.intake.add(made)


def _legs(row: Row, kind: str) -> tuple[str, Legs]:
    asset, cash, fee = _asset(row), _cash(row), _fee(row)
    if kind == "buy":
        return kind, Legs(cash, asset, fee)
    if kind == "sell":
        return kind, Legs(asset, cash, fee)
    if kind in {"cash", "received", "sent"}:
        return _moved(row, kind, asset, cash, fee)
    if kind == "withdrawal":
        return kind, Legs(sent=asset or cash, fee=fee)
    if kind == "income:reward" and row.text("Transaction Type").lower() == "bitcoin boost":
        return kind, Legs(received=asset, value=cash)
    return kind, Legs(received=(asset or cash) if kind == "deposit" else cash, fee=fee)


def _moved(row: Row, kind: str, asset: Leg | None, cash: Leg | None, fee: Leg | None) -> tuple[str, Legs]:
    """Money, or bitcoin to or from another person, which may be a gift, a payment or one's own wallet: that is not said."""
    amount = number(row, "Amount") or number(row, "Net Amount") or Decimal(0)
    coins = asset if row.text("Asset Type").upper() == _COIN or row.text("Currency").upper() == _COIN else None
    if kind == "cash" and not amount:
        raise RowError("ROW_INVALID", f"{row.text('Transaction Type')}: no amount says which way it went")
    incoming = kind == "received" or (kind == "cash" and amount > 0)
    moved = coins or cash
    return ("deposit", Legs(received=moved, fee=fee)) if incoming else ("withdrawal", Legs(sent=moved, fee=fee))


def _asset(row: Row) -> Leg | None:
    """The bitcoin or the shares; from 2024 on, a bitcoin withdrawal has them in the money columns."""
    quantity = number(row, "Asset Amount")
    if quantity:
        return leg(quantity, row.text("Asset Type") or (_COIN if "bitcoin" in row.text("Transaction Type").lower() else ""))
    if row.text("Currency").upper() != _COIN:
        return None
    net, fee = number(row, "Net Amount"), number(row, "Fee")
    return leg(number(row, "Amount") or (abs(net) - abs(fee or Decimal(0)) if net else None), _COIN)


def _cash(row: Row) -> Leg | None:
    return None if row.text("Currency").upper() == _COIN else leg(number(row, "Amount"), row.text("Currency") or "USD")


def _fee(row: Row) -> Leg | None:
    return leg(number(row, "Fee"), row.text("Currency") or "USD")


read = each_row(_take)
read_reference = each_row(_take_reference)
