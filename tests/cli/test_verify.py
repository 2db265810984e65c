"""`taxlots verify`: written and verified at once under every choice; each change of a workbook and of its sources is found."""

import csv
import io
import json
import random
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "reports"))
import altered
import workbooks
from altered import CELL
from taxlots import __version__
from taxlots.importers.read import read
from taxlots.importers.universal import COLUMNS
from taxlots.reports.verification.cells import read_cells
from taxlots.reports.verification.differences import agrees, compare
from taxlots.rulebook import _home

from support import Ran, run

AS_OF = ("--as-of", "2026-06-30")


def ledger_text(rows=None) -> str:
    """The small history as a universal ledger."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(workbooks.HISTORY if rows is None else rows)
    return out.getvalue()


def files_in(folder: Path, settings: str | None = workbooks.SETTINGS) -> Path:
    """A folder as a person has it: settings, prices, and a folder of exports."""
    (folder / "exports").mkdir(parents=True)
    (folder / "exports" / "history.csv").write_text(ledger_text(), encoding="utf-8")
    (folder / "exports" / "notes.md").write_text("no export", encoding="utf-8")
    (folder / "prices.csv").write_text(workbooks.PRICES, encoding="utf-8")
    if settings is not None:
        (folder / "taxlots.toml").write_text(settings, encoding="utf-8")
    return folder


@pytest.fixture
def home(tmp_path) -> Path:
    """A folder as a person has it."""
    return files_in(tmp_path / "home")


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A workbook beside its sources, which no test changes."""
    folder = files_in(tmp_path_factory.mktemp("written") / "home")
    assert run(folder, "report", "exports", *AS_OF).code == 1  # one purchase is missing in the history
    return folder / "report.xlsx"


def verified(folder: Path, *args: str | Path) -> Ran:
    """The command with its document."""
    return run(folder, "verify", *args, "--format", "json")


def assert_verifies(folder: Path, *args: str | Path) -> dict:
    ran = verified(folder, *(args or ("report.xlsx",)))
    assert (ran.code, ran.json["differences"]) == (0, []), ran.err
    assert ran.json["verified"] is True
    return ran.json


def codes(ran: Ran) -> set[str]:
    return {one["code"] for one in ran.json["problems"]}


@pytest.mark.parametrize(
    "options",
    [
        (),
        AS_OF,
        (*AS_OF, "--year", "2025"),
        (*AS_OF, "--method", "hifo", "--pool", "universal", "--timezone", "Asia/Tokyo"),
        (*AS_OF, "--jurisdiction", "generic"),
        (*AS_OF, "--prices", "other.csv"),
        (*AS_OF, "--config", "more/own.toml"),
        (*AS_OF, "--rules", "law"),
        (*AS_OF, "exports/history.csv", "exports/more.zip", "nothing.csv"),
    ],
    ids=lambda options: " ".join(options) or "today",
)
def test_written_and_verified_under_every_choice(home, options):
    (home / "other.csv").write_text(workbooks.PRICES.replace("105000", "95000"), encoding="utf-8")
    (home / "more").mkdir()
    (home / "more" / "own.toml").write_text(workbooks.SETTINGS.replace("90000", "50000").replace("prices.csv", "../prices.csv"))
    shutil.copytree(_home() / "us", home / "law" / "us")
    with zipfile.ZipFile(home / "exports" / "more.zip", "w") as archive:
        archive.writestr("inner/more.csv", ledger_text([workbooks.buy("2024-05-05T00:00:00Z", "SOL", "3", "450", id="z1")]))
    assert run(home, "report", "exports", *options).code == 1
    document = assert_verifies(home)
    assert list(document) == [
        "schema",
        "draft",
        "file",
        "program",
        "verified_by",
        "verified",
        "sources",
        "sheets",
        "differences",
        "problems",
    ]
    assert document["schema"] == "taxlots.verify/1"
    assert document["program"] == __version__
    assert sum(sheet["cells"] for sheet in document["sheets"]) > 500
    assert {source["status"] for source in document["sources"]} == {"same"}
    assert {source["file"] for source in document["sources"]} >= {"exports/history.csv", "exports/more.zip"}


def test_without_settings(tmp_path):
    home = files_in(tmp_path / "home", settings=None)
    run(home, "report", "exports", *AS_OF)
    assert {source["use"] for source in assert_verifies(home)["sources"]} == {"export", "input file"}


