"""What a decision starts from: open lots at today's prices, targets, money and the tax position of the year so far."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Any

from taxlots import exact, frames
from taxlots.ledger.entry_columns import OUTSIDE
from taxlots.lots.results import Book
from taxlots.prices import PriceTable, Quote
from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.rulebook import Rulebook
from taxlots.settings import Rebalance, Settings, Target
from taxlots.tax.position import TaxPosition

ZERO = Decimal(0)
OLD_PRICE_DAYS = 7


@dataclass(frozen=True, slots=True)
class HeldLot:
    """An open lot with its value today. `long_term` is its term if it were sold today."""

    lot_id: str
    asset: str
    asset_class: str
    account: str
    quantity: Decimal
    basis: Decimal
    price: Decimal
    acquired: datetime
    long_term_on: date
    long_term: bool
    order: int
    transaction_id: str = ""

    @property
    def value(self) -> Decimal:
        """Market value in the home currency, before costs."""
        return exact.CONTEXT.multiply(self.quantity, self.price)

    @property
    def unit_basis(self) -> Decimal:
        """Basis of one unit."""
        return exact.CONTEXT.divide(self.basis, self.quantity)

    @property
    def tradable(self) -> bool:
        """Whether it can be sold: at a price of 0 nobody buys, and a fall in price alone realises no loss (CCA 202302011)."""
        return self.price > 0

    @property
    def term(self) -> str:
        """`long` or `short`."""
        return "long" if self.long_term else "short"


@dataclass(frozen=True, slots=True)
class Acquisition:
    """A purchase, swap or receipt of income: what may make a loss on the same asset a wash sale. `day` in the taxpayer's zone."""

    day: date
    kind: str
    transaction_id: str
    account: str
    asset: str
    quantity: Decimal


@dataclass(frozen=True)
class Portfolio:
    """Everything that a plan is computed from. Amounts in the home currency. `acquired`: within the wash-sale window before today."""

    today: date
    lots: tuple[HeldLot, ...]
    prices: Mapping[str, Decimal]
    targets: Mapping[str, Target]
    terms: Rebalance
    position: TaxPosition
    rulebook: Rulebook = field(repr=False)
    problems: tuple[Problem, ...] = ()
    acquired: tuple[Acquisition, ...] = ()

    @cached_property
    def assets(self) -> tuple[str, ...]:
        """Held or targeted assets, by name."""
        return tuple(sorted({lot.asset for lot in self.lots} | set(self.targets)))

    @cached_property
    def money(self) -> Decimal:
        """Cash after contribution and withdrawal, before any trade."""
        with exact.exactly():
            return self.terms.cash + self.terms.contribution - self.terms.withdrawal

    @cached_property
    def total(self) -> Decimal:
        """V: cash, contribution less withdrawal, and the market value of all lots, before costs."""
        with exact.exactly():
            return sum(self.values.values(), self.money)

    @cached_property
    def cost_rate(self) -> Decimal:
        """Trading cost per dollar traded."""
        return self.terms.trading_cost_bps / 10000

    @cached_property
    def values(self) -> Mapping[str, Decimal]:
        """Market value per asset."""
        with exact.exactly():
            values = dict.fromkeys(self.assets, ZERO)
            for lot in self.lots:
                values[lot.asset] += lot.value
            return values

    def target(self, asset: str) -> Target:
        """The wished weight and band; an asset without a target is wished at 0, with the usual band."""
        return self.targets.get(asset) or Target()

    def target_value(self, asset: str) -> Decimal:
        """Wished market value of an asset; 0 where it has no target."""
        return exact.CONTEXT.multiply(self.target(asset).weight, max(ZERO, self.total))

    def home_account(self, asset: str) -> str:
        """Where a purchase of the asset is shown: the account that holds most of it, else most of anything."""
        return self._homes.get(asset) or self._homes.get("", "")

    @cached_property
    def _homes(self) -> Mapping[str, str]:
        """The account with most value per asset, and over all assets under the empty name."""
        held: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        for lot in self.lots:
            for name in (lot.asset, ""):
                held[name][lot.account] += lot.value
        return {name: max(sorted(accounts), key=accounts.__getitem__) for name, accounts in held.items()}


@dataclass(frozen=True, slots=True)
class Market:
    """Prices and the moment at which a decision is taken, in the taxpayer's zone."""

    prices: PriceTable
    now: datetime
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Only:
    """Which lots a decision is about; None means all."""

    asset: str | None = None
    account: str | None = None

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether a lot is one of them. What left for an unknown place is in no account that one can sell from."""
        asset, account = row["asset"], row["account"]
        return account != OUTSIDE and self.asset in {None, asset} and self.account in {None, account}


EVERYTHING = Only()


def portfolio(
    book: Book, market: Market, settings: Settings, position: TaxPosition, rulebook: Rulebook, only: Only = EVERYTHING
) -> Portfolio:
    """The portfolio at the market's moment. Lots without a price are left out with an error Problem.

    Raises:
        TaxlotsError: TARGET_UNKNOWN_ASSET where a target is neither held nor priced; USAGE for lots that are one pool at average cost.
    """
    today = market.now.astimezone(market.zone).date()
    targets = settings.targets
    held = [row for row in frames.records(book.lots) if only.holds(row)]
    if pooled := next((row["lot_id"] for row in held if row["acquired"] is None), None):
        hint = "Leave --method away, or choose an order of single lots: fifo, lifo, hifo, lofo, min-tax."
        raise TaxlotsError(problem("USAGE", f"{pooled}: at average cost there are no lots that a decision could choose", hint))
    quotes = {asset: market.prices.latest(asset, market.now) for asset in {row["asset"] for row in held} | set(targets)}
    _check_targets(targets, quotes, {row["asset"] for row in held})
    lots = tuple(
        HeldLot(
            lot_id=row["lot_id"],
            asset=row["asset"],
            asset_class=row["asset_class"],
            account=row["account"],
            quantity=row["quantity"],
            basis=row["basis"],
            price=quote.price,
            acquired=row["acquired"],
            long_term_on=row["long_term_on"],
            long_term=today >= row["long_term_on"],
            order=row["order"],
            transaction_id=row["lot_transaction_id"],
        )
        for row in held
        if (quote := quotes[row["asset"]]) is not None
    )
    known = {asset: quote.price for asset, quote in quotes.items() if quote is not None}
    return Portfolio(today, lots, known, targets, settings.rebalance, position, rulebook, tuple(_price_problems(quotes, today)))


def _check_targets(targets: Mapping[str, Target], quotes: Mapping[str, Quote | None], held: set[str]) -> None:
    for asset in targets:
        if asset not in held and quotes[asset] is None:
            message = f"[targets] {asset} is neither held nor in the price table"
            raise TaxlotsError(problem("TARGET_UNKNOWN_ASSET", message))


def _price_problems(quotes: Mapping[str, Quote | None], today: date) -> list[Problem]:
    found = []
    for asset, quote in sorted(quotes.items()):
        if quote is None:
            hint = f"Add to prices.csv: {today},{asset},<price>,USD,<source>"
            found.append(problem("PRICE_MISSING", f"no price of {asset}: it is left out of every plan", hint))
        elif quote.away.days > OLD_PRICE_DAYS:
            message = f"the last price of {asset} is {quote.away.days} days old"
            found.append(problem("PRICE_STALE", message, f"Add to prices.csv: {today},{asset},<price>,USD,<source>"))
    return found
