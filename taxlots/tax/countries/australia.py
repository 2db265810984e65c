"""Australia: the net capital gain of a resident individual (ITAA 1997 Parts 3-1 and 3-3)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from taxlots import exact
from taxlots.rulebook import Rulebook, load
from taxlots.tax.countries.result import ZERO, CountryTax, Gain, check_amounts, check_year, gains_and_losses, personal_tax
from taxlots.tax.lines import Line, percent

_TOPIC = "au/capital_gains"


def year_of(day: date) -> int:
    """The income year that a day lies in, named by the calendar year in which it begins."""
    return day.year if day.month >= 7 else day.year - 1


def australian_tax(
    year: int,
    gains: Sequence[Gain],
    *,
    losses_brought_forward: Decimal = ZERO,
    personal_rate: Decimal | None = None,
    rulebook: Rulebook | None = None,
) -> CountryTax:
    """The income year that begins on 1 July of `year`, in Australian dollars.

    Losses come off before the discount, those of the year first (102-5(1) steps 1 and 2), from gains without discount first: a taxpayer
    may choose, and that is the least tax.

    Raises:
        TaxlotsError: RULE_MISSING for a year that is not covered; USAGE for a gain outside the year or a negative amount.
    """
    book = load() if rulebook is None else rulebook
    first, last = date(year, 7, 1), date(year + 1, 6, 30)
    discount = book.amount(f"{_TOPIC}/discount", first)
    check_amounts(losses_brought_forward=losses_brought_forward, personal_rate=personal_rate)
    check_year(gains, first, last)
    with exact.exactly():
        held, lost_held = gains_and_losses(g for g in gains if g.over_a_year)
        other, lost_other = gains_and_losses(g for g in gains if not g.over_a_year)
        lost = lost_held + lost_other
        losses = lost + losses_brought_forward
        from_other = min(losses, other)
        from_held = min(losses - from_other, held)
        discounted = (held - from_held) * discount
        taxable = other - from_other + held - from_held - discounted
        left = losses - from_other - from_held
        tax, rated = personal_tax(taxable, personal_rate)
        of_year = min(lost, from_other + from_held)
        lines = (
            Line("CGT", "", "gains on assets held for at least 12 months", held, f"{_TOPIC}/discount_after"),
            Line("CGT", "", "other gains", other),
            Line("CGT", "", "capital losses of the year, set off", -of_year, f"{_TOPIC}/losses"),
            Line("CGT", "", "net capital losses of earlier years, set off", of_year - from_other - from_held, f"{_TOPIC}/losses"),
            Line(
                "CGT", "", f"discount of {percent(discount)} on the gains after 12 months, less losses", -discounted, f"{_TOPIC}/discount"
            ),
            Line("CGT", "", "net capital gain", taxable),
            *rated,
            Line("CGT", "", "net capital losses carried forward", left, f"{_TOPIC}/losses"),
        )
        return CountryTax("au", f"{year}-{(year + 1) % 100:02d}", "AUD", taxable, tax, left, lines)
