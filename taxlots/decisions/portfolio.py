"""What a decision starts from: open lots at today's prices, targets, money and the tax position of the year so far."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Any

import msgspec

from taxlots import exact, frames
from taxlots.assets import asset_table
from taxlots.decisions.history import Covariance, covariance_of
from taxlots.ledger.entry_columns import OUTSIDE
from taxlots.lots.results import Book
from taxlots.prices import PriceTable, Quote
from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.rulebook import Rulebook
from taxlots.settings import Rebalance, Settings, Target
from taxlots.tax.position import TaxPosition

ZERO = Decimal(0)
OLD_PRICE_DAYS = 7
USUAL_AVERSION = Decimal(2)


@dataclass(frozen=True, slots=True)
class HeldLot:
    """An open lot with its value today, before costs. `long_term`: its term if sold today; not `taxed`: in a tax-deferred account."""

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
    taxed: bool = True
    value: Decimal = field(init=False)

    def __post_init__(self) -> None:
        """The market value is asked for all the time, so it is worked out once."""
        object.__setattr__(self, "value", exact.CONTEXT.multiply(self.quantity, self.price))

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
    """Everything that a plan is computed from. Amounts in the home currency. `acquired`: within the wash-sale window before today.

    `account_cash` is the part of the cash that lies in an account, `deferred` the cash of each tax-deferred account, apart from the rest;
    `fixed` what is held of an asset beyond the lots. `classes`: the class of what is held or has a target. `paid`: trading cost of trades
    that are done already; V is before costs, so that the targets are the same dollars before and after them.
    """

    today: date
    lots: tuple[HeldLot, ...]
    prices: Mapping[str, Decimal]
    targets: Mapping[str, Target]
    terms: Rebalance
    position: TaxPosition
    rulebook: Rulebook = field(repr=False)
    problems: tuple[Problem, ...] = ()
    acquired: tuple[Acquisition, ...] = ()
    account_cash: Mapping[str, Decimal] = field(default_factory=dict)
    deferred: Mapping[str, Decimal] = field(default_factory=dict)
    fixed: Mapping[str, Decimal] = field(default_factory=dict)
    covariance: Covariance | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    paid: Decimal = ZERO

    @cached_property
    def assets(self) -> tuple[str, ...]:
        """Held or targeted assets, by name."""
        return tuple(sorted({lot.asset for lot in self.lots} | set(self.targets) | set(self.fixed)))

    @cached_property
    def money(self) -> Decimal:
        """Cash after contribution and withdrawal, before any trade; without that of tax-deferred accounts."""
        with exact.exactly():
            return self.terms.cash + self.terms.contribution - self.terms.withdrawal

    @cached_property
    def spendable(self) -> Decimal:
        """The money without the reserve, before any trade."""
        with exact.exactly():
            return self.money - self.terms.cash_reserve

    @cached_property
    def total(self) -> Decimal:
        """V: all cash, contribution less withdrawal, and the market value of everything held, before costs."""
        with exact.exactly():
            return sum(self.values.values(), self.money) + sum(self.deferred.values(), self.paid)

    @cached_property
    def cost_rate(self) -> Decimal:
        """Trading cost per dollar traded."""
        return self.terms.trading_cost_bps / 10000

    @cached_property
    def known(self) -> dict[str, Any]:
        """What was computed of this portfolio before: alternatives sell the same lots again and again, in the same orders."""
        return {}

    @cached_property
    def lots_of(self) -> Mapping[str, tuple[HeldLot, ...]]:
        """The lots of each asset, as they stand."""
        found: dict[str, list[HeldLot]] = {asset: [] for asset in self.assets}
        for lot in self.lots:
            found[lot.asset].append(lot)
        return {asset: tuple(lots) for asset, lots in found.items()}

    @cached_property
    def values(self) -> Mapping[str, Decimal]:
        """Market value per asset."""
        with exact.exactly():
            values = dict.fromkeys(self.assets, ZERO) | dict(self.fixed)
            for lot in self.lots:
                values[lot.asset] += lot.value
            return values

    def can_sell(self, lot: HeldLot) -> bool:
        """Whether a plan may sell it: it has a price, its account is not tax-deferred, and nothing says `never_sell`."""
        return lot.tradable and lot.taxed and not {lot.asset, lot.lot_id} & self.never_sell

    @cached_property
    def never_sell(self) -> frozenset[str]:
        """Assets and lots that stay."""
        return frozenset(self.terms.never_sell)

    def can_buy(self, asset: str) -> bool:
        """Whether a plan may buy it: it has a price, and is on the list of what may be bought, if there is one."""
        return self.prices.get(asset, ZERO) > 0 and (not self.terms.buy_only or asset in self.terms.buy_only)

    def is_whole(self, asset: str) -> bool:
        """Whether only whole units of it are traded."""
        return bool({asset, self.classes.get(asset, "")} & set(self.terms.whole_units))

    @cached_property
    def aversion(self) -> Decimal:
        """Cost of tracking variance: the setting, else 2 where there is a history of prices."""
        if self.covariance is None:
            return ZERO
        return USUAL_AVERSION if self.terms.risk_aversion is None else self.terms.risk_aversion

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
    deferred = {name for name, account in settings.accounts.items() if account.type == "deferred"}
    lots = tuple(_lot(row, quote, today, deferred) for row in held if (quote := quotes[row["asset"]]) is not None)
    known = {asset: quote.price for asset, quote in quotes.items() if quote is not None}
    cash = {name: account.cash for name, account in settings.accounts.items()}
    in_accounts = {name: amount for name, amount in cash.items() if name not in deferred and amount}
    with exact.exactly():
        money = sum(in_accounts.values(), settings.rebalance.cash)
    return Portfolio(
        today,
        lots,
        known,
        targets,
        msgspec.structs.replace(settings.rebalance, cash=money),
        position,
        rulebook,
        tuple(_price_problems(quotes, today)),
        account_cash=in_accounts,
        deferred={name: cash[name] for name in sorted(deferred)},
        covariance=_covariance(market, settings.rebalance, known) if targets else None,
        classes={asset: _usual_class(asset, settings) for asset in targets} | {row["asset"]: row["asset_class"] for row in held},
    )


def _usual_class(asset: str, settings: Settings) -> str:
    """The class of an asset of which no export tells: the person's word, else the table of assets, else a digital asset."""
    choice = settings.assets.get(asset)
    return (choice.asset_class if choice else None) or asset_table().classes.get(asset, "digital")


def _lot(row: Mapping[str, Any], quote: Quote, today: date, deferred: set[str]) -> HeldLot:
    return HeldLot(
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
        taxed=row["account"] not in deferred,
    )


def _covariance(market: Market, terms: Rebalance, prices: Mapping[str, Decimal]) -> Covariance | None:
    """The history of what has a price; none is looked for where a variance costs nothing."""
    if terms.risk_aversion == 0:
        return None
    return covariance_of(market.prices, sorted(prices), market.now)


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
        elif not quote.price:
            found.append(problem("PRICE_ZERO", f"the price of {asset} is 0: it counts as worth nothing, and none of it is traded"))
        elif quote.away.days > OLD_PRICE_DAYS:
            message = f"the last price of {asset} is {quote.away.days} days old"
            found.append(problem("PRICE_STALE", message, f"Add to prices.csv: {today},{asset},<price>,USD,<source>"))
    return found
