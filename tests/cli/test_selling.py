"""`taxlots sell`, `harvest` and `wait` from the command line: the worked cases of their pages, and what a person gets wrong."""

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from support import folder, run, tx, universal

DOCS = Path(__file__).parents[2] / "docs"
DAY = ("--as-of", "2026-06-30")


def page(name, home, **changes):
    """The files of a page in a folder, with changes to its settings; returns the page."""
    text = (DOCS / f"{name}.md").read_text()
    (settings,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    ledger, prices = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    for key, value in changes.items():
        settings, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", settings, flags=re.MULTILINE)
        settings = settings if found else settings.replace("[rebalance]\n", f"[rebalance]\n{key} = {value}\n")
    folder(home, {"taxlots.toml": settings, "ledger.csv": ledger, "prices.csv": prices})
    return text


def table(text, *columns):
    """The rows of the page's table with these first columns, as far as its heads are names of fields."""
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("| " + " | ".join(columns)))
    names = [cell.strip() for cell in lines[start].strip("|").split("|")]
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(dict(zip(names, (cell.strip() for cell in line.strip("|").split("|")), strict=True)))
    return rows


def agree(shown, answered):
    """Every cell under a field that the document has says the same."""
    assert len(shown) == len(answered)
    for row, record in zip(shown, answered, strict=True):
        names = [name for name in row if name in record and name != "why"]
        assert {name: row[name] for name in names} == {name: str(record[name]) for name in names}


def sell(home, *args, code=0):
    """The document of a sale."""
    ran = run(home, "sell", "ETH", "ledger.csv", *args, *DAY, "--format", "json")
    assert ran.code == code, ran.err
    return ran.json


def test_the_worked_case_of_sell(tmp_path):
    """Lots, orders and kinks as the page shows them."""
    text = page("sell", tmp_path)
    answer = sell(tmp_path, "--quantity", "25")
    assert answer["schema"] == "taxlots.sell/1"
    agree(table(text, "lot_id", "quantity", "term"), answer["lots"])
    assert (answer["tax"], answer["bound"], answer["gap"]) == ("5805", "5805", "0")
    ten = sell(tmp_path, "--quantity", "10")
    agree(table(text, "name", "tax"), ten["orders"])
    ahead = {(kink["term"], kink["gain"]): kink["rule"] for kink in ten["next_kinks"]}
    assert ahead["short", "31800"] == "us/federal/ordinary_brackets/upper_bounds"
    assert ahead["long", "98000"] == "us/federal/niit/threshold"
    assert ten["identify"] == ["taxlots identify --sale TIME --account kraken --asset ETH --lots e2=10"]
    assert ten["accounts"] == [{"account": "kraken", "quantity": "10", "value": "30000"}]


def test_the_worked_targets_and_cash(tmp_path):
    """Quantities of the page: by tax, by cash with and without the tax, and in the 0 % band."""
    page("sell", tmp_path)
    assert sell(tmp_path, "--target", "tax=1000")["quantity"] == "5.55555555"
    cash = sell(tmp_path, "--cash", "15000")
    assert (cash["quantity"], cash["tax"], cash["cash_after_tax"], cash["tax_paid_from_cash"]) == ("5", "900", "14100", False)
    paid = sell(tmp_path, "--cash", "15000", "--tax-from-cash")
    assert (paid["quantity"], paid["tax_paid_from_cash"]) == ("5.31914894", True)
    assert 0 <= Decimal(paid["cash_after_tax"]) - 15000 < Decimal("0.0001")
    page("sell", tmp_path, wages=40000)
    band = sell(tmp_path, "--target", "zero-ltcg")
    assert (band["quantity"], band["tax"]) == ("15.01851851", "0")
    assert [(one["lot_id"], one["quantity"]) for one in band["lots"]] == [("e2", "10"), ("e1", "5.01851851")]
    assert sell(tmp_path, "--target", "zero-tax")["lots"] == band["lots"]


