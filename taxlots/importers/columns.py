"""Declarative layouts: a column map and a table of kinds are all that most exports need.

A row's *type* (one cell, or several joined by ` / `; `=sell` means that type in every row) is looked up in `kinds`, whose values are
kinds of the universal ledger or one of

* `trade`: a buy, sell or swap, by which of the two legs is money;
* `in-or-out`: a deposit or a withdrawal, by the sign of the amount;
* `by-legs`: a trade where both legs are there, else a deposit or a withdrawal;
* `money: KIND`: only the total moved; the amount is what it is about (a dividend with the number of shares that it was paid on);
* `aside: REASON`: recognised and without effect on holdings.

Legs come from two columns each (quantity and asset; see `column_legs`): `sent` and `received` where the export has two sides, `amount`
where one column goes either way, with `total` (or `price`) for what was paid or got for it. A leg that the kind does not need is left
out.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.column_legs import AmountTerms, Leg, Side, legs_of, money_of, side
from taxlots.importers.numbers import number
from taxlots.importers.own_times import own_time
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction, all_rows
from taxlots.importers.running_balances import Stated, changes
from taxlots.importers.running_balances import check as check_running
from taxlots.importers.signs import warn_mixed
from taxlots.kinds import KINDS, is_fiat

ASIDE = "aside"
TRADE, EITHER_WAY, BY_LEGS = "trade", "in-or-out", "by-legs"
BY_ROW = (TRADE, EITHER_WAY, BY_LEGS)
MONEY = "money: "
LITERAL = "="
_SIGN_HINT = "The sign of `amount` tells the direction; where the export writes none, set `unsigned = true` in the layout."


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What each column means. `zone` is that of times without one (None: the taxpayer's), `dates` the order of day and month.

    `account` names the account where `account_column` is None or its cell empty. `unsigned` says that `amount` has no sign, so that
    the kind tells its direction; `fee_in_total` that `total` contains the fee. `renames` maps assets to tickers.
    """

    account: str
    time: str
    kind: tuple[str, ...]
    kinds: Mapping[str, str]
    time_of_day: str | None = None
    account_column: str | None = None
    counter_account: str | None = None
    sent: Leg | None = None
    received: Leg | None = None
    amount: Leg | None = None
    total: Leg | None = None
    price: Leg | None = None
    fee: Leg | None = None
    value: Leg | None = None
    fee_value: Leg | None = None
    balance: Leg | None = None
    basis: str | None = None
    acquired: str | None = None
    id: str | None = None
    txid: str | None = None
    note: str | None = None
    zone: tzinfo | None = UTC
    dates: str | None = None
    decimal: str = "."
    unsigned: bool = False
    fee_in_total: bool = False
    asset_class: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)

    @property
    def times(self) -> tuple[str, ...]:
        """The columns of the time: a date with its time of day, or one for both."""
        return (self.time, self.time_of_day) if self.time_of_day else (self.time,)

    @property
    def unsigned_columns(self) -> list[str]:
        """The columns that are read without their sign."""
        legs = (self.sent, self.received, self.total, self.fee)
        return [leg.quantity for leg in legs if leg]

    @property
    def amount_terms(self) -> AmountTerms:
        """How the legs of one column are read."""
        return AmountTerms(self.amount, self.total, self.price, self.unsigned, self.fee_in_total)


def reader(columns: Columns) -> Callable[[Sequence[Table], tzinfo], Intake]:
    """The `read` function of a layout that these columns describe."""

    def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
        intake = Intake()
        known = {name.casefold(): kind for name, kind in columns.kinds.items()}
        used: list[tuple[Row, str]] = []
        stated: dict[str, list[Stated]] = defaultdict(list)
        with exact.exactly():
            for row in all_rows(tables):
                try:
                    said = kind_of(row, columns, known)
                    made = made_of(row, columns, said, zone, intake)
                    lines = _stated(row, columns, made) if made and columns.balance else []
                except RowError as error:
                    intake.reject(row, error)
                    continue
                if made is None and columns.balance:
                    stated[account_name(row, columns.account_column) or columns.account] += _stated_aside(row, columns, zone)
                if made:
                    intake.add(made)
                    stated[made.account] += lines
                    used.append((row, said))
            for account, lines in stated.items():
                check_running(account, lines, intake)
        warn_mixed(used, columns.unsigned_columns, intake)
        return intake

    return read


