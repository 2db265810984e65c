"""Every export under the given paths -> transactions, with the fate of each row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from taxlots import exact
from taxlots.importers import companions, program_results
from taxlots.importers.bulk import Bulk, joined
from taxlots.importers.detect import Detected, Layout, count_rows, detect, detect_large, parts
from taxlots.importers.findings import Findings
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.positions import Span, results_between
from taxlots.importers.readers import LargeText, Sheet, Unreadable, beyond, read_sheets
from taxlots.importers.records import FormLine, Intake, ReportedBalance, Row, Source, Table, Transaction
from taxlots.importers.repeated_exports import without_retold, without_swan_copies
from taxlots.importers.text_rows import RowsError
from taxlots.importers.transaction_columns import row_times, source_count, sources
from taxlots.importers.workbook_cells import is_error
from taxlots.problems import Problem, problem
from taxlots.settings import Times

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOO_LARGE = Decimal(10) ** 15  # leaves room for sums of a thousand such rows in 18 digits
_EXACT_FIELDS = ("sent_quantity", "received_quantity", "fee_quantity", "fee_value", "value", "basis")


_NAMES = ("account", "sent_asset", "received_asset", "fee_asset", "value_currency", "counter_account")


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
    """What all files hold: transactions in no order yet, the fate of every row, and the tables that are input rather than export.

    `columns` are further transactions, those of large files, as tables of `frames.TRANSACTIONS`. `positions` are the rows of a problem
    that stands for several, by its place.
    """

    files: list[FileRecord] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    set_aside: dict[Source, str] = field(default_factory=dict)
    merged: dict[Source, str] = field(default_factory=dict)
    unusable: set[Source] = field(default_factory=set)
    problems: Findings = field(default_factory=Findings)
    positions: dict[Source, frozenset[Source]] = field(default_factory=dict)
    balances: list[ReportedBalance] = field(default_factory=list)
    columns: list[pa.Table] = field(default_factory=list)
    companions: dict[str, list[Row]] = field(default_factory=dict)
    form_lines: list[FormLine] = field(default_factory=list)
    zoneless: set[Source] = field(default_factory=set)

    def order(self) -> dict[str, tuple[str, bool]]:
        """Per file what puts its rows in order at one instant: its hash, and whether it lists the newest first."""
        return {f.file: (f.sha256 or "", f.newest_first) for f in self.files}


def read(
    paths: Sequence[Path],
    zone: tzinfo = UTC,
    own: Sequence[Layout] = (),
    base: Path | None = None,
    times: Mapping[str, Times] | None = None,
    without: Path | None = None,
) -> Imported:
    """Read every file; `zone` is the taxpayer's, for times without one; files under `base` are named relative to it.

    The person's `own` layouts are tried before the built-in ones; `times` says by layout what the settings say of its times. The file
    `without` is left out: it is what this run writes.
    Bad data becomes Problems, nothing is raised.
    """
    imported = Imported()
    detected = _detect_all(read_sheets(paths, base, without), own, imported)
    for layout in (*own, *LAYOUTS):
        group = sorted((d for d in detected if d.layout.id == layout.id), key=lambda d: (d.table.sha256, d.table.file))
        if group:
            _take_layout(layout, group, (zone, (times or {}).get(layout.id)), imported)
    for kind in companions.LAYOUTS:
        rows = [row for d in detected if d.layout.id == kind.id for row in d.table.rows if row.source not in d.broken]
        if rows:
            imported.companions[kind.id] = rows
    _reject_broken(detected, imported)
    imported.transactions = without_swan_copies(imported.transactions, imported.merged)
    layouts = {file: [d.layout.id for d in detected if d.table.file == file] for file in {d.table.file for d in detected}}
    imported.transactions = without_retold(imported.transactions, layouts, imported.merged)
    imported.problems.tell_counts()
    return imported


def _detect_all(sheets: Iterable[Sheet | LargeText | Unreadable], own: Sequence[Layout], imported: Imported) -> list[Detected]:
    """Detect each sheet, and each table in it. A file whose bytes were already read under another name is merged as a whole."""
    detected: list[Detected] = []
    contents: dict[tuple[str, str], str] = {}
    for given in sheets:
        sheet, found = _opened(given, own)
        if isinstance(sheet, Unreadable):
            imported.files.append(FileRecord(sheet.file, sheet.sha256, None, 0))
            imported.problems.append(sheet.problem)
            continue
        command = program_results.command_of(sheet) if isinstance(sheet, Sheet) else None
        if command and isinstance(sheet, Sheet):
            _leave_result(sheet, command, imported)
            continue
        if not found and isinstance(sheet, Sheet):
            imported.files.append(FileRecord(sheet.file, sheet.sha256, None, count_rows(sheet)))
            imported.unusable.update(_filled(sheet))
            imported.problems.append(_unknown(sheet.file, sheet.cells))
        if not found:
            continue
        names = " + ".join(dict.fromkeys(d.layout.id for d in found))
        imported.files.append(FileRecord(sheet.file, sheet.sha256, names, sum(map(len, found))))
        first = contents.setdefault((sheet.sha256, sheet.file.rpartition("#")[2] if "#" in sheet.file else ""), sheet.file)
        if first != sheet.file:
            imported.merged.update(dict.fromkeys((s for d in found for s in d.sources()), f"the file is the same as {first}"))
            continue
        detected += found
    return detected


def _opened(given: Sheet | LargeText | Unreadable, own: Sequence[Layout]) -> tuple[Sheet | LargeText | Unreadable, list[Detected]]:
    """The file and the tables in it, by column where a layout can read them so, else row by row."""
    try:
        known = detect_large(given, (*own, *LAYOUTS)) if isinstance(given, LargeText) else None
        sheet = given.whole() if isinstance(given, LargeText) and known is None else given
        return sheet, _tables(sheet, own) if isinstance(sheet, Sheet) else [known] if known is not None else []
    except RowsError as error:
        return beyond(given.file, given.sha256 or "", error), []


def _filled(sheet: Sheet) -> list[Source]:
    return [(sheet.file, n) for n, row in zip(sheet.numbers, sheet.cells, strict=True) if any(map(str.strip, row))]


def _leave_result(sheet: Sheet, command: str, imported: Imported) -> None:
    rows = _filled(sheet)
    imported.files.append(FileRecord(sheet.file, sheet.sha256, program_results.LAYOUT, len(rows)))
    imported.set_aside |= dict.fromkeys(rows, program_results.REASON)
    if all(p.code != "RESULT_LEFT_OUT" or (p.file or "").partition("#")[0] != sheet.file.partition("#")[0] for p in imported.problems):
        imported.problems.append(program_results.left_out(sheet, command))  # one for all sheets of a workbook


def _tables(sheet: Sheet, own: Sequence[Layout]) -> list[Detected]:
    builtin = (*LAYOUTS, *companions.LAYOUTS)
    found = (detect(part, own) or detect(part, builtin) for part in parts(sheet, (*own, *builtin)))
    return [table for table in found if table is not None]  # one without rows is false


def _unknown(file: str, cells: list[list[str]]) -> Problem:
    widest = max(cells[:20], key=len, default=[])
    shown = ", ".join(cell.strip()[:30] for cell in widest[:6])
    return problem("LAYOUT_UNKNOWN", f"no known header; the widest row near the top begins: {shown}", file=file)


def _take_layout(layout: Layout, group: list[Detected], clock: tuple[tzinfo, Times | None], imported: Imported) -> None:
    whole = [_whole_rows(d) for d in group]
    if layout.bulk and any(d.columns is not None for d in group):
        intake = layout.read_bulk(joined([part for d in whole for part in _parts(d)]), *clock)
    else:
        intake = layout.read([d.table for d in whole], *clock, partial(_results, imported))
    imported.transactions += _exact_transactions(intake)
    imported.columns += [] if intake.columns is None else [intake.columns]
    imported.set_aside |= intake.set_aside
    imported.merged |= intake.merged
    imported.unusable |= intake.unusable
    imported.problems += intake.problems
    imported.positions |= intake.positions
    imported.balances += intake.balances
    imported.form_lines += intake.form_lines
    imported.zoneless |= intake.zoneless
    _note_dates(intake, imported)
    _note_leftovers(lambda: (source for d in whole for source in d.sources()), sum(map(len, whole)), intake, imported)


def _results(imported: Imported, layout: str) -> Span | None:
    """From the first transaction of a layout's files to the last result of a position in them; None where they state none."""
    files = {record.file for record in imported.files if layout in (record.layout or "").split(" + ")}
    return results_between(one for one in imported.transactions if one.sources[0][0] in files)


