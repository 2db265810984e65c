"""Wallets of several accounts: what leaves one of them and arrives in another, by one transaction id, is a move inside the wallet."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import tzinfo

from taxlots.importers.records import Intake, Table, Transaction

_Read = Callable[[Sequence[Table], tzinfo], Intake]
_MOVED = "a move between two accounts of the wallet"


def inside_one_wallet(read: _Read) -> _Read:
    """The `read` function of a layout, with moves between its own accounts joined: only their fee is left."""

    def joined(tables: Sequence[Table], zone: tzinfo) -> Intake:
        intake = read(tables, zone)
        arrived: dict[tuple[object, ...], list[Transaction]] = defaultdict(list)
        for one in intake.transactions:
            if one.kind == "deposit" and one.txid:
                arrived[one.txid, one.received_asset, one.received_quantity].append(one)
        gone: set[int] = set()
        fees = [fee for one in intake.transactions for fee in _join(one, arrived, intake, gone)]
        intake.transactions = [one for one in intake.transactions if id(one) not in gone] + fees
        return intake

    return joined


def _join(one: Transaction, arrived: dict[tuple[object, ...], list[Transaction]], intake: Intake, gone: set[int]) -> list[Transaction]:
    """What a withdrawal that arrived in another account leaves behind; both ends go to `gone`."""
    ends = arrived.get((one.txid, one.sent_asset, one.sent_quantity), []) if one.kind == "withdrawal" else []
    if not ends:
        return []
    end = ends.pop(0)
    gone |= {id(one), id(end)}
    both = (*one.sources, *end.sources)
    if one.fee_quantity is None:
        intake.set_aside.update(dict.fromkeys(both, _MOVED))
        return []
    return [replace(one, kind="fee", sources=both, sent_quantity=None, sent_asset=None, value=None, value_currency=None)]
