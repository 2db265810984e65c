"""`taxlots init --layout FILE`: a `[[layout]]` entry for an export that no built-in layout covers, proposed from its header and rows."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path

from taxlots.cli.results import DONE, INCOMPLETE, tell_one
from taxlots.files import write_text
from taxlots.importers.companions import LAYOUTS as COMPANIONS
from taxlots.importers.detect import detect
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.own import own_layouts
from taxlots.importers.proposals.header import find_header, look_at
from taxlots.importers.proposals.lines import Proposal
from taxlots.importers.proposals.proposal import propose
from taxlots.importers.proposals.toml_text import text_of, toml_of
from taxlots.importers.readers import LargeText, Sheet, read_sheets
from taxlots.input_files import find_settings, must_exist
from taxlots.problems import problem
from taxlots.reports.render import as_text
from taxlots.reports.tables import NUMBER, TEXT, Table
from taxlots.settings import FILE_NAME, FormLayout, OwnLayout, parse_settings

_BY_HAND = "Write the entry yourself (docs/importing.md), or give the rows in a universal ledger CSV."
_BUILT_IN = (*LAYOUTS, *COMPANIONS)


def run(file: Path, *, append: bool) -> int:
    """Print the entry for each kind of sheet in the file, and to stderr what speaks for it; with `append`, add it to taxlots.toml.

    Returns 1 where the file can't be read or an entry can't be proposed.

    Raises:
        TaxlotsError: there is no such file, or the settings that the entry is added to can't be used.
    """
    must_exist([file], "Give an export file that exists.")
    entries: list[str] = []
    code = DONE
    seen: set[tuple[str, ...]] = set()
    taken = [layout.id for layout in _BUILT_IN] + [spec.id for spec in _own_specs()]
    for given in read_sheets([file]):
        sheet = given.whole() if isinstance(given, LargeText) else given
        if not isinstance(sheet, Sheet):
            tell_one(sheet.problem)
            code = INCOMPLETE
            continue
        entry = _entry(sheet, taken, seen)
        code = INCOMPLETE if entry is None else code
        entries += [entry] if entry else []
    text = "\n".join(entries)
    if append and text:
        _append(text)
    else:
        sys.stdout.write(text)
    return code


def _entry(sheet: Sheet, taken: list[str], seen: set[tuple[str, ...]]) -> str | None:
    """The entry of a sheet; empty where none is needed, None where none can be proposed."""
    known = detect(sheet, _BUILT_IN)
    if known is not None:
        sys.stderr.write(f"{sheet.file} is recognised as {known.layout.id} ({known.layout.export}): it needs no layout of its own.\n")
        return ""
    index = find_header(sheet)
    if index is None:
        tell_one(
            problem("LAYOUT_UNKNOWN", "no row near the top looks like names of columns above rows of values", _BY_HAND, file=sheet.file)
        )
        return None
    grid = look_at(sheet, index)
    if grid.header in seen:
        sys.stderr.write(f"{sheet.file} has the same columns as a sheet above: one entry is for both.\n")
        return ""
    seen.add(grid.header)
    proposal = propose(grid, taken)
    if not proposal.lines:
        tell_one(problem("LAYOUT_UNKNOWN", "; ".join(proposal.remarks), _BY_HAND, file=sheet.file, row=proposal.header_row))
        return None
    taken.append(proposal.id)
    text = toml_of(proposal)
    _explain(proposal, list(_tried(text, sheet)))
    return text


def _explain(proposal: Proposal, tried: Sequence[str]) -> None:
    sys.stderr.write(as_text([_columns_table(proposal, tried), *([_types_table(proposal)] if proposal.types else [])]))


def _columns_table(proposal: Proposal, tried: Sequence[str]) -> Table:
    columns = (("setting", TEXT), ("value", TEXT), ("sure", NUMBER), ("because", TEXT))
    rows = [(line.key, text_of(line.value), f"{line.sure} %", line.reason) for line in proposal.lines if line.key != "required"]
    notes = [*proposal.remarks, *([f"columns not used: {', '.join(proposal.unused)}"] if proposal.unused else []), *tried]
    notes.append("Read the entry before you use it; `taxlots check` then says what became of every row.")
    return Table(f"Proposed layout for {proposal.file} (header in row {proposal.header_row})", columns, rows, tuple(notes))


def _types_table(proposal: Proposal) -> Table:
    columns = (("type", TEXT), ("rows", NUMBER), ("becomes", TEXT), ("sure", NUMBER), ("because", TEXT))
    rows = [(line.said, line.rows, line.guess.kind or "FILL IN", f"{line.guess.sure} %", line.guess.reason) for line in proposal.types]
    return Table("Types of rows", columns, rows)


def _tried(text: str, sheet: Sheet) -> Iterator[str]:
    """What becomes of the file's rows under the entry. Raises TaxlotsError where the entry is no valid setting."""
    settings = parse_settings(text, Path(FILE_NAME))
    (layout,) = own_layouts([*settings.layout, *settings.form_layout], [each.id for each in _BUILT_IN])
    found = detect(sheet, [layout])
    if found is None:
        yield "tried on the file: it is not recognised by these columns"
        return
    intake = layout.read([found.table], UTC)
    unusable = len(intake.unusable | found.broken.keys())
    counts = f"{len(intake.transactions)} used, {len(intake.set_aside)} set aside, {unusable} unusable"
    yield f"tried on the {len(found.table.rows)} rows of the file: {counts}"
    causes = Counter(f"{one.code}: {one.message}" for one in intake.problems)
    yield from (f"{rows} x {cause}" for cause, rows in causes.most_common(5))


def _own_specs() -> list[OwnLayout | FormLayout]:
    settings = find_settings(None).settings
    return [*settings.layout, *settings.form_layout]


def _append(text: str) -> None:
    path = Path(FILE_NAME)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    whole = f"{before.rstrip()}\n\n{text}" if before.strip() else text
    parse_settings(whole, path)
    write_text(path, whole)
    sys.stderr.write(f"added to {path}; next: read it, then run `taxlots check` on the export\n")
