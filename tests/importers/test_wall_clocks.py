"""Local times: the zone that settings, header or preamble name, and the hours that clocks show twice or never."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from taxlots.importers.records import Row, Table
from taxlots.importers.times import parse_time
from taxlots.importers.wall_clocks import OWN, Known, settle
from taxlots.settings import Times

NEW_YORK = ZoneInfo("America/New_York")
LOCAL = Known("venmo_statement", zone=OWN)


def table(*cells: str, column: str = "Datetime", preamble: tuple[tuple[str, ...], ...] = ()) -> Table:
    rows = tuple(Row("export.csv", n, {column: cell}) for n, cell in enumerate(cells, 2))
    return Table("export.csv", "x", (column,), 1, preamble, rows)


def instants(settled, column: str = "Datetime", zone=NEW_YORK) -> list[str]:
    """Day and time in UTC of every row, as a layout reads them."""
    return [f"{parse_time(row.text(column), zone)[0]:%m-%d %H:%M}" for row in settled.tables[0].rows]


def codes(settled) -> list[tuple[str, int]]:
    return [(problem.code, problem.row) for problem in settled.problems]


def test_a_doubled_hour_told_by_the_rows() -> None:
    """On 3 November 2024 New York's clock showed 1:00 to 2:00 twice, first at UTC-4, then at UTC-5. It falls from 1:50 to 1:20."""
    cells = ("2024-11-02 20:00", "2024-11-03 01:10", "2024-11-03 01:50", "2024-11-03 01:20", "2024-11-03 03:00")
    # 20:00 + 4 h; 1:10 and 1:50 + 4 h; 1:20 + 5 h; 3:00 + 5 h
    told = ["11-03 00:00", "11-03 05:10", "11-03 05:50", "11-03 06:20", "11-03 08:00"]
    forward = settle([table(*cells)], LOCAL, NEW_YORK)
    assert (instants(forward), codes(forward)) == (told, [])
    newest_first = settle([table(*reversed(cells))], LOCAL, NEW_YORK)
    assert (instants(newest_first), codes(newest_first)) == (told[::-1], [])


def test_a_doubled_hour_that_nothing_tells() -> None:
    """One row at 1:30: the first reading, 5:30 UTC, is taken, and the problem names both."""
    settled = settle([table("2024-11-02 20:00", "2024-11-03 01:30", "2024-11-03 03:00")], LOCAL, NEW_YORK)
    assert instants(settled)[1] == "11-03 05:30"
    assert codes(settled) == [("TIME_TWICE", 3)]
    assert "01:30:00-04:00 or 2024-11-03 01:30:00-05:00; the first" in settled.problems[0].message


@pytest.mark.parametrize(
    "cells",
    [
        # rows in no order, so that a fall of the clock says nothing
        ("2024-11-04 20:00", "2024-11-03 01:50", "2024-11-03 01:20", "2024-11-01 10:00", "2024-11-02 10:00"),
        # the clock falls twice, as it can't have
        ("2024-11-02 20:00", "2024-11-03 01:50", "2024-11-03 01:20", "2024-11-03 01:10", "2024-11-03 03:00"),
        # no other row tells which way the file runs
        ("2024-11-03 01:50", "2024-11-03 01:20"),
    ],
)
def test_an_order_that_does_not_tell(cells) -> None:
    settled = settle([table(*cells)], LOCAL, NEW_YORK)
    assert {code for code, _ in codes(settled)} == {"TIME_TWICE"}
    assert len(settled.problems) == sum("11-03 01:" in cell for cell in cells)


def test_an_hour_that_never_was() -> None:
    """On 10 March 2024 the clock went from 2:00 to 3:00: 2:30 is half an hour after 7:00 UTC, when it was 3:00."""
    settled = settle([table("2024-03-10 01:30", "2024-03-10 02:30", "2024-03-10 03:30")], LOCAL, NEW_YORK)
    assert instants(settled) == ["03-10 06:30", "03-10 07:30", "03-10 07:30"]
    assert codes(settled) == [("TIME_SKIPPED", 3)]
    assert "2024-03-10 03:30:00-04:00 was taken" in settled.problems[0].message


def test_an_offset_or_a_fixed_zone_is_never_doubtful() -> None:
    settled = settle([table("2024-11-03T01:30:00-05:00", "2024-11-03 01:30 EDT")], LOCAL, NEW_YORK)
    assert (instants(settled), codes(settled)) == (["11-03 06:30", "11-03 05:30"], [])
    assert not settle([table("2024-11-03 01:30")], LOCAL, UTC).problems
    assert not settle([table("2024-11-03 01:30")], Known("utc_times"), NEW_YORK).problems


def test_a_layouts_own_zone() -> None:
    """Nexo's `Date / Time` is central European: 27 October 2024, 2:30 is 0:30 UTC or, taken only with the rows' order, 1:30."""
    cells = ("2024-10-27 01:00", "2024-10-27 02:30", "2024-10-27 02:10", "2024-10-27 04:00")
    settled = settle([table(*cells)], Known("nexo", zone="Europe/Zurich"), NEW_YORK)
    assert instants(settled, zone=ZoneInfo("Europe/Zurich")) == ["10-26 23:00", "10-27 00:30", "10-27 01:10", "10-27 03:00"]
    assert not settled.zoneless


def test_the_settings_zone_holds_for_every_layout() -> None:
    """12:00 in Tokyo is 3:00 UTC; a date, and a time that has a zone, stay."""
    source = table("2024-03-05 12:00", "2024-03-05", "2024-03-05T12:00:00Z")
    settled = settle([source], Known("river"), NEW_YORK, Times(timezone="Asia/Tokyo"))
    assert instants(settled, zone=UTC) == ["03-05 03:00", "03-05 00:00", "03-05 12:00"]
    assert [row.text("Datetime") for row in settled.tables[0].rows][1:] == ["2024-03-05", "2024-03-05T12:00:00Z"]


def test_a_setting_without_effect_is_said() -> None:
    settled = settle([table("2024-03-05")], Known("robinhood_activity"), NEW_YORK, Times(timezone="Asia/Tokyo"))
    assert [problem.code for problem in settled.problems] == ["SETTING_UNUSED"]


@pytest.mark.parametrize(
    ("column", "preamble"),
    [("Time (UTC+8)", ()), ("Time (UTC+08:00)", ()), ("Time", (("Report", "Time Zone:UTC+8"),))],
)
def test_the_header_or_a_line_above_names_the_zone(column, preamble) -> None:
    """12:00 at UTC+8 is 4:00 UTC, whatever the taxpayer's zone."""
    settled = settle([table("2024-03-05 12:00", column=column, preamble=preamble)], LOCAL, NEW_YORK)
    assert instants(settled, column) == ["03-05 04:00"]
    assert not settled.zoneless


def test_rows_whose_zone_was_assumed_are_noted() -> None:
    settled = settle([table("2024-12-31 23:30", "2024-12-31 23:30 EST", "2024-12-31")], LOCAL, UTC)
    assert settled.zoneless == {("export.csv", 2)}
    assert settle([table("2024-12-31 23:30")], LOCAL, UTC, Times(timezone="UTC")).zoneless == set()


def test_spreadsheet_days_are_local_times() -> None:
    """45599.0625 is 3 November 2024, 1:30."""
    settled = settle([table("45599.0625")], LOCAL, NEW_YORK)
    assert codes(settled) == [("TIME_TWICE", 2)]
    assert parse_time(settled.tables[0].rows[0].text("Datetime"))[0] == datetime(2024, 11, 3, 5, 30, tzinfo=UTC)
