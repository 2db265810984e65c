"""A warning where an assumed time zone decides a tax year or a term, and none where it does not."""

import pytest
from taxlots.lots.results import Book

from support import book_of, ledger_of, tx, universal

OLD = tx("2020-06-01T12:00:00Z", "buy", sent="100 USD", received="10 BTC", id="old")
SOLD = {"sent": "1 BTC", "received": "50 USD"}


def doubts(book: Book) -> list[tuple[str, str, int]]:
    return [(p.message, p.hint, p.row) for p in book.problems if p.code == "TIMEZONE_ASSUMED"]


@pytest.mark.parametrize(
    ("moment", "doubtful"),
    [
        ("2024-12-31T09:59:00Z", False),  # at UTC+14 it is 23:59 of the same day
        ("2024-12-31T10:00:00Z", True),  # at UTC+14 the new year begins
        ("2025-01-01T11:59:00Z", True),  # at UTC-12 it is 23:59 of the old year
        ("2025-01-01T12:00:00Z", False),
        ("2024-12-31", False),  # a date is that day in every zone
        ("2025-01-01", False),
    ],
)
def test_a_year_end(tmp_path, moment, *, doubtful) -> None:
    book = book_of(tmp_path, universal(OLD, tx(moment, "sell", id="s1", **SOLD)))
    found = doubts(book)
    assert len(found) == doubtful
    if doubtful:
        message, hint, row = found[0]
        assert "no time zone is set, UTC was taken; it decides the tax year of sell of BTC on" in message
        assert "(s1, " in message
        assert "exports/ledger.csv:3)" in message
        assert "[profile]" in hint
        assert row == 3
    # nothing is assumed where the zone is set, and the row has its own
    if "T" in moment:
        assert not doubts(book_of(tmp_path, universal(OLD, tx(moment, "sell", id="s1", **SOLD)), timezone="America/New_York"))


def test_income_and_the_number_of_what_is_named(tmp_path) -> None:
    rewards = [tx(f"2024-12-31T20:0{n}:00Z", "income:staking", received="0.1 ETH", value="300", id=f"r{n}") for n in range(7)]
    ((message, _, _),) = doubts(book_of(tmp_path, universal(*rewards)))
    assert message.count("income:staking of ETH on 2024-12-31 20:0") == 5
    assert message.endswith("; and 2 more")


@pytest.mark.parametrize(
    ("bought", "sold", "doubtful"),
    [
        # Both days move together. At UTC: acquired 10 January 2023, sold 11 January 2024 (long). At UTC-3 and west of it: sold on the
        # 10th, a year to the day (short).
        ("2023-01-10T12:00:00Z", "2024-01-11T03:00:00Z", True),
        # The same hour on both sides: at every zone the days are a year and a day apart.
        ("2023-01-10T12:00:00Z", "2024-01-11T12:00:00Z", False),
        # At both ends of the range the term is long: UTC-12 bought the 10th, sold the 11th; UTC+14 bought the 11th, sold the 12th. Between
        # them, at UTC+2 (bought 10 Jan 22:30 = 11th, sold 11 Jan 21:30 = 11th 23:30), it is short.
        ("2023-01-10T22:30:00Z", "2024-01-11T21:30:00Z", True),
        ("2023-01-10T12:00:00Z", "2024-01-13T12:00:00Z", False),
        ("2023-01-10", "2024-01-11T03:00:00Z", True),
    ],
)
def test_a_long_term_day(tmp_path, bought, sold, *, doubtful) -> None:
    rows = (tx(bought, "buy", sent="20 USD", received="1 BTC", id="b1"), tx(sold, "sell", id="s1", **SOLD))
    found = doubts(book_of(tmp_path, universal(*rows)))
    assert len(found) == doubtful
    if doubtful:
        assert "it decides whether the gain is long-term of sell of BTC acquired 2023-01-10" in found[0][0]


BITMEX = "transactTime,transactType,amount,fee,address,transactStatus,walletBalance"


@pytest.mark.parametrize(
    ("written", "doubtful"),
    [
        # read as New York's 22:00 on 31 December, UTC-5. Were it UTC, it would be 17:00 there; at UTC-12 5:00 of 1 January
        ("2024-12-31T22:00:00", True),
        # were it UTC-12, it would be 12:00 + 12 h - 5 h = 19:00 of the same day
        ("2024-12-31T12:00:00", False),
        # 1 January 10:00; were it UTC+14, it would be 10:00 - 14 h - 5 h = 15:00 of 31 December
        ("2025-01-01T10:00:00", True),
        ("2025-01-01T20:00:00", False),
        ("2024-12-31T22:00:00-05:00", False),
    ],
)
def test_an_export_that_names_no_zone(tmp_path, written, *, doubtful) -> None:
    reward = f"{written},AffiliatePayout,1000000,0,,Completed,1000000"
    prices = "time,asset,price,currency\n2024-12-31T00:00:00Z,BTC,90000,USD\n"
    book = book_of(tmp_path, {"w.csv": f"{BITMEX}\n{reward}\n", "prices.csv": prices}, timezone="America/New_York")
    found = doubts(book)
    assert len(found) == doubtful
    if doubtful:
        assert "the export names no time zone, yours was taken; it decides the tax year of income:referral of BTC" in found[0][0]
        assert "[times.LAYOUT]" in found[0][1]


def test_the_settings_name_the_zone_of_a_layout(tmp_path) -> None:
    """22:00 at UTC on 31 December is 17:00 in New York; nothing is assumed any more."""
    reward = "2024-12-31T22:00:00,AffiliatePayout,1000000,0,,Completed,1000000"
    (tmp_path / "taxlots.toml").write_text('[profile]\ntimezone = "America/New_York"\n[times.bitmex_wallet]\ntimezone = "UTC"\n')
    prices = "time,asset,price,currency\n2024-12-31T00:00:00Z,BTC,90000,USD\n"
    files = {"w.csv": f"{BITMEX}\n{reward}\n", "prices.csv": prices}
    (row,) = ledger_of(tmp_path, files).transactions.to_dict("records")
    assert f"{row['time']:%Y-%m-%dT%H:%M%z}" == "2024-12-31T22:00+0000"
    assert not doubts(book_of(tmp_path, files))
