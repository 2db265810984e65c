"""A large Kraken ledger as columns of numbers, times and codes."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.importers import text_columns
from taxlots.importers.bulk import Bulk
from taxlots.importers.exchanges.kraken_rows import asset_name
from taxlots.kinds import is_fiat

CODED = ("type", "subtype", "asset", "wallet")


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

    def is_money(self) -> np.ndarray:
        """Rows whose asset is money."""
        money: np.ndarray = np.array([is_fiat(name) for name in self.assets[1]], bool)[self.assets[0]]
        return money

    def is_in(self, names: set[str]) -> np.ndarray:
        """Rows of these types."""
        places, types = self.types
        chosen: np.ndarray = np.array([kind in names for kind, _ in types])[places]
        return chosen


def ledger_of(bulk: Bulk) -> Ledger:
    """The columns of the ledger's rows."""
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
    not_empty: np.ndarray = np.array(filled, bool)[places]
    return not_empty


def _types(bulk: Bulk) -> tuple[np.ndarray, list[tuple[str, str]]]:
    types, type_names = text_columns.by_word(bulk.words("type"), str.lower)
    subtypes, subtype_names = text_columns.by_word(bulk.words("subtype"), str.lower)
    return types * len(subtype_names) + subtypes, [(kind, subtype) for kind in type_names for subtype in subtype_names]
