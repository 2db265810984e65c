"""Results of margin and derivatives: a gain or loss without a lot, and what is paid in an asset is a lot as well (26 USC 1234A, 1001)."""

import re
from datetime import UTC
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from taxlots import frames
from taxlots.lots.explained import explained
from taxlots.reports.form8949 import blocks
from test_law import buy
from test_law import tx as row

from histories import book_of
from support import folder, run, universal
from support import tx as line

RESULT = "realized-gain"


def results(book):
    """Quantity, proceeds, basis, gain, term and lot of each result."""
    names = ("quantity", "proceeds", "basis", "gain", "term", "lot_id", "acquired")
    return [tuple(piece[name] for name in names) for piece in frames.records(book.disposals) if piece["kind"] == RESULT]


def test_a_profit_in_money_less_its_fee():
    """A position is closed with a profit of 500, the fee is 3: proceeds 497, no basis, short-term."""
    book = book_of([row("2024-03-05", RESULT, "p", received_quantity="500", received_asset="USD", fee_quantity="3", fee_asset="USD")])
    assert results(book) == [(0, 497, 0, 497, "short", None, None)]
    assert [problem.code for problem in book.problems] == ["REALIZED_GAIN_FORM"]


def test_a_loss_in_money_is_basis():
    """A loss of 200 with a fee of 2: nothing received but the fee's 2 less, basis 200: -202."""
    book = book_of([row("2024-03-05", RESULT, "l", sent_quantity="200", sent_asset="USD", fee_quantity="2", fee_asset="USD")])
    assert results(book) == [(0, -2, 200, -202, "short", None, None)]


def test_a_profit_in_an_asset_is_a_lot_at_its_value():
    """0.01 BTC worth 600 are gained, and sold a month later for 650: 600 as the result, 50 on the coins."""
    gained = row("2024-03-05", RESULT, "p", received_quantity="0.01", received_asset="BTC", value="600")
    sold = row("2024-04-05", "sell", "s", sent_quantity="0.01", sent_asset="BTC", received_quantity="650", received_asset="USD")
    book = book_of([gained, sold])
    assert results(book) == [(0, 600, 0, 600, "short", None, None)]
    assert [piece["gain"] for piece in frames.records(book.disposals) if piece["kind"] == "sell"] == [50]


def test_a_loss_in_an_asset_is_a_disposal_of_it_as_well():
    """1 BTC bought for 40,000; a loss of 0.1 BTC worth 6,000: 2,000 gained on the coins paid (6,000 less 4,000), 6,000 lost."""
    lost = row("2024-03-05", RESULT, "l", sent_quantity="0.1", sent_asset="BTC", value="6000")
    book = book_of([buy("2023-01-05", "b", "1", "40000", asset="BTC"), lost])
    gains = [(piece["quantity"], piece["gain"], piece["term"]) for piece in frames.records(book.disposals)]
    assert gains == [(Decimal("0.1"), 2000, "long"), (0, -6000, "short")]
    assert [(lot["quantity"], lot["basis"]) for lot in frames.records(book.lots)] == [(Decimal("0.9"), 36000)]


@pytest.mark.parametrize("command", ["gains", "tax"])
def test_the_commands_count_it(tmp_path, command):
    """With 90,000 of wages: the short-term gain of 2024 is 497; `--explain` says that no lot is behind it."""
    text = '[profile]\ntimezone = "UTC"\nfiling_status = "single"\n[profile.2024]\nwages = 90000\n'
    rows = universal(line("2024-03-05T12:00:00Z", RESULT, received="500 USD", fee="3 USD", id="p"))
    folder(tmp_path, {"taxlots.toml": text, "a.csv": rows})
    ran = run(tmp_path, command, "a.csv", "--year", "2024", "--format", "json")
    assert ran.code == 0
    found = ran.json["short_term_net"] if command == "tax" else ran.json["totals"]["gain"]
    assert found == "497"
    explained = run(tmp_path, "gains", "a.csv", "--explain", "p", "--format", "json").json
    assert explained["pieces"][0]["decided_by"] == "no lot: the row states the result of a position"


LOST = row("2024-07-05", RESULT, "l", sent_quantity="0.1", sent_asset="BTC", value="6000")


@pytest.mark.parametrize(("held", "what"), [(True, "the order of wallet: first in"), (False, "nothing: more was sold than was held")])
def test_the_coins_that_pay_a_loss_are_a_disposal_in_every_report(held, what):
    """What pays is described as coins, whether a lot covers them or not; what was lost as a result, by no order of lots."""
    book = book_of([*([buy("2023-01-05", "b", "1", "40000", asset="BTC")] if held else []), LOST])
    pieces = frames.records(book.disposals)
    coins, result = explained(book, pieces)
    assert coins.decided.startswith(what)
    assert coins.basis.startswith("4000 of lot" if held else "0: no lot")
    assert (result.decided, result.basis) == ("no lot: the row states the result of a position", "6000: what the position lost")
    assert [one.proceeds for one in (coins, result)] == ["6000 - fee 0 = 6000", "0 - fee 0 = 0"]
    assert [piece["method"] for piece in pieces] == ["fifo", "no lot"]
    lines = [line for block in blocks(book.disposals, UTC) for line in block.lines]
    assert sorted(line.description for line in lines) == ["0.1 BTC (l)", "result of margin or derivatives, in BTC (l)"]


