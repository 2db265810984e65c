"""Which layout does a sheet have? Decided by its header row, wherever that stands; never by the file's name."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import lru_cache

import numpy as np

from taxlots.importers import cut_groups, decimal_marks, positions, wall_clocks, workbook_cells
from taxlots.importers.bulk import Bulk, open_bulk
from taxlots.importers.readers import LargeText, Sheet
from taxlots.importers.records import Intake, Row, RowError, Source, Table
from taxlots.importers.spellings import folded, tidy
from taxlots.importers.text_rows import RowsError, closes
from taxlots.settings import Times

SEARCHED_ROWS = 60
LIMIT_BROKEN = 100_000  # rows that do not fit their header: such a file is no export
_NEW_LINE = {"\n", "\r"}
CHECKED, LOOSE, SECTIONS = "checked", "loose", "sections"


@dataclass(frozen=True, slots=True)
class Layout:
    """One export layout. `required` columns must stand in the header; `take` turns all tables of the layout into an Intake.

    `take(tables, zone)` gets every table of this layout in one call, since one transaction's rows may stand in two files; `zone`
    is the taxpayer's, for times without one. It raises nothing: what can't be used is rejected row by row.

    `shape` says how rows fit the header. `checked`: a row that is too short or too wide is broken. `loose`: rows of any width are
    handed over, for exports that end in free text. `sections`: the header is only the first of several, each with columns of its
    own; every later row is handed over, its cells named by position (`0`, `1`, ...), and `take` finds the headers among them.

    `dates` is the order of day and month that the platform is known to write (`month-first` or `day-first`); left out, the file tells.
    `clock` is the zone of its times without one: `own` for the taxpayer's, or the name of a zone; left out where each has its zone, or
    a fixed one such as UTC.

    `bulk` makes the same of large tables, column by column, whose `coded` columns hold few different words. The header of a `whole`
    layout has names so common that headers of other platforms hold them too: no other column may stand beside them, and their case counts.

    Elsewhere the case of a header does not matter, unless another layout has exactly these names. Where a few plain words are required,
    `columns` are all that the layout knows: in another case they are its header only if no other stands beside them.

    `synonyms` are names (folded) of other headers of the layout, each with the one that `take` knows it by.
    """

    id: str
    platform: str
    export: str
    required: tuple[str, ...]
    take: Callable[[Sequence[Table], tzinfo], Intake]
    shape: str = CHECKED
    bulk: Callable[[Bulk, tzinfo], Intake] | None = None
    coded: tuple[str, ...] = ()
    whole: bool = False
    dates: str = ""
    clock: str = ""
    columns: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict, hash=False)

    def fits(self, names: Iterable[str]) -> bool:
        """Whether these are the names of a header of the layout."""
        named = names if isinstance(names, frozenset) else frozenset(names)
        return named - {""} == set(self.required) if self.whole else named.issuperset(self.required)

    def fits_in_any_case(self, given: frozenset[str]) -> bool:
        """Whether these folded names are a header of the layout in another case, or by its synonyms."""
        if self.synonyms:
            given = frozenset(folded(self.synonyms.get(name, name)) for name in given)
        if self.whole or not given.issuperset(_folded(self.required)):
            return False
        return not self.columns or given <= _folded(self.columns) | {""}

    def read(
        self,
        tables: Sequence[Table],
        zone: tzinfo,
        said: Times | None = None,
        results: Callable[[str], positions.Span | None] = positions.untold,
    ) -> Intake:
        """What the tables hold, after their times and decimal marks are settled; `said` is what the settings say of this layout's times.

        `results` is the time over which another layout's files, read before, state the results of positions.
        """
        settled = wall_clocks.settle(tables, wall_clocks.Known(self.id, self.dates, self.clock), zone, said)
        intake = self.take(decimal_marks.settle(settled.tables), zone)
        cut_groups.merge_cut(settled.tables, intake)
        positions.tell(intake, self.platform, zone, results)
        intake.unusable |= settled.unusable
        intake.problems += settled.problems
        intake.zoneless |= settled.zoneless
        return intake

    def read_bulk(self, bulk: Bulk, zone: tzinfo, said: Times | None = None) -> Intake:
        """As `read`, of large tables: by column where every time says all that can be known, else row by row."""
        if self.bulk is None or said or not wall_clocks.is_told(bulk, self.clock, zone):
            return self.read(bulk.rest(np.arange(len(bulk))), zone, said)
        intake = self.bulk(bulk, zone)
        positions.tell(intake, self.platform, zone)
        return intake


_UNCLOSED = RowError(
    "ROW_TRUNCATED",
    "a quote opens in this row and nothing closes it, so the lines below it are lost in one cell",
    "Close the quote (write a quote inside a cell twice), or export the file again.",
)


_SPOILED = RowError(
    "ROW_INVALID",
    "a cell holds a control character such as NUL, which no export writes: the file was damaged",
    "Export the file again.",
)


@dataclass(frozen=True, slots=True)
class Detected:
    """A table with its layout, and the rows that are cut off or too wide, with the cause. A large table's rows are `columns`."""

    layout: Layout
    table: Table
    broken: dict[Source, RowError]
    columns: Bulk | None = None

    def __len__(self) -> int:
        """Data rows."""
        return len(self.table.rows) + (len(self.columns) if self.columns else 0)

    def sources(self) -> Iterator[Source]:
        """File and row of every data row."""
        yield from (row.source for row in self.table.rows)
        if self.columns:
            yield from self.columns.sources(np.arange(len(self.columns)))


