"""What sales and purchases cost and whether they are allowed, in floats: for candidates of the optimiser."""

from dataclasses import dataclass

import numpy as np

from taxlots.decisions.arrays import LAST_DIGITS, Arrays, nets_from
from taxlots.decisions.bounds import base_value
from taxlots.decisions.piece import Nets

CLOSE = 1e-9
TRACE = 1e-12


@dataclass(frozen=True, slots=True)
class Moves:
    """Dollars sold per lot and bought per asset."""

    sold: np.ndarray
    bought: np.ndarray


def distance(arrays: Arrays, moves: Moves) -> np.ndarray:
    """Distance of each asset from its target afterwards, in dollars."""
    return arrays.distance + moves.bought - arrays.by_asset(moves.sold)


def nets(arrays: Arrays, moves: Moves) -> Nets:
    """The year's short-term and long-term net afterwards, and that of the 28 % group; zeros where rates are linear."""
    if arrays.tax is None:
        return 0.0, 0.0, 0.0
    gains = arrays.gain * moves.sold
    moved = [float(gains[counted].sum()) for counted in arrays.net_lots.values()]
    return nets_from(arrays.tax.starts, moved)


def cost(arrays: Arrays, moves: Moves) -> float:
    """The objective."""
    away = distance(arrays, moves)
    total = float(arrays.sale_cost @ moves.sold) + float(arrays.buy_cost @ moves.bought)
    total += arrays.drift_penalty * float(np.abs(away).sum())
    if arrays.variance is not None:
        total += arrays.weight * arrays.variance.of(away)
    if arrays.tax is not None:
        tax, carried = arrays.federal(nets(arrays, moves))
        total += tax - arrays.carry_value * carried - base_value(arrays)
    return total


def cash_left(arrays: Arrays, moves: Moves) -> float:
    """Cash after costs, and after the additional tax where it is paid from cash."""
    left = arrays.money + (1 - arrays.rate) * float(moves.sold.sum()) - (1 + arrays.rate) * float(moves.bought.sum())
    if arrays.pay_from_cash:
        left -= max(0.0, arrays.federal(nets(arrays, moves))[0] - arrays.due)
    return left


def allowed(arrays: Arrays, moves: Moves) -> bool:
    """Whether the moves keep every constraint, to rounding; what is bought and sold at all, however little, is a trade."""
    slack = arrays.rounding
    sold = arrays.by_asset(moves.sold)
    buys, sells = moves.bought > 0, sold > 0
    rebought_losses = arrays.by_asset(np.where(arrays.losing & arrays.wash[arrays.owner], moves.sold, 0.0)) > 0
    away = distance(arrays, moves)
    small = arrays.least * (1 - LAST_DIGITS) - TRACE * max(1.0, abs(arrays.total))
    broken = (
        np.isfinite(arrays.most_tax) and arrays.federal(nets(arrays, moves))[0] > arrays.due + arrays.most_tax + slack,
        cash_left(arrays, moves) < -slack,
        float(np.abs(away).sum()) > arrays.most_drift + slack,
        float(moves.bought.sum() + moves.sold.sum()) > arrays.turnover + slack,
        bool((np.abs(away) > arrays.band + slack).any()),
        bool(((buys | sells) & ~arrays.tradable).any()),
        bool((buys & ~arrays.buyable).any()),
        bool((buys & sells & arrays.exclusive).any()),
        bool((buys & rebought_losses).any()),
        bool((buys & (moves.bought < small)).any() or (sells & (sold < small)).any()),
        np.isfinite(arrays.tracking) and arrays.variance is not None and arrays.variance.of(away) > arrays.tracking**2 * (1 + CLOSE),
    )
    return not any(broken)
