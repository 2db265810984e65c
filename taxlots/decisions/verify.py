"""A checker of solutions that does not need the solver: is the plan allowed, does it cost what is said, is the bound proven?

The proof gives, per piece of the tax, prices of the constraints that couple assets. For any prices the sum of what each asset and the tax
can do best by themselves is a lower bound; the checker adds it up anew. Where a piece is divided by an asset's options, the parts must
cover the asset's menu, and options left out must be too dear by the same prices.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

import numpy as np

from taxlots.decisions.arrays import SIDES, Arrays, arrays
from taxlots.decisions.bounds import Prices, relaxed
from taxlots.decisions.corners import Corners, corners
from taxlots.decisions.evaluation import Evaluated, Evaluator
from taxlots.decisions.instance import Instance
from taxlots.decisions.solution import FIELDS, PROVEN, gap_of, shifted_base
from taxlots.rulebook import Rulebook

CLOSE = 1e-6


def objections(instance: Instance, solution: Mapping[str, Any], rulebook: Rulebook | None = None) -> Iterator[str]:
    """What is wrong with a solution of an instance, in words; nothing where it holds."""
    if solution.get("status") not in {"optimal", "feasible"}:
        yield f"a statement that the problem is {solution.get('status')} carries no proof; nothing was verified"
        return
    try:
        sells, buys = _quantities(solution, "sells", "lot_id"), _quantities(solution, "buys", "asset")
        claimed = {name: float(solution[name]) for name in ("objective", "bound", "gap")}
        pieces = list(solution["certificate"]["pieces"]) if solution["certificate"] else []
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        yield f"the document lacks a usable {error}"
        return
    evaluator = Evaluator(instance, rulebook)
    wrong = list(_impossible(evaluator, sells, buys))
    if wrong:
        yield from wrong
        return
    evaluated = evaluator.evaluate(sells, buys)
    yield from evaluated.broken
    yield from _figures(solution, claimed, evaluated)
    yield from _unproven(instance, claimed["bound"], pieces, evaluator)


def plan_objections(instance: Instance, plan: Mapping[str, Any], rulebook: Rulebook | None = None) -> Iterator[str]:
    """What is wrong with the optimum of a `taxlots.rebalance/1` document that carries its instance and solution."""
    solution = plan["optimal"]["certificate"]["solution"]
    yield from objections(instance, solution, rulebook)
    try:
        alternative = next(a for a in plan["alternatives"] if a["name"] == "optimal")
        traded = _traded(alternative)
        solved = {("sell", t["lot_id"]): float(t["quantity"]) for t in solution["sells"]}
        solved |= {("buy", t["asset"]): float(t["quantity"]) for t in solution["buys"]}
        score, bound, gap = float(alternative["score"]), float(plan["optimal"]["bound"]), float(plan["optimal"]["gap"])
        before = float(plan["optimal"]["certificate"].get("before", 0.0))
        proven = float(solution["bound"]) - before
    except (StopIteration, KeyError, TypeError, ValueError) as error:
        yield f"the plan lacks a usable {error!r}"
        return
    if traded.keys() != solved.keys() or any(_differs(traded[key], solved[key]) for key in traded):
        yield "the trades of the optimal alternative are not those of its certificate"
    evaluator = Evaluator(instance, rulebook)
    most = float(evaluator.evaluate({}, {}).objective) - proven + evaluator.minimum_tax
    if _differs(bound, most):
        yield f"the certificate proves that no plan scores above {most:.6f}, not {bound:.6f}"
    if not abs(max(0.0, bound - score) / max(1.0, abs(score)) - gap) <= CLOSE:
        yield f"a score of {score:.6f} does not leave a gap of {gap:.3e} to {bound:.6f}"


def _traded(alternative: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """Units by lot sold and by asset bought, outside of tax-deferred accounts, whose trades precede what is proven."""
    found: dict[tuple[str, str], float] = {}
    for trade in alternative["trades"]:
        key = (trade["side"], trade["lot_id"] or trade["asset"])
        if trade.get("taxed", True):
            found[key] = found.get(key, 0.0) + float(trade["quantity"])
    return found


def _quantities(solution: Mapping[str, Any], side: str, key: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for entry in solution[side]:
        found[entry[key]] = found.get(entry[key], Decimal(0)) + Decimal(str(entry["quantity"]))
    return found


def _impossible(evaluator: Evaluator, sells: Mapping[str, Decimal], buys: Mapping[str, Decimal]) -> Iterator[str]:
    for lot_id, quantity in sells.items():
        lot = evaluator.lots.get(lot_id)
        if lot is None:
            yield f"there is no lot {lot_id}"
        elif not 0 <= quantity <= lot.quantity * (1 + Decimal("1e-12")):
            yield f"{quantity} of lot {lot_id} can't be sold: it has {lot.quantity}"
    for asset, quantity in buys.items():
        if asset not in evaluator.prices:
            yield f"there is no asset {asset}"
        elif not quantity.is_finite() or quantity < 0:
            yield f"{quantity} of {asset} can't be bought"


def _differs(one: float, other: float) -> bool:
    return not abs(one - other) <= CLOSE * max(1.0, abs(one), abs(other))


def _figures(solution: Mapping[str, Any], claimed: Mapping[str, float], evaluated: Evaluated) -> Iterator[str]:
    objective = float(evaluated.objective)
    if _differs(claimed["objective"], objective):
        yield f"the objective is {objective:.6f}, not {claimed['objective']:.6f}"
    for name in ("tax", "trading_cost", "risk", "drift"):
        yield from _figure(f"the term {name}", (solution.get("terms") or {}).get(name), getattr(evaluated, name))
    for name in ("cash", "turnover", "tracking_error"):
        yield from _figure(f"the constraint {name}", (solution.get("constraints") or {}).get(name), getattr(evaluated, name))
    gap = gap_of(claimed["objective"], claimed["bound"])
    if claimed["bound"] > claimed["objective"] + CLOSE * max(1.0, abs(objective)):
        yield f"the bound {claimed['bound']:.6f} lies above the objective {objective:.6f}"
    if not abs(gap - claimed["gap"]) <= 1e-9 + CLOSE * abs(gap):
        yield f"the gap is {gap:.3e}, not {claimed['gap']:.3e}"
    if solution["status"] == "optimal" and gap > PROVEN:
        yield f"a gap of {gap:.3e} is no proven optimum"
    if solution.get("why_infeasible") is not None:
        yield "a plan is given, and reasons why there is none"


def _figure(name: str, said: Any, found: Decimal | float | None) -> Iterator[str]:
    if found is None:
        if said is not None:
            yield f"{name} is none, not {said}"
    elif isinstance(said, bool) or not isinstance(said, int | float) or _differs(float(said), float(found)):
        yield f"{name} is {found:.6f}, not {said}"


def _unproven(instance: Instance, bound: float, pieces: list[Any], evaluator: Evaluator) -> Iterator[str]:
    if not instance.lots and evaluator.money <= 0:  # nothing can be sold or bought, so doing nothing is the only plan
        return
    data = arrays(instance, evaluator.rulebook)
    wanted = bound - shifted_base(data, evaluator) - CLOSE * max(1.0, abs(bound))
    proofs = {entry.get("piece"): entry for entry in pieces}
    for piece in data.pieces:
        reach = corners(piece, data.box)
        if data.tax is not None and not reach.reachable:
            continue
        if piece.name not in proofs:
            yield f"the proof leaves out the piece {piece.name!r} of the tax"
            continue
        try:
            yield from _Proof(data, reach, wanted).failures(proofs[piece.name], data.menu, piece.name)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield f"the proof of {piece.name!r} can't be read: {error}"


class _Proof:
    """The check of one piece's tree of prices."""

    def __init__(self, data: Arrays, reach: Corners, wanted: float) -> None:
        self.data, self.reach, self.wanted = data, reach, wanted
        self.number = {name: n for n, name in enumerate(data.names)}

    def failures(self, node: Mapping[str, Any], menu: np.ndarray, name: str) -> Iterator[str]:
        found = relaxed(self.data, self.reach, _prices(node["prices"], len(self.data.names)), menu)
        if found.bound >= self.wanted:
            return
        parts = node.get("parts")
        if not parts:
            yield f"the prices for {name!r} prove {found.bound:.6f} only"
            return
        with np.errstate(invalid="ignore"):
            forced = found.bound + found.options - found.options.min(axis=1, keepdims=True)
        left = menu & ~(forced >= self.wanted)
        asset = self.number[node["asset"]]
        told = [[SIDES.index(option) for option in part["options"]] for part in parts]
        covered = {kind for kinds in told for kind in kinds}
        if not set(np.flatnonzero(left[asset]).tolist()) <= covered:
            yield f"the parts of {name!r} leave out an option of {node['asset']}"
        for kinds, part in zip(told, parts, strict=True):
            smaller = left.copy()
            smaller[asset] = False
            smaller[asset, kinds] = left[asset, kinds]
            yield from self.failures(part, smaller, name)


def _prices(told: Mapping[str, Any], count: int) -> Prices:
    values = {name: float(told.get(name, 0.0)) for name in FIELDS}
    exposure = told.get("exposure")
    point = None if exposure is None else np.array([float(n) for n in exposure])
    if not all(map(isfinite, values.values())) or (point is not None and (point.shape != (count,) or not np.isfinite(point).all())):
        raise ValueError("prices that are no finite numbers, or of the wrong length")
    return Prices(**values, exposure=point)
