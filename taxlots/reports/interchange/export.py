"""A year's lines of Form 8949 in one format: what is in the files, what is not, what remains to be done, and the document of it all."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from taxlots import exact
from taxlots.problems import Problem, problem
from taxlots.reports.documents import document
from taxlots.reports.form8949 import Block, Totals
from taxlots.reports.interchange.entries import Entry, File, Format, Reason, entries_of, sums, told
from taxlots.reports.tables import MONEY, NUMBER, TEXT, Table


@dataclass(frozen=True, slots=True)
class Export:
    """What came of it. `left_out` and `by_hand` hold the lines of each reason; every line is in a file or left out for one reason."""

    format: Format
    year: int
    entries: tuple[Entry, ...]
    carried: tuple[Entry, ...]
    files: tuple[File, ...]
    left_out: tuple[tuple[Reason, tuple[Entry, ...]], ...]
    by_hand: tuple[tuple[Reason, tuple[Entry, ...]], ...]

    @property
    def reworded(self) -> tuple[Entry, ...]:
        """Lines in a file whose description is not that of the form."""
        title, held = self.format.title, self.format.held
        return tuple(entry for entry in self.carried if held(title(entry.line)) != title(entry.line))

    @property
    def problems(self) -> list[Problem]:
        """One Problem per reason, with count, boxes, amounts and next step."""
        program, year = self.format.program, self.year
        found = [
            problem("FILING_LEFT_OUT", f"{program}, {year}: {told(lines)} left out: {reason.cause}", reason.step)
            for reason, lines in self.left_out
        ]
        found += [
            problem("FILING_BY_HAND", f"{program}, {year}: {told(lines)}: {reason.cause}", reason.step) for reason, lines in self.by_hand
        ]
        if self.reworded:
            first = self.reworded[0].line
            example = f"{self.format.title(first)!r} became {self.format.held(self.format.title(first))!r}"
            found.append(problem("FILING_TEXT_CHANGED", f"{program}, {year}: {len(self.reworded)} descriptions, such as {example}"))
        if not self.carried:
            found.append(problem("FILING_EMPTY", f"{program}: no line of Form 8949 of {year} is in it"))
        return found


def export(form: Format, blocks: Sequence[Block], year: int, day: date) -> Export:
    """The blocks of a year in a format; `day` is that of the run. A line that several reasons refuse counts with the first."""
    entries = entries_of(blocks)
    remaining, left_out = entries, []
    for reason in form.refused:
        refused = set(map(id, reason.among(remaining)))
        if refused:
            left_out.append((reason, tuple(entry for entry in remaining if id(entry) in refused)))
            remaining = [entry for entry in remaining if id(entry) not in refused]
    found = ((reason, tuple(reason.among(remaining))) for reason in form.by_hand)
    by_hand = tuple((reason, lines) for reason, lines in found if lines)
    return Export(form, year, tuple(entries), tuple(remaining), tuple(form.write(remaining, day)), tuple(left_out), by_hand)


def export_document(made: Export, problems: Sequence[Problem], written: Sequence[str | None]) -> dict[str, Any]:
    """`taxlots.export/1`; `written` has the path of each file, None where it was not written: then its content is in the document."""
    return document(
        "export",
        problems,
        year=made.year,
        format=made.format.name,
        files=[_file(file, path) for file, path in zip(made.files, written, strict=True)],
        boxes=[_box(made, box) for box in _boxes(made)],
        totals=_share(made, made.entries),
        left_out=[_line(entry) | {"reason": reason.cause} for reason, lines in made.left_out for entry in lines],
        by_hand=[_line(entry) | {"reason": reason.cause, "next_step": reason.step} for reason, lines in made.by_hand for entry in lines],
    )


def export_table(made: Export, written: Sequence[str | None]) -> Table:
    """Lines and gain per box: on the form, in the files, left out; and the files below."""
    columns = (("box", TEXT), *((f"{name}, {part}", MONEY if name == "gain" else NUMBER) for part in _PARTS for name in ("lines", "gain")))
    rows = []
    for box in [*_boxes(made), ""]:
        own = [entry for entry in made.entries if entry.box == box or not box]
        shares = _parts(made, own)
        rows.append((box or "all", *(cell for lines in shares for cell in (len(lines), sums(lines).gain))))
    return Table(f"Form 8949 of {made.year} for {made.format.program}", columns, rows, tuple(path for path in written if path))


_PARTS = ("form", "file", "left out")


def _parts(made: Export, own: Sequence[Entry]) -> tuple[Sequence[Entry], ...]:
    inside = set(map(id, made.carried))
    return own, [entry for entry in own if id(entry) in inside], [entry for entry in own if id(entry) not in inside]


def _boxes(made: Export) -> list[str]:
    return sorted({entry.box for entry in made.entries})


def _box(made: Export, box: str) -> dict[str, Any]:
    own = [entry for entry in made.entries if entry.box == box]
    return {"box": box, "term": own[0].term} | _share(made, own)


def _share(made: Export, own: Sequence[Entry]) -> dict[str, Any]:
    return {
        name.replace(" ", "_"): {"lines": len(lines)} | _amounts(sums(lines)) for name, lines in zip(_PARTS, _parts(made, own), strict=True)
    }


def _amounts(totals: Totals) -> dict[str, str | None]:
    return {name: exact.plain(getattr(totals, name)) for name in ("proceeds", "basis", "adjustment", "gain")}


def _line(entry: Entry) -> dict[str, Any]:
    line = entry.line
    told_of = {"disposal_id": line.disposal_id, "box": entry.box, "term": entry.term, "description": line.description}
    told_of |= {"acquired": line.acquired, "sold": line.sold, "code": line.code}
    return told_of | _amounts(Totals(line.proceeds, line.basis, line.adjustment, line.gain))


def _file(file: File, path: str | None) -> dict[str, Any]:
    told_of = {
        "file": path,
        "boxes": file.pair or None,
        "lines": len(file.entries),
        "sha256": hashlib.sha256(file.text.encode()).hexdigest(),
    }
    return told_of if path else told_of | {"content": file.text}
