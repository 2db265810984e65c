"""Wash sales in words: which losses were denied, by which purchase, and where they went (26 USC 1091). The fold finds them (`washed.py`).

Digital assets are not covered as the law stands; the rulebook has the dated switch.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from taxlots import exact
from taxlots.ledger.entry_columns import Entries
from taxlots.lots.booked import Washed
from taxlots.problems import Problem, problem

WINDOW = "us/federal/wash_sale/window"
DIGITAL = "us/federal/wash_sale/covers_digital_assets"
COVERED = {"security", "fund"}
WASHED = "W"  # the code of the adjustment


def told(washed: Sequence[Washed], entries: Entries) -> list[Problem]:
    """One Problem per sale whose loss was denied, in booking order; one more where a part of it is lost for good."""
    by_sale: dict[int, list[Washed]] = {}
    for one in washed:
        by_sale.setdefault(one.entry, []).append(one)
    return [found for sale in sorted(by_sale) for found in _told(sale, by_sale[sale], entries)]


def _told(sale: int, washed: Sequence[Washed], entries: Entries) -> Iterator[Problem]:
    """Of one sale: what its purchases took over, and what none could."""
    asset, name = entries.assets[entries.asset[sale]], _row(entries, "id", sale)
    source = _row(entries, "sources", sale)[0]
    for lost in (False, True):
        chosen = [one for one in washed if one.lost == lost]
        if not chosen:
            continue
        denied = exact.plain(exact.cents(exact.to_decimal(sum(one.denied for one in chosen))))
        units: dict[int, int] = {}
        for one in chosen:
            units[one.purchase] = units.get(one.purchase, 0) + one.units
        bought = ", ".join(f"{_row(entries, 'id', one)} ({exact.plain(exact.to_decimal(many))})" for one, many in sorted(units.items()))
        went = "no basis takes it over: it is lost" if lost else "it is basis of what was bought"
        message = f"{denied} of the loss on {asset} ({name}) is denied, bought within 30 days: {bought}; {went}"
        yield problem("WASH_SALE_LOST" if lost else "WASH_SALE", message, file=source["file"], row=source["row"])


def _row(entries: Entries, column: str, entry: int) -> Any:
    return entries.rows[column].take(pa.array([int(entries.row[entry])]))[0].as_py()
