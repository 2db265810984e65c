"""Which lots to sell: against fixed orders, against every choice of lots on a grid, and by hand."""

from decimal import Decimal
from itertools import accumulate, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from portfolios import lot, portfolio, positions
from taxlots import exact
from taxlots.decisions.further_gains import FurtherGains
from taxlots.decisions.least_tax import stock
from taxlots.decisions.sale_targets import target_named, units_for_cash
from taxlots.decisions.score import position_with, sale
from taxlots.decisions.sell import ORDERS, by_order, sell_quantity, sell_to_target
from taxlots.rulebook import load
from taxlots.tax import TaxPosition, tax_due

RULES = load()
HALF = Decimal("0.5")
UNIT = Decimal("0.00000001")


@st.composite
def holdings(draw, most=4, units=3):
    """Lots of one asset with few units each, large against the brackets, and a filer."""
    price = draw(st.sampled_from([90, 4000, 30_000]))
    lots = []
    for number in range(draw(st.integers(1, most))):
        quantity = draw(st.integers(1, units))
        basis = quantity * price * Decimal(draw(st.integers(0, 16))) / 8
        kind = {"long": draw(st.booleans()), "asset_class": "digital"}
        lots.append(lot(f"L{number}", "BTC", quantity, basis, price, **kind))
    return portfolio(lots, {}, draw(positions()), trading_cost_bps=draw(st.sampled_from([0, 25])))


def added(held, trades):
    """The tax that trades add, straight from `tax_due`."""
    with exact.exactly():
        return tax_due(position_with(held.position, trades), RULES).total - tax_due(held.position, RULES).total


def grid(held, quantity=None):
    """Every choice of lots in half units; of that quantity where one is given."""
    steps = [[HALF * n for n in range(int(one.quantity * 2) + 1)] for one in held.lots]
    for choice in product(*steps):
        if quantity is None or sum(choice) == quantity:
            yield [sale(held, one, units) for one, units in zip(held.lots, choice, strict=True) if units]


@given(holdings(most=8, units=40), st.integers(1, 8))
def test_the_best_order_never_costs_more_than_a_fixed_one(held, eighths):
    """Exactly: tax of the best <= tax of fifo, lifo, hifo and lofo for the same quantity."""
    quantity = sum(one.quantity for one in held.lots) * eighths / 8
    found = sell_quantity(held, held.lots, quantity)
    for name, key in ORDERS.items():
        assert found.best.tax <= added(held, by_order(held, held.lots, key, quantity)), name
    assert found.bound <= found.best.tax
    assert found.gap < Decimal("0.001")  # what a rounded lot unit of an asset of 30,000 can cost: 30,000 x 10^-8 x a rate


@given(holdings(most=6, units=40), st.integers(1, 16))
def test_every_figure_follows_from_the_trades(held, sixteenths):
    """Tax of the whole, tax after each piece, gains, quantity and the other orders, recomputed by `tax_due`: equal, not close."""
    quantity = sum(one.quantity for one in held.lots) * sixteenths / 16
    found = sell_quantity(held, held.lots, quantity)
    trades = [one.trade for one in found.lots]
    with exact.exactly():
        assert sum(t.quantity for t in trades) == quantity == found.quantity
        assert found.best.tax == found.whole.total == added(held, trades)
        sums = accumulate(one.cost.total for one in found.lots)
        for number, total in enumerate(sums, 1):
            assert total == added(held, trades[:number])
        for one in found.lots:
            parts = one.cost
            assert parts.total == parts.ordinary + parts.preferential + parts.amt + parts.niit + parts.state
            assert one.trade.tax == parts.total
        for order in found.orders:
            assert order.tax == added(held, order.trades)
            assert sum(t.quantity for t in order.trades) == quantity
            assert order.gain == sum(t.gain for t in order.trades)
    for one in trades:
        assert 0 < one.quantity <= one.lot.quantity
    assert len({t.lot.lot_id for t in trades}) == len(trades)


@settings(max_examples=60)
@given(holdings(), st.data())
def test_no_choice_of_lots_is_cheaper(held, data):
    """Every choice in half units costs at least the bound, and at least what the answer costs."""
    whole = int(sum(one.quantity for one in held.lots))
    quantity = HALF * data.draw(st.integers(1, 2 * whole))
    found = sell_quantity(held, held.lots, quantity)
    cheapest = min(added(held, trades) for trades in grid(held, quantity))
    assert found.bound <= cheapest
    assert found.best.tax <= cheapest


