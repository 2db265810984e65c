"""`solve` where rounding, a limit of 0, a jump of the tax or an empty portfolio decides."""

from dataclasses import replace
from decimal import Decimal

import instances
import msgspec
import pytest
from taxlots.decisions import program
from taxlots.decisions.arrays import arrays
from taxlots.decisions.evaluation import Evaluator
from taxlots.decisions.instance import position_of
from taxlots.decisions.program import Program
from taxlots.decisions.search import Search
from taxlots.decisions.solution import solve
from taxlots.tax import tax_due

LINEAR = {"model": "linear", "short_rate": 0.35, "long_rate": 0.2}


def instance(assets, lots, tax, **options):
    """A checked instance; assets as (name, price, target, band), lots as (id, asset, quantity, basis, term)."""
    named = [dict(zip(("asset", "price", "target", "band"), one, strict=True)) for one in assets]
    held = [dict(zip(("lot_id", "asset", "quantity", "basis", "term"), one, strict=True)) for one in lots]
    return instances.parsed({"schema": "taxlots.instance/1", "assets": named, "lots": held, "tax": tax} | options)


def test_a_band_of_0_in_a_large_portfolio_is_reached():
    """Sums over lots of 26 million end some 1e-8 off 0: a band of 0 was taken for unreachable, and another plan for the optimum.

    The plan that ends exactly at the targets keeps every constraint: the optimum costs no more, and the bound lies below it.
    """
    quantities = (3102656, 7240047.36, 4840896.11)
    lots = [(f"a{n}", "A", quantity, 400_000, "long") for n, quantity in enumerate(quantities)]
    risk = {"factors": [[0.2], [0.1], [0.15]], "specific_variance": [0.03, 0.04, 0.05]}
    given = instance(
        [("A", 1.72, 0, 0), ("B", 10, 0.6, None), ("C", 10, 0.1, None)],
        [*lots, ("b", "B", 1_000_000, 100, "long"), ("c", "C", 9_000_000, 80_000_000, "long")],
        LINEAR,
        cash=1_000_000,
        risk=risk,
        risk_aversion=5,
        trading_cost_bps=60,
    )
    evaluator = Evaluator(given)
    wanted = {"B": (Decimal("0.6") * evaluator.total - 10_000_000) / 10}
    sells = {name: lot.quantity for name, lot in evaluator.lots.items() if lot.asset == "A"}
    sells["c"] = 9_000_000 - Decimal("0.1") * evaluator.total / 10
    plan = evaluator.evaluate(sells, wanted)
    assert plan.broken == ()
    found = solve(given)
    assert found.gap <= 1e-6
    assert found.evaluated.objective <= plan.objective
    assert found.bound <= float(plan.objective)


def test_a_turnover_of_0_leaves_everything():
    """Nothing is traded, and that is proven."""
    for seed in (0, 4, 9, 104):
        document = instances.document(seed) | {"cash": 0, "contribution": 0, "withdrawal": 0, "max_turnover": 0, "min_trade": 0}
        for asset in document["assets"]:
            asset["band"] = None
        found = solve(instances.parsed(document))
        assert (found.status, found.sells, found.buys) == ("optimal", {}, {})
        assert found.gap <= 1e-9


@pytest.mark.parametrize(("penalty", "sold", "objective"), [(0.05, 12.5, 62.5), (0.3, 25, 359.502)])
def test_the_cliff_of_ohio(penalty, sold, objective):
    """2026: 41,150 of wages less the deduction of 16,100 are 25,050, or 1,000 below the 26,050 that owe nothing; gain is taxed at 0 %.

    A is 2,500 above its target, with 80 of gain in each unit of 100. 12.5 units bring 1,000 of gain and leave 1,250 out of place: at 5 %
    that is 62.50, at 30 % 375. All 25 cost 1.27448 % of 26,050, which is 332.002, and 2.75 % of the 1,000 above, together 359.502.
    """
    position = {"filing_status": "single", "wages": 41_150, "state": "OH"}
    tax = {"model": "us-federal", "year": 2026, "position": position}
    given = instance([("A", 100, 0.5, None)], [("a", "A", 50, 1000, "long")], tax, drift_penalty=penalty)
    found = solve(given)
    assert float(found.sells["a"]) == pytest.approx(sold, abs=1e-4)
    assert float(found.evaluated.objective) == pytest.approx(objective, abs=1e-3)
    assert found.gap <= 1e-5


def test_a_contribution_below_the_minimum_trade_stays_cash():
    """100 can't be placed where a trade is at least 500; that is no fault of the file. What stays out of place costs 10 % of 100."""
    given = instance([("A", 100, 1, None)], [("a", "A", 5, 100, "long")], LINEAR, contribution=100, min_trade=500, drift_penalty=0.1)
    found = solve(given)
    assert (found.status, found.buys) == ("optimal", {})
    assert float(found.evaluated.objective) == pytest.approx(10)


