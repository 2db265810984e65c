"""How taxable income divides between ordinary and preferential rates, and the regular tax on it.

Sources: 26 USC 1(h); Qualified Dividends and Capital Gain Tax Worksheet; Schedule D Tax Worksheet. The second covers
the first: without gain of the 28 % group both give the same tax.
"""

from dataclasses import dataclass
from decimal import Decimal

from taxlots import exact
from taxlots.tax.netting import Netted
from taxlots.tax.position import ZERO
from taxlots.tax.schedule import Schedule, Tiers, tax_by


@dataclass(frozen=True, slots=True)
class Stack:
    """Taxable income in layers, in US dollars, with the line numbers of the Schedule D Tax Worksheet.

    `favoured` is line 13 (qualified dividends and net capital gain without the 28 % group), `below` line 14 (all other
    taxable income), `ordinary` line 21 (the part of it that the ordinary rates apply to; the rest is 28 % gain).
    """

    favoured: Decimal
    below: Decimal
    ordinary: Decimal


def stack(rates: Schedule, taxable_income: Decimal, qualified_dividends: Decimal, netted: Netted) -> Stack:
    """Divide taxable income (US dollars, at least 0) into its layers."""
    with exact.exactly():
        gain = netted.net_capital_gain
        preferred = qualified_dividends + gain
        favoured = preferred - min(gain, netted.collectibles)
        below = max(ZERO, taxable_income - favoured)
        ordinary = max(taxable_income - preferred, min(below, rates.collectibles_top), ZERO)
        return Stack(favoured, below, ordinary)


def favoured_tax(tiers: Tiers, favoured: Decimal, layers: Stack) -> Decimal:
    """Tax at the preferential rates on `favoured` dollars that lie on top of the other income.

    The first tier is filled from line 14, the later ones from line 21 on: gain of the 28 % group takes room only of the
    0 % tier (26 USC 1(h)(1)(B)(i) and (C)(ii)).
    """
    with exact.exactly():
        tax = taxed = ZERO
        base = layers.below
        for upper, rate in tiers:
            left = favoured - taxed
            part = left if upper is None else min(left, max(ZERO, upper - base - taxed))
            tax += part * rate
            taxed += part
            base = layers.ordinary
        return tax


def regular_tax(rates: Schedule, taxable_income: Decimal, layers: Stack) -> Decimal:
    """Form 1040 line 16 in US dollars, unrounded, before credits; never above the ordinary schedule's tax."""
    with exact.exactly():
        favoured = min(layers.favoured, taxable_income)
        at_maximum = (layers.below - layers.ordinary) * rates.collectibles_rate
        tax = tax_by(rates.ordinary, layers.ordinary) + favoured_tax(rates.preferential, favoured, layers) + at_maximum
        return min(tax, tax_by(rates.ordinary, taxable_income))
