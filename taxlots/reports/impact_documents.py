"""`taxlots impact` as a document and as tables."""

from collections.abc import Sequence
from typing import Any

from taxlots import exact
from taxlots.decisions.impact import Measured
from taxlots.decisions.replay import History
from taxlots.problems import Problem
from taxlots.reports.documents import document
from taxlots.reports.tables import MONEY, NUMBER, TEXT, Table

ASSUMPTIONS = (
    "each day's trades are at its price in the table, with trading_cost_bps; what limits a market's depth is left out",
    "cash is what --cash says, and earns nothing; contributions, withdrawals and today's cash are left out",
    "a year's added tax is paid from the cash at the beginning of the next year; the income of the profile is that of each year",
    "after all tax: everything is sold on the last day",
)


def impact_document(found: Sequence[Measured], history: History, problems: Sequence[Problem]) -> dict[str, Any]:
    """`taxlots.impact/1`: money as exact text, rates and shares as numbers; best after tax first."""
    days = history.days
    return document(
        "impact",
        problems,
        begins=days[0].isoformat(),
        ends=days[-1].isoformat(),
        days=len(days),
        policies=[_policy(one) for one in found],
        assumptions=list(ASSUMPTIONS),
    )


def _policy(one: Measured) -> dict[str, Any]:
    run = one.replayed
    return {
        "name": run.policy.name,
        "meaning": run.policy.meaning,
        "start_value": exact.plain(exact.cents(run.values[0])),
        "end_value": exact.plain(exact.cents(run.end)),
        "liquidation_tax": exact.plain(exact.cents(run.liquidation_tax)),
        "liquidation_cost": exact.plain(exact.cents(run.liquidation_cost)),
        "end_after_tax": exact.plain(exact.cents(run.end_after_tax)),
        "benefit": exact.plain(exact.cents(one.benefit)),
        "taxes": {str(year): exact.plain(exact.cents(tax)) for year, tax in run.taxes.items()},
        "trading_cost": exact.plain(exact.cents(run.costs)),
        "cost_share": one.cost_share,
        "annual_return": one.annual_return,
        "volatility": one.volatility,
        "largest_drawdown": one.largest_drawdown,
        "turnover": one.turnover,
        "years_won": {"won": one.years_won[0], "of": one.years_won[1]},
        "windows_won": {"won": one.windows_won[0], "of": one.windows_won[1]},
        "end_weights": {asset: float(weight) for asset, weight in run.weights.items()},
        "steps": [{"date": step.day.isoformat(), "why": step.why, "trades": len(step.trades)} for step in run.steps],
    }


def impact_tables(found: Sequence[Measured], history: History) -> list[Table]:
    """The comparison, and when each policy acted."""
    columns = (
        ("policy", TEXT),
        ("end value", MONEY),
        ("tax if all is sold", MONEY),
        ("after all tax", MONEY),
        ("against the first", MONEY),
        ("% a year", NUMBER),
        ("volatility %", NUMBER),
        ("largest fall %", NUMBER),
        ("taxes paid", MONEY),
        ("trading cost", MONEY),
        ("times", NUMBER),
        ("turnover % a year", NUMBER),
        ("years won", TEXT),
        ("windows won", TEXT),
    )
    rows = [
        (
            run.policy.name,
            run.end,
            run.liquidation_tax,
            run.end_after_tax,
            one.benefit,
            *(f"{share * 100:.1f}" for share in (one.annual_return, one.volatility, one.largest_drawdown)),
            one.taxes,
            run.costs,
            len(run.steps),
            f"{one.turnover * 100:.1f}",
            *(f"{won} of {count}" for won, count in (one.years_won, one.windows_won)),
        )
        for one in found
        for run in (one.replayed,)
    ]
    span = f"{history.days[0]} to {history.days[-1]}, {len(history.days)} days with a price of every asset"
    meanings = tuple(f"{one.replayed.policy.name}: {one.replayed.policy.meaning}" for one in found)
    steps = [(one.replayed.policy.name, step.day, step.why, len(step.trades)) for one in found for step in one.replayed.steps]
    acted = Table("When each policy traded", (("policy", TEXT), ("day", TEXT), ("why", TEXT), ("trades", NUMBER)), steps)
    return [Table(f"Policies on your lots, {span}", columns, rows, (*meanings, *ASSUMPTIONS)), acted]
