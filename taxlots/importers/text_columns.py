"""Columns of text as numbers, times and codes, parsed by Arrow; what is not plain is left to be read cell by cell."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames

_PLAIN_NUMBER = r"^[+-]?[0-9]{1,15}(\.[0-9]{1,18})?$"
_MOST = 10**15 * exact.ONE  # units
_DATE, _HOUR_ONLY, _SHORTEST_WITH_ZONE, _DATE_AND_TIME = 10, 13, 16, 19  # lengths
_FIRST, _LAST = -631_152_000_000_000, 7_289_654_400_000_000  # 1950 and 2201 in microseconds
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_TRIED = 1000  # cells that tell whether it is worth trying all
_WORTH_THREADS = 20_000  # rows
_LOCAL = pa.timestamp("us")
_SECOND = 10**6  # microseconds


def numbers(text: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Plain decimal numbers as decimal128(36, 18), all others and empty cells as null; and which cells are plain or empty."""
    filled = text
    if not _casts(text.slice(0, _TRIED)) or not lengths(text).all():  # each failing cell costs as much as ten that don't
        trimmed = pc.utf8_trim_whitespace(text)
        empty = lengths(trimmed) == 0
        if empty.all():
            return pa.nulls(len(text), frames.EXACT), empty
        filled = pc.if_else(pa.array(empty), None, trimmed)
    try:
        return _within(pc.cast(filled, frames.EXACT))
    except pa.ArrowInvalid:
        fitting = pc.fill_null(pc.match_substring_regex(filled, _PLAIN_NUMBER), fill_value=True)
        values, within = _within(pc.cast(pc.if_else(fitting, filled, None), frames.EXACT))
        return values, mask(fitting) & within


def _casts(text: pa.Array) -> bool:
    try:
        pc.cast(text, frames.EXACT)
    except pa.ArrowInvalid:
        return False
    return True