@pytest.mark.parametrize(("cash", "withdrawal", "status"), [(1000, 0, "optimal"), (0, 0, "optimal"), (0, 5, "infeasible")])
def test_cash_alone(cash, withdrawal, status):
    """Without lots the cash is placed: half of 1,000 at a cost of 0.1 %."""
    found = solve(instance([("A", 100, 0.5, None)], [], LINEAR, cash=cash, withdrawal=withdrawal, drift_penalty=0.02, trading_cost_bps=10))
    assert found.status == status
    assert {name: float(quantity) for name, quantity in found.buys.items()} == ({"A": pytest.approx(5)} if cash else {})
    if withdrawal:
        assert found.why[0]["constraint"] == "withdrawal"
        assert found.why[0]["needed"] == pytest.approx(0, abs=1e-4)


def test_a_lot_bought_at_todays_price_has_no_loss():
    """33.3 times 0.3 is 9.99, the basis; in floats 33.3 * 0.3 is a hair less."""
    given = instance([("A", 33.3, 0.5, None)], [("a", "A", 0.3, 9.99, "long"), ("b", "A", 0.3, 9.990001, "long")], LINEAR)
    assert 33.3 * 0.3 < 9.99
    assert arrays(given).losing.tolist() == [False, True]


@pytest.mark.parametrize("seed", [0, 3, 6, 76, 95])
def test_each_way_out_leads_out(seed):
    """A withdrawal too large beside shares of V that shrink with it: turnover, bands, tracking. Each value told does by itself."""
    document = instances.document(seed, risk=seed % 3 == 0)
    document |= {"cash": 0, "contribution": 0, "max_turnover": 0.2}
    document["withdrawal"] = (
        sum(lot["quantity"] * next(a["price"] for a in document["assets"] if a["asset"] == lot["asset"]) for lot in document["lots"]) * 0.7
    )
    given = instances.parsed(document)
    found = solve(given)
    assert found.status == "infeasible"
    for way in found.why:
        name = way["constraint"]
        if name is None:
            continue
        assert solve(relaxed(given, way)).status != "infeasible", way["message"]


@pytest.mark.parametrize("withdrawal", [1500, 2500])
def test_a_withdrawal_and_a_band_that_are_both_in_the_way(withdrawal):
    """1,000 of A can be sold, 1,000 of B may not: so 1,500 are too much, and of what is left then B is all, 80 % above its target.

    2,500 are more than the whole portfolio. With nothing withdrawn B is at 50 %, outside its band all the same: only both together do.
    """
    assets = [{"asset": "A", "price": 1, "target": 0.5}, {"asset": "B", "price": 1, "target": 0.2, "band": 0.1, "restricted": True}]
    lots = [{"lot_id": name.lower(), "asset": name, "quantity": 1000, "basis": 1000, "term": "long"} for name in "AB"]
    given = instances.parsed({"schema": "taxlots.instance/1", "assets": assets, "lots": lots, "tax": LINEAR, "withdrawal": withdrawal})
    found = solve(given)
    assert [way["constraint"] for way in found.why] == ["withdrawal", "band of B"]
    assert [way["needed"] for way in found.why] == pytest.approx([1000, 0.8], rel=0.01)
    for way in found.why:
        assert way["together"]
        given = relaxed(given, way)
    assert solve(given).status == "optimal"


def relaxed(given, way):
    """The instance with the value that a way out says."""
    name, needed = way["constraint"], Decimal(repr(way["needed"]))
    if not name.startswith("band"):
        return msgspec.structs.replace(given, **{name: needed})
    assets = []
    for asset in given.assets:
        one = name == f"band of {asset.asset}"
        wider = needed if one else asset.band + Decimal(repr(way["by"])) if asset.band is not None and "every" in name else asset.band
        assets.append(msgspec.structs.replace(asset, band=wider))
    return msgspec.structs.replace(given, assets=tuple(assets))


@pytest.mark.parametrize(("short", "sold"), [(2.5e-7, True), (1e-4, False)])
def test_a_lot_worth_the_minimum_trade_but_for_the_last_digit_of_its_quantity(short, sold):
    """2,499.99999975 of A are 2,500 to ten digits; 2,499.9999 are less. B could only be bought with what A brings."""
    lots = [("a", "A", 2500 - short, 2500, "long"), ("b", "B", 50_000, 50_000, "long")]
    given = instance([("A", 1, 0, None), ("B", 1, 1, None)], lots, LINEAR, drift_penalty=0.5, min_trade=2500)
    found = solve(given)
    assert found.status == "optimal"
    assert found.evaluated.broken == ()
    assert bool(found.sells) == sold


