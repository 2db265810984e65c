"""From paths to sheets of text: folders are walked, archives opened, bytes decoded, delimiters found. Nothing is interpreted.

Files from outside are hostile: archives are read in memory up to a limit, never unpacked to disk, and names inside them are only
shown, never opened.
"""

import csv
import gzip
import hashlib
import io
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from taxlots.importers import ofx_markup
from taxlots.problems import Problem, problem

LIMIT_BYTES = 2 * 1024**3
_SKIPPED_SUFFIXES = {".toml", ".md", ".jsonl", ".json", ".py", ".html"}
_TAR_AT, _TAR = 257, b"ustar"  # where a tar archive says that it is one
LARGE_BYTES, HEAD_BYTES = 256 * 1024, 64 * 1024  # from LARGE_BYTES on reading by columns pays
_DELIMITERS = ",;\t|"
csv.field_size_limit(16 * 1024**2)
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
)  # RuntimeError: encrypted, unknown packing


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file (or one worksheet) as rows of text; `numbers` are the lines where the rows start.

    `unclosed` are the numbers of rows in which a quote opens that nothing closes: they have swallowed the lines below.
    """

    file: str
    sha256: str
    cells: list[list[str]] = field(repr=False)
    numbers: list[int] = field(repr=False)
    unclosed: frozenset[int] = frozenset()


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


def read_sheets(paths: Sequence[Path], base: Path | None = None) -> Iterator[Sheet | LargeText | Unreadable]:
    """Every sheet of every file under the paths, and what could not be read. Files given twice are read once."""
    seen: set[Path] = set()
    for path in _walk(paths):
        resolved = Path(os.path.realpath(path))  # unlike Path.resolve, it raises nothing for a link that points at itself
        if resolved not in seen:
            seen.add(resolved)
            inside = base is not None and path.is_relative_to(base)
            yield from _read_file(path, str(path.relative_to(base)) if base is not None and inside else str(path))


def _walk(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112  unlike Path.is_dir, it raises nothing for a name that no file can have
            yield path
            continue
        for found in sorted(p for p in path.rglob("*") if p.is_file() or p.is_symlink()):
            hidden = any(part.startswith((".", "~$")) for part in found.relative_to(path).parts)
            if not hidden and found.suffix.lower() not in _SKIPPED_SUFFIXES:
                yield found


def _read_file(path: Path, label: str) -> Iterator[Sheet | LargeText | Unreadable]:
    try:
        if path.stat().st_size > LIMIT_BYTES:
            yield _refused(label, None, "FILE_TOO_LARGE", f"more than {LIMIT_BYTES} bytes")
            return
        data = path.read_bytes()
    except OSError as error:
        yield _refused(label, None, "FILE_UNREADABLE", error.strerror or str(error))
        return
    yield from _read_bytes(data, label)


def _read_bytes(data: bytes, label: str, depth: int = 0) -> Iterator[Sheet | LargeText | Unreadable]:
    digest = hashlib.sha256(data).hexdigest()
    if not data.strip():
        yield _refused(label, digest, "FILE_EMPTY", "no content")
    elif data.startswith(b"\x1f\x8b") and depth < 2:
        yield from _gunzip(data, label, digest, depth)
    elif data.startswith(b"PK\x03\x04"):
        yield from _open_zip(data, label, digest, depth)
    elif data[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR and depth < 2:
        yield from _open_tar(data, label, digest, depth)
    elif len(data) >= LARGE_BYTES:
        yield LargeText(label, digest, data.removeprefix(b"\xef\xbb\xbf"))
    else:
        yield _text_sheet(data, label, digest)


def _gunzip(data: bytes, label: str, digest: str, depth: int) -> Iterator[Sheet | LargeText | Unreadable]:
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            inner = stream.read(LIMIT_BYTES + 1)
    except _DAMAGED as error:
        yield _refused(label, digest, "FILE_UNREADABLE", f"damaged gzip: {error}")
        return
    if len(inner) > LIMIT_BYTES:
        yield _refused(label, digest, "FILE_TOO_LARGE", f"unpacks to more than {LIMIT_BYTES} bytes")
        return
    yield from _read_bytes(inner, f"{label}!{Path(label).stem}", depth + 1)


def _open_zip(data: bytes, label: str, digest: str, depth: int) -> Iterator[Sheet | LargeText | Unreadable]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if any(member.filename == "xl/workbook.xml" for member in members):
                yield from _read_workbook(data, label, digest, sum(member.file_size for member in members))
            elif depth < 2:
                yield from _read_members(archive, label, depth)
            else:
                yield _refused(label, digest, "FILE_UNREADABLE", "an archive within two others is not opened; unpack it")
    except _DAMAGED as error:
        yield _refused(label, digest, "FILE_UNREADABLE", f"damaged archive: {error}")


def _read_members(archive: zipfile.ZipFile, label: str, depth: int) -> Iterator[Sheet | LargeText | Unreadable]:
    room = LIMIT_BYTES
    for member in sorted(archive.infolist(), key=lambda m: m.filename):
        name = f"{label}!{member.filename}"
        if member.is_dir() or Path(member.filename).suffix.lower() in _SKIPPED_SUFFIXES:
            continue
        room -= member.file_size
        if room < 0:
            yield _refused(name, None, "FILE_TOO_LARGE", f"the archive unpacks to more than {LIMIT_BYTES} bytes")
            return
        try:
            data = archive.read(member)
        except _DAMAGED as error:
            yield _refused(name, None, "FILE_UNREADABLE", str(error))
            continue
        yield from _read_bytes(data, name, depth + 1)


def _open_tar(data: bytes, label: str, digest: str, depth: int) -> Iterator[Sheet | LargeText | Unreadable]:
    """Regular files only: links, devices and whatever else a tar can hold are no exports."""
    room = LIMIT_BYTES
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in sorted((m for m in archive.getmembers() if m.isreg()), key=lambda m: m.name):
                name = f"{label}!{member.name}"
                if Path(member.name).suffix.lower() in _SKIPPED_SUFFIXES:
                    continue
                room -= member.size
                stream = archive.extractfile(member) if room >= 0 else None
                if stream is None:
                    yield _refused(name, None, "FILE_TOO_LARGE", f"the archive unpacks to more than {LIMIT_BYTES} bytes")
                    return
                yield from _read_bytes(stream.read(), name, depth + 1)
    except _DAMAGED as error:
        yield _refused(label, digest, "FILE_UNREADABLE", f"damaged archive: {error}")


def _read_workbook(data: bytes, label: str, digest: str, unpacked: int) -> Iterator[Sheet | LargeText | Unreadable]:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  only spreadsheets pay for it

    if unpacked > LIMIT_BYTES:
        yield _refused(label, digest, "FILE_TOO_LARGE", f"the workbook unpacks to more than {LIMIT_BYTES} bytes")
        return
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for index, name in enumerate(workbook.sheet_names):
            rows = workbook.get_sheet_by_index(index).to_python(skip_empty_area=False)
            cells = [[_cell_text(value) for value in row] for row in rows]
            if any(any(row) for row in cells):
                yield Sheet(f"{label}#{name}", digest, cells, list(range(1, len(cells) + 1)))
    except (CalamineError, OSError) as error:
        yield _refused(label, digest, "FILE_UNREADABLE", f"damaged workbook: {error}")


def _cell_text(value: object) -> str:
    """A spreadsheet cell by its shortest decimal form: 0.1 is stored as a float but was written as 0.1."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _text_sheet(data: bytes, label: str, digest: str) -> Sheet | Unreadable:
    text = _decode(data)
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
    return Sheet(label, digest, cells, numbers, unclosed)


def _decode(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif b"\x00" in data[:4096]:
        return None
    else:
        candidates = ["utf-8-sig", "cp1252"]
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        control = sum(c < " " and c not in "\t\r\n\f" for c in text[:4096])
        return text if control == 0 else None
    return None


def _split(text: str) -> tuple[list[list[str]], list[int], frozenset[int]]:
    """Rows, the line where each starts, and the rows with a quote that nothing closes. Raises csv.Error for a giant cell."""
    lines = list(io.StringIO(text, newline=""))
    delimiter = _delimiter(text)
    reader = csv.reader(lines, delimiter=delimiter)
    cells: list[list[str]] = []
    numbers: list[int] = []
    unclosed: set[int] = set()
    start = 1
    for row in reader:
        cells.append(row)
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
    """The delimiter that splits the most of the first lines into the same number of cells."""
    lines = [line for line in text[:65536].splitlines()[:40] if line.strip()]

    def fit(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
        if not widths:
            return (0, 0)
        common = max(set(widths), key=lambda w: (widths.count(w), w))
        return (widths.count(common), common)

    return max(_DELIMITERS, key=fit)


def _refused(label: str, digest: str | None, code: str, why: str) -> Unreadable:
    return Unreadable(label, digest, problem(code, why, file=label))
