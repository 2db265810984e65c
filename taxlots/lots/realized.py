"""Results of margin and derivatives, which a row states as such: gain or loss without a lot, and the forms that they belong on."""

from collections import Counter

import numpy as np

from taxlots.kinds import REALIZED
from taxlots.ledger.entry_columns import Action, Entries
from taxlots.lots.calendar import Calendar
from taxlots.lots.holding import day_of
from taxlots.problems import Problem, problem


def told(entries: Entries, calendar: Calendar) -> list[Problem]:
    """One warning per account and year in which there are results."""
    places = np.flatnonzero((entries.action == Action.PROFIT) | (entries.action == Action.LOSS)).tolist()
    counts = Counter((entries.accounts[entries.account[place]], day_of(int(calendar.day[place])).year) for place in places)
    found = []
    for (account, year), count in sorted(counts.items()):
        message = f"{account}: {count} results of {year} ({REALIZED}) are counted as short-term gains and losses"
        found.append(problem("REALIZED_GAIN_FORM", message))
    return found
