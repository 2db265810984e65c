"""Why each trade: in words, with its numbers."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.further_gains import FurtherGains
from taxlots.decisions.plan import Figures, Trade
from taxlots.decisions.policies import first_in, in_order, sell_down
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.score import position_with
from taxlots.decisions.wait import DAYS_OF_YEAR, break_even
from taxlots.tax import tax_due


def explained(portfolio: Portfolio, trades: Sequence[Trade]) -> list[Trade]:
    """The trades, each with its reason."""
    year = FurtherGains(portfolio.position, portfolio.rulebook)
    with exact.exactly():
        told = [_sale(one, one.lot) + _break_even(portfolio, year, one) if one.lot else _purchase(portfolio, one) for one in trades]
    return [trade.because(why) for trade, why in zip(trades, told, strict=True)]


def _break_even(portfolio: Portfolio, year: FurtherGains, trade: Trade) -> str:
    """Of a sale that waits until its gain is long-term: the price then from which on waiting was right."""
    lot = trade.lot
    if lot is None or trade.on is None or trade.gain <= 0 or lot.long_term or trade.term == "short":
        return ""
    with exact.exactly():
        rates = year.tax(trade.gain, Decimal(0)) / trade.gain, year.tax(Decimal(0), trade.gain) / trade.gain
        years = Decimal((trade.on - portfolio.today).days) / DAYS_OF_YEAR
        price = break_even(lot.price, lot.unit_basis, rates, portfolio.terms.interest, years)
        return f"; waiting breaks even at a price of {exact.cents(price)}"


def _sale(trade: Trade, lot: HeldLot) -> str:
    if not lot.taxed:
        return "in a tax-deferred account: not taxed"
    share = trade.gain * 100 / trade.value if trade.value else Decimal(0)
    word = "gain" if trade.gain >= 0 else "loss"
    effect = f"adds {exact.cents(trade.tax)} of tax" if trade.tax >= 0 else f"saves {exact.cents(-trade.tax)} of tax"
    return f"{_since(trade, lot)}; {word} {abs(share):.0f} % of the value; after the trades above it {effect}"


def _since(trade: Trade, lot: HeldLot) -> str:
    if trade.on and trade.term == "long" and not lot.long_term:
        return f"on {trade.on}, when it is long-term"
    if trade.on:
        return f"on {trade.on}"
    if lot.long_term:
        return f"long-term since {lot.long_term_on}"
    return f"short-term until {lot.long_term_on}"


def _purchase(portfolio: Portfolio, trade: Trade) -> str:
    total = portfolio.total
    weight = portfolio.values[trade.asset] * 100 / total if total else Decimal(0)
    wished = portfolio.target(trade.asset).weight * 100
    return f"holds {weight:.1f} % of the portfolio before the trades, target {wished:.1f} %"


def against_first_in(portfolio: Portfolio, trades: Sequence[Trade], counted: Figures) -> list[str]:
    """What the same sales would cost in tax if each asset's earliest lots were sold instead."""
    sold = [trade for trade in trades if trade.lot]
    if not sold or any(trade.on for trade in trades):
        return []
    with exact.exactly():
        wanted: dict[str, Decimal] = {}
        for trade in sold:
            wanted[trade.asset] = wanted.get(trade.asset, Decimal(0)) + trade.value
        more = _tax_by_age(portfolio, wanted) - tax_due(portfolio.position, portfolio.rulebook).total - counted.tax_now
        size = exact.cents(abs(more))
        told = f"{size:,} {'more' if more > 0 else 'less'}" if size else "the same"
        return [f"the same sales by first in, first out would cost {told} tax"]


def _tax_by_age(portfolio: Portfolio, wanted: Mapping[str, Decimal]) -> Decimal:
    """The year's tax if so much of each asset were sold from its earliest lots; alternatives often sell the same."""
    known: dict[tuple[tuple[str, Decimal], ...], Decimal] = portfolio.known.setdefault("tax by age", {})
    key = tuple(sorted(wanted.items()))
    if key not in known:
        instead = [one for asset, value in key for one in sell_down(portfolio, asset, value, in_order(portfolio, asset, first_in))]
        known[key] = tax_due(position_with(portfolio.position, instead), portfolio.rulebook).total
    return known[key]
