"""Times with month names, zone abbreviations and short offsets."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from taxlots.importers.records import Row, RowError
from taxlots.importers.written_times import unix_time, written_time

EVENING = datetime(2024, 3, 5, 22, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Mar 5, 2024, 10:30:15 PM",
        "March 5, 2024 10:30:15 PM",
        "Mar 5 2024 22:30:15",
        "Mar 05 2024 22:30:15",
        "Tue Mar 05 2024 17:30:15 GMT-0500 (EST)",
        "Tue Mar 05 2024 17:30:15 GMT-0500 (Eastern Standard Time)",
        "2024-03-05 17:30:15 EST",
        "2024-03-05 18:30:15 EDT",
        "2024-03-05 14:30:15 PST",
        "2024-03-05 22:30:15+00",
        "2024-03-05T23:30:15+01",
        "2024-03-05T22:30:15Z",
        "Mar 5, 2024, 10:30:15\u202fPM",
    ],
)
def test_ways_to_write_one_instant(text: str) -> None:
    assert written_time(Row("f", 1, {"t": text}), "t") == (EVENING, False)


@pytest.mark.parametrize(("half", "hour"), [("AM", 0), ("PM", 12)])
def test_twelve_oclock(half: str, hour: int) -> None:
    assert written_time(Row("f", 1, {"t": f"June 15, 2021 12:05 {half}"}), "t")[0].hour == hour


def test_a_date_is_midnight_in_the_zone() -> None:
    zone = timezone(timedelta(hours=-5))
    assert written_time(Row("f", 1, {"t": "Mar 5, 2024"}), "t", zone) == (datetime(2024, 3, 5, 5, tzinfo=UTC), True)


@pytest.mark.parametrize("text", ["", "soon", "Smarch 5, 2024", "2024-03-05 10:00:00 XYZ", "Mar 32, 2024", "Mar 5, 2024, 25:00", "5 pm"])
def test_is_refused(text: str) -> None:
    with pytest.raises(RowError) as error:
        written_time(Row("f", 1, {"t": text}), "t")
    assert error.value.code == "TIME_INVALID"


def test_seconds_since_1970() -> None:
    assert unix_time(Row("f", 1, {"t": "1709677815"}), "t") == (EVENING, False)
    for text in ("", "-1", "1e9", "99999999999", "170967781500"):
        with pytest.raises(RowError):
            unix_time(Row("f", 1, {"t": text}), "t")
