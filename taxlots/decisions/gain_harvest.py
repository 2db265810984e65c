"""The other side of harvesting: long-term gains that can be realised within the 0 % band, so that their basis rises without federal tax."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from taxlots import exact
from taxlots.decisions.further_gains import ZERO, FurtherGains
from taxlots.decisions.plan import Trade
from taxlots.decisions.policies import LOT_STEP
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.sale_targets import target_named
from taxlots.decisions.score import sale
from taxlots.tax.kinks import corners, horizon_of

BAND = "zero-ltcg"
_CORNERS = 1000


@dataclass(frozen=True, slots=True)
class GainRung:
    """So many units of a long-term lot sold and bought back: the gain, this year's tax on it after the rungs above, costs and benefit.

    `tax` is 0 federally while losses deducted from other income are not taken up; a state may tax it. `saved_later` is the tax that the
    higher basis saves, by the setting `future_rate`.
    """

    lot: HeldLot
    trade: Trade
    tax: Decimal
    cost: Decimal
    saved_later: Decimal
    net: Decimal
    pays: bool


@dataclass(frozen=True, slots=True)
class ZeroBand:
    """Dollars of long-term gain until the 0 % band ends, the taxable income at which it does, and the gains that fit in, best first."""

    room: Decimal
    top: Decimal
    rungs: tuple[GainRung, ...]


def zero_band(portfolio: Portfolio, account: str | None = None) -> ZeroBand:
    """Gains that fit into the 0 % band of the position as it is: most gain per dollar traded first, the last lot in part."""
    with exact.exactly():
        year = FurtherGains(portfolio.position, portfolio.rulebook)
        top = year.computed(ZERO, ZERO).rates.preferential[0][0]
        room, done = _room(year), ZERO
        rungs = []
        whole = (
            sale(portfolio, lot, lot.quantity)
            for lot in portfolio.lots
            if portfolio.can_sell(lot) and _may(lot) and account in {None, lot.account}
        )
        for trade in sorted((t for t in whole if t.gain > 0), key=_gain_per_dollar, reverse=True):
            if trade.lot is None or done >= room:
                break
            part = trade if trade.gain <= room - done else _part(portfolio, trade, trade.lot, room - done)
            if part.quantity:
                rungs.append(_rung(portfolio, part, trade.lot, year.tax(ZERO, done + part.gain) - year.tax(ZERO, done)))
                done += part.gain
        return ZeroBand(room, top, tuple(rungs))


def _may(lot: HeldLot) -> bool:
    """Whether its gain can be taxed at 0 %: collectibles are in the 28 % group."""
    return lot.long_term and lot.asset_class != "collectible"


def _gain_per_dollar(trade: Trade) -> tuple[Decimal, str]:
    return exact.CONTEXT.divide(trade.gain, trade.value), trade.lot.lot_id if trade.lot else ""


def _part(portfolio: Portfolio, trade: Trade, lot: HeldLot, gain: Decimal) -> Trade:
    """As much of the lot as brings no more than that gain."""
    units = (trade.quantity * gain / trade.gain).quantize(LOT_STEP, ROUND_FLOOR)
    return sale(portfolio, lot, units)


def _rung(portfolio: Portfolio, trade: Trade, lot: HeldLot, tax: Decimal) -> GainRung:
    cost = 2 * trade.value * portfolio.cost_rate
    later = trade.gain * portfolio.terms.future_rate
    net = later - tax - cost
    return GainRung(lot, trade, tax, cost, later, net, net > 0)


def _room(year: FurtherGains) -> Decimal:
    """Dollars of further long-term gain that stay within the band; the measure is straight between corners of the law."""
    target = target_named(BAND, year)
    if target is None:
        raise LookupError(BAND)
    horizon = horizon_of(year.computed(ZERO, ZERO).rates)
    last, measured = ZERO, target.measure(ZERO, ZERO)
    places = [corner.dollars for corner in corners(lambda gain: (year.computed(ZERO, gain), year.state), horizon, _CORNERS)]
    for place in (*places, horizon):
        value = target.measure(ZERO, place)
        if value > 0:
            return last + (place - last) * -measured / (value - measured)
        last, measured = place, value
    return horizon
