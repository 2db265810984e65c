"""Every alternative: its figures from its trades alone, its limits kept, never above the optimum; and each rule by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from portfolios import lot, portfolio, portfolios
from taxlots.decisions.alternatives import ALTERNATIVES
from taxlots.decisions.comparison import OPTIMAL, compare
from taxlots.decisions.dated import tranche_days
from taxlots.decisions.deferred import after
from taxlots.decisions.placing import placed
from taxlots.decisions.policies import affordable, in_units, worth_while
from taxlots.decisions.score import drift, figures, position_with, purchase, sale
from taxlots.decisions.tax_free import worth_of_drift, zero_tax
from taxlots.tax import TaxPosition, tax_due

CENT = Decimal("0.01")


@st.composite
def limited(draw):
    """Portfolios with limits: some lots or assets stay, some assets are not bought, whole units, a reserve, a minimum trade."""
    chosen = draw(portfolios())
    assets = sorted({one.asset for one in chosen.lots})
    terms = msgspec.structs.replace(
        chosen.terms,
        never_sell=tuple(draw(st.lists(st.sampled_from([*assets, *(one.lot_id for one in chosen.lots)]), max_size=2))),
        buy_only=draw(st.sampled_from([(), tuple(assets[:1]), tuple(assets[1:])])),
        whole_units=draw(st.sampled_from([(), ("digital",), tuple(assets[:1])])),
        cash_reserve=Decimal(draw(st.sampled_from([0, 200, 700]))),
        min_trade=Decimal(draw(st.sampled_from([0, 0, 300]))),
        withdrawal=Decimal(draw(st.sampled_from([0, 0, 400]))),
        bands_to=draw(st.sampled_from(["edge", "half", "target"])),
    )
    return replace(chosen, terms=terms)


def sums(trades, side):
    """Value by asset."""
    found = {}
    for trade in trades:
        if trade.side == side:
            found[trade.asset] = found.get(trade.asset, Decimal(0)) + trade.value
    return found


@hypothesis_settings(max_examples=25)
@given(chosen=limited())
def test_limits_and_the_optimum(chosen):
    """Under the same limits no plan of today scores above the optimum or its bound, and every plan keeps the limits."""
    plans = {plan.name: plan for plan in compare(chosen)}
    terms = chosen.terms
    best = plans[OPTIMAL]
    for plan in plans.values():
        for trade in plan.trades:
            assert not (trade.lot and {trade.asset, trade.lot.lot_id} & set(terms.never_sell)), plan.name
            assert trade.lot or not terms.buy_only or trade.asset in terms.buy_only, plan.name
        for day in {trade.on for trade in plan.trades}:
            for side in ("buy", "sell"):
                traded = sums([t for t in plan.trades if t.on == day], side)
                assert all(value >= terms.min_trade - CENT for value in traded.values()), plan.name
        if plan.feasible and not plan.several_dates:
            assert plan.figures.cash_after >= terms.cash_reserve - CENT, plan.name
            assert best.feasible
            assert plan.figures.score <= best.figures.score, plan.name
        if not plan.feasible and plan.why_not:
            assert all(Decimal(str(way["by"])) > 0 for way in plan.why_not)


@hypothesis_settings(max_examples=25)
@given(chosen=portfolios())
def test_figures_come_from_the_trades(chosen):
    """Tax by `tax_due` on gains worked out from quantity, price, cost and basis share; the trades' taxes add up to the plan's."""
    rate = chosen.terms.trading_cost_bps / 10000
    before = tax_due(chosen.position, chosen.rulebook).total
    for plan in compare(chosen):
        if plan.several_dates:
            continue
        gains = {"short": Decimal(0), "long": Decimal(0)}
        for trade in (t for t in plan.trades if t.lot):
            own = trade.lot
            gain = trade.quantity * own.price * (1 - rate) - own.basis * trade.quantity / own.quantity
            assert abs(gain - trade.gain) < Decimal("1e-15"), plan.name
            gains[own.term] += trade.gain
        moved = replace(
            chosen.position, short_term=chosen.position.short_term + gains["short"], long_term=chosen.position.long_term + gains["long"]
        )
        assert plan.figures.tax_now == tax_due(moved, chosen.rulebook).total - before, plan.name
        assert sum((t.tax for t in plan.trades), Decimal(0)) == plan.figures.tax_now, plan.name


def named(chosen, name):
    """One alternative."""
    return next(plan for plan in compare(chosen) if plan.name == name)


@pytest.mark.parametrize(("to", "sold"), [("edge", 2500), ("half", 3750), ("target", 5000)])
def test_bands_go_back_as_far_as_is_said(to, sold):
    """100 of BTC at 100 with 10,000 of cash: half of 20,000 instead of a quarter. Out of the band of 5 points by 4,000; its edge is 6,000.

    With a band of 12.5 points: target 5,000, edge 7,500, half-way 6,250; so 2,500, 3,750 or 5,000 are sold.
    """
    chosen = portfolio([lot("L1", "BTC", 100, 9000, 100)], {"BTC": 0.25}, cash=10_000, trading_cost_bps=0)
    targets = {"BTC": msgspec.structs.replace(chosen.targets["BTC"], band=Decimal("0.125"))}
    chosen = replace(chosen, targets=targets, terms=msgspec.structs.replace(chosen.terms, bands_to=to))
    assert sums(named(chosen, "bands").trades, "sell") == {"BTC": sold}


def test_tranches():
    """Three tranches a month apart from 20 November; by the year the later ones are on 2 January."""
    chosen = portfolio([lot("L1", "BTC", 90, 0, 100)], {"BTC": 0}, trading_cost_bps=0)
    monthly = replace(chosen, terms=msgspec.structs.replace(chosen.terms, tranches=Decimal(3), tranche_every="month"))
    assert tranche_days(monthly) == [None, date(2026, 12, 20), date(2027, 1, 20)]
    assert tranche_days(chosen) == [None, date(2027, 1, 2)]
    plan = named(monthly, "graduated")
    assert [(t.on, t.value) for t in plan.trades] == [(None, 3000), (date(2026, 12, 20), 3000), (date(2027, 1, 20), 3000)]


def test_zero_tax_prefers_what_the_zero_band_holds():
    """Wages of 36,100 leave 29,450 of the 0 % band. A short lot with less gain per dollar would be taxed, a long one with more is not.

    40,000 of BTC have to go: the long lot (20,000, gain 18,000) fits the band, of the short one (gain 20 %) nothing is free.
    """
    position = TaxPosition(year=2026, filing_status="single", wages=Decimal(36_100))
    lots = [lot("L1", "BTC", 200, 16_000, 100, long=False), lot("L2", "BTC", 200, 2000, 100)]
    plan = named(portfolio(lots, {"BTC": 0}, position, trading_cost_bps=0), "zero-tax")
    assert [(t.lot.lot_id, t.value) for t in plan.trades] == [("L2", 20_000)]
    assert plan.figures.tax_now == 0


def test_zero_tax_says_that_minimum_tax_may_leave_room():
    """Wages of 400,000 and a long-term gain of 1,000,000: the minimum tax is due, and the programs know the regular tax only.

    A short-term gain costs 28 % by the minimum tax and 35 % regularly, a long-term loss saves 20 % by both: so 4,500 are free of tax beside
    the loss lot's sale, and the programs find 3,993.80. Without the gain of 1,000,000 there is no minimum tax and nothing to say.
    """
    lots = [
        lot("L0", "ART", 4, 3062, 1000, long=False, asset_class="collectible"),
        lot("L1", "BTC", 4, 1386, 1000),
        lot("L2", "BTC", 1, 2292, 1000),
    ]
    told = {}
    for gain in (0, 1_000_000):
        position = TaxPosition(year=2026, filing_status="single", wages=Decimal(400_000), short_term=Decimal(5000), long_term=Decimal(gain))
        trades, notes = zero_tax(portfolio(lots, {"ART": 0, "BTC": 0}, position, trading_cost_bps=0, drift_penalty="0.1"))
        assert tax_due(position_with(position, trades)).total <= tax_due(position).total
        told[gain] = any("may be possible" in note for note in notes)
    assert told == {0: False, 1_000_000: True}


def test_zero_tax_makes_room_with_losses_that_come_back():
    """30,000 of BTC with a gain of 3,000 have to go; ETH is at its target, 10,000 with a loss of 4,000, and no wash sale bars a round trip.

    No order of the lots that are too many finds this: selling ETH and buying it back leaves room for all of BTC. After it a net loss of
    1,000 is deducted from ordinary income at 22 %.
    """
    lots = [lot("L1", "BTC", 300, 27_000, 100), lot("L2", "ETH", 100, 14_000, 100)]
    chosen = portfolio(lots, {"BTC": 0, "ETH": 0.25}, trading_cost_bps=0)
    plan = named(chosen, "zero-tax")
    assert sums(plan.trades, "sell") == {"BTC": 30_000, "ETH": 10_000}
    assert plan.figures.drift_after.value == pytest.approx(0, abs=1e-4)
    assert plan.figures.tax_now == -220


def test_zero_tax_makes_no_losses_out_of_trading_cost():
    """All of BTC is a gain of 30 %; ETH, at its target, has neither gain nor loss.

    At 15 hundredths of a percent 10,000 of ETH, sold and bought back, cost 30 and realise a loss of 15, which would leave room for 50 of
    BTC: that is not worth 30.
    """
    lots = [lot("L1", "BTC", 300, 21_000, 100), lot("L2", "ETH", 100, 10_000, 100)]
    assert named(portfolio(lots, {"BTC": 0, "ETH": 0.25}), "zero-tax").trades == ()


@hypothesis_settings(max_examples=60)
@given(chosen=limited(), data=st.data())
def test_no_untaxed_plan_is_nearer_for_its_cost_than_zero_tax(chosen, data):
    """Its tax never rises; and random sales and purchases within the limits that cost no tax leave as much drift, cost counted in."""
    plan = named_alone(chosen, "zero-tax")
    assert figures(chosen, plan).tax_now <= 0

    def far(trades):
        """Drift, with the drift that the trading cost would have to be worth."""
        return drift(chosen, trades).value + figures(chosen, trades).trading_cost / worth_of_drift(chosen)

    found = far(plan)
    coarse = sum((chosen.prices[asset] for asset in chosen.assets if chosen.is_whole(asset)), Decimal(0)) * 2 + chosen.terms.min_trade * 4
    for _ in range(12):
        sold = [one for one in chosen.lots if chosen.can_sell(one) and data.draw(st.booleans())]
        sales = in_units(chosen, [sale(chosen, one, one.quantity * data.draw(st.integers(1, 4)) / 4) for one in sold])
        sales = worth_while(chosen, sales)
        wanted = {asset: Decimal(data.draw(st.integers(0, 30_000))) for asset in chosen.assets}
        trades = [*sales, *affordable(chosen, {asset: value for asset, value in wanted.items() if value}, sales, [])]
        counted = figures(chosen, trades)
        if counted.cash_after >= chosen.terms.cash_reserve and counted.tax_now <= 0 and not changes_minimum_tax(chosen, trades):
            assert found <= far(trades) + coarse + CENT


def named_alone(chosen, name):
    """The trades of one alternative of the table."""
    return next(one for one in ALTERNATIVES if one.name == name).trades(chosen)[0]


def changes_minimum_tax(chosen, trades):
    """Whether the alternative minimum tax plays a part, which the linear programs leave out."""
    return tax_due(chosen.position).amt != 0 or tax_due(position_with(chosen.position, trades)).amt != 0


@pytest.mark.parametrize(("withdrawal", "units"), [(5450, 55), (5540, "55.5")])
def test_whole_units_raise_all_the_money(withdrawal, units):
    """55.5 units at 100: 54.5 would do for 5,450 and become 55; for 5,540 the fraction goes with the whole position."""
    lots = [lot("L1", "BTC", "50.5", 4000, 100), lot("L2", "BTC", 5, 300, 100)]
    chosen = portfolio(lots, {"BTC": 1}, trading_cost_bps=0, withdrawal=withdrawal)
    chosen = replace(chosen, terms=msgspec.structs.replace(chosen.terms, whole_units=("BTC",)))
    for name in ("withdraw", OPTIMAL):
        plan = named(chosen, name)
        assert plan.feasible, name
        assert sum(t.quantity for t in plan.trades) == Decimal(units), name


def test_whole_units_reach_the_minimum_trade():
    """715 of BTC at 40 are too much, 17.875 units; 17 would be less than the minimum trade of 700, so it is 18."""
    lots = [lot("L1", "BTC", 100, 1000, 40), lot("L2", "ETH", 1, 3300, 3300)]
    chosen = portfolio(lots, {"BTC": 0.45, "ETH": 0.45}, min_trade=700, drift_penalty=1)
    chosen = replace(chosen, terms=msgspec.structs.replace(chosen.terms, whole_units=("BTC",)))
    assert sums(named(chosen, OPTIMAL).trades, "sell")["BTC"] == 720


def test_zero_tax_keeps_whole_units():
    """The optimum takes a part of one lot beside fractions of others: what gives way to the tax leaves whole units of the position."""
    position = TaxPosition(year=2026, filing_status="single", wages=Decimal(20_000))
    amounts = (("51.0", 3480, False), ("98.4", 3052, True), ("83.3", 9582, False))
    lots = [lot(f"L{n}", "BTC", quantity, basis, 100, long=long) for n, (quantity, basis, long) in enumerate(amounts, 1)]
    chosen = portfolio(lots, {"BTC": 0}, position, trading_cost_bps=0)
    chosen = replace(chosen, terms=msgspec.structs.replace(chosen.terms, whole_units=("BTC",)))
    plan = named(chosen, "zero-tax")
    assert plan.figures.tax_now <= 0
    assert sum(t.quantity for t in plan.trades) == 122


def test_the_least_tax_is_no_fixed_order():
    """10,000 of BTC: the highest basis is short-term (gain 2,000 at 22 %: 440), the long one with 2,500 costs 375."""
    lots = [lot("L1", "BTC", 100, 8000, 100, long=False), lot("L2", "BTC", 100, 7500, 100)]
    chosen = portfolio(lots, {"BTC": 0.5}, trading_cost_bps=0)
    assert named(chosen, "full-hifo").figures.tax_now == 440
    assert named(chosen, "full-min-tax").figures.tax_now == pytest.approx(375)


def test_a_purchase_is_divided_over_accounts():
    """ETH is held at b; 3,000 of cash lie there, a sale brings 5,000 to a: of 70 units 30 are bought at b and 40 at a."""
    btc, eth = lot("L1", "BTC", 100, 9000, 100), replace(lot("L2", "ETH", 10, 900, 100), account="b")
    chosen = replace(
        portfolio([replace(btc, account="a"), eth], {"BTC": 0.4, "ETH": 0.6}, trading_cost_bps=0, cash=3000),
        account_cash={"b": Decimal(3000)},
    )
    trades = [sale(chosen, chosen.lots[0], Decimal(50)), purchase(chosen, "ETH", Decimal(70))]
    where, notes = placed(chosen, trades)
    assert [(t.account, t.quantity) for t in where if not t.lot] == [("b", 30), ("a", 40)]
    assert notes == []


@st.composite
def in_accounts(draw):
    """Portfolios with limits over three taxable accounts, some of the cash in them, traded in any fraction."""
    chosen = draw(limited())
    lots = tuple(replace(one, account=draw(st.sampled_from("abc"))) for one in chosen.lots)
    cash = {name: Decimal(draw(st.sampled_from([0, 250, 6000]))) for name in "ab"}
    money = chosen.terms.cash + sum(cash.values(), Decimal(0))
    terms = msgspec.structs.replace(chosen.terms, cash=money, whole_units=())
    return replace(chosen, lots=lots, terms=terms, account_cash={name: amount for name, amount in cash.items() if amount})


@hypothesis_settings(max_examples=40)
@given(chosen=in_accounts())
def test_no_account_spends_the_money_of_another(chosen):
    """Each account pays for its purchases from its own cash and sales, and from the cash that lies in no account.

    Since a purchase may be divided over the accounts, one pool of cash is no wider than one pool per account: no plan of today has to
    move money, and none scores above the optimum.
    """
    rate = chosen.terms.trading_cost_bps / 10000
    plans = {plan.name: plan for plan in compare(chosen)}
    for plan in plans.values():
        if not plan.feasible or plan.several_dates:
            continue
        own = dict(chosen.account_cash)
        free = chosen.spendable - sum(own.values(), Decimal(0))
        for trade in plan.trades:
            assert trade.lot is None or trade.account == trade.lot.account, plan.name
            flow = trade.value if trade.side == "sell" else -trade.value
            own[trade.account] = own.get(trade.account, Decimal(0)) + flow - trade.value * rate
        short = sum((-left for left in own.values() if left < 0), Decimal(0))
        assert short <= max(Decimal(0), free) + CENT, plan.name
        assert plan.figures.score <= plans[OPTIMAL].figures.score, plan.name


def test_a_loss_by_the_cost_of_selling_is_a_loss_beside_a_deferred_purchase():
    """10 shares bought for 1,000 at today's price of 100: sold at 20 basis points they lose 2, which a purchase in the ira takes."""
    share = replace(lot("L1", "VTI", 10, 1000, 100, asset_class="security"), account="a")
    chosen = replace(portfolio([share], {"VTI": 0.5}, trading_cost_bps=20, cash=0), deferred={"ira": Decimal(5000)})
    bought = [replace(purchase(chosen, "VTI", Decimal(5)), account="ira")]
    assert after(chosen, bought).terms.never_sell == ("L1",)
    assert after(chosen, []).terms.never_sell == ()


