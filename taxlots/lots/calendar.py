"""Days and terms of entries, as columns: all of them at once, each different day once."""

from datetime import date, timedelta, tzinfo

import numpy as np
import pyarrow as pa

from taxlots.ledger.entry_columns import NOWHERE, Entries
from taxlots.lots.holding import is_long, local_days, long_term_days

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_WEST, _EAST = -12 * _HOUR_US, 14 * _HOUR_US
_NEAR = 3  # days around the first long-term day, within which the zone may decide


class Calendar:
    """Per entry: its day, the day of the acquisition, the start of the holding period and the first day on which it is long-term."""

    def __init__(self, entries: Entries, zone: tzinfo) -> None:
        """Days are counted from 1970-01-01, in the zone."""
        self.entries, self.zone = entries, zone
        self.day = self.days(entries.time)
        self.acquired_on = self.day if np.array_equal(entries.acquired, entries.time) else self.days(entries.acquired)
        given = entries.holding_starts.cast(pa.int32())
        known = given.is_valid().to_numpy(zero_copy_only=False)
        self.starts = np.where(known, given.fill_null(0).to_numpy(), self.acquired_on)
        self.long_term = long_term_days(self.starts)
        kinds = np.array([kind == "inheritance" for kind in entries.kinds], bool)
        self.always_long = kinds[entries.kind] if len(entries) else np.zeros(0, bool)

    def days(self, time: np.ndarray) -> np.ndarray:
        """The day in the zone of each time."""
        return local_days(time, self.zone)

    def is_long(self, lot: np.ndarray, sale: np.ndarray) -> np.ndarray:
        """Whether the lots acquired by the first entries are long-term at the second."""
        found: np.ndarray = self.always_long[lot] | (self.day[sale] >= self.long_term[lot])
        return found

    def year_open(self, time: np.ndarray) -> np.ndarray:
        """Whether it is still, or already, another year somewhere."""
        west, east = (np.asarray(time + shift).astype("datetime64[us]").astype("datetime64[Y]") for shift in (_WEST, _EAST))
        found: np.ndarray = west != east
        return found

    def zone_decides(self, lot: np.ndarray, sale: np.ndarray) -> np.ndarray:
        """Whether another zone would change the tax year of a sale, or the term of its lot (-1: none)."""
        time = self.entries.time[sale]
        found = self.year_open(time)
        acquired = self.entries.acquired[lot] if len(lot) else time
        first_long = long_term_days(acquired // _DAY_US)
        asked = ~found & (lot != NOWHERE) & ~(self.always_long[lot] if len(lot) else found)
        for place in np.flatnonzero(asked & (np.abs(time // _DAY_US - first_long) <= _NEAR)).tolist():
            found[place] = len({_is_long_in(int(acquired[place]), int(time[place]), shift) for shift in (_WEST, 0, _EAST)}) > 1
        return found


def _is_long_in(acquired: int, sold: int, shift: int) -> bool:
    return is_long(*(date(1970, 1, 1) + timedelta(days=(moment + shift) // _DAY_US) for moment in (acquired, sold)))
