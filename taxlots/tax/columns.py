"""Columns of int64 in units of 10^-8 dollars: a frame of positions as such columns, the law in such units, results as a frame again."""

import numbers
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact
from taxlots.problems import TaxlotsError, problem
from taxlots.tax.arithmetic import Columns, Number
from taxlots.tax.position import AMOUNTS, NEVER_NEGATIVE, OPTIONAL, TaxPosition
from taxlots.tax.schedule import Schedule, Tiers
from taxlots.tax.states import StateSchedule

_DECIMALS = 8
_NARROW = pa.decimal128(36, _DECIMALS)
# Holds every int64, which the frames' type does not.
_WIDE = pa.decimal128(38, exact.DECIMALS)
# Sums of all amounts of a position stay within an int64 up to here.
_LARGEST = 10**9 * Columns.SCALE
_KNOWN = frozenset({"year", "filing_status", "state", *AMOUNTS})


class TooFineError(ValueError):
    """A rate of the law has more decimals than the units."""


@dataclass(frozen=True, slots=True)
class ColumnTiers:
    """A rate schedule in units: `Tiers` for columns."""

    pairs: tuple[tuple[int | None, int], ...]
    lowers: np.ndarray
    rates: np.ndarray
    taxes: np.ndarray

    def __iter__(self) -> Iterator[tuple[int | None, int]]:
        """Pairs of upper bound and rate."""
        return iter(self.pairs)

    def tax(self, incomes: np.ndarray) -> Number:
        """Tax on each income of at least 0."""
        tier = np.maximum(np.searchsorted(self.lowers, incomes, side="left") - 1, 0)
        return self.taxes[tier] + exact.portion(incomes - self.lowers[tier], self.rates[tier], Columns.SCALE)


@dataclass(frozen=True, slots=True)
class PositionColumns:
    """Positions as columns.

    `keys` are the codes and values of what is no amount, `amounts` are in units, `present` tells where an optional one is
    given, and `alone` what units can't hold.
    """

    frame: pd.DataFrame
    keys: Mapping[str, tuple[np.ndarray, list[Any]]]
    amounts: Mapping[str, np.ndarray]
    present: Mapping[str, np.ndarray]
    alone: np.ndarray

    def position(self, row: int) -> TaxPosition:
        """One row as a TaxPosition, with the amounts as they were given."""
        values = {name: value for name, value in self.frame.iloc[row].items() if not pd.isna(value)}
        amounts = {name: Decimal(str(values[name])) for name in AMOUNTS if name in values}
        return TaxPosition(int(values["year"]), values["filing_status"], state=values.get("state"), **amounts)

    def groups(self, rows: np.ndarray, *names: str) -> Iterator[tuple[tuple[Any, ...], np.ndarray]]:
        """Rows with equal values in these columns together, as positions in `rows`; a missing value is None."""
        codes = np.zeros(len(rows), np.int64)
        for name in names:
            own, values = self.keys[name]
            codes = codes * len(values) + own[rows]
        order = np.argsort(codes, kind="stable")
        for found in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1) if len(rows) else []:
            row = rows[found[0]]
            yield tuple(self.keys[name][1][self.keys[name][0][row]] for name in names), found


def position_columns(frame: pd.DataFrame) -> PositionColumns:
    """A frame with columns of TaxPosition, in units. Raises TaxlotsError(USAGE) for what can't be a position."""
    if wrong := [str(name) for name in frame.columns if name not in _KNOWN]:
        raise _unusable(f"a position has no {', '.join(wrong)}; its columns are {', '.join(sorted(_KNOWN))}")
    if missing := {"year", "filing_status"} - set(frame.columns):
        raise _unusable(f"a frame of positions needs {', '.join(sorted(missing))}")
    frame = frame.reset_index(drop=True)
    keys = {name: _codes(frame[name]) for name in ("year", "filing_status")}
    keys["state"] = _codes(frame["state"]) if "state" in frame else (np.zeros(len(frame), np.int64), [None])
    _check_keys(keys)
    alone = np.zeros(len(frame), bool)
    amounts, present = {}, {}
    for name in AMOUNTS:
        given = frame[name].isna().to_numpy() if name in frame else np.ones(len(frame), bool)
        if name in frame and name not in OPTIONAL and given.any():
            raise _unusable(f"row {int(given.argmax())}: {name} is missing")
        present[name] = ~given
        amounts[name] = _in_units(frame[name], name, alone) if name in frame else np.zeros(len(frame), np.int64)
    return PositionColumns(frame, keys, amounts, present, alone)


