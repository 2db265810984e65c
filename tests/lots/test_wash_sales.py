"""Wash sales of securities: the examples of the regulations and of Pub. 550, and accounts of all kinds."""

from datetime import date
from decimal import Decimal

import pytest
from taxlots import frames
from test_law import buy, sell, tx

from histories import book_of
from support import run
from support import tx as row
from support import universal as csv

SHARE = {"asset_class": "security"}


def bought(day, identifier, quantity, cost, **more):
    """A purchase of shares."""
    return buy(day, identifier, quantity, cost, **SHARE, **more)


def sold(book):
    """(transaction, lot, quantity, code, adjustment, gain, term) of every piece."""
    names = ("transaction_id", "lot_transaction_id", "quantity", "adjustment_code", "adjustment", "gain", "term")
    return [tuple(line[name] for name in names) for line in frames.records(book.disposals)]


def held(book):
    """(purchase, quantity, basis, start of the holding period) of every open lot."""
    names = ("lot_transaction_id", "quantity", "basis", "holding_starts")
    return [tuple(line[name] for name in names) for line in frames.records(book.lots)]


def test_all_of_a_loss_is_deferred():
    """Pub. 550, example 1: 100 for 1,000, sold for 750, 100 again for 800: 250 denied, basis 800 + 250 = 1,050.

    Held from 1 September to 1 October, 30 days, which go before 10 October: the holding period starts on 10 September.
    """
    book = book_of(
        [bought("2025-09-01", "b", "100", "1000"), sell("2025-10-01", "x", "100", "750"), bought("2025-10-10", "a", "100", "800")]
    )
    assert sold(book) == [("x", "b", 100, "W", 250, 0, "short")]
    assert held(book) == [("a", 100, 1050, date(2025, 9, 10))]
    assert [p.code for p in book.problems] == ["WASH_SALE"]


def test_fewer_bought_than_sold():
    """26 CFR 1.1091-1(h) example 2, Pub. 550: loss 5,000 - 4,000 = 1,000 on 100; 75 are replaced: 750 denied, 250 allowed.

    10 a share: the 50 cost 2,750 + 500 = 3,250, the 25 cost 1,125 + 250 = 1,375. The first 100 were held for 105 days (20 September to
    3 January): 13 December less 105 days is 30 August, 20 December less 105 days 6 September.
    """
    history = [bought("2024-09-20", "a", "100", "5000"), bought("2024-12-13", "b", "50", "2750"), bought("2024-12-20", "c", "25", "1125")]
    book = book_of([*history, sell("2025-01-03", "x", "100", "4000")])
    assert sold(book) == [("x", "a", 100, "W", 750, -250, "short")]
    assert held(book) == [("b", 50, 3250, date(2024, 8, 30)), ("c", 25, 1375, date(2024, 9, 6))]


def test_more_bought_than_sold():
    """Pub. 550: loss 1,000 on 100; 50 on each of four days after. The first two take over 500 each, the others nothing."""
    history = [bought("2024-09-16", "a", "100", "5000"), sell("2025-01-29", "x", "100", "4000")]
    history += [bought(f"2025-02-0{day}", f"b{day}", "50", "2000") for day in (3, 4, 5, 6)]
    book = book_of(history)
    assert sold(book) == [("x", "a", 100, "W", 1000, 0, "short")]
    assert [(lot, basis) for lot, _, basis, _ in held(book)] == [("b3", 2500), ("b4", 2500), ("b5", 2000), ("b6", 2000)]


def test_losses_and_gains_of_one_day_are_not_netted():
    """Pub. 550: blocks at 158, 100 and 95; 300 sold at 125; 250 bought. Loss 100 x 33 = 3,300 denied; gains 2,500 and 3,000 stand."""
    history = [bought(f"2024-0{n}-05", f"b{n}", "100", cost) for n, cost in ((1, "15800"), (2, "10000"), (3, "9500"))]
    book = book_of([*history, sell("2024-12-27", "x", "300", "37500"), bought("2025-01-10", "again", "250", "30000")])
    assert [(lot, adjustment, gain) for _, lot, _, _, adjustment, gain, _ in sold(book)] == [
        ("b1", 3300, 0),
        ("b2", 0, 2500),
        ("b3", 0, 3000),
    ]
    # 100 of the 250 take over the loss: 12,000 + 3,300; 150 keep 120 a share.
    assert [(quantity, basis) for _, quantity, basis, _ in held(book)] == [(100, 15300), (150, 18000)]


