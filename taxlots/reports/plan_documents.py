"""Plans as documents and tables: the plan file, what it comes to once booked, what was executed of it, and the frontier."""

from collections.abc import Iterator, Sequence
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
from taxlots.reports.plan_figures import proven
from taxlots.reports.tables import MONEY, NUMBER, TEXT, Table
from taxlots.session import Session
from taxlots.simulate import Applied
from taxlots.tax import tax_due

_ROW = ("drift", "cost", "bound")


def plan_document(plan: Plan, portfolio: Portfolio, session: Session) -> Document:
    """`taxlots.plan/1`: the trades of one alternative with what they predict, for the commands that take a plan; of `optimal` the proof."""
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
        **({"optimal": proven([plan], portfolio)} if plan.certificate else {}),
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
    notes = (
        f"Tax of {found.year}: {', '.join(told)}. Nothing was written to the exports or the journal.",
        f"Booked on the plan's day, {plan.as_of}, unless --as-of says another one; later rows of the exports are left out.",
    )
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
            "executed": {
                "quantity": exact.plain(one.quantity),
                "value": exact.plain(one.value),
                "cost": exact.plain(one.cost),
                "gain": exact.plain(one.gain) if one.planned.lot_id else None,
            },
            "left": exact.plain(one.left),
            "elsewhere": exact.plain(one.elsewhere),
        }
        for one in found.executed
    ]
    rest = [
        {
            "side": one.side,
            "transaction_id": one.transaction_id,
            "account": one.account,
            "asset": one.asset,
            "lot_id": one.lot_id,
            "quantity": exact.plain(one.quantity),
            "value": exact.plain(one.value),
            "gain": None if one.gain is None else exact.plain(one.gain),
        }
        for one in found.unplanned
    ]
    later = None if found.tax_executed_later is None else exact.plain(found.tax_executed_later)
    taxes = {"tax_planned": exact.plain(found.tax_planned), "tax_executed": exact.plain(found.tax_executed), "tax_executed_later": later}
    return document("executed", problems, plan=plan.plan, as_of=plan.as_of.isoformat(), trades=trades, unplanned=rest, **taxes)


def _gain(gain: Decimal | None) -> str | None:
    return None if gain is None else exact.plain(gain)


def comparison_tables(plan: PlanFile, found: Comparison) -> list[Table]:
    """Executed beside planned; and what was traded beside the plan."""
    texts = tuple((name, TEXT) for name in ("side", "asset", "account", "lot"))
    units = tuple((name, NUMBER) for name in ("planned", "executed", "left"))
    money = tuple((name, MONEY) for name in ("value planned", "value executed", "cost executed", "gain planned", "gain executed"))
    rows = []
    for one in found.executed:
        p = one.planned
        amounts = (p.value, one.value, one.cost, p.gain, one.gain if p.lot_id else None)
        rows.append((p.side, p.asset, p.account, p.lot_id or "", p.quantity, one.quantity, one.left, *amounts))
    shown = [Table(f"Plan {plan.plan} of {plan.as_of}, executed", (*texts, *units, *money), rows, tuple(_remarks(found)))]
    if found.unplanned:
        columns = (*texts, ("transaction", TEXT), ("quantity", NUMBER), ("value", MONEY), ("gain", MONEY))
        listed = [(b.side, b.asset, b.account, b.lot_id or "", b.transaction_id, b.quantity, b.value, b.gain) for b in found.unplanned]
        shown.append(Table("Traded since, not in the plan", columns, listed))
    return shown


def _remarks(found: Comparison) -> Iterator[str]:
    later = f", and {exact.cents(found.tax_executed_later)} in later years" if found.tax_executed_later else ""
    if found.tax_executed_later is None:
        later = "; sales of a later year are not in it, since the rules do not cover that year"
    planned, executed = exact.cents(found.tax_planned), exact.cents(found.tax_executed)
    yield f"Tax of the sales: {planned} planned, {executed} executed with what was sold beside the plan{later}."
    for one in found.executed:
        if one.elsewhere:
            yield f"{one.planned.asset}: {exact.plain(one.elsewhere)} of it were bought in other accounts than {one.planned.account}."
    missed = {one.planned.asset for one in found.executed if one.planned.lot_id and one.left > 0}
    others = sorted({one.asset for one in found.unplanned if one.side == "sell" and one.asset in missed})
    if others:
        yield f"Other lots of {', '.join(others)} were sold than planned: a choice counts once it is recorded (`taxlots identify --plan`)."


def frontier_rows(found: Sequence[MoneyPoint]) -> list[Document]:
    """The points as JSON numbers, with their trades as exact quantities."""
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
            "sells": [{"lot_id": name, "quantity": exact.plain(quantity)} for name, quantity in one.point.sells.items()],
            "buys": [{"asset": name, "quantity": exact.plain(quantity)} for name, quantity in one.point.buys.items()],
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
