"""A large Kraken ledger by columns: two-legged trades, deposits, withdrawals, rewards and moves inside Kraken.

Whatever is not one of those in its plain form (a third leg, a pending row, a reversal, KFEE, a corrected reward, ...) is left to
the row by row reader, together with every row that it may belong to. Both readers agree; `tests/importers/test_kraken_bulk.py`.
"""

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.importers import bulk as columns
from taxlots.importers.bulk import Bulk
from taxlots.importers.exchanges import kraken, kraken_bulk_balances
from taxlots.importers.exchanges.kraken_balances import ACCOUNT
from taxlots.importers.exchanges.kraken_rows import asset_name
from taxlots.importers.exchanges.kraken_single import INTERNAL, kind_of
from taxlots.importers.exchanges.kraken_trades import trade_kind
from taxlots.importers.records import Intake, RowError
from taxlots.kinds import is_fiat

_FEE_CREDITS = "KFEE"
_SIGNED = ((-1, False), (-1, True), (0, False), (0, True), (1, False), (1, True))


@dataclass(slots=True)
class Ledger:
    """The columns of a ledger as they are computed with; one line per row, times in microseconds UTC."""

    bulk: Bulk
    txid: pa.Array
    refid: pa.Array
    time: np.ndarray
    types: tuple[np.ndarray, list[tuple[str, str]]]
    raw_assets: pa.Array
    assets: tuple[np.ndarray, list[str]]
    amount: pa.Array
    fee: pa.Array
    usd: pa.Array
    balance: pa.Array
    amount_sign: np.ndarray
    fee_sign: np.ndarray
    plain: np.ndarray

    def is_in(self, names: set[str]) -> np.ndarray:
        """Rows of these types."""
        places, types = self.types
        return np.array([kind in names for kind, _ in types])[places]


