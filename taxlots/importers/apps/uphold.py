"""Uphold transaction history, both header eras.

Traps: times are written as `Tue May 26 2020 18:06:28 GMT+0000`; a row of type `in` or `out` with two currencies moves and exchanges at
once, so it becomes two transactions; amounts contain the fee, which may be in a third asset; tips of the Brave browser come from
`uphold` to `uphold`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges.exchange_ids import unique_ids
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.importers.spellings import folded
from taxlots.importers.written_times import written_time
from taxlots.kinds import is_fiat

ACCOUNT = "uphold"
REQUIRED = (
    "Date",
    "Destination",
    "Destination Amount",
    "Destination Currency",
    "Id",
    "Origin",
    "Origin Amount",
    "Origin Currency",
    "Status",
    "Type",
)
REQUIRED_2016 = ("date", "id", "type", "pair", "rate", "origin_currency", "origin_amount", "destination_currency", "destination_amount")
_TYPES = {"in": "in", "deposit": "in", "out": "out", "withdrawal": "out", "transfer": "transfer"}
_BRAVE = "BAT"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row; `fee` costs are in `fee_asset`. Both amounts are what left and what arrived, with the fee."""

    row: Row
    time: datetime
    type: str
    origin: Part
    destination: Part
    fee: Decimal
    fee_asset: str
    id: str
    value: Decimal | None = None
    currency: str | None = None
    from_uphold: bool = False


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row since 2019 to its fate; `zone` is used for times without an offset. Raises nothing."""
    return _read(tables, zone, _entry, "Id")


def read_2016(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of the files before 2019 to its fate. Raises nothing."""
    return _read(tables, zone, _entry_2016, "id")


def _read(tables: Sequence[Table], zone: tzinfo, entry: Callable[[Row, tzinfo], _Entry], id_column: str) -> Intake:
    intake = Intake()
    with exact.exactly():
        for table in tables:
            ids = unique_ids(table.rows, id_column)
            for row in table.rows:
                status = row.text("Status").lower()
                if status and status != "completed":
                    intake.leave(row, f"the status is {row.text('Status')!r}")
                    continue
                try:
                    made = _made(entry(row, zone), row.text(id_column) in ids)
                except RowError as error:
                    intake.reject(row, error)
                    continue
                for one in made:
                    intake.add(one)
                if not made:
                    intake.leave(row, "the same currency on both sides inside Uphold, or an amount of 0")
    return intake


def _entry(row: Row, zone: tzinfo) -> _Entry:
    fee = abs(number(row, "Fee Amount") or Decimal(0))
    fee_asset = row.text("Fee Currency").upper()
    if fee and not fee_asset:
        raise RowError("ROW_INVALID", "column 'Fee Amount' is given, but 'Fee Currency' is empty")
    return _Entry(
        row,
        written_time(row, "Date", zone)[0],
        _type(row, "Type"),
        _part(row, "Origin Amount", "Origin Currency", -1),
        _part(row, "Destination Amount", "Destination Currency", 1),
        fee,
        fee_asset,
        row.text("Id"),
        from_uphold=row.text("Origin").lower() == row.text("Destination").lower() == "uphold",
    )


def _entry_2016(row: Row, zone: tzinfo) -> _Entry:
    """The fee of these files is the difference of the two amounts of one currency."""
    origin = _part(row, "origin_amount", "origin_currency", -1)
    destination = _part(row, "destination_amount", "destination_currency", 1)
    fee = -origin.amount - destination.amount if origin.asset == destination.asset else Decimal(0)
    column = next((name for name in row.cells if folded(name).startswith("value_in_")), "")
    value = number(row, column)
    if fee < 0:
        raise RowError("ROW_INVALID", f"{exact.plain(destination.amount)} {destination.asset} arrive of less that was sent")
    return _Entry(
        row,
        written_time(row, "date", zone)[0],
        _type(row, "type"),
        origin,
        destination,
        fee,
        origin.asset,
        row.text("id"),
        abs(value) if value else None,
        column.removeprefix("value_in_").upper() or None,
    )


