"""Examples that tax authorities print, from one country after the other: facts and figures with their citation, in our own words."""

from decimal import Decimal

import pytest
from journals import booked, sale, written
from taxlots import frames
from test_law import buy, sell, sold, tx

from histories import book_of
from support import folder, records, run, universal
from support import tx as line

CENT = Decimal("0.01")


def held(book):
    """(lot, quantity, basis to the cent) of every open lot."""
    return [(lot["lot_transaction_id"], lot["quantity"], lot["basis"].quantize(CENT)) for lot in frames.records(book.lots)]


def gains(book):
    """(transaction, proceeds, basis, gain, term) of every piece, to the cent."""
    names = ("proceeds", "basis", "gain")
    return [(row["transaction_id"], *(row[n].quantize(CENT) for n in names), row["term"]) for row in frames.records(book.disposals)]


# United States


@pytest.mark.parametrize(("later", "basis"), [("90", 110), ("70", 90)])
def test_basis_after_a_wash_sale(later, basis):
    """26 CFR 1.1091-2(a) examples 1 and 2: a share of 100 is sold for 80 and bought again within 30 days, for 90 or for 70.

    The new basis is the old one, more by what the new share cost above the price of the sale (100 + 10), or less (100 - 10).
    """
    share = {"asset_class": "security"}
    rows = [buy("2010-03-01", "a", "1", "100", **share), sell("2025-01-15", "x", "1", "80", **share), buy("2025-02-01", "b", "1", later)]
    book = book_of(rows)
    assert gains(book) == [("x", 80, 100, 0, "long")]
    assert held(book) == [("b", 1, basis)]


def test_identified_before_the_sale(tmp_path):
    """26 CFR 1.1012-1(j)(5) example 1: of 10 units at 2 and 20 at 5, ten of the second lot are named before the sale at 10 each.

    Basis 10 x 5 = 50, gain 50, short-term, as the lot is of the same year.
    """
    rows = universal(
        line("2024-01-01T12:00:00Z", "buy", account="ledger", sent="20 USD", received="10 BTC", id="y1"),
        line("2025-01-01T12:00:00Z", "buy", account="ledger", sent="100 USD", received="20 BTC", id="y2"),
        line("2025-09-02T12:00:00Z", "sell", account="ledger", sent="10 BTC", received="100 USD", id="x"),
    )
    book, _ = booked(tmp_path, rows, written(("2025-09-02T09:00:00", sale("x", "y2=10", account="ledger"))))
    names = ("lot_id", "basis", "gain", "term")
    assert [tuple(piece[name] for name in names) for piece in records(book.disposals)] == [("y2", 50, 50, "short")]


@pytest.mark.parametrize(
    ("bought", "last_short", "first_long"),
    [
        ("2024-06-17", "2025-06-17", "2025-06-18"),
        ("2024-02-05", "2025-02-05", "2025-02-06"),
        ("2023-02-28", "2024-02-29", "2024-03-01"),
        ("2024-02-29", "2025-02-28", "2025-03-01"),
        ("2025-02-28", "2026-02-28", "2026-03-01"),
        ("2024-01-31", "2025-01-31", "2025-02-01"),
        ("2023-06-01", "2024-06-01", "2024-06-02"),  # 366 days, as 2024 has a 29 February
    ],
)
def test_holding_period(bought, last_short, first_long):
    """Pub. 544, Rev. Rul. 66-7: counted from the day after the purchase, by months of the calendar."""
    terms = [sold(book_of([buy(bought, "b", "1", "10"), sell(day, "x", "1", "20")]))[0][-1] for day in (last_short, first_long)]
    assert terms == ["short", "long"]


def test_units_of_a_fork_are_income_and_basis():
    """Rev. Rul. 2019-24: after a fork 25 new units worth 50 come into the taxpayer's hands: income 50, basis 50, 2 each.

    The units held before keep their basis. The time of the new ones begins the day after (Rev. Rul. 2023-14 for staking, alike).
    """
    rows = [buy("2019-01-01", "old", "50", "100", asset="M")]
    rows += [tx("2024-02-01", "income:fork", "new", received_quantity="25", received_asset="N", value="50")]
    rows += [sell("2025-02-01", "x", "5", "30", asset="N"), sell("2025-02-02", "xx", "5", "30", asset="N")]
    book = book_of(rows)
    assert [row["value"] for row in frames.records(book.income)] == [50]
    assert gains(book) == [("x", 30, 10, 20, "short"), ("xx", 30, 10, 20, "long")]
    assert held(book) == [("old", 50, 100), ("new", 15, 30)]


