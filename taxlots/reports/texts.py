"""Columns of frames as JSON holds them: exact numbers in plain decimal notation, times in the zone with offset, dates.

Column by column, since value by value takes some thirty times as long for a table of a million rows.
"""

from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.importers.text_columns import iso
from taxlots.lots.holding import local_times


def listed(frame: pd.DataFrame, name: str, zone: tzinfo) -> list[Any]:
    """The values of a column: text for numbers, times and dates, else what the column holds; missing values are None."""
    column = pa.array(frame[name].array)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if column.type == frames.EXACT:
        column = exact.plain_column(column)
    elif pa.types.is_timestamp(column.type):
        column = _times(column, zone)
    elif pa.types.is_date(column.type):
        column = column.cast(pa.string())
    return frames.listed(column)


def _times(column: pa.Array, zone: tzinfo) -> pa.Array:
    """Times as `datetime.isoformat` writes them in the zone."""
    time = pc.fill_null(column.cast(pa.timestamp("us", "UTC")).cast(pa.int64()), 0).to_numpy()
    local = local_times(time, zone)
    offsets, which = np.unique(local - time, return_inverse=True)
    written = [datetime(1970, 1, 1, tzinfo=timezone(timedelta(microseconds=offset))).isoformat()[19:] for offset in offsets.tolist()]
    return pc.if_else(column.is_valid(), iso(local, pa.array(written, pa.string()).take(pa.array(which))), None)
