"""What a row was worth: its own money leg, its value column, the price table; and what is said where nothing helps."""

from decimal import Decimal

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


def priced(tmp_path, *rows: str, prices: tuple[str, ...] = (), settings: str = ""):
    """The ledger of these rows with these lines of prices.csv and these settings."""
    files = {"a.csv": universal(*rows), "p.csv": HEAD + "".join(f"{line}\n" for line in prices)}
    tmp_path.mkdir(parents=True, exist_ok=True)
    (tmp_path / "taxlots.toml").write_text(settings)
    return ledger_of(tmp_path, files, config=tmp_path / "taxlots.toml")


def test_a_missing_price_is_told_once_per_asset(tmp_path):
    """Three rows of XYZ and one of ABC: two errors, with count, first, last and places, and one line per time to add."""
    days = ["2024-03-05T12:00:00Z", "2024-04-05T12:00:00Z", "2024-04-05T12:00:00Z"]
    rows = [tx(day, "income:staking", received=f"{n} XYZ") for n, day in enumerate(days, 1)]
    ledger = priced(tmp_path, *rows, tx(WHEN, "spend", sent="1 ABC"))
    told = {p.message.split()[4]: p for p in ledger.problems if p.code == "PRICE_MISSING"}
    assert set(told) == {"XYZ", "ABC"}
    assert "3 rows, 2024-03-05 12:00 to 2024-04-05 12:00 UTC (exports/a.csv:2, exports/a.csv:3, exports/a.csv:4)" in told[
        "XYZ"
    ].message.replace(str(tmp_path) + "/", "")
    assert told["XYZ"].hint.splitlines() == [
        "Add to prices.csv: 2024-03-05T12:00:00Z,XYZ,<price>,USD,<source>",
        "2024-04-05T12:00:00Z,XYZ,<price>,USD,<source>",
    ]
    assert told["ABC"].message.endswith("within a week of 2024-03-05 12:00 UTC; spend of 1 ABC counts as 0")


def test_what_a_row_without_price_counts_as_is_said_in_the_row(tmp_path):
    """Its source says that it counts as 0, and whose price is missing."""
    ledger = priced(tmp_path, tx(WHEN, "income:staking", received="1 XYZ"), prices=(f"{WHEN},XYZ,3,EUR,x",))
    (row,) = records(ledger.transactions)
    assert (row["home_value"], row["price_source"]) == (None, "no price of EUR: counts as 0")
    (found,) = [p for p in ledger.problems if p.code == "PRICE_MISSING"]
    assert "no USD price of EUR (which XYZ is priced in)" in found.message
    assert found.hint.startswith(f"Add to prices.csv: {WHEN},EUR,<price>,USD,")


def test_many_missing_prices_show_ten_lines(tmp_path):
    """Of twelve days ten lines are shown, and where to get the rest."""
    rows = [tx(f"2024-03-{day:02}T12:00:00Z", "income:staking", received="1 XYZ") for day in range(1, 13)]
    (found,) = [p for p in priced(tmp_path, *rows).problems if p.code == "PRICE_MISSING"]
    assert len(found.hint.splitlines()) == 11
    assert found.hint.splitlines()[-1].startswith("and 2 more: `taxlots check --templates")


def test_an_old_price_is_told_once_per_asset(tmp_path):
    """Two rows two and three days from the only price: one warning that names the worst."""
    rows = [tx(f"2024-03-0{day}T12:00:00Z", "spend", sent="1 ETH") for day in (3, 4)]
    (found,) = [p for p in priced(tmp_path, *rows, prices=("2024-03-01T12:00:00Z,ETH,7,USD,x",)).problems if p.code == "PRICE_STALE"]
    assert "up to 3 days away from 2 rows" in found.message


def test_the_source_names_the_row_or_the_chain(tmp_path):
    """Dollars are the row's own; euros the row's own by a rate; an asset is by its lines."""
    rows = [
        tx(WHEN, "buy", sent="9 USD", received="1 ETH"),
        tx(WHEN, "buy", sent="9 EUR", received="1 ETH"),
        tx(WHEN, "income:staking", received="1 XYZ"),
    ]
    ledger = priced(tmp_path, *rows, prices=(f"{WHEN},EUR,1.1,USD,ECB", f"{WHEN},XYZ,3,EUR,me"))
    sources = [row["price_source"].replace(str(tmp_path), "") for row in records(ledger.transactions)]
    assert sources == [
        "the row's own value",
        "the row's own value, EUR by ECB (/exports/p.csv:2)",
        "XYZ in EUR by me (/exports/p.csv:3), EUR by ECB (/exports/p.csv:2)",
    ]


@pytest.mark.parametrize(("eth", "setting", "told"), [("9.1", "", False), ("8.9", "", True), ("8.9", "difference = 0.2", False)])
def test_sides_that_disagree(tmp_path, eth, setting, told):
    """1 BTC at 20 for 2 ETH at 9.1 (18.2, 9 % less) is fine; at 8.9 (17.8, 11 % less) it is told; the received side counts."""
    prices = (f"{WHEN},BTC,20,USD,x", f"{WHEN},ETH,{eth},USD,x")
    ledger = priced(tmp_path, tx(WHEN, "swap", sent="1 BTC", received="2 ETH"), prices=prices, settings=f"[prices]\n{setting}\n")
    found = [p for p in ledger.problems if p.code == "PRICE_DISAGREES"]
    assert bool(found) is told
    assert records(ledger.transactions)[0]["home_value"] == 2 * Decimal(eth)
    if found:
        assert found[0].message.startswith("2 ETH are worth 17.8 USD and count, 1 BTC are worth 20 USD")


def test_a_stablecoin_at_par_is_a_setting(tmp_path):
    """Without the setting the price is missing; with it 50 USDC are 50 dollars, and the source says why."""
    row = tx(WHEN, "income:interest", received="50 USDC")
    assert codes(priced(tmp_path / "a", row).problems) == ["PRICE_MISSING"]
    ledger = priced(tmp_path / "b", row, settings='[prices]\nstablecoins = "par"\n')
    (only,) = records(ledger.transactions)
    assert (only["home_value"], only["price_source"]) == (50, 'USDC taken at par with USD ([prices] stablecoins = "par")')
    assert codes(ledger.problems) == []


def test_the_limit_of_days(tmp_path):
    """A price ten days away is none, and one with a warning where the limit is two weeks."""
    row, price = tx(WHEN, "spend", sent="1 ETH"), ("2024-02-24T12:00:00Z,ETH,7,USD,x",)
    assert codes(priced(tmp_path / "a", row, prices=price).problems) == ["PRICE_MISSING"]
    assert codes(priced(tmp_path / "b", row, prices=price, settings="[prices]\nlimit_days = 14\n").problems) == ["PRICE_STALE"]
