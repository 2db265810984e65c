"""Damaged, hostile and odd files: each is named or read, the files beside it are still used, and every row has one fate."""

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import openpyxl
import pytest
from taxlots.importers import readers

from support import HEADER, assert_rows_add_up, codes, folder, ledger_of, records, run, tx, universal

GOOD = universal(tx("2024-01-05T12:00:00Z", "buy", sent="100 USD", received="1 ETH", id="good"))
OTHER = universal(tx("2024-02-05T12:00:00Z", "buy", sent="200 USD", received="2 SOL", id="other"))


def zipped(**members: bytes) -> bytes:
    """A zip archive; a double underscore in a name stands for a point."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return stream.getvalue()


def tarred(**members: bytes) -> bytes:
    """A tar archive, as Binance packs its exports, with a link to a file of the machine in it."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name.replace("__", "."))
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("passwords.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return stream.getvalue()


def check(tmp_path: Path, files: dict[str, str | bytes]):
    """`taxlots check --format json` on these files beside a good one: the good one is used, the rows add up, nothing crashes."""
    exports = folder(tmp_path / "exports", {"a_good.csv": GOOD, **files})
    ran = run(tmp_path, "check", exports, "--format", "json")
    assert ran.code in {0, 1}, ran.err
    assert "error INTERNAL_FAULT" not in ran.err
    document = ran.json
    assert_rows_add_up(document)
    by_name = {Path(file["file"]).name: file for file in document["files"]}
    assert by_name["a_good.csv"]["used"] == 1
    return document, by_name


def problems_of(document, name):
    """Codes of the problems of one file."""
    return sorted({p["code"] for p in document["problems"] if p["file"] and p["file"].endswith(name)})


DAMAGED_ZIP = bytearray(zipped(z__csv=OTHER.encode() * 50))
DAMAGED_ZIP[60:90] = b"\xff" * 30
DAMAGED_GZIP = bytearray(gzip.compress(OTHER.encode() * 50))
DAMAGED_GZIP[20:60] = b"\xff" * 40
UNUSABLE = {
    "empty": (b"", "FILE_EMPTY"),
    "blank": (b" \r\n\t\n", "FILE_EMPTY"),
    "binary": (bytes(range(256)) * 8, "FILE_NOT_TEXT"),
    "nul": (b"time,account\x00,kind\n", "FILE_NOT_TEXT"),
    "control": (b"time,account\x07,kind\n", "FILE_NOT_TEXT"),
    "half_utf16": (b"\xff\xfea\x00b", "FILE_NOT_TEXT"),
    "zip_cut": (zipped(z__csv=OTHER.encode())[:-30], "FILE_UNREADABLE"),
    "zip_damaged": (bytes(DAMAGED_ZIP), "FILE_UNREADABLE"),
    "gzip_cut": (gzip.compress(OTHER.encode())[:-12], "FILE_UNREADABLE"),
    "gzip_damaged": (bytes(DAMAGED_GZIP), "FILE_UNREADABLE"),
    "tar_cut": (tarred(z__csv=OTHER.encode() * 50)[:1500], "FILE_UNREADABLE"),
    "xlsx_damaged": (zipped(**{"xl/workbook.xml": b"<no"}), "FILE_UNREADABLE"),
    "giant_cell": (b'time,account,kind\n"' + b"x" * (17 * 1024**2), "FILE_UNREADABLE"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_an_unusable_file_is_named_and_the_rest_is_used(tmp_path, case):
    """Nothing of the file is used, one error names it, and the good file beside it counts."""
    data, code = UNUSABLE[case]
    document, _ = check(tmp_path, {"bad.csv": data})
    found = {p["code"] for p in document["problems"] if p["file"] and "bad.csv" in p["file"]}
    assert found == {code}
    assert all(p["hint"] for p in document["problems"])


def test_an_unknown_layout_is_an_error_that_shows_the_header(tmp_path):
    """All its rows are unusable, the layout is null, and the message shows what stood there."""
    document, files = check(tmp_path, {"bad.csv": "when,what\n2024,buy\n2025,sell\n"})
    assert files["bad.csv"]["layout"] is None
    assert files["bad.csv"]["unusable"] == files["bad.csv"]["rows"] == 3
    (found,) = [p for p in document["problems"] if p["code"] == "LAYOUT_UNKNOWN"]
    assert "when, what" in found["message"]


READABLE = {
    "utf16_no_mark": OTHER.encode("utf-16-le"),
    "utf16_big_no_mark": OTHER.encode("utf-16-be"),
    "utf32": OTHER.encode("utf-32"),
    "utf32_big": b"\x00\x00\xfe\xff" + OTHER.encode("utf-32-be"),
    "utf32_no_mark": OTHER.encode("utf-32-le"),
    "bom_in_every_cell": OTHER.replace(",", ",\ufeff").encode("utf-8-sig"),
    "caret": OTHER.replace(",", "^").encode(),
    "sep_line": ("sep=;\r\n" + OTHER.replace(",", ";")).encode(),
    "sep_line_utf16": ("sep=\t\n" + OTHER.replace(",", "\t")).encode("utf-16"),
    "all_quoted": "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in OTHER.splitlines()).encode(),
    "trailing_delimiters": OTHER.replace("\n", ",,,\n").encode(),
    "dos_end_of_file": OTHER.encode() + b"\x1a",
    "utf8_bom": OTHER.encode("utf-8-sig"),
    "utf16": OTHER.encode("utf-16"),
    "utf16_big": b"\xfe\xff" + OTHER.encode("utf-16-be"),
    "crlf": OTHER.replace("\n", "\r\n").encode(),
    "old_mac": OTHER.replace("\n", "\r").encode(),
    "semicolon": OTHER.replace(",", ";").encode(),
    "tab": OTHER.replace(",", "\t").encode(),
    "pipe": OTHER.replace(",", "|").encode(),
    "no_last_line_end": OTHER.rstrip().encode(),
    "preamble": ("Statement of Jane Doe\n\n" + OTHER).encode(),
    "zip": zipped(z__csv=OTHER.encode()),
    "zip_in_zip": zipped(y__zip=zipped(z__csv=OTHER.encode())),
    "gzip": gzip.compress(OTHER.encode()),
    "tar": tarred(z__csv=OTHER.encode()),
    "tar_gz": gzip.compress(tarred(z__csv=OTHER.encode())),
    "wrapped": "\n".join('"' + line.replace('"', '""') + '"' for line in OTHER.splitlines()).encode(),
}


@pytest.mark.parametrize("case", READABLE)
def test_every_packing_of_one_table_reads_the_same(tmp_path, case):
    """Encoding, line ends, delimiter and archive make no difference to the row."""
    (row,) = records(ledger_of(tmp_path, {"x.csv": READABLE[case]}).transactions)
    assert (row["id"], row["received_quantity"], row["received_asset"], row["sent_asset"]) == ("other", 2, "SOL", "USD")


def test_cp1252_is_read(tmp_path):
    """A file of an old spreadsheet program keeps its umlauts."""
    text = universal(tx("2024-02-05T12:00:00Z", "buy", sent="200 USD", received="2 SOL", note="Gebühr €"))
    (row,) = records(ledger_of(tmp_path, {"x.csv": text.encode("cp1252")}).transactions)
    assert row["note"] == "Gebühr €"


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("cp932", "取引所（現物）カード"), ("gb18030", "现货交易"), ("cp1252", "dépôt à l’étranger – “x”"), ("latin-1", "\x81 \xe9")],
)
def test_old_code_pages_are_read(tmp_path, encoding, note):
    """Shift-JIS, GBK and Western text without a mark: words of East Asian characters tell which it is."""
    text = universal(tx("2024-02-05T12:00:00Z", "buy", sent="200 USD", received="2 SOL", note=note))
    (row,) = records(ledger_of(tmp_path, {"x.csv": text.encode(encoding)}).transactions)
    assert row["note"] == note


def test_lines_of_two_encodings_are_each_read(tmp_path):
    """A UTF-8 export with one in the code page of Windows pasted below it: both keep their letters."""
    rows = [universal(tx(f"2024-02-0{n}T12:00:00Z", "buy", sent="1 USD", received="1 SOL", note="Gebühr")) for n in (1, 2)]
    ledger = ledger_of(tmp_path, {"x.csv": rows[0].encode() + rows[1].encode("cp1252")})
    assert [row["note"] for row in records(ledger.transactions)] == ["Gebühr", "Gebühr"]


def test_a_file_cut_off_within_a_character_keeps_its_encoding(tmp_path):
    """The last byte of the last ü is missing: the rows above are UTF-8 all the same."""
    rows = [tx(f"2024-02-0{n}T12:00:00Z", "buy", sent="1 USD", received="1 SOL", note="Gebühr") for n in (1, 2)]
    data = universal(*rows).encode()
    ledger = ledger_of(tmp_path, {"x.csv": data[: data.rindex("ü".encode()) + 1]})
    assert records(ledger.transactions)[0]["note"] == "Gebühr"


def test_the_named_separator_wins(tmp_path):
    """`sep=;` before cells full of commas."""
    text = (
        "sep=;\n"
        + OTHER.replace(",", ";").replace("SOL;", "SOL;", 1)
        + OTHER.splitlines()[1].replace(",", ";").replace("other", "a,b,c,d,e")
    )
    ids = [row["id"] for row in records(ledger_of(tmp_path, {"x.csv": text}).transactions)]
    assert sorted(ids) == ["a,b,c,d,e", "other"]


def test_rows_with_control_characters_are_named(tmp_path):
    """BTC and BTC with a NUL behind it are not two assets: the damaged row is unusable, the others count."""
    rows = [tx(f"2024-02-{n:02}T12:00:00Z", "buy", sent="1 USD", received="1 SOL") for n in range(1, 9)]
    rows[4] = rows[4].replace("SOL", "SOL\x00")
    document, files = check(tmp_path, {"bad.csv": universal(*rows)})
    assert [(p["code"], p["row"]) for p in document["problems"]] == [("ROW_INVALID", 6)]
    assert (files["bad.csv"]["used"], files["bad.csv"]["unusable"]) == (7, 1)


KRAKEN = """txid,refid,time,type,subtype,aclass,asset,wallet,amount,fee,balance
"L1","R1","2024-03-01 10:00:00","deposit","","currency","XXBT","spot / main",1,0,1
"""


@pytest.mark.parametrize("kraken_first", [True, False])
def test_a_header_of_another_layout_begins_another_table(tmp_path, kraken_first):
    """Two exports pasted under each other are read each by its own layout, and rows keep their line numbers."""
    text = KRAKEN + OTHER + OTHER.replace("2024-02-05", "never") if kraken_first else OTHER + KRAKEN + OTHER.replace("2024-02-05", "never")
    document, files = check(tmp_path, {"b.csv": text})
    names = ["kraken_ledgers", "universal"] if kraken_first else ["universal", "kraken_ledgers"]
    assert files["b.csv"]["layout"] == " + ".join(names)
    assert (files["b.csv"]["rows"], files["b.csv"]["used"], files["b.csv"]["unusable"]) == (3, 2, 1)
    assert [(p["code"], p["row"]) for p in document["problems"] if p["code"] == "TIME_INVALID"] == [("TIME_INVALID", 6)]


@pytest.mark.parametrize("kraken_first", [True, False])
def test_a_header_of_another_layout_begins_another_table_in_a_large_file(tmp_path, kraken_first):
    """As in a small file: 4,000 rows of 90 bytes are read by column where they stand alone."""
    rows = [tx("2024-02-05T12:00:00Z", "buy", sent="200 USD", received=f"{n + 1} SOL", id=f"row-{n:030}") for n in range(4000)]
    text = (KRAKEN + universal(*rows) if kraken_first else universal(*rows) + KRAKEN).replace('"', "")
    assert len(text) > readers.LARGE_BYTES
    document, files = check(tmp_path, {"b.csv": text})
    assert (files["b.csv"]["rows"], files["b.csv"]["used"]) == (4001, 4001)
    assert [p["code"] for p in document["problems"]] == ["DEPOSIT_UNPAIRED"]  # the one of Kraken


def test_a_first_header_too_far_down_is_none(tmp_path):
    """A known header below row 60 is none, and a second one does not make the rows between them vanish."""
    document, files = check(tmp_path, {"b.csv": "x\n" * 70 + OTHER + KRAKEN})
    assert files["b.csv"]["layout"] is None
    assert files["b.csv"]["rows"] == files["b.csv"]["unusable"] == 74
    assert problems_of(document, "b.csv") == ["LAYOUT_UNKNOWN"]


def test_a_row_is_named_by_its_first_line(tmp_path):
    """A cell with line ends in quotes makes the next row stand further down: lines 2-4, then line 5."""
    note = tx("2024-02-05T12:00:00Z", "buy", sent="1 USD", received="1 SOL", note='"one\ntwo\nthree"')
    text = universal(note, tx("never", "buy", sent="1 USD", received="1 SOL"))
    ledger = ledger_of(tmp_path, text)
    assert records(ledger.transactions)[0]["sources"][0]["row"] == 2
    assert [(p.code, p.row) for p in ledger.problems] == [("TIME_INVALID", 5)]


def test_archives_three_deep_are_refused_by_name(tmp_path):
    """A zip in a zip in a zip is not opened, and not lost without a word."""
    deep = zipped(a__zip=zipped(b__zip=zipped(c__csv=OTHER.encode())))
    document, _ = check(tmp_path, {"bad.zip": deep})
    assert problems_of(document, "b.zip") == ["FILE_UNREADABLE"]


def test_one_damaged_member_leaves_the_others(tmp_path):
    """The members before and after the damaged one are read."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("1.csv", OTHER)
        archive.writestr("2.csv", "x" * 100)
        archive.writestr("3.csv", OTHER.replace("other", "third").replace("2 SOL", "3 SOL").replace("02-05", "03-05"))
    data = bytearray(stream.getvalue())
    data[data.index(b"x" * 100)] = ord("y")
    document, files = check(tmp_path, {"all.zip": bytes(data)})
    assert files["all.zip!1.csv"]["used"] == files["all.zip!3.csv"]["used"] == 1
    assert problems_of(document, "!2.csv") == ["FILE_UNREADABLE"]


def test_an_encrypted_member_is_named(tmp_path):
    """A member with a password is an error, not a crash."""
    data = bytearray(zipped(z__csv=OTHER.encode()))
    data[6] |= 1  # flag bit 0: encrypted
    data[data.index(b"PK\x01\x02") + 8] |= 1
    document, _ = check(tmp_path, {"bad.zip": bytes(data)})
    assert problems_of(document, "z.csv") == ["FILE_UNREADABLE"]


def test_names_in_an_archive_are_only_shown(tmp_path):
    """A member called ../../x.csv is read from memory; nothing is written anywhere."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../../x.csv", OTHER)
        archive.writestr("/etc/y.csv", OTHER.replace("other", "third"))
    before = sorted(p for p in tmp_path.rglob("*") if p.name == "x.csv")
    _, files = check(tmp_path, {"evil.zip": stream.getvalue()})
    assert files["x.csv"]["used"] == 1
    assert sorted(p for p in tmp_path.rglob("*") if p.name == "x.csv") == before


