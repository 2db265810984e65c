"""Which asset each column of quantities is in: a column beside it, its own header, a sign in its cells, or an assumption that says so."""

from collections.abc import Iterable
from dataclasses import dataclass

from taxlots.importers.coin_in_name import coin_of
from taxlots.importers.proposals.header import Column, Grid
from taxlots.importers.proposals.meanings import Found, named
from taxlots.importers.proposals.words import CURRENCY_WORDS, QUANTITY_WORDS, tickers_in
from taxlots.importers.records import Row, RowError
from taxlots.kinds import FIAT

FILL_IN = "=FILL-IN"
_MONEY = ("total", "price", "value", "fee_value")
_IN_MONEY = (*_MONEY, "fee")
_OTHER_STEMS = {"sell": "sent", "sold": "sent", "from": "sent", "out": "sent", "buy": "received", "bought": "received", "to": "received"}
_OTHER_STEMS |= {"outgoing": "sent", "incoming": "received", "in": "received", "debit": "sent", "credit": "received"}


@dataclass(frozen=True)
class AssetGuess:
    """What stands as a leg's asset in the settings, the column that it comes from, how sure it is, and why."""

    asset: str
    column: Column | None
    sure: int
    reason: str


def find_assets(grid: Grid, found: Found) -> dict[str, AssetGuess]:
    """The asset of every leg among the meanings."""
    taken = {id(guess.column) for guess in found.values()}
    free = [column for column in grid.columns if column.filled and id(column) not in taken]
    columns = [
        column for column in free if column.looks_like_assets and (named(column, "asset") or column.tickers >= 50 or _has_mark(column))
    ]
    market = next((column for column in free if column.looks_like_markets or _is_joined_market(column)), None)
    legs = [leg for leg in ("sent", "received", "amount", "total", "price", "fee", "value", "fee_value", "balance") if leg in found]
    assets: dict[str, AssetGuess] = {}
    for leg in legs:
        assets[leg] = _told(leg, found[leg].column, columns, market) or _assumed(leg, assets, grid)
    return assets


def _has_mark(column: Column) -> bool:
    return any(word in CURRENCY_WORDS for word in column.words.split())


def _is_joined_market(column: Column) -> bool:
    ends = ("USD", "USDT", "USDC", "EUR", "GBP", "BTC")
    return named(column, "market") >= 60 and column.share(lambda text: len(text) > 5 and text.upper().endswith(ends)) >= 90


def _stem(column: Column) -> str:
    """What is left of a name without the words for quantities and currencies: `Fee Currency` and `Fee Amount` are both `fee`."""
    words = [word for word in column.words.split() if word not in CURRENCY_WORDS and word not in QUANTITY_WORDS]
    stem = " ".join(words)
    return _OTHER_STEMS.get(stem, stem)


def _told(leg: str, quantity: Column, columns: list[Column], market: Column | None) -> AssetGuess | None:
    """What the file says of the leg's asset."""
    tickers = tickers_in(quantity.name)
    if len(tickers) == 1:
        return AssetGuess(f"={tickers[0]}", None, 90, f"the header {quantity.name!r} names it")
    if quantity.unit:
        return AssetGuess(f"={quantity.unit}", None, 85, f"all its cells carry {quantity.unit}")
    stem = _stem(quantity)
    same = [column for column in columns if stem and _stem(column) in {stem, _OTHER_STEMS.get(stem, stem), leg.replace("_", " ")}]
    if same:
        return AssetGuess(same[0].name, same[0], 95, "the headers begin alike")
    if market and leg in {"amount", "total", "price", "fee", "balance"}:
        half = "base" if leg in {"amount", "balance"} else "quote"
        return AssetGuess(
            f"{half} of {market.name}", market, 55 if leg == "fee" else 85, f"{market.name!r} holds pairs such as {market.filled[0]!r}"
        )
    return _beside(leg, quantity, columns)


def _beside(leg: str, quantity: Column, columns: list[Column]) -> AssetGuess | None:
    money = [column for column in columns if column.share(lambda text: text.upper() in FIAT) >= 100]
    coins = [column for column in columns if column not in money]
    if leg in _MONEY:
        return _nearest(quantity, money, "the only currencies near it") if coins else None
    general = [column for column in coins if not _stem(column)] or coins
    if leg == "fee":
        near = [column for column in columns if abs(column.index - quantity.index) == 1 and not _stem(column)]
        return (
            _nearest(quantity, near, "the column beside it")
            if len(columns) > 1
            else _nearest(quantity, money if coins else [], "its currency")
        )
    return _nearest(quantity, general or money, "the column of assets" if len(columns) == 1 else "the nearest column of assets")


def _nearest(quantity: Column, columns: list[Column], reason: str) -> AssetGuess | None:
    if not columns:
        return None
    best = min(columns, key=lambda column: (abs(column.index - quantity.index), -column.index))
    near = abs(best.index - quantity.index) == 1
    return AssetGuess(best.name, best, 90 if near or len(columns) == 1 else 70, reason)


def _assumed(leg: str, assets: dict[str, AssetGuess], grid: Grid) -> AssetGuess:
    """Without a word in the file: money where a leg is money, else the coin that the file's name holds; each time to be checked."""
    if leg in _IN_MONEY:
        other = next((assets[name] for name in ("total", "price", "value") if name in assets), None)
        if other:
            return AssetGuess(
                other.asset,
                other.column,
                60,
                f"taken to be in the currency of the {next(n for n in ('total', 'price', 'value') if n in assets)}",
            )
        if leg == "fee" and "amount" in assets:
            return AssetGuess(
                assets["amount"].asset, assets["amount"].column, 60, "no column is in money: taken to be in the amount's asset"
            )
        home = _home(grid)
        return AssetGuess(f"={home}", None, 40, f"nothing names its currency; {home} is assumed. CHECK THIS")
    if leg == "balance" and "amount" in assets:
        return AssetGuess(assets["amount"].asset, assets["amount"].column, 90, "as the amount")
    try:
        coin = coin_of(Row(grid.file, 0, {}))
    except RowError as error:
        return AssetGuess(FILL_IN, None, 0, f"{error.message}. FILL IN the ticker")
    return AssetGuess(f"={coin}", None, 75, f"the file's name holds {coin}")


def _home(grid: Grid) -> str:
    named_in = [ticker for text in (*grid.header, *grid.preamble) for ticker in tickers_in(text) if ticker in FIAT]
    return _first(named_in) or ("EUR" if grid.decimal == "," else "USD")


def _first(texts: Iterable[str]) -> str | None:
    return next(iter(texts), None)
