"""The sheets that tie the workbook together, over a history with every sort of move, a form, a balance, an allocation, hostile names."""

import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
import workbooks
from taxlots.reports.sheets import addresses
from taxlots.reports.workbook import Content, write_workbook
from taxlots.session import Choices, open_session
from test_workbook import _column, different_in_libreoffice

from support import folder, run, tx, universal

SETTINGS = """
[profile]
filing_status = "single"
timezone = "UTC"
[methods]
pool_until_2024 = "universal"
[[layout]]
form = "1099-DA"
id = "da"
account = "xyz"
asset = "Asset"
units = "Units"
acquired = "Acquired"
sold = "Sold"
proceeds = "Proceeds"
basis = "Basis"
basis_reported = "Box 2"
covered = "Covered"
[[layout]]
id = "shop"
account = "shop"
time = "Day"
kind = ["What"]
received = { quantity = "In", asset = "Coin" }
sent = { quantity = "Paid", asset = "=USD" }
balance = { quantity = "Left", asset = "Coin" }
[layout.kinds]
Bought = "buy"
"""
# Rev. Proc. 2024-28: bought are 10 at 1 and 20 at 5; the common pool sells the first 6. Left are 4 at 1 and 20 at 5: 104.
ABC = [
    tx("2019-07-01T12:00:00Z", "buy", account="xyz", sent="10 USD", received="10 ABC", id="old"),
    tx("2020-09-01T12:00:00Z", "buy", account="ghi", sent="100 USD", received="20 ABC", id="new"),
    tx("2024-12-01T12:00:00Z", "sell", account="xyz", sent="6 ABC", received="60 USD", id="s24"),
    tx("2025-03-01T12:00:00Z", "sell", account="xyz", sent="2 ABC", received="20 USD", fee="1 USD", id="s25"),
    tx("2025-03-02T12:00:00Z", "sell", account="ghi", sent="1 ABC", received="11 USD", id="s26"),
]
ALLOCATION = "account,asset,quantity,basis,acquired,holding_starts,id,note\nxyz,ABC,4,20,2020-09-01,,,\n"
ALLOCATION += "ghi,ABC,16,80,2020-09-01,,,\nghi,ABC,4,4,2019-07-01,,,\n"
MOVES = [
    tx("2025-01-05T12:00:00Z", "buy", account="one", sent="1000 USD", received="10 ETH", id="e1"),
    tx("2025-01-06T12:00:00Z", "withdrawal", account="one", sent="4 ETH", id="w1", txid="0xaa"),
    tx("2025-01-06T12:05:00Z", "deposit", account="two", received="3.99 ETH", id="d1", txid="0xaa"),
    tx("2025-01-07T12:00:00Z", "withdrawal", account="one", sent="1 ETH", id="w2"),
    tx("2025-01-08T12:00:00Z", "deposit", account="two", received="0.5 SOL", id="d2"),
    tx("2025-01-09T12:00:00Z", "gift-out", account="two", sent="0.99 ETH", id="g1"),
    tx("2025-01-10T12:00:00Z", "convert", account="two", sent="1 ETH", received="1 WETH", id="c1"),
    tx("2025-01-11T12:00:00Z", "split", account="two", received="1 WETH", id="p1"),
    tx("2025-01-12T12:00:00Z", "theft", account="two", sent="0.5 WETH", id="t1"),
    tx("2025-01-13T12:00:00Z", "gift-in", account="two", received="2 LTC", basis="50", acquired="2020-01-01", id="g2"),
    tx("2025-01-14T12:00:00Z", "income:staking", account="two", received="0.25 ETH", value="30", id="i1"),
    tx("2025-01-15T12:00:00Z", "sell", account="two", sent="3 SOL", received="300 USD", id="x1"),
]
NAMES = [*(name.strip() for name in workbooks.HOSTILE), "1E5", "*", "Mar 2020", "abc", "ABC", "<>", "TRUE"]
HOSTILE = [
    row
    for number, name in enumerate(NAMES, start=1)
    for row in (
        tx("2025-02-01T12:00:00Z", "buy", account=name, sent=f"{number} USD", received="2 DOT", id=f"hb{number}"),
        tx(f"2025-02-02T12:00:0{number % 9}Z", "sell", account=name, sent="1 DOT", received=f"{number} USD", id=f"hs{number}"),
    )
]
# Half a unit at 19 net; the form has 20, which is before the fee of 1 (code E).
FORM = "Asset,Units,Acquired,Sold,Proceeds,Basis,Box 2,Covered\nABC,2,2020-09-01,2025-03-01,20.00,,no,no\n"
SHOP = "Day,What,In,Coin,Paid,Left\n2025-04-01,Bought,2,ADA,4,2\n2025-04-02,Bought,3,ADA,6,6\n"
FILES = {"taxlots.toml": SETTINGS, "moves.csv": universal(*ABC, *MOVES), "hostile.csv": universal(*HOSTILE)}
FILES |= {"form.csv": FORM, "shop.csv": SHOP, "allocation.csv": ALLOCATION}
SHEETS = ("By asset", "By account", "Non-taxable", "Rollforward", "Balance check", "1099 reconciliation", "1099 lines", "Checks")


