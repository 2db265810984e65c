"""The cells of an XLSX workbook as they are stored: value and formula, from any program that saved it.

Numbers are doubles, which is all that a cell holds. Styles, charts, comments and names are left aside; what is hidden is noted.
"""

import io
import math
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

from taxlots.importers.folders import UnreadableError
from taxlots.importers.packed import OLE_MARK, unpack
from taxlots.importers.workbook_limits import LIMIT_PARTS, checked_copy

LONGEST_FORMULA = 8192  # as in Excel
LIMIT_RATIO, RATIO_FLOOR = 200, 16 * 1024**2  # a workbook packs to a tenth; a bomb to a thousandth
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WORKBOOK, _RELATIONS, _STRINGS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
_WRITE_AGAIN = "Give the XLSX file that `taxlots report` wrote, or one saved from it as XLSX."
_TRUE = frozenset({"1", "true", "on"})
_DAMAGED = (zipfile.BadZipFile, EOFError, OSError, ValueError, KeyError, RuntimeError, NotImplementedError)

Value = float | str | bool | None
Attributes = dict[str, str]


class Cell(NamedTuple):
    """What a cell holds. Of a formula (without `=`), `value` is what it came to when it was saved; `style` is the number of its format."""

    value: Value
    formula: str | None = None
    style: str = ""


@dataclass(slots=True)
class SheetCells:
    """The cells of a sheet by address, those with content only; and what of it is hidden: `row 7`, `columns 2 to 3`, `sheet`."""

    cells: dict[str, Cell] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)


def read_cells(data: bytes) -> dict[str, SheetCells]:
    """The sheets of a workbook from outside, in their order, read within limits.

    Raises:
        TooLargeError: it would unpack to, or spans, more than is read.
        UnreadableError: no XLSX workbook, damaged, protected by a password, or with macros.
    """
    if data.startswith(OLE_MARK):
        hint = "Open it, take the password off (File, Info, Protect Workbook), and save it as XLSX."
        raise UnreadableError("the file is an old XLS workbook or protected by a password", hint)
    try:
        return read_trusted(_checked(data))
    except UnreadableError as error:
        raise type(error)(error.why, error.hint or _WRITE_AGAIN) from None
    except (*_DAMAGED, expat.ExpatError) as error:
        raise UnreadableError(f"no XLSX workbook, or a damaged one: {error}", _WRITE_AGAIN) from None


def _checked(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
    if any("vbaproject" in name.lower() for name in names):
        raise UnreadableError("the workbook holds macros, which this program never writes", f"Do not open it. {_WRITE_AGAIN}")
    if len(set(names)) != len(names):
        raise UnreadableError("the archive holds two parts of one name")
    copy = checked_copy(data, max(RATIO_FLOOR, LIMIT_RATIO * len(data)))
    if copy is None:
        raise UnreadableError("the archive is no XLSX workbook")
    return copy


def read_trusted(data: bytes) -> dict[str, SheetCells]:
    """The sheets of a workbook that was checked, or that this program wrote just now."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {member.filename: member for member in archive.infolist()}
        read = _reader(archive, parts)
        strings = _Strings(read(_STRINGS)).texts if _STRINGS in parts else []
        sheets: dict[str, SheetCells] = {}
        for name, part, is_hidden in _listed(read(_WORKBOOK), read(_RELATIONS)):
            if name in sheets:
                raise UnreadableError(f"two sheets are named {name!r}")
            sheets[name] = _Sheet(strings).read(read(part)) if part in parts else SheetCells()
            if is_hidden:
                sheets[name].hidden.insert(0, "sheet")
        return sheets


def _reader(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> Callable[[str], bytes]:
    return lambda name: unpack(archive, parts[name], LIMIT_PARTS, "the workbook unpacks to more than {} bytes")


def _listed(workbook: bytes, relations: bytes) -> Iterator[tuple[str, str, bool]]:
    """Name, part and whether it is hidden, of each sheet in the order of their tabs."""
    targets = {attributes["Id"]: attributes["Target"] for name, attributes in _elements(relations) if name == "Relationship"}
    for name, attributes in _elements(workbook):
        if name == "sheet":
            reference = next(value for key, value in attributes.items() if key.rpartition(":")[2] == "id")
            part = posixpath.normpath(posixpath.join("/xl", targets[reference])).lstrip("/")
            yield attributes["name"], part, attributes.get("state", "visible") != "visible"


def _elements(part: bytes) -> list[tuple[str, Attributes]]:
    found: list[tuple[str, Attributes]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append((_local(name), attributes))
    parser.Parse(part, True)
    return found


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _text(pieces: list[str]) -> str:
    """Text with the characters that XML can't hold, which workbooks write as `_x000D_`; ends of lines as one character."""
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), "".join(pieces))
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Strings:
    """The texts that cells share."""

    def __init__(self, part: bytes) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._inside = False
        self._reading_aid = False
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.Parse(part, True)

    def _start(self, name: str, _attributes: Attributes) -> None:
        local = _local(name)
        if local == "si":
            self._pieces = []
        elif local == "rPh":
            self._reading_aid = True
        self._inside = local == "t" and not self._reading_aid

    def _end(self, name: str) -> None:
        local = _local(name)
        self._inside = False
        if local == "rPh":
            self._reading_aid = False
        elif local == "si":
            self.texts.append(_text(self._pieces))

    def _data(self, text: str) -> None:
        if self._inside:
            self._pieces.append(text)


