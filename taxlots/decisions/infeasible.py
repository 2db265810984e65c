"""Which constraint to relax, and by how much, where no plan keeps them all.

Each limit in turn is lifted and its violation minimised while the others hold: what is left of it is by how much it is too tight.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np

from taxlots.decisions.arrays import INFINITY, Arrays, arrays
from taxlots.decisions.costs import Moves, cash_left, distance
from taxlots.decisions.instance import Instance
from taxlots.decisions.search import Effort, Search
from taxlots.rulebook import Rulebook

QUICK = Effort(aim=1e-6, enough=1e-3, patience=5e5, most=5e6)
MARGIN = 1e-6
ROOM = 1e-3
HEAVY = 1e4
MOST_BANDS = 30
UNNAMED = {"constraint": None, "message": "no single constraint is to blame: relax two of cash, bands, turnover and tracking error"}


def reasons(data: Arrays, instance: Instance, rulebook: Rulebook | None = None) -> list[dict[str, Any]]:
    """Ways out, each with the constraint, its value now, the value that would do, and the difference; in words as `message`."""
    alone = (_bands, _turnover, _tracking, _min_trade) if data.total > 0 else ()
    ways = (_money(data, instance, rulebook), *(way(data) for way in alone))
    return [told for told in ways if told is not None] or _together(data, instance, rulebook) or [UNNAMED]


def _together(data: Arrays, instance: Instance, rulebook: Rulebook | None) -> list[dict[str, Any]]:
    """Several limits with values that do together: all are lifted, then each is set again, or where that is too much to its least value.

    Where that is not enough, the money comes first: what there is to be withdrawn once the other limits are lifted.
    """
    told: list[dict[str, Any]] = []
    if _best(_free(_lifted(data))) is None:
        unlimited = msgspec.structs.replace(instance, max_turnover=None, max_tracking_error=None, min_trade=Decimal(0))
        unlimited = msgspec.structs.replace(unlimited, assets=tuple(msgspec.structs.replace(a, band=None) for a in instance.assets))
        money = _money(arrays(unlimited, rulebook), unlimited, rulebook)
        if money is None:
            return []
        told.append(_roomier(money))
        data = arrays(msgspec.structs.replace(instance, **{money["constraint"]: Decimal(repr(told[0]["needed"]))}), rulebook)
    now = _lifted(data)
    for field, way, unit in (("least", _min_trade, 1.0), ("tracking", _tracking, data.total), ("turnover", _turnover, data.total)):
        tight = replace(now, **{field: getattr(data, field)})
        found = None if _best(_free(tight)) is not None else way(tight)
        if found:
            found = _roomier(found)
            told.append(found)
        now = replace(tight, **{field: found["needed"] * unit}) if found else tight
    last = replace(now, band=data.band)
    if _best(_free(last)) is None:
        found = _bands(last)
        if found is None:
            return []
        told.append(_roomier(found))
    return [one | {"together": True, "message": f"{one['message']}; with the other changes named here"} for one in told]


def _lifted(data: Arrays) -> Arrays:
    """The same decision without the limits that can be relaxed but for the money."""
    return replace(data, least=0.0, tracking=INFINITY, turnover=INFINITY, band=np.full(len(data.names), INFINITY))


def _roomier(told: dict[str, Any]) -> dict[str, Any]:
    """The same way out with a thousandth to spare: several limits at their very edge leave one plan, which rounding misses."""
    needed = told["needed"] * (1 + (ROOM if told["needed"] > told["now"] else -ROOM))
    return _told(told["constraint"], told["now"], needed, told["message"].rpartition(": ")[2])


def _told(constraint: str, now: float, needed: float, because: str) -> dict[str, Any]:
    verb = "raise" if needed > now else "lower"
    message = f"{verb} {constraint} from {now:g} to {needed:.10g} (by {abs(needed - now):.10g}): {because}"
    return {"constraint": constraint, "now": now, "needed": needed, "by": abs(needed - now), "message": message}


def _free(data: Arrays) -> Arrays:
    """The same decision without any cost of its own; the tax stays where it is paid from cash, and then is small beside `HEAVY`."""
    zero = np.zeros_like
    tax = data.tax if data.pay_from_cash else None
    return replace(
        data, tax=tax, sale_cost=zero(data.sale_cost), buy_cost=zero(data.buy_cost), drift_penalty=0.0, aversion=0.0, carry_value=0.0
    )


def _best(data: Arrays) -> Moves | None:
    return Search(data, QUICK).run().moves


def _money(data: Arrays, instance: Instance, rulebook: Rulebook | None) -> dict[str, Any] | None:
    """The withdrawal or the cash that would do.

    With unlimited money, the least that is needed of it says by how much; but V moves with the money, and with V the targets, the
    bands and the limits that are shares of it. So the amount is tried, and sought where it does not do.
    """
    rate = data.rate
    plenty = data.money + 10 * abs(data.total) + 1.0
    rich = replace(_free(data), sale_cost=np.full(len(data.owner), rate - 1), buy_cost=np.full(len(data.names), 1 + rate), money=plenty)
    moves = _best(rich)
    missing = 0.0 if moves is None else -cash_left(data, moves) * (1 + MARGIN)
    if instance.withdrawal:
        return _withdrawal(instance, missing, rulebook)
    if missing <= 0 or not _fits_money(instance, ("cash", float(instance.cash) + missing), rulebook):
        return None
    return _told("cash", float(instance.cash), float(instance.cash) + missing, "the constraints need more money than there is")


def _withdrawal(instance: Instance, missing: float, rulebook: Rulebook | None) -> dict[str, Any] | None:
    """The largest withdrawal found that would do: the one that the missing money says, or by halving what is below it."""
    now = float(instance.withdrawal)
    most = now - missing if 0 < missing <= now else now
    if not (missing > 0 and most < now and _fits_money(instance, ("withdrawal", most), rulebook)):
        if not _fits_money(instance, ("withdrawal", 0.0), rulebook):
            return None
        low, high = 0.0, most
        while high - low > MARGIN * now:
            middle = (low + high) / 2
            low, high = (middle, high) if _fits_money(instance, ("withdrawal", middle), rulebook) else (low, middle)
        most = low
    return _told("withdrawal", now, most, "no sales within the other constraints raise that much")


def _fits_money(instance: Instance, change: tuple[str, float], rulebook: Rulebook | None) -> bool:
    """Whether a plan exists with another amount of cash or withdrawn."""
    name, amount = change
    other = arrays(msgspec.structs.replace(instance, **{name: Decimal(repr(amount))}), rulebook)
    return other.total >= 0 and _best(_free(other)) is not None


def _bands(data: Arrays) -> dict[str, Any] | None:
    """The one band that is in the way, where there is one; else all of them. By how much is found by halving the interval."""
    banded = np.isfinite(data.band)
    if not banded.any() or not _fits(data, banded, 1.0):
        return None
    alone = [n for n in np.flatnonzero(banded)[:MOST_BANDS] if _fits(data, np.arange(len(banded)) == n, 1.0)]
    which = np.arange(len(banded)) == alone[0] if alone else banded
    low, high = 0.0, 1.0
    while high - low > 1e-7:
        middle = (low + high) / 2
        low, high = (low, middle) if _fits(data, which, middle) else (middle, high)
    now = float(data.band[which].min() / data.total)
    name = f"band of {data.names[alone[0]]}" if alone else "band (every asset's)"
    return _told(name, now, now + high, "no plan brings every asset into its band")


def _fits(data: Arrays, which: np.ndarray, by: float) -> bool:
    """Whether a plan exists with these bands wider by a share of the portfolio."""
    return _best(replace(_free(data), band=data.band + np.where(which, by * data.total, 0.0))) is not None


def _turnover(data: Arrays) -> dict[str, Any] | None:
    """The least turnover of any plan."""
    if not np.isfinite(data.turnover):
        return None
    counted = replace(_free(data), sale_cost=np.full(len(data.owner), HEAVY), buy_cost=np.full(len(data.names), HEAVY), turnover=INFINITY)
    moves = _best(counted)
    if moves is None:
        return None
    needed = float(moves.sold.sum() + moves.bought.sum()) / data.total * (1 + MARGIN)
    return _told("max_turnover", data.turnover / data.total, needed, "every plan within the other constraints trades more")


def _tracking(data: Arrays) -> dict[str, Any] | None:
    """The least tracking error of any plan."""
    if not np.isfinite(data.tracking) or data.variance is None:
        return None
    moves = _best(replace(_free(data), aversion=HEAVY, tracking=INFINITY))
    if moves is None:
        return None
    needed = float(np.sqrt(data.variance.of(distance(data, moves)))) / data.total * (1 + 1e-5)
    return _told("max_tracking_error", data.tracking / data.total, needed, "every plan within the other constraints is further away")


def _min_trade(data: Arrays) -> dict[str, Any] | None:
    """Whether the minimum trade alone is in the way."""
    if not data.least or _best(replace(_free(data), least=0.0)) is None:
        return None
    low, high = 0.0, data.least
    while high - low > 1e-6 * data.least:
        middle = (low + high) / 2
        low, high = (middle, high) if _best(replace(_free(data), least=middle)) is not None else (low, middle)
    return _told("min_trade", data.least, low, "no plan trades that much of everything that it has to trade")
