"""`taxlots verify`: a workbook is computed again from the sources that it names, and compared cell by cell."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from taxlots import __version__
from taxlots.cli.commands import workbook_content
from taxlots.cli.demo import samples_folder
from taxlots.cli.progress import Advance
from taxlots.cli.results import Result
from taxlots.importers.folders import TooLargeError, UnreadableError, read_bytes
from taxlots.input_files import must_exist
from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.reports import origins as o
from taxlots.reports.documents import document
from taxlots.reports.tables import TEXT, Table
from taxlots.reports.verification import stated
from taxlots.reports.verification.cells import Cell, SheetCells, read_cells, read_trusted
from taxlots.reports.verification.differences import Comparison, compare
from taxlots.reports.verification.sources import ABSOLUTE, CHANGED, MISSING, SAME, UNREAD, Source, locate, put_in_place
from taxlots.rulebook import load
from taxlots.session import Choices, open_session

LIMIT_BYTES = 512 * 1024**2
STEPS = 3
SHOWN = 20  # differences in a table; JSON has all
_OWN = "Give the workbook that `taxlots report` or `taxlots demo` wrote."
_AGAIN = "Write the workbook anew with `taxlots report`."


@dataclass(slots=True)
class Verification:
    """What was found of one workbook."""

    file: str
    program: str
    sources: list[Source] = field(default_factory=list)
    comparison: Comparison | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def verified(self) -> bool:
        """Whether every source is unchanged and every cell agrees."""
        unchanged = all(source.sha256 == source.origin.sha256 != "" for source in self.sources)
        return unchanged and self.comparison is not None and not self.comparison.differences


def verify(path: Path, paths: Sequence[Path], advance: Advance) -> Result:
    """The workbook against what its sources come to; `paths` say where they are, if not at the places that it names.

    Raises:
        TaxlotsError: the file is no workbook of this program, or can't be read within limits; the paths are not there.
    """
    if paths:
        must_exist(paths, "Give files or folders in which the sources of the workbook are.")
    advance("reading the workbook")
    sheets = _read(path)
    version = stated.version(sheets)
    if version is None:
        raise TaxlotsError(problem("USAGE", f"{path} is no workbook of this program", _OWN))
    found = Verification(str(path), version)
    listed = _listed(found, sheets)
    if listed is not None:
        advance("finding the sources")
        folders = [Path.cwd(), path.absolute().parent, samples_folder().parent]
        found.sources = locate(listed, folders, [one.absolute() for one in paths])
        found.problems += _of_program(found, sheets, listed) + list(_of_sources(found.sources, paths))
        if all(source.status not in {MISSING, UNREAD, ABSOLUTE} for source in found.sources):
            _compare(found, sheets, listed, advance)
    return Result(_document(found), _tables(found), found.problems, _differences(found, None))


def _read(path: Path) -> Mapping[str, SheetCells]:
    try:
        return read_cells(read_bytes(path, LIMIT_BYTES))
    except UnreadableError as error:
        code = "FILE_TOO_LARGE" if isinstance(error, TooLargeError) else "FILE_UNREADABLE"
        raise TaxlotsError(problem(code, error.why, error.hint or _OWN, file=str(path))) from None


def _listed(found: Verification, sheets: Mapping[str, SheetCells]) -> list[o.Origin] | None:
    """What the workbook is computed from; None, and a Problem, where that can't be used."""
    try:
        return stated.listed_origins(sheets)
    except ValueError as error:
        found.problems.append(problem("WORKBOOK_NOT_RECOMPUTED", str(error), _AGAIN, file=found.file))
        return None


def _of_program(found: Verification, sheets: Mapping[str, SheetCells], listed: Sequence[o.Origin]) -> list[Problem]:
    told = []
    if found.program != __version__:
        told.append(problem("WORKBOOK_OTHER_VERSION", f"written by taxlots {found.program}, verified by {__version__}", file=found.file))
    rules = stated.rules_sha256(sheets)
    own = all(one.use != o.RULES for one in listed)
    if own and rules and rules != load().sha256:
        hint = f"Verify with taxlots {found.program} as it was then, or write the workbook anew."
        told.append(problem("SOURCE_CHANGED", "the rules of the program are others than those of the workbook", hint, file=found.file))
    return told


def _of_sources(sources: Sequence[Source], paths: Sequence[Path]) -> Iterator[Problem]:
    """A Problem for each source that is not what it was."""
    where = f" or under {', '.join(map(str, paths))}" if paths else ""
    for source in sources:
        name, use = source.origin.name, source.origin.use
        if source.status == CHANGED:
            message = f"{use} {name}: SHA-256 {source.sha256} instead of {source.origin.sha256}"
            yield problem("SOURCE_CHANGED", message, file=str(source.found or name))
        elif source.status == MISSING:
            yield problem("SOURCE_MISSING", f"{use} {name} (SHA-256 {source.origin.sha256}) is not at its place{where}", file=name)
        elif source.status == UNREAD:
            hint = "Take the file out of the folder, or make it readable, and write the workbook anew."
            yield problem("WORKBOOK_NOT_RECOMPUTED", f"{use} {name} could not be read when the workbook was written", hint, file=name)
        elif source.status == ABSOLUTE:
            hint = "Write the workbook anew on the drive on which the exports are."
            yield problem("WORKBOOK_NOT_RECOMPUTED", f"{use} {name} is named by an absolute path", hint, file=name)


