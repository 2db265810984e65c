"""Gemini `transaction_history.xlsx`, also saved as CSV: three columns (amount, fee, balance) for every asset that was ever held.

Traps: the columns' names are irregular (`Fee (BTC) BTC`, `Fee ZEC`, `Trading Fee (USD)`) and their set differs per person, so legs are
read from the cells that are filled, not from the symbol, whose parts have no mark between them. In a spreadsheet both `Date` and `Time`
are whole times. The last row holds totals. Amounts carry their sign, as `($53.62)` or `(0.03 BTC)` in CSV; a fee comes on top.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers import running_balances
from taxlots.importers.bookings import Legs, booked
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table, Transaction
from taxlots.importers.running_balances import Stated, Terms
from taxlots.importers.times import TimeError, parse_time

ACCOUNT = "gemini"
REQUIRED = ("Date", "Time (UTC)", "Type", "Symbol", "Specification", "Liquidity Indicator", "Trading Fee Rate (bps)")
_AMOUNT = re.compile(r"(?P<asset>[A-Z0-9]+) Amount(?: (?P=asset))?", re.IGNORECASE)
_FEE = re.compile(r"(?:Trading )?Fee (?:\((?P<named>[A-Z0-9]+)\)(?: (?P=named))?|(?P<bare>[A-Z0-9]+))", re.IGNORECASE)
_BALANCE = re.compile(r"(?P<asset>[A-Z0-9]+) Balance(?: (?P=asset))?", re.IGNORECASE)
_EARN = "a move into or out of Gemini Earn"
_CREDITS = (
    (re.compile(r"deposit\b", re.IGNORECASE), "deposit"),
    (re.compile(r"earn (?:transfer|redemption)", re.IGNORECASE), _EARN),
    (re.compile(r"staking reward", re.IGNORECASE), "income:staking"),
    (re.compile(r"interest", re.IGNORECASE), "income:interest"),
    (re.compile(r"referral", re.IGNORECASE), "income:referral"),
    (re.compile(r"reward", re.IGNORECASE), "income:reward"),
    (re.compile(r"administrative credit", re.IGNORECASE), "income:other"),
)
_DEBITS = (
    (re.compile(r"withdrawal\b", re.IGNORECASE), "withdrawal"),
    (re.compile(r"earn (?:transfer|redemption)", re.IGNORECASE), _EARN),
    (re.compile(r"administrative debit", re.IGNORECASE), "spend"),
)
_OUTGOING = {"withdrawal", "spend"}
_KNOWN = "Known are deposits, withdrawals, rewards, interest, Earn moves, administrative credits and debits."


@dataclass(frozen=True, slots=True)
class _Columns:
    """Per asset the names of its columns in one table."""

    amounts: dict[str, str]
    fees: dict[str, str]
    balances: dict[str, str]


def _columns(table: Table) -> _Columns:
    found = _Columns({}, {}, {})
    for name in table.header:
        if match := _AMOUNT.fullmatch(name):
            found.amounts.setdefault(match["asset"].upper(), name)
        elif match := _FEE.fullmatch(name):
            found.fees.setdefault((match["named"] or match["bare"]).upper(), name)
        elif match := _BALANCE.fullmatch(name):
            found.balances.setdefault(match["asset"].upper(), name)
    return found


def read(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """Every row of every table to its fate; times are UTC. Raises nothing."""
    intake = Intake()
    stated: list[Stated] = []
    with exact.exactly():
        for table in tables:
            columns = _columns(table)
            for row in table.rows:
                try:
                    stated += _take(row, columns, intake)
                except RowError as error:
                    intake.reject(row, error)
        earn = {row for row, reason in intake.set_aside.items() if reason == _EARN}
        away = {one.asset for one in stated if one.row.source in earn}  # what is in Earn is no longer in these balances
        running_balances.check(ACCOUNT, stated, intake, Terms(away=away))
    return intake


def _take(row: Row, columns: _Columns, intake: Intake) -> list[Stated]:
    if not row.text("Date") and not row.text("Type"):
        intake.leave(row, "the totals below the table")
        return []
    moved = _parts(row, columns.amounts, fee=False)
    parts = moved + _parts(row, columns.fees, fee=True)
    balances = {asset: balance for asset, name in columns.balances.items() if (balance := number(row, name)) is not None}
    when = _moment(row)
    if not parts:
        intake.leave(row, "nothing moved")
        return []
    made = _made(row, parts, when)
    if isinstance(made, str):
        intake.leave(row, made)
    else:
        intake.transactions += made
    changes = {part.asset: sum((p.amount for p in parts if p.asset == part.asset), Decimal(0)) for part in parts}
    return [Stated(row=row, time=when, asset=asset, change=change, balance=balances.get(asset)) for asset, change in changes.items()]


def _parts(row: Row, columns: dict[str, str], *, fee: bool) -> list[Part]:
    found = ((asset, number(row, name)) for asset, name in columns.items())
    return [Part(row, amount, asset, fee=fee) for asset, amount in found if amount]


def _moment(row: Row) -> datetime:
    """In CSV the date and the time of day, in a spreadsheet the same whole time twice (without the clock at midnight)."""
    day, clock = row.text("Date").partition(" ")[0], row.text("Time (UTC)").rpartition(" ")[2]
    try:
        return parse_time(f"{day} {clock}".strip() if ":" in clock else day, UTC)[0]
    except (TimeError, OverflowError) as error:
        raise RowError("TIME_INVALID", f"columns 'Date' and 'Time (UTC)': {error}") from None


def _made(row: Row, parts: list[Part], when: datetime) -> list[Transaction] | str:
    said = row.text("Type").lower()
    if said in {"buy", "sell"}:
        if row.text("Symbol").upper().endswith("PERP"):
            raise NotBookedError("derivatives", row.text("Symbol"), ACCOUNT, time=when)
        return trade(Deal(ACCOUNT, when, row.text("Trade ID")), parts)
    if said not in {"credit", "debit"}:
        raise RowError("ROW_UNKNOWN_KIND", f"type {row.text('Type')!r} is not known", "Known types: Buy, Sell, Credit, Debit.")
    text = row.text("Specification")
    kind = next((kind for pattern, kind in (_CREDITS if said == "credit" else _DEBITS) if pattern.search(text)), None)
    if kind is None:
        raise RowError("ROW_UNKNOWN_KIND", f"{row.text('Type')} with the specification {text!r} is not known", _KNOWN)
    return kind if kind == _EARN else [_move(row, parts, kind, when)]


def _move(row: Row, parts: list[Part], kind: str, when: datetime) -> Transaction:
    moved = [part for part in parts if not part.fee]
    fees = [part for part in parts if part.fee]
    if len(moved) != 1 or len(fees) > 1 or (moved[0].amount < 0) != (kind in _OUTGOING) or any(fee.amount > 0 for fee in fees):
        shown = ", ".join(f"{exact.plain(part.amount)} {part.asset}" for part in parts)
        raise RowError("ROW_INVALID", f"{row.text('Type')} {row.text('Specification')!r} moves {shown}")
    one = (abs(moved[0].amount), moved[0].asset)
    fee = (-fees[0].amount, fees[0].asset) if fees else None
    legs = Legs(sent=one, fee=fee) if kind in _OUTGOING else Legs(received=one, fee=fee)
    return booked(row, ACCOUNT, kind, (when, False), legs, txid=row.text("Tx Hash") or None, note=row.text("Specification") or None)
