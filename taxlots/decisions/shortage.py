"""What to relax, and by how much, where no plan raises the money; and wishes that contradict each other."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.decisions.portfolio import ZERO, Portfolio


def missing_money(portfolio: Portfolio) -> Decimal:
    """By how much everything that may be sold falls short of withdrawal and reserve; 0 where it does not."""
    return max(ZERO, -_most(portfolio))


def _most(portfolio: Portfolio, *, min_trade: bool = True, kept: bool = False) -> Decimal:
    """Cash above the reserve if everything is sold, of each asset at least the minimum trade; `kept`: what never_sell names too."""
    with exact.exactly():
        by_asset: dict[str, Decimal] = {}
        for lot in portfolio.lots:
            if portfolio.can_sell(lot) or (kept and lot.tradable and lot.taxed):
                by_asset[lot.asset] = by_asset.get(lot.asset, ZERO) + lot.value
        enough = (value for value in by_asset.values() if not min_trade or value >= portfolio.terms.min_trade)
        return portfolio.spendable + sum(enough, ZERO) * (1 - portfolio.cost_rate)


def ways_out(portfolio: Portfolio) -> list[dict[str, Any]]:
    """Each way to make the plan possible: constraint, what it is, what it has to be, the difference; in words as `message`."""
    short = missing_money(portfolio)
    if not short:
        return []
    terms, ways = portfolio.terms, []
    with exact.exactly():
        for name, now in (("withdrawal", terms.withdrawal), ("cash_reserve", terms.cash_reserve)):
            if now:
                ways.append(_way(name, now, max(ZERO, now - short), short))
        ways.append(_way("cash", terms.cash, terms.cash + short, short))
    if terms.min_trade and _most(portfolio, min_trade=False) >= 0:
        ways.append(_way("min_trade", terms.min_trade, _smallest(portfolio), short))
    if terms.never_sell and _most(portfolio, kept=True) >= 0:
        listed = ", ".join(terms.never_sell)
        message = f"allow the sale of what never_sell names ({listed}): {exact.cents(short)} of it"
        ways.append({"constraint": "never_sell", "now": list(terms.never_sell), "needed": [], "by": exact.plain(short), "message": message})
    return ways


def _smallest(portfolio: Portfolio) -> Decimal:
    """The largest minimum trade with which what may be sold is enough."""
    values = sorted({v for a in portfolio.assets if (v := _sellable(portfolio, a)) and v < portfolio.terms.min_trade}, reverse=True)
    with exact.exactly():
        for least in values:
            total = sum((v for a in portfolio.assets if (v := _sellable(portfolio, a)) >= least), ZERO)
            if portfolio.spendable + total * (1 - portfolio.cost_rate) >= 0:
                return least
    return ZERO


def _sellable(portfolio: Portfolio, asset: str) -> Decimal:
    with exact.exactly():
        return sum((lot.value for lot in portfolio.lots if lot.asset == asset and portfolio.can_sell(lot)), ZERO)


def _way(name: str, now: Decimal, needed: Decimal, short: Decimal) -> dict[str, Any]:
    verb = "raise" if needed > now else "lower"
    by = exact.CONTEXT.abs(exact.CONTEXT.subtract(needed, now))
    message = f"{verb} {name} from {exact.plain(now)} to {_cents(needed, up=needed > now)} (by {_cents(by, up=True)})"
    if by < short and name != "min_trade":
        message += f"; that alone is not enough, {exact.cents(exact.CONTEXT.subtract(short, by))} remain short"
    return {"constraint": name, "now": exact.plain(now), "needed": exact.plain(needed), "by": exact.plain(by), "message": message}


def _cents(amount: Decimal, *, up: bool) -> str | None:
    """In cents on the safe side."""
    rounded = exact.cents(amount)
    cent = Decimal("0.01")
    if up and rounded < amount:
        rounded = exact.CONTEXT.add(rounded, cent)
    if not up and rounded > amount:
        rounded = exact.CONTEXT.subtract(rounded, cent)
    return exact.plain(rounded)


def contradictions(portfolio: Portfolio) -> Iterator[str]:
    """Wishes of the settings that can't all be had, each with what to change."""
    terms = portfolio.terms
    known = {lot.lot_id for lot in portfolio.lots} | {lot.asset for lot in portfolio.lots}
    for name in terms.never_sell:
        if name not in known:
            yield f"never_sell names {name}, which is neither an asset nor a lot that is held: take it out, or see `taxlots lots`"
    for name in terms.buy_only:
        if portfolio.prices.get(name, ZERO) <= 0:
            yield f"buy_only names {name}, which has no price or no target: add both, or take it out"
    if ZERO < terms.contribution < terms.min_trade and portfolio.spendable < terms.min_trade:
        least = exact.plain(terms.min_trade)
        given = exact.plain(terms.contribution)
        what = f"a contribution of {given} is below min_trade {least} and can't be placed"
        yield f"{what}: raise it to {least}, or lower min_trade to {given}"
    for asset in portfolio.assets:
        yield from _out_of_reach(portfolio, asset)


def _out_of_reach(portfolio: Portfolio, asset: str) -> Iterator[str]:
    """A target that never_sell or buy_only keeps from its band."""
    with exact.exactly():
        target, total = portfolio.target(asset), portfolio.total
        gap = portfolio.values[asset] - target.weight * total
        if total <= 0 or abs(gap) <= target.band * total:
            return
        points = gap * 100 / total
        if gap > 0 and _kept(portfolio, asset) > (target.weight + target.band) * total:
            yield f"{asset} is {points:.1f} points above its target and never_sell keeps it there: raise its target, or allow some sale"
        if gap < 0 and portfolio.prices.get(asset, ZERO) > 0 and not portfolio.can_buy(asset):
            yield f"{asset} is {-points:.1f} points below its target and not in buy_only: add it there, or lower its target"


def _kept(portfolio: Portfolio, asset: str) -> Decimal:
    never = portfolio.never_sell
    kept = (lot.value for lot in portfolio.lots if lot.asset == asset and {lot.asset, lot.lot_id} & never)
    return sum(kept, ZERO)
