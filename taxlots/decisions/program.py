"""The linear program of one decision, built as arrays and handed to HiGHS in one call.

Amounts are in units of a ten-thousandth of the portfolio (before a withdrawal, which may leave next to nothing of it), so that the
solver's tolerances mean the same for every size. The tax's piece is written into rows that are kept free for it, so that the next piece
starts from the last basis. Quadratic variance is approximated from below by tangents, added where a solution violates it, and dropped
where it has long ceased to matter.
"""

from typing import Any

import numpy as np

from taxlots.decisions.added_rows import AddedRows
from taxlots.decisions.arrays import HOLD, INFINITY, Arrays
from taxlots.decisions.bounds import Prices
from taxlots.decisions.layout import EDGES, Layout, Rows
from taxlots.decisions.piece import Affine, Piece
from taxlots.decisions.point import Point
from taxlots.decisions.solver import quiet_solver

PARTS = 1e4
INSIDE = 1e-7
MOST_ADDED = 1.0
PER_ITERATION, PER_ENTRY = 40.0, 0.002  # work of a simplex iteration, and for each row and column: about a microsecond each
CLEAR = 1e-3  # dollars that a plan keeps from a cliff, so that rounding does not carry it over


class Program:
    """One HiGHS model over a menu of options; `solve` may be called again after each change."""

    def __init__(self, arrays: Arrays, menu: np.ndarray) -> None:
        """Build and hand over."""
        self.arrays, self.layout = arrays, Layout(arrays, menu)
        self.unit = (max(arrays.total, float(arrays.value.sum())) or 1.0) / PARTS
        self.rows = Rows([], [], [], [], [])
        self.at: dict[str, Any] = {}
        self.work = 0.0
        self.piece: Piece | None = None
        self._rows()
        self.solver = quiet_solver()
        self.added = AddedRows(self.solver, self.rows.count, self.layout, self.unit)
        for name, value in (("primal_feasibility_tolerance", 1e-9), ("dual_feasibility_tolerance", 1e-9)):
            self.solver.setOptionValue(name, value)
        # Presolve costs more than it saves where there is nothing to choose: the basis of all slacks is nearly feasible then.
        self.solver.setOptionValue("presolve", "choose" if self.layout.chosen.any() and not self.layout.has_variance else "off")
        self._pass()

    def _pass(self) -> None:
        import highspy  # noqa: PLC0415  only the optimiser pays for loading it

        width = self.layout.starts["width"]
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = width, self.rows.count
        program.col_cost_, program.col_lower_, program.col_upper_ = self._costs(), *self._bounds()
        program.row_lower_, program.row_upper_ = np.concatenate(self.rows.lower), np.concatenate(self.rows.upper)
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.start_, matrix.index_, matrix.value_ = self.rows.by_column(width)
        self.solver.passModel(program)

    def _costs(self) -> np.ndarray:
        arrays, layout = self.arrays, self.layout
        start = layout.starts
        cost = np.zeros(start["width"])
        _, lot = layout.sales
        cost[layout.columns("sale", len(lot))] = arrays.sale_cost[lot]
        cost[layout.columns("buy", len(layout.buying))] = arrays.buy_cost[layout.asset[layout.buying]]
        cost[start["above"] : start["specific"]] = arrays.drift_penalty
        cost[start["height"] : start["height"] + layout.heights] = 1.0
        cost[start["specific"] : start["nets"]] = arrays.weight * self.unit
        cost[start["common"] : start["width"]] = arrays.weight * self.unit
        hold = np.flatnonzero(layout.kind == HOLD)
        distance = arrays.distance[layout.asset[hold]] / self.unit
        cost[hold] = arrays.drift_penalty * np.abs(distance)
        if layout.has_variance:
            cost[hold] += arrays.weight * self.unit * self.arrays.specific_of(layout.asset[hold]) * distance**2
        return cost

    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        arrays, layout, unit = self.arrays, self.layout, self.unit
        start = layout.starts
        lower, upper = np.zeros(start["width"]), np.full(start["width"], INFINITY)
        lower[: start["sale"]] = np.where(layout.chosen, 0.0, 1.0)
        upper[: start["sale"]] = 1.0
        upper[start["sale"] : start["buy"]] = arrays.value[layout.sales[1]] / unit
        upper[start["buy"] : start["above"]] = arrays.most_bought / unit
        alone = ~layout.chosen[layout.buying]
        lower[start["buy"] + np.flatnonzero(alone)] = arrays.least / unit
        moving = layout.asset[layout.moving]
        reach = arrays.most_bought + np.abs(arrays.distance[moving]) + arrays.held[moving]
        band = np.minimum(arrays.band[moving], reach) / unit
        upper[start["above"] : start["below"]] = band
        upper[start["below"] : start["below"] + len(band)] = band
        lower[start["nets"] : start["paid"]] = -INFINITY
        lower[start["exposure"] : start["common"]] = -INFINITY
        return lower, upper

    def _rows(self) -> None:
        self._asset_rows()
        self._coupling_rows()
        if self.layout.has_variance:
            self._variance_rows()
        self._link_rows()
        self._tax_rows()
        if np.isfinite(self.arrays.most_drift):
            start = self.layout.starts
            (row,) = self.rows.add(-INFINITY, self.arrays.most_drift / self.unit)
            self.rows.put(row, np.arange(start["above"], start["specific"]), 1.0)
            hold = np.flatnonzero(self.layout.kind == HOLD)
            self.rows.put(row, hold, np.abs(self.arrays.distance[self.layout.asset[hold]]) / self.unit)
            self.at["drift"] = int(row)

    def _asset_rows(self) -> None:
        """Distance from the target per option that trades; the shares of an asset's options add up to 1."""
        layout, rows = self.layout, self.rows
        row_of = np.full(len(layout.asset), -1)
        moving = layout.moving
        row_of[moving] = rows.add(0.0, 0.0, len(moving))
        start = self.arrays.distance[layout.asset[moving]] / self.unit
        rows.put(row_of[moving], moving, -start)
        option, lot = layout.sales
        rows.put(row_of[option], layout.columns("sale", len(lot)), 1.0)
        rows.put(row_of[layout.buying], layout.columns("buy", len(layout.buying)), -1.0)
        rows.put(row_of[moving], layout.columns("above", len(moving)), 1.0)
        rows.put(row_of[moving], layout.columns("below", len(moving)), -1.0)
        several = np.flatnonzero(self.layout.menu.sum(axis=1) > 1)
        share_row = np.full(len(self.arrays.names), -1)
        share_row[several] = rows.add(1.0, 1.0, len(several))
        chosen = np.flatnonzero(layout.chosen)
        rows.put(share_row[layout.asset[chosen]], chosen, 1.0)

    def _coupling_rows(self) -> None:
        arrays, layout, rows, unit = self.arrays, self.layout, self.rows, self.unit
        _, lot = layout.sales
        sale, buy = layout.columns("sale", len(lot)), layout.columns("buy", len(layout.buying))
        paid = layout.columns("paid", 1)
        (cash,) = rows.add(-INFINITY, arrays.money / unit)
        rows.put(cash, buy, 1 + arrays.rate)
        rows.put(cash, sale, -(1 - arrays.rate))
        rows.put(cash, paid, 1.0)
        self.at["cash"] = int(cash)
        begun = (0.0, 0.0, 0.0) if arrays.tax is None else arrays.tax.starts
        for number, (name, counted) in enumerate(arrays.net_lots.items()):
            (net,) = rows.add(begun[number] / unit, begun[number] / unit)
            mine = counted[lot]
            rows.put(net, sale[mine], -arrays.gain[lot][mine])
            rows.put(net, layout.columns("nets", len(begun))[[number]], 1.0)
            self.at[name] = int(net)
        if arrays.pay_from_cash:
            (tax,) = rows.add(-INFINITY, arrays.due / unit)
            rows.put(tax, layout.columns("height", layout.heights), 1.0)
            rows.put(tax, paid, -1.0)
            self.at["paid"] = int(tax)
        if np.isfinite(arrays.most_tax):
            (capped,) = rows.add(-INFINITY, (arrays.due + arrays.most_tax) / unit)
            rows.put(capped, layout.columns("height", layout.heights), 1.0)
            self.at["capped"] = int(capped)
        if np.isfinite(arrays.turnover):
            (turnover,) = rows.add(-INFINITY, arrays.turnover / unit)
            rows.put(turnover, np.concatenate((sale, buy)), 1.0)
            self.at["turnover"] = int(turnover)

    def _variance_rows(self) -> None:
        """Exposure to each factor, and the limit of the tracking variance."""
        arrays, layout, rows, unit = self.arrays, self.layout, self.rows, self.unit
        moving, hold = layout.moving, np.flatnonzero(layout.kind == HOLD)
        loadings = arrays.variance.loadings if arrays.variance is not None else np.zeros((0, 0))
        above, below = layout.columns("above", len(moving)), layout.columns("below", len(moving))
        exposure = rows.add(0.0, 0.0, layout.factors)
        held = arrays.distance[layout.asset[hold]] / unit
        for number, row in enumerate(exposure):
            loading = loadings[:, number]
            rows.put(row, layout.columns("exposure", layout.factors)[[number]], 1.0)
            rows.put(row, above, -loading[layout.asset[moving]])
            rows.put(row, below, loading[layout.asset[moving]])
            rows.put(row, hold, -loading[layout.asset[hold]] * held)
        self.at["exposure"] = exposure
        if np.isfinite(arrays.tracking):
            (row,) = rows.add(-INFINITY, (arrays.tracking * (1 - INSIDE) / unit) ** 2)
            rows.put(row, layout.columns("specific", len(moving)), 1.0)
            rows.put(row, layout.columns("common", layout.factors), 1.0)
            rows.put(row, hold, self.arrays.specific_of(layout.asset[hold]) * held**2)
            self.at["tracking"] = int(row)

    def _link_rows(self) -> None:
        """Within a choice every amount is limited by its option's share."""
        arrays, layout, unit = self.arrays, self.layout, self.unit
        option, lot = layout.sales
        chosen = layout.chosen
        sale, buy = layout.columns("sale", len(lot)), layout.columns("buy", len(layout.buying))
        size = np.bincount(option, arrays.value[lot], minlength=len(chosen)) / unit
        selling = np.flatnonzero(chosen & (size > 0))
        least = arrays.least / unit
        self._per_share(selling, -INFINITY, -size[selling], (option, sale))
        buying = layout.buying[chosen[layout.buying]]
        self._per_share(buying, -INFINITY, np.full(len(buying), -arrays.most_bought / unit), (layout.buying, buy))
        if least:
            every = np.flatnonzero(size > 0)
            self._per_share(every, 0.0, -np.minimum(least, size[every]), (option, sale))
            self._per_share(layout.buying, 0.0, np.full(len(layout.buying), -least), (layout.buying, buy))
        moving = layout.moving
        banded = moving[chosen[moving] & np.isfinite(arrays.band[layout.asset[moving]])]
        for name in ("above", "below"):
            columns = layout.columns(name, len(moving))
            self._per_share(banded, -INFINITY, -arrays.band[layout.asset[banded]] / unit, (moving, columns))

    def _per_share(self, options: np.ndarray, lower: float, factor: np.ndarray, amounts: tuple[np.ndarray, np.ndarray]) -> None:
        """Rows `sum of the option's amounts + factor * share` from `lower` to its opposite."""
        row_of = np.full(len(self.layout.asset), -1)
        row_of[options] = self.rows.add(lower, 0.0 if lower else INFINITY, len(options))
        self.rows.put(row_of[options], options, factor)
        of, columns = amounts
        kept = row_of[of] >= 0
        self.rows.put(row_of[of[kept]], columns[kept], 1.0)

    def _tax_rows(self) -> None:
        self.at["edges"] = self.rows.add(-INFINITY, INFINITY, EDGES)
        self.at["lines"] = self.rows.add(-INFINITY, INFINITY, self.layout.heights * self.layout.lines)
        heights = self.layout.columns("height", self.layout.heights)
        self.rows.put(self.at["lines"], np.repeat(heights, self.layout.lines), 1.0)

    def set_piece(self, piece: Piece) -> None:
        """Write a piece of the tax into its rows, and the value of the loss that it carries into the costs."""
        if piece is self.piece:
            return
        self.piece = piece
        layout = self.layout
        height = layout.starts["height"]
        for number, row in enumerate(self.at["edges"]):
            bound = piece.bounds[number] if number < len(piece.bounds) else None
            sides = (bound.lower, bound.upper - (CLEAR + self.arrays.rounding if bound.cliff else 0.0)) if bound else (-INFINITY, INFINITY)
            self._set_row(int(row), bound.expression if bound else Affine(), sides)
        for number in range(layout.heights):
            used = number < len(piece.parts)
            argument, lines = piece.parts[number] if used else (Affine(), ())
            for index in range(layout.lines):
                row = int(self.at["lines"][number * layout.lines + index])
                line = lines[index] if index < len(lines) else None
                scaled = Affine().plus(argument, -line.slope) if line else Affine()
                self._set_row(row, scaled, (line.intercept if line else -INFINITY, INFINITY))
            self.solver.changeColBounds(height + number, -INFINITY if used else 0.0, INFINITY if used else 0.0)
        nets = layout.starts["nets"]
        for number, slope in enumerate(piece.carried.slopes[:2]):  # no loss carried on depends on the group
            self.solver.changeColCost(nets + number, -self.arrays.carry_value * slope)

    def _set_row(self, row: int, expression: Affine, sides: tuple[float, float]) -> None:
        nets = self.layout.starts["nets"]
        for number, slope in zip(range(len(self.arrays.net_lots)), expression.slopes, strict=False):
            self.solver.changeCoeff(row, nets + number, slope)
        low, high = ((side - expression.constant) / self.unit for side in sides)
        self.solver.changeRowBounds(row, low, high)

    def set_most_drift(self, limit: float) -> None:
        """Another limit of the summed drift, in dollars; the program must have been built with one."""
        self.solver.changeRowBounds(self.at["drift"], -INFINITY, limit / self.unit)

    def set_menu(self, menu: np.ndarray) -> None:
        """Bar the options that are not in a (smaller) menu."""
        allowed = menu[self.layout.asset, self.layout.kind]
        chosen = np.flatnonzero(self.layout.chosen).astype(np.int32)
        self.solver.changeColsBounds(len(chosen), chosen, np.zeros(len(chosen)), allowed[chosen].astype(float))

    def run(self) -> Point | None:
        """Solve; None where nothing is feasible."""
        import highspy  # noqa: PLC0415  as in _pass

        told = highspy.HighsModelStatus
        self._run()
        _, usual = self.solver.getOptionValue("presolve")
        for presolve in (usual, "off" if usual == "choose" else "choose"):
            if self.solver.getModelStatus() in {told.kOptimal, told.kInfeasible}:
                break
            self.solver.clearSolver()  # numerical trouble from the last basis: once more from none, then by the other way
            self.solver.setOptionValue("presolve", presolve)
            self._run()
        self.solver.setOptionValue("presolve", usual)
        if self.solver.getModelStatus() != told.kOptimal:
            return None
        solution = self.solver.getSolution()
        values, duals = np.array(solution.col_value), np.array(solution.row_dual)
        layout, arrays = self.layout, self.arrays
        start = layout.starts
        _, lot = layout.sales
        sold = np.bincount(lot, values[start["sale"] : start["buy"]], minlength=len(arrays.owner)) * self.unit
        asset = layout.asset[layout.buying]
        bought = np.bincount(asset, values[start["buy"] : start["above"]], minlength=len(arrays.names)) * self.unit
        return Point(sold, bought, values[: start["sale"]], self._prices(duals), values)

    def _run(self) -> None:
        """Solve, and count the work, which unlike the time is the same on every machine."""
        width, rows = self.layout.starts["width"], self.rows.count + len(self.added)
        self.solver.run()
        self.work += width + max(0, self.solver.getInfo().simplex_iteration_count) * (PER_ITERATION + PER_ENTRY * (width + rows))

    def forget(self) -> None:
        """Drop added rows that the last solution does not need, once they are many: each makes every later program slower."""
        if len(self.added) > MOST_ADDED * (self.rows.count + self.layout.starts["width"]):
            self.added.forget()

    def ray(self) -> Prices | None:
        """Prices that prove that nothing is feasible, once `run` has found so; None where the solver has none."""
        _, known, duals = self.solver.getDualRay()
        if not known:
            return self._ray_without_presolve()
        return self._prices(np.asarray(duals), own_weight=False)

    def _ray_without_presolve(self) -> Prices | None:
        """The ray by the simplex method alone; where that finds a point, at the edge of rounding, the prices that bound the piece."""
        import highspy  # noqa: PLC0415  as in _pass

        _, usual = self.solver.getOptionValue("presolve")
        self.solver.clearSolver()
        self.solver.setOptionValue("presolve", "off")
        self.solver.run()
        optimal = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        _, known, duals = (None, True, self.solver.getSolution().row_dual) if optimal else self.solver.getDualRay()
        found = self._prices(np.array(duals), own_weight=optimal) if known else None
        self.solver.setOptionValue("presolve", usual)
        return found

    def _prices(self, duals: np.ndarray, *, own_weight: bool = True) -> Prices:
        """The prices of the coupling constraints, from the rows' dual values."""

        def price(name: str) -> float:
            return -float(duals[self.at[name]]) if name in self.at else 0.0

        tracking = price("tracking") / self.unit
        exposure = self._tangent_point(duals, tracking + (self.arrays.weight if own_weight else 0.0)) if self.layout.factors else None
        return Prices(
            cash=price("cash"),
            turnover=price("turnover"),
            short=-price("short"),
            long=-price("long"),
            group=-price("group"),
            paid=price("paid"),
            tracking=tracking,
            drift=price("drift"),
            exposure=exposure,
            capped=price("capped"),
        )

    def _tangent_point(self, duals: np.ndarray, weight: float) -> np.ndarray | None:
        """The distances whose tangent has the slopes that the factors' dual values say: `2 weight F'w = dual`, of least size."""
        variance, weight = self.arrays.variance, weight * self.unit
        if variance is None or weight <= 0:
            return None
        wanted = duals[self.at["exposure"]] / (2 * weight)
        return np.linalg.lstsq(variance.loadings.T, wanted * self.unit, rcond=None)[0]
