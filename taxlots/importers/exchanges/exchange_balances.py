"""The last balance that an exchange states per asset, although rows of one second may stand in any order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from taxlots.importers.records import ReportedBalance, Row


@dataclass(frozen=True, slots=True)
class Stated:
    """A row with the balance of its asset after it."""

    row: Row
    time: datetime
    asset: str
    change: Decimal
    balance: Decimal


def closing(account: str, wallet: str, stated: Sequence[Stated]) -> list[ReportedBalance]:
    """Per asset the balance that no other row of the last second starts from; none where that is not one balance."""
    by_asset: dict[str, list[Stated]] = defaultdict(list)
    for one in stated:
        by_asset[one.asset].append(one)
    found: list[ReportedBalance] = []
    for asset, rows in by_asset.items():
        last = max(one.time for one in rows)
        final = [one for one in rows if one.time == last]
        starts = [one.balance - one.change for one in final]
        ends = [one for one in final if one.balance not in starts or (one.change == 0 and len(final) == 1)]
        if len({one.balance for one in ends}) == 1:
            found.append(ReportedBalance(account, asset, wallet, last, ends[0].balance, ends[0].row.source))
    return found
