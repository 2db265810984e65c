"""`taxlots identify` from the command line: recording, listing, proving, the broker's text, and what is then filed."""

import re
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from taxlots.cli import identify

from support import folder, run, tx, universal

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = (ROOT / "docs" / "identify.md").read_text()
SETTINGS = '[profile]\ntimezone = "America/New_York"\nfiling_status = "single"\n[profile.2026]\nwages = 90000\n'
LEDGER = universal(
    tx("2024-01-05T12:00:00Z", "buy", sent="40000 USD", received="1 BTC", id="b1"),
    tx("2025-03-05T12:00:00Z", "buy", sent="90000 USD", received="1 BTC", id="b2"),
    tx("2025-08-05T12:00:00Z", "buy", sent="60000 USD", received="1 BTC", id="b3"),
    tx("2026-06-01T15:00:00Z", "sell", sent="0.5 BTC", received="50000 USD", id="s1"),
)
UNSOLD = "\n".join(LEDGER.splitlines()[:-1]) + "\n"
LETTER = """To: customer service of kraken
Subject: Specific identification of units to be sold

In my sale of BTC on 2027-01-15 10:00:00 (America/New_York), please sell these units:

* 0.5 BTC, acquired 2025-03-05 07:00:00 (America/New_York), basis 45000 USD, my lot b2
* 0.25 BTC, acquired 2025-08-05 08:00:00 (America/New_York), basis 15000 USD, my lot b3

Please confirm in writing that you received this and the time at which you did.
My own record of this was made at 2026-11-25 10:00:00 (America/New_York) (line 1, SHA-256 @HASH@).
"""
STANDING_LETTER = """To: customer service of coinbase
Subject: Standing order for the identification of units sold

In every sale of ETH from my account from 2026-12-01 00:00:00 (America/New_York) on until 2027-06-01 00:00:00 (America/New_York), \
please sell the units with the highest basis per unit (highest in, first out).

Please confirm in writing that you received this and the time at which you did.
My own record of this was made at 2026-11-25 10:00:00 (America/New_York) (line 1, SHA-256 @HASH@).
"""
KRAKEN = ("--account", "kraken", "--asset", "BTC")


