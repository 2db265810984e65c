"""The checker accepts what `solve` writes and rejects whatever is changed in it."""

import copy
import json

import instances
import pytest
from taxlots.decisions.solution import document, solve
from taxlots.decisions.verify import objections

# Federal netting; with wash rule and minimum trade (a divided proof); linear; risk with a tracking error limit.
SEEDS = {"netting": (3, False), "choices": (0, False), "risk": (8, True), "collectibles": (0, False)}
MODELS = {"collectibles": instances.collecting}


def divided():
    """A seed whose proof has to divide a piece."""
    for seed in range(400):
        given = instances.document(seed) | {"min_trade": 6000, "wash_sales": True, "contribution": 0}
        instance = instances.parsed(given)
        found = solve(instance)
        if found.status == "optimal" and any("parts" in piece for piece in found.proof):
            return instance, json.loads(json.dumps(document(found)))
    raise AssertionError("no proof was divided")


@pytest.fixture(scope="module")
def plans():
    """Instances with their solutions, by name."""
    found = {"divided": divided()}
    for name, (start, risk) in SEEDS.items():
        for seed in range(start, start + 40):
            model = MODELS.get(name, instances.federal)
            given = instances.document(seed, risk=risk, model=model) | {"contribution": 0}
            instance = instances.parsed(given)
            solved = solve(instance)
            if solved.status == "optimal" and solved.sells and abs(float(solved.evaluated.objective)) > 10:
                found[name] = (instance, json.loads(json.dumps(document(solved))))
                break
    return found


NAMES = ["netting", "choices", "risk", "divided", "collectibles"]


@pytest.mark.parametrize("name", NAMES)
def test_what_was_solved_is_verified(plans, name):
    """No objection to the document as it was written."""
    instance, plan = plans[name]
    assert list(objections(instance, plan)) == []


def tampered(plan, change):
    """A copy with one change."""
    other = copy.deepcopy(plan)
    change(other)
    return other


def better(plan):
    """Objective, bound and gap that look better than they are, consistent with each other."""
    plan["objective"] -= 5
    plan["bound"] -= 5


def sharper(plan):
    """A bound raised to the objective plus nothing, and the plan worsened so that only the bound is false."""
    plan["bound"] = plan["objective"] + 1
    plan["gap"] = -1 / max(1.0, abs(plan["objective"]))


def unproven(plan):
    """A plan that sells less than the best, with its true figures and a bound that claims it to be optimal."""
    plan["certificate"]["pieces"] = [piece | {"prices": {}} for piece in plan["certificate"]["pieces"]]
    for piece in plan["certificate"]["pieces"]:
        piece.pop("parts", None)


CHANGES = {
    "more is sold than the lot has": lambda p: p["sells"][0].update(quantity=p["sells"][0]["quantity"] * 1.01 + 1e6),
    "a sale is left out": lambda p: p["sells"].pop(0),
    "a negative purchase": lambda p: p["buys"].append({"asset": "S0", "quantity": -1}),
    "an unknown lot": lambda p: p["sells"].append({"lot_id": "nobody", "quantity": 1}),
    "an unknown asset": lambda p: p["buys"].append({"asset": "nobody", "quantity": 1}),
    "no number": lambda p: p["sells"][0].update(quantity="much"),
    "a better objective": better,
    "a bound above the objective": sharper,
    "a smaller gap": lambda p: p.update(gap=p["gap"] - 0.01),
    "a cheaper tax": lambda p: p["terms"].update(tax=p["terms"]["tax"] - 1),
    "a piece is missing": lambda p: p["certificate"]["pieces"].pop(),
    "no certificate": lambda p: p.update(certificate=None),
    "no prices": lambda p: p["certificate"]["pieces"][0].pop("prices"),
    "prices of nothing": unproven,
    "a price that is no number": lambda p: p["certificate"]["pieces"][0]["prices"].update(cash=float("nan")),
    "infeasible": lambda p: p.update(status="infeasible"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_is_noticed(plans, name, change):
    """Each change by itself."""
    instance, plan = plans[name]
    other = tampered(plan, CHANGES[change])
    found = list(objections(instance, other))
    assert found, change


def test_a_part_that_is_left_out_is_noticed(plans):
    """The parts of a divided piece must cover every option of the asset."""
    instance, plan = plans["divided"]

    def cut(other):
        piece = next(p for p in other["certificate"]["pieces"] if "parts" in p)
        piece["parts"].pop(0)

    assert list(objections(instance, tampered(plan, cut)))


def test_a_worse_plan_is_not_proven_optimal(plans):
    """Doing nothing, with its true figures and the optimum's proof, claimed to be optimal: the bound does not reach it."""
    instance, plan = plans["netting"]
    from taxlots.decisions.evaluation import Evaluator

    nothing = Evaluator(instance).evaluate({}, {})
    objective = float(nothing.objective)
    terms = {name: float(getattr(nothing, name)) for name in ("tax", "trading_cost", "risk", "drift")}
    claimed = plan | {"sells": [], "buys": [], "objective": objective, "terms": terms, "bound": objective, "gap": 0.0}
    assert objective > plan["objective"] + 1
    assert any("prove" in message for message in objections(instance, claimed))
