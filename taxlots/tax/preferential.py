"""How taxable income divides between ordinary and preferential rates, and the regular tax on it.

Sources: 26 USC 1(h); Qualified Dividends and Capital Gain Tax Worksheet; Schedule D Tax Worksheet. The second covers the first: without
gain of the 28 % group both give the same tax. The functions compute with the arithmetic that they are given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from taxlots.tax.arithmetic import Exact, Number
from taxlots.tax.netting import Netted
from taxlots.tax.schedule import Schedule, Tiers


@dataclass(frozen=True, slots=True)
class Stack:
    """Taxable income in layers, in US dollars, with the line numbers of the Schedule D Tax Worksheet.

    `favoured` is line 13 (qualified dividends and net capital gain without the 28 % group), `below` line 14 (all other
    taxable income), `ordinary` line 21 (the part of it that the ordinary rates apply to; the rest is 28 % gain).
    """

    favoured: Number
    below: Number
    ordinary: Number


@dataclass(frozen=True, slots=True)
class RegularTax:
    """Form 1040's tax in its parts, US dollars: at ordinary rates, on favoured dollars, at the 28 % rate.

    `all_ordinary` is the tax on all taxable income at ordinary rates; `tax` the lesser of that and the sum.
    """

    ordinary: Number
    favoured: Number
    collectibles: Number
    all_ordinary: Number
    tax: Number


def stack(rates: Schedule, taxable_income: Number, qualified_dividends: Number, netted: Netted, by: Any = Exact) -> Stack:
    """Divide taxable income (US dollars, at least 0) into its layers."""
    gain = netted.net_capital_gain
    preferred = qualified_dividends + gain
    favoured = preferred - by.least(gain, netted.collectibles)
    below = by.most(by.zero, taxable_income - favoured)
    ordinary = by.most(by.most(taxable_income - preferred, by.least(below, rates.collectibles_top)), by.zero)
    return Stack(favoured, below, ordinary)


def favoured_tax(tiers: Tiers, favoured: Number, layers: Stack, by: Any = Exact) -> Number:
    """Tax at the preferential rates on `favoured` dollars that lie on top of the other income."""
    tax = by.zero
    for part, rate in favoured_parts(tiers, favoured, layers, by):
        if rate:
            tax = tax + by.times(part, rate)
    return tax


def favoured_parts(tiers: Tiers, favoured: Number, layers: Stack, by: Any = Exact) -> Iterator[tuple[Number, Number]]:
    """The dollars at each preferential rate, with the rate.

    The first tier is filled from line 14, the later ones from line 21 on: gain of the 28 % group takes room only of the
    0 % tier (26 USC 1(h)(1)(B)(i) and (C)(ii)).
    """
    taxed = by.zero
    base = layers.below
    for upper, rate in tiers:
        left = favoured - taxed
        part = left if upper is None else by.least(left, by.most(by.zero, upper - base - taxed))
        yield part, rate
        taxed = taxed + part
        base = layers.ordinary


def regular_tax(rates: Schedule, taxable_income: Number, layers: Stack, by: Any = Exact) -> RegularTax:
    """Form 1040 line 16 in US dollars, before credits; never above the ordinary schedule's tax."""
    ordinary = by.ordinary_tax(rates.ordinary, layers.ordinary)
    favoured = favoured_tax(rates.preferential, by.least(layers.favoured, taxable_income), layers, by)
    at_maximum = by.times(layers.below - layers.ordinary, rates.collectibles_rate)
    whole = by.ordinary_tax(rates.ordinary, taxable_income)
    return RegularTax(ordinary, favoured, at_maximum, whole, by.least(ordinary + favoured + at_maximum, whole))
