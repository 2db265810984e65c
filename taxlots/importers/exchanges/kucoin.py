"""KuCoin exports since 2022: one folder of files that all begin with UID and Account Type, read together.

Traps: the zone stands in the header cell and differs between users; orders and their fills describe the same trades, so an order whose
fills are there counts once; the account history repeats trades, deposits and withdrawals, so its rows are only used where no other file
tells them; empty files hold the row "No matching records found."; cells may end in the ticker (`10285.1148 KAS`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges import kucoin_history, kucoin_moves, kucoin_trades
from taxlots.importers.exchanges.exchange_ids import unique_ids
from taxlots.importers.exchanges.kucoin_rows import Place, is_empty, place, span_of
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table, Transaction
from taxlots.kinds import DUST

REQUIRED = ("UID", "Account Type")


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  the header cell names the zone
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    kinds: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        kinds[_kind(table)].append(table)
    with exact.exactly():
        _take_trades(kinds["fills"], kinds["orders"], intake)
        for name, take in _SIMPLE.items():
            for table in kinds[name]:
                _each(table, take, intake)
        present = {name: spans for name, found in kinds.items() if (spans := [span for table in found if (span := span_of(table))])}
        for table in kinds["history"]:
            kucoin_history.take(table, present, intake)
        for table in kinds["other"]:
            for row in table.rows:
                if is_empty(row):
                    intake.leave(row, "an empty export")
                    continue
                what = f"a file with the columns {', '.join(table.header[2:6])}, ..."
                intake.reject(row, NotBookedError(what))
    return intake


def _kind(table: Table) -> str:
    if all(map(table.has, ("Symbol", "Side", "Filled Amount", "Filled Volume"))):
        return "orders" if table.has("Status") else "fills"
    if all(map(table.has, ("Currency", "Side", "Amount", "Remark"))):
        return "history"
    if all(map(table.has, ("Sell", "Buy", "Price"))):
        return "convert"
    if all(map(table.has, ("Earnings Coin", "Amount"))):
        return "staking"
    if all(map(table.has, ("Coin", "Amount", "Status"))):
        return "withdrawals" if table.has("Withdrawal Address/Account") else "deposits"
    return "other"


_SIMPLE: dict[str, Callable[[Place], Iterable[Transaction]]] = {
    "deposits": kucoin_moves.deposit,
    "withdrawals": kucoin_moves.withdrawal,
    "convert": kucoin_moves.convert,
    "staking": kucoin_moves.earning,
}


def _each(table: Table, take: Callable[[Place], Iterable[Transaction]], intake: Intake) -> None:
    where = place(table)
    for row in table.rows:
        reason = kucoin_moves.idle(row)
        if reason:
            intake.leave(row, reason)
        else:
            _one(row, where, take, intake)


def _one(row: Row, where: Callable[[Row], Place], take: Callable[[Place], Iterable[Transaction]], intake: Intake) -> None:
    try:
        made = list(take(where(row)))
    except RowError as error:
        intake.reject(row, error)
        return
    kucoin_moves.settle(row, made, intake)


def _take_trades(fills: list[Table], orders: list[Table], intake: Intake) -> None:
    """Fills, and the orders whose fills are not there or only in part; in that case the fills are merged into the order."""
    filled = _filled(fills)
    told = {row.text("Order ID"): row for table in orders for row in table.rows if row.text("Order ID")}
    whole = {name for name, row in told.items() if any(abs(total - _amount(row)) <= DUST for total in filled.get(name, ()))}
    for table in fills:
        where = place(table)
        for row in table.rows:
            name = row.text("Order ID")
            if is_empty(row):
                intake.leave(row, "an empty export")
            elif name in told and name not in whole:
                intake.merge(row, f"a fill of the order at {told[name].file}:{told[name].number}")
            else:
                _one(row, where, kucoin_trades.fill, intake)
    for table in orders:
        _take_orders(table, whole, intake)


def _take_orders(table: Table, whole: set[str], intake: Intake) -> None:
    where, ids = place(table), unique_ids(table.rows, "Order ID")
    for row in table.rows:
        name = row.text("Order ID")
        if is_empty(row):
            intake.leave(row, "an empty export")
        elif _is_unfilled(row):
            intake.leave(row, "nothing of the order was filled")
        elif name in whole:
            intake.merge(row, "the fills of this order say the same")
        else:
            _one(row, where, kucoin_trades.order if name in ids else kucoin_trades.fill, intake)


def _is_unfilled(row: Row) -> bool:
    """Whether the row says so: such an order has no time of filling either."""
    return bool(row.text("Filled Amount")) and not row.text("Filled Amount").strip("0.") and row.text("Filled Volume").strip("0.") == ""


def _filled(fills: list[Table]) -> dict[str, list[Decimal]]:
    """What each file's fills of an order add up to."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for table in fills:
        for row in table.rows:
            sums[row.text("Order ID")][row.file] += _amount(row)
    return {name: list(found.values()) for name, found in sums.items()}


def _amount(row: Row) -> Decimal:
    """The filled amount; 0 where it can't be read, which the row itself reports."""
    try:
        return number(row, "Filled Amount") or Decimal(0)
    except RowError:
        return Decimal(0)
