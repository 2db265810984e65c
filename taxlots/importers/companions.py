"""The input files that a person writes beside the exports: prices, overrides, opening lots, transfers, balances.

They are recognised by their header like exports, so that they may lie in the same folder. The floors that use them read their rows.
"""

from collections.abc import Sequence
from datetime import tzinfo

from taxlots.importers.detect import Layout
from taxlots.importers.records import Intake, Table


def _as_is(_tables: Sequence[Table], _zone: tzinfo) -> Intake:
    return Intake()


LAYOUTS: tuple[Layout, ...] = (
    Layout("prices", "any", "Price table: time,asset,price,currency,source", ("time", "asset", "price"), _as_is),
    Layout("overrides", "any", "Overrides: id,kind,value,basis,acquired,note", ("id", "kind"), _as_is),
    Layout(
        "opening_lots",
        "any",
        "Opening lots: account,asset,quantity,basis,acquired,holding_starts,id,note",
        ("account", "asset", "quantity", "basis", "acquired"),
        _as_is,
    ),
    Layout("transfers", "any", "Transfer pairs: out_id,in_id", ("out_id", "in_id"), _as_is),
    Layout("balances", "any", "Balances: time,account,asset,quantity", ("time", "account", "asset", "quantity"), _as_is),
)
