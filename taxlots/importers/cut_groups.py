"""Groups of rows that an export's first or last row cuts in two, while an overlapping export has them whole.

The rows of a trade, of a conversion or of a sweep of dust mean something together. An export that begins or ends between them has a part,
which alone is another trade, a fee or an error. Where another file of the layout has the same rows and the rest of them, it alone counts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from taxlots.importers.records import Intake, Row, Source, Table

_Said = tuple[frozenset[tuple[str, str]], int]  # the cells of a row, and which of the equal rows of its file it is


def merge_cut(tables: Sequence[Table], intake: Intake) -> None:
    """Merge the rows of each cut group, and what was made of them, into the whole group of another file."""
    if len({table.file for table in tables}) < 2:
        return
    said = _said(tables, intake)
    files = _files_by_row(said)
    if all(len(there) == 1 for there in files.values()):
        return
    accounts = {source: one.account for one in intake.transactions for source in one.sources}
    pooled = {source for one in intake.transactions if len({file for file, _ in one.sources}) > 1 for source in one.sources}
    told: dict[Source, Source] = {}
    for together in _together(said, files, intake):
        # A layout that puts the rows of all files together has decided already; equal rows of two accounts are no copies.
        if together.isdisjoint(pooled) and len({accounts[source] for source in together if source in accounts}) <= 1:
            told |= _cut(together, said, intake)
    _drop(told, intake)


def _said(tables: Sequence[Table], intake: Intake) -> dict[Source, _Said]:
    """What each row says, apart from the rows that the layout itself merged. Equal rows of one file are told by their count."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for table in tables:
        rows[table.file] += table.rows
    found: dict[Source, _Said] = {}
    for own in rows.values():
        seen: Counter[frozenset[tuple[str, str]]] = Counter()
        for row in own:
            if row.source not in intake.merged:
                cells = frozenset((name, cell.strip()) for name, cell in row.cells.items() if cell.strip())
                seen[cells] += 1
                found[row.source] = (cells, seen[cells])
    return found


def _files_by_row(said: Mapping[Source, _Said]) -> dict[_Said, list[Source]]:
    places: dict[_Said, list[Source]] = defaultdict(list)
    for source, row in said.items():
        places[row].append(source)
    return places


def _together(said: Mapping[Source, _Said], files: Mapping[_Said, list[Source]], intake: Intake) -> Iterator[set[Source]]:
    """Rows joined by a transaction or by saying the same in two files, where more than one file has some."""
    links = [one.sources for one in intake.transactions if len(one.sources) > 1]
    links += [tuple(places) for places in files.values() if len(places) > 1]
    joined: dict[Source, set[Source]] = {}
    for link in links:
        own = [joined.get(source) or {source} for source in link if source in said]
        if own:
            largest = max(own, key=len)
            largest.update(*own)
            joined |= dict.fromkeys(largest, largest) if len(own) > 1 else {}
    seen: set[int] = set()
    for group in joined.values():
        if id(group) not in seen and len({file for file, _ in group}) > 1:
            seen.add(id(group))
            yield group


def _cut(together: set[Source], said: Mapping[Source, _Said], intake: Intake) -> dict[Source, Source]:
    """The rows of the files that have a part only, each with a row of the file that has all; none where no file or every file has all.

    A row of a pair may be refused, or be something else, where the other one is missing: the file that could use both has all.
    """
    by_file: dict[str, list[Source]] = defaultdict(list)
    for source in sorted(together):
        by_file[source[0]].append(source)
    count = len({said[source] for source in together})
    whole = [rows for rows in by_file.values() if len(rows) == count and intake.unusable.isdisjoint(rows)]
    if count == 1:
        whole = [rows for rows in whole if intake.set_aside.keys() >= set(rows)] or whole
    if not whole:
        return {}
    best = whole[0][0]
    return {source: best for rows in by_file.values() if _is_less(rows, whole[0], intake) for source in rows}


def _is_less(rows: list[Source], whole: list[Source], intake: Intake) -> bool:
    refused = not intake.unusable.isdisjoint(rows)
    alone = len(rows) == 1 and whole[0] in intake.set_aside and rows[0] not in intake.set_aside
    return len(rows) < len(whole) or refused or alone


def _drop(told: Mapping[Source, Source], intake: Intake) -> None:
    if not told:
        return
    intake.transactions = [one for one in intake.transactions if one.sources[0] not in told]
    intake.unusable -= told.keys()
    intake.refused = [(row, error) for row, error in intake.refused if row.source not in told]
    intake.problems[:] = [found for found in intake.problems if _place(found.file, found.row) not in told]
    for source, (file, number) in told.items():
        intake.set_aside.pop(source, None)
        intake.merged[source] = f"stands in {file} as well, with the rows that belong to it: {file}:{number}"


def _place(file: str | None, row: int | None) -> Source:
    return (file or "", row or 0)
