"""Gifts received and given, donations, inheritances, thefts and losses, as US law has them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from taxlots import frames
from test_law import buy, sell, tx

from histories import book_of

DONOR = {"acquired": None, "basis": "10000", "value": "8000"}


def gift(day="2025-01-05", **more):
    """A gift of 1 A: the giver's basis 10,000, worth 8,000."""
    legs = {"received_quantity": "1", "received_asset": "A"} | {k: v for k, v in (DONOR | more).items() if v is not None}
    return tx(day, "gift-in", "g", **legs)


def lines(book):
    """(proceeds, basis, gain, term) of every piece."""
    return [tuple(row[name] for name in ("proceeds", "basis", "gain", "term")) for row in frames.records(book.disposals)]


def told(book):
    """(code, message) of every Problem."""
    return [(p.code, p.message) for p in book.problems]


@pytest.mark.parametrize(
    ("proceeds", "basis", "gain"),
    [("12000", 10000, 2000), ("10000", 10000, 0), ("9000", 9000, 0), ("8000", 8000, 0), ("7000", 8000, -1000)],
)
def test_two_bases(proceeds, basis, gain):
    """Pub. 551 (acre of land): above 10,000 a gain from 10,000, below 8,000 a loss from 8,000, nothing in between."""
    book = book_of([gift(), sell("2025-06-05", "x", "1", proceeds)])
    assert lines(book) == [(Decimal(proceeds), basis, gain, "short")]
    assert [p.code for p in book.problems] == ([] if Decimal(proceeds) >= 10000 else ["GIFT_LOSS_BASIS"])


def test_a_higher_value_changes_nothing():
    """Worth 11,000 when given, more than the basis of 10,000: sold for 7,000 the loss is 3,000."""
    assert lines(book_of([gift(value="11000"), sell("2025-06-05", "x", "1", "7000")])) == [(7000, 10000, -3000, "short")]


@pytest.mark.parametrize(("proceeds", "term"), [("12000", "long"), ("7000", "short")])
def test_the_givers_time_counts_with_the_givers_basis(proceeds, term):
    """26 USC 1223(2): bought by the giver in 2020, given in January, sold in June: a gain is long-term, a loss short-term."""
    book = book_of([gift(acquired=datetime(2020, 5, 1, 12, tzinfo=UTC)), sell("2025-06-05", "x", "1", proceeds)])
    (row,) = frames.records(book.disposals)
    assert (row["term"], row["holding_starts"]) == (term, date(2020, 5, 1) if term == "long" else date(2025, 1, 5))


def test_a_part_of_a_gift_has_its_part_of_both():
    """0.25 of it: basis 2,500, value 2,000. Sold for 1,900: loss 100; for 2,200: nothing; the rest keeps 5,000."""
    book = book_of([gift(), sell("2025-06-05", "x", "0.25", "1900"), sell("2025-06-06", "y", "0.25", "2200")])
    assert [row[1:3] for row in lines(book)] == [(2000, -100), (2200, 0)]
    assert [lot["basis"] for lot in frames.records(book.lots)] == [5000]


def test_a_gift_without_a_value():
    """The value is needed for a loss only; without it the giver's basis is used, and that is said."""
    book = book_of([gift(value=None), sell("2025-06-05", "x", "1", "7000")])
    assert lines(book) == [(7000, 10000, -3000, "short")]
    assert [p.code for p in book.problems] == ["GIFT_VALUE_MISSING"]
    assert book_of([gift(value=None), sell("2025-06-05", "x", "1", "12000")]).problems == []


def test_a_wash_sale_of_a_gift_denies_the_loss_from_its_value():
    """Shares given (10,000, worth 8,000) are sold for 7,000 and bought again for 7,100: 1,000 is denied, not 3,000; basis 8,100."""
    again = buy("2025-06-10", "b", "1", "7100", asset_class="security")
    book = book_of([gift(asset_class="security"), sell("2025-06-05", "x", "1", "7000"), again])
    (row,) = frames.records(book.disposals)
    assert (row["basis"], row["adjustment"], row["gain"]) == (8000, 1000, 0)
    assert [lot["basis"] for lot in frames.records(book.lots)] == [8100]


def test_a_wash_sale_of_a_gift_hands_on_the_time_since_the_gift():
    """The giver bought in 2020; the loss counts from the value, so that the time does from the gift (1223(2)): 151 days until 5 June.

    10 June less 151 days is 10 January.
    """
    share = {"asset_class": "security"}
    rows = [gift(acquired=datetime(2020, 5, 1, 12, tzinfo=UTC), **share), sell("2025-06-05", "x", "1", "7000")]
    book = book_of([*rows, buy("2025-06-10", "b", "1", "7100", **share)])
    assert [lot["holding_starts"] for lot in frames.records(book.lots)] == [date(2025, 1, 10)]


def test_a_donation_deducts_value_or_basis():
    """2 A worth 600 each are donated: 1 held for more than a year (600), 1 bought in March for 200 (the basis, which is lower): 800."""
    rows = [buy("2024-01-05", "a", "1", "100"), buy("2025-03-05", "b", "1", "200")]
    book = book_of([*rows, tx("2025-06-05", "donation", "d", sent_quantity="2", sent_asset="A", value="1200")])
    assert frames.records(book.disposals) == []
    ((code, message),) = told(book)
    assert code == "DONATION_DEDUCTION"
    assert "deduction 800, of which 600 market value" in message
    assert "appraisal" not in message


def test_a_large_donation_needs_an_appraisal():
    """Above 5,000: CCA 202302012."""
    rows = [buy("2024-01-05", "a", "1", "100"), tx("2025-06-05", "donation", "d", sent_quantity="1", sent_asset="A", value="5000.01")]
    assert "above 5000 a qualified appraisal is asked" in told(book_of(rows))[0][1]


@pytest.mark.parametrize("kind", ["theft", "lost"])
def test_what_is_stolen_or_lost_is_no_loss(kind):
    """The units and their basis of 50 leave; no disposal, and the Problem says so."""
    book = book_of([buy("2024-01-05", "a", "2", "100"), tx("2025-06-05", kind, "t", sent_quantity="1", sent_asset="A")])
    assert frames.records(book.disposals) == []
    assert [(row["kind"], row["basis"]) for row in frames.records(book.moves)] == [(kind, 50)]
    ((code, message),) = told(book)
    assert code == "LOSS_NOT_TAKEN"
    assert "1 A with basis 50 are gone" in message


def test_an_inheritance_is_long_term_at_its_value():
    """26 USC 1014, 1223(9): worth 500 at death, sold ten days later for 450: a long-term loss of 50."""
    heir = tx("2025-06-05", "inheritance", "i", received_quantity="1", received_asset="A", value="500")
    assert lines(book_of([heir, sell("2025-06-15", "x", "1", "450")])) == [(450, 500, -50, "long")]