def test_a_workbook_without_any_problem_has_no_draft_mark_and_verifies(home):
    (home / "exports" / "history.csv").write_text(ledger_text(workbooks.COMPLETE), encoding="utf-8")
    assert run(home, "report", "exports", *AS_OF).code == 0
    assert_verifies(home)


def test_with_a_plan_a_journal_and_a_filed_year(home):
    assert run(home, "identify", "--standing", "hifo", "--from", "2030-01-01T00:00:00Z").code == 0
    (home / "taxlots.toml").write_text(workbooks.SETTINGS + "[filed.2024]\n", encoding="utf-8")
    assert run(home, "filed", "2024", "exports", *AS_OF, "-o", "filed-2024.json").code in {0, 1}
    run(home, "rebalance", "exports", *AS_OF, "--plan", "full-hifo", "-o", "plan.json")
    assert (home / "plan.json").is_file()
    for more in (AS_OF, ()):
        assert run(home, "report", "exports", *more, "--plan", "plan.json").code == 1
        uses = {source["use"] for source in assert_verifies(home)["sources"]}
        assert uses == {"settings", "identifications", "filed year", "plan", "export", "input file"}


def test_paths_are_relative_to_the_folder_of_the_command(home, tmp_path):
    """Absolute paths, and paths out of another folder: the workbook names nothing of the machine, and is verified from there."""
    other = tmp_path / "elsewhere" / "deep"
    other.mkdir(parents=True)
    given = (home / "exports", "--config", home / "taxlots.toml", *AS_OF)
    assert run(other, "report", *given, "-o", home / "report.xlsx").code == 1
    texts = altered.parts_of(home / "report.xlsx")
    assert not [name for name, text in texts.items() if str(tmp_path) in text]
    assert "../../home/exports/history.csv" in {source["file"] for source in assert_verifies(other, home / "report.xlsx")["sources"]}
    assert run(home, "report", *given).code == 1
    assert "exports/history.csv" in {source["file"] for source in assert_verifies(home)["sources"]}


def test_a_name_that_steers_a_terminal(home):
    (home / "exports" / "history.csv").rename(home / "exports" / '"his\ttory\x1b[31m.csv')
    run(home, "report", "exports", *AS_OF)
    assert '"his\ttory\x1b[31m.csv' in {Path(source["file"]).name for source in assert_verifies(home)["sources"]}


def test_a_workbook_among_its_own_exports(home):
    """Written over itself it is no source of its own: the bytes stay, and it verifies."""
    run(home, "report", ".", *AS_OF)
    first = (home / "report.xlsx").read_bytes()
    run(home, "report", ".", *AS_OF)
    assert (home / "report.xlsx").read_bytes() == first
    assert_verifies(home)


def test_today_gives_the_same_bytes(home):
    """Without an as-of date, a moment of today stands in the workbook that does not depend on the clock."""
    for name in ("a.xlsx", "b.xlsx"):
        run(home, "report", "exports", "-o", name)
    assert (home / "a.xlsx").read_bytes() == (home / "b.xlsx").read_bytes()


def test_what_is_dated_later_is_left_out_again(home):
    rows = [*workbooks.HISTORY, workbooks.buy("2999-01-01T00:00:00Z", "SOL", "3", "450", id="later")]
    (home / "exports" / "history.csv").write_text(ledger_text(rows), encoding="utf-8")
    (home / "prices.csv").write_text(workbooks.PRICES + "2999-01-01,BTC,1,USD,later\n", encoding="utf-8")
    run(home, "report", "exports")
    assert_verifies(home)


def test_the_demo(tmp_path):
    """Also where its samples are not beside the current folder: they come with the program."""
    assert run(tmp_path, "demo").code == 0
    assert_verifies(tmp_path, "demo/report.xlsx")


