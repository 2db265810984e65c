"""What policies would have come to on the lots that were held: side by side, against buy-and-hold, after tax and cost.

Money is exact; returns, volatility and shares are statistics of it, in floats.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from math import log, sqrt

import msgspec

from taxlots import exact
from taxlots.decisions.policy import Policy
from taxlots.decisions.portfolio import ZERO, Portfolio
from taxlots.decisions.replay import Begin, History, Replayed, replay
from taxlots.prices import PriceTable
from taxlots.problems import TaxlotsError, problem
from taxlots.tax import TaxPosition

DAYS_OF_YEAR = 365.25
WINDOW = timedelta(days=365)
LEAST_DAYS = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """A policy's figures. Money in home currency; rates and shares as fractions.

    `annual_return` is that of the value after all tax against the value at the beginning. `years_won` and `windows_won` count the years
    and the rolling windows of a year (one begins with each month) in which it grew more than the baseline, of so many. `cost_share`:
    what tax and cost took of the benefit against the baseline before them; None where there was none.
    """

    replayed: Replayed
    annual_return: float
    volatility: float
    largest_drawdown: float
    turnover: float
    benefit: Decimal
    cost_share: float | None
    years_won: tuple[int, int]
    windows_won: tuple[int, int]

    @property
    def taxes(self) -> Decimal:
        """The tax that the trades added, over all years."""
        return sum_of(self.replayed.taxes.values())


def sum_of(amounts: Iterable[Decimal]) -> Decimal:
    """An exact sum."""
    with exact.exactly():
        return sum(amounts, ZERO)


def history_of(prices: PriceTable, assets: Sequence[str], since: date, until: datetime) -> History:
    """The days from `since` on with a price of every asset.

    Raises:
        TaxlotsError: USAGE where there are fewer than two.
    """
    begin = datetime.combine(since, time(), UTC)
    listed = {asset: prices.daily(asset, begin, until) for asset in assets}
    days = sorted(set[date].intersection(*(set(series) for series in listed.values()))) if listed else []
    if len(days) < LEAST_DAYS:
        least = min(listed, key=lambda asset: len(listed[asset]), default="any asset")
        hint = f"Add daily prices of {least} to prices.csv (time,asset,price,currency,source), or give another --from."
        raise TaxlotsError(problem("USAGE", f"days with a price of every asset from {since} on: {len(days)}", hint))
    return History(tuple(days), tuple({asset: series[day] for asset, series in listed.items()} for day in days))


def impact(
    portfolio: Portfolio,
    base: Callable[[int], TaxPosition],
    history: History,
    policies: Sequence[Policy],
    progress: Callable[[str], None] = lambda _name: None,
) -> list[Measured]:
    """The policies over the history, the first of which is the baseline; best value after tax first. Raises TaxlotsError.

    The portfolio is that of the first day; its cash is what is there then, its contribution and withdrawal are left out.
    """
    prices = history.prices[0]
    lots = tuple(replace(lot, price=prices[lot.asset]) for lot in portfolio.lots)
    quiet = msgspec.structs.replace(portfolio.terms, contribution=ZERO, withdrawal=ZERO, recurring_contribution=ZERO)
    begun = replace(portfolio, today=history.days[0], lots=lots, prices=prices, terms=quiet, covariance=None, account_cash={}, acquired=())
    found = []
    for policy in policies:
        progress(policy.name)
        found.append(replay(Begin(begun, base), policy, history))
    measured = [_measured(one, found[0], history) for one in found]
    return sorted(measured, key=lambda one: -one.replayed.end_after_tax)


def _measured(one: Replayed, baseline: Replayed, history: History) -> Measured:
    years = max((history.days[-1] - history.days[0]).days / DAYS_OF_YEAR, 1 / DAYS_OF_YEAR)
    values, others = ([float(value) for value in run.values] for run in (one, baseline))
    begin, end = values[0], float(one.end_after_tax)
    with exact.exactly():
        benefit = one.end_after_tax - baseline.end_after_tax
        taken = sum_of(one.taxes.values()) + one.costs + one.liquidation_tax - baseline.liquidation_tax
    gross = float(benefit + taken)
    return Measured(
        one,
        annual_return=(end / begin) ** (1 / years) - 1 if begin > 0 and end > 0 else -1.0,
        volatility=_volatility(values, years),
        largest_drawdown=_drawdown(values),
        turnover=float(one.traded) / 2 / (sum(values) / len(values)) / years if sum(values) > 0 else 0.0,
        benefit=benefit,
        cost_share=float(taken) / gross if gross > 0 else None,
        years_won=_won(list(_years(history.days)), values, others),
        windows_won=_won(list(_windows(history.days)), values, others),
    )


def _volatility(values: Sequence[float], years: float) -> float:
    """Yearly standard deviation of the logarithmic returns, around no mean (over short spans it is noise)."""
    returns = [log(after / before) for before, after in pairwise(values) if before > 0 and after > 0]
    return sqrt(sum(one * one for one in returns) / years)


def _drawdown(values: Sequence[float]) -> float:
    """The largest fall from a peak, as a fraction of the peak."""
    peak, largest = 0.0, 0.0
    for value in values:
        peak = max(peak, value)
        largest = max(largest, 1 - value / peak) if peak > 0 else largest
    return largest


def _years(days: Sequence[date]) -> Iterator[tuple[int, int]]:
    """First and last place of each calendar year; a year begins with the last day of the one before."""
    begin = 0
    for place in range(1, len(days)):
        if place == len(days) - 1 or days[place + 1].year != days[place].year:
            yield begin, place
            begin = place


def _windows(days: Sequence[date]) -> Iterator[tuple[int, int]]:
    """First and last place of each window of a year that begins with the first day of a month."""
    end = 0
    for place, day in enumerate(days):
        if place and (day.year, day.month) == (days[place - 1].year, days[place - 1].month):
            continue
        while end < len(days) and days[end] < day + WINDOW:
            end += 1
        if end == len(days):
            return
        yield place, end


def _won(spans: Sequence[tuple[int, int]], values: Sequence[float], others: Sequence[float]) -> tuple[int, int]:
    """In how many spans the values grew more than the others, of how many."""
    grown = [(values[b] / values[a], others[b] / others[a]) for a, b in spans if min(values[a], others[a]) > 0]
    return sum(mine > other * (1 + 1e-12) for mine, other in grown), len(grown)