class _Sheet:
    """One worksheet, as it is parsed."""

    def __init__(self, strings: list[str]) -> None:
        self._strings = strings
        self._found = SheetCells()
        self._row, self._column = 0, 0
        self._place, self._kind, self._style = "", "", ""
        self._pieces: dict[str, list[str]] = {}
        self._into: list[str] | None = None
        self._formula: Attributes | None = None
        self._shared: dict[str, tuple[str, str]] = {}
        self._hidden_rows: dict[int, bool] = {}

    def read(self, part: bytes) -> SheetCells:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.Parse(part, True)
        self._found.hidden += [f"row {row}" for row, filled in self._hidden_rows.items() if filled]
        return self._found

    def _start(self, name: str, attributes: Attributes) -> None:
        local = _local(name)
        if local == "c":
            self._begin(attributes)
        elif local in {"v", "t", "f"}:
            self._into = self._pieces.setdefault("v" if local == "t" else local, [])
            self._formula = attributes if local == "f" else self._formula
        elif local == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
            if attributes.get("hidden") in _TRUE or _is_nothing(attributes.get("ht")):
                self._hidden_rows[self._row] = False
        elif local == "col":
            if attributes.get("hidden") in _TRUE or _is_nothing(attributes.get("width")):
                self._found.hidden.append(f"columns {attributes['min']} to {attributes['max']}")
        elif local == "sheetFormatPr" and attributes.get("zeroHeight") in _TRUE:
            self._found.hidden.append("rows without a height")

    def _begin(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        self._column += 1
        if place is None:
            place = f"{_letters(self._column)}{self._row}"
        elif (match := _PLACE.fullmatch(place)) is None or int(match[2]) != self._row:
            raise UnreadableError(f"{place[:20]!r} is no place in row {self._row}")
        else:
            self._column = _number(match[1])
        if place in self._found.cells:
            raise UnreadableError(f"cell {place} is there twice")
        self._place, self._kind, self._style = place, attributes.get("t", "n"), attributes.get("s", "")
        self._pieces, self._formula = {}, None

    def _data(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def _end(self, name: str) -> None:
        self._into = None
        if _local(name) == "c" and self._pieces:
            cell = Cell(self._value(), self._formula_text(), self._style)
            if cell.formula is not None or cell.value not in {None, ""}:
                self._found.cells[self._place] = cell
                if self._row in self._hidden_rows:
                    self._hidden_rows[self._row] = True

    def _value(self) -> Value:
        pieces = self._pieces.get("v")
        if pieces is None:
            return None
        if self._kind == "s":
            number = int("".join(pieces))
            if not 0 <= number < len(self._strings):
                raise UnreadableError(f"cell {self._place} shows text {number} of {len(self._strings)}")
            return self._strings[number]
        if self._kind == "b":
            return "".join(pieces).strip() in _TRUE
        return _float("".join(pieces)) if self._kind == "n" else _text(pieces)

    def _formula_text(self) -> str | None:
        """The formula; one that Excel stores as a copy of another's, written out."""
        if self._formula is None:
            return None
        text, shared = "".join(self._pieces["f"]), self._formula.get("si")
        if len(text) > LONGEST_FORMULA:
            raise UnreadableError(f"the formula of cell {self._place} has {len(text)} characters")
        if self._formula.get("t") != "shared" or shared is None:
            return text
        if text:
            self._shared[shared] = (text, self._place)
            return text
        return _copied(*self._shared[shared], self._place)


def _copied(formula: str, place: str, to: str) -> str:
    """A formula as it reads in another cell. Raises UnreadableError for one that no spreadsheet program writes."""
    from openpyxl.formula.tokenizer import TokenizerError  # noqa: PLC0415  few workbooks have such formulas
    from openpyxl.formula.translate import Translator, TranslatorError  # noqa: PLC0415

    try:
        return str(Translator(f"={formula}", place).translate_formula(to))[1:]
    except (TokenizerError, TranslatorError) as error:
        raise UnreadableError(f"the formula of cell {place} can't be read: {error}") from None


def _is_nothing(size: str | None) -> bool:
    return size is not None and _float(size) == 0


def _float(text: str) -> float | str | None:
    """The number; text where it is none, or no finite one."""
    if not text.strip():
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(column: int) -> str:
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
