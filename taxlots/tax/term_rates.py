"""The tax on one more dollar of short-term and of long-term gain by year, which the order min-tax ranks lots by."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from taxlots import exact, frames
from taxlots.lots.elections import Elections, TermRates
from taxlots.lots.results import Book
from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.rulebook import Rulebook
from taxlots.settings import Profile
from taxlots.tax.liability import tax_due
from taxlots.tax.states import unknown_state_tax
from taxlots.tax.year import TaxYears

_STEP = Decimal(1000)
_DISCOUNT = "au/capital_gains/discount"
_FEDERAL = "us/federal"


def term_rates(jurisdiction: str, profile: Profile, rulebook: Rulebook, years: Iterable[int]) -> tuple[dict[int, TermRates], Problem]:
    """Rates of the tax years from the profile alone, without the gains that are being booked; and what they are, told as a Problem.

    Raises:
        TaxlotsError: USAGE where the law's or the person's rates are not known.
    """
    listed, stateless = sorted(set(years)), list[int]()
    if jurisdiction == "us":
        found = {year: _of_profile(profile, rulebook, year, stateless) for year in listed}
    elif jurisdiction == "au":
        found = {year: _australian(profile, rulebook, year) for year in listed}
    else:
        hint = "Choose another order; the rates are known for us and au."
        raise TaxlotsError(problem("USAGE", f"min-tax ranks lots by tax rates, and those of {jurisdiction} are not known", hint))
    told = "; ".join(f"{year}: short {exact.plain(one.short)}, long {exact.plain(one.long)}" for year, one in found.items())
    assumed = "" if profile.years else " (there is no [profile.YEAR]: the highest federal rates)"
    missing = f"; without state tax, which the rules do not cover: {', '.join(map(str, stateless))}" if stateless else ""
    return found, problem("MIN_TAX_RATES", f"min-tax ranks lots by these rates{assumed}: {told}{missing}")


def _of_profile(profile: Profile, rulebook: Rulebook, year: int, stateless: list[int]) -> TermRates:
    """The rates on top of the profile; a year whose state tax the rules do not cover is ranked without it, and listed."""
    covered = rulebook.rule(f"{_FEDERAL}/standard_deduction/amount").entries
    within = min(max(year, covered[0].start.year), (covered[-1].end or date.max).year)
    if not profile.years:
        highest = [max(rulebook.amounts(f"{_FEDERAL}/{name}/rates", within)) for name in ("ordinary_brackets", "capital_gain_rates")]
        return TermRates(*highest)
    position = TaxYears(_empty(), profile, rulebook).position(within)
    if unknown_state_tax(position, rulebook) is not None:
        position = replace(position, state=None)
        stateless.append(year)
    with exact.exactly():
        before = tax_due(position, rulebook).total
        more = (
            tax_due(replace(position, **{name: getattr(position, name) + _STEP}), rulebook).total for name in ("short_term", "long_term")
        )
        short, long = ((after - before) / _STEP for after in more)
    return TermRates(short, long)


def _australian(profile: Profile, rulebook: Rulebook, year: int) -> TermRates:
    said = profile.years.get(year)
    if said is None or said.personal_rate is None:
        hint = f"Set personal_rate under [profile.{year}], such as 0.37."
        raise TaxlotsError(problem("USAGE", f"min-tax needs the personal rate of {year}", hint))
    discount = rulebook.amount(_DISCOUNT, date(year, 7, 1))
    with exact.exactly():
        return TermRates(said.personal_rate, said.personal_rate * (1 - discount))


def _empty() -> Book:
    schemas = (frames.LOTS, frames.DISPOSALS, frames.INCOME, frames.MOVES)
    lots, disposals, income, moves = (frames.build(schema, []) for schema in schemas)
    return Book(lots, disposals, income, moves, Elections())