def _parts(found: Detected) -> list[Table | Bulk]:
    """What holds the rows of a table: single rows, columns, or both."""
    return [*([found.table] if found.table.rows or found.columns is None else []), *([found.columns] if found.columns is not None else [])]


def _exact_transactions(intake: Intake) -> list[Transaction]:
    """The transactions with at most 18 decimals, as some tokens have 24; rounded here, once, and said so. Too large: rejected."""
    fitting = []
    for transaction in intake.transactions:
        file, row = transaction.sources[0]
        spoiled = [name for name in _NAMES if is_error(getattr(transaction, name) or "")]
        if spoiled:
            intake.unusable.update(transaction.sources)
            message = f"{spoiled[0]} is the spreadsheet error {getattr(transaction, spoiled[0])}, and no name"
            intake.problems.append(problem("ROW_INVALID", message, file=file, row=row))
            continue
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


def _whole_rows(found: Detected) -> Detected:
    if not found.broken:
        return found
    rows = tuple(row for row in found.table.rows if row.source not in found.broken)
    return replace(found, table=replace(found.table, rows=rows))


def _note_dates(intake: Intake, imported: Imported) -> None:
    """First and last date per file, and whether the file lists the newest row first."""
    records = {record.file: record for record in imported.files}
    spans: dict[str, list[tuple[int, datetime]]] = {}
    for transaction in intake.transactions:
        for file, row in transaction.sources:
            spans.setdefault(file, []).append((row, transaction.time))
    moments = {file: _in_row_order(points) for file, points in spans.items()}
    for file, (rows, times) in (row_times(intake.columns) if intake.columns is not None else {}).items():
        others = moments.get(file, (np.zeros(0, np.int64), np.zeros(0, np.int64)))
        order = np.argsort(np.concatenate([rows, others[0]]), kind="stable")
        moments[file] = (np.sort(np.concatenate([rows, others[0]])), np.concatenate([times, others[1]])[order])
    for file, (_, times) in moments.items():
        steps = np.diff(times)
        records[file].newest_first = bool((steps < 0).sum() > (steps > 0).sum())
        records[file].first, records[file].last = (_EPOCH + timedelta(microseconds=int(t)) for t in (times.min(), times.max()))


