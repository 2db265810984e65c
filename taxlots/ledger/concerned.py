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
    tables_of = [_Coded(table) for table in found]
    assets = {asset for one in tables_of for asset in one.assets()}
    concerned = _concerned(tables_of, assets, single, choices) | _unpriced(tables_of, assets, priced)
    taken, left, plain = list(single), [], set[str]()
    for one in tables_of:
        chosen = np.any([one.words.holds(codes, concerned.__contains__) for codes in one.codes], axis=0)
        taken += to_transactions(one.table.filter(pa.array(chosen)))
        left.append(one.table.filter(pa.array(~chosen)) if chosen.any() else one.table)
        plain |= one.assets(~chosen)
    return Parted(taken, [table for table in left if len(table)], frozenset(plain))


class _Coded:
    """A table with its assets as codes."""

    def __init__(self, table: pa.Table) -> None:
        self.table, self.words = table, Vocabulary()
        self.codes = [self.words.codes(table[f"{side}_asset"].combine_chunks()) for side in _SIDES]

    def assets(self, rows: np.ndarray | None = None) -> set[str]:
        """Assets, but for money, in these rows."""
        used = self.words.used(*(codes if rows is None else codes[rows] for codes in self.codes))
        return {asset for asset in used if asset and not is_fiat(asset)}

    def has(self, column: str) -> np.ndarray:
        """Rows in which the column is filled."""
        return mask(pc.is_valid(self.table[column]))


def _concerned(tables: Sequence[_Coded], assets: set[str], single: Sequence[Transaction], choices: Mapping[str, Asset]) -> set[str]:
    """Assets of these tables that names, classes or the person's choices may be about."""
    table = asset_table()
    here = assets | {asset for t in single for asset in (t.sent_asset, t.received_asset, t.fee_asset) if asset}
    known = _known(table, here) | {key.rpartition(":")[2] for key in choices}
    shares = {asset for t in single if t.asset_class for asset in (t.sent_asset, t.received_asset) if asset}
    classed = {asset for one in tables for asset in one.assets(one.has("asset_class"))}
    plain = {asset for one in tables for asset in one.assets(~one.has("asset_class"))}
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


def _unpriced(tables: Sequence[_Coded], assets: set[str], priced: set[str]) -> set[str]:
    """Assets without a price that look like spam, or of which nothing was ever traded."""
    traded: set[str] = set()
    for one in tables:
        kinds = Vocabulary()
        traded |= one.assets(~kinds.holds(kinds.codes(one.table["kind"].combine_chunks()), MOVES.__contains__))
    return {asset for asset in assets - priced if looks_like_spam(asset) or asset not in traded}
