"""Times of own layouts, in either order of day and month."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from taxlots.importers.own_times import parse_own_time
from taxlots.importers.times import TimeError

BERLIN_WINTER = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("05.01.2024 10:00", None, "2024-01-05 10:00:00"),
        ("05.01.2024 10:00", "month-first", "2024-05-01 10:00:00"),
        ("05/01/2024", "day-first", "2024-01-05 00:00:00"),
        ("05/01/2024", None, "2024-05-01 00:00:00"),
        ("5-1-24", "day-first", "2024-01-05 00:00:00"),
        ("5/1/2024 10:00:11 PM", "day-first", "2024-01-05 22:00:11"),
        ("31/01/2024, 9:05", "day-first", "2024-01-31 09:05:00"),
        ("05.01.2024 10:00:11.5", None, "2024-01-05 10:00:11.500000"),
        ("1704448800", None, "2024-01-05 10:00:00"),
        ("1704448800123", None, "2024-01-05 10:00:00.123000"),
        ("2024-01-05T10:00:00+02:00", "day-first", "2024-01-05 08:00:00"),
        ("Jan 5, 2024 10:00", "day-first", "2024-01-05 10:00:00"),
    ],
)
def test_a_time(text, order, expected):
    assert str(parse_own_time(text, UTC, order)[0].replace(tzinfo=None)) == expected


def test_a_zone_and_a_date_alone():
    """Midnight in the zone, and said to be a date only."""
    assert parse_own_time("05.01.2024", BERLIN_WINTER) == (datetime(2024, 1, 4, 23, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("text", "order"), [("05-01-2024", None), ("31/12/2024", "month-first"), ("12/31/2024", "day-first"), ("", None), ("5/1", None)]
)
def test_no_time(text, order):
    """Dashes without a stated order, and a month above 12."""
    with pytest.raises(TimeError):
        parse_own_time(text, UTC, order)
