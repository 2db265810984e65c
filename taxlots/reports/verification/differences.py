"""Cell by cell: what a workbook says beside what its sources come to.

Values and formulas are compared, not bytes or looks, so that a workbook that another program saved agrees too. Two numbers agree where
one is the other rounded to 15 significant digits, which is what every spreadsheet program keeps of a double. What a formula came to may
be calculated anew, in doubles and rounded to nine decimals: there a difference of a 1,000,000,000th, or of the twelfth digit, is none.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import floor, log10, ulp

from taxlots.reports.sheets.addresses import HEADER_ROW
from taxlots.reports.verification.cells import Cell, SheetCells, Value
from taxlots.reports.verification.rows import moved_rows

Sheets = Mapping[str, SheetCells]
_ROUNDED, _RELATIVE = 1e-9, 1e-12
_FEW = 3  # differing cells; where there are more, a row may be too many or too few
_PLACE = re.compile(r"([A-Z]+)([0-9]+)")
_QUOTED_NAME = re.compile(r"'([A-Za-z_][A-Za-z0-9_.]*)'!")
_LITERAL = re.compile(r'("(?:[^"]|"")*")')


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell (or, without one, a sheet, row or order of sheets) with the title of its column and what either side says."""

    sheet: str
    cell: str
    title: str
    workbook: str | None
    recomputed: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Per sheet how many cells were compared and how many differ, and every difference in the order of the sheets."""

    counts: dict[str, tuple[int, int]]
    differences: list[Difference]


def compare(workbook: Sheets, computed: Sheets) -> Comparison:
    """All differences of a workbook from the computed one."""
    counts: dict[str, tuple[int, int]] = {}
    differences = list(_of_tabs(workbook, computed))
    names = _renamed(workbook, computed)
    headers = _header_styles(computed)
    for name in dict.fromkeys([*workbook, *computed]):
        theirs = names.get(name, name)
        if name not in workbook and name in names.values():
            continue
        given, wanted = workbook.get(name, SheetCells()), computed.get(theirs, SheetCells())
        found = list(_of_cells(name, given, wanted, headers))
        counts[name] = (len(given.cells.keys() | wanted.cells.keys()), len(found))
        rows = _of_rows(name, given, wanted) if len(found) > _FEW and name in workbook and theirs in computed else ()
        differences += [*_of_hidden(name, given, wanted), *rows, *found]
    return Comparison(counts, differences)


def _renamed(workbook: Sheets, computed: Sheets) -> dict[str, str]:
    """Sheets of the workbook that stand where one of another name should: by their name, that name."""
    pairs = zip(workbook, computed, strict=False)
    return {name: wanted for name, wanted in pairs if name not in computed and wanted not in workbook}


def _of_tabs(workbook: Sheets, computed: Sheets) -> Iterator[Difference]:
    names = _renamed(workbook, computed)
    for name in workbook:
        if name in names:
            yield Difference(name, "", "name of the sheet", name, names[name])
        elif name not in computed:
            yield Difference(name, "", "sheet", f"a sheet with {len(workbook[name].cells)} filled cells", None)
    for name, sheet in computed.items():
        if name not in workbook and name not in names.values():
            yield Difference(name, "", "sheet", None, f"a sheet with {len(sheet.cells)} filled cells")
    theirs = [names.get(name, name) for name in workbook]
    if theirs != list(computed) and sorted(theirs) == sorted(computed):
        yield Difference(next(iter(workbook)), "", "order of the sheets", ", ".join(workbook), ", ".join(computed))


def _of_hidden(name: str, given: SheetCells, wanted: SheetCells) -> Iterator[Difference]:
    for what in given.hidden:
        if what not in wanted.hidden:
            yield Difference(name, what, "hidden", "hidden", "shown")


def _of_rows(name: str, given: SheetCells, wanted: SheetCells) -> Iterator[Difference]:
    for number, row, lacks in moved_rows(given, wanted):
        text = ", ".join(row[:4])
        yield Difference(
            name, f"row {number}", "row taken out" if lacks else "row put in", None if lacks else text, text if lacks else None
        )


def _of_cells(name: str, given: SheetCells, wanted: SheetCells, headers: frozenset[str]) -> Iterator[Difference]:
    places = [
        place
        for place in given.cells.keys() | wanted.cells.keys()
        if not agrees(given.cells.get(place, _EMPTY), wanted.cells.get(place, _EMPTY))
    ]
    titles = _titles(wanted, headers) if places else {}
    for place in sorted(places, key=_order):
        above = [text for line, text in titles.get(_column(place), ()) if line < _order(place)[0]]
        one, other = given.cells.get(place, _EMPTY), wanted.cells.get(place, _EMPTY)
        yield Difference(name, place, above[-1] if above else "", _shown(one, other), _shown(other, one))


_EMPTY = Cell(None)


def agrees(one: Cell, other: Cell) -> bool:
    """Whether two cells say the same: formula and value."""
    if one[:2] == other[:2]:
        return True
    if (one.formula is None) != (other.formula is None):
        return False
    if one.formula is not None and other.formula is not None and _plain(one.formula) != _plain(other.formula):
        return False
    return _same(one.value, other.value, calculated=one.formula is not None)


def _same(one: Value, other: Value, *, calculated: bool) -> bool:
    if not (isinstance(one, float) and isinstance(other, float)):
        return type(one) is type(other) and one == other
    if one == other:
        return True
    size = max(abs(one), abs(other))
    half = 10.0 ** (floor(log10(size)) - 14) / 2 + 2 * ulp(size)  # of the 15th digit, between two doubles
    return abs(one - other) <= (max(half, _ROUNDED, _RELATIVE * size) if calculated else half)


def _plain(formula: str) -> str:
    """A formula without the spaces and quotes that programs add or leave out, outside of texts."""
    parts = _LITERAL.split(formula)
    return "".join(part if number % 2 else _QUOTED_NAME.sub(r"\1!", part).replace(" ", "") for number, part in enumerate(parts))


def _shown(cell: Cell, other: Cell) -> str | None:
    """A cell in words: a formula where the other side has no such formula, else the value."""
    if cell.formula is not None and (other.formula is None or _plain(cell.formula) != _plain(other.formula)):
        return f"={cell.formula}" + ("" if cell.value is None else f" -> {_text(cell.value)}")
    return None if cell.value is None else _text(cell.value)


def _text(value: Value) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _order(place: str) -> tuple[int, int, str]:
    match = _PLACE.fullmatch(place)
    return (int(match[2]), len(match[1]), match[1]) if match else (0, 0, place)


def _column(place: str) -> str:
    return place.rstrip("0123456789")


def _header_styles(computed: Sheets) -> frozenset[str]:
    """The formats of column titles, by the row in which the sheet Sources has them."""
    sources = computed.get("Sources", SheetCells()).cells
    row = str(HEADER_ROW + 1)
    return frozenset(cell.style for place, cell in sources.items() if place[1:] == row)


def _titles(sheet: SheetCells, headers: frozenset[str]) -> dict[str, list[tuple[int, str]]]:
    """Row and text of the column titles by column, from the top."""
    found: dict[str, list[tuple[int, str]]] = {}
    for place, cell in sheet.cells.items():
        if cell.style in headers and isinstance(cell.value, str):
            found.setdefault(_column(place), []).append((_order(place)[0], cell.value))
    return {column: sorted(titles) for column, titles in found.items()}
