"""`solve` against an independent program, against random plans, and where the answer can be worked out by hand."""

import random
from collections import Counter
from decimal import Decimal

import big_m
import highspy
import instances
import numpy as np
import pytest
from taxlots.decisions.arrays import arrays
from taxlots.decisions.costs import Moves, nets
from taxlots.decisions.evaluation import Evaluator
from taxlots.decisions.solution import solve
from taxlots.decisions.solver import quiet_solver
from taxlots.decisions.verify import objections

BATCHES, SIZE = 50, 10


@pytest.mark.parametrize("batch", range(BATCHES))
def test_pieces_and_hulls_equal_a_plain_program(batch):
    """500 random instances of both tax models with every option but risk: the same optimum as a big-M program, or none for both.

    HiGHS closes its integer programs to 1e-7 and keeps their rows to 1e-9 of amounts up to 10^5, so a hundredth of a cent is equal.
    """
    for seed, instance in instances.usable(range(batch * SIZE, (batch + 1) * SIZE)):
        big_m.assert_same(solve(instance), instance, seed)


def test_the_instances_reach_every_regime():
    """What the comparison above runs over: years that end in each part of the netting, and the limits that couple assets."""
    regimes, kinds = Counter(), Counter()
    for _, instance in instances.usable(range(0, BATCHES * SIZE, 2)):
        found, data = solve(instance), arrays(instance)
        if found.evaluated is None:
            kinds["infeasible"] += 1
            continue
        kinds["cash spent"] += found.evaluated.cash < 1
        kinds["pays tax from cash"] += data.pay_from_cash
        kinds["carryover"] += bool(data.tax and data.start[1] > 0)
        if data.tax is None:
            continue
        sold = np.zeros(len(data.owner))
        for name, quantity in found.sells.items():
            place = data.lot_ids.index(name)
            sold[place] = float(quantity) * data.price[data.owner[place]]
        where = nets(data, Moves(sold, np.zeros(len(data.names))))
        regimes.update(piece.name.partition(", other")[0] for piece in data.pieces if piece.holds(where, 1e-6))
    polygons = ("loss beyond the limit", "deductible loss", "short gain, long loss", "both gains", "long gain, short loss")
    for polygon in polygons:
        assert sum(count for name, count in regimes.items() if name.startswith(polygon)) >= 5, polygon
    assert all(kinds[kind] >= 5 for kind in ("infeasible", "cash spent", "pays tax from cash", "carryover")), kinds


@pytest.mark.parametrize("batch", range(8))
def test_no_random_plan_beats_the_bound(batch):
    """80 instances with factors or a covariance, tracking error limits included; random plans that keep every constraint cost more."""
    kept = 0
    for seed, instance in instances.usable(range(batch * SIZE, (batch + 1) * SIZE), risk=True):
        found = solve(instance)
        if found.evaluated is None:
            continue
        assert found.evaluated.broken == (), seed
        assert found.gap <= 1e-5, seed
        evaluator, draw = Evaluator(instance), random.Random(seed)
        for _ in range(30):
            plan = instances.random_plan(evaluator, found, draw)
            other = evaluator.evaluate(*plan)
            if not other.broken:
                kept += 1
                assert float(other.objective) >= found.bound - 1e-6 * max(1, abs(found.bound)), seed
    assert kept > 20


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 6, 7, 13, 14, 19, 20, 21, 23, 26, 30, 31])
def test_quadratic_risk_equals_a_quadratic_program(seed):
    """Linear rates and risk, nothing to choose: the tangents reach the optimum of the quadratic program that HiGHS solves itself.

    Its quadratic solver stops up to a thousandth short of the optimum, so the comparison is exact on one side only.
    """
    document = instances.document(seed, risk=True, model=instances.linear)
    document |= {"exclusive_sides": False, "wash_sales": False, "min_trade": 0, "max_tracking_error": None, "risk_aversion": 3.0}
    instance = instances.parsed(document)
    found, quadratic = solve(instance), _quadratic(instance)
    assert (found.status == "infeasible") == (quadratic is None)
    if quadratic is not None:
        assert float(found.evaluated.objective) == pytest.approx(quadratic, abs=2e-2, rel=1e-3)
        assert quadratic >= found.bound - 1e-6 * max(1, abs(found.bound))
        assert found.gap <= 1e-6


