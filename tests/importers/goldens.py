"""Compare what an importer makes of an export in `data/` with the expected rows in `golden/`.

`TAXLOTS_REWRITE_GOLDENS=1 pytest tests/importers` writes the golden files anew; read the diff before committing it.
"""

import csv
import io
import os
from datetime import UTC, datetime
from pathlib import Path

from taxlots import exact
from taxlots.importers.detect import Layout, detect, distinct_names
from taxlots.importers.readers import Sheet, read_sheets
from taxlots.importers.records import Intake, Row, Table, Transaction
from taxlots.importers.universal import COLUMNS

HERE = Path(__file__).parent


def table(layout: Layout, name: str) -> Table:
    """The table of one invented export, found by its header."""
    (sheet,) = read_sheets([HERE / "data" / f"{name}.csv"])
    assert isinstance(sheet, Sheet)
    found = detect(sheet, (layout,))
    assert found is not None
    assert not found.broken
    return found.table


def written(layout: Layout, header: str, *lines: str, file: str = "export.csv") -> Table:
    """A table written in a test."""
    names = next(csv.reader([header]))
    cells = list(csv.reader(lines))
    rows = tuple(Row(file, n, dict(zip(distinct_names(names), row, strict=False))) for n, row in enumerate(cells, start=2))
    assert set(layout.required) <= set(names)
    return Table(file, file, tuple(names), 1, (), rows)


def compare(layout: Layout, name: str) -> None:
    """The export's transactions and fates equal the golden ones, and every row has exactly one fate."""
    source = table(layout, name)
    intake = layout.read([source], UTC)
    assert_one_fate_each([source], intake)
    _equal(f"{name}.csv", _ledger(intake))
    _equal(f"{name}.fates.csv", _fates(source, intake))


def assert_one_fate_each(tables: list[Table], intake: Intake) -> None:
    """Every row is in exactly one of: transactions, set aside, merged, unusable."""
    used = {source for one in intake.transactions for source in one.sources}
    fates = [used, set(intake.set_aside), set(intake.merged), intake.unusable]
    rows = {row.source for table in tables for row in table.rows}
    assert set().union(*fates) == rows
    assert sum(map(len, fates)) == len(rows)


def _ledger(intake: Intake) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in sorted(intake.transactions, key=lambda one: (one.time, one.sources, one.id)):
        writer.writerow([_cell(one, column) for column in COLUMNS])
    return out.getvalue()


def _cell(one: Transaction, column: str) -> str:
    value = getattr(one, column)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if column.endswith("quantity") or column in {"fee_value", "value", "basis"}:
        return exact.plain(value) or ""
    return value or ""


def _fates(source: Table, intake: Intake) -> str:
    made = {place: "transaction" for one in intake.transactions for place in one.sources}
    aside = {place: f"set aside: {reason}" for place, reason in intake.set_aside.items()}
    merged = {place: f"merged: {reason}" for place, reason in intake.merged.items()}
    fates = made | aside | merged
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["row", "fate", "problems"])
    for row in source.rows:
        found = [f"{p.code}: {p.message}" for p in intake.problems if p.row == row.number]
        fate = fates.get(row.source, "unusable").replace(str(HERE), "").replace(f"{source.file}", "")
        writer.writerow([row.number, fate, "; ".join(found)])
    return out.getvalue()


def _equal(name: str, text: str) -> None:
    golden = HERE / "golden" / name
    if os.environ.get("TAXLOTS_REWRITE_GOLDENS"):
        golden.write_text(text, encoding="utf-8", newline="\n")
    assert text == golden.read_text(encoding="utf-8")
