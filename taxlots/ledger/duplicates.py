"""Overlapping exports say the same thing twice. What is the same, is decided here; genuine equal fills stay.

Two transactions with the platform's own id, in different files, are one if the ids are equal. Without ids they are one if they stand in
different files and agree in account, kind, time and legs. Either way a transaction absorbs at most one of each other file: so equal
fills inside one file all stay, however often the file is exported again. Exports of two eras, one with ids and one without, may tell the
seconds of a two-row conversion differently and name kinds anew; between them the legs and the time within two seconds (or the date,
where an export gives no time) decide. Money is compared with a tolerance, since exports round it. A transfer that one file tells whole
absorbs the withdrawal and the deposit that others (or one other) make of it.

Where a platform has an export that tells its trades more exactly than another (`lesser`), the id alone decides: Kraken's ledgers name a
trade by the txid of its trades, but may charge the fee in another asset than that file can say.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta, tzinfo
from decimal import Decimal

from taxlots.assets import asset_table
from taxlots.exact import plain
from taxlots.importers.records import Source, Transaction
from taxlots.kinds import is_fiat
from taxlots.ledger.content_ids import id_of
from taxlots.ledger.transfer_ends import is_end, places_of_ends
from taxlots.problems import Problem, problem

ERA_TOLERANCE = timedelta(seconds=2)
_DAY = timedelta(days=1)
_MONEY_SHARE, _MONEY_CENTS = Decimal("0.001"), Decimal("0.02")  # exports of two eras round amounts of money differently
Order = Mapping[str, tuple[str, bool]]


@dataclass(slots=True)
class Distinct:
    """Transactions that are left, each with an id; what was merged into which; rows that were dropped."""

    transactions: list[Transaction] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    merged: dict[Source, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Kept:
    transaction: Transaction
    native: bool
    absorbed: set[tuple[str, str]]
    day: date

    def is_done_with(self, other: Transaction) -> bool:
        """Whether it has its own row in that file, or one for that end of it."""
        return _file(other) == _file(self.transaction) or self._share(other) in self.absorbed

    def absorb(self, other: Transaction) -> None:
        """Take the row of another file for this transaction."""
        self.absorbed.add(self._share(other))

    def _share(self, other: Transaction) -> tuple[str, str]:
        return (_file(other), other.kind if _is_part(self.transaction, other) else "")


def distinct(transactions: Sequence[Transaction], order: Order, zone: tzinfo = UTC) -> Distinct:
    """Drop what other files (or the same id) already said.

    `order` gives each file's hash and direction, for a stable choice; `zone` is where the dates of exports without a time hold.
    """
    result = Distinct()
    groups: dict[tuple[object, ...], list[_Kept]] = {}
    by_id: dict[tuple[str, str], list[_Kept]] = {}
    distinct_ones: list[Transaction] = []
    for transaction in sorted(transactions, key=lambda t: (t.lesser, t.kind != "transfer", not t.id, _hides_fee(t), *row_order(t, order))):
        day = transaction.time.astimezone(zone).date()
        twins = by_id.setdefault((transaction.account, transaction.id), []) if transaction.id else []
        places = [(transaction.account, moved) for moved in _readings(transaction)]
        near = [k for shift in (0, -1, 1) for place in places for k in groups.get((*place, day + shift * _DAY), ())]
        match = next((k for k in twins if transaction.lesser and not k.transaction.lesser), None)
        match = match or next((k for k in twins if not k.is_done_with(transaction) and _same_content(k, transaction, day)), None)
        match = match or next((k for k in near if _same(k, transaction, day)), None)
        if match:
            _merge(result, transaction, match)
            continue
        if twins:
            result.problems.append(_twice(twins, transaction, day))
        kept = _Kept(transaction, bool(transaction.id), set(), day)
        ends = places_of_ends(transaction, day) if transaction.kind == "transfer" else []
        for place in [*((*place, day) for place in places), *ends]:
            groups.setdefault(place, []).append(kept)
        twins.append(kept)
        distinct_ones.append(kept.transaction)
    result.problems += _lesser(distinct_ones)
    result.transactions = _identified(distinct_ones, order)
    return result


def row_order(transaction: Transaction, order: Order) -> tuple[str, int]:
    """The file's hash, then the row (from the end in a file that lists the newest first)."""
    file, row = transaction.sources[0]
    digest, newest_first = order.get(file, (file, False))
    return (digest, -row if newest_first else row)


def legs(transaction: Transaction) -> tuple[tuple[str, str, str], ...]:
    """What moved, without fees: the assets, or the money where nothing else moved; and the holding that money came from."""
    t = transaction
    if t.sent_asset and t.sent_quantity is None:
        return (("about", t.sent_asset, ""), ("received", t.received_asset or "", plain(t.received_quantity) or ""))
    pairs = (("sent", t.sent_asset, t.sent_quantity), ("received", t.received_asset, t.received_quantity))
    given = [(side, asset or "", plain(quantity) or "") for side, asset, quantity in pairs if quantity is not None]
    return tuple([leg for leg in given if not is_fiat(leg[1])] or given)


def _readings(t: Transaction) -> tuple[tuple[tuple[str, str, str], ...], ...]:
    """The legs, or the fee where there is nothing else.

    Of a withdrawal with a fee in its asset also those of both in one sum, since that is all that another export may say.
    """
    if t.sent_asset is None and t.received_asset is None:
        return ((("fee", t.fee_asset or "", plain(t.fee_quantity) or ""),),)
    if t.kind != "withdrawal" or not t.fee_quantity or t.fee_asset != t.sent_asset:
        return (legs(t),)
    return legs(t), legs(replace(t, sent_quantity=(t.sent_quantity or Decimal(0)) + t.fee_quantity))


