"""Corporate actions in brokers' rows: mergers, changes of name and splits, from the rows that tell one event together.

By what the rows of an event do to shares and cash:

* old shares out, new ones in: a `convert` (26 USC 354, 358: basis and dates carry over); of one symbol, a `split`;
* old shares out for money: a `sell`;
* old shares out for new ones and money: gain counts up to the money (26 USC 356), which is reported and not computed.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from taxlots.exact import plain
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import SELL, SPLIT, Entry
from taxlots.importers.records import Intake, RowError, Transaction

EVENT = "an event of several rows"
_MIXED = "Give the money as a sell of a part and the rest as a convert in a universal ledger CSV, as the issuer's Form 8937 divides them."
_SAME = "only the security's number changes"


def take_events(entries: Iterable[Entry], key: Callable[[Entry], Hashable], intake: Intake) -> list[Entry]:
    """Book the entries whose deed is EVENT, those of one file, account, time and key together; the others are returned."""
    groups: dict[Hashable, list[Entry]] = defaultdict(list)
    rest: list[Entry] = []
    for entry in entries:
        if entry.deed == EVENT:
            groups[entry.row.file, entry.account, entry.time, key(entry)].append(entry)
        else:
            rest.append(entry)
    for group in groups.values():
        if _is_renumbered(group):
            for entry in group:
                intake.leave(entry.row, _SAME)
        else:
            brokerage.take_together(group, reorganised, intake)
    return rest


def reorganised(group: Sequence[Entry]) -> Transaction:
    """The transaction that the rows of one event tell. Raises RowError where they don't make one."""
    out, into = _sum(group, -1), _sum(group, 1)
    money = sum((entry.amount for entry in group), Decimal(0))
    first = group[0]
    if out and into and money:
        message = f"{_told(group)}: shares and {plain(money)} {first.currency} for shares is not booked in this version"
        raise RowError("KIND_NOT_BOOKED", message, _MIXED)
    if out and into:
        return _exchanged(out, into)
    if out and money > 0:
        return brokerage.sale(replace(out, deed=SELL, amount=money))
    raise RowError("ROW_UNPAIRED_LEG", f"{_told(group)}: the rows of the day do not tell both what left and what came for it")


def _sum(group: Sequence[Entry], sign: int) -> Entry | None:
    """The shares that went one way, as one entry. Raises RowError where they are of several securities."""
    found = [entry for entry in group if entry.quantity * sign > 0]
    symbols = {entry.symbol for entry in found}
    if len(symbols) > 1 or "" in symbols:
        raise RowError("ROW_UNPAIRED_LEG", f"{_told(group)}: several securities on one side, or one without a symbol")
    return replace(found[0], quantity=sum((entry.quantity for entry in found), Decimal(0))) if found else None


def _exchanged(out: Entry, into: Entry) -> Transaction:
    if out.symbol == into.symbol:
        return brokerage.split_by(replace(into, deed=SPLIT, quantity=into.quantity + out.quantity, amount=Decimal(0)))
    return brokerage.transaction(into, "convert", sent=(-out.quantity, out.symbol), received=(into.quantity, into.symbol))


def _is_renumbered(group: Sequence[Entry]) -> bool:
    """Whether a security goes out and comes back as it was."""
    symbols = {entry.symbol for entry in group}
    return len(group) > 1 and len(symbols) == 1 and not sum(e.quantity for e in group) and not any(e.amount for e in group)


def _told(group: Sequence[Entry]) -> str:
    shown = ", ".join(f"{plain(entry.quantity)} {entry.symbol or '(no symbol)'}" for entry in group)
    return f"{group[0].note or 'a corporate action'} ({shown})"