def _quadratic(instance):
    """Columns: sold per lot, bought, and distance above and below target per asset; `ra V d'Sd` as the Hessian."""
    evaluator = Evaluator(instance)
    lots, assets = instance.lots, instance.assets
    n, m = len(lots), len(assets)
    total, rate = float(evaluator.total), float(evaluator.rate)
    price = {a.asset: float(a.price) for a in assets}
    covariance = evaluator.variance.loadings @ evaluator.variance.loadings.T + np.diag(evaluator.variance.specific)
    value = np.array([float(lot.quantity) * price[lot.asset] for lot in lots])
    tax = [float(evaluator.evaluate({lot.lot_id: lot.quantity}, {}).tax) for lot in lots]
    cost = np.concatenate((np.array(tax) / value + rate, np.full(m, rate), np.full(2 * m, float(instance.drift_penalty))))
    upper = np.full(n + 3 * m, highspy.kHighsInf)
    upper[:n] = value
    for number, asset in enumerate(assets):
        if asset.restricted:
            upper[n + number] = 0
            upper[[k for k, lot in enumerate(lots) if lot.asset == asset.asset]] = 0
        if asset.band is not None:
            upper[[n + m + number, n + 2 * m + number]] = float(asset.band) * total
    rows, low, high = np.zeros((m + 2, n + 3 * m)), np.full(m + 2, -highspy.kHighsInf), np.zeros(m + 2)
    for number, asset in enumerate(assets):
        rows[number, [k for k, lot in enumerate(lots) if lot.asset == asset.asset]] = -1
        rows[number, [n + number, n + 2 * m + number]] = 1
        rows[number, n + m + number] = -1
        low[number] = high[number] = float(asset.target) * total - float(evaluator.held[asset.asset])
    rows[m, :n], rows[m, n : n + m], high[m] = -(1 - rate), 1 + rate, float(evaluator.money)
    rows[m + 1, : n + m] = 1
    high[m + 1] = highspy.kHighsInf if instance.max_turnover is None else float(instance.max_turnover) * total
    return _solved((cost, upper, rows, low, high), 2 * float(instance.risk_aversion) / total * covariance)


def _solved(linear, hessian):
    cost, upper, rows, low, high = linear
    size, m = len(cost), len(hessian)
    solver, model = quiet_solver(), highspy.HighsModel()
    program = model.lp_
    program.num_col_, program.num_row_ = size, len(rows)
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, np.zeros(size), upper
    program.row_lower_, program.row_upper_ = low, high
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.arange(0, rows.size + 1, size, dtype=np.int32)
    program.a_matrix_.index_ = np.tile(np.arange(size, dtype=np.int32), len(rows))
    program.a_matrix_.value_ = rows.ravel()
    full = np.zeros((size, size))
    full[-2 * m : -m, -2 * m : -m] = full[-m:, -m:] = hessian
    full[-m:, -2 * m : -m] = full[-2 * m : -m, -m:] = -hessian
    lower = np.tril(full)
    model.hessian_.dim_ = size
    model.hessian_.format_ = highspy.HessianFormat.kTriangular
    entries = [(column, row) for column in range(size) for row in range(column, size) if lower[row, column]]
    counts = np.bincount([column for column, _ in entries], minlength=size)
    model.hessian_.start_ = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    model.hessian_.index_ = np.array([row for _, row in entries], np.int32)
    model.hessian_.value_ = np.array([lower[row, column] for column, row in entries])
    solver.setOptionValue("time_limit", 5.0)  # its quadratic solver cycles now and then
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        pytest.skip("HiGHS does not finish this quadratic program")
    return solver.getInfo().objective_function_value


def small(**options):
    """50 units of A at 100 held in two lots, half wished; wages 90,000 - 16,100 = 73,900: the 22 % bracket of 2026, single."""
    base = {
        "schema": "taxlots.instance/1",
        "assets": [{"asset": "A", "price": 100, "target": 0.5}, {"asset": "B", "price": 20, "target": 0}],
        "lots": [
            {"lot_id": "loss", "asset": "A", "quantity": 25, "basis": 3000, "term": "short"},
            {"lot_id": "gain", "asset": "A", "quantity": 25, "basis": 500, "term": "short"},
        ],
        "cash": 0,
        "tax": {"model": "us-federal", "year": 2026, "position": {"filing_status": "single", "wages": 90_000}},
        "drift_penalty": 0.02,
    }
    return instances.parsed(base | options)


