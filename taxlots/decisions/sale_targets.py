"""How much can be sold so that a target holds for every part of the sale on the way.

Every target is a limit on a measure that never falls when a gain rises. Losses come first in the sale, so each part of it has no more gain
of either term than the whole or than nothing: where the whole keeps a limit of 0 or more, every part does. And the least measure of a
quantity never falls with the quantity once all losses are in it; so the most that can be sold is found by halving.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from taxlots import exact
from taxlots.decisions.further_gains import ZERO, FurtherGains
from taxlots.decisions.least_tax import Measure, Stock, least
from taxlots.decisions.policies import LOT_STEP
from taxlots.tax.liability import Computed

BANDS = {"zero-ltcg": 0, "fifteen-ltcg": 1}
AMOUNTS = ("gain", "tax")
NAMES = ("zero-tax", *BANDS, *(f"{name}=X" for name in AMOUNTS))


@dataclass(frozen=True, slots=True)
class Target:
    """A named limit, in words and as a measure of further short-term and long-term gain; `limit` in dollars."""

    name: str
    meaning: str
    measure: Measure
    limit: Decimal


def target_named(name: str, year: FurtherGains) -> Target | None:
    """The target of that name; None where there is none. Amounts below 0 are none: with nothing sold they would not hold."""
    if name == "zero-tax":
        return Target(name, "the sale adds nothing to this year's tax", year.tax, ZERO)
    if name in BANDS:
        return _band(name, year)
    kind, _, text = name.partition("=")
    limit = _limit(text)
    if kind not in AMOUNTS or limit is None:
        return None
    if kind == "tax":
        return Target(name, f"the sale adds at most {exact.plain(limit)} to this year's tax", year.tax, limit)
    return Target(name, f"the sale realises at most {exact.plain(limit)} of gain", exact.CONTEXT.add, limit)


def _limit(text: str) -> Decimal | None:
    try:
        limit = exact.parse(text)
    except ValueError:
        return None
    return limit if limit >= 0 else None


def _band(name: str, year: FurtherGains) -> Target:
    """All gain of the sale is long-term gain at a preferential rate up to the band's, as far as losses do not take it up."""
    with exact.exactly():
        tier = BANDS[name]
        start = year.computed(ZERO, ZERO)
        top, rate = start.rates.preferential[tier]
        above, ordinary = max(ZERO, above_band(start, tier)), max(ZERO, at_ordinary_rates(start))

    def measure(short: Decimal, long: Decimal) -> Decimal:
        with exact.exactly():
            there = year.computed(short, long)
            return max(above_band(there, tier) - above, at_ordinary_rates(there) - ordinary)

    percent = exact.plain(exact.CONTEXT.multiply(rate, Decimal(100)))
    return Target(
        name, f"the sale's gain is long-term gain taxed at no more than {percent} %, up to taxable income of {top:,}", measure, ZERO
    )


def above_band(there: Computed, tier: int) -> Decimal:
    """Dollars of long-term gain and qualified dividends above the top of a tier of the preferential rates."""
    top = there.rates.preferential[tier][0]
    above: Decimal = min(there.federal.layers.favoured, max(ZERO, there.federal.taxable_income - top))
    return above


def at_ordinary_rates(there: Computed) -> Decimal:
    """Dollars of the year's gain that no preferential rate reaches: short-term gain and the 28 % group; below 0 a loss deducted."""
    netted = there.federal.netted
    ordinary: Decimal = netted.in_agi - (netted.net_capital_gain - min(netted.net_capital_gain, netted.collectibles))
    return ordinary


def most(held: Stock, target: Target) -> Decimal:
    """The most units that can be sold so that the target holds on the way, in steps of a lot unit."""
    with exact.exactly():

        def holds(quantity: Decimal) -> bool:
            return least(held, quantity, target.measure, target.limit).value <= target.limit

        losses = held.short.least_at + held.long.least_at
        return held.units if holds(held.units) else _last(holds, losses, held.units)


def _last(holds: Callable[[Decimal], bool], low: Decimal, high: Decimal) -> Decimal:
    """The last quantity for which something holds that holds at `low`, and not at `high`."""
    while high - low > LOT_STEP:
        middle = ((low + high) / 2).quantize(LOT_STEP, ROUND_FLOOR)
        middle = middle if low < middle else low + LOT_STEP
        if holds(middle):
            low = middle
        else:
            high = middle
    return low


def units_for_cash(held: Stock, price: Decimal, cost_rate: Decimal, cash: Decimal, *, tax_too: bool) -> Decimal | None:
    """The fewest units whose sale leaves so much cash after trading cost, with `tax_too` after the tax that it adds; None where all do not.

    A unit more always leaves more: no dollar of gain costs a dollar of tax.
    """
    with exact.exactly():
        unit = price * (1 - cost_rate)
        if unit <= 0:
            return None

        def left(quantity: Decimal) -> Decimal:
            tax = least(held, quantity, held.year.tax).value if tax_too else ZERO
            return quantity * unit - max(ZERO, tax)

        if left(held.units) < cash:
            return None
        first = min(held.units, (cash / unit).quantize(LOT_STEP, ROUND_CEILING))
        if left(first) >= cash:
            return first
        short_of = _last(lambda quantity: left(quantity) < cash, first, held.units)
        return min(held.units, short_of + LOT_STEP)
