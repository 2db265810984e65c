"""Trades that an exchange tells in several rows: signed parts are netted to two legs, with the fees beside them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from taxlots import exact
from taxlots.importers.proportion import portion
from taxlots.importers.records import Row, RowError, Transaction
from taxlots.kinds import is_fiat

Leg = tuple[Decimal, str]
BY_HAND = "Give the trade in a universal ledger CSV, one line per pair of assets."


@dataclass(frozen=True, slots=True)
class Part:
    """What one row (or one cell of it) adds to a balance; a fee is what it takes away, so negative."""

    row: Row
    amount: Decimal
    asset: str
    fee: bool = False


@dataclass(frozen=True, slots=True)
class Deal:
    """What all transactions of one trade have in common; `kind` None: buy, sell or swap, by which leg is money."""

    account: str
    time: datetime
    id: str = ""
    kind: str | None = None
    note: str | None = None
    value: Decimal | None = None
    value_currency: str | None = None


def trade(deal: Deal, parts: Sequence[Part]) -> list[Transaction]:
    """The parts as one trade, and a `fee` of its own for every further asset that fees were paid in.

    A fee that was given back (a rebate) changes the leg in its asset; in a third asset it is `income:reward`.

    Raises:
        RowError: not exactly one asset was given and another one received.
    """
    costs = _costs(parts)
    net = _net(parts)
    for asset in [asset for asset, cost in costs.items() if cost < 0 and asset in net]:
        net[asset] -= costs.pop(asset)
    sent, received = _legs(net, parts)
    fees = sorted(((cost, asset) for asset, cost in costs.items() if cost > 0), key=lambda fee: _fee_rank(fee, sent[1]))
    rows = tuple(dict.fromkeys(part.row.source for part in parts))
    made = [_main(deal, rows, sent, received, fees[0] if fees else None)]
    made += [_lone_fee(deal, rows, fee, (sent, received)) for fee in fees[1:]]
    made += [_rebate(deal, rows, (-cost, asset)) for asset, cost in costs.items() if cost < 0]
    return made


def is_whole(parts: Iterable[Part]) -> bool:
    """Whether something was given and something else received."""
    moved = [part for part in parts if not part.fee]
    given, got = ({part.asset for part in moved if part.amount * sign > 0} for sign in (-1, 1))
    return any(a != b for a in given for b in got)


def separate(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts of one moment as one list per pair of assets, by the order of their rows. Raises RowError where that does not tell."""
    if _is_one_pair(parts) or not is_whole(parts):
        return [list(parts)]
    chunks: list[list[Part]] = [[]]
    for part in parts:
        sides = {(p.asset, p.amount > 0) for p in chunks[-1] if not p.fee}
        if not part.fee and (part.asset, part.amount > 0) not in sides and is_whole(chunks[-1]):
            chunks.append([])
        chunks[-1].append(part)
    pairs: dict[tuple[str, ...], list[Part]] = defaultdict(list)
    for chunk in chunks:
        if not _is_one_pair(chunk):
            names = ", ".join(sorted({part.asset for part in parts}))
            raise RowError("ROW_INVALID", f"the rows of this second exchange {names}; which belong together can't be told", BY_HAND)
        pairs[_pair(chunk)] += chunk
    return list(pairs.values())


def _pair(parts: Iterable[Part]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(p.asset for p in sorted(parts, key=lambda p: (p.amount > 0, p.asset)) if not p.fee))


def _is_one_pair(parts: Iterable[Part]) -> bool:
    moved = [part for part in parts if not part.fee]
    given, got = ({part.asset for part in moved if part.amount * sign > 0} for sign in (-1, 1))
    return len(given) == 1 and len(got) == 1 and given != got


def _costs(parts: Iterable[Part]) -> dict[str, Decimal]:
    costs: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        if part.fee:
            costs[part.asset] -= part.amount
    return costs


def _net(parts: Iterable[Part]) -> dict[str, Decimal]:
    net: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        if not part.fee:
            net[part.asset] += part.amount
    return net


def _legs(net: dict[str, Decimal], parts: Sequence[Part]) -> tuple[Leg, Leg]:
    sent = [(-amount, asset) for asset, amount in net.items() if amount < 0]
    received = [(amount, asset) for asset, amount in net.items() if amount > 0]
    if len(sent) == 1 and len(received) == 1:
        return sent[0], received[0]
    shown = ", ".join(f"{exact.plain(part.amount)} {part.asset}" for part in parts)
    if sent and received:
        raise RowError("ROW_INVALID", f"several assets are exchanged for several: {shown}", BY_HAND)
    side = "given" if received else "received"
    raise RowError("ROW_UNPAIRED_LEG", f"no row says what was {side}: {shown}")


def _fee_rank(fee: Leg, given: str) -> tuple[bool, bool]:
    """A transaction has one fee: the one in money belongs to the trade first, then the one in what was given."""
    return (not is_fiat(fee[1]), fee[1] != given)


def _main(deal: Deal, rows: tuple[tuple[str, int], ...], sent: Leg, received: Leg, fee: Leg | None) -> Transaction:
    kind = deal.kind or ("buy" if is_fiat(sent[1]) else "sell" if is_fiat(received[1]) else "swap")
    if is_fiat(sent[1]) and is_fiat(received[1]):
        kind = "swap"
    return Transaction(
        time=deal.time,
        account=deal.account,
        kind=kind,
        sources=rows,
        sent_quantity=sent[0],
        sent_asset=sent[1],
        received_quantity=received[0],
        received_asset=received[1],
        fee_quantity=fee[0] if fee else None,
        fee_asset=fee[1] if fee else None,
        value=deal.value,
        value_currency=deal.value_currency if deal.value is not None else None,
        id=deal.id,
        note=deal.note,
    )


def _lone_fee(deal: Deal, rows: tuple[tuple[str, int], ...], fee: Leg, legs: tuple[Leg, Leg]) -> Transaction:
    """A fee beside the trade's own, worth what the trade's own price says where one leg is money."""
    traded = next((leg for leg in legs if leg[1] == fee[1]), None)
    money = next((leg for leg in legs if is_fiat(leg[1])), None)
    worth = portion(money[0], fee[0], traded[0]) if traded and money else None
    return Transaction(
        time=deal.time,
        account=deal.account,
        kind="fee",
        sources=rows,
        fee_quantity=fee[0],
        fee_asset=fee[1],
        fee_value=worth,
        value_currency=money[1] if worth is not None and money else None,
        id=f"{deal.id}/fee-{fee[1]}" if deal.id else "",
    )


def _rebate(deal: Deal, rows: tuple[tuple[str, int], ...], rebate: Leg) -> Transaction:
    return Transaction(
        time=deal.time,
        account=deal.account,
        kind="income:reward",
        sources=rows,
        received_quantity=rebate[0],
        received_asset=rebate[1],
        id=f"{deal.id}/rebate" if deal.id else "",
        note="rebate of a trading fee",
    )