def make(path, files=FILES, year=None) -> Path:
    """The workbook of these files, whose folder becomes the current one."""
    folder(path, files)
    exports = [Path(name) for name in files if name.endswith(".csv") and name != "allocation.csv"]
    session = open_session(exports, Choices(config=Path("taxlots.toml"), as_of="2025-12-31"))
    write_workbook(Content(session, year=year), path / "made.xlsx")
    return path / "made.xlsx"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("year", [None, 2025])
def test_goldens(here, year):
    path = make(here, year=year)
    for sheet in (*SHEETS, "2025-01-01 allocation") if year is None else ("Rollforward",):
        name = f"all_{sheet.lower().replace(' ', '_')}" + (f"_{year}" if year else "")
        workbooks.compare_golden(name, workbooks.as_lines(path, sheet))


def rows_of(path, sheet):
    """Rows of a sheet below its header as mappings from the titles."""
    lines = list(openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True))
    header = lines[addresses.HEADER_ROW]
    return [dict(zip(header, line, strict=True)) for line in lines[addresses.HEADER_ROW + 1 :]]


def test_the_allocation_says_what_each_account_has(here):
    """XYZ gets 4 at 5; GHI 16 at 5 and 4 at 1: 20 + 80 + 4 = 104. What was bought were 20 for 100 and 10 for 10."""
    found = rows_of(make(here), "2025-01-01 allocation")
    told = [(r["Account"], r["Units remaining"], r["Unused basis"], r["Units when acquired"], r["Basis when acquired"]) for r in found[:3]]
    assert sorted(told) == [("ghi", 4, 4, 10, 10), ("ghi", 16, 80, 20, 100), ("xyz", 4, 20, 20, 100)]
    assert {(r["Method"], r["Allocation: file and row"]) for r in found[:3]} == {("allocated", f"allocation.csv:{n}") for n in (2, 3, 4)}


def test_without_a_common_pool_there_is_nothing_to_allocate(here):
    plain = FILES | {"taxlots.toml": SETTINGS.replace('pool_until_2024 = "universal"', "")}
    found = rows_of(make(here, {name: text for name, text in plain.items() if name != "allocation.csv"}), "2025-01-01 allocation")
    assert [(r["Account"], r["Units remaining"], r["Unused basis"]) for r in found[:2]] == [("ghi", 20, 100), ("xyz", 4, 4)]
    assert found[0]["Method"].startswith("each account was its own pool")


def test_a_refused_allocation_is_named(here):
    found = rows_of(make(here, {name: text for name, text in FILES.items() if name != "allocation.csv"}), "2025-01-01 allocation")
    assert {(r["Account"], r["Method"][:13]) for r in found[:2]} == {("(one pool)", "no allocation")}
    rolled = {(r["Account"], r["Asset"]): r["Tie"] for r in rows_of(here / "made.xlsx", "Rollforward")}
    assert rolled["(one pool)", "ABC"] == "ties"


def test_only_what_is_wrong_differs(here):
    """Sold were 3 SOL of which 0.5 came in, the shop's last balance is 6 where 5 were bought, and the form leaves a fee in."""
    path = make(here)
    differs = [r["Check"] for r in rows_of(path, "Checks") if r["State"] == "DIFFERS"]
    assert differs == [
        "Rollforward: rows that Open lots does not show",
        "Balance check: reported balances that differ",
        "1099 reconciliation: forms that differ from the disposals",
        "Problems: errors that remain",
    ]
    (sol,) = [r for r in rows_of(path, "Rollforward") if r["Tie"] == "DIFFERS"]
    assert (sol["Account"], sol["Asset"], sol["Units: difference"], sol["Basis: difference"]) == ("two", "SOL", -2.5, 0)
    assert sol["What a difference means"] == "2.5 left without a purchase that is known: see Problems"
    assert [(r["Account"], r["Difference"]) for r in rows_of(path, "Balance check")] == [("shop", 1)]
    (form,) = [r for r in rows_of(path, "1099 reconciliation") if r["Account"] == "xyz"]
    assert (form["Difference: proceeds"], form["What explains it"]) == (1, "the form is before selling costs of 1.00 (code E)")


