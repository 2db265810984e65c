"""The decision in floats: what the optimiser and the checker of its certificate both compute from.

Amounts in dollars; lots are sorted by asset. `gain` is the gain per dollar sold and `sale_cost` what a dollar sold costs apart from
the netted tax: trading cost, the later tax that it saves, and the whole tax where rates are linear.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import numpy as np

from taxlots import exact
from taxlots.decisions.instance import FederalTax, Instance, LinearTax, Lot, position_of
from taxlots.decisions.piece import Affine, Nets, Piece
from taxlots.decisions.regions import TaxModel, pieces, tax_model
from taxlots.decisions.risk import Variance, variance_of
from taxlots.rulebook import Rulebook, load

INFINITY = float("inf")
BOTH, SELL, BUY, HOLD = range(4)
SIDES = ("both", "sell", "buy", "hold")
LAST_DIGITS = 1e-9


@dataclass(frozen=True)
class Arrays:
    """One decision. Arrays run over assets, or over lots where it says so."""

    names: tuple[str, ...]
    price: np.ndarray
    held: np.ndarray
    target: np.ndarray
    band: np.ndarray
    tradable: np.ndarray
    buyable: np.ndarray
    exclusive: np.ndarray
    wash: np.ndarray
    buy_cost: np.ndarray
    lot_ids: tuple[str, ...]
    owner: np.ndarray
    value: np.ndarray
    gain: np.ndarray
    long: np.ndarray
    group: np.ndarray
    losing: np.ndarray
    sale_cost: np.ndarray
    rate: float
    money: float
    total: float
    drift_penalty: float
    aversion: float
    tracking: float
    turnover: float
    least: float
    variance: Variance | None
    tax: TaxModel | None
    carry_value: float
    pay_from_cash: bool
    most_drift: float = INFINITY
    most_tax: float = INFINITY  # beyond the tax without any trade

    def limited(self, most_drift: float) -> "Arrays":
        """The same decision under another limit of drift; nothing that is computed of it depends on that."""
        other = replace(self, most_drift=most_drift)
        vars(other).update(vars(self) | {"most_drift": most_drift})
        return other

    @cached_property
    def distance(self) -> np.ndarray:
        """Held less target: the drift before any trade, in dollars."""
        return self.held - self.target

    @cached_property
    def rounding(self) -> float:
        """Dollars that rounding may add to or take from a sum: sums of many lots of a large portfolio end no nearer to 0."""
        return 1e-9 * max(1.0, abs(self.total))

    @cached_property
    def weight(self) -> float:
        """Cost of a squared dollar of tracking variance."""
        return self.aversion / self.total if self.variance is not None and self.total > 0 else 0.0

    @cached_property
    def most_bought(self) -> float:
        """What all money could buy if everything were sold."""
        return max(0.0, (self.money + (1 - self.rate) * float(self.value.sum())) / (1 + self.rate))

    @cached_property
    def net_lots(self) -> dict[str, np.ndarray]:
        """The nets of the year with the lots (a mask) that count in each; the 28 % group only where a sale moves it."""
        if self.tax is None:
            none = np.zeros(len(self.owner), dtype=bool)
            return {"short": none, "long": none}
        counted = {"short": ~self.long, "long": self.long}
        return counted | {"group": self.group} if self.tax.group.sold else counted

    @cached_property
    def box(self) -> tuple[float, float, float, float, float, float]:
        """Least and most that the short-term and the long-term net and the 28 % group can become."""
        if self.tax is None:
            return (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        moved = self.gain * self.value
        low, high = np.minimum(moved, 0.0), np.maximum(moved, 0.0)
        counted = self.net_lots.values()
        lower, upper = (nets_from(self.tax.starts, [float(end[mask].sum()) for mask in counted]) for end in (low, high))
        return (lower[0], upper[0], lower[1], upper[1], lower[2], upper[2])

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The pieces of the tax; one empty piece where rates are linear."""
        return (LINEAR,) if self.tax is None else tuple(pieces(self.tax))

    def federal(self, nets: Nets) -> tuple[float, float]:
        """Tax and loss carried at the year's nets: the least of the pieces that hold there; zeros where rates are linear."""
        if self.tax is None:
            return 0.0, 0.0
        point = np.array([nets])
        slack = 1e-7 * (1.0 + sum(map(abs, nets)))
        return min((float(p.tax(point)[0]), p.carried.at(nets)) for p in self.pieces if p.holds(nets, slack))

    @cached_property
    def start(self) -> tuple[float, float]:
        """Tax and loss carried without any trade."""
        return (0.0, 0.0) if self.tax is None else self.federal(self.tax.starts)

    @cached_property
    def due(self) -> float:
        """The tax that a rise is counted from: no less than the exact one, so that no plan's rise is overstated by a lower bound of it."""
        return 0.0 if self.tax is None else max(self.start[0], self.tax.due)

    @cached_property
    def menu(self) -> np.ndarray:
        """Which of BOTH, SELL, BUY and HOLD an asset may choose from (assets x 4); one entry means no choice.

        Without a minimum trade HOLD is part of the others, and without any rule of choice BOTH holds everything.
        """
        menu = np.zeros((len(self.names), 4), dtype=bool)
        sellable = self.by_asset(self.value)
        rebuyable = self.by_asset(np.where(self.losing & self.wash[self.owner], 0.0, self.value))
        losing = self.by_asset(np.where(self.losing, 1.0, 0.0)) > 0
        least = max(self.least, 0.0)
        worth = least * (1 - LAST_DIGITS)  # what lots are that are worth the minimum trade but for their last digits
        if least > 0:
            payable = least <= min(self.most_bought, self.turnover) + self.rounding
            menu[:, HOLD], menu[:, BUY] = True, payable
            menu[:, SELL] = (sellable >= worth) & (least <= self.turnover + self.rounding)
            menu[:, BOTH] = ~self.exclusive & (rebuyable >= worth) & payable & (2 * least <= self.turnover + self.rounding)
        else:
            menu[:, SELL] = (self.exclusive | (self.wash & losing)) & (sellable > 0)
            menu[:, BUY] = self.exclusive & (sellable > 0)
            menu[:, BOTH] = ~menu[:, BUY]
        # What may not be bought sells, or stays where nothing of it is held or not enough for a sale.
        only_sold = ~self.buyable
        enough = sellable >= worth if least > 0 else sellable > 0
        menu[only_sold, BOTH] = menu[only_sold, BUY] = False
        menu[only_sold, SELL] = enough[only_sold]
        menu[only_sold, HOLD] = ~enough[only_sold] | (least > 0)
        menu[~self.tradable] = (False, False, False, True)
        outside = np.abs(self.distance) > self.band + self.rounding
        alone = menu.sum(axis=1) == 1
        menu[:, HOLD] &= ~outside | alone
        return menu

    def specific_of(self, asset: np.ndarray) -> np.ndarray:
        """Specific variance of these assets; zeros without a model."""
        return np.zeros(len(asset)) if self.variance is None else self.variance.specific[asset]

    def by_asset(self, per_lot: np.ndarray) -> np.ndarray:
        """Sum per asset of an amount per lot."""
        return np.bincount(self.owner, per_lot, minlength=len(self.names))


