from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxlots.rulebook import STATUSES
from taxlots.tax import TaxPosition, tax_due
from taxlots.tax.liability import compute
from taxlots.tax.schedule import schedule_for


def due(year, status, **amounts):
    return tax_due(TaxPosition(year, status, **{name: Decimal(amount) for name, amount in amounts.items()}))


def test_ordinary_schedule_single_2024():
    # 100,000 - 14,600 = 85,400: 10 % x 11,600 + 12 % x 35,550 + 22 % x 38,250 = 1,160 + 4,266 + 8,415
    result = due(2024, "single", wages=100_000)
    assert (result.agi, result.deduction, result.taxable_income) == (100_000, 14_600, 85_400)
    assert result.regular_tax == result.total == Decimal(13841)


def test_ordinary_schedule_joint_2018():
    # 200,000 - 24,000 = 176,000: 1,905 + 12 % x 58,350 + 22 % x 87,600 + 24 % x 11,000 = 1,905 + 7,002 + 19,272 + 2,640
    assert due(2018, "married_joint", wages=200_000).regular_tax == Decimal(30819)


def test_top_bracket_separate_2023_starts_at_346875():
    # 500,000 - 13,850 = 486,150: 1,100 + 4,047 + 11,143 + 20,814 + 15,728 up to 231,250;
    # 35 % x 115,625 = 40,468.75; 37 % x (486,150 - 346,875) = 51,531.75
    assert due(2023, "married_separate", wages=500_000).regular_tax == Decimal("144832.50")


def test_top_bracket_single_2022_starts_at_539900():
    # 10 % x 10,275 + 12 % x 31,500 + 22 % x 47,300 + 24 % x 80,975 + 32 % x 45,900 + 35 % x 323,950
    # = 1,027.50 + 3,780 + 10,406 + 19,434 + 14,688 + 113,382.50 = 162,718; each dollar above is taxed at 37 %
    assert due(2022, "single", wages=539_900 + 12_950).regular_tax == Decimal(162718)
    assert due(2022, "single", wages=540_000 + 12_950).regular_tax == Decimal(162718 + 37)


def test_zero_percent_edge_head_of_household_2021():
    # 80,000 - 18,800 = 61,200, of which 41,200 ordinary: 1,420 + 12 % x 27,000 = 4,660.
    # Gain: 54,100 - 41,200 = 12,900 at 0 %, 7,100 at 15 % = 1,065
    assert due(2021, "head_of_household", wages=60_000, long_term=20_000).regular_tax == Decimal(5725)


def test_qualified_dividends_at_zero_surviving_spouse_2025():
    # 110,000 - 31,500 = 78,500 < 96,700: only 48,500 taxed: 2,385 + 12 % x 24,650 = 5,343
    assert due(2025, "surviving_spouse", wages=80_000, qualified_dividends=30_000).regular_tax == Decimal(5343)


def test_twenty_percent_edge_and_alternative_minimum_tax_single_2026():
    # 616,100 - 16,100 = 600,000, 100,000 ordinary: 1,240 + 4,560 + 22 % x 49,600 = 16,712.
    # Gain: 545,500 - 100,000 = 445,500 at 15 % = 66,825; 54,500 at 20 % = 10,900; together 94,437.
    result = due(2026, "single", wages=116_100, long_term=500_000)
    assert result.regular_tax == Decimal(94437)
    # Exemption 90,100 - 50 % x (616,100 - 500,000) = 32,050; excess 584,050, 84,050 of it at 26 % = 21,853;
    # with the gain's 77,725 this is 99,578, which is 5,141 above the regular tax.
    assert result.amt == Decimal(5141)
    # Income above 200,000 is 416,100, less than the gain: x 3.8 %
    assert result.niit == Decimal("15811.80")
    assert result.total == Decimal(94437) + 5141 + Decimal("15811.80")


def test_separate_filers_extra_amount_for_the_minimum_tax_2025():
    # 1,015,750 - 15,750 = 1,000,000, all gain: 251,650 x 15 % + 700,000 x 20 % = 177,747.50.
    # Exemption gone at 626,350 + 68,500 / 25 % = 900,350; added back 25 % x 115,400 = 28,850;
    # 1,044,600 = 1,015,750 gain (Part III takes all of it) + 28,850 at 26 % = 7,501.
    # Gain: 251,650 x 15 % + 715,750 x 20 % = 180,897.50; together 188,398.50, which is 10,651 above the regular tax.
    result = due(2025, "married_separate", long_term=1_015_750)
    assert result.regular_tax == Decimal("177747.50")
    assert result.amt == Decimal(10651)


