"""The tax of a year: income, deduction, regular tax, alternative minimum tax, net investment income tax, state tax."""

from decimal import Decimal

from taxlots import exact
from taxlots.problems import TaxlotsError, problem
from taxlots.rulebook import Rulebook
from taxlots.tax.minimum import alternative_minimum_tax
from taxlots.tax.netting import Netted, carryover, net
from taxlots.tax.position import ZERO, TaxDue, TaxPosition
from taxlots.tax.preferential import regular_tax, stack
from taxlots.tax.schedule import Schedule, schedule_for


def tax_due(position: TaxPosition, rulebook: Rulebook | None = None) -> TaxDue:
    """The tax of a position, in US dollars, by the packaged rulebook or the given one.

    Sources: Form 1040, Schedule D with its worksheets (26 USC 1, 1211, 1212), Form 6251 (26 USC 55), Form 8960 (26 USC
    1411). Exact rate schedules, no rounding and no Tax Table, before credits.

    Raises:
        TaxlotsError: RULE_MISSING for a year that the rules do not cover, or a state without `state_rate`.
    """
    rates = schedule_for(position.year, position.filing_status, rulebook)
    with exact.exactly():
        netted = net(position, rates.loss_limit)
        agi = _ordinary_income(position) + position.qualified_dividends + netted.in_agi
        deduction = _deduction(position, rates)
        taxable_income = max(ZERO, agi - deduction)
        layers = stack(rates, taxable_income, position.qualified_dividends, netted)
        regular = regular_tax(rates, taxable_income, layers)
        amt = alternative_minimum_tax(rates, _minimum_income(position, agi), layers, regular)
        niit = _net_investment_income_tax(position, rates, netted, agi)
        state = _state_tax(position, taxable_income)
        short, long = carryover(netted, agi - deduction)
        return TaxDue(
            agi=agi,
            deduction=deduction,
            taxable_income=taxable_income,
            regular_tax=regular,
            amt=amt,
            niit=niit,
            state_tax=state,
            total=regular + amt + niit + state,
            short_term_net=netted.short,
            long_term_net=netted.long,
            deductible_loss=netted.deductible_loss,
            carryover_short=short,
            carryover_long=long,
        )


def _ordinary_income(position: TaxPosition) -> Decimal:
    return position.wages + position.other_income + position.interest + position.ordinary_dividends


def _deduction(position: TaxPosition, rates: Schedule) -> Decimal:
    # Itemised deductions that are given are taken even below the standard deduction: a filer may choose that, and must
    # where the spouse itemises on a separate return (26 USC 63(c)(6)(A), (e)).
    return rates.standard_deduction if position.itemized_deductions is None else position.itemized_deductions


def _minimum_income(position: TaxPosition, agi: Decimal) -> Decimal:
    """Form 6251 lines 1 and 2a. The standard deduction is not allowed; itemised ones all are: taxes are not known."""
    return agi - (position.itemized_deductions or ZERO)


def _net_investment_income_tax(position: TaxPosition, rates: Schedule, netted: Netted, agi: Decimal) -> Decimal:
    """Form 8960: the rate on the lesser of net investment income and income above the threshold."""
    investment = position.interest + position.ordinary_dividends + position.qualified_dividends + netted.in_agi
    return rates.niit_rate * max(ZERO, min(investment, agi - rates.niit_threshold))


def _state_tax(position: TaxPosition, taxable_income: Decimal) -> Decimal:
    """A flat rate on federal taxable income, by assumption: no state's own rules are in the rulebook."""
    if position.state_rate is not None:
        return position.state_rate * taxable_income
    if position.state is None:
        return ZERO
    message = f"There are no rules for the income tax of {position.state}."
    raise TaxlotsError(problem("RULE_MISSING", message, "Set `state_rate` to your state's rate, such as 0.05; 0 for none."))