# What is done to the workbook: sheet, change of its XML, cell and the two values that the command shows.
TAMPERED = {
    "number": ("Disposals", lambda x: _set(x, "N6", "<v>6721.5</v>"), ("N6", "Basis", "6721.5", "6720.22")),
    "text": ("Disposals", lambda x: _put(x, altered.inline("C6", "kraken")), ("C6", "Account", "kraken", "coinbase")),
    "formula": (
        "Disposals",
        lambda x: _set(x, "Q6", "<f>ROUND(M6-N6+P6-1,9)</f><v>10367.45</v>"),
        ("Q6", "Gain or loss", "=ROUND(M6-N6+P6-1,9) -> 10367.45", "=ROUND(M6-N6+P6,9) -> 10367.45"),
    ),
    "cached value": ("Disposals", lambda x: _set(x, "Q6", "<f>ROUND(M6-N6+P6,9)</f><v>9</v>"), ("Q6", "Gain or loss", "9", "10367.45")),
    "formula made a value": (
        "Disposals",
        lambda x: _set(x, "Q6", "<v>10367.45</v>"),
        ("Q6", "Gain or loss", "10367.45", "=ROUND(M6-N6+P6,9) -> 10367.45"),
    ),
    "emptied": ("Disposals", lambda x: _set(x, "N6", ""), ("N6", "Basis", None, "6720.22")),
    "filled": (
        "Disposals",
        lambda x: x.replace("</sheetData>", f'<row r="99">{altered.inline("C99", "new")}</row></sheetData>'),
        ("C99", "Account", "new", None),
    ),
    "hidden row": ("Disposals", lambda x: x.replace('<row r="6"', '<row r="6" hidden="1"'), ("row 6", "hidden", "hidden", "shown")),
    "row without height": (
        "Disposals",
        lambda x: re.sub(r'(<row r="6"[^>]*?ht=")[0-9.]+', r"\g<1>0", x),
        ("row 6", "hidden", "hidden", "shown"),
    ),
    "hidden row with content": (
        "Disposals",
        lambda x: x.replace("</sheetData>", f'<row r="99" hidden="1">{altered.inline("C99", "new")}</row></sheetData>'),
        ("C99", "Account", "new", None),
    ),
    "hidden columns": (
        "Disposals",
        lambda x: x.replace('<col min="17" max="17"', '<col hidden="1" min="17" max="17"'),
        ("columns 17 to 17", "hidden", "hidden", "shown"),
    ),
}


def _put(text: str, cell: str) -> str:
    place = CELL.search(cell)[1]
    return text.replace(altered.cell_of(text, place), cell)


def _set(text: str, place: str, inner: str) -> str:
    style = re.search(r' s="[0-9]+"', altered.cell_of(text, place))[0]
    return _put(text, f'<c r="{place}"{style}>{inner}</c>')


@pytest.mark.parametrize("name", list(TAMPERED))
def test_tampering_is_found(written, tmp_path, name):
    sheet, change, (cell, title, before, after) = TAMPERED[name]
    ran = verified(written.parent, altered.altered(written, sheet, change, tmp_path / "t.xlsx"))
    assert ran.code == 1
    assert ran.json["verified"] is False
    assert codes(ran) == {"WORKBOOK_DIFFERS"}
    assert {"sheet": sheet, "cell": cell, "title": title, "workbook": before, "recomputed": after} in ran.json["differences"]
    assert len(ran.json["differences"]) <= 2


def _without_row(text: str, row: int) -> str:
    """The sheet after a row was deleted: the rows below move up, and their formulas with them."""

    def moved(number: str) -> str:
        return str(int(number) - 1) if int(number) > row else number

    before, _, rest = text.partition(f'<row r="{row}"')
    rest = rest.partition("</row>")[2]
    data, end, tail = rest.partition("</sheetData>")
    data = re.sub(r'(<row r="|<c r="[A-Z]+)([0-9]+)"', lambda m: f'{m[1]}{moved(m[2])}"', data)
    data = re.sub(r"<f>(.*?)</f>", lambda m: f"<f>{re.sub(r'([A-Z])([0-9]+)', lambda n: n[1] + moved(n[2]), m[1])}</f>", data)
    return before + data + end + tail


def test_a_deleted_row_is_named(written, tmp_path):
    """All cells below differ, and the row itself is named, by its number in what was computed anew."""
    path = altered.altered(written, "Disposals", lambda x: _without_row(x, 7), tmp_path / "t.xlsx")
    ran = verified(written.parent, path)
    assert ran.code == 1
    rows = [one for one in ran.json["differences"] if one["title"].startswith("row")]
    wanted = read_cells(written.read_bytes())["Disposals"].cells
    assert [(one["sheet"], one["cell"], one["title"], one["workbook"]) for one in rows] == [("Disposals", "row 7", "row taken out", None)]
    assert rows[0]["recomputed"].startswith(wanted["A7"].value)
    assert {one["sheet"] for one in ran.json["differences"]} == {"Disposals"}


