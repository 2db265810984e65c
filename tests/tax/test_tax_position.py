from decimal import Decimal

import pytest
from taxlots.problems import TaxlotsError
from taxlots.rulebook import STATUSES
from taxlots.tax import TaxPosition, tax_due


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"filing_status": "mfj"}, "mfj"),
        ({"year": "2025"}, "2025"),
        ({"wages": 90000}, "wages"),
        ({"wages": 90000.0}, "wages"),
        ({"long_term": Decimal("NaN")}, "long_term"),
        ({"short_term": Decimal("Infinity")}, "short_term"),
        ({"short_term": None}, "short_term"),
        ({"carryover_short": Decimal(-1)}, "carryover_short"),
        ({"carryover_long": Decimal(-1)}, "carryover_long"),
        ({"qualified_dividends": Decimal(-1)}, "qualified_dividends"),
        ({"itemized_deductions": Decimal(-1)}, "itemized_deductions"),
        ({"state_rate": "0.05"}, "state_rate"),
        ({"state": 5}, "state"),
        ({"year": True}, "year"),
        ({"filing_status": []}, "filing status"),
        ({"wages": Decimal("1e18")}, "18 digits"),
        ({"long_term": Decimal("-1e400")}, "18 digits"),
    ],
)
def test_what_can_not_be_a_position_is_refused_by_name(fields, named):
    with pytest.raises(TaxlotsError, match=named) as error:
        TaxPosition(**({"year": 2025, "filing_status": "single"} | fields))
    assert error.value.problem.code == "USAGE"


@pytest.mark.parametrize("year", [2016, 2027, 0, -5, 99999])
def test_a_year_without_rules_is_an_error_that_names_the_years(year):
    with pytest.raises(TaxlotsError, match=r"2017-01-01 to 2026-12-31") as error:
        tax_due(TaxPosition(year, "single"))
    assert error.value.problem.code == "RULE_MISSING"


def test_state_rate_is_flat_on_federal_taxable_income():
    # 65,750 - 15,750 = 50,000; x 5 % = 2,500
    due = tax_due(TaxPosition(2025, "single", wages=Decimal(65750), state="CO", state_rate=Decimal("0.05")))
    assert due.state_tax == Decimal(2500)
    assert due.total == due.regular_tax + 2500


@pytest.mark.parametrize("year", range(2017, 2027))
@pytest.mark.parametrize("status", STATUSES)
def test_the_largest_amounts_of_every_year_and_status_are_exact(year, status):
    """Above every threshold one more dollar of wages costs the top rate, and the investment income is all taxed."""
    low, high = (
        tax_due(TaxPosition(year, status, wages=Decimal(10) ** 17 + more, long_term=Decimal(-(10**17)), interest=Decimal(0)))
        for more in (0, 1)
    )
    assert high.regular_tax - low.regular_tax == Decimal("0.396" if year == 2017 else "0.37")
    limit = 1_500 if status == "married_separate" else 3_000
    assert (low.deductible_loss, low.carryover_short, low.carryover_long) == (limit, 0, 10**17 - limit)
