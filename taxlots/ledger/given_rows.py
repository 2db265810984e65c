"""Rows that can't be used, and that a person has given otherwise: a line `FILE:ROW,exclude` of overrides.csv sets them aside.

Without it a row whose effect stands in a universal ledger CSV by now would stay an error, and everything written a draft. `FILE:4-9` means
all rows of these that can't be used; others are left as they are. FILE is the name that problems show, or its end.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from taxlots.importers.findings import LIMIT_TOLD
from taxlots.importers.records import Source
from taxlots.kinds import EXCLUDE
from taxlots.ledger.companions import Override
from taxlots.problems import Problem, Severity, problem

_ROWS = re.compile(r"(?P<file>.+):(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?")


@dataclass(slots=True)
class Given:
    """The overrides that are not about rows, the rows set aside with the reason, and one Problem per line about rows."""

    overrides: list[Override] = field(default_factory=list)
    excluded: dict[Source, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def set_aside(overrides: Sequence[Override], unusable: Collection[Source], files: Sequence[str]) -> Given:
    """Take the lines about rows out of the overrides; one that fits no unusable row of one of the files is an error."""
    result, rows = Given(), _by_file(unusable)
    for override in overrides:
        match = _ROWS.fullmatch(override.id)
        named = [file for file in files if match and _is_name_of(match["file"], file)]
        if override.kind != EXCLUDE or not match or not named:
            result.overrides.append(override)
            continue
        first, last = int(match["first"]), int(match["last"] or match["first"])
        found = [(file, row) for file in named for row in rows.get(file, ()) if first <= row <= last]
        result.problems.append(_told(override, named, found))
        if found and len(named) == 1:
            result.excluded.update(dict.fromkeys(found, f"excluded by overrides.csv: {override.note}".rstrip(": ")))
    return result


def left_open(
    problems: Sequence[Problem], given: Given, unusable: Collection[Source], positions: Mapping[Source, frozenset[Source]]
) -> Iterator[Problem]:
    """The problems without the errors of rows that are set aside; `positions` are all rows of a problem that stands for several.

    Where a file has so many errors of one code that some are only counted, they go when all of its unusable rows are set aside.
    """
    counts: dict[tuple[str | None, str], int] = {}
    for one in problems:
        counts[one.file, one.code] = counts.get((one.file, one.code), 0) + 1
    whole = {file for file, rows in _by_file(unusable).items() if all((file, row) in given.excluded for row in rows)}
    for one in problems:
        place = (one.file or "", one.row or 0)
        told = counts[one.file, one.code] <= LIMIT_TOLD or one.file in whole
        closed = one.severity is Severity.ERROR and all(row in given.excluded for row in positions.get(place, {place}))
        if not (closed and told):
            yield one


def runs(rows: Collection[Source]) -> list[str]:
    """The rows as ids of overrides: `FILE:4`, or `FILE:4-9` for rows that follow each other."""
    found: list[tuple[str, int, int]] = []
    for file, row in sorted(rows):
        if found and found[-1][0] == file and found[-1][2] == row - 1:
            found[-1] = (file, found[-1][1], row)
        else:
            found.append((file, row, row))
    return [f"{file}:{first}" if first == last else f"{file}:{first}-{last}" for file, first, last in found]


def _by_file(unusable: Collection[Source]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for file, row in sorted(unusable):
        rows.setdefault(file, []).append(row)
    return rows


def _is_name_of(said: str, file: str) -> bool:
    return file == said or file.endswith((f"/{said}", f"!{said}"))


def _told(override: Override, named: Sequence[str], found: Sequence[Source]) -> Problem:
    file, row = override.row.source
    if len(named) > 1:
        message = f"{override.id!r} may be {len(named)} files: {', '.join(named[:3])}"
        return problem("OVERRIDE_UNMATCHED", message, "Name the file as problems show it.", file=file, row=row)
    if not found:
        hint = "Exclude a row that is used by its id; `taxlots ledger` shows it."
        return problem("OVERRIDE_UNMATCHED", f"{override.id!r}: no row there is unusable", hint, file=file, row=row)
    counted = "1 unusable row" if len(found) == 1 else f"{len(found)} unusable rows"
    reason = f" ({override.note})" if override.note else ""
    return problem("OVERRIDE_APPLIED", f"{override.id}: {counted} excluded{reason}", file=file, row=row)
