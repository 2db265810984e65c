"""All alternatives side by side: trades, exact figures, reasons, and the optimum with its proof."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.decisions.alternatives import ALTERNATIVES, Alternative
from taxlots.decisions.dated import cash_low
from taxlots.decisions.deferred import after, deferred_trades
from taxlots.decisions.explain import against_first_in, explained
from taxlots.decisions.harvest import round_trips
from taxlots.decisions.more_units import with_more_units
from taxlots.decisions.optimise import Solved, certificate, optimal_trades
from taxlots.decisions.placing import placed
from taxlots.decisions.plan import Certificate, Figures, Plan, Trade
from taxlots.decisions.portfolio import ZERO, Portfolio
from taxlots.decisions.score import attributed, figures, year_of
from taxlots.decisions.shortage import ways_out
from taxlots.decisions.wash_window import wash_sale_applies, window_of

SHORTFALL = Decimal("-0.01")
OPTIMAL = "optimal"
MEANING = "the best score of all plans of today, with its proof"
NAMES = (*(alternative.name for alternative in ALTERNATIVES), OPTIMAL)


@dataclass(frozen=True, slots=True)
class Start:
    """A portfolio as the taxable accounts find it, after the trades in tax-deferred ones.

    `known`: what was computed of lists of trades, since several alternatives often come to the same.
    """

    whole: Portfolio
    first: tuple[Trade, ...]
    rest: Portfolio
    known: dict[tuple[Any, ...], "Computed"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Computed:
    """Trades with accounts, taxes and reasons, their figures, and remarks on them."""

    trades: tuple[Trade, ...]
    figures: Figures
    notes: tuple[str, ...]


def compare(portfolio: Portfolio, progress: Callable[[str], None] = lambda _name: None, only: Iterable[str] = NAMES) -> list[Plan]:
    """The named alternatives and the optimum as plans, best score first; of equal scores the optimum, then the one with less turnover.

    The optimum is looked for among all plans, whatever is named.
    """
    wanted = set(only)
    first = tuple(deferred_trades(portfolio))
    started, alone = Start(portfolio, first, after(portfolio, first)), Start(portfolio, (), after(portfolio, ()))
    plans = []
    for alternative in ALTERNATIVES:
        progress(alternative.name)
        if alternative.name in wanted or OPTIMAL in wanted:
            plans.append(_alternative(alone if alternative.alone else started, alternative))
    if OPTIMAL in wanted:
        progress(OPTIMAL)
        plans.append(_optimal(started, alone, plans))
    kept = [plan for plan in plans if plan.name in wanted]
    return sorted(kept, key=lambda p: (not p.feasible, -p.figures.score, p.name != OPTIMAL, p.figures.turnover))


def best_of(plans: Sequence[Plan]) -> Plan:
    """The plan to act on: the best feasible one of today, else the best that has several dates; else the first."""
    return min(plans, key=lambda plan: (not plan.feasible, plan.several_dates, -plan.figures.score))


def _alternative(start: Start, alternative: Alternative) -> Plan:
    trades, notes = alternative.trades(start.rest)
    return _plan(start, (alternative.name, alternative.meaning), [*start.first, *trades], notes)


def _plan(start: Start, named: tuple[str, str], raw: Sequence[Trade], notes: Sequence[str]) -> Plan:
    portfolio = start.whole
    key = tuple((t.side, t.account, t.lot.lot_id if t.lot else t.asset, t.quantity, t.on) for t in raw)
    if key not in start.known:
        start.known[key] = _computed(portfolio, raw)
    found = start.known[key]
    trades, counted = found.trades, found.figures
    short = exact.CONTEXT.subtract(cash_low(portfolio, trades), portfolio.terms.cash_reserve)
    feasible = short >= SHORTFALL
    told = [*notes, *found.notes]
    why_not = () if feasible else tuple(ways_out(start.rest))
    if not feasible:
        told.append(_why_not(portfolio, -short))
    told += [way["message"] for way in why_not]
    return Plan(*named, trades, counted, feasible, tuple(told), why_not=why_not, deferred=frozenset(portfolio.deferred))


def _computed(portfolio: Portfolio, raw: Sequence[Trade]) -> Computed:
    where, moved = placed(portfolio, raw)
    trades = tuple(explained(portfolio, attributed(portfolio, where)))
    counted = figures(portfolio, trades)
    remarks = (
        *against_first_in(portfolio, trades, counted),
        *_deferred_losses(portfolio, trades),
        *_carried_on(portfolio, trades, counted),
    )
    notes = (*moved, *round_trips(raw), *remarks)
    return Computed(trades, counted, notes)


def _why_not(portfolio: Portfolio, short: Decimal) -> str:
    """In words, what the plan's money does not cover."""
    terms = portfolio.terms
    wishes = [name for name, amount in (("withdrawal", terms.withdrawal), ("cash reserve", terms.cash_reserve)) if amount]
    return f"{exact.cents(short)} of the {' and the '.join(wishes) or 'purchases'} are not covered by this plan"


