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
    loadings = np.array(risk.factors, dtype=float).reshape(len(risk.factors or ()), -1)
    if len(loadings) != count:  # a row per factor instead of a row per asset
        loadings = loadings.T
    return Variance(loadings.reshape(count, -1), np.array(risk.specific_variance, dtype=float))


def principal_axes(covariance: np.ndarray) -> Variance:
    """Exact to rounding: what the axes do not explain is the diagonal, and axes are kept until nothing else is left."""
    covariance = (covariance + covariance.T) / 2
    specific = _largest_diagonal(covariance)
    spread, axes = np.linalg.eigh(covariance - np.diag(specific))
    kept = spread > NEGLIGIBLE * max(float(np.diag(covariance).max(initial=0.0)), 0.0)
    return Variance(axes[:, kept] * np.sqrt(spread[kept]), specific)


def _largest_diagonal(covariance: np.ndarray) -> np.ndarray:
    """A diagonal that leaves the rest positive semidefinite: that of the few factors if there are few, else the least eigenvalue."""
    spread, _ = np.linalg.eigh(covariance)
    least = max(0.0, float(spread[0])) * (1 - 1e-9)
    found = _beside_few_factors(covariance)
    return np.full(len(covariance), least) if found is None else found


def _beside_few_factors(covariance: np.ndarray) -> np.ndarray | None:
    """Specific variances where the rest has a low rank; None where it has not.

    Off the diagonal only the factors show. With the assets in three groups, the block between the second and the third has the rank
    of the factors, and the common variance of an asset i of the first is `C_i3 (C_23)^+ C_2i`; so in turn for each group.
    """
    count, scale = len(covariance), float(np.diag(covariance).max(initial=0.0))
    groups = [np.arange(first, count, 3) for first in range(3)]
    common = np.zeros(count)
    for first in range(3):
        own, second, third = (groups[(first + n) % 3] for n in range(3))
        block = covariance[np.ix_(second, third)]
        left, sizes, right = np.linalg.svd(block, full_matrices=False)
        rank = int((sizes > RANK * sizes.max(initial=0.0)).sum())
        if rank >= len(sizes):
            return None
        middle = (right[:rank].T / sizes[:rank]) @ left[:, :rank].T
        common[own] = np.einsum("ij,jk,ki->i", covariance[np.ix_(own, third)], middle, covariance[np.ix_(second, own)], optimize=True)
    specific = np.diag(covariance) - common
    rest = float(np.linalg.eigvalsh(covariance - np.diag(specific))[0])
    if specific.min() < 0 or rest < -SETTLED * scale:
        return None
    # Rounding may leave the rest a hair below zero; the diagonal gives that hair back.
    return np.clip(specific - max(0.0, -2 * rest), 0.0, None)
