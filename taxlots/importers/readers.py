"""From paths to sheets of text: folders are walked, archives opened, bytes decoded, delimiters found. Nothing is interpreted.

Files from outside are hostile: archives are read in memory up to a limit, never unpacked to disk, and names inside them are only
shown, never opened.
"""

import csv
import gzip
import hashlib
import io
import os
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from taxlots.importers import ofx_markup
from taxlots.importers.encodings import CONTROL, decode
from taxlots.importers.folders import Found, TooLargeError, UnreadableError, passed_over, read_bytes, walk
from taxlots.importers.foreign import is_own, what_else, zipped_document
from taxlots.importers.packed import OLE_MARK, is_workbook, read_pieces, unpack, unpack_tar
from taxlots.problems import Problem, printable, problem

LIMIT_BYTES = 2 * 1024**3
LIMIT_RATIO, RATIO_FLOOR = 200, 16 * 1024**2  # CSV and spreadsheets pack to a tenth or fiftieth; a bomb to a thousandth
LIMIT_MEMBERS = 10_000
LIMIT_DEPTH = 2
LIMIT_COLUMNS = 16_384  # as wide as a spreadsheet can be
LIMIT_NAME = 300
LARGE_BYTES, HEAD_BYTES = 256 * 1024, 64 * 1024  # from LARGE_BYTES on reading by columns pays
_DOCUMENTS = {".json", ".html", ".htm"}
_TOO_DEEP, _UNPACK = "an archive within two others is not opened", "Unpack it yourself and give the folder."
_DELIMITERS = ",;\t|^"
_SEPARATOR = re.compile(r'"?sep=([^\r\n"])"?[\r\n]', re.IGNORECASE)
csv.field_size_limit(16 * 1024**2)
_TAR_AT, _TAR = 257, b"ustar"  # where a tar archive says that it is one
# RuntimeError: encrypted, unknown packing.
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, OSError, EOFError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file (or one worksheet) as rows of text; `numbers` are the lines where the rows start.

    `unclosed` are the numbers of rows in which a quote opens that nothing closes: they have swallowed the lines below. `spoiled` are
    those with characters that no text has, such as NUL.
    """

    file: str
    sha256: str
    cells: list[list[str]] = field(repr=False)
    numbers: list[int] = field(repr=False)
    unclosed: frozenset[int] = frozenset()
    spoiled: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class LargeText:
    """A text file that is too large to be split into cells before its layout is known."""

    file: str
    sha256: str
    data: bytes = field(repr=False)

    def head(self) -> Sheet | None:
        """Its first rows."""
        end = self.data.rfind(b"\n", 0, HEAD_BYTES)
        first = _text_sheet(self.data[: end + 1], self.file, self.sha256)
        return first if isinstance(first, Sheet) else None

    def whole(self) -> "Sheet | Unreadable":
        """All of it, row by row."""
        return _text_sheet(self.data, self.file, self.sha256)

    def delimiter(self) -> str:
        """What separates its cells."""
        return _delimiter(self.data[:HEAD_BYTES].decode(errors="replace"))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file of which nothing could be read."""

    file: str
    sha256: str | None
    problem: Problem


