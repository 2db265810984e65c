"""When to wait: short-term gains, the day they turn long-term, the tax that waiting saves, and how far the price may fall meanwhile.

With price p, unit basis b, rates ts now and tl later, and interest r over T years on the money that a sale today brings, holding is
better iff the later price is at least

    p_T = [(p - ts (p - b)) (1 + r)^T - tl b] / (1 - tl)

The rates are those of the whole lot in this year's position: what the year's tax rises by per dollar of its gain, once as a short-term and
once as a long-term gain.
"""

from dataclasses import dataclass
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.further_gains import ZERO, FurtherGains
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.score import sale

DAYS_OF_YEAR = 365


@dataclass(frozen=True, slots=True)
class Wait:
    """A short-term gain: tax if sold today, tax on the same gain as a long-term one, and the price at which waiting breaks even."""

    lot: HeldLot
    gain: Decimal
    days: int
    tax_now: Decimal
    tax_later: Decimal
    rate_now: Decimal
    rate_later: Decimal
    break_even: Decimal
    next_year: bool

    @property
    def tax_saved(self) -> Decimal:
        """Tax saved by waiting, at today's price."""
        return exact.CONTEXT.subtract(self.tax_now, self.tax_later)

    @property
    def may_fall(self) -> Decimal:
        """By which share of today's price it may fall until then; below 0 it has to rise, since money today earns interest."""
        return exact.CONTEXT.subtract(Decimal(1), exact.CONTEXT.divide(self.break_even, self.lot.price))


def waits(portfolio: Portfolio, interest: Decimal | None = None) -> list[Wait]:
    """Every lot whose sale today is a short-term gain, most tax saved first; `interest` a year, by default the setting's."""
    with exact.exactly():
        rate = portfolio.terms.interest if interest is None else interest
        found = [one for lot in portfolio.lots if lot.tradable and lot.taxed and not lot.long_term and (one := _wait(portfolio, lot, rate))]
        return sorted(found, key=lambda one: (-one.tax_saved, one.lot.long_term_on, one.lot.lot_id))


def _wait(portfolio: Portfolio, lot: HeldLot, interest: Decimal) -> Wait | None:
    gain = sale(portfolio, lot, lot.quantity).gain
    if gain <= 0:
        return None
    year = FurtherGains(portfolio.position, portfolio.rulebook, collectible=lot.asset_class == "collectible")
    now, later = year.tax(gain, ZERO), year.tax(ZERO, gain)
    days = (lot.long_term_on - portfolio.today).days
    rates = now / gain, later / gain
    price = break_even(lot.price, lot.unit_basis, rates, interest, Decimal(days) / DAYS_OF_YEAR)
    return Wait(lot, gain, days, now, later, *rates, price, next_year=lot.long_term_on.year != portfolio.today.year)


def break_even(price: Decimal, basis: Decimal, rates: tuple[Decimal, Decimal], interest: Decimal, years: Decimal) -> Decimal:
    """The price then from which on holding is better than selling now; unit price and unit basis, rates now and then."""
    with exact.exactly():
        now, later = rates
        grown = (price - now * (price - basis)) * (1 + interest) ** years
        return (grown - later * basis) / (1 - later)
