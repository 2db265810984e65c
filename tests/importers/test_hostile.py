"""Bombs, traps and impostors among the exports: each is named with the next step, quickly and in little memory; the rest is used."""

import contextlib
import gzip
import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from hostile_files import OLE, claiming, ods, ods_row, packed, tarred, xls, xlsx
from taxlots.importers import folders, readers, workbook_limits
from taxlots.importers.folders import UnreadableError
from taxlots.importers.workbooks import worksheets
from taxlots.problems import printable

from support import assert_rows_add_up, folder, run, tx, universal

GOOD = universal(tx("2024-01-05T12:00:00Z", "buy", sent="100 USD", received="1 ETH", id="good"))
OTHER = universal(tx("2024-02-05T12:00:00Z", "buy", sent="200 USD", received="2 SOL", id="other"))
CELL = '<c r="{0}{1}"><v>1</v></c>'
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


def sheet(*rows: str) -> str:
    """The data of a worksheet."""
    return f"<sheetData>{''.join(f'<row>{row}</row>' for row in rows)}</sheetData>"


def checked(tmp_path: Path, files: dict[str, bytes]):
    """Code, message and hint of what is found in these files beside a good one, which is used."""
    exports = folder(tmp_path / "exports", {"a_good.csv": GOOD, **files})
    ran = run(tmp_path, "check", exports, "--format", "json")
    assert "INTERNAL_FAULT" not in ran.err
    document = ran.json
    assert_rows_add_up(document)
    assert document["files"][0]["used"] == 1
    assert all(problem["hint"] for problem in document["problems"])
    return document


def problems(document):
    """Code and message of each problem."""
    return [(p["code"], p["message"]) for p in document["problems"]]


