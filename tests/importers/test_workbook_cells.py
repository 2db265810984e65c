"""Cells that only spreadsheets have: errors instead of values, and bare numbers as dates."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from taxlots.importers import readers

from support import HEADER, codes, ledger_of, records, tx, universal

ROW = {"time": "2024-02-05T12:00:00Z", "account": "kraken", "kind": "buy", "sent_quantity": 200, "sent_asset": "USD"}
ROW |= {"received_quantity": 2, "received_asset": "SOL"}


def workbook(*rows: dict[str, object], mac: bool = False) -> bytes:
    """A workbook in the universal layout; a text that begins with # is a cell of the type error."""
    book = openpyxl.Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    names = HEADER.split(",")
    book.active.append(names)
    for row in rows:
        book.active.append([row.get(name) for name in names])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("column", ["time", "account", "kind", "sent_quantity", "sent_asset", "received_asset", "fee_asset"])
@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!"])
def test_an_error_in_a_used_column_is_named(tmp_path, column, error):
    """Row 2 is used; row 3, where a formula failed, is not, and the message shows the error. An empty cell would say less than is known."""
    fee = {"fee_quantity": 1, "fee_asset": "USD"}
    ledger = ledger_of(tmp_path, {"x.xlsx": workbook(ROW, {**ROW, **fee, column: error})})
    (found,) = [p for p in ledger.problems if p.code != "TIMEZONE_ASSUMED"]
    assert (found.severity, found.row) == ("error", 3)
    assert error in found.message
    assert [(f.used, f.unusable) for f in ledger.files] == [(1, 1)]


def test_an_error_in_a_note_is_a_note(tmp_path):
    """A column that decides nothing may hold anything."""
    ledger = ledger_of(tmp_path, {"x.xlsx": workbook({**ROW, "note": "#N/A"})})
    assert codes(ledger.problems) == []
    assert [row["note"] for row in records(ledger.transactions)] == ["#N/A"]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#NV", "#BEZUG!", "#¡VALOR!"])
@pytest.mark.parametrize("count", [1, 4000])
def test_errors_in_csv_are_no_assets(tmp_path, error, count):
    """A spreadsheet saves them as text, in its language; a file of 4,000 rows, which is read by column, is no exception."""
    rows = [tx("2024-02-05T12:00:00Z", "buy", sent="200 USD", received=f"{n + 1} SOL", id=f"row-{n:030}") for n in range(count)]
    text = universal(*rows, rows[0].replace("SOL", error).replace("row-", "bad-"))
    assert (len(text) > readers.LARGE_BYTES) == (count > 1)
    ledger = ledger_of(tmp_path, text)
    assert [(p.code, p.row) for p in ledger.problems] == [("ROW_INVALID", count + 2)]
    assert error in ledger.problems[0].message


@pytest.mark.parametrize(("cell", "hour"), [(45327, 0), (45327.5, 12), (45327.75, 18)])
def test_days_since_1900_are_dates(tmp_path, cell, hour):
    """45327 days from 1899-12-30: 45292 is 2024-01-01 (124 years, 31 leap days, 2 days), and 35 more are 2024-02-05."""
    (row,) = records(ledger_of(tmp_path, {"x.xlsx": workbook({**ROW, "time": cell})}).transactions)
    assert row["time"] == datetime(2024, 2, 5, hour, tzinfo=UTC)


@pytest.mark.parametrize(("cell", "hour"), [(43865, 0), (43865.5, 12), ("2024-02-05T12:00:00Z", 12), (datetime(2024, 2, 5, 6), 6)])  # noqa: DTZ001
def test_days_since_1904_are_dates(tmp_path, cell, hour):
    """A workbook that counts from 1904 counts 1,462 days less: 45327 - 1462 = 43865. Texts and cells formatted as dates stay."""
    (row,) = records(ledger_of(tmp_path, {"x.xlsx": workbook({**ROW, "time": cell}, mac=True)}).transactions)
    assert row["time"] == datetime(2024, 2, 5, hour, tzinfo=UTC)
    assert row["received_quantity"] == 2
