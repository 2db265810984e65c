"""The workbook, read back: goldens per sheet, ties to the frames, hostile text, marks, bytes, and LibreOffice's own arithmetic."""

import csv
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import workbooks
import xlsxwriter
from taxlots import exact
from taxlots.reports.sheets import SHEETS, addresses
from taxlots.reports.sheets.page import LONGEST_TEXT
from taxlots.reports.workbook import Content, write_workbook

NAMES = [
    "Summary",
    "Form 8949",
    "Disposals",
    "By asset",
    "By account",
    "Income",
    "Non-taxable",
    "Open lots",
    "Rollforward",
    "Balance check",
    "1099 reconciliation",
    "2025-01-01 allocation",
    "Lot identifications",
    "Harvest",
    "Rebalance",
    "Problems",
    "Methods",
    "Sources",
    "Checks",
]
DECIMALS = {"Rebalance": 2}  # the optimum is found in floats


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The whole history, which lacks one purchase, with all decisions."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("report")
        patch.chdir(folder)
        content = workbooks.content_of(folder, workbooks.HISTORY)
        return workbooks.written(content, folder / "report.xlsx")


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Write the workbook of other rows."""
    monkeypatch.chdir(tmp_path)

    def build(rows, **options) -> Path:
        write_workbook(workbooks.content_of(tmp_path, rows, **options), tmp_path / "made.xlsx")
        return tmp_path / "made.xlsx"

    return build


def test_sheets_in_their_order(report):
    assert openpyxl.load_workbook(report.path).sheetnames == NAMES
    assert len(SHEETS) == len(NAMES)


@pytest.mark.parametrize("sheet", [name for name in NAMES if name != "Methods"])
def test_golden(report, sheet):
    workbooks.compare_golden(sheet.lower().replace(" ", "_"), workbooks.as_lines(report.path, sheet, DECIMALS.get(sheet, 12)))


def test_golden_of_methods_up_to_the_rules(report):
    """The hash of the rules and the program's version change with every edit of theirs."""
    lines = workbooks.as_lines(report.path, "Methods")
    end = next(n for n, line in enumerate(lines) if line[0].startswith("Rules as of"))
    told = [line for line in lines[1:end] if line[0] not in {"Program", "Rules"}]
    workbooks.compare_golden("methods", told)


def test_methods_cite_every_rule(report):
    told = workbooks.cells(report.path, values=True)["Methods"].values()
    rulebook = report.content.session.rulebook
    assert {f"{r.jurisdiction}/{r.topic}/{r.name}" for r in rulebook if r.jurisdiction == "us/federal"} <= set(told)
    assert f"SHA-256 {rulebook.sha256}" in told


def _column(sheet, title: str) -> list:
    header = addresses.HEADER_ROW + 1
    column = next(c.column for c in sheet[header] if c.value == title)
    return [sheet.cell(row, column).value for row in range(header + 1, sheet.max_row + 1)]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Gross proceeds", "gross_proceeds"),
        ("Selling fee", "fee"),
        ("Net proceeds", "proceeds"),
        ("Basis", "basis"),
        ("Gain or loss", "gain"),
    ],
)
def test_disposals_hold_the_frame_and_its_total(report, title, name):
    sheet = openpyxl.load_workbook(report.path, data_only=True)["Disposals"]
    frame = report.content.session.book.disposals
    *shown, total = _column(sheet, title)
    assert shown == pytest.approx([float(value) for value in frame[name]], rel=1e-15)
    assert total == pytest.approx(float(exact.total(frame[name])), rel=1e-15)


def test_gain_days_and_totals_are_formulas(report):
    sheet = openpyxl.load_workbook(report.path)["Disposals"]
    assert _column(sheet, "Gain or loss")[0].startswith("=ROUND(")
    assert _column(sheet, "Holding days")[0].startswith("=INT(")
    assert _column(sheet, "Gain or loss")[-1].startswith("=ROUND(SUM(")


