"""The wash-sale window of a loss: purchases within 30 days before the sale, and until when a further one would defer it.

A loss on stock or securities is deferred as far as substantially identical ones are acquired, by purchase or by a taxable exchange, within
30 days before or after the sale (26 USC 1091(a), (b)). Digital assets are not covered as the law stands; the rulebook has the dated switch.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from taxlots import exact, frames
from taxlots.decisions.portfolio import ZERO, Acquisition, HeldLot, Portfolio
from taxlots.kinds import is_fiat
from taxlots.ledger.settle import Ledger
from taxlots.lots.wash_sales import COVERED, DIGITAL, WINDOW
from taxlots.rulebook import Rulebook

COVERS = "us/federal/wash_sale/covers"
_PURCHASES = ("buy", "swap", "income:")


@dataclass(frozen=True, slots=True)
class Window:
    """From the first to the last day on which a purchase would defer a loss of today, with the purchases so far.

    `applies`: whether the law covers the asset; `deferred`: units of the lot whose loss the purchases defer already; `rule`:
    the path of the rule behind it; `law`: what it says, in words.
    """

    since: date
    until: date
    applies: bool
    trades: tuple[Acquisition, ...]
    deferred: Decimal
    rule: str
    law: str

    @property
    def remark(self) -> str:
        """Purchases, law and what is deferred, in words."""
        listed = ", ".join(f"{one.kind} of {exact.plain(one.quantity)} on {one.day} ({one.account})" for one in self.trades)
        already = f"; the loss on {exact.plain(self.deferred)} units is deferred already" if self.deferred else ""
        return f"{listed or f'no purchase since {self.since}'}{already}; {self.law}"


def days_of(rulebook: Rulebook, today: date) -> timedelta:
    """The days of the window on each side."""
    return timedelta(days=int(rulebook.amount(WINDOW, today)))


def acquisitions(ledger: Ledger, today: date, rulebook: Rulebook) -> tuple[Acquisition, ...]:
    """Purchases and receipts of the window before today, in order of time."""
    transactions = ledger.transactions
    start = datetime.combine(today - days_of(rulebook, today), time(), ledger.zone)
    recent = transactions[(transactions["time"] >= start) & transactions["received_quantity"].notna()]
    rows = (row for row in frames.records(recent) if row["kind"].startswith(_PURCHASES) and not is_fiat(row["received_asset"]))
    found = [
        Acquisition(
            row["time"].astimezone(ledger.zone).date(),
            row["kind"],
            row["id"],
            row["account"],
            row["received_asset"],
            row["received_quantity"],
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.transaction_id)))


def wash_sale_applies(portfolio: Portfolio, lot: HeldLot) -> bool:
    """Whether a repurchase defers a loss on this lot (26 USC 1091): for securities, and for digital assets once the law says so."""
    if lot.asset_class == "digital":
        known: dict[str, bool] = portfolio.known.setdefault("wash sales", {})
        if lot.asset_class not in known:
            known[lot.asset_class] = portfolio.rulebook.value(DIGITAL, portfolio.today) is True
        return known[lot.asset_class]
    return lot.asset_class in COVERED


def window_of(portfolio: Portfolio, lot: HeldLot, taken: Decimal = ZERO) -> Window:
    """The window of a sale of the whole lot today; `taken` units of the purchases defer other losses already.

    The purchase of the lot itself is not one: what it brought in is what is sold.
    """
    days = days_of(portfolio.rulebook, portfolio.today)
    since, until = portfolio.today - days, portfolio.today + days
    trades = tuple(one for one in portfolio.acquired if one.asset == lot.asset and one.transaction_id != lot.transaction_id)
    applies = wash_sale_applies(portfolio, lot)
    with exact.exactly():
        bought = sum((one.quantity for one in trades), ZERO)
        deferred = min(lot.quantity, max(ZERO, bought - taken)) if applies else ZERO
    rule = WINDOW if applies else DIGITAL if lot.asset_class == "digital" else COVERS
    return Window(since, until, applies, trades, deferred, rule, _law(portfolio, rule, (since, until)))


def _law(portfolio: Portfolio, path: str, window: tuple[date, date]) -> str:
    """What the law says, with its citation; for digital assets also how many bills would change it."""
    rule = portfolio.rulebook.rule(path)
    if path == WINDOW:
        return f"a purchase from {window[0]} to {window[1]} defers the loss ({rule.citation.title})"
    if path == COVERS:
        return f"no wash sale for what is neither stock nor security ({rule.citation.title})"
    bills = f", {len(rule.pending)} bills are pending" if rule.pending else ""
    return f"no wash sale for digital assets as the law stands ({rule.citation.title}){bills}"
