"""What a person elects: the order in which lots leave, by account, asset and year; the pools; and what the law adds to it.

What is said of a year goes before what is said in general. Within each, from the most to the least specific: an asset in an account
(`kraken:BTC`), an account, an asset, the default. Pools over all accounts know no accounts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from taxlots.ledger.companions import AllocatedLot
from taxlots.lots.directions import Directions

SECTION_104 = "section-104"
AVERAGE = "average"
DATED_AVERAGE = "average by account"  # average basis, lots leave first in, first out
MIN_TAX = "min-tax"
WITHOUT_RECORD = frozenset({"fifo", SECTION_104, AVERAGE, DATED_AVERAGE})  # orders for which no record before the sale is asked
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TermRates:
    """The tax on a dollar of short-term and of long-term gain, as fractions; what a dollar of loss saves is taken to be the same."""

    short: Decimal
    long: Decimal


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders by account (or `account:ASSET`) and by asset, and for the rest."""

    default: str | None = None
    accounts: Mapping[str, str] = field(default_factory=dict)
    assets: Mapping[str, str] = field(default_factory=dict)

    def said(self, account: str, asset: str) -> str | None:
        """The order of an asset in an account (empty: in all of them together); None where nothing is said."""
        both, one = (self.accounts.get(name) if account else None for name in (f"{account}:{asset}", account))
        return both or one or self.assets.get(asset) or self.default


@dataclass(frozen=True, slots=True)
class Span:
    """Orders that go before the general ones from `start` until `until` (exclusive)."""

    start: datetime
    until: datetime
    orders: Orders


@dataclass(frozen=True, slots=True)
class Regime:
    """What the law adds to the elections.

    `average_refused`: assets whose basis must not be averaged. `dated_average`: averaged lots keep their dates and leave first in,
    first out. `superficial_days`: how long before and after a sale a purchase of the same denies its loss. `exempt_after_a_year`:
    gains on what was held for more than a year are not taxed. `wash_days`: how long before and after a sale at a loss a purchase of the
    same denies it, for the assets in `wash_assets`, each from the day on which the law covers it. `dual_basis`: a gift has another basis
    for a loss. `results`: the code of the Problem that says what law results of margin and derivatives are under. `inherited_is_long`:
    what was inherited is long-term from the first day on.
    """

    average_refused: frozenset[str] = frozenset()
    dated_average: bool = False
    superficial_days: int | None = None
    matching_days: int = 30
    exempt_after_a_year: bool = False
    dual_basis: bool = False
    results: str | None = None
    inherited_is_long: bool = True
    wash_days: int | None = None
    wash_assets: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Universal:
    """Assets in one pool over all accounts until a moment, and the allocation of what is unused then (`allocation.py`)."""

    until: datetime
    assets: frozenset[str]
    lines: tuple[AllocatedLot, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """Units of a purchase, named by its transaction, that replace units sold at a loss before, with the loss and the time of holding.

    `first`: the day on which the holding period of what was sold began.
    """

    purchase: str
    units: int
    denied: int
    first: date
    sold_on: date
    bought_on: date = date.max


@dataclass(frozen=True, slots=True)
class Elections:
    """The orders that apply, for transfers too; whether pools are per account; what was recorded on top.

    `transfer_fee_is_basis`: what a transfer between own accounts cost is added to the basis of what was moved, which no authority decides.
    `rates`, each from a moment on, are what min-tax ranks lots by. `deferred` are accounts whose gains are not taxed when they are made
    (a retirement account) and `spouse` those of a spouse, `apart` where that has another return: each has pools of its own.
    `claims`: what purchases take over of losses that were booked before the ledger begins.
    """

    method: str = "fifo"
    accounts: Mapping[str, str] = field(default_factory=dict)
    per_account: bool = True
    transfers_fifo: bool = False
    transfer_fee_is_basis: bool = False
    directions: Directions = field(default_factory=Directions)
    assets: Mapping[str, str] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    rates: tuple[tuple[datetime, TermRates], ...] = ()
    regime: Regime = field(default_factory=Regime)
    universal: Universal | None = None
    deferred: frozenset[str] = frozenset()
    spouse: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    claims: tuple[Claim, ...] = ()

    @property
    def own_pools(self) -> frozenset[str]:
        """Accounts that no pool over all accounts reaches."""
        return self.deferred | self.spouse

    @property
    def off_return(self) -> frozenset[str]:
        """Accounts whose sales and income are not on the person's return."""
        return self.deferred | self.apart

    def method_of(self, account: str, asset: str = "", when: datetime = _EARLIEST) -> str:
        """The order in which lots of an asset leave an account at a time."""
        where = "" if self.is_shared(asset) else account
        general = Orders(self.method, self.accounts, self.assets)
        said = [span.orders.said(where, asset) for span in self.spans if span.start <= when < span.until]
        chosen = next((order for order in said if order), None) or general.said(where, asset) or self.method
        if chosen != AVERAGE:
            return chosen
        if asset in self.regime.average_refused:
            return "fifo"
        return DATED_AVERAGE if self.regime.dated_average else AVERAGE

    def is_shared(self, asset: str) -> bool:
        """Whether the lots of an asset are in one pool over all accounts."""
        return not self.per_account or (self.assets.get(asset) or self.method) == SECTION_104

    def turns(self) -> list[datetime]:
        """The moments at which another order may begin."""
        return sorted({moment for span in self.spans for moment in (span.start, span.until)})

    def orders(self) -> frozenset[str]:
        """Every order that may apply."""
        general = Orders(self.method, self.accounts, self.assets)
        said = [general, *(span.orders for span in self.spans)]
        return frozenset(name for one in said for name in (one.default, *one.accounts.values(), *one.assets.values()) if name)
