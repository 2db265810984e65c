"""Where the marginal tax changes: quantities of the computation that turn a corner of the law where they pass zero."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from taxlots import exact
from taxlots.tax.liability import Computed
from taxlots.tax.lines import percent
from taxlots.tax.position import ZERO
from taxlots.tax.schedule import Schedule
from taxlots.tax.states import StateSchedule

_STEP = Decimal("0.0001")
_NOTHING = Decimal("1e-9")
_MOST_CORNERS = 100


@dataclass(frozen=True, slots=True)
class Kink:
    """A point at which the next dollar costs something else, `dollars` from here.

    `rate_before` and `rate_after` are the tax per dollar on either side; `jump` is what is added at once at a cliff, negative where
    the way leads down it. `rule` is the path of the rule behind it.
    """

    dollars: Decimal
    what: str
    rule: str
    rate_before: Decimal
    rate_after: Decimal
    jump: Decimal


@dataclass(frozen=True, slots=True)
class Gauge:
    """A quantity that is zero at a corner of the law."""

    what: str
    rule: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Corner:
    """A point `dollars` from here at which a gauge is zero, or where the way begins.

    `rate` is the tax per dollar behind it, `jump` what is added at once there: on reaching it, as a way that falls onto a cliff's edge
    does, or on leaving it. `here` and `near` are the gauges at it and just behind it.
    """

    dollars: Decimal
    rate: Decimal
    jump: Decimal
    here: list[Gauge]
    near: list[Gauge]


Way = Callable[[Decimal], tuple[Computed, StateSchedule | None]]


def corners(at: Way, horizon: Decimal, most: int = _MOST_CORNERS) -> Iterator[Corner]:
    """The corners on a way, its beginning first: `at` computes the year at so many dollars from here, up to the horizon.

    The tax is linear between corners, and so is every gauge; the next corner is where the first of them reaches zero. Wants
    `exact.exactly()` around it.
    """
    dollars = ZERO
    expected: Decimal | None = None  # the tax just before the corner, by the rate that leads to it
    for _ in range(most):
        if dollars + 2 * _STEP > horizon:
            return
        here, state = at(dollars)
        near, _ = at(dollars + _STEP)
        far, _ = at(dollars + 2 * _STEP)
        rate = (far.due.total - near.due.total) / _STEP
        behind = near.due.total - rate * _STEP
        jump = behind - (here.due.total if expected is None else expected)
        corner = Corner(dollars, rate, jump, list(gauges(here, state)), list(gauges(near, state)))
        yield corner
        ahead = _next_corner(corner.here, corner.near)
        if ahead is None or dollars + ahead > horizon:
            return
        dollars += ahead
        expected = behind + rate * ahead


def find_kinks(at: Way, horizon: Decimal, most: int) -> list[Kink]:
    """The first kinks on a way: the corners at which the tax per dollar changes, or at which it jumps."""
    kinks: list[Kink] = []
    last: Corner | None = None
    with exact.exactly():
        for corner in corners(at, horizon):
            if len(kinks) >= most:
                break
            if last is not None and (abs(corner.rate - last.rate) > _NOTHING or abs(corner.jump) > _NOTHING):
                kinks.append(_kink(corner, last))
            last = corner
    return kinks


def _kink(corner: Corner, last: Corner) -> Kink:
    """A corner with the gauges that are behind it."""
    reached = [now for now, then in zip(corner.here, last.near, strict=True) if abs(now.value) < _NOTHING < abs(then.value)]
    what = ", ".join(dict.fromkeys(g.what for g in reached)) or "several limits"
    return Kink(corner.dollars, what, reached[0].rule if reached else "", last.rate, corner.rate, corner.jump)


def _next_corner(here: list[Gauge], near: list[Gauge]) -> Decimal | None:
    """Dollars to where the first gauge reaches zero, None where none does."""
    ahead = []
    for now, then in zip(here, near, strict=True):
        slope = (then.value - now.value) / _STEP
        if abs(now.value) > _NOTHING and slope and -now.value / slope > 0:
            ahead.append(max(_STEP, -now.value / slope))
    return min(ahead, default=None)


def gauges(computed: Computed, state: StateSchedule | None) -> Iterator[Gauge]:
    """Every gauge of a computation, always in the same order."""
    rates = computed.rates
    yield from _netting(computed)
    yield from _brackets(computed)
    yield from _minimum(computed)
    yield from _exemption(computed)
    federal = computed.federal
    excess = federal.agi - rates.niit_threshold
    yield Gauge("threshold of the net investment income tax", "us/federal/niit/threshold", excess)
    yield Gauge("net investment income begins", "us/federal/niit/rate", federal.investment)
    yield Gauge("net investment income equals income above its threshold", "us/federal/niit/threshold", federal.investment - excess)
    yield from _state(computed, state)


def _netting(computed: Computed) -> Iterator[Gauge]:
    netted, federal, rates = computed.federal.netted, computed.federal, computed.rates
    total = netted.short + netted.long
    rule = "us/federal/capital_loss/net_loss_limit"
    yield Gauge("limit of the deductible capital loss", rule, total + rates.loss_limit)
    yield Gauge("gains equal losses", rule, total)
    yield Gauge("short-term gains equal losses", rule, netted.short)
    yield Gauge("long-term gains equal losses", rule, netted.long)
    yield Gauge("taxable income begins", "us/federal/standard_deduction/amount", federal.signed_income)
    yield Gauge("income absorbs the deducted loss", rule, federal.signed_income + federal.exemption + netted.deductible_loss)
    position = computed.position
    group = position.collectibles + min(ZERO, netted.short) - position.carryover_long
    yield Gauge("the 28 % group begins", "us/federal/collectibles/rate_max", group)
    yield Gauge("the 28 % group equals the net gain", "us/federal/collectibles/rate_max", netted.net_capital_gain - netted.collectibles)


def _brackets(computed: Computed) -> Iterator[Gauge]:
    rates, federal = computed.rates, computed.federal
    layers, regular = federal.layers, federal.regular
    preferred = computed.position.qualified_dividends + federal.netted.net_capital_gain
    for gain in (layers.favoured, preferred):
        yield Gauge("deductions are used up by other income", "us/federal/standard_deduction/amount", federal.signed_income - gain)
    rule = "us/federal/ordinary_brackets/upper_bounds"
    for (upper, rate), (_, after) in zip(rates.ordinary, rates.ordinary[1:], strict=False):
        what = f"ordinary rate from {percent(rate)} to {percent(after)} at {upper:,}"
        yield Gauge(what, rule, layers.ordinary - upper)
        yield Gauge(what, rule, federal.taxable_income - upper)
    rule = "us/federal/capital_gain_rates/upper_bounds"
    for (upper, rate), (_, after) in zip(rates.preferential, rates.preferential[1:], strict=False):
        what = f"rate on long-term gain from {percent(rate)} to {percent(after)} at {upper:,}"
        for base in (layers.below, layers.ordinary):
            yield Gauge(what, rule, base - upper)
            # What the regular tax and what the minimum tax finds of gain at preferential rates on top of it.
            for favoured in (federal.taxable_income, federal.minimum.excess):
                yield Gauge(what, rule, base + min(layers.favoured, favoured) - upper)
    for below in (layers.below, federal.signed_income - preferred):
        what = "end of the ordinary brackets that the 28 % group fills"
        yield Gauge(what, "us/federal/collectibles/rate_max", below - rates.collectibles_top)
    split = regular.ordinary + regular.favoured + regular.collectibles
    yield Gauge("ordinary rates cost less than the preferential ones", "us/federal/capital_gain_rates/rates", split - regular.all_ordinary)


def _minimum(computed: Computed) -> Iterator[Gauge]:
    federal, law = computed.federal, computed.rates.minimum
    minimum, layers = federal.minimum, federal.layers
    yield Gauge("the minimum tax begins", "us/federal/amt/rates", minimum.tentative - federal.regular.tax)
    yield Gauge("the minimum tax's exemption shrinks", "us/federal/amt/phaseout_start", minimum.income - law.phaseout_start)
    exhausted = minimum.income - law.exhausted_at
    yield Gauge("the minimum tax's exemption is used up", "us/federal/amt/phaseout_rate", exhausted)
    added_all = law.exhausted_at + law.exemption / law.phaseout_rate + law.exemption
    yield Gauge("a separate filer's extra amount is full", "us/federal/amt/separate_add_back", minimum.income - added_all)
    yield Gauge("income above the minimum tax's exemption", "us/federal/amt/exemption", minimum.income - minimum.exemption)
    yield Gauge("income above the minimum tax's exemption", "us/federal/amt/exemption", minimum.excess - layers.favoured)
    for upper, _ in law.tiers[:-1]:
        what = f"rate of the minimum tax changes at {upper:,}"
        yield Gauge(what, "us/federal/amt/upper_bounds", minimum.excess - layers.favoured - upper)
        yield Gauge(what, "us/federal/amt/upper_bounds", minimum.excess - upper)


def _exemption(computed: Computed) -> Iterator[Gauge]:
    """The steps by which personal exemptions shrink: cliffs, behind which taxable income has moved."""
    law = computed.rates.exemption
    if law is None:
        return
    above = computed.federal.agi - law.start
    for step in range(int(law.amount / law.reduction) + 1):
        yield Gauge("a step of the personal exemptions' phase-out", "us/federal/personal_exemption/phaseout_step", above - step * law.step)


def _state(computed: Computed, state: StateSchedule | None) -> Iterator[Gauge]:
    base, name = computed.state_base, (computed.position.state or "").lower()
    yield Gauge("state tax begins", f"us/states/{name}/rates", base)
    if state is None:
        return
    position = computed.position
    own = position.short_term + position.long_term
    yield Gauge("the year's gains equal its losses, for the state", f"us/states/{name}/losses_within_year_only", own)
    if state.no_tax_up_to is not None:
        free = f"no state tax up to {state.no_tax_up_to:,}"
        yield Gauge(free, f"us/states/{name}/no_tax_up_to", base - state.no_tax_up_to)
    for tiers in (state.tiers, state.surtax or ()):
        for upper, _ in tiers[:-1]:
            yield Gauge(f"state bracket at {upper:,}", f"us/states/{name}/upper_bounds", base - upper)


def horizon_of(rates: Schedule) -> Decimal:
    """How far kinks are looked for: past every threshold of the law."""
    farthest: Decimal = max(rates.minimum.exhausted_at, rates.ordinary[-2][0], rates.preferential[-2][0])
    return 2 * farthest
