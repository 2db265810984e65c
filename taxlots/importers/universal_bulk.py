"""A large universal ledger by columns: the rows whose cells are plain and fit together; all others are read row by row."""

import re
from collections.abc import Callable
from datetime import UTC, tzinfo
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import frames
from taxlots.importers import bulk as tables
from taxlots.importers import text_columns, universal
from taxlots.importers.bulk import Bulk
from taxlots.importers.records import Intake
from taxlots.importers.text_columns import Vocabulary
from taxlots.kinds import DUST, KINDS

_SIDES = ("sent", "received", "fee")
_AMOUNTS = ("fee_value", "value", "basis")
_TEXTS = ("id", "txid", "note")
_TOGETHER = 20_000  # rows that are held as text one by one
_ESCAPED = "'[=+@-]"
_CLASSES = universal.ASSET_CLASSES - {"fiat"} | {""}


_Part = tuple[dict[str, pa.Array], np.ndarray]  # columns, and the rows in which they are plain


def read(bulk: Bulk, zone: tzinfo) -> Intake:
    """Every row as one transaction, or as a problem; `zone` is used for times without an offset."""
    parts = text_columns.together(
        *(partial(_leg, bulk, side) for side in _SIDES),
        *(partial(_amount, bulk, name) for name in _AMOUNTS),
        partial(_time, bulk, zone),
        *(partial(_text, bulk, name) for name in _TEXTS),
        partial(_names, bulk),
    )
    given = {name: column for columns, _ in parts for name, column in columns.items()}
    given["value_currency"] = _currencies(given)
    plain = np.logical_and.reduce([_fitting(given, len(bulk)), *(rows for _, rows in parts)])
    chosen, others = np.flatnonzero(plain), np.flatnonzero(~plain)
    intake = universal.read(bulk.rest(others[:0]), zone)
    for start in range(0, len(others), _TOGETHER):
        universal.take(bulk.rows(others[start : start + _TOGETHER]), zone, intake)
    taken = given if plain.all() else {name: column.take(pa.array(chosen)) for name, column in given.items()}
    intake.columns = tables.transactions(len(chosen), taken | {"sources": tables.source_column(bulk, chosen)})
    return intake


def _time(bulk: Bulk, zone: tzinfo) -> _Part:
    time, plain, date_only = text_columns.times(bulk.raw("time"), utc=zone is UTC or str(zone) == "UTC")
    return {"time": time, "date_only": pa.array(date_only)}, plain & text_columns.mask(pc.equal(bulk.text("acquired"), ""))


def _leg(bulk: Bulk, side: str) -> _Part:
    quantity, plain = text_columns.numbers(bulk.raw(f"{side}_quantity"))
    asset = bulk.words_as(f"{side}_asset", _upper)
    signs = text_columns.sign(quantity)
    there = pa.array(signs > 0)
    plain = plain & (signs >= 0) & text_columns.mask(pc.or_(pc.is_valid(asset), pc.invert(there)))
    named = pa.DictionaryArray.from_arrays(pc.if_else(there, asset.indices, None), asset.dictionary, safe=False)
    return {f"{side}_quantity": pc.if_else(there, quantity, None), f"{side}_asset": named}, plain


def _amount(bulk: Bulk, name: str) -> _Part:
    amount, plain = text_columns.numbers(bulk.raw(name))
    return {name: amount}, plain & (text_columns.sign(amount) >= 0)


def _text(bulk: Bulk, name: str) -> _Part:
    text = bulk.text(name)
    plain = ~text_columns.mask(pc.match_substring_regex(text, f"^{_ESCAPED}"))
    return {name: text if name == "id" else pc.if_else(pc.equal(text, ""), None, text)}, plain


def _names(bulk: Bulk) -> _Part:
    """The columns of few different words, but for the assets of legs."""
    accounts = {name: bulk.words_as(name, lambda word: word or None) for name in ("account", "counter_account")}
    plain = ~_known(accounts["account"], lambda word: word is None)
    for column in accounts.values():
        plain &= ~_known(column, lambda word: word is not None and re.match(_ESCAPED, word) is not None)
    plain &= _known(bulk.words("asset_class"), lambda word: word is not None and word.lower() in _CLASSES)
    others = {
        "value_currency": bulk.words_as("value_currency", _upper),
        "asset_class": bulk.words_as("asset_class", lambda word: word.lower() or None),
        "kind": bulk.words_as("kind", str.lower),
    }
    return accounts | others, plain


def _currencies(given: dict[str, pa.Array]) -> pa.DictionaryArray:
    """The currencies of values, the usual one where a row says none."""
    words = Vocabulary()
    codes = words.codes(given["value_currency"])
    valued = text_columns.mask(pc.or_(pc.is_valid(given["value"]), pc.is_valid(given["fee_value"])))
    return words.column(np.where((codes < 0) & valued, words.number(universal.DEFAULT_CURRENCY), codes))


def _fitting(given: dict[str, pa.Array], count: int) -> np.ndarray:
    """Rows whose kind is known and has the legs that it needs; a transfer goes somewhere and arrives in the asset that was sent."""
    fitting = np.ones(count, bool)
    there = {side: text_columns.mask(pc.is_valid(given[f"{side}_quantity"])) for side in _SIDES}
    places, kinds = text_columns.by_word(given["kind"], KINDS.get)
    for place, meant in enumerate(kinds):
        if meant is None or meant.about:
            fitting &= places != place
            continue
        legs = np.array([there[side] for side in meant.needs])
        fitting &= (places != place) | (legs.any(axis=0) if meant.either else legs.all(axis=0))
    moved = _known(given["kind"], lambda word: word == "transfer")
    return fitting & (~moved | _arrives(given)) if moved.any() else fitting


def _arrives(given: dict[str, pa.Array]) -> np.ndarray:
    """Rows that say where they go, and of which as much arrives as was sent, or less, or nothing is said of that."""
    arrived, sent = given["received_quantity"], given["sent_quantity"]
    assets = Vocabulary()
    same = assets.codes(given["received_asset"]) == assets.codes(given["sent_asset"])
    least = text_columns.mask(pc.fill_null(pc.less_equal(arrived, pc.add(sent, pa.scalar(DUST, frames.EXACT))), fill_value=False))
    there = text_columns.mask(pc.is_valid(given["counter_account"]))
    return there & (text_columns.mask(pc.is_null(arrived)) | (same & least))


def _known(column: pa.DictionaryArray, test: Callable[[str | None], bool]) -> np.ndarray:
    """Whether the test holds of each row's word, which is None where it is missing."""
    places, held = text_columns.by_word(column, test)
    known: np.ndarray = np.array(held, bool)[places]
    return known


def _upper(word: str) -> str | None:
    return word.upper() or None
