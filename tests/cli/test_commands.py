"""The documents of the contract: field names, plain decimals, times with offset, dates, streams and exit codes."""

import csv
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
import taxlots

from support import HEADER, assert_rows_add_up, folder, run, tx, universal

PROFILE = (
    '[profile]\ntimezone = "America/New_York"\nfiling_status = "single"\n[profile.2024]\nwages = 90000\n[profile.2025]\nwages = 90000\n'
)
LEDGER = universal(
    tx("2024-01-05T17:00:00Z", "buy", sent="40000 USD", received="1 BTC", fee="10 USD", id="b1"),
    tx("2024-02-05T17:00:00Z", "buy", sent="0.002 USD", received="0.00000001 ETH", id="b2"),
    tx("2024-03-05T17:00:00Z", "income:staking", received="0.5 ETH", value="1500", id="i1"),
    tx("2025-02-01T04:30:00Z", "sell", sent="0.25 BTC", received="25000 USD", fee="5 USD", id="s1"),
)
PROBLEM_KEYS = ["code", "severity", "message", "hint", "file", "row"]
GAINS_KEYS = """disposal_id transaction_id kind asset account quantity acquired disposed holding_starts proceeds basis adjustment_code
adjustment gain term box lot_id lot_transaction_id method sources lot_sources"""
DOCUMENTS = {
    "check": ("files", "file sha256 layout rows used merged set_aside unusable"),
    "ledger": ("transactions", HEADER.replace(",", " ") + " sources"),
    "lots": ("lots", "lot_id lot_transaction_id account asset quantity basis acquired holding_starts long_term_on source_kind"),
    "gains": ("disposals", GAINS_KEYS),
    "income": ("income", "transaction_id kind asset account quantity value time"),
}
EXACT = {"quantity", "basis", "proceeds", "adjustment", "gain", "value", "sent_quantity", "received_quantity", "fee_quantity", "fee_value"}
TIMES, DATES = {"time", "acquired", "disposed"}, {"holding_starts", "long_term_on"}


@pytest.fixture
def home(tmp_path) -> Path:
    """A folder with settings and one export."""
    return folder(tmp_path, {"taxlots.toml": PROFILE, "ledger.csv": LEDGER})


def shown(home: Path, *args: str):
    """The JSON document of a command that succeeds."""
    ran = run(home, *args, "--format", "json")
    assert ran.code == 0, ran.err
    return ran.json


@pytest.mark.parametrize("command", DOCUMENTS)
def test_fields_of_the_contract(home, command):
    """Schema, the list and every field of its rows; problems last."""
    document = shown(home, command, "ledger.csv")
    name, fields = DOCUMENTS[command]
    assert document["schema"] == f"taxlots.{command}/1"
    assert document[name]
    assert set(fields.split()) <= set(document[name][0])
    assert document["problems"] == []


@pytest.mark.parametrize("command", DOCUMENTS)
def test_forms_of_numbers_times_and_dates(home, command):
    """Exact numbers are strings without exponent, times carry an offset, dates are YYYY-MM-DD."""
    for row in shown(home, command, "ledger.csv")[DOCUMENTS[command][0]]:
        for name, value in row.items():
            if value is not None and name in EXACT:
                assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", value), (name, value)
            if value is not None and name in TIMES:
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d", value), (name, value)
            if value is not None and name in DATES:
                assert re.fullmatch(r"\d{4}-\d\d-\d\d", value), (name, value)


def test_a_sale_to_the_cent(home):
    """0.25 BTC: proceeds 25,000 - 5; basis a quarter of 40,010; held from 5 Jan 2024 to 31 Jan 2025 in New York, so long-term."""
    (sale,) = shown(home, "gains", "ledger.csv")["disposals"]
    assert (sale["proceeds"], sale["basis"], sale["gain"]) == ("24995", "10002.5", "14992.5")
    assert (sale["disposed"], sale["acquired"], sale["term"]) == ("2025-01-31T23:30:00-05:00", "2024-01-05T12:00:00-05:00", "long")
    assert (sale["transaction_id"], sale["lot_transaction_id"], sale["quantity"]) == ("s1", "b1", "0.25")
    assert sale["sources"] == [{"file": "ledger.csv", "row": 5}]


