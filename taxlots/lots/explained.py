"""Why a disposal is what it is: per piece what chose its lot and the arithmetic; the lots that were open then; what other orders give."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from taxlots import exact, frames
from taxlots.ledger.settle import Ledger
from taxlots.lots.methods import METHODS, OWN_LOT
from taxlots.lots.realized import is_result
from taxlots.lots.results import Book

ALL = "all"
_ARRIVING = ("buy", "swap", "income:", "deposit", "gift-in", "inheritance", "transfer")
_ZERO = Decimal(0)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Explained:
    """A piece: its row of `frames.DISPOSALS`, what chose its lot, and in words how proceeds, basis and gain come about."""

    row: Row
    decided: str
    proceeds: str
    basis: str
    gain: str


def chosen(book: Book, name: str, year: int | None) -> list[Row]:
    """Pieces of the disposal or transaction of that name (or of all), in the year where one is given."""
    rows = [row for row in frames.records(book.disposals) if year is None or row["disposed_on"].year == year]
    return [row for row in rows if name in {ALL, row["disposal_id"], row["transaction_id"]}]


def explained(book: Book, pieces: Sequence[Row]) -> Iterator[Explained]:
    """Each piece with its arithmetic."""
    wholes: dict[tuple[str | bool, ...], list[Decimal]] = {}
    for row in frames.records(book.disposals):
        whole = wholes.setdefault(_sale(row), [_ZERO, _ZERO, _ZERO])
        for number, name in enumerate(("quantity", "gross_proceeds", "fee")):
            whole[number] = exact.CONTEXT.add(whole[number], row[name])
    for row in pieces:
        yield _explained(row, wholes[_sale(row)])


def _sale(row: Row) -> tuple[str | bool, ...]:
    return row["transaction_id"], row["kind"], row["asset"], is_result(row)


def _explained(row: Row, whole: Sequence[Decimal]) -> Explained:
    quantity, gross, fee = (exact.plain(amount) for amount in whole)
    part = exact.plain(row["quantity"])
    share = "" if row["quantity"] == whole[0] else f" ({part} of {quantity} units; the whole sale {gross} less fee {fee})"
    proceeds = f"{exact.plain(row['gross_proceeds'])} - fee {exact.plain(row['fee'])} = {exact.plain(row['proceeds'])}{share}"
    gain = f"{exact.plain(row['proceeds'])} - {exact.plain(row['basis'])}"
    if row["adjustment"]:
        gain += f" + {exact.plain(row['adjustment'])} (code {row['adjustment_code']})"
    return Explained(row, _decided(row), proceeds, _basis(row), f"{gain} = {exact.plain(row['gain'])}, {row['term']}-term")


def _basis(row: Row) -> str:
    if is_result(row):
        return f"{exact.plain(row['basis'])}: what the position lost"
    if row["lot_id"] is None:
        return "0: no lot covers these units"
    acquired = f", acquired {row['acquired']:%Y-%m-%d}" if row["acquired"] is not None else ""
    held = row["holding_starts"]
    since = f", held since {held}" if held is not None and acquired and f"{row['acquired']:%Y-%m-%d}" != f"{held}" else ""
    return f"{exact.plain(row['basis'])} of lot {row['lot_id']}{acquired}{since}"


def _decided(row: Row) -> str:
    if is_result(row):
        return "no lot: the row states the result of a position"
    if row["lot_id"] is None:
        return "nothing: more was sold than was held"
    if row["method"] == OWN_LOT:
        return "the fee was withheld from what its own row brought in"
    if row["method"] in METHODS:
        return f"the order of {row['account']}: {METHODS[row['method']].meaning}"
    return str(row["method"])


def before(ledger: Ledger, transaction: str) -> tuple[Ledger, Ledger] | None:
    """The ledger just before a transaction, and with it; None where it has none of that name."""
    rows = ledger.transactions
    places = [number for number, name in enumerate(rows["id"]) if name == transaction]
    if not places:
        return None
    place = places[0]
    moment, kinds = rows["time"].iloc[place], rows["kind"]
    early = [
        number
        for number in range(len(rows))
        if rows["time"].iloc[number] < moment
        or (rows["time"].iloc[number] == moment and (number < place or str(kinds.iloc[number]).startswith(_ARRIVING)))
    ]
    without = [number for number in early if number != place]
    return _cut(ledger, rows.iloc[without]), _cut(ledger, rows.iloc[sorted({*early, place})])


def _cut(ledger: Ledger, rows: pd.DataFrame) -> Ledger:
    return replace(ledger, transactions=rows.reset_index(drop=True))


def open_then(book: Book, row: Row) -> pd.DataFrame:
    """The lots of the piece's asset that its sale could take, in the order of acquisition."""
    lots: pd.DataFrame = book.lots[book.lots["asset"] == row["asset"]]
    return lots if book.elections.is_shared(row["asset"]) else lots[lots["account"] == row["account"]]


def gain_of(book: Book, transaction: str) -> tuple[Decimal, Decimal]:
    """Short-term and long-term gain of a transaction."""
    sums = {"short": _ZERO, "long": _ZERO}
    for row in frames.records(book.disposals):
        if row["transaction_id"] == transaction:
            sums[row["term"]] = exact.CONTEXT.add(sums[row["term"]], row["gain"])
    return sums["short"], sums["long"]


def under_other_orders(ledger: Ledger, transaction: str, booked: Callable[[Ledger, str], Book]) -> dict[str, tuple[Decimal, Decimal]]:
    """Short-term and long-term gain of a transaction had all lots left in another order until then."""
    return {name: gain_of(booked(ledger, name), transaction) for name in ("fifo", "lifo", "hifo", "lofo", "min-tax")}
