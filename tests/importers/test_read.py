"""Reading many files: the fate of each row, and what does not depend on order or names."""

from datetime import UTC

from taxlots.importers.detect import Layout
from taxlots.importers.read import read
from taxlots.importers.records import Intake

from support import folder, tx, universal

ROWS = [tx(f"2024-01-0{day}T12:00:00Z", "buy", sent="1 USD", received="1 ETH", id=f"r{day}") for day in range(1, 6)]


def test_direction_of_a_file(tmp_path):
    """A file that lists the newest row first is noted as such, one in rising order is not."""
    exports = folder(tmp_path, {"up.csv": universal(*ROWS), "down.csv": universal(*reversed(ROWS))})
    imported = read([exports])
    assert {f.file.rpartition("/")[2]: f.newest_first for f in imported.files} == {"down.csv": True, "up.csv": False}


def test_span_of_a_file(tmp_path):
    """First and last date of each file."""
    (record,) = read([folder(tmp_path, universal(*ROWS))]).files
    assert (f"{record.first:%F}", f"{record.last:%F}") == ("2024-01-01", "2024-01-05")


def test_names_are_relative_to_the_base(tmp_path):
    """Files under the base are shown without it, so that reports do not depend on where the folder lies."""
    folder(tmp_path / "in", universal(*ROWS))
    assert [f.file for f in read([tmp_path / "in"], base=tmp_path).files] == ["in/ledger.csv"]


def test_a_row_that_a_layout_forgets_is_a_fault(tmp_path):
    """A layout that makes nothing of a row is caught: ROW_UNACCOUNTED, never a silent loss."""
    forgetful = Layout("forgetful", "any", "test", ("time", "account", "kind"), lambda _tables, _zone: Intake())
    imported = read([folder(tmp_path, universal(*ROWS[:2]))], UTC, [forgetful])
    assert [(p.code, p.row) for p in imported.problems] == [("ROW_UNACCOUNTED", 2), ("ROW_UNACCOUNTED", 3)]


def test_input_files_are_recognised_by_their_header(tmp_path):
    """prices, overrides, opening lots, transfers and balances lie in the same folder under any name."""
    headers = {
        "prices": "time,asset,price,currency,source",
        "overrides": "id,kind,value,basis,acquired,note",
        "opening_lots": "account,asset,quantity,basis,acquired,holding_starts,id,note",
        "transfers": "out_id,in_id",
        "balances": "time,account,asset,quantity",
    }
    rows = {f"{n}.csv": f"{header}\n{','.join('x' for _ in header.split(','))}\n" for n, header in enumerate(headers.values())}
    exports = folder(tmp_path, rows)
    imported = read([exports])
    assert set(imported.companions) == set(headers)
    assert [f.layout for f in imported.files] == list(headers)
