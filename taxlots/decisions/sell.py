"""What to sell of one asset: the lots with the least tax, in the order of what each adds, against the fixed orders of lots.

Every tax here is `tax_due` after less `tax_due` before, on the year so far. `least_tax` chooses the lots and proves it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from operator import attrgetter

from taxlots import exact
from taxlots.decisions.explain import explained
from taxlots.decisions.further_gains import ZERO, FurtherGains
from taxlots.decisions.least_tax import least, stock
from taxlots.decisions.plan import Trade
from taxlots.decisions.policies import LotOrder, first_in, highest_basis
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.sale_targets import Target, most
from taxlots.decisions.sale_walk import MOST_KINKS, SaleKink, SoldLot, gains_of, next_kinks, walked
from taxlots.decisions.score import position_with, sale
from taxlots.tax import tax_due
from taxlots.tax.kinks import Kink
from taxlots.tax.marginal import Cost, step

BEST = "best"
LOOK_AHEAD = 60


def last_in(lot: HeldLot) -> tuple[Decimal | int, ...]:
    """Latest acquisition first."""
    return tuple(-part for part in first_in(lot))


def lowest_basis(lot: HeldLot) -> tuple[Decimal | int, ...]:
    """Lowest unit basis first, ties earliest first."""
    return (lot.unit_basis, *first_in(lot))


ORDERS: dict[str, LotOrder] = {"fifo": first_in, "lifo": last_in, "hifo": highest_basis, "lofo": lowest_basis}


@dataclass(frozen=True, slots=True)
class Order:
    """The same quantity by one order of lots, with its exact tax and what it adds to the loss carried to the next year."""

    name: str
    trades: tuple[Trade, ...]
    tax: Decimal
    short_term_gain: Decimal
    long_term_gain: Decimal
    carryover: Decimal

    @property
    def gain(self) -> Decimal:
        """Both gains."""
        return exact.CONTEXT.add(self.short_term_gain, self.long_term_gain)


@dataclass(frozen=True, slots=True)
class Sale:
    """The answer: pieces in their order, `orders` with the best first, the kinks, and what no choice of lots stays below.

    `after`: by term, the next kinks in dollars of further gain after the sale, whatever is held.
    """

    asset: str
    quantity: Decimal
    price: Decimal
    lots: tuple[SoldLot, ...]
    best: Order
    orders: tuple[Order, ...]
    kinks: tuple[SaleKink, ...]
    after: Mapping[str, tuple[Kink, ...]]
    whole: Cost
    bound: Decimal
    cost: Decimal

    @property
    def value(self) -> Decimal:
        """Market value sold."""
        return exact.CONTEXT.multiply(self.quantity, self.price)

    @property
    def cash(self) -> Decimal:
        """What comes in after trading cost and before tax."""
        return exact.CONTEXT.subtract(self.value, self.cost)

    @property
    def gap(self) -> Decimal:
        """How far the tax may lie above the least that there is: what rounding to lot units costs."""
        return max(ZERO, exact.CONTEXT.subtract(self.best.tax, self.bound))


def sell_quantity(portfolio: Portfolio, lots: Sequence[HeldLot], quantity: Decimal) -> Sale:
    """The sale of so many units of the lots (of one asset, at least that many) with the least tax of the year."""
    with exact.exactly():
        held = stock(portfolio, lots)
        split = least(held, quantity, held.year.tax)
        pieces = [*held.short.pieces(split.short), *held.long.pieces(split.long)]
        return _sale(portfolio, lots, pieces, split.bound)


def sell_to_target(portfolio: Portfolio, lots: Sequence[HeldLot], target: Target) -> Sale | None:
    """The largest sale that keeps the target all the way; None where not even the first unit does."""
    with exact.exactly():
        held = stock(portfolio, lots)
        quantity = most(held, target)
        if not quantity:
            return None
        split = least(held, quantity, target.measure)
        pieces = [*held.short.pieces(split.short), *held.long.pieces(split.long)]
        bound = least(held, quantity, held.year.tax).bound
        return _sale(portfolio, lots, pieces, bound, keep=True)


def _sale(
    portfolio: Portfolio, lots: Sequence[HeldLot], pieces: Sequence[tuple[HeldLot, Decimal]], bound: Decimal, *, keep: bool = False
) -> Sale:
    quantity = sum((units for _, units in pieces), ZERO)
    fixed = [_order(portfolio, name, by_order(portfolio, lots, key, quantity)) for name, key in ORDERS.items()]
    chosen = _order(portfolio, BEST, [sale(portfolio, lot, units) for lot, units in pieces])
    if not keep:
        chosen = replace(min((chosen, *fixed), key=lambda order: _rank(portfolio, order)), name=BEST)
    year = stock(portfolio, lots).year
    trades = list(_in_order(year, chosen.trades))
    sold, kinks = walked(year, trades)
    ahead = islice(_in_order(year, _rest(portfolio, lots, trades), trades), LOOK_AHEAD)
    kinks += walked(year, ahead, trades)[1]
    listed = explained(portfolio, [replace(one.trade, tax=one.cost.total) for one in sold])
    told = tuple(replace(one, trade=trade) for one, trade in zip(sold, listed, strict=True))
    best = replace(chosen, trades=tuple(listed))
    whole = step(portfolio.position, position_with(portfolio.position, trades), portfolio.rulebook)
    value = sum((trade.value for trade in trades), ZERO)
    return Sale(
        asset=lots[0].asset,
        quantity=quantity,
        price=lots[0].price,
        lots=told,
        best=best,
        orders=(best, *fixed),
        kinks=tuple(kinks[:MOST_KINKS]),
        after=next_kinks(position_with(portfolio.position, trades), portfolio),
        whole=whole,
        bound=bound,
        cost=value * portfolio.cost_rate,
    )


def _rank(portfolio: Portfolio, order: Order) -> tuple[Decimal, Decimal]:
    """Least tax; of equal tax the one that leaves more for later years, by the settings' prices of a carried loss and of basis."""
    terms = portfolio.terms
    return order.tax, -(terms.carryforward_value * order.carryover + terms.future_rate * order.gain)


