"""From wished changes per asset to trades by lot: what to sell by an order of lots, what to buy with the money that there is."""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal

from taxlots import exact
from taxlots.decisions.plan import Trade
from taxlots.decisions.portfolio import ZERO, HeldLot, Portfolio
from taxlots.decisions.score import cash_after, purchase, sale
from taxlots.decisions.wash_window import wash_sale_applies

LotOrder = Callable[[HeldLot], tuple[Decimal | int, ...]]
LOT_STEP = Decimal("0.00000001")


def first_in(lot: HeldLot) -> tuple[Decimal | int, ...]:
    """Earliest acquisition first."""
    return (int(lot.acquired.timestamp()), lot.order)


def last_in(lot: HeldLot) -> tuple[Decimal | int, ...]:
    """Latest acquisition first."""
    return (-int(lot.acquired.timestamp()), -lot.order)


def highest_basis(lot: HeldLot) -> tuple[Decimal | int, ...]:
    """Highest unit basis first, ties earliest first."""
    return (-lot.unit_basis, *first_in(lot))


def in_order(portfolio: Portfolio, asset: str, order: LotOrder) -> tuple[HeldLot, ...]:
    """The lots of an asset by an order; sorted once, for alternatives ask again and again."""
    known: dict[tuple[str, LotOrder], tuple[HeldLot, ...]] = portfolio.known.setdefault("orders", {})
    if (asset, order) not in known:
        known[asset, order] = tuple(sorted(portfolio.lots_of.get(asset, ()), key=order))
    return known[asset, order]


def to_targets(portfolio: Portfolio) -> dict[str, Decimal]:
    """Change in value per asset that brings each to its target."""
    with exact.exactly():
        return {asset: portfolio.target_value(asset) - value for asset, value in portfolio.values.items()}


PART_OF_BAND = {"edge": Decimal(1), "half": Decimal("0.5"), "target": ZERO}


def to_bands(portfolio: Portfolio) -> dict[str, Decimal]:
    """Change in value per asset that brings those outside their band back to its edge, half-way or to the target; the others stay."""
    with exact.exactly():
        changes = {}
        for asset, change in to_targets(portfolio).items():
            band = portfolio.target(asset).band * portfolio.total
            left = band * PART_OF_BAND[portfolio.terms.bands_to]
            excess = abs(change) - left if abs(change) > band else ZERO
            changes[asset] = excess if change > 0 else -excess
        return changes


def sell_down(portfolio: Portfolio, asset: str, value: Decimal, lots: Sequence[HeldLot]) -> list[Trade]:
    """Sales of the asset's lots in the order given, up to a market value."""
    trades: list[Trade] = []
    left = value
    for lot in lots:
        if left <= 0:
            break
        if lot.asset != asset or not portfolio.can_sell(lot):
            continue
        if lot.value <= left:
            quantity = lot.quantity
        else:
            quantity = min(lot.quantity, (left / lot.price).quantize(LOT_STEP, ROUND_DOWN, exact.CONTEXT))
        if quantity > 0:
            trades.append(sale(portfolio, lot, quantity))
            left -= trades[-1].value
    return in_units(portfolio, trades)


def in_units(portfolio: Portfolio, sales: Sequence[Trade]) -> list[Trade]:
    """Of what is traded in whole units only: whole units per account and asset, the last lots giving way; a whole position may go."""
    kept = list(sales)
    for place in {(t.account, t.asset) for t in sales if portfolio.is_whole(t.asset)}:
        mine = [n for n, t in enumerate(kept) if (t.account, t.asset) == place]
        with exact.exactly():
            sold = sum((kept[n].quantity for n in mine), ZERO)
            held = sum((lot.quantity for lot in portfolio.lots if (lot.account, lot.asset) == place), ZERO)
            less = ZERO if sold == held else sold % 1
            for number in reversed(mine):
                cut = min(less, kept[number].quantity)
                lot = kept[number].lot
                if cut and lot:
                    kept[number] = sale(portfolio, lot, kept[number].quantity - cut)
                    less -= cut
    return [t for t in kept if t.quantity > 0]


def worth_while(portfolio: Portfolio, sales: Sequence[Trade]) -> list[Trade]:
    """The sales without those of assets of which less than the minimum trade is sold."""
    with exact.exactly():
        sold: dict[str, Decimal] = {}
        for trade in sales:
            sold[trade.asset] = sold.get(trade.asset, ZERO) + trade.value
        return [t for t in sales if sold[t.asset] >= portfolio.terms.min_trade]


def rebalanced(
    portfolio: Portfolio,
    changes: Mapping[str, Decimal],
    order: LotOrder,
    allowed: Callable[[HeldLot], bool] = lambda _lot: True,
    first: Sequence[Trade] = (),
) -> tuple[list[Trade], list[str]]:
    """Trades for the wished changes after the trades in `first`; sales by the order among allowed lots, then purchases."""
    taken = {trade.lot.lot_id for trade in first if trade.lot}
    trades, notes = list(first), []
    for asset, change in sorted(changes.items()):
        if change < 0:
            lots = [lot for lot in in_order(portfolio, asset, order) if lot.lot_id not in taken and allowed(lot)]
            trades += sell_down(portfolio, asset, -change, lots)
    sales = worth_while(portfolio, trades)
    before = {id(trade) for trade in first}
    notes += unsold(portfolio, changes, [t for t in sales if id(t) not in before])
    return completed(portfolio, changes, sales, notes)


