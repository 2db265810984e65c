"""Large tables as columns: Arrow reads the cells, and what is plain in them is parsed by column.

A row that is not plain (a number with a thousands comma, a time in words, a missing leg) is no error here: it becomes a `Row` and
goes the way that every row of a small file goes. So both ways give the same transactions, and only speed tells them apart.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import frames
from taxlots.importers.records import Row, Source, Table
from taxlots.importers.text_columns import by_word, together, words
from taxlots.importers.text_rows import closes
from taxlots.importers.transaction_columns import SCHEMA

_BLANK = 0x20
_NEWLINE = 0x0A
_BLOCK = 1 << 18  # bytes looked at together


@dataclass(frozen=True, slots=True)
class Bulk:
    """Rows of one or more files as columns of text; `numbers` are lines in `files[file_index]`, whose tables hold no rows."""

    tables: tuple[Table, ...]
    cells: pa.Table = field(repr=False)
    file_index: np.ndarray = field(repr=False)
    numbers: np.ndarray = field(repr=False)

    def __len__(self) -> int:
        """Data rows."""
        return len(self.numbers)

    def text(self, column: str) -> pa.Array:
        """A column without surrounding blanks, empty where the table has none."""
        return pc.utf8_trim_whitespace(self.raw(column))

    def words(self, column: str) -> pa.DictionaryArray:
        """A column of few different words without surrounding blanks; the dictionary may name a word twice."""
        cells = self.cells[column].combine_chunks() if column in self.cells.column_names else None
        if cells is None or cells.null_count or not pa.types.is_dictionary(cells.type):
            return self.text(column).dictionary_encode()
        return pa.DictionaryArray.from_arrays(cells.indices, pc.utf8_trim_whitespace(cells.dictionary))

    def words_as(self, column: str, form: Callable[[str], str | None]) -> pa.DictionaryArray:
        """A column of few different words, each in that form; null where that is None."""
        places, forms = by_word(self.words(column), form)
        return words(places, forms)

    def raw(self, column: str) -> pa.Array:
        """A column as it stands in the file, empty where the table has none."""
        if column not in self.cells.column_names:
            return pa.array([""], pa.string()).take(np.zeros(len(self), np.int8))
        return pc.fill_null(self.cells[column].cast(pa.string()), "").combine_chunks()

    def sources(self, chosen: np.ndarray) -> Iterator[Source]:
        """File and row of the chosen rows (indices)."""
        names = [table.file for table in self.tables]
        pairs = zip(self.file_index[chosen].tolist(), self.numbers[chosen].tolist(), strict=True)
        return ((names[index], number) for index, number in pairs)

    def rows(self, chosen: np.ndarray) -> list[Row]:
        """The chosen rows (indices) as text, one by one."""
        names = self.cells.column_names
        columns = self.cells.take(chosen).to_pydict()
        listed = zip(*(columns[name] for name in names), strict=True)
        return [
            Row(file, number, {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None})
            for (file, number), cells in zip(self.sources(chosen), listed, strict=True)
        ]

    def rest(self, chosen: np.ndarray) -> list[Table]:
        """The chosen rows (indices) as tables, file by file, for the layout's row by row reader."""
        rows = self.rows(chosen)
        places = self.file_index[chosen]
        return [
            Table(t.file, t.sha256, t.header, t.header_row, t.preamble, tuple(rows[i] for i in np.flatnonzero(places == index)))
            for index, t in enumerate(self.tables)
        ]


def joined(tables: Sequence["Table | Bulk"]) -> Bulk:
    """Several tables, small or large, as one; a column that one of them lacks is empty there."""
    parts = [table if isinstance(table, Bulk) else _of(table) for table in tables]
    if len(parts) > 1:
        parts = [replace(part, cells=part.cells.cast(_as_text(part.cells.schema))) for part in parts]
    shift = np.cumsum([0, *(len(part.tables) for part in parts)])
    return Bulk(
        tuple(table for part in parts for table in part.tables),
        pa.concat_tables([part.cells for part in parts], promote_options="default"),
        np.concatenate([part.file_index + start for part, start in zip(parts, shift, strict=False)]),
        np.concatenate([part.numbers for part in parts]),
    )


def _as_text(schema: pa.Schema) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in schema.names])


def _of(table: Table) -> Bulk:
    names = [name for name in dict.fromkeys(table.header) if name]
    columns = {name: pa.array([row.cells.get(name) for row in table.rows], pa.string()) for name in names}
    count = len(table.rows)
    bare = Table(table.file, table.sha256, table.header, table.header_row, table.preamble, ())
    return Bulk((bare,), pa.table(columns), np.zeros(count, np.int32), np.array([row.number for row in table.rows], np.int64))


def open_bulk(data: bytes, table: Table, delimiter: str, coded: Sequence[str] = ()) -> tuple[Bulk, tuple[tuple[int, str], ...]] | None:
    """The lines below the table's header as columns, and those that do not fit it (line and text); `coded` columns hold few words.

    None where only a row by row reader can tell what the rows are: lines within cells, blank lines, a column named twice.
    A last line in which a quote stays open is one of those that do not fit.
    """
    names = list(table.header)
    while names and not names[-1]:
        names.pop()
    if len(set(names)) < len(names) or "" in names:
        return None
    whole, last = _open_end(data, delimiter)
    lines, read = together(partial(_line_count, data), partial(_cells, whole, table, delimiter, (names, coded)))
    if lines is None or read is None or len(last) + read[0].num_rows + len(read[1]) != lines - table.header_row:
        return None
    cells, misfits = read[0], (*read[1], *((lines, text) for text in last))
    numbers = np.arange(table.header_row + 1, lines + 1, dtype=np.int64)
    numbers = np.setdiff1d(numbers, [number for number, _ in misfits]) if misfits else numbers
    bulk = Bulk((table,), cells, np.zeros(len(numbers), np.int32), numbers)
    return _without_repeats(bulk, names), misfits


