"""The tax of many positions at once: the same formulas as `tax_due`, on columns of int64 in units of 10^-8 dollars.

Amounts are rounded to such a unit, and so is every product; results agree with `tax_due` within 0.000001 dollars. A row that the units
can't hold (a billion dollars, or a rate of more than 8 decimals) is computed by `tax_due` itself.
"""

from dataclasses import astuple, fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from taxlots import exact
from taxlots.rulebook import Rulebook, load
from taxlots.tax.arithmetic import Columns
from taxlots.tax.columns import PositionColumns, TooFineError, frame_of, in_units, position_columns
from taxlots.tax.liability import Federal, federal_tax, tax_due
from taxlots.tax.position import TaxDue
from taxlots.tax.schedule import schedule_for
from taxlots.tax.states import state_base, state_schedule, state_tax

_RESULTS = tuple(f.name for f in fields(TaxDue))


def tax_due_many(positions: pd.DataFrame, rulebook: Rulebook | None = None) -> pd.DataFrame:
    """The tax of each row, in US dollars: columns of `TaxPosition` in, columns of `TaxDue` out, on the same index.

    Columns that are left out have the default of the position; amounts are of the exact type (`exact.DTYPE`), Decimals
    or whole numbers.

    Raises:
        TaxlotsError: USAGE for a column or an amount that can't be; RULE_MISSING as `tax_due`.
    """
    book = load() if rulebook is None else rulebook
    given = position_columns(positions)
    results = {name: np.zeros(len(positions), np.int64) for name in _RESULTS}
    for (year, status), rows in given.groups(np.arange(len(positions)), "year", "filing_status"):
        _compute(given, rows, (int(year), status), book, results)
    results["total"] = results["regular_tax"] + results["amt"] + results["niit"] + results["state_tax"]
    frame = frame_of(results)
    alone = np.flatnonzero(given.alone)
    if len(alone):
        dues = [astuple(tax_due(given.position(int(row)), book)) for row in alone]
        for name, values in zip(_RESULTS, zip(*dues, strict=True), strict=True):
            units = exact.units_of(frame[name])
            for row, value in zip(alone, values, strict=True):
                units[row] = exact.to_units(value)
            frame[name] = exact.column(units)
    return frame.set_axis(positions.index)


def _compute(given: PositionColumns, rows: np.ndarray, who: tuple[int, str], book: Rulebook, results: dict[str, np.ndarray]) -> None:
    """Fill in the results of rows of one year and status."""
    try:
        rates = in_units(schedule_for(*who, book))
    except TooFineError:
        given.alone[rows] = True
        return
    part = SimpleNamespace(**{name: column[rows] for name, column in given.amounts.items()})
    deduction = np.where(given.present["itemized_deductions"][rows], part.itemized_deductions, rates.standard_deduction)
    federal = federal_tax(part, deduction, part.itemized_deductions, rates, Columns)
    for name, column in _federal_columns(federal).items():
        results[name][rows] = column
    results["state_tax"][rows] = _state_taxes(given, rows, part, federal, (who, book))


def _federal_columns(federal: Federal) -> dict[str, Any]:
    return {
        "agi": federal.agi,
        "deduction": federal.deduction,
        "taxable_income": federal.taxable_income,
        "regular_tax": federal.regular.tax,
        "amt": federal.minimum.tax,
        "niit": federal.niit,
        "short_term_net": federal.netted.short,
        "long_term_net": federal.netted.long,
        "deductible_loss": federal.netted.deductible_loss,
        "carryover_short": federal.carryover_short,
        "carryover_long": federal.carryover_long,
    }


def _state_taxes(
    given: PositionColumns, rows: np.ndarray, part: Any, federal: Federal, law: tuple[tuple[int, str], Rulebook]
) -> np.ndarray:
    """State tax of rows of one year and status: the flat rate where there is one, else by state."""
    (year, status), book = law
    income = np.where(given.present["state_deductions"][rows], federal.agi - part.state_deductions, federal.signed_income)
    flat = given.present["state_rate"][rows]
    taxes: np.ndarray = np.where(flat, Columns.times(np.maximum(income, 0), part.state_rate), 0)
    for (state,), found in given.groups(rows, "state"):
        chosen = found[~flat[found]]
        schedule = None if state is None or not len(chosen) else state_schedule(state, year, status, book)
        if schedule is None:
            continue
        try:
            exact_law = in_units(schedule)
        except TooFineError:
            given.alone[rows[chosen]] = True
            continue
        net_of_year = (part.short_term + part.long_term)[chosen]
        base = state_base(exact_law, income[chosen], federal.netted.in_agi[chosen], net_of_year, Columns)
        taxes[chosen] = state_tax(exact_law, base, Columns)
    return taxes