class Home:
    """A folder with settings and an export, and a clock that tests set."""

    def __init__(self, path: Path, patch) -> None:
        """`patch` is pytest's monkeypatch."""
        self.path, self.patch = folder(path, {"taxlots.toml": SETTINGS, "ledger.csv": LEDGER}), patch
        self.journal = path / "identifications.jsonl"
        self.at("2026-05-01T15:00:00+00:00")

    def at(self, time: str) -> None:
        """Set the clock."""
        self.patch.setattr(identify, "now", lambda: datetime.fromisoformat(time))

    def identify(self, *args: str, code: int = 0):
        """The document, or what is told of wrong usage."""
        ran = run(self.path, "identify", *args, "--format", "json")
        assert ran.code == code, ran.err
        return ran.json if code < 2 else ran.err

    def gains(self, *args: str):
        """Transaction, lot, quantity, basis, gain and method of every piece."""
        document = run(self.path, "gains", "ledger.csv", "--as-of", "2027-12-31", "--format", "json", *args).json
        return [
            tuple(d[name] for name in ("transaction_id", "lot_id", "quantity", "basis", "gain", "method")) for d in document["disposals"]
        ]

    def filed(self, *args: str):
        """Lots on the sheet Disposals, the workbook, and what the command told."""
        ran = run(self.path, "report", "ledger.csv", "--as-of", "2026-12-31", "-o", "r.xlsx", *args)
        book = openpyxl.load_workbook(self.path / "r.xlsx")
        rows = list(book["Disposals"].iter_rows(values_only=True))
        head = next(number for number, row in enumerate(rows) if "Lot" in row)
        place = rows[head].index("Lot")
        return [row[place] for row in rows[head + 1 :] if row[place]], book, ran


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A fresh folder on 1 May 2026."""
    return Home(tmp_path, monkeypatch)


def cells(sheet) -> list:
    """Every cell of a sheet."""
    return [cell for row in sheet.iter_rows(values_only=True) for cell in row]


def test_the_worked_case_of_the_documentation(home):
    """Ledger, commands and results as docs/identify.md has them."""
    (home.path / "ledger.csv").write_text(re.search(r"```csv\n(.*?)```", DOCS, re.DOTALL)[1])
    commands = re.findall(r"^(\S+Z) \$ taxlots identify (.*)$", DOCS, re.MULTILINE)
    for time, words in commands:
        home.at(time.replace("Z", "+00:00"))
        home.identify(*words.split())
    wanted = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in DOCS.splitlines() if re.match(r"\| s\d", line)]
    assert (len(commands), len(wanted)) == (2, 5)
    assert [(*row[:5], row[5].partition(" (")[0]) for row in home.gains()] == wanted


def test_recorded_listed_and_proven(home):
    """Each command shows line, time and hash; the list shows all; the proof holds until a byte is changed."""
    first = home.identify("--sale", "s1", "--lots", "b2=0.50", *KRAKEN)
    assert first["schema"] == "taxlots.identify/1"
    (record,) = first["records"]
    assert (record["line"], record["time"], record["lots"]) == (1, "2026-05-01T15:00:00+00:00", [{"lot_id": "b2", "quantity": "0.5"}])
    home.identify("--standing", "hifo", "--account", "kraken", "--from", "2026-05-02")
    listed = home.identify("--list")
    assert [r["kind"] for r in listed["records"]] == ["sale", "standing"]
    assert listed["records"][1]["from"] == "2026-05-02T04:00:00Z"  # the day begins in New York
    assert home.identify("--verify", "--hash", record["sha256"])["whole"] is True
    assert home.identify("--verify", "--hash", "0" * 64, code=1)["problems"][0]["code"] == "JOURNAL_BROKEN"
    home.journal.write_bytes(home.journal.read_bytes().replace(b'"0.5"', b'"0.6"'))
    broken = home.identify("--verify", code=1)
    assert (broken["whole"], broken["broken_line"]) == (False, 1)
    assert "Nothing was recorded" in home.identify("--sale", "s1", "--lots", "b2=0.5", *KRAKEN, code=2)
    assert run(home.path, "gains", "ledger.csv").code == 1


def test_a_torn_line_is_told_and_the_next_record_follows(home):
    """The warning comes with the record that closes it; nothing of the file is lost."""
    home.identify("--sale", "s1", "--lots", "b2=0.5", *KRAKEN)
    torn = home.journal.read_bytes() + b'{"time":"2026-'
    home.journal.write_bytes(torn)
    assert [p["code"] for p in home.identify("--list")["problems"]] == ["JOURNAL_TORN"]
    assert home.gains()[0][1] == "b2"
    document = home.identify("--standing", "lifo", "--account", "kraken")
    assert document["problems"][0]["code"] == "JOURNAL_TORN"
    assert document["records"][0]["line"] == 3
    assert home.journal.read_bytes().startswith(torn)
    assert home.identify("--verify")["torn_lines"] == [2]


def test_filed_by_record_only(home):
    """`[methods]` and --method show HIFO; the report files FIFO and says why; with the attestation of a record it files HIFO."""
    (home.path / "taxlots.toml").write_text(SETTINGS + '[methods]\ndefault = "hifo"\n')
    assert home.gains()[0][1] == "b2"
    lots, _, ran = home.filed()
    assert lots == ["b1"]
    assert "IDENTIFICATION_NOT_RECORDED" in ran.err
    lots, _, ran = home.filed("--method", "hifo")
    assert lots == ["b1"]
    assert "METHOD_WHAT_IF" in ran.err
    home.at("2026-11-25T15:00:00+00:00")
    home.identify("--attest", "signed letter of 2025-12-30", "--from", "2026-01-01")
    lots, book, ran = home.filed()
    assert lots == ["b2"]
    assert "IDENTIFICATION_NOT_RECORDED" not in ran.err
    told = cells(book["Lot identifications"])
    assert "signed letter of 2025-12-30" in told
    assert home.identify("--list")["records"][0]["sha256"] in told
    assert any("signed letter" in str(cell) for cell in cells(book["Problems"]))


def test_orders_of_assets_and_of_assets_in_accounts_are_attested_as_such(home):
    """One record each; with --account those that hold there; orders of a single year have to be attested one by one."""
    methods = '[methods]\ndefault = "lifo"\n[methods.accounts]\nkraken = "lofo"\n"coinbase:BTC" = "fifo"\n[methods.assets]\nBTC = "hifo"\n'
    (home.path / "taxlots.toml").write_text(SETTINGS + methods)
    attest = ("--attest", "signed letter of 2025-12-30", "--from", "2026-01-01")
    home.identify(*attest)
    home.identify(*attest, "--account", "coinbase")
    home.identify(*attest, "--account", "kraken")
    found = [(r["method"], r.get("account"), r.get("asset")) for r in home.identify("--list")["records"]]
    assert found == [
        *(("lifo", None, None), ("lofo", "kraken", None), ("fifo", "coinbase", "BTC"), ("hifo", None, "BTC")),
        *(("lifo", "coinbase", None), ("fifo", "coinbase", "BTC")),  # that goes before the order of the asset
        ("lofo", "kraken", None),  # the account's order goes before that of an asset
    ]
    (home.path / "taxlots.toml").write_text(SETTINGS + '[methods.years.2026]\ndefault = "hifo"\n')
    assert "single years" in home.identify(*attest, code=2)


def test_a_what_if_leaves_the_journal_aside(home):
    """Recorded b3; FIFO as a what-if takes b1; the report takes b3."""
    home.identify("--sale", "s1", "--lots", "b3=0.5", *KRAKEN)
    assert [home.gains()[0][1], home.gains("--method", "fifo")[0][1], home.filed()[0]] == ["b3", "b1", ["b3"]]


def test_a_workbook_without_a_journal_says_so(home):
    """In one line."""
    assert any("No identification was recorded" in str(cell) for cell in cells(home.filed()[1]["Lot identifications"]))


@pytest.mark.parametrize(
    ("args", "letter", "since"),
    [
        (("ledger.csv", "--sale", "2027-01-15T15:00:00Z", "--lots", "b2=0.5,b3=0.25", *KRAKEN), LETTER, "2027-01-15"),
        (
            ("--standing", "hifo", "--account", "coinbase", "--asset", "eth", "--from", "2026-12-01", "--until", "2027-06-01"),
            STANDING_LETTER,
            "2027-01-01",
        ),
    ],
)
def test_the_text_for_the_broker(home, args, letter, since):
    """Word for word; with the day from which on the broker must have it; gone once it was sent."""
    (home.path / "ledger.csv").write_text(UNSOLD)
    home.at("2026-11-25T15:00:00+00:00")
    (record,) = home.identify(*args)["records"]
    assert record["broker_text"] == letter.replace("@HASH@", record["sha256"])
    assert record["broker_to_be_told_for_sales_since"] == since
    assert "Please confirm in writing" in run(home.path, "identify", "--list").out
    home.identify("--told", "message 17", "--line", "1")
    assert home.identify("--list")["records"][0]["broker_text"] is None


@pytest.mark.parametrize("account", ["ledger", "kraken"])
def test_nobody_need_be_told(home, account):
    """Of a wallet of one's own at any time; of a broker's digital assets until the end of 2026."""
    (record,) = home.identify("--sale", "2026-06-01", "--lots", "b2=0.5", "--account", account, "--asset", "BTC")["records"]
    assert record["broker_to_be_told_for_sales_since"] is None


def test_least_tax_is_recorded_as_lots(home):
    """At 70,000 a bitcoin b2 is a loss of 20,000; b3 is a gain of 10,000, b1 one of 30,000, both held for more than a year."""
    home.at("2026-11-25T15:00:00+00:00")
    (home.path / "ledger.csv").write_text(UNSOLD)
    (home.path / "prices.csv").write_text("time,asset,price,currency,source\n2026-11-25,BTC,70000,USD,test\n")
    (record,) = home.identify("ledger.csv", "--standing", "min-tax", *KRAKEN)["records"]
    assert [(part["lot_id"], part["quantity"]) for part in record["lots"]] == [("b2", "1"), ("b3", "1"), ("b1", "1")]
    assert (record["grounds"]["price"], record["grounds"]["as_of"]) == ("70000", "2026-11-25")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((), "nothing to record"),
        (("--sale", "s1", "--lots", "b2=0.5", "--account", "kraken"), "needs --account, --asset and --lots"),
        (("--sale", "s1", "--lots", "b2", *KRAKEN), "LOT=QUANTITY"),
        (("--sale", "s1", "--lots", "b2=-1", *KRAKEN), "LOT=QUANTITY"),
        (("--sale", "s1", "--lots", "b2=0.5", *KRAKEN, "--standing", "hifo"), "two records"),
        (("--standing", "best", "--account", "kraken"), "not covered"),
        (("--standing", "min-tax", "--account", "kraken"), "needs --account and --asset"),
        (("--standing", "min-tax", *KRAKEN), "needs the lots"),
        (("--standing", "hifo", "--from", "soon"), "--from"),
        (("--standing", "hifo", "--from", "2026-05-02", "--until", "2026-05-01"), "not after"),
        (("--standing", "hifo", "--lots", "b2=1"), "goes with"),
        (("--told", "by phone", "--line", "7"), "no identification"),
        (("--line", "1"), "needs --told"),
        (("--attest", "notebook"), "no order other than fifo"),
        (("ledger.csv", "--sale", "s9", "--lots", "x=1", *KRAKEN), "not held"),
        (("ledger.csv", "--sale", "s9", "--lots", "b2=1.5", *KRAKEN), "less than is identified"),
    ],
)
def test_wrong_usage_records_nothing(home, args, told):
    """Exit code 2, what is wrong, and no record."""
    assert told in home.identify(*args, code=2)
    assert not home.journal.exists() or home.journal.read_bytes() == b""


def test_the_journal_may_be_elsewhere(home):
    """[files] identifications, relative to taxlots.toml."""
    (home.path / "taxlots.toml").write_text(SETTINGS + '[files]\nidentifications = "kept/mine.jsonl"\n')
    (home.path / "kept").mkdir()
    home.identify("--sale", "s1", "--lots", "b3=0.5", *KRAKEN)
    assert (home.path / "kept" / "mine.jsonl").is_file()
    assert home.gains()[0][1] == "b3"


def test_a_record_for_a_time_that_is_past(tmp_path, monkeypatch):
    """It is kept, for a sale may still come; but it is said at once that a sale made before is not covered, unless it is attested."""
    home = Home(tmp_path, monkeypatch)
    home.at("2026-06-02T15:00:00+00:00")
    for at, attest, late in (
        ("2026-06-01", (), 1),
        ("2026-06-02", (), 0),
        ("2026-06-02T14:59:00Z", (), 1),
        ("2026-06-01", ("--attest", "a letter"), 0),
    ):
        found = home.identify("--sale", at, "--lots", "b1=0.5", *KRAKEN, *attest)
        assert [p["code"] for p in found["problems"]].count("IDENTIFICATION_LATE") == late, at