def test_a_purchase_before_the_sale_counts():
    """26 CFR 1.1091-1(h) example 1: 100 for 10,000, 19 days before the sale 100 for 9,000; the first sold for 9,000: all denied."""
    history = [bought("1999-12-01", "a", "100", "10000"), bought("1999-12-15", "b", "100", "9000"), sell("2000-01-03", "x", "100", "9000")]
    book = book_of(history)
    assert sold(book) == [("x", "a", 100, "W", 1000, 0, "short")]
    assert [(lot, basis) for lot, _, basis, _ in held(book)] == [("b", 10000)]


def test_the_rest_of_one_purchase_does_not_replace_it():
    """Rev. Rul. 56-602: 100 bought at once, 50 sold at a loss within 30 days; nothing else is bought: the loss of 100 stands."""
    book = book_of([bought("2025-03-01", "a", "100", "1000"), sell("2025-03-10", "x", "50", "400")])
    assert sold(book) == [("x", "a", 50, "", 0, -100, "short")]
    assert [p.code for p in book.problems] == []


@pytest.mark.parametrize(("day", "denied"), [("2025-02-01", 0), ("2025-02-02", 100), ("2025-04-03", 100), ("2025-04-04", 0)])
def test_the_window(day, denied):
    """Sold on 4 March: 30 days before is 2 February, 30 days after 3 April. Bought 10, sold 10: the loss of 100 is denied or not.

    The purchase before the sale is the later lot, so that first in, first out sells the other one.
    """
    book = book_of([bought("2024-01-02", "a", "10", "200"), sell("2025-03-04", "x", "10", "100"), bought(day, "b", "10", "300")])
    assert sum(adjustment for *_, adjustment, _, _ in sold(book)) == denied


def test_a_chain():
    """Sold at a loss, bought, sold at a loss, bought: the second loss holds the first, and moves on whole.

    100 for 1,000, sold for 900: 100 denied. Again for 950: basis 1,050; sold for 700: loss 350 denied. Again for 720: basis 1,070; sold
    much later for 1,100: gain 30. In all -100 - 250 + 380 = 30: money in 900 + 700 + 1,100 less 1,000 + 950 + 720 out.
    """
    history = [bought("2025-01-02", "a", "100", "1000"), sell("2025-02-03", "x", "100", "900"), bought("2025-02-10", "b", "100", "950")]
    history += [sell("2025-03-03", "y", "100", "700"), bought("2025-03-05", "c", "100", "720"), sell("2025-09-03", "z", "100", "1100")]
    rows = [(adjustment, gain) for *_, adjustment, gain, _ in sold(book_of(history))]
    assert rows == [(100, 0), (350, 0), (0, 30)]


def test_the_time_of_the_share_sold_makes_the_replacement_long_term():
    """Held for 365 days when sold (2024-01-02 to 2025-01-01); bought on 2 January 2025 and sold on the 10th: long-term by 1223(3)."""
    history = [bought("2024-01-02", "a", "1", "100"), sell("2025-01-01", "x", "1", "50"), bought("2025-01-02", "b", "1", "50")]
    book = book_of([*history, sell("2025-01-10", "y", "1", "120")])
    assert sold(book) == [("x", "a", 1, "W", 50, 0, "short"), ("y", "b", 1, "", 0, 20, "long")]


def test_each_share_bought_is_used_once():
    """Two sales of 10 at a loss of 50 each, 10 bought: the earlier sale's loss is denied, the later one's stands."""
    history = [bought("2024-01-02", "a", "20", "200"), sell("2025-03-03", "x", "10", "50"), sell("2025-03-04", "y", "10", "50")]
    book = book_of([*history, bought("2025-03-20", "b", "10", "60")])
    assert [(adjustment, gain) for *_, adjustment, gain, _ in sold(book)] == [(50, 0), (0, -50)]
    assert [basis for _, _, basis, _ in held(book)] == [110]


