"""Poloniex: trades (files of 2017 to 2021 and of 2022), deposits, withdrawals and distributions.

Traps: `Fee` is a rate, and the charged fee is the difference to what is left after it, in what was received: so it is exact where the
rate is rounded. "Base Total" means the market's second asset. A file of 2022 names the market's assets in either order, joined or not
(`BTCETH`, `ETH_USDT`). A withdrawal's amount contains its fee. Old deposit files list withdrawals too, told by `COMPLETE: ` with a
transaction hash.
"""

import re
from decimal import Decimal

from taxlots.importers.bookings import Leg, Legs, Reading, booked, each_row, leg, said_by, trade_kind
from taxlots.importers.numbers import number, required
from taxlots.importers.records import NotBookedError, Row, RowError
from taxlots.importers.times import time

ACCOUNT = "poloniex"
_LESS_FEE = ("Base Total Less Fee", "Quote Total Less Fee")
TRADES = ("Date", "Market", "Category", "Type", "Price", "Amount", "Total", "Fee", "Order Number", *_LESS_FEE)
TRADES_2022 = ("create_time", "trade_id", "market", "buyer_wallet", "side", "price", "amount", "fee", "fee_currency")
DEPOSITS = ("Date", "Currency", "Amount", "Address", "Status")
WITHDRAWALS = ("Date", "Currency", "Amount", "Fee Deducted", "Amount - Fee", "Address", "Status")
DISTRIBUTIONS = ("date", "currency", "amount", "wallet")
DEPOSITS_2022 = ("f_created_at", "currency", "f_amount", "f_address", "f_status")
WITHDRAWALS_2022 = ("f_date", "currency", "f_amount", "f_feededucted", "f_status")
_SIDES = {"Buy": "buy", "Sell": "sell"}
_QUOTES = ("USDT", "USDC", "USDJ", "BUSD", "TUSD", "PAX", "BTC", "ETH", "XMR", "TRX", "BNB", "DAI")
_NOT_DONE = {"FAILED", "PENDING", "AWAITING APPROVAL", "CANCELED", "CANCELLED", "EXPIRED"}
_STATUS = re.compile(r"(?P<said>[A-Z ]+?)(?:: *(?P<txid>.+))?", re.IGNORECASE)


def _asset(text: str) -> str:
    return text.strip().upper()


def _leg(row: Row, column: str, asset: str) -> Leg | None:
    return leg(number(row, column), _asset(asset))


def _refuse_margin(row: Row, column: str) -> None:
    if row.text(column).lower() != "exchange":
        raise NotBookedError(f"{row.text(column) or 'a trade without a category'!r}, no trade of the exchange wallet")


def _take_trade(row: Row, reading: Reading) -> None:
    _refuse_margin(row, "Category")
    base, slash, quote = row.text("Market").partition("/")
    if not slash:
        raise RowError("ROW_INVALID", f"column 'Market': {row.text('Market')!r} is no pair of assets")
    amount, total = required(row, "Amount"), required(row, "Total")
    total = total or amount * required(row, "Price")  # below 0.00000001 the total is printed as 0
    side = said_by(row.text("Type"), _SIDES)
    coins, money = leg(amount, _asset(base)), leg(total, _asset(quote))
    got, left = (amount, "Quote Total Less Fee") if side == "buy" else (total, "Base Total Less Fee")
    fee = _stated_fee(row) or leg(_difference(row, got, left), _asset(base if side == "buy" else quote))
    legs = Legs(sent=money, received=coins, fee=fee) if side == "buy" else Legs(sent=coins, received=money, fee=fee)
    reading.intake.add(booked(row, ACCOUNT, trade_kind(legs.sent, legs.received), time(row, "Date"), legs, note=_order(row)))


def _stated_fee(row: Row) -> Leg | None:
    """Files of 2020 on state the fee, which may be in a third asset."""
    return _leg(row, "Fee Total", row.text("Fee Currency")) if row.text("Fee Currency") else None


def _difference(row: Row, got: Decimal, left_column: str) -> Decimal:
    fee = got - abs(required(row, left_column))
    if fee < 0:
        raise RowError("ROW_INVALID", f"column {left_column!r}: more is left after the fee than the {got} that were received")
    return fee


def _order(row: Row) -> str | None:
    """An order may be filled by several trades, so its number is no id of a trade."""
    return f"order {row.text('Order Number')}" if row.text("Order Number") else None


