"""What each further dollar of loss is worth: the rungs of the ladder, from gains that it offsets down to what is only carried over."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from taxlots import exact
from taxlots.decisions.further_gains import ZERO, FurtherGains, Gains
from taxlots.tax.kinks import corners
from taxlots.tax.liability import Computed

SHORT, LONG, INCOME, CARRIED = "short-term gain", "long-term gain", "ordinary income", "carryover"
_SAME = Decimal("1e-9")
_CORNERS = 1000


@dataclass(frozen=True, slots=True)
class Step:
    """So many `dollars` of loss, what they offset, the tax that they save and the loss that they add to the carryover.

    `per_dollar` is the tax that one of them saves.
    """

    offsets: str
    dollars: Decimal
    tax_saved: Decimal
    carried: Decimal

    @property
    def per_dollar(self) -> Decimal:
        """Tax saved per dollar of loss."""
        return exact.CONTEXT.divide(self.tax_saved, self.dollars)


def steps(year: FurtherGains, term: str, dollars: Decimal) -> list[Step]:
    """The rungs that a loss of a term goes down, from the position on; their dollars and taxes add up to those of the whole loss.

    A rung ends where the loss begins to offset something else, or to save another share of a dollar (a bracket).
    """
    with exact.exactly():
        if dollars <= 0:
            return []

        def gains(loss: Decimal) -> Gains:
            return (-loss, ZERO) if term == "short" else (ZERO, -loss)

        def at(loss: Decimal) -> Computed:
            return year.computed(*gains(loss))

        if year.straight(gains(ZERO), gains(dollars)):
            return [_step(at(ZERO), at(dollars), dollars)]
        ends = [*(corner.dollars for corner in corners(lambda loss: (at(loss), year.state), dollars, _CORNERS)), dollars]
        found: list[Step] = []
        for start, end in pairwise([ZERO, *(place for place in ends if place)]):
            step = _step(at(start), at(end), end - start)
            if found and found[-1].offsets == step.offsets and abs(found[-1].per_dollar - step.per_dollar) < _SAME:
                last = found.pop()
                step = Step(step.offsets, last.dollars + step.dollars, last.tax_saved + step.tax_saved, last.carried + step.carried)
            found.append(step)
        return found


def until_carried(year: FurtherGains) -> Decimal:
    """Dollars of further loss until gains and the yearly limit are used up (26 USC 1211(b)); what is beyond is carried over."""
    with exact.exactly():
        start = year.computed(ZERO, ZERO)
        netted = start.federal.netted
        room: Decimal = netted.short + netted.long + start.rates.loss_limit
        return max(ZERO, room)


def _step(before: Computed, after: Computed, dollars: Decimal) -> Step:
    """A stretch on which the netting does not change."""
    carried = after.due.carryover_short + after.due.carryover_long - before.due.carryover_short - before.due.carryover_long
    saved = before.due.total - after.due.total
    there, here = before.federal.netted, after.federal.netted
    if 2 * carried > dollars:
        what = CARRIED
    elif 2 * (there.net_capital_gain - here.net_capital_gain) > dollars:
        what = LONG
    else:
        what = SHORT if there.in_agi > 0 else INCOME
    return Step(what, dollars, saved, carried)
