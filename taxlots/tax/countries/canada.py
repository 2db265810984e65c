"""Canada: the taxable part of capital gains of an individual (Income Tax Act 38, 3(b), 111)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from taxlots import exact
from taxlots.rulebook import Rulebook, load
from taxlots.tax.countries.result import ZERO, CountryTax, Gain, check_amounts, check_year
from taxlots.tax.lines import Line

_TOPIC = "ca/capital_gains"


def canadian_tax(
    year: int,
    gains: Sequence[Gain],
    *,
    losses_brought_forward: Decimal = ZERO,
    personal_rate: Decimal | None = None,
    rulebook: Rulebook | None = None,
) -> CountryTax:
    """A calendar year, in Canadian dollars; losses are given and left in full, before the inclusion rate.

    Raises:
        TaxlotsError: RULE_MISSING for a year that is not covered; USAGE for a gain outside the year or a negative amount.
    """
    book = load() if rulebook is None else rulebook
    inclusion = book.amount(f"{_TOPIC}/inclusion_rate", year)
    check_amounts(losses_brought_forward=losses_brought_forward, personal_rate=personal_rate)
    check_year(gains, date(year, 1, 1), date(year, 12, 31))
    with exact.exactly():
        net = sum((g.amount for g in gains), ZERO)
        used = min(losses_brought_forward, max(ZERO, net))
        taxable = max(ZERO, net - used) * inclusion
        left = losses_brought_forward - used + max(ZERO, -net)
        tax = None if personal_rate is None else taxable * personal_rate
        lines = [
            Line("Schedule 3", "", "net gain or loss of the year", net),
            Line("Schedule 3", "", "losses of other years", -used, f"{_TOPIC}/losses"),
            Line("Schedule 3", "", f"taxable at an inclusion rate of {exact.plain(inclusion)}", taxable, f"{_TOPIC}/inclusion_rate"),
            Line("Schedule 3", "", "losses left", left, f"{_TOPIC}/losses"),
        ]
        if tax is not None:
            lines.insert(3, Line("", "", f"tax at the personal rate of {exact.plain(personal_rate)}", tax))
        kept = max(ZERO, net) - used
        return CountryTax("ca", str(year), "CAD", taxable, tax, left, tuple(lines), loss=max(ZERO, -net), gains=kept)