def _take_trade_2022(row: Row, reading: Reading) -> None:
    _refuse_margin(row, "buyer_wallet")
    side = said_by(row.text("side"), _SIDES)
    base, quote = _pair(row, side)
    amount = required(row, "amount")
    coins, money = leg(amount, _asset(base)), leg(amount * required(row, "price"), _asset(quote))
    fee = _leg(row, "fee_total", row.text("fee_currency"))
    legs = Legs(sent=money, received=coins, fee=fee) if side == "buy" else Legs(sent=coins, received=money, fee=fee)
    name = f"{row.text('market')}-{row.text('trade_id')}" if row.text("trade_id") else ""
    reading.intake.add(booked(row, ACCOUNT, trade_kind(legs.sent, legs.received), time(row, "create_time"), legs, id=name))


def _pair(row: Row, side: str) -> tuple[str, str]:
    """Base and quote of a market: the fee, taken from what was received, names one of them; else a quote that is known.

    A fee in TRX says nothing, since it may be paid in that for a discount.
    """
    market, charged = row.text("market").upper(), row.text("fee_currency").upper()
    found = _other(market, charged) if charged != "TRX" else None
    if found:
        fee, other = found
        return (fee, other) if side == "buy" else (other, fee)
    for quote in _QUOTES:
        if known := _other(market, quote):
            return known[1], quote
    raise RowError("ROW_INVALID", f"column 'market': the assets of {row.text('market')!r} can't be told apart")


def _other(market: str, asset: str) -> tuple[str, str] | None:
    """The asset and what else the market names, before it or behind it, with a mark between them or without."""
    first, mark, last = market.partition("_") if "_" in market else market.partition("/")
    if mark:
        return (asset, last) if asset == first else (asset, first) if asset == last else None
    if not asset or market == asset or not (market.startswith(asset) or market.endswith(asset)):
        return None
    return asset, market.removeprefix(asset) if market.startswith(asset) else market.removesuffix(asset)


def _take_deposit(row: Row, reading: Reading) -> None:
    _take_move(row, reading, ("Date", "Amount", None, "Status"))


def _take_deposit_2022(row: Row, reading: Reading) -> None:
    _take_move(row, reading, ("f_created_at", "f_amount", None, "f_status"))


def _take_withdrawal(row: Row, reading: Reading) -> None:
    _take_move(row, reading, ("Date", "Amount", "Fee Deducted", "Status"))


def _take_withdrawal_2022(row: Row, reading: Reading) -> None:
    _take_move(row, reading, ("f_date", "f_amount", "f_feededucted", "f_status"))


def _take_move(row: Row, reading: Reading, columns: tuple[str, str, str | None, str]) -> None:
    """A deposit, or (with a column of fees, or a hash behind the status) a withdrawal."""
    when, amount, fee_column, status = columns
    txid = _hash(row, status)
    if txid is None:
        reading.intake.leave(row, f"status {row.text(status)!r}: nothing moved")
        return
    asset = _asset(row.text("Currency") or row.text("currency"))
    outgoing = fee_column is not None or bool(txid)
    fee = leg(number(row, fee_column), asset) if fee_column else None
    moved = leg(required(row, amount) - (fee[0] if fee else 0), asset)
    if moved is None:
        reading.intake.leave(row, "the amount is 0")
        return
    kind, legs = ("withdrawal", Legs(sent=moved, fee=fee)) if outgoing else ("deposit", Legs(received=moved))
    reading.intake.add(booked(row, ACCOUNT, kind, time(row, when), legs, txid=txid or None))


def _hash(row: Row, status: str) -> str | None:
    """The transaction's hash behind the status, empty without one; None where nothing moved."""
    match = _STATUS.fullmatch(row.text(status))
    said = match["said"].upper() if match else ""
    txid = (match["txid"] if match else None) or ""
    if said in _NOT_DONE or txid.upper().startswith("ERROR"):
        return None
    if said not in {"COMPLETE", "COMPLETED"}:
        raise RowError("ROW_UNKNOWN_KIND", f"status {row.text(status)!r} is not known")
    return txid


def _take_distribution(row: Row, reading: Reading) -> None:
    moved = _leg(row, "amount", row.text("currency"))
    if moved is None:
        reading.intake.leave(row, "the amount is 0")
        return
    reading.intake.add(booked(row, ACCOUNT, "income:airdrop", time(row, "date"), Legs(received=moved), note=row.text("wallet") or None))


read_trades = each_row(_take_trade)
read_trades_2022 = each_row(_take_trade_2022)
read_deposits = each_row(_take_deposit)
read_deposits_2022 = each_row(_take_deposit_2022)
read_withdrawals = each_row(_take_withdrawal)
read_withdrawals_2022 = each_row(_take_withdrawal_2022)
read_distributions = each_row(_take_distribution)
