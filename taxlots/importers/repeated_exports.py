"""Exports that say again, and less exactly, what another export of the same platform says: set aside with one warning per file.

A layout sees its own files only, so it can't know whether the other export is there. The warning keeps the case where it is not from
passing unnoticed. Where two layouts tell the same and both are there, the copies are merged once all files are read.
"""

from collections.abc import Callable, MutableMapping, Sequence
from datetime import timedelta, tzinfo

from taxlots.importers.records import Intake, Source, Table, Transaction
from taxlots.problems import Problem, Severity, catalogue


def set_aside(reason: str, hint: str) -> Callable[[Sequence[Table], tzinfo], Intake]:
    """The `read` function of a layout of which no row is booked."""

    def read(tables: Sequence[Table], _zone: tzinfo) -> Intake:
        intake = Intake()
        for table in tables:
            for row in table.rows:
                intake.leave(row, reason)
            if table.rows:
                intake.problems.append(warning(table, reason, hint))
        return intake

    return read


def warning(table: Table, message: str, hint: str) -> Problem:
    """That a file is not booked, as a warning: it is no fault where the other export is given."""
    code = "KIND_NOT_BOOKED"
    return Problem(code, message, hint or catalogue()[code].remedy, Severity.WARNING, table.file, table.header_row)


_SWAN_DELAY = timedelta(minutes=15)  # the two exports of Swan state a purchase seconds to minutes apart


def without_swan_copies(transactions: Sequence[Transaction], merged: MutableMapping[Source, str]) -> list[Transaction]:
    """The transactions less the purchases that Swan's CoinTracker file repeats: each merged with the one of Swan that is nearest in time.

    A file in CoinTracker's format names no wallet. A purchase in it is Swan's where the same coins were bought there within minutes.
    """
    open_ones = [one for one in transactions if one.account == "swan" and one.kind == "buy"]
    kept = []
    for one in transactions:
        twin = min((swan for swan in open_ones if _is_copy(one, swan)), key=lambda swan: abs(swan.time - one.time), default=None)
        if twin is None:
            kept.append(one)
            continue
        open_ones.remove(twin)
        merged.update(dict.fromkeys(one.sources, f"says the same as {twin.sources[0][0]}:{twin.sources[0][1]}"))
    return kept


def _is_copy(one: Transaction, swan: Transaction) -> bool:
    said = (one.account, one.kind, one.received_quantity, one.received_asset, one.sent_asset)
    there = ("cointracker", "buy", swan.received_quantity, swan.received_asset, swan.sent_asset)
    return said == there and abs(one.time - swan.time) <= _SWAN_DELAY
