"""Exact figures of a list of trades: the tax by the same `tax_due` as the reports, never by a rate per lot."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.plan import Drift, Figures, Trade
from taxlots.decisions.portfolio import ZERO, HeldLot, Portfolio
from taxlots.tax import TaxDue, TaxPosition, tax_due


def sale(portfolio: Portfolio, lot: HeldLot, quantity: Decimal) -> Trade:
    """Sale of part of a lot at today's price; the gain is after the selling cost and with the basis share of the piece."""
    with exact.exactly():
        value = quantity * lot.price
        basis = exact.to_decimal(exact.share(exact.to_units(lot.basis), exact.to_units(quantity), exact.to_units(lot.quantity)))
        gain = value - value * portfolio.cost_rate - basis
        return Trade("sell", lot.asset, lot.account, quantity, value, gain, lot)


def purchase(portfolio: Portfolio, asset: str, quantity: Decimal) -> Trade:
    """Purchase at today's price; its cost is paid on top of the value."""
    value = exact.CONTEXT.multiply(quantity, portfolio.prices[asset])
    return Trade("buy", asset, portfolio.home_account(asset), quantity, value)


def figures(portfolio: Portfolio, trades: Sequence[Trade]) -> Figures:
    """All figures of the trades; amounts unrounded."""
    with exact.exactly():
        before, after = _due(portfolio, ()), _due(portfolio, trades)
        terms = portfolio.terms
        turnover = sum((t.value for t in trades), ZERO)
        cost = turnover * portfolio.cost_rate
        gains = {term: sum((t.gain for t in trades if t.lot and t.lot.term == term), ZERO) for term in ("short", "long")}
        tax_now = after.total - before.total
        carryover_value = terms.carryforward_value * (_carried(after) - _carried(before))
        future = terms.future_rate * (gains["short"] + gains["long"])
        drift_before, drift_after = drift(portfolio, ()), drift(portfolio, trades)
        cost_before, cost_after = terms.drift_penalty * drift_before.value, terms.drift_penalty * drift_after.value
        return Figures(
            tax_now=tax_now,
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
            after_tax_value=_after_tax_value(portfolio, trades, after, tax_now),
            score=carryover_value + future - tax_now - cost - (cost_after - cost_before),
        )


def position_with(position: TaxPosition, trades: Sequence[Trade]) -> TaxPosition:
    """The position after the trades' gains."""
    with exact.exactly():
        sums = {"short": position.short_term, "long": position.long_term}
        collectibles = position.collectibles
        for trade in trades:
            if trade.lot:
                sums[trade.lot.term] += trade.gain
                collectibles += trade.gain if trade.lot.asset_class == "collectible" and trade.lot.long_term else ZERO
        return replace(position, short_term=sums["short"], long_term=sums["long"], collectibles=collectibles)


def _due(portfolio: Portfolio, trades: Sequence[Trade]) -> TaxDue:
    return tax_due(position_with(portfolio.position, trades), portfolio.rulebook)


def _carried(due: TaxDue) -> Decimal:
    return due.carryover_short + due.carryover_long


def cash_after(portfolio: Portfolio, trades: Sequence[Trade]) -> Decimal:
    """Cash that remains after costs; tax is paid later, from elsewhere, unless said otherwise."""
    with exact.exactly():
        flows = (t.value if t.side == "sell" else -t.value for t in trades)
        cost = portfolio.cost_rate * sum((t.value for t in trades), ZERO)
        return portfolio.money + sum(flows, ZERO) - cost


def drift(portfolio: Portfolio, trades: Sequence[Trade]) -> Drift:
    """Drift after the trades, against V before costs."""
    with exact.exactly():
        values = dict(portfolio.values)
        for trade in trades:
            values[trade.asset] = values.get(trade.asset, ZERO) + (trade.value if trade.side == "buy" else -trade.value)
        gaps = [abs(value - portfolio.target_value(asset)) for asset, value in values.items()]
        total = portfolio.total
        points = [gap * 100 / total if total > 0 else ZERO for gap in gaps]
        return Drift(sum(points, ZERO), max(points, default=ZERO), sum(gaps, ZERO))


def _after_tax_value(portfolio: Portfolio, trades: Sequence[Trade], due: TaxDue, tax_now: Decimal) -> Decimal:
    """Value at the horizon after the tax on selling everything then, everything growing alike and cash with it.

    The sale then is long-term, on a return that is otherwise this year's, with this plan's carryover brought in, and the growth of
    cash is taxed like that of an asset: so alternatives differ by tax timing and cost, not by a forecast.
    """
    cash = cash_after(portfolio, trades) - tax_now
    held = sum(portfolio.values.values(), ZERO) + sum((t.value if t.side == "buy" else -t.value for t in trades), ZERO)
    end = (held + cash) * (1 + portfolio.terms.growth) ** portfolio.terms.horizon_years
    basis = cash + sum((lot.basis for lot in portfolio.lots), ZERO)
    for trade in trades:
        basis += -_basis_sold(portfolio, trade) if trade.lot else trade.value * (1 + portfolio.cost_rate)
    rest = replace(portfolio.position, short_term=ZERO, long_term=ZERO, collectibles=ZERO)
    rest = replace(rest, carryover_short=due.carryover_short, carryover_long=due.carryover_long)
    sold = replace(rest, long_term=end - basis)
    return end - (tax_due(sold, portfolio.rulebook).total - tax_due(rest, portfolio.rulebook).total)


def _basis_sold(portfolio: Portfolio, trade: Trade) -> Decimal:
    return trade.value - trade.value * portfolio.cost_rate - trade.gain


def attributed(portfolio: Portfolio, trades: Sequence[Trade]) -> list[Trade]:
    """The trades with the tax that each adds to those before it; the parts add up to the plan's `tax_now`."""
    with exact.exactly():
        position = portfolio.position
        last = tax_due(position, portfolio.rulebook).total
        result = []
        for trade in trades:
            if trade.lot is None:
                result.append(trade)
                continue
            position = position_with(position, [trade])
            total = tax_due(position, portfolio.rulebook).total
            result.append(replace(trade, tax=total - last))
            last = total
        return result