@pytest.mark.parametrize(
    "bomb",
    [zipped(z__csv=b" " * 5000), gzip.compress(b" " * 5000), zipped(**{"xl/workbook.xml": b" " * 5000})],
    ids=["zip", "gzip", "xlsx"],
)
def test_what_unpacks_to_too_much_is_not_unpacked(tmp_path, monkeypatch, bomb):
    """An archive, a gzip file and a spreadsheet beyond the limit are refused by name."""
    monkeypatch.setattr(readers, "LIMIT_BYTES", 2000)
    document, _ = check(tmp_path, {"bomb.zip": bomb})
    assert [p["code"] for p in document["problems"]] == ["FILE_TOO_LARGE"]


def test_a_large_file_is_refused(tmp_path, monkeypatch):
    """A file beyond the limit is not read into memory."""
    monkeypatch.setattr(readers, "LIMIT_BYTES", 2000)
    document, _ = check(tmp_path, {"big.csv": OTHER + " " * 2000})
    assert problems_of(document, "big.csv") == ["FILE_TOO_LARGE"]


def workbook(*rows: list[object]) -> bytes:
    """A spreadsheet with the universal header and these rows."""
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_spreadsheet_number_is_what_was_typed(tmp_path):
    """0.1 is stored as the nearest binary float, but was typed as 0.1; 0.1 + 0.2 typed as 0.3 stays 0.3; whole numbers have no point."""
    data = workbook(["2024-02-05T12:00:00Z", "kraken", "buy", 3000, "USD", 0.1, "BTC", 0.3, "USD"])
    (row,) = records(ledger_of(tmp_path, {"x.xlsx": data}).transactions)
    assert [str(row[f"{leg}_quantity"].normalize()) for leg in ("sent", "received", "fee")] == ["3E+3", "0.1", "0.3"]


