"""Which order holds where: by account, asset and year, over the default; and that the book follows it.

At Kraken and at Coinbase lots of 1 BTC and of 1 ETH each year: a of 2022 for 100, b of 2023 for 300, c of 2024 for 200.
FIFO takes a, LIFO c, HIFO b.
"""

from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest
from journals import booked, standing, written
from taxlots.lots.elections import Elections, Orders
from taxlots.lots.lawful import LotLaw
from taxlots.rulebook import load

from support import folder, records, run, tx, universal

LOTS = {"a": ("2022", 100), "b": ("2023", 300), "c": ("2024", 200)}


def bought():
    """The lots: kraken-BTC-a and so on."""
    return [
        tx(f"{year}-01-05T12:00:00Z", "buy", account=account, sent=f"{cost} USD", received=f"1 {asset}", id=f"{account}-{asset}-{name}")
        for account in ("kraken", "coinbase")
        for asset in ("BTC", "ETH")
        for name, (year, cost) in LOTS.items()
    ]


def sale(day, account, asset, quantity="0.1"):
    """A sale at noon."""
    return tx(f"{day}T12:00:00Z", "sell", account=account, sent=f"{quantity} {asset}", received="50 USD", id=f"{day}-{account}-{asset}")


def lots_sold(tmp_path, methods, *rows, options=()):
    """Lot (its letter) and method of each piece sold, by sale."""
    files = {"taxlots.toml": '[profile]\ntimezone = "UTC"\n' + methods, "a.csv": universal(*bought(), *rows)}
    ran = run(folder(tmp_path, files), "gains", "a.csv", "--format", "json", *options)
    assert ran.code == 0, ran.err
    return {piece["transaction_id"]: f"{piece['lot_id'][-1]} {piece['method']}" for piece in ran.json["disposals"]}


EVERYWHERE = [sale("2025-03-01", account, asset) for account in ("kraken", "coinbase") for asset in ("BTC", "ETH")]


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        ("", "a a a a"),
        ('default = "lifo"', "c c c c"),
        ('[methods.assets]\nBTC = "hifo"', "b a b a"),
        ('[methods.accounts]\nkraken = "lifo"', "c c a a"),
        ('[methods.accounts]\nkraken = "lifo"\n[methods.assets]\nBTC = "hifo"', "c c b a"),  # an account goes before an asset
        ('[methods.accounts]\nkraken = "lifo"\n"kraken:eth" = "hifo"', "c b a a"),  # an asset in an account before the account
    ],
)
def test_the_more_specific_order_holds(tmp_path, methods, expected):
    """Lots taken at Kraken (BTC, ETH) and at Coinbase (BTC, ETH)."""
    found = lots_sold(tmp_path, f"[methods]\n{methods}\n", *EVERYWHERE)
    assert " ".join(found[sale_.split(",")[13]][0] for sale_ in EVERYWHERE) == expected


def test_a_year_goes_before_everything_general(tmp_path):
    """2024 HIFO (BTC LIFO), whatever [methods.accounts] says; before and after it the account's LOFO, that is a."""
    methods = '[methods.accounts]\nkraken = "lofo"\n[methods.years.2024]\ndefault = "hifo"\n[methods.years.2024.assets]\nBTC = "lifo"\n'
    days = ("2023-06-01", "2024-06-01", "2025-06-01")
    found = lots_sold(tmp_path, methods, *(sale(day, "kraken", asset) for day in days for asset in ("BTC", "ETH")))
    assert [found[f"{day}-kraken-{asset}"] for day in days for asset in ("BTC", "ETH")] == [
        *("a lofo", "a lofo"),
        *("c lifo", "b hifo"),
        *("a lofo", "a lofo"),
    ]


def test_a_year_begins_at_midnight_in_the_taxpayers_zone(tmp_path):
    """2025-01-01 02:00 UTC is still 2024 in New York."""
    methods = '[methods.years.2024]\ndefault = "lifo"\n'
    rows = [tx(f"2025-01-01T0{hour}:00:00Z", "sell", sent="0.1 BTC", received="9 USD", id=f"s{hour}") for hour in (2, 6)]
    found = lots_sold(tmp_path, methods, *rows, options=("--timezone", "America/New_York"))
    assert found == {"s2": "c lifo", "s6": "a fifo"}


def test_the_command_line_is_a_what_if_over_all_of_them(tmp_path):
    """--method takes the place of default, accounts, assets and years."""
    methods = '[methods]\ndefault = "lifo"\n[methods.assets]\nBTC = "hifo"\n[methods.years.2025]\ndefault = "hifo"\n'
    found = lots_sold(tmp_path, methods, *EVERYWHERE, options=("--method", "fifo"))
    assert set(found.values()) == {"a fifo"}


def test_one_pool_over_all_accounts_knows_no_accounts():
    """Under a universal pool the order of an account has no meaning, that of an asset has."""
    elections = Elections("fifo", {"kraken": "lifo", "kraken:BTC": "lofo"}, per_account=False, assets={"BTC": "hifo"})
    assert (elections.method_of("kraken", "BTC"), elections.method_of("kraken", "ETH")) == ("hifo", "fifo")


@pytest.mark.parametrize(
    ("jurisdiction", "first"),
    [("us", date(2024, 1, 1)), ("uk", date(2024, 4, 6)), ("ca", date(2024, 1, 1)), ("de", date(2024, 1, 1)), ("au", date(2024, 7, 1))],
)
def test_a_tax_year_begins_where_the_law_says(jurisdiction, first):
    """The year 2024 of the settings is the tax year that begins in 2024."""
    zone = ZoneInfo("Europe/London")
    law = LotLaw.of(jurisdiction, load(), date(2025, 6, 1))
    span = law.span(2024, Orders("lifo"), zone)
    assert span.start.astimezone(zone).date() == first
    assert span.start.tzinfo == UTC
    assert span.until == law.span(2025, Orders(), zone).start


def test_a_record_goes_before_the_order_of_a_year(tmp_path):
    """2025 is HIFO (b); from 1 June 2025 a standing order says LIFO (c); its end on 1 August gives HIFO back, the new year FIFO (a).

    Filed, the year's order counts for nothing without a record.
    """
    rows = [sale(day, "kraken", "BTC") for day in ("2025-05-01", "2025-07-01", "2025-09-01", "2026-02-01")]
    span = LotLaw.of("us", load(), date(2025, 6, 1)).span(2025, Orders("hifo"), UTC)
    data = written(("2025-05-15T00:00:00", standing("lifo", "2025-06-01T00:00:00Z", until="2025-08-01T00:00:00Z")))

    def found(filed):
        book, _ = booked(tmp_path, universal(*bought(), *rows), data, wished=Elections(spans=(span,)), filed=filed)
        return [f"{piece['lot_id'][-1]} {piece['method'].partition(' (')[0]}" for piece in records(book.disposals)]

    assert found(filed=False) == ["b hifo", "c lifo, record 1", "b hifo", "a fifo"]
    assert found(filed=True) == ["a fifo", "c lifo, record 1", "a fifo", "a fifo"]
