"""Tax and cost against drift for a portfolio, and with the money that is contributed as a third axis.

For each number of contributions the frontier of that decision is followed (`frontier.py`); a point that another one beats or equals in
drift, cost and contributions is dropped. So "11 contributions of 500 and no sale" stands beside what selling today would cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import msgspec

from taxlots.decisions.alternatives import MOST_CONTRIBUTIONS, contributions_until
from taxlots.decisions.deferred import after, deferred_trades
from taxlots.decisions.frontier import POINTS, FrontierPoint, frontier
from taxlots.decisions.optimise import instance_of
from taxlots.decisions.portfolio import ZERO, Portfolio

FEW = 7
MOST_STEPS = 9
CENT = 0.01


@dataclass(frozen=True, slots=True)
class MoneyPoint:
    """A point of the frontier with the contributions behind it; `drift_points` in percentage points of that portfolio."""

    contributions: int
    contributed: Decimal
    drift_points: float
    point: FrontierPoint

    @property
    def place(self) -> tuple[float, float, float]:
        """Drift, cost and contributed money: of each less is better."""
        return self.point.drift, self.point.cost, float(self.contributed)

    @property
    def meaning(self) -> str:
        """In words."""
        word = "contribution" if self.contributions == 1 else "contributions"
        money = f"{self.contributions} {word}" if self.contributions else "no contribution"
        sale = f"sales of {self.point.sold:,.2f}" if self.point.sold >= 1 else "no sale"
        return f"{money} and {sale}"


def portfolio_frontier(portfolio: Portfolio, points: int = POINTS) -> list[MoneyPoint]:
    """The frontier with the money that there is, least drift first."""
    return [_point(portfolio, 0, one) for one in _of(portfolio, points)]


def with_contributions(portfolio: Portfolio, points: int = POINTS) -> list[MoneyPoint]:
    """The points over all numbers of contributions that no other point dominates, by contributions and then by drift."""
    size = portfolio.terms.recurring_contribution or portfolio.terms.contribution
    base = replace(portfolio, terms=msgspec.structs.replace(portfolio.terms, contribution=ZERO))
    found = [_point(base, 0, one) for one in _of(base, points)]
    for count in _steps(base, size):
        richer = _with(base, size * count)
        found += [_point(richer, count, one) for one in _of(richer, FEW)]
    return not_dominated(found)


def not_dominated(found: Sequence[MoneyPoint]) -> list[MoneyPoint]:
    """The points that no other one equals or beats on every axis; of equal ones the first."""
    kept = [
        one for number, one in enumerate(found) if not any(_beats(other, one, n < number) for n, other in enumerate(found) if n != number)
    ]
    return sorted(kept, key=lambda one: (one.contributions, one.point.drift))


def _beats(one: MoneyPoint, other: MoneyPoint, first: bool) -> bool:  # noqa: FBT001  which of two equal ones is kept
    """Whether a point is at least as good on every axis to a cent, and better on one (or came first)."""
    pairs = list(zip(one.place, other.place, strict=True))
    return all(a <= b + CENT for a, b in pairs) and (any(a < b - CENT for a, b in pairs) or first)


def _steps(portfolio: Portfolio, size: Decimal) -> list[int]:
    """Numbers of contributions to look at: evenly up to the one that reaches the targets without a sale."""
    if size <= 0:
        return []
    terms = msgspec.structs.replace(portfolio.terms, recurring_contribution=size)
    regular = replace(portfolio, terms=terms)
    needed = contributions_until(regular, lambda gaps, _total: all(gap >= -Decimal("0.01") for gap in gaps.values())) or MOST_CONTRIBUTIONS
    count = min(needed, MOST_STEPS)
    return sorted({round(needed * step / count) for step in range(1, count + 1)} - {0}) if needed else []


def _with(portfolio: Portfolio, money: Decimal) -> Portfolio:
    return replace(portfolio, terms=msgspec.structs.replace(portfolio.terms, contribution=money))


def _of(portfolio: Portfolio, points: int) -> list[FrontierPoint]:
    rest = after(portfolio, deferred_trades(portfolio))
    return frontier(instance_of(rest), points, portfolio.rulebook)


def _point(portfolio: Portfolio, count: int, one: FrontierPoint) -> MoneyPoint:
    total = float(portfolio.total) or 1.0
    return MoneyPoint(count, portfolio.terms.contribution, one.drift * 100 / total, one)
