"""What one more gain, loss or dollar of income costs, in which tax, and how far that rate reaches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.problems import TaxlotsError, problem
from taxlots.rulebook import Rulebook
from taxlots.tax.kinks import Kink, find_kinks, horizon_of
from taxlots.tax.liability import Computed, compute
from taxlots.tax.position import AMOUNTS, NEVER_NEGATIVE, ZERO, TaxDue, TaxPosition
from taxlots.tax.schedule import schedule_for
from taxlots.tax.states import state_schedule

MOST_KINKS = 8


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step from one position to another costs, US dollars (negative: saves), and the tax before and after it.

    `total` = `ordinary` + `preferential` + `amt` + `niit` + `state`. `preferential` is the tax on long-term gain and
    qualified dividends, the 28 % group included; where all income is better taxed at ordinary rates, it is 0. `carryover`
    is the loss that the step adds to what is carried to the next year.
    """

    ordinary: Decimal
    preferential: Decimal
    amt: Decimal
    niit: Decimal
    state: Decimal
    total: Decimal
    carryover: Decimal
    before: TaxDue
    after: TaxDue


@dataclass(frozen=True, slots=True)
class Marginal:
    """The cost of an extra amount of `dollars`, per dollar (`rate`) and where the next kinks are."""

    cost: Cost
    dollars: Decimal
    rate: Decimal
    kinks: tuple[Kink, ...]


def marginal(
    position: TaxPosition,
    extra: Mapping[str, Decimal],
    rulebook: Rulebook | None = None,
    *,
    most_kinks: int = MOST_KINKS,
    within: Decimal | None = None,
) -> Marginal:
    """What the extra amounts, by field of the position, cost on top of it.

    `{"long_term": Decimal(1000)}` is a gain, `{"short_term": Decimal(-500)}` a loss, `{"wages": Decimal(1)}` a dollar of
    income; gain on collectibles goes into both `long_term` and `collectibles`. Kinks are counted in dollars of the
    largest of the amounts, all of them in the same proportion, and looked for up to `within` dollars (past every threshold
    without it).

    Raises:
        TaxlotsError: USAGE for a field that no position has, or nothing extra; RULE_MISSING as `tax_due`.
    """
    size = max((abs(amount) for amount in extra.values()), default=ZERO)
    if not size or not set(extra) <= set(AMOUNTS):
        hint = f"Give amounts other than 0 for some of: {', '.join(AMOUNTS)}."
        raise TaxlotsError(problem("USAGE", f"{dict(extra)} are no extra amounts of a position", hint))
    with exact.exactly():
        direction = {name: amount / size for name, amount in extra.items()}
        cost = step(position, _moved(position, direction, size), rulebook)
        rates = schedule_for(position.year, position.filing_status, rulebook)
        state = None
        if position.state and position.state_rate is None:
            state = state_schedule(position.state, position.year, position.filing_status, rulebook)
        reach = min([horizon_of(rates) if within is None else within, *_room(position, direction)])
        kinks = find_kinks(lambda x: (compute(_moved(position, direction, x), rulebook), state), reach, most_kinks)
        return Marginal(cost, size, cost.total / size, tuple(kinks))


def step(before: TaxPosition, after: TaxPosition, rulebook: Rulebook | None = None) -> Cost:
    """What the step from one position to another costs. Raises as `tax_due`."""
    return cost_between(compute(before, rulebook), compute(after, rulebook))


def cost_between(first: Computed, last: Computed) -> Cost:
    """As `step`, of years that are computed already."""
    with exact.exactly():
        ordinary, preferential = (there - here for here, there in zip(_split(first), _split(last), strict=True))
        amt, niit = last.due.amt - first.due.amt, last.due.niit - first.due.niit
        carried = last.due.carryover_short + last.due.carryover_long - first.due.carryover_short - first.due.carryover_long
        state, total = last.due.state_tax - first.due.state_tax, last.due.total - first.due.total
        return Cost(ordinary, preferential, amt, niit, state, total, carried, first.due, last.due)


def _split(computed: Computed) -> tuple[Decimal, Decimal]:
    """The regular tax at ordinary and at preferential rates."""
    regular = computed.federal.regular
    if regular.tax == regular.all_ordinary:
        return regular.tax, ZERO
    return regular.ordinary, regular.favoured + regular.collectibles


def _room(position: TaxPosition, direction: Mapping[str, Decimal]) -> Iterator[Decimal]:
    """How far amounts that can't be negative can fall."""
    for name, share in direction.items():
        if share < 0 and name in NEVER_NEGATIVE:
            yield (getattr(position, name) or ZERO) / -share


def _moved(position: TaxPosition, direction: Mapping[str, Decimal], dollars: Decimal) -> TaxPosition:
    """The position `dollars` further in the direction."""
    moved: dict[str, Any] = {}
    for name, share in direction.items():
        moved[name] = (getattr(position, name) or ZERO) + share * dollars
    return replace(position, **moved)
