"""From paths to sheets of text: folders are walked, archives opened, bytes decoded, delimiters found. Nothing is interpreted.

Files from outside are hostile: archives are read in memory up to a limit, never unpacked to disk, and names inside them are only
shown, never opened.
"""

import gzip
import hashlib
import io
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from taxlots.importers import ofx_markup
from taxlots.importers.encodings import CONTROL, decode
from taxlots.importers.folders import Found, TooLargeError, UnreadableError, passed_over, read_bytes, walk
from taxlots.importers.foreign import is_own, what_else, zipped_document
from taxlots.importers.packed import OLE_MARK, is_workbook, read_pieces, unpack, unpack_tar
from taxlots.importers.text_rows import RowsError, check_line_lengths, delimiter_of, split
from taxlots.problems import Problem, printable, problem

LIMIT_BYTES = 2 * 1024**3
LIMIT_RATIO, RATIO_FLOOR = 200, 16 * 1024**2  # CSV and spreadsheets pack to a tenth or fiftieth; a bomb to a thousandth
LIMIT_MEMBERS = 10_000
LIMIT_DEPTH = 2
LIMIT_NAME = 300
LARGE_BYTES, HEAD_BYTES = 256 * 1024, 64 * 1024  # from LARGE_BYTES on reading by columns pays
_DOCUMENTS = {".json", ".html", ".htm"}
_TOO_DEEP, _UNPACK = "an archive within two others is not opened", "Unpack it yourself and give the folder."
_AGAIN = "Download the file again, if it is very large for shorter periods."
_BYTE_ORDER = b"\xef\xbb\xbf"
_TAR_AT, _TAR = 257, b"ustar"  # where a tar archive says that it is one
# RuntimeError: encrypted, unknown packing.
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, OSError, EOFError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file (or one worksheet) as rows of text; `numbers` are the lines where the rows start.

    `unclosed` are the numbers of rows in which a quote opens that nothing closes: they have swallowed the lines below. `spoiled` are
    those with characters that no text has, such as NUL. `since_1904` says that numbers of days in it count from then.
    """

    file: str
    sha256: str
    cells: list[list[str]] = field(repr=False)
    numbers: list[int] = field(repr=False)
    unclosed: frozenset[int] = frozenset()
    spoiled: frozenset[int] = frozenset()
    since_1904: bool = False


@dataclass(frozen=True, slots=True)
class LargeText:
    """A text file that is too large to be split into cells before its layout is known."""

    file: str
    pending: Future[str]
    data: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """The hash of the file, found beside whatever else is done with it."""
        return self.pending.result()

    def head(self) -> Sheet | None:
        """Its first rows, without the hash of the file."""
        end = self.data.rfind(b"\n", 0, HEAD_BYTES)
        first = _text_sheet(self.data[: end + 1], self.file, "")
        return first if isinstance(first, Sheet) else None

    def whole(self) -> "Sheet | Unreadable":
        """All of it, row by row."""
        return _text_sheet(self.data, self.file, self.sha256)

    def delimiter(self) -> str:
        """What separates its cells."""
        return delimiter_of(self.data[:HEAD_BYTES].decode(errors="replace"))


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
    """A file in an archive and its size there; `unpack(room, message)` gives its bytes or raises TooLargeError with the message."""

    name: str
    size: int
    unpack: Callable[[int, str], bytes]


def read_sheets(paths: Sequence[Path], base: Path | None = None, without: Path | None = None) -> Iterator[Sheet | LargeText | Unreadable]:
    """Every sheet of every file under the paths, and what could not be read. Files given twice are read once; every name is unique.

    `without` is a file that is about to be written, of which nothing is read.
    """
    seen: set[str] = {os.path.realpath(without)} if without is not None else set()
    names: dict[str, int] = {}
    for found in walk(paths):
        resolved = os.path.realpath(found.path)  # unlike Path.resolve, it raises nothing for a link that points at itself
        if resolved not in seen or found.refused:
            seen.add(resolved)
            inside = base is not None and found.path.is_relative_to(base)
            label = shown_label(str(found.path.relative_to(base)) if base is not None and inside else str(found.path))
            yield from (_named(sheet, names) for sheet in _read_file(found, label))


def _allowance(packed: int) -> int:
    """How many bytes may come out of so many packed ones."""
    return min(LIMIT_BYTES, max(RATIO_FLOOR, LIMIT_RATIO * packed))


def shown_label(name: str) -> str:
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
        yield from _read_bytes(data, label, _Room(_allowance(len(data))))
    elif not is_own(data):
        yield _passed_over(data, label)


def _passed_over(data: bytes, label: str) -> Unreadable:
    """A document in a folder or archive that is no export by its name: listed, since it could hold what no other file does."""
    name, hint = what_else(data) or ("a document", "")
    why = f"{name} was left out" + (": " + hint[0].lower() + hint[1:] if hint else "")
    return _refused(label, hashlib.sha256(data).hexdigest(), "FILE_LEFT_OUT", why)


def _hashed(data: bytes) -> Future[str]:
    """The hash, computed at once of a small file, and in a thread of its own of a large one."""
    beside = ThreadPoolExecutor(1)
    pending = beside.submit(lambda: hashlib.sha256(data).hexdigest())
    beside.shutdown(wait=len(data) < LARGE_BYTES)
    return pending


def _read_bytes(data: bytes, label: str, room: _Room, depth: int = 0) -> Iterator[Sheet | LargeText | Unreadable]:
    pending = _hashed(data)
    if not data or data.isspace():
        yield _refused(label, pending.result(), "FILE_EMPTY", "no content")
    elif data.startswith(b"\x1f\x8b"):
        yield from _gunzip(data, label, room, depth)
    elif data.startswith(b"PK\x03\x04"):
        yield from _open_zip(data, label, room, depth)
    elif data[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        yield from _open_tar(data, label, room, depth)
    elif data.startswith(OLE_MARK):
        yield from _read_workbook(data, label, room)
    elif other := what_else(data):
        yield _refused(label, pending.result(), "FILE_NOT_TEXT", f"it is {other[0]}", other[1])
    else:
        yield _read_text(data, label, pending)


def _gunzip(data: bytes, label: str, room: _Room, depth: int) -> Iterator[Sheet | LargeText | Unreadable]:
    digest = hashlib.sha256(data).hexdigest()
    if depth >= LIMIT_DEPTH:
        yield _refused(label, digest, "FILE_UNREADABLE", _TOO_DEEP, _UNPACK)
        return
    try:
        packed = io.BytesIO(data)
        with gzip.open(packed) as stream:
            inner = read_pieces(stream, lambda: min(room.left, _allowance(packed.tell())), "unpacks to more than {} bytes")
    except _DAMAGED as error:
        yield _refused(label, digest, "FILE_UNREADABLE", f"damaged gzip: {error}")
    except UnreadableError as error:
        yield _failed(label, digest, error)
    else:
        room.take(len(inner))
        yield from _read_bytes(inner, shown_label(f"{label}!{Path(label).stem}"), room, depth + 1)


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
            yield from _read_member(_Member(member.filename, member.compress_size, partial(unpack, archive, member)), label, room, depth)


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
                yield from _read_member(_Member(member.name, member.size, partial(unpack_tar, archive, member)), label, room, depth)
    except _DAMAGED as error:
        yield _refused(label, digest, "FILE_UNREADABLE", f"damaged archive: {error}")


def _read_member(member: _Member, label: str, room: _Room, depth: int) -> Iterator[Sheet | LargeText | Unreadable]:
    name = shown_label(f"{label}!{member.name}")
    if passed_over(member.name.split("/")):
        return
    try:
        data = member.unpack(min(room.left, _allowance(member.size)), "the archive unpacks to more than {} bytes here")
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
    from taxlots.importers.workbook_limits import counts_from_1904  # noqa: PLC0415  only spreadsheets pay for it
    from taxlots.importers.workbooks import worksheets  # noqa: PLC0415

    digest = hashlib.sha256(data).hexdigest()
    try:
        filled = [(name, cells) for name, cells in worksheets(data, room.left) if any(map(any, cells))]
        since_1904 = counts_from_1904(data)
        for name, cells in filled:
            yield Sheet(shown_label(f"{label}#{name}"), digest, cells, list(range(1, len(cells) + 1)), since_1904=since_1904)
        if not filled:
            yield _refused(label, digest, "FILE_EMPTY", "no sheet of the workbook has a filled cell")
    except _DAMAGED as error:
        yield _refused(label, digest, "FILE_UNREADABLE", f"damaged workbook: {error}")
    except UnreadableError as error:
        yield _failed(label, digest, error)


def _read_text(data: bytes, label: str, pending: Future[str]) -> Sheet | LargeText | Unreadable:
    if not ofx_markup.is_ofx(data[:HEAD_BYTES].decode(errors="replace")):  # which may be one line
        try:
            check_line_lengths(data)
        except RowsError as error:
            return beyond(label, pending.result(), error)
    if len(data) >= LARGE_BYTES:
        return LargeText(label, pending, data.replace(_BYTE_ORDER, b"") if _BYTE_ORDER[:1] in data else data)  # one byte is found faster
    return _text_sheet(data, label, pending.result())


def _text_sheet(data: bytes, label: str, digest: str) -> Sheet | Unreadable:
    text = decode(data)
    if text is None:
        return _refused(label, digest, "FILE_NOT_TEXT", "the bytes are no text, spreadsheet or archive")
    try:
        if ofx_markup.is_ofx(text):
            return Sheet(label, digest, *ofx_markup.rows(text))
        cells, numbers, unclosed = split(text)
    except ofx_markup.OfxError as error:
        return Unreadable(label, digest, problem("FILE_UNREADABLE", str(error), _AGAIN, file=label, row=error.line))
    except RowsError as error:
        return beyond(label, digest, error)
    return Sheet(label, digest, cells, numbers, unclosed, _spoiled(text, cells, numbers))


def _spoiled(text: str, cells: list[list[str]], numbers: list[int]) -> frozenset[int]:
    """Numbers of the rows with control characters."""
    if not CONTROL.search(text):
        return frozenset()
    return frozenset(number for number, row in zip(numbers, cells, strict=True) if any(CONTROL.search(cell) for cell in row))


def _refused(label: str, digest: str | None, code: str, why: str, hint: str | None = None) -> Unreadable:
    return Unreadable(label, digest, problem(code, why, hint, file=label))


def beyond(label: str, digest: str, error: RowsError) -> Unreadable:
    """A file whose rows are beyond a limit."""
    return Unreadable(label, digest, problem(error.code, error.why, error.hint, file=label, row=error.row))


def _failed(label: str, digest: str | None, error: UnreadableError) -> Unreadable:
    return _refused(label, digest, "FILE_TOO_LARGE" if isinstance(error, TooLargeError) else "FILE_UNREADABLE", error.why, error.hint)
