"""A country's tax year from the book and the profile."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from taxlots import exact, frames
from taxlots.lots.methods import NO_LOT, OWN_LOT
from taxlots.lots.realized import is_result
from taxlots.lots.results import Book
from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.rulebook import Rulebook
from taxlots.settings import Profile, YearProfile
from taxlots.tax.countries import australia, uk
from taxlots.tax.countries.australia import australian_tax
from taxlots.tax.countries.canada import canadian_tax
from taxlots.tax.countries.carry_back import with_carry_back
from taxlots.tax.countries.germany import german_tax
from taxlots.tax.countries.result import CountryTax, Gain
from taxlots.tax.countries.uk import uk_tax

_BY_HAND = "Add them to the return by hand; the rows are those of kind realized-gain with quantity 0."
_STAKING_AND_LENDING = frozenset({"income:staking", "income:interest", "income:reward"})


@dataclass(frozen=True, slots=True)
class _Given:
    """Besides the gains: income from staking and lending, losses brought in, and what the profile says of the year."""

    income: Decimal
    losses: Decimal
    said: YearProfile


@dataclass(frozen=True, slots=True)
class _Country:
    """Which tax year a day lies in, the computation, the currency, and the kinds of income computed.

    `matches`: how the law matches lots beside the orders in its rules.
    """

    year_of: Callable[[date], int]
    compute: Callable[[int, list[Gain], _Given, Rulebook], CountryTax]
    currency: str
    income: frozenset[str] = frozenset()
    matches: frozenset[str] = frozenset()


def _uk(year: int, gains: list[Gain], given: _Given, rulebook: Rulebook) -> CountryTax:
    band = given.said.basic_band_left
    return uk_tax(year, gains, basic_band_left=band, losses_brought_forward=given.losses, rulebook=rulebook)


def _de(year: int, gains: list[Gain], given: _Given, rulebook: Rulebook) -> CountryTax:
    rate, losses = given.said.personal_rate, given.losses
    return german_tax(year, gains, income=given.income, losses_brought_forward=losses, personal_rate=rate, rulebook=rulebook)


def _ca(year: int, gains: list[Gain], given: _Given, rulebook: Rulebook) -> CountryTax:
    return canadian_tax(year, gains, losses_brought_forward=given.losses, personal_rate=given.said.personal_rate, rulebook=rulebook)


def _au(year: int, gains: list[Gain], given: _Given, rulebook: Rulebook) -> CountryTax:
    return australian_tax(year, gains, losses_brought_forward=given.losses, personal_rate=given.said.personal_rate, rulebook=rulebook)


def _calendar_year(day: date) -> int:
    return day.year


COUNTRIES: Mapping[str, _Country] = {
    "uk": _Country(uk.year_of, _uk, "GBP", matches=frozenset({"same-day", "thirty-days"})),
    "ca": _Country(_calendar_year, _ca, "CAD"),
    "de": _Country(_calendar_year, _de, "EUR", _STAKING_AND_LENDING),
    "au": _Country(australia.year_of, _au, "AUD"),
}


def country_tax(
    jurisdiction: str, year: int, book: Book, profile: Profile, rulebook: Rulebook, home: str
) -> tuple[CountryTax, list[Problem]]:
    """The tax of the year that begins in `year`, and what keeps it from being the law's figure.

    Losses that earlier years of the book leave are brought in, unless the profile says what is.

    Raises:
        TaxlotsError: RULE_MISSING for a year that is not covered; USAGE for what the country's rules refuse.
    """
    country = COUNTRIES[jurisdiction]
    years = _Years(country, book, profile, rulebook)
    brought, problems = years.brought_into(year)
    result, open_for_it = with_carry_back(years.computed(year, brought), year, years.earlier, rulebook)
    problems += open_for_it
    if year not in profile.years:
        told = f"losses of {exact.cents(brought)} brought in, {'no personal rate' if result.tax is None else 'no unused basic rate band'}"
        hint = f"Add [profile.{year}] to taxlots.toml."
        problems.append(problem("PROFILE_ASSUMED", f"there is no [profile.{year}]; assumed: {told}", hint))
    if left_out := _income(country, book, year, computed=False):
        message = f"income of {exact.cents(left_out)} (staking, mining, interest and the like) is taxed as income, which is not computed"
        problems.append(problem("TAX_INCOMPLETE", message, "Add it to the return: `taxlots income` lists it."))
    if years.results[year]:
        message = f"{years.results[year]} results of margin or derivatives are left out: they have a law of their own"
        problems.append(problem("LAW_NOT_FOLLOWED", message, _BY_HAND))
    if home != country.currency:
        message = f"gains are in {home}, and the law counts in {country.currency}: no exchange rate was applied"
        hint = (
            f'Set currency = "{country.currency}" under [profile], and give the rates of {home} in prices.csv; until then this is a draft.'
        )
        problems.append(problem("LAW_NOT_FOLLOWED", message, hint))
    orders = {*rulebook.texts(f"{jurisdiction}/lots/orders", year), *country.matches}
    used = sorted({str(method) for method in book.disposals["method"].unique()} - orders - {OWN_LOT, NO_LOT})
    if used:
        known = ", ".join(sorted(orders))
        problems.append(problem("LAW_NOT_FOLLOWED", f"lots were matched by {', '.join(used)}; the law of {jurisdiction} knows {known}"))
    if result.tax is None:
        message = f"the tax of {jurisdiction} depends on a personal rate: only the taxable amount is computed"
        problems.append(problem("TAX_INCOMPLETE", message, f"Set personal_rate under [profile.{year}], such as 0.35."))
    return result, problems


class _Years:
    """The years of one book under a country's law, each computed with the losses that are brought into it."""

    def __init__(self, country: _Country, book: Book, profile: Profile, rulebook: Rulebook) -> None:
        self._country, self._book, self._profile, self._rulebook = country, book, profile, rulebook
        self._gains: dict[int, list[Gain]] = {}
        self.results: Counter[int] = Counter()
        for row in frames.records(book.disposals):
            year = country.year_of(row["disposed_on"])
            if is_result(row):
                self.results[year] += 1
                continue
            gain = Gain(row["disposed_on"], row["gain"], row["term"] == "long", row["asset_class"] or "digital")
            self._gains.setdefault(year, []).append(gain)

    def computed(self, year: int, brought: Decimal) -> CountryTax:
        """The year with losses brought in. Raises as `country_tax`."""
        income = _income(self._country, self._book, year, computed=True)
        given = _Given(income, brought, self._profile.years.get(year, YearProfile()))
        return self._country.compute(year, self._gains.get(year, []), given, self._rulebook)

    def earlier(self, year: int, more: Decimal) -> CountryTax | None:
        """A year with the losses that reach it and so much more; None where the book has no disposal in it. Raises as `country_tax`."""
        return self.computed(year, exact.CONTEXT.add(self.brought_into(year)[0], more)) if year in self._gains else None

    def brought_into(self, year: int) -> tuple[Decimal, list[Problem]]:
        """Losses of earlier years, as the profile says or from year to year of the book; with what is assumed about them."""
        told: list[Problem] = []
        left, begun = Decimal(0), None
        for earlier in (one for one in sorted({*self._gains, *self._profile.years, year}) if one <= year):
            said = self._said(earlier)
            if said is not None:
                left, begun = said, None
            if earlier == year:
                break
            try:
                left = self.computed(earlier, left).losses_forward
            except TaxlotsError as error:
                told += self._not_computed(earlier, year, error)
            begun = None if not left else begun or earlier
        if left and begun is not None:
            known = f"losses of {exact.cents(left)} left since {begun} are brought into {year}"
            hint = f"Set losses_brought_forward under [profile.{year}] to say what is."
            told.append(problem("PROFILE_ASSUMED", f"{known}; assumed: reported in time and not used otherwise", hint))
        return left, told

    def _said(self, year: int) -> Decimal | None:
        return self._profile.years[year].losses_brought_forward if year in self._profile.years else None

    def _not_computed(self, earlier: int, year: int, error: TaxlotsError) -> list[Problem]:
        """A Problem where a year that can't be computed may have left a loss."""
        if not any(gain.amount < 0 for gain in self._gains.get(earlier, ())):
            return []
        message = f"losses of {earlier} may be carried into {year}, but {earlier} is not computed: {error.problem.message}"
        return [problem("TAX_INCOMPLETE", message, f"Give losses_brought_forward under [profile.{year}].")]


def _income(country: _Country, book: Book, year: int, *, computed: bool) -> Decimal:
    """Income of the year of the kinds that the country's computation has in it, or of all others."""
    with exact.exactly():
        rows = [r for r in frames.records(book.income) if (r["kind"] in country.income) == computed]
        return sum((r["value"] for r in rows if country.year_of(r["received_on"]) == year), Decimal(0))
