"""Declarative layouts: a column map and a table of kinds are all that most exports need.

A row's *type* (one cell, or several joined by ` / `) is looked up in `kinds`, whose values are kinds of the universal ledger or one of

* `trade`: a buy, sell or swap, by which of the two legs is money;
* `in-or-out`: a deposit or a withdrawal, by the sign of the amount;
* `aside: REASON`: recognised and without effect on holdings.

Legs come from two columns each (quantity and asset; an asset that begins with `=` is meant literally): `sent` and `received` where the
export has two sides, `amount` where one signed column goes either way. A leg that the kind does not need is left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction, all_rows
from taxlots.importers.times import time
from taxlots.kinds import KINDS, is_fiat

ASIDE = "aside"
TRADE, EITHER_WAY = "trade", "in-or-out"


@dataclass(frozen=True, slots=True)
class Leg:
    """Columns of a quantity and its asset; `=BTC` instead of a column means that asset in every row."""

    quantity: str
    asset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What each column means. `zone` is that of times without one (None: the taxpayer's), `renames` maps assets to tickers."""

    account: str
    time: str
    kind: tuple[str, ...]
    kinds: Mapping[str, str]
    sent: Leg | None = None
    received: Leg | None = None
    amount: Leg | None = None
    fee: Leg | None = None
    value: Leg | None = None
    id: str | None = None
    txid: str | None = None
    note: str | None = None
    zone: tzinfo | None = UTC
    decimal: str = "."
    asset_class: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Side:
    quantity: Decimal | None = None
    asset: str | None = None


def reader(columns: Columns) -> Callable[[Sequence[Table], tzinfo], Intake]:
    """The `read` function of a layout that these columns describe."""

    def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
        intake = Intake()
        for row in all_rows(tables):
            try:
                take_row(row, columns, zone, intake)
            except RowError as error:
                intake.reject(row, error)
        return intake

    return read


def take_row(row: Row, columns: Columns, zone: tzinfo, intake: Intake) -> None:
    """One row into the intake: a transaction, or set aside. Raises RowError."""
    said = kind_of(row, columns)
    if said.startswith(ASIDE):
        intake.leave(row, said.removeprefix(ASIDE).strip(": ") or "no effect on holdings")
        return
    sides = _sides(row, columns)
    if not any(side.quantity for side in sides.values()):
        intake.leave(row, "the quantity is 0")
        return
    moment, date_only = time(row, columns.time, columns.zone or zone)
    intake.add(_transaction(row, columns, said, sides, (moment, date_only)))


def kind_of(row: Row, columns: Columns) -> str:
    """What `kinds` says of the row's type, whatever its case. Raises RowError for a type that it does not have."""
    said = " / ".join(filter(None, (row.text(name) for name in columns.kind)))
    known = {name.casefold(): kind for name, kind in columns.kinds.items()}
    kind = known.get(said.casefold())
    if kind is None:
        hint = f"Known types: {', '.join(columns.kinds)}. Give the row in a universal ledger CSV, or report the type."
        raise RowError("ROW_UNKNOWN_KIND", f"type {said!r} is not known", hint)
    return kind


def _transaction(row: Row, columns: Columns, said: str, sides: Mapping[str, _Side], when: tuple[datetime, bool]) -> Transaction:
    sent, received, fee = sides["sent"], sides["received"], sides["fee"]
    kind = settled_kind(said, sent.asset, received.asset)
    needs = KINDS[kind].needs
    sent, received = (side if name in needs else _Side() for name, side in (("sent", sent), ("received", received)))
    missing = [name for name, side in (("sent", sent), ("received", received)) if name in needs and side.quantity is None]
    if missing and not KINDS[kind].either:
        raise RowError("ROW_INVALID", f"a {kind} needs a {missing[0]} quantity, and the row has none")
    value = _side(row, columns.value, columns)
    return Transaction(
        time=when[0],
        date_only=when[1],
        account=columns.account,
        kind=kind,
        sources=(row.source,),
        sent_quantity=sent.quantity,
        sent_asset=sent.asset,
        received_quantity=received.quantity,
        received_asset=received.asset,
        fee_quantity=fee.quantity,
        fee_asset=fee.asset,
        value=value.quantity,
        value_currency=value.asset,
        id=row.text(columns.id) if columns.id else "",
        txid=(row.text(columns.txid) if columns.txid else "") or None,
        note=(row.text(columns.note) if columns.note else "") or None,
        asset_class=columns.asset_class,
    )


def settled_kind(said: str, sent: str | None, received: str | None) -> str:
    """A kind of the universal ledger for `trade` and `in-or-out`, by the assets of the legs. Raises RowError."""
    if said == TRADE:
        if sent is None or received is None:
            raise RowError("ROW_UNPAIRED_LEG", "a trade needs what was given and what was received; one side is empty")
        return "buy" if is_fiat(sent) else "sell" if is_fiat(received) else "swap"
    if said == EITHER_WAY:
        return "deposit" if received else "withdrawal"
    return said


def _sides(row: Row, columns: Columns) -> dict[str, _Side]:
    sides = {name: _side(row, getattr(columns, name), columns) for name in ("sent", "received", "fee")}
    moved = _signed(row, columns.amount, columns)
    if moved and moved.quantity:
        name = "received" if moved.quantity > 0 else "sent"
        sides[name] = _Side(abs(moved.quantity), moved.asset)
    return sides


def _side(row: Row, leg: Leg | None, columns: Columns) -> _Side:
    found = _signed(row, leg, columns)
    return _Side(abs(found.quantity), found.asset) if found and found.quantity else _Side()


def _signed(row: Row, leg: Leg | None, columns: Columns) -> _Side | None:
    if leg is None:
        return None
    quantity = number(row, leg.quantity, columns.decimal)
    if not quantity:
        return None
    named = leg.asset[1:] if leg.asset.startswith("=") else row.text(leg.asset).upper()
    if not named:
        raise RowError("ROW_INVALID", f"column {leg.quantity!r} is given, but its asset ({leg.asset!r}) is empty")
    return _Side(quantity, columns.renames.get(named, named))