def _cells(
    data: memoryview, table: Table, delimiter: str, columns: tuple[list[str], Sequence[str]]
) -> tuple[pa.Table, tuple[tuple[int, str], ...]] | None:
    """Cells as text, and the lines of another width; None where the bytes are no such table. All at once, or line by line if need be."""
    from pyarrow import csv  # noqa: PLC0415  only large files pay for it

    misfits: list[tuple[int, str]] = []

    def skip(row: Any) -> str:
        misfits.append((row.number, row.text))
        return "skip"

    padded = list(_padded(table.header))
    names, coded = columns
    types = dict.fromkeys(padded, pa.string()) | dict.fromkeys(coded, frames.NAME)
    convert = csv.ConvertOptions(column_types=types, include_columns=names, strings_can_be_null=False)
    for threads in (True, False):
        reading = csv.ReadOptions(skip_rows=table.header_row, column_names=padded, block_size=1 << 23, use_threads=threads)
        parsing = csv.ParseOptions(delimiter=delimiter, newlines_in_values=False, invalid_row_handler=None if threads else skip)
        try:
            return csv.read_csv(pa.BufferReader(data), reading, parsing, convert), tuple(misfits)
        except pa.ArrowInvalid:
            continue  # the second time line by line, so that the lines of another width are known by number
    return None


def _padded(header: Sequence[str]) -> Iterator[str]:
    """Names for every column, also for those without one at the end of the header."""
    return (name or f"\x00{index}" for index, name in enumerate(header))


def _line_count(data: bytes) -> int | None:
    """Lines, without blank ones at the end; None where a carriage return stands alone or another control character spoils a row."""
    codes = np.frombuffer(data, np.uint8)
    newlines = controls = 0
    for start in range(0, len(codes), _BLOCK):
        block = codes[start : start + _BLOCK]
        newlines += int(np.count_nonzero(block == _NEWLINE))
        controls += int(np.count_nonzero(block < _BLANK))
    returns = data.count(b"\r") if controls > newlines else 0
    others = controls - newlines - returns
    if (others and others != data.count(b"\t")) or b"\x7f" in data or (returns and returns != data.count(b"\r\n")):
        return None
    end = _end(data)
    return newlines - data.count(b"\n", end) + 1


def _end(data: bytes) -> int:
    """Where the last line ends that is not blank."""
    end = len(data)
    while end and data[end - 1] in b"\r\n":
        end -= 1
    return end


def _open_end(data: bytes, delimiter: str) -> tuple[memoryview, tuple[str, ...]]:
    """The bytes without a last line in which a quote stays open, and that line. One further up swallows lines, and their count differs."""
    end = _end(data)
    start = data.rfind(b"\n", 0, end) + 1
    last = data[start:end].decode(errors="replace")
    return (memoryview(data), ()) if "\ufffd" in last or closes([last], delimiter) else (memoryview(data)[:start], (last,))


def _without_repeats(bulk: Bulk, names: Sequence[str]) -> Bulk:
    """Without blank rows and without the header where it is said again."""
    first = pc.utf8_trim_whitespace(bulk.cells[names[0]].cast(pa.string()))
    suspects = np.flatnonzero(pc.or_(pc.equal(first, names[0]), pc.equal(first, "")).to_numpy())
    gone = [
        index
        for index, row in zip(suspects.tolist(), bulk.rows(suspects), strict=True)
        if not any(cell.strip() for cell in row.cells.values()) or all(row.text(name) == name for name in names)
    ]
    if not gone:
        return bulk
    kept = np.setdiff1d(np.arange(len(bulk)), gone)
    return Bulk(bulk.tables, bulk.cells.take(kept), bulk.file_index[kept], bulk.numbers[kept])


def transactions(count: int, given: Mapping[str, Any]) -> pa.Table:
    """A table of `transaction_columns.SCHEMA` from the columns given; the others are empty (id: text, date_only: false)."""
    columns = {}
    for column in SCHEMA:
        if column.name in given:
            columns[column.name] = given[column.name]
        elif column.name == "id":
            columns[column.name] = pa.array([""]).take(np.zeros(count, np.int8))
        elif column.name == "date_only":
            columns[column.name] = pa.array(np.zeros(count, bool))
        else:
            columns[column.name] = pa.nulls(count, column.type)
    return pa.table(columns, SCHEMA)


def source_column(bulk: Bulk, first: np.ndarray, second: np.ndarray | None = None) -> pa.Array:
    """`sources` of transactions that are made of one row each, or of two where `second` is no -1."""
    flat, counts = first, np.ones(len(first), np.int64)
    if second is not None:
        both = np.stack([first, second], axis=1)
        flat, counts = both[both >= 0], (both >= 0).sum(axis=1)
    files = pa.DictionaryArray.from_arrays(
        pa.array(bulk.file_index[flat], pa.int32()), pa.array([t.file for t in bulk.tables], pa.string())
    )
    rows = pa.StructArray.from_arrays([files, pa.array(bulk.numbers[flat], pa.int64())], names=["file", "row"])
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32()), rows)
