"""State income tax on a year's income: a state's own schedule from the rules, or a flat rate of one's own.

The schedule is applied to federal taxable income, or to adjusted gross income less the `state_deductions` that are given: no state's
deductions, exemptions and credits are in the rules.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.rulebook import Rulebook, load
from taxlots.tax.arithmetic import Exact, Number
from taxlots.tax.position import TaxPosition
from taxlots.tax.schedule import Tiers, tiers_of

STATES = "us/states"


@dataclass(frozen=True, slots=True)
class StateSchedule:
    """How a state taxes income, US dollars.

    `surtax` comes on top of `tiers`; income up to `no_tax_up_to` owes nothing (a cliff); with `losses_within_year_only`
    the year's net gain counts, a net loss does not, and none is carried in.
    """

    tiers: Any
    surtax: Any | None
    no_tax_up_to: Number | None
    losses_within_year_only: bool


def state_schedule(state: str, year: int, status: str, rulebook: Rulebook | None = None) -> StateSchedule | None:
    """The schedule of a state (two letters) in a year; None where it has no income tax. Cached per rulebook.

    Raises:
        TaxlotsError: RULE_MISSING for an unknown state, one without a schedule in the rules, or a year not covered.
    """
    return _schedule(load() if rulebook is None else rulebook, state, year, status)


def unknown_state_tax(position: TaxPosition, rulebook: Rulebook | None = None) -> Problem | None:
    """Why the state tax of a position can't be computed (RULE_MISSING); None where it can, or none is asked for."""
    if position.state is None or position.state_rate is not None:
        return None
    try:
        state_schedule(position.state, position.year, position.filing_status, rulebook)
    except TaxlotsError as error:
        if error.problem.code != "RULE_MISSING":
            raise
        return error.problem
    return None


def state_base(schedule: StateSchedule, income: Number, in_agi: Number, net_of_year: Number, by: Any = Exact) -> Number:
    """What the schedule applies to, negative where deductions exceed income, US dollars.

    `income` is after deductions and has `in_agi` of capital gain or loss in it; `net_of_year` is the year's net before
    carryovers.
    """
    return income - in_agi + by.most(by.zero, net_of_year) if schedule.losses_within_year_only else income


def state_tax(schedule: StateSchedule, signed_base: Number, by: Any = Exact) -> Number:
    """Tax on a base that is negative where deductions exceed income, in US dollars."""
    base = by.most(by.zero, signed_base)
    tax = by.tax(schedule.tiers, base)
    if schedule.surtax is not None:
        tax = tax + by.tax(schedule.surtax, base)
    if schedule.no_tax_up_to is not None:
        tax = tax * (base > schedule.no_tax_up_to)
    return tax


@lru_cache(maxsize=1024)
def _schedule(rulebook: Rulebook, state: str, year: int, status: str) -> StateSchedule | None:
    topic = f"{STATES}/{state.lower()}"
    treatment = _treatment(rulebook, topic, state, year)
    if treatment == "none":
        return None
    if f"{topic}/rates" not in rulebook.rules:
        message = f"The rules say how {state} treats gains ({treatment}), but they hold no schedule of it."
        raise TaxlotsError(problem("RULE_MISSING", message, _hint(rulebook, topic, year)))

    def optional(name: str) -> Any:
        path = f"{topic}/{name}"
        return rulebook.amount(path, year, status) if path in rulebook.rules else None

    surtax, above = optional("surtax"), optional("surtax_above")
    return StateSchedule(
        tiers=tiers_of(rulebook, topic, year, status),
        surtax=None if surtax is None else Tiers([(above, Exact.zero), (None, surtax)]),
        no_tax_up_to=optional("no_tax_up_to"),
        losses_within_year_only=f"{topic}/losses_within_year_only" in rulebook.rules
        and rulebook.value(f"{topic}/losses_within_year_only", year) is True,
    )


def _treatment(rulebook: Rulebook, topic: str, state: str, year: int) -> str:
    path = f"{topic}/treatment"
    if path not in rulebook.rules:
        message = f"There are no rules for the income tax of {state}."
        raise TaxlotsError(problem("RULE_MISSING", message, _hint(rulebook, topic, year)))
    try:
        return rulebook.texts(path, year)[0]
    except TaxlotsError as error:
        message = f"The income tax of {state} for {year} is not in the rules: {error.problem.message}"
        raise TaxlotsError(problem("RULE_MISSING", message, _hint(rulebook, topic, year))) from None


def _hint(rulebook: Rulebook, topic: str, year: int) -> str:
    known = f"{topic}/top_rate"
    top = ""
    if known in rulebook.rules:
        entry = next((e for e in rulebook.rules[known].entries if e.start.year == year), None)
        top = f" (its highest rate in {year} is {entry.values['default']})" if entry else ""
    line = f"`state_rate = 0.05` under [profile.{year}] of taxlots.toml"
    return f"Set the rate of your state, such as {line}{top}; 0 for none. States are named by two letters, such as CA."
