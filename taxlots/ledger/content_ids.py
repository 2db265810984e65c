"""Ids made from what rows say, where the platform gives none: of one transaction, and the same of many by column.

People write these ids into their overrides and journals, so what is hashed never changes: `account|time|kind`, each leg as
`side|asset|quantity`, and the quantity of the fee.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact
from taxlots.assets import asset_table
from taxlots.importers.text_columns import by_word, iso, mask, words
from taxlots.kinds import is_fiat

_DIGITS = 12
_KEPT = _DIGITS // 2  # bytes of the hash
_BLOCK = 1 << 17  # rows whose text is held together


def id_of(account: str, time: datetime, kind: str, parts: Sequence[str]) -> str:
    """The id of a row of that content: `parts` are its legs (`side|asset|quantity`) and the quantity of its fee."""
    return f"{account}-{sha256('|'.join((account, time.isoformat(), kind, *parts)).encode()).hexdigest()[:_DIGITS]}"


def content_ids(table: pa.Table) -> pa.Array:
    """`duplicates.content_id` of each line, whose legs all have quantities, without making transactions of them."""
    starts = range(0, len(table), _BLOCK)
    with ThreadPoolExecutor(2) as pool:  # the texts of one block are made beside the hashes of another
        blocks = list(pool.map(lambda start: _of_block(table.slice(start, _BLOCK).combine_chunks()), starts))
    return pa.concat_arrays([pa.array([], pa.string()), *blocks])


def _of_block(table: pa.Table) -> pa.Array:
    account = table["account"].combine_chunks().cast(pa.string())
    parts = [account, iso(mask(table["time"].cast(pa.int64())), "+00:00"), table["kind"].combine_chunks().cast(pa.string())]
    fee = pc.fill_null(exact.plain_column(table["fee_quantity"].combine_chunks()), "")
    told = pc.binary_join_element_wise(*parts, *_legs(table), fee, "|", null_handling="skip")
    return pc.binary_join_element_wise(account, _hashes(told), "-")


def _legs(table: pa.Table) -> list[pa.Array]:
    """Per side `side|asset|quantity`, null where it does not count: money counts only where nothing else moved."""
    sides = [_leg(table, side) for side in ("sent", "received")]
    assets_move = np.any([there & ~money for _, there, money in sides], axis=0)
    return [pc.if_else(pa.array(money & assets_move), None, leg) for leg, _, money in sides]


def _leg(table: pa.Table, side: str) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """What moved on that side, null where nothing did; where something did; and where the asset is money."""
    asset, quantity = (table[f"{side}_{name}"].combine_chunks() for name in ("asset", "quantity"))
    places, names = by_word(asset, lambda word: f"{side}|{asset_table().canonical(word or '')}")
    fiats, money = by_word(asset, is_fiat)
    told = pc.binary_join_element_wise(words(places, names).cast(pa.string()), exact.plain_column(quantity), "|")
    return told, mask(pc.is_valid(quantity)), np.array(money, bool)[fiats]


def _hashes(told: pa.Array) -> pa.Array:
    """The first digits of the hash of each text."""
    content = told.buffers()[2].to_pybytes()
    ends = np.frombuffer(told.buffers()[1], np.int32)[: len(told) + 1].tolist()
    digests = b"".join([sha256(content[start:end]).digest()[:_KEPT] for start, end in pairwise(ends)])
    offsets = np.arange(len(told) + 1, dtype=np.int32) * _DIGITS
    return pa.Array.from_buffers(pa.string(), len(told), [None, pa.py_buffer(offsets), pa.py_buffer(digests.hex().encode())])
