"""What each transaction and its fee were worth in the home currency: from the trade's own money leg, else from the price table.

A swap is worth what was received, by the price table; where only the given asset has a price, what was given. Where both have one and
they differ by more than the limit, that is said. Every value carries its source in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from taxlots.exact import CONTEXT, plain
from taxlots.importers.records import Source, Transaction
from taxlots.kinds import KINDS, is_fiat
from taxlots.ledger.missing import Findings, Places
from taxlots.prices import PriceTable, Quote
from taxlots.problems import Problem, problem

TOO_LARGE = Decimal(10) ** 15  # leaves room for sums in 18 digits
OWN_VALUE = "the row's own value"
NO_INCOME = "no income and no cost by the law"
FORK = "income:fork"
FEE_COUNTS = {"buy", "sell", "swap", "spend"}  # elsewhere a fee in money is no part of a basis or of proceeds
_VALUED_WHERE_KNOWN = {"gift-in", "donation"}
PRICED_SIDE = {"swap": ("received", "sent"), "spend": ("sent",), "fee": ("sent", "fee"), "inheritance": ("received",)}


@dataclass(frozen=True, slots=True)
class Unpaid:
    """What the law makes of units that nothing was paid for.

    `fork_is_income`: those of a fork are income at their value, which is their cost; else neither. `gift_at_value`: those given cost what
    they were worth, where no other basis is known; else nothing.
    """

    fork_is_income: bool = True
    gift_at_value: bool = False


@dataclass(frozen=True, slots=True)
class Valued:
    """A transaction with its home-currency values; None where they are not needed (or missing, with a Problem)."""

    transaction: Transaction
    value: Decimal | None
    value_source: str | None
    fee_value: Decimal | None
    shortfall_value: Decimal | None


@dataclass(frozen=True, slots=True)
class _Worth:
    amount: Decimal
    source: str


def shortfall(t: Transaction) -> Decimal:
    """Units of a transfer that were sent and did not arrive; 0 for anything else, and where more arrived than was sent."""
    if t.kind != "transfer" or t.sent_quantity is None or t.received_quantity is None:
        return Decimal(0)
    return max(Decimal(0), t.sent_quantity - t.received_quantity)


def _exchanges_money(t: Transaction) -> bool:
    """One currency for another: no lot, so nothing has to be valued."""
    return t.kind in {"buy", "sell", "swap"} and is_fiat(t.sent_asset) and is_fiat(t.received_asset)


def source_of(asset: str, quote: Quote, home: str) -> str:
    """Where a value comes from: the row itself where it is in money, with the rate of foreign money, else the price table."""
    if asset == home:
        return OWN_VALUE
    return f"{OWN_VALUE}, {asset} by {quote.source}" if is_fiat(asset) else quote.source


def source_of_nothing(asset: str) -> str:
    """What stands in the place of the source where the price of an asset is missing."""
    return f"no price of {asset}: counts as 0"


class Valuer:
    """Values transactions with one price table and collects the Problems that arise."""

    def __init__(self, prices: PriceTable, difference: Decimal = Decimal("0.1"), law: Unpaid | None = None) -> None:
        """`prices.home` is the home currency; `difference` how far the two sides of a swap may be apart, as a share of the larger."""
        self.prices, self.difference = prices, difference
        self.law = law or Unpaid()
        self._rows: list[Problem] = []
        self._findings = Findings(prices)

    @property
    def problems(self) -> list[Problem]:
        """What was found so far: problems of single rows, and one per asset (or pair of assets) whose price is missing, old or doubtful."""
        return [*self._rows, *self._findings.problems()]

    @property
    def missing(self) -> list[tuple[date, str]]:
        """Days (UTC) and assets without a price, each once."""
        return self._findings.missing()

    def value_all(self, transactions: Sequence[Transaction]) -> list[Valued]:
        """Every transaction valued, in the order given."""
        return [self._valued(transaction) for transaction in transactions]

    def _valued(self, t: Transaction) -> Valued:
        self._findings.last = None
        worth = self._main(t)
        lacking = self._findings.last
        if t.kind in {"gift-in", "adjust"} and t.received_quantity is not None and t.basis is None:
            t = self._with_basis(t, worth)
        stated = worth or self._row_value(t)
        fee, short = self._fee(t, stated), self._shortfall(t, stated)
        source = worth.source if worth else source_of_nothing(lacking) if lacking else None
        return Valued(t, worth.amount if worth else None, source, fee, short)

    def _with_basis(self, t: Transaction, worth: _Worth | None) -> Transaction:
        """What came in without a basis: at its value where the law says so, else at 0, which is a Problem."""
        if worth is not None and t.kind == "gift-in" and self.law.gift_at_value:
            return replace(t, basis=worth.amount)
        file, row = t.sources[0]
        message = f"{t.kind} of {plain(t.received_quantity or Decimal(0))} {t.received_asset} (id {t.id}) carries no basis; basis 0 is used"
        hint = f"Add to overrides.csv: {t.id},{t.kind},,<basis>,<acquired>,<why>"
        self._rows.append(problem("BASIS_ASSUMED", message, hint, file=file, row=row))
        return t

    def _row_value(self, t: Transaction) -> _Worth | None:
        """The value that a row states although its kind does not need one: it prices the row's fees."""
        stated = t.value is not None and (shortfall(t) or t.fee_quantity is not None)
        return self._priced(t, t.value, t.value_currency or self.prices.home, needed=False) if stated and t.value is not None else None

    def _shortfall(self, t: Transaction, worth: _Worth | None) -> Decimal | None:
        """What did not arrive of a transfer was a network fee in the asset: at the row's own value, else at the table's price."""
        missing = shortfall(t)
        if not missing or t.sent_asset is None:
            return None
        if worth is not None and t.sent_quantity:
            return CONTEXT.divide(CONTEXT.multiply(worth.amount, missing), t.sent_quantity)
        priced = self._priced(t, missing, t.sent_asset)
        return priced.amount if priced else None

    def _main(self, t: Transaction) -> _Worth | None:
        if t.kind in _VALUED_WHERE_KNOWN and t.value is None:
            return self._known(t)
        if t.basis is not None and t.kind == "inheritance":
            return _Worth(t.basis, "given as basis")
        if t.kind == FORK and not self.law.fork_is_income:
            return _Worth(Decimal(0), NO_INCOME)
        if _exchanges_money(t):
            return None
        stated = self._stated(t)
        if stated:
            return self._priced(t, *stated, needed=KINDS[t.kind].valued)
        valued = KINDS[t.kind].valued and not (t.kind == "fee" and t.sent_quantity is None)
        return self._looked_up(t) if valued else None

    def _stated(self, t: Transaction) -> tuple[Decimal, str] | None:
        """Amount and currency that the row itself gives: its money leg, else its value."""
        if t.kind == "fee" and t.sent_quantity is None:
            return None
        value = t.fee_value if t.kind == "fee" and t.value is None else t.value
        stated = None if value is None else (value, t.value_currency or self.prices.home)
        return self._money_leg(t) or stated

    def _money_leg(self, t: Transaction) -> tuple[Decimal, str] | None:
        if not KINDS[t.kind].valued:
            return None
        for asset, quantity in ((t.sent_asset, t.sent_quantity), (t.received_asset, t.received_quantity)):
            if asset and quantity is not None and is_fiat(asset):
                return quantity, asset
        return None

    def _looked_up(self, t: Transaction) -> _Worth | None:
        sides = {"received": (t.received_quantity, t.received_asset), "sent": (t.sent_quantity, t.sent_asset)}
        wanted = PRICED_SIDE.get(t.kind, ("received", "sent"))
        legs = [(quantity, asset) for side in wanted if side in sides for quantity, asset in (sides[side],) if quantity and asset]
        priced = [leg for leg in legs if self.prices.at(leg[1], t.time) is not None]
        if len(priced) > 1:
            self._compare(t, priced[0], priced[1])
        return self._priced(t, *(priced or legs)[0]) if legs else None

    def _known(self, t: Transaction) -> _Worth | None:
        """The value of what is given, where the table has a price; it is needed for a loss or a deduction only."""
        asset, quantity = (t.received_asset, t.received_quantity) if t.kind == "gift-in" else (t.sent_asset, t.sent_quantity)
        if asset is None or quantity is None or is_fiat(asset):
            return None
        return self._priced(t, quantity, asset, needed=False)

    def _compare(self, t: Transaction, counted: tuple[Decimal, str], other: tuple[Decimal, str]) -> None:
        """Note a swap whose two sides are too far apart."""
        quotes = [self.prices.at(asset, t.time) for _, asset in (counted, other)]
        values = [CONTEXT.multiply(leg[0], quote.price) for leg, quote in zip((counted, other), quotes, strict=True) if quote]
        if abs(CONTEXT.subtract(*values)) > CONTEXT.multiply(self.difference, max(values)):
            self._findings.disagree(t, (counted, values[0]), (other, values[1]))

    def _fee(self, t: Transaction, worth: _Worth | None) -> Decimal | None:
        if t.fee_quantity is None or t.fee_asset is None:
            return None
        if is_fiat(t.fee_asset):
            priced = self._priced(t, t.fee_quantity, t.fee_asset, needed=t.kind in FEE_COUNTS and not _exchanges_money(t))
        elif t.fee_value is not None:
            priced = self._priced(t, t.fee_value, t.value_currency or self.prices.home)
        else:
            priced = self._implied(t, worth) or self._priced(t, t.fee_quantity, t.fee_asset)
        return priced.amount if priced else None

    def _implied(self, t: Transaction, worth: _Worth | None) -> _Worth | None:
        """The fee at the trade's own price, where the fee asset is one of its legs."""
        if worth is None or t.fee_quantity is None:
            return None
        for asset, quantity in ((t.received_asset, t.received_quantity), (t.sent_asset, t.sent_quantity)):
            if asset is not None and asset == t.fee_asset and quantity:
                amount = CONTEXT.divide(CONTEXT.multiply(worth.amount, t.fee_quantity), quantity)
                return self._fitting(t, t.fee_quantity, asset, _Worth(amount, "the trade's own price"))
        return None

    def _priced(self, t: Transaction, quantity: Decimal, asset: str, *, needed: bool = True) -> _Worth | None:
        quote = self.prices.at(asset, t.time)
        if quote is None and not needed:
            return None
        if quote is None:
            self.report_missing(asset, t.time, f"{t.kind} of {plain(quantity)} {asset}", t.sources[0])
            return None
        if quote.stale and needed:
            self._findings.old(t, asset, quote)
        worth = _Worth(CONTEXT.multiply(quantity, quote.price), source_of(asset, quote, self.prices.home))
        return self._fitting(t, quantity, asset, worth)

    def report_missing(self, asset: str, time: datetime, what: str, source: Source) -> None:
        """No price is known: `what` counts as 0. All rows of one asset become one Problem."""
        self._findings.lack(asset, time, what, source)

    def report_all_missing(self, asset: str, places: Places) -> None:
        """As `report_missing` for many rows of an asset that has no price at all."""
        self._findings.lack_all(asset, places)

    def _fitting(self, t: Transaction, quantity: Decimal, asset: str, worth: _Worth) -> _Worth | None:
        if abs(worth.amount) < TOO_LARGE:
            return worth
        file, row = t.sources[0]
        message = f"{plain(quantity)} {asset} are worth {worth.amount:.3e} {self.prices.home}: more than 18 digits before the point"
        self._rows.append(problem("ROW_INVALID", message, file=file, row=row))
        return None
