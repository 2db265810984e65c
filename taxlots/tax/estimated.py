"""Estimated tax: what has to be paid during the year so that a planned gain brings no addition to tax (26 USC 6654)."""

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

    `paid` is what is withheld and paid already, `missing` what is still to be paid for safety, and `owed` what the return
    will ask for in the end. `instalments` are the statute's due dates, before weekends and holidays move them.
    """

    by_current_year: Decimal
    by_prior_year: Decimal | None
    required: Decimal
    paid: Decimal
    missing: Decimal
    owed: Decimal
    instalments: tuple[date, ...]


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
        current = federal * rule("current_year_share")
        prior = None
        if paid.prior_tax is not None:
            high = paid.prior_agi is not None and paid.prior_agi > rule("high_income")
            prior = paid.prior_tax * rule("prior_year_share_high_income" if high else "prior_year_share")
        required = current if prior is None else min(current, prior)
        if federal - paid.withheld < rule("small_amount"):
            required = ZERO
        total = paid.withheld + paid.estimated
        dates = _dates(book.texts(f"{_TOPIC}/instalments", position.year), position.year)
        return SafeHarbour(current, prior, required, total, max(ZERO, required - total), federal - total, dates)


def _dates(days: tuple[str, ...], year: int) -> tuple[date, ...]:
    """Days of the year in their order; one that is earlier than the one before lies in the next year."""
    dates: list[date] = []
    for day in days:
        found = date.fromisoformat(f"{year}-{day}")
        dates.append(found.replace(year=year + 1) if dates and found < dates[-1] else found)
    return tuple(dates)
