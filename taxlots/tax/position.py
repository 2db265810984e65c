"""What the tax of a year is computed from, and what comes out. All amounts are exact Decimals in US dollars."""

from dataclasses import dataclass, fields
from decimal import Decimal

from taxlots.problems import TaxlotsError, problem
from taxlots.rulebook import STATUSES

ZERO = Decimal(0)
TOO_LARGE = Decimal(10) ** 18
NEVER_NEGATIVE = frozenset(
    {
        "wages",
        "ordinary_dividends",
        "qualified_dividends",
        "carryover_short",
        "carryover_long",
        "investment_income",
        "itemized_deductions",
        "state_deductions",
        "state_rate",
    }
)


@dataclass(frozen=True, slots=True)
class TaxPosition:
    """A taxpayer's year before the tax, in US dollars.

    `ordinary_dividends` are the dividends that are not qualified. `short_term`, `long_term` and `collectibles` are
    this year's net gains before carryovers, and `long_term` includes `collectibles`. Carryovers are losses brought in
    from the year before, as positive numbers. Without `itemized_deductions` the standard deduction is taken.
    `investment_income` is the part of `other_income` that is net investment income (26 USC 1411) as well. The state's
    schedule, or the flat `state_rate` in its place, applies to adjusted gross income less `state_deductions`, or without
    these to federal taxable income.

    Raises:
        TaxlotsError: USAGE, for an unknown status, an amount that is no finite Decimal or has more than 18 digits before
            the point, or a negative one where none can be.
    """

    year: int
    filing_status: str
    wages: Decimal = ZERO
    other_income: Decimal = ZERO
    interest: Decimal = ZERO
    ordinary_dividends: Decimal = ZERO
    qualified_dividends: Decimal = ZERO
    short_term: Decimal = ZERO
    long_term: Decimal = ZERO
    collectibles: Decimal = ZERO
    carryover_short: Decimal = ZERO
    carryover_long: Decimal = ZERO
    itemized_deductions: Decimal | None = None
    state: str | None = None
    state_rate: Decimal | None = None
    state_deductions: Decimal | None = None
    investment_income: Decimal = ZERO

    def __post_init__(self) -> None:
        if type(self.year) is not int:
            raise _unusable(f"The tax year {self.year!r} is no whole number.")
        if self.filing_status not in STATUSES:
            raise _unusable(f"{self.filing_status!r} is no filing status; there are: {', '.join(STATUSES)}.")
        if self.state is not None and not isinstance(self.state, str):
            raise _unusable(f"The state {self.state!r} is no text of two letters, such as CA.")
        for name in AMOUNTS:
            _check_amount(name, getattr(self, name))


AMOUNTS = tuple(f.name for f in fields(TaxPosition) if f.name not in {"year", "filing_status", "state"})
OPTIONAL = frozenset({"itemized_deductions", "state_rate", "state_deductions"})


@dataclass(frozen=True, slots=True)
class TaxDue:
    """The tax of a year in US dollars, by the rate schedules, unrounded and before credits.

    `total` = `regular_tax` + `amt` + `niit` + `state_tax`. `deductible_loss` is Schedule D line 21 as a positive
    number, `short_term_net` and `long_term_net` are its lines 7 and 15 (after carryovers), and `carryover_short` and
    `carryover_long` are the losses carried to the next year, as positive numbers. `deduction` is the standard or
    itemised deduction taken.
    """

    agi: Decimal
    deduction: Decimal
    taxable_income: Decimal
    regular_tax: Decimal
    amt: Decimal
    niit: Decimal
    state_tax: Decimal
    total: Decimal
    short_term_net: Decimal
    long_term_net: Decimal
    deductible_loss: Decimal
    carryover_short: Decimal
    carryover_long: Decimal


def _check_amount(name: str, amount: object) -> None:
    if amount is None and name in OPTIONAL:
        return
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise _unusable(f"{name} is {amount!r}, which is no finite Decimal.")
    if amount.copy_abs() >= TOO_LARGE:  # abs() would round, and so overflow
        raise _unusable(f"{name} is {amount:.3e}: an amount has at most 18 digits before the point.")
    if amount < 0 and name in NEVER_NEGATIVE:
        raise _unusable(f"{name} is {amount}; it can't be negative.")


def _unusable(message: str) -> TaxlotsError:
    return TaxlotsError(problem("USAGE", message, "Correct that field of the tax position."))