def made_of(row: Row, columns: Columns, said: str, zone: tzinfo, intake: Intake) -> Transaction | None:
    """The transaction of a row of that kind; None where the row was set aside. Raises RowError."""
    if said.startswith(ASIDE):
        intake.leave(row, said.removeprefix(ASIDE).strip(": ") or "no effect on holdings")
        return None
    sides, said = _sides(row, columns, said), said.removeprefix(MONEY)
    if not any(one.quantity for one in sides.values()):
        intake.leave(row, "the quantity is 0")
        return None
    moment, date_only = own_time(row, columns.times, columns.zone or zone, columns.dates)
    return _transaction(row, columns, said, sides, (moment, date_only), zone)


def kind_of(row: Row, columns: Columns, known: Mapping[str, str]) -> str:
    """What `kinds` says of the row's type (in lower case in `known`), whatever its case; a literal type that it does not list is a kind.

    Raises:
        RowError: a type that `kinds` does not have.
    """
    said = " / ".join(filter(None, (literal_or_cell(row, name) for name in columns.kind)))
    kind = known.get(said.casefold())
    if kind is None and all(name.startswith(LITERAL) for name in columns.kind):
        return said
    if kind is None:
        known_types = f"Known types: {', '.join(columns.kinds)}."
        hint = f"{known_types} In a layout of your own add it to [layout.kinds]; else give the row in a universal ledger CSV, or report it."
        raise RowError("ROW_UNKNOWN_KIND", f"type {said!r} is not known", hint)
    return kind


def literal_or_cell(row: Row, column: str) -> str:
    """The text after `=`, or the cell of that column."""
    return column[1:].strip() if column.startswith(LITERAL) else row.text(column)


def _transaction(
    row: Row, columns: Columns, said: str, sides: Mapping[str, Side], when: tuple[datetime, bool], zone: tzinfo
) -> Transaction:
    sent, received, fee = sides["sent"], sides["received"], sides["fee"]
    kind = settled_kind(said, sent.asset, received.asset)
    needs = KINDS[kind].needs
    about = sent if KINDS[kind].about else Side()
    sent, received = (one if name in needs else Side() for name, one in (("sent", sent), ("received", received)))
    missing = [name for name, one in (("sent", sent), ("received", received)) if name in needs and one.quantity is None]
    hint = _SIGN_HINT if columns.amount and not columns.unsigned else None
    if missing and not KINDS[kind].either:
        raise RowError("ROW_INVALID", f"a {kind} needs a {missing[0]} quantity, and the row has none", hint)
    _check_direction(kind, sent, received, hint)
    value, fee_value = sides["value"], side(row, columns.fee_value, columns)
    if value.asset and fee_value.asset and value.asset != fee_value.asset:
        raise RowError("ROW_INVALID", f"the value is in {value.asset} and that of the fee in {fee_value.asset}; give both in one currency")
    return Transaction(
        time=when[0],
        date_only=when[1],
        account=account_name(row, columns.account_column) or columns.account,
        kind=kind,
        sources=(row.source,),
        sent_quantity=sent.quantity,
        sent_asset=sent.asset or about.asset,
        received_quantity=received.quantity,
        received_asset=received.asset,
        fee_quantity=fee.quantity,
        fee_asset=fee.asset,
        fee_value=fee_value.quantity,
        value=value.quantity,
        value_currency=value.asset or fee_value.asset,
        counter_account=_counter_account(row, columns, kind),
        id=row.text(columns.id) if columns.id else "",
        txid=(row.text(columns.txid) if columns.txid else "") or None,
        note=(row.text(columns.note) if columns.note else "") or None,
        basis=_basis(row, columns),
        acquired=_acquired(row, columns, zone),
        asset_class=columns.asset_class,
    )


