"""What `taxlots.toml` may hold: one class per table, with its keys, units and defaults."""

from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

FILE_NAME = "taxlots.toml"
METHODS = ("fifo", "lifo", "hifo", "lofo", "min-tax", "average", "section-104")
OVER_ALL_ACCOUNTS = ("section-104",)  # orders of an asset, not of an account or a year
POOLS = ("account", "universal")
JURISDICTIONS = ("us", "uk", "ca", "de", "au", "generic")
FilingStatus = Literal["single", "married_joint", "married_separate", "head_of_household", "surviving_spouse"]
_ZERO = Decimal(0)


class YearProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What else is on the year's return: the fields of `TaxPosition` in USD. Gains here are those of other brokers.

    `state` and `state_rate` are of this year only and go before those of [profile].
    `withheld`, `estimated_payments`, `prior_tax` and `prior_agi` are for the safe harbour of estimated tax. The last three
    are for other countries, in their currency: losses of earlier years, the United Kingdom's unused basic rate band, and
    the marginal income tax rate of Canada, Germany and Australia.
    """

    filing_status: FilingStatus | None = None
    wages: Decimal = _ZERO
    other_income: Decimal = _ZERO
    interest: Decimal = _ZERO
    ordinary_dividends: Decimal = _ZERO
    qualified_dividends: Decimal = _ZERO
    short_term: Decimal = _ZERO
    long_term: Decimal = _ZERO
    collectibles: Decimal = _ZERO
    carryover_short: Decimal | None = None
    carryover_long: Decimal | None = None
    itemized_deductions: Decimal | None = None
    state: str | None = None
    state_rate: Decimal | None = None
    state_deductions: Decimal | None = None
    investment_income: Decimal = _ZERO
    withheld: Decimal = _ZERO
    estimated_payments: Decimal = _ZERO
    prior_tax: Decimal | None = None
    prior_agi: Decimal | None = None
    losses_brought_forward: Decimal | None = None
    basic_band_left: Decimal = _ZERO
    personal_rate: Decimal | None = None


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who files, where, in which time zone and currency; one YearProfile per tax year."""

    jurisdiction: str = "us"
    timezone: str | None = None
    currency: str | None = None
    filing_status: FilingStatus | None = None
    state: str | None = None
    state_rate: Decimal | None = None
    staking_is_investment_income: bool | None = None
    years: dict[int, YearProfile] = {}


