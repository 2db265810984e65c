"""The table of rebalance alternatives. Each is a function of the portfolio that returns trades and remarks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.explain import against_first_in, explained
from taxlots.decisions.harvest import paying_sales, round_trips
from taxlots.decisions.optimise import certificate, optimal_trades
from taxlots.decisions.plan import Plan, Trade
from taxlots.decisions.policies import (
    affordable,
    first_in,
    highest_basis,
    rebalanced,
    routed,
    to_bands,
    to_targets,
)
from taxlots.decisions.portfolio import ZERO, HeldLot, Portfolio
from taxlots.decisions.score import attributed, figures

Answer = tuple[list[Trade], list[str]]
SHORTFALL = Decimal("-0.01")
MOST_CONTRIBUTIONS = 240
OPTIMAL = "optimal"


@dataclass(frozen=True, slots=True)
class Alternative:
    """One row of the table."""

    name: str
    meaning: str
    trades: Callable[[Portfolio], Answer]


def hold(_portfolio: Portfolio) -> Answer:
    """No trade."""
    return [], []


def contribute(portfolio: Portfolio) -> Answer:
    """The contribution on the most underweight assets, nothing sold."""
    contribution = portfolio.terms.contribution
    if contribution <= 0:
        return [], ["no contribution is set: give `contribution` under [rebalance]"]
    notes: list[str] = []
    trades = affordable(portfolio, routed(portfolio, contribution), [], notes)
    return trades, [*notes, _contributions_needed(portfolio)]


def _contributions_needed(portfolio: Portfolio) -> str:
    """How many contributions of this size, at today's prices, until every asset is inside its band."""
    with exact.exactly():
        size = portfolio.terms.contribution
        values, total = dict(portfolio.values), portfolio.total
        for count in range(MOST_CONTRIBUTIONS + 1):
            gaps = {asset: portfolio.target(asset).weight * total - value for asset, value in values.items()}
            if all(abs(gap) <= portfolio.target(asset).band * total for asset, gap in gaps.items()):
                return f"{count} contributions of {exact.cents(size)} bring every asset into its band, at today's prices"
            values[max(gaps, key=lambda asset: gaps[asset])] += size
            total += size if count else ZERO  # the first one is in the total already
    return f"even {MOST_CONTRIBUTIONS} contributions of {exact.cents(size)} leave an asset outside its band"


def full_fifo(portfolio: Portfolio) -> Answer:
    """To the targets, earliest lots first."""
    return rebalanced(portfolio, to_targets(portfolio), first_in)


def full_hifo(portfolio: Portfolio) -> Answer:
    """To the targets, highest unit basis first."""
    return rebalanced(portfolio, to_targets(portfolio), highest_basis)


def bands(portfolio: Portfolio) -> Answer:
    """Only assets outside their band, back to its edge, highest unit basis first."""
    return rebalanced(portfolio, to_bands(portfolio), highest_basis)


def no_short_gains(portfolio: Portfolio) -> Answer:
    """To the targets without ever realising a short-term gain."""

    def allowed(lot: HeldLot) -> bool:
        return lot.long_term or lot.value * (1 - portfolio.cost_rate) <= lot.basis

    return rebalanced(portfolio, to_targets(portfolio), highest_basis, allowed)


def harvest(portfolio: Portfolio) -> Answer:
    """Losses that pay are realised first, then the targets are restored with what they allow."""
    sales, notes = paying_sales(portfolio)
    changes = to_targets(portfolio)
    with exact.exactly():
        for trade in sales:
            changes[trade.asset] += trade.value
    trades, more = rebalanced(portfolio, changes, highest_basis, first=sales)
    return trades, [*notes, *more]


ALTERNATIVES: tuple[Alternative, ...] = (
    Alternative("hold", "nothing is traded", hold),
    Alternative("contribute", "only the contribution is placed, on the most underweight; nothing is sold", contribute),
    Alternative("full-fifo", "to the targets, earliest lots first", full_fifo),
    Alternative("full-hifo", "to the targets, highest unit basis first", full_hifo),
    Alternative("bands", "only assets outside their band, back to its edge", bands),
    Alternative("no-short-gains", "to the targets, never realising a short-term gain", no_short_gains),
    Alternative("harvest", "losses that pay first, then to the targets", harvest),
)


def compare(portfolio: Portfolio, progress: Callable[[str], None] = lambda _name: None) -> list[Plan]:
    """Every alternative and the optimum as plans, best score first; of equal scores the optimum, then the one with less turnover."""
    plans = []
    for alternative in ALTERNATIVES:
        progress(alternative.name)
        trades, notes = alternative.trades(portfolio)
        plans.append(_plan(portfolio, alternative.name, alternative.meaning, trades, notes))
    progress(OPTIMAL)
    plans.append(_optimal(portfolio, plans))
    return sorted(plans, key=lambda p: (not p.feasible, -p.figures.score, p.name != OPTIMAL, p.figures.turnover))


def _plan(portfolio: Portfolio, name: str, meaning: str, raw: Sequence[Trade], notes: Sequence[str]) -> Plan:
    trades = tuple(explained(portfolio, attributed(portfolio, raw)))
    counted = figures(portfolio, trades)
    feasible = counted.cash_after >= SHORTFALL
    told = [*notes, *round_trips(raw), *against_first_in(portfolio, trades, counted)]
    if not feasible:
        told.append(f"{exact.cents(-counted.cash_after)} of the withdrawal are not covered: lower it, or add cash")
    return Plan(name, meaning, trades, counted, feasible, tuple(told))


def _optimal(portfolio: Portfolio, others: Sequence[Plan]) -> Plan:
    """The optimum of the linear programs; where the exact score of another plan is higher, that plan, with the gap that is left."""
    raw, solved = optimal_trades(portfolio)
    plan = _plan(portfolio, OPTIMAL, "the best score of all plans of today, with its proof", raw, ())
    if solved.sold is None:
        return replace(plan, feasible=False, notes=(*plan.notes, "no trades raise the money that the withdrawal needs"))
    comparable = (p for p in others if p.feasible and all(t.value >= portfolio.terms.min_trade for t in p.trades))
    better = max(comparable, key=lambda p: p.figures.score, default=plan)
    if better.figures.score > plan.figures.score or not plan.feasible:
        plan = replace(plan, trades=better.trades, figures=better.figures, feasible=better.feasible, notes=better.notes)
    return replace(plan, certificate=certificate(portfolio, solved, plan.trades, plan.figures.score))