REFUSED = {
    # 64 kB of zeros pack to 100 bytes; 200 times the archive's own size is less than what its three members claim.
    "zip bomb": (packed([(f"{n}.csv", b"0" * 65536) for n in range(3)]), "FILE_TOO_LARGE", "unpacks to more than"),
    "nested bomb": (packed([(f"{n}.zip", packed([("a.csv", b"0" * 99999)])) for n in range(3)]), "FILE_TOO_LARGE", "unpacks to more than"),
    "gzip bomb": (gzip.compress(b"0" * 200_000), "FILE_TOO_LARGE", "unpacks to more than"),
    "claims too little": (claiming(packed([("a.csv", b"0" * 50_000)]), 100), "FILE_UNREADABLE", "CRC"),
    "claims too much": (claiming(packed([("a.csv", b"0" * 50)]), 4_000_000_000), "FILE_TOO_LARGE", "unpacks to more than"),
    "rare packing": (packed([("a.csv", b"0" * 500)], zipfile.ZIP_BZIP2), "FILE_UNREADABLE", "not read here"),
    "two far cells": (xlsx(sheet(CELL.format("A", 1), CELL.format("XFD", 1048576))), "FILE_TOO_LARGE", "1048576 rows and 16384 columns"),
    "one far cell": (xlsx(sheet(CELL.format("XFD", 1048576))), "FILE_TOO_LARGE", "1048576 rows and 16384 columns"),
    # Without places: 2,000 cells in one row and 6,000 rows of one cell are a rectangle of 12 million.
    "unplaced cells": (xlsx(sheet("<c><v>1</v></c>" * 2000, *["<c><v>1</v></c>"] * 6000)), "FILE_TOO_LARGE", "6001 rows and 2000 columns"),
    # A text of 30,000 characters in 20,000 cells is 600 million characters.
    "one text everywhere": (
        xlsx(sheet(*['<c t="s"><v>0</v></c>'] * 20_000), f"<si><t>{'A' * 30_000}</t></si>"),
        "FILE_TOO_LARGE",
        "600000000 characters",
    ),
    "billion laughs": (
        xlsx(sheet('<c t="inlineStr"><is><t>&a9;</t></is></c>'), prologue=f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>'),
        "FILE_UNREADABLE",
        "document type",
    ),
    "external entity": (
        xlsx(sheet('<c t="inlineStr"><is><t>&a;</t></is></c>'), prologue='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        "FILE_UNREADABLE",
        "document type",
    ),
    "broken XML": (xlsx("<sheetData><row>"), "FILE_UNREADABLE", "sheet1.xml"),
    "no place of a cell": (xlsx(sheet('<c r="ZZZZ1"><v>1</v></c>')), "FILE_UNREADABLE", "ZZZZ1"),
    "password": (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 900, "FILE_UNREADABLE", "password"),
    "broken OLE": (OLE + b"\0" * 5000, "FILE_UNREADABLE", "damaged workbook"),
    "wide row": (OTHER.encode() + b"a," * 20_000, "FILE_TOO_LARGE", "20001 cells"),
    "wide header": (",".join(f"c{n}" for n in range(20_000)).encode(), "FILE_TOO_LARGE", "20000 cells"),
    # Every other line opens a quote that the next one does not end: 1,001 such rows.
    "open quotes": (OTHER.encode() + b'2024,x,"y\n' * 2002, "FILE_UNREADABLE", "quotes open that nothing closes"),
    "one open quote": (OTHER.encode() + b'2024,x,"y\n' + b"2024,x,y\n" * 10_000, "FILE_UNREADABLE", "within 10000 lines"),
    # 10 columns of a million rows, of which 2 cells are filled.
    "stray cell": (xlsx(sheet(CELL.format("A", 1), CELL.format("J", 1_000_000))), "FILE_TOO_LARGE", "with 2 filled cells"),
    "empty workbook": (xlsx(sheet("<c/>")), "FILE_EMPTY", "no sheet of the workbook has a filled cell"),
    # one element of 4 bytes more than the limit
    "endless OFX": (b"OFXHEADER:100\n\n<OFX>\n<STMTRS>" + b"<A>1" * 1_000_001 + b"</STMTRS></OFX>", "FILE_UNREADABLE", "1000000 elements"),
    "nothing fits": (OTHER.encode() + b'x"y\n' * 100_002, "FILE_UNREADABLE", "in 100000 other rows or more"),
    "deep OFX": (b"OFXHEADER:100\n\n<OFX>" + b"<A>" * 200 + b"</OFX>", "FILE_UNREADABLE", "stand within each other"),
    "statements in statements": (
        b"OFXHEADER:100\n\n<OFX>\n" + b"<STMTRS>" * 50 + b"</OFX>",
        "FILE_UNREADABLE",
        "a statement begins within",
    ),
    "giant cell": (OTHER.encode() + b"x" * (17 * 1024**2), "FILE_UNREADABLE", "a line has more than 16777216 bytes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_its_cause(tmp_path, monkeypatch, case):
    """Nothing of the file is used, and the first problem says what is wrong with it. The floor of the ratio is scaled down."""
    monkeypatch.setattr(readers, "RATIO_FLOOR", 60_000)
    monkeypatch.setattr(readers, "LIMIT_RATIO", 100 if "bomb" in case else 2000)
    data, code, said = REFUSED[case]
    document = checked(tmp_path, {"bad.dat": data})
    assert problems(document)[0][0] == code
    assert said in problems(document)[0][1]
    assert sum(file["used"] for file in document["files"]) == 1


def test_a_refused_row_is_named_by_its_line(tmp_path):
    """The header and one row come before the line where the trouble begins: line 3."""
    for case in ("open quotes", "one open quote", "wide row", "giant cell"):
        document = checked(tmp_path / case, {"bad.csv": REFUSED[case][0]})
        assert [p["row"] for p in document["problems"]] == [3], case


def test_a_note_of_many_lines_is_a_note(tmp_path):
    """Lines within a closed quote, 9,000 of them, are one row; blank lines by the thousand are none."""
    note = '"' + "line\n" * 9_000 + '"'
    row = tx("2024-02-05T12:00:00Z", "buy", sent="1 USD", received="1 SOL", note=note)
    document = checked(tmp_path, {"x.csv": (universal(row) + "\n" * 5_000 + row.replace("-05T", "-06T")).encode()})
    assert [(f["rows"], f["used"]) for f in document["files"]][1:] == [(2, 2)]


def test_a_bomb_shows_before_it_is_unpacked(monkeypatch):
    """10 MB of zeros in 10 kB, with 10 kB of noise behind: what came out so far is measured against what was read so far.

    Noise and zeros together are within 1,000 times their packed size (20 MB), zeros alone are not within 200 times of what was read.
    """
    noise = os.urandom(10_000)
    packed_noise = gzip.compress(b"0" * 10_000_000) + gzip.compress(noise)
    monkeypatch.setattr(readers, "RATIO_FLOOR", 100_000)
    whole = readers._allowance(len(packed_noise))
    (found,) = readers._gunzip(packed_noise, "x.gz", readers._Room(whole), 0)
    assert isinstance(found, readers.Unreadable)
    assert found.problem.code == "FILE_TOO_LARGE"
    assert int(re.findall("[0-9]+", found.problem.message)[0]) < whole


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in kilobytes on Linux only")
def test_a_real_bomb_is_refused_in_little_memory(tmp_path):
    """100 MB of zeros in 100 kB, a spreadsheet of 17 thousand million cells, 500,000 open quotes, a line of 60 MB: a peak below 350 MB."""
    quotes = GOOD.encode() + b'2024,x,"y\n' * 500_000
    bomb, far = packed([("x.csv", b"0" * 100_000_000)]), REFUSED["two far cells"][0]
    folder(tmp_path, {"a_good.csv": GOOD, "b.zip": bomb, "c.xlsx": far, "d.csv": quotes, "e.csv": b"x" * 60_000_000})
    code = (
        "from pathlib import Path; from taxlots.importers.read import read;"
        "print(*sorted(p.code for p in read([Path('.')]).problems));"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"  # of this program alone, unlike ru_maxrss
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    *found, kilobytes = done.stdout.split()
    assert found == ["FILE_TOO_LARGE", "FILE_TOO_LARGE", "FILE_UNREADABLE", "FILE_UNREADABLE"]
    assert int(kilobytes) < 350_000


def test_a_lying_dimension_is_not_believed(tmp_path):
    """The sheet says A1:XFD1048576 and holds one row of header and one of data."""
    cells = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("time", "account", "kind"))
    document = checked(tmp_path, {"x.xlsx": xlsx('<dimension ref="A1:XFD1048576"/>' + sheet(cells, cells.replace("time", "never")))})
    assert [p["code"] for p in document["problems"]] == ["TIME_INVALID"]


def test_empty_columns_without_end_are_nothing(tmp_path):
    """Cells without a value do not widen a sheet: 200,000 of them follow in the one row."""
    names = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("time", "account", "kind"))
    document = checked(tmp_path, {"x.xlsx": xlsx(sheet(names + "<c/>" * 200_000))})
    assert [(f["layout"], f["rows"]) for f in document["files"]] == [("universal", 1), ("universal", 0)]


def test_cells_of_a_sheet_are_counted_alike(monkeypatch):
    """The quick check of usual sheets and the walk through the XML of others agree at the limit: 3 rows by 4 columns are 12 cells."""
    usual = xlsx(sheet('<c r="A1"><v>1</v></c>', '<c r="D3" s="1" t="n"><v>1</v></c>'))
    other = xlsx(sheet('<c s="1" r="A1"><v>1</v></c>', '<c s="1" r="D3"><v>1</v></c>'))
    for data in (usual, other):
        monkeypatch.setattr(workbook_limits, "LIMIT_CELLS", 12)
        assert [(name, len(rows)) for name, rows in worksheets(data, 10**6)] == [("S", 3)]
        monkeypatch.setattr(workbook_limits, "LIMIT_CELLS", 11)
        with pytest.raises(UnreadableError, match="3 rows and 4 columns"):
            list(worksheets(data, 10**6))


TABLE = [["time", "account", "kind", "sent_quantity", "sent_asset", "received_quantity", "received_asset"]]
TABLE += [["2024-02-05T12:00:00Z", "kraken", "buy", "200", "USD", "0.1", "SOL"]]


@pytest.mark.parametrize("make", [xls, lambda rows: ods("".join(ods_row(*row) for row in rows))], ids=["xls", "ods"])
def test_other_spreadsheets_are_read(tmp_path, make):
    """The formats of older Excel and of LibreOffice are read, in a process of their own."""
    document = checked(tmp_path, {"x.dat": make(TABLE)})
    assert [(f["layout"], f["used"]) for f in document["files"]] == [("universal", 1), ("universal", 1)]
    assert document["problems"] == []


def test_an_old_spreadsheet_that_needs_too_much_ends_only_its_own_process(tmp_path):
    """An XLS cell in row and column 65,535 would make a sheet of four thousand million cells: the library aborts, this program does not."""
    far = bytearray(xls([["x"], ["y"]]))
    place = far.index(b"\x04\x02\x0a\x00\x01\x00\x00\x00")  # the label record of row 1
    far[place + 4 : place + 8] = b"\xff\xff\xff\xff"
    document = checked(tmp_path, {"x.xls": bytes(far)})
    assert [p["code"] for p in document["problems"]] == ["FILE_TOO_LARGE"]


FOREIGN = {
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    "page": (b"\xef\xbb\xbf <HTML><table><tr><td>Date</td></tr></table>", "HTML"),
    "JSON": (b'[{"time": "2024-01-01"}]', "JSON"),
    "XML 2003": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML spreadsheet"),
    "picture": (b"\x89PNG\r\n\x1a\n", "picture"),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00", "7z"),
    "QIF": (b"!Type:Invst\nD1/1/24\n", "QIF"),
    "Word": (packed([("word/document.xml", "<x/>")]), "Word"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_what_is_no_table_is_named(tmp_path, case):
    """A file that only calls itself a table: what it is, and what to do."""
    data, said = FOREIGN[case]
    document = checked(tmp_path, {"statement.xls": data})
    (found,) = document["problems"]
    assert found["code"] == "FILE_NOT_TEXT"
    assert said in found["message"]


def test_documents_in_a_folder_are_listed(tmp_path):
    """JSON and HTML in a folder are warnings, this program's own results are none, and by name they are errors."""
    files = {"tx.json": b'{"a": 1}', "page.html": b"<html>", "own.json": b'{"schema": "taxlots.check/1"}'}
    document = checked(tmp_path, files)
    assert [(p["code"], p["severity"], Path(p["file"]).name) for p in document["problems"]] == [
        ("FILE_LEFT_OUT", "warning", "page.html"),
        ("FILE_LEFT_OUT", "warning", "tx.json"),
    ]
    given = run(tmp_path, "check", "exports/tx.json", "--format", "json")
    assert [p["code"] for p in given.json["problems"]] == ["FILE_NOT_TEXT"]


def test_documents_in_an_archive_are_listed(tmp_path):
    """What a Mac adds to an archive is passed over; a JSON export in it is not."""
    data = packed([("tx.json", b'{"a": 1}'), ("__MACOSX/._x.csv", b"\0\0"), (".DS_Store", b"\0"), ("x.csv", OTHER)])
    document = checked(tmp_path, {"all.zip": data})
    assert [(p["code"], Path(p["file"]).name) for p in document["problems"]] == [("FILE_LEFT_OUT", "all.zip!tx.json")]
    assert sum(file["used"] for file in document["files"]) == 2


def test_two_members_of_one_name_are_two_files(tmp_path):
    """Rows of the second do not take the place of those of the first."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed([("x.csv", OTHER), ("x.csv", OTHER.replace("other", "third").replace("2 SOL", "3 SOL").replace("02-05", "03-05"))])
    document = checked(tmp_path, {"all.zip": data})
    assert [(Path(f["file"]).name, f["used"]) for f in document["files"][1:]] == [("all.zip!x.csv", 1), ("all.zip!x.csv (2)", 1)]


@pytest.mark.parametrize("make", [packed, tarred], ids=["zip", "tar"])
def test_an_archive_of_too_many_files_is_refused(tmp_path, monkeypatch, make):
    """The members are counted before any of them is read."""
    monkeypatch.setattr(readers, "LIMIT_MEMBERS", 20)
    document = checked(tmp_path, {"all.dat": make([(f"{n}.csv", b"1") for n in range(21)])})
    assert [p["code"] for p in document["problems"]] == ["FILE_TOO_LARGE"]


def test_a_sparse_member_of_a_tar_is_not_filled_up(tmp_path):
    """A member of 512 bytes that claims to be one terabyte with a hole in it is refused, whatever room the archive has."""
    document = checked(tmp_path, {"all.tar": tarred([("x.csv", b"1" * 512)], hole=2**40), "b.csv": OTHER.encode()})
    assert [p["code"] for p in document["problems"]] == ["FILE_TOO_LARGE"]
    assert sum(file["used"] for file in document["files"]) == 2


def test_a_folder_of_too_many_files_is_named(tmp_path, monkeypatch):
    """The rest is not lost without a word."""
    monkeypatch.setattr(folders, "LIMIT_FILES", 3)
    exports = folder(tmp_path / "exports", {f"{n}.csv": OTHER for n in range(5)})
    document = run(tmp_path, "check", exports, "--format", "json").json
    assert [p["code"] for p in document["problems"]] == ["FILE_UNREADABLE"]
    assert "more than 3 files" in document["problems"][0]["message"]


def test_links_that_leave_the_folder_are_not_followed(tmp_path):
    """Neither to a file nor to a folder outside; a link inside the folder, also to itself or above it, is read once."""
    secret = folder(tmp_path / "outside", {"secret.csv": OTHER})
    exports = folder(tmp_path / "exports", {"a_good.csv": GOOD})
    (exports / "file.csv").symlink_to(secret / "secret.csv")
    (exports / "folder").symlink_to(secret)
    (exports / "loop").symlink_to(exports)
    (exports / "same.csv").symlink_to(exports / "a_good.csv")
    document = checked(tmp_path, {})
    assert [(p["code"], Path(p["file"]).name) for p in document["problems"]] == [
        ("FILE_UNREADABLE", "file.csv"),
        ("FILE_UNREADABLE", "folder"),
    ]
    assert all("leads out of the folder" in p["message"] for p in document["problems"])
    assert sum(file["rows"] for file in document["files"]) == 1


def test_a_link_that_was_given_is_followed(tmp_path):
    """What the person names is read, wherever it leads."""
    folder(tmp_path / "outside", {"x.csv": OTHER})
    (tmp_path / "link.csv").symlink_to(tmp_path / "outside" / "x.csv")
    assert [f["used"] for f in run(tmp_path, "check", "link.csv", "--format", "json").json["files"]] == [1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_block(tmp_path):
    """A named pipe in the folder, or given by name, is named instead of waited for."""
    exports = folder(tmp_path / "exports", {})
    os.mkfifo(exports / "pipe.csv")
    document = checked(tmp_path, {})
    assert problems(document) == [("FILE_UNREADABLE", "no file but a pipe, a device or the like")]
    given = run(tmp_path, "check", exports / "pipe.csv", os.devnull, "--format", "json")
    assert [p["code"] for p in given.json["problems"]] == ["FILE_UNREADABLE"] * 2


def test_a_file_that_grows_or_vanishes_is_named(tmp_path, monkeypatch):
    """A file that is written to while it is read is no export yet; one that is gone when its turn comes is an error."""
    exports = folder(tmp_path / "exports", {"grows.csv": OTHER, "vanishes.csv": OTHER})
    real = os.open

    def opened(path, *args):
        if Path(path).name == "grows.csv":
            Path(path).write_bytes(OTHER.encode() * 2)
            handle = real(path, *args)
            before = os.stat_result([0, 0, 0, 0, 0, 0, len(OTHER), 0, 0, 0])
            monkeypatch.setattr(os, "fstat", lambda _handle: before)
            (exports / "vanishes.csv").unlink()
            return handle
        monkeypatch.setattr(os, "fstat", stat)
        return real(path, *args)

    stat = os.fstat
    monkeypatch.setattr(os, "open", opened)
    document = checked(tmp_path, {})
    assert [p["code"] for p in document["problems"]] == ["FILE_UNREADABLE"] * 2
    assert "changed while it was read" in document["problems"][0]["message"]


def test_a_folder_that_can_not_be_listed_is_named(tmp_path, monkeypatch):
    """A locked folder in the folder is an error, not nothing."""
    exports = folder(tmp_path / "exports", {})
    (exports / "locked").mkdir()
    real = os.scandir

    def scandir(path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    document = checked(tmp_path, {})
    assert problems(document) == [("FILE_UNREADABLE", "Permission denied")]


def test_deep_folders_are_walked(tmp_path):
    """A file 40 folders down, with a path of 8,000 characters, longer than the system takes at once, is named."""
    exports = folder(tmp_path / "exports", {})
    with contextlib.chdir(exports):
        for _ in range(40):
            Path("deep" * 50).mkdir()
            os.chdir("deep" * 50)
        Path("x.csv").write_text(OTHER)
    document = checked(tmp_path, {})
    assert len(document["files"]) == 2
    assert [p["code"] for p in document["problems"]] == ["FILE_UNREADABLE"]
    assert len(document["problems"][0]["file"]) <= readers.LIMIT_NAME + 3
    subprocess.run(["rm", "-rf", exports], check=True)  # what removes temporary folders can't go that deep


NAMES = ["new\nline.csv", "\x1b[31mred\x1b[0m.csv", "bell\x07.csv", "flip\u202egnp.csv", "\x9b2J.csv"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_do_not_steer_the_terminal(tmp_path, name):
    """Line ends, escapes and marks that reorder text in file names reach neither stdout nor stderr."""
    exports = folder(tmp_path / "exports", {name: b"when,what\n1,2\n"})
    archive = {"a.zip": packed([(name, b"when\x1b[2J,what\n1,2\n")])}
    folder(exports, archive)
    for form in ("table", "json", "csv"):
        ran = run(tmp_path, "check", exports, "--format", form)
        assert steering(ran.out + ran.err) == [], form


def test_cells_do_not_steer_the_terminal(tmp_path):
    """A cell that would clear the screen is shown by its number, in messages and in tables."""
    evil = "\x1b[2J\x9b31m\u202e"
    rows = [tx("2024-02-05T12:00:00Z", "buy", sent="1 USD", received="1 SOL", note=evil, id="\x9bx")]
    text = universal(*rows, tx(evil, evil, account=evil)) + "x" * 3000 + "\n"
    for command in ("check", "ledger", "lots", "income"):
        for form in ("table", "csv", "json"):
            ran = run(tmp_path, command, folder(tmp_path / "exports", text), "--format", form)
            assert steering(ran.out + ran.err) == [], (command, form)


def steering(text: str) -> list[str]:
    """Control characters and marks of direction, but for line ends and what JSON writes as a number."""
    return re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_printable_keeps_text():
    """Letters, umlauts and symbols stay; what can't be seen is numbered, a lone surrogate too."""
    assert printable("Zahlung 5 € 日本") == "Zahlung 5 € 日本"
    assert printable("a\x1b\n\udc80\u202e") == r"a\x1b\n\udc80\u202e"


def test_a_name_that_is_no_text_is_read(tmp_path):
    """A file name in another encoding than the system's is shown by its bytes; the file is used."""
    exports = folder(tmp_path / "exports", {})
    Path(os.fsdecode(os.fsencode(exports) + b"/caf\xe9.csv")).write_text(OTHER)
    document = checked(tmp_path, {})
    assert [Path(f["file"]).name for f in document["files"]] == ["a_good.csv", r"caf\udce9.csv"]
    assert run(tmp_path, "check", exports).code == 0


def test_formulas_do_not_leave_as_formulas(tmp_path):
    """A note that a spreadsheet would run is quoted in the CSV of the ledger, and comes back as it was."""
    note = "=cmd|'/c calc'!A1"
    exports = folder(tmp_path / "exports", universal(tx("2024-02-05T12:00:00Z", "buy", sent="1 USD", received="1 SOL", note=note)))
    written = run(tmp_path, "ledger", exports, "--format", "csv").out
    assert f"'{note}" in written
    again = run(tmp_path, "ledger", folder(tmp_path / "again", written), "--format", "json").json
    assert again["transactions"][0]["note"] == note


def test_five_hundred_files_take_their_time_each_once(tmp_path):
    """Twice as many files take about twice as long: 500 small files within seconds."""
    took = []
    for count in (125, 500):
        rows = [tx("2024-02-05T12:00:00Z", "buy", sent="200 USD", received=f"{n + 1} SOL", id=f"n{n}") for n in range(count)]
        exports = folder(tmp_path / str(count), {f"{n}.csv": universal(row) for n, row in enumerate(rows)})
        started = time.process_time()
        document = run(tmp_path, "check", exports, "--format", "json").json
        took.append(time.process_time() - started)
        assert sum(file["used"] for file in document["files"]) == count
    assert took[1] < 20 * max(took[0], 0.1)
    assert took[1] < 15


def test_a_long_line_is_refused_quickly(tmp_path):
    """20 MB without a line end are one cell beyond the limit."""
    started = time.process_time()
    document = checked(tmp_path, {"x.csv": b"x" * 20_000_000})
    assert [p["code"] for p in document["problems"]] == ["FILE_UNREADABLE"]
    assert time.process_time() - started < 10
