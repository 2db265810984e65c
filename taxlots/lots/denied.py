"""What the law denies of losses, by the row of the disposal that shows it."""

import numpy as np

from taxlots.lots.booked import Booked


def denied_by_row(entry: np.ndarray, booked: Booked) -> dict[int, int]:
    """Amounts by row: on the first piece of an entry (out of the holding), or on the piece sold. `entry`: that of each row, ascending.

    Sales that are not on the return have no row.
    """
    denied = [(sale, 0, amount) for sale, amount in booked.denied.items()]
    denied += [(wash.entry, wash.place, wash.denied) for wash in booked.washed]
    found: dict[int, int] = {}
    for sale, piece, amount in denied:
        first = int(np.searchsorted(entry, sale))
        if amount and first < len(entry) and entry[first] == sale:
            found[first + piece] = found.get(first + piece, 0) + amount
    return found