def test_a_stock_dividend_is_spread_over_each_lot():
    """Pub. 550, nontaxable stock dividends: a share of 30 and one of 45, two new ones for each: three at 10 and three at 15."""
    share = {"asset_class": "security"}
    rows = [buy("2016-01-04", "a", "1", "30", **share), buy("2016-02-04", "b", "1", "45", **share)]
    rows += [tx("2018-03-01", "split", "sp", received_quantity="4", received_asset="A", **share)]
    book = book_of([*rows, sell("2018-06-01", "x", "4", "80", **share)])
    assert gains(book) == [("x", 60, 30, 30, "long"), ("x", 20, 15, 5, "long")]
    assert held(book) == [("b", 2, 30)]


def test_cash_for_a_fraction_of_a_stock_dividend():
    """Pub. 550: one share of 100, worth 200; a dividend of 5 % in shares, 10 paid for the fraction. 10/210 of 100 is 4.76: gain 5.24.

    That the fraction is a twentieth of a share that is then 1.05: 100 x 0.05 / 1.05 = 4.7619.
    """
    share = {"asset_class": "security"}
    rows = [buy("2009-01-05", "a", "1", "100", **share), tx("2018-03-01", "split", "sp", received_quantity="0.05", received_asset="A")]
    book = book_of([*rows, sell("2018-03-01", "x", "0.05", "10", **share)])
    assert gains(book) == [("x", 10, Decimal("4.76"), Decimal("5.24"), "long")]
    assert held(book) == [("a", 1, Decimal("95.24"))]


def test_average_basis_of_three_purchases():
    """Pub. 550, average basis: 100 shares of a fund for 1,000, 1,200 and 2,600 each: 4,800 for 300, 16 a share; 150 sold: 2,400.

    First in, first out decides the term: 100 of the first and 50 of the second year, all long-term.
    """
    fund = {"asset_class": "fund"}
    rows = [buy(f"{2013 + n}-05-01", "b" * n, "100", cost, **fund) for n, cost in ((1, "1000"), (2, "1200"), (3, "2600"))]
    book = book_of([*rows, sell("2018-05-01", "x", "150", "3000", **fund)], "average")
    assert gains(book) == [("x", 2000, 1600, 400, "long"), ("x", 1000, 800, 200, "long")]
    assert sum(basis for _, _, basis in held(book)) == 2400


@pytest.mark.parametrize(
    ("kind", "received", "fee", "found"),
    [
        # 1: ten units for services worth 10, one dollar of costs: 10 - 1 - 5 = 4.
        ("spend", {"value": "10"}, ("1", "USD", None), [("x", 9, 5, 4, "short")]),
        # 2: ten units for 20 of B worth 20, two dollars of costs: 20 - 2 - 5 = 13.
        ("swap", {"received_quantity": "20", "received_asset": "B", "value": "20"}, ("2", "USD", None), [("x", 18, 5, 13, "short")]),
        # 3: the costs are paid with two units of C worth 2, basis 1: that is a disposal of C with a gain of 1 as well.
        (
            "swap",
            {"received_quantity": "20", "received_asset": "B", "value": "20"},
            ("2", "C", "2"),
            [("x", 2, 1, 1, "short"), ("x", 18, 5, 13, "short")],
        ),
    ],
)
def test_costs_of_a_disposal(kind, received, fee, found):
    """26 CFR 1.1001-7(b)(1)(ii), (2)(ii), the cases of (b)(5) examples 1 to 3: units of A with basis 0.50 each; costs lower the proceeds.

    1.1012-1(h)(2)(ii)(B): the units of B have their value of 20 as basis, without the costs.
    """
    legs = {"sent_quantity": "10", "sent_asset": "A", **received, **dict(zip(("fee_quantity", "fee_asset", "fee_value"), fee, strict=True))}
    rows = [buy("2025-01-05", "a", "20", "10"), buy("2025-01-05", "cc", "10", "5", asset="C"), tx("2025-03-05", kind, "x", **legs)]
    book = book_of(rows)
    assert gains(book) == found
    assert [lot[1:] for lot in held(book) if lot[0] == "x"] == ([(20, 20)] if kind == "swap" else [])


