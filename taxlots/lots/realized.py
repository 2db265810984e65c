"""Results of margin and derivatives, which a row states as such: gain or loss without a lot, and the law that they are under.

A loss paid in an asset makes two kinds of pieces: the result itself, without units, and the disposal of the units that paid for it.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from taxlots.kinds import REALIZED
from taxlots.ledger.entry_columns import Action, Entries
from taxlots.lots.calendar import Calendar
from taxlots.lots.holding import day_of
from taxlots.problems import Problem, problem

_SAID = {
    "REALIZED_GAIN_FORM": "are counted as short-term gains and losses",
    "REALIZED_GAIN_LAW": "are listed as gains and losses, without the country's law on them",
}


def is_result(piece: Mapping[str, Any]) -> bool:
    """Whether a row of `frames.DISPOSALS` is the result of a position, and not the disposal of what paid for it."""
    return piece["kind"] == REALIZED and not piece["quantity"]


def told(entries: Entries, calendar: Calendar, code: str) -> list[Problem]:
    """One warning, of this code, per account and calendar year in which there are results."""
    places = np.flatnonzero((entries.action == Action.PROFIT) | (entries.action == Action.LOSS)).tolist()
    counts = Counter((entries.accounts[entries.account[place]], day_of(int(calendar.day[place])).year) for place in places)
    found = []
    for (account, year), count in sorted(counts.items()):
        found.append(problem(code, f"{account}: {count} results of {year} ({REALIZED}) {_SAID[code]}"))
    return found
