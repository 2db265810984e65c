"""Reads the input files beside the exports: overrides, opening lots, transfer pairs, prices, balances."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TypeVar

from taxlots import exact
from taxlots.importers.date_orders import is_open
from taxlots.importers.numbers import number, required
from taxlots.importers.records import ReportedBalance, Row, RowError, Source, Transaction
from taxlots.importers.times import time
from taxlots.kinds import EXCLUDE, KINDS
from taxlots.prices import PricePoint
from taxlots.problems import Problem, problem

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Override:
    """A person's decision about one transaction; a None field leaves what the export says."""

    id: str
    kind: str | None
    value: Decimal | None
    basis: Decimal | None
    acquired: datetime | None
    note: str
    row: Row
    asset: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A person's decision that a withdrawal and a deposit are one transfer."""

    out_id: str
    in_id: str
    row: Row


@dataclass(frozen=True, slots=True)
class AllocatedLot:
    """Units of an account that get unused basis as of the end of 2024; quantity and basis in units, the day since 1970."""

    account: str
    asset: str
    units: int
    basis: int
    acquired_on: date
    id: str
    source: Source

    @property
    def acquired_day(self) -> int:
        """The day since 1970."""
        return (self.acquired_on - date(1970, 1, 1)).days


def is_allocation(row: Row) -> bool:
    """Whether the row is of an allocation: its columns are those of opening lots, so that the name of the file tells."""
    return PurePosixPath(row.file.replace("!", "/")).name.lower().startswith("allocation")


def allocated_lot(row: Row, zone: tzinfo) -> AllocatedLot:
    """One line of allocation.csv, with the columns of opening_lots.csv. Raises RowError."""
    lot = opening_lot(row, zone)
    if lot.received_quantity is None or lot.basis is None or lot.received_asset is None:
        raise TypeError("an opening lot has a quantity, an asset and a basis")
    units, basis = exact.to_units(lot.received_quantity), exact.to_units(lot.basis)
    return AllocatedLot(lot.account, lot.received_asset, units, basis, lot.time.astimezone(zone).date(), lot.id, row.source)


_TO_FILL = {
    "prices": ("price",),
    "transfers": ("out_id", "in_id"),
    "overrides": ("kind", "value", "basis", "acquired", "asset"),
    "opening_lots": ("basis", "acquired"),
}


def is_filled(row: Row, name: str) -> bool:
    """Whether a person has filled in the line: those of a template wait with empty cells."""
    cells = [bool(row.text(column)) for column in _TO_FILL.get(name, ())]
    return any(cells) if name in {"overrides", "opening_lots"} else all(cells)


def parse_lines(rows: Sequence[Row], parse: Callable[[Row], Line], problems: list[Problem]) -> list[Line]:
    """Each line parsed; a line that can't be becomes an OVERRIDE_INVALID problem with its place."""
    lines: list[Line] = []
    for row in rows:
        try:
            lines.append(parse(row))
        except RowError as error:
            problems.append(problem("OVERRIDE_INVALID", error.message, error.hint, file=row.file, row=row.number))
    return lines


def override(row: Row, zone: tzinfo) -> Override:
    """One line of overrides.csv: `id,kind,value,basis,acquired,note`, and `asset` where a row needs the holding that it is about.

    Raises RowError.
    """
    kind = row.text("kind").lower() or None
    if kind is not None and kind != EXCLUDE and kind not in KINDS:
        raise RowError("OVERRIDE_INVALID", f"kind {kind!r} is not known", f"Use {EXCLUDE} or one of: {', '.join(KINDS)}.")
    acquired = _time(row, "acquired", zone)[0] if row.text("acquired") else None
    asset = row.text("asset").upper() or None
    return Override(_text(row, "id"), kind, _amount(row, "value"), _amount(row, "basis"), acquired, row.text("note"), row, asset)


def pair(row: Row, _zone: tzinfo) -> Pair:
    """One line of transfers.csv: `out_id,in_id`. Raises RowError."""
    return Pair(_text(row, "out_id"), _text(row, "in_id"), row)


def price_point(row: Row, zone: tzinfo) -> PricePoint:
    """One line of prices.csv: `time,asset,price,currency,source`. Raises RowError."""
    price = required(row, "price")
    if price < 0:
        raise RowError("OVERRIDE_INVALID", f"price {price} is negative")
    source = row.text("source") or "price table"
    where = f"{source} ({row.file}:{row.number})"
    asset, currency = _text(row, "asset").upper(), row.text("currency").upper() or "USD"
    return PricePoint(_time(row, "time", zone)[0], asset, price, currency, where)


def opening_lot(row: Row, zone: tzinfo) -> Transaction:
    """One line of opening_lots.csv as a deposit with carried basis, at its acquisition time. Raises RowError."""
    quantity = required(row, "quantity")
    if quantity <= 0:
        raise RowError("OVERRIDE_INVALID", f"quantity {quantity} is not above 0")
    basis = _amount(row, "basis")
    if basis is None:
        raise RowError("OVERRIDE_INVALID", "column 'basis' is empty", "Give 0 where no basis can be shown.")
    acquired, date_only = _time(row, "acquired", zone)
    starts = _time(row, "holding_starts", zone)[0].astimezone(zone).date() if row.text("holding_starts") else None
    return Transaction(
        time=acquired,
        date_only=date_only,
        account=_text(row, "account"),
        kind="deposit",
        received_quantity=quantity,
        received_asset=_text(row, "asset").upper(),
        basis=basis,
        acquired=acquired,
        holding_starts=starts,
        id=row.text("id"),
        note=row.text("note") or "opening lot",
        sources=(row.source,),
    )


def opening_log(lots: Sequence[Transaction], present: Sequence[Transaction]) -> list[Problem]:
    """What each opening lot that is `present` adds, for the log of a person's decisions."""
    known = {transaction.id for transaction in present} if lots else set()
    return [_opening_told(lot) for lot in lots if lot.id in known]


def _opening_told(lot: Transaction) -> Problem:
    file, row = lot.sources[0]
    held = f"{exact.plain(lot.received_quantity)} {lot.received_asset} in {lot.account}"
    message = f"{lot.id}: {held}, basis {exact.plain(lot.basis)}, acquired {lot.time:%Y-%m-%d} ({lot.note})"
    return problem("OPENING_LOT_USED", message, file=file, row=row)


def balance(row: Row, zone: tzinfo) -> ReportedBalance:
    """One line of balances.csv: `time,account,asset,quantity`. Raises RowError."""
    moment = _time(row, "time", zone)[0].astimezone(UTC)
    asset = _text(row, "asset").upper()
    return ReportedBalance(_text(row, "account"), asset, "", moment, required(row, "quantity"), row.source)


def _time(row: Row, column: str, zone: tzinfo) -> tuple[datetime, bool]:
    """The time in a cell, which a person wrote, so that no other row tells the order of day and month."""
    if is_open(row.text(column)):
        message = f"column {column!r}: {row.text(column)!r} may begin with the day or with the month"
        raise RowError("OVERRIDE_INVALID", message, "Write dates as 2024-02-01.")
    return time(row, column, zone)


def _text(row: Row, column: str) -> str:
    text = row.text(column)
    if not text:
        raise RowError("OVERRIDE_INVALID", f"column {column!r} is empty")
    return text


def _amount(row: Row, column: str) -> Decimal | None:
    amount = number(row, column)
    if amount is not None and amount < 0:
        raise RowError("OVERRIDE_INVALID", f"column {column!r} is negative: {amount}")
    return amount