def test_shares_received_as_pay_replace_others():
    """Pub. 550, wash sales: ten shares given as a bonus are sold at a loss; ten others follow as a bonus within 30 days.

    500 - 400 = 100 is denied, and the new shares have basis 420 + 100; what was received is income both times.
    """
    share = {"received_quantity": "10", "received_asset": "A", "asset_class": "security"}
    rows = [tx("2025-01-02", "income:wages", "one", value="500", **share), sell("2025-06-02", "x", "10", "400")]
    book = book_of([*rows, tx("2025-06-20", "income:wages", "other", value="420", **share)])
    assert gains(book) == [("x", 400, 500, 0, "short")]
    assert held(book) == [("other", 10, 520)]
    assert [row["value"] for row in frames.records(book.income)] == [500, 420]


def test_nondividend_distributions():
    """Pub. 550: stock of 100; 80 returned leaves a basis of 20; of 30 more 20 are basis and 10 are gain; 5 more are gain, long-term."""
    share = {"sent_asset": "A", "received_asset": "USD", "asset_class": "security"}
    back = [("2015-05-01", "r", "80"), ("2024-05-01", "rr", "30"), ("2025-05-01", "rrr", "5")]
    rows = [tx(day, "return-of-capital", name, received_quantity=amount, **share) for day, name, amount in back]
    book = book_of([buy("2012-01-03", "a", "1", "100", asset_class="security"), *rows])
    assert gains(book) == [("rr", 10, 0, 10, "long"), ("rrr", 5, 0, 5, "long")]
    assert held(book) == [("a", 1, 0)]


def test_average_basis_besides_first_in_first_out():
    """Pub. 564 (2009), table: 160 shares for 4,000, 240 for 4,800, 10 for a reinvested 300; 210 sold for 6,720.

    First in, first out: 4,000 + 50 x 20 = 5,000. Average: 9,100 / 410 = 22.195 each, 4,660.98; the 10 of December stay, so that all are
    long-term in October 2009.
    """
    fund = {"asset_class": "fund"}
    bought = [("2008-02-06", "a", "160", "4000"), ("2008-08-07", "bb", "240", "4800"), ("2008-12-18", "ccc", "10", "300")]
    rows = [*(buy(*trade, **fund) for trade in bought), sell("2009-10-01", "x", "210", "6720", **fund)]
    for method, basis in (("fifo", Decimal(5000)), ("average", Decimal("4660.98"))):
        pieces = frames.records(book_of(rows, method).disposals)
        assert sum(piece["basis"] for piece in pieces).quantize(CENT) == basis
        assert {piece["term"] for piece in pieces} == {"long"}


# United Kingdom


def uk(*trades):
    """Gain of every sale to the penny, and quantity and cost of the holding, of (day, side, quantity, money)."""
    make = {"B": buy, "S": sell}
    rows = [make[side](day, "x" * (n + 1), str(quantity), str(money)) for n, (day, side, quantity, money) in enumerate(trades)]
    book = book_of(rows, None, None, jurisdiction="uk")
    sums = {}
    for row in frames.records(book.disposals):
        sums[str(row["disposed_on"])] = sums.get(str(row["disposed_on"]), Decimal(0)) + row["gain"]
    left = [(lot["quantity"], lot["basis"].quantize(CENT)) for lot in frames.records(book.lots)]
    return {day: gain.quantize(CENT) for day, gain in sums.items()}, left