def _within(values: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """The numbers that leave room for sums, the others as null; and which are missing or leave room."""
    high = exact.halves(values)[1]
    inside: np.ndarray = (high < _MOST >> 64) & (high > -(_MOST >> 64))
    if values.null_count:
        inside |= mask(pc.is_null(values))
    return values if inside.all() else pc.if_else(pa.array(inside), values, None), inside


def times(text: pa.Array, *, utc: bool) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """ISO times as UTC microseconds, which are plain, and which are only dates.

    A time without an offset is plain where `utc` says that it is UTC; one with an offset always is.
    """
    length = lengths(text)
    every = np.ones(len(text), bool)
    moments, plain = None, ~every
    if _all_in_utc(text, length):
        moments, plain = _cast(text, every, frames.TIME)
    elif utc and (length == _DATE_AND_TIME).all():
        moments, plain = _cast(text, every, _LOCAL)
    if moments is None or not plain.all():
        text = pc.utf8_trim_whitespace(text)
        length = lengths(text)
        moments, plain = _of_any_form(text, length, utc=utc)
    number = pc.fill_null(moments.cast(pa.int64()), 0).to_numpy()
    plain = plain & (number >= _FIRST) & (number < _LAST)
    return moments.cast(frames.TIME), plain, (length == _DATE) & plain


def iso(local: np.ndarray, offsets: pa.Array | str) -> pa.Array:
    """Times as `datetime.isoformat` writes them, of what clocks show (microseconds since 1970) and the text of the offset."""
    seconds = pc.replace_substring(pa.array(local // _SECOND).cast(pa.timestamp("s")).cast(pa.string()), " ", "T")
    rest = local % _SECOND
    if rest.any():
        fraction = pc.binary_join_element_wise(".", pc.utf8_lpad(pa.array(rest).cast(pa.string()), 6, "0"), "")
        seconds = pc.binary_join_element_wise(seconds, pc.if_else(pa.array(rest != 0), fraction, ""), "")
    return pc.binary_join_element_wise(seconds, offsets, "")


def _all_in_utc(text: pa.Array, length: np.ndarray) -> bool:
    """Whether every time is as long as the first, begins with the year and a hyphen, and ends in Z."""
    if not len(text) or length[0] <= _SHORTEST_WITH_ZONE or (length != length[0]).any():
        return False
    start = int(_offsets(text)[0])
    letters = np.frombuffer(text.buffers()[2], np.uint8)[start : start + len(text) * int(length[0])].reshape(len(text), -1)
    return bool((letters[:, 4] == ord("-")).all() and (letters[:, -1] == ord("Z")).all())


def _of_any_form(text: pa.Array, length: np.ndarray, *, utc: bool) -> tuple[pa.Array, np.ndarray]:
    shaped = mask(pc.match_substring_regex(text, "^[0-9]{4}-")) & (length != _HOUR_ONLY)
    long = (length > _SHORTEST_WITH_ZONE) & shaped
    zoned = long & mask(pc.match_substring_regex(text, "(Z|[+-][0-9]{2}:?[0-9]{2})$")) if (length > _DATE_AND_TIME).any() else long & False
    here, here_plain = _cast(text, shaped & ~zoned & utc, _LOCAL)
    there, there_plain = _cast(text, zoned, frames.TIME)
    return pc.coalesce(here, there.cast(_LOCAL)), here_plain | there_plain


def _cast(text: pa.Array, wanted: np.ndarray, kind: pa.DataType) -> tuple[pa.Array, np.ndarray]:
    """The wanted cells in that type and which of them fit; where one of them does not, none does (then rows are read one by one)."""
    if not wanted.any():
        return pa.nulls(len(text), kind), wanted
    try:
        return pc.cast(text if wanted.all() else pc.if_else(pa.array(wanted), text, None), kind), wanted
    except pa.ArrowInvalid:
        return pa.nulls(len(text), kind), np.zeros(len(text), bool)


def has_byte(text: pa.ChunkedArray, byte: str) -> bool:
    """Whether a cell may hold this character of one byte; told from the bytes of the whole column."""
    contents = ((chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk).buffers()[2] for chunk in text.chunks)
    search = re.compile(re.escape(byte.encode())).search  # a buffer has no `in`
    return any(content is not None and search(content) for content in contents)


def lengths(text: pa.Array) -> np.ndarray:
    """Bytes of each word."""
    return np.diff(_offsets(text))


def _offsets(text: pa.Array) -> np.ndarray:
    if not len(text):
        return np.zeros(1, np.int32)
    return np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]


def together(*calls: Callable[[], Any], rows: int | None = None) -> list[Any]:
    """What the calls return; they run side by side, as Arrow's functions let others run, unless they are about few rows."""
    if rows is not None and rows < _WORTH_THREADS:
        return [call() for call in calls]
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
    encoded, missing = _encoded(text)
    meanings = [meaning(word) for word in (*encoded.dictionary.to_pylist(), *missing)]
    distinct = {meant: place for place, meant in enumerate(dict.fromkeys(meanings))}
    places = np.array([distinct[meant] for meant in meanings], np.int32)
    return places[_indices(encoded)], list(distinct)


def _encoded(text: pa.Array) -> tuple[pa.DictionaryArray, tuple[None, ...]]:
    """The column coded, and a None where some of it is missing."""
    encoded = text if pa.types.is_dictionary(text.type) else text.dictionary_encode()
    return encoded, (None,) if encoded.null_count else ()


def _indices(encoded: pa.DictionaryArray) -> np.ndarray:
    """Per row the index of its word; one more than the last where it is missing."""
    indices: np.ndarray = (pc.fill_null(encoded.indices, len(encoded.dictionary)) if encoded.null_count else encoded.indices).to_numpy()
    return indices


def digests(text: pa.Array) -> np.ndarray:
    """64 bits per word: equal words have equal ones, and different words hardly ever. For telling quickly that all words differ."""
    content = np.frombuffer(text.buffers()[2] or b"", np.uint8)
    starts, length = _offsets(text)[:-1], lengths(text)
    result = np.empty(len(text), np.uint64)
    sizes = np.flatnonzero(np.bincount(length)).tolist() if len(text) else []
    for size in sizes:
        rows = slice(None) if len(sizes) == 1 else np.flatnonzero(length == size)
        result[rows] = _digests(content, starts[rows], size)
    return result


def _digests(content: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
    """Of words of one length, eight bytes at a time; the last eight overlap those before them."""
    result = np.full(len(starts), length, np.uint64)
    width = 8 if length >= 8 else 1
    places = [*range(0, length - width + 1, width)]
    places += [length - width] if length % width else []
    following = bool((np.diff(starts) == length).all())
    for place in places:
        if following:  # one word directly after the other
            part = np.ndarray(len(starts), np.dtype(f"<u{width}"), content, int(starts[0]) + place, (length,))
        else:
            part = np.ndarray(len(content) - width + 1, np.dtype(f"<u{width}"), content, strides=(1,))[starts + place]
        result = (result ^ (result >> np.uint64(29))) * _PRIME + part
    return result


def all_differ(digested: np.ndarray) -> bool:
    """Whether all words with these digests differ, told quickly; rarely False where they do."""
    ordered = np.sort(digested)
    return not (ordered[1:] == ordered[:-1]).any()


def coded(text: pa.Array) -> tuple[np.ndarray, int]:
    """A number per row that is equal where the words are, by the order in which they first appear; and how many words there are."""
    encoded = text.dictionary_encode()
    return encoded.indices.to_numpy(), len(encoded.dictionary)


def words(places: np.ndarray, names: Sequence[str | None]) -> pa.DictionaryArray:
    """The coded column of the words that the places point at; None is null."""
    vocabulary = Vocabulary()
    return vocabulary.column(np.array([-1 if name is None else vocabulary.number(name) for name in names] or [-1], np.int32)[places])


class Vocabulary:
    """Numbers for words, the same in every column that is coded by it; -1 for no word."""

    def __init__(self) -> None:
        """Without words."""
        self._numbers: dict[str, int] = {}

    def number(self, word: str) -> int:
        """The word's number, given when it is first asked for."""
        return self._numbers.setdefault(word, len(self._numbers))

    def word(self, number: int) -> str:
        """The word with that number. Raises IndexError."""
        return list(self._numbers)[number]

    def codes(self, column: pa.Array) -> np.ndarray:
        """A number per row."""
        encoded, _ = _encoded(column)
        found: np.ndarray = np.array([*map(self.number, encoded.dictionary.to_pylist()), -1], np.int32)[_indices(encoded)]
        return found

    def holds(self, codes: np.ndarray, test: Callable[[str], bool]) -> np.ndarray:
        """Whether the test holds of each row's word; asked once per word, and false where there is none."""
        held: np.ndarray = np.array([*map(test, self._numbers), False], bool)[codes]
        return held

    def used(self, *columns: np.ndarray) -> set[str]:
        """The words that stand in columns coded by this vocabulary."""
        counts = sum(np.bincount(codes + 1, minlength=len(self._numbers) + 1) for codes in columns)
        listed = list(self._numbers)
        return {listed[number] for number in np.flatnonzero(np.asarray(counts)[1:]).tolist()} if columns else set()

    def column(self, codes: np.ndarray) -> pa.DictionaryArray:
        """The words that the numbers stand for."""
        missing = codes < 0
        indices = pa.array(codes, pa.int32(), mask=missing if missing.any() else None)
        return pa.DictionaryArray.from_arrays(indices, pa.array(list(self._numbers), pa.string()), safe=False)


def spread(values: pa.Array, places: np.ndarray, count: int) -> pa.Array:
    """The values at their places in a column of that length, null elsewhere."""
    index = np.zeros(count, np.int64)
    index[places] = np.arange(len(places))
    present = np.zeros(count, bool)
    present[places] = True
    return values.take(pa.array(index, mask=~present)) if len(places) else pa.nulls(count, values.type)


def chosen(places: np.ndarray) -> pa.Array:
    """Indices for `take`: null where a place is -1."""
    missing = places < 0
    return pa.array(places, mask=missing) if missing.any() else pa.array(places)
