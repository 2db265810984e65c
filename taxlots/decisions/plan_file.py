"""A plan as a file: `taxlots.plan/1`, with its trades and what it predicts, to be recorded, simulated and compared with what was done."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import msgspec

from taxlots import exact
from taxlots.problems import TaxlotsError, problem

SCHEMA: Literal["taxlots.plan/1"] = "taxlots.plan/1"


class PlannedTrade(msgspec.Struct, frozen=True):
    """A sale of a lot, or a purchase (without lot). Amounts as exact text; `on` where it is not the plan's day."""

    side: Literal["buy", "sell"]
    asset: str
    account: str
    quantity: Decimal
    value: Decimal
    lot_id: str | None = None
    gain: Decimal | None = None
    term: Literal["short", "long"] | None = None
    tax: Decimal | None = None
    on: date | None = None
    why: str = ""
    taxed: bool = True
    asset_class: str = ""


class PlanFile(msgspec.Struct, frozen=True):
    """The whole file. `after` is the time of the last transaction that the plan knew; `tax_after` the year's tax that it predicts."""

    schema: Literal["taxlots.plan/1"]
    plan: str
    as_of: date
    after: datetime | None
    trading_cost_bps: Decimal
    tax_before: Decimal
    tax_now: Decimal
    tax_after: Decimal
    trades: tuple[PlannedTrade, ...]
    figures: dict[str, Any] = {}
    notes: tuple[str, ...] = ()
    settings_sha256: str | None = None
    rules_sha256: str | None = None

    @property
    def sales(self) -> list[PlannedTrade]:
        """What is sold, by lot."""
        return [trade for trade in self.trades if trade.lot_id is not None]


def read_plan(path: Path) -> PlanFile:
    """The plan of a file.

    Raises:
        TaxlotsError: FILE_UNREADABLE, or PLAN_INVALID with the place in the document.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TaxlotsError(problem("FILE_UNREADABLE", f"{path}: {error.strerror}", file=str(path))) from None
    try:
        plan = msgspec.json.decode(content, type=PlanFile, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TaxlotsError(problem("PLAN_INVALID", str(error), file=str(path))) from None
    for number, trade in enumerate(plan.trades):
        _check(trade, f"$.trades[{number}]", path)
    return plan


def _check(trade: PlannedTrade, place: str, path: Path) -> None:
    wrong = [name for name in ("quantity", "value") if not (getattr(trade, name).is_finite() and getattr(trade, name) > 0)]
    if trade.side == "sell" and trade.lot_id is None:
        wrong.append("lot_id")
    if wrong:
        raise TaxlotsError(problem("PLAN_INVALID", f"{place}: {', '.join(wrong)} must be given and above 0", file=str(path)))


@dataclass(frozen=True, slots=True)
class Executed:
    """A planned trade beside what was done: units, money before cost, cost, gain. `elsewhere`: units bought in other accounts."""

    planned: PlannedTrade
    quantity: Decimal
    value: Decimal
    cost: Decimal
    gain: Decimal
    elsewhere: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        """Units that were not traded; below 0 what was sold beyond the plan."""
        return exact.CONTEXT.subtract(self.planned.quantity, self.quantity)


@dataclass(frozen=True, slots=True)
class Beside:
    """A sale of a lot, or a purchase, that the plan does not have. Money before cost; a purchase has no gain."""

    side: Literal["buy", "sell"]
    transaction_id: str
    account: str
    asset: str
    lot_id: str | None
    quantity: Decimal
    value: Decimal
    gain: Decimal | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Planned trades beside what was done, what was done beside the plan, and the tax of all executed sales.

    `tax_executed_later` is that of years after the plan's, None where the rules do not cover one of them.
    """

    executed: tuple[Executed, ...]
    unplanned: tuple[Beside, ...]
    tax_planned: Decimal
    tax_executed: Decimal
    tax_executed_later: Decimal | None
