"""Kraken rows that stand alone: deposits, withdrawals, rewards, adjustments, and moves between Kraken's own wallets."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges.kraken_rows import Entry
from taxlots.importers.exchanges.kraken_trades import fee_alone, transaction
from taxlots.importers.proportion import portion
from taxlots.importers.records import Intake, NotBookedError, RowError, Transaction
from taxlots.kinds import REALIZED, is_fiat

INTERNAL = "internal"
_BY_HAND = "Give it in a universal ledger CSV, with its value."
_BY_TYPE = {
    "staking": "income:staking",
    "dividend": "income:dividend",
    "invite bonus": "income:referral",
    "reward": "income:reward",
}
_BY_SUBTYPE = {
    ("earn", "reward"): "income:staking",
    ("earn", "airdrop"): "income:airdrop",
    ("earn", "allocation"): INTERNAL,
    ("earn", "deallocation"): INTERNAL,
    ("earn", "autoallocation"): INTERNAL,
    ("earn", "autoallocate"): INTERNAL,
    ("earn", "migration"): INTERNAL,
    ("transfer", "airdrop"): "income:airdrop",
    ("transfer", "spottostaking"): INTERNAL,
    ("transfer", "stakingfromspot"): INTERNAL,
    ("transfer", "stakingtospot"): INTERNAL,
    ("transfer", "spotfromstaking"): INTERNAL,
    ("transfer", "spottofutures"): INTERNAL,
}
# What each type does by the sign of its amount: (above 0, below 0).
_BY_SIGN = {
    "deposit": ("deposit", "withdrawal"),
    "withdrawal": ("deposit", "withdrawal"),
    "adjustment": ("income:airdrop", "spend"),
    "margin": (REALIZED, REALIZED),
}
# The opening and the financing of a margin position move no amount, only their fee; closing one moves its profit or loss.
_FEES = {"margin", "rollover"}
_NOT_BOOKED = {
    "rollover": "A rollover is a fee; give what it moves besides in a universal ledger CSV.",
    "credit": "Kraken does not say what it credits: give a bonus as income:reward, a refund of fees as adjust, in a universal ledger CSV.",
    **dict.fromkeys(("creator_reward", "nfttrade", "nftrebate"), "NFTs are not booked in this version; give it in a universal ledger CSV."),
}


def take(entry: Entry, intake: Intake) -> None:
    """One row to its fate."""
    if entry.amount == 0 and entry.fee == 0:
        intake.leave(entry.row, f"{entry.kind} of 0 {entry.asset}: nothing moved")
        return
    try:
        made = _transaction(entry)
    except RowError as error:
        intake.reject(entry.row, error)
        return
    if made is None:
        intake.leave(entry.row, f"{entry.kind}: a move inside Kraken")
    else:
        intake.add(made)


def _transaction(entry: Entry) -> Transaction | None:
    """The row as a transaction, None where it moves nothing out of the account. Raises RowError."""
    kind = _kind(entry)
    if kind == INTERNAL or entry.amount == 0:
        if entry.fee < 0:
            raise RowError("ROW_INVALID", f"{entry.kind!r} gives a fee back", _BY_HAND)
        return fee_alone([entry], entry.txid, (entry.fee, entry.fee_asset), entry.fee_usd) if entry.fee else None
    if kind.startswith("income:"):
        return _income(entry, kind)
    return _move(entry, kind)


def _kind(entry: Entry) -> str:
    if (entry.type, entry.subtype) == ("transfer", "") and entry.amount <= 0:
        message = f"transfer without subtype takes {exact.plain(-entry.amount)} {entry.asset} away, perhaps a delisting"
        raise RowError("ROW_UNKNOWN_KIND", message, _BY_HAND)
    return kind_of(entry.type, entry.subtype, -1 if entry.amount < 0 else 1 if entry.amount else 0, charged=bool(entry.fee))


def kind_of(kind: str, subtype: str, sign: int, *, charged: bool) -> str:
    """What a row of that type is, by the sign of its amount and whether it has a fee: a kind, or `INTERNAL`. Raises RowError."""
    if kind.startswith("hybridearn") or subtype.startswith("hybridearn"):
        return INTERNAL
    if kind in _FEES and sign == 0:
        return "fee"
    if kind in _BY_SIGN:
        return _BY_SIGN[kind][sign < 0]
    if (kind, subtype) == ("transfer", "") and sign > 0:
        return "income:airdrop"
    if (kind, subtype) == ("earn", ""):
        # Rewards of this kind carry Kraken's commission, allocations do not.
        return "income:staking" if charged else INTERNAL
    if kind in _NOT_BOOKED:
        raise NotBookedError(f"{kind!r}", hint=_NOT_BOOKED[kind], ends_in_a_result=False)
    found = _BY_SUBTYPE.get((kind, subtype)) or _BY_TYPE.get(kind)
    if found is None:
        raise RowError("ROW_UNKNOWN_KIND", f"type '{' / '.join(filter(None, (kind, subtype)))}' is not known")
    return found


def _income(entry: Entry, kind: str) -> Transaction:
    """The net amount is the income: the fee on a reward is the platform's commission and never arrives."""
    withheld = entry.fee_asset == entry.asset
    net = entry.amount - entry.fee if withheld else entry.amount
    if net <= 0:
        message = f"{entry.kind!r} brings {exact.plain(net)} {entry.asset}: taken back or corrected"
        raise RowError("ROW_INVALID", message, _BY_HAND)
    fields: dict[str, object] = {"received_quantity": net, "received_asset": entry.asset}
    if entry.fee > 0 and not withheld:
        fields |= {"fee_quantity": entry.fee, "fee_asset": entry.fee_asset, "fee_value": entry.fee_usd}
    if entry.usd and not is_fiat(entry.asset):
        fields |= {"value": portion(entry.usd, net, entry.amount), "value_currency": "USD"}
    return transaction([entry], kind, entry.txid, **fields)


