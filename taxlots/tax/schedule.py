"""The numbers of the law for one year and filing status, looked up once: what the tax and an optimiser compute with."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from taxlots import exact
from taxlots.problems import TaxlotsError, problem
from taxlots.rulebook import Rulebook, load

Tiers = tuple[tuple[Decimal | None, Decimal], ...]

FEDERAL = "us/federal"


@dataclass(frozen=True, slots=True)
class MinimumTax:
    """Alternative minimum tax, in US dollars; `separate_add_back`: whether line 4 of Form 6251 has the extra amount."""

    exemption: Decimal
    phaseout_start: Decimal
    phaseout_rate: Decimal
    separate_add_back: bool
    tiers: Tiers


@dataclass(frozen=True, slots=True)
class Schedule:
    """Rates and thresholds of a year and status, in US dollars.

    `ordinary` and `preferential` are ascending pairs of an upper bound of taxable income (inclusive; None for the
    last) and the rate up to it. Gain of the 28 % group fills the ordinary brackets up to `collectibles_top` (the top
    of the last bracket below 25 %) before `collectibles_rate` applies to the rest.
    """

    year: int
    status: str
    ordinary: Tiers
    preferential: Tiers
    collectibles_rate: Decimal
    collectibles_top: Decimal
    niit_rate: Decimal
    niit_threshold: Decimal
    loss_limit: Decimal
    standard_deduction: Decimal
    minimum: MinimumTax


def schedule_for(year: int, status: str, rulebook: Rulebook | None = None) -> Schedule:
    """The schedule of a year and filing status; without a rulebook, by the packaged one. Cached per rulebook.

    Raises:
        TaxlotsError: RULE_MISSING for a year or status that the rules do not cover; RULE_INVALID when rates and bounds
            differ in number.
    """
    return _schedule(load() if rulebook is None else rulebook, year, status)


def tax_by(tiers: Tiers, income: Decimal) -> Decimal:
    """Tax on an income by a rate schedule, both in US dollars, unrounded; 0 for an income of 0 or less."""
    with exact.exactly():
        tax = lower = Decimal(0)
        for upper, rate in tiers:
            if upper is None or income <= upper:
                return tax + max(Decimal(0), income - lower) * rate
            tax += (upper - lower) * rate
            lower = upper
        return tax


@lru_cache(maxsize=256)
def _schedule(rulebook: Rulebook, year: int, status: str) -> Schedule:
    def amount(path: str) -> Decimal:
        return rulebook.amount(f"{FEDERAL}/{path}", year, status)

    ordinary = _tiers(rulebook, "ordinary_brackets", year, status)
    below = amount("capital_gain_rates/stacking_rate")
    return Schedule(
        year=year,
        status=status,
        ordinary=ordinary,
        preferential=_tiers(rulebook, "capital_gain_rates", year, status),
        collectibles_rate=amount("collectibles/rate_max"),
        collectibles_top=max(upper for upper, rate in ordinary if upper is not None and rate < below),
        niit_rate=amount("niit/rate"),
        niit_threshold=amount("niit/threshold"),
        loss_limit=amount("capital_loss/net_loss_limit"),
        standard_deduction=amount("standard_deduction/amount"),
        minimum=MinimumTax(
            exemption=amount("amt/exemption"),
            phaseout_start=amount("amt/phaseout_start"),
            phaseout_rate=amount("amt/phaseout_rate"),
            separate_add_back=rulebook.value(f"{FEDERAL}/amt/separate_add_back", year, status) is True,
            tiers=_tiers(rulebook, "amt", year, status),
        ),
    )


def _tiers(rulebook: Rulebook, topic: str, year: int, status: str) -> Tiers:
    # The yearly amounts first: where a year is not covered, the error names the years that are.
    bounds = rulebook.amounts(f"{FEDERAL}/{topic}/upper_bounds", year, status)
    rates = rulebook.amounts(f"{FEDERAL}/{topic}/rates", year, status)
    if len(rates) != len(bounds) + 1:
        message = f"{FEDERAL}/{topic} has {len(rates)} rates for {len(bounds)} bounds in {year}; it needs one more."
        raise TaxlotsError(problem("RULE_INVALID", message))
    return tuple(zip((*bounds, None), rates, strict=True))
