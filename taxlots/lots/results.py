"""The booked fold as frames: lots, disposals, income and moves, with terms by the calendar and provenance of both ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.importers.text_columns import mask, together
from taxlots.kinds import asset_class, is_fiat
from taxlots.ledger.entries import split
from taxlots.ledger.entry_columns import NOWHERE, Action, Entries
from taxlots.ledger.settle import Ledger
from taxlots.lots import by_record, lacking, realized
from taxlots.lots.book import book_entries
from taxlots.lots.booked import Booked, Sold
from taxlots.lots.boxes import Facts, expected_boxes
from taxlots.lots.calendar import Calendar
from taxlots.lots.denied import denied_by_row
from taxlots.lots.elections import AVERAGE, DATED_AVERAGE, SECTION_104, Claim, Elections
from taxlots.lots.gifts import DualBasis, given_away
from taxlots.lots.holding import day_of, time_of
from taxlots.lots.methods import METHODS, NO_LOT, OWN_LOT
from taxlots.lots.section_104 import SAME_DAY, THIRTY_DAYS
from taxlots.lots.superficial import SUPERFICIAL
from taxlots.lots.wash_sales import COVERED, WASHED, told
from taxlots.lots.zone_doubts import zone_doubts
from taxlots.platforms import is_us_broker
from taxlots.problems import Problem, problem
from taxlots.rulebook import Rulebook

COLLECTIBLE = "C"  # the code of Form 8949 that leads to the 28 % rate worksheet
_ZERO = pa.scalar(0, frames.EXACT)
Columns = dict[str, pa.Array]


@dataclass(slots=True)
class Book:
    """What the ledger comes to under the elections. Frames of `frames.LOTS`, `DISPOSALS`, `INCOME` and `MOVES`.

    `claims`: what purchases after a sale took over of its loss. `carried`: short-term and long-term loss that a filed year carries into a
    year. `ledger` is what was booked: after a filed year its lots and what came later. `problems` holds the ledger's problems too: what is
    missing there makes these numbers incomplete. `common` are the assets whose lots are in one pool over all accounts in the end.
    """

    lots: pd.DataFrame
    disposals: pd.DataFrame
    income: pd.DataFrame
    moves: pd.DataFrame
    elections: Elections
    problems: list[Problem] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    carried: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)
    ledger: Ledger | None = None
    common: frozenset[str] = frozenset()


def book(ledger: Ledger, elections: Elections, rulebook: Rulebook) -> Book:
    """Book the settled ledger. Bad data becomes Problems; nothing is raised."""
    entries = split(ledger.transactions)
    return written(ledger, (entries, book_entries(entries, elections, ledger.zone)), elections, rulebook)


def written(ledger: Ledger, folded: tuple[Entries, Booked], elections: Elections, rulebook: Rulebook) -> Book:
    """What the fold of the ledger's entries came to, as frames."""
    entries, booked = folded
    problems = ledger.problems + lacking.problems(booked.lacking, entries, ledger.zone) + _unbooked(entries)
    problems += booked.told
    problems += by_record.problems(booked.recorded.unmet, entries, elections.directions.file)
    calendar = Calendar(entries, ledger.zone, inherited_is_long=elections.regime.inherited_is_long)
    writer = _Writer(entries, booked, calendar, elections)
    disposals, lots, income, moves = together(
        lambda: writer.disposals(rulebook), writer.lots, writer.income, writer.moves, rows=len(entries)
    )
    problems += told(booked.washed, entries) + writer.off_return_told()
    problems += realized.told(entries, calendar, elections.regime.results) if elections.regime.results else []
    if writer.dual is not None:
        problems += [*writer.dual.problems(), *given_away(booked, calendar, entries, writer.long_term)]
    problems += zone_doubts(booked, calendar, ledger)
    return Book(
        lots=frames.from_arrays(frames.LOTS, lots),
        disposals=frames.from_arrays(frames.DISPOSALS, disposals),
        income=frames.from_arrays(frames.INCOME, income),
        moves=frames.from_arrays(frames.MOVES, moves),
        elections=elections,
        problems=problems,
        claims=writer.claims(),
        ledger=ledger,
        common=frozenset(np.array(entries.assets, object)[booked.universal].tolist()),
    )


