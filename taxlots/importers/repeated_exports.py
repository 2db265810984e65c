"""Exports that say again, and less exactly, what another export of the same platform says: set aside with one warning per file.

A layout sees its own files only, so it can't know whether the other export is there. The warning keeps the case where it is not from
passing unnoticed. Where two layouts tell the same and both are there, the copies are merged once all files are read.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo
from decimal import Decimal

from taxlots.importers.records import Intake, Source, Table, Transaction
from taxlots.problems import Problem, Severity, catalogue


def set_aside(reason: str, hint: str) -> Callable[[Sequence[Table], tzinfo], Intake]:
    """The `read` function of a layout of which no row is booked."""

    def read(tables: Sequence[Table], _zone: tzinfo) -> Intake:
        intake = Intake()
        for table in tables:
            for row in table.rows:
                intake.leave(row, reason)
            if table.rows:
                intake.problems.append(warning(table, reason, hint))
        return intake

    return read


def warning(table: Table, message: str, hint: str) -> Problem:
    """That a file is not booked, as a warning: it is no fault where the other export is given."""
    code = "KIND_NOT_BOOKED"
    return Problem(code, message, hint or catalogue()[code].remedy, Severity.WARNING, table.file, table.header_row)


_SWAN_DELAY = timedelta(minutes=15)  # the two exports of Swan state a purchase seconds to minutes apart


def without_swan_copies(transactions: Sequence[Transaction], merged: MutableMapping[Source, str]) -> list[Transaction]:
    """The transactions less the purchases that Swan's CoinTracker file repeats: each merged with the one of Swan that is nearest in time.

    A file in CoinTracker's format names no wallet. A purchase in it is Swan's where the same coins were bought there within minutes.
    """
    open_ones = [one for one in transactions if one.account == "swan" and one.kind == "buy"]
    kept = []
    for one in transactions:
        twin = min((swan for swan in open_ones if _is_copy(one, swan)), key=lambda swan: abs(swan.time - one.time), default=None)
        if twin is None:
            kept.append(one)
            continue
        open_ones.remove(twin)
        merged.update(dict.fromkeys(one.sources, f"says the same as {twin.sources[0][0]}:{twin.sources[0][1]}"))
    return kept


def _is_copy(one: Transaction, swan: Transaction) -> bool:
    said = (one.account, one.kind, one.received_quantity, one.received_asset, one.sent_asset)
    there = ("cointracker", "buy", swan.received_quantity, swan.received_asset, swan.sent_asset)
    return said == there and abs(one.time - swan.time) <= _SWAN_DELAY


RETOLD = {
    **dict.fromkeys(("bybit_moves", "bybit_deposits", "bybit_assets_history"), frozenset(("bybit", "bybit_funding"))),
    **dict.fromkeys(
        ("binance_deposits", "binance_withdrawals", "binance_deposits_withdrawals", "binance_fiat"), frozenset(("binance_statements",))
    ),
}
"""Histories of deposits and withdrawals, and the layouts whose every row has a balance and that tell the same moves."""
_LOGS = frozenset().union(*RETOLD.values())
_RETOLD_WITHIN = timedelta(hours=1)  # asked for, sent and credited: each export takes another of these times
_AT_ONCE = timedelta(seconds=2)  # so near, the ledger itself sees that they are the same
_MOST_COST = Decimal("1.25")  # of a withdrawal with its cost in one sum to what arrived


def without_retold(
    transactions: Sequence[Transaction], layouts: Mapping[str, Collection[str]], merged: MutableMapping[Source, str]
) -> list[Transaction]:
    """The transactions less those that a history of deposits and withdrawals (`RETOLD`) tells of the same account at another minute.

    `layouts` are those of each file. What stays has the time of the account's own log, in which it comes before what the deposit paid
    for, and from the history its id, its hash and (where the log has it in one sum with the amount) the fee.
    """
    moves = [(one, _layouts(one, layouts)) for one in transactions if one.kind in {"deposit", "withdrawal"}]
    copies = sorted(((one, names) for one, names in moves if names & RETOLD.keys()), key=lambda move: (move[0].time, move[0].sources))
    logs = _Logs([(one, names) for one, names in moves if names & _LOGS] if copies else [])
    gone: set[int] = set()
    for fits in (_tells_the_same, _lacks_the_fee):
        left = []
        for copy, names in copies:
            logged = frozenset().union(*(RETOLD[name] for name in names & RETOLD.keys()))
            log = logs.nearest(copy, logged, fits)
            if log is None:
                left.append((copy, names))
            elif fits is _lacks_the_fee or abs(log.move.time - copy.time) > _AT_ONCE:
                merged.update(dict.fromkeys(copy.sources, f"says the same as {log.move.sources[0][0]}:{log.move.sources[0][1]}"))
                gone.add(id(copy))
                log.move = _completed(log.move, copy)
        copies = left
    told = {id(log.first): log.move for log in logs.all}
    return [told.get(id(one), one) for one in transactions if id(one) not in gone]


def _layouts(one: Transaction, layouts: Mapping[str, Collection[str]]) -> frozenset[str]:
    return frozenset(name for file, _ in one.sources for name in layouts.get(file, ()))


@dataclass(slots=True)
class _Log:
    """A move as an account's log has it, as it is completed, and the files that told it again."""

    first: Transaction
    move: Transaction
    layouts: frozenset[str]
    retold: set[str] = field(default_factory=set)


