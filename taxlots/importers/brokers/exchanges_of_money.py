"""One currency for another in brokers' rows, told by one row or by two."""

from collections.abc import Sequence

from taxlots.exact import plain
from taxlots.importers.brokers.brokerage import BUY, Entry, fee_of, transaction
from taxlots.importers.records import RowError, Transaction
from taxlots.kinds import is_fiat


def exchange(group: Sequence[Entry]) -> Transaction:
    """One currency for another: the entry's quantity of its symbol against its amount, fees contained. Raises RowError."""
    (entry,) = group
    money = entry.amount + entry.fees
    if not is_fiat(entry.symbol) or not is_fiat(entry.currency) or not entry.quantity * money < 0:
        raise RowError("ROW_INVALID", f"{plain(entry.quantity)} {entry.symbol} for {plain(money)} {entry.currency} is no exchange of money")
    sides = ((abs(money), entry.currency), (abs(entry.quantity), entry.symbol))
    sent, received = sides if entry.quantity > 0 else sides[::-1]
    return transaction(entry, BUY, sent=sent, received=received, fee=fee_of(entry))


def exchange_of_two(group: Sequence[Entry]) -> Transaction:
    """One currency given for another, told by two rows. Raises RowError."""
    out, into = [e for e in group if e.amount < 0], [e for e in group if e.amount > 0]
    same = len({entry.currency for entry in group}) < 2
    if len(out) != 1 or len(into) != 1 or same or not all(is_fiat(entry.currency) for entry in group):
        shown = ", ".join(f"{entry.amount} {entry.currency}" for entry in group)
        raise RowError("ROW_UNPAIRED_LEG", f"an exchange of money needs one currency out and another in on its day; the rows say {shown}")
    return transaction(out[0], BUY, sent=(-out[0].amount, out[0].currency), received=(into[0].amount, into[0].currency))
