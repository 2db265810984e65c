"""Transactions as columns of `SCHEMA`: what large files become, and the way between them and single `Transaction`s."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import frames
from taxlots.importers.records import Source, Transaction

CODED = ("account", "kind", "sent_asset", "received_asset", "fee_asset", "value_currency", "counter_account", "asset_class")  # few words
SCHEMA = pa.schema([(name, frames.NAME if name in CODED else column.type) for name, column in frames.TRANSACTIONS.items()])


def from_transactions(transactions: Sequence[Transaction]) -> pa.Table:
    """A table of `SCHEMA`. Quantities must fit 18 decimals."""
    columns = {name: [getattr(t, name) for t in transactions] for name in frames.TRANSACTIONS if name != "sources"}
    rows = [[{"file": file, "row": row} for file, row in t.sources] for t in transactions]
    return pa.table({**columns, "sources": rows}, schema=SCHEMA)


def to_transactions(table: pa.Table) -> list[Transaction]:
    """Every line of a table of `SCHEMA` as a Transaction."""
    columns = {name: listed(table[name]) for name in frames.TRANSACTIONS if name != "time"} | {"time": moments(table["time"])}
    columns["sources"] = [tuple((source["file"], source["row"]) for source in given) for given in columns["sources"]]
    names = list(columns)
    return [Transaction(**dict(zip(names, values, strict=True))) for values in zip(*columns.values(), strict=True)]


def listed(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column; words that are coded are written out, which is faster than one by one."""
    values: list[Any] = (column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column).to_pylist()
    return values


def moments(times: pa.Array | pa.ChunkedArray) -> list[datetime]:
    """A column of times without nulls as aware datetimes in UTC."""
    naive = times.cast(pa.int64()).to_numpy().astype("datetime64[us]").tolist()
    return [moment.replace(tzinfo=UTC) for moment in naive]


def source_count(table: pa.Table) -> int:
    """Rows that the transactions were made of."""
    return int(pc.sum(pc.list_value_length(table["sources"])).as_py() or 0)


def first_places(table: pa.Table) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The first row of each transaction: names of files, the index of its file among them, and its row."""
    column = table["sources"].combine_chunks()
    starts = column.offsets.to_numpy()[:-1] - column.offsets[0].as_py() if len(column) else np.zeros(0, np.int64)
    flat = column.flatten()
    files = flat.field("file")
    return files.dictionary.to_pylist(), files.indices.to_numpy()[starts], flat.field("row").to_numpy()[starts]


def first_sources(table: pa.Table) -> list[Source]:
    """File and row of the first row of each transaction."""
    names, files, rows = first_places(table)
    return [(names[file], row) for file, row in zip(files.tolist(), rows.tolist(), strict=True)]


def sources(table: pa.Table) -> Iterator[Source]:
    """File and row of every row that the transactions were made of."""
    for name, rows, _ in _by_file(table):
        yield from ((name, row) for row in rows.tolist())


def row_times(table: pa.Table) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Per file its rows in order and the times (microseconds UTC) of what they became."""
    found = {}
    time = table["time"].cast(pa.int64()).to_numpy()
    for name, rows, places in _by_file(table):
        order = np.argsort(rows, kind="stable")
        found[name] = (rows[order], time[places][order])
    return found


def _by_file(table: pa.Table) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """File, rows of it, and the line of the table that each went into."""
    flat = pc.list_flatten(table["sources"]).combine_chunks()
    places = pc.list_parent_indices(table["sources"]).to_numpy()
    files = flat.field("file").dictionary_encode() if not pa.types.is_dictionary(flat.field("file").type) else flat.field("file")
    codes, rows = files.indices.to_numpy(), flat.field("row").to_numpy()
    for code, name in enumerate(files.dictionary.to_pylist()):
        mine = codes == code
        if mine.any():
            yield name, rows[mine], places[mine]
