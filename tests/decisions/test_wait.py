"""The break-even price of waiting, and what is listed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from portfolios import lot, portfolio, portfolios
from taxlots import exact
from taxlots.decisions.score import position_with, sale
from taxlots.decisions.wait import break_even, waits
from taxlots.rulebook import load
from taxlots.tax import TaxPosition, tax_due

RULES = load()
rates = st.integers(0, 50).map(lambda n: Decimal(n) / 100)


def test_the_price_may_fall_by_14_percent():
    """P 100, b 40, ts 35 %, tl 15 %, r 0: (100 - 0.35 x 60 - 0.15 x 40) / 0.85 = 73 / 0.85 = 85.88; it may fall by 14.1 %."""
    price = break_even(Decimal(100), Decimal(40), (Decimal("0.35"), Decimal("0.15")), Decimal(0), Decimal(1))
    assert round(price, 2) == Decimal("85.88")
    assert round(100 - price, 1) == Decimal("14.1")


def test_interest_raises_the_price():
    """With 10 % over one year 79 grow to 86.90: (86.90 - 6) / 0.85 = 95.18."""
    price = break_even(Decimal(100), Decimal(40), (Decimal("0.35"), Decimal("0.15")), Decimal("0.1"), Decimal(1))
    assert round(price, 2) == Decimal("95.18")


@given(st.integers(1, 500), st.integers(0, 500), rates, rates, st.integers(0, 10), st.integers(1, 365))
def test_at_the_price_both_ways_leave_the_same(price, basis, now, later, percent, days):
    """What is left of a sale now, with interest, is what is left of a sale then at the break-even price; above it waiting is better."""
    p, b, r, years = Decimal(price), Decimal(basis), Decimal(percent) / 100, Decimal(days) / 365
    with exact.exactly():
        then = break_even(p, b, (now, later), r, years)
        sold = (p - now * (p - b)) * (1 + r) ** years
        kept = then - later * (then - b)
        assert abs(sold - kept) < Decimal("1e-60")
        assert then + 1 - later * (then + 1 - b) > sold


@given(portfolios())
def test_what_is_listed(held):
    """Every short-term gain and nothing else; taxes by `tax_due`, as the same gain is short-term or long-term; most saved first."""
    found = waits(held, Decimal(0))
    wanted = {one.lot_id for one in held.lots if not one.long_term and sale(held, one, one.quantity).gain > 0}
    assert {one.lot.lot_id for one in found} == wanted
    assert [one.tax_saved for one in found] == sorted((one.tax_saved for one in found), reverse=True)
    before = tax_due(held.position, RULES).total
    with exact.exactly():
        for one in found:
            trade = sale(held, one.lot, one.lot.quantity)
            assert one.tax_now == tax_due(position_with(held.position, [trade]), RULES).total - before
            turned = replace(trade, lot=replace(one.lot, long_term=True))
            assert one.tax_later == tax_due(position_with(held.position, [turned]), RULES).total - before
            assert one.days == (one.lot.long_term_on - held.today).days > 0


def test_rates_are_those_of_the_position():
    """Single, wages 90,000, a short-term loss of 4,000 so far (3,000 of it deducted): a gain of 6,000.

    As a short-term gain: 6,000 - 4,000 = 2,000 more of taxable income, and the deducted 3,000 are lost: 5,000 x 22 % = 1,100.
    As a long-term gain: 6,000 - 4,000 = 2,000 at 15 %, and 3,000 x 22 % are lost: 300 + 660 = 960. Saved by waiting: 140.
    """
    year = TaxPosition(2026, "single", wages=Decimal(90_000), short_term=Decimal(-4000))
    held = portfolio([lot("L0", "BTC", 10, 4000, 1000, long=False)], {}, year, trading_cost_bps=0)
    (one,) = waits(held)
    assert (one.tax_now, one.tax_later, one.tax_saved) == (1100, 960, 140)
    # (1,000 - 600 x 1,100 / 6,000 - 400 x 960 / 6,000) / (1 - 0.16) = (1,000 - 110 - 64) / 0.84 = 983.33
    assert round(one.break_even, 2) == Decimal("983.33")
    assert one.lot.long_term_on == date(2027, 10, 21)
    assert one.next_year is True
