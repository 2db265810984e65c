"""What the program wrote, lying beside what it reads: never counted as transactions, lots or balances."""

from decimal import Decimal
from pathlib import Path

import pytest
from taxlots.importers import companions
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.program_results import _COMMANDS
from taxlots.importers.read import read
from taxlots.reports.render import as_csv
from taxlots.reports.tables import plans_table

from support import assert_rows_add_up, folder, run, tx, universal

ROWS = [
    tx("2024-01-05T12:00:00Z", "buy", sent="100 USD", received="1 ETH", id="bought"),
    tx("2024-02-05T12:00:00Z", "income:staking", received="0.1 ETH", value="20", value_currency="USD", id="earned"),
    tx("2024-03-05T12:00:00Z", "sell", sent="0.5 ETH", received="80 USD", id="sold"),
]


@pytest.mark.parametrize("command", ["check", "lots", "gains", "income", "tax", "formats", "rules"])
def test_a_table_of_a_command_is_set_aside(tmp_path, command):
    """Its rows have one fate, an info says what it is, and the holdings are those of the export alone: 1 + 0.1 - 0.5 = 0.6 ETH."""
    exports = folder(tmp_path / "exports", universal(*ROWS))
    given = () if command in {"formats", "rules"} else (exports,)
    year = ("--year", "2024") if command == "tax" else ()
    text = run(tmp_path, command, *given, *year, "--format", "csv").out
    assert text
    folder(exports, {f"{command}.csv": text})
    document = run(tmp_path, "check", exports, "--format", "json").json
    assert_rows_add_up(document)
    (result,) = [f for f in document["files"] if f["layout"] == "taxlots_result"]
    assert result["rows"] == result["set_aside"] == len(text.strip().splitlines())
    (found,) = [p for p in document["problems"] if p["code"] == "RESULT_LEFT_OUT"]
    assert f"taxlots {command}" in found["message"]
    lots = run(tmp_path, "lots", exports, "--format", "json").json["lots"]
    assert sorted(lot["quantity"] for lot in lots) == ["0.1", "0.5"]


@pytest.mark.parametrize("arguments", [("harvest", "--year", "2024"), ("wait",), ("sell", "ETH", "--quantity", "0.1")])
def test_a_table_of_single_questions_is_set_aside(tmp_path, arguments):
    """Those that need prices: none of their lots is read again."""
    exports = folder(tmp_path / "exports", universal(*ROWS))
    prices = folder(tmp_path, {"prices.csv": "time,asset,price,currency,source\n2024-03-06T00:00:00Z,ETH,150,USD,me\n"}) / "prices.csv"
    common = ("--prices", prices, "--as-of", "2024-03-06", "--format", "csv", "-o", exports / "result.csv")
    run(tmp_path, *arguments, exports, *common)
    found = read([exports])
    assert [(p.code, p.message.split("`")[1]) for p in found.problems] == [("RESULT_LEFT_OUT", f"taxlots {arguments[0]}")]


@pytest.mark.parametrize(("command", "table"), [("rebalance", plans_table([], Decimal(0)))])
def test_a_table_of_decisions_is_set_aside(tmp_path, command, table):
    """The table that needs targets, here without rows: the header alone is known."""
    found = read([folder(tmp_path, {"x.csv": as_csv(table)})])
    assert [(p.code, p.message.split("`")[1]) for p in found.problems] == [("RESULT_LEFT_OUT", f"taxlots {command}")]


def test_the_workbook_is_set_aside(tmp_path):
    """All sheets of report.xlsx, with one info for the workbook, and no error."""
    exports = folder(tmp_path / "exports", universal(*ROWS))
    run(tmp_path, "report", exports, "--year", "2024", "-o", exports / "report.xlsx")
    document = run(tmp_path, "check", exports, "--format", "json").json
    assert_rows_add_up(document)
    layouts = {f["layout"] for f in document["files"] if "report.xlsx" in f["file"]}
    assert layouts == {"taxlots_result"}
    assert [(p["code"], p["severity"]) for p in document["problems"] if "report" in (p["file"] or "")] == [("RESULT_LEFT_OUT", "info")]


def test_the_ledger_comes_back_as_itself(tmp_path):
    """`taxlots ledger --format csv` beside the export that it was made of adds nothing: its three rows are merged."""
    exports = folder(tmp_path / "exports", universal(*ROWS))
    folder(exports, {"again.csv": run(tmp_path, "ledger", exports, "--format", "csv").out})
    document = run(tmp_path, "check", exports, "--format", "json").json
    assert sum(f["used"] for f in document["files"]) == sum(f["merged"] for f in document["files"]) == 3


def test_no_layout_looks_like_a_result():
    """No header of an export, or of a file that a person writes, holds all columns of a result."""
    for layout in (*LAYOUTS, *companions.LAYOUTS):
        assert not any(columns <= set(layout.required) for columns in _COMMANDS.values()), layout.id


def test_templates_settings_and_journal_may_lie_there(tmp_path):
    """What `check --templates` writes, settings and the journal beside the exports: no error comes of them."""
    exports = folder(tmp_path / "exports", universal(tx("2024-01-05T12:00:00Z", "deposit", received="1 ETH", id="came")))
    run(tmp_path, "check", exports, "--templates", exports)
    folder(exports, {"taxlots.toml": "", "identifications.jsonl": '{"a": 1}\n'})
    document = run(tmp_path, "check", exports, "--format", "json").json
    names = {Path(f["file"]).name: f["layout"] for f in document["files"]}
    assert names == {"ledger.csv": "universal", "overrides.csv": "overrides"}
    assert {p["code"] for p in document["problems"] if Path(p["file"] or "").name != "ledger.csv"} <= {
        "TIMEZONE_ASSUMED",
        "PROFILE_ASSUMED",
    }
