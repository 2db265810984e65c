"""The proven best plan of a portfolio: its decision as an instance, the instance's optimum, and that rounded to lot units.

The optimiser computes in floats; its answer is rounded and scored exactly, and the certificate says how far the exact score lies from
the bound. The certificate carries the instance, so that `taxlots verify-plan` can check it from the document alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from typing import Literal

import numpy as np

from taxlots import exact
from taxlots.decisions.arrays import arrays
from taxlots.decisions.costs import Moves, cost
from taxlots.decisions.evaluation import Evaluator
from taxlots.decisions.instance import Asset, FederalTax, Instance, Lot, Risk
from taxlots.decisions.plan import Certificate, Trade
from taxlots.decisions.policies import LOT_STEP, in_units, worth_while
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.score import cash_after, purchase, sale
from taxlots.decisions.search import Effort, Search
from taxlots.decisions.solution import Proven, document, proof_of, proven, shifted_base
from taxlots.decisions.wash_window import wash_sale_applies
from taxlots.tax import TaxPosition

WHOLE_LOT = 1e-7
DUST = 1e-6
ROUNDED = Decimal("1e-6")  # of a minimum trade, lost to rounding down to units
WEIGHT = Context(prec=34)
ASSUMPTIONS = (
    "trading cost is linear in the value traded",
    "of alternative minimum tax the bound takes that a plan adds none and could save all of today's; the exact score includes it",
    "a purchase may be divided over the taxable accounts that have the money, so that none has to be moved",
    "units are divisible",
    "a wash sale is barred, where the law would only defer its loss",
)


@dataclass(frozen=True, slots=True)
class Solved:
    """Sales and purchases of the optimum (in value, floats) with the bound of the score; `sold` None where nothing is feasible."""

    sold: dict[str, float] | None
    bought: dict[str, float]
    bound: float
    instance: Instance
    proof: Proven


def optimal_trades(portfolio: Portfolio) -> tuple[list[Trade], Solved]:
    """The best trades by lot, rounded to lot units, and what was solved. No trades where nothing is feasible."""
    solved = solve(portfolio)
    return rounded_trades(portfolio, solved), solved


def solve(portfolio: Portfolio) -> Solved:
    """The optimum over all plans of today."""
    return solve_instance(portfolio, instance_of(portfolio))


def solve_instance(
    portfolio: Portfolio, instance: Instance, effort: Effort | None = None, most_tax: float | None = None, cost_weight: float = 1.0
) -> Solved:
    """The optimum of a decision about this portfolio; of the plans whose tax this year rises by no more than `most_tax`, if it is given.

    A dollar of trading cost counts `cost_weight` dollars; the bound is that of the score only where it counts one.
    """
    if not instance.assets or not (instance.lots or instance.cash + instance.contribution > instance.withdrawal):
        short = instance.withdrawal - instance.cash - instance.contribution > 0
        nothing = None if short else dict[str, float]()
        return Solved(nothing, {}, -float("inf") if short else 0.0, instance, Proven(0.0, ()))
    data = arrays(instance, portfolio.rulebook)
    data = data if most_tax is None else replace(data, most_tax=most_tax)
    if cost_weight != 1:
        more = (cost_weight - 1) * data.rate
        data = replace(data, sale_cost=data.sale_cost + more, buy_cost=data.buy_cost + more)
    found = Search(data, effort).run()
    if found.moves is None:
        return Solved(None, {}, -float("inf"), instance, Proven(float("inf"), ()))
    evaluator = Evaluator(instance, portfolio.rulebook)
    bound = found.bound + shifted_base(data, evaluator)
    hold = cost(data, Moves(np.zeros(len(data.owner)), np.zeros(len(data.names))))
    sold = {data.lot_ids[n]: float(found.moves.sold[n]) for n in np.flatnonzero(found.moves.sold > DUST)}
    bought = {data.names[n]: float(found.moves.bought[n]) for n in np.flatnonzero(found.moves.bought > DUST)}
    return Solved(sold, bought, hold - bound + evaluator.minimum_tax, instance, Proven(bound, proof_of(data, found)))


def instance_of(portfolio: Portfolio) -> Instance:
    """The decision as a problem file.

    What has no price is left out, for it can't be traded; so are lots that may not be sold, tax-deferred cash and the reserve, which
    count in the targets' dollars only.
    """
    if "instance" not in portfolio.known:
        portfolio.known["instance"] = _instance(portfolio)
    found: Instance = portfolio.known["instance"]
    return found


def _instance(portfolio: Portfolio) -> Instance:
    terms = portfolio.terms
    priced = [asset for asset in portfolio.assets if portfolio.prices.get(asset, Decimal(0)) > 0]
    free = [lot for lot in portfolio.lots if portfolio.can_sell(lot)]
    total = _within(portfolio, free)
    share = WEIGHT.divide(total, portfolio.total) if portfolio.total > 0 and total > 0 else Decimal(1)
    risk = portfolio.covariance
    return Instance(
        assets=tuple(_assets(portfolio, priced, free, total)),
        lots=tuple(_lot(lot) for lot in free),
        tax=FederalTax(portfolio.position.year, _fields(portfolio.position), terms.carryforward_value, terms.future_rate),
        name=f"rebalance of {portfolio.today}",
        cash=terms.cash,
        contribution=terms.contribution,
        withdrawal=exact.CONTEXT.add(terms.withdrawal, terms.cash_reserve),
        drift_penalty=terms.drift_penalty,
        trading_cost_bps=terms.trading_cost_bps,
        min_trade=terms.min_trade,
        risk=None if risk is None else Risk(covariance=risk.of(priced)),
        risk_aversion=exact.CONTEXT.multiply(portfolio.aversion, share),
    )


def _lot(lot: HeldLot) -> Lot:
    term: Literal["short", "long"] = "long" if lot.long_term else "short"
    return Lot(lot.lot_id, lot.asset, lot.quantity, lot.basis, term, collectible=lot.asset_class == "collectible")


def _within(portfolio: Portfolio, free: Sequence[HeldLot]) -> Decimal:
    """V of the part that is decided about."""
    with exact.exactly():
        return portfolio.spendable + sum((lot.value for lot in free), Decimal(0))


def _assets(portfolio: Portfolio, priced: Sequence[str], free: Sequence[HeldLot], total: Decimal) -> Iterator[Asset]:
    """The assets with targets such that each is as many dollars away as in the whole portfolio."""
    covered = {lot.asset for lot in free if wash_sale_applies(portfolio, lot)}
    with exact.exactly():
        inside = dict.fromkeys(portfolio.assets, Decimal(0))
        for lot in free:
            inside[lot.asset] += lot.value
        for name in priced:
            weight = portfolio.target(name).weight
            if total not in {portfolio.total, 0}:
                weight = WEIGHT.divide(portfolio.target_value(name) - (portfolio.values[name] - inside[name]), total)
            buyable = portfolio.can_buy(name)
            idle = not buyable and not inside[name]
            yield Asset(name, portfolio.prices[name], weight, None, idle, name in covered, not buyable)


def _fields(position: TaxPosition) -> dict[str, object]:
    """The position's fields that say something, amounts as exact text."""
    values = {f.name: getattr(position, f.name) for f in fields(position)}
    return {name: exact.plain(v) if isinstance(v, Decimal) else v for name, v in values.items() if v is not None and v != 0}