def test_moves_name_both_ends(here):
    """4 ETH sent of 10 for 1,000: 3.99 arrive with basis 399, and 0.01 are the network's fee."""
    found = {r["Transaction"]: r for r in rows_of(make(here), "Non-taxable")}
    sent = found["w1"]
    assert (sent["From account"], sent["To account"], sent["Quantity in"], sent["Lost on the way"]) == ("one", "two", 3.99, 0.01)
    assert sent["File and row of each end"] == "moves.csv:8; moves.csv:9"
    assert (sent["Basis carried"], sent["How the ends were paired"]) == (399, "same transaction hash; certain")
    assert found["w2"]["To account"] == "outside"
    assert found["d2"]["How the ends were paired"].startswith("no other end is known")
    assert {"g1", "c1", "p1", "t1", "g2"} <= found.keys()
    assert "e1" not in found


def test_a_filed_year_rolls_on_from_its_lots(here):
    """Filed for 2024: b1 (100) sold, b2 carried out with 300. An older purchase that turns up later changes nothing of it.

    So 2025 opens with b2: 300 - half of it sold, 150.
    """
    rows = [
        tx("2023-03-01T12:00:00Z", "buy", sent="100 USD", received="1 BTC", id="b1"),
        tx("2024-02-01T12:00:00Z", "buy", sent="300 USD", received="1 BTC", id="b2"),
        tx("2024-06-01T12:00:00Z", "sell", sent="1 BTC", received="500 USD", id="s1"),
    ]
    later = [
        tx("2025-06-01T12:00:00Z", "sell", sent="0.5 BTC", received="400 USD", id="s2"),
        tx("2022-01-01T12:00:00Z", "buy", sent="50 USD", received="1 BTC", id="b0"),
    ]
    plain = '[profile]\ntimezone = "UTC"\nfiling_status = "single"\n'
    folder(here, {"taxlots.toml": plain, "a.csv": universal(*rows)})
    assert run(here, "filed", "2024", "a.csv").code == 0
    path = make(here, {"taxlots.toml": f"{plain}[filed.2024]\n", "a.csv": universal(*rows, *later)}, year=2025)
    titles = ("Basis, 2025-01-01", "Basis, 2025-12-31", "Basis on Open lots", "Tie")
    assert [rows_of(path, "Rollforward")[0][title] for title in titles] == [300, 150, 150, "ties"]


@pytest.mark.parametrize("limit", [addresses.MAX_ROWS, 13])
def test_names_that_look_like_formulas_or_criteria_are_summed_exactly(here, monkeypatch, limit):
    """Each account sold half of what it bought for `number`: gain number - number / 2; none is added to another's."""
    monkeypatch.setattr(addresses, "MAX_ROWS", limit)
    path = make(here)
    book = openpyxl.load_workbook(path, data_only=True)
    gains = {}
    for sheet in (name for name in book.sheetnames if name.startswith("By account") and not name.endswith("(end)")):
        gains |= dict(zip(_column(book[sheet], "Account"), _column(book[sheet], "Gain or loss"), strict=True))
    assert {name: gains[name] for name in NAMES} == {name: number / 2 for number, name in enumerate(NAMES, start=1)}
    with zipfile.ZipFile(path) as archive:
        for name in (name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")):
            formulas = [part.split("</f>")[0] for part in archive.read(name).decode().split("<f>")[1:]]
            assert not any(text in formula for text in ("cmd|", "@SUM", "Mar 2020") for formula in formulas)


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("limit", [addresses.MAX_ROWS, 13])
@pytest.mark.parametrize("year", [None, 2025])
def test_libreoffice_comes_to_the_same_values(here, monkeypatch, limit, year):
    monkeypatch.setattr(addresses, "MAX_ROWS", limit)
    compared, different = different_in_libreoffice(make(here, year=year), here)
    assert different == {}
    assert compared > 500