def test_a_search_over_whole_lots_equals_the_answer():
    """Lots of one unit each at gains that no bracket divides: the cheapest of all choices of two of them is the answer.

    Wages 90,000: 22 % on short-term gain, 15 % on long-term gain. Gains short 10 and 300, long 100 and 200: 10 x 22 % + 100 x 15 % = 17.20.
    """
    lots = [
        lot(f"L{n}", "BTC", 1, 1000 - gain, 1000, long=long)
        for n, (gain, long) in enumerate([(10, False), (300, False), (100, True), (200, True)])
    ]
    held = portfolio(lots, {}, trading_cost_bps=0)
    found = sell_quantity(held, held.lots, Decimal(2))
    assert found.best.tax == Decimal("17.2")
    assert found.best.tax == min(added(held, trades) for trades in grid(held, Decimal(2)))
    assert [(one.lot.lot_id, one.cost.total) for one in found.lots] == [("L0", Decimal("2.2")), ("L2", 15)]


def test_netting_makes_the_cheapest_lots_depend_on_the_year():
    """A short-term loss of 5,000 this year meets a short-term gain first.

    Lots of 10 units at 1,000: short with a gain of 4,000, long with a gain of 3,500. Alone, the long one is taxed at 15 % = 525 and the
    short one at 22 % = 880. With a short-term loss of 5,000 and a long-term gain of 5,000 in the year so far the net is 0, and either
    gain becomes the net long-term gain of the year: the short one 4,000 x 15 % = 600, the long one 3,500 x 15 % = 525. With a
    loss of 20,000 instead, 3,000 of it deducted, neither costs anything.
    """
    lots = [lot("L0", "BTC", 10, 6000, 1000, long=False), lot("L1", "BTC", 10, 6500, 1000)]
    for short, long, taxes in ((0, 0, (880, 525)), (-5000, 5000, (600, 525)), (-20_000, 0, (0, 0))):
        year = TaxPosition(2026, "single", wages=Decimal(90_000), short_term=Decimal(short), long_term=Decimal(long))
        held = portfolio(lots, {}, year, trading_cost_bps=0)
        assert tuple(added(held, [sale(held, one, one.quantity)]) for one in held.lots) == taxes
        assert sell_quantity(held, held.lots, Decimal(10)).best.tax == min(taxes)


def test_the_best_split_may_lie_inside_a_lot():
    """The 0 % band ends inside the long lot, and the rest is cheaper as short-term gain.

    Single, wages 40,000: taxable income 40,000 - 16,100 = 23,900; the 0 % band ends at 49,450, so 25,550 of long-term gain are free, and
    each dollar of short-term gain is taxed at 12 % and pushes a dollar of long-term gain out of the band (15 %), once the band is full.
    Price 1,000; long: 40 units, gain 900 each; short: 40 units, gain 950 each. With L of 40 units long and 40 - L short, while in
    the band (900 L + 950 (40 - L) <= 25,550, L >= 249): never. So beyond it a long unit costs 0.15 x 900 = 135, a short one
    0.12 x 950 + 0.15 x min(950, gain in the band). All 40 long: 36,000 - 25,550 = 10,450 x 15 % = 1,567.50. With S short units the gain
    above the band is 36,000 + 50 S - 25,550 as long as long-term gain is left there, and 12 % of 950 S come on top: more. So all are long.
    """
    lots = [lot("L0", "BTC", 40, 4000, 1000), lot("L1", "BTC", 40, 2000, 1000, long=False)]
    held = portfolio(lots, {}, TaxPosition(2026, "single", wages=Decimal(40_000)), trading_cost_bps=0)
    assert sell_quantity(held, held.lots, Decimal(40)).best.tax == Decimal("1567.5")
    # With short units that gain 100 each instead, one costs 12 + 15 % of 100 = 27 beyond the band and 12 in it, a long one 135 or 0. The
    # least tax is where the gain just fills the band: 900 L + 100 (40 - L) = 25,550, L = 26.9375; 13.0625 short units x 12 = 156.75.
    lots = [lot("L0", "BTC", 40, 4000, 1000), lot("L1", "BTC", 40, 36_000, 1000, long=False)]
    held = portfolio(lots, {}, TaxPosition(2026, "single", wages=Decimal(40_000)), trading_cost_bps=0)
    found = sell_quantity(held, held.lots, Decimal(40))
    assert found.best.tax == found.bound == Decimal("156.75")
    assert {one.lot.lot_id: one.trade.quantity for one in found.lots} == {"L0": Decimal("26.9375"), "L1": Decimal("13.0625")}
    assert min(order.tax for order in found.orders[1:]) > found.best.tax


