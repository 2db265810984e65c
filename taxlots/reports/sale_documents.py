"""`taxlots.sell/1` and `taxlots.wait/1`, and the tables of both commands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.sale_walk import SaleKink, SoldLot
from taxlots.decisions.sell import Order, Sale, by_account
from taxlots.decisions.wait import Wait
from taxlots.problems import Problem
from taxlots.reports.documents import Document, document
from taxlots.reports.tables import MONEY, NUMBER, TEXT, Table
from taxlots.tax.marginal import Cost

NOTED = 2
_TAXES = ("ordinary", "preferential", "amt", "niit", "state")
PROOF = (
    "the tax never falls when a gain rises, so within a term the highest unit basis comes first; the number of long-term units was "
    "searched with a bound, and no choice of lots for this quantity costs less than `bound`"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked for, and the day of the answer."""

    asset: str
    account: str | None
    quantity: Decimal | None
    cash: Decimal | None
    target: str | None
    tax_from_cash: bool
    today: date


def sell_document(asked: Asked, found: Sale | None, notes: Sequence[str], problems: Sequence[Problem], zone: tzinfo) -> Document:
    """`taxlots.sell/1`; without a sale, its lots and orders are empty."""
    return document(
        "sell",
        problems,
        asset=asked.asset,
        account=asked.account,
        as_of=asked.today.isoformat(),
        asked={"quantity": exact.plain(asked.quantity), "cash": exact.plain(asked.cash), "target": asked.target},
        tax_paid_from_cash=asked.tax_from_cash,
        **(_sale(found) if found else {"quantity": "0", "tax": "0"}),
        lots=[_sold(one, asked.today, zone) for one in found.lots] if found else [],
        orders=[_order(order, found.best) for order in found.orders] if found else [],
        kinks=[_kink(kink) for kink in found.kinks] if found else [],
        next_kinks=_after(found) if found else [],
        identify=to_record(asked, found) if found else [],
        notes=list(notes),
    )


def to_record(asked: Asked, found: Sale) -> list[str]:
    """The commands that record the choice of lots, one per account; TIME stands for when it will be sold."""
    parts: dict[str, list[str]] = {}
    for one in found.lots:
        parts.setdefault(one.trade.account, []).append(f"{one.lot.lot_id}={exact.plain(one.trade.quantity)}")
    return [
        f"taxlots identify --sale TIME --account {account} --asset {asked.asset} --lots {','.join(listed)}"
        for account, listed in sorted(parts.items())
    ]


def _sale(found: Sale) -> Document:
    whole, best = found.whole, found.best
    return {
        "quantity": exact.plain(found.quantity),
        "price": exact.plain(found.price),
        "value": exact.plain(found.value),
        "trading_cost": exact.plain(found.cost),
        "cash": exact.plain(found.cash),
        "cash_after_tax": exact.plain(exact.CONTEXT.subtract(found.cash, whole.total)),
        "short_term_gain": exact.plain(best.short_term_gain),
        "long_term_gain": exact.plain(best.long_term_gain),
        "tax_before": exact.plain(whole.before.total),
        "tax_after": exact.plain(whole.after.total),
        "tax": exact.plain(whole.total),
        "tax_parts": _parts(whole),
        "carryover_added": exact.plain(whole.carryover),
        "bound": exact.plain(found.bound),
        "gap": exact.plain(found.gap),
        "proof": PROOF,
        "accounts": [
            {"account": name, "quantity": exact.plain(units), "value": exact.plain(value)}
            for name, (units, value) in by_account(found).items()
        ],
    }


def _parts(cost: Cost) -> Document:
    return {name: exact.plain(getattr(cost, name)) for name in _TAXES}


def _sold(one: SoldLot, today: date, zone: tzinfo) -> Document:
    trade, lot = one.trade, one.lot
    return {
        "lot_id": lot.lot_id,
        "account": lot.account,
        "quantity": exact.plain(trade.quantity),
        "whole": trade.quantity == lot.quantity,
        "acquired": lot.acquired.astimezone(zone).isoformat(),
        "term": lot.term,
        "long_term_on": lot.long_term_on.isoformat(),
        "days_to_long_term": days_left(lot, today),
        "value": exact.plain(trade.value),
        "gain": exact.plain(trade.gain),
        "tax": exact.plain(one.cost.total),
        "tax_per_unit": exact.plain(one.tax_per_unit),
        "tax_parts": _parts(one.cost),
        "carryover_added": exact.plain(one.cost.carryover),
        "why": trade.why,
    }


