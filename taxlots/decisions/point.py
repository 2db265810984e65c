"""A solution of the linear program, in dollars, with the prices that its rows have."""

from dataclasses import dataclass

import numpy as np

from taxlots.decisions.bounds import Prices


@dataclass(frozen=True, slots=True)
class Point:
    """A solution: dollars sold per lot and bought per asset, the share of each option, and the prices of the coupling rows."""

    sold: np.ndarray
    bought: np.ndarray
    share: np.ndarray
    prices: Prices
    columns: np.ndarray
