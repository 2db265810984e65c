"""What came into and went out of each account and asset, in units and in basis, by kinds: opening + in - out = closing.

Units are those that the rows name. Basis that comes in is what the rows give; what goes out is what the fold took from the lots. So the
closing figures are independent of what the lots hold in the end, and have to be the same.

    buy 2 for 200, sell 0.5 (basis 50), send 1 to another account (basis 100): closing 2 - 0.5 - 1 = 0.5, basis 200 - 50 - 100 = 50
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa

from taxlots import exact
from taxlots.ledger.entry_columns import NOWHERE, Action, Entries
from taxlots.lots.booked import Booked, Moved, Sold

# What a change is called, and whether it adds or takes away. "changed": basis alone, as of a denied loss or of capital returned.
SIGNS = {
    "bought": 1,
    "income": 1,
    "arrived": 1,
    "given": 1,
    "other": 1,
    "changed": 1,
    "sent": -1,
    "sold": -1,
    "fees": -1,
    "gifts": -1,
}
_NAMES = list(SIGNS)
_ACQUIRED = {"buy": "bought", "swap": "bought", "deposit": "arrived", "transfer": "arrived", "gift-in": "given", "inheritance": "given"}
_GIVEN_AWAY = {"gift-out", "donation"}
_BEFORE, _WITHIN, _LATER = range(3)
_PERIODS = 3
_FIRST_DAY = date(1970, 1, 1)
Change = tuple[str, np.ndarray, np.ndarray, np.ndarray | str, pa.Array]  # measure, entries, keys, name (or the number of each), amounts


@dataclass(slots=True)
class Measure:
    """Changes of one measure, units or basis, in exact units: before the period, within it by name, after it."""

    opening: int = 0
    within: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIGNS, 0))
    later: int = 0

    @property
    def closing(self) -> int:
        """At the end of the period."""
        return self.opening + sum(SIGNS[name] * amount for name, amount in self.within.items())


@dataclass(slots=True)
class Line:
    """One account (None: the accounts in one pool) and asset. `lacking`: units that left without a lot."""

    account: str | None
    asset: str
    units: Measure = field(default_factory=Measure)
    basis: Measure = field(default_factory=Measure)
    lacking: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing ever changed."""
        return not any(m.opening or m.later or any(m.within.values()) for m in (self.units, self.basis))


@dataclass(frozen=True, slots=True)
class Reallocation:
    """Basis of each account and asset by name after it was allocated anew, of which assets, until when (microseconds UTC), on which day."""

    until: int
    day: date
    assets: frozenset[str]
    basis: Mapping[tuple[str, str], int]


def rollforward(entries: Entries, booked: Booked, day: np.ndarray, year: int | None, anew: Reallocation | None = None) -> list[Line]:
    """A line per account and asset of the fold, by account and asset; `day` of each entry since 1970. Without a year all is within."""
    flows = _Flows(entries, booked)
    flows.collect(_periods(day, year))
    if anew is not None:
        when = int(_periods(np.array([(anew.day - _FIRST_DAY).days]), year)[0])
        for line, amount in flows.reallocated(anew):
            flows.put("basis", line, when, "changed", amount)
    for one in booked.lacking:
        if one.quantity:
            flows.line(int(entries.account[one.entry]), int(entries.asset[one.entry])).lacking += one.quantity
    found = [line for line in flows.lines.values() if not line.is_empty]
    return sorted(found, key=lambda line: (line.account or "", line.asset))


def _periods(day: np.ndarray, year: int | None) -> np.ndarray:
    """Whether each day lies before the year, within it or after it; without a year all are within."""
    if year is None:
        return np.full(len(day), _WITHIN, np.int64)
    first, after = ((date(one, 1, 1) - _FIRST_DAY).days for one in (year, year + 1))
    return np.where(day < first, _BEFORE, np.where(day < after, _WITHIN, _LATER))


