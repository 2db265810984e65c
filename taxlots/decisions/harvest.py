"""The year-end review of losses: what each is worth in this year's netting, not at a rate.

Losses are taken largest first per dollar traded, each valued by the tax that it saves after those before it: so the review is a
ladder whose rungs get cheaper as gains, then 3,000 of ordinary income, then only the carryover are left to meet.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.further_gains import FurtherGains
from taxlots.decisions.loss_steps import Step, steps
from taxlots.decisions.plan import Trade
from taxlots.decisions.portfolio import ZERO, HeldLot, Portfolio
from taxlots.decisions.score import position_with, sale
from taxlots.decisions.wash_window import Window, wash_sale_applies, window_of
from taxlots.kinds import is_fiat
from taxlots.lots.wash_sales import COVERED
from taxlots.tax import tax_due
from taxlots.tax.marginal import cost_between

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Rung:
    """One lot at a loss, in home currency: the loss, what it saves after the rungs above it, and what that costs.

    `allowed` is the part of the loss that purchases in the wash-sale window do not defer; everything after it is of that part.
    `cost` is selling and buying back; `embedded` the later tax on the lower basis; `net` what remains. `steps` are what the loss
    offsets, dollar by dollar.
    """

    lot: HeldLot
    loss: Decimal
    allowed: Decimal
    tax_saved: Decimal
    carryover_added: Decimal
    carryover_value: Decimal
    cost: Decimal
    embedded: Decimal
    net: Decimal
    pays: bool
    steps: tuple[Step, ...]
    wash: Window

    @property
    def window(self) -> str:
        """The wash-sale window in words."""
        return self.wash.remark


def ladder(portfolio: Portfolio, account: str | None = None) -> list[Rung]:
    """Every lot whose sale today is a loss, best first, each after those above it that pay; of one account alone where one is given."""
    with exact.exactly():
        sales = [sale(portfolio, lot, lot.quantity) for lot in portfolio.lots if portfolio.can_sell(lot) and account in {None, lot.account}]
        losing = sorted((t for t in sales if t.gain < 0), key=_loss_per_dollar)
        rungs: list[Rung] = []
        above = portfolio
        taken: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for trade in losing:
            rung, counted = _rung(above, trade, taken[trade.asset])
            rungs.append(rung)
            if rung.pays:
                taken[trade.asset] += rung.wash.deferred
                above = replace(above, position=position_with(above.position, [counted]))
        return rungs


def _loss_per_dollar(trade: Trade) -> tuple[Decimal, str]:
    lot_id = trade.lot.lot_id if trade.lot else ""
    return (trade.gain / trade.value if trade.value else Decimal(-1), lot_id)


def _rung(above: Portfolio, trade: Trade, taken: Decimal) -> tuple[Rung, Trade]:
    """A rung after those above it, and the sale with the part of the loss that counts."""
    lot = trade.lot
    if lot is None:
        raise TypeError("a rung is the sale of a lot")
    terms = above.terms
    wash = window_of(above, lot, taken)
    counted = replace(trade, gain=_allowed(trade.gain, wash.deferred, lot.quantity)) if wash.deferred else trade
    year = FurtherGains(above.position, above.rulebook, collectible=lot.asset_class == "collectible")
    gains = (ZERO, counted.gain) if lot.long_term else (counted.gain, ZERO)
    found = cost_between(year.computed(ZERO, ZERO), year.computed(*gains))
    saved, carried = -found.total, found.carryover
    cost = 2 * trade.value * above.cost_rate
    embedded = -counted.gain * terms.future_rate
    net = saved + carried * terms.carryforward_value - cost - embedded
    down = tuple(steps(year, lot.term, -counted.gain))
    value = carried * terms.carryforward_value
    return Rung(lot, -trade.gain, -counted.gain, saved, carried, value, cost, embedded, net, net > 0, down, wash), counted


def _allowed(gain: Decimal, deferred: Decimal, quantity: Decimal) -> Decimal:
    """The part of a loss that falls on the units whose loss is not deferred."""
    left = exact.CONTEXT.subtract(quantity, deferred)
    return exact.to_decimal(exact.share(exact.to_units(gain), exact.to_units(left), exact.to_units(quantity)))


def round_trips(trades: Sequence[Trade]) -> list[str]:
    """A remark where a plan sells an asset at a loss and buys it back on the same day."""
    bought = {trade.asset for trade in trades if trade.side == "buy"}
    both = sorted({trade.asset for trade in trades if trade.lot and trade.gain < 0 and trade.asset in bought})
    if not both:
        return []
    law = "no wash sale for digital assets as the law stands (26 USC 1091), but bills are pending"
    caution = "26 USC 7701(o) asks for economic substance: leave a gap, or ask your accountant"
    return [f"{', '.join(both)}: sold at a loss and bought back on the same day; {law}, and {caution}"]


def paying_sales(portfolio: Portfolio) -> tuple[list[Trade], list[str]]:
    """Sales of the lots whose loss pays, without those that a wash sale would defer."""
    paying = [trade for trade in _paying(portfolio) if not is_fiat(trade.asset)]
    free = [trade for trade in paying if trade.lot and not wash_sale_applies(portfolio, trade.lot)]
    notes = [] if free else ["no loss is worth realising"]
    if len(free) < len(paying):
        notes.append("losses on securities are left out here: buying back within 30 days would defer them")
    return free, notes


def _paying(portfolio: Portfolio) -> list[Trade]:
    """The sales of the ladder's rungs that pay, without what else a rung tells."""
    terms = portfolio.terms
    taken: dict[str, Decimal] = defaultdict(lambda: ZERO)
    with exact.exactly():
        sales = [sale(portfolio, lot, lot.quantity) for lot in portfolio.lots if portfolio.can_sell(lot)]
        position, due = portfolio.position, tax_due(portfolio.position, portfolio.rulebook)
        kept = []
        for trade in sorted((t for t in sales if t.gain < 0), key=_loss_per_dollar):
            covered = trade.lot is not None and wash_sale_applies(portfolio, trade.lot)
            deferred = window_of(portfolio, trade.lot, taken[trade.asset]).deferred if covered and trade.lot else ZERO
            counted = replace(trade, gain=_allowed(trade.gain, deferred, trade.quantity)) if deferred else trade
            place = position_with(position, [counted])
            after = tax_due(place, portfolio.rulebook)
            carried = after.carryover_short + after.carryover_long - due.carryover_short - due.carryover_long
            worth = due.total - after.total + carried * terms.carryforward_value + counted.gain * terms.future_rate
            if worth > 2 * trade.value * portfolio.cost_rate:
                kept.append(trade)
                taken[trade.asset] += deferred
                position, due = place, after
        return kept


def deadline(today: date) -> date:
    """Last trade date that counts for the year (26 USC 451; gains count by trade date)."""
    return date(today.year, 12, 31)


def last_weekday(portfolio: Portfolio) -> date | None:
    """The last weekday of the year, where securities are held and the year ends on a weekend, on which exchanges are closed."""
    end = deadline(portfolio.today)
    if end.weekday() < SATURDAY or not any(lot.asset_class in COVERED for lot in portfolio.lots):
        return None
    return end - timedelta(days=end.weekday() - SATURDAY + 1)
