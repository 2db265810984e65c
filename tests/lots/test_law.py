"""Worked examples of the regulations, in numbers."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from taxlots import frames
from taxlots.importers.records import Transaction
from taxlots.problems import Severity

from histories import book_of


def tx(day, kind, identifier, account="wallet", **legs):
    """A transaction at noon UTC; quantities and amounts as text."""
    exact = {
        name: Decimal(value) if name.endswith(("quantity", "value", "basis")) and value is not None else value
        for name, value in legs.items()
    }
    moment = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    return Transaction(time=moment, account=account, kind=kind, id=identifier, sources=(("law.csv", 1 + len(identifier)),), **exact)


def buy(day, identifier, quantity, cost, asset="A", account="wallet", **more):
    """A purchase with money."""
    legs = {"sent_quantity": cost, "sent_asset": "USD", "received_quantity": quantity, "received_asset": asset}
    return tx(day, "buy", identifier, account, **legs, **more)


def sell(day, identifier, quantity, proceeds, asset="A", account="wallet", **more):
    """A sale for money."""
    legs = {"sent_quantity": quantity, "sent_asset": asset, "received_quantity": proceeds, "received_asset": "USD"}
    return tx(day, "sell", identifier, account, **legs, **more)


def sold(book):
    """(kind, asset, lot, quantity, proceeds, basis, term) of every piece."""
    names = ("kind", "asset", "lot_transaction_id", "quantity", "proceeds", "basis", "term")
    return [tuple(row[name] for name in names) for row in frames.records(book.disposals)]


def test_fee_withheld_from_the_units_given():
    """26 CFR 1.1001-7(b)(5) Example 4: 10 A (basis 0.50 each, worth 2); 1 A is withheld as fee, 9 A become 18 B worth 1 each.

    Amount realised on A in all: 18 for the nine and the fee of 2 for the tenth, less the cost of 2: 18. Basis 5, gain 13. Basis of B: 18.
    """
    swap = {"sent_quantity": "9", "sent_asset": "A", "received_quantity": "18", "received_asset": "B", "value": "18"}
    fee = {"fee_quantity": "1", "fee_asset": "A", "fee_value": "2"}
    book = book_of([buy("2023-01-05", "a", "10", "5"), tx("2023-06-05", "swap", "s", **swap, **fee)])
    rows = [row for row in frames.records(book.disposals) if row["asset"] == "A"]
    assert sum(row["proceeds"] for row in rows) == 18
    assert sum(row["basis"] for row in rows) == 5
    assert sum(row["gain"] for row in rows) == 13
    (lot,) = frames.records(book.lots)
    assert (lot["asset"], lot["quantity"], lot["basis"]) == ("B", 18, 18)


def test_fee_withheld_from_the_units_received():
    """26 CFR 1.1001-7(b)(5) Example 5: 10 A become 20 B worth 1 each, 3 B are withheld.

    All cost goes to A: realised 20 - 3 = 17, gain 17 - 5 = 12. The 3 B realise 3 with basis 3; 17 B are left with basis 17.
    """
    swap = {"sent_quantity": "10", "sent_asset": "A", "received_quantity": "20", "received_asset": "B", "value": "20"}
    fee = {"fee_quantity": "3", "fee_asset": "B", "fee_value": "3"}
    book = book_of([buy("2023-01-05", "a", "10", "5"), tx("2023-06-05", "swap", "s", **swap, **fee)])
    assert sold(book) == [("fee", "B", "s", 3, 3, 3, "short"), ("swap", "A", "a", 10, 17, 5, "short")]
    (lot,) = frames.records(book.lots)
    assert (lot["quantity"], lot["basis"]) == (17, 17)


def test_no_identification_is_fifo_in_the_wallet():
    """26 CFR 1.1012-1(j)(5) Example 2: 10 units at 2 in year 1, 20 at 5 in year 2, 10 sold at 10 on 2 September: basis 20, long."""
    book = book_of([buy("2023-01-01", "y1", "10", "20"), buy("2024-01-01", "y2", "20", "100"), sell("2024-09-02", "x", "10", "100")])
    assert sold(book) == [("sell", "A", "y1", 10, 100, 20, "long")]


def test_transfer_in_does_not_change_the_order():
    """26 CFR 1.1012-1(j)(5) Example 4: units bought 1 August of year 1 at another broker come in later and are still the earliest."""
    book = book_of(
        [
            buy("2023-08-01", "crx", "10", "90", account="crx"),
            buy("2024-01-01", "bex", "20", "100", account="bex"),
            tx("2025-08-01", "transfer", "move", "crx", sent_quantity="10", sent_asset="A", counter_account="bex"),
            sell("2025-09-01", "x", "10", "100", account="bex"),
        ]
    )
    assert sold(book) == [("sell", "A", "crx", 10, 100, 90, "long")]


@pytest.mark.parametrize(
    ("bought", "sold_on", "term"),
    [
        ("2023-03-15", "2024-03-15", "short"),  # exactly one year is not more than one year
        ("2023-03-15", "2024-03-16", "long"),
        ("2024-02-28", "2025-02-28", "short"),  # counting starts on 29 February, which 2025 lacks
        ("2024-02-28", "2025-03-01", "long"),
        ("2024-02-29", "2025-03-01", "long"),  # counting starts on 1 March
        ("2023-12-31", "2024-12-31", "short"),
        ("2023-12-31", "2025-01-01", "long"),
    ],
)
def test_more_than_one_year_by_the_calendar(bought, sold_on, term):
    """26 USC 1222; IRS Pub. 544: counting starts the day after acquisition and includes the day of sale."""
    (piece,) = sold(book_of([buy(bought, "b", "1", "10"), sell(sold_on, "x", "1", "20")]))
    assert piece[-1] == term


def test_inherited_units_are_long_at_once():
    """26 USC 1223(9), 1014: basis is the value at death, the term always long."""
    received = tx("2025-05-01", "inheritance", "i", received_quantity="2", received_asset="A", basis="500")
    assert sold(book_of([received, sell("2025-05-20", "x", "1", "300")])) == [("sell", "A", "i", 1, 300, 250, "long")]


def test_a_gift_keeps_the_date_and_basis_that_it_carries():
    """26 USC 1015, 1223(2): carried basis and acquisition date."""
    carried = {"basis": "40", "acquired": datetime(2022, 1, 5, tzinfo=UTC)}
    gift = tx("2025-01-05", "gift-in", "g", received_quantity="1", received_asset="A", **carried)
    assert sold(book_of([gift, sell("2025-02-05", "x", "1", "90")])) == [("sell", "A", "g", 1, 90, 40, "long")]


def test_a_gift_given_is_no_disposal():
    """No gain is realised by giving; the lot is gone and the move is recorded."""
    gift = tx("2025-01-05", "gift-out", "g", sent_quantity="1", sent_asset="A")
    book = book_of([buy("2024-01-05", "b", "3", "30"), gift])
    assert sold(book) == []
    assert [(row["kind"], row["quantity"], row["basis"]) for row in frames.records(book.moves)] == [("gift-out", 1, 10)]
    assert [row["quantity"] for row in frames.records(book.lots)] == [2]


def test_staking_income_is_basis():
    """Rev. Rul. 2023-14: value when received is income, and the basis of the units."""
    reward = tx("2024-01-05", "income:staking", "r", received_quantity="2", received_asset="A", value="50")
    book = book_of([reward, sell("2024-03-05", "x", "1", "30")])
    assert [row["value"] for row in frames.records(book.income)] == [50]
    assert sold(book) == [("sell", "A", "r", 1, 30, 25, "short")]


def test_a_split_keeps_basis_and_dates():
    """2 for 1: 10 units with basis 100 become 20 with basis 100; 5 sold later have basis 25 and the first date."""
    split = tx("2024-02-05", "split", "s", received_quantity="10", received_asset="A")
    assert sold(book_of([buy("2023-01-05", "b", "10", "100"), split, sell("2024-03-05", "x", "5", "50")])) == [
        ("sell", "A", "b", 5, 50, 25, "long")
    ]


def test_a_conversion_carries_basis_and_dates():
    """Wrapping 4 A into 2 W: no disposal; 1 W sold has half of the basis of 40 and A's date."""
    wrap = tx("2024-02-05", "convert", "w", sent_quantity="4", sent_asset="A", received_quantity="2", received_asset="W")
    assert sold(book_of([buy("2023-01-05", "b", "4", "40"), wrap, sell("2024-03-05", "x", "1", "70", asset="W")])) == [
        ("sell", "W", "b", 1, 70, 20, "long")
    ]