def test_income_and_lots_hold_the_frames(report):
    book, session = openpyxl.load_workbook(report.path, data_only=True), report.content.session
    values = sorted(v for v in _column(book["Income"], "Value")[: len(session.book.income)])
    assert values == sorted(float(v) for v in session.book.income["value"])
    basis = _column(book["Open lots"], "Basis")
    assert sorted(basis[:-1]) == sorted(float(v) for v in session.book.lots["basis"])
    assert basis[-1] == float(exact.total(session.book.lots["basis"]))


def test_form_adds_up_to_the_disposals(report):
    lines = list(csv.reader((workbooks.GOLDEN / "form_8949.csv").read_text(encoding="utf-8").splitlines()))
    totals = [Decimal(line[7].split(" -> ")[1]) for line in lines if line[0].startswith("Total of box")]
    gain = exact.total(report.content.session.book.disposals["gain"])
    assert abs(sum(totals) - gain) < Decimal("0.05")


def test_summary_ties(report):
    cells = workbooks.cells(report.path, values=True)["Summary"].values()
    assert "ties" in cells
    assert "DIFFERS" not in cells


def test_long_quantities_stand_in_full_as_text(report):
    sheet = openpyxl.load_workbook(report.path)["Open lots"]
    assert "0.023456789012345678" in _column(sheet, "Quantity in full, where a number is too short")


def test_incomplete_stands_on_every_sheet(report):
    for sheet in openpyxl.load_workbook(report.path):
        assert sheet["A2"].value.startswith("INCOMPLETE: 1 problem"), sheet.title
        assert "INCOMPLETE" in sheet.oddHeader.left.text


def test_a_complete_history_says_so(make):
    book = openpyxl.load_workbook(make(workbooks.COMPLETE))
    for sheet in book:
        assert sheet["A2"].value.startswith("Complete")
        assert not any(isinstance(c.value, str) and "INCOMPLETE" in c.value for row in sheet.iter_rows() for c in row)


def test_print_set_up(report):
    for sheet in openpyxl.load_workbook(report.path):
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.freeze_panes
        assert sheet.print_title_rows
        assert sheet.print_area
        assert "&P of &N" in sheet.oddFooter.right.text.replace("&[Page]", "&P").replace("&[Pages]", "&N")


def test_data_sheets_have_tables_and_decisions_charts(report):
    book = openpyxl.load_workbook(report.path)
    assert all(book[name].tables for name in ("Form 8949", "Disposals", "Income", "Open lots", "Harvest", "Problems", "Sources"))
    # gain by year, alternatives, frontier, ladder of losses
    with zipfile.ZipFile(report.path) as archive:
        assert sum("charts/chart" in name for name in archive.namelist()) == 4


@pytest.mark.parametrize("text", workbooks.HOSTILE)
def test_hostile_text_stays_text(make, text):
    rows = [workbooks.buy("2023-01-05T12:00:00Z", "BTC", "1", "16800", id=f"{text} 1", account=text)]
    rows += [workbooks.sell("2025-05-05T12:00:00Z", "BTC", "1", "66500", id=f"{text} 2", account=text)]
    path = make(rows, decide=False)
    sheet = openpyxl.load_workbook(path)["Disposals"]
    found = [c for row in sheet.iter_rows() for c in row if isinstance(c.value, str) and text.strip() in c.value]
    assert found
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                formulas = archive.read(name).decode().split("<f>")[1:]
                assert not any(text.strip() in formula.split("</f>")[0] for formula in formulas)


def test_text_too_long_for_a_cell_is_cut_and_says_so(make):
    rows = [workbooks.buy("2023-01-05T12:00:00Z", "BTC", "1", "16800", id="x" * (LONGEST_TEXT + 1))]
    cells = workbooks.cells(make(rows, decide=False), values=True)["Open lots"]
    longest = max((v for v in cells.values() if isinstance(v, str)), key=len)
    assert (len(longest), longest[-5:]) == (LONGEST_TEXT, "(cut)")


