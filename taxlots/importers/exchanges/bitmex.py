"""BitMEX wallet history: deposits, withdrawals and futures results, in satoshis of bitcoin; and the trades, which are futures.

Traps: amounts are whole numbers of satoshis; times have no zone, so they are taken as the taxpayer's; cancelled withdrawals stay in the
list; a withdrawal's amount contains its fee, unless the balance of the row shows that the fee came on top. RealisedPNL is what all trades
of 24 hours came to, with their fees and funding (BitMEX support, article 6205277211037), so that the trades add nothing to it; spot
trades (`XBT_USDT`) and contracts that are settled in another coin (`XBTUSDT`) are no part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import chain

from taxlots import exact
from taxlots.importers import running_balances
from taxlots.importers.exchanges.exchange_times import moment
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table, Transaction, all_rows
from taxlots.importers.running_balances import Stated
from taxlots.kinds import REALIZED

ACCOUNT = "bitmex"
WALLET = "bitmex_wallet"
ASSET = "BTC"
REQUIRED = ("transactTime", "transactType", "amount", "fee", "address", "transactStatus", "walletBalance")
TRADES = ("transactTime", "symbol", "execType", "side", "lastQty", "lastPx", "execCost", "commission", "execComm", "orderID")
_SATOSHIS = 8
_RESULTS = ("realisedpnl", "funding")
_KINDS = {"deposit": "deposit", "withdrawal": "withdrawal", "affiliatepayout": "income:referral"} | dict.fromkeys(_RESULTS, REALIZED)
_FUTURES = {"unrealisedpnl"}
_Key = tuple[datetime, Decimal, Decimal | None, str]
_WALLET_ASKED = "Add the wallet history of the account, whose rows RealisedPNL state the results, until after the last trade."
_OPEN = "An open position has no result yet: export the history again once it is closed."
_BY_HAND = "Give it in a universal ledger CSV."


@dataclass(frozen=True, slots=True)
class _Entry:
    row: Row
    time: datetime
    amount: Decimal
    fee: Decimal
    balance: Decimal | None


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    stated: list[Stated] = []
    with exact.exactly():
        entries = [_entries(table, zone, intake) for table in tables]
        befores = _balances_before(entries)
        for entry in chain.from_iterable(map(_oldest_first, entries)):
            before = befores[_key(entry)]
            _take(entry, before, intake)
            stated += _stated(entry, before)
        running_balances.check(ACCOUNT, stated, intake)
    return intake


def read_trades(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row rejected: these are futures, whose results stand in the wallet history where that is given. Raises nothing."""
    intake = Intake()
    told_in = WALLET if len({row.text("account") for row in all_rows(tables)}) == 1 else ""  # a wallet history doesn't name its account
    for row in all_rows(tables):
        try:
            intake.reject(row, _future(row, zone, told_in))
        except RowError as error:
            intake.reject(row, error)
    return intake


def _future(row: Row, zone: tzinfo, told_in: str) -> NotBookedError:
    symbol = row.text("symbol")
    time = moment(row, "transactTime", zone)
    if "_" in symbol:
        return NotBookedError("a spot trade", symbol, ACCOUNT, _BY_HAND, time, ends_in_a_result=False)
    if symbol.endswith("USDT"):
        return NotBookedError("a future settled in USDT", symbol, ACCOUNT, time=time, currency="USDT")
    return NotBookedError("a future", symbol, ACCOUNT, _WALLET_ASKED, time, currency=ASSET, told_in=told_in)


def _entries(table: Table, zone: tzinfo, intake: Intake) -> list[_Entry]:
    entries: list[_Entry] = []
    for row in table.rows:
        if row.text("transactStatus").lower() != "completed":
            intake.leave(row, f"the status is {row.text('transactStatus')!r}")
            continue
        try:
            entries.append(_entry(row, zone))
        except RowError as error:
            intake.reject(row, error)
    return entries


def _entry(row: Row, zone: tzinfo) -> _Entry:
    fee = _bitcoins(number(row, "fee")) or Decimal(0)
    amount = _bitcoins(required(row, "amount")) or Decimal(0)
    return _Entry(row, moment(row, "transactTime", zone), amount, abs(fee), _bitcoins(number(row, "walletBalance")))


def _stated(entry: _Entry, before: Decimal | None) -> list[Stated]:
    """The entry as a step of the wallet's balance; without the line of open positions, which changes nothing."""
    if entry.row.text("transactType").lower() == "unrealisedpnl":
        return []
    change = entry.amount - entry.fee if entry.amount < 0 and _on_top(entry, before) else entry.amount
    return [Stated(row=entry.row, time=entry.time, asset=ASSET, change=change, balance=entry.balance)]


def _on_top(entry: _Entry, before: Decimal | None) -> bool:
    return before is not None and entry.balance == before - abs(entry.amount) - entry.fee


def _bitcoins(satoshis: Decimal | None) -> Decimal | None:
    """An amount in bitcoin; one with decimals already is."""
    if satoshis is None or satoshis != satoshis.to_integral_value():
        return satoshis
    return satoshis.scaleb(-_SATOSHIS)


def _balances_before(tables: Sequence[list[_Entry]]) -> dict[_Key, Decimal | None]:
    """The balance before each entry, over all files: where one begins, another that overlaps it may tell what was before."""
    ordered = [entry for entries in tables for entry in _oldest_first(entries)]
    distinct = {_key(entry): entry for entry in sorted(ordered, key=lambda entry: entry.time)}
    befores = [None, *(entry.balance for entry in distinct.values())]
    return dict(zip(distinct, befores, strict=False))


def _oldest_first(entries: list[_Entry]) -> list[_Entry]:
    falling = len(entries) > 1 and entries[0].time > entries[-1].time
    return entries[::-1] if falling else entries


def _key(entry: _Entry) -> _Key:
    return entry.time, entry.amount, entry.balance, entry.row.text("transactType").lower()


def _take(entry: _Entry, before: Decimal | None, intake: Intake) -> None:
    said = entry.row.text("transactType").lower()
    kind = _KINDS.get(said)
    if kind is None:
        message = f"{entry.row.text('transactType')!r} of {exact.plain(entry.amount)} {ASSET} is not known"
        unknown = RowError("ROW_UNKNOWN_KIND", message, _BY_HAND)
        of_futures = NotBookedError("open futures", ASSET, ACCOUNT, _OPEN, entry.time, ends_in_a_result=False)
        intake.reject(entry.row, of_futures if said in _FUTURES else unknown)
    elif not entry.amount:
        intake.leave(entry.row, "the amount is 0")
    elif kind != REALIZED and (entry.amount > 0) != (kind != "withdrawal"):
        message = f"{entry.row.text('transactType')!r} of {exact.plain(entry.amount)} {ASSET} has the wrong sign"
        intake.reject(entry.row, RowError("ROW_INVALID", message, "Give it in a universal ledger CSV."))
    else:
        intake.add(_transaction(entry, kind, before))


def _transaction(entry: _Entry, kind: str, before: Decimal | None) -> Transaction:
    size, out = abs(entry.amount), entry.amount < 0
    sent = size if _on_top(entry, before) else size - entry.fee
    return Transaction(
        time=entry.time,
        account=ACCOUNT,
        kind=kind,
        sources=(entry.row.source,),
        sent_quantity=sent if out else None,
        sent_asset=ASSET if out else None,
        received_quantity=None if out else size,
        received_asset=None if out else ASSET,
        fee_quantity=entry.fee if out and entry.fee else None,
        fee_asset=ASSET if out and entry.fee else None,
    )
