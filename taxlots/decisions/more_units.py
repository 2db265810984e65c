"""What rounding down to whole units leaves of the money: further units, one after the other, as long as the score rises.

A purchase moves no tax, so what a unit adds to the score is its trading cost and the cost of drift alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal

import msgspec

from taxlots import exact
from taxlots.decisions.placing import placed
from taxlots.decisions.plan import Trade
from taxlots.decisions.policies import LOT_STEP, barred_by_wash_sale
from taxlots.decisions.portfolio import ZERO, Portfolio
from taxlots.decisions.score import away, purchase

LEAST_GAIN = Decimal("0.01")  # dollars of score for which a further purchase is worth its place
MOST_PER_ASSET = 4


def with_more_units(portfolio: Portfolio, trades: Sequence[Trade]) -> list[Trade]:
    """The trades with further purchases where the money suffices and the score rises; as they are where nothing is traded whole.

    An account's money stays in it: a unit that no account can pay by itself is not added.
    """
    if not portfolio.terms.whole_units:
        return list(trades)
    with exact.exactly():
        return _Units(portfolio, trades).filled()


class _Units:
    """Purchases so far, the money that is left and how far each asset is from its target."""

    def __init__(self, portfolio: Portfolio, trades: Sequence[Trade]) -> None:
        self.sales = [trade for trade in trades if trade.lot]
        self.bought = {trade.asset: trade.quantity for trade in trades if not trade.lot}
        self.portfolio, self.settled = portfolio, _settled(portfolio, self.sales)
        self.gaps = away(portfolio, trades)
        barred = barred_by_wash_sale(portfolio, self.sales)
        self.assets = [asset for asset in portfolio.assets if portfolio.can_buy(asset) and asset not in barred]
        self.moved = self._moves(self.bought)

    def filled(self) -> list[Trade]:
        """Adds what raises the score most, again and again."""
        for _ in range(MOST_PER_ASSET * len(self.assets)):
            found = next((one for one in sorted(self._candidates(), reverse=True) if self._moves(self._with(*one[1:])) <= self.moved), None)
            if found is None:
                break
            _, asset, quantity = found
            self.bought = self._with(asset, quantity)
            self.gaps[asset] += quantity * self.portfolio.prices[asset]
        return [*self.sales, *self._purchases(self.bought)]

    def _candidates(self) -> Iterator[tuple[Decimal, str, Decimal]]:
        """Rise of the score, asset and further units: one where it is traded whole, else what is wished and can be paid."""
        terms, rate = self.portfolio.terms, 1 + self.portfolio.cost_rate
        spent = sum((quantity * self.portfolio.prices[asset] for asset, quantity in self.bought.items()), ZERO) * rate
        money, before = self.settled.spendable - spent, self._cost(self.gaps)
        for asset in self.assets:
            price = self.portfolio.prices[asset]
            least = ZERO if asset in self.bought else terms.min_trade
            if self.portfolio.is_whole(asset):
                quantity = max(Decimal(1), (least / price).to_integral_value(ROUND_CEILING))
            else:
                quantity = (min(money / rate, -self.gaps[asset]) / price).quantize(LOT_STEP, ROUND_DOWN)
            value = quantity * price
            if quantity <= 0 or value < least or value * rate > money:
                continue
            after = self._cost({**self.gaps, asset: self.gaps[asset] + value})
            rise = before - after - value * self.portfolio.cost_rate
            if rise >= LEAST_GAIN:
                yield rise, asset, quantity

    def _cost(self, gaps: Mapping[str, Decimal]) -> Decimal:
        """The cost of drift, as the score has it."""
        portfolio = self.portfolio
        cost = portfolio.terms.drift_penalty * sum(map(abs, gaps.values()), ZERO)
        if portfolio.covariance is None or portfolio.total <= 0:
            return cost
        return cost + portfolio.aversion * Decimal(portfolio.covariance.variance(gaps)) / portfolio.total

    def _with(self, asset: str, quantity: Decimal) -> dict[str, Decimal]:
        return {**self.bought, asset: self.bought.get(asset, ZERO) + quantity}

    def _purchases(self, bought: Mapping[str, Decimal]) -> list[Trade]:
        return [purchase(self.portfolio, asset, quantity) for asset, quantity in bought.items()]

    def _moves(self, bought: Mapping[str, Decimal]) -> int:
        """For how many accounts money would have to be moved."""
        return len(placed(self.settled, self._purchases(bought))[1])


def _settled(portfolio: Portfolio, sales: Sequence[Trade]) -> Portfolio:
    """The portfolio with the money of the sales in the accounts of the sales, so that they need not be gone through again."""
    cash = dict(portfolio.account_cash)
    for trade in sales:
        cash[trade.account] = cash.get(trade.account, ZERO) + trade.value * (1 - portfolio.cost_rate)
    gained = sum(cash.values(), ZERO) - sum(portfolio.account_cash.values(), ZERO)
    terms = msgspec.structs.replace(portfolio.terms, cash=portfolio.terms.cash + gained)
    return replace(portfolio, account_cash=cash, terms=terms)