def _check_keys(keys: Mapping[str, tuple[np.ndarray, list[Any]]]) -> None:
    """Raises TaxlotsError(USAGE) for a year that is no whole number, or a status or state that is no text."""
    for name, kind, optional in (("year", numbers.Integral, False), ("filing_status", str, False), ("state", str, True)):
        for value in keys[name][1]:
            if isinstance(value, bool) or not (isinstance(value, kind) or (optional and value is None)):
                raise _unusable(f"the {name} {value!r} is no {'whole number' if name == 'year' else 'text'}")


def _codes(series: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Codes of the values of a column, and the values; a missing one is None."""
    try:
        codes, values = pd.factorize(series, use_na_sentinel=False)
    except TypeError as error:  # a list or a table as a value
        raise _unusable(f"{series.name} can't be read: {error}") from None
    return codes.astype(np.int64), [None if pd.isna(value) else value for value in values]


def _in_units(series: pd.Series, name: str, alone: np.ndarray) -> np.ndarray:
    """An amount's column in units, 0 where it is missing; marks what units can't hold."""
    try:
        given = pa.array(series, exact.ARROW if series.dtype == object else None, from_pandas=True)
        if not (pa.types.is_decimal(given.type) or pa.types.is_integer(given.type) or pa.types.is_null(given.type)):
            raise _unusable(f"{name} is of type {given.type}; give Decimals, whole numbers or the exact type")
        wide = (given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given).cast(_WIDE)
    except pa.ArrowException as error:
        raise _unusable(f"{name} can't be read as exact amounts: {error}") from None
    narrow = pc.fill_null(pc.round(wide, _DECIMALS, round_mode="half_to_even").cast(_NARROW), pa.scalar(Decimal(0), _NARROW))
    low, high = exact.halves(narrow)
    units = low.view(np.int64)
    outside = (high != units >> 63) | (units > _LARGEST) | (units < -_LARGEST)
    if name == "state_rate":
        outside |= np.asarray(pc.fill_null(pc.not_equal(wide, narrow.cast(_WIDE)), False))
    alone |= outside
    if name in NEVER_NEGATIVE and (high < 0).any():
        raise _unusable(f"row {int((high < 0).argmax())}: {name} is negative; it can't be")
    return np.where(outside, 0, units)


def frame_of(results: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Columns of units as a frame of the exact type."""
    return pd.DataFrame({name: pd.array(_widened(units), dtype=exact.DTYPE) for name, units in results.items()})


def _widened(units: np.ndarray) -> pa.Array:
    pairs = np.column_stack([units, units >> 63])
    narrow = pa.Array.from_buffers(_NARROW, len(units), [None, pa.py_buffer(np.ascontiguousarray(pairs))])
    return narrow.cast(exact.ARROW)


@lru_cache(maxsize=512)
def in_units(law: Schedule | StateSchedule) -> Any:
    """A schedule with every amount and rate in units. Raises TooFineError."""
    return _converted(law)


def _converted(value: Any) -> Any:
    if isinstance(value, Decimal):
        scaled = value * Columns.SCALE
        if scaled != int(scaled):
            raise TooFineError(str(value))
        return int(scaled)
    if isinstance(value, Tiers):
        pairs = tuple((None if upper is None else _converted(upper), _converted(rate)) for upper, rate in value)
        taxes = [exact.to_units(tax) // 10 ** (exact.DECIMALS - _DECIMALS) for tax in value.taxes]
        lowers = [_converted(lower) for lower in value.lowers]
        return ColumnTiers(pairs, np.array(lowers, np.int64), np.array([rate for _, rate in pairs], np.int64), np.array(taxes, np.int64))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _converted(getattr(value, f.name)) for f in fields(value)})
    return value


def _unusable(message: str) -> TaxlotsError:
    return TaxlotsError(problem("USAGE", message, "Correct the frame of tax positions."))