def test_selling_more_than_is_held_is_an_error_with_zero_basis():
    """1 of 3 units is covered; the other 2 have basis 0, are short-term, and the problem says what is missing."""
    book = book_of([buy("2023-01-05", "b", "1", "10"), sell("2024-03-05", "x", "3", "90")])
    assert sold(book) == [("sell", "A", "b", 1, 30, 10, "long"), ("sell", "A", None, 2, 60, 0, "short")]
    (error,) = [p for p in book.problems if p.code == "NOT_COVERED"]
    assert error.severity is Severity.ERROR
    assert "2 A more than was held" in error.message


def test_wash_sale_of_a_security_is_named():
    """Pub. 550: sold at a loss, bought again within 30 days. This version does not adjust it and says so; a digital asset has none."""
    share, coin = ({"asset_class": name} for name in ("security", "digital"))

    def history(more):
        sale = sell("2025-03-10", "x", "10", "750", **more)
        return [buy("2025-01-10", "b", "10", "1000", **more), sale, buy("2025-03-20", "again", "10", "800", **more)]

    assert [p.code for p in book_of(history(share)).problems] == ["WASH_SALE"]
    assert book_of(history(coin)).problems == []


@pytest.mark.parametrize(
    ("day", "account", "box"),
    [
        ("2024-11-01", "coinbase", "C"),  # up to 2024 digital assets stand in A to F; brokers filed no form
        ("2025-11-01", "coinbase", "H"),  # Form 1099-DA without basis
        ("2025-11-01", "ledger", "I"),  # no form
        ("2026-11-01", "coinbase", "G"),  # bought at that broker in 2026: basis is reported
    ],
)
def test_expected_box(day, account, box):
    """Form 8949 instructions (2025): G, H, I short-term for digital assets, never C from 2025 on."""
    bought = f"{day[:4]}-05-01"
    book = book_of([buy(bought, "b", "1", "10", account=account), sell(day, "x", "1", "20", account=account)])
    assert [row["box"] for row in frames.records(book.disposals)] == [box]