def test_a_spreadsheet_date_is_a_time(tmp_path):
    """A date cell reads as that date and time."""
    from datetime import UTC, datetime

    data = workbook([datetime(2024, 2, 5, 12), "kraken", "buy", 1, "USD", 1, "BTC"])  # noqa: DTZ001  spreadsheets know no zone
    (row,) = records(ledger_of(tmp_path, {"x.xlsx": data}).transactions)
    assert row["time"] == datetime(2024, 2, 5, 12, tzinfo=UTC)


def test_the_same_file_under_two_names_counts_once(tmp_path):
    """All rows of the copy are merged."""
    document, files = check(tmp_path, {"b_copy.csv": GOOD})
    assert files["b_copy.csv"]["merged"] == 1
    assert document["problems"] == []


def test_one_file_given_twice_is_read_once(tmp_path):
    """A folder and a file in it, given together, are no two copies."""
    exports = folder(tmp_path / "exports", {"a.csv": GOOD})
    document = run(tmp_path, "check", exports, exports / "a.csv", "--format", "json").json
    assert [file["used"] for file in document["files"]] == [1]


@pytest.mark.parametrize("opened_in", ["first", "last"])
def test_a_quote_that_is_never_closed_is_an_error(tmp_path, opened_in):
    """The lines that it swallows must not vanish without a word."""
    rows = [tx(f"2024-02-0{day}T12:00:00Z", "buy", sent="1 USD", received="1 SOL", note="x") for day in (1, 2, 3)]
    broken = 0 if opened_in == "first" else 2
    rows[broken] = rows[broken].replace(",x,", ',"x,')
    document, _ = check(tmp_path, {"bad.csv": universal(*rows)})
    assert [(p["code"], p["row"]) for p in document["problems"]] == [("ROW_TRUNCATED", broken + 2)]