def test_sheets_added_renamed_hidden_taken_out_and_reordered(written, tmp_path):
    def of_tabs(old: str, new: str, **more: str) -> list[tuple]:
        shutil.copy(written, tmp_path / "copy.xlsx")
        path = altered.with_part(tmp_path / "copy.xlsx", "xl/workbook.xml", lambda x: x.replace(old, new), **more)
        ran = verified(written.parent, path)
        assert ran.code == 1
        return [
            (one["sheet"], one["title"], one["workbook"], one["recomputed"])
            for one in ran.json["differences"]
            if not one["cell"][1:].isdigit()
        ]

    workbook = altered.parts_of(written)["xl/workbook.xml"]
    tags = {name: re.search(f'<sheet name="{name}"[^>]*/>', workbook)[0] for name in ("Income", "Non-taxable", "Problems")}
    empty = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
    relations = altered.parts_of(written)["xl/_rels/workbook.xml.rels"]
    added = relations.replace("</Relationships>", '<Relationship Id="rId99" Type="t" Target="worksheets/sheet99.xml"/></Relationships>')
    more = {"xl/worksheets/sheet99.xml": empty, "xl/_rels/workbook.xml.rels": added}
    assert of_tabs("</sheets>", '<sheet name="New" sheetId="99" r:id="rId99"/></sheets>', **more) == [
        ("New", "sheet", "a sheet with 0 filled cells", None)
    ]
    assert of_tabs('name="Income"', 'name="Earnings"') == [("Earnings", "name of the sheet", "Earnings", "Income")]
    assert of_tabs('name="Income"', 'name="Income" state="veryHidden"') == [("Income", "hidden", "hidden", "shown")]
    cells = len(read_cells(written.read_bytes())["Income"].cells)
    assert of_tabs(tags["Income"], "") == [("Income", "sheet", None, f"a sheet with {cells} filled cells")]
    swapped = tags["Non-taxable"] + tags["Income"]
    [found] = of_tabs(tags["Income"] + tags["Non-taxable"], swapped)
    assert found[1] == "order of the sheets"


def test_each_cell_counts(written):
    """Whichever cell is changed, whatever it holds: exactly that one differs."""
    parts = altered.parts_of(written)
    before = read_cells(written.read_bytes())
    chance = random.Random(20260630)
    for _ in range(150):
        sheet = chance.choice(list(before))
        part = altered.sheet_part(parts, sheet)
        place = chance.choice(list(before[sheet].cells))
        cell = altered.cell_of(parts[part], place)
        after = read_cells(altered.packed(parts | {part: parts[part].replace(cell, _changed(cell, chance))}))
        found = compare(after, before)
        assert [(one.sheet, one.cell) for one in found.differences] == [(sheet, place)], cell
        assert {name: different for name, (_, different) in found.counts.items() if different} == {sheet: 1}


def _changed(cell: str, chance: random.Random) -> str:
    """A cell's XML with its text, a number of its formula or its value changed."""
    if "<f>" in cell and chance.random() < 0.5:
        return re.sub(r"([0-9]+)(?![^<]*</v>)(?=[^<]*</f>)", lambda m: str(int(m[1]) + 1), cell, count=1)
    if ' t="s"' in cell:
        return re.sub(r"<v>([0-9]+)</v>", lambda m: f"<v>{int(m[1]) - 1 if int(m[1]) else 1}</v>", cell)
    if ' t="str"' in cell:
        return cell.replace("</v>", "x</v>")
    return re.sub(r"<v>(.*?)</v>", lambda m: f"<v>{float(m[1]) * (1 + 1e-9) + 1e-6!r}</v>", cell)


def test_what_is_said_of_the_sources_counts(written, tmp_path):
    """Each line of the list that the workbook is computed from: a changed one can't be used, or leads to other cells."""
    cells = read_cells(written.read_bytes())["Sources"].cells
    first = next(int(place[1:]) for place, cell in cells.items() if cell.value == "File or value") + 1
    listed = [place for place in cells if int(place[1:]) >= first]
    assert len(listed) == 13  # as-of date; settings; folder; export; prices: name and use of each, and three hashes
    for place in listed:
        path = altered.altered(written, "Sources", lambda x, place=place: _put(x, altered.inline(place, "2026-06-29")), tmp_path / "t.xlsx")
        assert verified(written.parent, path).code == 1, place