@pytest.mark.parametrize("kind", ["gift-in", "inheritance"])
def test_what_is_not_bought_replaces_nothing(kind):
    """26 USC 1091(a): acquired by purchase or a taxable exchange; a gift or an inheritance is neither."""
    legs = {"received_quantity": "10", "received_asset": "A", "basis": "60", **SHARE}
    history = [bought("2024-01-02", "a", "10", "100"), sell("2025-03-03", "x", "10", "50"), tx("2025-03-20", kind, "g", **legs)]
    assert [gain for *_, gain, _ in sold(book_of(history))] == [-50]


def test_a_dividend_in_shares_is_a_purchase():
    """1 of 10 shares is replaced by a reinvested dividend worth 6: a tenth of the loss of 50 is denied; its basis is 6 + 5 = 11."""
    income = tx("2025-03-20", "income:dividend", "d", received_quantity="1", received_asset="A", value="6")
    book = book_of([bought("2024-01-02", "a", "10", "100"), sell("2025-03-03", "x", "10", "50"), income])
    assert [(adjustment, gain) for *_, adjustment, gain, _ in sold(book)] == [(5, -45)]
    assert [basis for _, _, basis, _ in held(book)] == [11]


@pytest.mark.parametrize(
    ("again", "cost", "denied", "left"),
    [("20", "60", 50, [(4, 20), (20, 110)]), ("5", "15", Decimal("12.5"), [(4, 20), (5, Decimal("27.5"))])],
)
def test_a_split_between_sale_and_purchase(again, cost, denied, left):
    """10 of 12 are sold at a loss of 50; the other 2 become 4, so that 20 shares now replace the 10. 20 for 60 are bought: 60 + 50 = 110.

    Of 5 for 15 each two replace one: 2.5 of the 10 are replaced, 50 x 2.5/10 = 12.50 denied; 15 + 12.50 = 27.50.
    """
    split = tx("2025-03-10", "split", "sp", received_quantity="2", received_asset="A")
    history = [bought("2024-01-02", "a", "12", "120"), sell("2025-03-03", "x", "10", "50"), split, bought("2025-03-20", "b", again, cost)]
    book = book_of(history)
    assert [p.code for p in book.problems] == ["WASH_SALE"]
    assert [adjustment for *_, adjustment, _, _ in sold(book)] == [denied]
    assert [(quantity, basis) for _, quantity, basis, _ in held(book)] == left


def test_a_reverse_split_between_sale_and_purchase():
    """10 of 30 are sold at a loss of 50; 20 become 2, one for ten: 1 share replaces the 10. 3 for 30 are bought: 1 of them has 10 + 50."""
    split = tx("2025-03-10", "split", "sp", sent_quantity="18", sent_asset="A")
    history = [bought("2024-01-02", "a", "30", "300"), sell("2025-03-03", "x", "10", "50"), split, bought("2025-03-20", "b", "3", "30")]
    book = book_of(history)
    assert [(adjustment, gain) for *_, adjustment, gain, _ in sold(book)] == [(50, 0)]
    assert [(lot, quantity, basis) for lot, quantity, basis, _ in held(book)] == [("a", 2, 200), ("b", 1, 60), ("b", 2, 20)]


def test_a_split_told_by_two_accounts_is_one():
    """2 for 1 at both brokers, one a day later; 10 sold at a loss of 50 are 20 after it, not 40: of the 40 bought 20 take it over."""
    splits = [
        tx(day, "split", name, account, received_quantity=units, received_asset="A")
        for day, name, account, units in (("2025-03-10", "s", "wallet", "10"), ("2025-03-11", "ss", "other", "7"))
    ]
    history = [bought("2024-01-02", "a", "20", "200"), bought("2024-01-03", "aa", "7", "70", account="other")]
    history += [sell("2025-03-03", "x", "10", "50"), *splits, bought("2025-03-20", "b", "40", "120", account="other")]
    book = book_of(history)
    assert [(quantity, basis) for lot, quantity, basis, _ in held(book) if lot == "b"] == [(20, 110), (20, 60)]
    assert [p.code for p in book.problems] == ["WASH_SALE"]