class _Logs:
    """The moves of accounts' logs, by what moved and the hour."""

    def __init__(self, moves: Sequence[tuple[Transaction, frozenset[str]]]) -> None:
        self.all = [_Log(one, one, names) for one, names in moves]
        self.hours: dict[tuple[object, ...], list[_Log]] = defaultdict(list)
        for log in self.all:
            self.hours[self._key(log.move, 0)].append(log)

    @staticmethod
    def _key(one: Transaction, shift: int) -> tuple[object, ...]:
        hour = (one.time + shift * _RETOLD_WITHIN).replace(minute=0, second=0, microsecond=0)
        return (one.account, one.kind, one.sent_asset, one.received_asset, hour)

    def nearest(self, copy: Transaction, logged: frozenset[str], fits: Callable[[Transaction, Transaction], bool]) -> _Log | None:
        """The log nearest in time that fits, now told again by the copy's file."""
        file = copy.sources[0][0]
        near = (log for shift in (0, -1, 1) for log in self.hours.get(self._key(copy, shift), ()))
        free = [log for log in near if log.layouts & logged and file not in log.retold and fits(copy, log.move)]
        found = min(free, key=lambda log: (abs(log.move.time - copy.time), log.move.sources), default=None)
        if found:
            found.retold.add(file)
        return found


def _tells_the_same(copy: Transaction, main: Transaction) -> bool:
    """Whether the same left or came; a log may have a withdrawal and its fee in one sum."""
    if abs(copy.time - main.time) > _RETOLD_WITHIN:
        return False
    if copy.kind == "deposit":
        return copy.received_quantity == main.received_quantity
    sent = copy.sent_quantity or Decimal(0)
    return main.sent_quantity in {sent, sent + (copy.fee_quantity or Decimal(0))}


def _lacks_the_fee(copy: Transaction, main: Transaction) -> bool:
    """Whether the history names what arrived of a withdrawal, and the log what it took from the account."""
    if (
        abs(copy.time - main.time) > _RETOLD_WITHIN
        or copy.fee_quantity
        or main.fee_quantity
        or not copy.sent_quantity
        or not main.sent_quantity
    ):
        return False
    sent, taken = copy.sent_quantity or Decimal(0), main.sent_quantity or Decimal(0)
    return sent < taken <= sent * _MOST_COST


def _completed(main: Transaction, copy: Transaction) -> Transaction:
    sent, fee, asset = main.sent_quantity, main.fee_quantity, main.fee_asset
    if copy.sent_quantity and sent and copy.sent_quantity < sent and fee is None:
        sent, fee, asset = copy.sent_quantity, sent - copy.sent_quantity, main.sent_asset
    named = {"id": copy.id or main.id, "txid": copy.txid or main.txid, "note": copy.note or main.note}
    return replace(main, sent_quantity=sent, fee_quantity=fee, fee_asset=asset, **named)  # type: ignore[arg-type]
