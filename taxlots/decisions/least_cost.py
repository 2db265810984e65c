"""Alternatives whose lots the optimiser chooses: the least tax for given sales by asset, and the least cost of raising a sum."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from taxlots import exact
from taxlots.decisions.instance import Instance
from taxlots.decisions.optimise import WEIGHT, instance_of, rounded_trades, solve_instance
from taxlots.decisions.plan import Trade
from taxlots.decisions.policies import completed, to_targets, unsold, worth_while
from taxlots.decisions.portfolio import ZERO, Portfolio
from taxlots.decisions.search import Effort

QUICK = Effort(aim=1e-6, enough=1e-4, patience=5e5, most=5e6)
SNUG = Decimal("1e-9")
Answer = tuple[list[Trade], list[str]]


def full_min_tax(portfolio: Portfolio) -> Answer:
    """To the targets, with the lots whose sale costs least in this year's netting."""
    changes = to_targets(portfolio)
    sales = worth_while(portfolio, cheapest_sales(portfolio, {asset: -change for asset, change in changes.items() if change < 0}))
    return completed(portfolio, changes, sales, unsold(portfolio, changes, sales))


def cheapest_sales(portfolio: Portfolio, sold: Mapping[str, Decimal]) -> list[Trade]:
    """Of each asset so many dollars, as far as they may be sold, from the lots that together cost least."""
    with exact.exactly():
        base = instance_of(portfolio)
        held = dict.fromkeys(sold, ZERO)
        lots = tuple(lot for lot in base.lots if lot.asset in sold)
        for lot in lots:
            held[lot.asset] += lot.quantity * portfolio.prices[lot.asset]
        total = sum(held.values(), ZERO)
        if total <= 0:
            return []
        wished = {asset: WEIGHT.divide(max(ZERO, held[asset] - sold[asset]), total) for asset in held}
        assets = tuple(
            msgspec.structs.replace(one, target=wished[one.asset], band=SNUG, not_bought=True, restricted=False)
            for one in base.assets
            if held.get(one.asset)
        )
        return _solved(portfolio, _bare(base, assets=assets, lots=lots, cash=ZERO, contribution=ZERO, withdrawal=ZERO))


def _bare(base: Instance, **changes: object) -> Instance:
    """The decision without a cost of drift."""
    return msgspec.structs.replace(base, drift_penalty=ZERO, risk=None, risk_aversion=ZERO, **({"min_trade": ZERO} | changes))


def _solved(portfolio: Portfolio, instance: Instance) -> list[Trade]:
    return rounded_trades(portfolio, solve_instance(portfolio, instance, QUICK))


def withdraw(portfolio: Portfolio) -> Answer:
    """The withdrawal raised by the sales that cost least, tax and carried losses included; nothing is bought."""
    terms = portfolio.terms
    if terms.withdrawal <= 0:
        return [], ["no withdrawal is set: give `withdrawal` under [rebalance]"]
    if portfolio.spendable >= 0:
        return [], [f"the cash covers the withdrawal of {exact.cents(terms.withdrawal)}"]
    base = instance_of(portfolio)
    with exact.exactly():
        free = sum((lot.quantity * portfolio.prices[lot.asset] for lot in base.lots), ZERO)
        needed = max(-portfolio.spendable / (1 - portfolio.cost_rate), terms.min_trade)
        total = portfolio.spendable + free
        if total <= 0:
            return [], []
        turnover = WEIGHT.divide(needed * (1 + SNUG), total)
    assets = tuple(msgspec.structs.replace(one, not_bought=True) for one in base.assets)
    return _solved(portfolio, _bare(base, assets=assets, max_turnover=turnover, min_trade=terms.min_trade)), []