def test_net_investment_income_is_the_lesser_arm():
    # Income above 200,000 is 110,000; investment income 10,000 x 3.8 % = 380
    assert due(2025, "single", wages=300_000, interest=10_000).niit == Decimal(380)
    # The allowed loss of 3,000 lowers both: 7,000 x 3.8 % = 266
    assert due(2025, "single", wages=300_000, interest=10_000, short_term=-8_000).niit == Decimal(266)
    # A loss without investment income is no negative tax.
    assert due(2025, "single", wages=300_000, short_term=-8_000).niit == 0
    # Wages and other income are no investment income.
    assert due(2025, "single", wages=300_000, other_income=50_000).niit == 0


@pytest.mark.parametrize(
    ("status", "threshold"),
    [
        ("single", 200_000),
        ("married_joint", 250_000),
        ("married_separate", 125_000),
        ("head_of_household", 200_000),
        ("surviving_spouse", 250_000),
    ],
)
def test_net_investment_income_threshold(status, threshold):
    # 1,000 above the threshold x 3.8 %
    assert due(2025, status, wages=threshold, ordinary_dividends=1_000).niit == Decimal(38)
    assert due(2025, status, wages=threshold - 1_000, ordinary_dividends=1_000).niit == 0


def test_sliver_between_the_zero_percent_edge_and_the_twelve_percent_bracket():
    # Single 2026: the 0 % rate ends at 49,450, the 12 % bracket at 50,400.
    # Ordinary 50,000: 1,240 + 12 % x 37,600 = 5,752.
    # 1,000 of gain at 15 % = 150; the ordinary schedule would give 1,240 + 4,560 + 22 % x 600 = 5,932.
    assert due(2026, "single", wages=66_100, long_term=1_000).regular_tax == Decimal(5902)
    # 300 of gain lie wholly in the 12 % bracket: 12 % x 300 = 36 is less than 15 % = 45, and the lesser tax counts.
    assert due(2026, "single", wages=66_100, long_term=300).regular_tax == Decimal(5788)


def test_collectibles_above_the_24_percent_bracket_are_taxed_at_28():
    # Single 2025: 250,000 = 200,000 ordinary + 50,000 collectibles.
    # 40,199 up to 197,300, 32 % x 2,700 = 864, 28 % x 50,000 = 14,000 (32 % would be 16,000)
    assert due(2025, "single", wages=215_750, long_term=50_000, collectibles=50_000).regular_tax == Decimal(55063)


def test_collectibles_fill_the_ordinary_brackets_up_to_24_percent():
    # Single 2025: 100,000 ordinary + 120,000 collectibles: 40,199 up to 197,300, then 28 % x 22,700 = 6,356
    assert due(2025, "single", wages=115_750, long_term=120_000, collectibles=120_000).regular_tax == Decimal(46555)


def test_collectibles_beside_other_gain():
    # Single 2025: 300,000 = 100,000 ordinary + 120,000 collectibles + 80,000 other gain.
    # Ordinary rates to 197,300: 40,199; 15 % x 80,000 = 12,000; the other 22,700 at 28 % = 6,356
    assert due(2025, "single", wages=115_750, long_term=200_000, collectibles=120_000).regular_tax == Decimal(58555)


def test_itemized_deductions_replace_the_standard_deduction():
    # 100,000 - 20,000 = 80,000: 1,160 + 4,266 + 22 % x 32,850 = 7,227
    result = due(2024, "single", wages=100_000, itemized_deductions=20_000)
    assert (result.deduction, result.regular_tax) == (20_000, Decimal(12653))


def test_nothing_is_owed_on_nothing():
    result = due(2025, "single", other_income=-5_000)
    assert (result.agi, result.taxable_income, result.total) == (-5_000, 0, 0)


AMOUNT = st.decimals(0, 1_500_000, places=2)
GAIN = st.decimals(-300_000, 1_500_000, places=2)


@st.composite
def positions(draw):
    long_term = draw(GAIN)
    return {
        "year": draw(st.integers(2018, 2026)),
        "filing_status": draw(st.sampled_from(STATUSES)),
        "wages": draw(AMOUNT),
        "interest": draw(AMOUNT),
        "qualified_dividends": draw(AMOUNT),
        "short_term": draw(GAIN),
        "long_term": long_term,
        "collectibles": max(Decimal(0), long_term) * draw(st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1)])),
        "carryover_long": draw(st.sampled_from([Decimal(0), Decimal(10_000)])),
    }


@given(positions(), st.sampled_from(["wages", "other_income", "interest", "ordinary_dividends"]), AMOUNT)
def test_tax_never_falls_when_ordinary_income_rises(position, field, more):
    before = tax_due(TaxPosition(**position))
    after = tax_due(TaxPosition(**(position | {field: position.get(field, Decimal(0)) + more})))
    assert after.regular_tax >= before.regular_tax
    assert after.total >= before.total


