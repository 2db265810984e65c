"""The federal tax on gains as the minimum of convex pieces: what the optimiser enumerates.

With `Gs` and `Gl` the year's short- and long-term nets after carryovers and `N = Gs + Gl`, the netting of Schedule D splits the plane
into five polygons. In each the preferential part P, the part e that joins ordinary income, and the loss c carried on are affine:

    loss beyond the limit   N <= -limit             P = 0    e = -limit   c = -N - limit
    deductible loss         -limit <= N <= 0        P = 0    e = N        c = 0
    short gain, long loss   N >= 0, Gl <= 0         P = 0    e = N        c = 0
    both gains              Gl >= 0, Gs >= 0        P = Gl   e = Gs       c = 0
    long gain, short loss   N >= 0, Gs <= 0         P = N    e = 0        c = 0

With y = Y0 + e (taxable income that is not preferential) and S = y + P + Q, the tax is the lesser of the whole at ordinary rates,
`T_ord(S)`, and `H(y) + R(S)`, where R integrates the 0/15/20 % rates and H the difference between the two schedules (26 USC 1(h)).
R and T_ord are convex. H is convex between the two breakpoints of the 0/15/20 % rates, where the difference drops; so y is split there.
Net investment income tax is convex: both arms of its minimum rise alike with the gain (26 USC 1411). Every piece is therefore a
linear program, and the least of their optima is the optimum. Gain on collectibles is in `group`.

A state's schedule is convex in its base and the same in every piece: taxable income, or the income before capital gain plus the year's
own net gain where the state allows no loss. Where income up to some amount is free of it (a cliff), each piece is divided there.

A loss that meets no income saves no tax: the limit is no more than taxable income before the loss (Capital Loss Carryover Worksheet).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from taxlots.decisions.group import Group, Parts, layered, span
from taxlots.decisions.piece import INFINITY, Affine, Bound, Line, Nets, Piece
from taxlots.decisions.rate_lines import difference, lines_of
from taxlots.problems import TaxlotsError, problem
from taxlots.rulebook import Rulebook
from taxlots.tax.liability import tax_due
from taxlots.tax.position import TaxPosition
from taxlots.tax.schedule import Schedule, schedule_for
from taxlots.tax.states import StateSchedule, state_schedule

ORDINARY, SPLIT = "ordinary rates", "preferential rates"


@dataclass(frozen=True, slots=True)
class _Polygon:
    name: str
    bounds: tuple[Bound, ...]
    preferential: Affine
    ordinary: Affine
    carried: Affine


@dataclass(frozen=True, slots=True)
class _State:
    """A state's convex lines; its base is `before_gain` (which may be negative) plus the net gain, of which at least `least_gain` counts.

    `carried_in` takes the net after carryovers back to the year's own, where none are carried in. A base up to `free_up_to` owes
    nothing, whatever the lines say.
    """

    lines: tuple[Line, ...]
    before_gain: float
    least_gain: float
    carried_in: float = 0.0
    free_up_to: float | None = None


@dataclass(frozen=True, slots=True)
class TaxModel:
    """The numbers of one filer's year, as floats: what the pieces are made from.

    `starts` and `due` are the nets and the exact tax without any trade.
    """

    schedule: Schedule
    base_ordinary: float
    qualified: float
    investment: float
    other_income: float
    limit: float
    legal_limit: float
    state: "_State | None"
    starts: Nets
    group: Group
    due: float


def tax_model(position: TaxPosition, rulebook: Rulebook, *, collectibles_sold: bool = False) -> TaxModel:
    """The model of a position. Raises TaxlotsError(RULE_MISSING) for a year that is not covered, as is one with personal exemptions.

    `collectibles_sold`: long-term collectibles can be, so the 28 % group is a net of its own.
    """
    schedule = schedule_for(position.year, position.filing_status, rulebook)
    if schedule.exemption is not None:
        message = f"the personal exemptions of {position.year} shrink in steps (26 USC 151(d)(3)), which the optimiser does not know"
        raise TaxlotsError(problem("RULE_MISSING", message, "Decide on a year from 2018 on, in which there are none (151(d)(5))."))
    deduction = position.itemized_deductions if position.itemized_deductions is not None else schedule.standard_deduction
    earned = position.wages + position.other_income
    invested = position.interest + position.ordinary_dividends
    base = earned + invested - deduction
    due = tax_due(position, rulebook)
    group = Group(float(position.collectibles - position.carryover_long), collectibles_sold)
    room = max(Decimal(0), base + position.qualified_dividends)
    return TaxModel(
        schedule=schedule,
        base_ordinary=float(base),
        qualified=float(position.qualified_dividends),
        investment=float(invested + position.qualified_dividends + position.investment_income),
        other_income=float(earned - position.investment_income),
        limit=float(min(schedule.loss_limit, room)),
        legal_limit=float(schedule.loss_limit),
        state=_state(position, (base + position.qualified_dividends, deduction), -float(schedule.loss_limit), rulebook),
        starts=(
            float(position.short_term - position.carryover_short),
            float(position.long_term - position.carryover_long),
            group.most if collectibles_sold else 0.0,
        ),
        group=group,
        due=float(due.total - due.amt),
    )


def _state(position: TaxPosition, federal: tuple[Decimal, Decimal], most_loss: float, rulebook: Rulebook) -> _State | None:
    """The state's part of the model; `federal`: income after the deduction and before capital gain, and the deduction."""
    income, deduction = federal
    own_deductions = position.state_deductions
    before = float(income if own_deductions is None else income + deduction - own_deductions)
    if position.state_rate is not None:
        return _State((Line(0.0, 0.0), Line(float(position.state_rate), 0.0)), before, most_loss)
    if position.state is None:
        return None
    schedule = state_schedule(position.state, position.year, position.filing_status, rulebook)
    if schedule is None:
        return None
    free = None if schedule.no_tax_up_to is None else float(schedule.no_tax_up_to)
    lines = _state_lines(schedule)
    if schedule.losses_within_year_only:
        return _State(lines, before, 0.0, float(position.carryover_short + position.carryover_long), free)
    return _State(lines, before, most_loss, free_up_to=free)


