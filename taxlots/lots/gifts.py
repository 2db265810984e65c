"""Gifts received and given, donations, and what was lost, as US law has them. Pure functions over entries and what the fold wrote down.

A gift keeps the giver's basis for a gain. For a loss the basis is the market value at the gift, where that was lower; what is sold for an
amount in between is neither gain nor loss (26 USC 1015(a), 26 CFR 1.1015-1). The giver's time counts only where the giver's basis does
(1223(2)), so that the time of a loss begins with the gift. A running example (Pub. 551): basis 10,000, worth 8,000 when given.

    sold for 12,000: gain 2,000        sold for 9,000: neither        sold for 7,000: loss 1,000, held since the gift
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact
from taxlots.ledger.entry_columns import NOWHERE, Action, Entries
from taxlots.lots.booked import Booked, Sold, ints
from taxlots.lots.calendar import Calendar
from taxlots.lots.holding import long_term_days
from taxlots.problems import Problem, problem

APPRAISED = 5_000  # dollars of deduction from which a qualified appraisal is asked (26 USC 170(f)(11)(C))
_LOST = {"theft", "lost"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a sale of a given lot came to: its basis in units, whether the time begins with the gift, and the words."""

    basis: int
    since_gift: bool
    outcome: str


class Gifts:
    """The gifts among the entries that were worth less than their giver's basis: basis and value in units, by entry."""

    def __init__(self, entries: Entries) -> None:
        """Only gifts with a known value can be one."""
        self.entries = entries
        kinds = np.array([kind == "gift-in" for kind in entries.kinds], bool)
        places = np.flatnonzero((entries.action == Action.ACQUIRE) & kinds[entries.kind]) if len(entries) else np.empty(0, np.int64)
        values = exact.units(entries.rows["home_value"].take(pa.array(entries.row[places])))
        bases = ints(entries.amount.take(pa.array(places)))
        listed = list(zip(places.tolist(), bases, values, strict=True))
        self.lower = {entry: (basis, value) for entry, basis, value in listed if value is not None and value < basis}
        self.unvalued = {entry for entry, basis, value in listed if value is None and basis}

    def loss_basis(self, entry: int, basis: int) -> int:
        """The basis that a loss is counted from, of a part of the entry's lot with that basis for a gain."""
        if entry not in self.lower:
            return basis
        whole, value = self.lower[entry]
        return exact.share(value, basis, whole)

    def told(self, entry: int, basis: int, proceeds: int) -> Told | None:
        """What becomes of a sale for these proceeds; None where the giver's basis stands."""
        if entry not in self.lower or proceeds >= basis:
            return None
        lower = self.loss_basis(entry, basis)
        if proceeds > lower:
            return Told(
                proceeds, since_gift=False, outcome="neither gain nor loss: sold for less than the giver's basis, more than the value"
            )
        return Told(lower, since_gift=True, outcome="the loss counts from the value at the gift, and the time from the day of the gift")


@dataclass(frozen=True, slots=True)
class DualBasis:
    """Sold pieces of given lots whose basis is not the giver's: by place, the entry of the gift and what the sale came to."""

    gifts: Gifts
    sold: Sold
    calendar: Calendar
    found: dict[int, tuple[int, Told]] = field(default_factory=dict)

    @classmethod
    def of(cls, booked: Booked, sold: Sold, calendar: Calendar, entries: Entries) -> "DualBasis":
        """Of what was sold."""
        own = cls(Gifts(entries), sold, calendar)
        if not own.gifts.lower and not own.gifts.unvalued:
            return own
        lots = np.array([*booked.pieces.entry, NOWHERE], np.int64)[sold.piece]
        asked = np.flatnonzero(np.isin(lots, [*own.gifts.lower, *own.gifts.unvalued]))
        taken = pa.array(asked)
        amounts = zip(*(ints(column.take(taken)) for column in (sold.basis, sold.gross, sold.cost)), strict=True)
        for place, lot, (basis, gross, cost) in zip(asked.tolist(), lots[asked].tolist(), amounts, strict=True):
            if lot in own.gifts.unvalued and gross - cost < basis:
                own.found[place] = (lot, Told(basis, since_gift=False, outcome=""))
            elif told := own.gifts.told(lot, basis, gross - cost):
                own.found[place] = (lot, told)
        return own

    def basis(self) -> pa.Array:
        """The basis of every piece sold."""
        places = sorted(self.found)
        changed = np.zeros(len(self.sold.entry), bool)
        changed[places] = True
        return pc.replace_with_mask(self.sold.basis, pa.array(changed), exact.array([self.found[p][1].basis for p in places]))

    def restart(self, starts: np.ndarray, long: np.ndarray) -> None:
        """Let the time of losses begin with the gift; `starts` and `long` are of every piece sold, and changed."""
        for place, (lot, told) in self.found.items():
            if told.since_gift:
                day = self.calendar.day[[lot]]
                starts[place] = day[0]
                long[place] = self.calendar.day[self.sold.entry[place]] >= long_term_days(day)[0]

    def problems(self) -> Iterator[Problem]:
        """One per piece: what was counted instead of the giver's basis, or that the value is not known."""
        entries = self.gifts.entries
        for place, (lot, told) in sorted(self.found.items()):
            name, source = _id_and_source(entries, int(self.sold.entry[place]))
            gift, _ = _id_and_source(entries, lot)
            if told.outcome:
                yield problem("GIFT_LOSS_BASIS", f"{name} sells the gift {gift}: {told.outcome}", file=source["file"], row=source["row"])
            else:
                message = f"{name} sells the gift {gift} for less than the giver's basis; its value when given is not known"
                yield problem("GIFT_VALUE_MISSING", message, file=source["file"], row=source["row"])


