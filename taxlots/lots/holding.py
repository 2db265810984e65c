"""Days in the taxpayer's time zone, and short or long by the calendar, never by counting 365 days.

A lot is long-term when held for more than one year: counting starts the day after acquisition and includes the day of disposal
(26 USC 1222; IRS Pub. 544, "Holding Period"). Columns of days are days since 1970.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

import numpy as np
import pandas as pd
from dateutil.relativedelta import relativedelta

ONE_YEAR = 1
_MICROSECOND = timedelta(microseconds=1)
DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = _EPOCH.date()


@lru_cache(maxsize=8192)
def long_term_on(holding_starts: date) -> date:
    """First day on which a disposal is long-term: the day after `holding_starts`, plus one calendar year.

    Where that day does not exist (29 February) it is 1 March; `relativedelta` alone would clip it to 28 February.
    """
    first = holding_starts + timedelta(days=1)
    later = first + relativedelta(years=ONE_YEAR)
    return later if later.day == first.day else later + timedelta(days=1)


def is_long(holding_starts: date, disposed: date) -> bool:
    """Whether a disposal on that day is long-term."""
    return disposed >= long_term_on(holding_starts)


def tacked(acquired: date, first: date, sold: date) -> date:
    """Start of a holding period that takes in another, from `first` until `sold`, before `acquired` (26 USC 1223(3)).

    Whole years are years of the calendar and the rest is days, so that a 29 February that only one of the periods has changes no term.
    """
    years = sold.year - first.year
    while years and _anniversary(first, years) > sold:
        years -= 1
    rest = sold - (_anniversary(first, years) if years else first)
    return _anniversary(acquired - rest, -years) if years else acquired - rest


def _anniversary(starts: date, years: int) -> date:
    """The day that many years after a holding period starts, counted from the day after it as `long_term_on` does."""
    first = starts + timedelta(days=1)
    later = first + relativedelta(years=years)
    return (later if later.day == first.day else later + timedelta(days=1)) - timedelta(days=1)


def day_of(number: int) -> date:
    """The day that many days after 1970-01-01."""
    return _FIRST_DAY + timedelta(days=number)


def instant_of(time: int) -> datetime:
    """The instant that many microseconds after 1970-01-01 UTC."""
    return _EPOCH + timedelta(microseconds=time)


def time_of(instant: datetime) -> int:
    """Microseconds from 1970-01-01 UTC to an instant."""
    return (instant - _EPOCH) // _MICROSECOND


def long_term_days(holding_starts: np.ndarray) -> np.ndarray:
    """`long_term_on` of a column of days; as many days into the month of the next year, which after 28 February is 1 March."""
    first = (holding_starts + 1).astype("M8[D]")
    month = first.astype("M8[M]")
    later: np.ndarray = ((month + 12 * ONE_YEAR).astype("M8[D]") + (first - month)).astype(np.int64)
    return later


def years_after(days: np.ndarray) -> np.ndarray:
    """The same day of the next year of a column of days; 28 February where there is no 29th."""
    places, different = pd.factorize(days)
    later = [(day_of(int(day)) + relativedelta(years=ONE_YEAR) - _FIRST_DAY).days for day in different]
    return np.array(later, np.int64)[places]


def local_times(time: np.ndarray, zone: tzinfo) -> np.ndarray:
    """What clocks in the zone show at each time; both in microseconds since 1970.

    The offset is asked once per day where the day begins and ends with the same, else once per time: no zone has ever changed its offset
    there and back within one day.
    """
    places, days = pd.factorize(time // DAY_US)
    ends = [_offsets(day, zone) for day in days.tolist()]
    offset = np.array([first for first, _ in ends], np.int64)[places]
    changing = np.flatnonzero(np.array([first != last for first, last in ends], bool)[places])
    offset[changing] = [_offset(moment, zone) for moment in time[changing].tolist()]
    shown: np.ndarray = time + offset
    return shown


@lru_cache(maxsize=1 << 16)
def _offsets(day: int, zone: tzinfo) -> tuple[int, int]:
    """Offset of the zone in the first and in the last microsecond of a day of UTC."""
    return _offset(day * DAY_US, zone), _offset((day + 1) * DAY_US - 1, zone)


def _offset(time: int, zone: tzinfo) -> int:
    """Offset of the zone in microseconds."""
    return (instant_of(time).astimezone(zone).utcoffset() or timedelta()) // _MICROSECOND
