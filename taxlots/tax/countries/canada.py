"""Canada: the taxable part of capital gains of an individual (Income Tax Act 38, 3(b), 111)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from taxlots import exact
from taxlots.rulebook import Rulebook, load
from taxlots.tax.countries.result import ZERO, CountryTax, Gain, check_amounts, check_year, personal_tax
from taxlots.tax.lines import Line, percent

_TOPIC = "ca/capital_gains"
_FIVE_DIGITS = 2019  # from this year on the lines of the return have five digits, of which the first three were the number before


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
        tax, rated = personal_tax(taxable, personal_rate)
        rate = f"{_TOPIC}/inclusion_rate"
        lines = (
            Line("Schedule 3", "", "net capital gain or loss of the year", net),
            Line("Schedule 3", _number(year, "19900"), f"{percent(inclusion)} of it: taxable gain or net loss", net * inclusion, rate),
            Line("T1", _number(year, "12700"), "taxable capital gains", max(ZERO, net) * inclusion, rate),
            Line("T1", _number(year, "25300"), "net capital losses of other years", -used * inclusion, f"{_TOPIC}/losses"),
            Line("", "", "taxable gains less these losses", taxable),
            *rated,
            Line("", "", "losses left, before the inclusion rate", left, f"{_TOPIC}/losses"),
        )
        kept = max(ZERO, net) - used
        return CountryTax("ca", str(year), "CAD", taxable, tax, left, lines, loss=max(ZERO, -net), gains=kept)


def _number(year: int, line: str) -> str:
    return line if year >= _FIVE_DIGITS else line[:3]
