"""The frames that the floors hand to each other: column, type, unit and meaning of each.

A frame is a pandas DataFrame with Arrow types. Exact numbers are `exact.DTYPE` (decimal128 with 18 decimals); times are
microseconds UTC; dates are calendar dates in the taxpayer's time zone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact

TEXT = pa.string()
WHOLE = pa.int64()
TIME = pa.timestamp("us", tz="UTC")
DATE = pa.date32()
EXACT = exact.ARROW
NAME = pa.dictionary(pa.int32(), TEXT)  # few different texts in many rows
SOURCES = pa.list_(pa.struct([("file", NAME), ("row", WHOLE)]))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: Arrow type, unit and meaning."""

    type: Any
    unit: str
    meaning: str


Schema = Mapping[str, Column]

_QUANTITY = Column(EXACT, "units of the asset", "positive quantity, empty where the row has no such leg")
_ASSET = Column(TEXT, "ticker", "asset of that leg")
_ACCOUNT = Column(TEXT, "name", "account at the platform or wallet")
_SOURCES = Column(SOURCES, "file and row", "the export rows this comes from")
_TRANSACTION = Column(TEXT, "id", "the platform's own id, else one made from the row's content")

TRANSACTIONS: dict[str, Column] = {
    "time": Column(TIME, "UTC", "when it happened"),
    "account": _ACCOUNT,
    "kind": Column(TEXT, "kind", "one of the kinds of the universal ledger"),
    "sent_quantity": _QUANTITY,
    "sent_asset": _ASSET,
    "received_quantity": _QUANTITY,
    "received_asset": _ASSET,
    "fee_quantity": _QUANTITY,
    "fee_asset": _ASSET,
    "fee_value": Column(EXACT, "value_currency", "market value of the fee"),
    "value": Column(EXACT, "value_currency", "market value of the row where no leg is fiat"),
    "value_currency": Column(TEXT, "currency", "of value and fee_value"),
    "counter_account": Column(TEXT, "name", "the other end of a transfer"),
    "id": _TRANSACTION,
    "txid": Column(TEXT, "hash", "transaction hash on its chain"),
    "note": Column(TEXT, "text", "what the export says"),
    "basis": Column(EXACT, "home currency", "carried basis"),
    "acquired": Column(TIME, "UTC", "carried acquisition time"),
    "asset_class": Column(TEXT, "class", "digital, security, fund, collectible or fiat"),
    "holding_starts": Column(DATE, "date", "carried start of the holding period, where it differs from acquired"),
    "date_only": Column(pa.bool_(), "flag", "the export gives a date without a time"),
    "sources": _SOURCES,
}

SETTLED: Schema = TRANSACTIONS | {
    "home_value": Column(EXACT, "home currency", "market value of the row; 0 where a Problem says that it is missing"),
    "home_fee": Column(EXACT, "home currency", "market value of the fee leg"),
    "home_shortfall": Column(EXACT, "home currency", "market value of what a transfer lost on the way"),
    "price_source": Column(TEXT, "text", "where home_value comes from"),
    "match": Column(TEXT, "text", "how the two ends of a transfer were paired"),
    "file_hash": Column(NAME, "SHA-256", "of the first source's file: orders rows of one instant"),
    "file_order": Column(WHOLE, "rank", "row in that file, negative where it lists the newest first"),
}

LOTS: Schema = {
    "lot_id": Column(TEXT, "id", "stable over later imports"),
    "lot_transaction_id": _TRANSACTION,
    "account": _ACCOUNT,
    "asset": _ASSET,
    "asset_class": Column(TEXT, "class", "digital, security, fund or collectible"),
    "quantity": Column(EXACT, "units of the asset", "still held"),
    "basis": Column(EXACT, "home currency", "of what is still held"),
    "acquired": Column(TIME, "UTC", "when the units were acquired"),
    "holding_starts": Column(DATE, "date", "acquisition day for the holding period; counting starts the day after"),
    "long_term_on": Column(DATE, "date", "first day on which a sale is long-term"),
    "source_kind": Column(TEXT, "kind", "kind of the acquiring transaction"),
    "order": Column(WHOLE, "rank", "acquisition order among all lots"),
    "sources": _SOURCES,
}

DISPOSALS: Schema = {
    "disposal_id": Column(TEXT, "id", "transaction id and piece"),
    "transaction_id": _TRANSACTION,
    "kind": Column(TEXT, "kind", "kind of the disposing transaction; `fee` for a fee paid in the asset"),
    "asset": _ASSET,
    "asset_class": Column(TEXT, "class", "digital, security, fund or collectible"),
    "account": _ACCOUNT,
    "quantity": Column(EXACT, "units of the asset", "of this lot piece"),
    "acquired": Column(TIME, "UTC", "empty where the piece is not covered by a lot"),
    "disposed": Column(TIME, "UTC", "when it was disposed of"),
    "disposed_on": Column(DATE, "date", "the same in the taxpayer's time zone"),
    "holding_starts": Column(DATE, "date", "empty where the piece is not covered"),
    "gross_proceeds": Column(EXACT, "home currency", "value received before the fee"),
    "fee": Column(EXACT, "home currency", "selling cost that lowers the proceeds"),
    "proceeds": Column(EXACT, "home currency", "gross proceeds less fee"),
    "basis": Column(EXACT, "home currency", "cost or other basis"),
    "adjustment_code": Column(TEXT, "Form 8949 (f)", "codes in alphabetical order, empty for none"),
    "adjustment": Column(EXACT, "home currency", "Form 8949 column (g)"),
    "gain": Column(EXACT, "home currency", "proceeds - basis + adjustment"),
    "term": Column(TEXT, "short or long", "by the calendar"),
    "exempt": Column(pa.bool_(), "flag", "the law leaves the gain untaxed: Germany, after more than a year"),
    "box": Column(TEXT, "Form 8949 box", "expected until a form of the broker is imported"),
    "lot_id": Column(TEXT, "id", "empty where the piece is not covered"),
    "lot_transaction_id": _TRANSACTION,
    "method": Column(TEXT, "method", "the order that chose the lot"),
    "sources": _SOURCES,
    "lot_sources": _SOURCES,
}

