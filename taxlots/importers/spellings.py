"""Names of columns, whatever their case and blanks: spreadsheets and platforms write `Fee Amount` as `FEE AMOUNT` or with a hard space."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_BLANKS = re.compile(r"[\s\u200b\u2060\ufeff]+")  # also hard spaces, spaces of no width and byte order marks


@lru_cache(maxsize=8192)
def tidy(name: str) -> str:
    """The name without surrounding blanks and byte order marks, every other run of blanks as one space."""
    return _BLANKS.sub(" ", name).strip()


@lru_cache(maxsize=8192)
def folded(name: str) -> str:
    """What all spellings of a name have in common."""
    return tidy(name).casefold()


@lru_cache(maxsize=1024)
def spellings(names: tuple[str, ...]) -> Mapping[str, str]:
    """From what all spellings have in common to the name that stands there, the first of several."""
    return {folded(name): name for name in reversed(names)}


def spelling(names: Iterable[str], wanted: str) -> str | None:
    """How these names spell the wanted one; None where they lack it."""
    return spellings(tuple(names)).get(folded(wanted))
