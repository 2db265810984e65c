"""The wash sale rule inside the optimum: an asset that it covers is either bought or sold at a loss, not both on one day.

Each conflict of a solution gives two branches, one without the purchase and one without the losses. They are explored best bound
first, so the first solution without conflict is the optimum. Digital assets are not covered as the law stands, so a portfolio of them
has no branch at all.
"""

from heapq import heappop, heappush

from taxlots.decisions.harvest import wash_sale_applies
from taxlots.decisions.optimise import Barred, Solved, rounded_trades, solve
from taxlots.decisions.plan import Trade
from taxlots.decisions.portfolio import Portfolio

MOST_BRANCHES = 200


def optimal_trades(portfolio: Portfolio) -> tuple[list[Trade], Solved]:
    """The best trades by lot, rounded to lot units, and what was solved. No trades where nothing is feasible."""
    solved = _best(portfolio)
    return rounded_trades(portfolio, solved), solved


def _best(portfolio: Portfolio) -> Solved:
    """Best-first search; where it is cut off, a feasible solution with the bound of what is left open."""
    root = Barred()
    solved = solve(portfolio, root)
    queue = [(-solved.bound, 0, root, solved)]
    for count in range(1, MOST_BRANCHES):
        _, _, barred, solved = heappop(queue)
        conflict = _conflict(portfolio, solved)
        if conflict is None:
            return solved
        for side, branch in enumerate(_branches(barred, conflict)):
            solved = solve(portfolio, branch)
            heappush(queue, (-solved.bound, 2 * count + side, branch, solved))
    open_bound = -queue[0][0]
    covered = frozenset(lot.asset for lot in portfolio.lots if wash_sale_applies(portfolio, lot))
    safe = solve(portfolio, Barred(losses=covered))
    return Solved(safe.sold, safe.bought, max(open_bound, safe.bound), safe.pieces)


def _branches(barred: Barred, asset: str) -> tuple[Barred, Barred]:
    return Barred(barred.buys | {asset}, barred.losses), Barred(barred.buys, barred.losses | {asset})


def _conflict(portfolio: Portfolio, solved: Solved) -> str | None:
    """An asset under the wash sale rule that the solution buys and sells at a loss."""
    if solved.sold is None:
        return None
    after_cost = 1 - portfolio.cost_rate
    for lot in portfolio.lots:
        losing = lot.lot_id in solved.sold and lot.value * after_cost < lot.basis
        if losing and lot.asset in solved.bought and wash_sale_applies(portfolio, lot):
            return lot.asset
    return None
