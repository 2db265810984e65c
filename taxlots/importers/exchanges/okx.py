"""OKX (OKEx until 2022) trading history and funding history of the unified account.

Traps: every line may begin with a byte order mark; the zone stands in the line above the header; a spot trade is told by two rows of one
order, whose action is the direction of that leg; the unit of the amount may be the other leg's, so asset and quantity come from the
balance; the balance changes net of the fee, and with a swap or future by the result and the fee that are stated beside it; an order has
several fills; columns named Unit stand twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers import running_balances
from taxlots.importers.exchanges.exchange_ids import once, unique_ids
from taxlots.importers.exchanges.exchange_legs import Deal, Part, is_whole, separate, trade
from taxlots.importers.exchanges.exchange_times import moment
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table, Transaction
from taxlots.importers.running_balances import Stated, Terms
from taxlots.importers.zones import stated_zone
from taxlots.kinds import DUST, REALIZED

ACCOUNT = "okx"
TRADING = ("Order id", "Time", "Trade Type", "Symbol", "Action", "Amount", "Fee", "Balance Change", "Balance Unit")
TRADING_2021 = ("Order id", "Time", "Trade Type", "Instrument", "Type", "Amount", "Fee", "Balance Change", "Unit")
FUNDING = ("Time", "Type", "Amount", "Before Balance", "After Balance", "Symbol")
_MARK = "\ufeff"
_SPOT, _TRANSFERS, _POSITIONS = {"spot", "convert"}, {"transfer"}, {"swap", "futures"}
_KINDS = {
    "deposit": "deposit",
    "withdrawal": "withdrawal",
    "staking yield": "income:staking",
    "fee rebate": "income:reward",
}
# What these take out of the funding account is still the holder's, in a wallet without a balance column.
_AWAY = {"stake", "redeem staking", "savings subscription", "savings redemption"}
_INTERNAL = _AWAY | {"transfer", "transfer in", "transfer out", "from unified trading account", "to unified trading account"}


@dataclass(frozen=True, slots=True)
class _Leg:
    """One row of a spot trade. `change` is net of `fee`, which is negative where it costs."""

    row: Row
    time: datetime
    order: str
    asset: str
    change: Decimal
    fee: Decimal
    fee_asset: str

    @property
    def parts(self) -> list[Part]:
        """The leg without its fee, and the fee."""
        inside = self.fee if self.fee_asset == self.asset else Decimal(0)
        moved = [Part(self.row, self.change - inside, self.asset)] if self.change != inside else []
        return moved + ([Part(self.row, self.fee, self.fee_asset, fee=True)] if self.fee else [])


def cell(row: Row, column: str) -> str:
    """The text of a cell without the mark that may begin it."""
    return row.text(column).strip(_MARK).strip()


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  the file says its zone, or it is UTC
    """Every row of the trading histories to its fate. Raises nothing."""
    intake = Intake()
    zones = {table.file: stated_zone(table) or UTC for table in tables}
    rows = once(tables, "id", intake)
    ids = unique_ids(rows, "id")
    with exact.exactly():
        orders: dict[str, list[_Leg]] = defaultdict(list)
        stated: list[Stated] = []
        for row in rows:
            try:
                _place(row, zones[row.file], ids, orders, stated, intake)
            except RowError as error:
                intake.reject(row, error)
        for legs in orders.values():
            for group in _fills(legs):
                _take(group, ids, intake)
        running_balances.check(ACCOUNT, stated, intake)
    return intake


def _place(row: Row, zone: tzinfo, ids: frozenset[str], orders: dict[str, list[_Leg]], stated: list[Stated], intake: Intake) -> None:
    time = moment(row, "Time", zone)
    said = cell(row, "Trade Type").lower()
    asset = (cell(row, "Balance Unit") or cell(row, "Unit (2)")).upper()
    change = required(row, "Balance Change")
    balance = number(row, "Balance")
    if not asset:
        raise RowError("ROW_INVALID", "the unit of the balance is empty")
    if balance is not None:
        stated.append(Stated(row=row, time=time, asset=asset, change=change, balance=balance, wallet="trading"))
    if said in _TRANSFERS:
        intake.leave(row, "a move between the trading and the funding account")
    elif said in _SPOT:
        fee = number(row, "Fee") or Decimal(0)
        leg = _Leg(row, time, cell(row, "Order id"), asset, change, fee, cell(row, "Fee Unit").upper() or asset)
        orders[leg.order or f"{row.file}:{row.number}"].append(leg)
    elif said in _POSITIONS and _states_result(row, asset, change):
        _state(row, time, (change, asset), ids, intake)
    else:
        raise NotBookedError(f"trade type {cell(row, 'Trade Type')!r}", cell(row, "Symbol") or asset, ACCOUNT, time=time, currency=asset)


def _states_result(row: Row, asset: str, change: Decimal) -> bool:
    """Whether the balance changed by the result and the fee that the row states, and by nothing else, such as margin."""
    result, fee = (number(row, "PnL" if row.has("PnL") else "PL") or Decimal(0)), number(row, "Fee") or Decimal(0)
    return (cell(row, "Fee Unit").upper() or asset) == asset and abs(result + fee - change) <= DUST


def _state(row: Row, time: datetime, leg: tuple[Decimal, str], ids: frozenset[str], intake: Intake) -> None:
    """What a position came to, with its fee or funding; nothing where it was opened without a fee."""
    change, asset = leg
    if not change:
        intake.leave(row, "the balance does not change")
        return
    name = cell(row, "id")
    one = Transaction(
        time=time,
        account=ACCOUNT,
        kind=REALIZED,
        sources=(row.source,),
        sent_quantity=-change if change < 0 else None,
        sent_asset=asset if change < 0 else None,
        received_quantity=change if change > 0 else None,
        received_asset=asset if change > 0 else None,
        id=name if name in ids and name.isdigit() else "",
        note=cell(row, "Symbol") or cell(row, "Instrument") or None,
    )
    intake.add(one)


def _fills(legs: list[_Leg]) -> list[list[_Leg]]:
    """The legs of an order fill by fill, by their time; all together where a time has only one side."""
    fills: dict[datetime, list[_Leg]] = defaultdict(list)
    for leg in legs:
        fills[leg.time].append(leg)
    whole = all(is_whole(part for leg in group for part in leg.parts) for group in fills.values())
    return list(fills.values()) if whole else [legs]


def _take(legs: list[_Leg], ids: frozenset[str], intake: Intake) -> None:
    parts = [part for leg in legs for part in leg.parts]
    rows = [leg.row for leg in legs]
    if not parts:
        for row in rows:
            intake.leave(row, "the balance does not change")
        return
    names = sorted(name for row in rows if (name := cell(row, "id")) in ids and name.isdigit())
    deal = Deal(ACCOUNT, min(leg.time for leg in legs), names[0] if len(names) == len(rows) else "")
    try:
        made = [one for pair in separate(parts) for one in trade(deal, pair)]
    except RowError as error:
        for row in rows:
            intake.reject(row, error)
        return
    used = {source for one in made for source in one.sources}
    for one in made:
        intake.add(one)
    for row in rows:
        if row.source not in used:
            intake.leave(row, "the balance does not change")


def read_funding(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  as read
    """Every row of the funding histories to its fate. Raises nothing."""
    intake = Intake()
    zones = {table.file: stated_zone(table) or UTC for table in tables}
    rows = once(tables, "id", intake)
    ids = unique_ids(rows, "id")
    with exact.exactly():
        stated: list[Stated] = []
        away: set[str] = set()
        for row in rows:
            try:
                time, asset = moment(row, "Time", zones[row.file]), cell(row, "Symbol").upper()
                before, after = required(row, "Before Balance"), required(row, "After Balance")
                if asset:
                    stated.append(Stated(row=row, time=time, asset=asset, change=after - before, balance=after, wallet="funding"))
                _take_funding(row, (time, asset), after - before, ids, intake)
            except RowError as error:
                intake.reject(row, error)
                continue
            away |= {asset} if cell(row, "Type").lower() in _AWAY else set()
        running_balances.check(ACCOUNT, stated, intake, Terms(away=away))
    return intake


def _take_funding(row: Row, at: tuple[datetime, str], change: Decimal, ids: frozenset[str], intake: Intake) -> None:
    """A deposit, withdrawal or payment by the change of the balance, which contains the fee. Raises RowError."""
    said = cell(row, "Type").lower()
    if said in _INTERNAL:
        intake.leave(row, f"{cell(row, 'Type')}: a move inside OKX")
        return
    kind = _KINDS.get(said)
    if kind is None:
        raise RowError("ROW_UNKNOWN_KIND", f"type {cell(row, 'Type')!r} is not known")
    if not at[1]:
        raise RowError("ROW_INVALID", "column 'Symbol' is empty")
    if not change:
        intake.leave(row, "the balance does not change")
        return
    incoming = kind != "withdrawal"
    if (change > 0) != incoming:
        raise RowError(
            "ROW_INVALID", f"{cell(row, 'Type')!r} changes the balance by {exact.plain(change)}", "Give it in a universal ledger CSV."
        )
    fee = abs(number(row, "Fee") or Decimal(0))
    size = abs(change) + (fee if incoming else -fee)
    name = cell(row, "id")
    intake.add(
        Transaction(
            time=at[0],
            account=ACCOUNT,
            kind=kind,
            sources=(row.source,),
            sent_quantity=None if incoming else size,
            sent_asset=None if incoming else at[1],
            received_quantity=size if incoming else None,
            received_asset=at[1] if incoming else None,
            fee_quantity=fee or None,
            fee_asset=at[1] if fee else None,
            id=name if name in ids and name.isdigit() else "",
        )
    )