def certificate(portfolio: Portfolio, solved: Solved, trades: Sequence[Trade], score: Decimal, before: Decimal) -> Certificate:
    """What is proven of a plan with these trades and this exact score, after trades in tax-deferred accounts that score `before`."""
    reached = float(score)
    sells = {t.lot.lot_id: t.quantity for t in trades if t.lot}
    buys: dict[str, Decimal] = {}
    for trade in (t for t in trades if not t.lot):
        buys[trade.asset] = exact.CONTEXT.add(buys.get(trade.asset, Decimal(0)), trade.quantity)
    solution = proven(Evaluator(solved.instance, portfolio.rulebook), sells, buys, solved.proof)
    gap = max(0.0, solved.bound - reached) / max(1.0, abs(reached + float(before)))
    return Certificate(solved.bound + float(before), gap, ASSUMPTIONS, solved.instance, document(solution), float(before))


def rounded_trades(portfolio: Portfolio, solved: Solved) -> list[Trade]:
    """The trades of a solution in lot units; none where nothing was feasible."""
    sales = rounded_sales(portfolio, solved)
    return sales + rounded_purchases(portfolio, sales, solved.bought)


def rounded_sales(portfolio: Portfolio, solved: Solved) -> list[Trade]:
    """The sales of a solution in lot units; none where nothing was feasible."""
    if solved.sold is None:
        return []
    by_id = {lot.lot_id: lot for lot in portfolio.lots}
    trades = [
        sale(portfolio, by_id[name], quantity) for name, value in solved.sold.items() if (quantity := _lot_units(by_id[name], value)) > 0
    ]
    return _enough(portfolio, in_units(portfolio, trades))