def days_left(lot: HeldLot, today: date) -> int:
    """Days until a sale of the lot is long-term; 0 where it is."""
    return max(0, (lot.long_term_on - today).days)


def _order(order: Order, best: Order) -> Document:
    return {
        "name": order.name,
        "tax": exact.plain(order.tax),
        "more_than_best": exact.plain(exact.CONTEXT.subtract(order.tax, best.tax)),
        "short_term_gain": exact.plain(order.short_term_gain),
        "long_term_gain": exact.plain(order.long_term_gain),
        "carryover_added": exact.plain(order.carryover),
        "lots": [{"lot_id": t.lot.lot_id, "quantity": exact.plain(t.quantity)} for t in order.trades if t.lot],
    }


def _kink(kink: SaleKink) -> Document:
    return {
        "quantity": exact.plain(kink.quantity),
        "sold": kink.sold,
        "term": kink.term,
        "what": kink.what,
        "rule": kink.rule,
        "rate_before": exact.plain(kink.rate_before),
        "rate_after": exact.plain(kink.rate_after),
        "jump": exact.plain(kink.jump),
    }


def _after(found: Sale) -> list[Document]:
    return [
        {
            "term": term,
            "gain": exact.plain(kink.dollars),
            "what": kink.what,
            "rule": kink.rule,
            "rate_before": exact.plain(kink.rate_before),
            "rate_after": exact.plain(kink.rate_after),
            "jump": exact.plain(kink.jump),
        }
        for term, kinks in found.after.items()
        for kink in kinks
    ]


def sale_tables(asked: Asked, found: Sale, notes: Sequence[str]) -> list[Table]:
    """The sale in figures, the orders side by side, and the kinks; the lots are a table of their own."""
    rows = [
        ("quantity", exact.plain(found.quantity)),
        ("price", exact.plain(found.price)),
        ("market value", _money(found.value)),
        ("trading cost", _money(found.cost)),
        ("cash after trading cost", _money(found.cash)),
        ("tax that the sale adds this year", _money(found.whole.total)),
        ("cash after that tax", _money(exact.CONTEXT.subtract(found.cash, found.whole.total))),
        ("loss added to the carryover", _money(found.whole.carryover)),
        ("least tax that any choice of lots can have", _money(found.bound)),
    ]
    summary = Table(f"Sale of {asked.asset}", (("what", TEXT), ("value", NUMBER)), rows, tuple(notes))
    return [summary, sold_table(found, asked.today), _orders_table(found), _kinks_table(found)]


def no_sale_table(asked: Asked) -> Table:
    """Where nothing can be sold; stderr says why."""
    return Table(f"Sale of {asked.asset}", (("what", TEXT), ("value", TEXT)), [])


def _money(value: Decimal) -> str:
    return f"{exact.cents(value):,.2f}"


def sold_table(found: Sale, today: date, *, why: bool = False) -> Table:
    """The lots in the order of the sale, with `why` also the reason for each in words."""
    columns = (("lot", TEXT), ("account", TEXT), ("quantity", NUMBER), ("acquired", TEXT), ("term", TEXT), ("long-term on", TEXT))
    more = (("value", MONEY), ("gain", MONEY), ("tax it adds", MONEY), ("per unit", MONEY), *([("why", TEXT)] if why else []))
    rows = [
        (
            one.lot.lot_id,
            one.lot.account,
            one.trade.quantity,
            one.lot.acquired,
            one.lot.term,
            _turns(one.lot, today),
            one.trade.value,
            one.trade.gain,
            one.cost.total,
            one.tax_per_unit,
            *([one.trade.why] if why else []),
        )
        for one in found.lots
    ]
    return Table("Lots to sell, in this order", (*columns, *more), rows)


def _turns(lot: HeldLot, today: date) -> str:
    days = days_left(lot, today)
    return f"{lot.long_term_on}, in {days} days" if days else str(lot.long_term_on)


