"""Transactions of large files that nothing else touches are settled by column; all others go one by one with the rest.

A line is *entangled*, and so becomes a single `Transaction`, where another line may say the same (equal legs in another file, an equal
id), where a withdrawal and a deposit may be one transfer, where a person's rule, override or decision names it, or where its value
needs a closer look. What is decided here is only that none of this can be the case: the decisions themselves are made in one place,
for single transactions.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.importers.records import Source, Transaction
from taxlots.importers.text_columns import Vocabulary, all_differ, by_word, chosen, coded, digests, mask
from taxlots.importers.transaction_columns import first_sources, from_transactions, listed, sources, to_transactions
from taxlots.kinds import is_fiat
from taxlots.ledger import chain_hashes
from taxlots.ledger.content_ids import content_ids
from taxlots.ledger.duplicates import content_id
from taxlots.ledger.plain_values import plain_values
from taxlots.ledger.rules import BulkRule
from taxlots.ledger.transfers import EARLIEST, LATEST, deposit_alone, withdrawal_alone
from taxlots.ledger.valuation import Valuer
from taxlots.problems import Problem

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_LEGS = ("sent", "received")
Order = Mapping[str, tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a person decided: ids that are named, rules (with each file's layout for these), the instant from which on rows are left out."""

    ids: frozenset[str] = frozenset()
    rules: tuple[BulkRule, ...] = ()
    layouts: Mapping[str, str | None] = field(default_factory=dict)
    as_of: datetime | None = None


@dataclass(slots=True)
class Separated:
    """Entangled transactions one by one; the plain ones as columns of `frames.SETTLED`, few words coded, without their order; late rows."""

    entangled: list[Transaction]
    plain: pa.Table
    later: list[Source]


def separate(tables: Sequence[pa.Table], others: Sequence[Transaction], decisions: Decisions, valuer: Valuer) -> Separated:
    """Tables of `transaction_columns.SCHEMA` beside the transactions of other files -> what has to be looked at, and what is settled."""
    table = pa.concat_tables(tables).combine_chunks()
    beside = from_transactions([_rounded(t) for t in others])
    names = _names(table)
    entangled = _said_twice(table, beside) | _named_twice(names, [t.id or content_id(t) for t in others])
    entangled |= mask(pc.is_in(names, pa.array(sorted(decisions.ids), pa.string())))
    for rule in decisions.rules:
        entangled |= _fits(table, rule, decisions.layouts)
    entangled |= _may_be_transfer(table, beside)
    late = np.zeros(len(table), bool) if decisions.as_of is None else mask(pc.greater_equal(table["time"], _moment(decisions.as_of)))
    late &= ~entangled
    values = plain_values(table, valuer, ~entangled & ~late)
    plain = table.set_column(table.column_names.index("id"), "id", names)
    added = {"home_value": values.value, "home_fee": values.fee, "home_shortfall": values.shortfall, "price_source": values.source}
    for name, column in added.items():
        plain = plain.append_column(name, column)
    plain = plain.append_column("match", pa.nulls(len(plain), frames.NAME))
    rest = to_transactions(table.filter(pa.array(~values.fitting & ~late)))
    kept = plain if values.fitting.all() else plain.filter(pa.array(values.fitting))
    return Separated(rest, kept, list(sources(table.filter(pa.array(late)))))


def _moment(time: datetime) -> pa.Scalar:
    return pa.scalar(time, frames.TIME)


def _rounded(t: Transaction) -> Transaction:
    """With the quantities of its legs in 18 decimals, as the columns have them."""
    sent, received = (q if q is None else exact.to_decimal(exact.to_units(q)) for q in (t.sent_quantity, t.received_quantity))
    return replace(t, sent_quantity=sent, received_quantity=received)


def _names(table: pa.Table) -> pa.Array:
    """The platform's id, else one made from the content, as `duplicates.content_id` makes it."""
    given = table["id"].combine_chunks()
    unnamed = np.flatnonzero(mask(pc.equal(given, "")))
    if not len(unnamed):
        return given
    places = np.full(len(given), -1)
    places[unnamed] = np.arange(len(unnamed))
    made = content_ids(table if len(unnamed) == len(given) else table.take(pa.array(unnamed)))
    return made if len(made) == len(given) else pc.coalesce(made.take(chosen(places)), given)


