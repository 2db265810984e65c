"""A sale walked through lot by lot: the tax that each piece adds, by kind, and where the tax on the next dollar changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.further_gains import ZERO, FurtherGains
from taxlots.decisions.plan import Trade
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.tax import TaxPosition
from taxlots.tax.kinks import Kink, find_kinks
from taxlots.tax.liability import Computed
from taxlots.tax.marginal import Cost, cost_between, marginal
from taxlots.tax.states import StateSchedule

MOST_KINKS = 40
NEXT_KINKS = 4


@dataclass(frozen=True, slots=True)
class SoldLot:
    """A piece of a lot in the order of the sale: the trade with its tax after those above it, and that tax by kind."""

    trade: Trade
    cost: Cost

    @property
    def lot(self) -> HeldLot:
        """The lot that it comes from."""
        if self.trade.lot is None:
            raise TypeError("a piece sold comes from a lot")
        return self.trade.lot

    @property
    def tax_per_unit(self) -> Decimal:
        """Tax that a unit of the piece adds."""
        return exact.CONTEXT.divide(self.cost.total, self.trade.quantity)


@dataclass(frozen=True, slots=True)
class SaleKink:
    """From `quantity` units on, in the order of the sale and its best continuation, a dollar of gain is taxed otherwise.

    `sold`: it lies within the sale. `jump` is added at once (a cliff of a state).
    """

    quantity: Decimal
    term: str
    what: str
    rule: str
    rate_before: Decimal
    rate_after: Decimal
    jump: Decimal
    sold: bool


def walked(year: FurtherGains, trades: Iterable[Trade], first: Sequence[Trade] = ()) -> tuple[list[SoldLot], list[SaleKink]]:
    """The trades with their tax by kind, and the kinks that are passed; `first` is what is sold before them."""
    gains, quantity = gains_of(first), sum((trade.quantity for trade in first), ZERO)
    lots, kinks = [], []
    for trade in trades:
        term = trade.lot.term if trade.lot else "short"
        after = gains | {term: gains[term] + trade.gain}
        for kink in _kinks(year, gains, after, abs(trade.gain)):
            where = quantity + trade.quantity * kink.dollars / abs(trade.gain)
            sign = 1 if trade.gain > 0 else -1
            rates = sign * kink.rate_before, sign * kink.rate_after
            kinks.append(SaleKink(where, term, kink.what, kink.rule, *rates, kink.jump, sold=not first))
        lots.append(SoldLot(trade, cost_between(year.computed(**gains), year.computed(**after))))
        gains, quantity = after, quantity + trade.quantity
    return lots, kinks


def _kinks(year: FurtherGains, before: Mapping[str, Decimal], after: Mapping[str, Decimal], dollars: Decimal) -> list[Kink]:
    """The kinks on the way; none where no corner of the law lies on it and the tax is as straight as its middle says."""
    if not dollars or year.straight((before["short"], before["long"]), (after["short"], after["long"])):
        return []

    def way(further: Decimal) -> tuple[Computed, StateSchedule | None]:
        moved = {term: before[term] + (after[term] - before[term]) * further / dollars for term in before}
        return year.computed(**moved), year.state

    return find_kinks(way, dollars, MOST_KINKS)


def next_kinks(position: TaxPosition, portfolio: Portfolio) -> dict[str, tuple[Kink, ...]]:
    """The next kinks of a further gain of each term."""
    one = Decimal(1)
    return {term: marginal(position, {f"{term}_term": one}, portfolio.rulebook, most_kinks=NEXT_KINKS).kinks for term in ("short", "long")}


def gains_of(trades: Iterable[Trade]) -> dict[str, Decimal]:
    """Short-term and long-term gain of sales."""
    gains = {"short": ZERO, "long": ZERO}
    for trade in trades:
        if trade.lot:
            gains[trade.lot.term] += trade.gain
    return gains
