"""A plan: trades by lot, and the figures by which a person may rank it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from taxlots.decisions.instance import Instance
from taxlots.decisions.portfolio import HeldLot


@dataclass(frozen=True, slots=True)
class Trade:
    """A sale of (part of) one lot, or a purchase (`lot` None). Quantity in units, value in home currency before costs."""

    side: str
    asset: str
    account: str
    quantity: Decimal
    value: Decimal
    gain: Decimal = Decimal(0)
    lot: HeldLot | None = None
    tax: Decimal = Decimal(0)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """Distance from the targets: sum and largest of |weight - target| in percentage points, and the sum in home currency."""

    total_points: Decimal
    largest_points: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan comes to, in home currency unless it says otherwise. `score` compares it with doing nothing (0).

    `score = -(tax_now + trading_cost) + carryover_value + future_tax_saved - (drift_cost - drift_cost_before)`.
    """

    tax_now: Decimal
    carryover_value: Decimal
    trading_cost: Decimal
    future_tax_saved: Decimal
    drift_before: Drift
    drift_after: Drift
    drift_cost_before: Decimal
    drift_cost: Decimal
    short_term_gain: Decimal
    long_term_gain: Decimal
    turnover: Decimal
    cash_after: Decimal
    after_tax_value: Decimal
    score: Decimal


@dataclass(frozen=True, slots=True)
class Certificate:
    """Proof of the optimum: no feasible plan scores above `bound`; `gap` as a share of max(1, |score|).

    `instance` is the decision as a problem file and `solution` its `taxlots.solution/1` with these trades and the prices that prove the
    bound.
    """

    bound: float
    gap: float
    assumptions: tuple[str, ...]
    instance: Instance
    solution: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """A named alternative with its trades, figures and remarks."""

    name: str
    meaning: str
    trades: tuple[Trade, ...]
    figures: Figures
    feasible: bool
    notes: tuple[str, ...] = ()
    certificate: Certificate | None = field(default=None)
