"""Binance spot trade history (fills) and convert history.

Traps: since 2021 number and ticker are glued (`5.11INCH` is 5.1 of 1INCH), so the pair's own assets are taken off; before, the pair has
no separator (`ADABTC`) and only a list of quote assets tells where it splits. Fills of one second, pair and side are added up, as the
statement of the same account adds them up: so the two exports agree and count once.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges.binance import ACCOUNT
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.exchanges.exchange_times import moment
from taxlots.importers.numbers import NumberError, number, parse_number, required
from taxlots.importers.records import Intake, Row, RowError, Table

FILLS_2019 = ("Date(UTC)", "Market", "Type", "Price", "Amount", "Total", "Fee", "Fee Coin")
FILLS_2021 = ("Date(UTC)", "Pair", "Side", "Price", "Amount", "Fee")
FILLS_CZECH = ("Čas", "Pár", "Strana", "Cena", "Provedeno", "Částka", "Poplatek")
CONVERT = ("Date", "Pair", "Type", "Sell", "Buy", "Price", "Inverse Price", "Date Updated", "Status")

_STABLE = "AEUR BIDR BKRW BUSD BVND DAI EURI FDUSD GYEN IDRT PAX TUSD USDC USDP USDS USDT UST VAI"
_MONEY = "ARS AUD BRL COP CZK EUR GBP JPY MXN NGN PLN RON RUB TRY UAH ZAR"
_COINS = "BNB BTC DOGE DOT ETH SOL TRX XMR XRP"
_QUOTES = tuple(sorted(f"{_STABLE} {_MONEY} {_COINS}".split(), key=lambda quote: (-len(quote), quote)))
# ADAEUR is ADA for EUR: only these are traded for the stablecoin AEUR.
_AEUR_BASES = {"BTC", "ETH", "EUR"}
_SIDES = {"BUY": 1, "SELL": -1, "NÁKUP": 1, "PRODEJ": -1}
_GLUED = re.compile(r"(?P<number>[0-9.,]+)\s*(?P<asset>[A-Z][A-Z0-9]*)")
_DIGITS = re.compile(r"[0-9.,]+(?:E-?[0-9]{1,2})?")
_DIGIT_FIRST = ("1INCH", "1000SATS", "1000CAT", "1000CHEEMS", "1MBABYDOGE", "0G", "2Z", "1INCHUP", "1INCHDOWN")
_BY_HAND = "Give the row in a universal ledger CSV."
Amount = tuple[Decimal, str]


@dataclass(frozen=True, slots=True)
class _Names:
    """The columns of one era, in the order time, pair, side, executed, amount, fee."""

    time: str
    pair: str
    side: str
    executed: str
    amount: str
    fee: str


_2021 = _Names("Date(UTC)", "Pair", "Side", "Executed", "Amount", "Fee")
_CZECH = _Names("Čas", "Pár", "Strana", "Provedeno", "Částka", "Poplatek")


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in these exports is UTC
    """Every fill of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            fills: dict[tuple[datetime, str, str, int], list[Part]] = defaultdict(list)
            for row in table.rows:
                try:
                    key, parts = _fill(row)
                    fills[key] += parts
                except RowError as error:
                    intake.reject(row, error)
            for key, parts in fills.items():
                add_trade(key[0], parts, intake)
    return intake


