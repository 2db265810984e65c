"""Is an XLSX workbook safe to read? Its parts are unpacked within a limit, their XML is walked, and a checked copy is handed on.

The copy holds exactly what was checked, so that a lying archive can't show one content here and another to the library that reads it.
"""

import io
import re
import zipfile
from collections import Counter
from xml.parsers import expat

from taxlots.importers.folders import TooLargeError, UnreadableError
from taxlots.importers.packed import unpack
from taxlots.importers.workbook_cells import errors_as_text

LIMIT_PARTS = 256 * 1024**2
LIMIT_CELLS = 10_000_000
LIMIT_SPARSE = 4_000_000  # cells of a sheet of which less than a tenth is filled, as by a stray cell far below
LIMIT_TEXT = 512 * 1024**2
_CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_USUAL_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="[0-9]+")?(?: t="([a-zA-Z]+)")?/?>')
_1904 = re.compile(rb"<(?:[\w.-]+:)?workbookPr\s[^<>]*\bdate1904=[\"'](?:1|true|on)[\"']")
_HEAD = 256 * 1024
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_SAVE = "Save the one sheet that is needed as CSV."


def checked_copy(data: bytes, limit: int) -> bytes | None:
    """An XLSX workbook packed anew with the parts that were checked; None where it is of another format.

    Raises:
        TooLargeError: its parts, a sheet's cells or its texts are more than is read.
        UnreadableError: damaged, or its XML defines entities.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return None
        parts = _parts(archive, min(limit, LIMIT_PARTS))
    strings = next((_Strings(part) for name, part in parts.items() if name.lower() == "xl/sharedstrings.xml"), None)
    for name, part in parts.items():
        is_sheet = name.startswith("xl/worksheets/") and name.endswith(".xml")
        try:
            if not is_sheet:
                _walk(part, _parser())
            elif not _is_small(part, strings):
                _Sheet(part).check(strings)
        except expat.ExpatError as error:
            raise UnreadableError(f"damaged workbook: {name}: {error}") from None
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as packed:
        for name, part in parts.items():
            packed.writestr(name, errors_as_text(part) if name.startswith("xl/worksheets/") else part)
    return stream.getvalue()


def counts_from_1904(data: bytes) -> bool:
    """Whether the workbook says that its days count from 1904, as old Excel on the Mac did. What it may unpack to was checked before."""
    if not data.startswith(b"PK"):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return False
        with archive.open("xl/workbook.xml") as part:
            return _1904.search(part.read(_HEAD)) is not None


def _parts(archive: zipfile.ZipFile, limit: int) -> dict[str, bytes]:
    """The XML parts; pictures and macros are left out."""
    parts: dict[str, bytes] = {}
    room = limit
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels")):
            parts[member.filename] = unpack(archive, member, room, f"the workbook unpacks to more than {limit} bytes")
            room -= len(parts[member.filename])
    return parts


def _is_small(part: bytes, strings: "_Strings | None") -> bool:
    """Whether a sheet as all usual programs write it is within the limits. Far quicker than walking its XML; where in doubt, False."""
    if b"<!" in part or b"\0" in part[:100]:
        return False
    cells = _USUAL_CELL.findall(part)
    if not cells or len(cells) != len(_CELL.findall(part)):
        return False
    columns, rows, kinds = zip(*cells, strict=True)
    area = max(map(int, rows)) * max(_column(letters.decode()) for letters in set(columns))
    return area <= _most(len(cells)) and kinds.count(b"s") * max(strings.lengths if strings else [0], default=0) <= LIMIT_TEXT


def _most(filled: int) -> int:
    """How large a sheet of so many filled cells may be."""
    return min(LIMIT_CELLS, max(LIMIT_SPARSE, 10 * filled))


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_entities
    return parser


def _no_entities(*_declaration: object) -> None:
    raise UnreadableError("the workbook's XML declares a document type, which no spreadsheet program writes", _SAVE)


def _walk(part: bytes, parser: expat.XMLParserType) -> None:
    parser.Parse(part, True)


class _Strings:
    """The texts that cells share, by their length."""

    def __init__(self, part: bytes) -> None:
        self.lengths: list[int] = []
        parser = _parser()
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self._text
        _walk(part, parser)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self.lengths.append(0)

    def _text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)


class _Sheet:
    """The span of a worksheet's filled cells, and how often they show each shared text."""

    def __init__(self, part: bytes) -> None:
        self._part = part
        self._row, self._column = 0, 0
        self._last_row, self._last_column = 0, 0
        self._filled = 0
        self._shared = False
        self._value: list[str] | None = None
        self._shown: Counter[str] = Counter()
        self._columns: dict[str, int] = {}

    def check(self, strings: _Strings | None) -> None:
        """Raises TooLargeError, UnreadableError or ExpatError."""
        parser = _parser()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        _walk(self._part, parser)
        if self._last_row * self._last_column > _most(self._filled):
            span = f"a sheet spans {self._last_row} rows and {self._last_column} columns, with {self._filled} filled cells"
            raise TooLargeError(span, _SAVE)
        lengths = strings.lengths if strings else []
        total = sum(lengths[int(n)] * count for n, count in self._shown.items() if n.isdecimal() and int(n) < len(lengths))
        if total > LIMIT_TEXT:
            raise TooLargeError(f"the texts of a sheet have {total} characters", _SAVE)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._column += 1
            place = attributes.get("r")
            if place:
                self._go_to(place)
            self._shared = attributes.get("t") == "s"
        elif local == "row":
            self._row = int(number) if (number := attributes.get("r", "")).isdecimal() else self._row + 1
            self._column = 0
        elif local in {"v", "is", "f"}:
            self._last_row, self._last_column = max(self._last_row, self._row), max(self._last_column, self._column)
            self._filled += local != "f"
            self._value = [] if local == "v" and self._shared else None

    def _go_to(self, place: str) -> None:
        match = _PLACE.fullmatch(place)
        if not match:
            raise UnreadableError(f"damaged workbook: {place[:20]!r} is no place of a cell")
        letters, row = match.groups()
        if letters not in self._columns:
            self._columns[letters] = _column(letters)
        self._row, self._column = int(row), self._columns[letters]

    def _text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def _end(self, name: str) -> None:
        if self._value is not None and name.rpartition(":")[2] == "v":
            self._shown["".join(self._value).strip()] += 1
            self._value = None


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