def test_rows_that_are_not_needed_are_dropped(monkeypatch):
    """Tangents and links of one node are of no use to most others, and thousands of them made each program slow. The optimum stays."""
    dropped = []

    def counted(one):
        before = len(one.added)
        forget(one)
        assert len(one.added) == one.solver.getNumRow() - one.rows.count
        dropped.append(before - len(one.added))

    forget = Program.forget
    for seed in range(4, 24, 2):
        document = instances.document(seed, risk=True) | {"withdrawal": 0, "max_turnover": None, "risk_aversion": 5.0, "min_trade": 500}
        data = arrays(instances.parsed(document | {"exclusive_sides": True, "wash_sales": True}))
        usual = Search(data).run()
        with monkeypatch.context() as changed:
            changed.setattr(program, "MOST_ADDED", 0.0)
            changed.setattr(Program, "forget", counted)
            found = Search(data).run()
        assert found.cost == pytest.approx(usual.cost, rel=1e-6, abs=1e-6)
        assert found.bound == pytest.approx(usual.bound, rel=1e-6, abs=1e-6)
    assert sum(dropped) > 20


@pytest.mark.parametrize("total", [1_000, 10_000_000])
def test_limits_that_leave_no_room_are_kept(total):
    """Targets of 0.6, 0.3 and 0.1 with bands of 0, no cash left and no cost: 0.4 is sold and bought, which is the turnover allowed."""
    assets = [("A", 8.04, 0.6, 0), ("B", 3.3, 0.3, 0), ("C", 0.35, 0.1, 0)]
    given = instance(assets, [("a", "A", float(total) / 8.04, 0, "long")], {**LINEAR, "long_rate": 0}, max_turnover=0.8)
    found = solve(given)
    assert found.status == "optimal"
    assert found.evaluated.broken == ()
    assert found.evaluated.cash >= 0
    assert float(found.evaluated.turnover) == pytest.approx(0.8, abs=1e-9)


@pytest.mark.parametrize("state", ["CA", "NJ", "OH"])
def test_a_loss_counts_for_the_state_without_federal_income(state):
    """65,550 of wages less 82,074 itemised leave nothing federally, but the loss of 3,000 reduces adjusted gross income all the same.

    The state's base is that less its own deductions; so the pieces have to give what `tax_due` gives at every net.
    """
    position = {"filing_status": "single", "wages": 65_550, "itemized_deductions": 82_074, "state": state, "state_deductions": 5713}
    for loss, wages in ((3000, 65_550), (0, 65_550), (2000, 31_000), (0, 1_200_000)):
        tax = {"model": "us-federal", "year": 2025, "position": position | {"carryover_short": loss, "wages": wages}}
        given = instance([("A", 100, 0.5, None)], [("a", "A", 500, 1000, "short"), ("b", "A", 500, 90_000, "short")], tax)
        data = arrays(given)
        for gain in (-9000, -3000, -2500, -1000, 0, 500, 2000, 8000):
            year = position_of(given.tax)
            due = tax_due(replace(year, short_term=Decimal(gain)))
            assert data.federal((gain - loss, 0.0, 0.0))[0] == pytest.approx(float(due.total - due.amt), abs=1e-6), (loss, wages, gain)


def test_all_rates_of_a_state_are_in_the_program():
    """California has nine rates and 1 % more above a million: of these twenty lines the program had twelve, and 12.3 % was the most."""
    position = {"filing_status": "single", "wages": 900_000, "state": "CA"}
    tax = {"model": "us-federal", "year": 2026, "position": position}
    lots = [("a", "A", 20_000, 500_000, "short"), ("b", "B", 20_000, 900_000, "long")]
    found = solve(instance([("A", 100, 0.2, None), ("B", 100, 0.1, None)], lots, tax, drift_penalty=0.45))
    assert found.status == "optimal"
    assert found.gap <= 1e-6


def test_a_minimum_trade_beyond_all_money_is_no_purchase():
    """Nothing can be bought for 10^15; as a coefficient of the program that number drowned all others, and the gap was 0.18."""
    risk = {"covariance": [[0.04, 0.01], [0.01, 0.09]]}
    lots = [("a", "A", 10, 500, "short"), ("b", "B", 20, 500, "long")]
    options = {"cash": 140, "risk": risk, "risk_aversion": 1, "drift_penalty": 0.01, "min_trade": 1e15, "trading_cost_bps": 15}
    found = solve(instance([("A", 100, 0.5, None), ("B", 10, 0.4, None)], lots, LINEAR, max_tracking_error=0.5, **options))
    assert (found.sells, found.buys) == ({}, {})
    assert found.gap <= 1e-9


def test_a_lot_worth_the_minimum_trade_but_for_its_last_digits_is_sold():
    """A price of 61,234.56 makes 163.30647268470615 units 9,999,999.9999..., not 10 million. The band of 0.3 forces the sale."""
    lots = [("a", "A", 163.30647268470615, 5_000_000, "long")]
    options = {"cash": 173_395, "drift_penalty": 0.5, "min_trade": 10_000_000}
    found = solve(instance([("A", 61234.56, 0, 0.3)], lots, LINEAR, **options))
    assert Decimal("61234.56") * Decimal("163.30647268470615") < 10_000_000
    assert found.status == "optimal"
    assert float(found.sells["a"]) == pytest.approx(163.30647268470615, rel=1e-12)
