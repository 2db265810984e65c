"""What the rows of a large Kraken ledger become: trades of two rows each, and deposits, withdrawals and income of one."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.importers import bulk as tables
from taxlots.importers import text_columns
from taxlots.importers.exchanges.kraken_balances import ACCOUNT
from taxlots.importers.exchanges.kraken_bulk_columns import Ledger
from taxlots.importers.exchanges.kraken_trades import trade_kind


@dataclass(frozen=True, slots=True)
class Single:
    """Rows that become a transaction by themselves, moves inside Kraken, income; and each row's kind (an index into `kinds`)."""

    alone: np.ndarray
    internal: np.ndarray
    income: np.ndarray
    codes: np.ndarray
    kinds: list[str | None]


def transactions(ledger: Ledger, pairs: np.ndarray, single: Single) -> pa.Table:
    """Trades of two rows each, and rows that stand alone, as transactions in the order of the file."""
    falling = ledger.amount_sign[pairs[:, 0]] < 0
    given, got = np.where(falling, pairs[:, 0], pairs[:, 1]), np.where(falling, pairs[:, 1], pairs[:, 0])
    alone = np.flatnonzero(single.alone)
    none = np.full(len(alone), -1)
    order = _order(np.concatenate([pairs[:, 0], alone]), np.concatenate([ledger.time[pairs].min(axis=1), ledger.time[alone]]))
    leaves = np.array([kind == "withdrawal" for kind in single.kinds])[single.codes[alone]]
    sent = np.concatenate([given, np.where(leaves, alone, -1)])[order]
    received = np.concatenate([got, np.where(leaves, -1, alone)])[order]
    second = np.concatenate([pairs[:, 1], none])[order]
    first = np.concatenate([pairs[:, 0], alone])[order]
    traded = second >= 0
    fee_row = np.where(traded & (ledger.fee_sign[sent] > 0), sent, np.where(traded, received, first))
    fee_row = np.where((ledger.fee_sign[fee_row] > 0) & ~single.income[first], fee_row, -1)
    value = _values(ledger, (sent, received), single.income)
    fee_value, fee_currency = _fee_values(ledger, (sent, received), fee_row, traded)
    size = pc.if_else(pa.array(single.income), ledger.change, pc.abs(ledger.amount))
    columns_given = {
        "time": _moments(np.where(traded, np.minimum(ledger.time[sent], ledger.time[received]), ledger.time[first])),
        "account": text_columns.words(np.zeros(len(order), np.int8), [ACCOUNT]),
        "kind": _kinds(ledger, (sent, received), single, first),
        "sent_quantity": size.take(text_columns.chosen(sent)),
        "sent_asset": _assets(ledger, sent),
        "received_quantity": size.take(text_columns.chosen(received)),
        "received_asset": _assets(ledger, received),
        "fee_quantity": ledger.fee.take(text_columns.chosen(fee_row)),
        "fee_asset": _assets(ledger, fee_row),
        "fee_value": fee_value,
        "value": value,
        "value_currency": _currencies(ledger, value, fee_value, fee_currency),
        "id": pa.concat_arrays([ledger.txid, ledger.refid]).take(pa.array(np.where(traded, sent + len(ledger.bulk), first))),
        "sources": tables.source_column(ledger.bulk, first, second),
    }
    return tables.transactions(len(order), columns_given)


def _order(rows: np.ndarray, time: np.ndarray) -> np.ndarray:
    """By time, then by row: mostly the order of the rows."""
    places = np.full(rows.max(initial=-1) + 1, -1)
    places[rows] = np.arange(len(rows))
    by_row = places[places >= 0]
    return by_row if (np.diff(time[by_row]) >= 0).all() else np.lexsort((rows, time))


def _moments(time: np.ndarray) -> pa.Array:
    return pa.array(time, pa.int64()).cast(frames.TIME)


