"""Transactions as columns: what large files become, and the way between them and single `Transaction`s."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import frames
from taxlots.importers.records import Source, Transaction

SCHEMA = pa.schema([(name, column.type) for name, column in frames.TRANSACTIONS.items()])


def from_transactions(transactions: Sequence[Transaction]) -> pa.Table:
    """A table of `frames.TRANSACTIONS`. Quantities must fit 18 decimals."""
    columns = {name: [getattr(t, name) for t in transactions] for name in frames.TRANSACTIONS if name != "sources"}
    listed = [[{"file": file, "row": row} for file, row in t.sources] for t in transactions]
    return pa.table({**columns, "sources": listed}, schema=SCHEMA)


def to_transactions(table: pa.Table) -> list[Transaction]:
    """Every line of a table of `frames.TRANSACTIONS` as a Transaction."""
    columns = {name: table[name].to_pylist() for name in frames.TRANSACTIONS}
    columns["sources"] = [tuple((source["file"], source["row"]) for source in given) for given in columns["sources"]]
    names = list(columns)
    return [Transaction(**dict(zip(names, values, strict=True))) for values in zip(*columns.values(), strict=True)]


def source_count(table: pa.Table) -> int:
    """Rows that the transactions were made of."""
    return int(pc.sum(pc.list_value_length(table["sources"])).as_py() or 0)


def first_sources(table: pa.Table) -> list[Source]:
    """File and row of the first row of each transaction."""
    column = table["sources"].combine_chunks()
    starts = pa.array(column.offsets.to_numpy()[:-1] - column.offsets[0].as_py())
    flat = column.flatten()
    files = flat.field("file")
    names = files.dictionary.to_pylist()
    pairs = zip(files.indices.take(starts).to_pylist(), flat.field("row").take(starts).to_pylist(), strict=True)
    return [(names[code], row) for code, row in pairs]


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