@given(positions(), st.sampled_from(["short_term", "long_term"]), AMOUNT)
def test_tax_never_rises_with_a_harvested_loss(position, field, loss):
    before = tax_due(TaxPosition(**position))
    after = tax_due(TaxPosition(**(position | {field: position[field] - loss})))
    assert after.total <= before.total


@given(positions(), st.sampled_from(["wages", "short_term", "long_term"]))
def test_tax_is_continuous(position, field):
    """A cent more costs less than a cent: federal law since 2018 has no cliff (the exemption of 2017 had steps)."""
    before = tax_due(TaxPosition(**position))
    after = tax_due(TaxPosition(**(position | {field: position[field] + Decimal("0.01")})))
    assert abs(after.total - before.total) < Decimal("0.01")


@given(positions(), AMOUNT)
def test_tax_never_falls_when_a_gain_rises(position, more):
    before = tax_due(TaxPosition(**position))
    assert tax_due(TaxPosition(**(position | {"long_term": position["long_term"] + more}))).total >= before.total
    assert tax_due(TaxPosition(**(position | {"short_term": position["short_term"] + more}))).total >= before.total


@given(positions())
def test_total_is_the_sum_of_its_parts_and_gains_never_cost_more_than_wages(position):
    result = tax_due(TaxPosition(**position))
    assert result.total == result.regular_tax + result.amt + result.niit + result.state_tax
    assert min(result.regular_tax, result.amt, result.niit) >= 0
    as_wages = tax_due(TaxPosition(position["year"], position["filing_status"], wages=max(Decimal(0), result.agi)))
    assert result.regular_tax <= as_wages.regular_tax


# Single, head of household and separate returns; joint ones and surviving spouses. Schedule D Tax Worksheet (2025), lines 15, 19 and 26.
LINE_15 = dict(zip(STATUSES, (48_350, 96_700, 48_350, 64_750, 96_700), strict=True))
LINE_19 = dict(zip(STATUSES, (197_300, 394_600, 197_300, 197_300, 394_600), strict=True))
LINE_26 = dict(zip(STATUSES, (533_400, 600_050, 300_000, 566_700, 600_050), strict=True))


def worksheet_2025(status, taxable_income, dividends, gain, line_18):
    """Schedule D Tax Worksheet of 2025 from line to line, without unrecaptured section 1250 gain and Form 4952."""
    l1, l6, l9 = taxable_income, dividends, gain
    l10 = l6 + l9
    l13 = l10 - min(l9, line_18)
    l14 = max(Decimal(0), l1 - l13)
    l16 = min(l1, LINE_15[status])
    l17 = min(l14, l16)
    l18 = max(Decimal(0), l1 - l10)
    l20 = min(l14, l1, LINE_19[status])
    l21 = max(l18, l20)
    l22 = l16 - l17
    taxes = Decimal(0)
    if l1 != l16:
        l23 = min(l1, l13)
        l25 = max(Decimal(0), l23 - l22)
        l30 = min(l25, max(Decimal(0), min(l1, LINE_26[status]) - (l21 + l22)))
        l33 = l23 - (l22 + l30)
        l42 = max(Decimal(0), l1 - (l21 + l22 + l30 + l33))
        taxes = l30 * Decimal("0.15") + l33 * Decimal("0.20") + l42 * Decimal("0.28")
    schedule = schedule_for(2025, status).ordinary
    return min(taxes + schedule.tax(l21), schedule.tax(l1))


@given(st.sampled_from(STATUSES), AMOUNT, st.sampled_from([Decimal(0), Decimal(40_000)]), AMOUNT, AMOUNT)
def test_the_28_percent_group_by_the_lines_of_the_worksheet(status, wages, dividends, collectibles, other):
    """Line 19 is the top of the 24 % bracket: the worksheet that the IRS corrected in May 2019 stopped at the 0 % rate's end."""
    found = due(2025, status, wages=wages, qualified_dividends=dividends, long_term=collectibles + other, collectibles=collectibles)
    assert found.regular_tax == worksheet_2025(status, found.taxable_income, dividends, collectibles + other, collectibles)


@pytest.mark.parametrize(
    ("wages", "amount"),
    [
        # Form 6251 (2024), line 4 of a separate return: nothing up to 875,950, 25 % of what is above, 66,650 from 1,142,550 on.
        (875_950, 0),
        (975_950, 25_000),
        (1_142_550, 66_650),
        (3_000_000, 66_650),
    ],
)
def test_line_4_of_a_separate_return_2024(wages, amount):
    position = TaxPosition(2024, "married_separate", wages=Decimal(wages))
    assert compute(position).federal.minimum.income == wages + amount
