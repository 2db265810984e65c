"""Days and terms of entries, as columns: all of them at once, each different day once."""

from datetime import tzinfo

import numpy as np
import pyarrow as pa

from taxlots.ledger.entry_columns import Entries
from taxlots.lots.holding import DAY_US, local_times, long_term_days, years_after
from taxlots.lots.pieces import Pieces


class Calendar:
    """Per entry: its day, the day of the acquisition, the start of the holding period and the first day on which it is long-term."""

    def __init__(self, entries: Entries, zone: tzinfo, *, inherited_is_long: bool) -> None:
        """Days are counted from 1970-01-01, in the zone. `dated_by_row`: the holding period begins when the row says that it happened."""
        self.entries, self.zone = entries, zone
        self.day = self.days(entries.time)
        self.acquired_on = self.day if np.array_equal(entries.acquired, entries.time) else self.days(entries.acquired)
        given = entries.holding_starts.cast(pa.int32())
        known = given.is_valid().to_numpy(zero_copy_only=False)
        self.starts = np.where(known, given.fill_null(0).to_numpy(), self.acquired_on)
        self.long_term = long_term_days(self.starts)
        self.dated_by_row = (entries.acquired == entries.time) & (self.starts == self.acquired_on)
        kinds = np.array([inherited_is_long and kind == "inheritance" for kind in entries.kinds], bool)
        self.always_long = kinds[entries.kind] if len(entries) else np.zeros(0, bool)

    def of_pieces(self, pieces: Pieces) -> tuple[np.ndarray, np.ndarray]:
        """Start of the holding period and first long-term day of each piece, and a last one for no piece."""
        entry = np.array([*pieces.entry, 0], np.int64) if len(self.day) else np.zeros(0, np.int64)
        starts, long = self.starts[entry], self.long_term[entry]
        moved = np.array(list(pieces.starts), np.int64)
        if len(moved):
            starts[moved] = list(pieces.starts.values())
            long[moved] = long_term_days(starts[moved])
        return starts, long

    def local(self, time: np.ndarray) -> np.ndarray:
        """What clocks in the zone show at each time, in microseconds since 1970."""
        return local_times(time, self.zone)

    def days(self, time: np.ndarray) -> np.ndarray:
        """The day in the zone of each time."""
        found: np.ndarray = self.local(time) // DAY_US
        return found

    def long_from(self) -> np.ndarray:
        """The first day on which what each entry acquires is long-term."""
        found: np.ndarray = np.where(self.always_long, 0, np.maximum(self.long_term, 0))
        return found

    def over_a_year(self, lot: np.ndarray, sale: np.ndarray) -> np.ndarray:
        """Whether more than a year lies between acquisition and sale: it ends with the same day of the next (BGB 187(1), 188(2), (3))."""
        found: np.ndarray = self.day[sale] > years_after(self.acquired_on[lot])
        return found

    def is_long(self, lot: np.ndarray, sale: np.ndarray) -> np.ndarray:
        """Whether the lots acquired by the first entries are long-term at the second."""
        found: np.ndarray = self.always_long[lot] | (self.day[sale] >= self.long_term[lot])
        return found