def read(bulk: Bulk, zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every row of the tables to its fate. Raises nothing."""
    ledger = _columns(bulk)
    merged = _repeated(ledger)
    live = ~merged & ledger.plain & ~_entangled(ledger, merged)
    pairs = _pairs(ledger, live, merged)
    trades, paired = _trades(ledger, pairs)
    single, internal, kinds = _single(ledger, live)
    rest = np.flatnonzero(~(merged | internal | single))
    rest = rest[~np.isin(rest, paired)]
    intake = kraken.read_rest(bulk.rest(rest))
    intake.columns = pa.concat_tables([trades, *_alone(ledger, np.flatnonzero(single), kinds)])
    _note(ledger, intake, merged, internal)
    kraken_bulk_balances.check(ledger, ~merged, intake)
    return intake


def _columns(bulk: Bulk) -> Ledger:
    raw = pc.utf8_upper(bulk.text("asset"))
    amount, amount_plain = columns.numbers(bulk.text("amount"))
    fee, fee_plain = columns.numbers(bulk.text("fee"))
    usd, usd_plain = columns.numbers(bulk.text("amountusd"))
    balance, balance_plain = columns.numbers(bulk.text("balance"))
    time, time_plain, _ = columns.times(bulk.text("time"), utc=True)
    raw_assets = raw.dictionary_encode()
    names = [asset_name(name) for name in raw_assets.dictionary.to_pylist()]
    distinct = sorted(set(names))
    places = np.array([distinct.index(name) for name in names], np.int32)[raw_assets.indices.to_numpy()]
    other_fee = pc.utf8_upper(bulk.text("feecurrency"))
    own_fee = columns.mask(pc.or_(pc.equal(other_fee, ""), pc.equal(other_fee, raw)))
    unfit = columns.mask(pc.or_(pc.is_null(amount), pc.equal(raw, "")))
    plain = amount_plain & fee_plain & usd_plain & balance_plain & time_plain & own_fee & ~unfit
    return Ledger(
        bulk=bulk,
        txid=bulk.text("txid"),
        refid=bulk.text("refid"),
        time=pc.fill_null(time.cast(pa.int64()), 0).to_numpy(),
        types=_types(bulk),
        raw_assets=raw_assets,
        assets=(places, distinct),
        amount=amount,
        fee=pc.fill_null(fee, pa.scalar(0, fee.type)),
        usd=pc.abs(usd),
        balance=balance,
        amount_sign=columns.sign(amount),
        fee_sign=columns.sign(fee),
        plain=plain,
    )


def _types(bulk: Bulk) -> tuple[np.ndarray, list[tuple[str, str]]]:
    types, type_names = columns.by_word(bulk.text("type"), str.lower)
    subtypes, subtype_names = columns.by_word(bulk.text("subtype"), str.lower)
    both = types * len(subtype_names) + subtypes
    used, places = np.unique(both, return_inverse=True)
    return places, [(type_names[n // len(subtype_names)], subtype_names[n % len(subtype_names)]) for n in used.tolist()]


def _repeated(ledger: Ledger) -> np.ndarray:
    """Rows that say again what the first row with their txid says. Where any of one txid says otherwise, none is merged here."""
    if columns.all_differ(ledger.txid):
        return np.zeros(len(ledger.bulk), bool)
    codes, names = columns.coded(ledger.txid)
    first = np.full(names, -1)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    earlier = first[codes]
    again = (earlier != np.arange(len(codes))) & ~_fee_credits(ledger) & columns.mask(pc.not_equal(ledger.txid, ""))
    halves = [half for values in (ledger.amount, ledger.fee) for half in exact.halves(values)]
    same = ledger.plain & ledger.plain[earlier] & np.all([column == column[earlier] for column in (*halves, ledger.assets[0])], axis=0)
    conflict = np.zeros(names, bool)
    conflict[codes[again & ~same]] = True
    ledger.plain &= ~conflict[codes]
    return again & same & ~conflict[codes]


def _entangled(ledger: Ledger, merged: np.ndarray) -> np.ndarray:
    """Rows that a pending row, a reversal or a move to the futures wallet may concern."""
    pending = columns.mask(pc.equal(ledger.txid, ""))
    found = pending | ledger.is_in({"margin", "rollover", "settled"})
    if pending.any():
        refids = pa.array(sorted(set(ledger.refid.filter(pa.array(pending)).to_pylist())), pa.string())
        assets = np.isin(ledger.assets[0], np.unique(ledger.assets[0][pending]))
        found |= columns.mask(pc.is_in(ledger.refid, refids)) | (assets & ledger.is_in({"staking", "earn"}))
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
    unnamed = columns.mask(pc.is_in(pc.utf8_lower(ledger.refid), pa.array(["", "unknown"])))
    members = np.flatnonzero(grouped & ~merged & ~unnamed & ~_fee_credits(ledger))
    names = columns.digests(ledger.refid.take(pa.array(members)))
    order = np.argsort(names, kind="stable")
    starts = np.flatnonzero(np.diff(names[order], prepend=~names[order[:1]]))
    twos = starts[np.diff(starts, append=len(order)) == 2]  # of equal digests; rows that share one by chance are told apart below
    pairs = np.stack([members[order[twos]], members[order[twos + 1]]], axis=1)
    first, second = pairs[:, 0], pairs[:, 1]
    same = columns.mask(pc.equal(ledger.refid.take(pa.array(first)), ledger.refid.take(pa.array(second))))
    signs = ledger.amount_sign[first] * ledger.amount_sign[second] == -1
    fees = (ledger.fee_sign[pairs] >= 0).all(axis=1) & ((ledger.fee_sign[pairs] > 0).sum(axis=1) <= 1)
    fitting = same & live[first] & live[second] & signs & fees & (ledger.assets[0][first] != ledger.assets[0][second])
    return pairs[fitting]


def _trades(ledger: Ledger, pairs: np.ndarray) -> tuple[pa.Table, np.ndarray]:
    """The pairs as transactions, and the rows that they are made of."""
    falling = ledger.amount_sign[pairs[:, 0]] < 0
    sent, received = np.where(falling, pairs[:, 0], pairs[:, 1]), np.where(falling, pairs[:, 1], pairs[:, 0])
    given, got = ledger.assets[0][sent], ledger.assets[0][received]
    names = ledger.assets[1]
    kinds = [trade_kind(one, other) for one in names for other in names]
    money = np.array([is_fiat(name) for name in names], bool)
    fee_row = np.where(ledger.fee_sign[sent] > 0, sent, received)
    charged = ledger.fee_sign[fee_row] > 0
    neither = ~money[given] & ~money[got]
    usd = pc.coalesce(_nonzero(ledger.usd.take(received)), _nonzero(ledger.usd.take(sent)))
    value = pc.if_else(pa.array(neither), usd, None)
    fee_value, fee_currency = _fee_values(ledger, (sent, received), fee_row, charged & ~money[ledger.assets[0][fee_row]])
    given_columns = {
        "time": _moments(np.minimum(ledger.time[sent], ledger.time[received])),
        "account": columns.words(np.zeros(len(pairs), np.int8), [ACCOUNT]),
        "kind": columns.words(given * len(names) + got, kinds),
        "sent_quantity": pc.negate(ledger.amount.take(sent)),
        "sent_asset": columns.words(given, names),
        "received_quantity": ledger.amount.take(received),
        "received_asset": columns.words(got, names),
        "fee_quantity": pc.if_else(pa.array(charged), ledger.fee.take(fee_row), None),
        "fee_asset": pc.if_else(pa.array(charged), columns.words(ledger.assets[0][fee_row], names), None),
        "fee_value": fee_value,
        "value": value,
        "value_currency": pc.coalesce(pc.if_else(pc.is_valid(value), "USD", None), fee_currency),
        "id": ledger.refid.take(sent),
        "sources": columns.source_column(ledger.bulk, pairs),
    }
    return columns.transactions(len(pairs), given_columns), pairs.reshape(-1)


def _moments(time: np.ndarray) -> pa.Array:
    return pa.array(time, pa.int64()).cast(frames.TIME)


def _nonzero(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(values, pa.scalar(0, values.type)), None, values)


def _fee_values(ledger: Ledger, legs: tuple[np.ndarray, np.ndarray], fee_row: np.ndarray, chosen: np.ndarray) -> tuple[pa.Array, pa.Array]:
    """What the chosen fees were worth and in which currency: at the trade's price where a leg is money, else by amountusd."""
    places, names = ledger.assets
    money = np.array([is_fiat(name) for name in names], bool)
    asked = np.flatnonzero(chosen)
    rows = fee_row[asked]
    other = np.where(rows == legs[0][asked], legs[1][asked], legs[0][asked])
    in_money = money[places[other]]
    paid = pc.if_else(pa.array(in_money), pc.abs(ledger.amount.take(other)), ledger.usd.take(rows))
    columns_of = (paid, ledger.fee.take(rows), pc.abs(ledger.amount.take(rows)))
    units = [exact.share(worth, fee, traded) if worth else None for worth, fee, traded in zip(*map(exact.units, columns_of), strict=True)]
    values = exact.array(units)
    currencies = pc.if_else(pc.is_valid(values), pc.if_else(pa.array(in_money), columns.words(places[other], names), "USD"), None)
    return columns.spread(values, asked, len(chosen)), columns.spread(currencies, asked, len(chosen))


def _single(ledger: Ledger, live: np.ndarray) -> tuple[np.ndarray, np.ndarray, pa.Array]:
    """Rows that are a deposit, a withdrawal or income by themselves; rows that move inside Kraken; and the kind of each row."""
    places, types = ledger.types
    table = [[_kind(kind, subtype, sign, charged=charged) for sign, charged in _SIGNED] for kind, subtype in types]
    known = sorted({kind for line in table for kind in line if kind})
    codes = np.array([[known.index(kind) if kind else -1 for kind in line] for line in table], np.int8)
    case = (ledger.amount_sign + 1) * 2 + (ledger.fee_sign > 0)
    code = codes[places, case]
    meant = [name in known and code == known.index(name) for name in (INTERNAL, "deposit", "withdrawal")]
    internal, into, out = (np.broadcast_to(mask, len(code)) for mask in meant)
    income = (code >= 0) & ~internal & ~into & ~out
    arriving = columns.sign(pc.subtract(ledger.amount, ledger.fee)) > 0
    charged = ledger.fee_sign > 0
    usable = live & (ledger.fee_sign >= 0) & (ledger.amount_sign != 0) & ~_fee_credits(ledger)
    single = usable & (((into | out) & ~(charged & _valued_fee(ledger))) | (income & (ledger.amount_sign > 0) & arriving))
    kinds = pa.array([*known, None], pa.string()).take(pa.array(np.where(code < 0, len(known), code).astype(np.int32)))
    return single, usable & internal & ~charged, kinds


def _valued_fee(ledger: Ledger) -> np.ndarray:
    """Rows of an asset with a stated value, which then values the fee as well."""
    money = np.array([is_fiat(name) for name in ledger.assets[1]], bool)
    return ~money[ledger.assets[0]] & (columns.sign(ledger.usd) != 0)


def _kind(kind: str, subtype: str, sign: int, *, charged: bool) -> str | None:
    if kraken.is_trade(kind, subtype):
        return None
    try:
        found = kind_of(kind, subtype, sign, charged=charged)
    except RowError:
        return None
    plain = found in {INTERNAL, "deposit", "withdrawal"} or found.startswith("income:")
    return found if plain else None


def _alone(ledger: Ledger, rows: np.ndarray, kinds: pa.Array) -> list[pa.Table]:
    """Deposits, withdrawals and income, each a table of transactions."""
    kind = kinds.take(pa.array(rows))
    is_income = columns.mask(pc.starts_with(kind, "income:"))
    outgoing = columns.mask(pc.equal(kind, "withdrawal"))
    groups = ((rows[is_income], "received"), (rows[outgoing], "sent"), (rows[~is_income & ~outgoing], "received"))
    return [_one_sided(ledger, chosen, kinds.take(pa.array(chosen)), side, income=not n) for n, (chosen, side) in enumerate(groups)]


def _one_sided(ledger: Ledger, rows: np.ndarray, kind: pa.Array, side: str, *, income: bool) -> pa.Table:
    asset = columns.words(ledger.assets[0][rows], ledger.assets[1])
    amount, fee = ledger.amount.take(pa.array(rows)), ledger.fee.take(pa.array(rows))
    quantity = pc.cast(pc.subtract(amount, fee), exact.ARROW) if income else pc.abs(amount)
    money = pa.array([is_fiat(name) for name in ledger.assets[1]]).take(pa.array(ledger.assets[0][rows]))
    usd = pc.if_else(money, None, _nonzero(ledger.usd.take(pa.array(rows))))
    if income and usd.null_count < len(usd):
        parts = zip(*map(exact.units, (usd, quantity, amount)), strict=True)
        usd = exact.array([exact.share(worth, net, whole) if worth else None for worth, net, whole in parts])
    charged = pa.array((ledger.fee_sign[rows] > 0) & (not income))
    given = {
        "time": _moments(ledger.time[rows]),
        "account": columns.words(np.zeros(len(rows), np.int8), [ACCOUNT]),
        "kind": kind,
        f"{side}_quantity": quantity,
        f"{side}_asset": asset,
        "fee_quantity": pc.if_else(charged, fee, None),
        "fee_asset": pc.if_else(charged, asset, None),
        "value": usd,
        "value_currency": pc.if_else(pc.is_valid(usd), "USD", None),
        "id": ledger.txid.take(pa.array(rows)),
        "sources": columns.source_column(ledger.bulk, rows),
    }
    return columns.transactions(len(rows), given)


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
