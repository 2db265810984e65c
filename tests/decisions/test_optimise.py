"""The optimum: reached by its own trades, never beaten by another plan, and right where it can be worked out by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from portfolios import lot, portfolio, portfolios
from taxlots.decisions.alternatives import ALTERNATIVES
from taxlots.decisions.comparison import OPTIMAL, compare
from taxlots.decisions.optimise import optimal_trades
from taxlots.decisions.policies import affordable
from taxlots.decisions.score import cash_after, figures, sale
from taxlots.tax import TaxPosition

DOLLAR = Decimal("0.01")


@hypothesis_settings(max_examples=120)
@given(chosen=portfolios())
def test_the_exact_score_reaches_the_bound(chosen):
    """Rounded to lot units and scored by the tax itself, the optimum lies within a cent of what the linear programs promise.

    Of alternative minimum tax the bound takes the best that could be; where a plan changes it, the exact score is lower.
    """
    trades, solved = optimal_trades(chosen)
    assert solved.sold is not None
    score = figures(chosen, trades).score
    assert float(score) <= solved.bound + 0.01
    base = figures(chosen, []).tax_now
    assert base == 0
    if not _changes_minimum_tax(chosen, trades):
        assert float(score) >= solved.bound - 0.01


def _changes_minimum_tax(chosen, trades):
    from taxlots.decisions.score import position_with
    from taxlots.tax import tax_due

    return tax_due(chosen.position).amt != 0 or tax_due(position_with(chosen.position, trades)).amt != 0


@hypothesis_settings(max_examples=60)
@given(chosen=portfolios())
def test_no_alternative_scores_above_the_bound(chosen):
    """The optimum is over all plans of one date, so none of the named alternatives is better."""
    plans = {plan.name: plan for plan in compare(chosen)}
    assert set(plans) == {OPTIMAL, *(alternative.name for alternative in ALTERNATIVES)}
    today = [plan for plan in plans.values() if plan.feasible and not plan.several_dates]
    assert all(plan.figures.score <= plans[OPTIMAL].figures.score for plan in today)
    bound = plans["optimal"].certificate.bound
    for plan in today:
        assert float(plan.figures.score) <= bound + 0.01, plan.name


@hypothesis_settings(max_examples=60)
@given(chosen=portfolios(), data=st.data())
def test_no_random_feasible_plan_scores_above_the_bound(chosen, data):
    """Sell any shares of any lots, buy anything that the money allows."""
    _, solved = optimal_trades(chosen)
    shares = [data.draw(st.sampled_from([0, 0, 1, 2, 3, 4])) for _ in chosen.lots]
    trades = [sale(chosen, one, one.quantity * share / 4) for one, share in zip(chosen.lots, shares, strict=True) if share]
    wanted = {asset: Decimal(data.draw(st.integers(0, 30_000))) for asset in chosen.assets}
    trades += affordable(chosen, {asset: value for asset, value in wanted.items() if value}, trades, [])
    if cash_after(chosen, trades) >= 0 and not _changes_minimum_tax(chosen, trades):
        assert float(figures(chosen, trades).score) <= solved.bound + 0.01


def test_the_loss_is_taken_first():
    """Two lots of one asset that has to shrink by 5,000: the one at a loss goes, for it saves tax; the one at a gain stays.

    100 units at 100; targets 50 %. Wages 90,000 - 16,100 = 73,900: 22 % bracket. The loss lot (50 units, basis 6,000) sells for
    5,000: loss 1,000 against ordinary income saves 220. Costs are 0; drift falls from 5,000 to 0, worth 100. Score 320.
    """
    lots = [lot("L1", "BTC", 50, 6000, 100, long=False), lot("L2", "BTC", 50, 1000, 100, long=False)]
    chosen = portfolio(lots, {"BTC": 0.5}, trading_cost_bps=0, drift_penalty="0.02", carryforward_value=0)
    trades, solved = optimal_trades(chosen)
    assert [(t.lot.lot_id, t.quantity) for t in trades] == [("L1", 50)]
    assert figures(chosen, trades).score == 320
    assert solved.bound == pytest.approx(320)


def test_a_gain_waits_where_tax_exceeds_the_price_of_drift():
    """Half the portfolio is out of place by 5,000; a dollar out of place costs 2 cents, selling costs 22 % of a 90 % gain: hold."""
    chosen = portfolio([lot("L1", "BTC", 100, 1000, 100, long=False)], {"BTC": 0.5}, trading_cost_bps=0)
    trades, solved = optimal_trades(chosen)
    assert trades == []
    assert solved.bound == pytest.approx(0, abs=1e-6)


def test_gains_up_to_the_end_of_the_zero_bracket():
    """Wages 36,100 - 16,100 = 20,000; the 0 % bracket of 2026 ends at 49,450, so 29,450 of long gain is free; the next dollar costs 15 %.

    1,000 units at 100 with basis 0, target 0 %, drift worth 2 cents per dollar: 29,450 are sold (the rest would cost 15 cents).
    """
    position = TaxPosition(year=2026, filing_status="single", wages=Decimal(36100))
    chosen = portfolio([lot("L1", "BTC", 1000, 0, 100)], {"BTC": 0}, position, trading_cost_bps=0, drift_penalty="0.02")
    trades, _ = optimal_trades(chosen)
    assert sum(t.value for t in trades) == pytest.approx(29450, abs=0.01)
    assert figures(chosen, trades).tax_now == pytest.approx(0, abs=0.01)


def test_withdrawal_beyond_everything_is_infeasible():
    """More is to be raised than the portfolio is worth: no plan, and it is said."""
    chosen = portfolio([lot("L1", "BTC", 10, 500, 100)], {"BTC": 0.5}, withdrawal=5000)
    plan = next(p for p in compare(chosen) if p.name == "optimal")
    assert not plan.feasible
    assert plan.certificate is None
    assert "withdrawal" in " ".join(plan.notes)


def test_withdrawal_is_raised_at_least_cost():
    """1,000 is needed: the lot without gain pays it, at 22 % less than the other would."""
    lots = [lot("L1", "BTC", 10, 0, 100, long=False), lot("L2", "ETH", 10, 1000, 100, long=False)]
    chosen = portfolio(lots, {"BTC": 0.5, "ETH": 0.5}, withdrawal=1000, trading_cost_bps=0, drift_penalty=0, carryforward_value=0)
    trades, _ = optimal_trades(chosen)
    assert figures(chosen, trades).tax_now == 0
    assert cash_after(chosen, trades) >= -DOLLAR


def test_a_security_is_not_sold_at_a_loss_and_bought_back():
    """A share far below target with a loss: as a digital asset the loss is taken and the asset bought back; as a security one of the two.

    10 units at 100, basis 2,000: the loss of 1,000 saves 220 of tax (22 % bracket). Buying 8,000 of the share is worth 2 cents a dollar,
    160. Together 380 for the digital asset; for the security the better of both, 220 (after the sale drift is 1,000 greater: -20) = 200.
    """
    terms = {"cash": 17000, "trading_cost_bps": 0, "drift_penalty": "0.02", "carryforward_value": 0}
    digital = portfolio([lot("L1", "ABC", 10, 2000, 100)], {"ABC": 0.5}, **terms)
    share = portfolio([lot("L1", "ABC", 10, 2000, 100, asset_class="security")], {"ABC": 0.5}, **terms)
    assert figures(digital, optimal_trades(digital)[0]).score == pytest.approx(Decimal(380))
    trades, solved = optimal_trades(share)
    assert {t.side for t in trades} == {"sell"}
    assert figures(share, trades).score == pytest.approx(Decimal(200))
    assert solved.bound == pytest.approx(200)


def test_what_has_no_price_is_neither_sold_nor_bought():
    """A price of 0 finds no buyer: the loss can't be realised (CCA 202302011), in no alternative, and the asset can't be bought either."""
    lots = [lot("L1", "DEAD", 10, 5000, 0), lot("L2", "BTC", 10, 900, 100)]
    chosen = portfolio(lots, {"DEAD": 0.3, "BTC": 0.5}, contribution=500)
    for plan in compare(chosen):
        assert all(trade.asset == "BTC" for trade in plan.trades), plan.name
        assert float(plan.figures.score) <= compare(chosen)[0].certificate.bound + 0.01


def test_a_target_whose_price_is_missing_is_left_alone():
    """It is held, so it may be a target, but the price table has nothing of it: no plan trades it, and the others are still found."""
    chosen = portfolio([lot("L1", "BTC", 100, 9000, 100)], {"BTC": 0.3, "GONE": 0.3}, trading_cost_bps=0)
    plans = {plan.name: plan for plan in compare(chosen)}
    assert {trade.asset for plan in plans.values() for trade in plan.trades} == {"BTC"}
    assert plans["full-hifo"].figures.turnover == 7000


def test_a_loss_beside_collectibles_of_the_year_saves_28_percent():
    """60,000 of collectible gains are settled; a digital lot has lost 10,000, which the netting takes from the 28 % group.

    2026 single, wages 300,000: the group lies above the 24 % bracket. The loss saves 28 % and 3.8 % of it, 3,180; at 15 % it were 1,880.
    """
    position = TaxPosition(
        year=2026, filing_status="single", wages=Decimal(300_000), long_term=Decimal(60_000), collectibles=Decimal(60_000)
    )
    plans = compare(portfolio([lot("L1", "BTC", 100, 20_000, 100)], {"BTC": 0}, position, trading_cost_bps=0, drift_penalty=0))
    assert plans[0].name == OPTIMAL
    assert plans[0].figures.score == 3180
    assert plans[0].certificate.bound == pytest.approx(3180)
    assert plans[0].certificate.gap == pytest.approx(0, abs=1e-9)


def test_a_plan_that_minimum_tax_makes_cheaper_stays_below_the_bound():
    """2026 single, wages 230,000, long-term gain 1,000,000: the minimum tax's exemption is used up: wages cost 26 %, 59,800.

    Regularly it were 41,024 up to 201,775 and 32 % of 12,125, 44,904: the minimum tax is 14,896. 12,000 of A with a short-term gain of
    10,000 should go at 30 cents a dollar, 3,600. The sale costs 26 %, 5 % as it lifts as much gain into the 20 % rate, and 3.8 %: 3,480,
    so 120 remain. By the regular tax alone it were 40.8 %, so nothing would be sold, and a bound of 0 would be false.
    """
    position = TaxPosition(year=2026, filing_status="single", wages=Decimal(230_000), long_term=Decimal(1_000_000))
    chosen = portfolio([lot("L1", "BTC", 12, 2000, 1000, long=False)], {"BTC": 0}, position, trading_cost_bps=0, drift_penalty="0.3")
    plans = {plan.name: plan for plan in compare(chosen)}
    assert plans["full-hifo"].figures.score == 120
    assert plans[OPTIMAL].certificate.bound == pytest.approx(14_896)


@pytest.mark.parametrize(("basis", "score"), [(30_000, 6924), (2400, 0), (12_000, 1200)])
def test_sold_collectibles_are_inside_the_bound(basis, score):
    """A collectible lot worth 12,000, of which half has to go at 20 cents a dollar (1,200), beside 60,000 of collectible gains.

    2026 single, wages 300,000: the group costs 28 % and 3.8 %. With a loss of 18,000 all is sold and half bought back: 5,724 and 1,200. Of
    a gain of 9,600 half would cost 31.8 % of 4,800, 1,526.40: nothing is sold. (At 18.8 % half would be: 902.40.)
    At its basis half is sold for the 1,200, and the group stays.
    """
    position = TaxPosition(
        year=2026, filing_status="single", wages=Decimal(300_000), long_term=Decimal(60_000), collectibles=Decimal(60_000)
    )
    art = lot("L1", "ART", 12, basis, 1000, asset_class="collectible")
    plans = compare(portfolio([art], {"ART": 0.5}, position, trading_cost_bps=0, drift_penalty="0.2"))
    assert plans[0].name == OPTIMAL
    assert plans[0].figures.score == score
    assert plans[0].certificate.bound == pytest.approx(score, abs=1e-6)