def _type(row: Row, column: str) -> str:
    said = _TYPES.get(row.text(column).lower())
    if said is None:
        raise RowError("ROW_UNKNOWN_KIND", f"type {row.text(column)!r} is not known")
    return said


def _part(row: Row, quantity: str, asset: str, sign: int) -> Part:
    if not row.text(asset):
        raise RowError("ROW_INVALID", f"column {asset!r} is empty")
    return Part(row, sign * abs(required(row, quantity)), row.text(asset).upper())


def _made(entry: _Entry, own_id: bool) -> list[Transaction]:  # noqa: FBT001  whether the id stands in one row only
    name = entry.id if own_id else ""
    if not entry.origin.amount or not entry.destination.amount:
        return []
    if entry.origin.asset == entry.destination.asset:
        return [_moved(entry, name)] if entry.type != "transfer" else _cost(entry, name)
    made = _exchanged(entry, name)
    if entry.type == "in":
        moved = _leg(entry, "deposit", -entry.origin.amount, entry.origin.asset, f"{name}/in" if name else "")
        return [moved, *made]
    if entry.type == "out":
        moved = _leg(entry, "withdrawal", entry.destination.amount, entry.destination.asset, f"{name}/out" if name else "")
        return [*made, moved]
    return made


def _lost(entry: _Entry) -> tuple[Decimal, str] | None:
    """The stated fee, or what of one currency left and did not arrive."""
    lost = entry.fee or -entry.origin.amount - entry.destination.amount
    return (lost, entry.fee_asset or entry.origin.asset) if lost > 0 else None


def _cost(entry: _Entry, name: str) -> list[Transaction]:
    """A transfer of one currency inside Uphold: nothing but what it cost."""
    fee = _lost(entry)
    cost = Transaction(time=entry.time, account=ACCOUNT, kind="fee", sources=(entry.row.source,), id=name)
    return [replace(cost, fee_quantity=fee[0], fee_asset=fee[1])] if fee else []


def _moved(entry: _Entry, name: str) -> Transaction:
    """A move of one currency: what arrives at Uphold, or what arrives elsewhere, is the destination amount."""
    size, asset = entry.destination.amount, entry.destination.asset
    kind = "deposit" if entry.type == "in" else "withdrawal"
    fee = _lost(entry) if entry.type == "out" else (entry.fee, entry.fee_asset) if entry.fee else None
    if entry.type == "in" and fee and fee[1] == asset:
        size += fee[0]
    if entry.type == "in" and asset == _BRAVE and entry.from_uphold:
        kind = "income:reward"
    return _leg(entry, kind, size, asset, name, fee)


def _leg(entry: _Entry, kind: str, size: Decimal, asset: str, name: str, fee: tuple[Decimal, str] | None = None) -> Transaction:
    incoming = kind != "withdrawal"
    return Transaction(
        time=entry.time,
        account=ACCOUNT,
        kind=kind,
        sources=(entry.row.source,),
        sent_quantity=None if incoming else size,
        sent_asset=None if incoming else asset,
        received_quantity=size if incoming else None,
        received_asset=asset if incoming else None,
        fee_quantity=fee[0] if fee else None,
        fee_asset=fee[1] if fee else None,
        id=name,
    )


def _exchanged(entry: _Entry, name: str) -> list[Transaction]:
    """An exchange whose amounts contain the fee: the legs are without it."""
    origin, destination = entry.origin, entry.destination
    given, got = origin.amount, destination.amount
    if entry.fee_asset == origin.asset:
        given += entry.fee
    if entry.fee_asset == destination.asset:
        got += entry.fee
    parts = [Part(entry.row, given, origin.asset), Part(entry.row, got, destination.asset)]
    parts += [Part(entry.row, -entry.fee, entry.fee_asset, fee=True)] if entry.fee else []
    value = None if is_fiat(origin.asset) or is_fiat(destination.asset) else entry.value
    return trade(Deal(ACCOUNT, entry.time, name, value=value, value_currency=entry.currency), parts)