def _assets(ledger: Ledger, rows: np.ndarray) -> pa.Array:
    """Assets of the rows, null for -1."""
    places, names = ledger.assets
    return text_columns.words(np.where(rows < 0, len(names), places[rows]), [*names, None])


def _kinds(ledger: Ledger, legs: tuple[np.ndarray, np.ndarray], single: Single, first: np.ndarray) -> pa.Array:
    """Kind of each transaction: a trade's by its two assets."""
    places, names = ledger.assets
    trades = [trade_kind(one, other) for one in names for other in names]
    of_trade = places[legs[0]] * len(names) + places[legs[1]]
    traded = (legs[0] >= 0) & (legs[1] >= 0)
    return text_columns.words(np.where(traded, of_trade, len(trades) + single.codes[first]), [*trades, *single.kinds])


def _values(ledger: Ledger, legs: tuple[np.ndarray, np.ndarray], income: np.ndarray) -> pa.Array:
    """Values by amountusd where no leg is money; of income only the share that is left after its fee."""
    usd = ledger.usd
    if usd.null_count == len(usd):
        return pa.nulls(len(legs[0]), usd.type)
    reduced = np.flatnonzero(income & (ledger.fee_sign > 0) & text_columns.mask(pc.is_valid(usd)))
    if len(reduced):
        whole, fee, worth = (exact.units(column.take(pa.array(reduced))) for column in (ledger.amount, ledger.fee, usd))
        shares = [exact.share(w or 0, (a or 0) - (f or 0), a or 1) for w, a, f in zip(worth, whole, fee, strict=True)]
        usd = pc.coalesce(text_columns.spread(exact.array(shares), reduced, len(usd)), usd)
    usd = pc.if_else(pc.equal(usd, pa.scalar(0, usd.type)), None, usd)
    money = ledger.is_money()
    paid = np.any([(rows >= 0) & money[rows] for rows in legs], axis=0)
    return pc.if_else(pa.array(paid), None, pc.coalesce(*(usd.take(text_columns.chosen(rows)) for rows in legs[::-1])))


def _fee_values(
    ledger: Ledger, legs: tuple[np.ndarray, np.ndarray], fee_row: np.ndarray, traded: np.ndarray
) -> tuple[pa.Array, np.ndarray]:
    """What fees of trades in an asset were worth, at the trade's price where a leg is money, else by amountusd.

    And the row of that leg, or -1 for US dollars.
    """
    money = ledger.is_money()
    asked = np.flatnonzero(traded & (fee_row >= 0) & ~money[fee_row])
    rows = fee_row[asked]
    other = np.where(rows == legs[0][asked], legs[1][asked], legs[0][asked])
    in_money = money[other]
    paid = pc.if_else(pa.array(in_money), pc.abs(ledger.amount.take(pa.array(other))), ledger.usd.take(pa.array(rows)))
    priced = np.flatnonzero(text_columns.sign(paid) != 0)
    columns_of = (paid.take(pa.array(priced)), *(c.take(pa.array(rows[priced])) for c in (ledger.fee, pc.abs(ledger.amount))))
    units = [exact.share(worth, fee, whole) for worth, fee, whole in zip(*map(exact.units, columns_of), strict=True)]
    currency_row = np.full(len(traded), -1)
    currency_row[asked[in_money]] = other[in_money]
    return text_columns.spread(exact.array(units), asked[priced], len(traded)), currency_row


def _currencies(ledger: Ledger, value: pa.Array, fee_value: pa.Array, row: np.ndarray) -> pa.Array:
    """Of each transaction with a value, or a value of its fee: US dollars, or what the row of the fee's other leg is in."""
    places, names = ledger.assets
    there = text_columns.mask(pc.is_valid(fee_value))
    dollars = text_columns.mask(pc.is_valid(value)) | (there & (row < 0))
    codes = np.where(dollars, len(names), np.where(there, places[row], len(names) + 1))
    return text_columns.words(codes, [*names, "USD", None])
