"""Times as exports write them: always aware, always UTC, nothing impossible accepted."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxlots.importers.records import Row, RowError
from taxlots.importers.times import TimeError, is_local, parse_time, time

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2024, 3, 5, 12, 30, 15, tzinfo=UTC)
SAME_INSTANT = [
    "2024-03-05T12:30:15Z",
    "2024-03-05 12:30:15",
    "2024-03-05 12:30:15 UTC",
    "2024-03-05T12:30:15+00:00",
    "2024-03-05T12:30:15-00:00",
    "2024-03-05T14:30:15+02:00",
    "2024-03-05T14:30:15+0200",
    "2024-03-05T18:00:15+05:30",
    "2024-03-04T23:30:15-13:00",
    "3/5/2024 12:30:15",
    "03/05/24 12:30:15 PM",
    "03/05/2024, 12:30:15 pm",
    "  2024-03-05T12:30:15Z ",
    "2024-3-5 12:30:15",
    "2024/03/05 12:30:15",
    "05.03.2024 12:30:15",
    "5. 3. 24 12:30:15",
    "2024-03-05T07:30:15 EST",
    "2024-03-05 07:30:15 AM -0500",
    "2024-03-05 18:15:15+05:45",
    "2024-03-05 14:30:15 GMT+2",
    "2024-03-05 12:30:15 PM",
    "5. März 2024 12:30:15",
    "5 mars 2024 12:30:15",
    "5 de marzo de 2024, 12:30:15",
    "5 mrt 2024 12:30:15",
    "05-Mar-2024 12:30:15",
    "Tue, Mar. 5, 2024, 12:30:15 p.m.",
    "1709641815",
    "1709641815000",
    "1709641815000000",
    "1709641815000000000",
    "45356.521006944444",
]
REFUSED = [
    *("", "yesterday", "2024", "20240305", "2024-3/5", "05.13.2024", "2024-03-05 12:30:15 CST", "5 Jui 2024", "5 Ma 2024"),
    *("0001-01-01", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00", "1949-12-31", "2201-01-01", "9999-12-31T23:59:59-23:59"),
    *("2023-02-29", "2024-02-30", "2024-00-10", "2024-13-01", "13/25/2024", "2/29/2023"),
    *(
        "2024-03-05T24:00:01Z",
        "2024-03-05 24:00 PM",
        "13:10 AM",
        "1/5/2024 13:10 AM",
        "2024-03-05T12:60",
        "2024-03-05T12:30:60Z",
        "1/5/2024 25:00",
    ),
    *("2024-03-05T12:30:15+25:00", "2024-03-05T12:30:15+24:00", "2024-03-05T12:30:15+01:60", "2024-03-05T12:30:15 IST"),
    *("٢٠٢٤-03-05", "２０２４-03-05"),
]


@pytest.mark.parametrize("text", SAME_INSTANT)
def test_ways_to_write_one_instant(text):
    """Every way of writing 12:30:15 UTC on 5 March 2024 is that instant."""
    assert parse_time(text) == (NOON, False)


@pytest.mark.parametrize("text", REFUSED)
def test_is_refused(text):
    """What is no time, or outside 1950 to 2200, is TimeError and nothing else."""
    with pytest.raises(TimeError):
        parse_time(text)


def test_leap_day():
    """29 February exists in 2024."""
    assert parse_time("2024-02-29T00:00:00Z")[0] == datetime(2024, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "micro"),
    [("2024-03-05T12:30:15.5Z", 500_000), ("2024-03-05T12:30:15,000001Z", 1), ("2024-03-05T12:30:15.123456789Z", 123_456)],
)
def test_fractions_of_a_second(text, micro):
    """Fractions are kept to the microsecond; further digits are cut."""
    assert parse_time(text)[0] == NOON.replace(microsecond=micro)


def test_24_o_clock_is_the_next_midnight():
    """24:00 on 31 December is the first moment of the next year, in the zone that is written."""
    assert parse_time("2024-12-31 24:00 UTC")[0] == datetime(2025, 1, 1, tzinfo=UTC)
    assert parse_time("12/31/2024 24:00:00", NEW_YORK)[0] == datetime(2025, 1, 1, 5, tzinfo=UTC)


def test_counts_of_seconds_keep_their_fraction():
    """The digits tell the unit: 10 are seconds, 13, 16 and 19 thousandths, millionths and billionths; the last are cut."""
    base = datetime(2024, 3, 5, 12, 30, 15, tzinfo=UTC)
    assert parse_time("1709641815.5")[0] == base.replace(microsecond=500_000)
    assert parse_time("1709641815123")[0] == base.replace(microsecond=123_000)
    assert parse_time("1709641815123456789")[0] == base.replace(microsecond=123_456)


def test_days_of_a_spreadsheet():
    """Day 45356 is 5 March 2024 (45292 is 1 January; 31 + 29 + 4 days later); half a day is noon, a whole one only a date."""
    assert parse_time("45356", NEW_YORK) == (datetime(2024, 3, 5, 5, tzinfo=UTC), True)
    assert parse_time("45356.5", NEW_YORK) == (datetime(2024, 3, 5, 17, tzinfo=UTC), False)
    assert parse_time("45356,25") == (datetime(2024, 3, 5, 6, tzinfo=UTC), False)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2024-03-05 12:30", True),
        ("5 March 2024 12:30", True),
        ("45356.5", True),
        ("2024-03-05", False),
        ("2024-03-05 12:30Z", False),
        ("2024-03-05 12:30 EDT", False),
        ("1709641815", False),
        ("soon", False),
        ("", False),
    ],
)
def test_what_says_no_zone(text, *, local):
    """A time of day without offset, abbreviation or Z is local; a bare date and a count of seconds are not."""
    assert is_local(text) is local


def test_a_date_is_midnight_in_the_zone():
    """A date without a time is midnight where the taxpayer lives, and says so: 5 March in New York begins at 05:00 UTC."""
    assert parse_time("2024-03-05", NEW_YORK) == (datetime(2024, 3, 5, 5, tzinfo=UTC), True)
    assert parse_time("3/5/2024", NEW_YORK) == (datetime(2024, 3, 5, 5, tzinfo=UTC), True)


def test_a_time_without_offset_is_in_the_zone():
    """In July, New York is four hours behind UTC."""
    assert parse_time("2024-07-05 12:00:00", NEW_YORK)[0] == datetime(2024, 7, 5, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hour"), [("1/5/2024 12:10 AM", 0), ("1/5/2024 12:10 PM", 12), ("1/5/2024 1:10 PM", 13), ("1/5/2024 13:10", 13)]
)
def test_twelve_hour_clock(text, hour):
    """12 AM is midnight, 12 PM noon."""
    assert parse_time(text)[0] == datetime(2024, 1, 5, hour, 10, tzinfo=UTC)


@given(
    st.datetimes(datetime(1951, 1, 1), datetime(2199, 12, 31)),  # noqa: DTZ001  the offset is drawn beside it
    st.integers(-23 * 60 - 59, 23 * 60 + 59),
)
def test_iso_round_trip(moment, minutes):
    """What Python writes in ISO 8601 with an offset reads back as the same instant."""
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_time(aware.isoformat())[0] == aware


@given(st.text(max_size=25) | st.from_regex(r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?([+-]\d\d:\d\d)?)?", fullmatch=True))
def test_any_text_is_a_time_or_refused(text):
    """No text leads to anything but an aware UTC time or TimeError."""
    with suppress(TimeError):
        assert parse_time(text)[0].tzinfo is UTC


def test_a_wrong_cell_names_its_column():
    """A RowError carries the code and names the column."""
    with pytest.raises(RowError, match="column 'time'") as caught:
        time(Row("a.csv", 2, {"time": "0001-01-01T00:00:00+00:00"}), "time")
    assert caught.value.code == "TIME_INVALID"
