"""What the recorded identifications come to for a ledger: lots named for single transactions, and orders that change over time.

A record counts from the moment when it was made (or, attested, from the moment that it speaks of), and only where the law takes one's
own books for enough or the broker was told. Between several standing orders the one for the account and the asset goes before the one
for the account, that before the one for everything; among equals the one that begins later, then the later line.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal

import pandas as pd

from taxlots import frames
from taxlots.kinds import asset_class, is_fiat
from taxlots.lots.identification import Record, Sale, Standing, Told, moment
from taxlots.platforms import is_us_broker
from taxlots.problems import Problem, problem
from taxlots.rulebook import Entry, Rulebook

SALES = frozenset({"buy", "sell", "swap", "spend"})
_UNHOSTED = "us/federal/lot_identification/own_books_identify_unhosted_units"
_BROKER = "us/federal/basis_pool/own_books_identify_broker_units"
_BEFORE = "us/federal/lot_identification/own_books_identify_units_until_2024"
_SECURITIES = "us/federal/lot_identification/own_books_identify_securities"
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Named:
    """Lots for what leaves in one transaction: ids with units (None: as far as it reaches), in their order.

    `claims` must be held, else none of it counts and a Problem tells so: all that was identified, less what earlier sales took of it.
    """

    asset: str
    label: str
    lots: tuple[tuple[str, int | None], ...]
    line: int
    claims: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """From `time` on, lots of the asset leave the account in another order. `label` is what disposals say."""

    time: datetime
    account: str
    asset: str
    method: str
    label: str


@dataclass(frozen=True, slots=True)
class Directions:
    """What the fold is told: lots by row of the settled frame, changes of order by time; and what could not count."""

    named: Mapping[int, Named] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A transaction that gives units of an asset away."""

    row: int
    id: str
    time: datetime
    account: str
    asset: str
    quantity: Decimal
    kind: str
    date_only: bool


@dataclass(frozen=True, slots=True)
class Law:
    """Whether a record on one's own books is enough; without rules it always is."""

    zone: tzinfo
    rulebook: Rulebook | None = None
    classes: Mapping[str, str] = field(default_factory=dict)

    def suffices(self, account: str, asset: str, when: datetime) -> bool:
        """Whether the broker need not have been told of a sale at that time. Raises TaxlotsError(RULE_MISSING)."""
        if self.rulebook is None:
            return True
        day = when.astimezone(self.zone).date()
        return self.rulebook.value(self._rule(account, asset, day), day) is True

    def _rule(self, account: str, asset: str, day: date) -> str:
        if asset_class(asset, self.classes) in {"security", "fund"}:
            return _SECURITIES
        if day <= (self._entries(_BEFORE)[-1].end or date.max):
            return _BEFORE
        return _BROKER if is_us_broker(account) else _UNHOSTED

    def _entries(self, path: str) -> Sequence[Entry]:
        return self.rulebook.rule(path).entries if self.rulebook else ()

    def changes(self) -> list[datetime]:
        """The moments at which these rules change."""
        starts = {entry.start for path in (_UNHOSTED, _BROKER) for entry in self._entries(path)}
        return [datetime.combine(day, time(), self.zone).astimezone(UTC) for day in sorted(starts)]


class Books:
    """The records by kind, and when each began to count for an account and asset."""

    def __init__(self, records: Iterable[Record], law: Law) -> None:
        """Told records are joined to the lines that they speak of."""
        self.records, self.law = list(records), law
        self.told: dict[int, datetime] = {}
        for record in self.records:
            content = record.content
            if isinstance(content, Told):
                self.told.setdefault(content.line, record.made)
            elif content.told is not None:
                self.told[record.line] = _EARLIEST if content.attested else record.made
        self.standing = [(r, r.content) for r in self.records if isinstance(r.content, Standing)]
        self.sales = [(r, r.content) for r in self.records if isinstance(r.content, Sale)]

    def in_time(self, record: Record, when: datetime) -> bool:
        """Whether the record was made no later than that, or an earlier one is attested."""
        attested = not isinstance(record.content, Told) and record.content.attested is not None
        return attested or record.made <= when

    def broker_knows(self, record: Record, account: str, asset: str, when: datetime) -> bool:
        """Whether own books are enough for a sale at that time, or the broker had been told."""
        return self.law.suffices(account, asset, when) or self.told.get(record.line, _LATEST) <= when

    def counts(self, record: Record, account: str, asset: str, when: datetime) -> bool:
        """Whether the record decides a sale at that time, if it speaks of it."""
        return self.in_time(record, when) and self.broker_knows(record, account, asset, when)

    def in_force(self, account: str, asset: str, when: datetime) -> tuple[Record, Standing] | None:
        """The standing order that decides at that time."""
        there = [
            (record, order)
            for record, order in self.standing
            if speaks_of(order, account, asset, when) and self.counts(record, account, asset, when)
        ]
        return max(there, key=_rank, default=None)

    def turns(self, account: str, asset: str) -> list[datetime]:
        """The moments at which another standing order may come into force."""
        found = set(self.law.changes()) if self.standing else set()
        for record, order in self.standing:
            if order.account in {None, account} and order.asset in {None, asset}:
                found |= {moment(order.start), record.made, self.told.get(record.line, _LATEST)}
                found |= {moment(order.until)} if order.until else set()
        return sorted(found - {_EARLIEST, _LATEST})


