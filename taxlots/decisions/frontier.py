"""Tax and trading cost against the drift that remains: the cheapest plan for each level of drift.

Levels lie evenly between the least drift that any plan reaches and the drift of the cheapest plan of all. Each level changes one number
of the program before it and is solved from its last basis; the pieces of the tax that earlier prices exclude are not solved at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from taxlots.decisions.arrays import INFINITY, Arrays, arrays
from taxlots.decisions.costs import distance
from taxlots.decisions.evaluation import Evaluated, Evaluator
from taxlots.decisions.instance import Instance
from taxlots.decisions.search import Effort, Found, Search
from taxlots.decisions.solution import quantities, shifted_base
from taxlots.rulebook import Rulebook

# A dollar of drift costs next to nothing, so that of equally cheap plans the nearest is taken: no point dominates another.
NEXT_TO_NOTHING = 1e-7
HEAVY = 1e4
POINTS = 25
QUICK = Effort(aim=1e-6, enough=1e-4, patience=5e5, most=5e6)


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """A plan, the drift that it leaves (dollars), its cost and sales; `bound`: no plan with at most this drift costs less.

    `sells` and `buys`: units by lot and by asset.
    """

    drift: float
    cost: float
    bound: float
    evaluated: Evaluated
    sold: float = 0.0
    sells: Mapping[str, Decimal] = field(default_factory=dict)
    buys: Mapping[str, Decimal] = field(default_factory=dict)


def frontier(instance: Instance, points: int = POINTS, rulebook: Rulebook | None = None) -> list[FrontierPoint]:
    """The points from the least drift to the least cost; none where nothing is feasible."""
    data = replace(arrays(instance, rulebook), drift_penalty=NEXT_TO_NOTHING, aversion=0.0)
    search = Search(data.limited(2 * (data.most_bought + float((np.abs(data.distance) + data.held).sum()))), QUICK)
    cheapest = search.run()
    nearest = Search(_nearest(data), QUICK).run()
    if cheapest.moves is None or nearest.moves is None:
        return []
    most = _drift(data, cheapest)
    least = min(most, _drift(data, nearest) + 1e-7 * data.total)
    evaluator = Evaluator(instance, rulebook)
    return list(_points(search, cheapest, np.linspace(most, least, max(2, points)), evaluator))[::-1]


def _nearest(data: Arrays) -> Arrays:
    """The same decision where only drift counts."""
    return replace(
        data,
        sale_cost=np.zeros_like(data.sale_cost),
        buy_cost=np.zeros_like(data.buy_cost),
        carry_value=0.0,
        drift_penalty=HEAVY,
        tax=data.tax if data.pay_from_cash else None,
    )


def _drift(data: Arrays, found: Found) -> float:
    return 0.0 if found.moves is None else float(np.abs(distance(data, found.moves)).sum())


def _points(search: Search, cheapest: Found, levels: np.ndarray, evaluator: Evaluator) -> Iterator[FrontierPoint]:
    """The points at these levels, most drift first; `cheapest` is the plan at the first one."""
    data, found, reached = search.arrays, cheapest, INFINITY
    for level in levels:
        if level < levels[0]:
            search = search.at_drift(float(level))
            found = search.run()
        drift = _drift(data, found)
        # A plan with a minimum trade may satisfy several levels at once; it is one point.
        if found.moves is None or drift >= reached - 1e-9 * data.total:
            continue
        reached = drift
        buys, sells = quantities(data, evaluator, found.moves)
        evaluated = evaluator.evaluate(sells, buys)
        cost = float(evaluated.tax + evaluated.trading_cost)
        bound = found.bound + shifted_base(data, evaluator) - NEXT_TO_NOTHING * float(level)
        yield FrontierPoint(drift, cost, min(cost, bound), evaluated, float(found.moves.sold.sum()), sells, buys)
