"""Policies over a history of prices, with the arithmetic of each case in its comments; prices that never change cost nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxlots.decisions.impact import impact
from taxlots.decisions.policy import POLICIES, Policy
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.replay import Begin, History, replay
from taxlots.rulebook import load
from taxlots.settings import Rebalance, Target
from taxlots.tax import TaxPosition

RULES = load()
YEARLY = next(one for one in POLICIES if one.name == "yearly")


def held(name, asset, quantity, basis, price, asset_class="digital"):
    """A lot held since 2021."""
    bought, turns = datetime(2021, 1, 4, tzinfo=UTC), date(2022, 1, 5)
    figures = (Decimal(str(one)) for one in (quantity, basis, price))
    return HeldLot(name, asset, asset_class, "kraken", *figures, bought, turns, True, int(name[1:]))


def filer(year, wages=90_000, **fields):
    return TaxPosition(year=year, filing_status="single", wages=Decimal(wages), **fields)


def begin(lots, weights, base=filer, **terms):
    """A portfolio of the first day."""
    prices = {lot.asset: lot.price for lot in lots}
    given_terms = Rebalance(**{"trading_cost_bps": Decimal(0)} | {name: Decimal(str(value)) for name, value in terms.items()})
    wished = {asset: Target(Decimal(str(weight)), Decimal("0.05")) for asset, weight in weights.items()}
    classes = {lot.asset: lot.asset_class for lot in lots}
    return Begin(Portfolio(date(2023, 1, 3), tuple(lots), prices, wished, given_terms, base(2023), RULES, classes=classes), base)


def history(**prices):
    """Prices of assets by day: `history(A=((day, price), ...))`."""
    days = [day for day, _ in next(iter(prices.values()))]
    return History(tuple(days), tuple({asset: Decimal(str(series[n][1])) for asset, series in prices.items()} for n in range(len(days))))


def test_equal_quarters_drift_as_they_grow():
    """+50, +100, +200 and 0 % on 25 each: 37.5, 50, 75 and 25 of 187.5 are 20.0, 26.7, 40.0 and 13.3 %."""
    lots = [held(f"l{n}", asset, 25, 25, 1) for n, asset in enumerate("ABCD")]
    ends = dict(zip("ABCD", ("1.5", "2", "3", "1"), strict=True))
    run = replay(
        begin(lots, dict.fromkeys("ABCD", 0.25)),
        POLICIES[0],
        history(**{a: ((date(2023, 1, 3), 1), (date(2023, 12, 29), e)) for a, e in ends.items()}),
    )
    assert {asset: round(float(weight) * 100, 1) for asset, weight in run.weights.items()} == {"A": 20.0, "B": 26.7, "C": 40.0, "D": 13.3}
    assert run.values == [100, Decimal("187.5")]
    assert run.steps == []


GROWTH = history(
    A=((date(2023, 1, 3), 100), (date(2024, 1, 2), 200), (date(2025, 1, 2), 200), (date(2025, 6, 30), 200)),
    B=((date(2023, 1, 3), 100), (date(2024, 1, 2), 100), (date(2025, 1, 2), 100), (date(2025, 6, 30), 100)),
)
PAIR = (held("l1", "A", 100, 10_000, 100), held("l2", "B", 100, 10_000, 100))


def test_a_years_tax_is_paid_from_cash_at_the_beginning_of_the_next():
    """25 A are sold in 2024: a gain of 2,500 at 15 % is 375. There is a cash of 500: on 2 January 2025 it is 125.

    Targets of half of 30,500 each: 15,250, so 4,750 of A are sold: 23.75 units, gain 2,375 at 15 %: 356.25. B gets 5,250, all cash. The
    tax is then more than the cash of 0, and sales of 356.25 in B, at no gain, pay it before the year's rebalancing.
    """
    run = replay(begin(PAIR, {"A": 0.5, "B": 0.5}, cash=500), YEARLY, GROWTH)
    first, paid, *_ = run.steps
    assert [(t.side, t.asset, t.quantity) for t in first.trades] == [("sell", "A", Decimal("23.75")), ("buy", "B", Decimal("52.5"))]
    assert run.taxes[2024] == Decimal("356.25")
    assert paid.why == "the tax of the year before was more than the cash"
    assert [(t.side, t.asset, t.gain) for t in paid.trades] == [("sell", "B", 0)]
    assert float(sum(t.value for t in paid.trades)) == pytest.approx(356.25, abs=1e-4)


def test_what_a_loss_saves_comes_back_and_the_rest_is_carried():
    """B falls to 20: 2024's sale is of A at a gain; a policy that sells losses takes 3,000 off the wages of each year.

    loss-only towards 100 % A: all B is sold on 2 January 2024 for 2,000, a loss of 8,000. 3,000 come off wages taxed at 22 % (taxable
    income 75,400 in 2024, above 47,150): 660 less tax. 5,000 are carried to 2025, where 3,000 save 22 % again (74,250, above 48,475): 660.
    """
    fall = history(
        A=((date(2023, 1, 3), 100), (date(2024, 1, 2), 100), (date(2025, 6, 30), 100)),
        B=((date(2023, 1, 3), 100), (date(2024, 1, 2), 20), (date(2025, 6, 30), 20)),
    )
    policy = Policy("losses", "", "loss-only", "year")
    run = replay(begin(PAIR, {"A": 1, "B": 0}), policy, fall)
    assert run.taxes[2024] == -660
    assert run.taxes[2025] == -660
    # 12,000 in A (10,000 and the 2,000), 660 in cash by the end of 2024 which buy A on 30 June, and the 660 of 2025
    assert run.end == pytest.approx(Decimal(13_320), abs=Decimal("0.01"))


def test_once_is_on_the_first_day_alone():
    """300 A and 100 B at 100: 100 A become 100 B on the first day, 10,000 of 40,000, and nothing is done when A doubles."""
    lots = [held("l1", "A", 300, 30_000, 100), held("l2", "B", 100, 10_000, 100)]
    once = next(one for one in POLICIES if one.name == "once")
    run = replay(begin(lots, {"A": 0.5, "B": 0.5}), once, GROWTH)
    assert [(step.day, [(t.side, t.quantity) for t in step.trades]) for step in run.steps] == [
        (date(2023, 1, 3), [("sell", 100), ("buy", 100)]),
    ]
    assert run.end == 200 * 200 + 200 * 100


def test_a_policy_acts_on_the_first_day_of_a_period_where_it_is_due():
    """62.5 % against a target of 50 % with a band of 5 points is due on the first day of March that has a price, not on the next."""
    days = ((date(2023, 2, 27), 100), (date(2023, 2, 28), 166), (date(2023, 3, 2), "166.67"), (date(2023, 3, 3), 166))
    flat = tuple((day, 100) for day, _ in days)
    bands = next(one for one in POLICIES if one.name == "bands")
    run = replay(begin(PAIR, {"A": 0.5, "B": 0.5}), bands, history(A=days, B=flat))
    assert [(step.day, step.why) for step in run.steps] == [(date(2023, 3, 2), "A was 12.5 points from its target")]


def test_a_purchase_soon_after_a_loss_on_a_security_is_counted():
    """B, a security, is sold at a loss in March and bought back in the same month's week: the law would have deferred it."""
    lots = [held("l1", "A", 100, 10_000, 100, asset_class="security"), held("l2", "B", 100, 30_000, 100, asset_class="security")]
    swing = history(
        A=((date(2023, 3, 1), 100), (date(2023, 3, 8), 60), (date(2023, 3, 15), 150), (date(2023, 3, 22), 150)),
        B=((date(2023, 3, 1), 100), (date(2023, 3, 8), 100), (date(2023, 3, 15), 100), (date(2023, 3, 22), 100)),
    )
    run = replay(begin(lots, {"A": 0.5, "B": 0.5}), Policy("weekly", "", "full-hifo", "week"), swing)
    assert [sorted((t.side, t.asset) for t in step.trades) for step in run.steps[:2]] == [
        [("buy", "A"), ("sell", "B")],
        [("buy", "B"), ("sell", "A")],
    ]
    assert run.deferred_losses == 1


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(1, 90)), min_size=2, max_size=4),
    st.integers(0, 2000),
    st.sampled_from([one.name for one in POLICIES]),
)
def test_where_prices_never_change_a_policy_costs_nothing_but_the_tax_on_gains(sizes, cash, name):
    """Prices of 10 all the way and no trading cost: what is there at the end is what was there, less the tax added, whatever was traded."""
    assets = "ABCD"[: len(sizes)]
    lots = [held(f"l{n}", asset, size, size * unit, 10) for n, (asset, (size, unit)) in enumerate(zip(assets, sizes, strict=True))]
    days = [date(2023, 1, 3), date(2023, 5, 2), date(2024, 1, 2), date(2025, 1, 2), date(2025, 12, 30)]
    flat = history(**{asset: tuple((day, 10) for day in days) for asset in assets})
    policy = next(one for one in POLICIES if one.name == name)
    run = replay(begin(lots, dict.fromkeys(assets, round(1 / len(assets), 4)), cash=cash), policy, flat)
    begun = Decimal(sum(size for size, _ in sizes) * 10 + cash)
    assert run.end == begun - sum(run.taxes.values())
    assert run.values[0] == begun