def test_a_quote_that_closes_rows_later_is_an_error(tmp_path):
    """A note that opens a quote and the next note, quoted, that seems to close it: the row between is lost, and said so."""
    rows = [tx(f"2024-02-0{day}T12:00:00Z", "buy", sent="1 USD", received="1 SOL", note=f'"{day}"') for day in (1, 2, 3)]
    rows[0] = rows[0].replace('"1"', '"1')
    document, _ = check(tmp_path, {"bad.csv": universal(*rows)})
    assert ("ROW_TRUNCATED", 2) in [(p["code"], p["row"]) for p in document["problems"]]


def test_wrapped_rows_with_a_line_end_inside_are_an_error(tmp_path):
    """Rows each wrapped into one quoted cell, one of which runs over two lines: a Problem, no crash."""
    lines = [f'"{line}"' for line in OTHER.splitlines()]
    lines += ['"2024-02-06T12:00:00Z,kraken,buy,1,USD', '1,SOL"', *lines[1:]]
    document, _ = check(tmp_path, {"bad.csv": "\n".join(lines)})
    assert "ROW_TRUNCATED" in problems_of(document, "bad.csv")


def test_a_row_that_ends_early_is_cut_off(tmp_path):
    """A row without the columns that every row needs is unusable; the others count."""
    document, files = check(tmp_path, {"bad.csv": OTHER + "2024-02-06T12:00:00Z,kra\n"})
    assert (files["bad.csv"]["used"], files["bad.csv"]["unusable"]) == (1, 1)
    assert problems_of(document, "bad.csv") == ["ROW_TRUNCATED"]