def test_the_loss_is_sold_and_the_gain_stays():
    """2,500 too much of A. The loss lot brings 2,500: its loss of 500 saves 110 at 22 %. Drift falls to 0. Objective -110."""
    found = solve(small())
    assert (dict(found.sells), dict(found.buys)) == ({"loss": Decimal(25)}, {})
    assert found.evaluated.tax == -110
    assert float(found.evaluated.objective) == pytest.approx(-110)
    assert found.bound == pytest.approx(-110)


def test_the_wash_rule_costs_what_it_costs():
    """Target 100 %: without the rule the loss lot is sold and A bought back at once for nothing but 2 x 0.15 % x 2,500 = 7.50.

    -110 + 7.50 less the drift that the costs force: 3.75 of selling cost are taken off the gain (0.825 more tax saved), and 7.4888 of the
    proceeds can't be spent: 2,500 x 0.9985 / 1.0015 = 2,492.511. Cost 0.0015 x (2,500 + 2,492.511) = 7.4888; drift 2 % x 7.4888 = 0.1498.
    With the rule: sell only, drift 2 % x 2,500 = 50, cost 3.75: -110.825 + 3.75 + 50 = -57.075.
    """
    assets = [{"asset": "A", "price": 100, "target": 1.0}]
    free = solve(small(assets=assets, trading_cost_bps=15))
    assert float(free.evaluated.objective) == pytest.approx(-110.825 + 7.4888 + 0.1498, abs=1e-3)
    ruled = solve(small(assets=assets, trading_cost_bps=15, wash_sales=True))
    assert float(ruled.evaluated.objective) == pytest.approx(-57.075)
    assert not ruled.buys


def test_a_trade_below_the_minimum_is_not_made():
    """3,000 at least: 2,500 of the loss lot alone are too little. Selling 500 of the gain lot more costs 88 of tax (80 % of it at 22 %).

    Loss lot and 500: tax -110 + 88 = -22, drift 500 below target: 10. Together -12, better than to hold (50 of drift).
    """
    found = solve(small(min_trade=3000))
    assert float(found.evaluated.objective) == pytest.approx(-12)
    assert {name: float(q) for name, q in found.sells.items()} == pytest.approx({"loss": 25, "gain": 5})


def test_linear_rates():
    """The loss lot: (100 - 120) x 35 % x 0.8 = -5.60 now, (120 - 100) x 35 % x 0.2 = 1.40 later, each of 25 units: -105. Flagged: 0."""
    tax = {"model": "linear", "short_rate": 0.35, "long_rate": 0.2, "loss_utilization": 0.8, "future_recapture": 0.2}
    assert float(solve(small(tax=tax)).evaluated.objective) == pytest.approx(-105)
    lots = [{"lot_id": "loss", "asset": "A", "quantity": 25, "basis": 3000, "term": "short", "wash_flag": True}]
    flagged = solve(small(tax=tax, lots=lots, assets=[{"asset": "A", "price": 100, "target": 0}]))
    assert float(flagged.evaluated.tax) == 0
    assert float(flagged.evaluated.objective) == pytest.approx(0)


def test_the_tax_is_paid_from_cash():
    """All of the gain lot must go (restricted to one asset, target 0, a heavy penalty) for a withdrawal of 2,200.

    Each 100 sold has a gain of 80, taxed at 22 %: 17.60. Net 82.40 of each 100, so 2,200 need 2,669.90: more than the lot has. With the
    loss lot (2,500 for a tax of -110, which is not paid out) 2,200 are there at once.
    """
    tax = {"model": "us-federal", "year": 2026, "position": {"filing_status": "single", "wages": 90_000}, "pay_from_cash": True}
    lots = [{"lot_id": "gain", "asset": "A", "quantity": 25, "basis": 500, "term": "short"}]
    alone = solve(small(tax=tax, lots=lots, withdrawal=2200))
    assert alone.status == "infeasible"
    # 2,500 x 0.824 = 2,060 is the most.
    assert alone.why[0]["needed"] == pytest.approx(2060, abs=0.1)
    both = solve(small(tax=tax, withdrawal=2200))
    assert both.status == "optimal"
    assert float(both.evaluated.cash) >= -1e-6


