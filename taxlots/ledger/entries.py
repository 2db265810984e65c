"""A settled transaction -> entries: one per change of one asset in one account, in the order in which they are booked.

At one instant acquisitions come first, then conversions, then what leaves, in an order in which a transfer arrives before it is used
(`instants.py`). Amounts are units
(int, 10^18). The split of fees follows 26 CFR 1.1001-7(b)(2) and 1.1012-1(h): the cost of buying with money is basis, the cost of
selling or swapping lowers the amount realised, and a fee paid in an asset is itself a disposal of that asset.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from itertools import groupby
from typing import Any

import pandas as pd

from taxlots import exact, frames
from taxlots.kinds import KINDS, is_fiat
from taxlots.ledger.instants import booking_order


class Action(IntEnum):
    """What an entry does to the lots of its account."""

    ACQUIRE = 0
    MOVE = 1
    CONVERT = 2
    SPLIT = 3
    DISPOSE = 4
    REMOVE = 5
    RETURN = 6
    SPIN_OFF = 7


_PHASE = {
    **dict.fromkeys((Action.ACQUIRE,), 0),
    **dict.fromkeys((Action.CONVERT, Action.SPLIT, Action.RETURN, Action.SPIN_OFF), 1),
    **dict.fromkeys((Action.MOVE, Action.DISPOSE, Action.REMOVE), 2),
}
_LEAVING = 2
OUTSIDE = "outside"


@dataclass(slots=True)
class Entry:
    """One change. `amount` is basis (acquire), gross proceeds (dispose) or the capital returned (return), in units; of a spin-off it is
    the part of the holding's basis that goes along: below 1 a fraction of it, else an amount. `cost` lowers the proceeds.

    `lot_of` is the row whose lots it is taken from, for a fee withheld from what that row brought in; None: by the account's order.
    """

    action: Action
    kind: str
    asset: str
    account: str
    quantity: int
    row: int
    time: datetime
    amount: int = 0
    cost: int = 0
    acquired: datetime | None = None
    holding_starts: date | None = None
    to_account: str | None = None
    to_asset: str | None = None
    to_quantity: int = 0
    lot_of: int | None = None
    phase: int = field(default=-1)


@dataclass(frozen=True, slots=True)
class IncomeEntry:
    """One receipt of income: what the income frame is made of."""

    row: int
    asset: str
    quantity: int
    value: int


@dataclass(slots=True)
class Entries:
    """All entries in booking order, the income among them, and the settled rows that they come from."""

    rows: list[dict[str, Any]]
    entries: list[Entry]
    income: list[IncomeEntry]
    unbooked: list[int]


def split(transactions: pd.DataFrame) -> Entries:
    """Entries of a frame of `frames.SETTLED`."""
    rows = frames.records(transactions)
    result = Entries(rows, [], [], [])
    places = {row["id"]: index for index, row in enumerate(rows)}
    for index, row in enumerate(rows):
        splitter = _SPLITTERS.get(_family(row))
        if splitter is None:
            result.unbooked.append(index)
            continue
        leg = _Leg(row, index, _withheld(rows, index, places))
        result.entries += _phased(splitter(leg))
        if row["kind"].startswith("income:"):
            result.income.append(IncomeEntry(index, row["received_asset"], leg.received, leg.value))
    order = {index: (row["file_hash"], row["file_order"]) for index, row in enumerate(rows)}
    result.entries.sort(key=lambda e: (e.time, e.phase, *order[e.row]))  # stable: a transaction's own entries keep their order
    result.entries = [entry for (_, phase), group in groupby(result.entries, _instant) for entry in _within(phase, list(group))]
    return result


def _instant(entry: Entry) -> tuple[datetime, int]:
    return (entry.time, entry.phase)


def _within(phase: int, entries: list[Entry]) -> list[Entry]:
    return booking_order(entries) if phase == _LEAVING and len(entries) > 1 else entries


class _Leg:
    """A settled row with its amounts in units."""

    def __init__(self, row: dict[str, Any], index: int, owner: int | None) -> None:
        self.row, self.index, self.owner = row, index, owner
        self.kind: str = row["kind"]
        self.account: str = row["account"]
        self.sent = _units(row["sent_quantity"])
        self.received = _units(row["received_quantity"])
        self.fee_quantity = _units(row["fee_quantity"])
        self.value = _units(row["home_value"])
        self.fee = _units(row["home_fee"])
        self.shortfall_value = _units(row["home_shortfall"])

    def entry(self, action: Action, side: str, quantity: int, **more: Any) -> Entry:
        """An entry of this row on the asset of its sent, received or fee side."""
        given = {"kind": self.kind, "account": self.account} | more
        return Entry(action=action, asset=self.row[f"{side}_asset"], quantity=quantity, row=self.index, time=self.row["time"], **given)

    def fee_entry(self, **more: Any) -> Iterator[Entry]:
        """The fee as a disposal of the asset that it was paid in; nothing for a fee in money."""
        asset = self.row["fee_asset"]
        if self.fee_quantity and not is_fiat(asset):
            yield self.entry(Action.DISPOSE, "fee", self.fee_quantity, kind="fee", amount=self.fee, **more)

    def fee_around(self, body: list[Entry]) -> list[Entry]:
        """Body with the fee: out of what was just received where it was withheld from that, else before the rest."""
        asset = self.row["fee_asset"]
        arrives = any(asset == (e.asset if e.action is Action.ACQUIRE else e.to_asset) for e in body)
        gives = any(e.asset == asset and e.action is not Action.ACQUIRE for e in body)
        if arrives and not gives:
            return [*body, *self.fee_entry(lot_of=self.index)]
        return [*self.fee_entry(), *body]

    def carried(self) -> dict[str, Any]:
        """Basis and dates that a person or the export brought along."""
        return {
            "amount": _units(self.row["basis"]),
            "acquired": self.row["acquired"],
            "holding_starts": self.row["holding_starts"],
        }


def _units(value: Any) -> int:
    return 0 if value is None else exact.to_units(value)


def _phased(entries: list[Entry]) -> list[Entry]:
    """A fee that comes out of what the row brought in is booked right after that, not with the later disposals."""
    first = min((_PHASE[entry.action] for entry in entries), default=_LEAVING)
    for entry in entries:
        entry.phase = _PHASE[entry.action] if entry.lot_of is None else first
    return entries


def _withheld(rows: list[dict[str, Any]], index: int, places: dict[str, int]) -> int | None:
    """The row that a fee row named `ID/fee` belongs to, where that row brought in the fee's asset at the same time."""
    row = rows[index]
    owner = places.get(row["id"].partition("/fee")[0]) if row["kind"] == "fee" and "/fee" in row["id"] else None
    if owner is None:
        return None
    names = ("time", "account")
    same = all(rows[owner][name] == row[name] for name in names) and rows[owner]["received_asset"] == row["fee_asset"]
    return owner if same else None


