"""The columns that the fold's loop goes through, for a block of entries at a time: what is to be done, in which pool, and with what."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from taxlots.ledger.entry_columns import NOWHERE, Action, Entries
from taxlots.lots.booked import ints
from taxlots.lots.by_record import Row
from taxlots.lots.pieces import UNIT_RANK_SCALE
from taxlots.lots.pools import AGE_BITS, Pool

if TYPE_CHECKING:
    from taxlots.lots.book import Fold

# Actions besides those of `Action`: a fee out of what its row brought in; what comes into, and leaves, a pool that is no plain heap;
# what is matched by section 104.
OWN_LOT, ACQUIRE, DISPOSE, MATCHED_IN, MATCHED_OUT = 15, 12, 11, 10, 9


def groups(entries: Entries) -> np.ndarray:
    """A number per asset, the same for those that become one another."""
    group = list(range(len(entries.assets)))
    becoming = entries.to_asset != NOWHERE
    for old, new in sorted(set(zip(entries.asset[becoming].tolist(), entries.to_asset[becoming].tolist(), strict=True))):
        if group[old] != group[new]:
            group = [group[old] if number == group[new] else number for number in group]
    return np.array(group, np.int32)


def rows(fold: "Fold", chosen: np.ndarray) -> Iterator[Row]:
    """Entry, action, number of the pool, key, quantity, amount and cost of each of the chosen entries."""
    entries, places = fold.entries, pa.array(chosen)
    number = numbers(fold, chosen)
    units, amount, cost = (ints(column.take(places)) for column in (entries.quantity, entries.amount, entries.cost))
    kinds, which = kinds_of(fold, number)
    action = actions(fold, chosen, np.array([kind.plain for kind in kinds], bool)[which])
    new = action == Action.ACQUIRE
    key: list[int] = np.asarray(fold.ages)[chosen].tolist()
    for place, kind in enumerate(kinds):
        if kind.plain and (kind.ranked or kind.reversed):
            put_keys(fold, kind, np.flatnonzero(new & (which == place)), (key, chosen, amount, units))
    return zip(chosen.tolist(), action.tolist(), number.tolist(), key, units, amount, cost, strict=True)


def numbers(fold: "Fold", chosen: np.ndarray) -> np.ndarray:
    """The number of each entry's pool, as `Fold.pool_number` says it."""
    account, asset = (column[chosen].astype(np.int64) for column in (fold.entries.account, fold.entries.asset))
    shared = np.array([fold.is_shared(number) for number in range(fold.width)], bool)
    own = np.where(shared[asset] & ~fold.own_pools[account], fold.everywhere, account)
    found: np.ndarray = own * fold.width + asset
    return found


def kinds_of(fold: "Fold", number: np.ndarray) -> tuple[list[type[Pool]], np.ndarray]:
    """The classes of the pools with these numbers, and per entry the place of its own among them."""
    used, places = different(number)
    classes = [type(fold.pools[pool]) for pool in used.tolist()]
    kinds = list(dict.fromkeys(classes))
    return kinds, np.array([kinds.index(one) for one in classes], np.int64)[places]


def different(number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different numbers, none of them large or negative, and the place of each given one among them; without sorting."""
    there = np.zeros(int(number.max(initial=-1)) + 1, bool)
    there[number] = True
    used = np.flatnonzero(there)
    place = np.zeros(len(there), np.int32)
    place[used] = np.arange(len(used))
    return used, place[number]


def actions(fold: "Fold", chosen: np.ndarray, plain: np.ndarray) -> np.ndarray:
    """What is to be done with each entry: what the loop does itself, where the pool is a plain heap, else what a method does."""
    entries = fold.entries
    action = np.where(entries.lot_of[chosen] == NOWHERE, entries.action[chosen], OWN_LOT)
    if fold.recorded.waiting:  # an order may change on the way
        plain = np.zeros(len(plain), bool)
    acquiring, disposing = action == Action.ACQUIRE, action == Action.DISPOSE
    named = ~plain | (entries.home[chosen] != entries.account[chosen])
    if fold.brought:
        named |= np.isin(entries.row[chosen], list(fold.brought))
    action = np.where(acquiring & named, ACQUIRE, np.where(disposing & ~plain, DISPOSE, action))
    if fold.elections.regime.superficial_days is not None:
        action = np.where(disposing, DISPOSE, action)
    if fold.washing:
        action = fold.washing.actions(chosen, action)
    action = fold.recorded.actions(chosen, action)
    if fold.matched.any():
        matched = fold.matched[entries.asset[chosen]]
        coming, going = (matched & (entries.action[chosen] == kind) for kind in (Action.ACQUIRE, Action.DISPOSE))
        action = np.where(coming, MATCHED_IN, np.where(going, MATCHED_OUT, action))
    found: np.ndarray = action
    return found


def put_keys(fold: "Fold", kind: type[Pool], new: np.ndarray, of: tuple[list[int], np.ndarray, list[int], list[int]]) -> None:
    """Turn the ages of new lots into the keys of a method that ranks them otherwise; `of`: keys, entries, basis and quantity of all."""
    key, chosen, amount, units = of
    places = new.tolist()
    if not kind.ranked:
        for place in places:
            key[place] = -key[place]
        return
    ranks = [amount[place] * UNIT_RANK_SCALE // units[place] for place in places]
    fold.pieces.new_ranks.update(zip(chosen[new].tolist(), ranks, strict=True))
    for place, rank in zip(places, ranks, strict=True):
        key[place] = ((-rank if kind.reversed else rank) << AGE_BITS) + key[place]
