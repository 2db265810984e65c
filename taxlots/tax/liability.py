"""The tax of a year: income, deduction, regular tax, alternative minimum tax, net investment income tax, state tax."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.rulebook import Rulebook
from taxlots.tax.arithmetic import Exact, Number, WholeDollars
from taxlots.tax.minimum import Minimum, minimum_tax
from taxlots.tax.netting import Netted, carryover, net
from taxlots.tax.position import AMOUNTS, ZERO, TaxDue, TaxPosition
from taxlots.tax.preferential import RegularTax, Stack, regular_tax, stack
from taxlots.tax.schedule import Exemption, Schedule, schedule_for
from taxlots.tax.states import state_base, state_schedule, state_tax

_RATES = frozenset({"state_rate"})


@dataclass(frozen=True, slots=True)
class Federal:
    """Every figure of the federal computation, US dollars: what the forms show on their way to the tax.

    `signed_income` is income less deduction and exemption, negative where these exceed it. `investment` is net
    investment income (Form 8960 line 12) and `niit_base` what the rate applies to.
    """

    netted: Netted
    agi: Number
    deduction: Number
    exemption: Number
    signed_income: Number
    taxable_income: Number
    layers: Stack
    regular: RegularTax
    minimum: Minimum
    investment: Number
    niit_base: Number
    niit: Number
    carryover_short: Number
    carryover_long: Number


@dataclass(frozen=True, slots=True)
class Computed:
    """A position's tax with the way to it: the schedule, the federal figures, the state's base and tax; `by` what arithmetic."""

    position: TaxPosition
    rates: Schedule
    federal: Federal
    state_base: Decimal
    due: TaxDue
    by: Any = Exact


def tax_due(position: TaxPosition, rulebook: Rulebook | None = None, *, as_filed: bool = False) -> TaxDue:
    """The tax of a position, in US dollars, by the packaged rulebook or the given one.

    Sources: Form 1040, Schedule D with its worksheets (26 USC 1, 1211, 1212), Form 6251 (26 USC 55), Form 8960 (26 USC
    1411). Exact rate schedules, before credits; with `as_filed` as a return in whole dollars shows it, with the Tax
    Table below 100,000.

    Raises:
        TaxlotsError: RULE_MISSING for a year that the rules do not cover, or a state that they do not, without
            `state_rate`.
    """
    return compute(position, rulebook, as_filed=as_filed).due


def compute(position: TaxPosition, rulebook: Rulebook | None = None, *, as_filed: bool = False) -> Computed:
    """As `tax_due`, with every figure on the way."""
    return compute_by(position, schedule_for(position.year, position.filing_status, rulebook), rulebook, as_filed=as_filed)


def compute_by(position: TaxPosition, rates: Schedule, rulebook: Rulebook | None = None, *, as_filed: bool = False) -> Computed:
    """As `compute`, by a schedule of one's own, such as another reading of the law."""
    by: Any = WholeDollars if as_filed else Exact
    with exact.exactly():
        if as_filed:
            position = _in_whole_dollars(position)
        itemized = position.itemized_deductions
        # Itemised deductions that are given are taken even below the standard deduction: a filer may choose that, and must
        # where the spouse itemises on a separate return (26 USC 63(c)(6)(A), (e)).
        deduction = rates.standard_deduction if itemized is None else itemized
        federal = federal_tax(position, deduction, itemized or ZERO, rates, by)
        base, state = _state(position, federal, rulebook, by)
        return Computed(position, rates, federal, base, _due(federal, state), by)


def federal_tax(position: Any, deduction: Number, itemized: Number, rates: Schedule, by: Any = Exact) -> Federal:
    """The federal computation on a TaxPosition, or on columns of such; `itemized` is 0 with the standard deduction."""
    most, zero = by.most, by.zero
    netted = net(position, rates.loss_limit, by)
    invested = position.interest + position.ordinary_dividends
    agi = position.wages + position.other_income + invested + position.qualified_dividends + netted.in_agi
    exemption = zero if rates.exemption is None else _exemption(rates.exemption, agi, by)
    signed = agi - deduction - exemption
    taxable_income = most(zero, signed)
    layers = stack(rates, taxable_income, position.qualified_dividends, netted, by)
    regular = regular_tax(rates, taxable_income, layers, by)
    # Form 6251 lines 1 and 2a: the standard deduction is not allowed; itemised ones all are, since taxes are not known.
    minimum = minimum_tax(rates, agi - itemized, layers, regular.tax, by)
    investment = invested + position.investment_income + position.qualified_dividends + netted.in_agi
    niit_base = most(zero, by.least(investment, agi - rates.niit_threshold))
    niit = by.times(niit_base, rates.niit_rate)
    # The worksheet's first line is before personal exemptions (26 USC 1212(b)(2)(B)).
    short, long = carryover(netted, agi - deduction, by)
    return Federal(
        netted, agi, deduction, exemption, signed, taxable_income, layers, regular, minimum, investment, niit_base, niit, short, long
    )


def _state(position: TaxPosition, federal: Federal, rulebook: Rulebook | None, by: Any) -> tuple[Decimal, Decimal]:
    """The state's base and tax: by the flat rate where one is given, else by the state's schedule."""
    deductions = position.state_deductions
    base = federal.signed_income if deductions is None else federal.agi - deductions
    if position.state_rate is not None:
        return base, by.times(max(ZERO, base), position.state_rate)
    schedule = None if position.state is None else state_schedule(position.state, position.year, position.filing_status, rulebook)
    if schedule is None:
        return base, ZERO
    base = state_base(schedule, base, federal.netted.in_agi, position.short_term + position.long_term, by)
    return base, state_tax(schedule, base, by)


def _due(federal: Federal, state: Decimal) -> TaxDue:
    regular, amt, niit, netted = federal.regular.tax, federal.minimum.tax, federal.niit, federal.netted
    return TaxDue(
        agi=federal.agi,
        deduction=federal.deduction,
        taxable_income=federal.taxable_income,
        regular_tax=regular,
        amt=amt,
        niit=niit,
        state_tax=state,
        total=regular + amt + niit + state,
        short_term_net=netted.short,
        long_term_net=netted.long,
        deductible_loss=netted.deductible_loss,
        carryover_short=federal.carryover_short,
        carryover_long=federal.carryover_long,
    )


def _exemption(law: Exemption, agi: Number, by: Any) -> Number:
    """Personal exemptions after their phase-out by steps, a begun step counting in full (26 USC 151(d)(3))."""
    above = by.most(by.zero, agi - law.start)
    steps = above // law.step
    steps = steps + (above > steps * law.step)
    return by.most(by.zero, law.amount - steps * law.reduction)


def _in_whole_dollars(position: TaxPosition) -> TaxPosition:
    given = {name: getattr(position, name) for name in AMOUNTS if name not in _RATES}
    rounded: dict[str, Any] = {name: exact.dollars(amount) for name, amount in given.items() if amount is not None}
    return replace(position, **rounded)
