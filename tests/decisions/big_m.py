"""A plain mixed-integer program of an instance, independent of the optimiser: big-M binaries, no pieces, no hull.

The tax is written from the forms: every kinked function is a list of points with one binary per segment (multiple choice).
"""

from itertools import pairwise
from typing import Any

import highspy
import numpy as np
import pytest
from taxlots.decisions.evaluation import Evaluator
from taxlots.decisions.solver import quiet_solver
from taxlots.rulebook import load
from taxlots.tax.schedule import schedule_for

INF = highspy.kHighsInf


class Mip:
    """A minimisation that is built variable by variable and row by row."""

    def __init__(self):
        self.columns, self.rows = [], []

    def var(self, low=0.0, high=INF, cost=0.0, *, whole=False):
        self.columns.append((cost, low, high, whole))
        return len(self.columns) - 1

    def binary(self):
        return self.var(0, 1, whole=True)

    def row(self, terms, low, high):
        merged = {}
        for column, value in terms:
            merged[column] = merged.get(column, 0.0) + float(value)
        self.rows.append((merged, low, high))

    def solve(self):
        """Objective and values, or None where it is infeasible."""
        program = highspy.HighsLp()
        cost, low, high, whole = zip(*self.columns, strict=True)
        program.num_col_, program.num_row_ = len(self.columns), len(self.rows)
        program.col_cost_, program.col_lower_, program.col_upper_ = np.array(cost, float), np.array(low, float), np.array(high, float)
        program.row_lower_ = np.array([r[1] for r in self.rows], float)
        program.row_upper_ = np.array([r[2] for r in self.rows], float)
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.cumsum([0, *(len(r[0]) for r in self.rows)]).astype(np.int32)
        matrix.index_ = np.array([c for r in self.rows for c in r[0]], np.int32)
        matrix.value_ = np.array([v for r in self.rows for v in r[0].values()], float)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        program.integrality_ = [kinds[w] for w in whole]
        solver = quiet_solver()
        for name, value in (("mip_rel_gap", 1e-9), ("mip_abs_gap", 1e-7), ("primal_feasibility_tolerance", 1e-9)):
            solver.setOptionValue(name, value)
        solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
        solver.passModel(program)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return solver.getInfo().objective_function_value, np.array(solver.getSolution().col_value)


def function_of(mip, terms, constant, reach, curve, cost=0.0):
    """A variable equal to `curve(terms + constant)`, which is linear between the kinks, by one binary per segment."""
    (low, high), (curve, kinks) = reach, curve
    points = sorted({low - 1.0, high + 1.0, *(k for k in kinks if low - 1.0 < k < high + 1.0)})
    heights = [curve(p) for p in points]
    out = mip.var(-INF, INF, cost)
    shares, choices = [], []
    for (x0, x1), (y0, y1) in zip(pairwise(points), pairwise(heights), strict=True):
        z, t = mip.binary(), mip.var()
        mip.row([(t, 1), (z, -(x1 - x0))], -INF, 0)
        shares.append((z, x0, t, y0, (y1 - y0) / (x1 - x0)))
        choices.append(z)
    mip.row([(z, 1) for z in choices], 1, 1)
    mip.row([*terms, *((z, -x0) for z, x0, *_ in shares), *((t, -1) for _, _, t, *_ in shares)], -constant, -constant)
    mip.row([(out, 1), *((z, -y0) for z, _, _, y0, _ in shares), *((t, -s) for _, _, t, _, s in shares)], 0, 0)
    return out, (min(heights), max(heights))


def graduated(tiers):
    """Tax by a schedule, 0 below 0, and its kinks."""
    edges = [0.0, *(float(upper) for upper, _ in tiers if upper is not None)]
    rates = [float(rate) for _, rate in tiers]

    def tax(income):
        total = 0.0
        for number, rate in enumerate(rates):
            top = edges[number + 1] if number + 1 < len(edges) else INF
            total += rate * max(0.0, min(income, top) - edges[number])
        return total

    return tax, edges