INCOME: Schema = {
    "transaction_id": _TRANSACTION,
    "kind": Column(TEXT, "kind", "income:staking and the like"),
    "asset": _ASSET,
    "account": _ACCOUNT,
    "quantity": Column(EXACT, "units of the asset", "received"),
    "value": Column(EXACT, "home currency", "market value when received"),
    "price_source": Column(TEXT, "text", "where the value comes from"),
    "time": Column(TIME, "UTC", "when it was received"),
    "received_on": Column(DATE, "date", "the same in the taxpayer's time zone"),
    "sources": _SOURCES,
}

MOVES: Schema = {
    "transaction_id": _TRANSACTION,
    "kind": Column(TEXT, "kind", "transfer, withdrawal, gift-out, donation, theft, lost, convert, adjust, spin-off or return-of-capital"),
    "asset": _ASSET,
    "account": _ACCOUNT,
    "counter_account": Column(TEXT, "name", "where the lots went"),
    "quantity": Column(EXACT, "units of the asset", "of this lot piece; 0 where only basis left it"),
    "basis": Column(EXACT, "home currency", "basis that went along, or that was returned"),
    "time": Column(TIME, "UTC", "when it was sent"),
    "moved_on": Column(DATE, "date", "the same in the taxpayer's time zone"),
    "lot_id": Column(TEXT, "id", "the lot that it came from"),
    "match": Column(TEXT, "text", "how the two ends were paired, and how sure that is"),
    "sources": _SOURCES,
}


def build(schema: Schema, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A frame of the schema from mappings; exact numbers are Decimals (or None), times are aware datetimes.

    Raises:
        KeyError: a row lacks a column of the schema.
    """
    listed = list(rows)
    return from_columns(schema, {name: [row[name] for row in listed] for name in schema})


def build_rounded(schema: Schema, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """`build`, with exact numbers of more than 18 decimals rounded by `exact.to_units`. Raises KeyError, OutOfRangeError."""
    listed = list(rows)
    columns: dict[str, list[Any]] = {}
    for name, column in schema.items():
        values = [row[name] for row in listed]
        if column.type == EXACT:
            values = [None if v is None else exact.to_decimal(exact.to_units(v)) for v in values]
        columns[name] = values
    return from_columns(schema, columns)


def from_columns(schema: Schema, columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """A frame of the schema from one sequence of values per column. Raises KeyError where a column is missing."""
    data: dict[str, Any] = {}
    for name, column in schema.items():
        data[name] = pd.array(pa.array(columns[name], type=column.type), dtype=pd.ArrowDtype(column.type))
    return pd.DataFrame(data)


def from_arrays(schema: Schema, arrays: Mapping[str, Any]) -> pd.DataFrame:
    """A frame of the schema from one Arrow array of its type per column, without copying them. Raises KeyError where one is missing."""
    table = pa.table({name: arrays[name] for name in schema}, schema=pa.schema([(name, column.type) for name, column in schema.items()]))
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def arrays(frame: pd.DataFrame) -> dict[str, pa.Array]:
    """The columns of a frame as one Arrow array each."""
    found = {}
    for name in frame.columns:
        column = pa.array(frame[name].array)
        found[str(name)] = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return found


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries of Python values: Decimal, datetime, date, str, list or None."""
    columns = {str(name): listed(pa.array(frame[name].array)) for name in frame.columns}
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def of_year(frame: pd.DataFrame, column: str, year: int | None) -> pd.DataFrame:
    """The rows whose date in that column lies in the year; all without one."""
    if year is None:
        return frame
    chosen: pd.DataFrame = frame[pc.equal(pc.year(pa.array(frame[column].array)), year).to_numpy(zero_copy_only=False)]
    return chosen


def listed(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    """The values of a column; file names, which are coded inside `SOURCES`, written out at once, as one by one takes ten times as long."""
    if isinstance(column, pa.ChunkedArray):
        return [value for chunk in column.chunks for value in listed(chunk)]
    if column.type != SOURCES or column.null_count or not len(column):
        values: list[Any] = column.to_pylist()
        return values
    flat = column.flatten()
    files = flat.field("file").cast(TEXT).to_pylist()
    sources = [{"file": file, "row": row} for file, row in zip(files, flat.field("row").to_pylist(), strict=True)]
    ends = (column.offsets.to_numpy() - column.offsets[0].as_py()).tolist()
    return [sources[start:end] for start, end in pairwise(ends)]
