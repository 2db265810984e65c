"""A lower bound of the cost of every plan, from a handful of prices: what makes the optimum checkable without a solver.

Take the constraints that couple assets (cash, turnover, tracking error, the year's gains, paying the tax from cash) out of the problem and
charge a price for each. What is left separates: each asset chooses its own best sales and purchases, and the tax its own best
gains. The sum of these minima is a lower bound for any prices at all (Lagrangian relaxation; weak duality), and with the right prices it
is the optimum of the linear program over the convex hull of each asset's choices.
"""

from dataclasses import dataclass

import numpy as np

from taxlots.decisions.arrays import BOTH, BUY, HOLD, INFINITY, SELL, Arrays
from taxlots.decisions.corners import Corners


@dataclass(frozen=True, slots=True)
class Prices:
    """Per dollar: of cash, of turnover, of a short- and a long-term gain, of drift; `paid` of tax paid from cash, `capped` of limited tax.

    `group` is per dollar of gain on collectibles, beside the price of a long-term gain.
    `tracking` is per squared dollar of tracking variance, and `exposure` the distance from the targets (dollars per asset) at which
    the variance that assets share is linearised.
    """

    cash: float = 0.0
    turnover: float = 0.0
    short: float = 0.0
    long: float = 0.0
    paid: float = 0.0
    tracking: float = 0.0
    drift: float = 0.0
    exposure: np.ndarray | None = None
    capped: float = 0.0
    group: float = 0.0

    def clipped(self) -> "Prices":
        """The same with the signs that the bound needs; prices from a solver can be a hair off."""
        cash, turnover, tracking, drift, capped = (
            max(price, 0.0) for price in (self.cash, self.turnover, self.tracking, self.drift, self.capped)
        )
        paid = min(max(self.paid, 0.0), cash)
        return Prices(cash, turnover, self.short, self.long, paid, tracking, drift, self.exposure, capped, self.group)


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The bound in dollars, and what each option costs each asset (assets x 4; infinite where it is not on the menu)."""

    bound: float
    options: np.ndarray


@dataclass(frozen=True, slots=True)
class Charged:
    """What prices make of everything but the tax: the same for every piece, menu and limit of drift, so computed once.

    `options` is what each option costs each asset, whatever its menu; `whole` the bound's part without tax where all of them are open.
    """

    prices: Prices
    fixed: float
    options: np.ndarray
    whole: float

    def relaxed(self, arrays: Arrays, corners: Corners, menu: np.ndarray) -> Relaxed:
        """The bound over one piece of the tax and the options in `menu`, with what each option costs."""
        return Relaxed(self.bound(arrays, corners, menu), np.where(menu, self.options, INFINITY))

    def bound(self, arrays: Arrays, corners: Corners, menu: np.ndarray) -> float:
        """The bound over one piece of the tax and the options in `menu`, in dollars."""
        prices = self.prices
        total = self.whole if menu is arrays.menu else self.fixed + _least_options(self.options, menu)
        if prices.drift:
            total -= prices.drift * arrays.most_drift
        if arrays.tax is not None:
            pays = (prices.short, prices.long, prices.group)
            charged_tax = prices.paid + prices.capped
            total += corners.least(pays, 1.0 + charged_tax, arrays.carry_value) - charged_tax * arrays.due
            total -= prices.capped * arrays.most_tax if prices.capped else 0.0
            starts = zip(pays, arrays.tax.starts, strict=True)
            total += sum(price * start for price, start in starts) - base_value(arrays)
        return total


def charged(arrays: Arrays, prices: Prices) -> Charged:
    """The prices, with what they make of each option of each asset."""
    prices = prices.clipped()
    fixed, slope = _shared_variance(arrays, prices)
    fixed -= prices.cash * arrays.money
    if prices.turnover:
        fixed -= prices.turnover * arrays.turnover
    options = _option_costs(arrays, prices, slope)
    return Charged(prices, fixed, options, fixed + _least_options(options, arrays.menu))


def _least_options(options: np.ndarray, menu: np.ndarray) -> float:
    return float(np.where(menu, options, INFINITY).min(axis=1).sum())


def relaxed(arrays: Arrays, corners: Corners, prices: Prices, menu: np.ndarray) -> Relaxed:
    """The bound that the prices prove over one piece of the tax and the options in `menu`."""
    return charged(arrays, prices).relaxed(arrays, corners, menu)


def base_value(arrays: Arrays) -> float:
    """Tax less value of the loss carried, without any trade: what the objective is compared with."""
    tax, carried = arrays.start
    return tax - arrays.carry_value * carried


def _shared_variance(arrays: Arrays, prices: Prices) -> tuple[float, np.ndarray]:
    """Constant and slope per asset of the tangent to the shared part of the variance."""
    weight = arrays.weight + prices.tracking
    fixed = -prices.tracking * arrays.tracking**2 if prices.tracking else 0.0
    if arrays.variance is None or prices.exposure is None or not weight:
        return fixed, np.zeros(len(arrays.names))
    common = arrays.variance.common(prices.exposure)
    return fixed - weight * float(prices.exposure @ common), 2 * weight * common


@dataclass(frozen=True, slots=True)
class _Curve:
    """The cost of an asset's distance d from its target: `penalty |d| + square d^2 + slope d`, within the band up to rounding."""

    penalty: float
    square: np.ndarray
    slope: np.ndarray
    band: np.ndarray
    rounding: float

    def at(self, rows: np.ndarray, distance: np.ndarray) -> np.ndarray:
        return self.penalty * np.abs(distance) + (self.square[rows] * distance + self.slope[rows]) * distance

    def least(self, rows: np.ndarray, low: np.ndarray, high: np.ndarray, tilt: np.ndarray) -> np.ndarray:
        """The least of the curve plus `tilt * d` over `low <= d <= high` within the band; infinite where that is empty."""
        band = self.band[rows]
        low, high = np.maximum(low, -band), np.minimum(high, band)
        empty = low > high + self.rounding
        high = np.maximum(low, high)
        best = np.full(len(rows), INFINITY)
        candidates = [np.zeros(len(rows)), low, high]
        if self.square.any():
            twice = 2 * self.square[rows]
            for sign in (self.penalty, -self.penalty):
                with np.errstate(divide="ignore", invalid="ignore"):
                    candidates.append(np.nan_to_num(-(self.slope[rows] + tilt + sign) / twice, nan=0.0, posinf=0.0, neginf=0.0))
        for candidate in candidates:
            point = np.clip(candidate, low, high)
            np.minimum(best, self.at(rows, point) + tilt * point, out=best)
        best[empty] = INFINITY
        return best