def nets_from(starts: Nets, moved: Sequence[float]) -> Nets:
    """The nets after what sales move each by; where the 28 % group is not counted, it stays."""
    return starts[0] + moved[0], starts[1] + moved[1], starts[2] + (moved[2] if len(moved) > 2 else 0.0)


LINEAR = Piece("rates by lot", (), Affine(), ())


def arrays(instance: Instance, rulebook: Rulebook | None = None) -> Arrays:
    """The arrays of a checked instance."""
    assets, number = instance.assets, {a.asset: n for n, a in enumerate(instance.assets)}
    lots = sorted(instance.lots, key=lambda lot: number[lot.asset])
    owner = np.array([number[lot.asset] for lot in lots], dtype=np.int64)
    price = _floats(a.price for a in assets)
    value = _floats(lot.quantity for lot in lots) * price[owner] if lots else np.zeros(0)
    basis = _floats(lot.basis for lot in lots)
    rate = float(instance.trading_cost_bps) / 1e4
    money = float(instance.cash + instance.contribution - instance.withdrawal)
    total = money + float(value.sum())
    losing = _losing(instance, lots)
    taxed = _taxed(instance.tax, lots, (basis / value, losing), rate, rulebook)
    tracking = instance.max_tracking_error
    return Arrays(
        names=tuple(a.asset for a in assets),
        price=price,
        held=np.bincount(owner, value, minlength=len(assets)),
        target=_floats(a.target for a in assets) * total,
        band=np.array([INFINITY if a.band is None else float(a.band) * total for a in assets]),
        tradable=np.array([not a.restricted for a in assets], dtype=bool),
        buyable=np.array([not a.not_bought for a in assets], dtype=bool),
        exclusive=np.full(len(assets), instance.exclusive_sides),
        wash=np.array([instance.wash_sales if a.wash_sales is None else a.wash_sales for a in assets], dtype=bool),
        buy_cost=np.full(len(assets), rate),
        lot_ids=tuple(lot.lot_id for lot in lots),
        owner=owner,
        value=value,
        long=np.array([lot.term == "long" for lot in lots], dtype=bool),
        group=np.array([lot.in_group for lot in lots], dtype=bool),
        rate=rate,
        money=money,
        total=total,
        drift_penalty=float(instance.drift_penalty),
        aversion=float(instance.risk_aversion),
        tracking=INFINITY if tracking is None else float(tracking) * total,
        turnover=INFINITY if instance.max_turnover is None else float(instance.max_turnover) * total,
        least=float(instance.min_trade),
        variance=None if instance.risk is None else variance_of(instance.risk, len(assets)),
        gain=taxed.gain,
        losing=losing,
        sale_cost=taxed.sale_cost,
        tax=taxed.tax,
        carry_value=taxed.carry_value,
        pay_from_cash=taxed.pay_from_cash,
    )


