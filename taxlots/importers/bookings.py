"""For layouts in code: a loop over rows that loses none, and a row's transaction with the legs that its kind needs.

`columns.py` covers exports whose cells already say what a transaction needs; here a function per layout works it out of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.importers.numbers import NumberError, parse_number
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.kinds import FIAT, KINDS, is_fiat

_GroupKey = tuple[str, str, int]
Leg = tuple[Decimal, str]
When = tuple[datetime, bool]
BY_HAND = "Give it in a universal ledger CSV."
_CENT = Decimal("0.02")  # exports round price times quantity to cents
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}
_MONEY = re.compile(r"(?P<lead>[A-Z]{3}|US\$|[$€£])?(?P<number>[^A-Za-z$€£]+)(?P<trail>[A-Z]{3})?")


@dataclass(frozen=True, slots=True)
class Reading:
    """The table that is being read, the taxpayer's zone, and where its rows go."""

    table: Table
    zone: tzinfo
    intake: Intake


@dataclass(frozen=True, slots=True)
class Legs:
    """What moved, each with its asset."""

    sent: Leg | None = None
    received: Leg | None = None
    fee: Leg | None = None
    value: Leg | None = None


def each_row(take: Callable[[Row, Reading], None]) -> Callable[[Sequence[Table], tzinfo], Intake]:
    """The `read` function of a layout whose rows stand alone; a RowError of `take` rejects the row."""

    def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
        intake = Intake()
        with exact.exactly():
            for row, reading in rows_of(tables, zone, intake):
                try:
                    take(row, reading)
                except RowError as error:
                    intake.reject(row, error)
        return intake

    return read


def each_group(key: Callable[[Row], str], take: Callable[[list[Row], Reading], None]) -> Callable[[Sequence[Table], tzinfo], Intake]:
    """As `each_row`, where rows of one file with the same key belong together; a row with an empty key stands alone."""

    def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
        intake = Intake()
        groups: dict[_GroupKey, tuple[list[Row], Reading]] = {}
        for row, reading in rows_of(tables, zone, intake):
            name = key(row)
            groups.setdefault((row.file, name, 0 if name else row.number), ([], reading))[0].append(row)
        with exact.exactly():
            for rows, reading in groups.values():
                take_group(rows, reading, take)
        return intake

    return read


def take_group(rows: list[Row], reading: Reading, take: Callable[[list[Row], Reading], None]) -> None:
    """All rows of a group, or none: a RowError of `take` rejects each."""
    try:
        take(rows, reading)
    except RowError as error:
        for row in rows:
            reading.intake.reject(row, error)


def rows_of(tables: Sequence[Table], zone: tzinfo, intake: Intake) -> Iterator[tuple[Row, Reading]]:
    """Each row with the table that it stands in."""
    for table in tables:
        reading = Reading(table, zone, intake)
        for row in table.rows:
            yield row, reading


def said_by(said: str, known: Mapping[str, str]) -> str:
    """What a table of types says of a type, whatever its case. Raises RowError for one that it does not have."""
    kind = {name.casefold(): kind for name, kind in known.items()}.get(said.casefold())
    if kind is None:
        hint = f"Known types: {', '.join(known)}. Give the row in a universal ledger CSV, or report the type."
        raise RowError("ROW_UNKNOWN_KIND", f"type {said!r} is not known", hint)
    return kind


def leg(quantity: Decimal | None, asset: str) -> Leg | None:
    """The size of a quantity with its asset; None for 0 or nothing. Raises RowError where the asset is missing."""
    if not quantity:
        return None
    if not asset.strip():
        raise RowError("ROW_INVALID", f"a quantity of {exact.plain(abs(quantity))} has no asset")
    return abs(quantity), asset.strip().upper()


def money(row: Row, column: str) -> Leg | None:
    """An amount that names its currency, such as `€10.00`, `-$30.93` or `4,493.77 SEK`, with its sign; None for an empty cell."""
    text = row.text(column)
    if not text:
        return None
    sign, bare = ("-", text[1:]) if text.startswith("-") else ("", text)
    match = _MONEY.fullmatch(bare.replace("\u00a0", " "))
    named = (match["lead"] or match["trail"] or "") if match else ""
    currency = _SIGNS.get(named, named)
    if not match or currency not in FIAT:
        raise RowError("ROW_INVALID", f"column {column!r}: {text!r} is no amount in a known currency")
    try:
        return parse_number(sign + match["number"].strip()), currency
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column {column!r}: {error}") from None


def before_fee(amount: Decimal, fee: Decimal, gross: Decimal | None, *, includes: Decimal) -> Decimal:
    """The amount of a trade without its fee, told by `gross`, its price times quantity; without that, the amount as it stands.

    `includes` is 1 where an amount may contain the fee on top (what a purchase cost), -1 where the fee may already be off it (what a
    sale paid out).
    """
    other = amount - includes * fee
    if gross is not None and abs(other - gross) <= _CENT < abs(amount - gross):
        return other
    return amount


def trade_kind(sent: Leg | None, received: Leg | None) -> str:
    """Buy, sell or swap, by which side is money. Raises RowError where a side is missing."""
    if sent is None or received is None:
        raise RowError("ROW_UNPAIRED_LEG", "a trade needs what was given and what was received; one side is empty")
    if is_fiat(sent[1]) == is_fiat(received[1]):
        return "swap"
    return "buy" if is_fiat(sent[1]) else "sell"


def either_way(moved: Leg | None, quantity: Decimal | None) -> tuple[str, Legs]:
    """A deposit or a withdrawal by the sign of the quantity."""
    if quantity is not None and quantity < 0:
        return "withdrawal", Legs(sent=moved)
    return "deposit", Legs(received=moved)


def booked(rows: Row | Sequence[Row], account: str, kind: str, when: When, legs: Legs, **more: Any) -> Transaction:
    """The transaction of one or more rows. Raises RowError where the kind needs a leg that is missing."""
    given = {"sent": legs.sent, "received": legs.received, "fee": legs.fee}
    needs = KINDS[kind].needs
    missing = [name for name in needs if given[name] is None]
    if len(missing) > (len(needs) - 1 if KINDS[kind].either else 0):
        raise RowError("ROW_INVALID", f"a {kind} needs a {missing[0]} quantity above 0, and the row has none")
    for name, side in (*given.items(), ("value", legs.value)):
        if side:
            quantity, asset = ("value", "value_currency") if name == "value" else (f"{name}_quantity", f"{name}_asset")
            more |= {quantity: side[0], asset: side[1]}
    sources = (rows.source,) if isinstance(rows, Row) else tuple(row.source for row in rows)
    return Transaction(time=when[0], date_only=when[1], account=account, kind=kind, sources=sources, **more)