def said_classes(rows: Mapping[str, pa.Array]) -> dict[str, str]:
    """Class per asset: what any row says of the asset it brings in (or, bringing in none, of the one it gives), else digital."""
    said = mask(pc.fill_null(pc.not_equal(rows["asset_class"], ""), fill_value=False))
    chosen = [rows[name].filter(pa.array(said)).to_pylist() for name in ("received_asset", "sent_asset", "asset_class")]
    classes: dict[str, str] = {}
    for received, sent, name in zip(*chosen, strict=True):
        meant = next((asset for asset in (received, sent) if asset and not is_fiat(asset)), None)
        if meant:
            classes[meant] = name
    return classes


class _Writer:
    """Columns of the frames. `piece` is a place among the pieces (-1: none), `entry` one among the entries."""

    def __init__(self, entries: Entries, booked: Booked, calendar: Calendar, elections: Elections) -> None:
        self.entries, self.booked, self.calendar = entries, booked, calendar
        pieces = booked.pieces
        self.entry = np.array(pieces.entry, np.int64)
        self.lot_names = pieces.names()
        self.moved = np.zeros(len(pieces), bool)
        self.moved[list(pieces.moved)] = True
        self.pooled, self.merged = np.zeros(len(pieces) + 1, bool), np.zeros(len(pieces) + 1, bool)  # the last: no piece
        self.pooled[list(pieces.pooled)] = True
        self.merged[list(pieces.merged | pieces.pooled)] = True
        said = said_classes(entries.rows)
        self.classes = [asset_class(name, said) for name in entries.assets]
        self.security = np.array([name in COVERED for name in self.classes], bool)
        self.elections = elections
        self.off_return = np.array([name in elections.off_return for name in entries.accounts], bool)
        self.dual: DualBasis | None = None
        self.starts, self.long_term = calendar.of_pieces(pieces)

    def reported(self) -> Sold:
        """What was sold in the accounts that are on the return."""
        sold = self.booked.sold
        if not self.off_return.any():
            return sold
        chosen = np.flatnonzero(~self.off_return[self.entries.account[sold.entry]])
        return Sold(*(values.take(pa.array(chosen)) if isinstance(values, pa.Array) else values[chosen] for values in _columns(sold)))

    def claims(self) -> list[Claim]:
        """What purchases took over of losses on sales before them."""
        entries, day = self.entries, self.calendar.day
        later = [one for one in self.booked.washed if one.purchase > one.entry and not one.lost]
        names = self.row("id", entries.row[np.array([one.purchase for one in later], np.int64)]).to_pylist() if later else []
        return [
            Claim(str(name), one.units, one.denied, day_of(one.first), day_of(int(day[one.entry])), day_of(int(day[one.purchase])))
            for name, one in zip(names, later, strict=True)
        ]

    def off_return_told(self) -> list[Problem]:
        """Each account that is not on the return, with what was left out."""
        entries, found = self.entries, []
        for number in np.flatnonzero(self.off_return).tolist():
            sales = int((entries.account[self.booked.sold.entry] == number).sum())
            message = f"{entries.accounts[number]}: its income and {sales} sales are not on this return"
            found.append(problem("ACCOUNT_OFF_RETURN", message))
        return found

    def row(self, name: str, rows: np.ndarray | pa.Array) -> pa.Array:
        """A column of the settled rows, at these places (null: null)."""
        return self.entries.rows[name].take(rows if isinstance(rows, pa.Array) else pa.array(rows))

    def lots(self) -> Columns:
        """Open lots by account and asset (under a universal pool by asset), then as they were acquired."""
        pieces, entries = self.booked.pieces, self.entries
        account, asset = entries.account[self.entry], entries.asset[self.entry]
        copied = list(pieces.copied)
        account[copied], asset[copied] = pieces.account, pieces.asset
        quantity, basis = pieces.amounts()
        low, high = exact.halves(quantity)
        held = np.flatnonzero((low != 0) | (high != 0))
        entry = self.entry[held]
        shown = held[self.order_of_lots(account[held], asset[held], entry)]
        entry = self.entry[shown]
        row, kind = entries.row[entry], entries.kind[entry]
        starts, long = self.starts[shown], self.calendar.always_long[entry]
        pooled = self.pooled[shown]
        everywhere = pooled & self.booked.shared(account[shown], asset[shown])
        rows = pa.array(row, mask=pooled)
        return {
            "lot_id": self.lot_names.take(pa.array(shown)),
            "lot_transaction_id": self.row("id", rows),
            "account": _words(entries.accounts, np.where(everywhere, NOWHERE, account[shown])),
            "asset": _words(entries.assets, asset[shown]),
            "asset_class": _words(self.classes, asset[shown]),
            "quantity": quantity.take(pa.array(shown)),
            "basis": basis.take(pa.array(shown)),
            "acquired": _times(entries.acquired[entry], pooled),
            "holding_starts": _dates(starts, pooled),
            "long_term_on": _dates(np.where(long, starts, self.long_term[shown]), pooled),
            "source_kind": _words(entries.kinds, np.where(pooled, NOWHERE, kind)),
            "order": pa.array(self.acquisition_order(entry)),
            "sources": _or_empty(self.row("sources", rows), ~pooled),
        }

    def order_of_lots(self, account: np.ndarray, asset: np.ndarray, entry: np.ndarray) -> np.ndarray:
        """By pool and age."""
        shared = self.booked.shared(account, asset)
        accounts, assets = (_ranks(names) for names in (self.entries.accounts, self.entries.assets))
        order: np.ndarray = np.lexsort((entry, self.entries.acquired[entry], assets[asset], np.where(shared, -1, accounts[account])))
        return order

    def acquisition_order(self, entry: np.ndarray) -> np.ndarray:
        """The number of the lot among all that were acquired, from 1."""
        acquiring = np.zeros(len(self.entries), np.int64)
        acquiring[self.entry] = 1
        order: np.ndarray = np.cumsum(acquiring)[entry]
        return order

    def disposals(self, rulebook: Rulebook) -> Columns:
        """One row per piece sold, in booking order."""
        sold, entries = self.reported(), self.entries
        entry, row = sold.entry, entries.row[sold.entry]
        covered = sold.piece != NOWHERE
        dated, single = covered & ~self.pooled[sold.piece], covered & ~self.merged[sold.piece]
        lot = np.where(covered, self.entry[sold.piece] if len(self.entry) else 0, 0)
        lot_row, asset = pa.array(entries.row[lot], mask=~single) if len(entries) else pa.nulls(0, pa.int32()), entries.asset[entry]
        name = self.row("id", row)
        long = dated & (self.calendar.always_long[lot] | (self.calendar.day[entry] >= self.long_term[sold.piece]))
        codes, adjustment = self.adjustments(entry, long)
        proceeds, starts, basis = _minus(sold.gross, sold.cost), self.starts[sold.piece], sold.basis
        if self.elections.regime.dual_basis:
            self.dual = DualBasis.of(self.booked, sold, self.calendar, entries)
            self.dual.restart(starts, long)
            basis = self.dual.basis()
        return {
            "disposal_id": pc.binary_join_element_wise(name, pa.array(_count_within(row)).cast(pa.string()), "/"),
            "transaction_id": name,
            "kind": _words(entries.kinds, entries.kind[entry]),
            "asset": _words(entries.assets, asset),
            "asset_class": _words(self.classes, asset),
            "account": _words(entries.accounts, entries.account[entry]),
            "quantity": sold.quantity,
            "acquired": _times(entries.acquired[lot], ~dated),
            "disposed": _times(entries.time[entry]),
            "disposed_on": _dates(self.calendar.day[entry]),
            "holding_starts": _dates(starts, ~dated),
            "gross_proceeds": sold.gross,
            "fee": sold.cost,
            "proceeds": proceeds,
            "basis": basis,
            "adjustment_code": codes,
            "adjustment": adjustment,
            "gain": pc.cast(pc.add(_minus(proceeds, basis), adjustment), frames.EXACT),
            "term": _words(["short", "long"], long.astype(np.int8)),
            "exempt": pa.array(self.exempt(entry, lot, dated)),
            "box": self.boxes(rulebook, sold, lot, long),
            "lot_id": self.lot_names.take(pa.array(sold.piece, mask=~covered)),
            "lot_transaction_id": self.row("id", lot_row),
            "method": self.method(entry, sold.piece, lot),
            "sources": self.row("sources", row),
            "lot_sources": _or_empty(self.row("sources", lot_row), single),
        }

    def exempt(self, entry: np.ndarray, lot: np.ndarray, dated: np.ndarray) -> np.ndarray:
        """What the law leaves untaxed because it was held for more than a year; securities never (EStG 20)."""
        if not self.elections.regime.exempt_after_a_year or not len(entry):
            return np.zeros(len(entry), bool)
        found: np.ndarray = dated & self.calendar.over_a_year(lot, entry) & ~self.security[self.entries.asset[entry]]
        return found

    def boxes(self, rulebook: Rulebook, sold: Sold, lot: np.ndarray, long: np.ndarray) -> pa.Array:
        """The expected box of every piece sold."""
        entries, covered = self.entries, sold.piece != NOWHERE
        brokers = np.array([is_us_broker(name) for name in entries.accounts], bool)
        places, letters = expected_boxes(
            rulebook,
            Facts(
                disposed_on=self.calendar.day[sold.entry],
                acquired_on=self.calendar.acquired_on[lot],
                security=self.security[entries.asset[sold.entry]],
                long=long,
                broker=brokers[entries.account[sold.entry]],
                bought_there=covered & ~self.moved[np.where(covered, sold.piece, 0)] if len(self.moved) else covered,
            ),
        )
        return _words(letters, places)

    def adjustments(self, entry: np.ndarray, long: np.ndarray) -> tuple[pa.Array, pa.Array]:
        """Code and amount of what the law denies of losses; in the United States code C of long-term collectibles, whose amount is 0."""
        denied = denied_by_row(entry, self.booked)
        places = sorted(denied)
        found = np.zeros(len(entry), bool)
        found[places] = True
        amounts = pc.replace_with_mask(pa.repeat(_ZERO, len(entry)), pa.array(found), exact.array([denied[place] for place in places]))
        told = self.elections.regime.wash_days is not None  # the instructions for Form 8949, column (f)
        rare = np.array([told and name == "collectible" for name in self.classes], bool)[self.entries.asset[entry]] & long
        denial = WASHED if self.booked.washed else SUPERFICIAL
        return _words(["", denial, COLLECTIBLE, COLLECTIBLE + denial], found + 2 * rare.astype(np.int8)), amounts

    def method(self, entry: np.ndarray, piece: np.ndarray, lot: np.ndarray) -> pa.Array:
        """What chose the lots: the order of the account, a record, a matching rule, that a fee was withheld, or no lot."""
        entries, width = self.entries, len(self.entries.assets)
        account = np.where(self.in_common(entry), len(entries.accounts), entries.account[entry])
        pools, places = np.unique(account.astype(np.int64) * width + entries.asset[entry], return_inverse=True)
        accounts = [*entries.accounts, ""]
        named = [self.elections.method_of(accounts[pool // width], entries.assets[pool % width]) for pool in pools.tolist()]
        blended = np.array([METHODS[name].pool.blended for name in named], bool)
        places = np.where((entries.lot_of[entry] != NOWHERE) & ~blended[places], len(named), places)
        names, places = by_record.labels([*named, OWN_LOT], places, entry, self.booked.recorded, self.elections.directions)
        matched = np.array([name == SECTION_104 for name in names], bool)[places] & (piece != NOWHERE) & ~self.pooled[piece]
        same = self.calendar.day[entry] == self.calendar.day[lot]
        places = np.where(matched, len(names) + np.where(same, 0, 1), places)
        places = np.where(np.isin(entries.action[entry], (Action.PROFIT, Action.LOSS)), len(names) + 2, places)
        return _words([AVERAGE if name == DATED_AVERAGE else name for name in [*names, SAME_DAY, THIRTY_DAYS, NO_LOT]], places)

    def in_common(self, entry: np.ndarray) -> np.ndarray:
        """Which entries took their lots out of one pool over all accounts."""
        entries, universal = self.entries, self.elections.universal
        found: np.ndarray = self.booked.universal[entries.asset[entry]] if len(entry) else np.zeros(0, bool)
        if universal is not None and len(entry):
            common = np.array([asset in universal.assets for asset in entries.assets], bool)
            found = found | (common[entries.asset[entry]] & (entries.time[entry] < time_of(universal.until)))
        return found

    def income(self) -> Columns:
        """One row per receipt of income."""
        rows, entries = self.entries.income, self.entries
        accounts = pc.index_in(entries.rows["account"].take(pa.array(rows)), pa.array(entries.accounts, pa.string())).to_numpy()
        rows = rows[~self.off_return[accounts]]
        same = ("kind", "account", "price_source", "time", "sources")
        return {
            "transaction_id": self.row("id", rows),
            "asset": self.row("received_asset", rows),
            "quantity": pc.fill_null(self.row("received_quantity", rows), _ZERO),
            "value": pc.fill_null(self.row("home_value", rows), _ZERO),
            "received_on": _dates(self.calendar.days(mask(self.row("time", rows).cast(pa.int64())))),
            **{name: entries.rows[name].take(pa.array(rows)) for name in same},
        }

    def moves(self) -> Columns:
        """One row per piece that left an account without being sold, in booking order."""
        moved, entries = self.booked.moved, self.entries
        entry, row = moved.entry, entries.row[moved.entry]
        return {
            "transaction_id": self.row("id", row),
            "kind": _words(entries.kinds, entries.kind[entry]),
            "asset": _words(entries.assets, entries.asset[entry]),
            "account": _words(entries.accounts, entries.account[entry]),
            "counter_account": _words(entries.accounts, entries.to_account[entry]),
            "quantity": moved.quantity,
            "basis": moved.basis,
            "time": _times(entries.time[entry]),
            "moved_on": _dates(self.calendar.day[entry]),
            "lot_id": self.lot_names.take(pa.array(moved.piece)),
            "match": self.row("match", row),
            "sources": self.row("sources", row),
        }


def _columns(sold: Sold) -> tuple[np.ndarray | pa.Array, ...]:
    return sold.entry, sold.piece, sold.quantity, sold.gross, sold.cost, sold.basis


def _words(names: Sequence[str], places: np.ndarray) -> pa.Array:
    """The column of names that the places point at; null for -1."""
    return pa.array(names, pa.string()).take(pa.array(places, mask=places == NOWHERE))


def _times(microseconds: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    return pa.array(microseconds, pa.int64(), mask=missing).cast(frames.TIME)


def _dates(days: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32(), mask=missing).cast(frames.DATE)


def _minus(left: pa.Array, right: pa.Array) -> pa.Array:
    return pc.cast(pc.subtract(left, right), frames.EXACT)


def _or_empty(listed: pa.Array, present: np.ndarray) -> pa.Array:
    """Lists as they are, empty ones where there is none."""
    if present.all():
        return listed
    return pa.ListArray.from_arrays(listed.offsets, listed.values)


def _ranks(names: Sequence[str]) -> np.ndarray:
    """The place of each name in the order of the alphabet."""
    ranks = np.empty(len(names), np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return ranks


def _count_within(row: np.ndarray) -> np.ndarray:
    """How many of the same row there were until here, this one included."""
    order = np.argsort(row, kind="stable")
    first = np.diff(row[order], prepend=NOWHERE) != 0
    place = np.arange(len(row))
    count = np.empty(len(row), np.int64)
    count[order] = place - np.maximum.accumulate(np.where(first, place, 0)) + 1
    return count


def _unbooked(entries: Entries) -> list[Problem]:
    found = []
    for row in entries.unbooked.tolist():
        kind, name, sources = (entries.rows[column][row].as_py() for column in ("kind", "id", "sources"))
        message = f"{kind} (id {name}) is recognised, but this version does not compute its effect on lots"
        found.append(problem("KIND_NOT_BOOKED", message, file=sources[0]["file"], row=sources[0]["row"]))
    return found
