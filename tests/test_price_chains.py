"""Chains of prices by several currencies: which one is taken, how far it may reach, and what its source says."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from taxlots.prices import PricePoint, PriceTable

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


def point(hours: float, asset: str, price: str, currency: str = "USD", source: str = "") -> PricePoint:
    """A price so many hours from noon, named after its pair where nothing else is said."""
    return PricePoint(NOON + timedelta(hours=hours), asset, Decimal(price), currency, source or f"{asset}/{currency}")


def test_two_currencies_of_one_asset_are_two_series():
    """A price in bitcoin at the same time does not replace the one in dollars, wherever it stands in the file."""
    lines = [point(0, "ETH", "3000"), point(0, "ETH", "0.05", "BTC"), point(0, "BTC", "70000")]
    for order in (lines, lines[::-1]):
        assert PriceTable(order).at("ETH", NOON).price == 3000


def test_a_chain_in_another_home_currency():
    """ETH in BTC and BTC in EUR, for a home in euros: 0.05 x 60,000 = 3,000, by two links that the source names."""
    quote = PriceTable([point(0, "ETH", "0.05", "BTC"), point(0, "BTC", "60000", "EUR")], home="EUR").at("ETH", NOON)
    assert (quote.price, quote.links) == (3000, 2)
    assert quote.source == "ETH in BTC by ETH/BTC, BTC by BTC/EUR"


def test_the_chain_through_three_links():
    """ETH in BTC, BTC in EUR, EUR in dollars: 0.05 x 60,000 x 1.1 = 3,300."""
    quote = PriceTable([point(0, "ETH", "0.05", "BTC"), point(0, "BTC", "60000", "EUR"), point(0, "EUR", "1.1")]).at("ETH", NOON)
    assert quote.price == 3300
    assert quote.source == "ETH in BTC by ETH/BTC, BTC by BTC in EUR by BTC/EUR, EUR by EUR/USD"


def test_the_shortest_of_two_fresh_chains():
    """By EUR (two links: 2,750 x 1.1 = 3,025) before by BTC and EUR (three links: 0.05 x 60,000 x 1.1 = 3,300)."""
    lines = [point(0, "ETH", "0.05", "BTC"), point(0, "BTC", "60000", "EUR"), point(0, "EUR", "1.1"), point(-3, "ETH", "2750", "EUR")]
    assert PriceTable(lines).at("ETH", NOON).price == 3025


def test_a_fresh_chain_before_a_stale_price():
    """A dollar price of three days ago gives way to a chain of today, and comes back where the chain is stale too."""
    direct, chain = point(-72, "ETH", "2000"), [point(0, "ETH", "0.05", "BTC"), point(0, "BTC", "70000")]
    assert PriceTable([direct, *chain]).at("ETH", NOON).price == 3500
    assert PriceTable([direct, chain[0], point(-72, "BTC", "70000")]).at("ETH", NOON).price == 2000


def test_the_nearest_of_two_chains_of_one_length():
    """By BTC one hour away, by EUR five hours away: 0.05 x 70,000 = 3,500."""
    lines = [point(-5, "ETH", "3000", "EUR"), point(-5, "EUR", "1.1"), point(-1, "ETH", "0.05", "BTC"), point(-1, "BTC", "70000")]
    assert PriceTable(lines).at("ETH", NOON).price == 3500


def test_rates_between_national_currencies_hold_both_ways():
    """1 USD = 0.8 EUR is 1 EUR = 1.25 USD; but a price of bitcoin in dollars is no price of dollars."""
    quote = PriceTable([point(0, "USD", "0.8", "EUR", "bank")]).at("EUR", NOON)
    assert (quote.price, quote.source) == (Decimal("1.25"), "bank, inverted")
    assert PriceTable([point(0, "BTC", "50000", "EUR")]).at("EUR", NOON) is None
    assert PriceTable([point(0, "USD", "0", "EUR")]).at("EUR", NOON) is None


def test_a_rate_of_its_own_before_the_inverted_one():
    """Where the table has the pair in both directions, the line that names the asset counts."""
    assert PriceTable([point(0, "USD", "0.8", "EUR"), point(0, "EUR", "1.2")]).at("EUR", NOON).price == Decimal("1.2")


@pytest.mark.parametrize(("days", "hours", "found"), [(7, 167, True), (7, 169, False), (2, 47, True), (2, 49, False), (30, 700, True)])
def test_the_limit_is_a_setting(days, hours, found):
    """A price farther away than the limit is none."""
    table = PriceTable([point(-hours, "BTC", "1")], usable=timedelta(days=days))
    assert (table.at("BTC", NOON) is not None) is found


def test_a_stablecoin_is_worth_one_only_by_choice():
    """Without the choice there is no price; with it the source says so; a price of the table comes first."""
    assert PriceTable().at("USDT", NOON) is None
    quote = PriceTable(par={"USDT": "USD"}).at("USDT", NOON)
    assert (quote.price, quote.source) == (1, 'USDT taken at par with USD ([prices] stablecoins = "par")')
    assert PriceTable([point(0, "USDT", "0.97")], par={"USDT": "USD"}).at("USDT", NOON).price == Decimal("0.97")


def test_prices_in_a_stablecoin():
    """XYZ at 2 USDT: no dollar price without one of USDT or the choice; with the choice 2 dollars, by two links."""
    line = point(0, "XYZ", "2", "USDT")
    assert PriceTable([line]).at("XYZ", NOON) is None
    quote = PriceTable([line], par={"USDT": "USD"}).at("XYZ", NOON)
    assert (quote.price, quote.links) == (2, 2)
    assert "taken at par" in quote.source
    assert PriceTable([line, point(0, "USDT", "0.5")], par={"USDT": "USD"}).at("XYZ", NOON).price == 1


def test_a_euro_coin_at_par_needs_the_rate_of_the_euro():
    """EURC is a euro: 1.1 dollars where the rate is known, nothing where it is not."""
    par = {"EURC": "EUR"}
    assert PriceTable([point(0, "EUR", "1.1")], par=par).at("EURC", NOON).price == Decimal("1.1")
    assert PriceTable(par=par).at("EURC", NOON) is None


def test_whose_price_is_missing():
    """XYZ is priced in euros without a rate: it is the euro that is missing; an asset without any price lacks its own."""
    table = PriceTable([point(0, "XYZ", "3", "EUR"), point(0, "ABC", "2", "XYZ")])
    assert [table.lacking(asset, NOON) for asset in ("XYZ", "ABC", "NEW", "EUR")] == ["EUR", "EUR", "NEW", "EUR"]


def test_circles_and_long_ways_end():
    """A, B and C priced in one another lead nowhere, and that is told; five links are one too many."""
    assert PriceTable([point(0, "A", "2", "B"), point(0, "B", "2", "C"), point(0, "C", "2", "A")]).at("A", NOON) is None
    way = ["A", "B", "C", "D", "E"]
    links = [point(0, a, "2", b) for a, b in zip(way, [*way[1:], "USD"], strict=True)]
    assert PriceTable(links).at("B", NOON).price == 16
    assert PriceTable(links).at("A", NOON) is None


def test_the_latest_price_of_any_currency():
    """For holdings the freshest chain counts: dollars of ten days ago give way to euros of today, and nothing looks ahead."""
    lines = [point(-240, "ETH", "2000"), point(-1, "ETH", "3000", "EUR"), point(-1, "EUR", "1.1"), point(2, "ETH", "9999")]
    assert PriceTable(lines).latest("ETH", NOON).price == 3300
    assert PriceTable([point(-1, "ETH", "3000", "EUR"), point(1, "EUR", "1.1")]).latest("ETH", NOON) is None


def test_the_highest_price_in_any_currency():
    """The highest dollar value over all lines up to a time: 3,000 euros at 1.1 are more than 3,200 dollars."""
    lines = [point(-30, "ETH", "3200"), point(-2, "ETH", "3000", "EUR"), point(-2, "EUR", "1.1"), point(40, "ETH", "9999")]
    assert PriceTable(lines).highest("ETH", NOON) == 3300
