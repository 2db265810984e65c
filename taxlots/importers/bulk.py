"""Large tables as columns: Arrow reads the cells, and what is plain in them is parsed by column.

A row that is not plain (a number with a thousands comma, a time in words, a missing leg) is no error here: it becomes a `Row` and
goes the way that every row of a small file goes. So both ways give the same transactions, and only speed tells them apart.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.importers.records import Row, Source, Table

LEAST_BYTES = 256 * 1024  # below, columns cost more than they save
_PLAIN_NUMBER = r"^[+-]?[0-9]{1,15}(\.[0-9]{1,18})?$"
_MOST = pa.scalar(10**15, pa.decimal128(36, 18))
_HOUR_ONLY = 13
_BLANK = 0x20
_BLOCK = 1 << 20  # bytes looked at together
_QUOTE = re.compile(rb'"')
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _LAST = pa.scalar(-631_152_000_000_000, pa.timestamp("us")), pa.scalar(7_289_654_400_000_000, pa.timestamp("us"))  # 1950, 2201


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
        return pc.utf8_trim_whitespace(self._text(column))

    def words(self, column: str) -> pa.DictionaryArray:
        """A column of few different words without surrounding blanks; the dictionary may name a word twice."""
        cells = self.cells[column].combine_chunks() if column in self.cells.column_names else None
        if cells is None or cells.null_count or not pa.types.is_dictionary(cells.type):
            return self.text(column).dictionary_encode()
        return pa.DictionaryArray.from_arrays(cells.indices, pc.utf8_trim_whitespace(cells.dictionary))

    def _text(self, column: str) -> pa.Array:
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
    """
    names = list(table.header)
    while names and not names[-1]:
        names.pop()
    lines = _line_count(data)
    if len(set(names)) < len(names) or "" in names or lines is None:
        return None
    read = _cells(data, table, delimiter, (names, coded))
    if read is None or read[0].num_rows + len(read[1]) != lines - table.header_row:
        return None
    cells, misfits = read
    if any(_has_quote(chunk) for name in names for chunk in cells[name].chunks):
        return None
    numbers = np.arange(table.header_row + 1, lines + 1, dtype=np.int64)
    numbers = np.setdiff1d(numbers, [number for number, _ in misfits]) if misfits else numbers
    bulk = Bulk((table,), cells, np.zeros(len(numbers), np.int32), numbers)
    return _without_repeats(bulk, names), misfits


