"""Policies: when a portfolio is rebalanced, and by which of the alternatives.

A policy looks at a day's weights and at the day on which it last acted. The table holds the usual ones; a person's own come from
`[policies]` in taxlots.toml.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from taxlots.decisions.alternatives import ALTERNATIVES
from taxlots.problems import TaxlotsError, problem
from taxlots.settings import Settings, Target

ONCE = "once"
TRADING = frozenset(one.name for one in ALTERNATIVES) - {"hold", "contribute", "withdraw", "defer", "graduated"}


@dataclass(frozen=True, slots=True)
class Policy:
    """`alternative` (None: never a trade) is taken on the first day of a period `every` on which it is due; `once`: on the first day alone.

    It is due where a weight is further from its target than `drift` (a fraction of the portfolio) or, with `outside_bands`, than its own
    band in [targets]; where it was not taken in this and the last period `at_least_every`; and, without any of these, in each period.
    """

    name: str
    meaning: str
    alternative: str | None = None
    every: str = "month"
    drift: Decimal | None = None
    outside_bands: bool = False
    at_least_every: str | None = None

    def looks(self, today: date, last: date | None) -> bool:
        """Whether today is in another period than the day of the last look; that is None on the first day."""
        if self.alternative is None or last is None or self.every == ONCE:
            return self.alternative is not None and last is None and self.every == ONCE
        return period_of(today, self.every) != period_of(last, self.every)

    def due(self, today: date, acted: date, weights: Mapping[str, Decimal], targets: Mapping[str, Target]) -> str:
        """Why it is due, in words; empty where it is not. `acted`: the day on which it was taken last, or the first day."""
        if self.drift is None and not self.outside_bands and self.at_least_every is None:
            return "the first day" if self.every == ONCE else f"the first day of a {self.every}"
        away = {asset: abs(weight - _target(targets, asset).weight) for asset, weight in weights.items()}
        for asset, distance in sorted(away.items(), key=lambda one: (-one[1], one[0])):
            limit = _target(targets, asset).band if self.outside_bands else self.drift
            if limit is not None and distance > limit:
                return f"{asset} was {distance * 100:.1f} points from its target"
        if self.at_least_every and period_of(today, self.at_least_every) != period_of(acted, self.at_least_every):
            return f"nothing was done in this {self.at_least_every}"
        return ""


POLICIES: tuple[Policy, ...] = (
    Policy("buy-and-hold", "nothing is traded"),
    Policy("once", "to the targets on the first day, highest basis first, then nothing", "full-hifo", every=ONCE),
    Policy("yearly", "to the targets at the beginning of each year, highest basis first", "full-hifo", every="year"),
    Policy("quarterly", "to the targets at the beginning of each quarter, highest basis first", "full-hifo", every="quarter"),
    Policy("bands", "each month, what is outside its band goes back to it, as bands_to says", "bands", outside_bands=True),
    Policy("no-short-gains", "to the targets without short-term gains, when one is outside its band", "no-short-gains", outside_bands=True),
    Policy("zero-tax", "as near to the targets as costs no tax, when one is outside its band", "zero-tax", outside_bands=True),
)
BASELINE = POLICIES[0]


def policies_of(settings: Settings, wanted: tuple[str, ...]) -> list[Policy]:
    """The policies of these names (none: all), the person's own before those of the table; the baseline is always the first.

    Raises:
        TaxlotsError: USAGE for a name that there is not; SETTINGS_INVALID for one that never acts or takes no alternative of today.
    """
    own = {name: _own(name, settings) for name in settings.policies}
    known = {one.name: one for one in POLICIES} | own
    for name in wanted:
        if name not in known:
            raise TaxlotsError(
                problem("USAGE", f"there is no policy {name!r}", f"There are: {', '.join(known)}; others go under [policies].")
            )
    chosen = wanted or (*own, *(one.name for one in POLICIES if one.name not in own))
    return [BASELINE, *(known[name] for name in dict.fromkeys(chosen) if name != BASELINE.name)]


def _own(name: str, settings: Settings) -> Policy:
    said = settings.policies[name]
    if said.alternative not in TRADING:
        hint = f"Take one of {', '.join(sorted(TRADING))}."
        raise TaxlotsError(problem("SETTINGS_INVALID", f"[policies.{name}] alternative = {said.alternative!r} is no plan of one day", hint))
    if name == BASELINE.name:
        raise TaxlotsError(problem("SETTINGS_INVALID", f"[policies.{name}] is the baseline", "Give it another name."))
    if said.drift is not None and said.outside_bands:
        hint = "Leave `drift` or `outside_bands` away."
        raise TaxlotsError(problem("SETTINGS_INVALID", f"[policies.{name}] has two limits of drift", hint))
    when = [f"when one is {said.drift * 100:.1f} points from its target"] if said.drift is not None else []
    when += ["when one is outside its band"] if said.outside_bands else []
    when += [f"at least each {said.at_least_every}"] if said.at_least_every else []
    meaning = f"{said.alternative}, looking each {said.every}{': ' if when else ''}{' or '.join(when)}"
    return Policy(name, meaning, said.alternative, said.every, said.drift, said.outside_bands, said.at_least_every)


def _target(targets: Mapping[str, Target], asset: str) -> Target:
    return targets.get(asset) or Target()


def period_of(day: date, every: str) -> tuple[int, int]:
    """The period in which a day lies."""
    if every == "week":
        year, week, _ = day.isocalendar()
        return year, week
    return day.year, {"day": day.timetuple().tm_yday, "month": day.month, "quarter": (day.month - 1) // 3, "year": 0}[every]
