"""Alternative minimum tax (26 USC 55; Form 6251)."""

from decimal import Decimal

from taxlots import exact
from taxlots.tax.position import ZERO
from taxlots.tax.preferential import Stack, favoured_tax
from taxlots.tax.schedule import MinimumTax, Schedule, tax_by


def alternative_minimum_tax(rates: Schedule, income: Decimal, layers: Stack, regular_tax: Decimal) -> Decimal:
    """What is due beyond the regular tax, in US dollars (Form 6251 line 11).

    `income` is line 4 before the extra amount of separate filers: taxable income, negative where deductions exceed it,
    with the standard deduction added back. Gains keep their preferential rates (Part III); the 28 % group has none
    here.
    """
    minimum = rates.minimum
    with exact.exactly():
        excess = _taxable_excess(minimum, income)
        favoured = min(excess, layers.favoured)
        split = tax_by(minimum.tiers, excess - favoured) + favoured_tax(rates.preferential, favoured, layers)
        return max(ZERO, min(split, tax_by(minimum.tiers, excess)) - regular_tax)


def _taxable_excess(minimum: MinimumTax, income: Decimal) -> Decimal:
    """Line 6: income above the exemption, which is phased out (26 USC 55(d)(3))."""
    if minimum.separate_add_back:
        exhausted = minimum.phaseout_start + minimum.exemption / minimum.phaseout_rate
        income += min(minimum.exemption, max(ZERO, income - exhausted) * minimum.phaseout_rate)
    phased_out = max(ZERO, income - minimum.phaseout_start) * minimum.phaseout_rate
    return max(ZERO, income - max(ZERO, minimum.exemption - phased_out))
