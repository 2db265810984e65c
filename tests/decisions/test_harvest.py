"""The ladder of losses: rungs add up to the tax, the window defers, the 0 % band is filled and not passed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portfolios import TODAY, lot, portfolio, portfolios, positions
from taxlots import exact
from taxlots.decisions.further_gains import FurtherGains
from taxlots.decisions.gain_harvest import zero_band
from taxlots.decisions.harvest import deadline, ladder, last_weekday
from taxlots.decisions.loss_steps import CARRIED, INCOME, LONG, SHORT, steps, until_carried
from taxlots.decisions.portfolio import Acquisition
from taxlots.decisions.sale_targets import target_named
from taxlots.rulebook import load
from taxlots.tax import TaxPosition, tax_due

RULES = load()
CLOSE = Decimal("1e-12")


def bought(number, asset, quantity):
    """A purchase ten days ago."""
    return Acquisition(date(2026, 11, 10), "buy", f"t{number}", "kraken", asset, Decimal(quantity))


@given(positions(), st.sampled_from(["short", "long"]), st.integers(1, 120_000).map(Decimal))
def test_the_rungs_of_a_loss_add_up(position, term, loss):
    """Dollars to the loss, tax to what `tax_due` falls by, carryover to what it rises by."""
    year = FurtherGains(position, RULES)
    found = steps(year, term, loss)
    with exact.exactly():
        name = f"{term}_term"
        before, after = tax_due(position, RULES), tax_due(replace(position, **{name: getattr(position, name) - loss}), RULES)
        assert abs(sum(s.dollars for s in found) - loss) < CLOSE
        assert abs(sum(s.tax_saved for s in found) - (before.total - after.total)) < CLOSE
        carried = after.carryover_short + after.carryover_long - before.carryover_short - before.carryover_long
        assert abs(sum(s.carried for s in found) - carried) < CLOSE
    assert all(s.dollars > 0 and s.offsets in {SHORT, LONG, INCOME, CARRIED} for s in found)
    assert all(s.tax_saved >= -CLOSE for s in found)


def test_the_ladder_by_hand():
    """Single, wages 90,000 (22 %), short-term gain 5,000, long-term gain 4,000, loss limit 3,000.

    A long-term loss meets long-term gain first (15 %), then short-term gain (22 %), then ordinary income (22 %).
    """
    year = FurtherGains(TaxPosition(2026, "single", wages=Decimal(90_000), short_term=Decimal(5000), long_term=Decimal(4000)), RULES)
    shown = [(s.offsets, s.dollars, s.tax_saved) for s in steps(year, "long", Decimal(15_000))]
    assert shown == [(LONG, 4000, 600), (SHORT, 5000, 1100), (INCOME, 3000, 660), (CARRIED, 3000, 0)]
    assert until_carried(year) == 12_000


def test_a_rung_ends_at_a_bracket():
    """Taxable income 50,400 is the top of the 12 % bracket: of a loss of 3,000 from 51,400 on, 1,000 save 22 %, 2,000 save 12 %."""
    year = FurtherGains(TaxPosition(2026, "single", wages=Decimal(67_500)), RULES)
    shown = [(s.offsets, s.dollars, s.tax_saved) for s in steps(year, "short", Decimal(3000))]
    assert shown == [(INCOME, 1000, 220), (INCOME, 2000, 240)]


def test_without_income_everything_is_carried():
    """No income: the deduction exceeds it, so no loss saves anything (Capital Loss Carryover Worksheet)."""
    year = FurtherGains(TaxPosition(2026, "single"), RULES)
    assert [(s.offsets, s.dollars) for s in steps(year, "short", Decimal(500))] == [(CARRIED, 500)]


@given(portfolios())
def test_rungs_follow_from_their_figures(held):
    """Net benefit, steps and the taxes of the rungs that pay, against `tax_due` on all of them together."""
    rungs = ladder(held)
    with exact.exactly():
        for rung in rungs:
            terms = held.terms
            assert rung.allowed == rung.loss  # no purchases, and digital assets
            assert rung.embedded == rung.allowed * terms.future_rate
            assert rung.carryover_value == rung.carryover_added * terms.carryforward_value
            assert rung.net == rung.tax_saved + rung.carryover_value - rung.cost - rung.embedded
            assert rung.pays is (rung.net > 0)
            assert abs(sum((s.tax_saved for s in rung.steps), Decimal(0)) - rung.tax_saved) < CLOSE
        nets = {"short": Decimal(0), "long": Decimal(0)}
        for rung in rungs:
            nets[rung.lot.term] += rung.allowed if rung.pays else 0
        p = held.position
        after = replace(p, short_term=p.short_term - nets["short"], long_term=p.long_term - nets["long"])
        saved = sum((rung.tax_saved for rung in rungs if rung.pays), Decimal(0))
        assert saved == tax_due(p, RULES).total - tax_due(after, RULES).total


@pytest.mark.parametrize(
    ("asset_class", "deferred", "allowed"),
    [("security", 4, 300), ("fund", 4, 300), ("digital", 0, 500), ("collectible", 0, 500)],
)
def test_purchases_in_the_window_defer(asset_class, deferred, allowed):
    """10 units at a loss of 50 each, 4 bought ten days ago: 4 x 50 are deferred for securities (26 USC 1091) alone."""
    held = portfolio([lot("L0", "X", 10, 1500, 100, asset_class=asset_class)], {}, trading_cost_bps=0)
    held = replace(held, acquired=(bought(1, "X", 4), bought(2, "Y", 9)))
    (rung,) = ladder(held)
    assert (rung.wash.deferred, rung.loss, rung.allowed) == (deferred, 500, allowed)
    assert [one.transaction_id for one in rung.wash.trades] == ["t1"]
    assert rung.wash.applies is (deferred > 0)
    assert ("bills are pending" in rung.window) is (asset_class == "digital")


def test_a_purchase_defers_one_loss_only():
    """6 units bought: they defer 4 of the first lot's, then 2 of the second's; the lot's own purchase defers nothing."""
    lots = [replace(lot(f"L{n}", "X", 4, 1000 - n, 100, asset_class="fund"), transaction_id=f"own{n}") for n in range(2)]
    own = replace(bought(0, "X", 4), transaction_id="own0")
    held = replace(portfolio(lots, {}, trading_cost_bps=0, carryforward_value="0.15"), acquired=(own, bought(1, "X", 3)))
    first, second = ladder(held)
    # own0 is the first lot's own purchase, but a purchase near the second lot's sale.
    assert (first.lot.lot_id, first.wash.deferred) == ("L0", 3)
    assert (second.lot.lot_id, second.wash.deferred) == ("L1", 4)


