"""The year's tax as a function of what is still realised: so much short-term and so much long-term gain on top of the position."""

from dataclasses import replace
from decimal import Decimal

from taxlots import exact
from taxlots.rulebook import Rulebook
from taxlots.tax.kinks import gauges
from taxlots.tax.liability import Computed, compute
from taxlots.tax.position import TaxPosition
from taxlots.tax.states import StateSchedule, state_schedule

ZERO = Decimal(0)
STRAIGHT = Decimal("1e-9")
Gains = tuple[Decimal, Decimal]


class FurtherGains:
    """One filer's year with further gains of one asset; what was computed once is kept. `collectible`: its long-term gain is 28 % gain."""

    def __init__(self, position: TaxPosition, rulebook: Rulebook, *, collectible: bool = False) -> None:
        """Raises nothing; a year that the rules do not cover is an error of the first computation."""
        self.position, self.rulebook, self.collectible = position, rulebook, collectible
        self._known: dict[tuple[Decimal, Decimal], Computed] = {}
        self._state: list[StateSchedule | None] = []

    def moved(self, short: Decimal, long: Decimal) -> TaxPosition:
        """The position after further gains."""
        with exact.exactly():
            p = self.position
            collectibles = p.collectibles + (long if self.collectible else ZERO)
            return replace(p, short_term=p.short_term + short, long_term=p.long_term + long, collectibles=collectibles)

    def computed(self, short: Decimal, long: Decimal) -> Computed:
        """The year after further gains. Raises TaxlotsError as `tax_due`."""
        key = (short, long)
        if key not in self._known:
            self._known[key] = compute(self.moved(short, long), self.rulebook)
        return self._known[key]

    def tax(self, short: Decimal, long: Decimal) -> Decimal:
        """What the further gains add to the year's tax."""
        with exact.exactly():
            return self.computed(short, long).due.total - self.computed(ZERO, ZERO).due.total

    def carryover(self, short: Decimal, long: Decimal) -> Decimal:
        """What the further gains add to the loss that is carried to the next year."""
        with exact.exactly():
            due, before = self.computed(short, long).due, self.computed(ZERO, ZERO).due
            return due.carryover_short + due.carryover_long - before.carryover_short - before.carryover_long

    def straight(self, start: Gains, end: Gains) -> bool:
        """Whether the tax is linear between two gains: no quantity on which the law turns changes its sign, and the middle agrees."""
        with exact.exactly():
            here, there = self.computed(*start), self.computed(*end)
            pairs = zip(gauges(here, self.state), gauges(there, self.state), strict=True)
            if not all(one.value * other.value > 0 or one.value == other.value == 0 for one, other in pairs):
                return False
            middle = self.computed(*((one + other) / 2 for one, other in zip(start, end, strict=True)))
            return abs(middle.due.total - (here.due.total + there.due.total) / 2) < STRAIGHT

    @property
    def state(self) -> StateSchedule | None:
        """The state's schedule, where its corners matter."""
        if not self._state:
            p = self.position
            by_schedule = p.state is not None and p.state_rate is None
            self._state.append(state_schedule(p.state or "", p.year, p.filing_status, self.rulebook) if by_schedule else None)
        return self._state[0]
