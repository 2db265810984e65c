"""A plan: trades by lot, and the figures by which a person may rank it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from taxlots.decisions.instance import Instance
from taxlots.decisions.portfolio import HeldLot


@dataclass(frozen=True, slots=True)
class Trade:
    """A sale of (part of) one lot, or a purchase (`lot` None). Quantity in units, value in home currency before costs.

    `on`: the day, where it is not today.
    """

    side: str
    asset: str
    account: str
    quantity: Decimal
    value: Decimal
    gain: Decimal = Decimal(0)
    lot: HeldLot | None = None
    tax: Decimal = Decimal(0)
    why: str = ""
    on: date | None = None

    def with_tax(self, tax: Decimal) -> "Trade":
        """The same with the tax that it adds."""
        return Trade(self.side, self.asset, self.account, self.quantity, self.value, self.gain, self.lot, tax, self.why, self.on)

    def because(self, why: str) -> "Trade":
        """The same with its reason."""
        return Trade(self.side, self.asset, self.account, self.quantity, self.value, self.gain, self.lot, self.tax, why, self.on)

    @property
    def term(self) -> str:
        """Of a sale: `long` or `short` on its day."""
        later = self.lot is not None and self.on is not None and self.on >= self.lot.long_term_on
        return "long" if later or (self.lot is not None and self.lot.long_term) else "short"


@dataclass(frozen=True, slots=True)
class Drift:
    """Distance from the targets: sum and largest of |weight - target| in percentage points, and the sum in home currency."""

    total_points: Decimal
    largest_points: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan comes to, in home currency unless it says otherwise. `score` compares it with doing nothing (0).

    `score = -(tax_now + tax_later + trading_cost) + carryover_value + future_tax_saved - (drift_cost - drift_cost_before)`. `tax_later` is
    that of later years on trades of later years; the cost of drift includes that of tracking variance, where there is a covariance.
    """

    tax_now: Decimal
    tax_later: Decimal
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
    tracking_error: float | None
    score: Decimal


@dataclass(frozen=True, slots=True)
class Certificate:
    """Proof of the optimum: no feasible plan scores above `bound`; `gap` as a share of max(1, |score|).

    `instance` is the decision as a problem file and `solution` its `taxlots.solution/1` with these trades and the prices that prove the
    bound; `before` is the score of the trades in tax-deferred accounts, which precede it.
    """

    bound: float
    gap: float
    assumptions: tuple[str, ...]
    instance: Instance
    solution: dict[str, Any]
    before: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A named alternative with its trades, figures and remarks.

    `why_not`: what to relax, and by how much, where it is not feasible; `deferred`: the tax-deferred accounts.
    """

    name: str
    meaning: str
    trades: tuple[Trade, ...]
    figures: Figures
    feasible: bool
    notes: tuple[str, ...] = ()
    certificate: Certificate | None = field(default=None)
    why_not: tuple[dict[str, Any], ...] = ()
    deferred: frozenset[str] = frozenset()

    @property
    def several_dates(self) -> bool:
        """Whether some trades wait, so that the score at today's prices carries a risk."""
        return any(trade.on for trade in self.trades)
