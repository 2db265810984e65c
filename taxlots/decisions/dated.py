"""Alternatives with several dates: sales that wait until a gain is long-term, and trims in tranches.

They are scored at today's prices, on this year's law, and so carry a price risk that a plan of today does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import accumulate

from dateutil.relativedelta import relativedelta

from taxlots import exact
from taxlots.decisions.further_gains import FurtherGains
from taxlots.decisions.plan import Trade
from taxlots.decisions.policies import affordable, highest_basis, rebalanced, sell_down, to_targets, worth_while
from taxlots.decisions.portfolio import ZERO, HeldLot, Portfolio
from taxlots.decisions.score import cash_after, sale

STEPS = {
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
}
RISK = "scored at today's prices; a trade that waits carries the risk of the price until then"
Answer = tuple[list[Trade], list[str]]


def cash_low(portfolio: Portfolio, trades: Sequence[Trade]) -> Decimal:
    """The least cash on any day of the trades."""
    by_day: dict[date, list[Trade]] = {portfolio.today: []}
    for trade in trades:
        by_day.setdefault(trade.on or portfolio.today, []).append(trade)
    with exact.exactly():
        flows = (cash_after(portfolio, by_day[day]) - portfolio.money for day in sorted(by_day))
        return portfolio.money + min(accumulate(flows))


def defer(portfolio: Portfolio) -> Answer:
    """To the targets, highest unit basis first; a short-term gain whose tax falls once it is long-term waits for that day."""
    changes = to_targets(portfolio)
    trades, notes = rebalanced(portfolio, changes, highest_basis)
    sales = _waiting(portfolio, [t for t in trades if t.lot])
    sales = _raised_today(portfolio, sales)
    if not any(t.on for t in sales):
        return trades, [*notes, "no sale of these is better after its lot turns long-term"]
    wanted = {asset: change for asset, change in changes.items() if change > 0}
    return _with_purchases(portfolio, sales, wanted), [*notes, RISK]


def _waiting(portfolio: Portfolio, sales: Sequence[Trade]) -> list[Trade]:
    """The sales, those that are better as long-term gains on that day."""
    year = FurtherGains(portfolio.position, portfolio.rulebook)
    found = []
    for trade in sales:
        waits = trade.lot is not None and trade.term == "short" and trade.gain > 0
        better = waits and year.tax(trade.gain, ZERO) > year.tax(ZERO, trade.gain)
        found.append(replace(trade, on=trade.lot.long_term_on) if better and trade.lot else trade)
    return _not_too_small(portfolio, _in_units_each_day(portfolio, found))


def _in_units_each_day(portfolio: Portfolio, sales: Sequence[Trade]) -> list[Trade]:
    """Of what is traded in whole units only: whole units on each day, what is missing to one taken from the days after it."""
    by_place: dict[tuple[str, str], list[Trade]] = {}
    for trade in sales:
        by_place.setdefault((trade.account, trade.asset), []).append(trade)
    found: list[Trade] = []
    for (_, asset), mine in by_place.items():
        found += _rounded_up(portfolio, mine) if portfolio.is_whole(asset) and len(mine) > 1 else mine
    return found


def _rounded_up(portfolio: Portfolio, sales: Sequence[Trade]) -> list[Trade]:
    """The sales of one asset in one account; the last day keeps what is left, which is whole units or completes the position."""
    units: dict[tuple[date | None, str], Trade] = {}
    for trade in (t for t in sales if t.lot):  # a lot may be in two parts that have come to be sold on one day
        key = trade.on, trade.lot.lot_id if trade.lot else ""
        more = units[key].quantity if key in units else ZERO
        units[key] = replace(sale(portfolio, trade.lot, exact.CONTEXT.add(trade.quantity, more)), on=trade.on) if trade.lot else trade
    left = sorted(units.values(), key=lambda trade: trade.on or portfolio.today)
    found: list[Trade] = []
    while left:
        day = left[0].on
        with exact.exactly():
            sold = sum((trade.quantity for trade in left if trade.on == day), ZERO)
            missing = -sold % 1 + (1 if sold % 1 else 0)
        kept: list[Trade] = []
        for trade in left:
            with exact.exactly():
                part = trade.quantity if trade.on == day else min(missing, trade.quantity)
                missing -= ZERO if trade.on == day else part
                rest = trade.quantity - part
            if part and trade.lot:
                found.append(replace(sale(portfolio, trade.lot, part), on=day))
            if rest and trade.lot:
                kept.append(replace(sale(portfolio, trade.lot, rest), on=trade.on))
        left = kept
    return found


def _not_too_small(portfolio: Portfolio, sales: Sequence[Trade]) -> list[Trade]:
    """No sale of an asset on a day is below the minimum trade: an asset of which one would be is sold today."""
    sums: dict[tuple[date | None, str], Decimal] = {}
    with exact.exactly():
        for trade in sales:
            sums[trade.on, trade.asset] = sums.get((trade.on, trade.asset), ZERO) + trade.value
    small = {asset for (_, asset), value in sums.items() if value < portfolio.terms.min_trade}
    return [replace(t, on=None) if t.asset in small else t for t in sales]


def _raised_today(portfolio: Portfolio, sales: list[Trade]) -> list[Trade]:
    """As many of the waiting sales today as a withdrawal needs, those with least gain first."""
    waiting = sorted((n for n, t in enumerate(sales) if t.on), key=lambda n: sales[n].gain)
    for number in waiting:
        if cash_low(portfolio, sales) >= portfolio.terms.cash_reserve:
            break
        sales[number] = replace(sales[number], on=None)
    return _not_too_small(portfolio, _in_units_each_day(portfolio, sales))


def _with_purchases(portfolio: Portfolio, sales: Sequence[Trade], wanted: Mapping[str, Decimal]) -> list[Trade]:
    """Sales and purchases by day: bought as soon as the money is there."""
    done: list[Trade] = []
    left = dict(wanted)
    for day in sorted({t.on or portfolio.today for t in sales} | {portfolio.today}):
        done += [t for t in sales if (t.on or portfolio.today) == day]
        when = None if day == portfolio.today else day
        for trade in affordable(portfolio, {asset: value for asset, value in left.items() if value > 0}, done, []):
            done.append(replace(trade, on=when))
            left[trade.asset] = exact.CONTEXT.subtract(left[trade.asset], trade.value)
    return done


def tranche_days(portfolio: Portfolio) -> list[date | None]:
    """The days of the tranches, None for today; by the year the later ones are in the first days of January."""
    every, count = portfolio.terms.tranche_every, int(portfolio.terms.tranches)
    if every == "year":
        return [None, *(date(portfolio.today.year + n, 1, 2) for n in range(1, count))]
    return [None, *(portfolio.today + STEPS[every] * n for n in range(1, count))]


def graduated(portfolio: Portfolio) -> Answer:
    """The trims in equal tranches, highest unit basis first in each, and the purchases as the money comes in."""
    changes, days = to_targets(portfolio), tranche_days(portfolio)
    sales = _tranches(portfolio, changes, days)
    wanted = {asset: change for asset, change in changes.items() if change > 0}
    notes = [f"{len(days)} tranches, one each {portfolio.terms.tranche_every}", RISK]
    if cash_low(portfolio, sales) < portfolio.terms.cash_reserve:
        sales, notes = _tranches(portfolio, changes, [None]), ["the withdrawal needs all sales today, so there is one tranche"]
    return _with_purchases(portfolio, sales, wanted), notes if sales else []


def _tranches(portfolio: Portfolio, changes: Mapping[str, Decimal], days: Sequence[date | None]) -> list[Trade]:
    """Equal parts of what each asset is above its target, one a day; less than a minimum trade is left."""
    whole = {lot.lot_id: lot for lot in portfolio.lots}
    with exact.exactly():
        sales: list[Trade] = []
        for asset, change in sorted(changes.items()):
            left = sorted(portfolio.lots_of.get(asset, ()), key=highest_basis) if change < 0 else []
            for day in days if left else ():
                sold = worth_while(portfolio, sell_down(portfolio, asset, -change / len(days), left))
                sales += [replace(sale(portfolio, whole[t.lot.lot_id], t.quantity), on=day) for t in sold if t.lot]
                left = _without(left, {t.lot.lot_id: t.quantity for t in sold if t.lot})
        return sales


def _without(lots: Sequence[HeldLot], sold: Mapping[str, Decimal]) -> list[HeldLot]:
    """What is left of the lots; the unit basis stays."""
    rest = []
    for lot in lots:
        quantity = lot.quantity - sold.get(lot.lot_id, ZERO)
        if quantity > 0:
            rest.append(replace(lot, quantity=quantity, basis=lot.unit_basis * quantity) if quantity < lot.quantity else lot)
    return rest
