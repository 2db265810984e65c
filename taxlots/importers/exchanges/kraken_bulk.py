"""A large Kraken ledger by columns: two-legged trades, deposits, withdrawals, rewards and moves inside Kraken.

Whatever is not one of those in its plain form (a third leg, a pending row, a reversal, KFEE, a corrected reward, ...) is left to
the row by row reader, together with every row that it may belong to. Both readers agree; `tests/importers/test_kraken_bulk.py`.
"""

from dataclasses import dataclass
from datetime import tzinfo
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.importers import bulk as tables
from taxlots.importers import text_columns
from taxlots.importers.bulk import Bulk
from taxlots.importers.exchanges import kraken, kraken_bulk_balances
from taxlots.importers.exchanges.kraken_balances import ACCOUNT
from taxlots.importers.exchanges.kraken_rows import asset_name
from taxlots.importers.exchanges.kraken_single import INTERNAL, kind_of
from taxlots.importers.exchanges.kraken_trades import trade_kind
from taxlots.importers.records import Intake, RowError
from taxlots.kinds import is_fiat

CODED = ("type", "subtype", "aclass", "subclass", "asset", "wallet")
_FEE_CREDITS = "KFEE"
_SIGNED = ((-1, False), (-1, True), (0, False), (0, True), (1, False), (1, True))


@dataclass(slots=True)
class Ledger:
    """The columns of a ledger as they are computed with; one line per row, times in microseconds UTC."""

    bulk: Bulk
    txid: pa.Array
    txid_digests: np.ndarray
    refid: pa.Array
    refid_digests: np.ndarray
    time: np.ndarray
    types: tuple[np.ndarray, list[tuple[str, str]]]
    raw_assets: pa.Array
    assets: tuple[np.ndarray, list[str]]
    amount: pa.Array
    fee: pa.Array
    usd: pa.Array
    balance: pa.Array
    change: pa.Array
    amount_sign: np.ndarray
    fee_sign: np.ndarray
    plain: np.ndarray

    def is_in(self, names: set[str]) -> np.ndarray:
        """Rows of these types."""
        places, types = self.types
        return np.array([kind in names for kind, _ in types])[places]


@dataclass(frozen=True, slots=True)
class _Single:
    """Rows that become a transaction by themselves, moves inside Kraken, income; and each row's kind (an index into `kinds`)."""

    alone: np.ndarray
    internal: np.ndarray
    income: np.ndarray
    codes: np.ndarray
    kinds: list[str | None]


