"""Exact figures of a list of trades: the tax by the same `tax_due` as the reports, never by a rate per lot."""

from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from itertools import accumulate
from math import sqrt

import pandas as pd

from taxlots import exact
from taxlots.decisions.plan import Drift, Figures, Trade
from taxlots.decisions.portfolio import ZERO, HeldLot, Portfolio
from taxlots.tax import TaxDue, TaxPosition, tax_due
from taxlots.tax.many import tax_due_many

ONE_BY_ONE = 150


def sale(portfolio: Portfolio, lot: HeldLot, quantity: Decimal) -> Trade:
    """Sale of part of a lot at today's price; the gain is after the selling cost and with the basis share of the piece.

    What a tax-deferred account holds realises no gain.
    """
    sales: dict[tuple[int, Decimal], Trade] = portfolio.known.setdefault("sales", {})
    known = sales.get((id(lot), quantity))
    if known is not None and known.lot is lot:
        return known
    with exact.exactly():
        value = quantity * lot.price
        basis = lot.basis if quantity == lot.quantity else _share(lot, quantity)
        gain = value - value * portfolio.cost_rate - basis if lot.taxed else ZERO
        found = Trade("sell", lot.asset, lot.account, quantity, value, gain, lot)
        sales[id(lot), quantity] = found
        return found


def _share(lot: HeldLot, quantity: Decimal) -> Decimal:
    return exact.to_decimal(exact.share(exact.to_units(lot.basis), exact.to_units(quantity), exact.to_units(lot.quantity)))


def purchase(portfolio: Portfolio, asset: str, quantity: Decimal) -> Trade:
    """Purchase at today's price; its cost is paid on top of the value."""
    value = exact.CONTEXT.multiply(quantity, portfolio.prices[asset])
    return Trade("buy", asset, portfolio.home_account(asset), quantity, value)


def figures(portfolio: Portfolio, trades: Sequence[Trade]) -> Figures:
    """All figures of the trades; amounts unrounded."""
    with exact.exactly():
        last = max((year_of(portfolio, t) for t in trades), default=portfolio.today.year)
        before, after = _dues(portfolio, (), last), _dues(portfolio, trades, last)
        terms = portfolio.terms
        turnover = sum((t.value for t in trades), ZERO)
        cost = turnover * portfolio.cost_rate
        gains = {term: sum((t.gain for t in trades if t.lot and t.term == term), ZERO) for term in ("short", "long")}
        more = [one.total - other.total for one, other in zip(after, before, strict=True)]
        carryover_value = terms.carryforward_value * (_carried(after[-1]) - _carried(before[-1]))
        future = terms.future_rate * (gains["short"] + gains["long"])
        drift_before, drift_after = drift(portfolio, ()), drift(portfolio, trades)
        cost_before, cost_after = (drift_cost(portfolio, part, one) for part, one in (((), drift_before), (trades, drift_after)))
        return Figures(
            tax_now=more[0],
            tax_later=sum(more[1:], ZERO),
            carryover_value=carryover_value,
            trading_cost=cost,
            future_tax_saved=future,
            drift_before=drift_before,
            drift_after=drift_after,
            drift_cost_before=cost_before,
            drift_cost=cost_after,
            short_term_gain=gains["short"],
            long_term_gain=gains["long"],
            turnover=turnover,
            cash_after=cash_after(portfolio, trades),
            after_tax_value=_after_tax_value(portfolio, trades, after[-1], sum(more, ZERO)),
            tracking_error=tracking_error(portfolio, trades),
            score=carryover_value + future - sum(more, ZERO) - cost - (cost_after - cost_before),
        )


def year_of(portfolio: Portfolio, trade: Trade) -> int:
    """The tax year of a trade."""
    return (trade.on or portfolio.today).year


def position_with(position: TaxPosition, trades: Sequence[Trade]) -> TaxPosition:
    """The position after the trades' gains."""
    with exact.exactly():
        sums = {"short": position.short_term, "long": position.long_term}
        collectibles = position.collectibles
        for trade in trades:
            if trade.lot:
                sums[trade.term] += trade.gain
                collectibles += trade.gain if _is_collectible_gain(trade) else ZERO
        return replace(position, short_term=sums["short"], long_term=sums["long"], collectibles=collectibles)


