"""Ledger Live operations, four headers from 2019 on: what the accounts of a hardware wallet did on their chains.

The amount of an outgoing operation contains its fees; the fees beside an incoming one are the sender's. A token's fee is a row of its
own, in the coin of the chain. A move between two accounts of the wallet is an OUT and an IN of one hash: only its fee goes.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from taxlots.importers.bookings import BY_HAND, Leg, Legs, Reading, booked, each_group, leg, said_by
from taxlots.importers.numbers import number, required
from taxlots.importers.records import NotBookedError, Row, RowError, Transaction
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
_Fate = tuple[Row, Transaction | str]


@dataclass(frozen=True, slots=True)
class _Operation:
    """A row with its cells read; `kind` is what the operation does, `cost` where it failed."""

    row: Row
    kind: str
    asset: str
    amount: Decimal
    fees: Decimal


def _key(row: Row) -> str:
    """What the two ends of a move inside the wallet have in common, and a token with the row of its fee."""
    return row.text("Operation Hash") if row.text("Operation Type").upper() in {*_MOVES, "FEES"} else ""


def _take(rows: list[Row], reading: Reading) -> None:
    """The rows of one hash, coin by coin. A token's fee stands in a row of its own: what its other rows say of it, is that again."""
    apart = {row.text("Currency Ticker") for row in rows if row.text("Operation Type").upper() == "FEES"}
    coins: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        coins[row.text("Currency Ticker")].append(row)
    fates = [
        fate for coin, of_coin in coins.items() for fate in _of_coin([_operation(row, fee_apart=bool(apart - {coin})) for row in of_coin])
    ]
    for row, made in fates:
        if isinstance(made, str):
            reading.intake.leave(row, made)
        else:
            reading.intake.add(made)


def _of_coin(found: list[_Operation]) -> list[_Fate]:
    """What the operations of one hash and coin become: transactions, or why a row has no effect. Raises RowError."""
    out = [one for one in found if one.kind == "out"]
    into = [one for one in found if one.kind == "in"]
    if len(out) == 1 and len(into) == 1 and _is_own(out[0], into[0]):
        rest = [one for one in found if one not in (out[0], into[0])]
        return [*_own(out[0], into[0]), *_of_coin(rest)]
    return [(one.row, _transaction(one) or _without(one)) for one in found]


def _without(one: _Operation) -> str:
    return "the quantity is 0" if one.kind in {"in", "out", "fees"} else "nothing moved, and no fee was paid"


def _operation(row: Row, *, fee_apart: bool) -> _Operation:
    kind = said_by(row.text("Operation Type"), _TYPES)
    if kind == "nft":
        raise NotBookedError("collectibles (NFT)", account="ledger", hint=BY_HAND, ends_in_a_result=False)
    incoming = kind == "in"
    if row.text("Status").lower() == "failed":
        kind = "cost"
    fees = Decimal(0) if fee_apart or (kind == "cost" and incoming) else abs(number(row, "Operation Fees") or Decimal(0))
    return _Operation(row, kind, row.text("Currency Ticker"), abs(required(row, "Operation Amount")), fees)


def _is_own(out: _Operation, into: _Operation) -> bool:
    """Whether an OUT and an IN of one hash are the two ends of one move: another account gets what was sent without the fees."""
    return out.row.text("Account Name") != into.row.text("Account Name") and into.amount in {out.amount - out.fees, out.amount}


def _own(out: _Operation, into: _Operation) -> list[_Fate]:
    lost = leg(out.amount - into.amount, out.asset)
    if lost:
        return [(out.row, _booked([out.row, into.row], "fee", Legs(fee=lost)))]
    return [(one.row, "a move between two accounts of the wallet") for one in (out, into)]


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