def test_the_comparison_is_with_buy_and_hold_and_the_best_comes_first():
    """Half of what doubled was moved to what then doubled: 15,000 + 15,000 becomes 15,000 + 30,000 against 20,000 + 20,000."""
    turns = history(
        A=((date(2023, 1, 3), 100), (date(2024, 1, 2), 200), (date(2024, 12, 30), 200)),
        B=((date(2023, 1, 3), 100), (date(2024, 1, 2), 100), (date(2024, 12, 30), 200)),
    )
    start = begin(PAIR, {"A": 0.5, "B": 0.5})
    first, second = impact(start.portfolio, start.base, turns, [POLICIES[0], YEARLY], lambda _name: None)
    assert [first.replayed.policy.name, second.replayed.policy.name] == ["yearly", "buy-and-hold"]
    assert first.replayed.end == 45_000 - 375
    assert (first.years_won, first.windows_won) == ((1, 1), (1, 1))
    assert second.benefit == 0
    assert second.cost_share is None
    # 20,000 -> 30,000 -> 45,000: no fall; 10,000 of 95,000 / 3 traded in 1.99 years
    assert first.largest_drawdown == 0
    assert first.turnover == pytest.approx(5000 / (95_000 / 3) / ((date(2024, 12, 30) - date(2023, 1, 3)).days / 365.25))


def test_contributions_are_left_out():
    start = begin(PAIR, {"A": 0.5, "B": 0.5}, contribution=5000, withdrawal=100)
    (only,) = impact(start.portfolio, start.base, GROWTH, [POLICIES[0]], lambda _name: None)
    assert only.replayed.values[0] == 20_000
    assert msgspec.structs.asdict(start.portfolio.terms)["contribution"] == 5000
