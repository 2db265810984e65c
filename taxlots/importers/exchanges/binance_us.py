"""Binance.US tax report CSV, both header eras.

Traps: capitals and underscores of the header changed, so columns are found without them; in spot trading the base asset is what was
bought or sold, but in Convert, Buy, Sell and their Quick forms the base asset is always given and the quote asset received; a quote
amount in dollars may only stand in the column for its dollar value; negative staking rewards are the service fee.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges.exchange_ids import unique_ids
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.exchanges.exchange_times import moment
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.kinds import is_fiat

ACCOUNT = "binance-us"
REQUIRED = ("User ID", "Time", "Category", "Operation", "Order ID", "Transaction ID", "Primary Asset", "Base Asset", "Quote Asset")
REQUIRED_2019 = (
    "User_Id",
    "Time",
    "Category",
    "Operation",
    "Order_Id",
    "Transaction_Id",
    "Primary_Asset",
    "Base_Asset",
    "Quote_Asset",
)
_INCOME = {
    "others": "income:airdrop",
    "referral commission": "income:referral",
    "referral rewards": "income:referral",
    "staking rewards": "income:staking",
}
_GIVES_BASE = {"quick buy", "quick sell", "buy", "sell", "convert"}
_DOLLARS = {"USD", "USDT", "BUSD"}


@dataclass(frozen=True, slots=True)
class _Amount:
    """One of the four assets of a row; `usd` is the export's value of it."""

    quantity: Decimal
    asset: str
    usd: Decimal | None


@dataclass(frozen=True, slots=True)
class _Entry:
    row: Row
    names: dict[str, str]
    ids: frozenset[str]

    def text(self, name: str) -> str:
        """The cell of a column by its name without capitals and underscores."""
        return self.row.text(self.names.get(name, ""))

    def amount(self, which: str) -> _Amount | None:
        """The primary, base, quote or fee amount; None where it is empty or 0."""
        column = f"realized amount for {which} asset"
        asset = self.text(f"{which} asset").upper()
        quantity = number(self.row, self.names.get(column, ""))
        usd = number(self.row, self.names.get(f"{column} in usd", ""))
        if quantity is None and asset in _DOLLARS:
            quantity = usd
        if not quantity:
            return None
        if not asset:
            raise RowError("ROW_INVALID", f"an amount is given, but the {which} asset is empty")
        return _Amount(quantity, asset, abs(usd) if usd else None)

    @property
    def id(self) -> str:
        """Binance.US's transaction id, empty where several rows share it."""
        name = self.text("transaction id")
        return name if name in self.ids else ""


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time states its offset
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            names = {_plain(name): name for name in table.header}
            ids = unique_ids(table.rows, names.get("transaction id", ""))
            for row in table.rows:
                try:
                    made = _made(_Entry(row, names, ids))
                except RowError as error:
                    intake.reject(row, error)
                    continue
                for one in made:
                    intake.add(one)
                if not made:
                    intake.leave(row, "the quantity is 0")
    return intake


def _plain(header: str) -> str:
    return header.lower().replace("_", " ").removesuffix(" value").strip()


def _made(entry: _Entry) -> list[Transaction]:
    category, operation = entry.text("category").lower(), entry.text("operation").lower()
    if category in {"deposit", "withdrawal"}:
        return _moved(entry, category)
    if category == "distribution" and operation in _INCOME:
        return _distributed(entry, _INCOME[operation])
    if category in _GIVES_BASE:
        return _traded(entry, -1)
    if category == "spot trading" and operation in {"buy", "sell"}:
        return _traded(entry, 1 if operation == "buy" else -1)
    raise RowError("ROW_UNKNOWN_KIND", f"category {entry.text('category')!r} with operation {entry.text('operation')!r} is not known")


def _one(entry: _Entry, kind: str) -> Transaction:
    time = moment(entry.row, entry.names["time"], UTC)
    note = entry.text("additional note") or None
    return Transaction(time=time, account=ACCOUNT, kind=kind, sources=(entry.row.source,), id=entry.id, note=note)


def _moved(entry: _Entry, kind: str) -> list[Transaction]:
    primary, fee = entry.amount("primary"), entry.amount("fee")
    if primary is None:
        return []
    one = _with_fee(_one(entry, kind), fee)
    if kind == "deposit":
        return [replace(one, received_quantity=abs(primary.quantity), received_asset=primary.asset)]
    return [replace(one, sent_quantity=abs(primary.quantity), sent_asset=primary.asset)]


def _with_fee(one: Transaction, fee: _Amount | None) -> Transaction:
    if fee is None:
        return one
    worth = fee.usd if not is_fiat(fee.asset) else None
    return replace(one, fee_quantity=abs(fee.quantity), fee_asset=fee.asset, fee_value=worth, value_currency="USD" if worth else None)


def _distributed(entry: _Entry, kind: str) -> list[Transaction]:
    primary = entry.amount("primary")
    if primary is None:
        return []
    if primary.quantity > 0:
        one = _one(entry, kind)
        currency = "USD" if primary.usd else None
        return [replace(one, received_quantity=primary.quantity, received_asset=primary.asset, value=primary.usd, value_currency=currency)]
    if kind != "income:staking":
        message = f"{entry.text('operation')!r} of {exact.plain(primary.quantity)} {primary.asset}: taken back or corrected"
        raise RowError("ROW_INVALID", message, "Give it in a universal ledger CSV.")
    return [_with_fee(_one(entry, "fee"), primary)]


def _traded(entry: _Entry, base_sign: int) -> list[Transaction]:
    base, quote, fee = entry.amount("base"), entry.amount("quote"), entry.amount("fee")
    parts = [Part(entry.row, base_sign * abs(base.quantity), base.asset)] if base else []
    parts += [Part(entry.row, -base_sign * abs(quote.quantity), quote.asset)] if quote else []
    parts += [Part(entry.row, -abs(fee.quantity), fee.asset, fee=True)] if fee else []
    one = _one(entry, "swap")
    received = base if base_sign > 0 else quote
    money = any(side is not None and is_fiat(side.asset) for side in (base, quote))
    value = None if money or received is None else received.usd
    deal = Deal(ACCOUNT, one.time, entry.id, note=one.note, value=value, value_currency="USD")
    made = trade(deal, parts)
    if fee and fee.usd and not is_fiat(fee.asset):
        made[0] = replace(made[0], fee_value=fee.usd, value_currency="USD")
    return made
