"""A large universal ledger by columns: the rows whose cells are plain and fit together; all others are read row by row."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo

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
_ESCAPED = "'[=+@-]"
_CLASSES = universal.ASSET_CLASSES - {"fiat"} | {""}


@dataclass(slots=True)
class _Cells:
    """The columns read so far, and the rows in which everything was plain."""

    given: dict[str, pa.Array]
    plain: np.ndarray

    def keep(self, condition: pa.Array) -> None:
        """Only rows of which the condition is true stay plain."""
        self.plain &= text_columns.mask(pc.fill_null(condition, fill_value=False))


def read(bulk: Bulk, zone: tzinfo) -> Intake:
    """Every row as one transaction, or as a problem; `zone` is used for times without an offset."""
    cells = _Cells({}, np.ones(len(bulk), bool))
    _read_time(bulk, zone, cells)
    for side in _SIDES:
        _read_leg(bulk, side, cells)
    for name in _AMOUNTS:
        amount, plain = text_columns.numbers(bulk.raw(name))
        cells.plain &= plain & (text_columns.sign(amount) >= 0)
        cells.given[name] = amount
    for name in _TEXTS:
        text = bulk.text(name)
        cells.keep(pc.invert(pc.match_substring_regex(text, f"^{_ESCAPED}")))
        cells.given[name] = text if name == "id" else _or_null(text)
    for name in ("account", "counter_account"):
        cells.given[name] = bulk.words_as(name, lambda word: word or None)
        cells.plain &= ~_known(bulk.words(name), lambda word: re.match(_ESCAPED, word) is not None)
    cells.given["value_currency"] = bulk.words_as("value_currency", _upper)
    cells.keep(pc.is_valid(cells.given["account"]))
    _read_class(bulk, cells)
    _check(bulk, cells)
    chosen = np.flatnonzero(cells.plain)
    intake = universal.read(bulk.rest(np.flatnonzero(~cells.plain)), zone)
    taken = {name: column.take(pa.array(chosen)) for name, column in cells.given.items()}
    intake.columns = tables.transactions(len(chosen), taken | {"sources": tables.source_column(bulk, chosen)})
    return intake


def _read_time(bulk: Bulk, zone: tzinfo, cells: _Cells) -> None:
    time, plain, date_only = text_columns.times(bulk.raw("time"), utc=zone is UTC or str(zone) == "UTC")
    cells.plain &= plain
    cells.keep(pc.equal(bulk.text("acquired"), ""))
    cells.given |= {"time": time, "date_only": pa.array(date_only)}


def _read_leg(bulk: Bulk, side: str, cells: _Cells) -> None:
    quantity, plain = text_columns.numbers(bulk.raw(f"{side}_quantity"))
    asset = bulk.words_as(f"{side}_asset", _upper)
    signs = text_columns.sign(quantity)
    there = pa.array(signs > 0)
    cells.plain &= plain & (signs >= 0)
    cells.keep(pc.or_(pc.is_valid(asset), pc.invert(there)))
    cells.given[f"{side}_quantity"] = pc.if_else(there, quantity, None)
    indices = pc.if_else(there, asset.indices, None)
    cells.given[f"{side}_asset"] = pa.DictionaryArray.from_arrays(indices, asset.dictionary, safe=False)


def _read_class(bulk: Bulk, cells: _Cells) -> None:
    cells.given["asset_class"] = bulk.words_as("asset_class", lambda word: word.lower() or None)
    cells.plain &= _known(bulk.words("asset_class"), lambda word: word.lower() in _CLASSES)


def _check(bulk: Bulk, cells: _Cells) -> None:
    """The kind is known and has the legs that it needs; a transfer goes somewhere and arrives in the asset that was sent."""
    kind = bulk.words_as("kind", str.lower)
    cells.given["kind"] = kind
    there = {side: text_columns.mask(pc.is_valid(cells.given[f"{side}_quantity"])) for side in _SIDES}
    places, kinds = text_columns.by_word(kind, KINDS.get)
    for place, meant in enumerate(kinds):
        rows = places == place
        if meant is None or meant.about:
            cells.plain &= ~rows
            continue
        legs = np.array([there[side] for side in meant.needs])
        cells.plain &= ~rows | (legs.any(axis=0) if meant.either else legs.all(axis=0))
    moved = pa.array(_known(kind, lambda word: word == "transfer"))
    arrived, sent = cells.given["received_quantity"], cells.given["sent_quantity"]
    assets = Vocabulary()
    same = pa.array(assets.codes(cells.given["received_asset"]) == assets.codes(cells.given["sent_asset"]))
    most = pc.add(sent, pa.scalar(DUST, frames.EXACT))
    arrives = pc.or_(pc.is_null(arrived), pc.fill_null(pc.and_(same, pc.less_equal(arrived, most)), fill_value=False))
    cells.keep(pc.or_(pc.invert(moved), pc.and_(pc.is_valid(cells.given["counter_account"]), arrives)))


def _known(column: pa.DictionaryArray, test: Callable[[str], bool]) -> np.ndarray:
    places, held = text_columns.by_word(column, test)
    known: np.ndarray = np.array(held, bool)[places]
    return known


def _upper(word: str) -> str | None:
    return word.upper() or None


def _or_null(text: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(text, ""), None, text)
