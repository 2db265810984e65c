"""Plans as documents and tables: the plan file, what it comes to once booked, what was executed of it, and the frontier."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.decisions.money_frontier import MoneyPoint
from taxlots.decisions.plan import Plan, Trade
from taxlots.decisions.plan_file import Comparison, PlanFile
from taxlots.decisions.portfolio import Portfolio
from taxlots.decisions.score import figures, year_of
from taxlots.problems import Problem
from taxlots.reports.documents import Document, alternative, document
from taxlots.reports.tables import MONEY, NUMBER, TEXT, Table
from taxlots.session import Session
from taxlots.simulate import Applied
from taxlots.tax import tax_due

_ROW = ("drift", "cost", "bound")


def plan_document(plan: Plan, portfolio: Portfolio, session: Session) -> Document:
    """`taxlots.plan/1`: the trades of one alternative with what they predict, for the commands that take a plan."""
    told = alternative(plan)
    before = tax_due(portfolio.position, session.rulebook).total
    times = session.ledger.transactions["time"]
    with exact.exactly():
        predicted = before + figures(portfolio, [t for t in plan.trades if year_of(portfolio, t) == portfolio.today.year]).tax_now
    return document(
        "plan",
        session.problems,
        plan=plan.name,
        as_of=portfolio.today.isoformat(),
        after=times.max().isoformat() if len(times) else None,
        trading_cost_bps=exact.plain(portfolio.terms.trading_cost_bps),
        tax_before=exact.plain(before),
        tax_now=exact.plain(plan.figures.tax_now),
        tax_after=exact.plain(predicted),
        trades=[_trade(trade, one) for trade, one in zip(plan.trades, told.pop("trades"), strict=True)],
        figures=told,
        notes=list(plan.notes),
        settings_sha256=session.settings_file.sha256,
        rules_sha256=session.rulebook.sha256,
    )


def _trade(trade: Trade, told: Document) -> Document:
    return told | {"asset_class": trade.lot.asset_class if trade.lot else ""}


def applied_document(plan: PlanFile, found: Applied, problems: Sequence[Problem]) -> Document:
    """`taxlots.applied/1`."""
    return document(
        "applied",
        problems,
        plan=plan.plan,
        as_of=plan.as_of.isoformat(),
        year=found.year,
        tax_before=exact.plain(found.tax_before),
        tax_predicted=exact.plain(found.tax_predicted),
        tax_after=exact.plain(found.tax_after),
        agrees=found.agrees,
        gains=[
            {"lot_id": t.lot_id, "account": t.account, "planned": exact.plain(t.gain), "booked": exact.plain(g)} for t, g in found.gains
        ],
        lots_after=found.lots_after,
    )


def applied_table(plan: PlanFile, found: Applied) -> Table:
    """The year's tax before, as predicted and as booked, and each sale's gain."""
    rows: list[tuple[Any, ...]] = [(t.lot_id, t.account, t.asset, t.quantity, t.gain, gain) for t, gain in found.gains]
    columns = (("lot", TEXT), ("account", TEXT), ("asset", TEXT), ("quantity", NUMBER), ("gain planned", MONEY), ("gain booked", MONEY))
    taxes = (found.tax_before, found.tax_predicted, found.tax_after)
    told = [f"{name} {exact.cents(tax)}" for name, tax in zip(("before", "predicted", "booked"), taxes, strict=True)]
    notes = (f"Tax of {found.year}: {', '.join(told)}. Nothing was written to the exports or the journal.",)
    return Table(f"Plan {plan.plan}, booked as if it were executed", columns, rows, notes)


def comparison_document(plan: PlanFile, found: Comparison, problems: Sequence[Problem]) -> Document:
    """`taxlots.executed/1`."""
    trades = [
        {
            "side": one.planned.side,
            "asset": one.planned.asset,
            "account": one.planned.account,
            "lot_id": one.planned.lot_id,
            "planned": {
                "quantity": exact.plain(one.planned.quantity),
                "value": exact.plain(one.planned.value),
                "gain": _gain(one.planned.gain),
            },
            "executed": {"quantity": exact.plain(one.quantity), "value": exact.plain(one.value), "gain": exact.plain(one.gain)},
            "left": exact.plain(one.left),
        }
        for one in found.executed
    ]
    names = ("transaction_id", "account", "asset", "lot_id", "quantity", "gain")
    rest = [{name: exact.plain(r[name]) if isinstance(r[name], Decimal) else r[name] for name in names} for r in found.unplanned]
    taxes = {"tax_planned": exact.plain(found.tax_planned), "tax_executed": exact.plain(found.tax_executed)}
    return document("executed", problems, plan=plan.plan, as_of=plan.as_of.isoformat(), trades=trades, unplanned=rest, **taxes)


def _gain(gain: Decimal | None) -> str | None:
    return None if gain is None else exact.plain(gain)


def comparison_tables(plan: PlanFile, found: Comparison) -> list[Table]:
    """Executed beside planned; and what was sold beside the plan."""
    columns = (
        ("side", TEXT),
        ("asset", TEXT),
        ("account", TEXT),
        ("lot", TEXT),
        ("planned", NUMBER),
        ("executed", NUMBER),
        ("left", NUMBER),
    )
    money = (("value planned", MONEY), ("value executed", MONEY), ("gain planned", MONEY), ("gain executed", MONEY))
    rows = []
    for one in found.executed:
        p = one.planned
        rows.append(
            (*(p.side, p.asset, p.account, p.lot_id or "", p.quantity, one.quantity, one.left), p.value, one.value, p.gain, one.gain)
        )
    notes = (f"Tax of the sales: {exact.cents(found.tax_planned)} planned, {exact.cents(found.tax_executed)} executed.",)
    shown = [Table(f"Plan {plan.plan} of {plan.as_of}, executed", (*columns, *money), rows, notes)]
    if found.unplanned:
        names = ("transaction_id", "account", "asset", "lot_id", "quantity", "gain")
        kinds = (TEXT, TEXT, TEXT, TEXT, NUMBER, MONEY)
        listed = [tuple(row[name] for name in names) for row in found.unplanned]
        shown.append(Table("Sold since, not in the plan", tuple(zip(names, kinds, strict=True)), listed))
    return shown


def frontier_rows(found: Sequence[MoneyPoint]) -> list[Document]:
    """The points as JSON numbers."""
    return [
        {
            "contributions": one.contributions,
            "contributed": float(one.contributed),
            "drift_points": one.drift_points,
            **{name: getattr(one.point, name) for name in _ROW},
            "tax": float(one.point.evaluated.tax),
            "trading_cost": float(one.point.evaluated.trading_cost),
            "sold": one.point.sold,
            "meaning": one.meaning,
        }
        for one in found
    ]


def frontier_table(found: Sequence[MoneyPoint]) -> Table:
    """The cheapest plan for each level of drift."""
    names = ("drift, points", "drift that remains", "tax", "trading cost", "together", "no plan below")
    rows = []
    for one in found:
        p = one.point
        numbers = (one.drift_points, p.drift, float(p.evaluated.tax), float(p.evaluated.trading_cost), p.cost, p.bound)
        rows.append((one.meaning, *(Decimal(str(round(number, 2))) for number in numbers)))
    notes = (
        "Tax includes what a carried loss and a higher basis are taken to be worth. No other plan leaves as little drift for less.",
        "More contributions make the portfolio, and its targets in dollars, larger.",
    )
    return Table("Tax and cost against drift", (("plan", TEXT), *((name, MONEY) for name in names)), rows, notes)
