"""Every export under the given paths -> transactions, with the fate of each row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from taxlots import exact
from taxlots.importers import companions
from taxlots.importers.detect import Detected, Layout, count_rows, detect
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.readers import Sheet, Unreadable, read_sheets
from taxlots.importers.records import Intake, ReportedBalance, Row, Source, Table, Transaction
from taxlots.problems import Problem, problem

_TOO_LARGE = Decimal(10) ** 15  # leaves room for sums of a thousand such rows in 18 digits
_EXACT_FIELDS = ("sent_quantity", "received_quantity", "fee_quantity", "fee_value", "value", "basis")


@dataclass(slots=True)
class FileRecord:
    """A file that was looked at; `rows` are its data rows, `layout` None where none fits."""

    file: str
    sha256: str | None
    layout: str | None
    rows: int
    newest_first: bool = False
    first: datetime | None = None
    last: datetime | None = None


@dataclass(slots=True)
class Imported:
    """What all files hold: transactions in no order yet, the fate of every row, and the tables that are input rather than export."""

    files: list[FileRecord] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    set_aside: dict[Source, str] = field(default_factory=dict)
    merged: dict[Source, str] = field(default_factory=dict)
    unusable: set[Source] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    balances: list[ReportedBalance] = field(default_factory=list)
    companions: dict[str, list[Row]] = field(default_factory=dict)

    def order(self) -> dict[str, tuple[str, bool]]:
        """Per file what puts its rows in order at one instant: its hash, and whether it lists the newest first."""
        return {f.file: (f.sha256 or "", f.newest_first) for f in self.files}


def read(paths: Sequence[Path], zone: tzinfo = UTC, own: Sequence[Layout] = (), base: Path | None = None) -> Imported:
    """Read every file; `zone` is the taxpayer's, for times without one; files under `base` are named relative to it.

    The person's `own` layouts are tried before the built-in ones.
    Bad data becomes Problems, nothing is raised.
    """
    imported = Imported()
    detected = _detect_all(read_sheets(paths, base), own, imported)
    for layout in (*own, *LAYOUTS):
        group = sorted((d for d in detected if d.layout.id == layout.id), key=lambda d: (d.table.sha256, d.table.file))
        if group:
            _take_layout(layout, group, zone, imported)
    for kind in companions.LAYOUTS:
        rows = [row for d in detected if d.layout.id == kind.id for row in d.table.rows if row.source not in d.broken]
        if rows:
            imported.companions[kind.id] = rows
    _reject_broken(detected, imported)
    return imported


def _detect_all(sheets: Iterable[Sheet | Unreadable], own: Sequence[Layout], imported: Imported) -> list[Detected]:
    """Detect each sheet. A file whose bytes were already read under another name is merged as a whole."""
    detected: list[Detected] = []
    contents: dict[tuple[str, str], str] = {}
    for sheet in sheets:
        if isinstance(sheet, Unreadable):
            imported.files.append(FileRecord(sheet.file, sheet.sha256, None, 0))
            imported.problems.append(sheet.problem)
            continue
        found = detect(sheet, own) or detect(sheet, (*LAYOUTS, *companions.LAYOUTS))
        if found is None:
            imported.files.append(FileRecord(sheet.file, sheet.sha256, None, count_rows(sheet)))
            imported.unusable.update((sheet.file, n) for n, row in zip(sheet.numbers, sheet.cells, strict=True) if any(map(str.strip, row)))
            imported.problems.append(_unknown(sheet.file, sheet.cells))
            continue
        imported.files.append(FileRecord(sheet.file, sheet.sha256, found.layout.id, len(found.table.rows)))
        first = contents.setdefault((sheet.sha256, sheet.file.rpartition("#")[2] if "#" in sheet.file else ""), sheet.file)
        if first != sheet.file:
            imported.merged.update({row.source: f"the file is the same as {first}" for row in found.table.rows})
            continue
        detected.append(found)
    return detected


def _unknown(file: str, cells: list[list[str]]) -> Problem:
    widest = max(cells[:20], key=len, default=[])
    shown = ", ".join(cell.strip()[:30] for cell in widest[:6])
    return problem("LAYOUT_UNKNOWN", f"no known header; the widest row near the top begins: {shown}", file=file)


def _take_layout(layout: Layout, group: list[Detected], zone: tzinfo, imported: Imported) -> None:
    tables = [_whole_rows(d) for d in group]
    intake = layout.read(tables, zone)
    imported.transactions += _exact_transactions(intake)
    imported.set_aside |= intake.set_aside
    imported.merged |= intake.merged
    imported.unusable |= intake.unusable
    imported.problems += intake.problems
    imported.balances += intake.balances
    _note_dates(intake, imported)
    _note_leftovers(tables, intake, imported)


def _exact_transactions(intake: Intake) -> list[Transaction]:
    """The transactions with at most 18 decimals, as some tokens have 24; rounded here, once, and said so. Too large: rejected."""
    fitting = []
    for transaction in intake.transactions:
        file, row = transaction.sources[0]
        given = {name: value for name in _EXACT_FIELDS if (value := getattr(transaction, name)) is not None}
        large = [name for name, value in given.items() if value >= _TOO_LARGE]
        if large:
            intake.unusable.update(transaction.sources)
            message = f"{large[0]} {given[large[0]]} has more than 15 digits before the point"
            intake.problems.append(problem("ROW_INVALID", message, file=file, row=row))
            continue
        rounded: dict[str, Any] = {name: exact.to_decimal(exact.to_units(v)) for name, v in given.items() if exact.is_rounded(v)}
        if rounded:
            shown = ", ".join(f"{name} {given[name]}" for name in rounded if exact.is_rounded(given[name]))
            intake.problems.append(problem("NUMBER_ROUNDED", f"rounded to 18 decimals: {shown}", file=file, row=row))
        fitting.append(replace(transaction, **rounded) if rounded else transaction)
    return fitting


def _whole_rows(found: Detected) -> Table:
    if not found.broken:
        return found.table
    table = found.table
    rows = tuple(row for row in table.rows if row.source not in found.broken)
    return Table(table.file, table.sha256, table.header, table.header_row, table.preamble, rows)


def _note_dates(intake: Intake, imported: Imported) -> None:
    """First and last date per file, and whether the file lists the newest row first."""
    records = {record.file: record for record in imported.files}
    spans: dict[str, list[tuple[int, datetime]]] = {}
    for transaction in intake.transactions:
        for file, row in transaction.sources:
            spans.setdefault(file, []).append((row, transaction.time))
    for file, points in spans.items():
        points.sort(key=lambda point: point[0])
        moments = [moment for _, moment in points]
        falling = sum(a > b for a, b in pairwise(moments))
        rising = sum(a < b for a, b in pairwise(moments))
        records[file].newest_first = falling > rising
        records[file].first, records[file].last = min(moments), max(moments)


def _note_leftovers(tables: list[Table], intake: Intake, imported: Imported) -> None:
    """A row without a fate is a fault of the layout's code: say so instead of losing it."""
    fated = intake.set_aside.keys() | intake.merged.keys() | intake.unusable
    fated |= {source for transaction in intake.transactions for source in transaction.sources}
    for table in tables:
        for row in table.rows:
            if row.source not in fated:
                imported.unusable.add(row.source)
                message = "the row became nothing; it was not used"
                imported.problems.append(problem("ROW_UNACCOUNTED", message, file=row.file, row=row.number))


def _reject_broken(detected: list[Detected], imported: Imported) -> None:
    for found in detected:
        for (file, number), error in found.broken.items():
            imported.unusable.add((file, number))
            imported.problems.append(problem(error.code, error.message, error.hint, file=file, row=number))
