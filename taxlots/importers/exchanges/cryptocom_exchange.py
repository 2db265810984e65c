"""Crypto.com Exchange spot trades (`SPOT_TRADE.csv`): one row per fill.

Traps: the pair has an underscore (`ETH_CRO`); the volume does not contain the fee, which may be in either asset or a third one; fills
that look the same differ in their trade id, whose 20 digits a spreadsheet destroys.
"""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from taxlots import exact
from taxlots.importers.exchanges.cryptocom import EXCHANGE
from taxlots.importers.exchanges.exchange_ids import unique_ids
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.exchanges.exchange_times import moment
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction

REQUIRED = (
    "Order ID",
    "Trade ID",
    "Time (UTC)",
    "Symbol",
    "Side",
    "Trade Price",
    "Trade Amount",
    "Volume of Business",
    "Fee",
    "Fee Currency",
)


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every fill to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            ids = unique_ids(table.rows, "Trade ID")
            for row in table.rows:
                try:
                    made = _fill(row, ids)
                except RowError as error:
                    intake.reject(row, error)
                    continue
                for one in made:
                    intake.add(one)
    return intake


def _fill(row: Row, ids: frozenset[str]) -> list[Transaction]:
    base, line, quote = row.text("Symbol").upper().partition("_")
    side = {"buy": 1, "sell": -1}.get(row.text("Side").lower())
    if not line or not base or not quote:
        raise RowError("ROW_INVALID", f"column 'Symbol': {row.text('Symbol')!r} is no pair such as ETH_CRO")
    if side is None:
        raise RowError("ROW_UNKNOWN_KIND", f"column 'Side': {row.text('Side')!r} is neither BUY nor SELL")
    parts = [Part(row, side * required(row, "Trade Amount"), base), Part(row, -side * required(row, "Volume of Business"), quote)]
    fee, asset, name = number(row, "Fee"), row.text("Fee Currency").upper(), row.text("Trade ID")
    if fee and not asset:
        raise RowError("ROW_INVALID", "column 'Fee' is given, but 'Fee Currency' is empty")
    parts += [Part(row, -abs(fee), asset, fee=True)] if fee else []
    # 7.2E+18 is what a spreadsheet leaves of an id
    return trade(Deal(EXCHANGE, moment(row, "Time (UTC)", UTC), name if name in ids and name.isdigit() else ""), parts)
