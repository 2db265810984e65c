"""Home-currency values of transactions in columns: the same rules as `valuation.Valuer`, for the rows that need no more than these.

What stands in the home currency is taken as it is, column by column; what has to be priced is looked up once per row. A row whose
value needs more (an inheritance, a fee that is a disposal by itself, a stale price, a number out of range) is not `fitting`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact
from taxlots.exact import CONTEXT
from taxlots.importers.text_columns import by_word, mask, sign, spread, words
from taxlots.importers.transaction_columns import first_places, first_sources, moments
from taxlots.kinds import KINDS, is_fiat
from taxlots.ledger.missing import Places
from taxlots.ledger.valuation import FEE_COUNTS, OWN_VALUE, PRICED_SIDE, TOO_LARGE, Valuer, source_of, source_of_nothing

_EXCHANGES = {"buy", "sell", "swap"}
_NOT_HERE = {"inheritance", "gift-in", "adjust", "fee"}
_MOST_UNITS = exact.to_units(TOO_LARGE)
Priced = tuple[np.ndarray, pa.Array, pa.Array]  # rows, their values, and where these come from


@dataclass(slots=True)
class PlainValues:
    """One line per transaction: values in the home currency (null: none), the source of the first, and whether the rules here fit."""

    value: pa.Array
    source: pa.Array
    fee: pa.Array
    shortfall: pa.Array
    fitting: np.ndarray


def plain_values(table: pa.Table, valuer: Valuer, wanted: np.ndarray) -> PlainValues:
    """Value the lines of a table of `frames.TRANSACTIONS` that are `wanted`; what is missing becomes the valuer's Problem.

    A line that is not wanted, or turns out not to fit, reports nothing.
    """
    return _Columns(table, valuer, wanted).values()


class _Columns:
    def __init__(self, table: pa.Table, valuer: Valuer, wanted: np.ndarray) -> None:
        self.table, self.valuer, self.home = table, valuer, valuer.prices.home
        self.kind = table["kind"].combine_chunks()
        self.fitting = wanted & ~_in(self.kind, _NOT_HERE)
        self.valued = _in(self.kind, {name for name, kind in KINDS.items() if kind.valued})
        self.money = {side: _known(self.leg(side)[1], is_fiat) & self.given(side) for side in ("sent", "received")}
        self.exchange = _in(self.kind, _EXCHANGES) & self.money["sent"] & self.money["received"]
        self.lacking: list[tuple[str, np.ndarray, pa.Array]] = []

    def leg(self, side: str) -> tuple[pa.Array, pa.Array]:
        return self.table[f"{side}_quantity"].combine_chunks(), self.table[f"{side}_asset"].combine_chunks()

    def given(self, side: str) -> np.ndarray:
        return pc.is_valid(self.table[f"{side}_quantity"]).to_numpy()

    def values(self) -> PlainValues:
        amount, currency = self.stated()
        here = pc.fill_null(pc.equal(currency, self.home), fill_value=False)
        value = pc.if_else(here, amount, None)
        source = pc.if_else(here, OWN_VALUE, None)
        self.fitting &= ~((self.shortfall() | self.given("fee")) & ~self.valued & mask(pc.is_valid(amount)))
        elsewhere = np.flatnonzero(self.fitting & mask(pc.and_(pc.is_valid(amount), pc.invert(here))))
        unstated = self.valued & ~self.exchange & mask(pc.is_null(amount)) & self.fitting
        looked = [self.priced(elsewhere, amount, currency, self.valued), *self.looked_up(np.flatnonzero(unstated))]
        for rows, worths, sources in looked:
            value = _filled(value, worths, rows)
            source = _filled(source, sources, rows)
        fee = self.fees(value)
        self.report()
        return PlainValues(value, source, fee, pa.nulls(len(value), exact.ARROW), self.fitting)

    def shortfall(self) -> np.ndarray:
        """Transfers of which less arrives than was sent: the difference has to be valued, which is not done here."""
        sent, received = self.leg("sent")[0], self.leg("received")[0]
        less = mask(pc.fill_null(pc.less(received, sent), fill_value=False)) & _in(self.kind, {"transfer"})
        self.fitting &= ~less
        return less

    def stated(self) -> tuple[pa.Array, pa.Array]:
        """Amount and currency that the row gives: its money leg, else its value."""
        none = pa.scalar(None, exact.ARROW)
        given_value = self.table["value"].combine_chunks()
        named = pc.coalesce(self.table["value_currency"].combine_chunks(), self.home)
        amount, currency = given_value, pc.if_else(pc.is_valid(given_value), named, None)
        for side in ("received", "sent"):
            quantity, asset = self.leg(side)
            leg = pa.array(self.money[side] & self.valued)
            amount, currency = pc.if_else(leg, quantity, amount), pc.if_else(leg, asset, currency)
        exchange = pa.array(self.exchange)
        return pc.if_else(exchange, none, amount), pc.if_else(exchange, None, currency)

    def priced(self, rows: np.ndarray, quantity: pa.Array, asset: pa.Array, needed: np.ndarray) -> Priced:
        """Quantities of these rows at the table's prices. A price that is needed and missing is noted; a stale one does not fit."""
        amounts, when = (column.take(pa.array(rows)) for column in (quantity, self.table["time"].combine_chunks()))
        units: dict[int, int] = {}
        told: list[str | None] = [None]
        source = np.zeros(len(rows), np.int32)
        for name, places in _groups(asset.take(pa.array(rows))):
            if name not in self.valuer.prices:
                wanted = places[needed[rows[places]]]
                self.lacking.append((name, rows[wanted], amounts.take(pa.array(wanted))))
                source[wanted] = len(told)
                told.append(source_of_nothing(name))
                continue
            there = pa.array(places)
            code: dict[str, int] = {}
            listed = zip(places.tolist(), amounts.take(there).to_pylist(), moments(when.take(there)), strict=True)
            for place, amount, moment in listed:
                worth = self.worth(amount, name, moment)
                if worth is None:
                    self.fitting[rows[place]] = False
                else:
                    units[place], source[place] = exact.to_units(worth[0]), code.setdefault(worth[1], len(told) + len(code))
            told += code
        known = np.fromiter(units, np.int64, len(units))
        return rows, spread(exact.array(units.values()), known, len(rows)), words(source, told)

    def worth(self, amount: Decimal, asset: str, moment: datetime) -> tuple[Decimal, str] | None:
        quote = self.valuer.prices.at(asset, moment)
        if quote is None or quote.stale:
            return None
        value = CONTEXT.multiply(amount, quote.price)
        return (value, source_of(asset, quote, self.home)) if abs(value) < TOO_LARGE else None

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
        kinds = self.kind.take(pa.array(rows))
        return [self.by_leg(rows[places], PRICED_SIDE.get(kind, ("received", "sent"))) for kind, places in _groups(kinds)]

    def by_leg(self, rows: np.ndarray, sides: Sequence[str]) -> Priced:
        chosen = np.zeros(len(self.kind), np.int8)
        known = [
            _known(self.leg(side)[1], lambda asset: asset is not None and asset in self.valuer.prices) & self.given(side) for side in sides
        ]
        given = [self.given(side) for side in sides]
        if len(sides) > 1:
            chosen = np.where(known[0], 0, np.where(known[1], 1, np.where(given[0], 0, 1))).astype(np.int8)
            self.fitting[rows] &= ~(known[0] & known[1])[rows]
        quantity, asset = self.leg(sides[0])
        for number, side in enumerate(sides[1:], 1):
            other = pa.array(chosen == number)
            quantity, asset = (pc.if_else(other, theirs, mine) for theirs, mine in zip(self.leg(side), (quantity, asset), strict=True))
        return self.priced(rows[self.fitting[rows]], quantity, asset, self.valued)

    def fees(self, value: pa.Array) -> pa.Array:
        """Fees in money as they are, other fees by their stated value, else at the trade's own price, else by the table."""
        quantity, asset = self.leg("fee")
        charged = mask(pc.is_valid(quantity)) & self.fitting
        money = _known(asset, is_fiat)
        stated = self.table["fee_value"].combine_chunks()
        named = pc.coalesce(self.table["value_currency"].combine_chunks(), self.home)
        amount = pc.if_else(pa.array(money), quantity, stated)
        currency = pc.if_else(pa.array(money), asset, pc.if_else(pc.is_valid(stated), named, None))
        here = pc.and_(pc.fill_null(pc.equal(currency, self.home), fill_value=False), pa.array(charged))
        fee = pc.if_else(here, amount, None)
        counts = ~money | (_in(self.kind, FEE_COUNTS) & ~self.exchange)
        elsewhere = charged & mask(pc.and_not(pc.is_valid(currency), here))
        implied, found = self.implied(charged & mask(pc.is_null(currency)), value)
        alone = charged & mask(pc.is_null(currency)) & ~found
        fee = pc.coalesce(fee, implied)
        for rows, (units_of, names) in ((np.flatnonzero(elsewhere), (amount, currency)), (np.flatnonzero(alone), (quantity, asset))):
            places, worths, _ = self.priced(rows, units_of, names, counts)
            fee = _filled(fee, worths, places)
        return fee

    def implied(self, asked: np.ndarray, value: pa.Array) -> tuple[pa.Array, np.ndarray]:
        """Fees at the trade's own price, where their asset is one of its legs and the trade has a value; and which those are."""
        found = np.zeros(len(asked), bool)
        result = pa.nulls(len(asked), exact.ARROW)
        quantity, asset = self.leg("fee")
        for side in ("received", "sent"):
            traded, name = self.leg(side)
            same = mask(pc.fill_null(pc.and_(pc.equal(name, asset), pc.is_valid(value)), fill_value=False))
            rows = np.flatnonzero(asked & same & ~found & (sign(traded) != 0))
            lists = (exact.units(column.take(pa.array(rows))) for column in (value, quantity, traded))
            units = np.array([exact.share(worth or 0, fee or 0, whole or 1) for worth, fee, whole in zip(*lists, strict=True)], object)
            large = units >= _MOST_UNITS
            self.fitting[rows[large]] = False
            units[large] = None
            result = _filled(result, exact.array(units), rows)
            found[rows] = True
        return result, found


def _filled(column: pa.Array, values: pa.Array, rows: np.ndarray) -> pa.Array:
    """The column with the values in these rows, where it has none."""
    return pc.coalesce(column, spread(values, rows, len(column))) if len(rows) else column


def _groups(text: pa.Array) -> list[tuple[str, np.ndarray]]:
    """Each different word and the places where it stands."""
    encoded = text.dictionary_encode()
    codes = encoded.indices.to_numpy()
    return [(word, np.flatnonzero(codes == code)) for code, word in enumerate(encoded.dictionary.to_pylist())]


def _in(text: pa.Array, names: set[str]) -> np.ndarray:
    return mask(pc.is_in(text, pa.array(sorted(names))))


def _known(text: pa.Array, test: Callable[[str | None], bool]) -> np.ndarray:
    """Whether the test holds of each word; asked once per different word."""
    places, held = by_word(text, test)
    return np.array(held, bool)[places]