def _orders_table(found: Sale) -> Table:
    columns = (("order", TEXT), ("tax", MONEY), ("more than best", MONEY), ("short-term gain", MONEY), ("long-term gain", MONEY))
    rows: list[tuple[Any, ...]] = [
        (o.name, o.tax, exact.CONTEXT.subtract(o.tax, found.best.tax), o.short_term_gain, o.long_term_gain, o.carryover)
        for o in found.orders
    ]
    less = ", ".join(o.name for o in found.orders if o.tax < found.best.tax)
    notes = (f"For less, but not within the target: {less}.",) if less else ()
    return Table("The same quantity by other orders of lots", (*columns, ("carryover added", MONEY)), rows, notes)


def _kinks_table(found: Sale) -> Table:
    columns = (
        ("from quantity", TEXT),
        ("where", TEXT),
        ("term", TEXT),
        ("what changes", TEXT),
        ("tax per dollar before", TEXT),
        ("after", TEXT),
    )
    rows = [
        (
            _short(kink.quantity, 8),
            "in the sale" if kink.sold else "beyond it",
            kink.term,
            kink.what,
            _short(kink.rate_before, 4),
            _short(kink.rate_after, 4),
        )
        for kink in found.kinks
    ]
    notes = tuple(
        f"{term}-term: after the sale, {exact.cents(kink.dollars):,} of gain further on: {kink.what}"
        f" ({_short(kink.rate_before, 4)} to {_short(kink.rate_after, 4)} per dollar)."
        for term, kinks in found.after.items()
        for kink in kinks[:NOTED]
    )
    return Table("Where the tax on the next dollar changes", columns, rows, notes)


def _short(value: Decimal, places: int) -> str:
    return exact.plain(value.quantize(Decimal(1).scaleb(-places), context=exact.CONTEXT)) or ""


def wait_document(found: Sequence[Wait], portfolio: Portfolio, interest: Decimal, problems: Sequence[Problem], zone: tzinfo) -> Document:
    """`taxlots.wait/1`: short-term gains, most tax saved first."""
    listed = [
        {
            "lot_id": one.lot.lot_id,
            "asset": one.lot.asset,
            "account": one.lot.account,
            "quantity": exact.plain(one.lot.quantity),
            "acquired": one.lot.acquired.astimezone(zone).isoformat(),
            "price": exact.plain(one.lot.price),
            "unit_basis": exact.plain(one.lot.unit_basis),
            "gain": exact.plain(one.gain),
            "days": one.days,
            "long_term_on": one.lot.long_term_on.isoformat(),
            "tax_now": exact.plain(one.tax_now),
            "tax_later": exact.plain(one.tax_later),
            "tax_saved": exact.plain(one.tax_saved),
            "rate_now": exact.plain(one.rate_now),
            "rate_later": exact.plain(one.rate_later),
            "break_even_price": exact.plain(one.break_even),
            "price_may_fall": exact.plain(one.may_fall),
            "other_tax_year": one.next_year,
        }
        for one in found
    ]
    return document(
        "wait", problems, as_of=portfolio.today.isoformat(), interest=exact.plain(interest), lots=listed, notes=wait_notes(found)
    )


def wait_notes(found: Sequence[Wait]) -> list[str]:
    """What the figures take for granted."""
    if not found:
        return []
    told = [
        "Each lot alone, at today's price; both taxes are those of this year's position, and the break-even price is before trading cost."
    ]
    if any(one.next_year for one in found):
        told.append("A lot that turns long-term next year is taxed there, beside what that year brings.")
    return told


def wait_table(found: Sequence[Wait]) -> Table:
    """The waits."""
    columns = (
        ("lot", TEXT),
        ("asset", TEXT),
        ("account", TEXT),
        ("quantity", NUMBER),
        ("gain", MONEY),
        ("long-term on", TEXT),
        ("days", NUMBER),
    )
    more = (("tax now", MONEY), ("tax then", MONEY), ("saved", MONEY), ("price", MONEY), ("break-even price", MONEY), ("may fall by", TEXT))
    rows = [
        (
            one.lot.lot_id,
            one.lot.asset,
            one.lot.account,
            one.lot.quantity,
            one.gain,
            str(one.lot.long_term_on),
            Decimal(one.days),
            one.tax_now,
            one.tax_later,
            one.tax_saved,
            one.lot.price,
            one.break_even,
            f"{exact.cents(exact.CONTEXT.multiply(one.may_fall, Decimal(100)))} %",
        )
        for one in found
    ]
    return Table("Short-term gains that turn long-term", (*columns, *more), rows, tuple(wait_notes(found)))