def test_the_same_content_gives_the_same_bytes(report, tmp_path, monkeypatch):
    monkeypatch.chdir(report.path.parent)  # the workbook lists the files that the settings and paths lead to
    write_workbook(report.content, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == report.path.read_bytes()
    created = openpyxl.load_workbook(report.path).properties.created
    assert created == datetime(2000, 1, 1)  # noqa: DTZ001 - the file format has no zone


def test_one_year_only(make):
    path = make(workbooks.HISTORY, year=2024)
    sheet = openpyxl.load_workbook(path, data_only=True)["Disposals"]
    assert sheet["A1"].value.startswith("Disposals, tax year 2024")
    assert [v for v in _column(sheet, "Tax year") if v] == [2024]


def test_a_year_without_rules_is_said_in_words(make):
    rows = [workbooks.buy("2009-01-05T12:00:00Z", "GLD", "1", "80"), workbooks.sell("2009-05-05T12:00:00Z", "GLD", "1", "90")]
    cells = workbooks.cells(make(rows, decide=False), values=True)
    told = " ".join(v for v in cells["Summary"].values() if isinstance(v, str))
    assert "2009 is not covered" in told
    assert "not covered by the rules" in told
    assert "2009, short-term, before Form 8949 existed (Schedule D-1)" in cells["Form 8949"].values()


def test_generic_law_has_no_tax(make):
    settings = workbooks.SETTINGS.replace("[profile]", '[profile]\njurisdiction = "generic"', 1)
    cells = workbooks.cells(make(workbooks.COMPLETE, settings=settings, decide=False), values=True)["Summary"].values()
    assert "Jurisdiction generic: no tax is computed." in cells


def test_a_sheet_without_rows_says_so(make):
    cells = workbooks.cells(make([], decide=False), values=True)
    told = {
        name: cells[name][f"A{addresses.HEADER_ROW + (2 if name == 'Checks' else 1)}"]
        for name in NAMES
        if name not in {"Form 8949", "Problems", "Methods", "Sources"}
    }
    assert told == {
        "Summary": "No disposals and no income in all years.",
        "Lot identifications": "No identification was recorded: lots left first in, first out, or in the order that Methods names.",
        "Disposals": "No disposals in all years.",
        "By asset": "No disposals, no income and no open lots.",
        "By account": "No disposals, no income and no open lots.",
        "Non-taxable": "No transfers, gifts, splits or conversions in all years.",
        "Rollforward": "Nothing came in and nothing went out.",
        "Balance check": "No file reports a balance.",
        "1099 reconciliation": "No Form 1099-DA was read for all years: boxes stay the expected ones.",
        "2025-01-01 allocation": "No allocation: the history does not cross the end of 2024 under the law of the United States, "
        "or nothing was held then.",
        "Income": "No income in all years.",
        "Open lots": "No lots are open.",
        "Harvest": "The year-end review of losses was not asked for.",
        "Rebalance": "No rebalance alternatives were computed: give [targets] in taxlots.toml and prices.",
        "Checks": "Sources: every row of every file has one fate",
    }


def test_long_tables_go_on_on_the_next_sheet(make, monkeypatch):
    monkeypatch.setattr(addresses, "MAX_ROWS", 13)
    book = openpyxl.load_workbook(make(workbooks.HISTORY, decide=False), data_only=True)
    assert [name for name in book.sheetnames if name.startswith("Disposals")] == ["Disposals", "Disposals (2)"]
    assert [name for name in book.sheetnames if name.startswith("Form")] == ["Form 8949", *(f"Form 8949 ({n})" for n in (2, 3, 4))]
    assert "Total of all sheets" in [row[0] for row in book["Disposals (2)"].iter_rows(values_only=True)]
    assert all(sheet.max_row <= 13 for sheet in book if sheet.title.startswith(("Disposals", "Form", "Income")))
    assert "By kind" in [row[0] for row in book["Income (end)"].iter_rows(values_only=True)]
    assert "DIFFERS" not in [c.value for row in book["Summary"].iter_rows() for c in row]


def test_very_long_tables_have_filters_instead(make, monkeypatch):
    monkeypatch.setattr("taxlots.reports.sheets.book.LARGEST_TABLE", 2)
    sheet = openpyxl.load_workbook(make(workbooks.HISTORY, decide=False))["Disposals"]
    assert sheet.auto_filter.ref
    assert not sheet.tables


def test_loading_is_light():
    code = "import sys, taxlots.reports.workbook; sys.exit('xlsxwriter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("limit", [addresses.MAX_ROWS, 13])
def test_libreoffice_comes_to_the_same_values(make, tmp_path, monkeypatch, limit):
    monkeypatch.setattr(addresses, "MAX_ROWS", limit)
    path = make(workbooks.HISTORY)
    compared, different = different_in_libreoffice(path, tmp_path)
    assert different == {}
    assert compared > 150


def different_in_libreoffice(path: Path, folder: Path) -> tuple[int, dict]:
    """How many formulas LibreOffice calculated, and those (formula, cached value, its value) that it comes to another value for."""
    recalculated = _recalculated(path, folder)
    formulas, cached = workbooks.cells(path, values=False), workbooks.cells(path, values=True)
    compared, different = 0, {}
    for sheet, cells in formulas.items():
        live = [at for at, text in cells.items() if isinstance(text, str) and text.startswith("=") and cached[sheet][at] != text]
        compared += len(live)
        for at in live:
            if not _equal(cached[sheet][at], recalculated[sheet].get(at)):
                different[sheet, at] = (cells[at], cached[sheet][at], recalculated[sheet].get(at))
    wrong = {
        (s, at): v for s, cells in recalculated.items() for at, v in cells.items() if isinstance(v, str) and v.startswith(("#", "Err:"))
    }
    return compared, different | wrong


def test_an_amount_that_rounds_to_zero_shows_no_sign(make):
    """10.000 less 10.001 is a loss of a tenth of a cent: the cell keeps it, and shows 0.00 instead of a red -0.00."""
    rows = [
        workbooks.buy("2025-01-05T12:00:00Z", "UNI", "1", "10.001", id="b1"),
        workbooks.sell("2025-02-05T12:00:00Z", "UNI", "1", "10", id="s1"),
        workbooks.buy("2025-03-05T12:00:00Z", "UNI", "1", "30", id="b2"),
        workbooks.sell("2025-04-05T12:00:00Z", "UNI", "1", "10", id="s2"),
    ]
    sheet = openpyxl.load_workbook(make(rows, decide=False))["Disposals"]
    ((column, head),) = [(c.column_letter, c.row) for row in sheet.iter_rows() for c in row if c.value == "Gain or loss"]
    (rule,) = [one for area in sheet.conditional_formatting if f"{column}{head + 1}" in area for one in area.rules]
    low, high = map(float, rule.formula)
    assert rule.dxf.numFmt.formatCode == "0.00;0.00"
    cached = openpyxl.load_workbook("made.xlsx", data_only=True)["Disposals"]
    amounts = [cached[f"{column}{head + row}"].value for row in (1, 2)]
    assert amounts == [-0.001, -20]
    assert [low <= amount <= high for amount in amounts] == [True, False]
    assert not low <= -0.005 <= high


def _equal(cached, recalculated) -> bool:
    if isinstance(cached, str):
        return cached == recalculated
    return isinstance(recalculated, int | float) and abs(cached - recalculated) <= 1e-9


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_really_calculates(tmp_path):
    """A wrong cached value does not survive: so the comparison above compares something."""
    with xlsxwriter.Workbook(tmp_path / "wrong.xlsx") as raw:
        raw.add_worksheet("S").write_formula(0, 0, "=1+1", None, 3)
    assert _recalculated(tmp_path / "wrong.xlsx", tmp_path) == {"S": {"A1": 2}}


def _recalculated(path: Path, folder: Path) -> dict:
    """The workbook's values after LibreOffice has calculated all formulas anew."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(workbooks.RECALCULATE, encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([*command, "--outdir", str(folder / "out"), str(path)], check=True, capture_output=True, timeout=120)
    return workbooks.cells(folder / "out" / path.name, values=True)


def test_content_needs_no_decisions(report):
    assert Content(report.content.session).plans == ()
