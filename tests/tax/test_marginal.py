"""What one more dollar costs, and that the tax is linear from one kink to the next."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taxlots.problems import TaxlotsError
from taxlots.rulebook import STATUSES
from taxlots.tax import TaxPosition, marginal, tax_due

D = Decimal


def kinks(found):
    return [(kink.dollars, kink.what) for kink in found.kinks]


def test_a_long_term_gain_at_zero_percent_reaches_to_the_edge():
    # Single 2025: 40,000 - 15,750 = 24,250 taxable; the 0 % rate ends at 48,350, 24,100 further on.
    found = marginal(TaxPosition(2025, "single", wages=D(40_000)), {"long_term": D(30_000)})
    # 30,000 - 24,100 = 5,900 at 15 %
    assert found.cost.preferential == found.cost.total == D(885)
    assert found.cost.ordinary == 0
    assert found.kinks[0].dollars == 24_100
    assert "from 0 % to 15 %" in found.kinks[0].what
    assert (found.kinks[0].rate_before, found.kinks[0].rate_after) == (0, D("0.15"))
    assert found.kinks[0].rule == "us/federal/capital_gain_rates/upper_bounds"
    # Income reaches 200,000 after 160,000, and 533,400 + 15,750 after 509,150: 15 % + 3.8 %, then 20 % + 3.8 %.
    assert [(k.dollars, k.rate_after) for k in found.kinks[1:3]] == [(160_000, D("0.188")), (509_150, D("0.238"))]


def test_a_loss_saves_ordinary_tax_up_to_the_limit_and_is_then_carried():
    # 90,000 - 15,750 = 74,250 lies in the 22 % bracket: 3,000 x 22 % = 660, and 7,000 is carried.
    found = marginal(TaxPosition(2025, "single", wages=D(90_000)), {"short_term": D(-10_000)})
    assert (found.cost.total, found.cost.ordinary, found.cost.carryover) == (D(-660), D(-660), 7_000)
    assert kinks(found) == [(3_000, "limit of the deductible capital loss")]
    assert (found.kinks[0].rate_before, found.kinks[0].rate_after) == (D("-0.22"), 0)


def test_a_dollar_of_wages_with_its_state():
    # 22 % federal and 4.95 % Illinois; the 24 % bracket begins at 103,350, 29,100 above 74,250.
    found = marginal(TaxPosition(2025, "single", wages=D(90_000), state="IL"), {"wages": D(1)})
    assert (found.cost.ordinary, found.cost.state, found.rate) == (D("0.22"), D("0.0495"), D("0.2695"))
    assert found.kinks[0].dollars == 29_100


def test_the_state_cliff_of_ohio_is_a_jump():
    # 20,000 of taxable income; 6,050 further a dollar more costs 26,050 x 1.38462 % at once.
    found = marginal(TaxPosition(2024, "single", wages=D(34_600), state="OH"), {"wages": D(1)})
    assert found.kinks[0].dollars == 6_050
    assert found.kinks[0].jump == D("360.69351")


def test_the_cliff_of_ohio_from_above():
    """Falling onto the edge, where nothing is due any more, saves at once what a dollar above it costs."""
    # 30,000 of taxable income; the edge is 3,950 below, each dollar down to it saves 2.75 %, federal 12 %.
    found = marginal(TaxPosition(2024, "single", wages=D(44_600), state="OH"), {"short_term": D(-3_000)}, most_kinks=3)
    # The limit of 3,000 comes first; without it, as less wages, the way ends on the edge and goes on below.
    assert [kink.jump for kink in found.kinks] == [0]
    falling = marginal(TaxPosition(2024, "single", wages=D(44_600), state="OH"), {"wages": D(-1)}, most_kinks=2)
    edge = falling.kinks[0]
    assert (edge.dollars, edge.jump, edge.rule) == (3_950, D("-360.69351"), "us/states/oh/no_tax_up_to")
    assert (edge.rate_before, edge.rate_after) == (D("-0.1475"), D("-0.12"))
    # With 5,000 of gain to set it against, a loss reaches the same edge.
    loss = marginal(TaxPosition(2024, "single", wages=D(39_600), short_term=D(5_000), state="OH"), {"short_term": D(-4_000)})
    assert [(kink.dollars, kink.jump) for kink in loss.kinks if kink.jump] == [(3_950, D("-360.69351"))]


def test_the_steps_of_2017_from_above():
    """264,001 is in the second step: falling to 264,000 and to 261,500 each gives back 81 of exemption, at 33 %."""
    found = marginal(TaxPosition(2017, "single", wages=D(264_001)), {"wages": D(-1)}, within=D(3_500))
    steps = [kink for kink in found.kinks if kink.jump]
    assert [(round(kink.dollars, 6), round(kink.jump, 6)) for kink in steps] == [(1, D("-26.73")), (2_501, D("-26.73"))]


def test_a_harvested_loss_beside_a_gain_saves_at_the_gain_s_rate():
    # 10,000 of long-term gain at 15 %: the first 10,000 of loss save 15 %, the next 3,000 save 22 %.
    found = marginal(TaxPosition(2025, "single", wages=D(90_000), long_term=D(10_000)), {"long_term": D(-13_000)})
    assert found.cost.preferential == D(-1_500)
    assert found.cost.ordinary == D(-660)
    assert [kink.dollars for kink in found.kinks] == [10_000, 13_000]


@pytest.mark.parametrize("extra", [{}, {"wages": D(0)}, {"salary": D(1)}])
def test_nothing_extra_is_refused(extra):
    with pytest.raises(TaxlotsError, match="no extra amounts"):
        marginal(TaxPosition(2025, "single"), extra)


def test_less_income_ends_at_none():
    # 90,000 - 1,000: 22 %; the 12 % bracket ends at 48,475 + 15,750 of wages, 25,775 below.
    found = marginal(TaxPosition(2025, "single", wages=D(90_000)), {"wages": D(-1_000)})
    assert found.cost.total == -220
    # 64,225 of wages, then 11,925 + 15,750 = 27,675, then 15,750, below which nothing is due.
    assert [kink.dollars for kink in found.kinks] == [25_775, 62_325, 74_250]
    with pytest.raises(TaxlotsError, match="wages is -1"):
        marginal(TaxPosition(2025, "single"), {"wages": D(-1)})


AMOUNT = st.integers(0, 900_000).map(D)
GAIN = st.integers(-200_000, 900_000).map(D)
STATES = st.sampled_from([None, "CA", "NJ", "OH", "IL"])


@st.composite
def positions(draw):
    long_term = draw(GAIN)
    return TaxPosition(
        draw(st.sampled_from([2024, 2025, 2026])),
        draw(st.sampled_from(STATUSES)),
        wages=draw(AMOUNT),
        interest=draw(st.sampled_from([D(0), D(5_000)])),
        qualified_dividends=draw(st.sampled_from([D(0), D(30_000)])),
        short_term=draw(GAIN),
        long_term=long_term,
        collectibles=max(D(0), long_term) * draw(st.sampled_from([D(0), D("0.5")])),
        carryover_long=draw(st.sampled_from([D(0), D(10_000)])),
        itemized_deductions=draw(st.sampled_from([None, D(60_000)])),
        state=draw(STATES),
    )


@settings(max_examples=30, deadline=None)
@given(positions(), st.sampled_from(["wages", "interest", "qualified_dividends", "short_term", "long_term"]), st.sampled_from([1, -1]))
def test_between_kinks_the_tax_is_linear(position, field, sign):
    """The kinks that are listed are all there are: halfway between two, the tax is halfway too."""
    if sign < 0 and field not in {"short_term", "long_term"}:
        sign = 1
    found = marginal(position, {field: D(sign)}, most_kinks=6)
    points = [D(0), *(kink.dollars for kink in found.kinks)]

    def total(dollars):
        return tax_due(replace(position, **{field: getattr(position, field) + sign * dollars})).total

    for kink_before, low, high in zip([None, *found.kinks], points, points[1:], strict=False):
        start = total(low) + (kink_before.jump if kink_before else 0)
        rate = kink_before.rate_after if kink_before else found.kinks[0].rate_before
        middle = (low + high) / 2
        assert abs(start + rate * (middle - low) - total(middle)) < D("0.01")


def test_a_step_of_the_exemptions_phase_out_in_2017_is_a_jump():
    """Above 261,500 each 2,500, begun or full, takes 2 % of the 4,050: 81 more are taxed, at 33 %."""
    found = marginal(TaxPosition(2017, "single", wages=D(261_000)), {"wages": D(1000)}, within=D(3_500))
    steps = [kink for kink in found.kinks if kink.jump]
    # At 261,500 and at 264,000, 500 and 3,000 from here.
    assert [(round(kink.dollars, 6), round(kink.jump, 6)) for kink in steps] == [(500, D("26.73")), (3_000, D("26.73"))]
    assert {kink.rule for kink in steps} == {"us/federal/personal_exemption/phaseout_step"}


def test_a_bracket_behind_such_steps_is_where_taxable_income_reaches_it():
    """33 % ends at 416,700: none is left of the exemption and 6,350 are deducted, so at wages of 423,050."""
    found = marginal(TaxPosition(2017, "single", wages=D(380_000)), {"wages": D(1000)}, within=D(60_000), most_kinks=30)
    # 423,050 - 380,000; the exemption was used up after 50 steps, at 261,500 + 49 x 2,500 = 384,000.
    edge = next(kink for kink in found.kinks if "416,700" in kink.what)
    assert [round(x, 6) for x in (edge.dollars, edge.rate_before, edge.rate_after)] == [43_050, D("0.33"), D("0.35")]
    assert round(max(kink.dollars for kink in found.kinks if kink.jump), 6) == 4_000
