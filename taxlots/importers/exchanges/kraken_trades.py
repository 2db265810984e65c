"""Kraken trades: the rows of one refid as legs, with the fee that comes on top of either or both of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from taxlots.importers.exchanges.kraken_balances import ACCOUNT
from taxlots.importers.exchanges.kraken_rows import Entry
from taxlots.importers.proportion import portion
from taxlots.importers.records import Intake, RowError, Transaction
from taxlots.kinds import is_fiat

Leg = tuple[Decimal, str]
_BY_HAND = "Give the trade in a universal ledger CSV, one line per asset."


def transaction(entries: Sequence[Entry], kind: str, name: str, **fields: object) -> Transaction:
    """A Transaction at the time of the first of these rows, with all of them as its sources."""
    first = min(entries, key=lambda entry: entry.time)
    common: dict[str, object] = {
        "time": first.time,
        "account": ACCOUNT,
        "kind": kind,
        "sources": tuple(entry.row.source for entry in entries),
        "id": name,
    }
    return Transaction(**(common | fields))  # type: ignore[arg-type]


def fee_alone(entries: Sequence[Entry], name: str, fee: Leg, value: Decimal | None = None) -> Transaction:
    """A fee without the trade that it was for."""
    worth = {"fee_value": value, "value_currency": "USD"} if value else {}
    return transaction(entries, "fee", name, fee_quantity=fee[0], fee_asset=fee[1], **worth)


def take(refid: str, entries: list[Entry], intake: Intake) -> None:
    """All rows of one refid as a trade; each is rejected where they make none."""
    try:
        made = _trades(refid, entries)
    except RowError as error:
        for entry in entries:
            intake.reject(entry.row, error)
        return
    for one in made:
        intake.add(one)
    if not made:
        for entry in entries:
            intake.leave(entry.row, f"{entry.asset} into itself in another wallet, or an amount of 0")


def _trades(refid: str, entries: list[Entry]) -> list[Transaction]:
    net = _net(entries)
    sent = [(-amount, asset) for asset, amount in net.items() if amount < 0]
    received = [(amount, asset) for asset, amount in net.items() if amount > 0]
    fees = _fees(entries)
    if not sent and not received:
        return [_lone_fee(refid, entries, fees, index) for index in range(len(fees))]
    _check_sides(refid, entries, sent, received)
    if len(sent) > 1 or len(received) > 1:
        alone = [_lone_fee(refid, entries, fees, index) for index in range(len(fees))]
        return _divided(refid, entries, sent, received) + alone
    legs = (sent[0], received[0])
    fees = sorted(fees, key=lambda fee: _fee_rank(fee, sent[0][1]))
    trade = _trade(refid, entries, *legs, fees[0] if fees else None)
    return [trade] + [_lone_fee(refid, entries, fees, index, legs) for index in range(1, len(fees))]


def _check_sides(refid: str, entries: list[Entry], sent: list[Leg], received: list[Leg]) -> None:
    names = ", ".join(sorted({entry.asset for entry in entries}))
    if len(sent) > 1 and len(received) > 1:
        raise RowError("ROW_INVALID", f"refid {refid!r} exchanges several assets for several: {names}", _BY_HAND)
    if sent and received:
        return
    if min(entry.amount for entry in entries) < 0 < max(entry.amount for entry in entries):
        raise RowError("ROW_INVALID", f"refid {refid!r} exchanges {names} for another amount of itself", _BY_HAND)
    side = "given" if received else "received"
    raise RowError("ROW_UNPAIRED_LEG", f"refid {refid!r} has no row of what was {side} for {names}")


def _net(entries: Sequence[Entry]) -> dict[str, Decimal]:
    net: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        net[entry.asset] += entry.amount
    return net


def _fees(entries: Sequence[Entry]) -> list[Leg]:
    fees: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        fees[entry.fee_asset] += entry.fee
    negative = next((asset for asset, quantity in fees.items() if quantity < 0), None)
    if negative:
        raise RowError("ROW_INVALID", f"the fee in {negative} is negative: a rebate", _BY_HAND)
    return [(quantity, asset) for asset, quantity in fees.items() if quantity > 0]


def _fee_rank(fee: Leg, given: str) -> tuple[bool, bool]:
    """A transaction has one fee: the one in money belongs to the trade first, then the one in what was given."""
    return (not is_fiat(fee[1]), fee[1] != given)


def _lone_fee(refid: str, entries: list[Entry], fees: list[Leg], index: int, legs: Sequence[Leg] = ()) -> Transaction:
    name = f"{refid}/fee" if index <= 1 else f"{refid}/fee{index}"
    quantity, asset = fees[index]
    worth = _fee_worth(entries, fees[index], legs)
    return transaction(entries, "fee", name, fee_quantity=quantity, fee_asset=asset, **worth)


def _fee_usd(entries: Sequence[Entry], asset: str) -> Decimal | None:
    """The export's value of the fees in one asset; None where a row that has such a fee does not state it."""
    values = [entry.fee_usd for entry in entries if entry.fee and entry.fee_asset == asset]
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _usd(entries: Sequence[Entry], asset: str) -> Decimal | None:
    known = [entry.usd for entry in entries if entry.asset == asset and entry.usd is not None]
    return sum(known, Decimal(0)) if known else None


