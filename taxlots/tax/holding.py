"""When a gain or loss becomes long-term (26 USC 1222: held for more than one year)."""

from datetime import date, timedelta


def long_term_on(holding_starts: date) -> date:
    """The first day on which a sale is long-term, for units bought on `holding_starts` (a date in the taxpayer's zone).

    The count starts on the day after the purchase and the day of sale belongs to it, so this is that day one calendar
    year later. Where it does not exist (29 February) it is 1 March: clipped to 28 February the year would not be over.
    """
    first = holding_starts + timedelta(days=1)
    if (first.month, first.day) == (2, 29):
        return date(first.year + 1, 3, 1)
    return first.replace(year=first.year + 1)


def is_long(holding_starts: date, disposed: date) -> bool:
    """Whether a sale on `disposed` is long-term (26 USC 1222(3), (4)); both dates in the taxpayer's zone."""
    return disposed >= long_term_on(holding_starts)