def next_year(position: TaxPosition, due: TaxDue) -> TaxPosition:
    """The year after, taken to be like this one in law and in everything but gains, with the loss that is carried into it."""
    rest = replace(position, short_term=ZERO, long_term=ZERO, collectibles=ZERO)
    return replace(rest, carryover_short=due.carryover_short, carryover_long=due.carryover_long)


def _dues(portfolio: Portfolio, trades: Sequence[Trade], last: int) -> list[TaxDue]:
    """The tax of this year and of each to the last, with the trades of each."""
    position, found = portfolio.position, []
    for year in range(portfolio.today.year, last + 1):
        due = tax_due(position_with(position, [t for t in trades if year_of(portfolio, t) == year]), portfolio.rulebook)
        found.append(due)
        position = next_year(position, due)
    return found


def _carried(due: TaxDue) -> Decimal:
    return due.carryover_short + due.carryover_long


def cash_after(portfolio: Portfolio, trades: Sequence[Trade]) -> Decimal:
    """Cash that remains after costs, outside of tax-deferred accounts; tax is paid later, from elsewhere, unless said otherwise."""
    with exact.exactly():
        mine = [t for t in trades if t.account not in portfolio.deferred]
        flows = (t.value if t.side == "sell" else -t.value for t in mine)
        cost = portfolio.cost_rate * sum((t.value for t in mine), ZERO)
        return portfolio.money + sum(flows, ZERO) - cost


def away(portfolio: Portfolio, trades: Sequence[Trade]) -> dict[str, Decimal]:
    """Value less target value of each asset after the trades."""
    values = dict(portfolio.values)
    for trade in trades:
        values[trade.asset] = values.get(trade.asset, ZERO) + (trade.value if trade.side == "buy" else -trade.value)
    return {asset: value - portfolio.target_value(asset) for asset, value in values.items()}


def drift_cost(portfolio: Portfolio, trades: Sequence[Trade], found: Drift) -> Decimal:
    """What the drift after the trades is taken to cost: by the dollar out of place, and by the tracking variance."""
    cost = portfolio.terms.drift_penalty * found.value
    if portfolio.covariance is None or portfolio.total <= 0:
        return cost
    variance = Decimal(portfolio.covariance.variance(away(portfolio, trades)))
    return cost + portfolio.aversion * variance / portfolio.total


def tracking_error(portfolio: Portfolio, trades: Sequence[Trade]) -> float | None:
    """Yearly tracking error against the targets, as a fraction; None without a covariance."""
    if portfolio.covariance is None or portfolio.total <= 0:
        return None
    return sqrt(portfolio.covariance.variance(away(portfolio, trades))) / float(portfolio.total)


def drift(portfolio: Portfolio, trades: Sequence[Trade]) -> Drift:
    """Drift after the trades, against V before costs."""
    with exact.exactly():
        gaps = [abs(gap) for gap in away(portfolio, trades).values()]
        total = portfolio.total
        points = [gap * 100 / total if total > 0 else ZERO for gap in gaps]
        return Drift(sum(points, ZERO), max(points, default=ZERO), sum(gaps, ZERO))


