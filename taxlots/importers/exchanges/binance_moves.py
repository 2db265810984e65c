"""Binance deposit, withdrawal, fiat, earn and futures histories.

Traps: files of 2017 to 2022 have one header for deposits and withdrawals, so that only the file's name (or a fee, which deposits do
not have) tells; the zone stands in the header, even as "UTCnull"; the amount of a withdrawal does not contain its fee, while the
statement of the same account has both in one sum: amount and fee together tell that both are one withdrawal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges.binance import ACCOUNT
from taxlots.importers.exchanges.exchange_ids import unique_ids
from taxlots.importers.exchanges.exchange_times import moment, time_column
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table, Transaction, all_rows

OLD = ("Coin", "Amount", "TransactionFee", "Address", "TXID", "SourceAddress", "PaymentID", "Status")
DEPOSITS = ("Coin", "Network", "Amount", "Address", "TXID", "Status")
WITHDRAWALS = ("Coin", "Network", "Amount", "Fee", "Address", "TXID", "Status")
FIAT = ("Coin", "Amount", "Status", "Payment Method", "Indicated Amount", "Fee", "Order ID")
FUTURES = ("Date(UTC)", "type", "Amount", "Asset", "Symbol", "Transaction ID")
EARN = ("Date(UTC)", "Product Name", "Coin", "Amount")
_DONE = {"completed", "successful", "success"}
_STATEMENT = "Export the statement (Transaction History) of these months, which states the results."
_NAME_IT = "Put the word deposit or withdraw into the file's name, as Binance does."


@dataclass(frozen=True, slots=True)
class _Place:
    """A row with what its table says: when it happened and which ids stand in one row only."""

    row: Row
    time: datetime
    ids: frozenset[str]


def _reader(take: Callable[[_Place], Transaction], id_column: str) -> Callable[[Sequence[Table], tzinfo], Intake]:
    def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  the header names the zone, or it is UTC
        intake = Intake()
        with exact.exactly():
            for table in tables:
                _read_table(table, take, id_column, intake)
        return intake

    return read


def _read_table(table: Table, take: Callable[[_Place], Transaction], id_column: str, intake: Intake) -> None:
    column, named = time_column(table, "Date")
    ids = unique_ids(table.rows, id_column)
    for row in table.rows:
        status = row.text("Status").lower()
        if status and status not in _DONE:
            intake.leave(row, f"the status is {row.text('Status')!r}")
            continue
        try:
            intake.add(take(_Place(row, moment(row, column, named or UTC), ids)))
        except RowError as error:
            intake.reject(row, error)


def _by_file_name(row: Row) -> int:
    """1 for a deposit, -1 for a withdrawal. Raises RowError where the file's name does not say it."""
    name = row.file.rpartition("/")[2].lower()
    if "deposit" in name and "withdraw" not in name:
        return 1
    if "withdraw" in name and "deposit" not in name:
        return -1
    raise RowError("ROW_INVALID", "this export has one header for deposits and withdrawals, and the file's name is neither", _NAME_IT)


def _crypto(place: _Place) -> Transaction:
    row = place.row
    fee = number(row, "TransactionFee") or number(row, "Fee") or Decimal(0)
    side = -1 if fee > 0 or row.has("Fee") else 1
    if side > 0 and row.has("TransactionFee"):
        side = _by_file_name(row)
    one = _moved(place, side, required(row, "Amount"), row.text("Network") or None)
    return replace(one, fee_quantity=fee, fee_asset=one.sent_asset) if fee > 0 else one


def _moved(place: _Place, side: int, quantity: Decimal, note: str | None, name: str = "TXID") -> Transaction:
    row = place.row
    if quantity <= 0 or not row.text("Coin"):
        raise RowError("ROW_INVALID", f"the row moves {exact.plain(quantity)} {row.text('Coin') or 'of no coin'}")
    asset, txid = row.text("Coin").upper(), row.text(name)
    return Transaction(
        time=place.time,
        account=ACCOUNT,
        kind="deposit" if side > 0 else "withdrawal",
        sources=(row.source,),
        sent_quantity=quantity if side < 0 else None,
        sent_asset=asset if side < 0 else None,
        received_quantity=quantity if side > 0 else None,
        received_asset=asset if side > 0 else None,
        id=txid if txid in place.ids else "",
        txid=(txid or None) if name == "TXID" else None,
        note=note,
    )


def _fiat(place: _Place) -> Transaction:
    """Deposit: what was indicated less the fee arrives; withdrawal: the amount and the fee leave."""
    row = place.row
    side = _by_file_name(row)
    fee = number(row, "Fee") or Decimal(0)
    amount = required(row, "Indicated Amount" if side > 0 else "Amount") - side * fee
    return _moved(place, side, amount, row.text("Payment Method") or None, "Order ID")


def _earned(place: _Place) -> Transaction:
    row = place.row
    amount = required(row, "Amount")
    if amount <= 0 or not row.text("Coin"):
        raise RowError("ROW_INVALID", f"interest of {exact.plain(amount)} {row.text('Coin') or 'of no coin'}")
    return Transaction(
        time=place.time,
        account=ACCOUNT,
        kind="income:interest",
        sources=(row.source,),
        received_quantity=amount,
        received_asset=row.text("Coin").upper(),
        note=row.text("Product Name") or None,
    )


def read_futures(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  the header says UTC
    """Every row set aside (transfers) or rejected: the statement states the results."""
    intake = Intake()
    for row in all_rows(tables):
        if row.text("type").lower() == "transfer":
            intake.leave(row, "a move between the spot and the futures wallet")
            continue
        try:
            intake.reject(row, _future(row))
        except RowError as error:
            intake.reject(row, error)
    return intake


def _future(row: Row) -> NotBookedError:
    instrument, time = row.text("symbol") or row.text("asset"), moment(row, "Date(UTC)", UTC)
    return NotBookedError("a future", instrument, ACCOUNT, _STATEMENT, time, currency=row.text("Asset"), told_in="binance_statements")


read_crypto = _reader(_crypto, "TXID")
read_fiat = _reader(_fiat, "Order ID")
read_earn = _reader(_earned, "")
