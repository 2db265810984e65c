"""Why each trade: in words, with its numbers."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.plan import Trade
from taxlots.decisions.portfolio import HeldLot, Portfolio


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
