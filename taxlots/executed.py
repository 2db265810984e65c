"""A plan beside what the exports show once it was carried out: partial fills, other prices, lots, accounts and days.

What was traded before the plan's day, or was known to it, is no part of it. A planned sale takes what was sold of its lot in its account;
of two for one lot (a plan with several dates) the later takes what the earlier one leaves. A planned purchase takes what was bought of the
asset in its account, then what other accounts bought beyond their own purchases. All the rest is listed.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from taxlots import exact, frames
from taxlots.decisions.plan_file import Beside, Comparison, Executed, PlanFile, PlannedTrade
from taxlots.problems import TaxlotsError
from taxlots.session import Session
from taxlots.tax import tax_due

ZERO = Decimal(0)


@dataclass(slots=True)
class _Fill:
    """What is left of a sale of a lot, or of a purchase: units with their money before cost, cost and gain."""

    row: dict[str, Any]
    quantity: Decimal
    value: Decimal
    cost: Decimal
    gain: Decimal = ZERO

    def take(self, wanted: Decimal) -> "_Fill":
        """As much of it as is wanted, with its share of the amounts."""
        taken = min(wanted, self.quantity)
        amounts = [getattr(self, name) for name in ("value", "cost", "gain")]
        shares = amounts if taken == self.quantity else [amount * taken / self.quantity for amount in amounts]
        self.quantity -= taken
        self.value, self.cost, self.gain = (amount - share for amount, share in zip(amounts, shares, strict=True))
        return _Fill(self.row, taken, *shares)


def compare_with(session: Session, plan: PlanFile) -> Comparison:
    """The plan beside what the exports show after it was made."""
    sold, bought = list(_sales(session, plan)), list(_purchases(session, plan))
    with exact.exactly():
        executed = [*_executed(plan.trades, sold), *_acquired(plan.trades, bought)]
        executed.sort(key=lambda one: next(n for n, trade in enumerate(plan.trades) if trade is one.planned))
        beside = [_beside("sell", fill) for fill in sold if fill.quantity] + [_beside("buy", fill) for fill in bought if fill.quantity]
        now, later = _taxes(session, plan)
    return Comparison(tuple(executed), tuple(beside), plan.tax_now, now, later)


def _is_new(row: dict[str, Any], time: str, plan: PlanFile, session: Session) -> bool:
    """Whether it came after what the plan knew, and not before its day."""
    on = row[time].astimezone(session.ledger.zone).date()
    return on >= plan.as_of and (plan.after is None or row[time] > plan.after)


def _sales(session: Session, plan: PlanFile) -> Iterator[_Fill]:
    """Pieces of lots sold since, by time; fees paid in an asset are costs of other trades."""
    rows = (row for row in frames.records(session.book.disposals) if row["kind"] != "fee" and _is_new(row, "disposed", plan, session))
    for row in sorted(rows, key=lambda row: row["disposed"]):
        yield _Fill(row, row["quantity"], row["gross_proceeds"], row["fee"], row["gain"])


def _purchases(session: Session, plan: PlanFile) -> Iterator[_Fill]:
    """Purchases since, by time; what a swap brought was bought with what it gave."""
    home = session.ledger.prices.home
    rows = (row for row in frames.records(session.ledger.transactions) if row["kind"] in {"buy", "swap"} and row["received_quantity"])
    for row in sorted((row for row in rows if _is_new(row, "time", plan, session)), key=lambda row: row["time"]):
        paid = row["sent_quantity"] if row["sent_asset"] == home else row["home_value"]
        kept = row["received_quantity"]
        if row["fee_asset"] == row["received_asset"]:  # withheld from what was bought
            kept = exact.CONTEXT.subtract(kept, row["fee_quantity"] or ZERO)
        yield _Fill(row, kept, paid or ZERO, row["home_fee"] or ZERO)


def _executed(trades: Sequence[PlannedTrade], sold: Sequence[_Fill]) -> Iterator[Executed]:
    """Each planned sale with its part of what was sold of the lot; the last one of a lot with all that is left of it."""
    by_lot: dict[tuple[str, str | None], list[PlannedTrade]] = defaultdict(list)
    for trade in trades:
        if trade.lot_id is not None:
            by_lot[trade.account, trade.lot_id].append(trade)
    for (account, lot_id), planned in by_lot.items():
        fills = [fill for fill in sold if (fill.row["account"], fill.row["lot_id"]) == (account, lot_id)]
        for number, trade in enumerate(planned):
            wanted = None if number == len(planned) - 1 else trade.quantity
            yield _sum(trade, _taken(fills, wanted))


def _acquired(trades: Sequence[PlannedTrade], bought: Sequence[_Fill]) -> Iterator[Executed]:
    """Each planned purchase with what was bought in its account, then with what other accounts have left."""
    planned = [trade for trade in trades if trade.lot_id is None]
    found = []
    for trade in planned:
        mine = [fill for fill in bought if fill.row["received_asset"] == trade.asset and fill.row["account"] == trade.account]
        found.append(_taken(mine, trade.quantity))
    for trade, own in zip(planned, found, strict=True):
        missing = trade.quantity - sum((fill.quantity for fill in own), ZERO)
        others = _taken([fill for fill in bought if fill.row["received_asset"] == trade.asset], missing)
        yield _sum(trade, [*own, *others], sum((fill.quantity for fill in others), ZERO))


def _taken(fills: Sequence[_Fill], wanted: Decimal | None) -> list[_Fill]:
    """So many units of the fills, in their order; all of them where no number is given."""
    taken = []
    for fill in fills:
        if fill.quantity and (wanted is None or wanted > 0):
            taken.append(fill.take(fill.quantity if wanted is None else wanted))
            wanted = None if wanted is None else wanted - taken[-1].quantity
    return taken


def _sum(trade: PlannedTrade, fills: Sequence[_Fill], elsewhere: Decimal = ZERO) -> Executed:
    quantity, value, cost, gain = (sum((getattr(fill, name) for fill in fills), ZERO) for name in ("quantity", "value", "cost", "gain"))
    return Executed(trade, quantity, value, cost, gain, elsewhere)


def _beside(side: Any, fill: _Fill) -> Beside:
    row = fill.row
    if side == "buy":
        return Beside(side, row["id"], row["account"], row["received_asset"], None, fill.quantity, fill.value, None)
    return Beside(side, row["transaction_id"], row["account"], row["asset"], row["lot_id"], fill.quantity, fill.value, fill.gain)


def _taxes(session: Session, plan: PlanFile) -> tuple[Decimal, Decimal | None]:
    """What all disposals since add to the tax of the plan's year and of later years; None of years that the rules do not cover yet."""
    rows = [row for row in frames.records(session.book.disposals) if _is_new(row, "disposed", plan, session)]
    rows = [row for row in rows if row["account"] not in session.deferred]
    year = plan.as_of.year
    now = _tax_of(session, year, [row for row in rows if row["disposed_on"].year == year])
    later = ZERO
    for after in sorted({row["disposed_on"].year for row in rows} - {year}):
        try:
            later += _tax_of(session, after, [row for row in rows if row["disposed_on"].year == after])
        except TaxlotsError as error:
            if error.problem.code != "RULE_MISSING":
                raise
            return now, None
    return now, later


def _tax_of(session: Session, year: int, rows: Sequence[dict[str, Any]]) -> Decimal:
    """What these disposals of a year add to its tax, with the losses that are carried into it."""
    position = session.years().position(year)
    sums = {term: sum((row["gain"] for row in rows if row["term"] == term), ZERO) for term in ("short", "long")}
    group = sum((row["gain"] for row in rows if row["asset_class"] == "collectible" and row["term"] == "long"), ZERO)
    without = replace(
        position,
        short_term=position.short_term - sums["short"],
        long_term=position.long_term - sums["long"],
        collectibles=position.collectibles - group,
    )
    return tax_due(position, session.rulebook).total - tax_due(without, session.rulebook).total