def _move(entry: Entry, kind: str) -> Transaction:
    """A deposit, withdrawal or spend; the fee comes on top, in the fee's asset."""
    quantity, fee = abs(entry.amount), entry.fee
    if fee < 0 < entry.amount and entry.fee_asset == entry.asset:
        quantity, fee = quantity - fee, Decimal(0)  # a reversal gives the fee back as well
    if fee < 0:
        raise RowError("ROW_INVALID", f"{entry.kind!r} with the negative fee {exact.plain(fee)}", _BY_HAND)
    side = "received" if entry.amount > 0 else "sent"
    fields: dict[str, object] = {f"{side}_quantity": quantity, f"{side}_asset": entry.asset}
    if entry.usd and not is_fiat(entry.asset):
        fields |= {"value": entry.usd, "value_currency": "USD"}
    if fee:
        fields |= {"fee_quantity": fee, "fee_asset": entry.fee_asset} | _fee_value(entry)
    return transaction([entry], kind, entry.txid, **fields)


def _fee_value(entry: Entry) -> dict[str, object]:
    if is_fiat(entry.fee_asset):
        return {}
    value = entry.fee_usd
    if value is None and entry.usd and entry.fee_asset == entry.asset:
        value = portion(entry.usd, entry.fee, abs(entry.amount))
    return {"fee_value": value, "value_currency": "USD"} if value else {}


def take_reversals(entries: Sequence[Entry], intake: Intake) -> list[Entry]:
    """Set failed deposits and withdrawals aside with the rows that undo them; the rest is returned.

    A row undoes an earlier one of its type, asset and size with the opposite sign; of several the one with the same
    refid, else the latest. A fee that is not given back stays, as a fee.
    """
    open_rows: dict[tuple[str, str, Decimal], list[Entry]] = defaultdict(list)
    gone: set[int] = set()
    for entry in sorted(entries, key=lambda entry: (entry.time, _undoes(entry))):
        group = open_rows[(entry.type, entry.asset, abs(entry.amount))]
        if entry.type not in {"deposit", "withdrawal"} or not _undoes(entry):
            group.append(entry)
            continue
        earlier = [one for one in group if one.fee_asset == entry.fee_asset and one.fee + entry.fee >= 0]
        if earlier:
            same = [one for one in earlier if one.refid and one.refid == entry.refid]
            first = (same or earlier)[-1]
            group.remove(first)
            gone |= {id(first), id(entry)}
            _undo(first, entry, intake)
    return [entry for entry in entries if id(entry) not in gone]


def _undoes(entry: Entry) -> bool:
    return entry.amount < 0 if entry.type == "deposit" else entry.amount > 0


def _undo(first: Entry, undoing: Entry, intake: Intake) -> None:
    fee = first.fee + undoing.fee
    if fee:
        intake.add(fee_alone([first, undoing], f"{first.txid}/fee", (fee, first.fee_asset)))
        return
    intake.leave(first.row, f"{first.type} that failed; row {undoing.row.number} of {undoing.row.file} undoes it")
    intake.leave(undoing.row, f"undoes the failed {first.type} in row {first.row.number} of {first.row.file}")


def take_futures(entries: Sequence[Entry], intake: Intake) -> list[Entry]:
    """Set aside what comes back from the futures wallet, up to what went there, reject the rest, return the others."""
    away: dict[str, Decimal] = defaultdict(Decimal)
    others: list[Entry] = []
    for entry in sorted(entries, key=lambda entry: (entry.time, entry.amount)):
        if entry.type != "transfer" or entry.subtype not in {"spottofutures", "spotfromfutures"}:
            others.append(entry)
            continue
        if entry.subtype == "spottofutures":
            others.append(entry)
        elif entry.amount > away[entry.asset]:
            intake.reject(entry.row, _from_nowhere(entry, away[entry.asset]))
            continue
        else:
            intake.leave(entry.row, f"{entry.kind}: a move inside Kraken")
        away[entry.asset] -= entry.amount
    return others


def _from_nowhere(entry: Entry, away: Decimal) -> RowError:
    arrived, sent = exact.plain(entry.amount), exact.plain(away)
    message = f"{arrived} {entry.asset} came from the futures wallet, {sent} had gone there: a profit, or a fork or airdrop"
    return RowError("ROW_UNKNOWN_KIND", message, _BY_HAND)
