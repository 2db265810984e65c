"""Estimated tax: what has to be paid during the year so that nothing is added for paying late, planned gains included (26 USC 6654)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from taxlots import exact
from taxlots.rulebook import Rulebook, load
from taxlots.tax.position import ZERO, TaxDue, TaxPosition

_TOPIC = "us/federal/estimated_tax"


@dataclass(frozen=True, slots=True)
class SafeHarbour:
    """US dollars. `required` is the lesser of `by_current_year` and `by_prior_year` (None where last year is not known).

    `tax` is the year's federal tax, of which `current_share` counts, and `prior_share` of last year's. `small`: nothing is required, as
    less than `small_amount` is left of the tax after withholding. `prior_assumed`: last year's income is not known and is taken not to be
    high. `paid` is what is withheld and paid already, `missing` what is still to be paid for safety, and `owed` what the return
    will ask for in the end. `instalments` are the statute's due dates, before weekends and holidays move them.
    """

    by_current_year: Decimal
    by_prior_year: Decimal | None
    required: Decimal
    paid: Decimal
    missing: Decimal
    owed: Decimal
    instalments: tuple[date, ...]
    tax: Decimal
    current_share: Decimal
    prior_share: Decimal
    small: bool
    small_amount: Decimal
    prior_assumed: bool


@dataclass(frozen=True, slots=True)
class Paid:
    """What was withheld and paid for the year, and last year's total tax and adjusted gross income, US dollars."""

    withheld: Decimal = ZERO
    estimated: Decimal = ZERO
    prior_tax: Decimal | None = None
    prior_agi: Decimal | None = None


def safe_harbour(position: TaxPosition, due: TaxDue, paid: Paid, rulebook: Rulebook | None = None) -> SafeHarbour:
    """The safe harbour of a year whose federal tax is `due`, a planned gain included.

    State tax is not part of it. A tax of less than 1,000 after withholding needs no estimated payments.

    Raises:
        TaxlotsError: RULE_MISSING for a year that the rules do not cover.
    """
    book = load() if rulebook is None else rulebook

    def rule(name: str) -> Decimal:
        return book.amount(f"{_TOPIC}/{name}", position.year, position.filing_status)

    with exact.exactly():
        federal = due.total - due.state_tax
        share, limit = rule("current_year_share"), rule("small_amount")
        current = federal * share
        high = paid.prior_agi is not None and paid.prior_agi > rule("high_income")
        prior_share = rule("prior_year_share_high_income" if high else "prior_year_share")
        prior = None if paid.prior_tax is None else paid.prior_tax * prior_share
        small = federal - paid.withheld < limit
        required = ZERO if small else current if prior is None else min(current, prior)
        total = paid.withheld + paid.estimated
        dates = _dates(book.texts(f"{_TOPIC}/instalments", position.year), position.year)
        missing, owed = max(ZERO, required - total), federal - total
        assumed = prior is not None and paid.prior_agi is None
        return SafeHarbour(current, prior, required, total, missing, owed, dates, federal, share, prior_share, small, limit, assumed)


def _dates(days: tuple[str, ...], year: int) -> tuple[date, ...]:
    """Days of the year in their order; one that is earlier than the one before lies in the next year."""
    dates: list[date] = []
    for day in days:
        found = date.fromisoformat(f"{year}-{day}")
        dates.append(found.replace(year=year + 1) if dates and found < dates[-1] else found)
    return tuple(dates)
