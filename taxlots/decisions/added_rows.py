"""Rows that solutions showed to be needed, tangents and links, and their removal once they are not."""

from typing import Any

import numpy as np

from taxlots.decisions.piece import INFINITY

TANGENT = -1


class AddedRows:
    """The rows of a solver after the first ones. Per row `links` has the sale that it links to its option's share, or TANGENT."""

    def __init__(self, solver: Any, first: int) -> None:
        """None yet; `first` is the number of rows before them."""
        self.solver, self.first = solver, first
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