@given(portfolios())
def test_the_zero_band_is_kept(held):
    """The gains listed keep the target zero-ltcg; where a lot is left out, one more unit's worth would not fit."""
    band = zero_band(held)
    target = target_named("zero-ltcg", FurtherGains(held.position, RULES))
    with exact.exactly():
        total = sum((rung.trade.gain for rung in band.rungs), Decimal(0))
        assert total <= band.room
        assert target.measure(Decimal(0), total) <= CLOSE
        assert target.measure(Decimal(0), band.room + 1) > 0
        assert sum((rung.tax for rung in band.rungs), Decimal(0)) == FurtherGains(held.position, RULES).tax(Decimal(0), total)
        left = [one for one in held.lots if one.long_term and one.lot_id not in {rung.lot.lot_id for rung in band.rungs}]
        if any(one.value * (1 - held.cost_rate) - one.basis > 1 for one in left):
            assert band.room - total < held.prices[max(held.prices, key=held.prices.get)] * Decimal("0.00000002") + CLOSE


def test_deadline():
    """The last day of the year; for securities the last weekday where it is a Saturday (2022) or a Sunday (2023)."""
    held = portfolio([lot("L0", "X", 1, 1, 1, asset_class="fund")], {})
    assert deadline(TODAY) == date(2026, 12, 31)
    assert last_weekday(held) is None
    assert last_weekday(replace(held, today=date(2022, 5, 1))) == date(2022, 12, 30)
    assert last_weekday(replace(held, today=date(2023, 5, 1))) == date(2023, 12, 29)
    assert last_weekday(replace(portfolio([lot("L0", "X", 1, 1, 1)], {}), today=date(2023, 5, 1))) is None