def test_a_row_with_too_many_cells_is_refused(tmp_path):
    """An unquoted 1,234.50 shifts the cells; that must not be guessed at."""
    shifted = tx("2024-02-06T12:00:00Z", "buy", sent="1,234.50 USD", received="1 SOL")
    document, files = check(tmp_path, {"bad.csv": universal(shifted + "x")})
    assert files["bad.csv"]["unusable"] == 1
    assert problems_of(document, "bad.csv") == ["ROW_INVALID"]


def test_a_header_in_the_middle_is_no_row(tmp_path):
    """Two exports pasted under each other: the second header is neither data nor a problem."""
    document, files = check(tmp_path, {"b.csv": OTHER + OTHER.replace("other", "third").replace("02-05", "03-05")})
    assert (files["b.csv"]["rows"], files["b.csv"]["used"]) == (2, 2)
    assert document["problems"] == []


def test_blank_rows_are_no_rows(tmp_path):
    """Empty lines and lines of commas only do not count."""
    _, files = check(tmp_path, {"b.csv": OTHER.replace("\n", "\n\n,,,\n")})
    assert files["b.csv"]["rows"] == 1


def test_a_folder_named_like_a_file_is_walked(tmp_path):
    """exports/x.csv/ is a folder; what is in it is read."""
    folder(tmp_path / "exports" / "x.csv", {"inner.csv": OTHER})
    _, files = check(tmp_path, {})
    assert files["inner.csv"]["used"] == 1


