"""The proven best plan: every linear piece of the tax is solved by HiGHS, and the least optimum is the optimum.

Columns: sold value x per lot, bought value b per asset, drift above and below the target per asset, Gs, Gl and one height per part
of the tax. The model computes in floats; its answer is rounded to lot units and scored exactly, and the certificate says how far the
exact score lies from the bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np

from taxlots import exact
from taxlots.decisions.plan import Certificate, Trade
from taxlots.decisions.policies import LOT_STEP
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.regions import INFINITY, Affine, Piece, pieces, tax_model
from taxlots.decisions.score import cash_after, drift, purchase, sale
from taxlots.decisions.solver import quiet_solver
from taxlots.tax import tax_due

WHOLE_LOT = 1e-7
ASSUMPTIONS = (
    "trading cost is linear in the value traded",
    "alternative minimum tax is outside the bound; the exact score includes it",
    "collectibles are taxed like other long-term gains inside the bound",
    "cash is pooled over all accounts",
)


@dataclass(frozen=True, slots=True)
class Solved:
    """Sales and purchases of the optimum (in value, floats) with the bound of the score; `sold` None where nothing is feasible."""

    sold: dict[str, float] | None
    bought: dict[str, float]
    bound: float
    pieces: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class _Columns:
    """Where each kind of column starts."""

    lots: int
    assets: int

    @property
    def bought(self) -> int:
        return self.lots

    @property
    def above(self) -> int:
        return self.lots + self.assets

    @property
    def below(self) -> int:
        return self.lots + 2 * self.assets

    @property
    def short(self) -> int:
        return self.lots + 3 * self.assets

    @property
    def long(self) -> int:
        return self.short + 1

    @property
    def heights(self) -> int:
        return self.short + 2


HEIGHTS = 4


@dataclass(frozen=True, slots=True)
class Barred:
    """Assets that may not be bought, and assets of which no lot may be sold at a loss."""

    buys: frozenset[str] = frozenset()
    losses: frozenset[str] = frozenset()


def rounded_trades(portfolio: Portfolio, solved: Solved) -> list[Trade]:
    """The trades of a solution in lot units; none where nothing was feasible."""
    if solved.sold is None:
        return []
    by_id = {lot.lot_id: lot for lot in portfolio.lots}
    trades = [
        sale(portfolio, by_id[name], quantity) for name, value in solved.sold.items() if (quantity := _lot_units(by_id[name], value)) > 0
    ]
    return trades + _purchases(portfolio, trades, solved.bought)


def certificate(solved: Solved, score: Decimal) -> Certificate:
    """What is proven of a plan with this exact score."""
    reached = float(score)
    return Certificate(solved.bound, max(0.0, solved.bound - reached) / max(1.0, abs(reached)), solved.pieces, ASSUMPTIONS)


def _lot_units(lot: HeldLot, value: float) -> Decimal:
    """Units to sell for a value; the whole lot where the rest would be dust."""
    with exact.exactly():
        whole = float(lot.value)
        if value >= whole * (1 - WHOLE_LOT):
            return lot.quantity
        quantity = (Decimal(value) / lot.price).quantize(LOT_STEP, ROUND_HALF_EVEN)
        return min(lot.quantity, quantity)


def _purchases(portfolio: Portfolio, sales: Sequence[Trade], bought: dict[str, float]) -> list[Trade]:
    """Purchases rounded down to units, and once more where the money does not quite reach."""
    with exact.exactly():
        money = cash_after(portfolio, sales) / (1 + portfolio.cost_rate)
        wanted = {asset: Decimal(value) for asset, value in bought.items()}
        needed = sum(wanted.values(), Decimal(0))
        factor = min(Decimal(1), max(Decimal(0), money) / needed) if needed else Decimal(1)
        trades = []
        for asset, value in wanted.items():
            quantity = (value * factor / portfolio.prices[asset]).quantize(LOT_STEP, ROUND_DOWN)
            if quantity > 0:
                trades.append(purchase(portfolio, asset, quantity))
        return trades


def solve(portfolio: Portfolio, barred: Barred) -> Solved:
    """The best of all linear pieces, within what is barred."""
    tradable = [lot for lot in portfolio.lots if lot.tradable]
    columns = _Columns(len(tradable), len(portfolio.assets))
    model = tax_model(portfolio.position, portfolio.rulebook)
    solver = _base_model(portfolio, tradable, columns, (model.start_short, model.start_long))
    _bar(solver, portfolio, tradable, columns, barred)
    results = [_solve_piece(solver, piece, columns, portfolio) for piece in pieces(model)]
    hold = _hold_value(portfolio)
    feasible = [(objective, values) for objective, values in results if values is not None]
    told = tuple(
        {"piece": piece.name, "bound": None if values is None else hold - objective}
        for piece, (objective, values) in zip(pieces(model), results, strict=True)
    )
    if not feasible:
        return Solved(None, {}, -INFINITY, told)
    objective, best = min(feasible, key=lambda item: item[0])
    sold = {lot.lot_id: float(best[i]) for i, lot in enumerate(tradable) if best[i] > 1e-6}
    bought = {asset: float(best[columns.bought + a]) for a, asset in enumerate(portfolio.assets) if best[columns.bought + a] > 1e-6}
    return Solved(sold, bought, hold - objective, told)


def _bar(solver: Any, portfolio: Portfolio, lots: Sequence[HeldLot], columns: _Columns, barred: Barred) -> None:
    rate = float(portfolio.cost_rate)
    for index, lot in enumerate(lots):
        if lot.asset in barred.losses and _gain_share(lot, rate) < 0:
            solver.changeColBounds(index, 0.0, 0.0)
    for index, asset in enumerate(portfolio.assets):
        if asset in barred.buys or not portfolio.prices[asset]:
            solver.changeColBounds(columns.bought + index, 0.0, 0.0)


def _hold_value(portfolio: Portfolio) -> float:
    """The objective of doing nothing, by the exact functions: what turns an objective into a score."""
    due = tax_due(portfolio.position, portfolio.rulebook)
    terms = portfolio.terms
    with exact.exactly():
        carried = terms.carryforward_value * (due.carryover_short + due.carryover_long)
        return float(due.total - due.amt - carried + terms.drift_penalty * drift(portfolio, ()).value)


def _base_model(portfolio: Portfolio, lots: Sequence[HeldLot], columns: _Columns, start: tuple[float, float]) -> Any:
    import highspy  # noqa: PLC0415  only the optimiser pays for loading it

    solver = quiet_solver()
    solver.passModel(_linear_program(highspy, portfolio, lots, columns, start))
    return solver


def _linear_program(highspy: Any, portfolio: Portfolio, lots: Sequence[HeldLot], columns: _Columns, start: tuple[float, float]) -> Any:
    rate, terms = float(portfolio.cost_rate), portfolio.terms
    values = np.array([float(lot.value) for lot in lots])
    gains = np.array([_gain_share(lot, rate) for lot in lots])
    width = columns.heights + HEIGHTS
    cost = np.zeros(width)
    cost[: columns.lots] = rate - float(terms.future_rate) * gains
    cost[columns.bought : columns.above] = rate
    cost[columns.above : columns.short] = float(terms.drift_penalty)
    cost[columns.heights :] = 1.0
    lower, upper = np.zeros(width), np.full(width, INFINITY)
    upper[: columns.lots] = values
    lower[columns.short :] = -INFINITY
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = width, columns.assets + 3
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, lower, upper
    program.row_lower_, program.row_upper_ = _row_bounds(portfolio, start)
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise
    matrix.start_, matrix.index_, matrix.value_ = _columns_of(portfolio, lots, gains, rate)
    return program


def _gain_share(lot: HeldLot, rate: float) -> float:
    """Gain per dollar sold: the selling cost lowers it."""
    return 1.0 - rate - float(lot.basis) / float(lot.value)


def _row_bounds(portfolio: Portfolio, start: tuple[float, float]) -> tuple[Any, Any]:
    """Drift per asset (equal to target less held), cash (at most), Gs and Gl (equal to what the year has so far)."""
    gaps = [float(portfolio.target_value(asset)) - float(portfolio.values[asset]) for asset in portfolio.assets]
    return np.array([*gaps, -INFINITY, *start]), np.array([*gaps, float(portfolio.money), *start])


def _columns_of(portfolio: Portfolio, lots: Sequence[HeldLot], gains: Any, rate: float) -> tuple[Any, Any, Any]:
    """The matrix by column: rows are drift per asset, cash, Gs, Gl."""
    assets = portfolio.assets
    number = {asset: n for n, asset in enumerate(assets)}
    cash, short, long = len(assets), len(assets) + 1, len(assets) + 2
    columns: list[list[tuple[int, float]]] = []
    for lot, gain in zip(lots, gains, strict=True):
        columns.append([(number[lot.asset], -1.0), (cash, -(1.0 - rate)), (long if lot.long_term else short, -float(gain))])
    columns += [[(n, 1.0), (cash, 1.0 + rate)] for n in range(len(assets))]
    columns += [[(n, -1.0)] for n in range(len(assets))]
    columns += [[(n, 1.0)] for n in range(len(assets))]
    columns += [[(short, 1.0)], [(long, 1.0)]]
    columns += [[] for _ in range(HEIGHTS)]
    starts = np.cumsum([0, *(len(column) for column in columns)], dtype=np.int32)
    entries = [entry for column in columns for entry in column]
    return starts, np.array([row for row, _ in entries], dtype=np.int32), np.array([value for _, value in entries])


def _solve_piece(solver: Any, piece: Piece, columns: _Columns, portfolio: Portfolio) -> tuple[float, Any]:
    """Objective and column values of one piece; (inf, None) where its region can't be reached."""
    import highspy  # noqa: PLC0415

    rows_before = solver.getNumRow()
    value = float(portfolio.terms.carryforward_value)
    solver.changeColCost(columns.short, -value * piece.carried.short)
    solver.changeColCost(columns.long, -value * piece.carried.long)
    for bound in piece.bounds:
        _add_row(solver, bound.expression, columns, bound.lower, bound.upper)
    for height, (argument, lines) in enumerate(piece.parts):
        for line in lines:
            scaled = Affine().plus(argument, -line.slope)
            _add_row(solver, scaled, columns, line.intercept, INFINITY, columns.heights + height)
    for height in range(HEIGHTS):
        used = height < len(piece.parts)
        solver.changeColBounds(columns.heights + height, -INFINITY if used else 0.0, INFINITY if used else 0.0)
    solver.run()
    optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    objective = solver.getInfo().objective_function_value - value * piece.carried.constant
    found = (objective, np.array(solver.getSolution().col_value)) if optimal else (INFINITY, None)
    added = np.arange(rows_before, solver.getNumRow(), dtype=np.int32)
    solver.deleteRows(len(added), added)
    return found


def _add_row(solver: Any, expression: Affine, columns: _Columns, lower: float, upper: float, height: int | None = None) -> None:
    """`lower <= expression (+ height) <= upper`; the expression's constant moves to the sides."""
    index = [columns.short, columns.long] + ([] if height is None else [height])
    value = [expression.short, expression.long] + ([] if height is None else [1.0])
    kept = [(i, v) for i, v in zip(index, value, strict=True) if v]
    solver.addRow(
        lower - expression.constant,
        upper - expression.constant,
        len(kept),
        np.array([i for i, _ in kept], dtype=np.int32),
        np.array([v for _, v in kept]),
    )