def optimum(instance):
    """The least objective of an instance without a risk term, or None where nothing is feasible."""
    mip, rate = Mip(), float(instance.trading_cost_bps) / 1e4
    evaluator = Evaluator(instance)
    total, money = float(evaluator.total), float(evaluator.money)
    price = {a.asset: float(a.price) for a in instance.assets}
    most = max(0.0, money + sum(float(v) for v in evaluator.held.values())) + 1.0
    sells = {lot.lot_id: mip.var(0, float(lot.quantity) * price[lot.asset], rate) for lot in instance.lots}
    buys, cash, turnover = {}, [], []
    for asset in instance.assets:
        buys[asset.asset] = mip.var(0, 0 if asset.restricted else most, rate)
        asset_rows(mip, instance, asset, sells, buys[asset.asset], (total, most))
        cash.append((buys[asset.asset], 1 + rate))
    cash += [(column, -(1 - rate)) for column in sells.values()]
    turnover = [(c, 1) for c in (*buys.values(), *sells.values())]
    if instance.max_turnover is not None:
        mip.row(turnover, -INF, float(instance.max_turnover) * total)
    offset = 0.0
    if hasattr(instance.tax, "short_rate"):
        linear_costs(mip, instance, sells, price)
    else:
        tax, offset = federal(mip, instance, evaluator, sells, price)
        if instance.tax.pay_from_cash:
            paid = mip.var()
            before = float(evaluator.before.total - evaluator.before.amt)
            mip.row([(paid, 1), (tax, -1)], -before, INF)
            cash.append((paid, 1))
    mip.row(cash, -INF, money)
    found = mip.solve()
    return None if found is None else found[0] + offset


def asset_rows(mip, instance, asset, sells, buy, sizes):
    total, most = sizes
    lots = [lot for lot in instance.lots if lot.asset == asset.asset]
    held = sum(float(lot.quantity * asset.price) for lot in lots)
    gap = float(asset.target) * total - held
    limit = INF if asset.band is None else float(asset.band) * total
    above, below = (mip.var(0, limit, float(instance.drift_penalty)) for _ in range(2))
    mine = [(sells[lot.lot_id], 1) for lot in lots]
    mip.row([(buy, 1), *((c, -1) for c, _ in mine), (above, -1), (below, 1)], gap, gap)
    if asset.restricted:
        mip.row(mine or [(buy, 1)], 0, 0)
    buying, selling = mip.binary(), mip.binary()
    mip.row([(buy, 1), (buying, -most)], -INF, 0)
    mip.row([*mine, (selling, -held - 1)], -INF, 0)
    least = float(instance.min_trade)
    mip.row([(buy, 1), (buying, -least)], 0, INF)
    mip.row([*mine, (selling, -least)], 0, INF)
    if instance.exclusive_sides:
        mip.row([(buying, 1), (selling, 1)], -INF, 1)
    if instance.wash_sales:
        for lot in lots:
            if Evaluator(instance).gain(lot, lot.quantity) < 0:
                value = float(lot.quantity * asset.price)
                mip.row([(sells[lot.lot_id], 1), (buying, value)], -INF, value)


def linear_costs(mip, instance, sells, price):
    """(cur + fut) per dollar sold, by the contract."""
    tax = instance.tax
    for lot in instance.lots:
        unit, p = float(lot.basis / lot.quantity), price[lot.asset]
        rate = float(tax.long_rate if lot.term == "long" else tax.short_rate)
        if p >= unit:
            each = (p - unit) * rate
        elif lot.wash_flag:
            each = 0.0
        else:
            each = (p - unit) * rate * float(tax.loss_utilization) + (unit - p) * rate * float(tax.future_recapture)
        cost, low, high, whole = mip.columns[sells[lot.lot_id]]
        mip.columns[sells[lot.lot_id]] = (cost + each / p, low, high, whole)


