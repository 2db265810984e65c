"""An instance's answer, `taxlots.solution/1`: quantities, exact terms, bound, gap and the certificate."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from time import perf_counter
from typing import Any

import numpy as np

from taxlots.decisions.arrays import SIDES, Arrays, arrays
from taxlots.decisions.bounds import Prices, base_value
from taxlots.decisions.costs import Moves
from taxlots.decisions.evaluation import Evaluated, Evaluator, carried, due_now
from taxlots.decisions.infeasible import reasons
from taxlots.decisions.instance import FederalTax, Instance
from taxlots.decisions.search import Effort, Found, Node, Search
from taxlots.rulebook import Rulebook

PROVEN = 1e-4
MOST_TRIES = 8
SPARE = 1e-6
NOT_FOUND = {"constraint": None, "message": "no plan was found within the effort; that there is none is not proven"}
FIELDS = ("cash", "turnover", "short", "long", "group", "paid", "tracking", "drift")


@dataclass(frozen=True, slots=True)
class Solution:
    """The plan with what is proven of it. `why` names what to relax where nothing is feasible."""

    status: str
    buys: Mapping[str, Decimal]
    sells: Mapping[str, Decimal]
    evaluated: Evaluated | None
    bound: float | None
    seconds: float
    proof: tuple[dict[str, Any], ...]
    why: tuple[dict[str, Any], ...] = ()

    @property
    def gap(self) -> float | None:
        """How far the objective may be from the best possible one, as a share of max(1, |objective|)."""
        if self.evaluated is None or self.bound is None:
            return None
        return gap_of(float(self.evaluated.objective), self.bound)


def gap_of(objective: float, bound: float) -> float:
    """The contract's gap."""
    return (objective - bound) / max(1.0, abs(objective))


@dataclass(frozen=True, slots=True)
class Proven:
    """A bound of the objective with the prices that prove it."""

    bound: float
    proof: tuple[dict[str, Any], ...]


def solve(instance: Instance, effort: Effort | None = None, rulebook: Rulebook | None = None) -> Solution:
    """The best plan of a checked instance."""
    begun = perf_counter()
    data = arrays(instance, rulebook)
    found = Search(data, effort).run()
    if found.moves is None:
        why = reasons(data, instance, rulebook) if np.isinf(found.bound) else [NOT_FOUND]
        return Solution("infeasible", {}, {}, None, None, perf_counter() - begun, (), tuple(why))
    evaluator = Evaluator(instance, rulebook)
    known = Proven(found.bound + shifted_base(data, evaluator), proof_of(data, found))
    solution = _paid(data, evaluator, found.moves, known, effort)
    return replace(solution, seconds=perf_counter() - begun)


def _paid(data: Arrays, evaluator: Evaluator, moves: Moves, known: Proven, effort: Effort | None) -> Solution:
    """The solution that these moves are; with less money where the exact tax, paid from cash, is above that of the program.

    The program leaves out what floats round. What that costs is set aside, and once more where the
    next plan differs.
    """
    aside = 0.0
    for _ in range(MOST_TRIES):
        buys, sells = quantities(data, evaluator, moves)
        solution = proven(evaluator, sells, buys, known)
        if solution.evaluated is None or not (solution.evaluated.broken and data.pay_from_cash):
            return solution
        aside += max(0.0, -float(solution.evaluated.cash)) * (1 + SPARE)
        again = Search(replace(data, money=data.money - aside), effort).run()
        if again.moves is None:
            break
        moves = again.moves
    return Solution("infeasible", {}, {}, None, None, 0.0, (), (NOT_FOUND,))


def proven(evaluator: Evaluator, sells: Mapping[str, Decimal], buys: Mapping[str, Decimal], known: Proven) -> Solution:
    """The solution that these trades are, with a bound that is known."""
    evaluated = evaluator.evaluate(sells, buys)
    reached = float(evaluated.objective)
    bound = min(reached, known.bound)
    status = "optimal" if gap_of(reached, bound) <= PROVEN else "feasible"
    return Solution(status, buys, sells, evaluated, bound, 0.0, known.proof)


def shifted_base(data: Arrays, evaluator: Evaluator) -> float:
    """What the program's tax before any trade exceeds the exact one by: nothing but rounding."""
    tax, before = evaluator.instance.tax, evaluator.before
    if not isinstance(tax, FederalTax) or before is None:
        return 0.0
    return base_value(data) - float(due_now(before) - tax.carryforward_value * carried(before))


def quantities(data: Arrays, evaluator: Evaluator, moves: Moves) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Units bought per asset and sold per lot; a lot that is sold whole is sold to its last digit."""
    buys = {data.names[n]: _units(moves.bought[n] / data.price[n]) for n in np.flatnonzero(moves.bought > 0)}
    sells: dict[str, Decimal] = {}
    for number in np.flatnonzero(moves.sold > 0):
        lot = evaluator.lots[data.lot_ids[number]]
        whole = moves.sold[number] >= data.value[number]
        sells[lot.lot_id] = lot.quantity if whole else min(lot.quantity, _units(moves.sold[number] / data.price[data.owner[number]]))
    return buys, sells


def _units(quantity: float) -> Decimal:
    return Decimal(repr(float(quantity)))


def proof_of(data: Arrays, found: Found) -> tuple[dict[str, Any], ...]:
    """The certificate: per reachable piece of the tax the prices that prove its bound, divided where one set does not do."""
    return tuple({"piece": data.pieces[root.piece].name, **_node(data, root)} for root in found.roots)


def _node(data: Arrays, node: Node) -> dict[str, Any]:
    told: dict[str, Any] = {"prices": _prices(node.prices or Prices())}
    if node.parts:
        told["asset"] = data.names[node.asset]
        told["parts"] = [{"options": [SIDES[kind] for kind in kinds], **_node(data, part)} for kinds, part in node.parts]
    return told


def _prices(prices: Prices) -> dict[str, Any]:
    clipped = prices.clipped()
    told: dict[str, Any] = {name: getattr(clipped, name) for name in FIELDS if getattr(clipped, name)}
    if clipped.exposure is not None:
        told["exposure"] = clipped.exposure.tolist()
    return told


def document(solution: Solution) -> dict[str, Any]:
    """The fields of `taxlots.solution/1`."""
    found = solution.evaluated
    return {
        "status": solution.status,
        "objective": None if found is None else float(found.objective),
        "bound": solution.bound,
        "gap": solution.gap,
        "seconds": round(solution.seconds, 6),
        "buys": [{"asset": asset, "quantity": float(quantity)} for asset, quantity in solution.buys.items()],
        "sells": [{"lot_id": lot_id, "quantity": float(quantity)} for lot_id, quantity in solution.sells.items()],
        "terms": None if found is None else {name: float(getattr(found, name)) for name in ("tax", "trading_cost", "risk", "drift")},
        "constraints": None
        if found is None
        else {"tracking_error": found.tracking_error, "turnover": float(found.turnover), "cash": float(found.cash)},
        "why_infeasible": list(solution.why) or None,
        "certificate": {"pieces": list(solution.proof)} if solution.proof else None,
    }
