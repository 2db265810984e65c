"""Wash sales where one would get them wrong: parts that move or were used, leap years, edges of the window, records, regimes by date."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from journals import booked, sale, written
from taxlots import frames
from taxlots.lots.elections import Elections, Regime
from taxlots.lots.holding import tacked
from test_law import buy, sell, tx
from test_wash_sales import bought, held, sold

from histories import book_of
from support import folder, records, run, universal
from support import tx as line


def test_a_replacement_that_moved_is_not_used_again():
    """26 CFR 1.1091-1(e): b replaces the shares of x and is moved; the loss of y stands, as nothing else was bought."""
    rows = [bought("2024-01-02", "a", "20", "200"), bought("2025-02-20", "b", "10", "60", account="other")]
    rows += [
        sell("2025-03-03", "x", "10", "50"),
        tx("2025-03-05", "transfer", "mm", "other", sent_quantity="10", sent_asset="A", counter_account="third"),
    ]
    book = book_of([*rows, sell("2025-03-06", "yy", "10", "50")])
    assert [(name, adjustment, gain) for name, *_, adjustment, gain, _ in sold(book)] == [("x", 50, 0), ("yy", 0, -50)]
    assert [(lot, basis) for lot, _, basis, _ in held(book)] == [("b", 110)]


def test_what_is_sold_out_of_a_lot_that_was_moved_is_not_replaced_by_its_rest():
    """Rev. Rul. 56-602 across accounts: 100 bought at once, 60 moved; 50 of these are sold at a loss: the other 50 replace nothing."""
    rows = [bought("2025-03-01", "a", "100", "1000")]
    rows += [tx("2025-03-05", "transfer", "mm", sent_quantity="60", sent_asset="A", counter_account="other")]
    assert [gain for *_, gain, _ in sold(book_of([*rows, sell("2025-03-10", "x", "50", "400", account="other")]))] == [-100]


def test_half_of_a_replacement_moves_and_takes_its_part_along():
    """B (10 for 60) takes over 50: 110. 4 of them move with 44; sold for 30 later: a loss of 14; the other 6 keep 66."""
    rows = [bought("2024-01-02", "a", "10", "100"), sell("2025-03-03", "x", "10", "50"), bought("2025-03-20", "b", "10", "60")]
    rows += [tx("2025-05-05", "transfer", "mm", sent_quantity="4", sent_asset="A", counter_account="other")]
    book = book_of([*rows, sell("2025-08-06", "yy", "4", "30", account="other")])
    assert [(adjustment, gain) for *_, adjustment, gain, _ in sold(book)] == [(50, 0), (0, -14)]
    assert [(quantity, basis) for _, quantity, basis, _ in held(book)] == [(6, 66)]


def test_several_losses_and_several_purchases():
    """X loses 5 a share on 10, y 2 a share on 10; bought are 4, 8 and 5 for 10 a share: 17 for 20, the earliest first.

    x: 4 of p (20) and 6 of q (30): all 50 denied. y: 2 of q (4), 5 of r (10): 14 of 20 denied, 6 allowed.
    Basis: p 40 + 20; q 80: 6 with 60 + 30, 2 with 20 + 4; r 50 + 10. In all 150 + 20 + 30 + 4 + 10 = 170 + 64 = 234 less 0.
    """
    rows = [bought("2024-01-02", "a", "10", "150"), bought("2024-01-03", "aa", "10", "120")]
    rows += [sell("2025-03-03", "x", "10", "100"), sell("2025-03-04", "yy", "10", "100")]
    rows += [bought("2025-03-10", "p", "4", "40"), bought("2025-03-11", "q", "8", "80"), bought("2025-03-12", "r", "5", "50")]
    book = book_of(rows)
    assert [(adjustment, gain) for *_, adjustment, gain, _ in sold(book)] == [(50, 0), (14, -6)]
    assert [(lot, quantity, basis) for lot, quantity, basis, _ in held(book)] == [
        ("p", 4, 60), ("q", 6, 90), ("q", 2, 24), ("r", 5, 60),
    ]  # fmt: skip


def test_a_replacement_sold_in_the_window_loses_its_loss_again():
    """10 for 100 sold for 50 on day 0; 10 for 60 (110) sold for 55 on day 10: loss 55; 4 for 20 on day 20 deny 4/10 of it: 22."""
    rows = [bought("2024-01-02", "a", "10", "100"), sell("2025-03-03", "x", "10", "50"), bought("2025-03-08", "b", "10", "60")]
    book = book_of([*rows, sell("2025-03-13", "yy", "10", "55"), bought("2025-03-23", "c", "4", "20")])
    assert [(adjustment, gain) for *_, adjustment, gain, _ in sold(book)] == [(50, 0), (22, -33)]
    assert [(lot, basis) for lot, _, basis, _ in held(book)] == [("c", 42)]


def test_thirds_are_conserved_to_the_last_digit():
    """A loss of 100 on 7 shares, 3 replaced by three purchases of 1: what is denied and what stands make 100, and basis has all of it."""
    rows = [bought("2024-01-02", "a", "7", "800"), sell("2025-03-03", "x", "7", "700")]
    book = book_of([*rows, *(bought(f"2025-03-0{n}", f"b{n}", "1", "99") for n in (5, 6, 7))])
    ((*_, adjustment, gain, _),) = sold(book)
    assert adjustment - gain == 100
    assert abs(adjustment - Decimal(300) / 7) < Decimal("1e-15")
    assert sum(basis for _, _, basis, _ in held(book)) == 297 + adjustment


@pytest.mark.parametrize(("hour", "denied"), [("03:30", 50), ("04:30", 0)])
def test_the_thirtieth_day_is_that_of_the_taxpayer(hour, denied):
    """Sold on 3 March at noon in New York; 2 April there ends at 04:00 UTC on the 3rd: until then it is the 30th day after."""
    when = datetime.fromisoformat(f"2025-04-03T{hour}:00").replace(tzinfo=UTC)
    late = bought("2025-04-03", "b", "10", "60")
    rows = [bought("2024-01-02", "a", "10", "100"), sell("2025-03-03", "x", "10", "50"), replace(late, time=when)]
    book = book_of(rows, zone=ZoneInfo("America/New_York"))
    assert [adjustment for *_, adjustment, _, _ in sold(book)] == [denied]


@pytest.mark.parametrize(
    ("acquired", "first", "sold_on", "starts"),
    [
        ("2025-03-20", "2024-01-02", "2024-01-02", "2025-03-20"),  # held for no day
        ("2025-03-20", "2025-01-02", "2025-03-03", "2025-01-19"),  # 60 days
        ("2024-03-05", "2023-02-10", "2024-02-11", "2023-03-04"),  # a year and a day, whatever 29 February lies between
        ("2024-03-05", "2023-02-10", "2024-02-10", "2023-03-05"),  # a year
        ("2025-03-05", "2024-02-29", "2025-02-28", "2024-03-05"),  # a year: 1 March would be more
        ("2025-03-05", "2021-02-01", "2025-02-10", "2021-02-24"),  # four years and 9 days
    ],
)
def test_the_time_that_tacks_on(acquired, first, sold_on, starts):
    """26 USC 1223(3): whole years of the calendar, then days."""
    assert tacked(*map(date.fromisoformat, (acquired, first, sold_on))) == date.fromisoformat(starts)


def test_what_replaces_a_long_term_share_is_long_term_at_once():
    """Held from 10 February 2023 to 11 February 2024, more than a year; bought on 5 March 2024, sold that day: long-term.

    366 days counted back from 5 March would end on 5 March 2023, one day too late, for 29 February.
    """
    rows = [bought("2023-02-10", "a", "1", "100"), sell("2024-02-11", "x", "1", "50"), bought("2024-03-05", "b", "1", "50")]
    assert [term for *_, term in sold(book_of([*rows, sell("2024-03-05", "yy", "1", "120")]))] == ["long", "long"]


def test_a_record_of_a_lot_means_all_of_its_parts(tmp_path):
    """B (10) was bought before a loss on 4 of a; 4 of it have the raised basis. A record made for 10 of b takes both parts."""
    rows = universal(
        line("2025-01-02T12:00:00Z", "buy", sent="100 USD", received="8 BTC", id="a"),
        line("2025-03-01T12:00:00Z", "buy", sent="100 USD", received="10 BTC", id="b"),
        line("2025-03-03T12:00:00Z", "sell", sent="4 BTC", received="20 USD", id="x"),  # 50 - 20: a loss of 30
        line("2025-09-03T12:00:00Z", "sell", sent="10 BTC", received="200 USD", id="y"),
    )
    wished = Elections(regime=Regime(wash_days=30, wash_assets={"BTC": date(2020, 1, 1)}))
    book, problems = booked(tmp_path, rows, written(("2025-09-03T09:00:00", sale("y", "b=10"))), wished=wished)
    assert "IDENTIFICATION_NOT_HELD" not in {p.code for p in problems}
    pieces = [(p["lot_transaction_id"], p["quantity"], p["basis"]) for p in records(book.disposals) if p["transaction_id"] == "y"]
    assert sorted(pieces) == [("b", 4, 70), ("b", 6, 60)]


@pytest.mark.parametrize(("start", "denied"), [("2025-03-03", "50"), ("2025-03-04", "0")])
def test_digital_assets_from_the_day_that_the_rules_say(tmp_path, start, denied):
    """The switch of the rules: a sale on that day is covered, one on the day before is not; the purchase after it does not matter."""
    rules = shutil.copytree(Path(__file__).parents[2] / "rules", tmp_path / "rules")
    law = rules / "us" / "federal" / "wash_sale.toml"
    until = date.fromisoformat(start) - timedelta(days=1)
    switched = f"default = false\n\n[[covers_digital_assets.values]]\nfrom = {start}\ndefault = true\n"
    law.write_text(law.read_text().replace("until = 2026-12-31\ndefault = false\n", f"until = {until}\n{switched}"))
    rows = universal(
        line("2024-01-02T12:00:00Z", "buy", sent="100 USD", received="10 BTC", id="a"),
        line("2025-03-03T12:00:00Z", "sell", sent="10 BTC", received="50 USD", id="x"),
        line("2025-03-20T12:00:00Z", "buy", sent="60 USD", received="10 BTC", id="b"),
    )
    folder(tmp_path, {"a.csv": rows, "taxlots.toml": '[profile]\ntimezone = "UTC"\n'})
    ran = run(tmp_path, "gains", "a.csv", "--rules", "rules", "--format", "json")
    assert [piece["adjustment"] for piece in ran.json["disposals"]] == [denied], ran.err
    assert [lot["basis"] for lot in run(tmp_path, "lots", "a.csv", "--rules", "rules", "--format", "json").json["lots"]] == [
        str(60 + int(denied))
    ]


def test_average_basis_with_a_loss_that_is_denied():
    """A fund: 10 for 200, 10 for 100: 15 each. 10 sold for 100: a loss of 50; the second 10, 20 days before, replace them: 150 + 50."""
    rows = [bought("2024-06-03", "a", "10", "200"), bought("2025-02-11", "b", "10", "100"), sell("2025-03-03", "x", "10", "100")]
    book = book_of([t if t.kind == "sell" else replace(t, asset_class="fund") for t in rows], "average")
    assert [(adjustment, gain) for *_, adjustment, gain, _ in sold(book)] == [(50, 0)]
    assert [basis for _, _, basis, _ in held(book)] == [200]


def test_under_one_pool_over_all_accounts():
    """One pool: a at one broker, b at another; the sale there takes a, and b, bought 20 days before, takes over the loss of 50."""
    rows = [bought("2024-01-02", "a", "10", "100"), bought("2025-02-11", "b", "10", "60", account="other")]
    book = book_of([*rows, sell("2025-03-03", "x", "10", "50", account="other")], "fifo", "universal")
    assert sold(book) == [("x", "a", 10, "W", 50, 0, "long")]
    assert [(lot, basis) for lot, _, basis, _ in held(book)] == [("b", 110)]
    assert [row["account"] for row in frames.records(book.lots)] == ["other"]


def test_bought_and_sold_within_a_day():
    """All on 3 March: b bought, x sold (a at a loss of 50; b takes it over), b sold for 120 at a gain of 10, c bought: nothing."""
    rows = [bought("2024-01-02", "a", "10", "100"), buy("2025-03-03", "b", "10", "60"), sell("2025-03-03", "x", "10", "50")]
    rows += [sell("2025-03-03", "yy", "10", "120"), bought("2025-03-03", "c", "10", "60")]
    rows = [replace(t, time=t.time.replace(hour=8 + n)) for n, t in enumerate(rows)]
    book = book_of(rows)
    assert [(adjustment, gain) for *_, adjustment, gain, _ in sold(book)] == [(50, 0), (0, 10)]
    assert [(lot, basis) for lot, _, basis, _ in held(book)] == [("c", 60)]
