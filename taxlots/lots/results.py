"""The booked fold as frames: lots, disposals, income and moves, with terms by the calendar and provenance of both ends."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import pandas as pd

from taxlots import exact, frames
from taxlots.kinds import asset_class, is_fiat
from taxlots.ledger.entries import Action, Entries, split
from taxlots.ledger.settle import Ledger
from taxlots.lots.book import Booked, Elections, Moved, Sold, book_entries
from taxlots.lots.boxes import expected_box
from taxlots.lots.holding import is_long, long_term_on
from taxlots.lots.methods import Piece
from taxlots.lots.wash_sales import COVERED, unadjusted
from taxlots.problems import Problem, problem
from taxlots.rulebook import Rulebook

_WEST, _EAST = timedelta(hours=-12), timedelta(hours=14)


@dataclass(slots=True)
class Book:
    """What the ledger comes to under the elections. Frames of `frames.LOTS`, `DISPOSALS`, `INCOME` and `MOVES`.

    `problems` holds the ledger's problems too: what is missing there makes these numbers incomplete.
    """

    lots: pd.DataFrame
    disposals: pd.DataFrame
    income: pd.DataFrame
    moves: pd.DataFrame
    elections: Elections
    problems: list[Problem] = field(default_factory=list)


def book(ledger: Ledger, elections: Elections, rulebook: Rulebook) -> Book:
    """Book the settled ledger. Bad data becomes Problems; nothing is raised."""
    entries = split(ledger.transactions)
    booked = book_entries(entries, elections, ledger.zone)
    classes = _classes(entries)
    writer = _Writer(entries.rows, ledger.zone, classes, rulebook)
    problems = ledger.problems + booked.problems + [_unbooked(entries.rows[index]) for index in entries.unbooked]
    sold = list(writer.disposals(booked.sold))
    problems += unadjusted(sold, _acquisitions(entries, writer), rulebook)
    if ledger.zone_assumed:
        problems += _zone_warnings(booked, entries)
    return Book(
        lots=frames.build(frames.LOTS, map(writer.lot, booked.open)),
        disposals=frames.build(frames.DISPOSALS, sold),
        income=frames.build(frames.INCOME, writer.income(entries)),
        moves=frames.build(frames.MOVES, map(writer.move, booked.moved)),
        elections=elections,
        problems=problems,
    )


def _acquisitions(entries: Entries, writer: "_Writer") -> list[tuple[str, date, str]]:
    """Asset, day and transaction of every acquisition of a security."""
    acquired = (entry for entry in entries.entries if entry.action is Action.ACQUIRE)
    return [
        (entry.asset, writer.day(entry.time), entries.rows[entry.row]["id"])
        for entry in acquired
        if asset_class(entry.asset, writer.classes) in COVERED
    ]


def _classes(entries: Entries) -> dict[str, str]:
    """Class per asset: what any row says of the asset it brings in (or, bringing in none, of the one it gives), else digital."""
    said: dict[str, str] = {}
    for row in entries.rows:
        meant = next((row[side] for side in ("received_asset", "sent_asset") if row[side] and not is_fiat(row[side])), None)
        if row["asset_class"] and meant:
            said[meant] = row["asset_class"]
    return said


class _Writer:
    def __init__(self, rows: list[dict[str, Any]], zone: tzinfo, classes: dict[str, str], rulebook: Rulebook) -> None:
        self.rows, self.zone, self.classes, self.rulebook = rows, zone, classes, rulebook

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def lot(self, piece: Piece) -> dict[str, Any]:
        row = self.rows[piece.row]
        return {
            "lot_id": piece.lot_id,
            "lot_transaction_id": row["id"],
            "account": piece.account,
            "asset": piece.asset,
            "asset_class": asset_class(piece.asset, self.classes),
            "quantity": exact.to_decimal(piece.quantity),
            "basis": exact.to_decimal(piece.basis),
            "acquired": piece.acquired,
            "holding_starts": piece.holding_starts,
            "long_term_on": piece.holding_starts if piece.always_long else long_term_on(piece.holding_starts),
            "source_kind": piece.kind,
            "order": piece.order,
            "sources": row["sources"],
        }

    def disposals(self, sold: Iterable[Sold]) -> Iterable[dict[str, Any]]:
        counts: dict[str, int] = {}
        for piece in sold:
            name = self.rows[piece.entry.row]["id"]
            counts[name] = counts.get(name, 0) + 1
            yield self.disposal(piece, f"{name}/{counts[name]}")

    def disposal(self, sold: Sold, disposal_id: str) -> dict[str, Any]:
        row = self.rows[sold.entry.row]
        disposed = sold.entry.time
        kind = asset_class(sold.entry.asset, self.classes)
        proceeds = sold.gross - sold.cost
        term = self.term(sold, self.day(disposed))
        return {
            "disposal_id": disposal_id,
            "transaction_id": row["id"],
            "kind": sold.entry.kind,
            "asset": sold.entry.asset,
            "asset_class": kind,
            "account": sold.entry.account,
            "quantity": exact.to_decimal(sold.quantity),
            "disposed": disposed,
            "disposed_on": self.day(disposed),
            "gross_proceeds": exact.to_decimal(sold.gross),
            "fee": exact.to_decimal(sold.cost),
            "proceeds": exact.to_decimal(proceeds),
            "basis": exact.to_decimal(sold.basis),
            "adjustment_code": "",
            "adjustment": Decimal(0),
            "gain": exact.to_decimal(proceeds - sold.basis),
            "term": term,
            "method": sold.method,
            "sources": row["sources"],
            **self.lot_end(sold),
            "box": expected_box(self.rulebook, sold, self.day(disposed), kind, term, self.zone),
        }

    def lot_end(self, sold: Sold) -> dict[str, Any]:
        if sold.taken is None:
            names = ("acquired", "holding_starts", "lot_id", "lot_transaction_id")
            return {**dict.fromkeys(names), "lot_sources": []}
        piece = sold.taken.piece
        row = self.rows[piece.row]
        return {
            "acquired": piece.acquired,
            "holding_starts": piece.holding_starts,
            "lot_id": piece.lot_id,
            "lot_transaction_id": row["id"],
            "lot_sources": row["sources"],
        }

    def term(self, sold: Sold, disposed_on: date) -> str:
        if sold.taken is None:
            return "short"
        piece = sold.taken.piece
        return "long" if piece.always_long or is_long(piece.holding_starts, disposed_on) else "short"

    def income(self, entries: Entries) -> Iterable[dict[str, Any]]:
        for item in entries.income:
            row = self.rows[item.row]
            yield {
                "transaction_id": row["id"],
                "kind": row["kind"],
                "asset": item.asset,
                "account": row["account"],
                "quantity": exact.to_decimal(item.quantity),
                "value": exact.to_decimal(item.value),
                "price_source": row["price_source"],
                "time": row["time"],
                "received_on": self.day(row["time"]),
                "sources": row["sources"],
            }

    def move(self, moved: Moved) -> dict[str, Any]:
        entry, taken = moved.entry, moved.taken
        row = self.rows[entry.row]
        return {
            "transaction_id": row["id"],
            "kind": entry.kind,
            "asset": entry.asset,
            "account": entry.account,
            "counter_account": entry.to_account,
            "quantity": exact.to_decimal(taken.quantity),
            "basis": exact.to_decimal(taken.basis),
            "time": entry.time,
            "moved_on": self.day(entry.time),
            "lot_id": taken.piece.lot_id,
            "match": row["match"],
            "sources": row["sources"],
        }


def _unbooked(row: dict[str, Any]) -> Problem:
    source = row["sources"][0]
    message = f"{row['kind']} (id {row['id']}) is recognised, but this version does not compute its effect on lots"
    return problem("KIND_NOT_BOOKED", message, file=source["file"], row=source["row"])


def _zone_warnings(booked: Booked, entries: Entries) -> list[Problem]:
    """One warning for all disposals (and income) whose tax year or term another time zone would change."""
    doubtful = [sold.entry.row for sold in booked.sold if _zone_decides(sold)]
    doubtful += [item.row for item in entries.income if _year_open(entries.rows[item.row]["time"])]
    if not doubtful:
        return []
    row = entries.rows[doubtful[0]]
    source = row["sources"][0]
    message = f"{len(doubtful)} events are so near midnight that the time zone decides their tax year or term; first: {row['id']}"
    return [problem("TIMEZONE_ASSUMED", message, file=source["file"], row=source["row"])]


def _year_open(moment: datetime) -> bool:
    return (moment + _WEST).year != (moment + _EAST).year


def _zone_decides(sold: Sold) -> bool:
    moment = sold.entry.time
    if _year_open(moment):
        return True
    if sold.taken is None or sold.taken.piece.always_long:
        return False
    acquired = sold.taken.piece.acquired
    terms = {is_long((acquired + shift).date(), (moment + shift).date()) for shift in (_WEST, timedelta(0), _EAST)}
    return len(terms) > 1
