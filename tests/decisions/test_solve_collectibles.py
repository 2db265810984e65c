"""`solve` with collectibles: against an independent program, against random plans, and by hand."""

import json
import random

import big_m
import instances
import pytest
from taxlots.decisions.evaluation import Evaluator
from taxlots.decisions.solution import document, solve
from taxlots.decisions.verify import objections

SIZE = 10


def selling(seed):
    """A random year in which half of the lots are collectibles as well."""
    given, draw = instances.document(seed, model=instances.collecting) | {"contribution": 0}, random.Random(seed)
    for lot in given["lots"]:
        lot["collectible"] = draw.random() < 0.5
    return instances.parsed(given)


@pytest.mark.parametrize("batch", range(10))
def test_the_28_percent_group_equals_a_plain_program(batch):
    """100 random years with collectibles: the same optimum as a big-M program of the Schedule D Tax Worksheet, proven."""
    for seed, instance in instances.usable(range(batch * SIZE, (batch + 1) * SIZE), model=instances.collecting):
        found = solve(instance)
        big_m.assert_same(found, instance, seed)
        if found.status != "infeasible":
            assert list(objections(instance, json.loads(json.dumps(document(found))))) == [], seed


@pytest.mark.parametrize(
    ("year", "lot"),
    [
        ({"long_term": 30_000, "collectibles": 30_000, "short_term": -20_000}, {"term": "short"}),
        ({}, {"term": "long", "collectible": True}),
    ],
)
def test_tax_paid_from_cash_is_the_exact_tax(year, lot):
    """All 10,000 of A have to go (band 0), a gain of 9,000, with no cash but what the sale brings; B takes what the tax leaves.

    2026, single, wages 300,000 - 16,100 = 283,900: above the 24 % bracket, so each dollar of the 28 % group costs 28 % and 3.8 %. In the
    first year the group is 30,000 less the short-term loss, which the sale lowers from 20,000 to 11,000; in the second the sale itself is
    of a collectible. Both: 31.8 % of 9,000 = 2,862, so 7,138 of B are bought.
    """
    given = {
        "schema": "taxlots.instance/1",
        "assets": [{"asset": "A", "price": 100, "target": 0, "band": 0}, {"asset": "B", "price": 1, "target": 1}],
        "lots": [{"lot_id": "a", "asset": "A", "quantity": 100, "basis": 1000} | lot],
        "tax": {
            "model": "us-federal",
            "year": 2026,
            "position": {"filing_status": "single", "wages": 300_000} | year,
            "pay_from_cash": True,
        },
        "drift_penalty": 1,
    }
    found = solve(instances.parsed(given))
    assert found.evaluated is not None
    assert found.status == "optimal"
    assert found.evaluated.broken == ()
    assert float(found.evaluated.tax) == pytest.approx(2862)
    assert float(found.evaluated.cash) == pytest.approx(0, abs=0.01)
    assert float(found.buys["B"]) == pytest.approx(7138, abs=0.01)


def test_the_group_at_12_percent_makes_room_for_gain_at_15():
    """Wages 65,550 - 16,100 = 49,450, the end of the 0 % rate; 12 % ends at 50,400. Collectibles of 950 stand against as large a loss.

    20,000 of A with basis 0 have to go at 15.1 cents a dollar: 950 of the gain are in the group and cost 12 %, the other 19,050 cost 15 %,
    2,971.50 together, less than 12 % of 950 and 0.151 x 19,050 = 2,990.55. Without the group all of it would cost 15 %, 3,000.
    """
    given = {
        "schema": "taxlots.instance/1",
        "assets": [{"asset": "A", "price": 100, "target": 0}],
        "lots": [{"lot_id": "a", "asset": "A", "quantity": 200, "basis": 0, "term": "long"}],
        "tax": {
            "model": "us-federal",
            "year": 2026,
            "position": {"filing_status": "single", "wages": 65_550, "collectibles": 950},
        },
        "drift_penalty": 0.151,
    }
    found = solve(instances.parsed(given))
    assert found.status == "optimal"
    assert float(found.evaluated.objective) == pytest.approx(2971.5)
    assert found.bound == pytest.approx(2971.5)


@pytest.mark.parametrize("batch", range(10))
def test_collectibles_sold_equal_a_plain_program(batch):
    """100 random years in which collectibles are sold: the optimum of the big-M program, proven by prices of the group as a third net."""
    for seed in range(batch * SIZE, (batch + 1) * SIZE):
        instance = selling(seed)
        big_m.assert_same(solve(instance), instance, seed)


@pytest.mark.parametrize("batch", range(4))
def test_no_random_sale_of_collectibles_beats_the_bound(batch):
    """40 years in which the lots are collectibles as well: random plans cost more than the bound, and it is proven."""
    kept = 0
    for seed in range(batch * SIZE, (batch + 1) * SIZE):
        instance, draw = selling(seed), random.Random(seed)
        found, evaluator = solve(instance), Evaluator(instance)
        if found.evaluated is None:
            continue
        assert found.evaluated.broken == (), seed
        assert found.status == "optimal", seed
        assert list(objections(instance, json.loads(json.dumps(document(found))))) == [], seed
        for _ in range(40):
            other = evaluator.evaluate(*instances.random_plan(evaluator, found, draw))
            if not other.broken:
                kept += 1
                assert float(other.objective) >= found.bound - 1e-6 * max(1, abs(found.bound)), seed
    assert kept > 20
