"""Binance "Transaction history" statements: one row per change of one coin, without any id.

Traps: the rows of a trade are found by their second (or the next one), several trades in one second by the order of their rows; names
of operations change case; a withdrawal contains its fee; a sweep of dust credits one sum of BNB for several coins; years may have
two digits.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges import binance_operations as operations
from taxlots.importers.exchanges.binance_dust import sweep
from taxlots.importers.exchanges.exchange_legs import Deal, Part, is_whole, separate, trade
from taxlots.importers.exchanges.exchange_times import moment, time_column
from taxlots.importers.numbers import required
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table, Transaction
from taxlots.importers.zones import named_zone
from taxlots.kinds import REALIZED, is_fiat

ACCOUNT = "binance"
REQUIRED = ("Account", "Operation", "Coin", "Change", "Remark")
_APART = timedelta(seconds=1)
_OTHER_SIDE = "Give both sides in a universal ledger CSV."


@dataclass(frozen=True, slots=True)
class Entry:
    """One row with its cells read; `change` is signed."""

    row: Row
    time: datetime
    operation: str
    asset: str
    change: Decimal

    @property
    def part(self) -> Part:
        """The row as a part of a trade."""
        return Part(self.row, self.change, self.asset, fee=self.operation in operations.FEES)


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  the file says its zone, or it is UTC
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            _read_table(table, intake)
    return intake


def _read_table(table: Table, intake: Intake) -> None:
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    column, named = time_column(table, "UTC_Time", "Time")
    zone = named or (UTC if column == "UTC_Time" else named_zone(table.file.rpartition("/")[2]) or UTC)
    for row in table.rows:
        try:
            _place(_entry(row, column, zone), groups, intake)
        except RowError as error:
            intake.reject(row, error)
    for (_, family), entries in groups.items():
        for together in _moments(entries):
            _take(family, together, intake)


def _place(entry: Entry, groups: dict[tuple[str, str], list[Entry]], intake: Intake) -> None:
    """A row of a trade to the others of its wallet and kind; any other row to its fate. Raises RowError."""
    row = entry.row
    family = operations.TRADE_FAMILIES.get(entry.operation)
    if operations.is_internal(entry.operation):
        intake.leave(row, f"{row.text('Operation')}: a move inside Binance")
    elif operations.is_result(entry.operation, row.text("Account").lower()) and entry.change:
        intake.add(_transaction(entry, REALIZED))
    elif operations.is_not_booked(entry.operation, row.text("Account").lower()):
        what = f"derivatives, margin or loans in the wallet {row.text('Account')!r}"
        raise NotBookedError(what, row.text("Coin").upper(), ACCOUNT, time=entry.time)
    elif not entry.change:
        intake.leave(row, "the change is 0")
    elif family:
        groups[row.text("Account").lower(), family].append(entry)
    else:
        intake.add(_single(entry))


def _entry(row: Row, column: str, zone: tzinfo) -> Entry:
    time = moment(row, column, zone)
    operation = " ".join(row.text("Operation").split()).casefold()
    if not row.text("Coin"):
        raise RowError("ROW_INVALID", "column 'Coin' is empty")
    return Entry(row, time, operation, row.text("Coin").upper(), required(row, "Change"))


def _moments(entries: list[Entry]) -> list[list[Entry]]:
    """Rows of one second together, and with those of the next second where one of them alone makes no trade."""
    seconds: list[list[Entry]] = []
    for entry in sorted(entries, key=lambda entry: (entry.time, entry.row.number)):
        if seconds and seconds[-1][0].time == entry.time:
            seconds[-1].append(entry)
        else:
            seconds.append([entry])
    joined: list[list[Entry]] = []
    for group in seconds:
        near = bool(joined) and group[0].time - joined[-1][-1].time <= _APART
        if near and not (_is_whole(joined[-1]) and _is_whole(group)) and _is_whole(joined[-1] + group):
            joined[-1] += group
        else:
            joined.append(group)
    return joined


def _is_whole(entries: Iterable[Entry]) -> bool:
    return is_whole(entry.part for entry in entries)


def _take(family: str, entries: list[Entry], intake: Intake) -> None:
    try:
        made = _made(family, entries)
    except RowError as error:
        for entry in entries:
            intake.reject(entry.row, error)
        return
    if not made:
        for entry in entries:
            intake.leave(entry.row, f"{entry.row.text('Operation')} of {entry.asset} from one wallet to another")
    for one in made:
        intake.add(one)


def _made(family: str, entries: list[Entry]) -> list[Transaction]:
    deal = Deal(ACCOUNT, entries[0].time, kind="convert" if family in operations.CONVERSIONS else None)
    if family == "dust" or (family == "bnb fee" and _is_whole(entries)):
        return sweep(deal, [entry.part for entry in entries])
    if not _is_whole(entries):
        return [] if _cancels(family, entries) else [_alone(family, entry) for entry in entries]
    made: list[Transaction] = []
    for side in _sides(entries):
        for parts in separate([entry.part for entry in side]):
            made += trade(deal, parts)
    return made


def _cancels(family: str, entries: list[Entry]) -> bool:
    """The same coin out of one wallet and into another."""
    return family == "distribution" and sum((entry.change for entry in entries), Decimal(0)) == 0


def _sides(entries: list[Entry]) -> list[list[Entry]]:
    """Buys and sells of one second apart, where every row says which it is; a fee goes with the row before it."""
    names = {entry.operation for entry in entries}
    if operations.EITHER_SIDE in names or not (names & operations.BUYING and names & operations.SELLING):
        return [entries]
    buying: list[Entry] = []
    selling: list[Entry] = []
    side = buying if entries[0].operation not in operations.SELLING else selling
    for entry in entries:
        if entry.operation not in operations.FEES:
            side = selling if entry.operation in operations.SELLING else buying
        side.append(entry)
    return [buying, selling]


def _alone(family: str, entry: Entry) -> Transaction:
    """A row of a trade whose other side is not in the file."""
    shown = f"{entry.row.text('Operation')!r} of {exact.plain(entry.change)} {entry.asset}"
    if entry.change > 0 and family in operations.ONE_SIDED:
        return replace(_transaction(entry, "deposit"), note=f"{entry.row.text('Operation')}: what was paid is not in the export")
    if entry.change > 0 and family == "distribution":
        return _transaction(entry, "income:airdrop")
    if entry.change < 0 and (family == "bnb fee" or entry.part.fee):
        return _transaction(entry, "fee")
    raise RowError("ROW_UNPAIRED_LEG", f"{shown} has no other side within a second", _OTHER_SIDE)


def _single(entry: Entry) -> Transaction:
    name = entry.operation
    if name in operations.MOVES:
        return _transaction(entry, "deposit" if entry.change > 0 else "withdrawal")
    if name in operations.CORRECTIONS:
        return _transaction(entry, "adjust")
    if name == operations.GIFT:
        return _transaction(entry, "gift-in" if entry.change > 0 else "gift-out")
    if name == operations.CARD and entry.change > 0:
        return _refunded(entry)
    kind = operations.INCOME.get(name) or ("spend" if name == operations.CARD else None)
    if kind is None:
        raise RowError("ROW_UNKNOWN_KIND", f"operation {entry.row.text('Operation')!r} is not known")
    if entry.change < 0 and kind != "spend":
        message = f"{entry.row.text('Operation')!r} of {exact.plain(entry.change)} {entry.asset}: taken back or corrected"
        raise RowError("ROW_INVALID", message, _OTHER_SIDE)
    return _transaction(entry, kind)


def _refunded(entry: Entry) -> Transaction:
    """What a payment by card gave back: money comes in, of a coin the statement does not say what it was worth."""
    one = _transaction(entry, "deposit" if is_fiat(entry.asset) else "adjust")
    return replace(one, note=f"{entry.row.text('Operation')}: a payment that was given back")


def _transaction(entry: Entry, kind: str) -> Transaction:
    note = re.sub(r"\s+", " ", entry.row.text("Remark")) or None
    one = Transaction(time=entry.time, account=ACCOUNT, kind=kind, sources=(entry.row.source,), note=note)
    if kind == "fee":
        return replace(one, fee_quantity=-entry.change, fee_asset=entry.asset)
    if entry.change > 0:
        return replace(one, received_quantity=entry.change, received_asset=entry.asset)
    return replace(one, sent_quantity=-entry.change, sent_asset=entry.asset)
