"""The frontier: no point dominates another, and no plan with as little drift is cheaper."""

from dataclasses import replace
from itertools import pairwise

import instances
import pytest
from taxlots.decisions.arrays import arrays
from taxlots.decisions.evaluation import Evaluator
from taxlots.decisions.frontier import NEXT_TO_NOTHING, QUICK, frontier
from taxlots.decisions.search import Search
from taxlots.decisions.solution import solve


@pytest.mark.parametrize("seed", [3, 5, 12, 31, 44, 58])
def test_points_are_not_dominated_and_proven(seed):
    """Less drift costs more from point to point; each cost is its bound; the weighted optimum lies on or above the curve."""
    document = instances.document(seed, model=instances.federal) | {"contribution": 0, "drift_penalty": 0.05, "min_trade": 0}
    instance = instances.parsed(document)
    points = frontier(instance, 9)
    if solve(instance).status == "infeasible":
        assert points == []
        return
    for before, after in pairwise(points):
        assert before.drift < after.drift
        assert before.cost > after.cost
    for point in points:
        again = Evaluator(instance).evaluate(point.sells, point.buys)
        assert float(again.tax + again.trading_cost) == point.cost
        assert float(sum(map(abs, again_away(instance, point)))) == pytest.approx(point.drift, abs=1e-4)
        assert point.evaluated.broken == ()
        assert point.bound == pytest.approx(point.cost, abs=0.05, rel=1e-4)
    best = float(solve(instance).evaluated.objective)
    weighted = [point.cost + 0.05 * point.drift for point in points]
    assert min(weighted) >= best - 1e-2


def again_away(instance, point):
    """Dollars of each asset from its target after the point's trades."""
    price = {asset.asset: asset.price for asset in instance.assets}
    units = dict(point.buys)
    for lot in instance.lots:
        units[lot.asset] = units.get(lot.asset, 0) + lot.quantity - point.sells.get(lot.lot_id, 0)
    total = sum(lot.quantity * price[lot.asset] for lot in instance.lots) + instance.cash + instance.contribution - instance.withdrawal
    return [units.get(asset.asset, 0) * asset.price - asset.target * total for asset in instance.assets]


@pytest.mark.parametrize("seed", [5, 12, 44, 63])
def test_what_one_level_has_learnt_does_not_bend_the_next(seed):
    """Each point against a search of its own that knows nothing of the levels before it: the same cost, and no higher bound."""
    document = instances.document(seed, model=instances.federal) | {"contribution": 0, "drift_penalty": 0}
    instance = instances.parsed(document)
    points = frontier(instance, 7)
    alone = replace(arrays(instance), drift_penalty=NEXT_TO_NOTHING, aversion=0.0)
    for point in points:
        found = Search(alone.limited(point.drift + 1e-6), QUICK).run()
        assert found.cost == pytest.approx(point.cost + NEXT_TO_NOTHING * point.drift, abs=0.05, rel=1e-4)
        assert point.bound <= found.cost + 0.05 + 1e-4 * abs(found.cost) + NEXT_TO_NOTHING * point.drift


def test_a_curve_by_hand():
    """One lot of 100 at 100, basis 5,000, short: half of what is sold is gain, at 22 %: 11 cents per dollar; target 0.

    So from a drift of 10,000 at no cost to none at 1,100, straight: 11 % of what is sold.
    """
    instance = instances.parsed(
        {
            "schema": "taxlots.instance/1",
            "assets": [{"asset": "A", "price": 100, "target": 0}],
            "lots": [{"lot_id": "a", "asset": "A", "quantity": 100, "basis": 5000, "term": "short"}],
            "tax": {"model": "us-federal", "year": 2026, "position": {"filing_status": "single", "wages": 90_000}},
        }
    )
    points = frontier(instance, 5)
    assert [point.drift for point in points] == pytest.approx([0, 2500, 5000, 7500, 10_000], abs=0.01)
    assert [point.cost for point in points] == pytest.approx([1100, 825, 550, 275, 0], abs=0.01)
