"""Losses on securities with a purchase of the same security nearby: found and named, since this version does not adjust them.

A loss is deferred where substantially identical stock or securities are acquired within 30 days before or after the sale (26 USC
1091(a)). Digital assets are not covered as the law stands; the rulebook has the dated switch.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from taxlots import exact
from taxlots.problems import Problem, problem
from taxlots.rulebook import Rulebook

WINDOW = "us/federal/wash_sale/window"
COVERED = {"security", "fund"}


def unadjusted(losses: Sequence[dict[str, Any]], acquired: Iterable[tuple[str, date, str]], rulebook: Rulebook) -> list[Problem]:
    """One error per sale with a purchase in the window.

    `losses`: disposals of covered assets at a loss, in booking order; `acquired`: asset, day and transaction of every acquisition of one.
    """
    days: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for asset, day, transaction in acquired:
        days[asset].append((day, transaction))
    for listed in days.values():
        listed.sort()
    found: dict[str, Problem] = {}
    for row in losses:
        if row["transaction_id"] not in found:
            replacement = _replacement(row, days[row["asset"]], rulebook)
            if replacement:
                found[row["transaction_id"]] = _named(row, replacement)
    return list(found.values())


def _replacement(row: dict[str, Any], acquired: list[tuple[date, str]], rulebook: Rulebook) -> str | None:
    """The first acquisition in the window that is not the lot sold."""
    sold = row["disposed_on"]
    window = timedelta(days=int(rulebook.amount(WINDOW, sold)))
    first, last = bisect_left(acquired, (sold - window, "")), bisect_right(acquired, (sold + window, "￿"))
    return next((name for _, name in acquired[first:last] if name != row["lot_transaction_id"]), None)


def _named(row: dict[str, Any], replacement: str) -> Problem:
    source = row["sources"][0]
    loss = exact.plain(exact.cents(-row["gain"]))
    message = f"loss of {loss} on {row['asset']} ({row['transaction_id']}); {replacement} buys it within 30 days: the loss may be deferred"
    return problem("WASH_SALE_NOT_ADJUSTED", message, file=source["file"], row=source["row"])