def read_convert(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  as read
    """Every conversion of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            for row in table.rows:
                if row.text("Status").lower() not in {"successful", "success"}:
                    intake.leave(row, f"conversion with the status {row.text('Status')!r}")
                    continue
                try:
                    time = moment(row, "Date", UTC)
                    parts = [
                        _part(row, -1, split_amount(row.text("Sell"))),
                        _part(row, 1, split_amount(row.text("Buy"))),
                    ]
                except RowError as error:
                    intake.reject(row, error)
                    continue
                add_trade(time, parts, intake)
    return intake


def add_trade(time: datetime, parts: list[Part], intake: Intake) -> None:
    """The parts as one trade; each of their rows is rejected where they make none."""
    try:
        for one in trade(Deal(ACCOUNT, time), parts):
            intake.add(one)
    except RowError as error:
        for row in {part.row.source: part.row for part in parts}.values():
            intake.reject(row, error)


def _fill(row: Row) -> tuple[tuple[datetime, str, str, int], list[Part]]:
    if row.has("Market"):
        return _fill_2019(row)
    names = _CZECH if row.has("Pár") else _2021
    executed = "Quantity" if row.has("Quantity") else names.executed
    time, side = moment(row, names.time, UTC), side_of(row, names.side)
    base, quote = glued(row.text(names.pair), row.text(executed), row.text(names.amount))
    fee = split_amount(row.text(names.fee), (base[1], quote[1])) if row.text(names.fee) else None
    return (time, base[1], quote[1], side), list(fill_parts(row, side, (base, quote), fee))


def _fill_2019(row: Row) -> tuple[tuple[datetime, str, str, int], list[Part]]:
    time, side = moment(row, "Date(UTC)", UTC), side_of(row, "Type")
    coin = row.text("Fee Coin").upper()
    base, quote = split_pair(row.text("Market"), coin)
    legs = ((required(row, "Amount"), base), (required(row, "Total"), quote))
    fee = number(row, "Fee")
    if fee and not coin:
        raise RowError("ROW_INVALID", "column 'Fee' is given, but 'Fee Coin' is empty")
    return (time, base, quote, side), list(fill_parts(row, side, legs, (fee, coin) if fee else None))


def side_of(row: Row, column: str) -> int:
    """1 for BUY, -1 for SELL, in whatever language the file is. Raises RowError."""
    side = _SIDES.get(row.text(column).upper())
    if side is None:
        raise RowError("ROW_UNKNOWN_KIND", f"column {column!r}: {row.text(column)!r} is neither BUY nor SELL", _BY_HAND)
    return side


def fill_parts(row: Row, side: int, legs: tuple[Amount, Amount], fee: Amount | None) -> Iterator[Part]:
    """Base, quote and fee of a fill, signed by its side."""
    yield _part(row, side, legs[0])
    yield _part(row, -side, legs[1])
    if fee and fee[0]:
        yield Part(row, -fee[0], fee[1].strip().upper(), fee=True)


def _part(row: Row, sign: int, amount: Amount) -> Part:
    return Part(row, sign * amount[0], amount[1].strip().upper())


def glued(pair: str, executed: str, amount: str) -> tuple[Amount, Amount]:
    """Base and quote amounts of `1INCHUSDT`, `5.11INCH`, `12.3USDT`: the split of the pair that both cells end with. Raises RowError."""
    name = pair.strip().upper().replace("/", "")
    for cut in range(len(name) - 1, 0, -1):
        base, quote = _take_off(executed, name[:cut]), _take_off(amount, name[cut:])
        if base is not None and quote is not None:
            return (base, name[:cut]), (quote, name[cut:])
    raise RowError("ROW_INVALID", f"{executed!r} and {amount!r} are no amounts of the pair {pair!r}", _BY_HAND)


def _take_off(cell: str, asset: str) -> Decimal | None:
    text = cell.strip().upper()
    digits = text.removesuffix(asset).strip()
    if not text.endswith(asset) or not _DIGITS.fullmatch(digits):
        return None
    try:
        return parse_number(digits)
    except NumberError:
        return None


def split_amount(cell: str, likely: Sequence[str] = ()) -> Amount:
    """Number and asset of `0.001BNB` or `12 USDT`; `likely` and tickers that begin with a digit come first. Raises RowError."""
    text = cell.strip().upper()
    for asset in (*likely, *_DIGIT_FIRST):
        found = _take_off(text, asset)
        if found is not None:
            return found, asset
    match = _GLUED.fullmatch(text)
    if match:
        try:
            return parse_number(match["number"]), match["asset"]
        except NumberError as error:
            raise RowError("ROW_INVALID", str(error), _BY_HAND) from None
    spaced = text.split()
    if len(spaced) == 2 and (found := _take_off(text, spaced[1])) is not None:
        return found, spaced[1]
    raise RowError("ROW_INVALID", f"{cell!r} is no amount with its asset", _BY_HAND)


def split_pair(pair: str, fee_coin: str = "") -> tuple[str, str]:
    """Base and quote of a pair without separator; a fee coin that is one of the two decides. Raises RowError."""
    name = pair.strip().upper()
    found = [(name.removesuffix(quote), quote) for quote in _QUOTES if name.endswith(quote) and name != quote]
    found = [(base, quote) for base, quote in found if quote != "AEUR" or base in _AEUR_BASES]
    found.sort(key=lambda split: fee_coin not in split)
    if not found:
        raise RowError("ROW_INVALID", f"the pair {pair!r} ends with no known quote asset", _BY_HAND)
    return found[0]
