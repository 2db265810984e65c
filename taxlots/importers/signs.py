"""Signs that contradict each other: a column read without its sign should have one sign in all rows of a type.

`sent = { quantity = "Paid" }` takes -5 and 5 alike, since exports write costs either way. Where both occur for one type, one of them
means something else (a reversal, a rebate), and the person has to look.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from taxlots.importers.records import Intake, Row

_MINUS = ("-", "−", "–", "(", "$-", "€-")
_DIGITS = frozenset("123456789")


def warn_mixed(rows: Iterable[tuple[Row, str]], columns: Sequence[str], intake: Intake) -> None:
    """A Problem per column and kind with both signs, at the first row of the rarer sign; `rows` come with their kind."""
    found: dict[tuple[str, str], tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for row, kind in rows:
        for column in columns:
            text = row.text(column)
            if not _DIGITS.isdisjoint(text):
                found[column, kind][_is_negative(text)].append(row)
    for (column, kind), (above, below) in found.items():
        if above and below:
            rare, sign = (above, "positive") if len(above) < len(below) else (below, "negative")
            message = (
                f"column {column!r} is {sign} in {len(rare)} of {len(above) + len(below)} rows that are {kind!r}; the sign was not used"
            )
            intake.warn(rare[0], "SIGNS_MIXED", message)


def _is_negative(text: str) -> bool:
    return text.startswith(_MINUS) or text.endswith("-")
