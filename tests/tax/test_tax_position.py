from decimal import Decimal

import pytest
from taxlots.problems import TaxlotsError
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