def read(bulk: Bulk, zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every row of the tables to its fate. Raises nothing."""
    ledger = _columns(bulk)
    merged = _repeated(ledger)
    live = ~merged & ledger.plain & ~_entangled(ledger, merged)
    pairs = _pairs(ledger, live, merged)
    single = _single(ledger, live)
    settled = merged | single.internal | single.alone
    settled[pairs] = True
    intake = kraken.read_rest(bulk.rest(np.flatnonzero(~settled)))
    balances = Intake()
    intake.columns, _ = text_columns.together(
        partial(_transactions, ledger, pairs, single), partial(kraken_bulk_balances.check, ledger, ~merged, balances)
    )
    intake.problems += balances.problems
    intake.balances += balances.balances
    _note(ledger, intake, merged, single.internal)
    return intake


def _columns(bulk: Bulk) -> Ledger:
    raw = bulk.words("asset")
    raw_assets = pa.DictionaryArray.from_arrays(raw.indices, pc.utf8_upper(raw.dictionary))
    amount, balance, time, txid, fee, refid, usd, types = text_columns.together(
        partial(_signed, bulk, "amount"),
        partial(_signed, bulk, "balance"),
        lambda: text_columns.times(bulk.raw("time"), utc=True),
        partial(_digested, bulk, "txid"),
        partial(_signed, bulk, "fee"),
        partial(_digested, bulk, "refid"),
        partial(_numbers, bulk, "amountusd"),
        partial(_types, bulk),
    )
    zero = pa.scalar(0, frames.EXACT)
    fees = pc.fill_null(fee[0], zero)
    plain = amount[1] & fee[1] & balance[1] & usd[1] & time[1] & _own_fee(bulk, raw_assets)
    plain &= text_columns.mask(pc.is_valid(amount[0])) & _is_not_empty(raw_assets)
    return Ledger(
        bulk=bulk,
        txid=txid[0],
        txid_digests=txid[1],
        refid=refid[0],
        refid_digests=refid[1],
        time=pc.fill_null(time[0].cast(pa.int64()), 0).to_numpy(),
        types=types,
        raw_assets=raw_assets,
        assets=text_columns.by_word(raw_assets, asset_name),
        amount=amount[0],
        fee=fees,
        usd=pc.abs(usd[0]) if usd[0].null_count < len(bulk) else usd[0],
        balance=balance[0],
        change=exact.differences(pc.fill_null(amount[0], zero), fees),
        amount_sign=amount[2],
        fee_sign=fee[2],
        plain=plain,
    )


def _signed(bulk: Bulk, name: str) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    values, plain = _numbers(bulk, name)
    return values, plain, text_columns.sign(values)


def _digested(bulk: Bulk, name: str) -> tuple[pa.Array, np.ndarray]:
    text = bulk.text(name)
    return text, text_columns.digests(text)


def _numbers(bulk: Bulk, name: str) -> tuple[pa.Array, np.ndarray]:
    if name in bulk.cells.column_names:
        return text_columns.numbers(bulk.raw(name))
    return pa.nulls(len(bulk), frames.EXACT), np.ones(len(bulk), bool)


def _own_fee(bulk: Bulk, assets: pa.DictionaryArray) -> np.ndarray | bool:
    """Rows whose fee is in their own asset."""
    if "feecurrency" not in bulk.cells.column_names:
        return True
    other = pc.utf8_upper(bulk.text("feecurrency"))
    return text_columns.mask(pc.or_(pc.equal(other, ""), pc.equal(other, assets.cast(pa.string()))))


def _is_not_empty(words: pa.DictionaryArray) -> np.ndarray:
    places, filled = text_columns.by_word(words, bool)
    return np.array(filled, bool)[places]


def _types(bulk: Bulk) -> tuple[np.ndarray, list[tuple[str, str]]]:
    types, type_names = text_columns.by_word(bulk.words("type"), str.lower)
    subtypes, subtype_names = text_columns.by_word(bulk.words("subtype"), str.lower)
    return types * len(subtype_names) + subtypes, [(kind, subtype) for kind in type_names for subtype in subtype_names]


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
    unnamed = text_columns.mask(pc.is_in(pc.utf8_lower(ledger.refid), pa.array(["", "unknown"])))
    members = np.flatnonzero(grouped & ~merged & ~unnamed & ~_fee_credits(ledger))
    names = ledger.refid_digests[members]
    order = np.argsort(names, kind="stable")
    starts = np.flatnonzero(np.diff(names[order], prepend=~names[order[:1]]))
    twos = starts[np.diff(starts, append=len(order)) == 2]  # of equal digests; rows that share one by chance are told apart below
    pairs = np.stack([members[order[twos]], members[order[twos + 1]]], axis=1)
    first, second = pairs[:, 0], pairs[:, 1]
    same = _same_refid(ledger, first, second)
    signs = ledger.amount_sign[first] * ledger.amount_sign[second] == -1
    fees = (ledger.fee_sign[pairs] >= 0).all(axis=1) & ((ledger.fee_sign[pairs] > 0).sum(axis=1) <= 1)
    fitting = same & live[first] & live[second] & signs & fees & (ledger.assets[0][first] != ledger.assets[0][second])
    return pairs[fitting]


def _same_refid(ledger: Ledger, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether two rows have one refid: mostly they stand below each other."""
    if not len(first):
        return np.zeros(0, bool)
    below = text_columns.mask(pc.equal(ledger.refid.slice(0, len(ledger.refid) - 1), ledger.refid.slice(1)))
    same: np.ndarray = below[first.clip(max=len(below) - 1)] & (second == first + 1)
    apart = np.flatnonzero(~same)
    same[apart] = text_columns.mask(pc.equal(ledger.refid.take(pa.array(first[apart])), ledger.refid.take(pa.array(second[apart]))))
    return same


def _transactions(ledger: Ledger, pairs: np.ndarray, single: _Single) -> pa.Table:
    """Trades of two rows each, and rows that stand alone, as transactions in the order of the file."""
    falling = ledger.amount_sign[pairs[:, 0]] < 0
    given, got = np.where(falling, pairs[:, 0], pairs[:, 1]), np.where(falling, pairs[:, 1], pairs[:, 0])
    alone = np.flatnonzero(single.alone)
    none = np.full(len(alone), -1)
    order = _order(np.concatenate([pairs[:, 0], alone]), np.concatenate([ledger.time[pairs].min(axis=1), ledger.time[alone]]))
    leaves = np.array([kind == "withdrawal" for kind in single.kinds])[single.codes[alone]]
    sent = np.concatenate([given, np.where(leaves, alone, -1)])[order]
    received = np.concatenate([got, np.where(leaves, -1, alone)])[order]
    second = np.concatenate([pairs[:, 1], none])[order]
    first = np.concatenate([pairs[:, 0], alone])[order]
    traded = second >= 0
    fee_row = np.where(traded & (ledger.fee_sign[sent] > 0), sent, np.where(traded, received, first))
    fee_row = np.where((ledger.fee_sign[fee_row] > 0) & ~single.income[first], fee_row, -1)
    value = _values(ledger, (sent, received), single.income)
    fee_value, fee_currency = _fee_values(ledger, (sent, received), fee_row, traded)
    size = pc.if_else(pa.array(single.income), ledger.change, pc.abs(ledger.amount))
    columns_given = {
        "time": _moments(np.where(traded, np.minimum(ledger.time[sent], ledger.time[received]), ledger.time[first])),
        "account": text_columns.words(np.zeros(len(order), np.int8), [ACCOUNT]),
        "kind": _kinds(ledger, (sent, received), single, first),
        "sent_quantity": size.take(text_columns.chosen(sent)),
        "sent_asset": _assets(ledger, sent),
        "received_quantity": size.take(text_columns.chosen(received)),
        "received_asset": _assets(ledger, received),
        "fee_quantity": ledger.fee.take(text_columns.chosen(fee_row)),
        "fee_asset": _assets(ledger, fee_row),
        "fee_value": fee_value,
        "value": value,
        "value_currency": _currencies(ledger, value, fee_value, fee_currency),
        "id": pa.concat_arrays([ledger.txid, ledger.refid]).take(pa.array(np.where(traded, sent + len(ledger.bulk), first))),
        "sources": tables.source_column(ledger.bulk, first, second),
    }
    return tables.transactions(len(order), columns_given)


def _order(rows: np.ndarray, time: np.ndarray) -> np.ndarray:
    """By time, then by row: mostly the order of the rows."""
    by_row = np.argsort(rows)
    return by_row if (np.diff(time[by_row]) >= 0).all() else np.lexsort((rows, time))


def _moments(time: np.ndarray) -> pa.Array:
    return pa.array(time, pa.int64()).cast(frames.TIME)


def _assets(ledger: Ledger, rows: np.ndarray) -> pa.Array:
    """Assets of the rows, null for -1."""
    places, names = ledger.assets
    return text_columns.words(np.where(rows < 0, len(names), places[rows]), [*names, None])


def _kinds(ledger: Ledger, legs: tuple[np.ndarray, np.ndarray], single: _Single, first: np.ndarray) -> pa.Array:
    """Kind of each transaction: a trade's by its two assets."""
    places, names = ledger.assets
    trades = [trade_kind(one, other) for one in names for other in names]
    of_trade = places[legs[0]] * len(names) + places[legs[1]]
    traded = (legs[0] >= 0) & (legs[1] >= 0)
    return text_columns.words(np.where(traded, of_trade, len(trades) + single.codes[first]), [*trades, *single.kinds])


def _money(ledger: Ledger) -> np.ndarray:
    """Rows whose asset is money."""
    return np.array([is_fiat(name) for name in ledger.assets[1]], bool)[ledger.assets[0]]


def _values(ledger: Ledger, legs: tuple[np.ndarray, np.ndarray], income: np.ndarray) -> pa.Array:
    """Values by amountusd where no leg is money; of income only the share that is left after its fee."""
    usd = ledger.usd
    if usd.null_count == len(usd):
        return pa.nulls(len(legs[0]), usd.type)
    reduced = np.flatnonzero(income & (ledger.fee_sign > 0) & text_columns.mask(pc.is_valid(usd)))
    if len(reduced):
        whole, fee, worth = (exact.units(column.take(pa.array(reduced))) for column in (ledger.amount, ledger.fee, usd))
        shares = [exact.share(w or 0, (a or 0) - (f or 0), a or 1) for w, a, f in zip(worth, whole, fee, strict=True)]
        usd = pc.coalesce(text_columns.spread(exact.array(shares), reduced, len(usd)), usd)
    usd = pc.if_else(pc.equal(usd, pa.scalar(0, usd.type)), None, usd)
    money = _money(ledger)
    paid = np.any([(rows >= 0) & money[rows] for rows in legs], axis=0)
    return pc.if_else(pa.array(paid), None, pc.coalesce(*(usd.take(text_columns.chosen(rows)) for rows in legs[::-1])))


def _fee_values(
    ledger: Ledger, legs: tuple[np.ndarray, np.ndarray], fee_row: np.ndarray, traded: np.ndarray
) -> tuple[pa.Array, np.ndarray]:
    """What fees of trades in an asset were worth, at the trade's price where a leg is money, else by amountusd.

    And the row of that leg, or -1 for US dollars.
    """
    money = _money(ledger)
    asked = np.flatnonzero(traded & (fee_row >= 0) & ~money[fee_row])
    rows = fee_row[asked]
    other = np.where(rows == legs[0][asked], legs[1][asked], legs[0][asked])
    in_money = money[other]
    paid = pc.if_else(pa.array(in_money), pc.abs(ledger.amount.take(pa.array(other))), ledger.usd.take(pa.array(rows)))
    columns_of = (paid, ledger.fee.take(pa.array(rows)), pc.abs(ledger.amount.take(pa.array(rows))))
    units = [exact.share(worth, fee, whole) if worth else None for worth, fee, whole in zip(*map(exact.units, columns_of), strict=True)]
    currency_row = np.full(len(traded), -1)
    currency_row[asked[in_money]] = other[in_money]
    return text_columns.spread(exact.array(units), asked, len(traded)), currency_row


def _currencies(ledger: Ledger, value: pa.Array, fee_value: pa.Array, row: np.ndarray) -> pa.Array:
    """Of each transaction with a value, or a value of its fee: US dollars, or what the row of the fee's other leg is in."""
    places, names = ledger.assets
    there = text_columns.mask(pc.is_valid(fee_value))
    dollars = text_columns.mask(pc.is_valid(value)) | (there & (row < 0))
    codes = np.where(dollars, len(names), np.where(there, places[row], len(names) + 1))
    return text_columns.words(codes, [*names, "USD", None])


def _single(ledger: Ledger, live: np.ndarray) -> _Single:
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
    return _Single(alone, usable & internal & ~charged, alone & income, code, [*known, None])


def _earned(kind: str) -> bool:
    return kind.startswith("income:")


def _valued_fee(ledger: Ledger) -> np.ndarray:
    """Rows of an asset with a stated value, which then values the fee as well."""
    return ~_money(ledger) & (text_columns.sign(ledger.usd) != 0)


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
