"""The lines add up to the tax, name rules that exist, and whole dollars follow the Tax Table."""

from datetime import date
from decimal import Decimal

import pytest
from taxlots.rulebook import load
from taxlots.tax import TaxPosition, tax_due
from taxlots.tax.estimated import Paid, safe_harbour
from taxlots.tax.liability import compute
from taxlots.tax.lines import rules_behind, tax_lines

D = Decimal


def position(**amounts):
    given = {name: D(value) if not isinstance(value, str) else value for name, value in amounts.items()}
    year, status = int(given.pop("year", 2025)), given.pop("status", "single")
    return TaxPosition(year, status, **given)


def amounts(computed):
    return {(line.form, line.number, line.what): line.amount for line in tax_lines(computed)}


def test_the_lines_of_a_return_with_gains():
    # Single 2025: 60,000 + 1,000 + (20,000 - 4,000 carryover) = 77,000; - 15,750 = 61,250, of which 16,000 at preferential rates.
    found = amounts(compute(position(wages=60_000, interest=1_000, long_term=20_000, carryover_short=4_000)))
    assert found["Schedule D", "6", "short-term loss carryover"] == -4_000
    assert found["Schedule D", "16", "net gain or loss"] == 16_000
    assert found["Form 1040", "11a", "adjusted gross income"] == 77_000
    assert found["Form 1040", "15", "taxable income"] == 61_250
    sheet = "Qualified Dividends and Capital Gain Tax Worksheet"
    # 45,250: 1,192.50 + 12 % x 33,325; 0 % up to 48,350: 3,100; 15 % on 12,900
    assert found[sheet, "", "tax at ordinary rates on 45,250.00"] == D("5191.50")
    assert found[sheet, "", "tax at 0 % on 3,100.00"] == 0
    assert found[sheet, "", "tax at 15 % on 12,900.00"] == 1_935
    assert found["Form 1040", "16", "regular tax"] == D("7126.50")
    assert found["Form 8960", "17", "net investment income tax"] == 0


def test_the_lines_of_every_kind():
    filer = position(wages=300_000, long_term=90_000, collectibles=40_000, other_income=500, state="CA", itemized_deductions=20_000)
    found = amounts(compute(filer))
    assert found["Schedule D", "18", "gain of the 28 % group"] == 40_000
    assert any(form == "Schedule D Tax Worksheet" and what.startswith("tax at 28 %") for form, _, what in found)
    assert found["State CA", "", "state tax"] == tax_due(filer).state_tax
    assert found["", "", "total: federal and state tax before credits"] == tax_due(filer).total


@pytest.mark.parametrize(("year", "line"), [(2017, "37"), (2018, "7"), (2019, "8b"), (2023, "11"), (2025, "11a")])
def test_line_numbers_follow_the_year_s_form(year, line):
    assert ("Form 1040", line, "adjusted gross income") in amounts(compute(position(year=year, wages=50_000)))


def test_form_6251_has_the_numbers_of_its_year_and_names_what_a_separate_return_adds():
    """Renumbered for 2018. Separate, 2017: 450,000 exceed 249,450 by 200,550, of which 25 % would be 50,137.50: at most 42,250."""
    old = tax_lines(compute(position(year=2017, status="married_separate", long_term=450_000)))
    listed = [(line.number, line.what, line.amount) for line in old if line.form == "Form 6251"]
    assert [number for number, _, _ in listed] == ["28", "29", "30", "33", "35"]
    assert listed[0][1:] == ("alternative minimum taxable income, 42,250.00 of it added because the return is a separate one", 492_250)
    new = [line for line in tax_lines(compute(position(year=2018, wages=50_000))) if line.form == "Form 6251"]
    assert [line.number for line in new] == ["4", "5", "6", "9", "11"]
    assert (new[0].what, new[0].rule) == ("alternative minimum taxable income", "")


@pytest.mark.parametrize(
    ("as_filed", "wages", "form"),
    [
        (False, 50_000, "Tax Rate Schedule"),
        (True, 50_000, "Tax Table"),
        (True, 200_000, "Tax Computation Worksheet"),
    ],
)
def test_lines_say_what_the_tax_at_ordinary_rates_is_taken_from(as_filed, wages, form):
    lines = tax_lines(compute(position(wages=wages), as_filed=as_filed))
    assert [line.form for line in lines if line.what.startswith("tax at ordinary rates")] == [form]


def test_lines_of_whole_dollars_add_up_to_the_tax():
    """15 % of 12,903 is 1,935.45: the worksheet of a return in whole dollars has 1,935, and the Tax Table beside it."""
    computed = compute(position(wages=61_003, long_term=16_000), as_filed=True)
    found = [line for line in tax_lines(computed) if line.form.startswith("Qualified")]
    assert found[0].what == "tax at ordinary rates on 45,253.00 (Tax Table)"
    assert sum(line.amount for line in found[:-1]) == computed.due.regular_tax
    assert all(line.amount == int(line.amount) for line in found)


