"""Short or long: by the calendar, never by counting 365 days.

A lot is long-term when held for more than one year: counting starts the day after acquisition and includes the day of disposal
(26 USC 1222; IRS Pub. 544, "Holding Period").
"""

from datetime import date, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta

ONE_YEAR = 1


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
