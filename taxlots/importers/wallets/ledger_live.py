"""Ledger Live operations, four headers from 2019 on: what the accounts of a hardware wallet did on their chains.

The amount of an outgoing operation contains its fees; the fees beside an incoming one are the sender's. A token's fee is a row of its
own, in the coin of the chain. A move between two accounts of the wallet is an OUT and an IN of one hash: only its fee goes.
"""

from dataclasses import dataclass
from decimal import Decimal

from taxlots.importers.bookings import BY_HAND, Leg, Legs, Reading, booked, each_group, leg, said_by
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Row, RowError, Transaction
from taxlots.importers.times import time

ACCOUNT = "ledger"
REQUIRED = ("Operation Date", "Currency Ticker", "Operation Type", "Operation Amount", "Operation Fees", "Operation Hash", "Account Name")
_TYPES = {
    "IN": "in",
    "OUT": "out",
    "FEES": "fees",
    "REWARD": "income:staking",
    "REWARD_PAYOUT": "income:staking",
    "DELEGATE": "cost",
    "UNDELEGATE": "cost",
    "BOND": "cost",
    "UNBOND": "cost",
    "WITHDRAW_UNBONDED": "cost",
    "REVEAL": "cost",
    "OPT_IN": "cost",
    "STAKE": "cost",
    "VOTE": "cost",
    "NFT_IN": "nft",
    "NFT_OUT": "nft",
}
_MOVES = {"IN", "OUT"}


@dataclass(frozen=True, slots=True)
class _Operation:
    """A row with its cells read; `kind` is what the operation does, `cost` where it failed."""

    row: Row
    kind: str
    asset: str
    amount: Decimal
    fees: Decimal


def _key(row: Row) -> str:
    """What the two ends of a move inside the wallet have in common: hash and coin."""
    found = row.text("Operation Hash")
    return f"{found} {row.text('Currency Ticker')}" if found and row.text("Operation Type").upper() in _MOVES else ""


def _take(rows: list[Row], reading: Reading) -> None:
    found = [_operation(row) for row in rows]
    out = [one for one in found if one.kind == "out"]
    into = [one for one in found if one.kind == "in"]
    if len(out) == 1 and len(into) == 1 and _is_own(out[0], into[0]):
        _take_own(out[0], into[0], reading)
        return
    made = [_transaction(one) for one in found]
    for one, transaction in zip(found, made, strict=True):
        if transaction:
            reading.intake.add(transaction)
        else:
            reading.intake.leave(one.row, "the quantity is 0" if one.kind in {"in", "out", "fees"} else "staking or voting without a fee")


def _operation(row: Row) -> _Operation:
    kind = said_by(row.text("Operation Type"), _TYPES)
    if kind == "nft":
        raise RowError("ROW_UNKNOWN_KIND", "collectibles (NFT) are not read from this export", BY_HAND)
    if row.text("Status").lower() == "failed":
        kind = "cost"
    fees = abs(number(row, "Operation Fees") or Decimal(0))
    return _Operation(row, kind, row.text("Currency Ticker"), abs(required(row, "Operation Amount")), fees)


def _is_own(out: _Operation, into: _Operation) -> bool:
    """Whether an OUT and an IN of one hash are the two ends of one move: another account gets what was sent without the fees."""
    return out.row.text("Account Name") != into.row.text("Account Name") and into.amount in {out.amount - out.fees, out.amount}


def _take_own(out: _Operation, into: _Operation, reading: Reading) -> None:
    lost = leg(out.amount - into.amount, out.asset)
    if lost:
        reading.intake.add(_booked([out.row, into.row], "fee", Legs(fee=lost)))
        return
    for one in (out, into):
        reading.intake.leave(one.row, "a move between two accounts of the wallet")


def _transaction(one: _Operation) -> Transaction | None:
    if one.kind in {"fees", "cost"}:
        fee = leg(one.amount if one.kind == "fees" else one.fees, one.asset)
        return _booked([one.row], "fee", Legs(fee=fee)) if fee else None
    if one.kind != "out":
        kind = "deposit" if one.kind == "in" else one.kind
        moved = leg(one.amount, one.asset)
        return _booked([one.row], kind, Legs(received=moved, value=_worth(one.row))) if moved else None
    if one.fees > one.amount:
        raise RowError("ROW_INVALID", f"the fees {one.fees} are more than the amount {one.amount} that contains them", BY_HAND)
    sent, fee = leg(one.amount - one.fees, one.asset), leg(one.fees, one.asset)
    if not sent:
        return _booked([one.row], "fee", Legs(fee=fee)) if fee else None
    return _booked([one.row], "withdrawal", Legs(sent=sent, fee=fee))


def _booked(rows: list[Row], kind: str, legs: Legs) -> Transaction:
    first = rows[0]
    note = " to ".join(row.text("Account Name") for row in rows) or None
    return booked(rows, ACCOUNT, kind, time(first, "Operation Date"), legs, txid=first.text("Operation Hash") or None, note=note)


def _worth(row: Row) -> Leg | None:
    return leg(number(row, "Countervalue at Operation Date"), row.text("Countervalue Ticker"))


read = each_group(_key, _take)
