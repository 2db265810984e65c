"""The input files that a person writes beside the exports: prices, overrides, opening lots, transfers, balances.

They are recognised by their header like exports, so that they may lie in the same folder. The floors that use them read their rows.
"""

from collections.abc import Sequence
from datetime import tzinfo

from taxlots.importers.detect import Layout
from taxlots.importers.records import Intake, Table


def _as_is(_tables: Sequence[Table], _zone: tzinfo) -> Intake:
    return Intake()


def _written(id_: str, title: str, columns: str, required: int) -> Layout:
    """A file with these columns, of which the first ones are required."""
    names = tuple(columns.split(","))
    return Layout(id_, "any", f"{title}: {columns}", names[:required], _as_is, columns=names)


LAYOUTS: tuple[Layout, ...] = (
    _written("prices", "Price table", "time,asset,price,currency,source", 3),
    _written("overrides", "Overrides", "id,kind,value,basis,acquired,note", 2),
    _written("opening_lots", "Opening lots", "account,asset,quantity,basis,acquired,holding_starts,id,note", 5),
    _written("transfers", "Transfer pairs", "out_id,in_id", 2),
    _written("balances", "Balances", "time,account,asset,quantity", 4),
)
