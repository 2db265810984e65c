"""Bitfinex: trades, movements (deposits and withdrawals) and the ledger, three files that complete each other.

Traps: dates follow the person's setting, by default day first with two digits (`04-02-20` is 4 February 2020); a file's order is the
first in which all of its dates are real and not before Bitfinex was. Trades have no total. The fee, below 0, may be in either asset. The
ledger repeats trades and movements and is booked only for what it alone tells: rewards, rebates and interest.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, tzinfo

from taxlots import exact
from taxlots.importers import repeated_exports, running_balances
from taxlots.importers.bookings import Leg, Legs, booked, leg
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table
from taxlots.importers.running_balances import Stated
from taxlots.importers.times import TimeError, parse_time

ACCOUNT = "bitfinex"
TRADES = ("#", "PAIR", "AMOUNT", "PRICE", "FEE", "FEE CURRENCY", "DATE", "ORDER ID")
MOVEMENTS = ("#", "CURRENCY", "STATUS", "AMOUNT", "FEES", "DESCRIPTION", "TRANSACTION ID")
LEDGER = ("DESCRIPTION", "CURRENCY", "AMOUNT", "BALANCE", "DATE", "WALLET")
_OPENED = 2012
_DATE = re.compile(r"(\d{2})-(\d{2})-(\d{2}|\d{4})(?:[ T](?P<clock>\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?", re.ASCII)
_ORDERS = ((2, 1, 0), (2, 0, 1))  # where year, month and day stand: day first, month first
_TWO_SIDED = re.compile(r"(?P<base>[A-Z0-9]+)[/:](?P<quote>[A-Z0-9]+)")
_JOINED = re.compile(r"t?(?P<base>[A-Z0-9]{3,})(?P<quote>[A-Z0-9]{3})")
_DERIVATIVE = re.compile(r"F0\b")
_TOLD_BY_TRADES = "the trades export tells this trade"
_TOLD_BY_MOVEMENTS = "the movements export tells this deposit or withdrawal"
_MARGIN = "refuse"
_LEDGER = (
    (re.compile(r"staking (?:reward|payment)", re.IGNORECASE), "income:staking"),
    (re.compile(r"margin funding payment|lending (?:payment|interest)", re.IGNORECASE), "income:interest"),
    (re.compile(r"earned fees from user|affiliate rebate", re.IGNORECASE), "income:referral"),
    (re.compile(r"transfer of .* from wallet", re.IGNORECASE), "aside: a move between wallets of Bitfinex"),
    (re.compile(r"position|settlement|funding cost|liquidation", re.IGNORECASE), _MARGIN),
    (re.compile(r"exchange [\d.]+ |trading fees? for", re.IGNORECASE), f"aside: {_TOLD_BY_TRADES}"),
    (re.compile(r"(?:deposit|withdrawal)\b", re.IGNORECASE), f"aside: {_TOLD_BY_MOVEMENTS}"),
)
_NOT_DONE = re.compile("CANCEL|FAILED|PENDING|PROCESSING|REJECTED|UNCONFIRMED")
Clock = Callable[[Row], datetime]


def _read(tables: Sequence[Table], column: Callable[[Table], str], take: Callable[[Row, Clock, Intake], None]) -> Intake:
    intake = Intake()
    with exact.exactly():
        for table in tables:
            clock = _clock(table, column(table))
            for row in table.rows:
                try:
                    take(row, clock, intake)
                except RowError as error:
                    intake.reject(row, error)
    return intake


def _clock(table: Table, column: str) -> Clock:
    """Reads the times of a column, whose order of day, month and year holds for the whole table."""
    found = [match for row in table.rows if (match := _DATE.fullmatch(row.text(column)))]
    order = next((order for order in _ORDERS if all(_is_real(match, order) for match in found)), _ORDERS[0])

    def clock(row: Row) -> datetime:
        text = row.text(column)
        match = _DATE.fullmatch(text)
        if match and _is_real(match, order):
            text = f"{'-'.join(_parts(match, order))} {match['clock'] or ''}".strip()
        try:
            return parse_time(text, UTC)[0]
        except (TimeError, OverflowError):
            hint = "Set the date format of Bitfinex to DD-MM-YY (or with the whole year) and export again."
            raise RowError("TIME_INVALID", f"column {column!r}: {text!r} is not a time of Bitfinex", hint) from None

    return clock


def _parts(match: re.Match[str], order: tuple[int, int, int]) -> tuple[str, str, str]:
    year, month, day = (match.group(place + 1) for place in order)
    return (f"20{year}" if len(year) == 2 else year), month, day


def _is_real(match: re.Match[str], order: tuple[int, int, int]) -> bool:
    year, month, day = _parts(match, order)
    try:
        return date(int(year), int(month), int(day)).year >= _OPENED
    except ValueError:
        return False


def _asset(text: str) -> str:
    return text.strip().upper()


def _pair(text: str) -> tuple[str, str]:
    if _DERIVATIVE.search(text):
        raise NotBookedError("derivatives", text, ACCOUNT)
    match = _TWO_SIDED.fullmatch(text.upper()) or _JOINED.fullmatch(text)
    if not match:
        raise RowError("ROW_INVALID", f"column 'PAIR': {text!r} is no pair of assets")
    return _asset(match["base"]), _asset(match["quote"])


def read_trades(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """Every trade; a fee in either asset stays in it. Raises nothing."""
    return _read(tables, lambda _table: "DATE", _take_trade)


def _take_trade(row: Row, clock: Clock, intake: Intake) -> None:
    base, quote = _pair(row.text("PAIR"))
    amount, price, fee = required(row, "AMOUNT"), required(row, "PRICE"), number(row, "FEE")
    parts = [Part(row, amount, base), Part(row, -amount * price, quote)]
    if fee:
        parts.append(Part(row, fee, _fee_asset(row), fee=True))
    for made in trade(Deal(ACCOUNT, clock(row), _id("trade", row)), parts):
        intake.add(made)


def _fee_asset(row: Row) -> str:
    name = _asset(row.text("FEE CURRENCY"))
    if not name:
        raise RowError("ROW_INVALID", "column 'FEE' is given, but 'FEE CURRENCY' is empty")
    return name


def _id(what: str, row: Row) -> str:
    """Trades, movements and the ledger count on their own, so the number alone is not unique."""
    return f"{what}-{row.text('#')}" if row.text("#") else ""


def read_movements(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """Every completed deposit and withdrawal, when it was completed where the file says so. Raises nothing."""
    return _read(tables, lambda table: "UPDATED" if table.has("UPDATED") else "DATE", _take_movement)


def _take_movement(row: Row, clock: Clock, intake: Intake) -> None:
    status = row.text("STATUS").upper()
    if _NOT_DONE.search(status):
        intake.leave(row, f"status {row.text('STATUS')!r}: nothing moved")
        return
    if status != "COMPLETED":
        raise RowError("ROW_UNKNOWN_KIND", f"status {row.text('STATUS')!r} is not known")
    asset, amount = row.text("CURRENCY"), required(row, "AMOUNT")
    moved, fee = _leg(leg(amount, asset)), _leg(leg(number(row, "FEES"), asset))
    if moved is None:
        intake.leave(row, "the amount is 0")
        return
    kind, legs = ("deposit", Legs(received=moved, fee=fee)) if amount > 0 else ("withdrawal", Legs(sent=moved, fee=fee))
    txid, note = row.text("TRANSACTION ID") or None, row.text("NOTE") or None
    intake.add(booked(row, ACCOUNT, kind, (clock(row), False), legs, id=_id("movement", row), txid=txid, note=note))


def _leg(found: Leg | None) -> Leg | None:
    return (found[0], _asset(found[1])) if found else None


def read_ledger(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """What only the ledger tells; the rest is set aside, with one warning per file where that is trades or movements."""
    stated: list[Stated] = []
    intake = _read(tables, lambda _table: "DATE", lambda row, clock, into: _take_entry(row, clock, stated, into))
    with exact.exactly():
        running_balances.check(ACCOUNT, stated, intake)
    for table in tables:
        reasons = {intake.set_aside.get(row.source) for row in table.rows}
        if reasons & {_TOLD_BY_TRADES, _TOLD_BY_MOVEMENTS}:
            message = "trades, deposits and withdrawals are not taken from the ledger"
            hint = "Export Trades and Movements for the full period as well; where they are given, nothing needs to be done."
            intake.problems.append(repeated_exports.warning(table, message, hint))
    return intake


def _stated(row: Row, clock: Clock) -> Stated:
    """Every entry of a wallet stands in the ledger, also what other files tell or this version does not book."""
    wallet = row.text("WALLET").lower()
    amount, balance = required(row, "AMOUNT"), number(row, "BALANCE")
    return Stated(row=row, time=clock(row), asset=_asset(row.text("CURRENCY")), change=amount, balance=balance, wallet=wallet)


def _take_entry(row: Row, clock: Clock, stated: list[Stated], intake: Intake) -> None:
    stated.append(_stated(row, clock))
    text = row.text("DESCRIPTION")
    said = next((said for pattern, said in _LEDGER if pattern.search(text)), None)
    if said is None:
        raise RowError("ROW_UNKNOWN_KIND", f"ledger description {text!r} is not known")
    if said == _MARGIN:
        raise NotBookedError("margin trading", _asset(row.text("CURRENCY")), ACCOUNT, time=clock(row))
    if said.startswith("aside"):
        intake.leave(row, said.removeprefix("aside: "))
        return
    amount = required(row, "AMOUNT")
    if amount < 0:
        raise RowError("ROW_INVALID", f"{text!r} is negative: {exact.plain(amount)}; taken back or corrected")
    moved = _leg(leg(amount, row.text("CURRENCY")))
    if moved is None:
        intake.leave(row, "the amount is 0")
        return
    intake.add(booked(row, ACCOUNT, said, (clock(row), False), Legs(received=moved), id=_id("ledger", row), note=text))
