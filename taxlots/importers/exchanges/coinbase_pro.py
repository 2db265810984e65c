"""Coinbase Pro, GDAX and Coinbase Exchange: `fills.csv` (trades) and `account.csv` (every change of a balance).

Traps: a trade id is unique only within one product; a fill's total contains the fee; in the account statement a trade is two `match`
rows and a `fee` row, which stand in two files where each currency was exported on its own; the header's case changed. Both exports give
a trade the id `TRADE/ASSET-ASSET`, so that a trade told by both counts once.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers import running_balances
from taxlots.importers.bookings import Legs, Reading, booked, each_row, leg, said_by, trade_kind
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.importers.running_balances import Stated
from taxlots.importers.times import time

ACCOUNT = "coinbase-pro"
FILLS = ("trade id", "product", "side", "created at", "size", "size unit", "price", "fee", "total", "price/fee/total unit")
STATEMENT = ("type", "time", "amount", "balance", "amount/balance unit", "transfer id", "trade id", "order id")
TITLED = ("Type", "Timestamp", "Amount", "Balance", "Amount/balance unit", "Transfer id", "Trade id", "Order id")
_SIDES = {"BUY": "buy", "SELL": "sell"}
_MOVES = {"deposit": "deposit", "withdrawal": "withdrawal", "rebate": "income:reward"}
_EXCHANGED = ("match", "fee", "conversion")
_TOLERANCE = Decimal("0.01")  # totals are rounded to the quote's smallest unit
_OTHER_STATEMENT = "Export the statement of every currency (or all accounts) for the full period; fills.csv tells the trade too."


def _trade_id(number_of_trade: str, assets: tuple[str, str]) -> str:
    return f"{number_of_trade}/{'-'.join(sorted(assets))}" if number_of_trade else ""


def _take_fill(row: Row, reading: Reading) -> None:
    side = said_by(row.text("side"), _SIDES)
    base = leg(required(row, "size"), row.text("size unit"))
    price, fee = required(row, "price"), number(row, "fee") or Decimal(0)
    if base is None:
        reading.intake.leave(row, "a fill of 0")
        return
    quote_asset = row.text("price/fee/total unit")
    quote = leg(_before_fee(row, base[0] * price, fee * (1 if side == "buy" else -1)), quote_asset)
    cost = leg(fee, quote_asset) if fee > 0 else None
    legs = Legs(sent=quote, received=base, fee=cost) if side == "buy" else Legs(sent=base, received=quote, fee=cost)
    assets = (base[1], quote_asset.upper())
    kind = trade_kind(legs.sent, legs.received)
    reading.intake.add(booked(row, ACCOUNT, kind, time(row, "created at"), legs, id=_trade_id(row.text("trade id"), assets)))


def _before_fee(row: Row, gross: Decimal, fee: Decimal) -> Decimal:
    """What was paid or got without the fee: size times price, as the account statement has it, unless the total says otherwise.

    A fee that was given back (below 0) is no fee of its own: it is contained in what was paid or got.
    """
    total = number(row, "total")
    if not total:
        return gross
    if (number(row, "fee") or Decimal(0)) < 0:
        return abs(total)
    net = abs(total) - fee
    return gross if abs(net - gross) <= max(_TOLERANCE, gross / 1000) else net


read_fills = each_row(_take_fill)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of the statement; columns of either case are read under their small names."""

    row: Row
    cells: Row
    type: str
    time: datetime
    amount: Decimal
    asset: str
    balance: Decimal | None

    def text(self, column: str) -> str:
        return self.cells.text(column)

    @property
    def part(self) -> Part:
        return Part(self.row, self.amount, self.asset, fee=self.type in {"fee", "rebate"})