def _enough(portfolio: Portfolio, sales: list[Trade]) -> list[Trade]:
    """The sales, with a little more where rounding to units leaves the money short, or an asset below the minimum trade."""
    sold = {t.lot.lot_id: t for t in sales if t.lot}
    begun = [t.lot for t in sales if t.lot]
    others = (lot for lot in portfolio.lots if portfolio.is_whole(lot.asset) and portfolio.can_sell(lot) and lot.lot_id not in sold)
    lots = (*begun, *others)
    with exact.exactly():
        for lot in lots:
            if (missing := _missing(portfolio, sold)) <= 0:
                break
            _sell_more(portfolio, sold, lot, missing / (1 - portfolio.cost_rate))
        for asset in {t.asset for t in sold.values()} if portfolio.terms.min_trade else ():
            for lot in (lot for lot in lots if lot.asset == asset):
                value = sum((t.value for t in sold.values() if t.asset == asset), Decimal(0))
                if value >= portfolio.terms.min_trade:
                    break
                _sell_more(portfolio, sold, lot, portfolio.terms.min_trade - value)
        for account, asset in dict.fromkeys((lot.account, lot.asset) for lot in lots):
            if _missing(portfolio, sold) <= 0:
                break
            position = [lot for lot in portfolio.lots_of[asset] if lot.account == account]
            if all(map(portfolio.can_sell, position)):
                sold |= {lot.lot_id: sale(portfolio, lot, lot.quantity) for lot in position}
    return worth_while(portfolio, list(sold.values()))


def _missing(portfolio: Portfolio, sold: Mapping[str, Trade]) -> Decimal:
    """What the sales leave short of the reserve; below 0 what they leave above it."""
    return portfolio.terms.cash_reserve - cash_after(portfolio, list(sold.values()))


def _sell_more(portfolio: Portfolio, sold: dict[str, Trade], lot: HeldLot, missing: Decimal) -> None:
    """As many further units of the lot as bring the missing value, as far as it has so many."""
    step = Decimal(1) if portfolio.is_whole(lot.asset) else LOT_STEP
    before = sold[lot.lot_id].quantity if lot.lot_id in sold else Decimal(0)
    units = (missing / (lot.price * step)).to_integral_value(ROUND_CEILING)
    more = min(units, (lot.quantity - before) // step) * step
    if more > 0:
        sold[lot.lot_id] = sale(portfolio, lot, before + more)


def _lot_units(lot: HeldLot, value: float) -> Decimal:
    """Units to sell for a value; the whole lot where the rest would be dust."""
    with exact.exactly():
        whole = float(lot.value)
        if value >= whole * (1 - WHOLE_LOT):
            return lot.quantity
        quantity = (Decimal(value) / lot.price).quantize(LOT_STEP, ROUND_HALF_EVEN)
        return min(lot.quantity, quantity)


def rounded_purchases(portfolio: Portfolio, sales: Sequence[Trade], bought: dict[str, float]) -> list[Trade]:
    """Purchases rounded down to units, and once more where the money does not quite reach."""
    with exact.exactly():
        money = (cash_after(portfolio, sales) - portfolio.terms.cash_reserve) / (1 + portfolio.cost_rate)
        wanted = {asset: Decimal(value) for asset, value in bought.items()}
        needed = sum(wanted.values(), Decimal(0))
        factor = min(Decimal(1), max(Decimal(0), money) / needed) if needed else Decimal(1)
        trades = []
        for asset, value in wanted.items():
            step = Decimal(1) if portfolio.is_whole(asset) else LOT_STEP
            price, least = portfolio.prices[asset], portfolio.terms.min_trade
            quantity = (value * factor / price).quantize(step, ROUND_DOWN)
            if least * (1 - ROUNDED) <= quantity * price < least:
                quantity += step
            if quantity > 0 and quantity * price >= least:
                trades.append(purchase(portfolio, asset, quantity))
        return trades
