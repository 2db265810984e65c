"""Files of several tables, one below the other, each with a header of its own."""

from collections.abc import Iterator, Sequence

from taxlots.importers.records import Intake, Row, Table
from taxlots.importers.spellings import folded


def rows_by_header(table: Table, headers: Sequence[Sequence[str]], intake: Intake) -> Iterator[tuple[int, Row]]:
    """The rows of a table of the shape `SECTIONS`, named by the last header above them, with the number of that header among `headers`.

    Below the first header, a row that holds all names of one of them is a header itself: it is set aside.
    """
    names, which = table.header, _which(table.header, headers)
    for row in table.rows:
        cells = tuple(row.text(str(n)) for n in range(len(row.cells)))
        found = _which(cells, headers)
        if found is None:
            yield which or 0, Row(row.file, row.number, dict(zip(names, cells, strict=False)))
            continue
        names, which = cells, found
        intake.leave(row, "a header of a table")


def _which(cells: Sequence[str], headers: Sequence[Sequence[str]]) -> int | None:
    said = frozenset(map(folded, cells))
    return next((n for n, names in enumerate(headers) if said.issuperset(map(folded, names))), None)
