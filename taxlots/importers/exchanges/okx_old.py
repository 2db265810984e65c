"""OKEx before 2021: the spot fills of 2020, one row each, and the account log of 2019, in which a trade is two rows.

Traps: a byte order mark may stand before every cell; a fill has no side: a negative amount was sold, as was one whose fee is in the
quote asset, since a fee below 0 was taken from what was received; cells may end in their asset (`-0.1 USDT`); the log's times are
China's (`CST`).
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.bookings import Leg, said_by
from taxlots.importers.exchanges.exchange_ids import unique_ids
from taxlots.importers.exchanges.exchange_legs import Deal, Part, separate, trade
from taxlots.importers.exchanges.exchange_times import moment
from taxlots.importers.exchanges.okx import ACCOUNT, cell
from taxlots.importers.numbers import NumberError, number, parse_number, required
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.importers.spellings import folded
from taxlots.importers.times import time_of
from taxlots.importers.zones import stated_zone

FILLS_2020 = ("Order ID", "Trade ID", "Trade Time", "Pairs", "Amount", "Price", "Total", "taker/maker", "Fee", "unit")
LOG_2019 = ("time", "type", "size", "balance", "fee", "currency")
_CHINA = timezone(timedelta(hours=8))
_NAMED = re.compile(r"(?P<number>[-+0-9.,eE]+)\s*(?P<asset>[A-Za-z][A-Za-z0-9]*)?")
_SIDES = {"buy": "buy", "sell": "sell"}


def read_fills(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """Every fill of every table to its fate; times are in the zone above the header, else UTC. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            ids, zone = unique_ids(table.rows, "Trade ID"), stated_zone(table) or UTC
            for row in table.rows:
                try:
                    name = cell(row, "Trade ID")
                    made = trade(Deal(ACCOUNT, moment(row, "Trade Time", zone), name if name in ids and name.isdigit() else ""), _fill(row))
                except RowError as error:
                    intake.reject(row, error)
                    continue
                for one in made:
                    intake.add(one)
    return intake


def _fill(row: Row) -> list[Part]:
    base, _, quote = re.sub("[/-]", "_", cell(row, "Pairs")).upper().partition("_")
    if not base or not quote:
        raise RowError("ROW_INVALID", f"column 'Pairs': {cell(row, 'Pairs')!r} is no pair such as BTC_USDT")
    unit = cell(row, "unit").upper()
    amount, total = _amount(row, "Amount", base), _amount(row, "Total", quote)
    fee = _amount(row, "Fee", unit) if cell(row, "Fee") else (Decimal(0), unit)
    sold = amount[0] < 0 or (bool(fee[0]) and fee[1] == quote)
    size, paid = (-abs(amount[0]), abs(total[0])) if sold else (abs(amount[0]), -abs(total[0]))
    cost = [Part(row, fee[0], fee[1], fee=True)] if fee[0] else []
    return [Part(row, size, base), Part(row, paid, quote), *cost]


def _amount(row: Row, column: str, asset: str) -> Leg:
    """The signed number of a cell and its asset, which the cell itself may name. Raises RowError."""
    match = _NAMED.fullmatch(cell(row, column))
    try:
        if match:
            return parse_number(match["number"]), (match["asset"] or asset).upper()
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column {column!r}: {error}") from None
    raise RowError("ROW_INVALID", f"column {column!r}: {cell(row, column)!r} is no number with or without an asset")


def read_log(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """Every row of the logs to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            moments: dict[datetime, list[Part]] = defaultdict(list)
            for row in table.rows:
                try:
                    _check_header(table)
                    moments[_log_time(row)] += _log_parts(row)
                except RowError as error:
                    intake.reject(row, error)
            for time, parts in moments.items():
                _take_moment(time, parts, intake)
    return intake


def _check_header(table: Table) -> None:
    further = [name for name in table.header if name and folded(name) not in map(folded, LOG_2019)]
    if further:  # these six names are so common that another platform's header may hold them
        raise RowError("ROW_INVALID", f"the file has columns that an OKEx log does not have: {', '.join(further)}")


def _log_time(row: Row) -> datetime:
    return time_of(cell(row, "time").removesuffix("CST"), "time", _CHINA)[0]


def _log_parts(row: Row) -> list[Part]:
    sign = 1 if said_by(cell(row, "type"), _SIDES) == "buy" else -1
    asset, fee = cell(row, "currency").upper(), number(row, "fee") or Decimal(0)
    if not asset:
        raise RowError("ROW_INVALID", "column 'currency' is empty")
    moved = Part(row, sign * abs(required(row, "size")), asset)
    return [moved, Part(row, fee, asset, fee=True)] if fee else [moved]


def _take_moment(time: datetime, parts: list[Part], intake: Intake) -> None:
    try:
        made = [one for pair in separate(parts) for one in trade(Deal(ACCOUNT, time), pair)]
    except RowError as error:
        for row in {part.row.source: part.row for part in parts}.values():
            intake.reject(row, error)
        return
    for one in made:
        intake.add(one)
