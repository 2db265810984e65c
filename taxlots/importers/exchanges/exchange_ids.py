"""Ids of exchanges: which are good enough to tell transactions apart, and rows that another file repeats."""

from collections import Counter
from collections.abc import Iterable, Sequence

from taxlots.importers.records import Intake, Row, Table

_MARK = "\ufeff"


def unique_ids(rows: Iterable[Row], column: str) -> frozenset[str]:
    """The ids of a column that stand in one row only."""
    counts = Counter(row.text(column).strip(_MARK) for row in rows)
    return frozenset(name for name, count in counts.items() if name and count == 1)


def once(tables: Sequence[Table], column: str, intake: Intake) -> list[Row]:
    """The rows of all tables without those that an earlier table has with the same id and the same cells; these are merged."""
    first: dict[tuple[str, ...], Row] = {}
    kept: list[Row] = []
    for table in tables:
        for row in table.rows:
            name = row.text(column).strip(_MARK)
            key = (name, *(text.strip() for column_name, text in row.cells.items() if column_name))
            known = first.setdefault(key, row)
            if name and known.file != row.file:
                intake.merge(row, f"the same id as {known.file}:{known.number}")
            else:
                kept.append(row)
    return kept