NAMES = ("zero-tax", "zero-ltcg", "fifteen-ltcg", "gain=0", "gain=20000", "tax=1500")


@settings(max_examples=60)
@given(holdings(), st.sampled_from(NAMES))
def test_a_target_holds_at_every_prefix_and_nothing_larger_keeps_it(held, name):
    """After each piece and half of it; and no choice in half units that keeps the target is larger."""
    year = FurtherGains(held.position, RULES)
    target = target_named(name, year)
    found = sell_to_target(held, held.lots, target)
    sold = found.quantity if found else Decimal(0)

    def measured(trades):
        gains = {term: sum((t.gain for t in trades if t.lot.term == term), Decimal(0)) for term in ("short", "long")}
        return target.measure(gains["short"], gains["long"])

    with exact.exactly():
        pieces = [one.trade for one in found.lots] if found else []
        for number, piece in enumerate(pieces):
            for part in (piece, sale(held, piece.lot, (piece.quantity / 2).quantize(UNIT))):
                assert measured([*pieces[:number], part]) <= target.limit + Decimal("1e-12")
        largest = max(sum((t.quantity for t in trades), Decimal(0)) for trades in grid(held) if measured(trades) <= target.limit)
        assert largest <= sold + UNIT


def test_targets_by_hand():
    """Single, wages 40,000 in 2026: taxable income 23,900; the 0 % band ends at 49,450, 25,550 from there.

    Long lots of 10 units: gain 1,200 a unit (12,000) and 2,700 a unit; short: gain 900 a unit. Price 3,000.
    zero-tax and zero-ltcg: 12,000, then 13,550 of the second: 13,550 / 2,700 = 5.01851851 units. fifteen-ltcg: both long lots whole.
    gain=6000: highest basis first whatever the term: 6,000 / 900 = 6.66666666 short units.
    tax=100: 12 % x 900 = 108 a short unit, but short-term gain also pushes long-term gain out of the band, so it is sold with less
    long-term gain: each short unit takes the room of 900 / 2,700 = 1/3 of a long unit. A short unit for 108 against 2/3 of a unit more:
    100 of tax bring 100 / 108 short units less a third of as many long ones; or 100 / 0.15 = 666.67 of long-term gain beyond the band,
    0.2469 units. The first is better: 15.01851851 + 100 / 108 x 2 / 3 = 15.63580247.
    """
    lots = [
        lot("L0", "ETH", 10, 3000, 3000),
        lot("L1", "ETH", 10, 18_000, 3000),
        lot("L2", "ETH", 10, 21_000, 3000, long=False),
    ]
    held = portfolio(lots, {}, TaxPosition(2026, "single", wages=Decimal(40_000)), trading_cost_bps=0)
    year = FurtherGains(held.position, RULES)
    expected = {
        "zero-tax": "15.01851851",
        "zero-ltcg": "15.01851851",
        "fifteen-ltcg": "20",
        "gain=6000": "6.66666666",
        "tax=100": "15.63580246",
    }
    for name, quantity in expected.items():
        found = sell_to_target(held, held.lots, target_named(name, year))
        assert abs(found.quantity - Decimal(quantity)) <= 2 * UNIT, name
    assert sell_to_target(held, held.lots, target_named("gain=0", year)) is None


@pytest.mark.parametrize("name", ["zero", "gain", "gain=", "gain=x", "tax=-1", "gain=-0.01", "tax=inf", "tax=nan", ""])
def test_no_target(name):
    """Unknown names, and amounts that nothing sold would not keep."""
    assert target_named(name, FurtherGains(TaxPosition(2026, "single"), RULES)) is None


