"""A country's tax year from the book and the profile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from taxlots import exact, frames
from taxlots.lots.results import Book
from taxlots.problems import Problem, problem
from taxlots.rulebook import Rulebook
from taxlots.settings import Profile, YearProfile
from taxlots.tax.countries import australia, uk
from taxlots.tax.countries.australia import australian_tax
from taxlots.tax.countries.canada import canadian_tax
from taxlots.tax.countries.germany import german_tax
from taxlots.tax.countries.result import CountryTax, Gain
from taxlots.tax.countries.uk import uk_tax

_STAKING_AND_LENDING = frozenset({"income:staking", "income:interest", "income:reward"})


@dataclass(frozen=True, slots=True)
class _Country:
    """Which tax year a day lies in, the computation, the currency, and the lot orders that the law knows."""

    year_of: Callable[[date], int]
    compute: Callable[[int, list[Gain], Decimal, YearProfile, Rulebook], CountryTax]
    currency: str
    orders: frozenset[str]


def _uk(year: int, gains: list[Gain], _income: Decimal, said: YearProfile, rulebook: Rulebook) -> CountryTax:
    brought = said.losses_brought_forward
    return uk_tax(year, gains, basic_band_left=said.basic_band_left, losses_brought_forward=brought, rulebook=rulebook)


def _de(year: int, gains: list[Gain], income: Decimal, said: YearProfile, rulebook: Rulebook) -> CountryTax:
    brought, rate = said.losses_brought_forward, said.personal_rate
    return german_tax(year, gains, income=income, losses_brought_forward=brought, personal_rate=rate, rulebook=rulebook)


def _ca(year: int, gains: list[Gain], _income: Decimal, said: YearProfile, rulebook: Rulebook) -> CountryTax:
    return canadian_tax(
        year, gains, losses_brought_forward=said.losses_brought_forward, personal_rate=said.personal_rate, rulebook=rulebook
    )


def _au(year: int, gains: list[Gain], _income: Decimal, said: YearProfile, rulebook: Rulebook) -> CountryTax:
    return australian_tax(
        year, gains, losses_brought_forward=said.losses_brought_forward, personal_rate=said.personal_rate, rulebook=rulebook
    )


def _calendar_year(day: date) -> int:
    return day.year


COUNTRIES: Mapping[str, _Country] = {
    "uk": _Country(uk.year_of, _uk, "GBP", frozenset({"section-104", "same-day", "thirty-days"})),
    "ca": _Country(_calendar_year, _ca, "CAD", frozenset({"average"})),
    "de": _Country(_calendar_year, _de, "EUR", frozenset({"fifo"})),
    "au": _Country(australia.year_of, _au, "AUD", frozenset({"fifo", "lifo", "hifo", "lofo"})),
}


def country_tax(
    jurisdiction: str, year: int, book: Book, profile: Profile, rulebook: Rulebook, home: str
) -> tuple[CountryTax, list[Problem]]:
    """The tax of the year that begins in `year`, and what keeps it from being the law's figure.

    Raises:
        TaxlotsError: RULE_MISSING for a year that is not covered; USAGE for what the country's rules refuse.
    """
    country = COUNTRIES[jurisdiction]
    problems = []
    said = profile.years.get(year)
    if said is None:
        told = "no losses brought in, no personal rate"
        problems.append(
            problem("PROFILE_ASSUMED", f"there is no [profile.{year}]; assumed: {told}", f"Add [profile.{year}] to taxlots.toml.")
        )
    gains = [
        Gain(row["disposed_on"], row["gain"], row["term"] == "long" or row["exempt"], row["asset_class"] or "digital")
        for row in frames.records(book.disposals)
        if country.year_of(row["disposed_on"]) == year
    ]
    result = country.compute(year, gains, _income(country, book, year), said or YearProfile(), rulebook)
    if home != country.currency:
        message = f"gains are in {home}, and the law counts in {country.currency}: no exchange rate was applied"
        problems.append(problem("LAW_NOT_FOLLOWED", message))
    used = sorted({str(method) for method in book.disposals["method"].unique()} - country.orders - {"own lot"})
    if used:
        known = ", ".join(sorted(country.orders))
        problems.append(problem("LAW_NOT_FOLLOWED", f"lots were matched by {', '.join(used)}; the law of {jurisdiction} knows {known}"))
    if result.tax is None:
        message = f"the tax of {jurisdiction} depends on a personal rate: only the taxable amount is computed"
        problems.append(problem("TAX_INCOMPLETE", message, f"Set personal_rate under [profile.{year}], such as 0.35."))
    return result, problems


def _income(country: _Country, book: Book, year: int) -> Decimal:
    with exact.exactly():
        rows = frames.records(book.income)
        values = [r["value"] for r in rows if r["kind"] in _STAKING_AND_LENDING and country.year_of(r["received_on"]) == year]
        return sum(values, Decimal(0))
