"""As near to the targets as costs no tax this year: which sales, in which order, until the next one would be taxed.

The tax depends on a sale only through the year's short-term and long-term gain, and never falls when one of them rises. Losses come first,
then gains, least gain per dollar first; once by that order alone and once with long-term gains before short-term ones, which the 0 %
band favours. The order that sells more is taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from functools import cached_property

from taxlots import exact
from taxlots.decisions.plan import Trade
from taxlots.decisions.policies import LOT_STEP, completed, highest_basis, sell_down, to_targets, worth_while
from taxlots.decisions.portfolio import ZERO, HeldLot, Portfolio
from taxlots.decisions.score import position_with, sale
from taxlots.tax import TaxPosition, tax_due

Rank = Callable[[Trade], tuple[Decimal | int, ...]]


def zero_tax(portfolio: Portfolio) -> tuple[list[Trade], list[str]]:
    """As near to the targets as costs no tax this year."""
    changes = to_targets(portfolio)
    excess = {asset: -change for asset, change in changes.items() if change < 0}
    with exact.exactly():
        found = [worth_while(portfolio, _Fill(portfolio, rank).sales(excess)) for rank in (_by_gain, _long_first)]
        sales = max(found, key=lambda trades: sum((t.value for t in trades), ZERO))
        sold = sum((t.value for t in sales), ZERO)
        left = sum(excess.values(), ZERO) - sold
    notes = [f"{exact.cents(left)} stay above their targets: selling them would be taxed this year"] if left > 1 else []
    return completed(portfolio, changes, sales, notes)


def _ratio(trade: Trade) -> Decimal:
    return trade.gain / trade.value


def _by_gain(trade: Trade) -> tuple[Decimal | int, ...]:
    return (_ratio(trade),)


def _long_first(trade: Trade) -> tuple[Decimal | int, ...]:
    return (int(trade.gain > 0 and trade.term == "short"), _ratio(trade))


@dataclass
class _Fill:
    """One order of sales, filled up to where tax begins."""

    portfolio: Portfolio
    rank: Rank

    def sales(self, excess: dict[str, Decimal]) -> list[Trade]:
        trades: list[Trade] = []
        room, taxed = dict(excess), set[str]()
        for _ in ("both terms", "the other one"):
            pieces = self._pieces(room, taxed, {t.lot.lot_id for t in trades if t.lot})
            count = self._fitting(trades, pieces)
            taken = pieces[:count]
            if count < len(pieces):
                taken += self._part([*trades, *taken], pieces[count])
                taxed.add(pieces[count].term)
            trades += taken
            for trade in taken:
                room[trade.asset] -= trade.value
            if count == len(pieces):
                break
        return trades

    def _pieces(self, room: dict[str, Decimal], taxed: set[str], used: set[str]) -> list[Trade]:
        """What would bring each asset to its target, without gains of a term that is taxed already."""
        pieces: list[Trade] = []
        for asset, value in room.items():
            lots = [lot for lot in self.portfolio.lots_of.get(asset, ()) if lot.lot_id not in used and lot.term not in taxed]
            pieces += sell_down(self.portfolio, asset, value, sorted(lots, key=self._order))
        return sorted(pieces, key=self.rank)

    def _order(self, lot: HeldLot) -> tuple[Decimal | int, ...]:
        """Within an asset the price is one, so that most basis is least gain."""
        first = self.rank is _long_first and not lot.long_term and lot.basis < lot.value
        return (int(first), *highest_basis(lot))

    def _fitting(self, before: Sequence[Trade], pieces: Sequence[Trade]) -> int:
        """How many of the pieces are free of tax together."""
        places = [position_with(self.portfolio.position, before)]
        for piece in pieces:
            places.append(position_with(places[-1], [piece]))
        low, high = 0, len(pieces)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._free(places[middle]) else (low, middle - 1)
        return low

    def _part(self, before: Sequence[Trade], piece: Trade) -> list[Trade]:
        """As much of a piece as is free of tax after those before it."""
        if piece.lot is None:
            return []
        step = Decimal(1) if self.portfolio.is_whole(piece.asset) else LOT_STEP
        place = position_with(self.portfolio.position, before)
        low, high = 0, int((piece.quantity / step).to_integral_value(ROUND_DOWN))
        while low < high:
            middle = (low + high + 1) // 2
            tried = sale(self.portfolio, piece.lot, middle * step)
            low, high = (middle, high) if self._free(position_with(place, [tried])) else (low, middle - 1)
        return [sale(self.portfolio, piece.lot, low * step)] if low else []

    @cached_property
    def _base(self) -> Decimal:
        """The year's tax without any of the sales."""
        return tax_due(self.portfolio.position, self.portfolio.rulebook).total

    def _free(self, position: TaxPosition) -> bool:
        return tax_due(position, self.portfolio.rulebook).total <= self._base
