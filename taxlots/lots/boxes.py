"""The box of Form 8949 that a disposal is expected in, until the broker's own form is imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from taxlots.lots.holding import day_of
from taxlots.rulebook import Rulebook

BASIS_REPORTED, NOT_REPORTED, NO_FORM = range(3)
_RULES = "us/federal"
_FIRST_FORM = date(2011, 1, 1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the box depends on, a column each: days, and whether it is a security or fund, long-term, at a US broker, and bought there.

    `acquired_on` matters where the units were bought there.
    """

    disposed_on: np.ndarray
    acquired_on: np.ndarray
    security: np.ndarray
    long: np.ndarray
    broker: np.ndarray
    bought_there: np.ndarray


def expected_boxes(rulebook: Rulebook, facts: Facts) -> tuple[np.ndarray, list[str]]:
    """Letters by year, class and term, as places in a list; empty for years before Form 8949. Raises TaxlotsError(RULE_MISSING)."""
    reports, with_basis = (
        _switched(rulebook, name, facts.disposed_on, facts.broker & ~facts.security) for name in ("proceeds_reported", "basis_reported")
    )
    known = reports & with_basis & facts.bought_there
    covered = known & _switched(rulebook, "basis_reported", facts.acquired_on, known)
    reported = np.where(facts.security, facts.broker & facts.bought_there, covered)
    form = np.where(facts.security, facts.broker, reports)
    column = np.where(reported, BASIS_REPORTED, np.where(form, NOT_REPORTED, NO_FORM))
    span = _spans(rulebook, [_family(security, long) for security in (0, 1) for long in (0, 1)], facts.disposed_on)
    key = ((span * 2 + facts.security) * 2 + facts.long) * 3 + column
    places, first = _first_of_each(key)
    return places, [_letter(rulebook, day_of(int(facts.disposed_on[row])), int(key[row])) for row in first.tolist()]


def _switched(rulebook: Rulebook, name: str, days: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Whether a rule on Form 1099-DA holds on each day; false where it is not asked."""
    found = np.zeros(len(days), bool)
    rows, path = np.flatnonzero(asked), f"{_RULES}/form_1099_da/{name}"
    places, first = _first_of_each(_spans(rulebook, [path], days[rows]))
    on = [day_of(int(day)) for day in days[rows][first].tolist()]
    found[rows] = np.array([day >= _FIRST_FORM and bool(rulebook.value(path, day)) for day in on], bool)[places]
    return found


def _spans(rulebook: Rulebook, paths: Sequence[str], days: np.ndarray) -> np.ndarray:
    """A number per day, the same for days between which none of the rules changes."""
    entries = [entry for path in paths for entry in rulebook.rule(path).entries]
    edges = {_FIRST_FORM, *(entry.start for entry in entries), *(entry.end + timedelta(days=1) for entry in entries if entry.end)}
    found: np.ndarray = np.searchsorted(np.array(sorted(edges), "M8[D]").astype(np.int64), days, "right")
    return found


def _first_of_each(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The place of each value among the different ones, and the row where each of those is first."""
    places, different = pd.factorize(values)
    first = np.empty(len(different), np.int64)
    first[places[::-1]] = np.arange(len(values))[::-1]
    return places, first


def _family(security: int, long: int) -> str:
    return f"{_RULES}/form_8949_boxes/{'security' if security else 'digital'}_{'long' if long else 'short'}"


def _letter(rulebook: Rulebook, day: date, key: int) -> str:
    rest, column = divmod(key, 3)
    rest, long = divmod(rest, 2)
    return "" if day < _FIRST_FORM else rulebook.texts(_family(rest % 2, long), day)[column]
