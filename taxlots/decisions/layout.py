"""Where each column and row of the linear program stands.

An *option* is an asset with one way to trade it: BOTH, SELL, BUY or HOLD. Where an asset has several on its menu, each has a share y, its
own lots, purchase and drift, all scaled by y, and the shares add up to 1. That is the convex hull of the asset's choices.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from taxlots.decisions.arrays import BOTH, BUY, HOLD, SELL, Arrays

HEIGHTS, EDGES = 4, 7


@dataclass(frozen=True)
class Layout:
    """Columns: shares, sales by lot, purchases, drift above and below, specific variances, then the shared ones."""

    arrays: Arrays
    menu: np.ndarray

    @cached_property
    def asset(self) -> np.ndarray:
        """Asset of each option."""
        return np.nonzero(self.menu)[0]

    @cached_property
    def kind(self) -> np.ndarray:
        """Kind of each option."""
        return np.nonzero(self.menu)[1]

    @cached_property
    def chosen(self) -> np.ndarray:
        """Whether each option's asset has others."""
        return (self.menu.sum(axis=1) > 1)[self.asset]

    @cached_property
    def moving(self) -> np.ndarray:
        """Options that can trade."""
        return np.flatnonzero(self.kind != HOLD)

    @cached_property
    def buying(self) -> np.ndarray:
        """Options that can buy."""
        return np.flatnonzero((self.kind == BOTH) | (self.kind == BUY))

    @cached_property
    def sales(self) -> tuple[np.ndarray, np.ndarray]:
        """Option and lot of each sale column."""
        arrays = self.arrays
        number = np.full((len(arrays.names), 4), -1)
        number[self.asset, self.kind] = np.arange(len(self.asset))
        lots = np.arange(len(arrays.owner))
        found = []
        for kind in (BOTH, SELL):
            option = number[arrays.owner, kind]
            allowed = option >= 0
            if kind == BOTH:
                allowed &= ~(arrays.losing & arrays.wash[arrays.owner])
            found.append((option[allowed], lots[allowed]))
        return np.concatenate([o for o, _ in found]), np.concatenate([lot for _, lot in found])

    @cached_property
    def has_variance(self) -> bool:
        """Whether the variance has a price or a limit."""
        return self.arrays.variance is not None and (self.arrays.weight > 0 or np.isfinite(self.arrays.tracking))

    @cached_property
    def factors(self) -> int:
        """Number of factors in the program."""
        variance = self.arrays.variance
        return variance.loadings.shape[1] if self.has_variance and variance is not None else 0

    @cached_property
    def starts(self) -> dict[str, int]:
        """First column of each kind, and `width`."""
        sizes = {
            "share": len(self.asset),
            "sale": len(self.sales[0]),
            "buy": len(self.buying),
            "above": len(self.moving),
            "below": len(self.moving),
            "specific": len(self.moving) if self.has_variance else 0,
            "nets": len(self.arrays.net_lots),
            "height": self.heights,
            "paid": 1,
            "exposure": self.factors,
            "common": self.factors,
            "width": 0,
        }
        first = np.concatenate(([0], np.cumsum(list(sizes.values()))))
        return {name: int(start) for name, start in zip(sizes, first, strict=False)}

    @cached_property
    def heights(self) -> int:
        """The most parts of a piece of the tax, at least `HEIGHTS`."""
        return max(HEIGHTS, *(len(piece.parts) for piece in self.arrays.pieces))

    @cached_property
    def lines(self) -> int:
        """The most lines of a part."""
        return max((len(lines) for piece in self.arrays.pieces for _, lines in piece.parts), default=0)

    def columns(self, name: str, count: int) -> np.ndarray:
        """The columns of a kind."""
        return self.starts[name] + np.arange(count)


@dataclass(slots=True)
class Rows:
    """Rows under construction: entries as arrays, bounds by row."""

    row: list[np.ndarray]
    column: list[np.ndarray]
    value: list[np.ndarray]
    lower: list[np.ndarray]
    upper: list[np.ndarray]
    count: int = 0

    def add(self, lower: np.ndarray | float, upper: np.ndarray | float, count: int = 1) -> np.ndarray:
        """New rows with these bounds; their numbers."""
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=float), count))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), count))
        self.count += count
        return np.arange(self.count - count, self.count)

    def put(self, row: np.ndarray | int, column: np.ndarray, value: np.ndarray | float) -> None:
        """Entries; a single row or value stands for all columns."""
        size = len(column)
        self.row.append(np.broadcast_to(np.asarray(row), size))
        self.column.append(column)
        self.value.append(np.broadcast_to(np.asarray(value, dtype=float), size))

    def by_column(self, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Starts, row indices and values, column by column; entries of 0 dropped."""
        row, column, value = (np.concatenate(parts) for parts in (self.row, self.column, self.value))
        kept = value != 0
        row, column, value = row[kept], column[kept], value[kept]
        order = np.argsort(column, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(column, minlength=width))))
        return starts.astype(np.int32), row[order].astype(np.int32), value[order]