def test_a_split_of_what_is_not_there_has_no_ratio():
    """All 10 are sold; a split of 2 that nobody is known to hold lies before the purchase: matched as they are, and both are said."""
    split = tx("2025-03-10", "split", "sp", "other", received_quantity="2", received_asset="A")
    history = [bought("2024-01-02", "a", "10", "100"), sell("2025-03-03", "x", "10", "50"), split, bought("2025-03-20", "b", "10", "60")]
    assert {"WASH_SALE_ACROSS_SPLIT", "WASH_SALE"} <= {p.code for p in book_of(history).problems}


def test_another_account_of_the_same_person():
    """The law looks at the taxpayer, not at the account; the basis goes to the lot in the other account."""
    history = [bought("2024-01-02", "a", "10", "100", account="schwab"), sell("2025-03-03", "x", "10", "50", account="schwab")]
    book = book_of([*history, bought("2025-03-20", "b", "10", "60", account="fidelity")])
    assert [(adjustment, gain) for *_, adjustment, gain, _ in sold(book)] == [(50, 0)]
    assert [basis for _, _, basis, _ in held(book)] == [110]


def test_highest_basis_goes_by_the_raised_basis():
    """HIFO: b cost 60 and takes over 50, so it leaves before c, which cost 100 and was bought after the window."""
    history = [bought("2024-01-02", "a", "10", "100"), sell("2025-03-03", "x", "10", "50"), bought("2025-03-20", "b", "10", "60")]
    history += [bought("2025-06-20", "c", "10", "100"), sell("2025-08-01", "y", "10", "200")]
    assert [(name, lot) for name, lot, *_ in sold(book_of(history, "hifo"))] == [("x", "a"), ("y", "b")]


def _run(tmp_path, kind, status="single"):
    """Sold at a loss of 50 in `schwab`, bought in `other`, which is of that type and sells at a gain later; with the other's lots."""
    rows = [
        row("2024-01-02T12:00:00Z", "buy", account="schwab", sent="100 USD", received="10 VTI", id="a", asset_class="security"),
        row("2025-03-03T12:00:00Z", "sell", account="schwab", sent="10 VTI", received="50 USD", id="x"),
        row("2025-03-20T12:00:00Z", "buy", account="other", sent="60 USD", received="10 VTI", id="b", asset_class="security"),
        row("2025-09-20T12:00:00Z", "sell", account="other", sent="5 VTI", received="70 USD", id="y"),
    ]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ledger.csv").write_text(csv(*rows))
    settings = f'[profile]\ntimezone = "UTC"\nfiling_status = "{status}"\n\n[accounts.other]\ntype = "{kind}"\n'
    (tmp_path / "taxlots.toml").write_text(settings)
    gains, lots = (run(tmp_path, name, "in", "--format", "json").json for name in ("gains", "lots"))
    shown = [(line["transaction_id"], line["adjustment"], line["gain"]) for line in gains["disposals"]]
    return shown, [(line["lot_transaction_id"], line["basis"]) for line in lots["lots"]], {p["code"] for p in gains["problems"]}


def test_a_purchase_in_a_retirement_account_loses_the_loss(tmp_path):
    """Rev. Rul. 2008-5: 50 denied, and no basis is raised; the account's own sale is on no return, 5 of its 10 for 60 are left."""
    shown, lots, codes = _run(tmp_path, "deferred")
    assert (shown, lots) == ([("x", "50", "0")], [("b", "30")])
    assert codes == {"WASH_SALE_LOST", "ACCOUNT_OFF_RETURN"}


def test_a_purchase_of_a_spouse_on_the_same_return(tmp_path):
    """50 denied, and 50 more basis for the spouse's 10: 110. Half of them sold for 70: 70 - 55 = 15."""
    shown, lots, codes = _run(tmp_path, "spouse", "married_joint")
    assert (shown, lots) == ([("x", "50", "0"), ("y", "0", "15")], [("b", "55")])
    assert codes == {"WASH_SALE"}
