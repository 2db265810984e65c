"""A row that can't be used stays an error until a person has given its effect otherwise and says so."""

import pytest
from taxlots.importers.findings import LIMIT_TOLD

from support import codes, folder, ledger_of, run, tx, universal

GOOD = tx("2024-01-05T12:00:00Z", "buy", sent="100 USD", received="1 ETH", id="g")
BAD = [tx(f"2024-01-0{day}T12:00:00Z", "gremlin", received="1 ETH") for day in (6, 7, 8)]
HEAD = "id,kind,value,basis,acquired,note"


def fates(ledger, file="a.csv"):
    """Used, set aside and unusable rows of the file."""
    (found,) = [one for one in ledger.files if one.file.endswith(file)]
    assert found.rows == found.used + found.merged + found.set_aside + found.unusable
    return found.used, found.set_aside, found.unusable


@pytest.mark.parametrize(
    ("line", "expected", "left"),
    [
        ("a.csv:3,exclude", (1, 1, 2), [4, 5]),  # row 1 is the header, row 2 the good one
        ("a.csv:3-4,exclude", (1, 2, 1), [5]),
        ("a.csv:1-99,exclude", (1, 3, 0), []),  # the good row is used as before
        ("exports/a.csv:5,exclude", (1, 1, 2), [3, 4]),
    ],
)
def test_rows_are_set_aside_and_their_errors_closed(tmp_path, line, expected, left):
    """`FILE:ROW` or `FILE:FIRST-LAST`: only what can't be used; the decision is logged with its reason."""
    ledger = ledger_of(tmp_path, {"a.csv": universal(GOOD, *BAD), "overrides.csv": f"{HEAD}\n{line},,,,given by hand\n"})
    assert fates(ledger) == expected
    assert [p.row for p in ledger.problems if p.severity == "error"] == left
    (log,) = [p for p in ledger.problems if p.code == "OVERRIDE_APPLIED"]
    assert log.message.endswith("excluded (given by hand)")
    assert {reason for (_, row), reason in ledger.set_aside.items()} == {"excluded by overrides.csv: given by hand"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("a.csv:2,exclude", "'a.csv:2': no row there is unusable"),
        ("a.csv:77,exclude", "'a.csv:77': no row there is unusable"),
        ("b.csv:3,exclude", "no transaction has the id 'b.csv:3'"),
        ("a.csv:3,spend", "no transaction has the id 'a.csv:3'"),  # nothing else than excluding it is known of the row
        (".csv:3,exclude", "no transaction has the id '.csv:3'"),
    ],
)
def test_a_line_that_closes_nothing_is_an_error(tmp_path, line, why):
    """The row stays an error beside it."""
    ledger = ledger_of(tmp_path, {"a.csv": universal(GOOD, *BAD[:1]), "overrides.csv": f"{HEAD}\n{line},,,,\n"})
    assert fates(ledger) == (1, 0, 1)
    assert [p.message for p in ledger.problems if p.code == "OVERRIDE_UNMATCHED"] == [why]
    assert fates(ledger, "overrides.csv") == (0, 0, 1)


def test_a_name_of_two_files_decides_nothing(tmp_path):
    """The whole name, as problems show it, does."""
    files = {"a.csv": universal(GOOD, *BAD[:1]), "overrides.csv": f"{HEAD}\na.csv:3,exclude,,,,\n"}
    folder(tmp_path / "exports" / "more", {"a.csv": universal(BAD[1], GOOD, BAD[2])})
    ledger = ledger_of(tmp_path, files)
    assert ["may be 2 files" in p.message for p in ledger.problems if p.code == "OVERRIDE_UNMATCHED"] == [True]
    assert sum(one.unusable for one in ledger.files) == 4  # three rows, and the line


OPTIONS = """\
"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"
"01/08/2024","Sell to Open","SPY 02/16/2024 480.00 C","CALL SPY","1","$2.50","$0.65","$249.35"
"01/09/2024","Buy to Close","SPY 02/16/2024 480.00 C","CALL SPY","1","$1.50","$0.65","-$150.65"
"""


def test_a_position_is_closed_with_its_last_row(tmp_path):
    """Its problem stands for all of its rows: excluding one of two leaves it open."""
    for line, open_ in (("s.csv:2,exclude", ["KIND_NOT_BOOKED"]), ("s.csv:2-3,exclude", [])):
        ledger = ledger_of(tmp_path, {"s.csv": OPTIONS, "overrides.csv": f"{HEAD}\n{line},,,,by hand\n"})
        assert [p.code for p in ledger.problems if p.severity == "error"] == open_


def test_counted_errors_go_with_the_last_row_of_their_file(tmp_path):
    """Of one code and file 1,000 are told one by one; the count of the rest must not vanish with the row that it names."""
    rows = [tx("2024-01-06T12:00:00Z", "gremlin", received="1 ETH")] * (LIMIT_TOLD + 5)
    last = len(rows) + 1
    for line, open_ in ((f"a.csv:2-{last - 1}", True), (f"a.csv:2-{last}", False)):
        ledger = ledger_of(tmp_path, {"a.csv": universal(*rows), "overrides.csv": f"{HEAD}\n{line},exclude,,,,\n"})
        assert ("ROW_UNKNOWN_KIND" in codes(ledger.problems)) is open_


def test_the_template_closes_them(tmp_path):
    """`check --templates` writes a line per run of rows; filled in, nothing is left to be said."""
    home = folder(tmp_path, {"a.csv": universal(GOOD, *BAD)})
    assert run(home, "check", "a.csv", "--templates", "t").code == 1
    lines = (home / "t" / "overrides.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["a.csv:3", "a.csv:4", "a.csv:5"]
    (home / "overrides.csv").write_text("\n".join(line.replace(",,", ",exclude,", 1) for line in lines))
    assert run(home, "check", "a.csv").code == 0
