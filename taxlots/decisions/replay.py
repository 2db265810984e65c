"""A policy over a history of prices, on lots that are really held: what it would have traded, paid in tax and cost, and be worth.

Days are those on which every asset has a price. Trades are at the day's price, with the trading cost of the settings; the tax that a
year's trades add to the year without them (losses carried over included) is paid from the cash at the beginning of the next year, and
where the cash does not reach, the lots that cost least are sold. Everything is exact, by the functions that plan and tax today.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import msgspec
import numpy as np

from taxlots import exact
from taxlots.decisions.alternatives import ALTERNATIVES
from taxlots.decisions.deferred import after, deferred_trades
from taxlots.decisions.least_cost import withdraw
from taxlots.decisions.plan import Trade
from taxlots.decisions.policy import Policy
from taxlots.decisions.portfolio import ZERO, Acquisition, HeldLot, Portfolio
from taxlots.decisions.wash_window import days_of, wash_sale_applies
from taxlots.lots.holding import day_of, long_term_days
from taxlots.tax import TaxDue, TaxPosition, tax_due

_NOON = time(12, tzinfo=UTC)
_TRADES = {one.name: one.trades for one in ALTERNATIVES}


@dataclass(frozen=True)
class History:
    """Days with a price of every asset, in order; prices per day by asset, in home currency."""

    days: tuple[date, ...]
    prices: tuple[Mapping[str, Decimal], ...]


@dataclass(frozen=True)
class Begin:
    """What every policy begins with: the portfolio of the first day, and the position of each year without the replayed trades."""

    portfolio: Portfolio
    base: Callable[[int], TaxPosition]


@dataclass(frozen=True, slots=True)
class Step:
    """A day on which was traded: why, and the trades."""

    day: date
    why: str
    trades: tuple[Trade, ...]


@dataclass(slots=True)
class Replayed:
    """What a policy came to. `values`: cash and market value at the end of each day; amounts in home currency."""

    policy: Policy
    values: list[Decimal] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    taxes: dict[int, Decimal] = field(default_factory=dict)
    costs: Decimal = ZERO
    traded: Decimal = ZERO
    deferred_losses: int = 0
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    end: Decimal = ZERO
    liquidation_tax: Decimal = ZERO
    liquidation_cost: Decimal = ZERO

    @property
    def end_after_tax(self) -> Decimal:
        """The value once everything is sold and all tax is paid."""
        with exact.exactly():
            return self.end - self.liquidation_tax - self.liquidation_cost


def replay(begin: Begin, policy: Policy, history: History) -> Replayed:
    """The policy over the whole history.

    Raises:
        TaxlotsError: RULE_MISSING for a year that the rules do not cover.
    """
    with exact.exactly():
        return _Run(begin, policy, history).done()


class _Run:
    """One policy on its way: lots, cash, and the gains of the running year."""

    def __init__(self, begin: Begin, policy: Policy, history: History) -> None:
        self.begin, self.policy, self.history = begin, policy, history
        start = begin.portfolio
        self.lots = {(lot.account, lot.lot_id): lot for lot in start.lots}
        self.cash, self.deferred = start.terms.cash, dict(start.deferred)
        self.year = history.days[0].year
        self.gains = {"short": ZERO, "long": ZERO, "collectibles": ZERO}
        self.carried = {"short": ZERO, "long": ZERO}  # beyond what is carried without the replayed trades
        self.looked: date | None = None
        self.acted = history.days[0]
        self.loss_sales: dict[str, date] = {}
        self.bought: list[Acquisition] = []
        self.result = Replayed(policy)

    def done(self) -> Replayed:
        for day, prices in zip(self.history.days, self.history.prices, strict=True):
            if day.year > self.year:
                self._close_years(day)
            if self.cash < 0:
                self._raise_cash(day, prices)
            self._look(day, prices)
            self.result.values.append(self._value(prices))
        self._end()
        return self.result

    def _look(self, day: date, prices: Mapping[str, Decimal]) -> None:
        """Act where the policy does today."""
        looks, self.looked = self.policy.looks(day, self.looked), day
        if not looks:
            return
        values = self._by_asset(prices)
        total = sum(values.values(), self.cash) + sum(self.deferred.values(), ZERO)
        if total <= 0:
            return
        weights = {asset: exact.CONTEXT.divide(value, total) for asset, value in values.items()}
        why = self.policy.due(day, self.acted, weights, self.begin.portfolio.targets)
        if not why or self.policy.alternative is None:
            return
        portfolio = self._portfolio(day, prices)
        first = deferred_trades(portfolio)
        trades, _ = _TRADES[self.policy.alternative](after(portfolio, first))
        self.acted = day
        self._apply(Step(day, why, (*first, *trades)), portfolio)

    def _raise_cash(self, day: date, prices: Mapping[str, Decimal]) -> None:
        """The tax of the year before was more than the cash: the sales that cost least."""
        portfolio = self._portfolio(day, prices)
        short = msgspec.structs.replace(portfolio.terms, cash=ZERO, withdrawal=-self.cash, min_trade=ZERO)
        trades, _ = withdraw(after(replace(portfolio, terms=short), ()))
        self._apply(Step(day, "the tax of the year before was more than the cash", tuple(trades)), portfolio)

    def _apply(self, step: Step, portfolio: Portfolio) -> None:
        if not step.trades:
            return
        for trade in sorted(step.trades, key=lambda one: one.side != "sell"):
            cost = trade.value * portfolio.cost_rate
            self.result.costs += cost
            self.result.traded += trade.value
            paid = (trade.value if trade.side == "sell" else -trade.value) - cost
            if trade.account in self.deferred:
                self.deferred[trade.account] += paid
            else:
                self.cash += paid
            if trade.lot:
                self._sold(trade, portfolio, step.day)
            else:
                self._bought(trade, portfolio, step.day)
        self.result.steps.append(step)

    def _sold(self, trade: Trade, portfolio: Portfolio, day: date) -> None:
        lot = self.lots.pop((trade.account, trade.lot.lot_id)) if trade.lot else None
        if lot is None:
            return
        left = lot.quantity - trade.quantity
        basis_sold = trade.value * (1 - portfolio.cost_rate) - trade.gain if lot.taxed else lot.unit_basis * trade.quantity
        if left > 0:
            self.lots[lot.account, lot.lot_id] = replace(lot, quantity=left, basis=lot.basis - basis_sold)
        self.gains[trade.term] += trade.gain
        if lot.asset_class == "collectible" and trade.term == "long":
            self.gains["collectibles"] += trade.gain
        if trade.gain < 0 and wash_sale_applies(portfolio, lot):
            self.loss_sales[lot.asset] = day
            self.result.deferred_losses += any(one.asset == lot.asset for one in portfolio.acquired)

    def _bought(self, trade: Trade, portfolio: Portfolio, day: date) -> None:
        number = len(self.bought) + 1
        turns = day_of(int(long_term_days(np.array([(day - date(1970, 1, 1)).days]))[0]))
        deferred = trade.account in self.deferred
        lot = HeldLot(
            lot_id=f"replay-{number}",
            asset=trade.asset,
            asset_class=portfolio.classes.get(trade.asset, "digital"),
            account=trade.account,
            quantity=trade.quantity,
            basis=exact.to_decimal(exact.to_units(trade.value * (1 + portfolio.cost_rate))),
            price=portfolio.prices[trade.asset],
            acquired=datetime.combine(day, _NOON),
            long_term_on=turns,
            long_term=False,
            order=len(self.begin.portfolio.lots) + number,
            taxed=not deferred,
        )
        self.lots[lot.account, lot.lot_id] = lot
        self.bought.append(Acquisition(day, "buy", lot.lot_id, lot.account, lot.asset, lot.quantity))
        sold = self.loss_sales.get(trade.asset)
        if sold is not None and day - sold <= days_of(portfolio.rulebook, day):
            self.result.deferred_losses += 1

    def _portfolio(self, day: date, prices: Mapping[str, Decimal]) -> Portfolio:
        start = self.begin.portfolio
        lots = (replace(lot, price=prices[lot.asset], long_term=day >= lot.long_term_on) for lot in self.lots.values())
        since = day - days_of(start.rulebook, day)
        return replace(
            start,
            today=day,
            lots=tuple(lots),
            prices=prices,
            terms=msgspec.structs.replace(start.terms, cash=self.cash),
            position=self._position(self.gains),
            deferred=self.deferred,
            acquired=tuple(one for one in self.bought if one.day >= since),
        )

    def _position(self, gains: Mapping[str, Decimal]) -> TaxPosition:
        """The running year's position with these gains, and with what the replay carried into it."""
        base = self.begin.base(self.year)
        return replace(
            base,
            short_term=base.short_term + gains["short"],
            long_term=base.long_term + gains["long"],
            collectibles=base.collectibles + gains["collectibles"],
            carryover_short=max(ZERO, base.carryover_short + self.carried["short"]),
            carryover_long=max(ZERO, base.carryover_long + self.carried["long"]),
        )

    def _added(self, gains: Mapping[str, Decimal]) -> tuple[Decimal, TaxDue, TaxDue]:
        """What these gains and the carryovers add to the running year's tax, with the tax with and without them."""
        rulebook = self.begin.portfolio.rulebook
        due, without = tax_due(self._position(gains), rulebook), tax_due(self.begin.base(self.year), rulebook)
        return due.total - without.total, due, without

    def _close_years(self, day: date) -> None:
        while self.year < day.year:
            added, due, without = self._added(self.gains)
            self.result.taxes[self.year] = added
            self.cash -= added
            self.carried = {
                "short": due.carryover_short - without.carryover_short,
                "long": due.carryover_long - without.carryover_long,
            }
            self.gains = dict.fromkeys(self.gains, ZERO)
            self.year += 1

    def _end(self) -> None:
        """The running year's tax so far, and what selling everything on the last day would cost."""
        day, prices = self.history.days[-1], self.history.prices[-1]
        added, _, _ = self._added(self.gains)
        self.result.taxes[self.year] = added
        values = self._by_asset(prices)
        market = sum(values.values(), ZERO)
        self.result.end = market + self.cash + sum(self.deferred.values(), ZERO) - added
        if self.result.end > 0:
            self.result.weights = {asset: exact.CONTEXT.divide(value, self.result.end) for asset, value in values.items()}
        rate, sold = self.begin.portfolio.cost_rate, dict(self.gains)
        for lot in self.lots.values():
            gain = lot.quantity * prices[lot.asset] * (1 - rate) - lot.basis
            if lot.taxed:
                term = "long" if day >= lot.long_term_on else "short"
                sold[term] += gain
                sold["collectibles"] += gain if term == "long" and lot.asset_class == "collectible" else ZERO
        self.result.liquidation_tax = self._added(sold)[0] - added
        self.result.liquidation_cost = market * rate

    def _by_asset(self, prices: Mapping[str, Decimal]) -> dict[str, Decimal]:
        values = dict.fromkeys(self.begin.portfolio.assets, ZERO)
        for lot in self.lots.values():
            values[lot.asset] += lot.quantity * prices[lot.asset]
        return values

    def _value(self, prices: Mapping[str, Decimal]) -> Decimal:
        return sum(self._by_asset(prices).values(), self.cash) + sum(self.deferred.values(), ZERO)
