"""A list of problems that stays bounded: of a million rows that fail alike, the first thousand are told one by one, the rest in one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from taxlots.problems import Problem, Severity

LIMIT_TOLD = 1_000  # of one code in one file
Key = tuple[str | None, str, Severity]


@dataclass(slots=True)
class Rest:
    """How many problems are not told one by one; the first of them, and the last row."""

    count: int
    first: Problem
    last: int


class Findings(list[Problem]):
    """Problems; those at rows of a file are kept up to a limit of each code, the others are `counted`. `tell_counts` adds these."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        """With these problems."""
        super().__init__()
        self._counts: dict[Key, int] = {}
        self.counted: dict[Key, Rest] = {}
        self.extend(problems)

    def append(self, found: Problem) -> None:
        """Add a problem, or count it."""
        key = (found.file, found.code, found.severity)
        count = self._counts[key] = self._counts.get(key, 0) + 1
        if found.row is None or count <= LIMIT_TOLD:
            super().append(found)
        else:
            self._count(key, Rest(1, found, found.row))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add problems; where they were counted before, the counts are added."""
        for found in problems:
            self.append(found)
        for key, rest in problems.counted.items() if isinstance(problems, Findings) else ():
            self._count(key, rest)

    def __iadd__(self, problems: Iterable[Problem]) -> Self:  # type: ignore[override,misc]  # as `extend`
        """As `extend`."""
        self.extend(problems)
        return self

    def tell_counts(self) -> None:
        """Add the counted ones, as one problem of each file, code and severity."""
        super().extend(_summary(rest) for rest in self.counted.values())
        self.counted = {}

    def _count(self, key: Key, more: Rest) -> None:
        rest = self.counted.get(key)
        if rest is None:
            self.counted[key] = replace(more)
        else:
            rest.count, rest.last = rest.count + more.count, max(rest.last, more.last)


def _summary(rest: Rest) -> Problem:
    if rest.count == 1:
        return rest.first
    message = f"{rest.count} more rows to row {rest.last} have problems of this kind, the first: {rest.first.message}"
    return replace(rest.first, message=message)
