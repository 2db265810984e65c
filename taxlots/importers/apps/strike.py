"""Strike statements (annual and monthly CSV), five headers from 2021 to 2026, dollar and euro accounts.

Traps: a purchase's money is negative until 2022 and positive later, so the type tells the direction, not the sign. A sale's money is
what was paid out, after the fee. A bill paid in bitcoin is two rows with one id, a Sale and a Withdrawal. `Currency 1` stands twice in
the header: the first is the amount's, the second the balance's. Lightning payments may be in money, without any bitcoin.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.bookings import Leg, Legs, When, before_fee, booked, leg, rows_of, said_by
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction, all_rows
from taxlots.importers.running_balances import Stated, changes_by_row, stated_balance, with_balances
from taxlots.importers.times import time_of
from taxlots.importers.written_times import written_time

ACCOUNT = "strike"
REQUIRED_2021 = ("Transaction ID", "Time (UTC)", "Status", "Transaction Type", "Amount BTC", "Fee BTC")
REQUIRED_2022 = ("Transaction ID", "Transaction Type", "State", "Amount 1", "Currency 1", "Amount 2", "Currency 2", "BTC Price")
REQUIRED_2024 = ("Reference", "Date & Time (UTC)", "Transaction Type", "Amount BTC", "Fee BTC", "BTC Price")
_KINDS = {
    "Purchase": "buy",
    "Buy": "buy",
    "Sale": "sell",
    "Sell": "sell",
    "Receive": "deposit",
    "Deposit": "deposit",
    "Send": "withdrawal",
    "Withdrawal": "withdrawal",
    "Line of credit draw": "deposit",
    "Principal payment": "withdrawal",
    "Interest payment": "withdrawal",
    "Loan collateral": "aside",
}
_LOAN = {"line of credit draw", "principal payment", "interest payment"}
_STATES = {
    "": "",
    "Completed": "",
    "Pending": "pending, and without effect until it completes",
    "Failed": "failed",
    "Reversed": "reversed",
    "Canceled": "cancelled",
    "Cancelled": "cancelled",
}
_MONEY = re.compile(r"(?P<what>Amount|Fee) (?P<currency>[A-Z]{3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Amounts:
    """What the row says of money and of bitcoin, with their signs, and their fees."""

    cash: Decimal
    currency: str
    coins: Decimal
    cash_fee: Decimal
    coin_fee: Decimal


def _read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    intake = Intake()
    types = _types_by_id(tables)
    with exact.exactly():
        for row, _ in rows_of(tables, zone, intake):
            try:
                _take(row, types, intake)
            except RowError as error:
                intake.reject(row, error)
    return intake


def _types_by_id(tables: Sequence[Table]) -> Mapping[str, set[str]]:
    types: dict[str, set[str]] = defaultdict(set)
    for table in tables:
        for row in table.rows:
            types[_reference(row)].add(_type(row))
    return types


def _reference(row: Row) -> str:
    return row.text("Reference") or row.text("Transaction ID")


def _type(row: Row) -> str:
    return row.text("Transaction Type").lower()


def _take(row: Row, types: Mapping[str, set[str]], intake: Intake) -> None:
    kind = said_by(row.text("Transaction Type"), _KINDS)
    state = said_by(row.text("Status") or row.text("State"), _STATES)
    amounts = _amounts(row)
    if state or kind == "aside":
        intake.leave(row, state or "collateral of a loan, which stays yours")
    elif not amounts.cash and not amounts.coins:
        intake.leave(row, "the quantity is 0")
    else:
        intake.add(_transaction(row, kind, amounts, types))


def _transaction(row: Row, kind: str, amounts: _Amounts, types: Mapping[str, set[str]]) -> Transaction:
    legs = _trade(row, kind, amounts) if kind in {"buy", "sell"} else _move(row, kind, amounts)
    reference = _reference(row)
    name = f"{reference}/{_type(row)}" if len(types[reference]) > 1 and kind not in {"buy", "sell"} else reference
    note = " / ".join(filter(None, (row.text("Description"), row.text("Note")))) or None
    return booked(row, ACCOUNT, kind, _when(row), legs, id=name, txid=row.text("Transaction Hash") or None, note=note)


def _trade(row: Row, kind: str, amounts: _Amounts) -> Legs:
    """Money before the fee against bitcoin; a rounding of the price tells whether a fee is still inside."""
    cash, fee = abs(amounts.cash), abs(amounts.cash_fee)
    price = number(row, "BTC Price") or number(row, "Exchange Rate")
    gross = abs(price * amounts.coins) if price else None
    if kind == "buy":
        money = leg(before_fee(cash, fee, gross, includes=Decimal(1)), amounts.currency)
        return Legs(money, leg(amounts.coins, "BTC"), _fee(amounts))
    money = leg(before_fee(cash + fee, fee, gross, includes=Decimal(1)), amounts.currency)
    return Legs(leg(amounts.coins, "BTC"), money, _fee(amounts))


def _move(row: Row, kind: str, amounts: _Amounts) -> Legs:
    if amounts.coins and (amounts.cash or _type(row) in _LOAN):
        raise RowError("ROW_UNKNOWN_KIND", f"{row.text('Transaction Type')!r} of both money and bitcoin is not known")
    moved = leg(amounts.coins, "BTC") or leg(amounts.cash, amounts.currency)
    return Legs(received=moved, fee=_fee(amounts)) if kind == "deposit" else Legs(sent=moved, fee=_fee(amounts))


def _fee(amounts: _Amounts) -> Leg | None:
    if amounts.cash_fee and amounts.coin_fee:
        raise RowError(
            "ROW_INVALID", "a fee in money and one in bitcoin in one row", "Give the row in a universal ledger CSV, in two lines."
        )
    return leg(amounts.coin_fee, "BTC") or leg(amounts.cash_fee, amounts.currency)


def _amounts(row: Row) -> _Amounts:
    if row.has("Amount 1"):
        return _numbered(row)
    currencies = [
        match["currency"].upper() for name in row.cells if (match := _MONEY.fullmatch(name)) and match["what"].title() == "Amount"
    ]
    currency = next((name for name in currencies if name != "BTC"), "USD")
    cells = ("Amount " + currency, "Amount BTC", "Fee " + currency, "Fee BTC")
    cash, coins, cash_fee, coin_fee = (number(row, name) or Decimal(0) for name in cells)
    return _Amounts(cash, currency, coins, cash_fee, coin_fee)


def _numbered(row: Row) -> _Amounts:
    """The headers of 2022 and 2023: amount 1 is usually money and amount 2 bitcoin; the currency beside each decides."""
    sums = {"cash": Decimal(0), "coins": Decimal(0), "cash_fee": Decimal(0), "coin_fee": Decimal(0)}
    currency = "USD"
    for side in ("1", "2"):
        asset = row.text(f"Currency {side}").upper()
        what = "coin" if asset == "BTC" else "cash"
        amount = number(row, f"Amount {side}") or Decimal(0)
        if amount and not asset:
            raise RowError("ROW_INVALID", f"column 'Amount {side}' is given, but 'Currency {side}' is empty")
        currency = asset if what == "cash" and asset and (amount or side == "1") else currency
        sums["coins" if what == "coin" else "cash"] += amount
        sums[f"{what}_fee"] += number(row, f"Fee {side}") or Decimal(0)
    return _Amounts(sums["cash"], currency, sums["coins"], sums["cash_fee"], sums["coin_fee"])


def _when(row: Row) -> When:
    """When it completed; where that is empty, when it began."""
    for name in ("Date & Time (UTC)", "Time (UTC)"):
        if row.text(name):
            return written_time(row, name)
    word = "Completed" if row.text("Completed Time (UTC)") else "Initiated"
    names = (f"{word} Date (UTC)", f"{word} Time (UTC)", f"{word} Time (UTC) (2)")  # one build calls date and time alike
    return time_of(" ".join(dict.fromkeys(filter(None, map(row.text, names)))), names[1])


def _stated(tables: Sequence[Table], _zone: tzinfo, intake: Intake) -> Iterator[Stated]:
    """What the files of 2022 and 2023 say that was left of money and of bitcoin."""
    moved, times = changes_by_row(intake), {made.sources[0]: made.time for made in intake.transactions}
    for row in all_rows(tables):
        if row.source not in times or not row.has("Balance - BTC"):
            continue
        cash = row.text("Currency 1").upper()
        for asset, column in ((cash, "Balance 1"), ("BTC", "Balance - BTC")):
            if asset and (column != "Balance 1" or asset != "BTC"):
                change, balance = moved[row.source].get(asset, Decimal(0)), stated_balance(row, column, intake)
                yield Stated(row=row, time=times[row.source], asset=asset, change=change, balance=balance)


read = with_balances(_read, ACCOUNT, _stated)
