"""Workbooks of other programs read cell by cell, hostile ones refused, and sources put in place without leaving their folder."""

import io
import os
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
from taxlots.importers.folders import UnreadableError
from taxlots.reports.origins import EXPORT, FILE, FOLDER, INPUT, Origin, read_name, shown_name
from taxlots.reports.verification.cells import read_cells
from taxlots.reports.verification.differences import compare
from taxlots.reports.verification.rows import moved_rows
from taxlots.reports.verification.sources import locate, put_in_place

sys.path.insert(0, str(Path(__file__).parent.parent / "importers"))
import hostile_files as hostile

from support import run

CELLS = """<row r="1"><c r="A1" t="s"><v>0</v></c>
<c t="inlineStr"><is><r><t>in </t></r><r><t>parts</t></r></is></c><c r="D1" t="b"><v>1</v></c></row>
<row><c r="A2"><f t="shared" ref="A2:A4" si="0">B2*2+$C$1</f><v>4</v></c><c r="B2"><v>1.5e2</v></c></row>
<row r="3" hidden="true"><c r="A3"><f t="shared" si="0"/><v>6</v></c><c r="B3" s="4"/></row>
<row r="4" hidden="1"><c r="A4" s="4"/></row>
<row r="5"><c r="A5" t="str"><f>"a""b"&amp;'One'!A1</f><v>x_x000D_y</v></c><c r="B5" t="e"><v>#REF!</v></c><c r="C5"><v></v></c></row>"""
STRINGS = '<si><t xml:space="preserve"> base</t><rPh sb="0" eb="1"><t>reading aid</t></rPh></si>'


def workbook(cells: str, strings: str = STRINGS, **parts: str) -> bytes:
    """A workbook of one sheet with this XML of rows."""
    relation = f'<Relationship Id="a" Type="{hostile.OFFICE}/worksheet" Target="/xl/worksheets/one.xml"/>'
    members = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns:x="{hostile.OFFICE}"><sheets><sheet name="One" sheetId="1" x:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relation}</Relationships>",
        "xl/worksheets/one.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst>{strings}</sst>",
    }
    return hostile.packed((members | parts).items())


def test_cells_of_every_kind():
    sheet = read_cells(workbook(CELLS))["One"]
    assert {place: (cell.value, cell.formula) for place, cell in sheet.cells.items()} == {
        "A1": (" base", None),
        "B1": ("in parts", None),
        "D1": (True, None),
        "A2": (4.0, "B2*2+$C$1"),
        "B2": (150.0, None),
        "A3": (6.0, "B3*2+$C$1"),
        "A5": ("x\ny", '"a""b"&\'One\'!A1'),
        "B5": ("#REF!", None),
    }
    assert sheet.hidden == ["row 3"]  # row 4 holds nothing


def test_spaces_and_quotes_of_formulas_do_not_count():
    one = read_cells(workbook("<row><c><f>SUM('Open lots'!A1, 'One'!B1)&amp;\"a 'One'!b\"</f><v>1</v></c></row>"))
    other = read_cells(workbook("<row><c><f>SUM('Open lots'!A1,One!B1)&amp;\"a 'One'!b\"</f><v>1</v></c></row>"))
    third = read_cells(workbook("<row><c><f>SUM('Open lots'!A1,One!B1)&amp;\"a One!b\"</f><v>1</v></c></row>"))
    assert compare(one, other).differences == []
    assert len(compare(other, third).differences) == 1  # in a text they do


def test_a_row_put_in_is_named_too():
    row = '<row r="{0}"><c r="A{0}"><v>{1}</v></c></row>'
    short, long = (read_cells(workbook("".join(row.format(n, v) for n, v in enumerate(values, 1))))["One"] for values in ("1357", "12357"))
    assert list(moved_rows(long, short)) == [(2, ("2",), False)]
    assert list(moved_rows(short, long)) == [(2, ("2",), True)]


