"""Etherscan and its clones (BscScan, PolygonScan, ...): the four CSVs of an address, joined by transaction hash.

One transaction may have its coins in the file of transactions, its refunds among the internal ones and its tokens in the ERC-20 file:
what went out and what came in under one hash is a swap, one side alone a withdrawal or deposit. Traps: the coin's name stands in the
header (`Value_IN(BNB)`) beside a price of today; a failed transaction lists its value but costs only the fee; the fee beside a receipt
is the sender's; token files name no direction, so the address must be known, from the file's name or as the one that every row has.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.bookings import BY_HAND, Leg, Legs, booked, leg
from taxlots.importers.numbers import number, required
from taxlots.importers.proportion import portion
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.importers.spellings import folded
from taxlots.importers.written_times import unix_time

REQUIRED = ("UnixTimestamp", "From", "ContractAddress")
SYNONYMS = {  # of the files of an explorer of several chains
    "chain_id": "ChainId",
    "tx_hash": "Txhash",
    "block_number": "Blockno",
    "block_unix_timestamp": "UnixTimestamp",
    "block_datetime": "DateTime",
    "token_value": "TokenValue",
    "token_address": "ContractAddress",
    "token_name": "TokenName",
    "token_symbol": "TokenSymbol",
}
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_COIN = re.compile(r"Value_(?:IN|OUT)\((?P<coin>\w+)\)?", re.IGNORECASE)
_CHAINS = {"1": "ETH", "10": "ETH", "8453": "ETH", "42161": "ETH", "56": "BNB", "137": "POL", "43114": "AVAX"}
_CHANGES = re.compile(
    r"(?:txhash|transaction ?hash|blockno|datetime|currentvalue|txnfee\(usd|historical|usdvalue|method|tokenname|privatenote)"
)
_RENAMED = {"tokenvalue": "value", "txto": "to", "tokenid": "token id"}
_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Move:
    """A row: what it changes, the fee that the address paid, the worth that the file states and its price of the day for the coin."""

    row: Row
    change: Decimal
    asset: str
    fee: Leg | None
    worth: Decimal | None
    price: Decimal | None = None


@dataclass(slots=True)
class _Group:
    """The rows of one hash and address, and why they can't be used, if so."""

    moves: list[_Move]
    rows: list[Row]
    error: RowError | None = None


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in these exports counts from 1970
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    groups: dict[tuple[str, str | int], _Group] = defaultdict(lambda: _Group([], []))
    seen: dict[_Key, Row] = {}
    with exact.exactly():
        for table in tables:
            own = _own_address(table)
            for row in _once(table, seen, intake):
                group = groups[own or table.file, _hash(row).removeprefix("0x") or row.number]
                group.rows.append(row)
                try:
                    group.moves.append(_move(row, own))
                except RowError as error:
                    group.error = error
        for (own, _), group in groups.items():
            _take(group, f"etherscan-{own[:8]}", intake)
    return intake


def _hash(row: Row) -> str:
    return (row.text("Transaction Hash") or row.text("Txhash")).lower()


def _counterparty(row: Row) -> str:
    return (row.text("To") or row.text("TxTo")).lower()


def _own_address(table: Table) -> str | None:
    """The address in the file's name, else the only one that takes part in every row."""
    named = set(_ADDRESS.findall(table.file.lower()))
    if len(named) == 1:
        return str(named.pop())
    sides = [{row.text("From").lower(), _counterparty(row)} - {""} for row in table.rows]
    common = set.intersection(*sides) if sides else set()
    return common.pop() if len(common) == 1 else None


def _once(table: Table, seen: dict[_Key, Row], intake: Intake) -> Iterator[Row]:
    """The rows of a table, less those that another file of the same kind already had; equal rows of one file are all genuine."""
    counts: dict[_Key, int] = defaultdict(int)
    for row in table.rows:
        content = _said(row)
        counts[content] += 1
        first = seen.setdefault((content, counts[content]), row)
        if first is row:
            yield row
        else:
            intake.merge(row, f"the same as {first.file}:{first.number}")


def _said(row: Row) -> _Key:
    """What stays the same when the export is made again in another year: names of columns change, prices of today do, notes are added."""
    cells = ((folded(name), text.strip().lower().replace(",", "")) for name, text in row.cells.items())
    return (
        _hash(row).removeprefix("0x"),
        *sorted((_RENAMED.get(name, name), text) for name, text in cells if text and not _CHANGES.match(name)),
    )


def _move(row: Row, own: str | None) -> _Move:
    if own is None:
        hint = "Keep the address in the file's name, as in export-0x52908400098527886e0f7030069857d2e4169ee7.csv."
        raise RowError("ROW_INVALID", "which of the addresses is yours is not known", hint)
    unix_time(row, "UnixTimestamp")
    outgoing = row.text("From").lower() == own
    if row.has("Token ID") or row.has("TokenId"):
        raise RowError("KIND_NOT_BOOKED", "collectibles (NFT) are not read from this export", BY_HAND)
    if row.has("TokenSymbol"):
        return _token(row, own, outgoing=outgoing)
    return _coins(row, outgoing=outgoing)


