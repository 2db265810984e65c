"""Which part of 01/02/2024 is the day: told by the whole file, by its neighbours, by the platform, by the order of rows, or not at all."""

from datetime import UTC

import pytest
from layout_samples import layout
from taxlots.importers.date_orders import DAY_FIRST, MONTH_FIRST, Column, decide, is_open, year_first
from taxlots.importers.records import Row, Table
from taxlots.importers.times import parse_time
from taxlots.importers.wall_clocks import Known, settle, time_columns
from taxlots.settings import Times

OPEN = "01/02/2024"


@pytest.mark.parametrize(
    ("cells", "stated", "order"),
    [
        ((OPEN, "12/31/2024"), "", MONTH_FIRST),
        ((OPEN, "31/12/2024"), "", DAY_FIRST),
        ((OPEN, "31-12-2024"), "", DAY_FIRST),
        ((OPEN, "31/12/2024"), MONTH_FIRST, DAY_FIRST),  # the file was written anew in another country
        ((OPEN, "31/12/2024", "12/31/2024"), "", ""),
        ((OPEN, "31/12/2024", "12/31/2024"), MONTH_FIRST, MONTH_FIRST),
        ((OPEN,), "", ""),
        ((OPEN,), MONTH_FIRST, MONTH_FIRST),
        # 2, 3, 4 January rise month first; day first they are 1 February, 1 March and 1 April, and rise too
        (("01/02/2024", "01/03/2024", "01/04/2024"), "", ""),
        # month first 9 January, 2 February, 3 February; day first 1 September, 2 February, 2 March: neither rising nor falling
        (("01/09/2024", "02/02/2024", "02/03/2024"), "", MONTH_FIRST),
        # month first 5 June, 1 July, 2 June, which turns twice; day first 6 May, 7 January, 6 February ... turns too: open
        (("06/05/2024", "07/01/2024", "06/02/2024"), "", ""),
        # newest first, day first: 2 March, 9 February, 1 February; month first 3 February, 2 September, 2 January
        (("02/03/2024", "09/02/2024", "01/02/2024"), "", DAY_FIRST),
    ],
)
def test_order_of_a_file(cells, stated, order) -> None:
    assert decide([Column(cells)], set(), stated) == order


def test_another_file_under_the_header_decides() -> None:
    assert decide([Column((OPEN,))], {DAY_FIRST}, "") == DAY_FIRST
    assert decide([Column((OPEN,))], {MONTH_FIRST}, MONTH_FIRST) == MONTH_FIRST
    # the platform writes month first, but the file beside was written day first: which of the two this one was, is open
    assert decide([Column((OPEN,))], {DAY_FIRST}, MONTH_FIRST) == ""
    assert decide([Column((OPEN,))], {DAY_FIRST, MONTH_FIRST}, "") == ""


def test_only_two_readings_are_open() -> None:
    assert is_open("1/2/24 10:00")
    for cell in ("5/5/2024", "13/1/2024", "2024-01-02", "24-01-02 10:00:00", "10.11.2024", "1/2/3/4", "BTC/USD"):
        assert not is_open(cell)


def test_dates_are_put_year_first() -> None:
    assert year_first("31-12-2024 10:00", DAY_FIRST) == "2024-12-31 10:00"
    assert year_first("18/08/2023 as of 15/08/2023", DAY_FIRST) == "2023-08-18 as of 2023-08-15"
    assert year_first("8/3/23 1:15 PM", MONTH_FIRST) == "2023-08-03 1:15 PM"


def table(*cells: str, header: tuple[str, ...] = ("Date", "Amount"), file: str = "export.csv") -> Table:
    rows = tuple(Row(file, n, dict(zip(header, (cell, "1"), strict=False))) for n, cell in enumerate(cells, 2))
    return Table(file, file, header, 1, (), rows)


def test_an_open_file_is_an_error_that_names_the_setting() -> None:
    settled = settle([table(OPEN, "05/05/2024", "03/04/2024")], Known("samplebank"), UTC)
    (problem,) = settled.problems
    assert (problem.code, problem.file, problem.row, str(problem.severity)) == ("TIME_AMBIGUOUS", "export.csv", 2, "error")
    assert "[times.samplebank]" in problem.hint
    assert "2 rows" in problem.message
    assert settled.unusable == {("export.csv", 2), ("export.csv", 4)}
    assert [row.text("Date") for row in settled.tables[0].rows] == ["05/05/2024"]


