"""A transfer that one file tells whole, and another as a withdrawal or a deposit: which ends are those of which transfer."""

from datetime import date, timedelta

from taxlots.exact import plain
from taxlots.importers.records import Transaction
from taxlots.ledger import chain_hashes
from taxlots.ledger.transfers import EARLIEST, LATEST

Place = tuple[str | None, tuple[tuple[str, str, str], ...], date]
_DAY = timedelta(days=1)


def places_of_ends(transfer: Transaction, day: date) -> list[Place]:
    """Where the ends are looked for: account, what leaves or arrives there, and days of which each stands for its neighbours too.

    What leaves may be told with its fee inside; what arrives may do so days later.
    """
    t = transfer
    if t.sent_quantity is None:
        return []
    fee = t.fee_quantity if t.fee_quantity and t.fee_asset == t.sent_asset else None
    sums = [t.sent_quantity, *([t.sent_quantity + fee] if fee else [])]
    arrived = t.sent_quantity if t.received_quantity is None else t.received_quantity
    gone: list[Place] = [(t.account, _leg("sent", t.sent_asset, plain(quantity)), day) for quantity in sums]
    received = _leg("received", t.received_asset or t.sent_asset, plain(arrived))
    return gone + [(t.counter_account, received, day + shift * _DAY) for shift in range(0, LATEST.days + 1, 2)]


def is_end(transfer: Transaction, other: Transaction, tolerance: timedelta) -> bool:
    """Whether a withdrawal or deposit with the legs of an end is one: by the hash; else it leaves at that time, or arrives soon after."""
    one = chain_hashes.same(transfer.txid, other.txid)
    if one is not None:
        return one
    loose = _DAY if transfer.date_only or other.date_only else timedelta(0)
    gap = other.time - transfer.time
    if other.kind == "withdrawal":
        return (transfer.id != "" and transfer.id == other.id) or abs(gap) <= max(loose, tolerance)
    return EARLIEST - loose <= gap <= LATEST + loose


def _leg(side: str, asset: str | None, quantity: str | None) -> tuple[tuple[str, str, str], ...]:
    return ((side, asset or "", quantity or ""),)
