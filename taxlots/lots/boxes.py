"""The box of Form 8949 that a disposal is expected in, until the broker's own form is imported."""

from dataclasses import dataclass
from datetime import date

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
    key = ((facts.disposed_on * 2 + facts.security) * 2 + facts.long) * 3 + column
    places, keys = pd.factorize(key)
    return places, [_letter(rulebook, int(key)) for key in keys]


def _switched(rulebook: Rulebook, name: str, days: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Whether a rule on Form 1099-DA holds on each day; false where it is not asked."""
    found = np.zeros(len(days), bool)
    rows = np.flatnonzero(asked)
    places, distinct = pd.factorize(days[rows])
    on = [day_of(int(day)) for day in distinct]
    held = [day >= _FIRST_FORM and bool(rulebook.value(f"{_RULES}/form_1099_da/{name}", day)) for day in on]
    found[rows] = np.array(held, bool)[places]
    return found


def _letter(rulebook: Rulebook, key: int) -> str:
    rest, column = divmod(key, 3)
    rest, long = divmod(rest, 2)
    number, security = divmod(rest, 2)
    day = day_of(number)
    if day < _FIRST_FORM:
        return ""
    family = f"{'security' if security else 'digital'}_{'long' if long else 'short'}"
    return rulebook.texts(f"{_RULES}/form_8949_boxes/{family}", day)[column]
