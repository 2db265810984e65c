"""Bybit's funding account history, and its deposit and withdrawal histories of several eras.

Traps: type and description together say what a row is; subscriptions to Earn leave the funding account, but are still the holder's; the
oldest file has results of futures among the deposits, as signed amounts.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from taxlots import exact
from taxlots.importers import running_balances
from taxlots.importers.exchanges.binance_dust import sweep
from taxlots.importers.exchanges.bybit import ACCOUNT, BY_HAND, one_leg
from taxlots.importers.exchanges.exchange_ids import unique_ids
from taxlots.importers.exchanges.exchange_legs import Deal, Part
from taxlots.importers.exchanges.exchange_times import moment, time_column
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.importers.running_balances import Stated, Terms
from taxlots.kinds import REALIZED

REQUIRED = ("Date & Time(UTC)", "Coin", "QTY", "Type", "Account Balance", "Description")
MOVES = ("Uid", "Date", "Type", "Asset", "Chain", "Amount", "Tx ID", "Status", "Received Address")
DEPOSITS = ("Type", "Coin", "Amount", "Wallet Balance", "Time(UTC)")
ASSETS_2019 = ("Time(UTC)", "Coin", "Type", "Amount", "Address/Symbol", "Wallet Balance")
_EARN = re.compile(r"earn\b.*(?:subscription|redemption|redeem|stake).*")
_RULES = (
    (re.compile(r"earn\b.*(?:interest|distribution|yield).*"), "income:interest"),
    (re.compile(r".*airdrop.*"), "income:airdrop"),
    (re.compile(r"(?:referral|commission)\b.*"), "income:referral"),
    (re.compile(r"(?:bonus|rewards?)\b.*"), "income:reward"),
    (re.compile(r".*transfer.*|transfer (?:in|out).*"), "aside"),
    (re.compile(r"(?:user)?deposit.*|.* deposit"), "deposit"),
    (re.compile(r"withdraw.*|.* withdraw(?:al)?"), "withdrawal"),
    (re.compile(r"convert.*|small balance conversion.*|--.*"), "convert"),
)
_DONE = {"success", "completed", "successful", "done", "complete"}


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every row of the funding histories to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        stated: list[Stated] = []
        away: set[str] = set()
        for table in tables:
            converted: dict[datetime, list[Part]] = defaultdict(list)
            for row in table.rows:
                try:
                    time, part = moment(row, "Date & Time(UTC)", UTC), _part(row, "QTY", "Coin")
                    said = f"{row.text('Type')} {row.text('Description')}".lower()
                    away |= {part.asset} if _EARN.fullmatch(said) else set()
                    stated.append(_stated(part, time))
                    if _take(said, time, part, intake):
                        converted[time].append(part)
                except RowError as error:
                    intake.reject(row, error)
            for time, parts in converted.items():
                _convert(time, parts, intake)
        running_balances.check(ACCOUNT, stated, intake, Terms(away=away))
    return intake


def _stated(part: Part, time: datetime) -> Stated:
    wallet = f"funding/{part.row.text('Uid')}" if part.row.text("Uid") else "funding"
    balance = number(part.row, "Account Balance")
    return Stated(row=part.row, time=time, asset=part.asset, change=part.amount, balance=balance, wallet=wallet)


def _part(row: Row, quantity: str, asset: str) -> Part:
    if not row.text(asset):
        raise RowError("ROW_INVALID", f"column {asset!r} is empty")
    return Part(row, required(row, quantity), row.text(asset).upper())


def _take(said: str, time: datetime, part: Part, intake: Intake) -> bool:
    """A row to its fate; True where it is one side of a conversion, which is taken with the other. Raises RowError."""
    kind = "aside" if _EARN.fullmatch(said) else next((kind for pattern, kind in _RULES if pattern.fullmatch(said.strip())), None)
    if kind is None:
        raise RowError("ROW_UNKNOWN_KIND", f"type {said.strip()!r} is not known", BY_HAND)
    if kind == "convert" and part.amount:
        return True
    if kind == "aside" or not part.amount:
        intake.leave(part.row, f"{said.strip()}: a move inside Bybit" if part.amount else "the quantity is 0")
    else:
        intake.add(_moved(time, part, kind))
    return False


def _moved(time: datetime, part: Part, kind: str) -> Transaction:
    incoming = kind != "withdrawal"
    if kind.startswith("income:") and part.amount < 0:
        message = f"{kind} of {exact.plain(part.amount)} {part.asset}: taken back or corrected"
        raise RowError("ROW_INVALID", message, "Give it in a universal ledger CSV.")
    size = abs(part.amount)
    return Transaction(
        time=time,
        account=ACCOUNT,
        kind=kind,
        sources=(part.row.source,),
        sent_quantity=None if incoming else size,
        sent_asset=None if incoming else part.asset,
        received_quantity=size if incoming else None,
        received_asset=part.asset if incoming else None,
        note=part.row.text("Description") or None,
    )


def _convert(time: datetime, parts: list[Part], intake: Intake) -> None:
    try:
        made = sweep(Deal(ACCOUNT, time), parts)
    except RowError as error:
        for part in parts:
            intake.reject(part.row, error)
        return
    for one in made:
        intake.add(one)


def read_moves(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  as read
    """Every row of the deposit and withdrawal histories to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            column, _ = time_column(table, "Time", "Date")
            asset = "Asset" if table.has("Asset") else "Coin"
            ids = unique_ids(table.rows, "Tx ID")
            for row in table.rows:
                try:
                    _take_move(row, moment(row, column, UTC), _part(row, "Amount", asset), ids, intake)
                except RowError as error:
                    intake.reject(row, error)
    return intake


def _take_move(row: Row, time: datetime, part: Part, ids: frozenset[str], intake: Intake) -> None:
    status, said = row.text("Status").lower(), row.text("Type").lower()
    if status and status not in _DONE:
        intake.leave(row, f"the status is {row.text('Status')!r}")
    elif "transfer" in said:
        intake.leave(row, f"{row.text('Type')}: a move inside Bybit")
    elif not part.amount:
        intake.leave(row, "the quantity is 0")
    elif re.fullmatch(r"(?:user)?deposit|withdraw(?:al)?", said):
        one = _moved(time, part, "deposit" if "deposit" in said else "withdrawal")
        name = row.text("Tx ID")
        intake.add(replace(one, id=name if name in ids else "", txid=name or None, note=row.text("Chain") or None))
    elif said == "realized p&l":
        intake.add(one_leg(row, time, REALIZED, (part.amount, part.asset), row.text("Address/Symbol") or None))
    else:
        raise RowError("ROW_UNKNOWN_KIND", f"type {row.text('Type')!r} is not known", BY_HAND)