def test_a_changed_source_is_named_and_what_it_changes(home):
    run(home, "report", "exports", *AS_OF)
    prices = home / "prices.csv"
    prices.write_text(workbooks.PRICES.replace("105000", "105001"), encoding="utf-8")
    ran = verified(home, "report.xlsx")
    assert ran.code == 1
    assert codes(ran) == {"SOURCE_CHANGED", "WORKBOOK_DIFFERS"}
    assert {source["file"]: source["status"] for source in ran.json["sources"]}["prices.csv"] == "changed"
    assert {"sheet": "Open lots", "title": "Last price"} in [
        {key: one[key] for key in ("sheet", "title")} for one in ran.json["differences"]
    ]
    # A change without effect on any figure, too.
    prices.write_text(workbooks.PRICES + "\n", encoding="utf-8")
    ran = verified(home, "report.xlsx")
    assert (ran.code, ran.json["verified"]) == (1, False)


def test_a_missing_source_is_named_with_the_next_step(home):
    run(home, "report", "exports", *AS_OF)
    (home / "exports" / "history.csv").unlink()
    ran = verified(home, "report.xlsx")
    assert (ran.code, ran.json["sheets"], codes(ran)) == (1, [], {"SOURCE_MISSING"})
    assert "NOT VERIFIED: the workbook was not computed anew" in run(home, "verify", "report.xlsx").out


def test_renamed_and_moved_sources_are_found_by_their_hash(home, tmp_path):
    """On the accountant's machine, all in one folder and under other names; what else lies there does not matter."""
    run(home, "report", "exports", *AS_OF)
    desk = tmp_path / "desk"
    (desk / "papers").mkdir(parents=True)
    shutil.move(home / "report.xlsx", desk / "client.xlsx")
    for number, name in enumerate(("exports/history.csv", "prices.csv", "taxlots.toml")):
        shutil.move(home / name, desk / "papers" / f"{number}.bin")
    (desk / "papers" / "history.csv").write_text("another,file\n", encoding="utf-8")
    (desk / "taxlots.toml").write_text("[profile]\nwages = 1\n", encoding="utf-8")
    assert verified(desk, "client.xlsx").code == 1
    document = assert_verifies(desk, "client.xlsx", "papers")
    assert {source["status"] for source in document["sources"]} == {"moved"}
    assert Path(document["sources"][0]["found"]).name == "2.bin"


def test_what_was_added_to_the_folder_since_is_no_source(home):
    run(home, "report", "exports", *AS_OF)
    (home / "exports" / "more.csv").write_text(ledger_text([workbooks.buy("2024-05-05T00:00:00Z", "SOL", "3", "450", id="z1")]))
    (home / "overrides.csv").write_text("id,kind\nb1,exclude\n", encoding="utf-8")
    assert_verifies(home)


def test_sources_beside_the_workbook_are_found_from_anywhere(home, tmp_path):
    run(home, "report", "exports", *AS_OF)
    assert_verifies(tmp_path, home / "report.xlsx")


def test_another_version_is_told_and_compared(written, tmp_path):
    shutil.copy(written, tmp_path / "t.xlsx")
    path = altered.with_part(tmp_path / "t.xlsx", "xl/sharedStrings.xml", lambda x: x.replace(f"taxlots {__version__}", "taxlots 0.0.7"))
    ran = verified(written.parent, path)
    assert (ran.code, ran.json["program"], codes(ran)) == (0, "0.0.7", {"WORKBOOK_OTHER_VERSION"})
    # One title alone is a change, not a version.
    path = altered.altered(written, "Income", lambda x: _put(x, altered.inline("A1", "Income (taxlots 0.0.7)")), tmp_path / "t.xlsx")
    ran = verified(written.parent, path)
    assert (ran.code, [one["cell"] for one in ran.json["differences"]]) == (1, ["A1"])


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("recalculated", [False, True])
def test_saved_again_by_libreoffice(home, tmp_path, recalculated):
    """Unchanged it agrees, also with every formula calculated anew; a change before it was saved is found after."""
    rows = [*workbooks.HISTORY]
    for number, text in enumerate(workbooks.HOSTILE):
        rows.append(workbooks.buy("2023-01-05T12:00:00Z", "SOL", f"{number + 1}.123456789", "161.23", id=f"{text} {number}", account=text))
    (home / "exports" / "history.csv").write_text(ledger_text(rows), encoding="utf-8", newline="")
    run(home, "report", "exports", *AS_OF)
    shutil.copy(_saved(home / "report.xlsx", tmp_path / "a", recalculated=recalculated), home / "saved.xlsx")
    assert_verifies(home, "saved.xlsx")
    changed = altered.altered(home / "report.xlsx", "Disposals", lambda x: _set(x, "N6", "<v>6720.23</v>"))
    shutil.copy(_saved(changed, tmp_path / "b", recalculated=recalculated), home / "saved.xlsx")
    found = verified(home, "saved.xlsx").json["differences"]
    assert {"sheet": "Disposals", "cell": "N6", "title": "Basis", "workbook": "6720.23", "recomputed": "6720.22"} in found
    assert (len(found) > 1) is recalculated  # then the gain and the totals follow


