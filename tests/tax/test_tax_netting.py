from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxlots.tax import TaxPosition, tax_due
from taxlots.tax.netting import net

# status, wages, short, long, carried in (short, long) -> deductible, carried out (short, long); tax year 2024
WORKSHEETS = [
    # Net loss 8,000, 3,000 deducted: all 2,000 short first, then 1,000 of the long 6,000.
    ("single", 100_000, -2_000, -6_000, 0, 0, 3_000, 0, 5_000),
    # 1,500 on a separate return: 4,000 - 1,500.
    ("married_separate", 100_000, -4_000, 0, 0, 0, 1_500, 2_500, 0),
    # A long-term carryover stays long-term: 10,000 - gain 1,000 - 3,000.
    ("married_joint", 100_000, 1_000, 0, 0, 10_000, 3_000, 0, 6_000),
    # A short-term carryover against a long gain: 9,000 - 2,000 - 3,000.
    ("head_of_household", 100_000, 0, 2_000, 9_000, 0, 3_000, 4_000, 0),
    # Loss 2,000 below the limit: nothing is carried.
    ("surviving_spouse", 100_000, -2_000, 0, 0, 0, 2_000, 0, 0),
    # 10,000 - 3,000 - 14,600 = -7,600: the deduction saved nothing, so all 9,000 are carried.
    ("single", 10_000, 0, -9_000, 0, 0, 3_000, 0, 9_000),
    # 16,000 - 3,000 - 14,600 = -1,600: 1,400 of the 3,000 were of use; 9,000 - 1,400.
    ("single", 16_000, 0, -9_000, 0, 0, 3_000, 0, 7_600),
    # The same with both terms: 1,400 come out of the short-term 5,000.
    ("single", 16_000, -5_000, -4_000, 0, 0, 3_000, 3_600, 4_000),
    # 16,600 - 3,000 - 14,600 = -1,000: 2,000 of the 3,000 were of use, out of the short-term 8,000.
    ("single", 16_600, -8_000, -2_000, 0, 0, 3_000, 6_000, 2_000),
    # 17,600 - 3,000 - 14,600 = 0: all 3,000 were of use.
    ("single", 17_600, -5_000, -5_000, 0, 0, 3_000, 2_000, 5_000),
    # A long gain of 4,000 takes 4,000 of the short 9,000 before the 3,000 do.
    ("single", 100_000, -9_000, 4_000, 0, 0, 3_000, 2_000, 0),
    # The short gain of 4,000 takes as much of the long 9,000: 5,000 - 3,000.
    ("single", 100_000, 4_000, -9_000, 0, 0, 3_000, 0, 2_000),
    # 2,000 short and 1,000 long make up the 3,000: 9,000 - 1,000.
    ("single", 100_000, -2_000, -9_000, 0, 0, 3_000, 0, 8_000),
    # 10,000 - 3,000 with nothing long.
    ("single", 100_000, -10_000, 0, 0, 0, 3_000, 7_000, 0),
    # 500 and 400 are below the limit.
    ("single", 100_000, -500, -400, 0, 0, 900, 0, 0),
    # Carryovers are used up by gains: 8,000 - 5,000 and 4,000 - 4,000, no loss left.
    ("single", 100_000, 8_000, 4_000, 5_000, 4_000, 0, 0, 0),
]


@pytest.mark.parametrize("row", WORKSHEETS)
def test_carryover_worksheet(row):
    status, *numbers = row
    wages, short, long, in_short, in_long, deductible, out_short, out_long = map(Decimal, numbers)
    position = TaxPosition(2024, status, wages=wages, short_term=short, long_term=long, carryover_short=in_short, carryover_long=in_long)
    due = tax_due(position)
    assert (due.deductible_loss, due.carryover_short, due.carryover_long) == (deductible, out_short, out_long)


@pytest.mark.parametrize(
    ("short", "long", "collectibles", "carried_long", "line_18"),
    [
        (0, 50_000, 20_000, 0, 20_000),
        (-5_000, 50_000, 20_000, 0, 15_000),  # a short-term net loss goes to the 28 % group first
        (5_000, 50_000, 20_000, 0, 20_000),  # a short-term gain does not raise it
        (0, 50_000, 20_000, 8_000, 12_000),  # so does the long-term carryover
        (-15_000, 50_000, 20_000, 8_000, 0),
        (0, 10_000, -2_000, 0, 0),
    ],
)
def test_28_percent_group(short, long, collectibles, carried_long, line_18):
    position = TaxPosition(
        2025,
        "single",
        short_term=Decimal(short),
        long_term=Decimal(long),
        collectibles=Decimal(collectibles),
        carryover_long=Decimal(carried_long),
    )
    assert net(position, Decimal(3000)).collectibles == line_18


GAINS = st.decimals(-200_000, 200_000, places=2)
LOSSES = st.decimals(0, 200_000, places=2)


@given(GAINS, GAINS, LOSSES, LOSSES, LOSSES, st.sampled_from(["single", "married_separate"]))
def test_every_dollar_of_loss_is_deducted_carried_or_netted(short, long, in_short, in_long, wages, status):
    due = tax_due(
        TaxPosition(
            2025,
            status,
            wages=wages,
            short_term=short,
            long_term=long,
            carryover_short=in_short,
            carryover_long=in_long,
        )
    )
    line_7, line_15 = short - in_short, long - in_long
    losses = max(Decimal(0), -line_7) + max(Decimal(0), -line_15)
    netted = min(losses, max(Decimal(0), line_7) + max(Decimal(0), line_15))
    deducted = max(Decimal(0), min(due.deductible_loss, due.agi - due.deduction + due.deductible_loss))
    assert losses == deducted + netted + due.carryover_short + due.carryover_long
    assert due.carryover_short <= max(Decimal(0), -line_7)
    assert due.carryover_long <= max(Decimal(0), -line_15)


@given(GAINS, GAINS, LOSSES)
def test_a_carryover_brought_in_equals_a_loss_of_the_year(short, long, carried):
    brought_in = tax_due(TaxPosition(2025, "single", short_term=short, long_term=long, carryover_short=carried))
    this_year = tax_due(TaxPosition(2025, "single", short_term=short - carried, long_term=long))
    assert brought_in == this_year