def speaks_of(order: Standing, account: str, asset: str, when: datetime) -> bool:
    """Whether the order is meant for a sale there and then."""
    until = moment(order.until) if order.until else _LATEST
    return order.account in {None, account} and order.asset in {None, asset} and moment(order.start) <= when < until


def _rank(item: tuple[Record, Standing]) -> tuple[bool, bool, datetime, int]:
    record, order = item
    return (order.account is not None, order.asset is not None, moment(order.start), record.line)


def changes(
    books: Books, pairs: Iterable[tuple[str, str]], usual: Callable[[str, str, datetime], str], turns: Iterable[datetime] = ()
) -> list[Change]:
    """Every change of order in these accounts and assets, by time.

    `usual` is the order of an asset in an account at a time, without a record; it may change at the moments `turns`.
    """
    found: list[Change] = []
    for account, asset in pairs:
        before = (usual(account, asset, _EARLIEST),) * 2
        for when in sorted({*books.turns(account, asset), *turns}):
            change = _change(when, account, asset, books.in_force(account, asset, when), usual(account, asset, when))
            if (change.method, change.label) != before:
                found.append(change)
            before = (change.method, change.label)
    return sorted(found, key=lambda change: (change.time, change.account, change.asset))


def _change(when: datetime, account: str, asset: str, now: tuple[Record, Standing] | None, usual: str) -> Change:
    if now is None:
        return Change(when, account, asset, usual, usual)
    record, order = now
    if order.lots:  # the lots are named transaction by transaction; what they do not reach leaves first in, first out
        return Change(when, account, asset, "fifo", "fifo")
    return Change(when, account, asset, order.method, f"{order.method}, {record.label}")


def in_sequence(books: Books, rows: Iterable[Leaving], *, per_account: bool = True) -> dict[int, Named]:
    """Lots of each transaction that a standing order with a recorded sequence of lots decides."""
    if not any(order.lots for _, order in books.standing):
        return {}
    named = {}
    for row in rows:
        now = books.in_force(row.account if per_account else "", row.asset, row.time)
        if now and now[1].lots:
            record, order = now
            lots = tuple((part.lot_id, None) for part in order.lots)
            named[row.row] = Named(row.asset, f"{order.method}, {record.label}", lots, record.line)
    return named


def leaving(transactions: pd.DataFrame, books: Books) -> list[Leaving]:
    """The transactions that give units away which some record may speak of."""
    contents: list[Standing | Sale] = [order for _, order in books.standing] + [sale for _, sale in books.sales]
    chosen = transactions["sent_asset"].notna()
    for column, wanted in (("account", {c.account for c in contents}), ("sent_asset", {c.asset for c in contents})):
        if None not in wanted:
            chosen &= transactions[column].isin(sorted(name for name in wanted if name))
    part = transactions.loc[chosen, ["id", "time", "account", "sent_asset", "sent_quantity", "kind", "date_only"]]
    rows = zip(transactions.index[chosen], frames.records(part), strict=True)
    return [
        Leaving(
            *(int(index), row["id"], row["time"], row["account"], row["sent_asset"], row["sent_quantity"]),
            *(row["kind"], bool(row["date_only"])),
        )
        for index, row in rows
        if row["sent_quantity"] and not is_fiat(row["sent_asset"])
    ]


def too_late(books: Books, rows: Iterable[Leaving], file: str) -> list[Problem]:
    """One Problem per standing order that is meant for sales at which it did not count yet, and per reason."""
    missed: dict[tuple[int, str], list[Leaving]] = {}
    for row in rows:
        if row.kind not in SALES or not books.standing or books.in_force(row.account, row.asset, row.time):
            continue
        for record, order in books.standing:
            if order.method != "fifo" and speaks_of(order, row.account, row.asset, row.time):
                code = "IDENTIFICATION_BROKER_NOT_TOLD" if books.in_time(record, row.time) else "IDENTIFICATION_LATE"
                missed.setdefault((record.line, code), []).append(row)
    orders = {record.line: order for record, order in books.standing}
    return [_missed(orders[line], code, found, file, line) for (line, code), found in sorted(missed.items())]


def _missed(order: Standing, code: str, rows: Sequence[Leaving], file: str, line: int) -> Problem:
    first = min(rows, key=lambda row: (row.time, row.id))
    count = "1 sale was" if len(rows) == 1 else f"{len(rows)} sales were"
    why = "made before the order was recorded" if code == "IDENTIFICATION_LATE" else "made while the broker had not been told of it"
    message = f"standing order {order.method} for {scope_of(order)}: {count} {why}, the first on {first.time.isoformat()} (id {first.id})"
    return problem(code, message, file=file, row=line)


def scope_of(order: Standing) -> str:
    """In words, which sales an order is meant for."""
    where = order.account or "every account"
    until = f" until {order.until}" if order.until else ""
    return f"{order.asset or 'every asset'} in {where} from {order.start}{until}"
