"""Exports that say again, and less exactly, what another export of the same platform says: set aside with one warning per file.

A layout sees its own files only, so it can't know whether the other export is there. The warning keeps the case where it is not from
passing unnoticed.
"""

from collections.abc import Callable, Sequence
from datetime import tzinfo

from taxlots.importers.records import Intake, Table
from taxlots.problems import Problem, Severity, catalogue


def set_aside(reason: str, hint: str) -> Callable[[Sequence[Table], tzinfo], Intake]:
    """The `read` function of a layout of which no row is booked."""

    def read(tables: Sequence[Table], _zone: tzinfo) -> Intake:
        intake = Intake()
        for table in tables:
            for row in table.rows:
                intake.leave(row, reason)
            if table.rows:
                intake.problems.append(warning(table, reason, hint))
        return intake

    return read


def warning(table: Table, message: str, hint: str) -> Problem:
    """That a file is not booked, as a warning: it is no fault where the other export is given."""
    code = "KIND_NOT_BOOKED"
    return Problem(code, message, hint or catalogue()[code].remedy, Severity.WARNING, table.file, table.header_row)
