"""Why each trade: in words, with its numbers."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.plan import Figures, Trade
from taxlots.decisions.policies import first_in, sell_down
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.score import figures


def explained(portfolio: Portfolio, trades: Sequence[Trade]) -> list[Trade]:
    """The trades, each with its reason."""
    return [replace(trade, why=_sale(trade, trade.lot) if trade.lot else _purchase(portfolio, trade)) for trade in trades]


def _sale(trade: Trade, lot: HeldLot) -> str:
    with exact.exactly():
        share = trade.gain * 100 / trade.value if trade.value else Decimal(0)
        word = "gain" if trade.gain >= 0 else "loss"
        effect = f"adds {exact.cents(trade.tax)} of tax" if trade.tax >= 0 else f"saves {exact.cents(-trade.tax)} of tax"
        return f"{_since(lot)}; {word} {abs(share):.0f} % of the value; after the trades above it {effect}"


def _since(lot: HeldLot) -> str:
    if lot.long_term:
        return f"long-term since {lot.long_term_on}"
    return f"short-term until {lot.long_term_on}"


def _purchase(portfolio: Portfolio, trade: Trade) -> str:
    with exact.exactly():
        total = portfolio.total
        weight = portfolio.values[trade.asset] * 100 / total if total else Decimal(0)
        wished = portfolio.target(trade.asset).weight * 100
        return f"holds {weight:.1f} % of the portfolio before the trades, target {wished:.1f} %"


def against_first_in(portfolio: Portfolio, trades: Sequence[Trade], counted: Figures) -> list[str]:
    """What the same sales would cost in tax if each asset's earliest lots were sold instead."""
    sold = [trade for trade in trades if trade.lot]
    if not sold:
        return []
    with exact.exactly():
        wanted: dict[str, Decimal] = {}
        for trade in sold:
            wanted[trade.asset] = wanted.get(trade.asset, Decimal(0)) + trade.value
        lots = sorted(portfolio.lots, key=first_in)
        instead = [sale for asset, value in wanted.items() for sale in sell_down(portfolio, asset, value, lots)]
        more = figures(portfolio, instead).tax_now - counted.tax_now
        word = "more" if more >= 0 else "less"
        return [f"the same sales by first in, first out would cost {exact.cents(abs(more))} {word} tax"]