def _family(row: dict[str, Any]) -> str:
    kind: str = row["kind"]
    if kind in {"buy", "sell", "swap"}:
        sides = "".join("m" if is_fiat(row[f"{side}_asset"]) else "a" for side in ("sent", "received"))
        return {"ma": "buy", "am": "sell", "aa": "swap", "mm": "money"}[sides]
    if kind.startswith("income:"):
        return "money" if is_fiat(row["received_asset"]) else "income"
    if kind not in {"fee", "return-of-capital"} and is_fiat(row["sent_asset"] or row["received_asset"]):
        return "money"
    return kind if kind in KINDS else "unknown"


def _money(leg: _Leg) -> list[Entry]:
    return list(leg.fee_entry())


def _buy(leg: _Leg) -> list[Entry]:
    return leg.fee_around([leg.entry(Action.ACQUIRE, "received", leg.received, amount=leg.value + leg.fee)])


def _sell(leg: _Leg) -> list[Entry]:
    return leg.fee_around([leg.entry(Action.DISPOSE, "sent", leg.sent, amount=leg.value, cost=leg.fee)])


def _swap(leg: _Leg) -> list[Entry]:
    gained = leg.entry(Action.ACQUIRE, "received", leg.received, amount=leg.value)
    given = leg.entry(Action.DISPOSE, "sent", leg.sent, amount=leg.value, cost=leg.fee)
    return leg.fee_around([gained, given])


def _income(leg: _Leg) -> list[Entry]:
    return leg.fee_around([leg.entry(Action.ACQUIRE, "received", leg.received, amount=leg.value)])


