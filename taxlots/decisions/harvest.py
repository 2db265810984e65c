"""The year-end review of losses: what each is worth in this year's netting, not at a rate.

Losses are taken largest first per dollar traded, each valued by the tax that it saves after those before it: so the review is a
ladder whose rungs get cheaper as gains, then 3,000 of ordinary income, then only the carryover are left to meet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.plan import Trade
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.score import position_with, sale
from taxlots.kinds import is_fiat
from taxlots.tax.marginal import Cost, step


@dataclass(frozen=True, slots=True)
class Rung:
    """One lot at a loss, in home currency: the loss, what it saves after the rungs above it, and what that costs.

    `cost` is selling and buying back; `embedded` the later tax on the lower basis; `net` what remains. `window` remarks on
    purchases of the same asset within 30 days.
    """

    lot: HeldLot
    loss: Decimal
    tax_saved: Decimal
    carryover_added: Decimal
    carryover_value: Decimal
    cost: Decimal
    embedded: Decimal
    net: Decimal
    pays: bool
    window: str


def ladder(portfolio: Portfolio) -> list[Rung]:
    """Every lot whose sale today is a loss, best first, each after those above it that pay."""
    with exact.exactly():
        sales = [sale(portfolio, lot, lot.quantity) for lot in portfolio.lots if lot.tradable]
        losing = sorted((t for t in sales if t.gain < 0), key=_loss_per_dollar)
        rungs: list[Rung] = []
        position = portfolio.position
        for trade in losing:
            further = position_with(position, [trade])
            rung = _rung(portfolio, trade, step(position, further, portfolio.rulebook))
            rungs.append(rung)
            if rung.pays:
                position = further
        return rungs


def _loss_per_dollar(trade: Trade) -> tuple[Decimal, str]:
    lot_id = trade.lot.lot_id if trade.lot else ""
    return (trade.gain / trade.value if trade.value else Decimal(-1), lot_id)


def _rung(portfolio: Portfolio, trade: Trade, cost_of_sale: Cost) -> Rung:
    lot = trade.lot
    if lot is None:
        raise TypeError("a rung is the sale of a lot")
    terms = portfolio.terms
    saved, carried = -cost_of_sale.total, cost_of_sale.carryover
    cost = 2 * trade.value * portfolio.cost_rate
    embedded = -trade.gain * terms.future_rate
    net = saved + carried * terms.carryforward_value - cost - embedded
    window = _window(portfolio, lot)
    return Rung(lot, -trade.gain, saved, carried, carried * terms.carryforward_value, cost, embedded, net, net > 0, window)


def _window(portfolio: Portfolio, lot: HeldLot) -> str:
    """Purchases of the same asset in the 30 days before today, and what the law makes of them."""
    days = int(portfolio.rulebook.amount("us/federal/wash_sale/window", portfolio.today))
    since = portfolio.today - timedelta(days=days)
    recent = [
        other for other in portfolio.lots if other.asset == lot.asset and other.lot_id != lot.lot_id and other.acquired.date() >= since
    ]
    bought = f"{len(recent)} lots of {lot.asset} acquired since {since}" if recent else f"no purchase since {since}"
    if wash_sale_applies(portfolio, lot):
        until = portfolio.today + timedelta(days=days)
        return f"{bought}; a purchase from {since} to {until} defers the loss (26 USC 1091)"
    return f"{bought}; no wash sale for digital assets as the law stands (26 USC 1091), bills are pending"


def round_trips(trades: Sequence[Trade]) -> list[str]:
    """A remark where a plan sells an asset at a loss and buys it back on the same day."""
    bought = {trade.asset for trade in trades if trade.side == "buy"}
    both = sorted({trade.asset for trade in trades if trade.lot and trade.gain < 0 and trade.asset in bought})
    if not both:
        return []
    law = "no wash sale for digital assets as the law stands (26 USC 1091), but bills are pending"
    caution = "26 USC 7701(o) asks for economic substance: leave a gap, or ask your accountant"
    return [f"{', '.join(both)}: sold at a loss and bought back on the same day; {law}, and {caution}"]


def wash_sale_applies(portfolio: Portfolio, lot: HeldLot) -> bool:
    """Whether a repurchase defers a loss on this lot (26 USC 1091): for securities, and for digital assets once the law says so."""
    if lot.asset_class in {"security", "fund"}:
        return True
    return portfolio.rulebook.value("us/federal/wash_sale/covers_digital_assets", portfolio.today) is True


def paying_sales(portfolio: Portfolio) -> tuple[list[Trade], list[str]]:
    """Sales of the lots whose loss pays, without those that a wash sale would defer."""
    rungs = [rung for rung in ladder(portfolio) if rung.pays and not is_fiat(rung.lot.asset)]
    free = [rung for rung in rungs if not wash_sale_applies(portfolio, rung.lot)]
    notes = [] if free else ["no loss is worth realising"]
    if len(free) < len(rungs):
        notes.append("losses on securities are left out here: buying back within 30 days would defer them")
    return [sale(portfolio, rung.lot, rung.lot.quantity) for rung in free], notes


def deadline(today: date) -> date:
    """Last trade date that counts for the year (26 USC 451; gains count by trade date)."""
    return date(today.year, 12, 31)