def read_statement(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """Every row of every statement to its fate; times are UTC. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        entries = list(_once(_entries(tables, intake), intake))
        groups: dict[tuple[str, str], list[_Entry]] = defaultdict(list)
        moves: list[_Entry] = []
        for one in entries:
            groups[_key(one)].append(one) if _is_exchanged(one) else moves.append(one)
        for rows in groups.values():
            _take_trade(rows, intake)
        _take_moves(moves, intake)
        _note_balances(entries, intake)
    return intake


def _entries(tables: Sequence[Table], intake: Intake) -> Iterator[_Entry]:
    for table in tables:
        for row in table.rows:
            try:
                yield _entry(row)
            except RowError as error:
                intake.reject(row, error)


def _entry(row: Row) -> _Entry:
    small = {name.lower(): text for name, text in row.cells.items()}
    cells = Row(row.file, row.number, {"time": small.get("timestamp", ""), **small})
    asset = cells.text("amount/balance unit").upper()
    if not asset:
        raise RowError("ROW_INVALID", "column 'amount/balance unit' is empty")
    said = cells.text("type").lower()
    if said not in _EXCHANGED:
        said_by(said, _MOVES | dict.fromkeys(_EXCHANGED, ""))
    return _Entry(row, cells, said, time(cells, "time")[0], required(cells, "amount"), asset, number(cells, "balance"))


def _once(entries: Iterator[_Entry], intake: Intake) -> Iterator[_Entry]:
    """Without the rows that another file has too: the balance after a row and its ids tell it from any other."""
    names = ("portfolio", "transfer id", "trade id", "order id")
    first: dict[tuple[object, ...], Row] = {}
    for one in entries:
        content = (one.type, one.time, one.amount, one.asset, one.balance, *map(one.text, names))
        known = first.setdefault(content, one.row)
        if known.file == one.row.file:
            yield one
        else:
            intake.merge(one.row, f"the same row as {known.file}:{known.number}")


def _is_exchanged(one: _Entry) -> bool:
    return one.type in _EXCHANGED or (one.type == "rebate" and bool(one.text("trade id")))


def _key(one: _Entry) -> tuple[str, str]:
    if one.type == "conversion":
        return "conversion", one.text("trade id") or one.text("transfer id") or one.text("order id") or one.time.isoformat()
    return one.text("trade id"), one.text("order id") or one.time.isoformat()


def _take_trade(entries: list[_Entry], intake: Intake) -> None:
    first = entries[0]
    assets = sorted({one.asset for one in entries if one.type != "fee"})
    name = _trade_id(first.text("trade id"), (assets[0], assets[-1]) if assets else ("", ""))
    try:
        for made in trade(Deal(ACCOUNT, max(one.time for one in entries), name), [one.part for one in entries]):
            intake.add(made)
    except RowError as error:
        hint = _OTHER_STATEMENT if error.code == "ROW_UNPAIRED_LEG" else error.hint
        for one in entries:
            intake.reject(one.row, RowError(error.code, error.message, hint))


def _take_moves(moves: list[_Entry], intake: Intake) -> None:
    """Deposits and withdrawals; one transfer id on both sides is a move between two portfolios."""
    sides: dict[tuple[str, str, Decimal], set[str]] = defaultdict(set)
    for one in moves:
        sides[one.text("transfer id"), one.asset, abs(one.amount)].add(one.type)
    for one in moves:
        both = {"deposit", "withdrawal"} <= sides[one.text("transfer id"), one.asset, abs(one.amount)]
        if both and one.text("transfer id"):
            intake.leave(one.row, "a move between two portfolios of Coinbase Pro")
        elif not one.amount:
            intake.leave(one.row, "the amount is 0")
        elif one.type == "rebate" and one.amount < 0:
            intake.reject(one.row, RowError("ROW_INVALID", f"a rebate of {one.amount} {one.asset} was taken back"))
        else:
            intake.add(_move(one))


def _move(one: _Entry) -> Transaction:
    kind = _MOVES[one.type]
    moved = leg(one.amount, one.asset)
    if kind != "income:reward":
        kind = "deposit" if one.amount > 0 else "withdrawal"
    legs = Legs(sent=moved) if kind == "withdrawal" else Legs(received=moved)
    return booked(one.row, ACCOUNT, kind, (one.time, False), legs, id=one.text("transfer id"))


def _note_balances(entries: list[_Entry], intake: Intake) -> None:
    stated = (
        Stated(row=one.row, time=one.time, asset=one.asset, change=one.amount, balance=one.balance, wallet=one.text("portfolio"))
        for one in entries
    )
    running_balances.check(ACCOUNT, stated, intake)
