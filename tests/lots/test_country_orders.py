"""Lots by the law of other countries: official examples in numbers, and what the jurisdiction chooses and refuses."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from taxlots import frames
from taxlots.session import book, read_exports
from test_law import buy, sell
from test_law import tx as row

from histories import book_of
from support import folder, run, universal
from support import tx as line

CENT = Decimal("0.01")


def codes(problems):
    """Codes and none for the rows of these tests being in dollars, which is said of every country."""
    found = [problem.code if hasattr(problem, "code") else problem["code"] for problem in problems]
    return [code for code in found if code != "CURRENCY_FOREIGN"]


def history(trades):
    """Purchases (B) and sales (S) as day, side, quantity and money, rows in that order."""
    make = {"B": buy, "S": sell}
    return [make[side](day, "x" * (place + 1), str(quantity), str(money)) for place, (day, side, quantity, money) in enumerate(trades)]


def legs(book):
    """Quantity, proceeds, cost and gain to the cent by day of sale and rule."""
    sums = defaultdict(lambda: [Decimal(0)] * 4)
    for piece in frames.records(book.disposals):
        amounts = [piece[name] for name in ("quantity", "proceeds", "basis", "gain")]
        key = (str(piece["disposed_on"]), piece["method"])
        sums[key] = [a + b for a, b in zip(sums[key], amounts, strict=True)]
    return {key: tuple(amount.quantize(CENT) for amount in amounts) for key, amounts in sums.items()}


UK = {
    # 50 out of a pool of 150 with cost 126,000: 42,000.
    "CRYPTO22251": (
        [("2019-01-01", "B", 100, 1000), ("2020-09-18", "B", 50, 125000), ("2020-12-01", "S", 50, 300000)],
        {("2020-12-01", "section-104"): ("50", "300000", "42000", "258000")},
        ("100", "84000"),
    ),
    # One day: 7,000 sold for 642, 6,500 bought for 500. 6,500/7,000 of 642 = 596.14; the other 500: 45.86, cost 1,000/8,000 x 500 = 62.50.
    "CRYPTO22254": (
        [
            *(("2019-01-01", "B", 8000, 1000), ("2020-01-31", "S", 5000, 500), ("2020-01-31", "B", 4000, 320)),
            *(("2020-01-31", "B", 1000, 75), ("2020-01-31", "B", 1000, 70), ("2020-01-31", "S", 2000, 142), ("2020-01-31", "B", 500, 35)),
        ],
        {
            ("2020-01-31", "same-day"): ("6500", "596.14", "500", "96.14"),
            ("2020-01-31", "section-104"): ("500", "45.86", "62.50", "-16.64"),
        },
        ("7500", "937.50"),
    ),
    # 500 bought 12 days after the sale; the rest at 200,000/14,000: 3,500 cost 50,000.
    "CRYPTO22255": (
        [("2019-01-01", "B", 14000, 200000), ("2020-08-30", "S", 4000, 160000), ("2020-09-11", "B", 500, 17500)],
        {
            ("2020-08-30", "thirty-days"): ("500", "20000", "17500", "2500"),
            ("2020-08-30", "section-104"): ("3500", "140000", "50000", "90000"),
        },
        ("10500", "150000"),
    ),
    # The earlier sale takes of the 50,000 of 6 August first; 10,000 of them enter the pool: 345,000/110,000 x 100,000 = 313,636.36.
    "CRYPTO22256": (
        [
            *(("2019-01-01", "B", 100000, 300000), ("2020-07-31", "B", 10000, 45000), ("2020-07-31", "S", 30000, 150000)),
            *(("2020-08-05", "S", 20000, 100000), ("2020-08-06", "B", 50000, 225000), ("2020-08-07", "S", 100000, 150000)),
        ],
        {
            ("2020-07-31", "same-day"): ("10000", "50000", "45000", "5000"),
            ("2020-07-31", "thirty-days"): ("20000", "100000", "90000", "10000"),
            ("2020-08-05", "thirty-days"): ("20000", "100000", "90000", "10000"),
            ("2020-08-07", "section-104"): ("100000", "150000", "313636.36", "-163636.36"),
        },
        ("10000", "31363.64"),
    ),
    # 1,550 sold for 4,850 on one day: 600 with that day, 180 with 4 September, 770 out of the pool at 3; then 400 at 3.
    "CRYPTO22257 G": (
        [
            *(("2019-01-01", "B", 100000, 300000), ("2020-08-31", "S", 1000, 3200), ("2020-08-31", "B", 600, 1700)),
            *(
                ("2020-08-31", "S", 550, 1650),
                ("2020-09-04", "B", 180, 560),
                ("2020-09-16", "S", 400, 1080),
                ("2020-10-27", "B", 900, 2400),
            ),
        ],
        {
            ("2020-08-31", "same-day"): ("600", "1877.42", "1700", "177.42"),
            ("2020-08-31", "thirty-days"): ("180", "563.23", "560", "3.23"),
            ("2020-08-31", "section-104"): ("770", "2409.35", "2310", "99.35"),
            ("2020-09-16", "section-104"): ("400", "1080", "1200", "-120"),
        },
        ("99730", "298890"),
    ),
    # 15,000 bought for 4,960 on the day: 5,000 of them cost 1,653.33; 2,000 of the 4,000 for 1,080; the pool: 3,306.67 + 540 for 12,000.
    "CRYPTO22257 H": (
        [
            *(("2020-08-31", "B", 10000, 3200), ("2020-08-31", "S", 5000, 1920), ("2020-08-31", "B", 5000, 1760)),
            *(("2020-09-04", "S", 2000, 558), ("2020-09-16", "B", 4000, 1080), ("2020-10-27", "S", 12000, 2430)),
        ],
        {
            ("2020-08-31", "same-day"): ("5000", "1920", "1653.33", "266.67"),
            ("2020-09-04", "thirty-days"): ("2000", "558", "540", "18"),
            ("2020-10-27", "section-104"): ("12000", "2430", "3846.67", "-1416.67"),
        },
        None,
    ),
    # HS284 example 2: 500 of the 4,000 with the purchase (loss 100), the rest at the pool's 1.50 a share.
    "HS284 2": (
        [("2019-01-01", "B", 9500, 14250), ("2020-08-30", "S", 4000, 6000), ("2020-09-11", "B", 500, 850)],
        {("2020-08-30", "thirty-days"): ("500", "750", "850", "-100"), ("2020-08-30", "section-104"): ("3500", "5250", "5250", "0")},
        ("6000", "9000"),
    ),
}


@pytest.mark.parametrize("example", UK)
def test_hmrc_examples(example):
    """HMRC cryptoassets manual and helpsheet 284: every leg to the penny, and the holding that is left."""
    trades, expected, left = UK[example]
    book = book_of(history(trades), None, None, jurisdiction="uk")
    assert legs(book) == {key: tuple(Decimal(x).quantize(CENT) for x in amounts) for key, amounts in expected.items()}
    lots = [(lot["quantity"], lot["basis"].quantize(CENT)) for lot in frames.records(book.lots)]
    assert lots == ([] if left is None else [tuple(map(Decimal, left))])
    assert codes(book.problems) == []


def test_the_thirty_first_day_is_too_late():
    """Bought on the 30th day after the sale: matched; on the 31st: out of the holding (TCGA 1992 section 106A(5)). Never before it."""
    sold_on = date(2024, 5, 1)

    def rule(days):
        again = buy(str(sold_on + timedelta(days=days)), "y" * 9, "1", "30")
        trades = [buy("2024-01-05", "b", "2", "20"), sell(str(sold_on), "s", "1", "50"), again]
        return [(piece["method"], piece["basis"]) for piece in frames.records(book_of(trades, None, None, jurisdiction="uk").disposals)]

    assert rule(30) == [("thirty-days", 30)]
    assert rule(31) == [("section-104", 10)]
    assert rule(-1) == [("section-104", Decimal("16.666666666666666667"))]  # 50 / 3


def test_one_pool_over_all_accounts_and_costs_are_allowable():
    """100 at one account for 100 + 10, 100 at another for 300 - a pool of 200 with 410; 50 sold for 200 less 5: cost 102.50, gain 92.50.

    The transfer between them changes nothing.
    """
    fee = {"fee_asset": "USD"}
    rows = [
        buy("2024-01-05", "b", "100", "100", account="one", fee_quantity="10", fee_value="10", **fee),
        buy("2024-02-05", "bb", "100", "300", account="two"),
        row("2024-03-05", "transfer", "move", "one", sent_quantity="60", sent_asset="A", counter_account="two"),
        sell("2024-04-20", "s", "50", "200", account="two", fee_quantity="5", fee_value="5", **fee),
    ]
    book = book_of(rows, None, None, jurisdiction="uk")
    (piece,) = frames.records(book.disposals)
    assert (piece["proceeds"], piece["basis"], piece["gain"], piece["method"]) == (195, Decimal("102.5"), Decimal("92.5"), "section-104")
    assert (piece["lot_id"], piece["acquired"], piece["lot_transaction_id"]) == ("pool of A", None, None)
    (lot,) = frames.records(book.lots)
    assert (lot["quantity"], lot["basis"], lot["account"]) == (150, Decimal("307.5"), None)


def test_a_fee_in_tokens_is_a_disposal_of_the_same_day():
    """CRYPTO22280: 10 bought for 100, of which 1 worth 10 is withheld as a fee: that is sold on the day it was bought, at no gain."""
    book = book_of([buy("2024-01-05", "b", "10", "100", fee_quantity="1", fee_asset="A", fee_value="10")], None, None, jurisdiction="uk")
    (piece,) = frames.records(book.disposals)
    # The fee is an allowable cost of the purchase: cost 110 for 10, 11 of it for the 1.
    assert (piece["kind"], piece["method"], piece["proceeds"], piece["basis"]) == ("fee", "same-day", 10, 11)


def split_of(day, change, name="split", account="wallet"):
    """A split by which the units of an account become more or fewer."""
    side = "sent" if change.startswith("-") else "received"
    return row(day, "split", name, account, **{f"{side}_quantity": change.lstrip("-"), f"{side}_asset": "A"})


def test_a_match_across_a_split():
    """100 for 1,000; 60 sold for 900; 40 become 80; 100 bought for 500 on the 9th day after: they stand for 50 of the 60 (s. 127).

    50 of the sale: 900 x 50/60 - 500 = 250. 10 leave the holding: 150 - 100 = 50. The holding, 90 until then, becomes 180 with 900, as the
    accounts hold 80 + 100.
    """
    rows = [buy("2024-01-05", "b", "100", "1000"), sell("2024-05-01", "s", "60", "900"), split_of("2024-05-05", "40")]
    book = book_of([*rows, buy("2024-05-10", "bb", "100", "500")], None, None, jurisdiction="uk")
    assert legs(book) == {("2024-05-01", "thirty-days"): (50, 750, 500, 250), ("2024-05-01", "section-104"): (10, 150, 100, 50)}
    assert [(lot["quantity"], lot["basis"]) for lot in frames.records(book.lots)] == [(180, 900)]
    assert codes(book.problems) == []


def test_a_match_across_a_consolidation_and_another_split_in_two_accounts():
    """1 for 10, then 3 for 1; both accounts tell both. 20 sold are 2, then 6; of 9 bought for 90 six are matched: cost 60.

    200 for 2,000 in two accounts: the 20 stay in the holding until then: 200, 20, 60 with 2,000; the other 3 for 30 join: 63 with 2,030.
    The accounts hold 180, 18, 54, and 9.
    """
    rows = [buy("2024-01-05", "b", "150", "1500"), buy("2024-01-05", "bb", "50", "500", account="two")]
    rows += [sell("2024-05-01", "s", "20", "100")]
    rows += [split_of("2024-05-03", "-117", "r1"), split_of("2024-05-04", "-45", "r2", "two")]  # 130 to 13, 50 to 5
    rows += [split_of("2024-05-13", "26", "r3"), split_of("2024-05-14", "10", "r4", "two"), buy("2024-05-20", "bbb", "9", "90")]
    book = book_of(rows, None, None, jurisdiction="uk")
    assert legs(book) == {("2024-05-01", "thirty-days"): (20, 100, 60, 40)}
    assert [(lot["quantity"], lot["basis"]) for lot in frames.records(book.lots)] == [(63, 2030)]
    assert codes(book.problems) == []


def test_a_split_between_sale_and_purchase_of_one_day():
    """Sold 10 of 30 in the morning, 20 become 40 at noon, 20 bought for 140 in the evening: all of the sale, for 140. 60 with 300 stay."""
    morning, evening = (
        replace(t, time=t.time + timedelta(hours=h))
        for t, h in ((sell("2024-05-01", "s", "10", "200"), -3), (buy("2024-05-01", "bb", "20", "140"), 3))
    )
    book = book_of([buy("2024-01-05", "b", "30", "300"), morning, split_of("2024-05-01", "20"), evening], None, None, jurisdiction="uk")
    assert legs(book) == {("2024-05-01", "same-day"): (10, 200, 140, 60)}
    assert [(lot["quantity"], lot["basis"]) for lot in frames.records(book.lots)] == [(60, 300)]


def test_a_match_across_a_split_by_an_unknown_ratio_is_an_error():
    """Everything is sold, then 2 are added by a split of what nobody is known to hold: no ratio. A split after both is no matter."""

    def codes_of(day):
        rows = [buy("2024-01-05", "b", "1", "20"), sell("2024-05-01", "ssss", "1", "50"), split_of(day, "2", account="two")]
        return [p.code for p in book_of([*rows, buy("2024-05-10", "yyyyyyy", "1", "30")], None, None, jurisdiction="uk").problems]

    assert "MATCHED_ACROSS_SPLIT" in codes_of("2024-05-05")
    assert "MATCHED_ACROSS_SPLIT" not in codes_of("2024-05-15")


@pytest.mark.parametrize(("again", "denied"), [(20, 50), (5, Decimal("12.5"))])
def test_a_superficial_loss_across_a_split(again, denied):
    """10 of 12 (cost 120) sold for 50: loss 50. 2 become 4; 20 are bought: 20 of the 20 that the 10 are now, and 24 are held.

    Of 5 bought: 5/20 of the loss.
    """
    rows = [buy("2024-01-05", "b", "12", "120"), sell("2024-05-01", "s", "10", "50"), split_of("2024-05-05", "2")]
    book = book_of([*rows, buy("2024-05-10", "bb", str(again), "60")], None, None, jurisdiction="ca")
    assert [p["adjustment"] for p in frames.records(book.disposals)] == [denied]
    assert [(lot["quantity"], lot["basis"]) for lot in frames.records(book.lots)] == [(4 + again, 20 + 60 + denied)]


def test_a_gift_is_named_where_it_may_be_taxed():
    """A gift given: booked without a gain, with a warning in the United Kingdom, and none in Germany."""
    rows = [buy("2024-01-05", "b", "2", "20"), row("2024-05-01", "gift-out", "gggg", sent_quantity="1", sent_asset="A")]
    assert codes(book_of(rows, None, None, jurisdiction="uk").problems) == ["GIFT_NOT_VALUED"]
    assert codes(book_of(rows, None, None, jurisdiction="de").problems) == []


def canada(*trades):
    """Gain, denied loss and what is left, of trades on day numbers."""
    listed = [(str(date(2024, 1, 1) + timedelta(days=day)), side, quantity, money) for day, side, quantity, money in trades]
    book = book_of(history(listed), None, None, jurisdiction="ca")
    gains = [(p["gain"].quantize(CENT), p["adjustment"].quantize(CENT), p["adjustment_code"]) for p in frames.records(book.disposals)]
    return gains, [(lot["quantity"], lot["basis"].quantize(CENT)) for lot in frames.records(book.lots)]


def test_adjusted_cost_base():
    """CRA guide T4037: 100 at 15, 150 at 20: 4,500 for 250, 18 each; 200 sold leave 50 with 900; 350 at 21 make 400 with 8,250."""
    trades = [(1, "B", 100, 1500), (40, "B", 150, 3000), (80, "S", 200, 5000), (120, "B", 350, 7350)]
    assert canada(*trades) == ([(1400, 0, "")], [(400, 8250)])


@pytest.mark.parametrize(
    ("trades", "gains", "left"),
    [
        # 5 of 10 (cost 12) sold for 1: loss 5; 1 is still held on day 32: 5 x 1/5 = 1 denied, cost of 5 is 7. 4 sold for 0.80: cost 5.60,
        # loss 4.80, 1/4 denied = 1.20; the last one costs 1.40 + 1.20 = 2.60: loss 2.40.
        (
            [(1, "B", 10, 12), (2, "S", 5, 1), (15, "S", 4, "0.8"), (100, "S", 1, "0.2")],
            [("-4", "1", "SL"), ("-3.6", "1.2", "SL"), ("-2.4", "0", "")],
            [],
        ),
        # All of the loss of 5 is denied: 5 are bought the day after. 6 + 5 + 3 = 14 for 10.
        ([(1, "B", 10, 12), (50, "S", 5, 1), (51, "B", 5, 3)], [("0", "5", "SL")], [("10", "14")]),
        # Nothing is held after the sale of 10, so the 3 denied wait for the 5 bought: 7 + 3 = 10. 2 sold for 0.40: cost 4, all denied.
        # 3 left cost 6 + 3.60 = 9.60, sold for 0.60.
        (
            [(1, "B", 10, 12), (2, "S", 10, 2), (3, "B", 5, 7), (4, "S", 2, "0.4"), (50, "S", 3, "0.6")],
            [("-7", "3", "SL"), ("0", "3.6", "SL"), ("-9", "0", "")],
            [],
        ),
        # 500 at 50, 400 of them sold at 42: loss 3,200; 400 bought 23 days later: all denied.
        # 5,000 + 3,200 + 16,000 = 24,200, sold for 22,500.
        (
            [(1, "B", 500, 25000), (197, "S", 400, 16800), (220, "B", 400, 16000), (491, "S", 500, 22500)],
            [("0", "3200", "SL"), ("-1700", "0", "")],
            [],
        ),
        # 100 for 302; 99 sold for 198: cost 298.98, loss 100.98; 25 bought for 57 the next day: 25/99 of it, 25.50, is denied.
        (
            [(1, "B", 100, 302), (100, "S", 99, 198), (101, "B", 25, 57)],
            [("-75.48", "25.50", "SL")],
            [("26", "85.52")],  # 3.02 + 25.50 + 57
        ),
        # On the 31st day it is no longer the window.
        ([(1, "B", 100, 302), (100, "S", 99, 198), (131, "B", 25, 57)], [("-100.98", "0", "")], [("26", "60.02")]),
    ],
)
def test_superficial_losses(trades, gains, left):
    """Income Tax Act 54, 40(2)(g)(i), 53(1)(f): min(sold, bought, held)/sold of the loss, added to the cost of what is left."""
    found = canada(*trades)
    assert found == (
        [(Decimal(gain), Decimal(denied), code) for gain, denied, code in gains],
        [tuple(map(Decimal, lot)) for lot in left],
    )


@pytest.mark.parametrize(
    ("bought", "sold_on", "exempt"),
    [
        ("2024-01-15", "2025-01-15", False),  # the year ends with this day (BGB 187(1), 188(2))
        ("2024-01-15", "2025-01-16", True),
        ("2023-02-28", "2024-02-28", False),
        ("2023-02-28", "2024-02-29", True),  # the US would wait until 1 March
        ("2024-02-29", "2025-02-28", False),  # BGB 188(3): there is no 29th
        ("2024-02-29", "2025-03-01", True),
    ],
)
def test_germany_exempts_after_a_year(bought, sold_on, exempt):
    """EStG 23 Abs. 1 Satz 1 Nr. 2: not more than a year between acquisition and sale; first in, first out in each wallet."""
    book = book_of([buy(bought, "b", "1", "10"), sell(sold_on, "s", "1", "50")], None, None, jurisdiction="de")
    (piece,) = frames.records(book.disposals)
    assert (piece["exempt"], piece["method"], piece["gain"]) == (exempt, "fifo", 40)


def test_nothing_is_exempt_in_the_us_and_securities_are_not_in_germany():
    """The exemption is that of private sales; shares fall under EStG 20."""
    rows = [buy("2023-01-05", "b", "1", "10", asset_class="security"), sell("2025-01-05", "s", "1", "50")]
    assert [p["exempt"] for p in frames.records(book_of(rows, None, None, jurisdiction="de").disposals)] == [False]
    rows = [buy("2023-01-05", "b", "1", "10"), sell("2025-01-05", "s", "1", "50")]
    assert [p["exempt"] for p in frames.records(book_of(rows).disposals)] == [False]


FUND = {"asset_class": "fund"}


def test_average_basis_of_a_fund():
    """26 CFR 1.1012-1(e): 10 for 100, 30 for 700: 20 each. Of 15 sold 10 are of the first purchase (long) and 5 of the second (short)."""
    rows = [
        *(buy("2024-01-05", "a", "10", "100", **FUND), buy("2025-01-05", "bb", "30", "700", **FUND)),
        sell("2025-06-05", "s", "15", "450", **FUND),
    ]
    book = book_of(rows, "average")
    found = [(p["lot_transaction_id"], p["basis"], p["term"], p["method"]) for p in frames.records(book.disposals)]
    assert found == [("a", 200, "long", "average"), ("bb", 100, "short", "average")]
    assert [(lot["quantity"], lot["basis"]) for lot in frames.records(book.lots)] == [(25, 500)]
    assert codes(book.problems) == []


def test_average_basis_is_refused_for_anything_else():
    """A coin: first in, first out, and an error that names the law and the asset."""
    rows = [buy("2024-01-05", "a", "10", "100"), buy("2025-01-05", "bb", "30", "700"), sell("2025-06-05", "s", "10", "450")]
    book = book_of(rows, "average")
    assert [(p["basis"], p["method"]) for p in frames.records(book.disposals)] == [(100, "fifo")]
    (told,) = book.problems
    assert told.code == "AVERAGE_REFUSED"
    assert "1.1012-1(e)" in told.message
    assert "A (digital)" in told.message


TRADES = universal(
    line("2023-01-05T12:00:00Z", "buy", account="one", sent="100 USD", received="1 BTC", id="a"),
    line("2023-02-05T12:00:00Z", "buy", account="two", sent="300 USD", received="1 BTC", id="b"),
    line("2023-06-05T12:00:00Z", "sell", account="two", sent="0.5 BTC", received="200 USD", id="s"),
)


@pytest.mark.parametrize(
    ("jurisdiction", "basis", "method"),
    [
        ("us", "150", "fifo"),  # half of b, the only lot in that account
        ("uk", "100", "section-104"),  # 400 / 2 x 0.5
        ("ca", "100", "average"),
        ("de", "150", "fifo"),
        ("au", "150", "fifo"),
        ("generic", "150", "fifo"),
    ],
)
def test_the_jurisdiction_chooses_order_and_pool(tmp_path, jurisdiction, basis, method):
    """Without a setting: what the law gives."""
    folder(tmp_path, {"taxlots.toml": '[profile]\ntimezone = "UTC"\n', "a.csv": TRADES})
    ran = run(tmp_path, "gains", "a.csv", "--jurisdiction", jurisdiction, "--format", "json")
    assert [(p["basis"], p["method"]) for p in ran.json["disposals"]] == [(basis, method)]
    assert codes(ran.json["problems"]) == []


@pytest.mark.parametrize(
    ("jurisdiction", "settings", "told"),
    [
        ("uk", 'default = "hifo"', "hifo; the law of uk knows section-104"),
        ("uk", 'pool = "account"', "pool is account; the law of uk knows universal"),
        ("ca", 'default = "fifo"', "fifo; the law of ca knows average"),
        ("de", 'pool = "universal"', "pool is universal; the law of de knows account"),
        ("us", 'default = "section-104"', "section-104; the law of us knows average, fifo, hifo, lifo, lofo, min-tax"),
        ("us", 'pool = "universal"', "pool is universal; the law of us knows account"),
        ("au", 'default = "average"', "average; the law of au knows fifo, hifo, lifo, lofo, min-tax"),
    ],
)
def test_a_setting_that_the_law_does_not_know_is_an_error(tmp_path, jurisdiction, settings, told):
    """The figures follow the settings, and the report is incomplete."""
    text = f'[profile]\ntimezone = "UTC"\njurisdiction = "{jurisdiction}"\n[methods]\n{settings}\n'
    folder(tmp_path, {"taxlots.toml": text, "a.csv": TRADES})
    ran = run(tmp_path, "gains", "a.csv", "--format", "json")
    assert ran.code == 1
    (problem,) = [p for p in ran.json["problems"] if p["code"] == "METHOD_NOT_LAWFUL"]
    assert told in problem["message"]


def test_an_order_on_the_command_line_is_a_what_if(tmp_path):
    """--method fifo in the United Kingdom: computed, with a warning, and no error."""
    folder(tmp_path, {"taxlots.toml": '[profile]\ntimezone = "UTC"\njurisdiction = "uk"\n', "a.csv": TRADES})
    ran = run(tmp_path, "gains", "a.csv", "--method", "fifo", "--pool", "account", "--format", "json")
    assert ran.code == 0
    assert codes(ran.json["problems"]) == ["METHOD_WHAT_IF"]
    assert [p["basis"] for p in ran.json["disposals"]] == ["150"]


def test_a_pool_has_no_dates_and_nothing_stumbles_over_it(tmp_path):
    """The workbook shows a pool; decisions by lot refuse it; what is filed in the US never uses it."""
    settings = '[profile]\ntimezone = "UTC"\nfiling_status = "single"\n[targets]\nBTC = 0.5\n'
    prices = "time,asset,price,currency,source\n2023-12-30,BTC,300,USD,close\n"
    folder(tmp_path, {"taxlots.toml": settings, "a.csv": TRADES, "prices.csv": prices})
    options = ("a.csv", "--as-of", "2023-12-31")
    assert run(tmp_path, "report", *options, "-o", "uk.xlsx", "--jurisdiction", "uk").code in {0, 1}
    (holding,) = [row for row in workbook_rows(tmp_path / "uk.xlsx", "Open lots") if "pool of BTC" in row]
    assert "a pool" in holding
    refused = run(tmp_path, "rebalance", *options, "--method", "section-104")
    assert refused.code == 2
    assert "at average cost" in refused.err
    run(tmp_path, "report", *options, "-o", "us.xlsx", "--method", "section-104")
    assert not [row for row in workbook_rows(tmp_path / "us.xlsx", "Open lots") if "pool of BTC" in row]


def workbook_rows(path, sheet):
    """The rows of a sheet as lists of values."""
    return [list(row) for row in load_workbook(path)[sheet].iter_rows(values_only=True)]


@pytest.mark.parametrize(("home", "told"), [("GBP", []), ("USD", ["CURRENCY_FOREIGN"])])
def test_gains_in_another_currency_than_the_laws_say_so(tmp_path, home, told):
    """Bought for 1,000 and half of it sold for 700: a gain of 200 in whichever currency the rows are stated."""
    path = tmp_path / "ledger.csv"
    names = "time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset"
    path.write_text(f"{names}\n2024-05-01T10:00:00Z,k,buy,1000,{home},1,BTC\n2024-09-01T10:00:00Z,k,sell,0.5,BTC,700,{home}\n")
    found = book(read_exports([path], timezone="UTC", jurisdiction="uk"), jurisdiction="uk")
    assert found.disposals["gain"].tolist() == [200]
    assert [one.code for one in found.problems] == told
