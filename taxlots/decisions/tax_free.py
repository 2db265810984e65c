"""As near to the targets as costs no tax this year, and no more in trading than that is worth.

It is the optimiser's answer under a limit of the year's tax, where drift and trading cost outweigh all else; of equally good plans the
cheapest. Losses are realised for it where they make room, also of assets that are bought back, where no wash sale bars that. Without a
price of cost it would sell and buy back at no loss but the cost itself, again and again, since that cost is a loss too.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

import msgspec

from taxlots import exact
from taxlots.decisions.least_cost import QUICK
from taxlots.decisions.optimise import instance_of, rounded_purchases, rounded_sales, solve_instance
from taxlots.decisions.plan import Trade
from taxlots.decisions.policies import LOT_STEP, barred_by_wash_sale, in_units, to_targets, worth_while
from taxlots.decisions.portfolio import ZERO, Portfolio
from taxlots.decisions.score import position_with, sale
from taxlots.tax import tax_due

# More than a dollar traded can cost or save in tax, so that drift and trading cost decide and tax only between equals.
OUTWEIGHS = Decimal(100)
LEAST_WORTH = Decimal("0.02")
TRADES = 3  # dollars traded for a dollar less out of place: a sale and its purchase bring two, so that each costs less than it brings
LEFT_OUT = "alternative minimum tax is left out of the search for what can be sold free of tax, so a little more may be possible"


def zero_tax(portfolio: Portfolio) -> tuple[list[Trade], list[str]]:
    """As near to the targets as costs no tax this year."""
    instance = msgspec.structs.replace(instance_of(portfolio), drift_penalty=OUTWEIGHS, risk=None, risk_aversion=ZERO)
    cost_weight = float(OUTWEIGHS / worth_of_drift(portfolio))
    solved = solve_instance(portfolio, instance, QUICK, most_tax=0.0, cost_weight=cost_weight)
    sales = _free(portfolio, rounded_sales(portfolio, solved))
    barred = barred_by_wash_sale(portfolio, sales)
    bought = {asset: value for asset, value in solved.bought.items() if asset not in barred}
    with exact.exactly():
        excess = sum((-change for change in to_targets(portfolio).values() if change < 0), ZERO)
        trades = [*sales, *rounded_purchases(portfolio, sales, bought)]
        left = _above(portfolio, trades)
    if not excess or left <= 1:
        return trades, []
    note = f"{exact.cents(left)} stay above their targets: selling them would be taxed this year"
    return trades, [note, LEFT_OUT] if _minimum_tax(portfolio, rounded_sales(portfolio, solved)) else [note]


def _minimum_tax(portfolio: Portfolio, sales: Sequence[Trade]) -> bool:
    """Whether the minimum tax is due today or by the sales that the linear programs chose without it."""
    return any(tax_due(position_with(portfolio.position, part), portfolio.rulebook).amt > 0 for part in ((), sales))


def worth_of_drift(portfolio: Portfolio) -> Decimal:
    """The trading cost that a dollar less out of place may have: the setting's price of drift, and enough for any direct trade."""
    return max(portfolio.terms.drift_penalty, TRADES * portfolio.cost_rate + LEAST_WORTH)


def _above(portfolio: Portfolio, trades: Sequence[Trade]) -> Decimal:
    """What stays above the targets after the trades."""
    changes = to_targets(portfolio)
    for trade in trades:
        changes[trade.asset] -= trade.value if trade.side == "buy" else -trade.value
    return sum((-change for change in changes.values() if change < 0), ZERO)


def _free(portfolio: Portfolio, sales: Sequence[Trade]) -> list[Trade]:
    """The sales without what the exact tax finds taxed: a last unit by rounding, or what the linear programs leave out.

    That is the alternative minimum tax. Gains give way, most gain per dollar first.
    """
    kept = worth_while(portfolio, in_units(portfolio, sales))
    if _untaxed(portfolio, kept):
        return kept
    gains = sorted((t for t in kept if t.gain > 0), key=lambda t: (t.gain / t.value, t.lot.lot_id if t.lot else ""))
    losses = [t for t in kept if t.gain <= 0]
    low, high = 0, len(gains) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _untaxed(portfolio, [*losses, *gains[:middle]]) else (low, middle - 1)
    rest = [*losses, *gains[:low]]
    # What is left of an asset may be less than the minimum trade: then its losses go as well, and the gains are looked at again.
    return _free(portfolio, [*rest, *_part(portfolio, rest, gains[low])])


def _part(portfolio: Portfolio, others: Sequence[Trade], trade: Trade) -> list[Trade]:
    """As much of a sale as is free of tax beside the others."""
    if trade.lot is None:
        return []
    step = Decimal(1) if portfolio.is_whole(trade.asset) else LOT_STEP
    low, high = 0, int((trade.quantity / step).to_integral_value(ROUND_DOWN))
    while low < high:
        middle = (low + high + 1) // 2
        free = _untaxed(portfolio, [*others, sale(portfolio, trade.lot, middle * step)])
        low, high = (middle, high) if free else (low, middle - 1)
    return [sale(portfolio, trade.lot, low * step)] if low else []


def _untaxed(portfolio: Portfolio, sales: Sequence[Trade]) -> bool:
    after = position_with(portfolio.position, sales)
    return tax_due(after, portfolio.rulebook).total <= tax_due(portfolio.position, portfolio.rulebook).total