def test_a_lot_keeps_the_rest(home):
    """0.75 BTC with three quarters of 40,010; a sale is long-term from 6 January 2025 on."""
    lots = {lot["lot_transaction_id"]: lot for lot in shown(home, "lots", "ledger.csv")["lots"]}
    assert (lots["b1"]["quantity"], lots["b1"]["basis"]) == ("0.75", "30007.5")
    assert (lots["b1"]["holding_starts"], lots["b1"]["long_term_on"]) == ("2024-01-05", "2025-01-06")
    assert lots["b2"]["quantity"] == "0.00000001"


def test_income_in_its_year(home):
    """The staking reward of 2024 is income of that year only."""
    (reward,) = shown(home, "income", "ledger.csv", "--year", "2024")["income"]
    assert (reward["kind"], reward["value"], reward["quantity"]) == ("income:staking", "1500", "0.5")
    assert shown(home, "income", "ledger.csv", "--year", "2025")["income"] == []


def test_gains_in_their_year(home):
    """31 January 2025 in New York belongs to 2025, and totals are of the rows shown."""
    document = shown(home, "gains", "ledger.csv", "--year", "2025")
    assert (document["totals"]["gain"], document["totals"]["long_term"], document["totals"]["short_term"]) == ("14992.5", "14992.5", "0")
    assert shown(home, "gains", "ledger.csv", "--year", "2024")["disposals"] == []


def test_tax_document(home):
    """The fields of the contract; the long-term gain of 2025 stands in it."""
    ran = run(home, "tax", "ledger.csv", "--year", "2025", "--format", "json")
    document = ran.json
    names = ["taxable_income", "regular_tax", "amt", "niit", "state_tax", "total", "short_term_net", "long_term_net", "deductible_loss"]
    assert (document["schema"], document["year"], document["filing_status"]) == ("taxlots.tax/1", 2025, "single")
    assert all(re.fullmatch(r"-?\d+(\.\d*[1-9])?", document[name]) for name in names)
    assert set(document["carryover"]) == {"short", "long"}
    assert (document["long_term_net"], document["short_term_net"]) == ("14992.5", "0")


def test_a_year_of_the_command_is_needed_for_tax(home):
    """`taxlots tax` without --year is wrong usage and says which to add."""
    ran = run(home, "tax", "ledger.csv")
    assert (ran.code, ran.out) == (2, "")
    assert "Add --year" in ran.err


def test_check_balances_and_gaps(tmp_path):
    """A reported balance with its difference, and a sale without a purchase as a gap."""
    folder(
        tmp_path,
        {
            "a.csv": universal(tx("2024-01-05T17:00:00Z", "sell", sent="2 BTC", received="9 USD")),
            "b.csv": "time,account,asset,quantity\n2024-02-01T00:00:00Z,kraken,BTC,1\n",
        },
    )
    ran = run(tmp_path, "check", "a.csv", "b.csv", "--format", "json")
    assert ran.code == 1
    assert_rows_add_up(ran.json)
    (balance,) = ran.json["balances"]
    assert {k: balance[k] for k in ("account", "asset", "reported", "computed", "difference")} == {
        "account": "kraken",
        "asset": "BTC",
        "reported": "1",
        "computed": "-2",
        "difference": "3",
    }
    (gap,) = ran.json["gaps"]
    assert set(gap) >= {"account", "asset", "time", "quantity", "tax_low", "tax_high"}
    assert (gap["account"], gap["asset"], gap["quantity"]) == ("kraken", "BTC", "2")
    assert all(list(problem) == PROBLEM_KEYS for problem in ran.json["problems"])