def test_a_sale_before_a_withdrawal_of_the_same_instant_takes_the_first_lot():
    """What leaves an account at one instant leaves in row order: the sale comes first, so it takes b1 (basis 100)."""
    withdrawn = tx("2024-06-01", "withdrawal", "www", sent_quantity="1", sent_asset="A")
    book = book_of(
        [buy("2024-01-01", "b", "1", "100"), buy("2024-02-01", "bb", "1", "300"), sell("2024-06-01", "x", "1", "500"), withdrawn]
    )
    assert sold(book) == [("sell", "A", "b", 1, 500, 100, "short")]


def test_a_transfer_arrives_before_it_is_sold_at_the_same_instant():
    """Sale of what a transfer of the same instant brings, listed before it: the lot is there."""
    moved = tx("2024-06-01", "transfer", "ttttt", "crx", sent_quantity="1", sent_asset="A", counter_account="bex")
    rows = [buy("2024-01-01", "b", "1", "100", account="crx"), sell("2024-06-01", "x", "1", "500", account="bex"), moved]
    assert sold(book_of(rows)) == [("sell", "A", "b", 1, 500, 100, "short")]


def test_a_transfer_goes_before_a_sale_of_the_same_instant():
    """Acquisitions and incoming moves of an instant come first: listed later, the transfer takes b (basis 100), the sale bb (300)."""
    moved = tx("2024-06-01", "transfer", "mmmmm", "crx", sent_quantity="1", sent_asset="A", counter_account="bex")
    rows = [buy("2024-01-01", "b", "1", "100", account="crx"), buy("2024-02-01", "bb", "1", "300", account="crx")]
    rows += [sell("2024-06-01", "x", "1", "500", account="crx"), moved, sell("2024-07-01", "later", "1", "500", account="bex")]
    assert sold(book_of(rows)) == [("sell", "A", "bb", 1, 500, 300, "short"), ("sell", "A", "b", 1, 500, 100, "short")]


