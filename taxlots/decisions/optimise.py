"""The proven best plan of a portfolio: its decision as an instance, the instance's optimum, and that rounded to lot units.

The optimiser computes in floats; its answer is rounded and scored exactly, and the certificate says how far the exact score lies from
the bound. The certificate carries the instance, so that `taxlots verify-plan` can check it from the document alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

import numpy as np

from taxlots import exact
from taxlots.decisions.arrays import arrays
from taxlots.decisions.evaluation import Evaluator
from taxlots.decisions.instance import Asset, FederalTax, Instance, Lot
from taxlots.decisions.plan import Certificate, Trade
from taxlots.decisions.policies import LOT_STEP
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.score import cash_after, purchase, sale
from taxlots.decisions.search import Search
from taxlots.decisions.solution import Proven, document, proof_of, proven, shifted_base
from taxlots.decisions.wash_window import wash_sale_applies
from taxlots.tax import TaxPosition

WHOLE_LOT = 1e-7
DUST = 1e-6
ASSUMPTIONS = (
    "trading cost is linear in the value traded",
    "alternative minimum tax is outside the bound; the exact score includes it",
    "collectibles are taxed like other long-term gains inside the bound",
    "cash is pooled over all accounts",
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
    instance = instance_of(portfolio)
    if not instance.assets:
        return Solved({}, {}, 0.0, instance, Proven(0.0, ()))
    data = arrays(instance, portfolio.rulebook)
    found = Search(data).run()
    if found.moves is None:
        return Solved(None, {}, -float("inf"), instance, Proven(float("inf"), ()))
    bound = found.bound + shifted_base(data, Evaluator(instance, portfolio.rulebook))
    hold = data.drift_penalty * float(np.abs(data.distance).sum())
    sold = {data.lot_ids[n]: float(found.moves.sold[n]) for n in np.flatnonzero(found.moves.sold > DUST)}
    bought = {data.names[n]: float(found.moves.bought[n]) for n in np.flatnonzero(found.moves.bought > DUST)}
    return Solved(sold, bought, hold - bound, instance, Proven(bound, proof_of(data, found)))


def instance_of(portfolio: Portfolio) -> Instance:
    """The decision as a problem file; what has no price is left out, for it can't be traded."""
    terms = portfolio.terms
    priced = [asset for asset in portfolio.assets if portfolio.prices[asset] > 0]
    covered = {lot.asset for lot in portfolio.lots if wash_sale_applies(portfolio, lot)}
    lots = tuple(
        Lot(lot.lot_id, lot.asset, lot.quantity, lot.basis, "long" if lot.long_term else "short") for lot in portfolio.lots if lot.tradable
    )
    return Instance(
        assets=tuple(Asset(name, portfolio.prices[name], portfolio.target(name).weight, wash_sales=name in covered) for name in priced),
        lots=lots,
        tax=FederalTax(portfolio.position.year, _fields(portfolio.position), terms.carryforward_value, terms.future_rate),
        name=f"rebalance of {portfolio.today}",
        cash=terms.cash,
        contribution=terms.contribution,
        withdrawal=terms.withdrawal,
        drift_penalty=terms.drift_penalty,
        trading_cost_bps=terms.trading_cost_bps,
        min_trade=terms.min_trade,
    )


def _fields(position: TaxPosition) -> dict[str, object]:
    """The position's fields that say something, amounts as exact text."""
    values = {f.name: getattr(position, f.name) for f in fields(position)}
    return {name: exact.plain(v) if isinstance(v, Decimal) else v for name, v in values.items() if v is not None and v != 0}


def certificate(portfolio: Portfolio, solved: Solved, trades: Sequence[Trade], score: Decimal) -> Certificate:
    """What is proven of a plan with these trades and this exact score."""
    reached = float(score)
    sells = {t.lot.lot_id: t.quantity for t in trades if t.lot}
    buys = {t.asset: t.quantity for t in trades if not t.lot}
    solution = proven(Evaluator(solved.instance, portfolio.rulebook), sells, buys, solved.proof)
    gap = max(0.0, solved.bound - reached) / max(1.0, abs(reached))
    return Certificate(solved.bound, gap, ASSUMPTIONS, solved.instance, document(solution))


def rounded_trades(portfolio: Portfolio, solved: Solved) -> list[Trade]:
    """The trades of a solution in lot units; none where nothing was feasible."""
    if solved.sold is None:
        return []
    by_id = {lot.lot_id: lot for lot in portfolio.lots}
    trades = [
        sale(portfolio, by_id[name], quantity) for name, value in solved.sold.items() if (quantity := _lot_units(by_id[name], value)) > 0
    ]
    return trades + _purchases(portfolio, trades, solved.bought)


def _lot_units(lot: HeldLot, value: float) -> Decimal:
    """Units to sell for a value; the whole lot where the rest would be dust."""
    with exact.exactly():
        whole = float(lot.value)
        if value >= whole * (1 - WHOLE_LOT):
            return lot.quantity
        quantity = (Decimal(value) / lot.price).quantize(LOT_STEP, ROUND_HALF_EVEN)
        return min(lot.quantity, quantity)


def _purchases(portfolio: Portfolio, sales: Sequence[Trade], bought: dict[str, float]) -> list[Trade]:
    """Purchases rounded down to units, and once more where the money does not quite reach."""
    with exact.exactly():
        money = cash_after(portfolio, sales) / (1 + portfolio.cost_rate)
        wanted = {asset: Decimal(value) for asset, value in bought.items()}
        needed = sum(wanted.values(), Decimal(0))
        factor = min(Decimal(1), max(Decimal(0), money) / needed) if needed else Decimal(1)
        trades = []
        for asset, value in wanted.items():
            quantity = (value * factor / portfolio.prices[asset]).quantize(LOT_STEP, ROUND_DOWN)
            if quantity > 0:
                trades.append(purchase(portfolio, asset, quantity))
        return trades