def test_the_worked_targets_of_the_15_percent_band_and_of_gain(tmp_path):
    """As the page derives them; a fixed order that costs less than the target's sale keeps the target no more, and that is said."""
    page("sell", tmp_path, wages=530000)
    band = sell(tmp_path, "--target", "fifteen-ltcg")
    assert [(one["lot_id"], one["quantity"]) for one in band["lots"]] == [("e2", "10"), ("e1", "7.25925925")]
    assert float(band["tax"]) == pytest.approx(5940.80, abs=0.001)
    ran = run(tmp_path, "sell", "ETH", "ledger.csv", "--target", "fifteen-ltcg", *DAY)
    assert re.search(r"For less, but not within the target: .*hifo", ran.out)
    page("sell", tmp_path)
    gain = sell(tmp_path, "--target", "gain=12600")
    assert (gain["quantity"], {one["lot_id"]: one["quantity"] for one in gain["lots"]}) == ("13", {"e3": "10", "e2": "3"})


def test_trading_cost_comes_before_the_cash(tmp_path):
    """With 100 bps 15,000 need 15,000 / (3,000 x 0.99) = 5.050505... ETH, rounded up to a lot unit."""
    page("sell", tmp_path, trading_cost_bps=100)
    answer = sell(tmp_path, "--cash", "15000")
    assert answer["quantity"] == "5.05050506"
    assert 15000 <= Decimal(answer["cash"]) < Decimal("15000.0001")


def test_tax_that_the_sale_saves_is_no_cash(tmp_path):
    """At 1,500 all lots but e1 are losses: 2,000 of cash need 1.33333334 ETH, and the tax that falls is not said to be paid."""
    page("sell", tmp_path)
    prices = tmp_path / "prices.csv"
    prices.write_text(prices.read_text().replace("3000", "1500"))
    answer = sell(tmp_path, "--cash", "2000", "--tax-from-cash")
    assert answer["quantity"] == "1.33333334"
    assert not [note for note in answer["notes"] if "is paid from the cash" in note]
    assert [note for note in answer["notes"] if "lowers the tax by" in note]


def test_a_target_that_leaves_nothing(tmp_path):
    """All lots are gains taxed at 15 % or 22 %: zero-tax sells nothing, with a warning and exit code 0."""
    page("sell", tmp_path)
    answer = sell(tmp_path, "--target", "zero-tax")
    assert (answer["quantity"], answer["lots"]) == ("0", [])
    assert "SALE_TARGET_UNREACHED" in [p["code"] for p in answer["problems"]]


def test_the_tables_and_csv(tmp_path):
    """The table names tax, bound and orders; the CSV holds the lots; -o writes a file."""
    page("sell", tmp_path)
    shown = run(tmp_path, "sell", "eth", "ledger.csv", "--quantity", "10", *DAY)
    assert shown.code == 0
    for words in ("1,800.00", "Lots to sell, in this order", "fifo", "taxlots identify --sale TIME", "is not taken from the cash"):
        assert words in shown.out
    assert run(tmp_path, "sell", "ETH", "ledger.csv", "--quantity", "10", *DAY, "--format", "csv", "-o", "lots.csv").code == 0
    (row,) = csv.DictReader(io.StringIO((tmp_path / "lots.csv").read_text()))
    assert (row["lot"], row["tax it adds"]) == ("e2", "1800")


