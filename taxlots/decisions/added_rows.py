"""Rows that solutions showed to be needed, tangents and links, and their removal once they are not."""

from typing import Any

import numpy as np

from taxlots.decisions.layout import Layout
from taxlots.decisions.piece import INFINITY
from taxlots.decisions.point import Point

TANGENT = -1


class AddedRows:
    """The rows of a solver after the first ones. Per row `links` has the sale that it links to its option's share, or TANGENT."""

    def __init__(self, solver: Any, first: int, layout: Layout, unit: float) -> None:
        """None yet; `first` is the number of rows before them, `unit` what the program counts in (dollars)."""
        self.solver, self.first, self.layout, self.unit = solver, first, layout, unit
        self.links: list[int] = []

    def __len__(self) -> int:
        """How many there are."""
        return len(self.links)

    def add(self, columns: np.ndarray, values: np.ndarray, lower: np.ndarray, links: list[int] | None = None) -> None:
        """Rows `values . columns >= lower`, of as many entries each; tangents unless `links` has their sales."""
        count = len(columns)
        if count:
            starts = (np.arange(count) * columns.shape[1]).astype(np.int32)
            self.solver.addRows(
                count, lower, np.full(count, INFINITY), columns.size, starts, columns.ravel().astype(np.int32), values.ravel().astype(float)
            )
            self.links += [TANGENT] * count if links is None else links

    def forget(self) -> None:
        """Drop those that the last solution keeps with room to spare; they come again where a solution violates them."""
        import highspy  # noqa: PLC0415  only the optimiser pays for loading it

        basis = self.solver.getBasis()
        before, mine = basis.row_status[: self.first], basis.row_status[self.first :]
        slack = [status == highspy.HighsBasisStatus.kBasic for status in mine]
        if not basis.valid or not any(slack):
            return
        dropped = np.flatnonzero(slack)
        self.solver.deleteRows(len(dropped), (dropped + self.first).astype(np.int32))
        basis.row_status = [*before, *(status for status, gone in zip(mine, slack, strict=True) if not gone)]
        self.solver.setBasis(basis)
        self.links = [link for link, gone in zip(self.links, slack, strict=True) if not gone]

    def add_tangents(self, point: Point, tolerance: float) -> int:
        """Tangents to the variance where the solution lies below it by more than a tolerance (in units); how many were added."""
        layout, start = self.layout, self.layout.starts
        if not layout.has_variance:
            return 0
        values, moving = point.columns, layout.moving
        share = values[moving]
        distance = values[start["above"] : start["below"]] - values[start["below"] : start["below"] + len(moving)]
        held = share > 1e-7
        at = np.where(held, distance / np.where(held, share, 1.0), 0.0)
        specific = self.layout.arrays.specific_of(layout.asset[moving])
        short = specific * at**2 * share - values[start["specific"] : start["specific"] + len(moving)]
        own = np.flatnonzero(held & (short > tolerance))
        exposure = values[start["exposure"] : start["common"]]
        common = np.flatnonzero(exposure**2 - values[start["common"] : start["width"]] > tolerance)
        self._add_own(own, at[own], specific[own])
        self._add_common(common, exposure[common])
        return len(own) + len(common)

    def _add_own(self, own: np.ndarray, at: np.ndarray, specific: np.ndarray) -> None:
        """`u >= D (2 a d - a^2 y)` for the options numbered among the moving ones."""
        start, moving = self.layout.starts, self.layout.moving
        columns = np.column_stack((start["specific"] + own, start["above"] + own, start["below"] + own, moving[own]))
        values = np.column_stack((np.ones(len(own)), -2 * specific * at, 2 * specific * at, specific * at**2))
        self.add(columns, values, np.zeros(len(own)))

    def _add_common(self, common: np.ndarray, at: np.ndarray) -> None:
        start = self.layout.starts
        columns = np.column_stack((start["common"] + common, start["exposure"] + common))
        self.add(columns, np.column_stack((np.ones(len(common)), -2 * at)), -(at**2))

    def add_links(self, point: Point) -> int:
        """`x <= V y` for the lots that a solution sells beyond their option's share; how many were added."""
        option, lot = self.layout.sales
        start = self.layout.starts
        most = self.layout.arrays.value[lot] / self.unit
        sold = point.columns[start["sale"] : start["buy"]]
        found = np.flatnonzero(self.layout.chosen[option] & (sold > most * point.share[option] + 1e-7))
        linked = set(self.links)
        found = np.array([n for n in found if n not in linked], dtype=np.int64)
        columns = np.column_stack((option[found], start["sale"] + found))
        self.add(columns, np.column_stack((most[found], np.full(len(found), -1.0))), np.zeros(len(found)), found.tolist())
        return len(found)