def _saved(path: Path, folder: Path, *, recalculated: bool) -> Path:
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    if recalculated:
        (profile / "user" / "registrymodifications.xcu").write_text(workbooks.RECALCULATE, encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([*command, "--outdir", str(folder / "out"), str(path)], check=True, capture_output=True, timeout=120)
    return folder / "out" / path.name


def test_the_tables(written, tmp_path):
    """Sources, sheets and the first differences; CSV has all of them, text that a spreadsheet would run is none."""
    path = altered.altered(written, "Disposals", lambda x: _without_row(x, 6), tmp_path / "t.xlsx")
    ran = run(written.parent, "verify", path)
    assert ran.code == 1
    assert "more differences" in ran.out
    text = run(written.parent, "verify", path, "--format", "csv").out
    (tmp_path / "differences.csv").write_text(text, encoding="utf-8")
    assert [one.code for one in read([tmp_path / "differences.csv"]).problems] == ["RESULT_LEFT_OUT"]  # no export
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == len(verified(written.parent, path).json["differences"])
    assert list(lines[0]) == ["sheet", "cell", "column", "workbook", "recomputed"]
    assert not [text for line in lines for text in line.values() if text.startswith("=")]
    assert "VERIFIED: every source is unchanged" in run(written.parent, "verify", written).out


def test_two_numbers_agree_by_fifteen_digits():
    """Of 0.08358593487255295 a program keeps 0.083585934872553; the next number of 15 digits is another one."""

    def same(one: float, other: float, formula: str | None = None) -> bool:
        from taxlots.reports.verification.cells import Cell

        return agrees(Cell(one, formula), Cell(other, formula))

    assert same(0.083585934872553, 0.08358593487255295)
    assert same(209.453984125836, 209.4539841258355)
    assert not same(209.453984125837, 209.4539841258355)
    assert not same(209.453984125835, 209.453984125836)
    assert not same(0.0, 1e-300)
    assert same(190.123456789, 190.123456789012, "A1*2")
    assert not same(190.12345679, 190.123456788, "A1*2")
    assert not same(190.123456789, 190.123456789012)


def test_json_is_read_by_the_contract(written):
    document = json.loads(run(written.parent, "verify", "report.xlsx", "--format", "json").out)
    assert [set(source) for source in document["sources"]] == [{"file", "use", "sha256", "status", "found", "found_sha256"}] * 3
    assert document["sheets"][0] == {"name": "Summary", "cells": document["sheets"][0]["cells"], "different": 0}


@pytest.mark.parametrize(
    ("name", "use"),
    [("/etc", "folder given"), ("/etc/hosts", "file given"), ("soon", "moment"), ("x", "--year"), ("/etc", "--rules"), ('"x', "--pool")],
)
def test_a_list_that_can_not_be_used(home, name, use):
    """What would be read outside of the sources, or is no value of its kind: told, and nothing is recomputed."""
    run(home, "report", "exports")
    cells = read_cells((home / "report.xlsx").read_bytes())["Sources"].cells
    place = next(place for place, cell in cells.items() if cell.value == "moment")

    def change(text: str) -> str:
        text = _put(text, altered.inline(place, use))
        return _put(text, altered.inline(f"A{place[1:]}", name.replace('"', "&quot;")))

    ran = verified(home, altered.altered(home / "report.xlsx", "Sources", change))
    assert (ran.code, ran.json["sheets"], ran.json["verified"]) == (1, [], False)
    assert codes(ran) == {"WORKBOOK_NOT_RECOMPUTED"}