TWO = universal(
    tx("2024-06-03T17:00:00Z", "buy", sent="1000 USD", received="2 BTC", id="a1"),
    tx("2024-06-04T17:00:00Z", "buy", account="coinbase", sent="1500 USD", received="2 BTC", id="a2"),
    tx("2024-06-05T17:00:00Z", "buy", sent="100 USD", received="5 XMR", id="a3"),
)
PRICED = "time,asset,price,currency\n2026-06-30,BTC,900,USD\n"
WRONG = {
    "unknown asset": (("sell", "BTX", "--quantity", "1"), "nearest held: BTC"),
    "no amount": (("sell", "BTC"), "no quantity given"),
    "two amounts": (("sell", "BTC", "--quantity", "1", "--cash", "5"), "--quantity and --cash given"),
    "no number": (("sell", "BTC", "--quantity", "1,5"), "is no number"),
    "nothing": (("sell", "BTC", "--quantity", "0"), "not above 0"),
    "below nothing": (("sell", "BTC", "--cash", "-5"), "not above 0"),
    "too fine": (("sell", "BTC", "--quantity", "1e-19"), "18 digits"),
    "infinite": (("sell", "BTC", "--quantity", "inf"), "is no number"),
    "more than held": (("sell", "BTC", "--quantity", "4.5"), "more than the 4 that are held"),
    "more than the account holds": (("sell", "BTC", "--quantity", "3", "--account", "kraken"), "more than the 2 that are held"),
    "more cash than it brings": (("sell", "BTC", "--cash", "4000"), "at most 3594.60"),  # 4 x 900 x (1 - 0.0015)
    "unknown account": (("sell", "BTC", "--quantity", "1", "--account", "x"), "held in: coinbase, kraken"),
    "unknown target": (("sell", "BTC", "--target", "half"), "zero-tax"),
    "negative target": (("sell", "BTC", "--target", "gain=-5"), "is no target"),
    "tax from no cash": (("sell", "BTC", "--quantity", "1", "--tax-from-cash"), "goes with --cash"),
    "harvest of no account": (("harvest", "--account", "x"), "coinbase, kraken"),
    "wait in no account": (("wait", "--account", "x"), "coinbase, kraken"),
    "interest as a word": (("wait", "--interest", "much"), "is no rate"),
    "interest in percent": (("wait", "--interest", "4"), "is no rate"),
    "another country": (
        ("sell", "BTC", "--quantity", "1", "--jurisdiction", "uk"),
        "`taxlots tax --jurisdiction uk` shows a year's tax there",
    ),
    "wait in another country": (("wait", "--jurisdiction", "generic"), "no tax that decisions can use"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_usage(tmp_path, case):
    """Exit code 2, nothing on stdout, and what to do instead."""
    args, told = WRONG[case]
    folder(tmp_path, {"a.csv": TWO, "prices.csv": PRICED})
    ran = run(tmp_path, *args, "a.csv", *DAY)
    assert (ran.code, ran.out) == (2, ""), ran.err
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_a_missing_price_is_a_problem(tmp_path):
    """No price of XMR: a document without lots, exit code 1; and a sale of BTC does not mind."""
    folder(tmp_path, {"a.csv": TWO, "prices.csv": PRICED})
    ran = run(tmp_path, "sell", "XMR", "a.csv", "--quantity", "1", *DAY, "--format", "json")
    assert (ran.code, ran.json["lots"], ran.json["draft"]) == (1, [], True)
    assert "PRICE_MISSING" in ran.err
    assert run(tmp_path, "sell", "BTC", "a.csv", "--quantity", "1", *DAY).code == 0
    (tmp_path / "prices.csv").write_text(PRICED + "2026-06-30,XMR,0,USD\n")
    ran = run(tmp_path, "sell", "XMR", "a.csv", "--quantity", "1", *DAY)
    assert ran.code == 1
    assert "can't be sold" in ran.err


def test_accounts_alone_and_together(tmp_path):
    """Together the best lots are in coinbase (basis 750 each); kraken alone has others."""
    folder(tmp_path, {"a.csv": TWO, "prices.csv": PRICED})
    together = run(tmp_path, "sell", "BTC", "a.csv", "--quantity", "3", *DAY, "--format", "json").json
    assert {a["account"]: a["quantity"] for a in together["accounts"]} == {"coinbase": "2", "kraken": "1"}
    alone = run(tmp_path, "sell", "BTC", "a.csv", "--quantity", "1", "--account", "kraken", *DAY, "--format", "json").json
    assert [one["lot_id"] for one in alone["lots"]] == ["a1"]


YEAR_END = ("--as-of", "2026-11-20")


def harvest(home, *args):
    """The document of the review."""
    ran = run(home, "harvest", "ledger.csv", *YEAR_END, "--format", "json", *args)
    assert ran.code == 0, ran.err
    return ran.json


def test_the_worked_case_of_harvest(tmp_path):
    """Losses, ladder, wash window and deadline as the page shows them."""
    text = page("harvest", tmp_path)
    answer = harvest(tmp_path, "--year", "2026")
    agree(table(text, "lot_id", "loss"), answer["losses"])
    sol, vti = answer["losses"]
    agree(table(text, "offsets", "dollars"), sol["steps"])
    assert (sol["wash_sale"]["applies"], vti["wash_sale"]["applies"]) == (False, True)
    assert sol["wash_sale"]["rule"] == "us/federal/wash_sale/covers_digital_assets"
    assert sol["wash_sale"]["citation"] == "26 USC 1091(a); T.D. 10000"
    assert len(sol["wash_sale"]["pending_bills"]) == 4
    assert "26 USC 1091" in sol["window"]
    assert "bills are pending" in sol["window"]
    wash = vti["wash_sale"]
    assert (wash["from"], wash["until"], wash["deferred_quantity"]) == ("2026-10-21", "2026-12-20", "4")
    assert [(t["date"], t["transaction_id"], t["quantity"]) for t in wash["trades"]] == [("2026-11-02", "v2", "4")]
    assert vti["replacements"] == ["SCHB", "ITOT"]
    assert (answer["deadline"], answer["deadline_time"], answer["days_left"]) == ("2026-12-31", "2026-12-31T23:59:59-05:00", 41)
    assert answer["last_weekday"] is None  # 2026-12-31 is a Thursday
    assert [(s["offsets"], s["dollars"]) for s in answer["further"]["long"]] == [
        ("long-term gain", "2000"),
        ("short-term gain", "1000"),
        ("ordinary income", "3000"),
    ]
    assert answer["gains"] == []
    assert [loss["lot_id"] for loss in harvest(tmp_path, "--account", "schwab")["losses"]] == ["v1"]


def test_the_worked_gains_at_0_percent(tmp_path):
    """Room 32,550; e1 fits in with 19,970: later 2,995.50, cost 60."""
    page("harvest", tmp_path, wages=30000, future_rate="0.15")
    answer = harvest(tmp_path)
    assert answer["zero_band"] == {"room": "32550", "top": "49450"}
    (gain,) = answer["gains"]
    shown = {name: gain[name] for name in ("lot_id", "gain", "tax", "cost", "future_tax_saved", "net")}
    assert shown == {"lot_id": "e1", "gain": "19970", "tax": "0", "cost": "60", "future_tax_saved": "2995.5", "net": "2935.5"}


def test_the_workbook_shows_the_same_figures(tmp_path):
    """Rows of the sheet Harvest against the document: losses, steps, replacements, gains."""
    page("harvest", tmp_path, wages=30000, future_rate="0.15")
    answer = harvest(tmp_path)
    assert run(tmp_path, "report", "ledger.csv", *YEAR_END, "-o", "r.xlsx").code == 0
    rows = list(openpyxl.load_workbook(tmp_path / "r.xlsx")["Harvest"].iter_rows(values_only=True))
    head = next(n for n, row in enumerate(rows) if row[0] == "Asset")
    for loss, row in zip(answer["losses"], rows[head + 1 :], strict=False):
        cells = dict(zip(rows[head], row, strict=True))
        for title, name in (
            ("Loss if sold, after cost", "loss"),
            ("Loss that is not deferred", "allowed"),
            ("Tax saved this year", "tax_saved"),
            ("Loss carried over", "carryover_added"),
            ("Cost of selling and buying back", "cost"),
            ("Later tax on the lower basis", "embedded"),
        ):
            assert Decimal(str(cells[title])) == Decimal(loss[name]), title
        assert cells["30 days before and after"] == loss["window"]
        assert (cells["Could be replaced by"] or "") == ", ".join(loss["replacements"])
    gain = next(row for row in rows if row[0] == "ETH")
    assert Decimal(str(gain[4])) == Decimal(answer["gains"][0]["gain"])
    assert Decimal(str(gain[9])) == Decimal(answer["gains"][0]["net"])


def test_another_year_is_refused(tmp_path):
    """The review is of the as-of date's year."""
    page("harvest", tmp_path)
    ran = run(tmp_path, "harvest", "ledger.csv", "--year", "2025", *YEAR_END)
    assert ran.code == 2
    assert "--as-of 2025-12-31" in ran.err


def test_harvest_in_tables(tmp_path):
    """Three tables with the deadline below the first."""
    page("harvest", tmp_path)
    ran = run(tmp_path, "harvest", "ledger.csv", *YEAR_END)
    for words in (
        "Losses that pay if they are realised today",
        "What each further dollar",
        "in the 0 % band",
        "traded by 2026-12-31",
        "41 days",
    ):
        assert words in ran.out, words


def test_the_worked_case_of_wait(tmp_path):
    """The row of the page, its break-even price without and with interest, and the setting in the place of the option."""
    text = page("wait", tmp_path)
    ran = run(tmp_path, "wait", "ledger.csv", *DAY, "--format", "json")
    assert (ran.code, ran.json["schema"], ran.json["interest"]) == (0, "taxlots.wait/1", "0")
    agree(table(text, "lot_id", "gain", "days"), ran.json["lots"])
    (one,) = ran.json["lots"]
    assert round(Decimal(one["break_even_price"]), 4) == Decimal("95.0588")
    assert round(Decimal(one["price_may_fall"]), 4) == Decimal("0.0494")
    assert one["other_tax_year"] is True
    priced = run(tmp_path, "wait", "ledger.csv", *DAY, "--format", "json", "--interest", "0.04").json["lots"][0]
    assert round(Decimal(priced["break_even_price"]), 2) == Decimal("97.79")
    page("wait", tmp_path, interest="0.04")
    assert run(tmp_path, "wait", "ledger.csv", *DAY, "--format", "json").json["lots"] == [priced]
    assert "97.79" in run(tmp_path, "wait", "ledger.csv", *DAY).out


@pytest.mark.parametrize("command", ["sell", "wait"])
@pytest.mark.parametrize("content", ["", "what,is,this\n1,2,3\n", "\x00\x01"])
def test_hopeless_files(tmp_path, command, content):
    """No traceback: nothing is held."""
    folder(tmp_path, {"a.csv": content})
    args = ("BTC", "--quantity", "1") if command == "sell" else ()
    ran = run(tmp_path, command, *args, "a.csv", *DAY)
    assert ran.code == (2 if command == "sell" else 1)
    assert "INTERNAL_FAULT" not in ran.err


def test_documents_are_json_of_the_contract(tmp_path):
    """Exact numbers are plain decimal texts, without exponent."""
    page("harvest", tmp_path, wages=30000)
    for command in (("sell", "VTI", "--quantity", "7"), ("harvest",), ("wait",)):
        ran = run(tmp_path, *command, "ledger.csv", *YEAR_END, "--format", "json")
        document = json.loads(ran.out)
        assert document["schema"] == f"taxlots.{command[0]}/1"
        assert not re.search(r'"-?\d+(\.\d+)?[eE][+-]?\d+"', ran.out)
        for one in document["problems"]:
            assert set(one) == {"code", "severity", "message", "hint", "file", "row"}
