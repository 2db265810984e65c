"""`taxlots export`: Form 8949 of a year as the files that a tax program imports."""

from pathlib import Path

from taxlots.cli.commands import wanted_year
from taxlots.cli.options import Format
from taxlots.cli.progress import Advance
from taxlots.cli.results import Result
from taxlots.files import write_text
from taxlots.problems import TaxlotsError, problem
from taxlots.reports.interchange import FORMATS
from taxlots.reports.interchange.entries import PAIRS
from taxlots.reports.interchange.export import Export, export_document, export_table
from taxlots.reports.interchange.export import export as export_lines
from taxlots.reports.sheets.content import filed_blocks
from taxlots.session import Session

_COMMAS = frozenset({".csv", ".txt"})  # names of files in which OpenTaxSolver expects commas


def export(session: Session, _advance: Advance, year: int | None, name: str, place: tuple[Path | None, Format]) -> Result:
    """The files at the place of `-o`; without one, what the only file holds, or as JSON the document with what each holds.

    Raises:
        TaxlotsError: USAGE for no year, another country's law, several files without a place, or a place that can't be written to.
    """
    wanted, form = wanted_year(session, year), FORMATS[name]
    if not session.has_tax:
        hint = "Leave --jurisdiction out, or say us."
        raise TaxlotsError(problem("USAGE", "Form 8949 and the programs that read it are of the United States", hint))
    made = export_lines(form, filed_blocks(session, wanted), wanted, session.today)
    output, shown = place
    paths = _paths(made, output) if output else [None] * len(made.files)
    text = None if output or shown is Format.JSON else _only(made)
    for file, path in zip(made.files, paths, strict=True):
        if path:
            write_text(path, file.text)
    problems = [*session.problems, *made.problems]
    written = [str(path) if path else None for path in paths]
    return Result(export_document(made, problems, written), [export_table(made, written)], problems, text=text)


def _only(made: Export) -> str:
    """What the only file holds, to be shown as it is."""
    if len(made.files) > 1:
        pairs = ", ".join(file.pair for file in made.files)
        message = f"{made.format.program} needs a file for each pair of boxes, and there are several: {pairs}"
        raise TaxlotsError(problem("USAGE", message, "Add -o FOLDER for all of them, or --format json."))
    return made.files[0].text if made.files else ""


def _paths(made: Export, output: Path) -> list[Path]:
    """Where the files go: into a folder under telling names, or as named, with the pair of boxes after the stem."""
    form = made.format
    if output.is_dir() or (form.per_pair and not output.suffix):
        _make_folder(output)
        output /= f"form8949-{made.year}-{form.name}{form.suffix}"
    if not form.per_pair:
        return [output for _ in made.files]
    if output.suffix.lower() not in _COMMAS:
        raise TaxlotsError(problem("USAGE", f"OpenTaxSolver reads no {output.suffix} with commas", "Name a .csv file, or a folder."))
    named = {pair: output.with_stem(f"{output.stem}-{pair}") for pair in map("-".join, PAIRS)}
    used = {file.pair for file in made.files}
    old = next((path for pair, path in named.items() if pair not in used and path.exists()), None)
    if old:
        message = f"{old} is from an earlier run, and its boxes have no lines now"
        raise TaxlotsError(problem("USAGE", message, "Delete it, so that it is not imported as well; then run again."))
    return [named[file.pair] for file in made.files]


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        hint = "Name a folder whose parent exists and that you may write to."
        raise TaxlotsError(problem("USAGE", f"can't make the folder {path}: {error.strerror}", hint)) from None