def test_risk_alone():
    """One asset, variance 0.04, 10,000 held of 10,000, target 50 %: d = 0.5 - x; cost 1 x 10,000 x 0.04 d^2 + 0.1 % of the sale s.

    With linear rates of 0: derivative 2 x 0.04 x (5,000 - s) / 1e4 x ... : 8e-6 (5,000 - s) = 0.001, so s = 4,875 and the objective is
    0.04 x 125^2 / 10,000 + 4.875 = 0.0625 + 4.875 = 4.9375.
    """
    instance = instances.parsed(
        {
            "schema": "taxlots.instance/1",
            "assets": [{"asset": "A", "price": 10, "target": 0.5}],
            "lots": [{"lot_id": "a", "asset": "A", "quantity": 1000, "basis": 10_000, "term": "long"}],
            "tax": {"model": "linear", "short_rate": 0, "long_rate": 0},
            "risk": {"covariance": [[0.04]]},
            "risk_aversion": 1,
            "trading_cost_bps": 10,
        }
    )
    found = solve(instance)
    assert float(found.evaluated.objective) == pytest.approx(4.9375, abs=1e-5)
    assert float(found.sells["a"]) == pytest.approx(487.5, abs=0.05)
    assert list(objections(instance, _told(found))) == []


def _told(found):
    from taxlots.decisions.solution import document

    return document(found)


def test_no_turnover_is_no_trade_and_proven():
    """A limit of 0 leaves doing nothing alone, and the bound says so: no plan costs less than its 0 more than today."""
    found = solve(small(max_turnover=0, drift_penalty=0))
    assert (found.status, dict(found.sells), dict(found.buys)) == ("optimal", {}, {})
    assert found.bound == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "constraint", "needed"),
    [
        # Half of 5,000 must go for the band of 10 %: 5,000 - 3,000 = 2,000 of 5,000 at least.
        ({"assets": [{"asset": "A", "price": 100, "target": 0.5, "band": 0.1}], "max_turnover": 0.3}, "max_turnover", 0.4),
        ({"assets": [{"asset": "A", "price": 100, "target": 0.5, "band": 0.1, "restricted": True}]}, "band of A", 0.5),
        ({"withdrawal": 6000}, "withdrawal", 5000),
        # 100 of costs for 5,000 sold at 2 %.
        ({"withdrawal": 4950, "trading_cost_bps": 200}, "withdrawal", 4900),
        ({"risk": {"covariance": [[0.04, 0], [0, 0.04]]}, "max_tracking_error": 0.05, "max_turnover": 0.2}, "max_turnover", 0.25),
        ({"assets": [{"asset": "A", "price": 100, "target": 0.5, "band": 0.1}], "min_trade": 6000}, "min_trade", 3000),
    ],
)
def test_what_to_relax(options, constraint, needed):
    """Two constraints that exclude each other: each is named with the value that would do.

    Tracking error 5 % at a volatility of 20 % is a distance of 25 %: from 50 % at least 25 % must be sold.
    """
    found = solve(small(**options))
    assert found.status == "infeasible"
    told = {way["constraint"]: way for way in found.why}
    assert told[constraint]["needed"] == pytest.approx(needed, rel=1e-3)
    assert str(constraint) in told[constraint]["message"]
    assert told[constraint]["by"] == pytest.approx(abs(told[constraint]["needed"] - told[constraint]["now"]))


@pytest.mark.parametrize("state", ["CA", "NJ", "OH", "TX"])
def test_a_state_is_taxed_by_its_own_schedule(state):
    """Brackets, no losses from other years, a cliff, none at all: the optimum by `tax_due` is proven, and no random plan is below it."""
    draw = random.Random(state)
    for seed in range(12):
        given = instances.document(seed, model=instances.federal)
        given["tax"]["position"] |= {"state": state, "state_rate": None}
        instance = instances.parsed(given | {"contribution": 0})
        found, evaluator = solve(instance), Evaluator(instance)
        if found.evaluated is None:
            continue
        assert found.evaluated.broken == ()
        assert found.status == "optimal", seed
        assert list(objections(instance, _told(found))) == [], seed
        for _ in range(40):
            sells = {lot.lot_id: lot.quantity * Decimal(draw.randint(0, 4)) / 4 for lot in instance.lots}
            plan = evaluator.evaluate({name: quantity for name, quantity in sells.items() if quantity}, {})
            assert plan.broken or float(plan.objective) >= found.bound - 1e-6 * max(1.0, abs(found.bound)), seed


