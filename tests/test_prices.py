"""The price table: which price holds at a time, how old it may be, and chains of currencies."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from taxlots.prices import PricePoint, PriceTable

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


def point(hours: float, asset: str, price: str, currency: str = "USD", source: str = "table") -> PricePoint:
    """A price so many hours from noon."""
    return PricePoint(NOON + timedelta(hours=hours), asset, Decimal(price), currency, source)


def test_the_home_currency_is_worth_one():
    """A dollar is a dollar, without any table."""
    assert PriceTable().at("USD", NOON).price == 1


@pytest.mark.parametrize(
    ("hours", "expected"),
    [([-20, -1, 1], "200"), ([0, 1], "100"), ([-23, 0.1], "100"), ([-25, 2], "200"), ([-30, 40], "100"), ([5], "100")],
)
def test_which_price_is_used(hours, expected):
    """The last one within a day before; else the nearest, before or after. Prices count up by 100."""
    table = PriceTable([point(h, "BTC", str(100 * n)) for n, h in enumerate(hours, 1)])
    assert table.at("BTC", NOON).price == Decimal(expected)


@pytest.mark.parametrize(("hours", "stale"), [(-24, False), (-24.01, True), (24, False), (24.01, True), (-167, True)])
def test_stale(hours, stale):
    """More than a day away is stale."""
    assert PriceTable([point(hours, "BTC", "1")]).at("BTC", NOON).stale is stale


@pytest.mark.parametrize("hours", [-169, 169])
def test_a_price_more_than_a_week_away_is_none(hours):
    """A price of another week says nothing about the event."""
    assert PriceTable([point(hours, "BTC", "1")]).at("BTC", NOON) is None


def test_of_two_prices_of_one_time_the_later_line_counts():
    """A correction below replaces the line above."""
    assert PriceTable([point(0, "BTC", "1"), point(0, "BTC", "2")]).at("BTC", NOON).price == 2


def test_a_chain_of_currencies():
    """1 XYZ = 3 EUR, 1 EUR = 1.1 USD: 3.3 USD, and the source names both lines."""
    quote = PriceTable([point(0, "XYZ", "3", "EUR", "mine"), point(-2, "EUR", "1.1", "USD", "ECB")]).at("XYZ", NOON)
    assert quote.price == Decimal("3.3")
    assert "mine" in quote.source
    assert "ECB" in quote.source


def test_a_chain_is_as_old_as_its_oldest_link():
    """A fresh price in euros with a rate of two days ago is stale."""
    assert PriceTable([point(0, "XYZ", "3", "EUR"), point(-48, "EUR", "1.1")]).at("XYZ", NOON).stale


def test_a_chain_of_three():
    """XYZ in BTC, BTC in EUR, EUR in USD: 2 x 3 x 5 = 30."""
    table = PriceTable([point(0, "XYZ", "2", "BTC"), point(0, "BTC", "3", "EUR"), point(0, "EUR", "5")])
    assert table.at("XYZ", NOON).price == 30


def test_a_circle_is_no_price():
    """XYZ priced in ABC and ABC in XYZ gives no dollar price, and ends."""
    table = PriceTable([point(0, "XYZ", "2", "ABC"), point(0, "ABC", "0.5", "XYZ")])
    assert table.at("XYZ", NOON) is None


def test_a_missing_rate_is_no_price():
    """A price in a currency without a rate can't be converted, and is not taken for dollars."""
    assert PriceTable([point(0, "XYZ", "3", "EUR")]).at("XYZ", NOON) is None


def test_latest_never_looks_ahead():
    """For holdings the last price at or before counts, however old; a later one does not."""
    table = PriceTable([point(-5000, "BTC", "7"), point(1, "BTC", "9")])
    assert table.latest("BTC", NOON).price == 7
    assert table.latest("BTC", NOON).stale
    assert table.latest("ETH", NOON) is None
    assert PriceTable([point(1, "BTC", "9")]).latest("BTC", NOON) is None


def test_membership():
    """An asset is in the table where it has any price; the home currency always is."""
    table = PriceTable([point(0, "BTC", "1")])
    assert ["BTC" in table, "ETH" in table, "USD" in table] == [True, False, True]
