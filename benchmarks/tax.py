"""Speed of the tax: one position at a time, its marginal cost with kinks, and many positions at once.

    python benchmarks/tax.py [ROWS]

The positions are pseudo-random with a fixed seed: all years, statuses and some states, gains and losses of both terms, collectibles,
carryovers, itemised deductions. Times are the fastest of five, of the processor; the last line compares the two computations row by row.
"""

import random
import sys
from collections.abc import Callable
from dataclasses import asdict, fields
from decimal import Decimal
from time import process_time
from typing import Any

import pandas as pd
from taxlots import exact
from taxlots.rulebook import STATUSES
from taxlots.tax import TaxDue, TaxPosition, marginal, tax_due, tax_due_many

ROWS = 100_000
COMPARED = 5_000
SINGLY = 2_000
STATES = (None, None, "CA", "NY", "NJ", "OH", "TX")


def position(dice: random.Random) -> TaxPosition:
    """A random filer, in whole cents."""
    year = dice.randrange(2017, 2027)
    long_term = cents(dice, -100_000, 900_000)
    return TaxPosition(
        year,
        dice.choice(STATUSES),
        wages=cents(dice, 0, 900_000),
        interest=cents(dice, 0, 20_000),
        qualified_dividends=cents(dice, 0, 50_000),
        short_term=cents(dice, -200_000, 200_000),
        long_term=long_term,
        collectibles=dice.choice((Decimal(0), long_term / 2)),
        carryover_short=dice.choice((Decimal(0), cents(dice, 0, 30_000))),
        itemized_deductions=dice.choice((None, cents(dice, 0, 60_000))),
        state=dice.choice(STATES) if year >= 2024 else None,
    )


def cents(dice: random.Random, low: int, high: int) -> Decimal:
    """A random amount."""
    return Decimal(dice.randrange(100 * low, 100 * high)) / 100


def frame(positions: list[TaxPosition]) -> pd.DataFrame:
    """The positions with amounts of the exact type."""
    found = pd.DataFrame([asdict(one) for one in positions])
    amounts = [name for name in found if name not in {"year", "filing_status", "state"}]
    return found.assign(**{name: pd.array(list(found[name].astype(object)), dtype=exact.DTYPE) for name in amounts})


def fastest(work: Callable[[], Any]) -> float:
    """Seconds of the processor, the least of five."""
    times = []
    for _ in range(5):
        begun = process_time()
        work()
        times.append(process_time() - begun)
    return min(times)


def main() -> None:
    """Print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    dice = random.Random(2026)
    positions = [position(dice) for _ in range(rows)]
    table = frame(positions)
    some = positions[:SINGLY]
    one = fastest(lambda: [tax_due(p) for p in some]) / len(some)
    print(f"tax_due        {one * 1e6:8.1f} us a position")
    few = some[:100]
    extra = {"long_term": Decimal(1000)}
    print(f"marginal       {fastest(lambda: [marginal(p, extra) for p in few]) / len(few) * 1e3:8.1f} ms a position, with up to 8 kinks")
    print(f"tax_due_many   {fastest(lambda: tax_due_many(table)):8.3f} s for {rows:,} positions")
    found = {f.name: list(tax_due_many(table)[f.name]) for f in fields(TaxDue)}
    dues = [tax_due(p) for p in positions[:COMPARED]]
    worst = max(abs(found[name][row] - getattr(due, name)) for row, due in enumerate(dues) for name in found)
    print(f"largest difference of the two over {len(dues):,} positions: {worst}")


if __name__ == "__main__":
    main()
