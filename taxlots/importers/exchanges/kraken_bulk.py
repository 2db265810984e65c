"""A large Kraken ledger by columns: two-legged trades, deposits, withdrawals, rewards and moves inside Kraken.

Whatever is not one of those in its plain form (a third leg, a pending row, a reversal, KFEE, a corrected reward, ...) is left to
the row by row reader, together with every row that it may belong to. Both readers agree; `tests/importers/test_bulk.py`.
"""

from datetime import tzinfo
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact
from taxlots.importers import text_columns
from taxlots.importers.bulk import Bulk
from taxlots.importers.exchanges import kraken, kraken_bulk_balances
from taxlots.importers.exchanges.kraken_bulk_columns import Ledger, ledger_of
from taxlots.importers.exchanges.kraken_bulk_trades import Single, transactions
from taxlots.importers.exchanges.kraken_single import INTERNAL, kind_of
from taxlots.importers.records import Intake, RowError

_UNKNOWN = "unknown"
_FEE_CREDITS = "KFEE"
_SIGNED = ((-1, False), (-1, True), (0, False), (0, True), (1, False), (1, True))


def read(bulk: Bulk, zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every row of the tables to its fate. Raises nothing."""
    ledger = ledger_of(bulk)
    merged = _repeated(ledger)
    live = ~merged & ledger.plain & ~_entangled(ledger, merged)
    pairs = _pairs(ledger, live, merged)
    single = _single(ledger, live)
    settled = merged | single.internal | single.alone
    settled[pairs] = True
    intake = kraken.read_rest(bulk.rest(np.flatnonzero(~settled)))
    balances = Intake()
    intake.columns, _ = text_columns.together(
        partial(transactions, ledger, pairs, single), partial(kraken_bulk_balances.check, ledger, ~merged, balances)
    )
    intake.problems += balances.problems
    intake.balances += balances.balances
    _note(ledger, intake, merged, single.internal)
    return intake


def _repeated(ledger: Ledger) -> np.ndarray:
    """Rows that say again what the first row with their txid says. Where any of one txid says otherwise, none is merged here."""
    if text_columns.all_differ(ledger.txid_digests):
        return np.zeros(len(ledger.bulk), bool)
    codes, names = text_columns.coded(ledger.txid)
    first = np.full(names, -1)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    earlier = first[codes]
    again = (earlier != np.arange(len(codes))) & ~_fee_credits(ledger) & text_columns.mask(pc.not_equal(ledger.txid, ""))
    halves = [half for values in (ledger.amount, ledger.fee) for half in exact.halves(values)]
    same = ledger.plain & ledger.plain[earlier] & np.all([column == column[earlier] for column in (*halves, ledger.assets[0])], axis=0)
    conflict = np.zeros(names, bool)
    conflict[codes[again & ~same]] = True
    ledger.plain &= ~conflict[codes]
    return again & same & ~conflict[codes]


def _entangled(ledger: Ledger, merged: np.ndarray) -> np.ndarray:
    """Rows that a pending row, a reversal or a move to the futures wallet may concern."""
    pending = text_columns.mask(pc.equal(ledger.txid, ""))
    found = pending | ledger.is_in({"margin", "rollover", "settled"})
    if pending.any():
        refids = pa.array(sorted(set(ledger.refid.filter(pa.array(pending)).to_pylist())), pa.string())
        assets = np.isin(ledger.assets[0], np.unique(ledger.assets[0][pending]))
        found |= text_columns.mask(pc.is_in(ledger.refid, refids)) | (assets & ledger.is_in({"staking", "earn"}))
    deposits, withdrawals = ledger.is_in({"deposit"}), ledger.is_in({"withdrawal"})
    undoing = ((deposits & (ledger.amount_sign < 0)) | (withdrawals & (ledger.amount_sign > 0))) & ~merged
    if undoing.any():
        sizes = np.stack([*(half.astype(np.int64) for half in exact.halves(pc.abs(ledger.amount))), ledger.assets[0], deposits])
        undone = {tuple(column) for column in sizes[:, undoing].T.tolist()}
        moved = np.flatnonzero(deposits | withdrawals)
        found[moved] |= [tuple(column) in undone for column in sizes[:, moved].T.tolist()]
    places, types = ledger.types
    futures = [n for n, (_, subtype) in enumerate(types) if subtype in {"spottofutures", "spotfromfutures"}]
    return found | np.isin(places, futures)


def _fee_credits(ledger: Ledger) -> np.ndarray:
    return np.array([name == _FEE_CREDITS for name in ledger.assets[1]], bool)[ledger.assets[0]]


def _pairs(ledger: Ledger, live: np.ndarray, merged: np.ndarray) -> np.ndarray:
    """Row indices (sent, received), one line per refid that two plain rows share: one below 0, one above, two assets, one fee at most."""
    places, types = ledger.types
    grouped = np.array([kraken.is_trade(*kind) for kind in types])[places]
    members = np.flatnonzero(grouped & ~merged & ~_unnamed(ledger.refid) & ~_fee_credits(ledger))
    names = ledger.refid_digests[members]
    starts = _starts(names)
    if not text_columns.all_differ(names[starts]):  # rows of one refid don't all stand together
        members = members[np.argsort(names, kind="stable")]
        starts = _starts(ledger.refid_digests[members])
    twos = starts[np.diff(starts, append=len(members)) == 2]  # of equal digests; rows that share one by chance are told apart below
    first, second = members[twos], members[twos + 1]
    pairs = np.stack([first, second], axis=1)
    same = _same_refid(ledger, first, second)
    signs = ledger.amount_sign[first] * ledger.amount_sign[second] == -1
    fees = (ledger.fee_sign[pairs] >= 0).all(axis=1) & ((ledger.fee_sign[pairs] > 0).sum(axis=1) <= 1)
    fitting = same & live[first] & live[second] & signs & fees & (ledger.assets[0][first] != ledger.assets[0][second])
    return pairs[fitting]


def _unnamed(refid: pa.Array) -> np.ndarray:
    """Rows without a refid: an empty one, or `Unknown`."""
    length = text_columns.lengths(refid)
    unnamed: np.ndarray = length == 0
    suspects = np.flatnonzero(length == len(_UNKNOWN))
    unnamed[suspects] = text_columns.mask(pc.equal(pc.utf8_lower(refid.take(pa.array(suspects))), _UNKNOWN))
    return unnamed


def _starts(names: np.ndarray) -> np.ndarray:
    """Where runs of equal ones begin."""
    return np.flatnonzero(np.append(np.ones(min(1, len(names)), bool), names[1:] != names[:-1]))


def _same_refid(ledger: Ledger, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether two rows have one refid: mostly they stand below each other."""
    if not len(first):
        return np.zeros(0, bool)
    below = text_columns.mask(pc.equal(ledger.refid.slice(0, len(ledger.refid) - 1), ledger.refid.slice(1)))
    same: np.ndarray = below[first.clip(max=len(below) - 1)] & (second == first + 1)
    apart = np.flatnonzero(~same)
    same[apart] = text_columns.mask(pc.equal(ledger.refid.take(pa.array(first[apart])), ledger.refid.take(pa.array(second[apart]))))
    return same


def _single(ledger: Ledger, live: np.ndarray) -> Single:
    """Rows that are a deposit, a withdrawal or income by themselves, and rows that move inside Kraken."""
    places, types = ledger.types
    table = [[_kind(kind, subtype, sign, charged=charged) for sign, charged in _SIGNED] for kind, subtype in types]
    known = sorted({kind for line in table for kind in line if kind})
    codes = np.array([[known.index(kind) if kind else len(known) for kind in line] for line in table], np.int8)
    code = codes[places, (ledger.amount_sign + 1) * 2 + (ledger.fee_sign > 0)]
    internal, sided, income = (
        np.array([*map(test, known), False], bool)[code] for test in (INTERNAL.__eq__, {"deposit", "withdrawal"}.__contains__, _earned)
    )
    arriving = text_columns.sign(ledger.change) > 0
    charged = ledger.fee_sign > 0
    usable = live & (ledger.fee_sign >= 0) & (ledger.amount_sign != 0) & ~_fee_credits(ledger)
    alone = usable & ((sided & ~(charged & _valued_fee(ledger))) | (income & (ledger.amount_sign > 0) & arriving))
    return Single(alone, usable & internal & ~charged, alone & income, code, [*known, None])


def _earned(kind: str) -> bool:
    return kind.startswith("income:")


def _valued_fee(ledger: Ledger) -> np.ndarray:
    """Rows of an asset with a stated value, which then values the fee as well."""
    return ~ledger.is_money() & (text_columns.sign(ledger.usd) != 0)


def _kind(kind: str, subtype: str, sign: int, *, charged: bool) -> str | None:
    if kraken.is_trade(kind, subtype):
        return None
    try:
        found = kind_of(kind, subtype, sign, charged=charged)
    except RowError:
        return None
    plain = found in {INTERNAL, "deposit", "withdrawal"} or found.startswith("income:")
    return found if plain else None


def _note(ledger: Ledger, intake: Intake, merged: np.ndarray, internal: np.ndarray) -> None:
    """Fates of the rows that became no transaction."""
    places, types = ledger.types
    reasons = [f"{f'{kind} / {subtype}' if subtype else kind}: a move inside Kraken" for kind, subtype in types]
    rows = np.flatnonzero(internal)
    intake.set_aside.update(zip(ledger.bulk.sources(rows), (reasons[n] for n in places[rows].tolist()), strict=True))
    again = np.flatnonzero(merged)
    first = pd.Series(np.arange(len(merged))[::-1], index=ledger.txid.to_pylist()[::-1]) if len(again) else None
    if first is None:
        return
    known = first[~first.index.duplicated(keep="last")].loc[ledger.txid.take(pa.array(again)).to_pylist()].to_numpy()
    for source, (file, number) in zip(ledger.bulk.sources(again), ledger.bulk.sources(known), strict=True):
        intake.merged[source] = f"the same txid as {file}:{number}"
