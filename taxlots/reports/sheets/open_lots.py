"""Open lots: what is still held, when it becomes long-term, and what it is worth at the last price."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from taxlots import exact, frames
from taxlots.ledger.entry_columns import OUTSIDE
from taxlots.prices import Quote
from taxlots.reports.sheets.book import Field, Layout, Workbook
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import exact_text

_NOTE = (
    "Value and unrealised gain at the last price up to the as-of date, before selling costs. "
    f"Account '{OUTSIDE}': sent away, and no deposit of this history is its other end."
)
_FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Held:
    """An open lot with the last price of its asset, if there is one."""

    lot: dict[str, Any]
    quote: Quote | None

    @property
    def value(self) -> Decimal | None:
        """Market value in the home currency."""
        return None if self.quote is None else exact.CONTEXT.multiply(self.lot["quantity"], self.quote.price)

    @property
    def unrealised(self) -> Decimal | None:
        """Value less basis."""
        return None if self.value is None else exact.CONTEXT.subtract(self.value, self.lot["basis"])


def held(facts: Facts) -> list[Held]:
    """The open lots by asset, account and date; found once for all sheets."""
    if facts.held is not None:
        return facts.held
    session = facts.session
    lots = frames.records(session.book.lots)
    quotes = {asset: session.ledger.prices.latest(asset, session.now) for asset in {lot["asset"] for lot in lots}}
    ordered = sorted(lots, key=lambda lot: (lot["asset"], lot["account"] or "", lot["acquired"] or _FIRST, lot["order"]))
    facts.held = [Held(lot, quotes[lot["asset"]]) for lot in ordered]
    return facts.held


def layout(facts: Facts) -> Layout:
    """Columns of the sheet."""
    return Layout("Open lots", (*_what(facts), *_worth(), *_origin(facts)), "No lots are open.", _NOTE, 2, "lot_id")


def _what(facts: Facts) -> tuple[Field, ...]:
    return (
        Field("asset", "Asset", 9, "text", lambda h: h.lot["asset"]),
        Field("account", "Account", 14, "text", lambda h: h.lot["account"]),
        Field("quantity", "Quantity", 18, "quantity", lambda h: h.lot["quantity"]),
        Field("acquired", "Acquired (local)", 17, "time", lambda h: facts.local(h.lot["acquired"]) if h.lot["acquired"] else "a pool"),
        Field("long_term_on", "Long-term from", 12, "date", lambda h: h.lot["long_term_on"]),
        Field("term", "Term if sold now", 9, "text", lambda h: _term(h.lot["long_term_on"], facts.as_of)),
    )


def _term(long_term_on: date | None, today: date) -> str:
    """Short or long; nothing for a holding at average cost, which has no date."""
    if long_term_on is None:
        return ""
    return "long" if today >= long_term_on else "short"


def _worth() -> tuple[Field, ...]:
    return (
        Field("basis", "Basis", 15, "money", lambda h: h.lot["basis"], total=True),
        Field("unit_basis", "Basis per unit", 21, "quantity", _unit_basis, "{basis}/{quantity}"),
        Field("price", "Last price", 21, "quantity", lambda h: h.quote.price if h.quote else "no price"),
        Field("value", "Value", 15, "money", lambda h: h.value, "{quantity}*{price}", total=True),
        Field("unrealised", "Unrealised gain or loss", 15, "money", lambda h: h.unrealised, "ROUND({value}-{basis},9)", total=True),
    )


def _origin(facts: Facts) -> tuple[Field, ...]:
    return (
        Field("lot_id", "Lot", 29, "text", lambda h: h.lot["lot_id"]),
        Field("kind", "Acquired by", 18, "text", lambda h: h.lot["source_kind"]),
        Field("starts", "Holding starts", 12, "date", lambda h: h.lot["holding_starts"]),
        Field("exact", "Quantity in full, where a number is too short", 22, "right", lambda h: exact_text(h.lot["quantity"])),
        Field("price_source", "Price comes from", 42, "text", lambda h: _price_source(h.quote)),
        Field("sources", "File and row", 38, "wrap", lambda h: facts.places(h.lot["sources"])),
    )


def _unit_basis(one: Held) -> Decimal | None:
    return exact.CONTEXT.divide(one.lot["basis"], one.lot["quantity"]) if one.lot["quantity"] else None


def _price_source(quote: Quote | None) -> str:
    if quote is None:
        return ""
    days = quote.away.days
    return f"{quote.source}, {days} day{'' if days == 1 else 's'} old" if days else quote.source


def write(book: Workbook) -> None:
    """The sheet."""
    book.table(layout(book.facts), held(book.facts))
