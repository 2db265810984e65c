"""Variance of the distance from the targets: `d' (F F' + diag(D)) d`, with a row of loadings F per asset and specific variances D.

A covariance is factored once, by principal axes: D is taken as large as leaves the rest positive semidefinite, and the axes of the
rest are the factors. Where the covariance came from few factors, few axes are left, and the program is as small as with factors given.
"""

from dataclasses import dataclass

import numpy as np

from taxlots.decisions.instance import Risk

NEGLIGIBLE = 1e-11
RANK = 1e-10
SETTLED = 1e-9


@dataclass(frozen=True, slots=True)
class Variance:
    """Loadings (assets x factors) and specific variances."""

    loadings: np.ndarray
    specific: np.ndarray

    def of(self, distance: np.ndarray) -> float:
        """`d' (F F' + diag(D)) d`."""
        exposures = self.loadings.T @ distance
        return float(exposures @ exposures + self.specific @ distance**2)

    def common(self, distance: np.ndarray) -> np.ndarray:
        """`F F' d`: half the gradient of the part that assets share."""
        return self.loadings @ (self.loadings.T @ distance)


def variance_of(risk: Risk, count: int) -> Variance:
    """The variance of a checked risk model of that many assets."""
    if risk.covariance is not None:
        return principal_axes(np.array(risk.covariance, dtype=float))
    rows = len(risk.factors or ())
    loadings = np.array(risk.factors, dtype=float).reshape(rows, -1 if rows else 0)
    if len(loadings) != count:  # a row per factor instead of a row per asset
        loadings = loadings.T
    return Variance(loadings.reshape(count, -1), np.array(risk.specific_variance, dtype=float))


def principal_axes(covariance: np.ndarray) -> Variance:
    """Exact to rounding: few factors and a diagonal where the covariance is that, else all axes beside its least eigenvalue."""
    covariance = (covariance + covariance.T) / 2
    specific = _beside_few_factors(covariance)
    if specific is not None and (loadings := _few_loadings(covariance - np.diag(specific))) is not None:
        return Variance(loadings, specific)
    spread, axes = np.linalg.eigh(covariance)
    least = max(0.0, float(spread[0])) * (1 - 1e-9)
    kept = spread - least > NEGLIGIBLE * float(spread[-1])
    return Variance(axes[:, kept] * np.sqrt(spread[kept] - least), np.full(len(covariance), least))


def _beside_few_factors(covariance: np.ndarray) -> np.ndarray | None:
    """Specific variances where the rest has a low rank; None where it has not.

    Off the diagonal only the factors show. With the assets in three groups, the block between the second and the third has the rank
    of the factors, and the common variance of an asset i of the first is `C_i3 (C_23)^+ C_2i`; so in turn for each group.
    """
    count = len(covariance)
    groups = [np.arange(first, count, 3) for first in range(3)]
    common = np.zeros(count)
    for first in range(3):
        own, second, third = (groups[(first + n) % 3] for n in range(3))
        left, sizes, right = np.linalg.svd(covariance[np.ix_(second, third)], full_matrices=False)
        rank = int((sizes > RANK * sizes.max(initial=0.0)).sum())
        if rank >= len(sizes):
            return None
        middle = (right[:rank].T / sizes[:rank]) @ left[:, :rank].T
        common[own] = ((covariance[np.ix_(own, third)] @ middle) * covariance[np.ix_(second, own)].T).sum(axis=1)
    specific = np.diag(covariance) - common
    scale = float(np.diag(covariance).max(initial=0.0))
    return None if specific.min() < -SETTLED * scale else np.clip(specific, 0.0, None)


def _few_loadings(common: np.ndarray) -> np.ndarray | None:
    """L with `L L' = common` by a pivoted Cholesky factorisation, as many columns as its rank; None where a rest stays.

    Whatever rounding leaves in the rest is far below what a variance is known to.
    """
    rest, columns = common.copy(), []
    scale = float(np.abs(common).max(initial=0.0))
    for _ in range(len(common) // 3):
        pivot = int(np.diag(rest).argmax())
        if rest[pivot, pivot] <= SETTLED * scale:
            break
        columns.append(rest[:, pivot] / np.sqrt(rest[pivot, pivot]))
        rest = rest - np.outer(columns[-1], columns[-1])
    if np.abs(rest).max(initial=0.0) > SETTLED * scale:
        return None
    return np.column_stack(columns) if columns else np.zeros((len(common), 0))