@dataclass(slots=True)
class _Room:
    """How many bytes one file may still unpack to, over all archives inside it."""

    left: int

    def take(self, size: int) -> None:
        self.left -= size


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in an archive; `unpack(room, message)` gives its bytes or raises TooLargeError with the message."""

    name: str
    unpack: Callable[[int, str], bytes]


def read_sheets(paths: Sequence[Path], base: Path | None = None) -> Iterator[Sheet | LargeText | Unreadable]:
    """Every sheet of every file under the paths, and what could not be read. Files given twice are read once; every name is unique."""
    seen: set[str] = set()
    names: dict[str, int] = {}
    for found in walk(paths):
        resolved = os.path.realpath(found.path)  # unlike Path.resolve, it raises nothing for a link that points at itself
        if resolved not in seen or found.refused:
            seen.add(resolved)
            inside = base is not None and found.path.is_relative_to(base)
            label = _label(str(found.path.relative_to(base)) if base is not None and inside else str(found.path))
            yield from (_named(sheet, names) for sheet in _read_file(found, label))


def _label(name: str) -> str:
    """A name as messages show it: nothing that steers a terminal, and not endless."""
    shown = printable(name)
    return shown if len(shown) <= LIMIT_NAME else f"{shown[: LIMIT_NAME // 2]}...{shown[-LIMIT_NAME // 2 :]}"


def _named(sheet: Sheet | LargeText | Unreadable, names: dict[str, int]) -> Sheet | LargeText | Unreadable:
    """The sheet under a name that no other has: an archive may hold two members of one name."""
    count = names[sheet.file] = names.get(sheet.file, 0) + 1
    if count == 1:
        return sheet
    name = f"{sheet.file} ({count})"
    if not isinstance(sheet, Unreadable):
        return replace(sheet, file=name)
    return replace(sheet, file=name, problem=replace(sheet.problem, file=name))


def _read_file(found: Found, label: str) -> Iterator[Sheet | LargeText | Unreadable]:
    try:
        if found.refused:
            raise found.refused
        data = read_bytes(found.path, LIMIT_BYTES)
    except UnreadableError as error:
        yield _failed(label, None, error)
        return
    if found.given or found.path.suffix.lower() not in _DOCUMENTS:
        yield from _read_bytes(data, label, _Room(min(LIMIT_BYTES, max(RATIO_FLOOR, LIMIT_RATIO * len(data)))))
    elif not is_own(data):
        yield _passed_over(data, label)


def _passed_over(data: bytes, label: str) -> Unreadable:
    """A document in a folder or archive that is no export by its name: listed, since it could hold what no other file does."""
    name, hint = what_else(data) or ("a document", "")
    why = f"{name} was left out" + (": " + hint[0].lower() + hint[1:] if hint else "")
    return _refused(label, hashlib.sha256(data).hexdigest(), "FILE_LEFT_OUT", why)


def _read_bytes(data: bytes, label: str, room: _Room, depth: int = 0) -> Iterator[Sheet | LargeText | Unreadable]:
    digest = hashlib.sha256(data).hexdigest()
    if not data or data.isspace():
        yield _refused(label, digest, "FILE_EMPTY", "no content")
    elif data.startswith(b"\x1f\x8b"):
        yield from _gunzip(data, label, room, depth)
    elif data.startswith(b"PK\x03\x04"):
        yield from _open_zip(data, label, room, depth)
    elif data[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        yield from _open_tar(data, label, room, depth)
    elif data.startswith(OLE_MARK):
        yield from _read_workbook(data, label, room)
    elif other := what_else(data):
        yield _refused(label, digest, "FILE_NOT_TEXT", f"it is {other[0]}", other[1])
    elif len(data) >= LARGE_BYTES:
        yield LargeText(label, digest, data.removeprefix(b"\xef\xbb\xbf"))
    else:
        yield _text_sheet(data, label, digest)


def _gunzip(data: bytes, label: str, room: _Room, depth: int) -> Iterator[Sheet | LargeText | Unreadable]:
    digest = hashlib.sha256(data).hexdigest()
    if depth >= LIMIT_DEPTH:
        yield _refused(label, digest, "FILE_UNREADABLE", _TOO_DEEP, _UNPACK)
        return
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            inner = read_pieces(stream, room.left, f"unpacks to more than {room.left} bytes")
    except _DAMAGED as error:
        yield _refused(label, digest, "FILE_UNREADABLE", f"damaged gzip: {error}")
    except UnreadableError as error:
        yield _failed(label, digest, error)
    else:
        room.take(len(inner))
        yield from _read_bytes(inner, _label(f"{label}!{Path(label).stem}"), room, depth + 1)


def _open_zip(data: bytes, label: str, room: _Room, depth: int) -> Iterator[Sheet | LargeText | Unreadable]:
    digest = hashlib.sha256(data).hexdigest()
    if data.count(b"PK\x01\x02") > LIMIT_MEMBERS:
        yield _refused(label, digest, "FILE_TOO_LARGE", f"the archive holds more than {LIMIT_MEMBERS} files", _UNPACK)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if is_workbook(names, data):
                yield from _read_workbook(data, label, room)
            elif other := zipped_document(names):
                yield _refused(label, digest, "FILE_NOT_TEXT", f"it is {other[0]}", other[1])
            elif depth < LIMIT_DEPTH:
                yield from _read_members(archive, label, room, depth)
            else:
                yield _refused(label, digest, "FILE_UNREADABLE", _TOO_DEEP, _UNPACK)
    except _DAMAGED as error:
        yield _refused(label, digest, "FILE_UNREADABLE", f"damaged archive: {error}")


def _read_members(archive: zipfile.ZipFile, label: str, room: _Room, depth: int) -> Iterator[Sheet | LargeText | Unreadable]:
    for member in sorted(archive.infolist(), key=lambda m: m.filename):
        if not member.is_dir():
            yield from _read_member(_Member(member.filename, partial(unpack, archive, member)), label, room, depth)


def _open_tar(data: bytes, label: str, room: _Room, depth: int) -> Iterator[Sheet | LargeText | Unreadable]:
    """Regular files only: links, devices and whatever else a tar can hold are no exports."""
    digest = hashlib.sha256(data).hexdigest()
    if depth >= LIMIT_DEPTH:
        yield _refused(label, digest, "FILE_UNREADABLE", _TOO_DEEP, _UNPACK)
        return
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            members = list(islice(archive, LIMIT_MEMBERS + 1))
            if len(members) > LIMIT_MEMBERS:
                yield _refused(label, digest, "FILE_TOO_LARGE", f"the archive holds more than {LIMIT_MEMBERS} files", _UNPACK)
                return
            for member in sorted((m for m in members if m.isreg()), key=lambda m: m.name):
                yield from _read_member(_Member(member.name, partial(unpack_tar, archive, member)), label, room, depth)
    except _DAMAGED as error:
        yield _refused(label, digest, "FILE_UNREADABLE", f"damaged archive: {error}")


def _read_member(member: _Member, label: str, room: _Room, depth: int) -> Iterator[Sheet | LargeText | Unreadable]:
    name = _label(f"{label}!{member.name}")
    if passed_over(member.name.split("/")):
        return
    try:
        data = member.unpack(room.left, f"the archive unpacks to more than {room.left} bytes from here on")
    except _DAMAGED as error:
        yield _refused(name, None, "FILE_UNREADABLE", str(error))
        return
    except UnreadableError as error:
        yield _failed(name, None, error)
        return
    room.take(len(data))
    if Path(member.name).suffix.lower() not in _DOCUMENTS:
        yield from _read_bytes(data, name, room, depth + 1)
    elif not is_own(data):
        yield _passed_over(data, name)


def _read_workbook(data: bytes, label: str, room: _Room) -> Iterator[Sheet | LargeText | Unreadable]:
    from taxlots.importers.workbooks import worksheets  # noqa: PLC0415  only spreadsheets pay for it

    digest = hashlib.sha256(data).hexdigest()
    try:
        for name, cells in worksheets(data, room.left):
            if any(any(row) for row in cells):
                yield Sheet(_label(f"{label}#{name}"), digest, cells, list(range(1, len(cells) + 1)))
    except _DAMAGED as error:
        yield _refused(label, digest, "FILE_UNREADABLE", f"damaged workbook: {error}")
    except UnreadableError as error:
        yield _failed(label, digest, error)


def _text_sheet(data: bytes, label: str, digest: str) -> Sheet | Unreadable:
    text = decode(data)
    if text is None:
        return _refused(label, digest, "FILE_NOT_TEXT", "the bytes are no text, spreadsheet or archive")
    try:
        if ofx_markup.is_ofx(text):
            return Sheet(label, digest, *ofx_markup.rows(text))
        cells, numbers, unclosed = _split(text)
    except ofx_markup.OfxError as error:
        return _refused(label, digest, "FILE_UNREADABLE", str(error))
    except csv.Error as error:
        return _refused(label, digest, "FILE_UNREADABLE", f"{error}; probably a quote is opened and never closed")
    except TooLargeError as error:
        return _failed(label, digest, error)
    return Sheet(label, digest, cells, numbers, unclosed, _spoiled(text, cells, numbers))


def _spoiled(text: str, cells: list[list[str]], numbers: list[int]) -> frozenset[int]:
    """Numbers of the rows with control characters."""
    if not CONTROL.search(text):
        return frozenset()
    return frozenset(number for number, row in zip(numbers, cells, strict=True) if any(CONTROL.search(cell) for cell in row))


def _split(text: str) -> tuple[list[list[str]], list[int], frozenset[int]]:
    """Rows, the line where each starts, and the rows with a quote that nothing closes.

    Raises csv.Error for a giant cell, TooLargeError for a row with more cells than a spreadsheet has columns.
    """
    lines = list(io.StringIO(text, newline=""))
    delimiter = _delimiter(text)
    widest = max((line.count(delimiter) for line in lines), default=0) + 1
    if widest > LIMIT_COLUMNS:
        raise TooLargeError(f"a row has {widest} cells, more than {LIMIT_COLUMNS}", "Export the file again, one transaction per row.")
    reader = csv.reader(lines, delimiter=delimiter)
    cells: list[list[str]] = []
    numbers: list[int] = []
    unclosed: set[int] = set()
    start = 1
    for row in reader:
        cells.append(row if any(row) else row[:1])  # a line of delimiters only is blank
        numbers.append(start)
        if (reader.line_num > start or reader.line_num == len(lines)) and not _closed(lines[start - 1 : reader.line_num], delimiter):
            unclosed.add(start)
        start = reader.line_num + 1
    return cells, numbers, frozenset(unclosed)


def _closed(lines: list[str], delimiter: str) -> bool:
    """Whether every quote of the row closes; in a row of several lines, also whether it ends its cell."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return len(lines) == 1 and "end of data" not in str(error)
    return True


def _delimiter(text: str) -> str:
    """The delimiter that the first line names (`sep=;`), else the one that splits the most of the first lines into equally many cells."""
    named = _SEPARATOR.match(text)
    if named:
        return named[1]
    lines = [line for line in text[:65536].splitlines()[:40] if line.strip()]

    def fit(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
        if not widths:
            return (0, 0)
        common = max(set(widths), key=lambda w: (widths.count(w), w))
        return (widths.count(common), common)

    return max(_DELIMITERS, key=fit)


def _refused(label: str, digest: str | None, code: str, why: str, hint: str | None = None) -> Unreadable:
    return Unreadable(label, digest, problem(code, why, hint, file=label))


def _failed(label: str, digest: str | None, error: UnreadableError) -> Unreadable:
    return _refused(label, digest, "FILE_TOO_LARGE" if isinstance(error, TooLargeError) else "FILE_UNREADABLE", error.why, error.hint)