def federal(mip, instance, evaluator, sells, price):
    """The column of the tax after the plan, and the constant of the objective."""
    position, tax = evaluator.position, instance.tax
    net = nets(mip, instance, evaluator, sells, price)
    law = schedule_for(position.year, position.filing_status, load())
    (short, short_low, short_high), (long, long_low, long_high) = net["short"], net["long"]
    both_low, both_high = short_low + long_low, short_high + long_high
    both = mip.var(both_low, both_high)
    mip.row([(both, 1), (short, -1), (long, -1)], 0, 0)
    preferred = lesser_or_zero(mip, (long, long_low, long_high), (both, both_low, both_high))
    deduction = law.standard_deduction if position.itemized_deductions is None else position.itemized_deductions
    dividends = float(position.qualified_dividends)
    earned = float(position.wages + position.other_income)
    invested = float(position.interest + position.ordinary_dividends) + dividends
    base = earned + invested - dividends - float(deduction)
    limit, room = float(law.loss_limit), max(0.0, base + dividends)

    def in_income(n):
        return max(n, -limit)

    def carried(n):
        return max(0.0, -n) - min(max(0.0, -n), limit, room)

    income, (low, high) = function_of(mip, [(both, 1)], 0.0, (both_low, both_high), (in_income, [-limit]))
    function_of(mip, [(both, 1)], 0.0, (both_low, both_high), (carried, [0, -limit, -room]), -float(tax.carryforward_value))
    whole, edges = graduated(law.ordinary)
    favoured, steps = graduated(law.preferential)
    most = max(0.0, min(long_high, both_high))
    below = (base + low - most, base + high)
    above = (base + dividends + low, base + dividends + high)
    if position.collectibles or any(lot.in_group for lot in instance.lots):
        group = in_group(mip, net["short"], (preferred, most), net["group"])
        columns = (income, preferred, group)
        layers = worksheet(mip, columns, (base, dividends), (below, (below[0], below[1] + most), (above[0] - most, above[1])), law)
    else:
        split = function_of(mip, [(income, 1), (preferred, -1)], base, below, (lambda y: whole(y) - favoured(y), [*edges, *steps]))
        layers = [split, function_of(mip, [(income, 1)], base + dividends, above, (favoured, steps))]
    ordinary, (_, top3) = function_of(mip, [(income, 1)], base + dividends, above, (whole, edges))
    regular, choice = mip.var(0, INF), mip.binary()
    tops = sum(top for _, (_, top) in layers)
    mip.row([(regular, 1), *((column, -1) for column, _ in layers), (choice, tops)], 0, INF)
    mip.row([(regular, 1), (ordinary, -1), (choice, -top3)], -top3, INF)

    def investment(n):
        gain = in_income(n)
        return float(law.niit_rate) * max(0.0, min(invested + gain, earned + invested + gain - float(law.niit_threshold)))

    edge = max(0.0, float(law.niit_threshold) - earned) - invested
    surtax, _ = function_of(mip, [(both, 1)], 0.0, (both_low, both_high), (investment, [-limit, edge]))
    flat = float(position.state_rate or 0)
    state, _ = function_of(mip, [(income, 1)], base + dividends, above, (lambda s: flat * max(0.0, s), [0.0]))
    tax_now = mip.var(-INF, INF, 1.0)
    mip.row([(tax_now, 1), (regular, -1), (surtax, -1), (state, -1)], 0, 0)
    before = evaluator.before
    carryover = float(before.carryover_short + before.carryover_long)
    return tax_now, float(tax.carryforward_value) * carryover - float(before.total - before.amt)


def in_group(mip, short, gain, group):
    """Schedule D line 18 as far as it is net capital gain: the lesser of that and max(0, group + min(0, short))."""
    (short, low, high), (gain, reach), (group, least, most) = short, gain, group
    loss, (lowest, highest) = function_of(mip, [(short, 1)], 0.0, (low, high), (lambda s: min(0.0, s), [0.0]))
    reached = least + lowest, most + highest
    line_18, (_, top) = function_of(mip, [(group, 1), (loss, 1)], 0.0, reached, (lambda m: max(0.0, m), [0.0]))
    return lesser_or_zero(mip, (gain, 0.0, reach), (line_18, 0.0, top))


