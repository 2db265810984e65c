"""What a gap in the exports costs: the tax with basis 0 against the tax with the highest basis that prices make plausible.

A gap is a disposal that no lot covers, or a deposit without origin. Until it is closed its units have basis 0. They can't have cost more
than the highest price of the asset up to then, so the missing file is worth at most the difference between the two taxes. Gaps are
priced one at a time, each with all others left at basis 0.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from taxlots import exact, frames
from taxlots.kinds import is_fiat
from taxlots.ledger.settle import Ledger
from taxlots.lots.results import Book
from taxlots.problems import TaxlotsError
from taxlots.tax.liability import tax_due
from taxlots.tax.year import TaxYears

ZERO = Decimal(0)
YearTerm = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Gap:
    """Units without a known origin. `tax_high` is the tax of the years concerned with basis 0, `tax_low` with the highest plausible one.

    Both are None where no price or no rule covers the time. `transaction_id` is the disposal or deposit that shows the gap.
    """

    transaction_id: str
    kind: str
    account: str
    asset: str
    time: datetime
    quantity: Decimal
    tax_low: Decimal | None
    tax_high: Decimal | None

    @property
    def worth(self) -> Decimal:
        """Tax that the missing file can save at most."""
        return ZERO if self.tax_low is None or self.tax_high is None else self.tax_high - self.tax_low


def price_gaps(ledger: Ledger, book: Book, years: TaxYears | None) -> list[Gap]:
    """Every gap with its price, the most expensive first; without `years` there is no tax to state."""
    gaps = [_priced(found, ledger, years) for found in (*_uncovered(book.disposals), *_deposits(ledger, book.disposals))]
    return sorted(gaps, key=lambda gap: (-gap.worth, gap.time, gap.transaction_id))


@dataclass(frozen=True, slots=True)
class _Found:
    """A gap before it is priced: units disposed of from it so far, by tax year and term."""

    row: Mapping[str, Any]
    asset: str
    time: datetime
    quantity: Decimal
    disposed: Mapping[YearTerm, Decimal]


def _uncovered(disposals: pd.DataFrame) -> list[_Found]:
    columns = ["transaction_id", "kind", "account", "asset", "disposed", "disposed_on", "quantity", "term"]
    pieces = [row for row in frames.records(disposals[disposals["lot_id"].isna()][columns]) if row["quantity"]]
    return [_Found(r, r["asset"], r["disposed"], r["quantity"], {(r["disposed_on"].year, r["term"]): r["quantity"]}) for r in pieces]


def _deposits(ledger: Ledger, disposals: pd.DataFrame) -> list[_Found]:
    columns = ["id", "kind", "account", "received_asset", "received_quantity", "time"]
    settled = ledger.transactions
    alone = frames.records(settled[(settled["kind"] == "deposit") & settled["basis"].isna()][columns])
    open_ones = [row for row in alone if not is_fiat(row["received_asset"])]
    from_them = disposals[disposals["lot_transaction_id"].isin([row["id"] for row in open_ones])]
    sold: dict[str, dict[YearTerm, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in frames.records(from_them[["lot_transaction_id", "disposed_on", "term", "quantity"]]):
        by_year, key = sold[row["lot_transaction_id"]], (row["disposed_on"].year, row["term"])
        by_year[key] = exact.CONTEXT.add(by_year[key], row["quantity"])
    return [_Found(row, row["received_asset"], row["time"], row["received_quantity"], sold.get(row["id"], {})) for row in open_ones]


def _priced(found: _Found, ledger: Ledger, years: TaxYears | None) -> Gap:
    highest = ledger.prices.highest(found.asset, found.time)
    low = high = None
    if highest is not None and years is not None:
        try:
            low, high = _taxes(found, highest, years)
        except TaxlotsError as error:
            if error.problem.code != "RULE_MISSING":
                raise
    row = found.row
    name = row.get("transaction_id") or row["id"]
    return Gap(name, row["kind"], row["account"], found.asset, found.time, found.quantity, low, high)


def _taxes(found: _Found, unit_basis: Decimal, years: TaxYears) -> tuple[Decimal, Decimal]:
    """Tax of the years concerned with the highest plausible basis, and with none."""
    with exact.exactly():
        low = high = ZERO
        for year in sorted({year for year, _ in found.disposed}):
            position = years.position(year)
            basis = {term: found.disposed.get((year, term), ZERO) * unit_basis for term in ("short", "long")}
            covered = replace(position, short_term=position.short_term - basis["short"], long_term=position.long_term - basis["long"])
            high += tax_due(position, years.rulebook).total
            low += tax_due(covered, years.rulebook).total
        return low, high