def test_the_setting_decides() -> None:
    settled = settle([table(OPEN)], Known("samplebank"), UTC, Times(order="day-first"))
    (row,) = settled.tables[0].rows
    assert not settled.problems
    assert parse_time(row.text("Date"))[0].isoformat() == "2024-02-01T00:00:00+00:00"


def test_files_under_one_header_decide_together() -> None:
    settled = settle([table(OPEN), table("31/12/2024", file="b.csv")], Known("any"), UTC)
    assert [row.text("Date") for one in settled.tables for row in one.rows] == ["2024-02-01", "2024-12-31"]
    apart = settle([table(OPEN), table("31/12/2024", file="b.csv", header=("Time", "Amount"))], Known("any"), UTC)
    assert [problem.code for problem in apart.problems] == ["TIME_AMBIGUOUS"]


def test_an_exact_time_beside_the_date_is_enough() -> None:
    """A localised date beside seconds since 1970 does not matter."""
    header = ("Date", "Timestamp")
    row = Row("export.csv", 2, {"Date": OPEN, "Timestamp": "1709641815"})
    settled = settle([Table("export.csv", "x", header, 1, (), (row,))], Known("any"), UTC)
    assert not settled.problems
    assert settled.tables[0].rows[0].text("Timestamp") == "1709641815"
    assert settled.tables[0].rows[0].text("Date") == "01/02/2024 (day or month first?)"


def test_where_both_orders_stand_in_a_file_each_date_tells_for_itself() -> None:
    settled = settle([table("31/12/2024", "12/30/2024", OPEN)], Known("any"), UTC)
    assert [row.text("Date") for row in settled.tables[0].rows] == ["2024-12-31", "2024-12-30"]
    assert settled.unusable == {("export.csv", 4)}


HEADER = ("txid", "refid", "time", "type", "subtype", "aclass", "asset", "amount", "fee", "balance")


def kraken(*lines: str) -> Table:
    rows = tuple(Row("k.csv", n, dict(zip(HEADER, line.split(","), strict=True))) for n, line in enumerate(lines, 2))
    return Table("k.csv", "k", HEADER, 1, (), rows)


def test_an_export_that_a_spreadsheet_wrote_again() -> None:
    """Kraken's ISO times after a spreadsheet: 13/2/24 says that the file begins with the day, so 5/3/24 is 5 March."""
    source = kraken(
        "a,D1,5/3/24 9:15,deposit,,currency,ZEUR,100,0,100",
        "b,D2,13/2/24 9:15,deposit,,currency,ZEUR,100,0,200",
    )
    intake = layout("kraken_ledgers").read([source], UTC)
    assert sorted(one.time.isoformat() for one in intake.transactions) == ["2024-02-13T09:15:00+00:00", "2024-03-05T09:15:00+00:00"]
    alone = layout("kraken_ledgers").read([kraken("a,D1,5/3/24 9:15,deposit,,currency,ZEUR,100,0,100")], UTC)
    assert [problem.code for problem in alone.problems] == ["TIME_AMBIGUOUS"]
    assert alone.unusable == {("k.csv", 2)}


def test_every_column_that_a_layout_reads_times_from_is_known_as_one() -> None:
    names = (
        *("time", "Date(UTC)", "Datum", "transactTime", "Timestamp", "created at", "Executed At", "Confirmed At", "acquired", "Run Date"),
        *("Closed", "Opened", "STARTED", "UPDATED", "Time(UTC+8)", "withdrawal_submitted_timestamp", "Acquisition Date", "Fecha", "Data"),
    )
    cells = dict.fromkeys((*names, "Amount", "Lifetime value", "Metadata", "Note"), "")
    source = Table("a.csv", "x", tuple(cells), 1, (), (Row("a.csv", 2, cells),))
    assert tuple(time_columns(source)) == names


def test_an_acquisition_date_of_the_universal_ledger_has_one_reading() -> None:
    """`time` is exact, so the row is not dropped for its date of acquisition: that is refused where it is read."""
    header = ("time", "account", "kind", "received_quantity", "received_asset", "acquired")
    row = Row("u.csv", 2, dict(zip(header, ("2024-03-05T00:00:00Z", "kraken", "deposit", "1", "BTC", OPEN), strict=True)))
    intake = layout("universal").read([Table("u.csv", "x", header, 1, (), (row,))], UTC)
    assert [problem.code for problem in intake.problems] == ["TIME_INVALID"]
    assert not intake.transactions