def _after_tax_value(portfolio: Portfolio, trades: Sequence[Trade], due: TaxDue, tax: Decimal) -> Decimal:
    """Value at the horizon after the tax on selling everything then, everything growing alike and cash with it.

    The sale then is long-term, on a return that is otherwise this year's, with this plan's carryover brought in, and the growth of
    cash is taxed like that of an asset: so alternatives differ by tax timing and cost, not by a forecast. Tax-deferred accounts grow
    beside it and are not taxed.
    """
    cash = cash_after(portfolio, trades) - tax
    mine = [t for t in trades if t.account not in portfolio.deferred]
    lots = [lot for lot in portfolio.lots if lot.taxed]
    held = sum((lot.value for lot in lots), ZERO) + sum((t.value if t.side == "buy" else -t.value for t in mine), ZERO)
    growth = (1 + portfolio.terms.growth) ** portfolio.terms.horizon_years
    end = (held + cash) * growth
    basis = cash + sum((lot.basis for lot in lots), ZERO)
    for trade in mine:
        basis += -_basis_sold(portfolio, trade) if trade.lot else trade.value * (1 + portfolio.cost_rate)
    rest = next_year(portfolio.position, due)
    sold = replace(rest, long_term=end - basis)
    taxed = tax_due(sold, portfolio.rulebook).total - tax_due(rest, portfolio.rulebook).total
    return end - taxed + _deferred_value(portfolio, trades) * growth


def _deferred_value(portfolio: Portfolio, trades: Sequence[Trade]) -> Decimal:
    """What tax-deferred accounts are worth after the trades: those cost, and move no money in or out."""
    inside = sum(portfolio.deferred.values(), ZERO) + sum((lot.value for lot in portfolio.lots if not lot.taxed), ZERO)
    return inside - portfolio.cost_rate * sum((t.value for t in trades if t.account in portfolio.deferred), ZERO)


def _basis_sold(portfolio: Portfolio, trade: Trade) -> Decimal:
    return trade.value - trade.value * portfolio.cost_rate - trade.gain


def attributed(portfolio: Portfolio, trades: Sequence[Trade]) -> list[Trade]:
    """The trades with the tax that each adds to those before it in its year; those of this year add up to `tax_now`.

    Of more than some hundred sales the steps are computed by column, to 0.000001; the last one takes up what they are off together.
    """
    with exact.exactly():
        result, position = list(trades), portfolio.position
        for year in range(portfolio.today.year, max((year_of(portfolio, t) for t in trades), default=0) + 1):
            mine = [n for n, t in enumerate(trades) if t.lot and year_of(portfolio, t) == year]
            totals = _running(portfolio, position, [trades[n] for n in mine])
            for number, before, after in zip(mine, totals, totals[1:], strict=False):
                result[number] = trades[number].with_tax(after - before)
            due = tax_due(position_with(position, [trades[n] for n in mine]), portfolio.rulebook)
            position = next_year(position, due)
        return result


def _running(portfolio: Portfolio, position: TaxPosition, sales: Sequence[Trade]) -> list[Decimal]:
    """The year's tax before the sales and after each."""
    gains = {
        "short_term": [ZERO if trade.term == "long" else trade.gain for trade in sales],
        "long_term": [trade.gain if trade.term == "long" else ZERO for trade in sales],
        "collectibles": [trade.gain if _is_collectible_gain(trade) else ZERO for trade in sales],
    }
    moved = {name: list(accumulate(added, initial=getattr(position, name))) for name, added in gains.items() if any(added)}
    ends = [tax_due(replace(position, **{name: a[at] for name, a in moved.items()}), portfolio.rulebook).total for at in (0, -1)]
    if not moved:
        return [ends[0]] * (len(sales) + 1)
    if len(sales) <= ONE_BY_ONE:
        places = [dict(zip(moved, amounts, strict=True)) for amounts in zip(*moved.values(), strict=True)]
        return [tax_due(replace(position, **place), portfolio.rulebook).total for place in places]
    fixed = {f.name: getattr(position, f.name) for f in fields(TaxPosition) if getattr(position, f.name) != f.default}
    rounded = {name: exact.column([exact.to_units(amount) for amount in amounts]) for name, amounts in moved.items()}
    fixed["year"] = [position.year] * (len(sales) + 1)
    totals = tax_due_many(pd.DataFrame({**fixed, **rounded}), portfolio.rulebook)["total"]
    middle = [exact.to_decimal(units or 0) for units in exact.units_of(totals)][1:-1]
    return [ends[0], *middle, ends[1]]


def _is_collectible_gain(trade: Trade) -> bool:
    return trade.lot is not None and trade.lot.asset_class == "collectible" and trade.term == "long"