@pytest.mark.parametrize(
    ("state", "rule", "base"),
    [
        ("TX", "us/states/tx/treatment", "base, by assumption federal taxable income"),
        ("NJ", "us/states/nj/rates", "base, by assumption federal taxable income, with the year's own net gain"),
    ],
)
def test_lines_of_a_state_name_its_rule_and_base(state, rule, base):
    lines = [line for line in tax_lines(compute(position(wages=50_000, state=state))) if line.form == f"State {state}"]
    assert (lines[0].what, lines[1].rule) == (base, rule)
    assert rule in load().rules


def test_rules_behind_the_lines_exist():
    lines = tax_lines(compute(position(wages=300_000, long_term=90_000, collectibles=40_000, state="NJ")))
    listed = rules_behind(lines, load(), 2025)
    assert {path for path, *_ in listed} == {line.rule for line in lines if line.rule}
    assert all(value and citation for _, value, citation, _ in listed)


def test_personal_exemption_of_2017_and_its_steps():
    # 60,000 - 6,350 - 4,050 = 49,600: 932.50 + 15 % x 28,625 + 25 % x 11,650 = 932.50 + 4,293.75 + 2,912.50
    assert tax_due(position(year=2017, wages=60_000)).regular_tax == D("8138.75")
    # A joint return with 313,801: one step begun, 2 % of 8,100 = 162 less; a dollar below, nothing is lost.
    before, after = (tax_due(position(year=2017, status="married_joint", wages=wages)) for wages in (313_800, 313_801))
    assert after.taxable_income - before.taxable_income == 163
    # 2017: 0 % on gain ended with the 15 % bracket, at 37,950: 30,000 of wages leave 19,600; 18,350 free, 1,650 at 15 %.
    found = tax_due(position(year=2017, wages=30_000, long_term=20_000))
    # 19,600: 932.50 + 15 % x 10,275 = 2,473.75; + 247.50
    assert found.regular_tax == D("2721.25")


def test_tax_table_and_whole_dollars():
    # 40,130.49 rounds to 40,130; less 15,750 = 24,380, in the line 24,350 to 24,400: the tax on 24,375 is
    # 1,192.50 + 12 % x 12,450 = 2,686.50, rounded up to 2,687.
    found = tax_due(TaxPosition(2025, "single", wages=D("40130.49")), as_filed=True)
    assert (found.agi, found.regular_tax) == (40_130, 2_687)
    # 115,750.50 rounds up to 115,751: 100,001 is above the table: 5,578.50 + 22 % x 51,526 = 16,914.22
    assert tax_due(TaxPosition(2025, "single", wages=D("115750.50")), as_filed=True).regular_tax == 16_914
    # Lowest lines of the table: below 5 dollars nothing, 5 to 15 dollars 1, 15 to 25 dollars 2, 25 to 50 dollars 4.
    low = [tax_due(TaxPosition(2025, "single", wages=D(15_750 + more)), as_filed=True).regular_tax for more in (4, 5, 14, 15, 25, 49, 50)]
    assert low == [0, 1, 1, 2, 4, 4, 6]


def test_safe_harbour_of_a_planned_gain():
    # Single 2025, 90,000 of wages: 74,250 taxable: 5,578.50 + 22 % x 25,775 = 11,249. A planned long gain of 40,000 costs 6,000.
    filer = position(wages=90_000, long_term=40_000)
    due = tax_due(filer)
    assert due.total == 17_249
    found = safe_harbour(filer, due, Paid(withheld=D(11_000), prior_tax=D(11_500), prior_agi=D(88_000)))
    # 90 % of 17,249 = 15,524.10; 100 % of last year's 11,500 is less: 500 are missing.
    assert (found.by_current_year, found.by_prior_year, found.required, found.missing) == (D("15524.10"), 11_500, 11_500, 500)
    assert found.owed == 6_249
    assert found.instalments == (date(2025, 4, 15), date(2025, 6, 15), date(2025, 9, 15), date(2026, 1, 15))


def test_safe_harbour_after_a_year_of_high_income_and_for_small_amounts():
    filer = position(status="married_separate", wages=90_000)
    due = tax_due(filer)
    # More than 75,000 on a separate return: 110 % of 10,000
    assert safe_harbour(filer, due, Paid(prior_tax=D(10_000), prior_agi=D(75_001))).by_prior_year == 11_000
    assert safe_harbour(filer, due, Paid(prior_tax=D(10_000), prior_agi=D(75_000))).by_prior_year == 10_000
    # 11,249 - 10,250 = 999 after withholding: nothing is required.
    assert safe_harbour(filer, due, Paid(withheld=D(10_250))).required == 0
    assert safe_harbour(filer, due, Paid(withheld=D(10_249))).required == D("10124.10")