def test_the_fee_of_a_transfer_goes_with_it_at_its_instant():
    """Sale listed first, then a transfer of 1 with a fee of 1: the fee takes b (basis 100), the transfer bb, the sale what is left, bbb."""
    legs = {"sent_quantity": "1", "sent_asset": "A", "fee_quantity": "1", "fee_asset": "A", "fee_value": "9"}
    rows = [buy(f"2024-0{n}-01", "b" * n, "1", f"{n}00", account="crx") for n in (1, 2, 3)]
    rows += [
        sell("2024-06-01", "xxxx", "1", "500", account="crx"),
        tx("2024-06-01", "transfer", "ttttt", "crx", counter_account="bex", **legs),
    ]
    assert sold(book_of(rows)) == [("fee", "A", "b", 1, 9, 100, "short"), ("sell", "A", "bbb", 1, 500, 300, "short")]


def test_fee_of_a_conversion_comes_out_of_what_arrived():
    """4 A (basis 40) become 2 W, of which 0.5 W is withheld: basis 10 of the 40, with A's date; older W stays untouched."""
    legs = {"sent_quantity": "4", "sent_asset": "A", "received_quantity": "2", "received_asset": "W"}
    wrap = tx("2024-02-05", "convert", "w", **legs, fee_quantity="0.5", fee_asset="W", fee_value="12")
    older = buy("2022-01-05", "old", "9", "1", asset="W")
    assert sold(book_of([older, buy("2023-01-05", "b", "4", "40"), wrap])) == [("fee", "W", "b", Decimal("0.5"), 12, 10, "long")]


def test_a_fee_row_named_after_its_trade_comes_out_of_that_trade():
    """`T2/fee` is the second fee of T2, withheld from the 500 Z that T2 brought (basis 10): 2 Z have basis 0.04, not that of 2022."""
    older = buy("2022-01-05", "T1", "100", "1000", asset="Z")
    bought = buy("2024-02-05", "T2", "500", "10", asset="Z")
    fee = tx("2024-02-05", "fee", "T2/fee", fee_quantity="2", fee_asset="Z", fee_value="0.03")
    assert sold(book_of([older, bought, fee])) == [("fee", "Z", "T2", 2, Decimal("0.03"), Decimal("0.04"), "short")]


def test_the_row_value_of_a_transfer_prices_what_is_lost():
    """1 A worth 12 is sent, 0.9 arrives: the 0.1 that is lost is disposed of at 1.20, without any price table."""
    legs = {"sent_quantity": "1", "sent_asset": "A", "received_quantity": "0.9", "received_asset": "A"}
    moved = tx("2024-02-05", "transfer", "m", value="12", counter_account="cold", **legs)
    assert sold(book_of([buy("2024-01-05", "b", "1", "10"), moved])) == [("fee", "A", "b", Decimal("0.1"), Decimal("1.2"), 1, "short")]


def test_an_unpaired_withdrawal_is_parked_under_a_universal_pool_too():
    """Parked lots can't be sold: the later sale is not covered by them."""
    out = tx("2024-02-05", "withdrawal", "w", sent_quantity="1", sent_asset="A")
    book = book_of([buy("2024-01-05", "b", "1", "10"), out, sell("2024-03-05", "x", "1", "20")], pool="universal")
    assert sold(book) == [("sell", "A", None, 1, 20, 0, "short")]


def test_the_class_is_that_of_the_asset_bought():
    """A tokenised share bought with a coin is a security; the coin is not."""
    legs = {"sent_quantity": "50", "sent_asset": "C", "received_quantity": "1", "received_asset": "S", "value": "50"}
    rows = [buy("2025-01-05", "b", "90", "90", asset="C"), tx("2025-02-05", "swap", "s", asset_class="security", **legs)]
    book = book_of(rows)
    assert [(row["asset"], row["asset_class"]) for row in frames.records(book.disposals)] == [("C", "digital")]
    assert {row["asset"]: row["asset_class"] for row in frames.records(book.lots)} == {"C": "digital", "S": "security"}