def _spend(leg: _Leg) -> list[Entry]:
    return leg.fee_around([leg.entry(Action.DISPOSE, "sent", leg.sent, amount=leg.value, cost=leg.fee)])


def _fee(leg: _Leg) -> list[Entry]:
    entries = list(leg.fee_entry(lot_of=leg.owner))
    if leg.sent and not is_fiat(leg.row["sent_asset"]):
        entries.append(leg.entry(Action.DISPOSE, "sent", leg.sent, amount=leg.value))
    return entries


def _arrival(leg: _Leg) -> list[Entry]:
    return leg.fee_around([leg.entry(Action.ACQUIRE, "received", leg.received, **leg.carried())])


def _inheritance(leg: _Leg) -> list[Entry]:
    carried = leg.carried() | {"amount": leg.value}
    return leg.fee_around([leg.entry(Action.ACQUIRE, "received", leg.received, **carried)])


def _transfer(leg: _Leg) -> list[Entry]:
    arrived = leg.sent if leg.row["received_quantity"] is None else leg.received
    to_account = leg.row["counter_account"]
    moved = min(leg.sent, arrived)
    lost = leg.sent - moved
    entries = list(leg.fee_entry())
    if lost:
        entries.append(leg.entry(Action.DISPOSE, "sent", lost, kind="fee", amount=leg.shortfall_value))
    entries.append(leg.entry(Action.MOVE, "sent", moved, to_account=to_account))
    if arrived > moved:
        entries.append(leg.entry(Action.ACQUIRE, "sent", arrived - moved, account=to_account))
    return entries


def _withdrawal(leg: _Leg) -> list[Entry]:
    return [*leg.fee_entry(), leg.entry(Action.MOVE, "sent", leg.sent, to_account=OUTSIDE)]


def _removal(leg: _Leg) -> list[Entry]:
    return [*leg.fee_entry(), leg.entry(Action.REMOVE, "sent", leg.sent)]


def _convert(leg: _Leg) -> list[Entry]:
    given = leg.entry(Action.CONVERT, "sent", leg.sent, to_asset=leg.row["received_asset"], to_quantity=leg.received)
    return leg.fee_around([given])


def _split(leg: _Leg) -> list[Entry]:
    side = "received" if leg.received else "sent"
    return [*leg.fee_entry(), leg.entry(Action.SPLIT, side, leg.received - leg.sent)]


def _return_of_capital(leg: _Leg) -> list[Entry]:
    """Lowers the basis of the holding that the sent asset names; without a name nothing is booked, and a Problem says so."""
    entries = list(leg.fee_entry())
    if leg.received and not is_fiat(leg.row["received_asset"]):
        entries.append(leg.entry(Action.ACQUIRE, "received", leg.received, amount=leg.value))
    if leg.row["sent_asset"]:
        entries.append(leg.entry(Action.RETURN, "sent", 0, amount=leg.value))
    return entries


def _spin_off(leg: _Leg) -> list[Entry]:
    """New units out of a holding; where the row does not say which, they come in without basis."""
    if not leg.row["sent_asset"]:
        return leg.fee_around([leg.entry(Action.ACQUIRE, "received", leg.received)])
    part = {"amount": _units(leg.row["basis"]), "to_asset": leg.row["received_asset"], "to_quantity": leg.received}
    return leg.fee_around([leg.entry(Action.SPIN_OFF, "sent", 0, **part)])


def _adjust(leg: _Leg) -> list[Entry]:
    return _arrival(leg) if leg.received else _removal(leg)


_SPLITTERS = {
    "money": _money,
    "buy": _buy,
    "sell": _sell,
    "swap": _swap,
    "income": _income,
    "spend": _spend,
    "fee": _fee,
    "deposit": _arrival,
    "gift-in": _arrival,
    "inheritance": _inheritance,
    "transfer": _transfer,
    "withdrawal": _withdrawal,
    "gift-out": _removal,
    "donation": _removal,
    "theft": _removal,
    "lost": _removal,
    "convert": _convert,
    "split": _split,
    "adjust": _adjust,
    "return-of-capital": _return_of_capital,
    "spin-off": _spin_off,
}
