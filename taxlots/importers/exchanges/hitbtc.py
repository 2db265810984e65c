"""HitBTC trades (every header era) and the transactions since 2019.

Traps: the zone stands in the header cell (`Date (+01:00)`); fee and rebate are in the quote asset, and a negative fee is a rebate too; a
withdrawal may have no type; until 2018 the currency stands in a cell without a header; a transaction without hash failed; margin
trades have a result instead of a transfer of coins.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges.exchange_ids import unique_ids
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.exchanges.exchange_times import moment, time_column
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table, Transaction

ACCOUNT = "hitbtc"
TRADES = ("Instrument", "Trade ID", "Order ID", "Side", "Quantity", "Price", "Volume", "Fee", "Rebate", "Total")
MOVES = ("Operation id", "Type", "Amount", "Transaction hash", "Main account balance", "Currency")
MOVES_2018 = ("Operation id", "Type", "Amount", "Transaction Hash", "Main account balance")
_NO_MARGIN = {"", "-", "none", "no", "spot"}


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  the header names the zone
    """Every fill to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            column, named = time_column(table, "Date")
            ids = unique_ids(table.rows, "Trade ID")
            for row in table.rows:
                try:
                    made = _fill(row, moment(row, column, named or UTC), ids)
                except RowError as error:
                    intake.reject(row, error)
                    continue
                for one in made:
                    intake.add(one)
    return intake


def _fill(row: Row, time: datetime, ids: frozenset[str]) -> list[Transaction]:
    if row.text("Margin Mode").lower() not in _NO_MARGIN or number(row, "PnL"):
        raise NotBookedError("margin", row.text("Instrument"), time=time)
    base, slash, quote = row.text("Instrument").upper().partition("/")
    side = {"buy": 1, "sell": -1}.get(row.text("Side").lower())
    if not slash or not base or not quote:
        raise RowError("ROW_INVALID", f"column 'Instrument': {row.text('Instrument')!r} is no pair such as ETH/BTC")
    if side is None:
        raise RowError("ROW_UNKNOWN_KIND", f"column 'Side': {row.text('Side')!r} is neither buy nor sell")
    quantity, volume = required(row, "Quantity"), number(row, "Volume") or required(row, "Price") * required(row, "Quantity")
    name = row.text("Trade ID")
    parts = [Part(row, side * quantity, base), Part(row, -side * volume, quote)]
    cost = _cost(row)
    parts += [Part(row, -cost, quote, fee=True)] if cost else []
    return trade(Deal(ACCOUNT, time, name if name in ids else ""), parts)


def _cost(row: Row) -> Decimal:
    """The fee less the rebate; a negative fee already is the rebate."""
    fee, rebate = number(row, "Fee") or Decimal(0), number(row, "Rebate") or Decimal(0)
    return fee if fee < 0 else fee - abs(rebate)


def read_moves(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  the header names the zone
    """Every deposit and withdrawal to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            column, named = time_column(table, "Date")
            ids = unique_ids(table.rows, "Operation id")
            for row in table.rows:
                try:
                    _move(row, moment(row, column, named or UTC), ids, intake)
                except RowError as error:
                    intake.reject(row, error)
    return intake


def read_moves_2018(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """As `read_moves`, of the files whose seventh cell, the currency, has no header. Raises nothing."""
    return read_moves([replace(table, rows=tuple(_named(row, table) for row in table.rows)) for table in tables], zone)


def _named(row: Row, table: Table) -> Row:
    names = [name for name in table.header if name]
    return replace(row, cells=dict(zip([*names, "Currency"], row.cells.values(), strict=False)))


def _move(row: Row, time: datetime, ids: frozenset[str], intake: Intake) -> None:
    said, amount, asset = row.text("Type").lower(), required(row, "Amount"), row.text("Currency").upper()
    if said not in {"deposit", "withdraw", ""}:
        raise RowError("ROW_UNKNOWN_KIND", f"type {row.text('Type')!r} is not known")
    if not asset:
        raise RowError("ROW_INVALID", "column 'Currency' is empty")
    if not row.text("Transaction hash") or not amount:
        intake.leave(row, "no transaction hash: it failed" if amount else "the amount is 0")
        return
    incoming, name = said == "deposit", row.text("Operation id")
    intake.add(
        Transaction(
            time=time,
            account=ACCOUNT,
            kind="deposit" if incoming else "withdrawal",
            sources=(row.source,),
            sent_quantity=None if incoming else abs(amount),
            sent_asset=None if incoming else asset,
            received_quantity=abs(amount) if incoming else None,
            received_asset=asset if incoming else None,
            id=name if name in ids else "",
            txid=row.text("Transaction hash"),
        )
    )
