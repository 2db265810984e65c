"""`taxlots export` on the worked case of docs/export.md: goldens, places of the files, the document and what it refuses."""

import hashlib
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from taxlots import __version__
from taxlots.reports.interchange import FORMATS

from support import assert_rows_add_up, folder, run, tx, universal

PAGE = (Path(__file__).parents[2] / "docs" / "export.md").read_text().partition("## A worked case\n")[2]
LEDGER, *FILES = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
(SETTINGS,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
GOLDEN = Path(__file__).parents[1] / "reports" / "golden" / "interchange"
COMMON = ("ledger.csv", "--year", "2025", "--as-of", "2026-02-01")
SINGLE = [name for name, form in FORMATS.items() if not form.per_pair]


@pytest.fixture
def case(tmp_path):
    """The worked case in a folder of its own."""
    return folder(tmp_path / "case", {"ledger.csv": LEDGER, "taxlots.toml": SETTINGS})


def golden(name, content):
    """The content equals the golden file of that name, but for this program's version."""
    text, path = content.replace(f"taxlots {__version__}", "taxlots VERSION"), GOLDEN / name
    if os.environ.get("TAXLOTS_REWRITE_GOLDENS"):
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("name", SINGLE)
def test_golden(case, name):
    """The file on stdout, byte for byte that of -o; the exit code is that of the uncovered sale."""
    shown = run(case, "export", *COMMON, "--to", name)
    golden(f"{name}{FORMATS[name].suffix}", shown.out)
    written = run(case, "export", *COMMON, "--to", name, "-o", "out.file")
    assert (case / "out.file").read_bytes().decode() == shown.out
    assert (shown.code, written.code) == (1, 1)
    assert "NOT_COVERED" in shown.err
    assert "DRAFT, INCOMPLETE" in shown.err
    assert "out.file" in written.out


def test_stdout_is_the_file_whatever_its_encoding(case):
    """A terminal of ASCII alone: what is redirected still has the bytes of -o, also for a name that is not ASCII."""
    folder(case, {"ledger.csv": LEDGER.replace("VTI", "V\u00dcTI")})
    run(case, "export", *COMMON, "--to", "taxact", "-o", "out.csv")
    words = [sys.executable, "-m", "taxlots", "export", *COMMON, "--to", "taxact"]
    done = subprocess.run(words, cwd=case, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.stdout == (case / "out.csv").read_bytes()
    assert "V\u00dcTI".encode() in done.stdout


def test_goldens_of_opentaxsolver(case):
    """A file per pair that has lines, in a folder that is made for them."""
    run(case, "export", *COMMON, "--to", "opentaxsolver", "-o", "ots")
    names = [f"form8949-2025-opentaxsolver-{pair}.csv" for pair in ("A-D", "H-K", "I-L")]
    assert sorted(path.name for path in (case / "ots").iterdir()) == names
    for name in names:
        golden(name, (case / "ots" / name).read_text())


def test_the_worked_case_of_the_documentation(case):
    """Ledger, commands, files and the form's lines as docs/export.md has them."""
    commands = re.findall(r"`taxlots (export [^`]*)`", PAGE)
    assert len(commands) == len(FILES) == 2
    for command, file in zip(commands, FILES, strict=True):
        assert run(case, *command.split()).out == file
    _, _, *lines = [[cell.strip() for cell in text.strip("|").split("|")] for text in PAGE.splitlines() if text.startswith("|")]
    document = run(case, "export", *COMMON, "--to", "turbotax", "--format", "json").json
    names = ("box", "description", "proceeds", "basis", "adjustment", "gain")
    kept = [row for row in lines if row[1] in {"1 ETH (s2)", "0.5 BTC (s1)"}]
    assert sorted([one[name] for name in names] for one in document["left_out"]) == sorted(row for row in lines if row not in kept)
    assert sum(Decimal(row[5]) for row in lines) == Decimal(document["totals"]["form"]["gain"])
    assert sum(Decimal(row[5]) for row in kept) == Decimal(document["totals"]["file"]["gain"])


def test_the_document(case):
    """Totals by hand: gain -250 - 500 + 497 + 15.50 + 19,990 - 10 = 19,742.50; of it 19,490 in TurboTax's file and 252.50 left out."""
    ran = run(case, "export", *COMMON, "--to", "turbotax", "--format", "json")
    document = ran.json
    assert (document["schema"], document["year"], document["format"]) == ("taxlots.export/1", 2025, "turbotax")
    gains = {part: (share["lines"], share["gain"]) for part, share in document["totals"].items()}
    assert gains == {"form": (6, "19742.5"), "file": (2, "19490"), "left_out": (4, "252.5")}
    assert [(box["box"], box["form"]["lines"], box["file"]["lines"]) for box in document["boxes"]] == [
        ("A", 1, 0),
        ("H", 2, 1),
        ("I", 1, 0),
        ("K", 1, 1),
        ("L", 1, 0),
    ]
    (file,) = document["files"]
    assert file["content"] == FILES[0]
    assert file["sha256"] == hashlib.sha256(FILES[0].encode()).hexdigest()
    assert sorted((one["disposal_id"], one["code"]) for one in document["left_out"]) == [
        ("r1/1", ""),
        ("s3/1", "W"),
        ("s4/1", ""),
        ("s5/1", ""),
    ]
    messages = [p["message"] for p in document["problems"] if p["code"] == "FILING_LEFT_OUT"]
    assert [re.search(r": (\d+ lines? \(.*?\))", text)[1] for text in messages] == [
        "1 line (1 of box A; proceeds 2000.00, basis 2500.00, adjustments 250.00, gain -250.00)",
        "3 lines (1 of box H, 1 of box I, 1 of box L; proceeds 602.50, basis 100.00, adjustments 0.00, gain 502.50)",
    ]


def test_the_files_in_the_document(case):
    """With -o the document names the files and does not repeat them; without, also those of several pairs."""
    written = run(case, "export", *COMMON, "--to", "opentaxsolver", "-o", "gains.csv", "--format", "json").json["files"]
    assert [(file["file"], file["boxes"], file["lines"]) for file in written] == [
        ("gains-A-D.csv", "A-D", 1),
        ("gains-H-K.csv", "H-K", 3),
        ("gains-I-L.csv", "I-L", 2),
    ]
    assert not any("content" in file for file in written)
    shown = run(case, "export", *COMMON, "--to", "opentaxsolver", "--format", "json").json["files"]
    assert [file["content"] for file in shown] == [(case / file["file"]).read_text() for file in written]


def test_the_totals_are_those_of_the_workbook(case):
    """Per box columns (d), (e), (g) and (h) of the sheet Form 8949."""
    run(case, "report", "ledger.csv", "--year", "2025", "--as-of", "2026-02-01", "-o", "report.xlsx")
    rows = load_workbook(case / "report.xlsx", data_only=True)["Form 8949"].iter_rows(values_only=True)
    totals = {row[0].split()[-1]: [f"{row[place]:.2f}" for place in (3, 4, 6, 7)] for row in rows if str(row[0]).startswith("Total of box")}
    boxes = run(case, "export", *COMMON, "--to", "drake", "--format", "json").json["boxes"]
    names = ("proceeds", "basis", "adjustment", "gain")
    assert {box["box"]: [f"{Decimal(box['file'][name]):.2f}" for name in names] for box in boxes} == totals


def test_an_existing_folder_takes_any_format(case):
    """Under a telling name."""
    run(case, "export", *COMMON, "--to", "txf", "-o", ".")
    assert (case / "form8949-2025-txf.txf").is_file()


def test_only_one_file_fits_stdout(case):
    """Three pairs have lines: usage, nothing on stdout. A single pair is shown."""
    ran = run(case, "export", *COMMON, "--to", "opentaxsolver")
    assert (ran.code, ran.out) == (2, "")
    assert "A-D, H-K, I-L" in ran.err
    assert "-o FOLDER" in ran.err
    bought = tx("2024-01-05T12:00:00Z", "buy", sent="100 USD", received="1 ETH", id="b")
    folder(case, {"ledger.csv": universal(bought, tx("2025-03-05T12:00:00Z", "sell", sent="1 ETH", received="80 USD", id="s"))})
    ran = run(case, "export", *COMMON, "--to", "opentaxsolver")
    assert (ran.code, ran.out.splitlines()[1:]) == (0, ["1 ETH (s),1-5-2024,3-5-2025,80.00,100.00,,"])


def test_a_file_of_an_earlier_run_is_not_left_behind(case):
    """A pair without lines now: nothing is written until its old file is gone."""
    folder(case / "out", {"form8949-2025-opentaxsolver-G-J.csv": "old"})
    ran = run(case, "export", *COMMON, "--to", "opentaxsolver", "-o", "out")
    assert (ran.code, len(list((case / "out").iterdir()))) == (2, 1)
    assert "G-J.csv is from an earlier run" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ledger.csv", "--to", "drake"), "the tax year is missing"),
        ((*COMMON, "--to", "drake", "--jurisdiction", "uk"), "of the United States"),
        ((*COMMON, "--to", "opentaxsolver", "-o", "gains.tsv"), "reads no .tsv"),
        ((*COMMON, "--to", "drake", "-o", "none/gains.csv"), "can't write"),
        ((*COMMON, "--to", "opentaxsolver", "-o", "none/folder"), "can't make the folder"),
        ((*COMMON, "--to", "opentaxsolver", "-o", "ledger.csv/x"), "can't make the folder"),
        ((*COMMON, "--to", "paper"), "paper"),
        (COMMON, "--to"),
    ],
)
def test_what_is_refused(case, arguments, said):
    """Usage, with the cause, and no file."""
    before = sorted(case.iterdir())
    ran = run(case, "export", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert sorted(case.iterdir()) == before


@pytest.mark.parametrize("name", SINGLE)
def test_a_year_without_sales(case, name):
    """The header alone, and a warning: nothing of 2023 was sold."""
    ran = run(case, "export", "ledger.csv", "--year", "2023", "--as-of", "2023-12-31", "--to", name)
    assert ran.code == 0
    assert "FILING_EMPTY" in ran.err
    assert len(ran.out.splitlines()) == (4 if name == "txf" else 1)


def test_accounts_that_are_on_no_return(case):
    """A tax-deferred account's sales are in no file."""
    folder(case, {"taxlots.toml": f'{SETTINGS}\n[accounts]\nschwab = {{ type = "deferred" }}\n'})
    assert "VTI" not in run(case, "export", *COMMON, "--to", "drake").out


def test_only_recorded_orders_count(case):
    """It is filed: an order of lots that no record makes lawful is not used, as in the workbook; gains shows what it would give.

    The second bitcoin costs 50,000. By HIFO half of it is sold first: basis 25,000; filed is FIFO, half of the first: 10,000.
    """
    more = "2023-06-01T17:00:00Z,kraken,buy,50000,USD,1,BTC,,,,,,,b9,,,,,\n"
    folder(case, {"ledger.csv": LEDGER + more})
    wished = run(case, "gains", *COMMON, "--method", "hifo", "--format", "json").json["disposals"]
    assert [one["basis"] for one in wished if one["transaction_id"] == "s1"] == ["25000"]
    folder(case, {"taxlots.toml": f'{SETTINGS}\n[methods]\ndefault = "hifo"\n'})
    (sold,) = [text for text in run(case, "export", *COMMON, "--to", "taxact").out.splitlines() if "(s1)" in text]
    assert sold == "0.5 BTC (s1),06/02/2025,29990.00,03/01/2023,10000.00,,,,K"


@pytest.mark.parametrize("name", list(FORMATS))
def test_its_files_among_the_exports_are_set_aside(case, name):
    """They say again what the exports say: none of it is read, and nothing is wrong."""
    folder(case / "in", {})
    run(case, "export", *COMMON, "--to", name, "-o", "in")
    document = run(case, "check", "in", "--format", "json").json
    assert {p["severity"] for p in document["problems"]} <= {"info"}
    assert_rows_add_up(document)
    assert all(file["rows"] == file["set_aside"] > 0 for file in document["files"])