def _hides_fee(t: Transaction) -> bool:
    """Of the two, the withdrawal that tells its fee is kept."""
    return t.kind == "withdrawal" and t.fee_quantity is None


def _same(kept: _Kept, other: Transaction, day: date) -> bool:
    native, first = bool(other.id), kept.transaction
    if kept.is_done_with(other):
        return False
    if _is_part(first, other):
        return is_end(first, other, ERA_TOLERANCE)
    if kept.native and native:
        return False
    if first.date_only or other.date_only:
        return kept.day == day and (first.kind == other.kind or kept.native != native) and _same_cost(first, other)
    if kept.native != native:
        return abs(first.time - other.time) <= ERA_TOLERANCE
    same_costs = _same_fee(first, other) and first.basis == other.basis and _same_money(first, other)
    return first.time == other.time and first.kind == other.kind and same_costs


def _is_part(first: Transaction, other: Transaction) -> bool:
    return first.kind == "transfer" and other.kind in {"withdrawal", "deposit"}


def _same_fee(first: Transaction, other: Transaction) -> bool:
    return first.fee_quantity == other.fee_quantity or _hides_fee(first) or _hides_fee(other)


def _same_content(kept: _Kept, other: Transaction, day: date) -> bool:
    first = kept.transaction
    near = abs(first.time - other.time) <= ERA_TOLERANCE or ((first.date_only or other.date_only) and kept.day == day)
    return near and bool({*_readings(first)} & {*_readings(other)}) and _same_money(first, other)


def _same_money(first: Transaction, other: Transaction) -> bool:
    """Whether what was paid and got in money is the same but for rounding, where both rows say it."""
    mine, theirs = dict(_money(first)), dict(_money(other))
    both = ((mine[leg], theirs[leg]) for leg in mine.keys() & theirs.keys())
    return all(abs(a - b) <= max(_MONEY_CENTS, _MONEY_SHARE * a) for a, b in both)


def _same_cost(first: Transaction, other: Transaction) -> bool:
    """As `_same_money`, or with the fee in one sum with it: the exports of some years do not tell them apart."""
    return _same_money(first, other) or _same_money(_with_fee(first), _with_fee(other))


def _with_fee(t: Transaction) -> Transaction:
    if not t.fee_quantity:
        return t
    if t.sent_quantity is not None and t.sent_asset == t.fee_asset:
        return replace(t, sent_quantity=t.sent_quantity + t.fee_quantity)
    if t.received_quantity is not None and t.received_asset == t.fee_asset:
        return replace(t, received_quantity=t.received_quantity - t.fee_quantity)
    return t


def _money(t: Transaction) -> Iterator[tuple[tuple[str, str | None], Decimal]]:
    for side, asset, quantity in (("sent", t.sent_asset, t.sent_quantity), ("received", t.received_asset, t.received_quantity)):
        if quantity is not None and is_fiat(asset):
            yield (side, asset), quantity


def _file(transaction: Transaction) -> str:
    return transaction.sources[0][0]


def _merge(result: Distinct, transaction: Transaction, kept: _Kept) -> None:
    file, row = kept.transaction.sources[0]
    kept.absorb(transaction)
    alias = transaction.id or content_id(transaction)
    result.aliases[alias] = kept.transaction.id or content_id(kept.transaction)
    result.merged.update(dict.fromkeys(transaction.sources, f"says the same as {file}:{row}"))


def _twice(twins: Sequence[_Kept], other: Transaction, day: date) -> Problem:
    """One id on two rows of a file: both are kept, with a warning where they agree in everything and an error where they do not."""
    first = next((k for k in twins if _same_content(k, other, day) and _currencies(k.transaction) == _currencies(other)), None)
    file, row = other.sources[0]
    there, line = (first or twins[0]).transaction.sources[0]
    if first:
        return problem(
            "ID_REPEATED", f"id {other.id!r} also stands at {there}:{line} with the same content; both count", file=file, row=row
        )
    return problem("ID_CONFLICT", f"id {other.id!r} also stands at {there}:{line} with other content", file=file, row=row)


def _lesser(transactions: Sequence[Transaction]) -> list[Problem]:
    """One warning per file whose transactions another export would have told more exactly."""
    files = Counter(_file(t) for t in transactions if t.lesser)
    return [
        problem("EXPORT_LESSER", f"{count} transactions stand in this file only; what they cost in fees is taken as it says", file=file)
        for file, count in sorted(files.items())
    ]


def _currencies(t: Transaction) -> set[str | None]:
    return {asset for (_, asset), _ in _money(t)}


def content_id(transaction: Transaction) -> str:
    """An id from what the row says, so that it stays the same when the export is repeated, its rows shift or an asset changes its name."""
    t, table = transaction, asset_table()
    moved = [f"{side}|{table.canonical(asset)}|{quantity}" for side, asset, quantity in legs(t)]
    return id_of(t.account, t.time, t.kind, [*moved, plain(t.fee_quantity) or ""])


def _identified(transactions: list[Transaction], order: Order) -> list[Transaction]:
    """Every transaction with an id of its own; equal ids are numbered."""
    seen: dict[str, int] = {}
    result = []
    for transaction in sorted(transactions, key=lambda t: (t.time, *row_order(t, order))):
        name = transaction.id or content_id(transaction)
        seen[name] = seen.get(name, 0) + 1
        unique = name if seen[name] == 1 else f"{name}~{seen[name]}"
        result.append(transaction if unique == transaction.id else replace(transaction, id=unique))
    return result
