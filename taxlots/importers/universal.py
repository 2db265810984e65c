"""The universal ledger CSV: one row per transaction, in this program's own terms. It takes whatever no other layout covers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction, all_rows
from taxlots.importers.spellings import folded
from taxlots.importers.times import time
from taxlots.kinds import DUST, KINDS, Kind, is_fiat
from taxlots.problems import problem

COLUMNS = [
    "time",
    "account",
    "kind",
    "sent_quantity",
    "sent_asset",
    "received_quantity",
    "received_asset",
    "fee_quantity",
    "fee_asset",
    "fee_value",
    "value",
    "value_currency",
    "counter_account",
    "id",
    "txid",
    "note",
    "basis",
    "acquired",
    "asset_class",
]
DEFAULT_CURRENCY = "USD"  # of `value` and `fee_value`, where the row says none
REQUIRED = ("time", "account", "kind")
ASSET_CLASSES = {"digital", "security", "fund", "collectible", "fiat"}


@dataclass(frozen=True, slots=True)
class _Leg:
    quantity: Decimal | None
    asset: str | None


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row as one transaction; `zone` is used for times without an offset."""
    intake = Intake()
    for table in tables:
        extra = [name for name in table.header if name and folded(name) not in COLUMNS]
        if extra:
            message = f"columns not used: {', '.join(extra)}"
            intake.problems.append(problem("HEADER_EXTRA", message, file=table.file, row=table.header_row))
    take(all_rows(tables), zone, intake)
    return intake


def take(rows: Iterable[Row], zone: tzinfo, intake: Intake) -> None:
    """Each row as one transaction of the intake, or as a problem."""
    for row in rows:
        try:
            intake.add(_transaction(row, zone))
        except RowError as error:
            intake.reject(row, error)


def _transaction(row: Row, zone: tzinfo) -> Transaction:
    moment, date_only = time(row, "time", zone)
    account = _said(row, "account")
    if not account:
        raise RowError("ROW_INVALID", "column 'account' is empty")
    kind = _kind(row)
    sent, received, fee = _leg(row, "sent"), _leg(row, "received"), _leg(row, "fee")
    sent = _holding(row, kind, sent) if kind.about else sent
    _check_legs(kind, sent, received, fee)
    if kind.name == "transfer":
        _check_transfer(sent, received)
    return Transaction(
        time=moment,
        date_only=date_only,
        account=account,
        kind=kind.name,
        sources=(row.source,),
        sent_quantity=sent.quantity,
        sent_asset=sent.asset,
        received_quantity=received.quantity,
        received_asset=received.asset,
        fee_quantity=fee.quantity,
        fee_asset=fee.asset,
        fee_value=(fee_value := _amount(row, "fee_value")),
        value=(value := _amount(row, "value")),
        value_currency=row.text("value_currency").upper() or (DEFAULT_CURRENCY if value is not None or fee_value is not None else None),
        counter_account=_counter(row, kind),
        id=_said(row, "id"),
        txid=_said(row, "txid") or None,
        note=_said(row, "note") or None,
        basis=_amount(row, "basis"),
        acquired=_acquired(row, zone),
        asset_class=_asset_class(row),
    )


def _said(row: Row, column: str) -> str:
    """The cell's text, without the apostrophe that keeps a spreadsheet from running it as a formula."""
    text = row.text(column)
    return text[1:] if re.match(r"'[=+@-]", text) else text


def _kind(row: Row) -> Kind:
    name = row.text("kind").lower()
    if name not in KINDS:
        known = ", ".join(KINDS)
        raise RowError("ROW_UNKNOWN_KIND", f"kind {row.text('kind')!r} is not known", f"Use one of: {known}.")
    return KINDS[name]


def _leg(row: Row, side: str) -> _Leg:
    quantity = number(row, f"{side}_quantity")
    asset = row.text(f"{side}_asset").upper() or None
    if quantity is not None and quantity < 0:
        raise RowError("ROW_INVALID", f"{side}_quantity {quantity} is negative", "Quantities are positive; the kind says the direction.")
    if quantity is not None and quantity != 0 and asset is None:
        raise RowError("ROW_INVALID", f"{side}_quantity is given without {side}_asset")
    if not quantity:
        return _Leg(None, None)
    return _Leg(quantity, asset)


def _holding(row: Row, kind: Kind, sent: _Leg) -> _Leg:
    """The holding that the row is about: an asset without a quantity."""
    if sent.quantity is not None:
        hint = "Leave sent_quantity empty: no units leave; sent_asset names the holding."
        raise RowError("ROW_INVALID", f"kind {kind.name!r} has a sent_quantity", hint)
    return _Leg(None, row.text("sent_asset").upper() or None)


def _check_legs(kind: Kind, sent: _Leg, received: _Leg, fee: _Leg) -> None:
    given = {"sent": sent.quantity, "received": received.quantity, "fee": fee.quantity}
    missing = [side for side in kind.needs if given[side] is None]
    if missing and not (kind.either and any(given[side] is not None for side in kind.needs)):
        raise RowError("ROW_INVALID", f"kind {kind.name!r} needs {missing[0]}_quantity above 0")


def _check_transfer(sent: _Leg, received: _Leg) -> None:
    if received.asset not in {None, sent.asset}:
        raise RowError("ROW_INVALID", f"a transfer sends {sent.asset} and receives {received.asset}", "Use swap or convert.")
    if received.quantity is not None and sent.quantity is not None and received.quantity > sent.quantity + DUST:
        raise RowError("ROW_INVALID", f"a transfer receives {received.quantity}, more than the {sent.quantity} that were sent")


def _amount(row: Row, column: str) -> Decimal | None:
    amount = number(row, column)
    if amount is not None and amount < 0:
        raise RowError("ROW_INVALID", f"column {column!r} is negative: {amount}")
    return amount


def _acquired(row: Row, zone: tzinfo) -> datetime | None:
    return time(row, "acquired", zone)[0] if row.text("acquired") else None


def _counter(row: Row, kind: Kind) -> str | None:
    counter = _said(row, "counter_account") or None
    if kind.name == "transfer" and counter is None:
        raise RowError("ROW_INVALID", "a transfer needs counter_account", "Give the receiving account, or use deposit and withdrawal.")
    return counter


def _asset_class(row: Row) -> str | None:
    name = row.text("asset_class").lower() or None
    money = [row.text(f"{side}_asset").upper() for side in ("sent", "received") if row.text(f"{side}_asset")]
    if name == "fiat" and not any(is_fiat(asset) for asset in money):
        raise RowError("ROW_INVALID", f"{', '.join(money)} is not known as money", "Give the row's value in a known currency instead.")
    if name is not None and name not in ASSET_CLASSES:
        raise RowError("ROW_INVALID", f"asset_class {name!r} is not one of {', '.join(sorted(ASSET_CLASSES))}")
    return name
