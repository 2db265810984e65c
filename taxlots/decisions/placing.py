"""Where purchases are made: in the accounts that have the money, so that none has to be moved.

A sale's money stays in the account of the sale. Cash that is in no account (`cash` under [rebalance], a contribution) can go to any.
A purchase goes to the account that holds the asset, as far as its money reaches, and from there to the one with most.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from taxlots import exact
from taxlots.decisions.plan import Trade
from taxlots.decisions.policies import LOT_STEP
from taxlots.decisions.portfolio import ZERO, Portfolio

ANYWHERE = ""


def placed(portfolio: Portfolio, trades: Sequence[Trade]) -> tuple[list[Trade], list[str]]:
    """The trades with each purchase divided over the accounts that pay for it; and what has to be moved all the same."""
    with exact.exactly():
        money = _Money(portfolio)
        result: list[Trade] = []
        for day in sorted({trade.on or portfolio.today for trade in trades}):
            mine = [t for t in trades if (t.on or portfolio.today) == day]
            for trade in mine:
                if trade.lot and trade.account not in portfolio.deferred:
                    money.of[trade.account] = money.of.get(trade.account, ZERO) + trade.value * (1 - portfolio.cost_rate)
            money.settle()
            for trade in mine:
                fixed = trade.lot is not None or trade.account in portfolio.deferred
                result += [trade] if fixed else money.divided(trade)
        return result, money.notes()


class _Money:
    """What each taxable account has to spend, and what can go anywhere."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.of = dict(portfolio.account_cash)
        self.of[ANYWHERE] = portfolio.spendable - sum(self.of.values(), ZERO)
        self.moved: dict[str, Decimal] = {}

    def settle(self) -> None:
        """A withdrawal or reserve beyond the free cash is taken where most is."""
        while self.of[ANYWHERE] < 0:
            rich = max((name for name in self.of if name != ANYWHERE), key=lambda name: (self.of[name], name), default=None)
            if rich is None or self.of[rich] <= 0:
                return
            taken = min(self.of[rich], -self.of[ANYWHERE])
            self.of[rich] -= taken
            self.of[ANYWHERE] += taken

    def divided(self, trade: Trade) -> list[Trade]:
        """Parts of a purchase by account; the last part may need money from elsewhere."""
        price, rate = self.portfolio.prices[trade.asset], 1 + self.portfolio.cost_rate
        step = Decimal(1) if self.portfolio.is_whole(trade.asset) else LOT_STEP
        home = self._home(trade)
        left, parts = trade.quantity, []
        for name in [home, *sorted(set(self.of) - {home, ANYWHERE}, key=lambda name: (-self.of[name], name))]:
            free = self._free(name)
            quantity = min(left, (free / (price * rate)).quantize(step, ROUND_DOWN, exact.CONTEXT))
            if quantity > 0:
                self._spend(name, quantity * price * rate)
                parts.append(replace(trade, account=name, quantity=quantity, value=quantity * price))
                left -= quantity
        return self._with_rest(trade, parts, left) if left else parts

    def _home(self, trade: Trade) -> str:
        return trade.account or max(sorted(set(self.of) - {ANYWHERE}), key=self.of.__getitem__, default=ANYWHERE)

    def _spend(self, name: str, amount: Decimal) -> None:
        own = min(amount, max(ZERO, self.of.get(name, ZERO)))
        self.of[name] = self.of.get(name, ZERO) - own
        self.of[ANYWHERE] -= amount - own

    def _free(self, name: str) -> Decimal:
        """What an account can pay without another one: its own money and what can go anywhere."""
        own = ZERO if name == ANYWHERE else max(ZERO, self.of.get(name, ZERO))
        return own + max(ZERO, self.of[ANYWHERE])

    def _with_rest(self, trade: Trade, parts: list[Trade], left: Decimal) -> list[Trade]:
        """The part for which no account has the money by itself, where least is missing; rounding alone is not worth a word."""
        price, need = self.portfolio.prices[trade.asset], left * self.portfolio.prices[trade.asset] * (1 + self.portfolio.cost_rate)
        name = max(sorted(set(self.of) - {ANYWHERE}), key=self._free, default=ANYWHERE)
        moved = max(ZERO, need - self._free(name))
        for payer in [name, ANYWHERE, *sorted(set(self.of) - {name, ANYWHERE}, key=lambda one: (-self.of[one], one))]:
            taken = min(max(ZERO, self.of.get(payer, ZERO)), need)
            self.of[payer] = self.of.get(payer, ZERO) - taken
            need -= taken
        if moved > 1:
            self.moved[name] = self.moved.get(name, ZERO) + moved
        quantity = left + sum((part.quantity for part in parts if part.account == name), ZERO)
        others = [part for part in parts if part.account != name]
        return [*others, replace(trade, account=name, quantity=quantity, value=quantity * price)]

    def notes(self) -> list[str]:
        return [
            f"{exact.cents(amount)} have to be moved to {name or 'an account'} for its purchases" for name, amount in self.moved.items()
        ]