def _option_costs(arrays: Arrays, prices: Prices, slope: np.ndarray) -> np.ndarray:
    """The least cost of each option for each asset, by itself; of the options that some asset has on its menu."""
    count = len(arrays.names)
    square = np.zeros(count)
    if arrays.variance is not None:
        square = (arrays.weight + prices.tracking) * arrays.variance.specific
    curve = _Curve(arrays.drift_penalty + prices.drift, square, slope, arrays.band, arrays.rounding)
    rate = arrays.rate
    buy = arrays.buy_cost + prices.cash * (1 + rate) + prices.turnover
    gains = np.where(arrays.long, np.where(arrays.group, prices.long + prices.group, prices.long), prices.short)
    sale = arrays.sale_cost + gains * arrays.gain - prices.cash * (1 - rate) + prices.turnover
    order = np.lexsort((sale, arrays.owner))
    rebuyable = np.where(arrays.losing & arrays.wash[arrays.owner], 0.0, arrays.value)
    everyone = np.arange(count)
    start, least = arrays.distance, np.full(count, arrays.least)
    options = np.full((count, 4), INFINITY)
    listed = {kind for kind in range(4) if arrays.menu[:, kind].any()}
    if listed & {HOLD, SELL}:
        options[:, HOLD] = curve.least(everyone, start, start, np.zeros(count))
    if BUY in listed:
        options[:, BUY] = curve.least(everyone, start + least, start + arrays.most_bought, buy) - buy * start
    if SELL in listed:
        all_lots = _Ladder(arrays.owner[order], sale[order], arrays.value[order], count)
        options[:, SELL] = np.minimum(all_lots.least_cost(curve, start, least, least), np.where(least > 0, INFINITY, options[:, HOLD]))
    if BOTH in listed:
        some = _Ladder(arrays.owner[order], sale[order], rebuyable[order], count)
        options[:, BOTH] = _both(curve, some, (start, least), (buy, arrays.most_bought))
    return options


def _both(curve: _Curve, lots: "_Ladder", held: tuple[np.ndarray, np.ndarray], purchase: tuple[np.ndarray, float]) -> np.ndarray:
    """The cheapest mix of selling and buying per asset. `held`: distance and least trade; `purchase`: cost of a dollar, and the most."""
    (start, least), (buy, most) = held, purchase
    everyone = np.arange(len(start))
    # Lots that cost less to sell than to buy back are sold in any case.
    sold = np.minimum(np.maximum(lots.profitable(-buy), least), lots.total)
    bought = lots.cost_of(sold) + curve.least(everyone, start + least - sold, start + most, buy) - buy * (start - sold)
    best = np.minimum(bought, lots.least_cost(curve, start + least, sold, np.zeros(len(start))) + buy * least)
    best[lots.total < least - curve.rounding] = INFINITY
    return best


class _Ladder:
    """The lots of each asset, cheapest to sell first: selling s dollars costs the area under the first s dollars."""

    def __init__(self, owner: np.ndarray, cost: np.ndarray, value: np.ndarray, count: int) -> None:
        self.owner, self.cost, self.value, self.count = owner, cost, value, count
        self.total = np.bincount(owner, value, minlength=count)
        running = np.cumsum(value)
        first = np.searchsorted(owner, np.arange(count))
        offset = np.concatenate(([0.0], running))[first]
        self.before = running - value - offset[owner]
        spent = np.cumsum(cost * value)
        paid = np.concatenate(([0.0], spent))[first]
        self.spent_before = spent - cost * value - paid[owner]

    def profitable(self, limit: np.ndarray) -> np.ndarray:
        """Dollars per asset that cost less than a limit each."""
        return np.bincount(self.owner, np.where(self.cost < limit[self.owner], self.value, 0.0), minlength=self.count)

    def cost_of(self, sold: np.ndarray) -> np.ndarray:
        """The cost per asset of selling that many dollars, cheapest first."""
        taken = np.clip(sold[self.owner] - self.before, 0.0, self.value)
        return np.bincount(self.owner, taken * self.cost, minlength=self.count)

    def least_cost(self, curve: _Curve, start: np.ndarray, least: np.ndarray, required: np.ndarray) -> np.ndarray:
        """Per asset the least of sale cost and curve over all sums sold from `least` on, where d is `start` less the sum."""
        owner = self.owner
        low = start[owner] - self.before - self.value
        high = start[owner] - np.maximum(self.before, least[owner])
        tilt = -self.cost
        fixed = self.spent_before + self.cost * (start[owner] - self.before)
        found = curve.least(owner, low, high, tilt) + fixed
        found[self.value <= 0] = INFINITY
        best = np.full(self.count, INFINITY)
        np.minimum.at(best, owner, found)
        best[self.total < required - curve.rounding] = INFINITY
        return best
