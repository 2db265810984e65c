"""Kraken ledgers CSV, every header to 2026: rows of one refid are one trade, a fee always comes on top of its amount.

Assets in `kraken_rows`, trades in `kraken_trades`, rows that stand alone in `kraken_single`, the check of the stated
balances in `kraken_balances`.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import tzinfo

from taxlots import exact
from taxlots.importers.exchanges import kraken_balances, kraken_single, kraken_trades
from taxlots.importers.exchanges.kraken_rows import Entry, entry
from taxlots.importers.records import Intake, RowError, Table, all_rows

REQUIRED = ("txid", "refid", "time", "type", "subtype", "aclass", "asset", "amount", "fee", "balance")
_TRADE_TYPES = {"trade", "spend", "receive", "settled", "conversion", "sale"}
_TRADE_SUBTYPES = {("transfer", "delistingconversion")}
_REWARDS = {"staking", "earn"}
_FEE_CREDITS = "KFEE"


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every row of every table to its fate. Raises nothing."""
    return _read(tables, checked=True)


def read_rest(tables: Sequence[Table]) -> Intake:
    """As `read`, for the rows that are left of a ledger whose balances are checked elsewhere."""
    return _read(tables, checked=False)


def _read(tables: Sequence[Table], *, checked: bool) -> Intake:
    intake = Intake()
    with exact.exactly():
        entries = _once(_entries(tables, intake), intake)
        live = _without_pending(entries, intake)
        if checked:
            kraken_balances.check(live, intake)
        alone = _take_trades(live, intake)
        for one in kraken_single.take_futures(kraken_single.take_reversals(alone, intake), intake):
            kraken_single.take(one, intake)
    return intake


def is_trade(kind: str, subtype: str) -> bool:
    """Whether a row of that type is one of several that share a refid."""
    return kind in _TRADE_TYPES or (kind, subtype) in _TRADE_SUBTYPES


def _entries(tables: Sequence[Table], intake: Intake) -> list[Entry]:
    entries: list[Entry] = []
    for row in all_rows(tables):
        try:
            one = entry(row)
        except RowError as error:
            intake.reject(row, error)
            continue
        entries.append(one)
        if one.asset == _FEE_CREDITS:
            intake.leave(row, "Kraken fee credits (KFEE): a discount, no asset")
    return [one for one in entries if one.asset != _FEE_CREDITS]


def _once(entries: list[Entry], intake: Intake) -> list[Entry]:
    """Merge rows with a txid that was there before. The same txid with other content is kept, with a problem."""
    first: dict[str, Entry] = {}
    kept: list[Entry] = []
    for one in entries:
        known = first.setdefault(one.txid, one) if one.txid else one
        if known is one:
            kept.append(one)
        elif (known.asset, known.amount, known.fee) == (one.asset, one.amount, one.fee):
            intake.merge(one.row, f"the same txid as {known.row.file}:{known.row.number}")
        else:
            where = f"{known.row.file}:{known.row.number}"
            intake.warn(one.row, "ID_CONFLICT", f"txid {one.txid!r} is also that of {where}, with another content")
            kept.append(one)
    return kept


def _without_pending(entries: list[Entry], intake: Intake) -> list[Entry]:
    """Set rows without txid aside: they announce what a later row with one says, or what never happened."""
    live = [one for one in entries if one.txid]
    refids = {one.refid for one in live if one.refid}
    rewards = {(one.asset, one.amount) for one in live if one.type in _REWARDS}
    for one in entries:
        if one.txid:
            continue
        if one.refid in refids or (one.asset, one.amount) in rewards:
            intake.leave(one.row, "pending; a later row says the same with its txid")
            continue
        intake.leave(one.row, "pending, and without effect until a row with a txid follows")
        if one.refid:
            message = f"{one.kind} of {exact.plain(one.amount)} {one.asset}, refid {one.refid!r}, has no txid"
            intake.warn(one.row, "ROW_PENDING", message)
    return live


def _take_trades(entries: list[Entry], intake: Intake) -> list[Entry]:
    """Take the rows that are grouped by refid; the rest is returned."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    alone: list[Entry] = []
    for one in entries:
        if not is_trade(one.type, one.subtype):
            alone.append(one)
        elif one.refid:
            groups[one.refid].append(one)
        else:
            message = f"{one.kind} of {exact.plain(one.amount)} {one.asset} has no refid to find its other side by"
            intake.reject(one.row, RowError("ROW_UNPAIRED_LEG", message))
    for refid, rows in groups.items():
        kraken_trades.take(refid, rows, intake)
    return alone
