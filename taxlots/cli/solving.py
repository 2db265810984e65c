"""`taxlots solve` and `taxlots verify-plan`: problem files and plans, without exports."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from taxlots.cli.results import Result
from taxlots.decisions.frontier import FrontierPoint, frontier
from taxlots.decisions.instance import Instance, content_of, decoded, invalid, read_instance
from taxlots.decisions.solution import Solution
from taxlots.decisions.solution import document as solution_document
from taxlots.decisions.solution import solve as solve_instance
from taxlots.decisions.verify import objections, plan_objections
from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.reports.documents import document
from taxlots.reports.plan_figures import disagreements, of_plan
from taxlots.reports.tables import MONEY, NUMBER, TEXT, Table


def solve(path: Path, points: int | None) -> Result:
    """The optimum of an instance file; with `points`, its frontier as well. Raises TaxlotsError for a file that can't be used."""
    instance, problems = read_instance(path)
    found = solve_instance(instance)
    problems += [problem("INSTANCE_INFEASIBLE", why["message"], file=str(path)) for why in found.why]
    content = solution_document(found)
    shown = [_figures(found), _trades(found)]
    if points is not None:
        curve = frontier(instance, points)
        content["frontier"] = [_point(point) for point in curve]
        shown.append(_curve(curve))
    return Result(document("solution", problems, **content), shown, problems)


def _figures(found: Solution) -> Table:
    content = solution_document(found)
    rows: list[tuple[str, Any]] = [("status", found.status)]
    for name, value in {**content, **(content["terms"] or {}), **(content["constraints"] or {})}.items():
        if isinstance(value, int | float):
            rows.append((name, f"{value:.3e}" if name == "gap" else f"{value:z,.6f}"))
    notes = tuple(why["message"] for why in found.why)
    return Table("Optimum", (("figure", TEXT), ("value", TEXT)), rows, notes)


def _trades(found: Solution) -> Table:
    rows = [("sell", lot_id, quantity) for lot_id, quantity in found.sells.items()]
    rows += [("buy", asset, quantity) for asset, quantity in found.buys.items()]
    return Table("Trades", (("side", TEXT), ("lot or asset", TEXT), ("quantity", NUMBER)), rows)


def _point(point: FrontierPoint) -> dict[str, Any]:
    figures = {name: float(getattr(point.evaluated, name)) for name in ("tax", "trading_cost", "turnover")}
    return {"drift": point.drift, "cost": point.cost, "bound": point.bound, **figures}


def _curve(curve: Sequence[FrontierPoint]) -> Table:
    names = ("drift that remains", "tax", "trading cost", "together", "no plan below")
    rows = [tuple(Decimal(str(round(n, 2))) for n in _row(point)) for point in curve]
    return Table("Tax and cost against drift", tuple((name, MONEY) for name in names), rows)


def _row(point: FrontierPoint) -> tuple[float, ...]:
    return point.drift, float(point.evaluated.tax), float(point.evaluated.trading_cost), point.cost, point.bound


def verify_plan(paths: Sequence[Path]) -> Result:
    """Check a solution against its instance, or a rebalance document that carries both. Raises TaxlotsError for other files."""
    instance, plan, name = _plan(paths)
    solution = plan["optimal"]["certificate"]["solution"] if "optimal" in plan else plan
    found = list(objections(instance, plan) if "optimal" not in plan else _of_document(plan, instance))
    problems: list[Problem] = [problem("PLAN_NOT_VERIFIED", message, file=name) for message in found]
    figures = {key: solution.get(key) for key in ("objective", "bound", "gap")}
    rows = [("verified", "no" if found else "yes"), *((key, str(value)) for key, value in figures.items())]
    table = Table("Verification", (("what", TEXT), ("value", TEXT)), rows, tuple(found))
    return Result(document("verification", problems, verified=not found, **figures, objections=found), [table], problems)


def _of_document(content: Mapping[str, Any], instance: Instance) -> Iterator[str]:
    """What is wrong with a rebalance document: first its figures; its proof where those are about the same decision."""
    wrong = list(disagreements(content, instance))
    yield from wrong
    if not wrong:
        yield from plan_objections(instance, content)


def _plan(paths: Sequence[Path]) -> tuple[Instance, Mapping[str, Any], str]:
    """Instance and solution (or rebalance document) of one or two files, in any order, told apart by their schema."""
    documents = {str(path): content_of(path) for path in paths}
    parsed = {name: decoded(content, name, dict[str, Any]) for name, content in documents.items()}
    of = {str(content.get("schema")): name for name, content in parsed.items()}
    if "taxlots.rebalance/1" in of:
        return _carried(parsed[of["taxlots.rebalance/1"]], of["taxlots.rebalance/1"])
    if "taxlots.plan/1" in of:
        return _of_plan(parsed[of["taxlots.plan/1"]], of["taxlots.plan/1"])
    if not {"taxlots.solution/1", "taxlots.instance/1"} <= set(of):
        hint = "Use `taxlots verify-plan SOLUTION.json INSTANCE.json`, or a document of `taxlots rebalance --format json`."
        raise TaxlotsError(problem("USAGE", f"a solution with its instance is needed; the files are: {', '.join(sorted(of))}", hint))
    instance, _ = read_instance(Path(of["taxlots.instance/1"]))
    name = of["taxlots.solution/1"]
    return instance, parsed[name], name


def _of_plan(content: Mapping[str, Any], name: str) -> tuple[Instance, Mapping[str, Any], str]:
    """As `_carried`, of a plan file. Raises TaxlotsError(USAGE) for one that nothing is proven of."""
    if not content.get("optimal"):
        hint = "Make it by `taxlots rebalance PATHS --plan optimal -o PLAN.json`, or simulate it by `--apply`."
        raise TaxlotsError(problem("USAGE", f"{name}: the plan {content.get('plan')} carries no proof; that of `optimal` does", hint))
    try:
        return _carried(of_plan(content), name)
    except (KeyError, TypeError) as error:
        raise invalid(name, "", f"the plan lacks a usable {error}") from None


def _carried(content: Mapping[str, Any], name: str) -> tuple[Instance, Mapping[str, Any], str]:
    """The instance that a rebalance document carries, and the document."""
    certificate = (content.get("optimal") or {}).get("certificate")
    if not isinstance(certificate, dict) or not {"instance", "solution"} <= set(certificate):
        raise invalid(name, "$.optimal.certificate", "the document carries no instance and solution to verify")
    try:
        instance = msgspec.convert(certificate["instance"], Instance)
    except msgspec.ValidationError as error:
        raise invalid(name, "$.optimal.certificate.instance", str(error)) from None
    return instance, content, name
