"""KuCoin trades of every era: base amount, quote amount and fee stand in columns of other names, the pair as `BTC-USDT`.

Traps: until 2021 the files name no zone and are in KuCoin's own time (UTC+8); the files of 2018 have four columns called Coin; files
without a fee currency charge it in the quote asset.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from taxlots import exact
from taxlots.importers.exchanges.exchange_ids import unique_ids
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.exchanges.kucoin_rows import ACCOUNT, Place, asset_name, is_empty, place
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction

REQUIRED_2018 = ("Time", "Coins", "Sell/Buy", "Filled Price", "Amount", "Volume", "Fee")
REQUIRED_2019 = ("Time", "Pair", "Side", "FilledPrice", "Amount", "Volume", "Fee", "FeeCoin")
REQUIRED_2020 = ("oid", "symbol", "dealPrice", "dealValue", "amount", "fee", "direction", "createdDate")
REQUIRED_2021 = ("tradeCreatedAt", "symbol", "side", "price", "size", "funds", "fee", "feeCurrency")
REQUIRED_OLDEST = ("uid", "symbol", "direction", "deal_price", "amount", "deal_value", "created_at")
REQUIRED_OLD = ("uid", "symbol", "order_type", "price", "amount_coin", "direction", "funds", "fee", "created_at")


@dataclass(frozen=True, slots=True)
class _Era:
    """The columns of one era; without `fee_asset` the fee is in the quote asset."""

    pair: str
    side: str
    amount: str
    volume: str
    fee: str = ""
    fee_asset: str = ""


_ERAS = (
    _Era("Symbol", "Side", "Filled Amount", "Filled Volume", "Fee", "Fee Currency"),
    _Era("Coins", "Sell/Buy", "Amount", "Volume", "Fee", "Coin (4)"),
    _Era("Pair", "Side", "Amount", "Volume", "Fee", "FeeCoin"),
    _Era("symbol", "direction", "amount", "dealValue", "fee"),
    _Era("symbol", "side", "size", "funds", "fee", "feeCurrency"),
    _Era("symbol", "direction", "amount_coin", "funds", "fee"),
    _Era("symbol", "direction", "amount", "deal_value"),
)


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  these files are in KuCoin's time
    """Every row of the files before 2022 to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            where, ids = place(table), unique_ids(table.rows, "oid")
            for row in table.rows:
                if is_empty(row):
                    intake.leave(row, "an empty export")
                    continue
                try:
                    made = order(where(row)) if row.text("oid") in ids else fill(where(row))
                except RowError as error:
                    intake.reject(row, error)
                    continue
                for one in made:
                    intake.add(one)
                if not made:
                    intake.leave(row, "nothing was filled")
    return intake


def fill(at: Place) -> Iterable[Transaction]:
    """A fill: several of one order have the order's id, so it has none of its own. Raises RowError."""
    return _trade(at, "")


def order(at: Place) -> Iterable[Transaction]:
    """An order whose id stands in one row. Raises RowError."""
    return _trade(at, at.row.text("Order ID") or at.row.text("oid"))


def _trade(at: Place, name: str) -> list[Transaction]:
    """A trade by its row; nothing where nothing was filled."""
    row = at.row
    era = next((era for era in _ERAS if all(map(row.has, (era.pair, era.side, era.amount, era.volume)))), None)
    if era is None:
        raise RowError("ROW_TRUNCATED", "the row ends before the amounts of the trade")
    amount, volume = required(row, era.amount), required(row, era.volume)
    if not amount and not volume:
        return []
    base, quote = _pair(row, era)
    sign = _side(row, era)
    parts = [Part(row, sign * abs(amount), base), Part(row, -sign * abs(volume), quote)]
    parts += _fees(row, era, quote)
    return trade(Deal(ACCOUNT, at.time, name), parts)


def _pair(row: Row, era: _Era) -> tuple[str, str]:
    base, dash, quote = row.text(era.pair).replace("/", "-").partition("-")
    if not dash or not base or not quote:
        raise RowError("ROW_INVALID", f"column {era.pair!r}: {row.text(era.pair)!r} is no pair such as BTC-USDT")
    return asset_name(base), asset_name(quote)


def _side(row: Row, era: _Era) -> int:
    said = row.text(era.side).lower()
    if said not in {"buy", "sell"}:
        raise RowError("ROW_UNKNOWN_KIND", f"column {era.side!r}: {row.text(era.side)!r} is neither buy nor sell")
    return 1 if said == "buy" else -1


def _fees(row: Row, era: _Era, quote: str) -> list[Part]:
    """The fee, and a tax that KuCoin withheld in the quote asset."""
    fee, tax = number(row, era.fee), number(row, "Tax")
    asset = asset_name(row.text(era.fee_asset)) or quote
    return [Part(row, -cost, name, fee=True) for cost, name in ((fee, asset), (tax, quote)) if cost]
