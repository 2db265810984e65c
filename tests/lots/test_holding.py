from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxlots.lots.holding import is_long, long_term_days, long_term_on

EPOCH = date(1970, 1, 1)


@pytest.mark.parametrize(
    ("bought", "first_long_day"),
    [
        (date(2024, 1, 15), date(2025, 1, 16)),
        (date(2023, 2, 28), date(2024, 3, 1)),  # counted from 1 March
        (date(2024, 2, 28), date(2025, 3, 1)),  # counted from 29 February, which 2025 lacks
        (date(2024, 2, 29), date(2025, 3, 1)),
        (date(2023, 2, 27), date(2024, 2, 28)),
        (date(2024, 12, 31), date(2026, 1, 1)),
    ],
)
def test_first_long_term_day(bought, first_long_day):
    assert long_term_on(bought) == first_long_day
    assert is_long(bought, first_long_day)
    assert not is_long(bought, first_long_day - timedelta(days=1))


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_the_anniversary_itself_is_always_short_term(bought):
    days = (long_term_on(bought) - bought).days
    assert days in {366, 367}
    assert long_term_on(bought + timedelta(days=1)) >= long_term_on(bought)


def test_a_column_of_days_is_the_days_one_by_one():
    """From 1990 to 2079, so with 29 February of leap years, of 2000 and of the years after them."""
    days = np.arange((date(1990, 1, 1) - EPOCH).days, (date(2080, 1, 1) - EPOCH).days)
    assert long_term_days(days).tolist() == [(long_term_on(EPOCH + timedelta(days=day)) - EPOCH).days for day in days.tolist()]