def count_rows(sheet: Sheet) -> int:
    """Rows that are not blank."""
    return sum(any(cell.strip() for cell in row) for row in sheet.cells)


def detect(sheet: Sheet, layouts: Sequence[Layout]) -> Detected | None:
    """The layout whose required columns all stand in one of the first rows, with the rows below as a table; None where none fits.

    Of several, the one with the most required columns. A sheet whose rows are each wrapped into one quoted cell is unwrapped.
    Raises RowsError where too many rows do not fit the header.
    """
    cells = _unwrapped(sheet.cells)
    for index, row in enumerate(cells[:SEARCHED_ROWS]):
        names = _names(row)
        layout = _fitting(names, layouts)
        if layout:
            return _table(sheet, cells, index, _respelled(names, layout), layout)
    return None


def detect_large(text: LargeText, layouts: Sequence[Layout]) -> Detected | None:
    """As `detect`, for a file whose layout can read columns; None where its rows have to be read one by one. Raises RowsError."""
    head = text.head()
    found = detect(head, layouts) if head else None
    if head is None or found is None or found.layout.bulk is None or not _stands_as_it_is(head, found.table, found.layout):
        return None
    if text.delimiter() != "," and b"," in text.data:  # perhaps decimal commas, of which only the whole file tells
        return None
    bare = replace(found.table, rows=())
    damaged = workbook_cells.may_have_errors(text.data)
    opened = None if damaged else open_bulk(text.data, bare, text.delimiter(), found.layout.coded)
    if opened is None:
        return None
    bare = replace(bare, sha256=text.sha256)
    columns, misfits = replace(opened[0], tables=(bare,)), opened[1]
    delimiter = text.delimiter()
    cells = [next(csv.reader([line], delimiter=delimiter)) for _, line in misfits]
    if sum(len(row) == 1 and "," in row[0] for row in cells) > len(columns):  # each row is wrapped in quotes
        return None
    may_be_header = _header_glance(layouts)
    if any(may_be_header(row) and _fitting(_names(row), layouts) for row in cells):  # another table begins there
        return None
    numbers = [bare.header_row, *(number for number, _ in misfits)]
    open_end = frozenset(number for number, line in misfits[-1:] if not closes([line], delimiter))
    few = Sheet(text.file, text.sha256, [list(bare.header), *cells], numbers, open_end)
    odd = _table(few, few.cells, 0, bare.header, found.layout)
    nothing_fits = len(columns) == 0 and len(odd.broken) == len(odd.table.rows)
    return None if nothing_fits else replace(odd, columns=columns)


def _stands_as_it_is(head: Sheet, table: Table, layout: Layout) -> bool:
    """Whether the header is one line of the file, all its names spelled as the layout spells them: columns are looked up as they are."""
    place = len(table.preamble)
    small = layout.required == tuple(map(folded, layout.required))
    as_it_is = table.header == _names(head.cells[place]) and (not small or table.header == tuple(map(folded, table.header)))
    return table.header_row == head.numbers[place] and as_it_is


def _names(row: list[str]) -> tuple[str, ...]:
    """The names of a header, without empty cells behind the last."""
    names = list(map(tidy, row))
    while names and not names[-1]:
        names.pop()
    return tuple(names)


@lru_cache(maxsize=4096)
def _folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(folded, names))


def _fitting(names: Sequence[str], layouts: Sequence[Layout]) -> Layout | None:
    """The layout of a header: by its very names, else by them in another case."""
    given = frozenset(names)
    found = [layout for layout in layouts if layout.fits(given)]
    if not found and len(given) > 1:
        in_any_case = _folded(tuple(names))
        found = [layout for layout in layouts if layout.fits_in_any_case(in_any_case)]
    return max(found, key=lambda fit: len(fit.required), default=None)


def _respelled(names: tuple[str, ...], layout: Layout) -> tuple[str, ...]:
    """The names, those that the layout requires in its spelling."""
    if layout.fits(names):
        return names
    wanted = {folded(name): name for name in layout.required} | dict(layout.synonyms)
    return tuple(wanted.get(folded(name), name) for name in names)


