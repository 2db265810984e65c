"""The optimiser's pieces against the tax itself: their minimum is the tax, to a hundredth of a cent, everywhere."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from portfolios import money, positions
from taxlots.decisions.regions import pieces, tax_model
from taxlots.rulebook import load
from taxlots.tax import TaxPosition, tax_due

CENT = 1e-4
wide = st.one_of(money, st.integers(-200_000, 800_000).map(Decimal))


def value(affine, nets):
    """An affine expression at a point."""
    return affine.constant + sum(slope * net for slope, net in zip((affine.short, affine.long, affine.group), nets, strict=True))


def at(model, short, long, group=0.0):
    """(tax, carried loss) of every piece that holds at the point (Gs, Gl, G28)."""
    nets = short, long, group
    for piece in pieces(model):
        if all(b.lower - 1e-9 <= value(b.expression, nets) <= b.upper + 1e-9 for b in piece.bounds):
            parts = (max(line.intercept + line.slope * value(argument, nets) for line in lines) for argument, lines in piece.parts)
            yield sum(parts), value(piece.carried, nets)


@hypothesis_settings(max_examples=600)
@given(position=positions(), short=money, long=money)
def test_the_least_piece_is_the_tax(position, short, long):
    """Regular tax, investment income tax and state tax of `tax_due`, and the loss that it carries over."""
    filed = replace(position, short_term=short, long_term=long)
    due = tax_due(filed, load())
    start_short = float(short - position.carryover_short)
    start_long = float(long - position.carryover_long)
    found = list(at(tax_model(filed, load()), start_short, start_long))
    assert found, "the regions do not cover the plane"
    assert min(tax for tax, _ in found) == pytest.approx(float(due.total - due.amt), abs=CENT)
    assert {round(carried, 4) for _, carried in found} == {round(float(due.carryover_short + due.carryover_long), 4)}


@hypothesis_settings(max_examples=600)
@given(
    position=positions(),
    nets=st.tuples(wide, wide),
    collectibles=st.integers(-20_000, 400_000).map(Decimal),
    sold=st.integers(-60_000, 60_000).map(Decimal),
)
def test_collectibles_are_exact_whether_settled_or_sold(position, nets, collectibles, sold):
    """The least piece is the tax: with the year's collectibles as a number, and as a net of its own that sales move."""
    short, long = nets
    filed = replace(position, short_term=short, long_term=long, collectibles=collectibles, state=None)
    starts = float(short - position.carryover_short), float(long - position.carryover_long)
    due = tax_due(filed, load())
    assert min(tax for tax, _ in at(tax_model(filed, load()), *starts)) == pytest.approx(float(due.total - due.amt), abs=CENT)
    model = tax_model(filed, load(), collectibles_sold=True)
    after = tax_due(replace(filed, collectibles=collectibles + sold), load())
    found = list(at(model, *starts, model.starts[2] + float(sold)))
    assert min(tax for tax, _ in found) == pytest.approx(float(after.total - after.amt), abs=CENT)
    assert {round(carried, 4) for _, carried in found} == {round(float(after.carryover_short + after.carryover_long), 4)}


def test_the_28_percent_group_around_the_end_of_the_24_percent_bracket():
    """2026 single: 24 % ends at 201,775. Wages 212,875 - 16,100 = 196,775, a long gain of 20,000, half of it on collectibles.

    Ordinary: 1,240 + 12 % x 38,000 + 22 % x 55,300 + 24 % x 91,075 = 39,824. The group: 5,000 at 24 % and 5,000 at 28 %, 2,600. The rest:
    10,000 at 15 %, 1,500. Net investment income tax: 3.8 % of 20,000 = 760. Together 44,684. With all 20,000 in the group it is 1,300
    more: 10,000 at 28 % instead of 15 %.
    """
    position = TaxPosition(
        year=2026, filing_status="single", wages=Decimal(212_875), long_term=Decimal(20_000), collectibles=Decimal(10_000)
    )
    for collectibles, tax in ((10_000, 44_684), (20_000, 45_984), (50_000, 45_984)):
        filed = replace(position, collectibles=Decimal(collectibles))
        assert tax_due(filed).total == tax
        assert min(found for found, _ in at(tax_model(filed, load()), 0.0, 20_000.0)) == pytest.approx(tax)


def test_sliver_between_zero_edge_and_twelve_percent_edge():
    """2026 single: 0 % ends at 49,450, 12 % at 50,400. Income there is taxed at 12 %, not 15 %, when it is cheaper so.

    Wages 66,000 - 16,100 = 49,900 ordinary: 12 % bracket, 1,240 + 0.12 x (49,900 - 12,400) = 5,740. A long gain of 400 fills the
    stack to 50,300: at 15 % it costs 60, at ordinary rates 48; the tax is 5,788.
    """
    position = TaxPosition(year=2026, filing_status="single", wages=Decimal(66000), long_term=Decimal(400))
    assert tax_due(position).total == Decimal(5788)
    assert min(tax for tax, _ in at(tax_model(position, load()), 0.0, 400.0)) == pytest.approx(5788)


def test_investment_income_takes_the_loss_that_the_law_allows():
    """Wages 300,000, itemised 299,000: only 1,000 of income can use a loss, but Form 8960 takes the 3,000 that 26 USC 1211 allows.

    2026 single, interest 20,000 deducted as well (319,000): taxable income before the loss 1,000. A short-term loss of 10,000: NIIT
    3.8 % of min(20,000 - 3,000, 317,000 - 200,000) = 646. Carried on: 9,000.
    """
    position = TaxPosition(
        year=2026,
        filing_status="single",
        wages=Decimal(300_000),
        interest=Decimal(20_000),
        itemized_deductions=Decimal(319_000),
        short_term=Decimal(-10_000),
    )
    assert tax_due(position).niit == Decimal(646)
    found = list(at(tax_model(position, load()), -10_000.0, 0.0))
    assert min(tax for tax, _ in found) == pytest.approx(646)
    assert {carried for _, carried in found} == {9000.0}