def test_an_uncovered_sale(tmp_path):
    """No lot: lot_id and acquired null, basis 0, term short, and exit code 1."""
    folder(tmp_path, universal(tx("2024-01-05T17:00:00Z", "sell", sent="2 BTC", received="9 USD")))
    ran = run(tmp_path, "gains", "ledger.csv", "--format", "json")
    (sale,) = ran.json["disposals"]
    assert (sale["lot_id"], sale["acquired"], sale["basis"], sale["term"], sale["gain"]) == (None, None, "0", "short", "9")
    assert ran.code == 1
    assert "INCOMPLETE" in ran.err


@pytest.mark.parametrize("command", DOCUMENTS)
def test_csv_has_a_header_and_rows(home, command):
    """--format csv is one table that the csv module reads."""
    ran = run(home, command, "ledger.csv", "--format", "csv")
    header, *rows = csv.reader(io.StringIO(ran.out))
    assert rows
    assert all(len(row) == len(header) for row in rows)


def test_ledger_csv_is_the_universal_layout(home):
    """The header of section 2, exactly."""
    assert run(home, "ledger", "ledger.csv", "--format", "csv").out.splitlines()[0] == HEADER


def test_formulas_are_disarmed(tmp_path):
    """A note that a spreadsheet would run gets an apostrophe; a negative number does not."""
    folder(tmp_path, universal(tx("2024-01-05T17:00:00Z", "buy", sent="9 USD", received="1 BTC", note="=cmd()")))
    assert ",'=cmd()," in run(tmp_path, "ledger", "ledger.csv", "--format", "csv").out


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_output_goes_to_the_file(home, form):
    """With -o nothing is on stdout, and the file holds what stdout would."""
    on_stdout = run(home, "gains", "ledger.csv", "--format", form)
    to_file = run(home, "gains", "ledger.csv", "--format", form, "-o", "out")
    assert (to_file.code, to_file.out) == (0, "")
    assert (home / "out").read_text() == on_stdout.out


def test_problems_go_to_stderr(tmp_path):
    """JSON on stdout stays JSON while a problem is told on stderr with its next step."""
    folder(tmp_path, universal(tx("never", "buy", sent="9 USD", received="1 BTC")))
    ran = run(tmp_path, "lots", "ledger.csv", "--format", "json")
    assert (ran.code, ran.json["lots"]) == (1, [])
    assert "error TIME_INVALID ledger.csv:2" in ran.err
    assert "\n  -> " in ran.err


def test_a_warning_does_not_change_the_exit_code(tmp_path):
    """An open withdrawal is a warning: exit code 0."""
    folder(tmp_path, universal(tx("2024-01-05T17:00:00Z", "withdrawal", sent="9 USD"), LEDGER.splitlines()[1]))
    assert run(tmp_path, "lots", "ledger.csv", "--format", "json").code == 0


def test_as_of(home):
    """At the end of 2024 nothing was sold."""
    assert shown(home, "gains", "ledger.csv", "--as-of", "2024-12-31")["disposals"] == []
    assert shown(home, "gains", "ledger.csv", "--as-of", "2025-01-31")["disposals"] != []


def test_methods_differ_where_they_should(tmp_path):
    """Lots at 10, 30 and 20: of 1 sold, FIFO takes 10, LIFO 20, HIFO 30, LOFO 10."""
    buys = [tx(f"2024-0{n}-05T17:00:00Z", "buy", sent=f"{cost} USD", received="1 BTC") for n, cost in ((1, 10), (2, 30), (3, 20))]
    folder(tmp_path, universal(*buys, tx("2024-06-05T17:00:00Z", "sell", sent="1 BTC", received="100 USD")))
    taken = {
        method: run(tmp_path, "gains", "ledger.csv", "--method", method, "--format", "json").json["disposals"][0]["basis"]
        for method in ("fifo", "lifo", "hifo", "lofo")
    }
    assert taken == {"fifo": "10", "lifo": "20", "hifo": "30", "lofo": "10"}


