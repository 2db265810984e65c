"""The table of rebalance alternatives. Each is a function of the portfolio that returns trades and remarks."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.branches import optimal_trades
from taxlots.decisions.explain import explained
from taxlots.decisions.harvest import paying_sales, round_trips
from taxlots.decisions.optimise import certificate
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
from taxlots.decisions.score import attributed, cash_after, figures

Answer = tuple[list[Trade], list[str]]
SHORTFALL = Decimal("-0.01")
MOST_CONTRIBUTIONS = 240


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


def optimal(portfolio: Portfolio) -> Answer:
    """The proven optimum of the score; see `optimise`."""
    trades, _ = optimal_trades(portfolio)
    return trades, []


ALTERNATIVES: tuple[Alternative, ...] = (
    Alternative("hold", "nothing is traded", hold),
    Alternative("contribute", "only the contribution is placed, on the most underweight; nothing is sold", contribute),
    Alternative("full-fifo", "to the targets, earliest lots first", full_fifo),
    Alternative("full-hifo", "to the targets, highest unit basis first", full_hifo),
    Alternative("bands", "only assets outside their band, back to its edge", bands),
    Alternative("no-short-gains", "to the targets, never realising a short-term gain", no_short_gains),
    Alternative("harvest", "losses that pay first, then to the targets", harvest),
    Alternative("optimal", "the proven optimum of the score", optimal),
)


def compare(portfolio: Portfolio, progress: Callable[[str], None] = lambda _name: None) -> list[Plan]:
    """Every alternative as a plan, best score first; of equal scores the one with less turnover, then by table order."""
    plans = []
    for alternative in ALTERNATIVES:
        progress(alternative.name)
        plans.append(_plan(portfolio, alternative))
    return sorted(plans, key=lambda p: (not p.feasible, -p.figures.score, p.figures.turnover))


def _plan(portfolio: Portfolio, alternative: Alternative) -> Plan:
    solved = None
    if alternative.trades is optimal:
        raw, solved = optimal_trades(portfolio)
        notes = [] if solved.sold is not None else ["no trades raise the money that the withdrawal needs"]
    else:
        raw, notes = alternative.trades(portfolio)
    notes = [*notes, *round_trips(raw)]
    trades = tuple(explained(portfolio, attributed(portfolio, raw)))
    counted = figures(portfolio, trades)
    feasible = cash_after(portfolio, trades) >= SHORTFALL and not (solved and solved.sold is None)
    if not feasible:
        notes.append(f"cash would be {exact.cents(counted.cash_after)}: the withdrawal is not covered")
    proof = certificate(solved, counted.score) if solved and solved.sold is not None else None
    return Plan(alternative.name, alternative.meaning, trades, counted, feasible, tuple(notes), proof)
