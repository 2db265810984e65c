"""The sheets of the workbook, one file each. A further sheet is one file and one row of `SHEETS`."""

from collections.abc import Callable

from taxlots.reports.sheets import (
    allocation,
    balances,
    by_account,
    by_asset,
    checks,
    disposals,
    form_1099,
    form_8949,
    harvest,
    identifications,
    income,
    methods,
    non_taxable,
    open_lots,
    problems,
    rebalance,
    rollforward,
    sources,
    summary,
)
from taxlots.reports.sheets.book import Workbook

SHEETS: tuple[Callable[[Workbook], None], ...] = (
    summary.write,
    form_8949.write,
    disposals.write,
    by_asset.write,
    by_account.write,
    income.write,
    non_taxable.write,
    open_lots.write,
    rollforward.write,
    balances.write,
    form_1099.write,
    allocation.write,
    identifications.write,
    harvest.write,
    rebalance.write,
    problems.write,
    methods.write,
    sources.write,
    checks.write,
)
