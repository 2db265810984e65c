"""Tax-deferred accounts first: what trades inside them bring each nearest to the targets, since they are not taxed.

Each account is its own pool of cash: nothing moves in or out. The trades of each are the optimum by trading cost and drift alone, given
what the other accounts hold; the taxable accounts then start from what is left to do.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import msgspec

from taxlots import exact
from taxlots.decisions.instance import LinearTax
from taxlots.decisions.optimise import instance_of, rounded_trades, solve_instance
from taxlots.decisions.plan import Trade
from taxlots.decisions.portfolio import ZERO, Portfolio
from taxlots.decisions.score import figures, sale
from taxlots.decisions.wash_window import wash_sale_applies

_ELSEWHERE = ""


def deferred_trades(portfolio: Portfolio) -> list[Trade]:
    """The trades inside tax-deferred accounts; none where they would not pay."""
    trades: list[Trade] = []
    for account in portfolio.deferred:
        found = [_of(portfolio, trade, account) for trade in _inside(after(portfolio, trades, keep=account), account)]
        if found and figures(portfolio, [*trades, *found]).score > figures(portfolio, trades).score:
            trades += found
    return trades


def after(portfolio: Portfolio, trades: Sequence[Trade], keep: str | None = None) -> Portfolio:
    """The portfolio once these trades in tax-deferred accounts are done; what those hold (but for `keep`) is fixed.

    A loss on what they bought is not realised beside it: it would be lost for good (26 USC 1091, Rev. Rul. 2008-5).
    """
    if not portfolio.deferred:
        return portfolio
    with exact.exactly():
        fixed, cash = dict(portfolio.fixed), dict(portfolio.deferred)
        for lot in portfolio.lots:
            if not lot.taxed and lot.account != keep:
                fixed[lot.asset] = fixed.get(lot.asset, ZERO) + lot.value
        for trade in trades:
            sign = 1 if trade.side == "buy" else -1
            fixed[trade.asset] = fixed.get(trade.asset, ZERO) + sign * trade.value
            cash[trade.account] -= sign * trade.value + portfolio.cost_rate * trade.value
        paid = portfolio.paid + portfolio.cost_rate * sum((trade.value for trade in trades), ZERO)
    lots = tuple(lot for lot in portfolio.lots if lot.taxed or lot.account == keep)
    bought = {trade.asset for trade in trades if trade.side == "buy"}
    at_a_loss = (lot for lot in lots if lot.asset in bought and sale(portfolio, lot, lot.quantity).gain < 0)
    lost = tuple(lot.lot_id for lot in at_a_loss if wash_sale_applies(portfolio, lot))
    terms = msgspec.structs.replace(portfolio.terms, never_sell=(*portfolio.terms.never_sell, *lost))
    return replace(portfolio, lots=lots, fixed=fixed, deferred=cash, terms=terms, paid=paid)


def _inside(portfolio: Portfolio, account: str) -> list[Trade]:
    """The best trades of one account by cost and drift; its lots stand among those of the portfolio."""
    with exact.exactly():
        mine = tuple(replace(lot, taxed=True) for lot in portfolio.lots if not lot.taxed)
        fixed = dict(portfolio.fixed)
        for lot in (lot for lot in portfolio.lots if lot.taxed):
            fixed[lot.asset] = fixed.get(lot.asset, ZERO) + lot.value
        cash = portfolio.deferred[account]
        elsewhere = portfolio.money + sum(portfolio.deferred.values(), ZERO) - cash
    zero = Decimal(0)
    terms = msgspec.structs.replace(portfolio.terms, cash=cash, contribution=zero, withdrawal=zero, cash_reserve=zero)
    alone = replace(portfolio, lots=mine, fixed=fixed, terms=terms, deferred={_ELSEWHERE: elsewhere}, account_cash={})
    instance = msgspec.structs.replace(instance_of(alone), tax=LinearTax(short_rate=zero, long_rate=zero), wash_sales=False)
    free = tuple(msgspec.structs.replace(asset, wash_sales=False) for asset in instance.assets)
    return rounded_trades(alone, solve_instance(alone, msgspec.structs.replace(instance, assets=free)))


def _of(portfolio: Portfolio, trade: Trade, account: str) -> Trade:
    """The trade with its own lot and account."""
    lot = next((lot for lot in portfolio.lots if trade.lot and lot.lot_id == trade.lot.lot_id), None)
    return sale(portfolio, lot, trade.quantity) if lot else replace(trade, account=account)