def _token(row: Row, own: str, *, outgoing: bool) -> _Move:
    if not outgoing and _counterparty(row) != own:
        raise RowError("ROW_INVALID", f"neither side of the row is {own}")
    quantity = required(row, "TokenValue" if row.has("TokenValue") else "Value")
    change = Decimal(0) if row.text("From").lower() == _counterparty(row) else -quantity if outgoing else quantity
    if not row.text("TokenSymbol"):
        raise RowError("ROW_INVALID", "column 'TokenSymbol' is empty")
    return _Move(row, change, row.text("TokenSymbol").upper(), None, number(row, "USDValueDayOfTx"))


def _coins(row: Row, *, outgoing: bool) -> _Move:
    coin = next((match["coin"].upper() for name in row.cells if (match := _COIN.match(name))), "")
    if row.text("ChainId"):
        coin = _native_coin(row.text("ChainId"))
    if not coin:
        raise RowError("ROW_INVALID", "no column Value_IN(...) or Value_OUT(...) says what moved")
    failed = "error" in row.text("Status").lower() or bool(row.text("ErrCode")) or (row.has("ParentTxFrom") and row.text("Status") == "1")
    into, out = (number(row, name) or Decimal(0) for name in (_column(row, "Value_IN("), _column(row, "Value_OUT(")))
    to_itself = row.text("From").lower() == _counterparty(row)
    change = Decimal(0) if failed or to_itself else into - out
    fee = leg(number(row, _column(row, "TxnFee(", not_="TxnFee(USD)")), coin) if outgoing else None
    price = number(row, _column(row, "Historical $Price"))
    return _Move(row, change, coin, fee, abs(price * change) if price else None, price)


def _native_coin(chain: str) -> str:
    """The coin of a chain by its number: an export of many chains heads all of them with `ETH`. Raises RowError."""
    coin = _CHAINS.get(chain)
    if coin is None:
        raise RowError("ROW_INVALID", f"the coin of the chain {chain!r} is not known", BY_HAND)
    return coin


def _column(row: Row, start: str, not_: str = "") -> str:
    return next((name for name in row.cells if folded(name).startswith(folded(start)) and folded(name) != folded(not_)), "")


def _take(group: _Group, account: str, intake: Intake) -> None:
    try:
        if group.error:
            raise group.error
        made = _transactions(group, account)
    except RowError as error:
        for row in group.rows:
            intake.reject(row, error)
        return
    for one in made:
        intake.add(one)
    if not made:
        for row in group.rows:
            intake.leave(row, "nothing came or went: the quantity is 0")


def _transactions(group: _Group, account: str) -> list[Transaction]:
    net: dict[str, Decimal] = defaultdict(Decimal)
    for move in group.moves:
        net[move.asset] += move.change
    sent = [(-change, asset) for asset, change in net.items() if change < 0]
    received = [(change, asset) for asset, change in net.items() if change > 0]
    fee = next((move.fee for move in group.moves if move.fee), None)
    if sent and received:
        return [_swap(group, account, sent, received, fee)]
    if not sent and not received:
        return [_booked(group, account, "fee", Legs(fee=fee))] if fee else []
    fees = [fee, *[None] * len(sent)]
    made = [
        _booked(group, account, "withdrawal", Legs(sent=one, fee=cost, value=_worth(group, one[1])))
        for one, cost in zip(sent, fees, strict=False)
    ]
    made += [_booked(group, account, "deposit", Legs(received=one, value=_worth(group, one[1]))) for one in received]
    return made + ([_booked(group, account, "fee", Legs(fee=fee))] if fee and not sent else [])


def _swap(group: _Group, account: str, sent: list[Leg], received: list[Leg], fee: Leg | None) -> Transaction:
    if len(sent) > 1 or len(received) > 1:
        names = ", ".join(asset for _, asset in (*sent, *received))
        raise RowError("ROW_INVALID", f"the transaction exchanges more than two assets: {names}", f"{BY_HAND[:-1]}, one line per asset.")
    out, into = sent[0], received[0]
    wrapped = out[0] == into[0] and {f"W{out[1]}", out[1]} & {f"W{into[1]}", into[1]}
    value = _worth(group, into[1]) or _worth(group, out[1])
    return _booked(group, account, "convert" if wrapped else "swap", Legs(out, into, fee, value))


def _worth(group: _Group, asset: str) -> Leg | None:
    """What one asset of the transaction was worth, where a single row states it."""
    stated = [move.worth for move in group.moves if move.asset == asset and move.change]
    return leg(stated[0], "USD") if len(stated) == 1 else None


def _booked(group: _Group, account: str, kind: str, legs: Legs) -> Transaction:
    first = group.rows[0]
    more = _fee_worth(group, legs)
    return booked(group.rows, account, kind, unix_time(first, "UnixTimestamp"), legs, txid=_hash(first) or None, **more)


def _fee_worth(group: _Group, legs: Legs) -> dict[str, object]:
    """What a fee was worth by the price of its day, where no leg of the same coin tells it."""
    price = next((move.price for move in group.moves if move.fee and move.price), None)
    if price is None or legs.fee is None or any(side and side[1] == legs.fee[1] for side in (legs.sent, legs.received)):
        return {}
    return {"fee_value": portion(price, legs.fee[0], Decimal(1)), "value_currency": "USD"}