@pytest.mark.parametrize("target", ["nowhere.csv", "link.csv"])
def test_a_link_to_nothing_or_itself_is_named(tmp_path, target):
    """A dangling link and a link to itself are unreadable files."""
    exports = folder(tmp_path / "exports", {})
    (exports / "link.csv").symlink_to(exports / target)
    document, _ = check(tmp_path, {})
    assert problems_of(document, "link.csv") == ["FILE_UNREADABLE"]


@pytest.mark.parametrize("name", ["missing.csv", "x" * 300 + ".csv"])
def test_a_path_that_does_not_exist_is_named(tmp_path, name):
    """A missing file and a name too long for any file are errors of that path; the given good file is still used."""
    good = folder(tmp_path / "exports", {"a.csv": GOOD}) / "a.csv"
    ran = run(tmp_path, "check", name, good, "--format", "json")
    assert ran.code == 1
    assert codes_in(ran.json) == ["FILE_UNREADABLE"]
    assert sorted(file["used"] for file in ran.json["files"]) == [0, 1]


def codes_in(document) -> list[str]:
    """Codes of a document's problems."""
    return [p["code"] for p in document["problems"]]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path):
    """A file that may not be read is an error; the rest is used."""
    exports = folder(tmp_path / "exports", {"locked.csv": OTHER})
    (exports / "locked.csv").chmod(0)
    document, _ = check(tmp_path, {})
    assert problems_of(document, "locked.csv") == ["FILE_UNREADABLE"]


def test_hidden_and_foreign_files_are_passed_over(tmp_path):
    """Dot files, lock files of office programs, notes and settings in the folder are no exports."""
    document, files = check(tmp_path, {".hidden.csv": OTHER, "~$x.csv": b"\x00", "README.md": "hello", "taxlots.toml": ""})
    assert list(files) == ["a_good.csv"]
    assert document["problems"] == []


def test_codes_helper_sees_problems(tmp_path):
    """A folder with one empty file gives exactly that error from the Python interface too."""
    assert codes(ledger_of(tmp_path, {"x.csv": b""}).problems) == ["FILE_EMPTY"]


@pytest.mark.parametrize(
    ("name", "text", "what", "hint"),
    [
        ("flex.xml", '<FlexQueryResponse queryName="all" type="AF">\n<FlexStatements count="1">', "a Flex query of", "CSV (sections"),
        ("flex.xml", '<?xml version="1.0"?><FlexQueryResponse queryName="all">', "a Flex query of", "CSV (sections"),
        ("awards.json", '{"FromDate":"01/01/2024","Transactions":[{"Action":"Lapse"}]}', "Equity Awards", "choose CSV"),
        ("history.json", '{"FromDate":"01/01/2024","BrokerageTransactions":[{}]}', "a Charles Schwab account", "choose CSV"),
    ],
)
@pytest.mark.parametrize("given", [True, False])
def test_documents_of_brokers_name_the_export_to_choose_instead(tmp_path, name, text, what, hint, given):
    """As a file that is given it is an error, in a folder (where JSON is no export) at least a warning; both name the CSV."""
    (tmp_path / name).write_text(text)
    (found,) = list(readers.read_sheets([tmp_path / name if given else tmp_path]))
    assert what in found.problem.message
    assert hint.casefold() in f"{found.problem.message} {found.problem.hint}".casefold()