def _floats(amounts: Iterable[Decimal]) -> np.ndarray:
    return np.array([float(amount) for amount in amounts])


class _Taxed(NamedTuple):
    """What depends on the tax model."""

    gain: np.ndarray
    sale_cost: np.ndarray
    tax: TaxModel | None = None
    carry_value: float = 0.0
    pay_from_cash: bool = False


def _taxed(
    tax: LinearTax | FederalTax, lots: Sequence[Lot], held: tuple[np.ndarray, np.ndarray], rate: float, rulebook: Rulebook | None
) -> _Taxed:
    """By the tax model; `held`: the basis per dollar of value, and whether a sale loses."""
    share, losing = held
    if isinstance(tax, FederalTax):
        gain = 1.0 - rate - share
        model = tax_model(position_of(tax), rulebook or load(), collectibles_sold=any(lot.in_group for lot in lots))
        cost = rate - float(tax.future_rate) * gain
        return _Taxed(gain, cost, model, float(tax.carryforward_value), tax.pay_from_cash)
    gain = 1.0 - share
    rates = np.array([float(tax.long_rate if lot.term == "long" else tax.short_rate) for lot in lots])
    on_loss = np.array([0.0 if lot.wash_flag else 1.0 for lot in lots])
    factor = np.where(losing, on_loss * (float(tax.loss_utilization) - float(tax.future_recapture)), 1.0)
    return _Taxed(gain, rate + gain * rates * factor)


def _losing(instance: Instance, lots: Sequence[Lot]) -> np.ndarray:
    """Whether each lot sells at a loss, decided exactly: a lot bought at today's price has neither gain nor loss."""
    price = {a.asset: a.price for a in instance.assets}
    with exact.exactly():
        kept = 1 - instance.trading_cost_bps / 10000 if isinstance(instance.tax, FederalTax) else 1
        return np.array([kept * price[lot.asset] * lot.quantity < lot.basis for lot in lots], dtype=bool)