def _in_row_order(points: list[tuple[int, datetime]]) -> tuple[np.ndarray, np.ndarray]:
    points.sort(key=lambda point: point[0])
    times = [(moment - _EPOCH) // timedelta(microseconds=1) for _, moment in points]
    return np.array([row for row, _ in points], np.int64), np.array(times, np.int64)


def _note_leftovers(rows: Callable[[], Iterable[Source]], count: int, intake: Intake, imported: Imported) -> None:
    """A row without a fate is a fault of the layout's code: say so instead of losing it."""
    fated = intake.set_aside.keys() | intake.merged.keys() | intake.unusable
    fated |= {source for transaction in intake.transactions for source in transaction.sources}
    if len(fated) + (source_count(intake.columns) if intake.columns is not None else 0) == count:
        return
    fated |= set(sources(intake.columns)) if intake.columns is not None else set()
    for file, row in rows():
        if (file, row) not in fated:
            imported.unusable.add((file, row))
            imported.problems.append(problem("ROW_UNACCOUNTED", "the row became nothing; it was not used", file=file, row=row))


def _reject_broken(detected: list[Detected], imported: Imported) -> None:
    for found in detected:
        for (file, number), error in found.broken.items():
            imported.unusable.add((file, number))
            imported.problems.append(problem(error.code, error.message, error.hint, file=file, row=number))
