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
    "de": "The tax office carries it back to the year before, within private sales and up to the ceiling of EStG 10d(1), unless you waive "
    "it in the return (for losses of 2022 on only as a whole).",
}
# A year with so much more of losses brought in; None where the exports have nothing of it.
Earlier = Callable[[int, Decimal], CountryTax | None]


def with_carry_back(result: CountryTax, year: int, earlier: Earlier, rulebook: Rulebook) -> tuple[CountryTax, list[Problem]]:
    """The year with lines on its own loss, the gains of earlier years that it could be set against and the tax that this could save.

    The saving is at the earlier year's personal rate, where that is given, and the most: a loss is used once, and a rate may fall with the
    income. The figures of the year stay as they are, and a Problem says so.
    Sources: EStG 23(3) sentence 8, which names the year directly before only; Income Tax Act 111(1)(b).

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
        open_there = _open(earlier, back, result.loss)
        lines += [Line(form, "", what, amount, rule) for what, amount in open_there]
        unknown += [] if open_there else [str(back)]
    known = "; ".join(f"{line.what} {exact.cents(line.amount)}" for line in lines[1:])
    without = f"; no disposal in the exports, or not computed: {', '.join(unknown)}" if unknown else ""
    told = f"the loss of {year} of {exact.cents(result.loss)} may be carried back, which is not applied: {known or 'no earlier gains'}"
    hint = f"{_WHO_DECIDES[result.jurisdiction]} Say what is left in losses_brought_forward under [profile.{year + 1}]."
    return replace(result, lines=(*result.lines, *lines)), [problem("TAX_INCOMPLETE", told + without, hint)]


def _open(earlier: Earlier, year: int, loss: Decimal) -> list[tuple[str, Decimal]]:
    """A year's gains after its own losses and those brought in, and the tax that a loss could save there; nothing where not known."""
    try:
        found = earlier(year, ZERO)
    except TaxlotsError as error:
        if error.problem.code != "RULE_MISSING":
            raise
        return []
    if found is None:
        return []
    gains = max(ZERO, found.gains)
    listed = [(f"gains of {year} that it could be set against", gains)]
    after = earlier(year, min(loss, gains)) if gains else None
    if after is not None and found.tax is not None and after.tax is not None:
        listed.append((f"tax of {year} that it could save at most", exact.CONTEXT.subtract(found.tax, after.tax)))
    return listed
