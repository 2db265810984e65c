"""Lines of large files whose asset needs a look, as single transactions; what is left in columns has plain names.

An asset needs a look where it may be renamed or has two meanings, where the table knows a class or a wrapped form of it, where it is a
share in one place and a coin in another, where it may be spam or a collectible, or where the person says something of it. What follows
from that is decided in `names`, `classes` and `spam`, for single transactions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.assets import AssetTable, asset_table
from taxlots.importers.records import Transaction
from taxlots.importers.text_columns import Vocabulary, mask
from taxlots.importers.transaction_columns import to_transactions
from taxlots.kinds import is_fiat
from taxlots.ledger.classes import looks_like_nft
from taxlots.ledger.spam import MOVES, looks_like_spam
from taxlots.settings import Asset

_SIDES = ("sent", "received", "fee")


@dataclass(frozen=True, slots=True)
class Parted:
    """All transactions that are looked at one by one, the tables that are left, and the assets in these."""

    single: list[Transaction]
    columns: list[pa.Table]
    left: frozenset[str]


def part(tables: Sequence[pa.Table], single: Sequence[Transaction], choices: Mapping[str, Asset], priced: set[str]) -> Parted:
    """Take the lines that need a look out of tables of `transaction_columns.SCHEMA`; `priced` are assets with any price."""
    found = [table for table in tables if len(table)]
    if not found:
        return Parted(list(single), [], frozenset())
    assets = {asset for table in found for asset in _assets(table)}
    concerned = _concerned(found, assets, single, choices) | _unpriced(found, assets, priced)
    taken, left = list(single), []
    for table in found:
        words = Vocabulary()
        codes = [words.codes(table[f"{side}_asset"].combine_chunks()) for side in _SIDES]
        chosen = np.any([words.holds(code, concerned.__contains__) for code in codes], axis=0)
        taken += to_transactions(table.filter(pa.array(chosen)))
        left.append(table.filter(pa.array(~chosen)) if chosen.any() else table)
    remaining = [table for table in left if len(table)]
    return Parted(taken, remaining, frozenset(asset for table in remaining for asset in _assets(table)))


def _assets(table: pa.Table, rows: np.ndarray | None = None) -> set[str]:
    """Assets, but for money, in these rows."""
    words = Vocabulary()
    codes = [words.codes(table[f"{side}_asset"].combine_chunks()) for side in _SIDES]
    return {asset for asset in words.used(*(c if rows is None else c[rows] for c in codes)) if asset and not is_fiat(asset)}


def _concerned(tables: Sequence[pa.Table], assets: set[str], single: Sequence[Transaction], choices: Mapping[str, Asset]) -> set[str]:
    """Assets of these tables that names, classes or the person's choices may be about."""
    table = asset_table()
    here = assets | {asset for t in single for asset in (t.sent_asset, t.received_asset, t.fee_asset) if asset}
    known = _known(table, here) | {key.rpartition(":")[2] for key in choices}
    shares = {asset for t in single if t.asset_class for asset in (t.sent_asset, t.received_asset) if asset}
    classed = {asset for one in tables for asset in _assets(one, mask(pc.is_valid(one["asset_class"])))}
    plain = {asset for one in tables for asset in _assets(one, mask(pc.is_null(one["asset_class"])))}
    coins = {asset for t in single if not t.asset_class for asset in (t.sent_asset, t.received_asset) if asset} | plain
    return {a for a in assets if a in known or a in shares or (a in classed and a in coins) or looks_like_nft(a, table)}


def _known(table: AssetTable, here: set[str]) -> set[str]:
    """Names that the table says something of; of a new name only where its old one occurs too."""
    known = {*table.classes, *table.wrapped, *(rename.name for rename in table.renames)}
    known |= {rename.to for rename in table.renames if not rename.always and rename.name in here}
    known |= {name for collision in table.collisions for name in (collision.name, collision.other)}
    for exchange in table.exchanges:
        known |= {exchange.name, *exchange.to} if exchange.name in here else set()
    return known


def _unpriced(tables: Sequence[pa.Table], assets: set[str], priced: set[str]) -> set[str]:
    """Assets without a price that look like spam, or of which nothing was ever traded."""
    traded: set[str] = set()
    for table in tables:
        kinds = Vocabulary()
        traded |= _assets(table, ~kinds.holds(kinds.codes(table["kind"].combine_chunks()), MOVES.__contains__))
    return {asset for asset in assets - priced if looks_like_spam(asset) or asset not in traded}