def test_section_104_holding_with_costs():
    """HS284 example 3 (Lobster): 1,000 at 4 and costs 150, 500 at 4.10 and 80: 6,280 for 1,500.

    700 at 4.80 less 100: 3,260 - 6,280 x 700/1,500 (2,930.67) = 329.33. 400 at 5.20 less 105: 1,975 - 3,349.33/2 (1,674.67) = 300.33.
    HMRC prints 329 and 300.
    """
    trades = [("2015-04-01", "B", 1000, 4150), ("2018-09-01", "B", 500, 2130), ("2023-05-01", "S", 700, 3260)]
    found, left = uk(*trades, ("2024-02-01", "S", 400, 1975))
    assert found == {"2023-05-01": Decimal("329.33"), "2024-02-01": Decimal("300.33")}
    assert left == [(400, Decimal("1674.67"))]


def test_the_same_day_goes_before_the_thirty_days():
    """CG51560: the rule of the same day has priority over that of 30 days, also of a later sale over an earlier one.

    700 held for 700. On 13 January 700 are sold for 1,400 and 500 bought for 1,500; on the 14th 650 are bought for 1,300 and 600 sold
    for 1,800. The 14th keeps its 600 (cost 1,200, gain 600). The 13th has its 500 (cost 1,500), then 50 of the 14th (100) and 150 of the
    holding (150): 1,400 - 1,750 = -350. The holding keeps 550 with 550.
    """
    found, left = uk(
        ("2020-12-31", "B", 700, 700),
        *(("2021-01-13", "S", 700, 1400), ("2021-01-13", "B", 500, 1500)),
        *(("2021-01-14", "B", 650, 1300), ("2021-01-14", "S", 600, 1800)),
    )
    assert found == {"2021-01-13": -350, "2021-01-14": 600}
    assert left == [(550, 550)]


def test_fewer_bought_again_than_sold_within_thirty_days():
    """40 bought for 80; 40 sold for 120; 25 bought for 100 on the 19th day after; 25 sold for 150.

    25 of the first sale match the second purchase: 75 - 100 = -25; 15 leave the holding: 45 - 30 = 15; together -10. The second sale takes
    the 25 that the holding still has: 150 - 50 = 100.
    """
    found, left = uk(("2023-09-01", "B", 40, 80), ("2023-09-12", "S", 40, 120), ("2023-10-01", "B", 25, 100), ("2023-10-15", "S", 25, 150))
    assert found == {"2023-09-12": -10, "2023-10-15": 100}
    assert left == []


# Australia


@pytest.mark.parametrize(("received", "value", "gain"), [("B", "6000", 3000), ("D", "5000", 2000)])
def test_an_exchange_is_valued_by_what_is_received_else_by_what_is_given(received, value, gain):
    """ATO, crypto to crypto exchange: 100 of A for 15,000, 20 of them given for 100 of B worth 6,000.

    6,000 - 20/100 of 15,000 = 3,000. Of D, which has no market value, 5,000 is the value of the 20 A: 2,000. The new coins cost the same.
    """
    legs = {"sent_quantity": "20", "sent_asset": "A", "received_quantity": "100", "received_asset": received, "value": value}
    book = book_of([buy("2021-07-05", "a", "100", "15000"), tx("2021-11-15", "swap", "x", **legs)], None, None, jurisdiction="au")
    assert gains(book) == [("x", Decimal(value), 3000, gain, "short")]
    assert held(book) == [("a", 80, 12000), ("x", 100, Decimal(value))]


@pytest.mark.parametrize(("sold_on", "taxable"), [("2025-01-15", "200"), ("2025-01-16", "100")])
def test_twelve_months_without_both_days(tmp_path, sold_on, taxable):
    """ITAA 1997 115-25, TD 2002/10: bought on 15 January 2024; the discount of a half begins with a sale on 16 January 2025. 300 - 100."""
    rows = universal(
        line("2024-01-15T12:00:00Z", "buy", sent="100 AUD", received="1 BTC", id="b"),
        line(f"{sold_on}T12:00:00Z", "sell", sent="1 BTC", received="300 AUD", id="s"),
    )
    folder(tmp_path, {"a.csv": rows, "taxlots.toml": '[profile]\ntimezone = "UTC"\n'})
    ran = run(tmp_path, "tax", "a.csv", "--year", "2024", "--jurisdiction", "au", "--format", "json")
    assert ran.json["taxable"] == taxable