class MethodsOfYear(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Orders of a tax year, which go before those of [methods]."""

    default: str | None = None
    accounts: dict[str, str] = {}
    assets: dict[str, str] = {}


class Methods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Order in which lots leave an account, and the pool that they leave. Without a default and a pool, those of the jurisdiction.

    Accounts are named as such or as `account:ASSET`.
    """

    default: str | None = None
    pool: str | None = None
    pool_until_2024: str | None = None
    transfers: Literal["account", "fifo"] = "account"
    transfer_fee: Literal["disposal", "basis"] = "disposal"
    accounts: dict[str, str] = {}
    assets: dict[str, str] = {}
    years: dict[int, MethodsOfYear] = {}


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Wished share of the portfolio's value, and how far it may drift, both as fractions of 1."""

    weight: Decimal = _ZERO
    band: Decimal = Decimal("0.05")


class Rebalance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money, costs, prices and limits of the decision. Amounts in the home currency, rates as fractions.

    `cash_reserve` is never spent. `risk_aversion` left out: 2 where the price table has a history of every asset, else 0. `never_sell`
    names assets or lots, `buy_only` the assets that may be bought (none: all), `whole_units` assets or classes of which whole units are
    traded. `tranches` and `tranche_every` are for the alternative `graduated`, `bands_to` for `bands`.
    """

    cash: Decimal = _ZERO
    cash_reserve: Decimal = _ZERO
    contribution: Decimal = _ZERO
    recurring_contribution: Decimal = _ZERO
    recurring_every: Literal["week", "month", "quarter", "year"] = "month"
    withdrawal: Decimal = _ZERO
    trading_cost_bps: Decimal = Decimal(15)
    drift_penalty: Decimal = Decimal("0.02")
    risk_aversion: Decimal | None = None
    never_sell: tuple[str, ...] = ()
    buy_only: tuple[str, ...] = ()
    whole_units: tuple[str, ...] = ()
    bands_to: Literal["edge", "half", "target"] = "edge"
    tranches: Decimal = Decimal(2)
    tranche_every: Literal["week", "month", "quarter", "year"] = "year"
    future_rate: Decimal = _ZERO
    carryforward_value: Decimal = Decimal("0.15")
    horizon_years: Decimal = Decimal(10)
    growth: Decimal = Decimal("0.05")
    interest: Decimal = _ZERO
    min_trade: Decimal = _ZERO


class Harvest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be bought in the place of an asset that is sold at a loss: the person's own table, by asset."""

    replacements: dict[str, tuple[str, ...]] = {}


class OwnPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A policy of one's own for `taxlots impact`: how often it looks, when it is due (no limit: at each look), and what it does then."""

    alternative: str = "bands"
    every: Literal["day", "week", "month", "quarter", "year"] = "month"
    drift: Decimal | None = None
    outside_bands: bool = False
    at_least_every: Literal["month", "quarter", "year"] | None = None


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an account is taxed, and the cash in it. `spouse`: on the same return where that is a joint one, else on another."""

    type: Literal["taxable", "deferred", "spouse"] = "taxable"
    cash: Decimal = _ZERO


class Filed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A year that was filed: its document (`taxlots filed` writes it), and the losses carried over where there is no document."""

    file: str | None = None
    carryover_short: Decimal | None = None
    carryover_long: Decimal | None = None


class Asset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the person says of an asset, under its name or under `account:NAME`.

    Its class, its right name (a rename to itself keeps it apart from what the program would call it), that it is the equal of another
    asset (a wrapped form), and whether it is spam.
    """

    asset_class: Literal["digital", "security", "fund", "collectible"] | None = msgspec.field(default=None, name="class")
    rename: str | None = None
    same_as: str | None = None
    spam: bool | None = None


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How values are looked up.

    How many days away a price may be, whether stablecoins are taken at par where they have no price, and how far the two sides of a swap
    may be apart before a warning, as a fraction of the larger.
    """

    limit_days: Decimal = Decimal(7)
    stablecoins: Literal["table", "par"] = "table"
    difference: Decimal = Decimal("0.1")


class Files(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Input files beside the exports, relative to the folder of taxlots.toml."""

    prices: str | None = None
    overrides: str | None = None
    opening_lots: str | None = None
    allocation: str | None = None
    transfers: str | None = None
    balances: str | None = None
    identifications: str | None = None


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a layout's files don't say of their times: the zone of a time of day without one, and the order of day and month."""

    timezone: str | None = None
    order: Literal["day-first", "month-first"] | None = None


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision about many rows at once: what they must be, and the kind that they become (`exclude` drops them)."""

    becomes: str
    layout: str | None = None
    account: str | None = None
    kind: str | None = None
    asset: str | None = None
    note: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None


class OwnLeg(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns of a quantity and of its asset; `=BTC` in the place of a column means that asset in every row."""

    quantity: str
    asset: str


class OwnLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An export layout of one's own: what each column means, and what each type of row is (see docs/importing.md)."""

    id: str
    account: str
    time: str
    kind: tuple[str, ...]
    kinds: dict[str, str] = {}
    time_of_day: str | None = None
    account_column: str | None = None
    counter_account: str | None = None
    required: tuple[str, ...] = ()
    amount: OwnLeg | None = None
    total: OwnLeg | None = None
    price: OwnLeg | None = None
    sent: OwnLeg | None = None
    received: OwnLeg | None = None
    fee: OwnLeg | None = None
    value: OwnLeg | None = None
    fee_value: OwnLeg | None = None
    balance: OwnLeg | None = None
    basis: str | None = None
    acquired: str | None = None
    id_column: str | None = None
    txid: str | None = None
    note: str | None = None
    timezone: str | None = None
    dates: Literal["day-first", "month-first"] | None = None
    decimal: Literal[".", ","] = "."
    unsigned: bool = False
    fee_in_total: bool = False
    asset_class: Literal["digital", "security", "fund", "collectible"] | None = None
    renames: dict[str, str] = {}


class FormLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A `[[layout]]` with `form`: whose rows are lines of a broker's form, to be reconciled with (see docs/importing.md)."""

    id: str
    form: Literal["1099-DA"]
    account: str
    asset: str
    units: str
    sold: str
    proceeds: str
    acquired: str | None = None
    basis: str | None = None
    basis_reported: str | None = None
    covered: str | None = None
    account_column: str | None = None
    required: tuple[str, ...] = ()
    timezone: str | None = None
    dates: Literal["day-first", "month-first"] | None = None
    decimal: Literal[".", ","] = "."
    renames: dict[str, str] = {}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. `Settings()` is what holds without one."""

    profile: Profile = Profile()
    methods: Methods = Methods()
    targets: dict[str, Target] = {}
    rebalance: Rebalance = Rebalance()
    harvest: Harvest = Harvest()
    policies: dict[str, OwnPolicy] = {}
    filed: dict[int, Filed] = {}
    accounts: dict[str, Account] = {}
    assets: dict[str, Asset] = {}
    prices: Prices = Prices()
    files: Files = Files()
    times: dict[str, Times] = {}
    rule: tuple[Rule, ...] = ()
    layout: tuple[OwnLayout, ...] = ()
    form_layout: tuple[FormLayout, ...] = ()


class SettingsFile(NamedTuple):
    """Settings with where they came from, for reports and for resolving `[files]`."""

    settings: Settings
    path: Path | None
    sha256: str | None