def _cells(
    data: bytes, table: Table, delimiter: str, columns: tuple[list[str], Sequence[str]]
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
    controls = sum(int(np.count_nonzero(codes[start : start + _BLOCK] < _BLANK)) for start in range(0, len(codes), _BLOCK))
    newlines, returns = data.count(b"\n"), data.count(b"\r")
    others = controls - newlines - returns
    if (others and others != data.count(b"\t")) or b"\x7f" in data or (returns and returns != data.count(b"\r\n")):
        return None
    end = len(data)
    while end and data[end - 1] in b"\r\n":
        end -= 1
    return newlines - data.count(b"\n", end) + 1


def _has_quote(text: pa.Array) -> bool:
    """Whether a cell holds a quote: then another reader may have seen other cells."""
    content = (text.dictionary if pa.types.is_dictionary(text.type) else text).buffers()[2]
    return content is not None and _QUOTE.search(content) is not None


def _without_repeats(bulk: Bulk, names: Sequence[str]) -> Bulk:
    """Without blank rows and without the header where it is said again."""
    first = bulk.cells[names[0]].cast(pa.string())
    suspects = np.flatnonzero(pc.or_(pc.match_substring(first, names[0]), pc.equal(first, "")).to_numpy())
    gone = [
        index
        for index, row in zip(suspects.tolist(), bulk.rows(suspects), strict=True)
        if not any(cell.strip() for cell in row.cells.values()) or all(row.text(name) == name for name in names)
    ]
    if not gone:
        return bulk
    kept = np.setdiff1d(np.arange(len(bulk)), gone)
    return Bulk(bulk.tables, bulk.cells.take(kept), bulk.file_index[kept], bulk.numbers[kept])


def numbers(text: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Plain decimal numbers as decimal128(36, 18), empty cells as null, and which cells are plain or empty."""
    filled = pc.if_else(pc.equal(text, ""), None, text)
    try:
        values = pc.cast(filled, frames.EXACT)
        plain = np.ones(len(text), bool)
    except pa.ArrowInvalid:
        fitting = pc.fill_null(pc.match_substring_regex(filled, _PLAIN_NUMBER), fill_value=True)
        values = pc.cast(pc.if_else(fitting, filled, None), frames.EXACT)
        plain = mask(fitting)
    large = mask(pc.fill_null(pc.greater_equal(pc.abs(values), _MOST), fill_value=False))
    return values, plain & ~large


def times(text: pa.Array, *, utc: bool) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """ISO times as UTC microseconds, which are plain, and which are only dates.

    A time without an offset is plain where `utc` says that it is UTC; one with an offset always is.
    """
    length = pc.utf8_length(text).to_numpy()
    shaped = pc.and_(pc.match_substring_regex(text, "^[0-9]{4}-"), pa.array(length != _HOUR_ONLY))
    offset = pc.match_substring_regex(text, "(Z|[+-][0-9]{2}:?[0-9]{2})$") if (length > 19).any() else pa.array(np.zeros(len(text), bool))
    with_zone = pc.and_(shaped, pc.and_(offset, pa.array(length > 16)))
    without = pc.and_(pc.and_not(shaped, with_zone), pa.scalar(utc))
    here, here_plain = _cast(text, without, pa.timestamp("us"))
    there, there_plain = _cast(text, with_zone, pa.timestamp("us", "UTC"))
    moments = pc.coalesce(here, pc.cast(there, pa.timestamp("us")))
    inside = pc.fill_null(pc.and_(pc.greater_equal(moments, _FIRST), pc.less(moments, _LAST)), fill_value=False)
    plain = (here_plain | there_plain) & mask(inside)
    return pc.cast(moments, frames.TIME), plain, (length == 10) & plain


def _cast(text: pa.Array, chosen: pa.Array, kind: pa.DataType) -> tuple[pa.Array, np.ndarray]:
    """The chosen cells in that type and which of them fit; where one of them does not, none does (then rows are read one by one)."""
    wanted = mask(chosen)
    if not wanted.any():
        return pa.nulls(len(text), kind), wanted
    try:
        return pc.cast(text if wanted.all() else pc.if_else(chosen, text, None), kind), wanted
    except pa.ArrowInvalid:
        return pa.nulls(len(text), kind), np.zeros(len(text), bool)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls return; they run side by side, as Arrow's functions let others run."""
    with ThreadPoolExecutor(2) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def mask(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """A column without nulls as a NumPy array."""
    array: np.ndarray = column.to_numpy(zero_copy_only=False)
    return array


def sign(values: pa.Array) -> np.ndarray:
    """-1, 0 or 1 of each number of an exact column, 0 for null."""
    low, high = exact.halves(pc.fill_null(values, pa.scalar(0, values.type)))
    return np.where(high < 0, -1, np.where((high == 0) & (low == 0), 0, 1)).astype(np.int8)


def by_word(text: pa.Array, meaning: Callable[[Any], Any]) -> tuple[np.ndarray, list[Any]]:
    """Per row the place of its word (None where it is missing) in a list of what each different word means."""
    encoded = text if pa.types.is_dictionary(text.type) and not text.null_count else text.dictionary_encode(null_encoding="encode")
    meanings = [meaning(word) for word in encoded.dictionary.to_pylist()]
    distinct = list(dict.fromkeys(meanings))
    places = np.array([distinct.index(m) for m in meanings], np.int32)
    return places[encoded.indices.to_numpy()], distinct


def digests(text: pa.Array) -> np.ndarray:
    """64 bits per word: equal words have equal ones, and different words hardly ever. For telling quickly that all words differ."""
    offsets = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    content = np.frombuffer(text.buffers()[2] or b"", np.uint8)
    starts, lengths = offsets[:-1], np.diff(offsets)
    result = lengths.astype(np.uint64)
    for length in np.unique(lengths).tolist():
        chosen = slice(None) if (lengths == length).all() else lengths == length
        result[chosen] = _digests(content, starts[chosen], length)
    return result


def _digests(content: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
    """Of words of one length, eight bytes at a time; the last eight overlap those before them."""
    result = np.full(len(starts), length, np.uint64)
    width = 8 if length >= 8 else 1
    places = [*range(0, length - width + 1, width)]
    places += [length - width] if length % width else []
    whole = np.ndarray(max(len(content) - width + 1, 0), np.dtype(f"<u{width}"), content, strides=(1,))
    for place in places:
        result = (result ^ (result >> np.uint64(29))) * _PRIME + whole[starts + place]
    return result


def all_differ(text: pa.Array) -> bool:
    """Whether all words differ, told quickly; rarely False where they do."""
    if text.null_count:
        return False
    ordered = np.sort(digests(text))
    return not (ordered[1:] == ordered[:-1]).any()


def coded(text: pa.Array) -> tuple[np.ndarray, int]:
    """A number per row that is equal where the words are, by the order in which they first appear; and how many words there are."""
    encoded = text.dictionary_encode()
    return encoded.indices.to_numpy(), len(encoded.dictionary)


def words(places: np.ndarray, names: Sequence[str | None]) -> pa.Array:
    """The column of words that the places point at."""
    return pa.array(names, pa.string()).take(pa.array(places))


def spread(values: pa.Array, places: np.ndarray, count: int) -> pa.Array:
    """The values at their places in a column of that length, null elsewhere."""
    index = np.zeros(count, np.int64)
    index[places] = np.arange(len(places))
    present = np.zeros(count, bool)
    present[places] = True
    return values.take(pa.array(index, mask=~present)) if len(places) else pa.nulls(count, values.type)


def transactions(count: int, given: Mapping[str, Any]) -> pa.Table:
    """A table of `frames.TRANSACTIONS` from the columns given; the others are empty (id: text, date_only: false)."""
    columns = {}
    for name, column in frames.TRANSACTIONS.items():
        if name in given:
            columns[name] = given[name]
        elif name == "id":
            columns[name] = pa.array([""]).take(np.zeros(count, np.int8))
        elif name == "date_only":
            columns[name] = pa.array(np.zeros(count, bool))
        else:
            columns[name] = pa.nulls(count, column.type)
    return pa.table(columns)


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


def chosen(places: np.ndarray) -> pa.Array:
    """Indices for `take`: null where a place is -1."""
    missing = places < 0
    return pa.array(places, mask=missing) if missing.any() else pa.array(places)
