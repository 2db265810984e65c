"""The few operations that the tax is computed with: on exact Decimals, in the whole dollars of a filed return, on columns of ints.

The formulas of this floor are written once and take one of these, so that the vectorised tax can't differ from the exact one in what
it computes. Additions and subtractions are the operators of the numbers themselves.
"""

from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np

from taxlots import exact

# A Decimal in US dollars, or a column of int64 in units of `Columns.UNIT` dollars: the one or the other through a whole computation.
Number: TypeAlias = Any

_TABLE_BELOW = 100_000
RATE_SCHEDULE = "Tax Rate Schedule"


class Exact:
    """Decimals, unrounded: what the law says."""

    zero: Number = Decimal(0)
    least = staticmethod(min)
    most = staticmethod(max)

    @staticmethod
    def times(amount: Number, rate: Number) -> Number:
        """A rate of an amount."""
        return amount * rate

    @staticmethod
    def tax(tiers: Any, income: Number) -> Number:
        """Tax on an income by a rate schedule."""
        return tiers.tax(income)

    @staticmethod
    def ordinary_tax(tiers: Any, income: Number) -> Number:
        """Tax at ordinary rates, where a return may use a table."""
        return tiers.tax(income)

    @staticmethod
    def ordinary_source(_income: Number) -> str:
        """Where a return takes `ordinary_tax` from, by its name in the instructions to Form 1040."""
        return RATE_SCHEDULE


class WholeDollars(Exact):
    """Decimals as on a return in whole dollars: every product is rounded, and the Tax Table applies below 100,000."""

    @staticmethod
    def times(amount: Number, rate: Number) -> Number:
        """A rate of an amount, in whole dollars."""
        return exact.dollars(amount * rate)

    @staticmethod
    def tax(tiers: Any, income: Number) -> Number:
        """Tax by a rate schedule, in whole dollars."""
        return exact.dollars(tiers.tax(income))

    @staticmethod
    def ordinary_tax(tiers: Any, income: Number) -> Number:
        """By the Tax Table: the tax on the middle of the line of the table; from 100,000 on by the rate schedule."""
        return exact.dollars(tiers.tax(_middle_of_line(income) if income < _TABLE_BELOW else income))

    @staticmethod
    def ordinary_source(income: Number) -> str:
        """The Tax Table, or from 100,000 on the Tax Computation Worksheet."""
        return "Tax Table" if income < _TABLE_BELOW else "Tax Computation Worksheet"


class Columns:
    """Columns of int64 in units of 10^-8 dollars; a product is rounded to such a unit."""

    UNIT = Decimal("0.00000001")
    SCALE = 10**8
    zero: Number = 0
    least = staticmethod(np.minimum)
    most = staticmethod(np.maximum)

    @classmethod
    def times(cls, amount: Number, rate: Number) -> Number:
        """A rate (in units as well) of an amount."""
        return exact.portion(amount, rate, cls.SCALE)

    @staticmethod
    def tax(tiers: Any, income: Number) -> Number:
        """Tax on each income by a rate schedule."""
        return tiers.tax(income)

    ordinary_tax = tax


def _middle_of_line(income: Decimal) -> Decimal:
    """The income that the Tax Table of Form 1040 computes a line with: its lines are 50 dollars wide, below 3,000 less."""
    if income < 5:
        return Decimal(0)
    if income < 25:
        return (income + 5) // 10 * 10
    width = 25 if income < 3000 else 50
    return income // width * width + Decimal(width) / 2