def _state_lines(schedule: StateSchedule) -> tuple[Line, ...]:
    lines = lines_of(schedule.tiers)
    if schedule.surtax is None:
        return lines
    (start, _), (_, more) = schedule.surtax
    return (*lines, *(Line(line.slope + float(more), line.intercept - float(more * start)) for line in lines))


def pieces(model: TaxModel) -> Iterator[Piece]:
    """All pieces; their regions cover the plane of (Gs, Gl), and the tax is their minimum where they overlap."""
    sides = [("", (), ())] if model.state is None else list(_state_sides(model.state))
    for polygon in _polygons(model.limit):
        for piece in _pieces_of(polygon, model):
            for name, within, parts in sides:
                yield Piece(piece.name + name, (*piece.bounds, *within), piece.carried, (*piece.parts, *parts))


def _polygons(limit: float) -> tuple[_Polygon, ...]:
    short, long = Affine(short=1.0), Affine(long=1.0)
    net, none = Affine(short=1.0, long=1.0), Affine()
    return (
        _Polygon("loss beyond the limit", (Bound(net, -INFINITY, -limit),), none, Affine(-limit), Affine(-limit, -1.0, -1.0)),
        _Polygon("deductible loss", (Bound(net, -limit, 0.0),), none, net, none),
        _Polygon("short gain, long loss", (Bound(net, 0.0, INFINITY), Bound(long, -INFINITY, 0.0)), none, net, none),
        _Polygon("both gains", (Bound(short, 0.0, INFINITY), Bound(long, 0.0, INFINITY)), long, short, none),
        _Polygon("long gain, short loss", (Bound(net, 0.0, INFINITY), Bound(short, -INFINITY, 0.0)), net, none, none),
    )


def _pieces_of(polygon: _Polygon, model: TaxModel) -> Iterator[Piece]:
    ordinary = Affine(model.base_ordinary).plus(polygon.ordinary)
    stack = ordinary.plus(polygon.preferential).plus(Affine(model.qualified))
    shared = _investment_parts(model)
    by_ordinary = (stack, lines_of(model.schedule.ordinary))
    yield Piece(f"{polygon.name}, {ORDINARY}", polygon.bounds, polygon.carried, (by_ordinary, *shared))
    if polygon.preferential == Affine() and not model.qualified:
        return
    gain = polygon.preferential
    shares = model.group.shares(polygon.ordinary, gain) if gain != Affine() else [("", (), gain)]
    for name, within, group in shares:
        for cell, bounds, parts in _split(model, (ordinary, group, stack)):
            every = (*polygon.bounds, *within, *bounds)
            if all(any(b.expression.slopes) or b.lower <= b.expression.constant <= b.upper for b in every):
                yield Piece(f"{polygon.name}{name}, {SPLIT}, {cell}", every, polygon.carried, (*parts, *shared))


def _split(model: TaxModel, layers: tuple[Affine, Affine, Affine]) -> Iterator[tuple[str, tuple[Bound, ...], Parts]]:
    """The tax at preferential rates by cells, of other income, the 28 % group and all income together."""
    ordinary, group, stack = layers
    if group != Affine():
        favoured = stack.plus(ordinary, -1.0).plus(group, -1.0)
        yield from layered(model.schedule, (ordinary, group, favoured))
        return
    by_stack = (stack, lines_of(model.schedule.preferential))
    for low, high, lines in difference(model.schedule):
        yield f"other income {span(low, high)}", (Bound(ordinary, low, high),), ((ordinary, lines), by_stack)


def _investment_parts(model: TaxModel) -> Parts:
    """Net investment income tax: the same in every piece.

    Form 8960 takes the loss that the law allows, even where there is too little income to use it.
    """
    rate = float(model.schedule.niit_rate)
    excess = max(0.0, float(model.schedule.niit_threshold) - model.other_income) - model.investment
    net = Affine(short=1.0, long=1.0)
    floor = max(0.0, -rate * (model.legal_limit + excess))
    return ((net, (Line(0.0, floor), Line(rate, -rate * excess))),)


def _state_sides(state: _State) -> Iterator[tuple[str, tuple[Bound, ...], Parts]]:
    """The state's tax: name, where it holds, and parts; on both sides of a cliff where there is one.

    It never falls below that at the largest loss that counts: none where the state allows no loss, else the one that the law allows,
    which reduces adjusted gross income even where there is too little income to use it.
    """
    base = Affine(state.before_gain + state.carried_in, short=1.0, long=1.0)
    least = state.before_gain + state.least_gain
    lines = (*state.lines, Line(0.0, max(line.intercept + line.slope * least for line in state.lines)))
    if state.free_up_to is None or least > state.free_up_to:
        yield "", (), ((base, lines),)
        return
    edge = f"{state.free_up_to:,.0f}"
    yield f", no state tax up to {edge}", (Bound(base, -INFINITY, state.free_up_to, cliff=True),), ()
    yield f", state tax above {edge}", (Bound(base, state.free_up_to, INFINITY),), ((base, lines),)