def test_the_workbook_names_coins_without_a_lot_and_the_result(tmp_path):
    """In the column of acquisition: the coins are not covered, the result has none."""
    folder(tmp_path, {"a.csv": universal(line("2024-07-05T12:00:00Z", RESULT, sent="0.1 BTC", value="6000", id="l"))})
    assert run(tmp_path, "report", "a.csv", "--year", "2024", "--output", "r.xlsx").code == 1
    sheet = load_workbook(tmp_path / "r.xlsx")["Disposals"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(row for row in cells if "Acquired (local)" in row)
    assert [row[head.index("Acquired (local)")] for row in cells if "kraken" in row] == ["not covered", "a result"]


def abroad(tmp_path, jurisdiction, command, year="2024", **rows):
    """A command under the law of a country: one bitcoin bought in 2023, and the results by name, in its currency."""
    money = {"uk": "GBP", "de": "EUR", "ca": "CAD", "au": "AUD", "generic": "USD"}[jurisdiction]
    bought = line("2023-07-05T12:00:00Z", "buy", sent=f"40000 {money}", received="1 BTC", id="b")
    listed = [line(time, RESULT, value_currency=money, id=name, **leg) for name, (time, leg) in rows.items()]
    settings = f'[profile]\ntimezone = "UTC"\njurisdiction = "{jurisdiction}"\n'
    folder(tmp_path, {"taxlots.toml": settings, "a.csv": universal(bought, *listed)})
    return run(tmp_path, command, "a.csv", "--year", year, "--format", "json")


@pytest.mark.parametrize(("jurisdiction", "taxable"), [("uk", "0"), ("ca", "1000"), ("de", "2000"), ("au", "2000")])
def test_other_countries_leave_the_result_out_and_tax_the_coins(tmp_path, jurisdiction, taxable):
    """Coins for 4,000 pay a loss of 6,000: their gain of 2,000 counts (UK: within 3,000 that are exempt; CA: a half), the loss doesn't.

    They were held for two days less than a year. The profit of the next year is not one of the year asked.
    """
    lost = ("2024-07-03T12:00:00Z", {"sent": "0.1 BTC", "value": "6000"})
    ran = abroad(tmp_path, jurisdiction, "tax", l=lost, p=("2025-07-05T12:00:00Z", {"received": "5000 BTC", "value": "1"}))
    assert ran.json["taxable"] == taxable
    told = [problem["message"] for problem in ran.json["problems"] if problem["code"] == "LAW_NOT_FOLLOWED"]
    assert told == ["1 results of margin or derivatives are left out: they have a law of their own"]


def test_a_year_without_results_is_complete(tmp_path):
    """A result of the tax year 2024 leaves nothing out of the tax of 2023."""
    ran = abroad(tmp_path, "uk", "tax", "2023", p=("2024-07-05T12:00:00Z", {"received": "5000 GBP"}))
    assert "LAW_NOT_FOLLOWED" not in [problem["code"] for problem in ran.json["problems"]]


@pytest.mark.parametrize("jurisdiction", ["uk", "ca", "de", "au", "generic"])
def test_gains_of_other_countries_say_that_their_law_is_not_applied(tmp_path, jurisdiction):
    """Account, year and number, as a warning; without a law there is nothing to say."""
    ran = abroad(tmp_path, jurisdiction, "gains", p=("2024-07-05T12:00:00Z", {"received": "5000 BTC", "value": "9"}))
    told = [problem["message"] for problem in ran.json["problems"] if problem["code"] == "REALIZED_GAIN_LAW"]
    without = "kraken: 1 results of 2024 (realized-gain) are listed as gains and losses, without the country's law on them"
    assert told == ([] if jurisdiction == "generic" else [without])
    assert [piece["method"] for piece in ran.json["disposals"]] == ["no lot"]


def test_the_worked_case_of_the_documentation(tmp_path):
    """Ledger, command and disposals as docs/lots.md has them."""
    page = (
        (Path(__file__).parents[2] / "docs" / "lots.md")
        .read_text()
        .partition("## Results of margin and derivatives\n")[2]
        .partition("\n## ")[0]
    )
    (ledger,), (command,) = re.findall(r"```csv\n(.*?)```", page, re.DOTALL), re.findall(r"`taxlots (gains [^`]*)`", page)
    folder(tmp_path, {"ledger.csv": ledger, "taxlots.toml": '[profile]\ntimezone = "UTC"\n'})
    head, _, *lines = [[cell.strip() for cell in text.strip("|").split("|")] for text in page.splitlines() if text.startswith("|")]
    ran = run(tmp_path, *command.split(), "--format", "json")
    assert ran.code == 0
    assert [[piece[name] for name in head] for piece in ran.json["disposals"]] == lines
