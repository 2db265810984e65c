"""Home-currency values of transactions in columns: the same rules as `valuation.Valuer`, for the rows that need no more than these.

What stands in the home currency is taken as it is, column by column; what has to be priced is looked up once per row. A row whose
value needs more (an inheritance, a fee that is a disposal by itself, a stale price, a number out of range) is not `fitting`.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact
from taxlots.exact import CONTEXT
from taxlots.importers.text_columns import Vocabulary, mask, sign, spread
from taxlots.importers.transaction_columns import first_places, first_sources, moments
from taxlots.kinds import KINDS, is_fiat
from taxlots.ledger.missing import Places
from taxlots.ledger.valuation import FEE_COUNTS, FORK, OWN_VALUE, PRICED_SIDE, TOO_LARGE, Valuer, source_of, source_of_nothing

_EXCHANGES = {"buy", "sell", "swap"}
_NOT_HERE = {"inheritance", "gift-in", "donation", "adjust", "fee"}
_SIDES = ("sent", "received", "fee")
_MOST_UNITS = exact.to_units(TOO_LARGE)
Priced = tuple[np.ndarray, pa.Array, np.ndarray]  # rows, their values, and codes of where these come from


@dataclass(slots=True)
class PlainValues:
    """One line per transaction: values in the home currency (null: none), the source of the first, and whether the rules here fit."""

    value: pa.Array
    source: pa.Array
    fee: pa.Array
    shortfall: pa.Array
    fitting: np.ndarray


def plain_values(table: pa.Table, valuer: Valuer, wanted: np.ndarray) -> PlainValues:
    """Value the lines of a table of `transaction_columns.SCHEMA` that are `wanted`; what is missing becomes the valuer's Problem.

    A line that is not wanted, or turns out not to fit, reports nothing.
    """
    return _Columns(table, valuer, wanted).values()


class _Columns:
    """Words are codes here: those of the table by `words`, those that say where a value comes from by `told`."""

    def __init__(self, table: pa.Table, valuer: Valuer, wanted: np.ndarray) -> None:
        self.table, self.valuer = table, valuer
        self.words, self.told = Vocabulary(), Vocabulary()
        self.home = self.words.number(valuer.prices.home)
        self.kind, self.currency = (self.words.codes(self.column(name)) for name in ("kind", "value_currency"))
        self.asset = {side: self.words.codes(self.column(f"{side}_asset")) for side in _SIDES}
        self.quantity = {side: self.column(f"{side}_quantity") for side in _SIDES}
        self.given = {side: mask(pc.is_valid(quantity)) for side, quantity in self.quantity.items()}
        self.money = {side: self.words.holds(codes, is_fiat) for side, codes in self.asset.items()}
        self.fitting = wanted & ~self.is_kind(_NOT_HERE if valuer.law.fork_is_income else {*_NOT_HERE, FORK})
        self.valued = self.is_kind({name for name, kind in KINDS.items() if kind.valued})
        self.exchange = self.is_kind(_EXCHANGES) & np.all([self.money[side] & self.given[side] for side in ("sent", "received")], axis=0)
        self.lacking: list[tuple[str, np.ndarray, pa.Array]] = []

    def column(self, name: str) -> pa.Array:
        return self.table[name].combine_chunks()

    def is_kind(self, names: Container[str]) -> np.ndarray:
        return self.words.holds(self.kind, lambda kind: kind in names)

    def values(self) -> PlainValues:
        amount, currency = self.stated()
        here, stated = currency == self.home, currency >= 0
        value = _where(here, amount)
        source = np.where(here, self.told.number(OWN_VALUE), -1)
        self.fitting &= ~((self.shortfall() | self.given["fee"]) & ~self.valued & stated)
        elsewhere = np.flatnonzero(self.fitting & stated & ~here)
        unstated = np.flatnonzero(self.valued & ~self.exchange & ~stated & self.fitting)
        for rows, worths, sources in (self.priced(elsewhere, amount, currency, self.valued), *self.looked_up(unstated)):
            value = _filled(value, worths, rows)
            source[rows] = sources
        fee = self.fees(value)
        self.report()
        return PlainValues(value, self.told.column(source), fee, pa.nulls(len(value), exact.ARROW), self.fitting)

    def shortfall(self) -> np.ndarray:
        """Transfers of which less arrives than was sent: the difference has to be valued, which is not done here."""
        moves = self.is_kind({"transfer"})
        if moves.any():
            moves &= mask(pc.fill_null(pc.less(self.quantity["received"], self.quantity["sent"]), fill_value=False))
        self.fitting &= ~moves
        return moves

    def stated(self) -> tuple[pa.Array, np.ndarray]:
        """Amount and currency that the row gives: its money leg, else its value."""
        amount = self.column("value")
        currency = np.where(mask(pc.is_valid(amount)), np.where(self.currency < 0, self.home, self.currency), -1)
        for side in ("received", "sent"):
            leg = self.money[side] & self.given[side] & self.valued
            amount, currency = _where(leg, self.quantity[side], amount), np.where(leg, self.asset[side], currency)
        return _where(~self.exchange, amount), np.where(self.exchange, -1, currency)

    def priced(self, rows: np.ndarray, quantity: pa.Array, asset: np.ndarray, needed: np.ndarray) -> Priced:
        """Quantities of these rows at the table's prices. A price that is needed and missing is noted; a stale one does not fit."""
        source = np.full(len(rows), -1)
        units: dict[int, int] = {}
        if not len(rows):
            return rows, exact.array([]), source
        amounts, when = (column.take(pa.array(rows)) for column in (quantity, self.column("time")))
        for code in np.unique(asset[rows]).tolist():
            places, name = np.flatnonzero(asset[rows] == code), self.words.word(code)
            if name not in self.valuer.prices:
                wanted = places[needed[rows[places]]]
                self.lacking.append((name, rows[wanted], amounts.take(pa.array(wanted))))
                source[wanted] = self.told.number(source_of_nothing(name))
                continue
            there = pa.array(places)
            listed = zip(places.tolist(), amounts.take(there).to_pylist(), moments(when.take(there)), strict=True)
            for place, amount, moment in listed:
                worth = self.worth(amount, name, moment)
                if worth is None:
                    self.fitting[rows[place]] = False
                else:
                    units[place], source[place] = exact.to_units(worth[0]), self.told.number(worth[1])
        known = np.fromiter(units, np.int64, len(units))
        return rows, spread(exact.array(units.values()), known, len(rows)), source

    def worth(self, amount: Decimal, asset: str, moment: datetime) -> tuple[Decimal, str] | None:
        quote = self.valuer.prices.at(asset, moment)
        if quote is None or quote.stale:
            return None
        value = CONTEXT.multiply(amount, quote.price)
        return (value, source_of(asset, quote, self.valuer.prices.home)) if abs(value) < TOO_LARGE else None

    def report(self) -> None:
        """Prices that are missing, of the rows that are valued here."""
        time = self.table["time"].combine_chunks().cast(pa.int64()).to_numpy()
        names, files, numbers = first_places(self.table)
        for asset, rows, amounts in self.lacking:
            chosen = rows[self.fitting[rows]]
            if len(chosen) == 1:
                told = self.table.select(["kind", "time", "sources"]).take(pa.array(chosen))
                amount = exact.plain(amounts[np.flatnonzero(self.fitting[rows])[0]].as_py())
                what = f"{told['kind'][0].as_py()} of {amount} {asset}"
                self.valuer.report_missing(asset, moments(told["time"])[0], what, first_sources(told)[0])
            elif len(chosen):
                self.valuer.report_all_missing(asset, Places(time[chosen], names, files[chosen], numbers[chosen]))

    def looked_up(self, rows: np.ndarray) -> list[Priced]:
        """Rows without a value of their own, each by the first of its legs whose asset has prices."""
        kinds = self.kind[rows]
        return [
            self.by_leg(rows[kinds == kind], PRICED_SIDE.get(self.words.word(kind), ("received", "sent")))
            for kind in np.unique(kinds).tolist()
        ]

    def by_leg(self, rows: np.ndarray, sides: Sequence[str]) -> Priced:
        known = [self.words.holds(self.asset[side], self.valuer.prices.__contains__) & self.given[side] for side in sides]
        quantity, asset = self.quantity[sides[0]], self.asset[sides[0]]
        if len(sides) > 1:
            self.fitting[rows] &= ~(known[0] & known[1])[rows]
            other = ~known[0] & (known[1] | ~self.given[sides[0]])
            quantity, asset = _where(other, self.quantity[sides[1]], quantity), np.where(other, self.asset[sides[1]], asset)
        return self.priced(rows[self.fitting[rows]], quantity, asset, self.valued)

    def fees(self, value: pa.Array) -> pa.Array:
        """Fees in money as they are, other fees by their stated value, else at the trade's own price, else by the table."""
        quantity, asset, money = self.quantity["fee"], self.asset["fee"], self.money["fee"]
        charged = self.given["fee"] & self.fitting
        stated = self.column("fee_value")
        named = np.where(mask(pc.is_valid(stated)), np.where(self.currency < 0, self.home, self.currency), -1)
        amount, currency = _where(money, quantity, stated), np.where(money, asset, named)
        here = (currency == self.home) & charged
        fee = _where(here, amount)
        counts = ~money | (self.is_kind(FEE_COUNTS) & ~self.exchange)
        implied, found = self.implied(charged & (currency < 0), value)
        fee = fee if implied is None else pc.coalesce(fee, implied)
        elsewhere, alone = np.flatnonzero(charged & (currency >= 0) & ~here), np.flatnonzero(charged & (currency < 0) & ~found)
        for rows, units_of, names in ((elsewhere, amount, currency), (alone, quantity, asset)):
            places, worths, _ = self.priced(rows, units_of, names, counts)
            fee = _filled(fee, worths, places)
        return fee

    def implied(self, asked: np.ndarray, value: pa.Array) -> tuple[pa.Array | None, np.ndarray]:
        """Fees at the trade's own price, where their asset is one of its legs and the trade has a value; and which those are."""
        found = np.zeros(len(asked), bool)
        if not asked.any():
            return None, found
        result = pa.nulls(len(asked), exact.ARROW)
        valued = asked & mask(pc.is_valid(value)) & (self.asset["fee"] >= 0)
        for side in ("received", "sent"):
            rows = np.flatnonzero(valued & (self.asset[side] == self.asset["fee"]) & ~found)
            rows = rows[sign(self.quantity[side].take(pa.array(rows))) != 0]
            lists = (exact.units(column.take(pa.array(rows))) for column in (value, self.quantity["fee"], self.quantity[side]))
            units = np.array([exact.share(worth or 0, fee or 0, whole or 1) for worth, fee, whole in zip(*lists, strict=True)], object)
            large = units >= _MOST_UNITS
            self.fitting[rows[large]] = False
            units[large] = None
            result = _filled(result, exact.array(units), rows)
            found[rows] = True
        return result, found


def _where(rows: np.ndarray, there: pa.Array, elsewhere: pa.Array | None = None) -> pa.Array:
    """The numbers of one column in these rows, and of the other (or none) elsewhere."""
    if not rows.any():
        return pa.nulls(len(rows), there.type) if elsewhere is None else elsewhere
    return there if rows.all() else pc.if_else(pa.array(rows), there, elsewhere)


def _filled(column: pa.Array, values: pa.Array, rows: np.ndarray) -> pa.Array:
    """The column with the values in these rows, where it has none."""
    return pc.coalesce(column, spread(values, rows, len(column))) if values.null_count < len(values) else column