def test_pools(tmp_path):
    """Sold at kraken, bought first at coinbase: the universal pool takes coinbase's lot, the account's pool kraken's."""
    rows = [
        tx("2024-01-05T17:00:00Z", "buy", account="coinbase", sent="10 USD", received="1 BTC"),
        tx("2024-02-05T17:00:00Z", "buy", sent="30 USD", received="1 BTC"),
        tx("2024-06-05T17:00:00Z", "sell", sent="1 BTC", received="100 USD"),
    ]
    folder(tmp_path, universal(*rows))
    for pool, basis in (("account", "30"), ("universal", "10")):
        (sale,) = run(tmp_path, "gains", "ledger.csv", "--pool", pool, "--format", "json").json["disposals"]
        assert (sale["basis"], sale["account"]) == (basis, "kraken")


def test_a_price_file_of_the_command_wins(home):
    """--prices takes the place of a price in the exports' folder for the same time."""
    reward = tx("2024-03-05T17:00:00Z", "income:staking", received="1 SOL")
    exports = folder(home / "in", {"a.csv": universal(reward), "prices.csv": "time,asset,price\n2024-03-05T17:00:00Z,SOL,5\n"})
    (home / "a_mine.csv").write_text("time,asset,price\n2024-03-05T17:00:00Z,SOL,7\n")
    document = shown(home, "income", str(exports), "--prices", "a_mine.csv")
    assert [row["value"] for row in document["income"]] == ["7"]


def test_one_path_may_be_given_alone(tmp_path, monkeypatch):
    """`read_exports` takes a text or a Path as it takes a list of them."""
    monkeypatch.chdir(folder(tmp_path, universal(tx("2024-03-05T17:00:00Z", "buy", sent="5 USD", received="1 SOL"))))
    for given in ("ledger.csv", Path("ledger.csv"), ["ledger.csv"], [Path("ledger.csv")]):
        assert taxlots.read_exports(given).transactions["received_asset"].tolist() == ["SOL"]


def test_formats_rules_and_explain(tmp_path):
    """The reference commands need no exports."""
    assert "universal" in [row["id"] for row in run(tmp_path, "formats", "--format", "json").json["formats"]]
    assert run(tmp_path, "rules", "niit", "--year", "2025", "--format", "json").json["rules"]
    assert run(tmp_path, "explain", "deposit_unpaired").out.startswith("DEPOSIT_UNPAIRED (error)")


def test_init_writes_settings_that_can_be_read(tmp_path):
    """The written file names the held asset, is accepted, and is not overwritten without --force."""
    folder(tmp_path, LEDGER)
    assert run(tmp_path, "init", "ledger.csv").code == 0
    assert "BTC" in (tmp_path / "taxlots.toml").read_text()
    assert run(tmp_path, "lots", "ledger.csv").code == 0
    assert run(tmp_path, "init", "ledger.csv").code == 2
    assert run(tmp_path, "init", "ledger.csv", "--force").code == 0


def test_help_does_not_load_pandas():
    """`taxlots --help` imports the table of commands and nothing heavy."""
    code = "import sys, taxlots.cli.app; print([m for m in ('pandas', 'pyarrow', 'highspy', 'xlsxwriter', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_taxlots_is_light():
    """`import taxlots` loads names on first use."""
    code = "import sys, taxlots; print('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_version(tmp_path):
    """--version prints the package's version."""
    from taxlots import __version__

    assert run(tmp_path, "--version").out == f"taxlots {__version__}\n"


@pytest.mark.parametrize("command", ["tax", "harvest", "rebalance"])
def test_generic_law_has_no_tax(tmp_path, command):
    """`--jurisdiction generic` books lots and gains; what needs a tax says so instead of using another country's."""
    folder(tmp_path, {"a.csv": universal(tx("2024-01-05T17:00:00Z", "buy", sent="9 USD", received="2 BTC"))})
    ran = run(tmp_path, command, "a.csv", "--jurisdiction", "generic", "--year", "2025")
    assert ran.code == 2
    assert "no tax" in ran.err
    assert run(tmp_path, "gains", "a.csv", "--jurisdiction", "generic").code == 0
    assert run(tmp_path, "report", "a.csv", "--jurisdiction", "generic", "-o", "r.xlsx").code == 0