def _compare(found: Verification, sheets: Mapping[str, SheetCells], listed: Sequence[o.Origin], advance: Advance) -> None:
    try:
        with TemporaryDirectory(prefix="taxlots-") as folder:
            work = put_in_place(listed, found.sources, Path(folder))
            with chdir(work):
                computed = _as_of_version(read_trusted(_recomputed(listed, advance)), found.program)
    except UnreadableError as error:
        found.problems.append(problem("WORKBOOK_NOT_RECOMPUTED", error.why, error.hint, file=found.file))
        return
    except (TaxlotsError, ValueError) as error:
        said = error.problem if isinstance(error, TaxlotsError) else None
        why = f"{said.code} {said.where()}: {said.message}" if said else str(error)
        found.problems.append(problem("WORKBOOK_NOT_RECOMPUTED", why, said.hint if said else _AGAIN, file=found.file))
        return
    advance("comparing")
    found.comparison = compare(sheets, computed)
    if found.comparison.differences:
        first = found.comparison.differences[0]
        sheets_with = len({one.sheet for one in found.comparison.differences})
        told = f"{first.cell or first.title}: {first.workbook or 'empty'} instead of {first.recomputed or 'empty'}"
        message = f"{len(found.comparison.differences)} differences in {sheets_with} of its sheets; first {first.sheet} {told}"
        found.problems.append(problem("WORKBOOK_DIFFERS", message, file=found.file))


def _recomputed(listed: Sequence[o.Origin], advance: Advance) -> bytes:
    """The workbook of the sources that lie in the current folder. Raises TaxlotsError, ValueError for a year or moment that is none."""
    from taxlots.reports.workbook import workbook_bytes  # noqa: PLC0415  what writes it is loaded last

    said = {one.use: one.name for one in listed}
    config, prices, rules, plan = (Path(said[use]) if use in said else None for use in (o.SETTINGS, o.PRICES, o.RULES, o.PLAN))
    choices = Choices(
        config=config,
        method=said.get(o.METHOD),
        pool=said.get(o.POOL),
        jurisdiction=said.get(o.JURISDICTION),
        timezone=said.get(o.TIMEZONE),
        as_of=said.get(o.AS_OF),
        prices=prices,
        rules=rules,
        filed=True,
        moment=datetime.fromisoformat(said[o.MOMENT]) if o.MOMENT in said else None,
    )
    year = int(said[o.YEAR]) if o.YEAR in said else None
    session = open_session([Path(one.name) for one in listed if one.use in {o.FOLDER, o.FILE}], choices, advance)
    return workbook_bytes(workbook_content(session, advance, year, plan))


def _as_of_version(computed: Mapping[str, SheetCells], version: str) -> Mapping[str, SheetCells]:
    """The computed sheets with the version that the workbook was written by, where they name their own."""
    if version == __version__:
        return computed
    own, theirs = f"taxlots {__version__}", f"taxlots {version}"
    cells = {name: {at: _renamed(cell, own, theirs) for at, cell in sheet.cells.items()} for name, sheet in computed.items()}
    return {name: replace(sheet, cells=cells[name]) for name, sheet in computed.items()}


def _renamed(cell: Cell, own: str, theirs: str) -> Cell:
    named = isinstance(cell.value, str) and (cell.value == own or cell.value.endswith(f"({own})"))
    return cell._replace(value=str(cell.value).replace(own, theirs)) if named else cell


def _document(found: Verification) -> dict[str, Any]:
    compared = found.comparison or Comparison({}, [])
    sources = [
        {
            "file": source.origin.name,
            "use": source.origin.use,
            "sha256": source.origin.sha256 or None,
            "status": source.status,
            "found": str(source.found) if source.found else None,
            "found_sha256": source.sha256,
        }
        for source in found.sources
    ]
    return document(
        "verify",
        found.problems,
        file=found.file,
        program=found.program,
        verified_by=__version__,
        verified=found.verified,
        sources=sources,
        sheets=[{"name": name, "cells": cells, "different": different} for name, (cells, different) in compared.counts.items()],
        differences=[
            {"sheet": one.sheet, "cell": one.cell, "title": one.title, "workbook": one.workbook, "recomputed": one.recomputed}
            for one in compared.differences
        ],
    )


def _tables(found: Verification) -> list[Table]:
    compared = found.comparison or Comparison({}, [])
    places = [str(one.found) if one.status != SAME and one.found else "" for one in found.sources]
    sources = [(one.origin.name, one.origin.use, one.status, place) for one, place in zip(found.sources, places, strict=True)]
    shown = [Table("Sources", tuple((name, TEXT) for name in ("file", "use", "status", "found")), sources)]
    sheets = [(name, str(cells), str(different)) for name, (cells, different) in compared.counts.items()]
    note = _told(found, len(compared.differences), sum(cells for cells, _ in compared.counts.values()))
    shown.append(Table("Sheets", (("sheet", TEXT), ("cells", TEXT), ("different", TEXT)), sheets, (note,)))
    return [*shown, _differences(found, SHOWN)] if compared.differences else shown


def _told(found: Verification, differences: int, cells: int) -> str:
    if found.comparison is None:
        return "NOT VERIFIED: the workbook was not computed anew"
    if found.verified:
        return f"VERIFIED: every source is unchanged, all {cells} cells agree"
    return f"NOT VERIFIED: {differences} differences in {cells} cells" + ("" if differences else ", but sources have changed")


def _differences(found: Verification, most: int | None) -> Table:
    differences = found.comparison.differences if found.comparison else []
    names = ("sheet", "cell", "column", "workbook", "recomputed")
    rows = [(one.sheet, one.cell, one.title, one.workbook or "", one.recomputed or "") for one in differences[:most]]
    more = len(differences) - len(rows)
    notes = (f"{more} more differences: `--format json` or `csv` gives them all.",) if more else ()
    return Table("Differences", tuple((name, TEXT) for name in names), rows, notes)
