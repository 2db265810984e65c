"""A plan carried into the ledger: what it would come to if it were executed as planned.

The planned trades become rows of a universal ledger file, read, settled and booked with the exports like any other; the lots of each
sale are named, so that the book takes the ones that the plan names.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from taxlots import exact, frames
from taxlots.decisions.plan_file import PlanFile, PlannedTrade
from taxlots.importers.universal import COLUMNS
from taxlots.lots.directions import Named
from taxlots.problems import TaxlotsError, problem
from taxlots.session import Session, booked_with
from taxlots.tax import tax_due

ZERO = Decimal(0)
_STEP = timedelta(milliseconds=1)
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Applied:
    """The year's tax before the plan, as the plan predicts it, and as the booked ledger shows it; gain by lot as booked."""

    year: int
    tax_before: Decimal
    tax_predicted: Decimal
    tax_after: Decimal
    gains: tuple[tuple[PlannedTrade, Decimal], ...]
    lots_after: int

    @property
    def agrees(self) -> bool:
        """Whether the tax is the predicted one, to the cent."""
        return exact.cents(self.tax_after) == exact.cents(self.tax_predicted)


def apply(session: Session, plan: PlanFile) -> Applied:
    """The plan's trades of its year booked after everything else.

    Raises:
        TaxlotsError: PLAN_NOT_APPLICABLE where a lot is not held as the plan knew it.
    """
    year = plan.as_of.year
    trades = [t for t in plan.trades if (t.on or plan.as_of).year == year]
    _check_lots(session, trades)
    last = max([t.on for t in trades if t.on], default=None)
    rows = list(_rows(session, plan, trades))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "plan.csv"
        with file.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        names = {str(row["id"]): _named(t, n) for n, (row, t) in enumerate(zip(rows, trades, strict=True)) if t.lot_id}
        choices = replace(session.choices, as_of=str(last)) if last else session.choices
        simulated = booked_with(session, file, names, choices)
    tax = tax_due(simulated.years().position(year), session.rulebook).total
    before = tax_due(session.years().position(year), session.rulebook).total
    sold: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for piece in frames.records(simulated.book.disposals):
        sold[piece["transaction_id"]] = exact.CONTEXT.add(sold[piece["transaction_id"]], piece["gain"])
    gains = tuple((t, sold[str(row["id"])]) for row, t in zip(rows, trades, strict=True) if t.lot_id)
    return Applied(year, before, plan.tax_after, tax, gains, len(simulated.book.lots))


def _check_lots(session: Session, trades: Sequence[PlannedTrade]) -> None:
    held = {(row["account"], row["lot_id"]): row["quantity"] for row in frames.records(session.book.lots)}
    wanted: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for trade in trades:
        if trade.lot_id is not None:
            wanted[trade.account, trade.lot_id] += trade.quantity
    for (account, lot_id), quantity in wanted.items():
        there = held.get((account, lot_id), ZERO)
        if quantity > there:
            message = f"the plan sells {exact.plain(quantity)} of lot {lot_id} in {account}, which holds {exact.plain(there)} of it"
            raise TaxlotsError(problem("PLAN_NOT_APPLICABLE", message))


def _named(trade: PlannedTrade, number: int) -> Named:
    return Named(trade.asset, "plan", ((trade.lot_id or "", exact.to_units(trade.quantity)),), number)


def _rows(session: Session, plan: PlanFile, trades: Sequence[PlannedTrade]) -> Iterator[dict[str, str | None]]:
    """The trades as rows of the universal ledger, in the plan's order: today's at the run's moment, later ones at noon of their day."""
    home = session.ledger.prices.home
    for number, trade in enumerate(trades):
        start = datetime.combine(trade.on, _NOON, session.ledger.zone) if trade.on else session.now
        when = start - (len(trades) - number) * _STEP
        cost = exact.CONTEXT.divide(exact.CONTEXT.multiply(trade.value, plan.trading_cost_bps), Decimal(10000))
        legs = ((_text(trade.quantity), trade.asset), (_text(trade.value), home))
        sent, received = legs if trade.side == "sell" else legs[::-1]
        yield {
            "time": when.isoformat(),
            "account": trade.account,
            "kind": trade.side,
            "sent_quantity": sent[0],
            "sent_asset": sent[1],
            "received_quantity": received[0],
            "received_asset": received[1],
            "fee_quantity": _text(cost) if cost else "",
            "fee_asset": home if cost else "",
            "id": f"plan-{number + 1}",
            "asset_class": trade.asset_class,
        }


def _text(value: Decimal) -> str | None:
    """In units of the frames, as the ledger can hold it."""
    return exact.plain(exact.to_decimal(exact.to_units(value)))
