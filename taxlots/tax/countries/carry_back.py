"""A loss carried back to earlier years: what is open for it, shown and never applied, since the person or the tax office decides."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from taxlots import exact
from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.rulebook import Rulebook
from taxlots.tax.countries.result import ZERO, CountryTax
from taxlots.tax.lines import Line

# Form, and the rule of how many years back.
_RULES: Mapping[str, tuple[str, str]] = {
    "ca": ("T1A", "ca/capital_gains/carry_back_years"),
    "de": ("Anlage SO", "de/private_sales/carry_back_years"),
}
_WHO_DECIDES: Mapping[str, str] = {
    "ca": "Request it on form T1A (before the inclusion rate here), the years in any order; else the loss is carried forward.",
    "de": "The tax office carries it back, the year before first, up to the ceiling of EStG 10d(1), unless you waive it in the return.",
}


def with_carry_back(
    result: CountryTax, year: int, earlier: Callable[[int], CountryTax | None], rulebook: Rulebook
) -> tuple[CountryTax, list[Problem]]:
    """The year with lines on its own loss and the gains of earlier years that it could be set against; and a Problem on it.

    `earlier` gives an earlier year, or None where the exports have nothing of it. The figures of the year stay as they are.
    Sources: EStG 23(3) sentence 8 with 10d(1); Income Tax Act 111(1)(b).

    Raises:
        TaxlotsError: RULE_MISSING for a year that the rules do not cover.
    """
    if result.jurisdiction not in _RULES or not result.loss:
        return result, []
    form, rule = _RULES[result.jurisdiction]
    reach = int(rulebook.amount(rule, year))
    lines = [Line(form, "", f"loss of {year} that may be carried back {reach} year{'s' * (reach > 1)}: not applied", result.loss, rule)]
    unknown = []
    for back in range(year - 1, year - 1 - reach, -1):
        gains = _gains(earlier, back)
        if gains is None:
            unknown.append(str(back))
        else:
            lines.append(Line(form, "", f"gains of {back} that it could be set against", gains, rule))
    known = "; ".join(f"{line.what} {exact.cents(line.amount)}" for line in lines[1:])
    without = f"; no disposal in the exports, or not computed: {', '.join(unknown)}" if unknown else ""
    told = f"the loss of {year} of {exact.cents(result.loss)} may be carried back, which is not applied: {known or 'no earlier gains'}"
    hint = f"{_WHO_DECIDES[result.jurisdiction]} Say what is left in losses_brought_forward under [profile.{year + 1}]."
    return replace(result, lines=(*result.lines, *lines)), [problem("TAX_INCOMPLETE", told + without, hint)]


def _gains(earlier: Callable[[int], CountryTax | None], year: int) -> Decimal | None:
    """What is left of a year's gains after its own losses and those brought in; None where that is not known."""
    try:
        found = earlier(year)
    except TaxlotsError as error:
        if error.problem.code != "RULE_MISSING":
            raise
        return None
    return None if found is None else max(ZERO, found.gains)
