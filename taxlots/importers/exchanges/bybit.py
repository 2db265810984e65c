"""Bybit: the unified trading account's log, the funding account's history, and deposit and withdrawal histories.

Traps: a line with the user stands above the header; a spot trade is two rows of one contract and second, a perpetual only one, in its
settlement coin (`Action` is OPEN or CLOSE, or the direction begins so), whose change is the result with the fee; what is not given is
`--`; the newest row stands first, but rows of one second in any order; small balances are converted pair by pair in one second; the
funding history repeats what the deposit and withdrawal history says.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers import running_balances
from taxlots.importers.exchanges.binance_dust import sweep
from taxlots.importers.exchanges.exchange_legs import Deal, Part, is_whole, separate, trade
from taxlots.importers.exchanges.exchange_times import moment, time_column
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table, Transaction
from taxlots.importers.running_balances import Stated
from taxlots.kinds import REALIZED

ACCOUNT = "bybit"
UNIFIED = (
    "Currency",
    "Contract",
    "Type",
    "Direction",
    "Quantity",
    "Filled Price",
    "Funding",
    "Fee Paid",
    "Cash Flow",
    "Change",
    "Wallet Balance",
)
_OPTION = re.compile(r"-[CP](?:-[A-Z]+)?\Z", re.ASCII)  # BTC-29DEC23-40000-C, also with the coin of settlement behind it
_FUNDED = {"settlement", "funding"}
_DERIVATIVE = "a perpetual or future (trades in one coin only, funding, settlements)"
BY_HAND = "Give it in a universal ledger CSV."
_TRANSFERS = {"transfer_in", "transfer_out", "transferin", "transferout", "transfer in", "transfer out"}
_CONVERSIONS = {"--", "convert", "small balance conversion"}
_MOVES = {"deposit": 1, "withdraw": -1, "withdrawal": -1}
_INCOME = {"airdrop": "income:airdrop", "bonus": "income:reward"}
_Key = tuple[str, str, datetime]


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every row of the unified account's logs to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        stated: list[Stated] = []
        for table in tables:
            column, named = time_column(table, "Time")
            groups: dict[_Key, list[Row]] = defaultdict(list)
            for row in table.rows:
                try:
                    _place(row, moment(row, column, named or UTC), groups, stated, intake)
                except RowError as error:
                    intake.reject(row, error)
            for (kind, _, time), rows in groups.items():
                for together in _by_direction(rows) if kind == "trade" else [rows]:
                    _take(kind, time, together, intake)
        running_balances.check(ACCOUNT, stated, intake)
    return intake


def _place(row: Row, time: datetime, groups: dict[_Key, list[Row]], stated: list[Stated], intake: Intake) -> None:
    said, asset, change = row.text("Type").lower(), row.text("Currency").upper(), required(row, "Change")
    if not asset:
        raise RowError("ROW_INVALID", "column 'Currency' is empty")
    wallet = f"unified/{row.text('Uid')}" if row.text("Uid") else "unified"
    balance = number(row, "Wallet Balance")
    stated.append(Stated(row=row, time=time, asset=asset, change=change, balance=balance, wallet=wallet))
    if said in _TRANSFERS:
        intake.leave(row, "a move between the unified and the funding account")
    elif said in _FUNDED or _of_position(row, said):
        _state(row, time, (change, asset), intake)
    elif said == "trade":
        _moved(row)
        groups["trade", row.text("Contract"), time].append(row)
    elif said in _CONVERSIONS:
        groups["convert", "", time].append(row)
    elif said in _MOVES and change * _MOVES[said] > 0:
        intake.add(one_leg(row, time, "deposit" if change > 0 else "withdrawal", (change, asset)))
    elif said in _INCOME and change > 0:
        intake.add(one_leg(row, time, _INCOME[said], (change, asset)))
    elif said in {"liquidation", "delivery"}:
        raise NotBookedError(_DERIVATIVE, row.text("Contract"), ACCOUNT, time=time)
    else:
        raise RowError("ROW_UNKNOWN_KIND", f"type {row.text('Type')!r} is not known", BY_HAND)


def _of_position(row: Row, said: str) -> bool:
    words = (row.text("Action").lower(), row.text("Direction").lower().partition(" ")[0])
    return said in {"trade", "liquidation"} and any(word in {"open", "close"} for word in words)


def _state(row: Row, time: datetime, leg: tuple[Decimal, str], intake: Intake) -> None:
    """What a position came to, as its row states it. Raises NotBookedError for an option, whose premium is no result."""
    contract = row.text("Contract")
    if _OPTION.search(contract):
        raise NotBookedError("an option", contract, ACCOUNT, time=time)
    if leg[0]:
        intake.add(one_leg(row, time, REALIZED, leg, contract))
    else:
        intake.leave(row, "the balance does not change")


def _moved(row: Row) -> tuple[Decimal, Decimal]:
    """What the trade moved, and the fee as it changes the balance: `Fee Paid` had the other sign until 2024."""
    change, flow = required(row, "Change"), number(row, "Cash Flow") or Decimal(0)
    funding = number(row, "Funding") or Decimal(0)
    return flow, change - flow - funding


def _take(kind: str, time: datetime, rows: list[Row], intake: Intake) -> None:
    try:
        made = _converted(time, rows) if kind == "convert" else _traded(time, rows)
    except RowError as error:
        for row in rows:
            intake.reject(row, error)
        return
    for one in made:
        intake.add(one)


def _converted(time: datetime, rows: list[Row]) -> list[Transaction]:
    return sweep(Deal(ACCOUNT, time), [Part(row, required(row, "Change"), row.text("Currency").upper()) for row in rows])


def _by_direction(rows: list[Row]) -> list[list[Row]]:
    """Buys and sells of one second apart, where the direction is the order's; together where it is only the leg's."""
    sides: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        sides[row.text("Direction").lower()].append(row)
    whole = all(is_whole(_parts(side)) for side in sides.values())
    return list(sides.values()) if whole else [rows]


def _parts(rows: list[Row]) -> list[Part]:
    parts: list[Part] = []
    for row in rows:
        asset, (flow, fee) = row.text("Currency").upper(), _moved(row)
        parts += [Part(row, flow, asset)] if flow else []
        parts += [Part(row, fee, asset, fee=True)] if fee else []
    return parts


def _traded(time: datetime, rows: list[Row]) -> list[Transaction]:
    parts = _parts(rows)
    if not is_whole(parts):
        raise NotBookedError(_DERIVATIVE, rows[0].text("Contract"), ACCOUNT, time=time)
    return [one for pair in separate(parts) for one in trade(Deal(ACCOUNT, time), pair)]


def one_leg(row: Row, time: datetime, kind: str, leg: tuple[Decimal, str], note: str | None = None) -> Transaction:
    """A transaction of one leg; a negative quantity was sent."""
    quantity, asset = leg
    return Transaction(
        time=time,
        account=ACCOUNT,
        kind=kind,
        sources=(row.source,),
        sent_quantity=-quantity if quantity < 0 else None,
        sent_asset=asset if quantity < 0 else None,
        received_quantity=quantity if quantity > 0 else None,
        received_asset=asset if quantity > 0 else None,
        note=note,
    )
