"""Columns as JSON holds them are what the values one by one would be."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxlots import exact, frames
from taxlots.reports import documents, texts

ZONES = [UTC, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), timezone(timedelta(hours=5, minutes=45))]
NUMBERS = st.none() | st.integers(-(10**36) + 1, 10**36 - 1).map(exact.to_decimal) | st.sampled_from([Decimal(0), Decimal("0.0000001")])
TIMES = st.none() | st.integers(0, 4 * 10**15).map(lambda us: datetime(1971, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))
DAYS = st.none() | st.dates(date(1900, 1, 1), date(2200, 1, 1))


def column_of(values: list[object], kind: pa.DataType) -> pd.DataFrame:
    return pd.DataFrame({"x": pd.array(pa.array(values, kind), dtype=pd.ArrowDtype(kind))})


@given(st.lists(NUMBERS, max_size=20))
def test_numbers_are_plain(values):
    assert texts.listed(column_of(values, frames.EXACT), "x", UTC) == [exact.plain(value) for value in values]


@pytest.mark.parametrize("zone", ZONES, ids=str)
@given(values=st.lists(TIMES, max_size=20))
def test_times_have_the_offset_of_the_zone(zone, values):
    expected = [documents.jsonable(value, zone) for value in values]
    assert texts.listed(column_of(values, pa.timestamp("us", "UTC")), "x", zone) == expected


@given(st.lists(DAYS, max_size=20))
def test_dates_are_iso(values):
    assert texts.listed(column_of(values, pa.date32()), "x", UTC) == [value and value.isoformat() for value in values]


def test_a_time_with_and_without_a_fraction_of_a_second():
    """Clocks went back at 06:00 UTC on 2024-11-03 in New York: 05:59:59.5 is still -04:00."""
    moments = [datetime(2024, 11, 3, 5, 59, 59, 500000, UTC), datetime(2024, 11, 3, 6, tzinfo=UTC), None]
    written = texts.listed(column_of(moments, pa.timestamp("us", "UTC")), "x", ZONES[1])
    assert written == ["2024-11-03T01:59:59.500000-04:00", "2024-11-03T01:00:00-05:00", None]
