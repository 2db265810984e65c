"""Portfolios for the tests of the decisions, by hand and at random."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.rulebook import load
from taxlots.settings import Rebalance, Target
from taxlots.tax import TaxPosition

TODAY = date(2026, 11, 20)


def lot(name, asset, quantity, basis, price, *, long=True, asset_class="digital"):
    """A lot held for two years, or for a month."""
    acquired = datetime(2024, 11, 1, tzinfo=UTC) if long else datetime(2026, 10, 20, tzinfo=UTC)
    turns = (acquired + timedelta(days=366)).date()
    return HeldLot(
        name, asset, asset_class, "kraken", Decimal(quantity), Decimal(basis), Decimal(price), acquired, turns, long, int(name[1:])
    )


def portfolio(lots, targets, position=None, **terms):
    """A portfolio at today's prices; targets as asset -> weight."""
    prices = {one.asset: one.price for one in lots}
    wished = {asset: Target(Decimal(str(weight))) for asset, weight in targets.items()}
    given = Rebalance(**{name: Decimal(str(value)) for name, value in terms.items()})
    filer = position or TaxPosition(year=2026, filing_status="single", wages=Decimal(90000))
    return Portfolio(TODAY, tuple(lots), prices, wished, given, filer, load())


money = st.integers(-60_000, 60_000).map(Decimal)


@st.composite
def positions(draw):
    """Filers around every edge: no income, 0 % bracket, loss limit, investment income tax, 20 % rate; gains, losses, carryovers."""
    return TaxPosition(
        year=draw(st.sampled_from([2024, 2025, 2026])),
        filing_status=draw(st.sampled_from(["single", "married_joint", "married_separate", "head_of_household"])),
        wages=Decimal(draw(st.sampled_from([0, 9000, 17000, 48000, 62000, 66500, 110_000, 190_000, 245_000, 540_000]))),
        interest=Decimal(draw(st.sampled_from([0, 700]))),
        qualified_dividends=Decimal(draw(st.sampled_from([0, 0, 2500]))),
        short_term=draw(money),
        long_term=draw(money),
        carryover_short=Decimal(draw(st.sampled_from([0, 0, 4000]))),
        carryover_long=Decimal(draw(st.sampled_from([0, 0, 9000]))),
        collectibles=Decimal(draw(st.sampled_from([0, 0, 0, -8000, 1000, 30_000]))),
        state_rate=draw(st.sampled_from([None, None, Decimal("0.05")])),
        state=draw(st.sampled_from([None, "CA", "NJ", "PA", "NY", "OH", "TX"])),
    )


@st.composite
def portfolios(draw):
    """Up to four assets with up to eight lots, targets, cash and prices for drift and carryover."""
    assets = ("BTC", "ETH", "SOL", "ADA")[: draw(st.integers(1, 4))]
    prices = {asset: draw(st.integers(1, 400)) for asset in assets}
    lots = []
    for number in range(draw(st.integers(1, 8))):
        asset = draw(st.sampled_from(assets))
        quantity = draw(st.integers(1, 300))
        basis = quantity * draw(st.integers(0, 800))
        lots.append(lot(f"L{number}", asset, quantity, basis, prices[asset], long=draw(st.booleans())))
    weights = draw(st.lists(st.integers(0, 5), min_size=4, max_size=4))
    held = sorted({one.asset for one in lots})
    total = max(1, sum(weights[: len(held)]))
    targets = {asset: Decimal(weight) / total * Decimal("0.9") for asset, weight in zip(held, weights, strict=False)}
    return portfolio(
        lots,
        targets,
        draw(positions()),
        cash=draw(st.sampled_from([0, 500, 20_000])),
        contribution=draw(st.sampled_from([0, 1000])),
        trading_cost_bps=draw(st.sampled_from([0, 15, 60])),
        drift_penalty=draw(st.sampled_from(["0", "0.02", "0.3"])),
        carryforward_value=draw(st.sampled_from(["0", "0.15", "0.3"])),
        future_rate=draw(st.sampled_from(["0", "0.1"])),
    )
