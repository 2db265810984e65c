"""While a problem of error severity remains, everything that is written says DRAFT; without one, nothing does."""

import csv

import openpyxl
import pytest

from support import folder, run, tx, universal

WHOLE = universal(
    tx("2024-01-05T17:00:00Z", "buy", sent="100 USD", received="2 ETH"),
    tx("2024-03-05T17:00:00Z", "sell", sent="2 ETH", received="90 USD"),
)
GAP = universal(
    tx("2024-01-05T17:00:00Z", "deposit", received="2 ETH"),
    tx("2024-03-05T17:00:00Z", "sell", sent="2 ETH", received="90 USD"),
)
COMMANDS = ("check", "ledger", "lots", "gains", "income")
SETTINGS = '[profile]\ntimezone = "America/New_York"\nfiling_status = "single"\n[profile.2024]\nwages = 1\n'


@pytest.fixture(params=[True, False], ids=["gap", "whole"])
def case(tmp_path, request):
    """A folder whose ledger lacks the origin of a deposit, or does not."""
    folder(tmp_path, {"ledger.csv": GAP if request.param else WHOLE, "taxlots.toml": SETTINGS})
    return tmp_path, request.param


@pytest.mark.parametrize("command", COMMANDS)
def test_tables_and_json(case, command):
    """Each table's title, and the JSON field `draft`."""
    path, draft = case
    shown = run(path, command, "ledger.csv")
    assert (shown.code, "DRAFT: " in shown.out) == (int(draft), draft)
    assert run(path, command, "ledger.csv", "--format", "json").json["draft"] is draft


def test_the_tax_table(case):
    """Also of a command with one table of its own."""
    path, draft = case
    assert ("DRAFT: Tax 2024" in run(path, "tax", "ledger.csv", "--year", "2024").out) is draft


def test_csv_stays_a_table(case):
    """A CSV has no room for a mark: its rows are those of the contract, its file keeps its name, and stderr names it a draft."""
    path, draft = case
    ran = run(path, "gains", "ledger.csv", "--format", "csv", "-o", "gains.csv")
    header, row = list(csv.reader((path / "gains.csv").read_text().splitlines()))
    assert (header[0], header[3], row[3]) == ("disposal_id", "asset", "ETH")
    assert ("DRAFT, INCOMPLETE: error-severity problems remain, so gains.csv is a draft" in ran.err) is draft
    assert ("DRAFT" in run(path, "gains", "ledger.csv", "--format", "csv").err) is draft


def test_the_workbook(case):
    """Under every sheet's title, in every printed header, and in the file's properties."""
    path, draft = case
    ran = run(path, "report", "ledger.csv", "-o", "r.xlsx")
    assert ("DRAFT: Report" in ran.out) is draft
    book = openpyxl.load_workbook(path / "r.xlsx")
    assert {("DRAFT" in sheet["A2"].value, "DRAFT" in (sheet.oddHeader.left.text or "")) for sheet in book} == {(draft, draft)}
    assert (book.properties.contentStatus == "DRAFT") is draft
