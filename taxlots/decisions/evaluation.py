"""The exact figures of a plan for an instance: objective, terms and constraints, without the optimiser.

Tax, cost and drift are exact decimals by the same `tax_due` as the reports; the variance is computed in floats, as its model is given.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from math import sqrt

import numpy as np

from taxlots import exact
from taxlots.decisions.instance import Asset, FederalTax, Instance, LinearTax, Lot, position_of
from taxlots.decisions.risk import Variance, variance_of
from taxlots.rulebook import Rulebook
from taxlots.tax import TaxDue, TaxPosition, tax_due

ZERO = Decimal(0)
TOLERANCE = Decimal("1e-7")


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Terms of the objective (dollars, minimised) and the constrained figures; `broken` says in words what is not kept."""

    tax: Decimal
    trading_cost: Decimal
    risk: Decimal
    drift: Decimal
    cash: Decimal
    turnover: Decimal
    tracking_error: float | None
    broken: tuple[str, ...]

    @property
    def objective(self) -> Decimal:
        """The sum of the terms."""
        with exact.exactly():
            return self.tax + self.trading_cost + self.risk + self.drift


@dataclass(frozen=True)
class Evaluator:
    """Scores plans of one instance."""

    instance: Instance
    rulebook: Rulebook | None = None

    @cached_property
    def prices(self) -> Mapping[str, Decimal]:
        """Price per asset."""
        return {a.asset: a.price for a in self.instance.assets}

    @cached_property
    def lots(self) -> Mapping[str, Lot]:
        """Lots by id."""
        return {lot.lot_id: lot for lot in self.instance.lots}

    @cached_property
    def rate(self) -> Decimal:
        """Trading cost per dollar."""
        return self.instance.trading_cost_bps / 10000

    @cached_property
    def held(self) -> Mapping[str, Decimal]:
        """Market value per asset."""
        with exact.exactly():
            values = dict.fromkeys(self.prices, ZERO)
            for lot in self.instance.lots:
                values[lot.asset] += lot.quantity * self.prices[lot.asset]
            return values

    @cached_property
    def money(self) -> Decimal:
        """Cash with the contribution, less the withdrawal."""
        with exact.exactly():
            return self.instance.cash + self.instance.contribution - self.instance.withdrawal

    @cached_property
    def total(self) -> Decimal:
        """V, before costs."""
        with exact.exactly():
            return self.money + sum(self.held.values(), ZERO)

    @cached_property
    def _distance(self) -> Mapping[str, Decimal]:
        """Held less target per asset."""
        with exact.exactly():
            return {a.asset: self.held[a.asset] - a.target * self.total for a in self.instance.assets}

    @cached_property
    def variance(self) -> Variance | None:
        """The variance model."""
        return None if self.instance.risk is None else variance_of(self.instance.risk, len(self.prices))

    @cached_property
    def position(self) -> TaxPosition | None:
        """The tax position; None where rates are linear."""
        return position_of(self.instance.tax) if isinstance(self.instance.tax, FederalTax) else None

    @cached_property
    def before(self) -> TaxDue | None:
        """The tax without any trade."""
        return None if self.position is None else tax_due(self.position, self.rulebook)

    @property
    def minimum_tax(self) -> float:
        """Today's alternative minimum tax, US dollars: an instance leaves it out, and no plan saves more than all of it."""
        return 0.0 if self.before is None else float(self.before.amt)

    def evaluate(self, sells: Mapping[str, Decimal], buys: Mapping[str, Decimal]) -> Evaluated:
        """Figures of selling these quantities by lot and buying these by asset. Raises KeyError for an unknown lot or asset."""
        with exact.exactly():
            sold, bought = dict.fromkeys(self.prices, ZERO), dict.fromkeys(self.prices, ZERO)
            gains: dict[str, Decimal] = {}
            for lot_id, quantity in sells.items():
                value, gains[lot_id] = self._sale(self.lots[lot_id], quantity)
                sold[self.lots[lot_id].asset] += value
            for asset, quantity in buys.items():
                bought[asset] += quantity * self.prices[asset]
            away = {asset: distance + bought[asset] - sold[asset] for asset, distance in self._distance.items()}
            traded = sum(sold.values(), ZERO) + sum(bought.values(), ZERO)
            tax, paid = self._tax(gains)
            cash = self.money + sum(sold.values(), ZERO) - sum(bought.values(), ZERO) - self.rate * traded - max(ZERO, paid)
            variance = self._variance(away)
            risk = ZERO if variance is None else self.instance.risk_aversion * self.total * Decimal(variance)
            found = Evaluated(
                tax=tax,
                trading_cost=self.rate * traded,
                risk=risk,
                drift=self.instance.drift_penalty * sum(map(abs, away.values()), ZERO),
                cash=cash,
                turnover=traded / self.total if self.total > 0 else ZERO,
                tracking_error=None if variance is None else sqrt(max(0.0, variance)),
                broken=(),
            )
            return replace(found, broken=tuple(self._broken(found, gains, (sold, bought, away))))

    def _variance(self, away: Mapping[str, Decimal]) -> float | None:
        if self.variance is None or self.total <= 0:
            return None
        return self.variance.of(np.array([float(value / self.total) for value in away.values()]))

    def gain(self, lot: Lot, quantity: Decimal) -> Decimal:
        """Gain of a sale: after the selling cost under the federal model, before it where rates are linear."""
        with exact.exactly():
            return self._gain(lot, quantity)

    def _sale(self, lot: Lot, quantity: Decimal) -> tuple[Decimal, Decimal]:
        """Value and gain; those of whole lots are kept, since most plans of one instance sell the same ones."""
        if quantity != lot.quantity:
            return quantity * self.prices[lot.asset], self._gain(lot, quantity)
        if lot.lot_id not in self._whole_lots:
            self._whole_lots[lot.lot_id] = quantity * self.prices[lot.asset], self._gain(lot, quantity)
        return self._whole_lots[lot.lot_id]

    @cached_property
    def _whole_lots(self) -> dict[str, tuple[Decimal, Decimal]]:
        return {}

    def _gain(self, lot: Lot, quantity: Decimal) -> Decimal:
        return self._kept * self.prices[lot.asset] * quantity - lot.basis * quantity / lot.quantity

    @cached_property
    def _kept(self) -> Decimal:
        """What counts of a dollar sold for the gain."""
        return 1 - self.rate if isinstance(self.instance.tax, FederalTax) else Decimal(1)

    def _tax(self, gain_of: Mapping[str, Decimal]) -> tuple[Decimal, Decimal]:
        """The tax term, and the tax to be paid from cash."""
        tax = self.instance.tax
        if isinstance(tax, LinearTax):
            return sum((_linear(tax, self.lots[lot_id], gain) for lot_id, gain in gain_of.items()), ZERO), ZERO
        if self.position is None or self.before is None:
            raise TypeError("the federal model has a position")
        short = long = group = ZERO
        for lot_id, gain in gain_of.items():
            lot = self.lots[lot_id]
            short, long = (short, long + gain) if lot.term == "long" else (short + gain, long)
            group += gain if lot.in_group else ZERO
        now = self.position
        year = replace(now, short_term=now.short_term + short, long_term=now.long_term + long, collectibles=now.collectibles + group)
        after = tax_due(year, self.rulebook)
        more = due_now(after) - due_now(self.before)
        term = more - tax.carryforward_value * (carried(after) - carried(self.before)) - tax.future_rate * (short + long)
        return term, more if tax.pay_from_cash else ZERO

    def _broken(
        self,
        found: Evaluated,
        gains: Mapping[str, Decimal],
        by_asset: tuple[Mapping[str, Decimal], Mapping[str, Decimal], Mapping[str, Decimal]],
    ) -> Iterator[str]:
        one, slack = self.instance, TOLERANCE * max(Decimal(1), abs(self.total))
        if found.cash < -slack:
            yield f"cash ends at {found.cash:.6f}"
        if one.max_turnover is not None and found.turnover > one.max_turnover + TOLERANCE:
            yield f"turnover {found.turnover:.8f} exceeds {one.max_turnover}"
        if one.max_tracking_error is not None and found.tracking_error is not None:
            limit = float(one.max_tracking_error)
            if found.tracking_error > limit * (1 + 1e-6) + 1e-9:
                yield f"tracking error {found.tracking_error:.8f} exceeds {limit}"
        whole = {name: self._gain(self.lots[name], self.lots[name].quantity) for name in gains}
        losing = {self.lots[name].asset for name, gain in gains.items() if gain and whole[name] < 0}
        for asset in one.assets:
            sold, bought, away = (part[asset.asset] for part in by_asset)
            yield from self._broken_by(asset, (sold, bought, away), asset.asset in losing)

    def _broken_by(self, asset: Asset, moved: tuple[Decimal, Decimal, Decimal], losing: bool) -> Iterator[str]:  # noqa: FBT001  a fact of the asset
        """What an asset's dollars sold, bought and away from the target do not keep."""
        one, slack = self.instance, TOLERANCE * max(Decimal(1), abs(self.total))
        sold, bought, away = moved
        covered = one.wash_sales if asset.wash_sales is None else asset.wash_sales
        if asset.restricted and (sold or bought):
            yield f"{asset.asset} is restricted and traded"
        if asset.not_bought and bought:
            yield f"{asset.asset} is bought, which may be sold only"
        if asset.band is not None and abs(away) > asset.band * self.total + slack:
            yield f"{asset.asset} ends {away:.2f} from its target, outside its band"
        if one.exclusive_sides and sold and bought:
            yield f"{asset.asset} is both bought and sold"
        if covered and bought and losing:
            yield f"{asset.asset} is bought and sold at a loss"
        if any(0 < side < one.min_trade - slack for side in (sold, bought)):
            yield f"a trade of {asset.asset} is below the minimum of {one.min_trade}"


def due_now(due: TaxDue) -> Decimal:
    """The tax that an instance counts: without the alternative minimum tax."""
    return due.total - due.amt


def carried(due: TaxDue) -> Decimal:
    """The loss carried to the next year."""
    return due.carryover_short + due.carryover_long


def _linear(tax: LinearTax, lot: Lot, gain: Decimal) -> Decimal:
    rate = tax.long_rate if lot.term == "long" else tax.short_rate
    if gain >= 0:
        return gain * rate
    return ZERO if lot.wash_flag else gain * rate * (tax.loss_utilization - tax.future_recapture)