class _Flows:
    """The changes of a fold, added up."""

    def __init__(self, entries: Entries, booked: Booked) -> None:
        self.entries, self.booked, self.width = entries, booked, len(entries.assets)
        self.common = len(entries.accounts)
        self.lines: dict[int, Line] = {}

    def line(self, account: int, asset: int) -> Line:
        """The line of an account and asset by number."""
        return self.of_key(int(self.keys(np.array([account]), np.array([asset]))[0]))

    def of_key(self, key: int) -> Line:
        """The line of a key."""
        if key not in self.lines:
            account, asset = divmod(key, self.width)
            name = None if account == self.common else self.entries.accounts[account]
            self.lines[key] = Line(name, self.entries.assets[asset])
        return self.lines[key]

    def keys(self, account: np.ndarray, asset: np.ndarray) -> np.ndarray:
        """A number per account and asset, the same for all accounts in one pool."""
        shared = self.booked.shared(account, asset) | (account == NOWHERE)
        found: np.ndarray = np.where(shared, self.common, account).astype(np.int64) * self.width + asset
        return found

    def collect(self, period: np.ndarray) -> None:
        """Everything, into the lines."""
        for measure, entry, keys, name, amounts in self.changes():
            if not len(entry):
                continue
            names = np.full(len(entry), _NAMES.index(name)) if isinstance(name, str) else name
            codes, places = np.unique((keys * _PERIODS + period[entry]) * len(_NAMES) + names, return_inverse=True)
            for code, amount in zip(codes.tolist(), exact.grouped_sums(places, amounts, len(codes)), strict=True):
                rest, which = divmod(code, len(_NAMES))
                self.put(measure, self.of_key(rest // _PERIODS), rest % _PERIODS, _NAMES[which], amount)

    @staticmethod
    def put(measure: str, line: Line, when: int, name: str, amount: int) -> None:
        """One amount of a line."""
        into: Measure = getattr(line, measure)
        if when == _WITHIN:
            into.within[name] += amount
        elif when == _BEFORE:
            into.opening += SIGNS[name] * amount
        else:
            into.later += SIGNS[name] * amount

    def changes(self) -> Iterator[Change]:
        """All of them."""
        yield from self.arrivals()
        yield from self.sales(self.booked.sold)
        yield from self.departures()
        yield from self.basis_moved(self.booked.moved)
        if self.booked.raised:
            raised = self.booked.raised
            entry, account, asset = (np.array([getattr(one, name) for one in raised], np.int64) for name in ("entry", "account", "asset"))
            yield "basis", entry, self.keys(account, asset), "changed", exact.array([one.units for one in raised])

    def arrivals(self) -> Iterator[Change]:
        """What was acquired."""
        entries = self.entries
        entry = np.flatnonzero(entries.action == Action.ACQUIRE)
        named = ["income" if kind.startswith("income:") else _ACQUIRED.get(kind, "other") for kind in entries.kinds]
        names = np.array([_NAMES.index(name) for name in named], np.int64)[entries.kind[entry]]
        keys, taken = self.keys(entries.account[entry], entries.asset[entry]), pa.array(entry)
        yield "units", entry, keys, names, entries.quantity.take(taken)
        yield "basis", entry, keys, names, entries.amount.take(taken)

    def sales(self, sold: Sold) -> Iterator[Change]:
        """What was sold, with or without a lot; the result of a position is no basis of a lot."""
        entries = self.entries
        named = [_NAMES.index("fees" if kind == "fee" else "sold") for kind in entries.kinds]
        names, keys = np.array(named, np.int64)[entries.kind[sold.entry]], self.keys(entries.account[sold.entry], entries.asset[sold.entry])
        yield "units", sold.entry, keys, names, sold.quantity
        covered = np.flatnonzero(sold.piece != NOWHERE)
        yield "basis", sold.entry[covered], keys[covered], names[covered], sold.basis.take(pa.array(covered))

    def departures(self) -> Iterator[Change]:
        """Units of transfers, gifts, losses, conversions, splits and spin-offs, at both ends."""
        entries = self.entries
        for action in (Action.MOVE, Action.REMOVE, Action.CONVERT, Action.SPLIT, Action.SPIN_OFF):
            entry = np.flatnonzero(entries.action == action)
            if not len(entry):
                continue
            own, target = self.ends(entry)
            entry, own, target = (values[own != target] for values in (entry, own, target))
            taken = pa.array(entry)
            quantity, received = entries.quantity.take(taken), entries.to_quantity.take(taken)
            if action is Action.MOVE:
                yield "units", entry, own, "sent", quantity
                yield "units", entry, target, "arrived", quantity
            elif action is Action.REMOVE:
                yield from self.removed("units", entry, own, quantity)
            elif action is Action.CONVERT:
                yield "units", entry, own, "other", _negative(quantity)
            elif action is Action.SPLIT:
                yield "units", entry, own, "other", quantity
            if action in {Action.CONVERT, Action.SPIN_OFF}:
                yield "units", entry, target, "other", received

    def ends(self, entry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Keys of where entries take from, and of where it goes (-1: nowhere)."""
        entries = self.entries
        account, asset, to_account, to_asset = (
            column[entry].astype(np.int64) for column in (entries.account, entries.asset, entries.to_account, entries.to_asset)
        )
        moves, becomes = to_account != NOWHERE, to_asset != NOWHERE
        target = self.keys(np.where(moves, to_account, account), np.where(becomes, to_asset, asset))
        return self.keys(account, asset), np.where(moves | becomes, target, NOWHERE)

    def removed(self, measure: str, entry: np.ndarray, keys: np.ndarray, amounts: pa.Array) -> Iterator[Change]:
        """What was given away, and what is gone otherwise."""
        gifts = np.array([kind in _GIVEN_AWAY for kind in self.entries.kinds], bool)[self.entries.kind[entry]]
        for name, chosen in (("gifts", np.flatnonzero(gifts)), ("other", np.flatnonzero(~gifts))):
            part = amounts.take(pa.array(chosen))
            yield measure, entry[chosen], keys[chosen], name, part if name == "gifts" else _negative(part)

    def basis_moved(self, moved: Moved) -> Iterator[Change]:
        """Basis that left without a sale, and where it went."""
        action, (own, target) = self.entries.action[moved.entry], self.ends(moved.entry)
        for which in np.unique(action).tolist():
            chosen = np.flatnonzero(action == which)
            entry, basis = moved.entry[chosen], moved.basis.take(pa.array(chosen))
            if which == Action.MOVE:
                yield "basis", entry, own[chosen], "sent", basis
                yield "basis", entry, target[chosen], "arrived", basis
            elif which == Action.REMOVE:
                yield from self.removed("basis", entry, own[chosen], basis)
            else:
                yield "basis", entry, own[chosen], "other" if which == Action.CONVERT else "changed", _negative(basis)
                if which != Action.RETURN:
                    yield "basis", entry, target[chosen], "other", basis

    def reallocated(self, anew: Reallocation) -> Iterator[tuple[Line, int]]:
        """By how much the basis of each line changed when it was allocated anew."""
        before = _Flows(self.entries, self.booked)
        before.collect(np.where(self.entries.time < anew.until, _BEFORE, _LATER))
        for key, line in before.lines.items():
            if line.account is not None and line.asset in anew.assets:
                yield self.of_key(key), anew.basis.get((line.account, line.asset), 0) - line.basis.opening


def _negative(amounts: pa.Array) -> pa.Array:
    return amounts if not len(amounts) else exact.differences(exact.differences(amounts, amounts), amounts)