ENTITY = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    "<worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"
)
HARMFUL = {
    "empty": b"",
    "text": b"time,account\n1,2\n",
    "no archive": b"PK\x03\x04" + b"\0" * 50,
    "document": hostile.packed([("word/document.xml", "<w/>")]),
    "old or encrypted": hostile.OLE + b"\0" * 600,
    "macros": workbook(CELLS, **{"xl/vbaProject.bin": "code"}),
    "bomb": workbook("<row><c><v>1</v></c></row>", **{"xl/styles.xml": "<a>" + " " * 40_000_000 + "</a>"}),
    "claims less": hostile.claiming(hostile.packed([("xl/workbook.xml", "<a>" + " " * 40_000_000 + "</a>")]), 10),
    "entities": workbook("", **{"xl/worksheets/one.xml": ENTITY}),
    "no XML": workbook("<row>"),
    "no sheet's part": workbook("", **{"xl/_rels/workbook.xml.rels": "<Relationships/>"}),
    "far cell": workbook('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "cell twice": workbook('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
    "cell in another row": workbook('<row r="1"><c r="A2"><v>1</v></c></row>'),
    "text beyond the shared ones": workbook('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'),
    "text before the shared ones": workbook('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'),
    "copy of no formula": workbook('<row r="1"><c r="A1"><f t="shared" si="3"/><v>1</v></c></row>'),
    "copy of a broken formula": workbook(
        '<row r="1"><c r="A1"><f t="shared" si="3">"a(((</f><v>1</v></c><c r="B1"><f t="shared" si="3"/><v>1</v></c></row>'
    ),
    "endless formula": workbook(f'<row r="1"><c r="A1"><f>{"1+" * 5000}1</f><v>1</v></c></row>'),
    "not of this program": workbook(CELLS),
}


@pytest.mark.parametrize("name", list(HARMFUL))
def test_harmful_and_other_files_are_refused(tmp_path, name):
    (tmp_path / "report.xlsx").write_bytes(HARMFUL[name])
    ran = run(tmp_path, "verify", "report.xlsx")
    assert ran.code == 2
    assert ran.err.startswith("error ")
    assert "\n  -> " in ran.err
    assert "INTERNAL_FAULT" not in ran.err
    assert ran.out == ""


def test_a_part_of_each_name_once(tmp_path):
    """Two parts of one name could show one content here and another to a spreadsheet program."""
    with zipfile.ZipFile(io.BytesIO(workbook(CELLS))) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = hostile.packed([*members, members[-1]])
    (tmp_path / "report.xlsx").write_bytes(data)
    assert run(tmp_path, "verify", "report.xlsx").code == 2


@pytest.mark.parametrize("given", ["nothing.xlsx", ".", "report.ods"])
def test_no_file_at_all(tmp_path, given):
    (tmp_path / "report.ods").write_bytes(hostile.packed([("mimetype", "application/vnd.oasis.opendocument.spreadsheet")]))
    assert run(tmp_path, "verify", given).code == 2


def test_a_workbook_of_before_names_no_sources(tmp_path):
    """Told with the next step: nothing in it is proven."""
    book = openpyxl.Workbook()
    book.active["A1"] = "Summary, all years, as of 2026-06-30 (taxlots 0.1.0)"
    book.save(tmp_path / "report.xlsx")
    ran = run(tmp_path, "verify", "report.xlsx", "--format", "json")
    assert (ran.code, ran.json["verified"]) == (1, False)
    assert [one["code"] for one in ran.json["problems"]] == ["WORKBOOK_NOT_RECOMPUTED"]


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _placed(names: list[tuple[str, str]], folder: Path) -> Path:
    """Files with the text `x` under these names and uses, put in place."""
    (folder / "x").write_text("x", encoding="utf-8")
    listed = [Origin(name, use, "" if use in {FILE, FOLDER} else _hash("x")) for name, use in names]
    sources = locate(listed, [folder / "nowhere"], [folder / "x"])
    (folder / "stage").mkdir()
    return put_in_place(listed, sources, folder / "stage")


@pytest.mark.parametrize("name", ["../../../../a.csv", "a/../../b/../../../c/d.csv", "deep/er/a.csv", "é/ü.csv"])
def test_sources_stay_in_their_folder(tmp_path, name):
    """However far up a name leads, its copy lies inside, and the name leads to it."""
    before = set(tmp_path.rglob("*"))
    work = _placed([(name, EXPORT), ("../up", FOLDER)], tmp_path)
    assert (work / name).read_text(encoding="utf-8") == "x"
    made = set(tmp_path.rglob("*")) - before - {tmp_path / "x", tmp_path / "stage"}
    assert all(path.is_relative_to(tmp_path / "stage") for path in made)
    assert Path(os.path.realpath(work / name)).is_relative_to(tmp_path / "stage")
    assert (work / "../up").is_dir()


@pytest.mark.parametrize("name", ["a\0b", "a/" * 3000 + "b", "x" * 300])
def test_names_that_no_file_can_have(tmp_path, name):
    with pytest.raises(UnreadableError):
        _placed([(name, EXPORT)], tmp_path)


def test_absolute_names(tmp_path):
    """An export is not looked for there, what the settings name is; a share of another machine never."""
    there = tmp_path / "prices.csv"
    there.write_text("x", encoding="utf-8")
    names = [(str(there), EXPORT), (str(there), INPUT), ("//server/share/prices.csv", INPUT)]
    found = locate([Origin(name, use, _hash("x")) for name, use in names], [tmp_path], [])
    assert [source.status for source in found] == ["absolute", "same", "absolute"]


def test_a_source_that_changes_while_it_is_read(tmp_path):
    (tmp_path / "a.csv").write_text("x", encoding="utf-8")
    listed = [Origin("a.csv", EXPORT, _hash("x"))]
    sources = locate(listed, [tmp_path], [])
    (tmp_path / "a.csv").write_text("y", encoding="utf-8")
    with pytest.raises(UnreadableError, match="changed while it was read"):
        put_in_place(listed, sources, tmp_path / "stage")


@pytest.mark.parametrize("name", ["plain.csv", '"quoted".csv', "tab\t.csv", "\x1b[31m", "\udcff.csv", "é"])
def test_names_in_cells_are_read_back(name):
    assert read_name(shown_name(name)) == name
    assert shown_name(name).isprintable()