def given_away(booked: Booked, calendar: Calendar, entries: Entries, long_term: np.ndarray) -> list[Problem]:
    """One Problem per donation, with what may be deducted, and per theft or loss, which lowers no income."""
    moved, kinds = booked.moved, entries.kinds
    wanted = np.array([kind == "donation" or kind in _LOST for kind in kinds], bool)
    chosen = np.flatnonzero(wanted[entries.kind[moved.entry]]) if len(entries) else np.empty(0, np.int64)
    by_entry: dict[int, list[int]] = {}
    for place in chosen.tolist():
        by_entry.setdefault(int(moved.entry[place]), []).append(place)
    found = []
    for entry, places in by_entry.items():
        units, bases = (ints(column.take(pa.array(places))) for column in (moved.quantity, moved.basis))
        long = (calendar.day[entry] >= long_term[moved.piece[places]]) | calendar.always_long[
            np.array(booked.pieces.entry)[moved.piece[places]]
        ]
        parts = list(zip(units, bases, long.tolist(), strict=True))
        tell = _donated if kinds[int(entries.kind[entry])] == "donation" else _lost
        found.append(tell(entries, entry, parts))
    return found


Part = tuple[int, int, bool]  # units, basis, long-term


def _donated(entries: Entries, entry: int, parts: list[Part]) -> Problem:
    """26 USC 170(e)(1)(A): the market value of what was held for more than a year, of the rest the basis where that is lower."""
    name, source = _id_and_source(entries, entry)
    whole, asset = sum(units for units, _, _ in parts), entries.assets[int(entries.asset[entry])]
    (value,) = exact.units(entries.rows["home_value"].take(pa.array([int(entries.row[entry])])))
    if value is None:
        message = f"{name} donates {_plain(whole)} {asset} with basis {_money(sum(b for _, b, _ in parts))}; its market value is not known"
        return problem("DONATION_DEDUCTION", message, file=source["file"], row=source["row"])
    deducted = long_value = 0
    left, rest = value, ints(entries.quantity.take(pa.array([entry])))[0]
    for units, basis, long in parts:
        share = exact.share(left, units, rest)
        left, rest = left - share, rest - units
        deducted += share if long else min(share, basis)
        long_value += share if long else 0
    told = (
        f"{_money(long_value)} market value of what was held for more than a year"
        if long_value
        else "nothing was held for more than a year"
    )
    appraisal = f"; above {APPRAISED} a qualified appraisal is asked" if deducted > APPRAISED * exact.ONE else ""
    message = f"{name} donates {_plain(whole)} {asset} worth {_money(value)}: deduction {_money(deducted)}, of which {told}{appraisal}"
    return problem("DONATION_DEDUCTION", message, file=source["file"], row=source["row"])


def _lost(entries: Entries, entry: int, parts: list[Part]) -> Problem:
    """26 USC 165(h)(5): a personal theft or casualty loss counts only in a declared disaster."""
    name, source = _id_and_source(entries, entry)
    kind, asset = entries.kinds[int(entries.kind[entry])], entries.assets[int(entries.asset[entry])]
    units, basis = sum(units for units, _, _ in parts), sum(basis for _, basis, _ in parts)
    message = f"{name} ({kind}): {_plain(units)} {asset} with basis {_money(basis)} are gone; no loss is taken"
    return problem("LOSS_NOT_TAKEN", message, file=source["file"], row=source["row"])


def _plain(units: int) -> str:
    return f"{exact.plain(exact.to_decimal(units))}"


def _money(units: int) -> str:
    return f"{exact.plain(exact.cents(exact.to_decimal(units)))}"


def _id_and_source(entries: Entries, entry: int) -> tuple[str, dict[str, Any]]:
    row = pa.array([int(entries.row[entry])])
    name, sources = (entries.rows[column].take(row)[0].as_py() for column in ("id", "sources"))
    return str(name), sources[0]
