"""The numbers of the law for one year and filing status, looked up once: what the tax and an optimiser compute with."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Self

from taxlots import exact
from taxlots.problems import TaxlotsError, problem
from taxlots.rulebook import Rulebook, load
from taxlots.tax.arithmetic import Number

Tier = tuple[Decimal | None, Decimal]

FEDERAL = "us/federal"


class Tiers(tuple[Tier, ...]):  # noqa: SLOT001  a tuple can't have slots of its own
    """A rate schedule: ascending pairs of an upper bound (inclusive; None for the last), in US dollars, and the rate up to it."""

    lowers: list[Decimal]
    rates: list[Decimal]
    taxes: list[Decimal]

    def __new__(cls, pairs: Iterable[Tier]) -> Self:
        """Also adds up, once, the tax on everything below each tier."""
        tiers = super().__new__(cls, pairs)
        lower = tax = Decimal(0)
        tiers.lowers, tiers.rates, tiers.taxes = [], [rate for _, rate in tiers], []
        with exact.exactly():
            for upper, rate in tiers:
                tiers.lowers.append(lower)
                tiers.taxes.append(tax)
                if upper is not None:
                    tax += (upper - lower) * rate
                    lower = upper
        return tiers

    def tax(self, income: Decimal) -> Decimal:
        """Tax on an income, both in US dollars, unrounded; 0 for an income of 0 or less."""
        if income <= 0:
            return Decimal(0)
        tier = bisect_left(self.lowers, income) - 1
        return self.taxes[tier] + (income - self.lowers[tier]) * self.rates[tier]


@dataclass(frozen=True, slots=True)
class MinimumTax:
    """Alternative minimum tax, in US dollars.

    `separate_add_back`: whether line 4 of Form 6251 has an extra amount, from the income `exhausted_at` on, where the
    exemption is used up.
    """

    exemption: Number
    phaseout_start: Number
    phaseout_rate: Number
    separate_add_back: bool
    exhausted_at: Number
    tiers: Any


@dataclass(frozen=True, slots=True)
class Exemption:
    """Personal exemptions, in US dollars: lowered by `reduction` for each `step` of income above `start`, begun or full."""

    amount: Number
    start: Number
    step: Number
    reduction: Number


@dataclass(frozen=True, slots=True)
class Schedule:
    """Rates and thresholds of a year and status, in US dollars.

    Gain of the 28 % group fills the ordinary brackets up to `collectibles_top` (the top of the last bracket below 25 %)
    before `collectibles_rate` applies to the rest. Without `exemption` there are no personal exemptions.
    """

    year: int
    status: str
    ordinary: Any
    preferential: Any
    collectibles_rate: Number
    collectibles_top: Number
    niit_rate: Number
    niit_threshold: Number
    loss_limit: Number
    standard_deduction: Number
    exemption: Exemption | None
    minimum: MinimumTax


def schedule_for(year: int, status: str, rulebook: Rulebook | None = None) -> Schedule:
    """The schedule of a year and filing status; without a rulebook, by the packaged one. Cached per rulebook.

    Raises:
        TaxlotsError: RULE_MISSING for a year or status that the rules do not cover; RULE_INVALID when rates and bounds
            differ in number.
    """
    return _schedule(load() if rulebook is None else rulebook, year, status)


@lru_cache(maxsize=256)
def _schedule(rulebook: Rulebook, year: int, status: str) -> Schedule:
    def amount(path: str) -> Decimal:
        return rulebook.amount(f"{FEDERAL}/{path}", year, status)

    ordinary = tiers_of(rulebook, f"{FEDERAL}/ordinary_brackets", year, status)
    below = amount("capital_gain_rates/stacking_rate")
    return Schedule(
        year=year,
        status=status,
        ordinary=ordinary,
        preferential=tiers_of(rulebook, f"{FEDERAL}/capital_gain_rates", year, status),
        collectibles_rate=amount("collectibles/rate_max"),
        collectibles_top=max(upper for upper, rate in ordinary if upper is not None and rate < below),
        niit_rate=amount("niit/rate"),
        niit_threshold=amount("niit/threshold"),
        loss_limit=amount("capital_loss/net_loss_limit"),
        standard_deduction=amount("standard_deduction/amount"),
        exemption=_exemption(rulebook, year, status),
        minimum=_minimum(rulebook, year, status),
    )


def _exemption(rulebook: Rulebook, year: int, status: str) -> Exemption | None:
    def amount(name: str) -> Decimal:
        return rulebook.amount(f"{FEDERAL}/personal_exemption/{name}", year, status)

    with exact.exactly():
        total = amount("amount") * amount("persons")
        if not total:
            return None
        return Exemption(total, amount("phaseout_start"), amount("phaseout_step"), total * amount("phaseout_share"))


def _minimum(rulebook: Rulebook, year: int, status: str) -> MinimumTax:
    def amount(name: str) -> Decimal:
        return rulebook.amount(f"{FEDERAL}/amt/{name}", year, status)

    exemption, start, rate = amount("exemption"), amount("phaseout_start"), amount("phaseout_rate")
    return MinimumTax(
        exemption=exemption,
        phaseout_start=start,
        phaseout_rate=rate,
        separate_add_back=rulebook.value(f"{FEDERAL}/amt/separate_add_back", year, status) is True,
        exhausted_at=start + exemption / rate,
        tiers=tiers_of(rulebook, f"{FEDERAL}/amt", year, status),
    )


def tiers_of(rulebook: Rulebook, topic: str, year: int, status: str) -> Tiers:
    """A topic's `rates` with its `upper_bounds` (one rate for all income needs none). Raises as `schedule_for`."""
    # The yearly amounts first: where a year is not covered, the error names the years that are.
    has_bounds = f"{topic}/upper_bounds" in rulebook.rules
    bounds = rulebook.amounts(f"{topic}/upper_bounds", year, status) if has_bounds else ()
    rates = rulebook.amounts(f"{topic}/rates", year, status)
    if len(rates) != len(bounds) + 1:
        message = f"{topic} has {len(rates)} rates for {len(bounds)} bounds in {year}; it needs one more."
        raise TaxlotsError(problem("RULE_INVALID", message))
    return Tiers(zip((*bounds, None), rates, strict=True))