def _trade(name: str, entries: list[Entry], sent: Leg, received: Leg, fee: Leg | None) -> Transaction:
    legs: dict[str, object] = {
        "sent_quantity": sent[0],
        "sent_asset": sent[1],
        "received_quantity": received[0],
        "received_asset": received[1],
    }
    if fee:
        legs |= {"fee_quantity": fee[0], "fee_asset": fee[1]}
    kind = trade_kind(sent[1], received[1])
    return transaction(entries, kind, name, **legs, **_worth(entries, sent, received, fee))


def trade_kind(sent: str, received: str) -> str:
    """Buy, sell or swap, by which of the two assets is money."""
    if is_fiat(sent) == is_fiat(received):
        return "swap"
    return "buy" if is_fiat(sent) else "sell"


def _worth(entries: list[Entry], sent: Leg, received: Leg, fee: Leg | None) -> dict[str, object]:
    """Value and fee value; a trade with a leg in money needs no value."""
    fields: dict[str, object] = {}
    value = _usd(entries, received[1]) or _usd(entries, sent[1])
    if value and not is_fiat(sent[1]) and not is_fiat(received[1]):
        fields = {"value": value, "value_currency": "USD"}
    return fields | (_fee_worth(entries, fee, (sent, received)) if fee else {})


def _fee_worth(entries: list[Entry], fee: Leg, legs: Sequence[Leg]) -> dict[str, object]:
    """What a fee outside money was worth: at the trade's own price where a leg is money, else as the export says."""
    if is_fiat(fee[1]):
        return {}
    traded = next((leg for leg in legs if leg[1] == fee[1]), None)
    money = next((leg for leg in legs if is_fiat(leg[1])), None)
    if traded and money:
        return {"fee_value": portion(money[0], fee[0], traded[0]), "value_currency": money[1]}
    value = _fee_usd(entries, fee[1])
    usd = _usd(entries, fee[1])
    if value is None and usd and traded:
        value = portion(usd, fee[0], traded[0])
    return {"fee_value": value, "value_currency": "USD"} if value else {}


def _divided(refid: str, entries: list[Entry], sent: list[Leg], received: list[Leg]) -> list[Transaction]:
    """Many for one, as in a sweep of dust: the single leg is divided by what the export says the others are worth."""
    many, (total, asset) = (sent, received[0]) if len(sent) > 1 else (received, sent[0])
    values = [_usd(entries, name) for _, name in many]
    known = [value for value in values if value]
    if len(known) < len(many):
        message = f"refid {refid!r} exchanges {len(many)} assets for {asset}, and amountusd does not say their shares"
        raise RowError("ROW_INVALID", message, _BY_HAND)
    made: list[Transaction] = []
    left, whole = total, sum(known, Decimal(0))
    for index, (leg, value) in enumerate(zip(many, known, strict=True)):
        part = left if index == len(many) - 1 else portion(total, value, whole)
        left -= part
        pair = (leg, (part, asset)) if many is sent else ((part, asset), leg)
        others = {name for _, name in many} - {leg[1]}
        one = _trade(f"{refid}/{leg[1]}", [entry for entry in entries if entry.asset not in others], *pair, None)
        made.append(replace(one, value=value) if one.value else one)
    return made
