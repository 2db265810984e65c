"""What the tax of another country comes out as, and the checks that all of them share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from taxlots.problems import TaxlotsError, problem
from taxlots.tax.lines import Line, percent

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Gain:
    """A gain (or loss, negative) of a disposal in the country's currency, with what decides its treatment.

    `over_a_year`: whether the asset was held for more than a year, not counting the day of acquisition.
    """

    disposed_on: date
    amount: Decimal
    over_a_year: bool = False
    asset_class: str = "digital"


@dataclass(frozen=True, slots=True)
class CountryTax:
    """A year of another country, in its `currency`: line by line, and the figures that matter.

    `tax` is None where it depends on a personal rate that was not given. `losses_forward` is what is left of losses.
    Where losses may be carried back, `loss` is the year's own net loss and `gains` its gains after the losses brought in, both in
    full and positive.
    """

    jurisdiction: str
    year: str
    currency: str
    taxable: Decimal
    tax: Decimal | None
    losses_forward: Decimal
    lines: tuple[Line, ...]
    loss: Decimal = ZERO
    gains: Decimal = ZERO


def gains_and_losses(gains: Iterable[Gain]) -> tuple[Decimal, Decimal]:
    """Sum of the gains and sum of the losses, both positive. Under `exact.exactly()`."""
    amounts = [gain.amount for gain in gains]
    return sum((a for a in amounts if a > 0), ZERO), -sum((a for a in amounts if a < 0), ZERO)


def personal_tax(taxable: Decimal, rate: Decimal | None) -> tuple[Decimal | None, tuple[Line, ...]]:
    """The tax at a personal rate with its line; None and no line where no rate is given. Under `exact.exactly()`."""
    if rate is None:
        return None, ()
    tax = taxable * rate
    return tax, (Line("", "", f"tax at the personal rate of {percent(rate)}", tax),)


def check_amounts(**amounts: Decimal | None) -> None:
    """Raises TaxlotsError(USAGE) for what is no finite Decimal of at least 0; None is left out."""
    for name, amount in amounts.items():
        if amount is not None and (not isinstance(amount, Decimal) or not amount.is_finite() or amount < 0):
            raise TaxlotsError(problem("USAGE", f"{name} is {amount!r}; it is a Decimal of at least 0", f"Correct {name}."))


def check_year(gains: Iterable[Gain], first: date, last: date) -> None:
    """Raises TaxlotsError(USAGE) for a gain outside the tax year."""
    for gain in gains:
        if not first <= gain.disposed_on <= last:
            message = f"a gain of {gain.disposed_on} lies outside the tax year from {first} to {last}"
            raise TaxlotsError(problem("USAGE", message, "Give the gains of one tax year."))
