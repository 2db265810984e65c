"""`taxlots rebalance`: the alternatives, a plan as a file, its simulation and its execution, the frontier."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from taxlots import exact
from taxlots.cli.progress import Advance
from taxlots.cli.results import Result
from taxlots.cli.selling import needs_tax
from taxlots.decisions.comparison import NAMES, best_of, compare
from taxlots.decisions.money_frontier import MoneyPoint, portfolio_frontier, with_contributions
from taxlots.decisions.plan import Plan
from taxlots.decisions.plan_file import read_plan
from taxlots.decisions.portfolio import Portfolio
from taxlots.decisions.shortage import contradictions, missing_money
from taxlots.executed import compare_with
from taxlots.files import write_text
from taxlots.problems import TaxlotsError, problem
from taxlots.reports import documents, plan_documents, plots, tables
from taxlots.reports.plan_figures import proven
from taxlots.reports.render import as_json
from taxlots.session import Session, open_session
from taxlots.simulate import apply


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    plan: str | None = None
    save_plan: Path | None = None
    apply: Path | None = None
    compare: Path | None = None
    frontier: int | None = None
    contributions: bool = False
    plot: Path | None = None
    year: int | None = None


def rebalance(session: Session, advance: Advance, request: Request) -> Result:
    """Alternatives scored by their after-tax outcome, or what is asked about a plan. Raises TaxlotsError."""
    needs_tax(session)
    _check(request)
    if request.apply is not None:
        return _applied(session, request.apply)
    if request.compare is not None:
        return _compared(session, request.compare)
    if request.plot is not None:
        plots.drawable(request.plot)
    portfolio = session.portfolio()
    if request.year not in {None, portfolio.today.year}:
        hint = f"Use --as-of {request.year}-12-31 with prices of that day."
        raise _wrong(f"--year {request.year}: the decision is about {portfolio.today}", hint)
    if not portfolio.targets:
        hint = "Fill in [targets] in taxlots.toml, where `taxlots init` lists your assets."
        raise TaxlotsError(problem("USAGE", "there are no targets", hint))
    if not len(session.book.lots) and not any((portfolio.money, *portfolio.deferred.values())):
        raise _wrong("nothing is held and there is no money", "Add the exports of your purchases, or `cash` under [rebalance].")
    session.problems += [problem("WISHES_CONTRADICT", message) for message in contradictions(portfolio)]
    plans = compare(portfolio, advance, NAMES if request.plan is None else (request.plan,))
    _tell_shortage(session, portfolio, plans)
    best = best_of(plans)
    if request.save_plan is not None:
        write_text(request.save_plan, as_json(plan_documents.plan_document(best, portfolio, session)))
    curve = _curve(portfolio, request)
    if request.plot is not None:
        plots.rebalance(plans, curve, request.plot)
    return _result(session, portfolio, request, (plans, best, curve))


def _result(session: Session, portfolio: Portfolio, request: Request, found: tuple[Sequence[Plan], Plan, Sequence[MoneyPoint]]) -> Result:
    plans, best, curve = found
    shown = [tables.plans_table(plans, portfolio.terms.drift_penalty), tables.trades_table(best)]
    shown += [plan_documents.frontier_table(curve)] if curve else []
    if request.plan is not None and request.frontier is None:
        return Result(plan_documents.plan_document(best, portfolio, session), shown, session.problems, shown[1])
    document = documents.rebalance_document(plans, session.problems)
    document["optimal"] = proven(plans, portfolio)
    if request.frontier is not None:
        document["frontier"] = plan_documents.frontier_rows(curve)
    return Result(document, shown, session.problems)


def _check(request: Request) -> None:
    if request.plan is not None and request.plan not in NAMES:
        near = get_close_matches(request.plan, NAMES, 3, 0.4)
        raise _wrong(
            f"there is no alternative {request.plan!r}",
            f"{'The nearest: ' + ', '.join(near) if near else 'There are: ' + ', '.join(NAMES)}.",
        )
    if request.contributions and request.frontier is None:
        raise _wrong("--contributions goes with --frontier", "Such as --frontier 25 --contributions.")
    if request.apply is not None and request.compare is not None:
        raise _wrong("--apply and --compare are two questions", "Ask one after the other.")
    others = (request.plan, request.save_plan, request.frontier, request.plot)
    if (request.apply is not None or request.compare is not None) and any(other is not None for other in others):
        raise _wrong("--apply and --compare take a plan file alone", "Leave out --plan, --save-plan, --frontier and --plot.")


def _tell_shortage(session: Session, portfolio: Portfolio, plans: Sequence[Plan]) -> None:
    """Where no plan raises the money: the ways out."""
    if any(plan.feasible for plan in plans):
        return
    short = missing_money(portfolio)
    ways = next((plan.why_not for plan in plans if plan.why_not), ())
    message = (
        "; or ".join(way["message"] for way in ways)
        or "this alternative does not raise the withdrawal and the cash reserve: see the others"
    )
    session.problems.append(problem("WITHDRAWAL_NOT_COVERED", f"{exact.cents(short)} are missing: {message}" if short else message))


def _curve(portfolio: Portfolio, request: Request) -> list[MoneyPoint]:
    if request.frontier is None:
        return []
    if not request.contributions:
        return portfolio_frontier(portfolio, request.frontier)
    if not (portfolio.terms.recurring_contribution or portfolio.terms.contribution):
        raise _wrong("no contribution is set", "Give contribution or recurring_contribution under [rebalance].")
    return with_contributions(portfolio, request.frontier)


def _applied(session: Session, path: Path) -> Result:
    plan = read_plan(path)
    if session.choices.as_of is None and plan.as_of < session.today:
        session = open_session(session.paths, replace(session.choices, as_of=plan.as_of.isoformat()))
    found = apply(session, plan)
    if not found.agrees:
        taxes = f"{exact.cents(found.tax_after)}, predicted was {exact.cents(found.tax_predicted)}"
        message = f"{path}: the tax of {found.year} is {taxes}"
        session.problems.append(problem("PLAN_DIFFERS", message))
    table = plan_documents.applied_table(plan, found)
    return Result(plan_documents.applied_document(plan, found, session.problems), [table], session.problems)


def _compared(session: Session, path: Path) -> Result:
    plan = read_plan(path)
    found = compare_with(session, plan)
    shown = plan_documents.comparison_tables(plan, found)
    return Result(plan_documents.comparison_document(plan, found, session.problems), shown, session.problems)


def _wrong(message: str, hint: str) -> TaxlotsError:
    return TaxlotsError(problem("USAGE", message, hint))
