"""Whole units: further ones while the money lasts, where they are placed, and on each day of a plan with several."""

from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest
from portfolios import lot, portfolio
from taxlots.decisions.alternatives import contributions_until
from taxlots.decisions.comparison import OPTIMAL, compare
from taxlots.decisions.placing import placed
from taxlots.decisions.score import purchase


def whole(chosen, **changes):
    """The portfolio with its assets traded in whole units."""
    return replace(chosen, terms=msgspec.structs.replace(chosen.terms, whole_units=("BTC", "ETH"), **changes))


def named(chosen, name):
    """One alternative."""
    return next(plan for plan in compare(chosen, only=(name,)) if plan.name == name)


@pytest.mark.parametrize(("bps", "units", "score"), [(0, 2, "2.4"), (1, 1, "5.97")])
def test_the_optimum_buys_one_more_unit_where_it_pays(bps, units, score):
    """Wished are 810 of BTC at 300, of which one is held: 1.7 units are missing, 510.

    Two leave 90 out of place in place of one's 210: (210 - 90) x 2 cents = 2.40 more than with one, (510 - 210) x 2 cents = 6 above
    nothing. Both take the 600 of cash; with a cost of 0.01 % that does not reach, and one costs 3 cents.
    """
    chosen = whole(portfolio([lot("L1", "BTC", 1, 300, 300)], {"BTC": "0.9"}, trading_cost_bps=bps, cash=600))
    plan = named(chosen, OPTIMAL)
    assert [(t.side, t.quantity) for t in plan.trades] == [("buy", units)]
    assert plan.figures.score == Decimal(score) + (6 if units == 2 else 0)
    assert plan.certificate.bound >= float(plan.figures.score)


def test_a_first_unit_is_at_least_the_minimum_trade():
    """1.7 units of 300 are missing: a second one would pay, but both come to 600, below a minimum trade of 700."""
    chosen = whole(portfolio([lot("L1", "BTC", 1, 300, 300)], {"BTC": "0.9"}, trading_cost_bps=0, cash=600), min_trade=Decimal(700))
    assert named(chosen, OPTIMAL).trades == ()


def test_free_money_pays_a_whole_unit_in_any_account():
    """Units of 200: a pays one from its 50 and 150 of the free 260, b the other from its 150 and 50 of the 110 that are left."""
    held = [replace(lot("L1", "BTC", 1, 200, 200), account="a")]
    cash = {"a": Decimal(50), "b": Decimal(150)}
    chosen = whole(replace(portfolio(held, {"BTC": 1}, trading_cost_bps=0, cash=460), account_cash=cash))
    where, notes = placed(chosen, [purchase(chosen, "BTC", Decimal(2))])
    assert [(t.account, t.quantity) for t in where] == [("a", 1), ("b", 1)]
    assert notes == []


def test_what_has_to_be_moved_is_what_is_missing():
    """One unit of 200 with 100 in a and 150 in b: it is bought at b, to which 50 have to be moved."""
    held = [replace(lot("L1", "BTC", 1, 200, 200), account="a")]
    cash = {"a": Decimal(100), "b": Decimal(150)}
    chosen = whole(replace(portfolio(held, {"BTC": 1}, trading_cost_bps=0, cash=250), account_cash=cash))
    where, notes = placed(chosen, [purchase(chosen, "BTC", Decimal(1))])
    assert [(t.account, t.quantity) for t in where] == [("b", 1)]
    assert notes == ["50.00 have to be moved to b for its purchases"]


def test_a_sale_that_waits_leaves_whole_units_today():
    """A short gain on 9.7 units waits, 2.52 of a long lot are sold today: 0.48 of the first go with them, and 9.22 end the position."""
    lots = [lot("L1", "BTC", "9.7", 500, 100, long=False), lot("L2", "BTC", "2.52", 100, 100)]
    plan = named(whole(portfolio(lots, {"BTC": 0}, trading_cost_bps=0)), "defer")
    assert plan.several_dates
    sold = {(t.lot.lot_id, t.on is None): t.quantity for t in plan.trades if t.lot}
    assert sold == {("L2", True): Decimal("2.52"), ("L1", True): Decimal("0.48"), ("L1", False): Decimal("9.22")}
    assert plan.figures.short_term_gain + plan.figures.long_term_gain == 1222 - 600


def test_contributions_keep_the_limits():
    """BTC is 1,000 of 2,000, ETH 1,000; wished are 30 and 70 % to 5 points: BTC is inside at 1,000 / 0.35 = 2,857, after 3 times 300.

    Where ETH may not be bought, nothing brings it in. In whole units ETH at 1,000 is bought after 4 (2,000 of 3,200: 62.5 %), and not at
    5 to 7, when it lacks less than one (870 at 7); at 8 it lacks 1,080: 3,000 of 4,400 are 68 %, and BTC has 1,300, 29.5 %.
    """
    lots = [lot("L1", "BTC", 10, 1000, 100), lot("L2", "ETH", 1, 1000, 1000)]
    chosen = portfolio(lots, {"BTC": "0.3", "ETH": "0.7"}, trading_cost_bps=0, recurring_contribution=300)

    def inside(gaps, total):
        return all(abs(gap) <= Decimal("0.05") * total for gap in gaps.values())

    assert contributions_until(chosen, inside) == 3
    terms = msgspec.structs.replace(chosen.terms, buy_only=("BTC",))
    assert contributions_until(replace(chosen, terms=terms), inside) is None
    assert contributions_until(whole(chosen), inside) == 8