def _check_direction(kind: str, sent: Side, received: Side, hint: str | None) -> None:
    """A buy is paid in money and a sell paid out in it; the other way round one of the row's cells is not what the layout says."""
    money = {"buy": (received, sent), "sell": (sent, received)}.get(kind)
    if money and is_fiat(money[0].asset) and not is_fiat(money[1].asset):
        raise RowError("ROW_INVALID", f"a {kind} that gives {sent.asset} for {received.asset} is the contrary of one", hint)


def settled_kind(said: str, sent: str | None, received: str | None) -> str:
    """A kind of the universal ledger for `trade`, `in-or-out` and `by-legs`, by the assets of the legs. Raises RowError."""
    if said == BY_LEGS:
        said = TRADE if sent and received else EITHER_WAY
    if said == TRADE:
        if sent is None or received is None:
            raise RowError("ROW_UNPAIRED_LEG", "a trade needs what was given and what was received; one side is empty")
        return "buy" if is_fiat(sent) else "sell" if is_fiat(received) else "swap"
    if said == EITHER_WAY:
        return "deposit" if received else "withdrawal"
    return said


def account_name(row: Row, column: str | None) -> str | None:
    """An account as the ledger writes it: lower case, blanks to dashes; None where none is given. `=ledger` is meant literally."""
    return re.sub(r"\s+", "-", literal_or_cell(row, column).lower()) or None if column else None


def _counter_account(row: Row, columns: Columns, kind: str) -> str | None:
    counter = account_name(row, columns.counter_account)
    if kind == "transfer" and counter is None:
        hint = "Say `in-or-out` instead of `transfer`: the two ends are then paired."
        raise RowError("ROW_INVALID", "a transfer needs the other account, and the row names none", hint)
    return counter if kind == "transfer" else None


def _basis(row: Row, columns: Columns) -> Decimal | None:
    basis = number(row, columns.basis, columns.decimal) if columns.basis else None
    if basis is not None and basis < 0:
        raise RowError("ROW_INVALID", f"column {columns.basis!r} is negative: {exact.plain(basis)}")
    return basis


def _acquired(row: Row, columns: Columns, zone: tzinfo) -> datetime | None:
    if not columns.acquired or not row.text(columns.acquired):
        return None
    return own_time(row, (columns.acquired,), columns.zone or zone, columns.dates)[0]


def _stated(row: Row, columns: Columns, made: Transaction) -> list[Stated]:
    """What the row does to each asset, with the balance that it states after itself for one of them."""
    leg = columns.balance
    balance = number(row, leg.quantity, columns.decimal) if leg else None
    asset = leg.asset_of(row, columns.renames) if leg and balance is not None else ""
    changed = {asset: Decimal(0)} | dict(changes(made)) if asset else changes(made)
    return [
        Stated(row=row, time=made.time, asset=name, change=change, balance=balance if name == asset else None)
        for name, change in changed.items()
    ]


def _stated_aside(row: Row, columns: Columns, zone: tzinfo) -> list[Stated]:
    """What a row without effect on holdings does to the balance that it states: a move between one's own wallets, by its legs."""
    leg = columns.balance
    try:
        balance = number(row, leg.quantity, columns.decimal) if leg else None
        if leg is None or balance is None:
            return []
        asset, sides = leg.asset_of(row, columns.renames), _sides(row, columns, EITHER_WAY)
        moment = own_time(row, columns.times, columns.zone or zone, columns.dates)[0]
    except RowError:
        return []  # its legs can't be told, and it is of no effect
    signs = {"received": 1, "sent": -1, "fee": -1}
    change = sum((sign * one.quantity for name, sign in signs.items() if (one := sides[name]).quantity and one.asset == asset), Decimal(0))
    return [Stated(row=row, time=moment, asset=asset, change=change, balance=balance)]


def _sides(row: Row, columns: Columns, said: str) -> dict[str, Side]:
    sides = {name: side(row, getattr(columns, name), columns) for name in ("sent", "received", "fee", "value")}
    if said.startswith(MONEY):
        return sides | money_of(row, columns.amount_terms, said.removeprefix(MONEY), columns)
    if columns.amount:
        moved = legs_of(row, columns.amount_terms, said, sides["fee"], columns)
        sides |= {name: one for name, one in moved.items() if one.quantity and not (name == "value" and sides["value"].quantity)}
    return sides