def worksheet(mip, columns, base, reach, law):
    """The Schedule D Tax Worksheet as a sum of functions: of line 14 (u), of income without net capital gain (y), of all income (s).

    Line 21 is max(y, min(u, T)), and w = max(0, u - T) - max(0, y - T) is taxed at 28 %. At ordinary rates and 28 %: those up to T and 28 %
    beyond on u, and on y what the rates above T differ from 28 % by. At 15 %: s above the 0 % edge less u above it. 5 % more: s - w above
    the 15 % edge less y above it.
    """
    (income, preferred, group), (constant, dividends), (below, middle, above) = columns, base, reach
    top, rate = float(law.collectibles_top), float(law.collectibles_rate)
    (zero, _), (fifteen, first), (_, second) = law.preferential
    zero, fifteen, first, second = float(zero), float(fifteen), float(first), float(second) - float(first)
    whole, edges = graduated(law.ordinary)

    def on(x, edge):
        return max(0.0, x - edge)

    u, y = [(income, 1), (preferred, -1), (group, 1)], [(income, 1), (preferred, -1)]
    by_u = function_of(
        mip, u, constant, middle, (lambda x: whole(min(x, top)) + rate * on(x, top) - first * on(x, zero), [*edges, zero, top])
    )
    by_y = function_of(
        mip,
        y,
        constant,
        below,
        (lambda x: whole(max(x, top)) - whole(top) - rate * on(x, top) - second * on(x, fifteen), [*edges, fifteen]),
    )
    all_income = constant + dividends
    by_s = function_of(mip, [(income, 1)], all_income, above, (lambda s: first * on(s, zero), [zero]))
    w = [function_of(mip, x, constant, size, (lambda v: on(v, top), [top]))[0] for x, size in ((u, middle), (y, below))]
    last = function_of(mip, [(income, 1), (w[0], -1), (w[1], 1)], all_income, above, (lambda s: second * on(s, fifteen), [fifteen]))
    return [by_u, by_y, by_s, last]


def nets(mip, instance, evaluator, sells, price):
    """The columns of the year's short- and long-term net and 28 % group with their reach; the later tax saved goes into the costs."""
    position, tax = evaluator.position, instance.tax
    kept, future = 1 - float(evaluator.rate), float(tax.future_rate)
    names = ("short", "long", "group")
    terms, reach = {name: [] for name in names}, {name: [0.0, 0.0] for name in names}
    for lot in instance.lots:
        value = float(lot.quantity) * price[lot.asset]
        share = kept - float(lot.basis) / value
        for name in (lot.term, "group") if lot.in_group else (lot.term,):
            terms[name].append((sells[lot.lot_id], share))
            reach[name][share > 0] += share * value
        cost, low, high, whole = mip.columns[sells[lot.lot_id]]
        mip.columns[sells[lot.lot_id]] = (cost - future * share, low, high, whole)
    start = {
        "short": float(position.short_term - position.carryover_short),
        "long": float(position.long_term - position.carryover_long),
        "group": float(position.collectibles - position.carryover_long),
    }
    net = {}
    for term in names:
        low, high = (start[term] + side for side in reach[term])
        net[term] = (mip.var(low, high), low, high)
        mip.row([(net[term][0], 1), *((c, -s) for c, s in terms[term])], start[term], start[term])
    return net


def lesser_or_zero(mip, one, other):
    """max(0, min(one, other)): a variable held down by big-M rows and up by the choice of the lesser."""
    (x, x_low, x_high), (y, y_low, y_high) = one, other
    most = max(0.0, min(x_high, y_high))
    out, positive, first = mip.var(0, most), mip.binary(), mip.binary()
    mip.row([(out, 1), (positive, -most)], -INF, 0)
    mip.row([(out, 1), (x, -1), (positive, -min(0.0, x_low))], -INF, -min(0.0, x_low))
    mip.row([(out, 1), (y, -1), (positive, -min(0.0, y_low))], -INF, -min(0.0, y_low))
    # At least the lesser: out >= x where `first`, else out >= y.
    mip.row([(out, 1), (x, -1), (first, -max(0.0, x_high))], -max(0.0, x_high), INF)
    mip.row([(out, 1), (y, -1), (first, max(0.0, y_high))], 0, INF)
    return out


def assert_same(found: Any, instance: Any, seed: int) -> None:
    """A solution of the project: that of this program within a hundredth of a cent, proven and within all limits; or none for both."""
    plain = optimum(instance)
    assert (found.status == "infeasible") == (plain is None), seed
    if plain is not None:
        assert float(found.evaluated.objective) == pytest.approx(plain, abs=1e-3, rel=1e-7), seed
        assert found.evaluated.broken == (), seed
        assert found.gap <= 1e-6, seed