def _said_twice(table: pa.Table, beside: pa.Table) -> np.ndarray:
    """Lines whose account and legs another file has as well."""
    both = pa.concat_tables([table.select(beside.column_names), beside])
    files = _first_files(both)
    if len(np.unique(files)) < 2:
        return np.zeros(len(table), bool)
    codes, names = pd.factorize(_leg_keys(both))
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    least, most = (reduce(files[order], starts) for reduce in (np.minimum.reduceat, np.maximum.reduceat))
    several = np.zeros(len(names), bool)
    several[codes[order][starts]] = least != most
    return (several[codes] | _ends_twice(both))[: len(table)]


def _ends_twice(both: pa.Table) -> np.ndarray:
    """Transfers that are told whole, and withdrawals and deposits of the account and asset that such a transfer leaves or reaches."""
    account, counter, sent, received = (
        _hashed(both[name].combine_chunks()) for name in ("account", "counter_account", "sent_asset", "received_asset")
    )
    arrived = np.where(mask(pc.is_valid(both["received_asset"])), received, sent)
    transfer, withdrawal, deposit = (mask(pc.equal(both["kind"], kind)) for kind in ("transfer", "withdrawal", "deposit"))
    left, reached = _paired(account, sent), _paired(counter, arrived)
    into = _paired(account, received)
    found = transfer & (np.isin(left, left[withdrawal]) | np.isin(reached, into[deposit]))
    found |= withdrawal & np.isin(left, left[transfer])
    return np.asarray(found | (deposit & np.isin(into, reached[transfer])))


def _paired(account: np.ndarray, asset: np.ndarray) -> np.ndarray:
    return np.asarray(account * np.uint64(0x100000001B3) ^ asset)


def _first_files(table: pa.Table) -> np.ndarray:
    column = table["sources"].combine_chunks()
    flat = column.flatten().field("file")
    return flat.indices.to_numpy()[column.offsets.to_numpy()[:-1]]


def _leg_keys(table: pa.Table) -> np.ndarray:
    """A number per line that is equal where account and legs are; money counts only where nothing else moved.

    A withdrawal counts without its quantity, since another file may have the fee in it (`duplicates` compares the sums).
    """
    money = {side: _is_money(table[f"{side}_asset"].combine_chunks()) for side in _LEGS}
    given = {side: pc.is_valid(table[f"{side}_quantity"]).to_numpy() for side in _LEGS}
    assets_move = np.any([given[side] & ~money[side] for side in _LEGS], axis=0)
    key = _hashed(table["account"].combine_chunks())
    withdrawn = pc.equal(table["kind"].combine_chunks(), "withdrawal")
    zero = pa.scalar(0, frames.EXACT)
    for side in _LEGS:
        counts = given[side] & ~(money[side] & assets_move)
        low, high = exact.halves(pc.if_else(withdrawn, zero, pc.fill_null(table[f"{side}_quantity"].combine_chunks(), zero)))
        leg = _hashed(table[f"{side}_asset"].combine_chunks()) ^ (low * np.uint64(0x9E3779B97F4A7C15)) ^ high.astype(np.uint64)
        key = key * np.uint64(0x100000001B3) + np.where(counts, leg, np.uint64(0))
    return key


def _hashed(text: pa.Array) -> np.ndarray:
    places, digests = by_word(text, lambda word: int.from_bytes(sha256((word or "").encode()).digest()[:8], "little"))
    return np.array(digests, np.uint64)[places]


def _is_money(text: pa.Array) -> np.ndarray:
    places, money = by_word(text, is_fiat)
    return np.array(money, bool)[places]


def _named_twice(names: pa.Array, others: Iterable[str]) -> np.ndarray:
    """Lines whose id another line or transaction has."""
    known = mask(pc.is_in(names, pa.array(sorted(set(others)), pa.string())))
    if not names.null_count and all_differ(digests(names)):
        return known
    codes, _ = coded(names)
    return known | (np.bincount(codes) > 1)[codes]


def _fits(table: pa.Table, rule: BulkRule, layouts: Mapping[str, str | None]) -> np.ndarray:
    """Lines that the rule may be about: `BulkRule.fits` decides."""
    found = np.ones(len(table), bool)
    if rule.layout is not None:
        column = table["sources"].combine_chunks()
        names = column.flatten().field("file").dictionary.to_pylist()
        found &= np.array([layouts.get(name) == rule.layout for name in names], bool)[_first_files(table)]
    for name, wanted in (("account", rule.account), ("kind", rule.kind)):
        if wanted is not None:
            found &= pc.equal(table[name], wanted).to_numpy()
    if rule.asset is not None:
        found &= np.any([pc.fill_null(pc.equal(table[f"{side}_asset"], rule.asset), fill_value=False).to_numpy() for side in _LEGS], axis=0)
    if rule.note is not None:
        encoded = table["note"].combine_chunks().dictionary_encode(null_encoding="encode")
        fitting = [re.search(rule.note, note or "", re.IGNORECASE) is not None for note in encoded.dictionary.to_pylist()]
        found &= np.array(fitting, bool)[encoded.indices.to_numpy()]
    return found


