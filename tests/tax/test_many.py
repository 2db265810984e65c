"""The vectorised tax agrees with the exact one, row by row."""

from dataclasses import asdict, fields
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taxlots import exact
from taxlots.problems import TaxlotsError
from taxlots.rulebook import STATUSES
from taxlots.tax import TaxDue, TaxPosition, tax_due, tax_due_many

D = Decimal
NAMES = [f.name for f in fields(TaxDue)]
AMOUNT = st.decimals(0, 3_000_000, places=6)
GAIN = st.decimals(-900_000, 3_000_000, places=18)
WITH_SCHEDULE = ("CA", "GA", "IL", "MI", "NC", "NJ", "NY", "OH", "PA", "VA", "TX")
MAYBE = st.none() | st.decimals(0, 80_000, places=2)


@st.composite
def positions(draw):
    year = draw(st.integers(2017, 2026))
    long_term = draw(GAIN)
    return TaxPosition(
        year,
        draw(st.sampled_from(STATUSES)),
        wages=draw(AMOUNT),
        other_income=draw(st.decimals(-50_000, 50_000, places=2)),
        interest=draw(AMOUNT),
        qualified_dividends=draw(AMOUNT),
        short_term=draw(GAIN),
        long_term=long_term,
        collectibles=draw(st.sampled_from([D(0), long_term])),
        carryover_short=draw(st.sampled_from([D(0), D("12345.67")])),
        carryover_long=draw(st.sampled_from([D(0), D("54321.09")])),
        itemized_deductions=draw(MAYBE),
        state=draw(st.sampled_from([None, *WITH_SCHEDULE])) if year >= 2024 else None,
        state_rate=draw(st.sampled_from([None, None, D("0.0512"), D("0.0123456789")])),
        state_deductions=draw(MAYBE),
        investment_income=draw(st.sampled_from([D(0), D(777)])),
    )


def frame(listed):
    columns = pd.DataFrame([asdict(position) for position in listed])
    amounts = [name for name in columns if name not in {"year", "filing_status", "state"}]
    return columns.assign(**{name: pd.array(list(columns[name].astype(object)), dtype=exact.DTYPE) for name in amounts})


@settings(max_examples=60, deadline=None)
@given(st.lists(positions(), min_size=1, max_size=12))
def test_agrees_with_tax_due(listed):
    found = tax_due_many(frame(listed))
    for number, position in enumerate(listed):
        due = tax_due(position)
        for name in NAMES:
            assert abs(found[name].iloc[number] - getattr(due, name)) < D("0.000001"), name


def test_columns_that_are_left_out_have_the_default_and_the_index_is_kept():
    given_frame = pd.DataFrame(
        {"year": [2025, 2024], "filing_status": ["single", "single"], "wages": [D(100_000), D(100_000)]}, index=["b", "a"]
    )
    found = tax_due_many(given_frame)
    assert list(found.index) == ["b", "a"]
    # 2024: see the ordinary schedule in test_tax_liability; 2025: 84,250 = 1,192.50 + 4,386 + 22 % x 35,775
    assert list(found["total"]) == [D("13449"), D("13841")]
    assert found["total"].dtype == exact.DTYPE


def test_whole_numbers_and_no_rows():
    found = tax_due_many(pd.DataFrame({"year": [2024], "filing_status": ["single"], "wages": [100_000]}))
    assert found["total"].iloc[0] == 13_841
    assert len(tax_due_many(found.head(0).assign(year=[], filing_status=[])[["year", "filing_status"]])) == 0


def test_what_the_units_can_not_hold_is_computed_exactly():
    position = TaxPosition(2025, "single", wages=D("123456789012.345"), long_term=D("0.000000000000000001"))
    # The frame keeps 18 decimals, the tax itself more.
    assert abs(tax_due_many(frame([position]))["total"].iloc[0] - tax_due(position).total) < D("1e-18")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"wages": [D(-1)]}, "negative"),
        ({"salary": [D(1)]}, "salary"),
        ({"wages": [1.5]}, "wages"),
        ({"wages": ["x"]}, "wages"),
        ({"wages": [None]}, "missing"),
        ({"filing_status": ["mfj"]}, "mfj"),
        ({"year": [2030]}, "2030"),
        ({"state": ["CO"]}, "CO"),
        ({"state": [5]}, "the state 5"),
        ({"year": [None]}, "the year None"),
        ({"year": [True]}, "the year True"),
        ({"year": ["2025"]}, "the year '2025'"),
        ({"filing_status": [None]}, "the filing_status None"),
        ({"filing_status": [["single"]]}, "filing_status can't be read"),
    ],
)
def test_what_can_not_be_a_position_is_refused(columns, said):
    with pytest.raises(TaxlotsError, match=said):
        tax_due_many(pd.DataFrame({"year": [2025], "filing_status": ["single"]} | columns))


def test_a_frame_needs_year_and_status():
    with pytest.raises(TaxlotsError, match="filing_status, year"):
        tax_due_many(pd.DataFrame({"wages": [D(1)]}))