def parts(sheet: Sheet, layouts: Sequence[Layout]) -> Iterator[Sheet]:
    """The sheet cut before every other known header further down, as where exports were pasted under each other; mostly just the sheet.

    A header that repeats the one above it cuts nothing, nor does one in a layout of several sections.
    """
    may_be_header = _header_glance(layouts)
    cells = _unwrapped(sheet.cells)
    start = 0
    above: tuple[str, ...] | None = None
    layout: Layout | None = None
    for index, row in enumerate(cells):
        if layout is None and index >= SEARCHED_ROWS:  # a first header further down is none
            break
        if not may_be_header(row):  # quick, since most rows are data
            continue
        names = _names(row)
        found = _fitting(names, layouts)
        if found is None or names == above:
            continue
        if layout is not None and layout.shape == SECTIONS:
            break
        if layout is not None:
            yield _part(sheet, start, index)
            start = index
        above, layout = names, found
    yield _part(sheet, start, len(cells)) if start else sheet


def _header_glance(layouts: Sequence[Layout]) -> Callable[[list[str]], bool]:
    """A quick test that every header of the layouts passes, and few rows of data."""
    known = {folded(name) for layout in layouts for name in layout.required}
    fewest = min(len(layout.required) for layout in layouts)
    return lambda row: len(known.intersection([cell.strip().casefold() for cell in row])) >= fewest


def _part(sheet: Sheet, start: int, end: int) -> Sheet:
    return replace(sheet, cells=sheet.cells[start:end], numbers=sheet.numbers[start:end])


def _unwrapped(cells: list[list[str]]) -> list[list[str]]:
    wrapped = sum(len(row) == 1 and "," in row[0] for row in cells)
    if not wrapped or wrapped * 2 <= sum(any(cell.strip() for cell in row) for row in cells):
        return cells
    return [next(csv.reader(row)) if len(row) == 1 and row[0] and not _NEW_LINE & set(row[0]) else row for row in cells]


def _table(sheet: Sheet, cells: list[list[str]], index: int, names: tuple[str, ...], layout: Layout) -> Detected:
    rows: list[Row] = []
    needed = () if layout.shape == SECTIONS else layout.required
    broken: dict[Source, RowError] = {}
    named = distinct_names(names)
    headers = {names, tuple(cell.strip() for cell in cells[index])}
    for number, row in zip(sheet.numbers[index + 1 :], cells[index + 1 :], strict=True):
        stripped = tuple(cell.strip() for cell in row)
        if not any(stripped) or (stripped in headers and layout.shape != SECTIONS):
            continue
        columns = map(str, range(len(row))) if layout.shape == SECTIONS else named
        rows.append(Row(sheet.file, number, dict(zip(columns, row, strict=False))))
        marked = _UNCLOSED if number in sheet.unclosed else _SPOILED if number in sheet.spoiled else None
        shape = _shape_error(row, names, len(cells[index]), layout)
        error = marked or shape or ("#" in "".join(row) and workbook_cells.error_in(row, names, needed))
        if error:
            broken[rows[-1].source] = error
        if len(broken) > LIMIT_BROKEN:
            raise _too_many_broken(broken)
    preamble = tuple(tuple(row) for row in cells[:index])
    table = Table(sheet.file, sheet.sha256, names, sheet.numbers[index], preamble, tuple(rows))
    return Detected(layout, workbook_cells.days_since_1900(table) if sheet.since_1904 else table, broken)


def _too_many_broken(broken: dict[Source, RowError]) -> RowsError:
    (_, row), first = next(iter(broken.items()))
    why = f"here and in {LIMIT_BROKEN} other rows or more: {first.message}; nothing of the file was used"
    return RowsError("FILE_UNREADABLE", why, "Export the file again.", row)


def distinct_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names under which every cell of a row can be kept: the second `Cur.` of a header is `Cur. (2)`."""
    return tuple(name if (nth := names[: i + 1].count(name)) == 1 else f"{name} ({nth})" for i, name in enumerate(names))


def _shape_error(row: list[str], names: tuple[str, ...], width: int, layout: Layout) -> RowError | None:
    if layout.shape != CHECKED:
        return None
    missing = [name for name in names[len(row) :] if name in layout.required]
    if missing:
        return RowError("ROW_TRUNCATED", f"the row ends after {len(row)} of {len(names)} cells; {missing[0]!r} is missing")
    if any(cell.strip() for cell in row[max(width, len(names)) :]):
        return RowError(
            "ROW_INVALID",
            f"the row has {len(row)} cells under {len(names)} columns",
            'Quote cells that contain the delimiter, as in "1,234.50".',
        )
    return None
