"""The order min-tax: by tax per unit at the price of the sale, with lots whose term changes with the calendar.

Rates: 0.40 on short-term, 0.20 on long-term gain.
"""

from decimal import Decimal

import pytest
from taxlots import frames
from taxlots.lots.elections import TermRates
from taxlots.problems import TaxlotsError
from test_law import buy, sell
from test_law import tx as row

from histories import book_of
from support import folder, run, tx, universal

RATES = TermRates(Decimal("0.40"), Decimal("0.20"))


def taken(*history, rates=RATES):
    """Lot and quantity of every piece sold, as `a=1`."""
    book = book_of(history, "min-tax", rates=rates)
    return [f"{r['lot_transaction_id']}={r['quantity'].normalize():f}" for r in frames.records(book.disposals)]


def test_losses_then_long_then_short():
    """All of 6 units at 100, sold on 2025-06-01, in the order of tax per unit.

    short loss d: (100 - 130) x 0.40 = -12; long loss b: (100 - 140) x 0.20 = -8; short loss f: (100 - 105) x 0.40 = -2;
    long gain a: (100 - 60) x 0.20 = 8; short gain c: (100 - 60) x 0.40 = 16; short gain e: (100 - 20) x 0.40 = 32.
    """
    lots = [
        *(buy("2023-01-05", "a", "1", "60"), buy("2023-02-05", "b", "1", "140"), buy("2025-01-05", "c", "1", "60")),
        *(buy("2025-02-05", "d", "1", "130"), buy("2025-03-05", "e", "1", "20"), buy("2025-04-05", "f", "1", "105")),
    ]
    assert taken(*lots, sell("2025-06-01", "s", "6", "600")) == ["d=1", "b=1", "f=1", "a=1", "c=1", "e=1"]


def test_the_price_of_the_sale_decides():
    """A (basis 80, long), b (basis 100, short). At 120: a 40 x 0.20 = 8, b 20 x 0.40 = 8: a tie, the higher basis b leaves first.

    At 121: a 8.20, b 8.40: a. At 119: a 7.80, b 7.60: b.
    """
    lots = (buy("2023-01-05", "a", "2", "160"), buy("2025-01-05", "b", "2", "200"))
    assert [taken(*lots, sell("2025-06-01", "s", "1", price)) for price in ("119", "120", "121")] == [["b=1"], ["b=1"], ["a=1"]]


def test_the_price_is_what_is_left_after_the_fee():
    """Proceeds of 121 with a fee of 2 are 119 a unit: b, as above."""
    lots = (buy("2023-01-05", "a", "2", "160"), buy("2025-01-05", "b", "2", "200"))
    fee = {"fee_quantity": "2", "fee_asset": "USD", "fee_value": "2"}
    assert taken(*lots, sell("2025-06-01", "s", "1", "121", **fee)) == ["b=1"]


def test_a_lot_goes_over_on_its_day():
    """A of 2024-03-01 is long-term from 2025-03-02 on. b of 2024-06-01 has a basis of 70, a of 60; the price is 100.

    On 2025-03-01 both are short-term: a 16, b 12: b. On 2025-03-02 a is long-term: a 8, b 12: a.
    On 2025-06-02 both are long-term: a 8, b 6: b.
    """
    lots = (buy("2024-03-01", "a", "3", "180"), buy("2024-06-01", "b", "3", "210"))
    sales = [sell(day, f"s{day}", "1", "100") for day in ("2025-03-01", "2025-03-02", "2025-06-02")]
    assert taken(*lots, *sales) == ["b=1", "a=1", "b=1"]


def test_without_a_sale_first_in_first_out():
    """A transfer has no price: it takes a, though a sale would take b."""
    lots = (buy("2024-03-01", "a", "1", "10"), buy("2024-04-01", "b", "1", "90"))
    moved = row("2024-05-01", "transfer", "mmmm", sent_quantity="1", sent_asset="A", counter_account="cold")
    assert taken(*lots, moved, sell("2024-06-01", "s", "1", "50")) == ["b=1"]


def test_without_rates_it_is_refused():
    """The rates are an argument, and none are assumed."""
    with pytest.raises(TaxlotsError, match="rates"):
        taken(buy("2024-03-01", "a", "1", "10"), rates=None)


def test_the_profile_gives_the_rates(tmp_path):
    """Single, 90,000 of wages in 2025: 22 % on short-term, 15 % on long-term gain; in numbers of the book's year, told as a Problem.

    At 100: a (long, basis 20) 80 x 0.15 = 12; b (short, basis 40) 60 x 0.22 = 13.20: a. With 0.35 and 0.20 it would be a too, so c:
    short, basis 50: 50 x 0.22 = 11: c first, then a, then b.
    """
    rows = [
        tx("2023-01-05T12:00:00Z", "buy", sent="20 USD", received="1 ETH", id="a"),
        tx("2025-01-05T12:00:00Z", "buy", sent="40 USD", received="1 ETH", id="b"),
        tx("2025-01-06T12:00:00Z", "buy", sent="50 USD", received="1 ETH", id="c"),
        tx("2025-06-05T12:00:00Z", "sell", sent="3 ETH", received="300 USD", id="s"),
    ]
    settings = '[profile]\ntimezone = "UTC"\nfiling_status = "single"\n[profile.2025]\nwages = 90000\n'
    folder(tmp_path, {"taxlots.toml": settings, "a.csv": universal(*rows)})
    ran = run(tmp_path, "gains", "a.csv", "--method", "min-tax", "--format", "json")
    assert [piece["lot_id"] for piece in ran.json["disposals"]] == ["c", "a", "b"]
    (told,) = [p["message"] for p in ran.json["problems"] if p["code"] == "MIN_TAX_RATES"]
    assert "2025: short 0.22, long 0.15" in told
    refused = run(tmp_path, "gains", "a.csv", "--method", "min-tax", "--jurisdiction", "uk")
    assert refused.code == 2
    assert "rates" in refused.err
