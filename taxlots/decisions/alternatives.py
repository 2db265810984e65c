"""The table of rebalance alternatives. Each is a function of the portfolio that returns trades and remarks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.dated import STEPS, defer, graduated
from taxlots.decisions.harvest import paying_sales
from taxlots.decisions.least_cost import full_min_tax, withdraw
from taxlots.decisions.plan import Trade
from taxlots.decisions.policies import (
    affordable,
    first_in,
    highest_basis,
    in_units,
    last_in,
    rebalanced,
    routed,
    to_bands,
    to_targets,
)
from taxlots.decisions.portfolio import ZERO, HeldLot, Portfolio
from taxlots.decisions.score import sale
from taxlots.decisions.tax_free import zero_tax

Answer = tuple[list[Trade], list[str]]
MOST_CONTRIBUTIONS = 240


@dataclass(frozen=True, slots=True)
class Alternative:
    """One row of the table. `alone`: without the trades in tax-deferred accounts that precede the others."""

    name: str
    meaning: str
    trades: Callable[[Portfolio], Answer]
    alone: bool = False


def hold(_portfolio: Portfolio) -> Answer:
    """No trade."""
    return [], []


def contribute(portfolio: Portfolio) -> Answer:
    """The contribution on the most underweight assets, nothing sold."""
    contribution = portfolio.terms.contribution
    if contribution <= 0 and portfolio.terms.recurring_contribution > 0:
        return [], [_contributions_needed(portfolio)]
    if contribution <= 0:
        return [], ["no contribution is set: give `contribution` under [rebalance]"]
    notes: list[str] = []
    trades = affordable(portfolio, routed(portfolio, contribution), [], notes)
    return trades, [*notes, _contributions_needed(portfolio)]


def _contributions_needed(portfolio: Portfolio) -> str:
    """How many contributions, at today's prices, until every asset is inside its band: the first one of today, then the recurring ones."""
    terms = portfolio.terms
    size = terms.recurring_contribution or terms.contribution
    count = contributions_until(portfolio, lambda gaps, total: all(abs(gap) <= portfolio.target(a).band * total for a, gap in gaps.items()))
    if count is None:
        return f"even {MOST_CONTRIBUTIONS} contributions of {exact.cents(size)} leave an asset outside its band"
    until = ""
    if count > 1 and terms.recurring_contribution:
        until = f", the last on {portfolio.today + STEPS[terms.recurring_every] * (count - 1)}"
    word = "contribution" if count == 1 else "contributions"
    verb = "brings" if count == 1 else "bring"
    return f"{count} {word} of {exact.cents(size)} and no sale {verb} every asset into its band, at today's prices{until}"


def contributions_until(portfolio: Portfolio, done: Callable[[dict[str, Decimal], Decimal], bool]) -> int | None:
    """How many contributions, placed on the furthest below its target each, until the gaps (target less value) are as wished.

    The limits hold: what may be bought, whole units, the minimum trade; what can't be placed yet is placed with the next ones.
    """
    terms = portfolio.terms
    weights = {asset: portfolio.target(asset).weight for asset in portfolio.assets}
    buyable = [asset for asset in portfolio.assets if portfolio.can_buy(asset)]
    with exact.exactly():
        values, total, money = dict(portfolio.values), portfolio.total, ZERO
        for count in range(MOST_CONTRIBUTIONS + 1):
            gaps = {asset: weights[asset] * total - value for asset, value in values.items()}
            if done(gaps, total):
                return count
            size = (terms.recurring_contribution if count else terms.contribution) or terms.contribution or terms.recurring_contribution
            total += size if count or not terms.contribution else ZERO  # the one of today is in the total already
            money += size / (1 + portfolio.cost_rate)
            wished = {asset: weights[asset] * total - values[asset] for asset in buyable}
            for asset, value in _placed(portfolio, wished, money):
                values[asset] += value
                money -= value
        return None


def _placed(portfolio: Portfolio, wished: Mapping[str, Decimal], money: Decimal) -> Iterator[tuple[str, Decimal]]:
    """New money on the assets furthest below their targets; what no asset lacks, or is too little for one, stays cash."""
    for asset in sorted(wished, key=lambda asset: (-wished[asset], asset)):
        value = min(money, wished[asset])
        if value <= 0:
            return
        if portfolio.is_whole(asset):
            value -= value % portfolio.prices[asset]
        if value and value >= portfolio.terms.min_trade:
            yield asset, value
            money -= value


def full_fifo(portfolio: Portfolio) -> Answer:
    """To the targets, earliest lots first."""
    return rebalanced(portfolio, to_targets(portfolio), first_in)


def full_lifo(portfolio: Portfolio) -> Answer:
    """To the targets, latest lots first."""
    return rebalanced(portfolio, to_targets(portfolio), last_in)


def full_hifo(portfolio: Portfolio) -> Answer:
    """To the targets, highest unit basis first."""
    return rebalanced(portfolio, to_targets(portfolio), highest_basis)


def bands(portfolio: Portfolio) -> Answer:
    """Only assets outside their band, back as far as `bands_to` says, highest unit basis first."""
    return rebalanced(portfolio, to_bands(portfolio), highest_basis)


def loss_only(portfolio: Portfolio) -> Answer:
    """To the targets as far as lots at a loss go."""
    return rebalanced(portfolio, to_targets(portfolio), highest_basis, lambda lot: sale(portfolio, lot, lot.quantity).gain < 0)


def no_short_gains(portfolio: Portfolio) -> Answer:
    """To the targets without ever realising a short-term gain."""

    def allowed(lot: HeldLot) -> bool:
        return lot.long_term or lot.value * (1 - portfolio.cost_rate) <= lot.basis

    return rebalanced(portfolio, to_targets(portfolio), highest_basis, allowed)


def harvest(portfolio: Portfolio) -> Answer:
    """Losses that pay are realised first, then the targets are restored with what they allow."""
    found, notes = paying_sales(portfolio)
    sales = in_units(portfolio, found)
    changes = to_targets(portfolio)
    with exact.exactly():
        for trade in sales:
            changes[trade.asset] += trade.value
    trades, more = rebalanced(portfolio, changes, highest_basis, first=sales)
    return trades, [*notes, *more]


ALTERNATIVES: tuple[Alternative, ...] = (
    Alternative("hold", "nothing is traded", hold, alone=True),
    Alternative("contribute", "only the contribution is placed, on the most underweight; nothing is sold", contribute, alone=True),
    Alternative("withdraw", "the withdrawal is raised at the least total cost; nothing is bought", withdraw, alone=True),
    Alternative("full-fifo", "to the targets, earliest lots first", full_fifo),
    Alternative("full-lifo", "to the targets, latest lots first", full_lifo),
    Alternative("full-hifo", "to the targets, highest unit basis first", full_hifo),
    Alternative("full-min-tax", "to the targets, the lots that cost least in this year's netting", full_min_tax),
    Alternative("bands", "only assets outside their band, back to its edge (or as bands_to says)", bands),
    Alternative("loss-only", "towards the targets, selling lots at a loss only", loss_only),
    Alternative("no-short-gains", "to the targets, never realising a short-term gain", no_short_gains),
    Alternative("zero-tax", "as near to the targets as costs no tax this year", zero_tax),
    Alternative("defer", "to the targets; short-term gains wait until they are long-term where that is taxed less", defer),
    Alternative("harvest", "losses that pay first, then to the targets", harvest),
    Alternative("graduated", "to the targets in equal tranches", graduated),
)