def unsold(portfolio: Portfolio, changes: Mapping[str, Decimal], sales: Sequence[Trade]) -> list[str]:
    """What stays above its target by more than the units and the minimum trade explain."""
    with exact.exactly():
        notes = []
        for asset, change in sorted(changes.items()):
            left = -change - sum((t.value for t in sales if t.asset == asset), ZERO)
            step = portfolio.prices.get(asset, ZERO) if portfolio.is_whole(asset) else ZERO
            if left > max(Decimal(1), step):
                why = "no further lot may be sold" if left >= portfolio.terms.min_trade else "less than the minimum trade"
                notes.append(f"{exact.cents(left)} of {asset} stay above what is wished: {why}")
        return notes


def completed(
    portfolio: Portfolio, changes: Mapping[str, Decimal], sales: Sequence[Trade], notes: list[str]
) -> tuple[list[Trade], list[str]]:
    """The sales and the purchases of what is wished more of, as far as the money goes."""
    wanted = {asset: change for asset, change in changes.items() if change > 0}
    return [*sales, *affordable(portfolio, wanted, sales, notes)], notes


def affordable(portfolio: Portfolio, wanted: Mapping[str, Decimal], trades: Sequence[Trade], notes: list[str]) -> list[Trade]:
    """Purchases of the wanted values, of what may be bought, in amounts that may be; scaled down where the money does not reach."""
    barred = barred_by_wash_sale(portfolio, trades)
    listed = {asset: value for asset, value in sorted(wanted.items()) if portfolio.can_buy(asset) and asset not in barred}
    notes += [f"{asset} is not bought: {why}" for asset, why in _why_not(portfolio, wanted, barred)]
    with exact.exactly():
        money = cash_after(portfolio, trades) - portfolio.terms.cash_reserve
        while listed:
            needed = sum(listed.values(), ZERO) * (1 + portfolio.cost_rate)
            factor = Decimal(1) if needed <= money else max(ZERO, money / needed)
            bought = [purchase(portfolio, asset, _units(portfolio, asset, value * factor)) for asset, value in listed.items()]
            small = min((t for t in bought if t.value < portfolio.terms.min_trade), key=lambda t: t.value, default=None)
            if small is None:
                break
            del listed[small.asset]
        if not listed:
            return []
        if factor < Decimal("0.99"):
            share = f"{(factor * 100):.0f} %"
            notes.append(f"purchases are cut to {share} of what is wished: {exact.cents(max(ZERO, money))} is there to spend")
        return [trade for trade in bought if trade.quantity > 0]


def _units(portfolio: Portfolio, asset: str, value: Decimal) -> Decimal:
    """Units that a value buys, rounded down."""
    step = Decimal(1) if portfolio.is_whole(asset) else LOT_STEP
    return (value / portfolio.prices[asset]).quantize(step, ROUND_DOWN, exact.CONTEXT)


def barred_by_wash_sale(portfolio: Portfolio, trades: Sequence[Trade]) -> set[str]:
    """Assets of which the trades realise a loss that a purchase would defer."""
    return {t.asset for t in trades if t.lot and t.gain < 0 and wash_sale_applies(portfolio, t.lot)}


def _why_not(portfolio: Portfolio, wanted: Mapping[str, Decimal], barred: set[str]) -> list[tuple[str, str]]:
    told = []
    for asset in sorted(wanted):
        if asset in barred:
            told.append((asset, "it is sold at a loss, which a purchase would defer (wash sale)"))
        elif portfolio.terms.buy_only and asset not in portfolio.terms.buy_only:
            told.append((asset, "it is not in buy_only"))
    return told


def routed(portfolio: Portfolio, money: Decimal) -> dict[str, Decimal]:
    """New money on the most underweight assets: the furthest below target is raised first, until the shortages are equal."""
    with exact.exactly():
        shortages = {asset: change for asset, change in to_targets(portfolio).items() if change > 0 and portfolio.can_buy(asset)}
        spendable = min(money, portfolio.spendable) / (1 + portfolio.cost_rate)
        left = min(spendable, sum(shortages.values(), ZERO))
        if left <= 0:
            return {}
        level = _water_level(sorted(shortages.values(), reverse=True), left)
        return {asset: shortage - level for asset, shortage in shortages.items() if shortage > level}


def _water_level(shortages: Sequence[Decimal], money: Decimal) -> Decimal:
    """The shortage that remains on all raised assets when the money is spent."""
    spent_to = ZERO
    for count, shortage in enumerate(shortages, 1):
        spent_to += shortage
        level = (spent_to - money) / count
        following = shortages[count] if count < len(shortages) else ZERO
        if level >= following:
            return max(level, ZERO)
    return ZERO