@pytest.mark.parametrize(("held", "sold", "objective"), [(5000, 49.999, 996.00008), (10_000, 10_000, 1805.62704)])
def test_a_plan_stops_below_a_cliff_or_leaps_it(held, sold, objective):
    """Ohio 2026: nothing up to 26,050, 332.00204 and 2.75 % above. Single, wages 42,100 - 16,100 = 26,000; short-term gains at 12 %.

    A of basis 0 should go at 20 cents a dollar. 50 dollars less a tenth of a cent are free of state tax: 0.2 x (5,000 - 49.999) + 0.12 x
    49.999 = 996.00008. All 5,000 would cost 600 + 332.00 + 2.75 % of 4,950 = 1,068.13. Of 10,000 all go: 1,200 + 332.00204 + 2.75 % of
    9,950 = 1,805.62704 is less than 1,996.
    """
    given = {
        "schema": "taxlots.instance/1",
        "assets": [{"asset": "A", "price": 1, "target": 0}],
        "lots": [{"lot_id": "a", "asset": "A", "quantity": held, "basis": 0, "term": "short"}],
        "tax": {"model": "us-federal", "year": 2026, "position": {"filing_status": "single", "wages": 42_100, "state": "OH"}},
        "drift_penalty": 0.2,
    }
    found = solve(instances.parsed(given))
    assert found.status == "optimal"
    assert float(found.sells["a"]) == pytest.approx(sold)
    assert float(found.evaluated.objective) == pytest.approx(objective)


@pytest.mark.parametrize(
    ("withdrawal", "limits", "status"), [(5000, {}, "optimal"), (5000, {"max_turnover": 0.5}, "infeasible"), (5001, {}, "infeasible")]
)
def test_everything_is_withdrawn(withdrawal, limits, status):
    """V is 0: all 50 units at 100 are sold for the 5,000 that are taken out, unless a share of V limits the turnover."""
    lots = [{"lot_id": "a", "asset": "A", "quantity": 50, "basis": 1000, "term": "long"}]
    given = {
        "schema": "taxlots.instance/1",
        "assets": [{"asset": "A", "price": 100, "target": 0.5}],
        "lots": lots,
        "withdrawal": withdrawal,
    }
    tax = {"model": "linear", "short_rate": 0.35, "long_rate": 0.2}
    found = solve(instances.parsed(given | limits | {"tax": tax, "risk": {"covariance": [[0.04]]}}))
    assert found.status == status
    assert found.sells == ({"a": 50} if status == "optimal" else {})
    assert status == "optimal" or all(way["message"] for way in found.why)
    assert status == "optimal" or found.why


def test_a_piece_without_a_plan_is_proven_so():
    """A piece that presolve alone finds infeasible has no ray: without one the bound was 50 for a plan that costs 2,249.62."""
    lots = [("x0", 0.0973, 5362.31), ("x1", 0.44801572, 12374.41)]
    given = {
        "schema": "taxlots.instance/1",
        "assets": [{"asset": "A0", "price": 12.5, "band": 0.02}, *({"asset": a, "price": 61234.5, "target": 0.4} for a in ("A1", "A2"))],
        "lots": [{"lot_id": n, "asset": "A1", "quantity": q, "basis": b, "term": "long"} for n, q, b in lots],
        "tax": {
            "model": "us-federal",
            "year": 2025,
            "position": {"filing_status": "married_separate", "wages": 206_000},
            "carryforward_value": 0.15,
        },
        "drift_penalty": 0.2,
        "max_turnover": 0.8,
        "trading_cost_bps": 15,
        "exclusive_sides": True,
        "wash_sales": True,
        "min_trade": 2000,
    }
    found = solve(instances.parsed(given))
    assert float(found.evaluated.objective) == pytest.approx(2249.617, abs=0.001)
    assert found.gap <= 1e-6
