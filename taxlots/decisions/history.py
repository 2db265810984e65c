"""What prices say of how assets move together: a yearly covariance of returns, where the table has a history of every asset.

Only days on which every asset has a price count, at least 31 of them within three years. A return is the change of the logarithm of
the price between two such days; the sums of products of returns, per year that they span, are the covariance. No mean is taken out: over
short spans it is noise. Such a matrix is positive semidefinite whatever the prices are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from taxlots.prices import PriceTable

SPAN = timedelta(days=3 * 365)
LEAST_DAYS = 31
DAYS_OF_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Covariance:
    """Yearly covariance of returns, in the order of `assets`; from so many common days."""

    assets: tuple[str, ...]
    matrix: tuple[tuple[float, ...], ...]
    days: int

    def of(self, assets: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        """The part about these assets."""
        number = [self.assets.index(asset) for asset in assets]
        return tuple(tuple(self.matrix[row][column] for column in number) for row in number)

    def variance(self, away: Mapping[str, Decimal]) -> float:
        """Variance of the differences from the targets, in squared home currency where they are in it."""
        distance = np.array([float(away.get(asset, Decimal(0))) for asset in self.assets])
        return max(0.0, float(distance @ np.array(self.matrix) @ distance))


def covariance_of(prices: PriceTable, assets: Sequence[str], now: datetime) -> Covariance | None:
    """The covariance of these assets; None where they lack a common history."""
    listed = [prices.daily(asset, now - SPAN, now) for asset in assets]
    days = sorted(set[date]().union(*listed).intersection(*listed)) if listed else []
    if len(days) < LEAST_DAYS:
        return None
    table = np.array([[float(series[day]) for series in listed] for day in days])
    if (table <= 0).any():
        return None
    returns = np.diff(np.log(table), axis=0)
    years = (days[-1] - days[0]).days / DAYS_OF_YEAR
    matrix = returns.T @ returns / years
    return Covariance(tuple(assets), tuple(tuple(map(float, row)) for row in matrix), len(days))