@given(holdings(most=3), st.integers(1, 99))
def test_cash_is_reached_with_the_fewest_units(held, percent):
    """With cost, and with the tax too: the units bring the cash, a lot unit less does not."""
    owned = stock(held, held.lots)
    with exact.exactly():
        net = held.lots[0].price * (1 - held.cost_rate)
        cash = net * owned.units * percent / 100
        assert abs(units_for_cash(owned, held.lots[0].price, held.cost_rate, cash, tax_too=False) - cash / net) < UNIT
        units = units_for_cash(owned, held.lots[0].price, held.cost_rate, cash, tax_too=True)
        assume(units is not None)
        left = units * net - max(Decimal(0), sell_quantity(held, held.lots, units).best.tax)
        assert left >= cash - Decimal("0.001")
        if units > UNIT:
            less = units - UNIT
            assert less * net - max(Decimal(0), sell_quantity(held, held.lots, less).bound) < cash


def test_kinks_on_the_way():
    """Single, wages 90,000: 73,900 taxable. 22 % up to 105,700, so 31,800 of short-term gain: at 900 a unit 35.3333 units.

    Net investment income tax begins at an AGI of 200,000: 110,000 of gain, 122.2222 units, where the rate is 24 % (to 201,775 of taxable
    income). Sold are 40, the rest is beyond the sale.
    """
    lots = [lot("L0", "ETH", 200, 200_000, 1900, long=False)]
    held = portfolio(lots, {}, trading_cost_bps=0)
    found = sell_quantity(held, held.lots, Decimal(40))
    first, second = found.kinks[:2]
    assert (exact.cents(first.quantity), first.sold, first.rate_before, first.rate_after) == (
        Decimal("35.33"),
        True,
        *rates("0.22", "0.24"),
    )
    assert (exact.cents(second.quantity), second.sold) == (Decimal("122.22"), False)
    assert (second.rate_before, second.rate_after) == rates("0.24", "0.278")
    assert "net investment income" in second.what


def rates(*texts):
    """Decimals."""
    return tuple(Decimal(text) for text in texts)


def test_collectibles_keep_their_group():
    """Long-term gain on a collectible: 28 % at most; in the 22 % bracket 22 % (26 USC 1(h)(4)). 1,000 of gain: 220; a security's: 150."""
    for asset_class, tax in (("collectible", 220), ("security", 150)):
        held = portfolio([lot("L0", "GLD", 1, 1000, 2000, asset_class=asset_class)], {}, trading_cost_bps=0)
        found = sell_quantity(held, held.lots, Decimal(1))
        assert found.best.tax == tax == found.bound


def test_of_equal_taxes_the_order_that_leaves_more_for_later_years():
    """In the 0 % band every long lot is free: with future_rate the lowest basis is sold, and the higher stay; without, the highest.

    Single, wages 30,000: room 49,450 - 13,900 = 35,550. Gains 100 and 900.
    """
    lots = [lot("L0", "BTC", 1, 900, 1000), lot("L1", "BTC", 1, 100, 1000)]
    year = TaxPosition(2026, "single", wages=Decimal(30_000))
    for rate, sold in (("0", "L0"), ("0.15", "L1")):
        held = portfolio(lots, {}, year, trading_cost_bps=0, future_rate=rate)
        found = sell_quantity(held, held.lots, Decimal(1))
        assert (found.best.tax, [one.lot.lot_id for one in found.lots]) == (0, [sold])


def test_a_jump_of_a_state_is_kept_below():
    """New Jersey taxes nothing up to a gross income of 10,000 and all of it beyond: the best split stays below where it can.

    Wages 9,000 and a state deduction of 0: 1,000 of gain are left. One unit of either lot: gain 900 (long) or 1,200 (short).
    """
    lots = [lot("L0", "BTC", 2, 200, 1000), lot("L1", "BTC", 2, 1600, 1000, long=False)]
    year = TaxPosition(2026, "single", wages=Decimal(9000), state="NJ", state_deductions=Decimal(0))
    held = portfolio(lots, {}, year, trading_cost_bps=0)
    found = sell_quantity(held, held.lots, Decimal(2))
    assert found.best.tax == min(added(held, trades) for trades in grid(held, Decimal(2))) == found.bound
