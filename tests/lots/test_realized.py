"""Results of margin and derivatives: a gain or loss without a lot, and what is paid in an asset is a lot as well (26 USC 1234A, 1001)."""

from decimal import Decimal

import pytest
from taxlots import frames
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


def test_other_countries_leave_it_out(tmp_path):
    """The United Kingdom taxes contracts for differences by rules of their own: an error, and no gain of the year."""
    text = '[profile]\ntimezone = "UTC"\njurisdiction = "uk"\n'
    rows = universal(line("2024-07-05T12:00:00Z", RESULT, received="5000 GBP", id="p"))
    folder(tmp_path, {"taxlots.toml": text, "a.csv": rows})
    ran = run(tmp_path, "tax", "a.csv", "--year", "2024", "--format", "json")
    assert ran.code == 1
    assert any("1 results of margin or derivatives" in problem["message"] for problem in ran.json["problems"])
