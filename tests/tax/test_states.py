"""State tax by each state's own schedule; the base is federal taxable income unless state deductions are given."""

from decimal import Decimal

import pytest
from taxlots.problems import TaxlotsError
from taxlots.rulebook import load
from taxlots.tax import TaxPosition, tax_due

D = Decimal


def state_tax(state, year=2025, status="single", **amounts):
    return tax_due(TaxPosition(year, status, state=state, **{k: D(v) for k, v in amounts.items()})).state_tax


def test_california_single_2024():
    # 114,600 - 14,600 = 100,000. 1 % x 10,756 = 107.56; 2 % x 14,743 = 294.86; 4 % x 14,746 = 589.84; 6 % x 15,621 = 937.26;
    # 8 % x 14,740 = 1,179.20; 9.3 % x 29,394 = 2,733.642; together 5,842.362. A gain costs what wages cost.
    assert state_tax("CA", 2024, wages=114_600) == D("5842.362")
    assert state_tax("CA", 2024, wages=94_600, long_term=20_000) == D("5842.362")


def test_california_surtax_above_a_million_whatever_the_status():
    # 100 above 1,000,000 of taxable income on a joint return lie in the 10.3 % bracket (865,574 to 1,442,628 is 11.3 %): 11.3 % + 1 %.
    low, high = (state_tax("CA", 2024, "married_joint", wages=1_029_200 + more) for more in (0, 100))
    assert high - low == D("12.30")


def test_flat_states():
    # 65,750 - 15,750 = 50,000
    assert state_tax("IL", wages=65_750) == D("2475.00")
    assert state_tax("MI", wages=65_750) == D("2125.00")
    assert state_tax("NC", wages=65_750) == D("2125.00")
    assert state_tax("GA", wages=65_750) == D("2595.00")


def test_new_york_rates_fell_in_2026():
    # 2025: 50,000 = 340 + 4.5 % x 3,200 + 5.25 % x 2,200 + 5.5 % x 36,100 = 340 + 144 + 115.50 + 1,985.50
    assert state_tax("NY", 2025, wages=65_750) == D("2585.00")
    # 2026: 331.50 + 4.4 % x 3,200 + 5.15 % x 2,200 + 5.4 % x 36,100 = 331.50 + 140.80 + 113.30 + 1,949.40
    assert state_tax("NY", 2026, wages=66_100) == D("2535.00")


def test_virginia():
    # 60 + 60 + 600 + 5.75 % x 33,000 = 1,897.50
    assert state_tax("VA", wages=65_750) == D("2617.50")


def test_ohio_cliff():
    # Up to 26,050 nothing is due; a dollar more owes 1.38462 % of 26,050 = 360.6935... and 2.75 % of the dollar.
    assert state_tax("OH", 2024, wages=26_050 + 14_600) == 0
    assert state_tax("OH", 2024, wages=26_051 + 14_600) == D("26050") * D("0.0138462") + D("0.0275")


def test_new_jersey_and_pennsylvania_neither_deduct_nor_carry_losses():
    # 65,750 of wages less 15,750, the loss of 3,000 is not deducted: 50,000 x 3.07 %
    assert state_tax("PA", wages=65_750, long_term=-9_000) == D("1535.00")
    # A loss brought in does not lower this year's gain of 4,000: 54,000 x 3.07 %
    assert state_tax("PA", wages=65_750, long_term=4_000, carryover_long=10_000) == D("1657.80")
    # New Jersey single, 50,000: 280 + 262.50 + 175 + 5.525 % x 10,000
    assert state_tax("NJ", wages=65_750, short_term=-2_000) == D("1270.00")


@pytest.mark.parametrize("state", ["AK", "FL", "NV", "NH", "SD", "TN", "TX", "WY"])
@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_states_without_income_tax(state, year):
    assert state_tax(state, year, wages=500_000, long_term=100_000) == 0


def test_state_deductions_replace_the_federal_ones():
    # 65,750 - 5,750 = 60,000 x 4.95 %
    assert state_tax("IL", wages=65_750, state_deductions=5_750) == D("2970.00")


@pytest.mark.parametrize(
    ("state", "year", "said", "hint"),
    [
        ("CO", 2025, "ordinary", "0.044"),
        ("WA", 2025, "special", "state_rate"),
        ("XX", 2025, "no rules for the income tax of XX", "two letters"),
        ("CA", 2023, "2024-01-01 to 2026-12-31", "state_rate"),
    ],
)
def test_what_is_not_covered_asks_for_a_rate(state, year, said, hint):
    position = TaxPosition(year, "single", wages=D(50_000), state=state)
    with pytest.raises(TaxlotsError, match=said) as error:
        tax_due(position)
    assert error.value.problem.code == "RULE_MISSING"
    assert hint in error.value.problem.hint


def test_all_fifty_states_and_the_district_have_a_treatment():
    treatments = {rule.topic: rule for rule in load() if rule.jurisdiction == "us/states" and rule.name == "treatment"}
    assert len(treatments) == 51
    for rule in treatments.values():
        assert load().texts(f"us/states/{rule.topic}/treatment", 2025)[0] in {"none", "ordinary", "preferential", "special"}
