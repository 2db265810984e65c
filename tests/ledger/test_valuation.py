"""What a row was worth: its own money leg, its value column, the price table; and what is said where nothing helps."""

import pytest

from support import codes, ledger_of, records, tx, universal

WHEN = "2024-03-05T12:00:00Z"
HEAD = "time,asset,price,currency,source\n"


def valued(tmp_path, row: str, *prices: str):
    """Home value of the row, value of its fee, and the problems."""
    ledger = ledger_of(tmp_path, {"a.csv": universal(row), "p.csv": HEAD + "".join(f"{line}\n" for line in prices)})
    (only,) = records(ledger.transactions)
    return only["home_value"], only["home_fee"], codes(ledger.problems)


def test_the_money_leg_comes_first(tmp_path):
    """100 dollars paid are worth 100 dollars, whatever the value column or the price table say."""
    row = tx(WHEN, "buy", sent="100 USD", received="2 ETH", value="999")
    assert valued(tmp_path, row, f"{WHEN},ETH,7,USD,x") == (100, None, [])


def test_then_the_value_column(tmp_path):
    """The row's own value beats the price table."""
    assert valued(tmp_path, tx(WHEN, "income:staking", received="2 ETH", value="50"), f"{WHEN},ETH,7,USD,x") == (50, None, [])


def test_then_the_price_table(tmp_path):
    """2 units at 7 dollars are 14."""
    assert valued(tmp_path, tx(WHEN, "income:staking", received="2 ETH"), f"{WHEN},ETH,7,USD,x") == (14, None, [])


def test_foreign_money_is_converted(tmp_path):
    """100 euros at 1.1 dollars are 110, the fee of 1 euro is 1.1."""
    value, fee, found = valued(tmp_path, tx(WHEN, "buy", sent="100 EUR", received="2 ETH", fee="1 EUR"), f"{WHEN},EUR,1.1,USD,ECB")
    assert (str(value.normalize()), str(fee.normalize()), found) == ("1.1E+2", "1.1", [])


def test_a_value_in_foreign_money(tmp_path):
    """A value column of 50 euros at 1.1 is 55 dollars."""
    row = tx(WHEN, "income:staking", received="2 ETH", value="50", value_currency="EUR")
    assert valued(tmp_path, row, f"{WHEN},EUR,1.1,USD,ECB") == (55, None, [])


def test_a_chain_of_prices(tmp_path):
    """2 units at 3 euros at 1.1 dollars: 6.6."""
    value, _, found = valued(tmp_path, tx(WHEN, "income:staking", received="2 XYZ"), f"{WHEN},XYZ,3,EUR,x", f"{WHEN},EUR,1.1,USD,x")
    assert (str(value.normalize()), found) == ("6.6", [])


def test_a_swap_is_worth_what_is_received(tmp_path):
    """Where both assets have a price, that of the received one counts: 2 x 7 = 14; else that of the given one: 1 x 20."""
    row = tx(WHEN, "swap", sent="1 BTC", received="2 ETH")
    assert valued(tmp_path / "both", row, f"{WHEN},ETH,7,USD,x", f"{WHEN},BTC,20,USD,x")[0] == 14
    assert valued(tmp_path / "given", row, f"{WHEN},BTC,20,USD,x")[0] == 20


def test_a_missing_price_gives_the_line_to_add(tmp_path):
    """An error whose hint is a line of prices.csv; with that line the problem is gone."""
    row = tx(WHEN, "income:staking", received="2 ETH")
    (found,) = ledger_of(tmp_path / "a", universal(row)).problems
    assert (found.code, str(found.severity), found.row) == ("PRICE_MISSING", "error", 2)
    line = found.hint.removeprefix("Add to prices.csv: ").replace("<price>", "7").replace("<source>", "me")
    assert valued(tmp_path / "b", row, line) == (14, None, [])


@pytest.mark.parametrize(
    ("day", "found"), [("04T13", []), ("03T11", ["PRICE_STALE"]), ("11T12", ["PRICE_STALE"]), ("13T12", ["PRICE_MISSING"])]
)
def test_old_prices(tmp_path, day, found):
    """Within a day fine, within a week a warning, beyond no price."""
    assert valued(tmp_path, tx(WHEN, "spend", sent="2 ETH"), f"2024-03-{day}:00:00Z,ETH,7,USD,x")[2] == found


@pytest.mark.parametrize(
    "row",
    [
        tx(WHEN, "buy", sent="100 EUR", received="110 USD", fee="1 EUR"),
        tx(WHEN, "sell", sent="100 EUR", received="90 GBP"),
        tx(WHEN, "deposit", received="100 EUR", fee="1 EUR"),
        tx(WHEN, "withdrawal", sent="100 EUR", fee="1 EUR"),
        tx(WHEN, "deposit", received="1 ETH", basis="5", value="7", value_currency="EUR"),
        tx(WHEN, "fee", fee="1 EUR"),
    ],
)
def test_what_needs_no_value_needs_no_price(tmp_path, row):
    """Money exchanged or moved is no lot, a moved asset has no gain: a missing euro rate makes nothing incomplete."""
    assert valued(tmp_path, row)[2] == []


@pytest.mark.parametrize(
    ("kind", "legs", "fee_value"),
    [
        ("swap", {"sent": "1 BTC", "received": "20 ETH", "fee": "0.01 BTC", "value": "40000"}, 400),
        ("swap", {"sent": "1 BTC", "received": "20 ETH", "fee": "0.2 ETH", "value": "40000"}, 400),
        ("swap", {"sent": "1 BTC", "received": "20 ETH", "fee": "1 BNB", "fee_value": "300", "value": "40000"}, 300),
        ("buy", {"sent": "40000 USD", "received": "1 BTC", "fee": "0.01 BTC"}, 400),
        ("buy", {"sent": "40000 USD", "received": "1 BTC", "fee": "12.5 USD"}, 12.5),
    ],
)
def test_a_fee_is_worth_the_trades_own_price(tmp_path, kind, legs, fee_value):
    """A fee in one of the trade's assets is valued at the trade's price, another one by fee_value, money as it is."""
    value, fee, found = valued(tmp_path, tx(WHEN, kind, **legs))
    assert (value, fee, found) == (40000, fee_value, [])


def test_too_much_value_is_an_error(tmp_path):
    """A value beyond what a frame holds makes the row's value unknown, and says so."""
    assert valued(tmp_path, tx(WHEN, "spend", sent="99999999999999 ETH"), f"{WHEN},ETH,99999999,USD,x")[2] == ["ROW_INVALID"]


def test_a_fee_worth_too_much_is_an_error(tmp_path):
    """A fee of 10^14 units where one unit is worth 10,000 dollars by the trade's own price: an error, not a crash."""
    row = tx(WHEN, "swap", sent="1 BTC", received="1 ETH", fee="100000000000000 ETH", value="10000")
    assert "ROW_INVALID" in valued(tmp_path, row)[2]


@pytest.mark.parametrize("line", [f"{WHEN},ETH,-1,USD,x", "never,ETH,1,USD,x", f"{WHEN},,1,USD,x"])
def test_a_price_line_that_can_not_be(tmp_path, line):
    """A negative or undated price is an error at its line, and no price."""
    assert valued(tmp_path, tx(WHEN, "spend", sent="2 ETH"), line)[2] == ["OVERRIDE_INVALID", "PRICE_MISSING"]
