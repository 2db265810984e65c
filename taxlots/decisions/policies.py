"""From wished changes per asset to trades by lot: what to sell by an order of lots, what to buy with the money that there is."""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal

from taxlots import exact
from taxlots.decisions.plan import Trade
from taxlots.decisions.portfolio import ZERO, HeldLot, Portfolio
from taxlots.decisions.score import cash_after, purchase, sale

LotOrder = Callable[[HeldLot], tuple[Decimal | int, ...]]
LOT_STEP = Decimal("0.00000001")


def first_in(lot: HeldLot) -> tuple[Decimal | int, ...]:
    """Earliest acquisition first."""
    return (int(lot.acquired.timestamp()), lot.order)


def highest_basis(lot: HeldLot) -> tuple[Decimal | int, ...]:
    """Highest unit basis first, ties earliest first."""
    return (-lot.unit_basis, *first_in(lot))


def to_targets(portfolio: Portfolio) -> dict[str, Decimal]:
    """Change in value per asset that brings each to its target."""
    with exact.exactly():
        return {asset: portfolio.target_value(asset) - value for asset, value in portfolio.values.items()}


def to_bands(portfolio: Portfolio) -> dict[str, Decimal]:
    """Change in value per asset that brings those outside their band back to its edge; the others stay."""
    with exact.exactly():
        changes = {}
        for asset, change in to_targets(portfolio).items():
            band = portfolio.target(asset).band * portfolio.total
            excess = max(ZERO, abs(change) - band)
            changes[asset] = excess if change > 0 else -excess
        return changes


def sell_down(portfolio: Portfolio, asset: str, value: Decimal, lots: Sequence[HeldLot]) -> list[Trade]:
    """Sales of the asset's lots in the order given, up to a market value."""
    trades: list[Trade] = []
    left = value
    for lot in lots:
        if lot.asset != asset or left <= 0 or not lot.tradable:
            continue
        if lot.value <= left:
            quantity = lot.quantity
        else:
            quantity = min(lot.quantity, (left / lot.price).quantize(LOT_STEP, ROUND_DOWN, exact.CONTEXT))
        if quantity > 0:
            trades.append(sale(portfolio, lot, quantity))
            left -= trades[-1].value
    return trades


def rebalanced(
    portfolio: Portfolio,
    changes: Mapping[str, Decimal],
    order: LotOrder,
    allowed: Callable[[HeldLot], bool] = lambda _lot: True,
    first: Sequence[Trade] = (),
) -> tuple[list[Trade], list[str]]:
    """Trades for the wished changes after the trades in `first`; sales by the order among allowed lots, then purchases."""
    with exact.exactly():
        taken = {trade.lot.lot_id for trade in first if trade.lot}
        lots = sorted((lot for lot in portfolio.lots if allowed(lot) and lot.lot_id not in taken), key=order)
        trades = list(first)
        notes: list[str] = []
        for asset, change in sorted(changes.items()):
            if change < 0:
                sales = sell_down(portfolio, asset, -change, lots)
                trades += sales
                unsold = -change - sum((t.value for t in sales), ZERO)
                if unsold > 1:
                    notes.append(f"{exact.cents(unsold)} of {asset} stay above the target: no further lot may be sold")
        wanted = {asset: change for asset, change in changes.items() if change > 0}
        trades += affordable(portfolio, wanted, trades, notes)
        return trades, notes


def affordable(portfolio: Portfolio, wanted: Mapping[str, Decimal], trades: Sequence[Trade], notes: list[str]) -> list[Trade]:
    """Purchases of the wanted values, scaled down together where the money does not reach."""
    if not wanted:
        return []
    with exact.exactly():
        money = cash_after(portfolio, trades)
        needed = sum(wanted.values(), ZERO) * (1 + portfolio.cost_rate)
        factor = Decimal(1) if needed <= money else max(ZERO, money / needed)
        if factor < Decimal("0.99"):
            notes.append(
                f"purchases are cut to {(factor * 100):.0f} % of what is wished: {exact.cents(max(ZERO, money))} is there to spend"
            )
        purchases = []
        for asset, value in sorted(wanted.items()):
            price = portfolio.prices[asset]
            quantity = (value * factor / price).quantize(LOT_STEP, ROUND_DOWN, exact.CONTEXT) if price else ZERO
            if quantity > 0:
                purchases.append(purchase(portfolio, asset, quantity))
        return purchases


def routed(portfolio: Portfolio, money: Decimal) -> dict[str, Decimal]:
    """New money on the most underweight assets: the furthest below target is raised first, until the shortages are equal."""
    with exact.exactly():
        shortages = {asset: change for asset, change in to_targets(portfolio).items() if change > 0}
        spendable = min(money, portfolio.money) / (1 + portfolio.cost_rate)
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