def _may_be_transfer(table: pa.Table, beside: pa.Table) -> np.ndarray:
    """Withdrawals and deposits of an asset between whose accounts something may have moved: some end of the other kind lies near."""
    both = pa.concat_tables([table.select(beside.column_names), beside]) if len(beside) else table
    words = Vocabulary()
    account, kind, sent, received = (
        words.codes(both[name].combine_chunks()) for name in ("account", "kind", "sent_asset", "received_asset")
    )
    outs = (kind == words.number("withdrawal")) & ~words.holds(sent, is_fiat)
    ins = (kind == words.number("deposit")) & ~words.holds(received, is_fiat)
    found = np.zeros(len(both), bool)
    time = both["time"].cast(pa.int64()).to_numpy()
    for code in np.intersect1d(sent[outs], received[ins]).tolist():
        out, into = np.flatnonzero(outs & (sent == code)), np.flatnonzero(ins & (received == code))
        if len(np.unique(account[np.concatenate([out, into])])) > 1:
            found[out] |= _near(time[out], time[into], EARLIEST - _DAY, LATEST + _DAY) | _same_hash(both, out, into)
            found[into] |= _near(time[into], time[out], -LATEST - _DAY, -EARLIEST + _DAY) | _same_hash(both, into, out)
    return found[: len(table)]


def _near(mine: np.ndarray, theirs: np.ndarray, earliest: timedelta, latest: timedelta) -> np.ndarray:
    ordered = np.sort(theirs)
    first = np.searchsorted(ordered, mine + earliest // _MICROSECOND, "left")
    return np.searchsorted(ordered, mine + latest // _MICROSECOND, "right") > first


def _same_hash(both: pa.Table, mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    hashes = pc.replace_substring_regex(pc.utf8_lower(both["txid"].combine_chunks()), pattern=chain_hashes.WRITTEN, replacement="")
    known = hashes.take(pa.array(theirs)).drop_null()
    return mask(pc.and_(pc.is_valid(hashes.take(pa.array(mine))), pc.is_in(hashes.take(pa.array(mine)), known)))


def ordered(table: pa.Table, order: Order) -> pa.Table:
    """With `file_hash` and `file_order`: what puts rows of one instant in order (`duplicates.row_order`)."""
    column = table["sources"].combine_chunks()
    starts = column.offsets.to_numpy()[:-1]
    files = column.flatten().field("file")
    digests, turned = zip(*(order.get(name, (name, False)) for name in files.dictionary.to_pylist()), strict=True) or ((), ())
    places = files.indices.to_numpy()[starts]
    rows = column.flatten().field("row").to_numpy()[starts]
    known = sorted(set(digests))
    hashes = pa.DictionaryArray.from_arrays(pa.array([known.index(d) for d in digests], pa.int32()).take(pa.array(places)), pa.array(known))
    signs = np.array([-1 if newest_first else 1 for newest_first in turned], np.int64)[places]
    return table.append_column("file_hash", hashes).append_column("file_order", pa.array(rows * signs, pa.int64()))


def left_open(table: pa.Table) -> list[Problem]:
    """One Problem for each withdrawal and each deposit without basis: none of these is part of a transfer."""
    found = []
    for kind, side, told in (("deposit", "received", deposit_alone), ("withdrawal", "sent", withdrawal_alone)):
        alone = pc.equal(table["kind"], kind)
        columns = ("account", "id", f"{side}_quantity", f"{side}_asset")
        asked = pc.and_(alone, pc.is_null(table["basis"])) if kind == "deposit" else alone
        named = table.select([*columns, "time", "sources"]).filter(asked)
        accounts, ids, quantities, assets = (listed(named[name]) for name in columns)
        days = named["time"].cast(pa.date32()).to_pylist()
        lines = zip(accounts, ids, days, zip(quantities, assets, strict=True), first_sources(named), strict=True)
        found += [told(*line) for line in lines if not is_fiat(line[3][1])]
    return found