@st.composite
def partly_deferred(draw):
    """Portfolios with some lots and some cash in a tax-deferred account."""
    chosen = draw(portfolios())
    lots = tuple(replace(one, account="ira", taxed=False) if draw(st.booleans()) else one for one in chosen.lots)
    terms = msgspec.structs.replace(chosen.terms, min_trade=Decimal(draw(st.sampled_from([0, 300]))))
    return replace(chosen, lots=lots, terms=terms, deferred={"ira": Decimal(draw(st.sampled_from([0, 5000])))})


@hypothesis_settings(max_examples=25)
@given(chosen=partly_deferred())
def test_deferred_accounts_are_pools_of_their_own(chosen):
    """Their trades are not taxed and paid from their own cash, and no plan of today beats the optimum."""
    plans = {plan.name: plan for plan in compare(chosen)}
    rate = chosen.terms.trading_cost_bps / 10000
    for plan in plans.values():
        inside = [t for t in plan.trades if t.account == "ira"]
        assert all(t.gain == 0 == t.tax for t in inside), plan.name
        flow = sum((t.value * (1 if t.side == "sell" else -1) - t.value * rate for t in inside), chosen.deferred["ira"])
        assert flow >= -CENT, plan.name
        if plan.feasible and not plan.several_dates:
            assert plan.figures.score <= plans[OPTIMAL].figures.score, plan.name
    assert plans["hold"].trades == ()


def test_trades_in_a_deferred_account_move_no_target():
    """V is before costs: 5,000 sold and 4,900 bought at 1 % in the account cost 99, and the target of 60 % of 20,000 stays 12,000.

    The bound then counts the drift that the score counts, and the gap is that of rounding.
    """
    lots = [lot("L1", "BTC", 100, 10_000, 100), replace(lot("L2", "BTC", 100, 10_000, 100), account="ira", taxed=False)]
    chosen = portfolio(lots, {"BTC": "0.4", "ETH": "0.6"}, trading_cost_bps=100, drift_penalty="0.03")
    chosen = replace(chosen, prices={"BTC": Decimal(100), "ETH": Decimal(100)}, deferred={"ira": Decimal(0)})
    sold, bought = sale(chosen, chosen.lots[1], Decimal(50)), replace(purchase(chosen, "ETH", Decimal(49)), account="ira")
    rest = after(chosen, [sold, bought])
    assert rest.total == chosen.total
    assert rest.target_value("ETH") == 12_000
    assert drift(rest, ()).value == drift(chosen, [sold, bought]).value
    plan = named(chosen, OPTIMAL)
    assert any(t.account == "ira" for t in plan.trades)
    assert plan.certificate.gap < 1e-6
