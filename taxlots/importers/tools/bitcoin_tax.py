"""bitcoin.tax: the export of trades, and the one of income and spending.

`Total` is what was paid (negative) or got in `Currency`, without the fee, which comes on top. A negative fee is a rebate: it lowers what
was given or raises what was got. `Account` is the exchange. A SWAP does not say which way it went and is reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from decimal import Decimal

from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Source, Table
from taxlots.importers.times import time
from taxlots.importers.tools.tax_program_cells import Part, part, unique_ids, valued, wallet
from taxlots.importers.tools.tax_programs import MARGIN, TRADE, Entry, Labels, Maker, read_each

TRADES = ("Date", "Action", "Symbol", "Account", "Volume", "Currency", "Fee", "FeeCurrency", "Total", "Cost/Proceeds", "ExchangeId")
MOVES = ("Date", "Action", "Symbol", "Account", "Volume", "Currency", "Fee", "FeeCurrency", "Total", "Ref", "TxHash")

_OUT = {"SPEND": "spend", "DONATION": "donation", "GIFT": "gift-out", "STOLEN": "theft", "LOST": "lost", "FEE": "fee"}
_IN = {"INCOME": "income:other", "MINING": "income:mining", "GIFTIN": "gift-in"}
ACTIONS = Labels(both={"BUY": TRADE, "SELL": TRADE}, incoming=_IN, outgoing=_OUT)
_NO_MARGIN = {"", "0", "false", "no"}


def read_trades(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The export of trades. Raises nothing."""
    ids = unique_ids(tables, "ExchangeId")
    return read_each(tables, lambda _table: _trades(ids))


def read_moves(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The export of income and spending. Raises nothing."""
    return read_each(tables, lambda _table: _move)


def _base(row: Row) -> Entry:
    at, date_only = time(row, "Date", UTC)
    account = wallet(row.text("Account"), "bitcoin.tax")
    return Entry(rows=(row,), time=at, date_only=date_only, account=account, note=row.text("Memo") or None)


def _trades(ids: Mapping[Source, str]) -> Maker:
    def make(row: Row) -> tuple[Entry, str]:
        action = row.text("Action").upper()
        volume, total = part(row, "Volume", "Symbol"), part(row, "Total", "Currency")
        sent, received = (total, volume) if action == "BUY" else (volume, total)
        entry = _with_fee(row, replace(_base(row), id=ids[row.source], sent=sent, received=received))
        return entry, ACTIONS.meaning(action, entry)

    return make


def _with_fee(row: Row, entry: Entry) -> Entry:
    """A rebate changes the leg in its currency. Raises RowError where there is none."""
    size, fee = number(row, "Fee") or Decimal(0), part(row, "Fee", "FeeCurrency")
    if size >= 0 or fee is None:
        return replace(entry, fee=fee)
    if entry.received and entry.received.asset == fee.asset:
        return replace(entry, received=Part(entry.received.quantity + fee.quantity, fee.asset))
    if entry.sent and entry.sent.asset == fee.asset and entry.sent.quantity > fee.quantity:
        return replace(entry, sent=Part(entry.sent.quantity - fee.quantity, fee.asset))
    hint = "Give the rebate as income:reward in a universal ledger CSV, and the trade without it."
    raise RowError("ROW_INVALID", f"a rebate of {fee.quantity} {fee.asset} is in the currency of neither leg", hint)


def _move(row: Row) -> tuple[Entry, str]:
    action = row.text("Action").upper()
    moved = part(row, "Volume", "Symbol")
    entry = replace(
        _base(row),
        sent=moved if action in _OUT else None,
        received=None if action in _OUT else moved,
        value=valued(row, "Total", row.text("Currency")),
        txid=row.text("TxHash") or None,
    )
    said = ACTIONS.meaning(action, entry)
    return _with_fee(row, entry), MARGIN if row.text("Margin").casefold() not in _NO_MARGIN else said