def _carried_on(portfolio: Portfolio, trades: Sequence[Trade], counted: Figures) -> list[str]:
    """What the loss that this year carries on does to later years' tax: it is in `tax_later`, and no trade of those years has it."""
    with exact.exactly():
        own = sum((t.tax for t in trades if year_of(portfolio, t) > portfolio.today.year), ZERO)
        effect = exact.cents(counted.tax_later - own)
    if not effect:
        return []
    told = (
        f"the loss that the plan carries out of {portfolio.today.year} {'lowers' if effect < 0 else 'raises'} the tax of later years by "
        f"{abs(effect):,}, which is no trade's: tax later, {exact.cents(counted.tax_later):,}, is that and the {exact.cents(own):,} of "
        f"the trades of those years"
    )
    return [told]


def _deferred_losses(portfolio: Portfolio, trades: Sequence[Trade]) -> list[str]:
    """Losses that purchases before today defer already; the tax shown takes them as allowed."""
    bought = {one.asset for one in portfolio.acquired}
    told = []
    for trade in (t for t in trades if t.gain < 0 and t.asset in bought):
        wash = window_of(portfolio, trade.lot) if trade.lot and wash_sale_applies(portfolio, trade.lot) else None
        if wash and wash.deferred:
            told.append(f"loss on {trade.lot.lot_id if trade.lot else ''}: {wash.remark}; the tax shown takes the loss as allowed")
    return told


def _optimal(started: Start, alone: Start, others: Sequence[Plan]) -> Plan:
    """The better optimum of those with and without the trades in tax-deferred accounts."""
    found = [_optimum(start, others) for start in ((started, alone) if started.first else (alone,))]
    return max(found, key=lambda plan: (plan.feasible, plan.figures.score))


def _optimum(start: Start, others: Sequence[Plan]) -> Plan:
    """The optimum of the linear programs; where the exact score of another plan is higher, that plan, with the gap that is left."""
    raw, solved = optimal_trades(start.rest)
    raw = with_more_units(start.rest, raw)
    plan = _plan(start, (OPTIMAL, MEANING), [*start.first, *raw], ())
    first = figures(start.whole, start.first).score if start.first else ZERO
    if solved.sold is None:
        return replace(plan, feasible=False, notes=(*plan.notes, "no trades raise the money that the withdrawal needs"))
    inside = {_key(trade) for trade in start.first}
    comparable = (p for p in others if p.feasible and not p.several_dates and inside <= {_key(t) for t in p.trades})
    better = max(comparable, key=lambda p: p.figures.score, default=plan)
    if better.figures.score > plan.figures.score or not plan.feasible:
        plan = replace(plan, trades=better.trades, figures=better.figures, feasible=better.feasible, notes=better.notes, why_not=())
    return replace(plan, certificate=_certificate(start, solved, plan, first))


def _key(trade: Trade) -> tuple[str, str, str, Decimal]:
    return trade.side, trade.account, trade.lot.lot_id if trade.lot else trade.asset, trade.quantity


def _certificate(start: Start, solved: Solved, plan: Plan, first: Decimal) -> Certificate:
    """The proof about the trades of the taxable accounts."""
    rest = [t for t in plan.trades if t.account not in start.whole.deferred]
    return certificate(start.rest, solved, rest, exact.CONTEXT.subtract(plan.figures.score, first), first)