def by_order(portfolio: Portfolio, lots: Iterable[HeldLot], key: LotOrder, quantity: Decimal) -> list[Trade]:
    """The sale of so many units by a fixed order of the lots."""
    with exact.exactly():
        trades, left = [], quantity
        for lot in sorted(lots, key=key):
            units = min(lot.quantity, left)
            if units > 0:
                trades.append(sale(portfolio, lot, units))
                left -= units
        return trades


def _order(portfolio: Portfolio, name: str, trades: Sequence[Trade]) -> Order:
    before, after = (tax_due(p, portfolio.rulebook) for p in (portfolio.position, position_with(portfolio.position, trades)))
    gains = gains_of(trades)
    carried = after.carryover_short + after.carryover_long - before.carryover_short - before.carryover_long
    return Order(name, tuple(trades), after.total - before.total, gains["short"], gains["long"], carried)


def _in_order(year: FurtherGains, trades: Iterable[Trade], first: Sequence[Trade] = ()) -> Iterator[Trade]:
    """Losses first, then gains; of the next lot of each term, each time the one that adds less tax per unit after those before it.

    Within a term the highest unit basis comes first. Each trade carries the tax that it adds.
    """
    gains = gains_of(first)
    listed = [(trade, trade.lot) for trade in trades if trade.lot is not None]
    for losing in (True, False):
        queues = {
            term: sorted(
                ((trade, lot) for trade, lot in listed if lot.term == term and (trade.gain <= 0) is losing),
                key=lambda item: highest_basis(item[1]),
                reverse=True,
            )
            for term in ("short", "long")
        }
        while any(queues.values()):
            before = year.tax(gains["short"], gains["long"])
            heads = []
            for term, queue in queues.items():
                if queue:
                    trade, lot = queue[-1]
                    after = year.tax(*(gains[name] + (trade.gain if name == term else ZERO) for name in ("short", "long")))
                    heads.append(((after - before) / trade.quantity, -lot.unit_basis, term, replace(trade, tax=after - before)))
            *_, term, trade = min(heads, key=lambda head: head[:3])
            queues[term].pop()
            gains[term] += trade.gain
            yield trade


def _rest(portfolio: Portfolio, lots: Sequence[HeldLot], trades: Sequence[Trade]) -> list[Trade]:
    """Sales of what the trades leave of the lots."""
    sold = {trade.lot.lot_id: trade.quantity for trade in trades if trade.lot}
    left = ((lot, lot.quantity - sold.get(lot.lot_id, ZERO)) for lot in lots)
    return [sale(portfolio, lot, units) for lot, units in left if units > 0]


def by_account(sold: Sale) -> dict[str, tuple[Decimal, Decimal]]:
    """Units and market value to sell per account."""
    with exact.exactly():
        found: dict[str, tuple[Decimal, Decimal]] = {}
        for one in sorted(sold.lots, key=attrgetter("trade.account")):
            units, value = found.get(one.trade.account, (ZERO, ZERO))
            found[one.trade.account] = units + one.trade.quantity, value + one.trade.value
        return found
