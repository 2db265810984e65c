"""Alternative minimum tax (26 USC 55; Form 6251)."""

from dataclasses import dataclass
from typing import Any

from taxlots.tax.arithmetic import Exact, Number
from taxlots.tax.preferential import Stack, favoured_tax
from taxlots.tax.schedule import MinimumTax, Schedule


@dataclass(frozen=True, slots=True)
class Minimum:
    """Form 6251 in US dollars: lines 4 (`income`), 5 (`exemption`), 6 (`excess`), 9 (`tentative`) and 11 (`tax`).

    `added` is the part of line 4 that a separate return adds.
    """

    income: Number
    added: Number
    exemption: Number
    excess: Number
    tentative: Number
    tax: Number


def minimum_tax(rates: Schedule, income: Number, layers: Stack, regular_tax: Number, by: Any = Exact) -> Minimum:
    """What is due beyond the regular tax.

    `income` is line 4 before the extra amount of separate filers: taxable income, negative where deductions exceed it,
    with the standard deduction and personal exemptions added back. Gains keep their preferential rates (Part III); the
    28 % group has none here.
    """
    minimum, zero = rates.minimum, by.zero
    added = _add_back(minimum, income, by)
    income = income + added
    phased_out = by.times(by.most(zero, income - minimum.phaseout_start), minimum.phaseout_rate)
    exemption = by.most(zero, minimum.exemption - phased_out)
    excess = by.most(zero, income - exemption)
    favoured = by.least(excess, layers.favoured)
    split = by.tax(minimum.tiers, excess - favoured) + favoured_tax(rates.preferential, favoured, layers, by)
    tentative = by.least(split, by.tax(minimum.tiers, excess))
    return Minimum(income, added, exemption, excess, tentative, by.most(zero, tentative - regular_tax))


def _add_back(minimum: MinimumTax, income: Number, by: Any) -> Number:
    """What is added to line 4 of a separate return beyond the income that uses up the exemption (26 USC 55(d)(3))."""
    if not minimum.separate_add_back:
        return by.zero
    beyond = by.most(by.zero, income - minimum.exhausted_at)
    return by.least(minimum.exemption, by.times(beyond, minimum.phaseout_rate))
