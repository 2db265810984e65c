"""Sample exports of exchanges whose files are read together: detected among all layouts, compared with one golden ledger."""

import csv
import io
from datetime import UTC, tzinfo
from pathlib import PurePath

from goldens import _equal, _fates, _ledger, assert_one_fate_each
from layout_samples import layout, sample
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.records import Intake, Table


def fitting(source: Table) -> set[str]:
    """Every layout whose required columns stand in the header."""
    return {one.id for one in LAYOUTS if one.fits(source.header)}


def compare_all(name: str, *paths: str, zone: tzinfo = UTC, also: frozenset[str] = frozenset()) -> Intake:
    """The samples are this layout's; `also` are wider layouts that the header fits as well. Ledger and fates are the golden ones."""
    found = [sample(path) for path in paths]
    tables = [table for _, table in found]
    for detected, source in found:
        assert detected == name
        assert fitting(source) == {name} | also
    intake = layout(name).read(tables, zone)
    assert_one_fate_each(tables, intake)
    _equal(f"{name}.csv", _ledger(intake))
    _equal(f"{name}.fates.csv", _joined(tables, intake))
    return intake


def _joined(tables: list[Table], intake: Intake) -> str:
    """The fates of all files, with the file's name where there are several."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "row", "fate", "problems"])
    for table in tables:
        own = Intake(intake.transactions, intake.set_aside, intake.merged, intake.unusable)
        own.problems = [problem for problem in intake.problems if problem.file == table.file]
        for row in list(csv.reader(io.StringIO(_fates(table, own))))[1:]:
            row[1] = row[1].replace(str(PurePath(table.file).parent) + "/", "")
            writer.writerow([PurePath(table.file).name, *row])
    return out.getvalue()
