"""Lot identifications: every record of the journal with its hash, and how many pieces of the reported disposals it decided."""

from dataclasses import dataclass

from taxlots.lots.directions import Books
from taxlots.lots.filing import law_of
from taxlots.lots.identification import Record
from taxlots.reports.identifications import cells, state
from taxlots.reports.sheets.book import Field, Layout, Workbook

_EMPTY = "No identification was recorded: lots left first in, first out, or in the order that Methods names."


@dataclass(frozen=True, slots=True)
class _Row:
    record: Record
    cells: tuple[str, ...]
    pieces: int


_FIELDS = (
    Field("line", "Line", 6, "whole", lambda r: r.record.line),
    Field("recorded", "Recorded (local)", 26, "text", lambda r: r.cells[0]),
    Field("about", "About", 52, "wrap", lambda r: r.cells[1]),
    Field("lots", "Order or lots", 40, "wrap", lambda r: r.cells[2]),
    Field("pieces", "Pieces decided", 10, "whole", lambda r: r.pieces),
    Field("attested", "Earlier record, attested", 40, "wrap", lambda r: r.cells[3]),
    Field("told", "Broker told", 30, "wrap", lambda r: r.cells[4]),
    Field("sha256", "SHA-256 of the line", 68, "text", lambda r: r.cells[5]),
)


def write(book: Workbook) -> None:
    """The sheet."""
    facts = book.facts
    session, zone = facts.session, facts.session.ledger.zone
    file = session.journal
    books = Books(file.journal.records, law_of(session.ledger, session.rulebook))
    labels = [row["method"] for row in facts.disposals]
    rows = [
        _Row(record, cells(record, zone, books), sum(label.endswith(record.label) for label in labels)) for record in file.journal.records
    ]
    note = f"{facts.place(file.name)} (SHA-256 {file.sha256}). {state(file)}" if file.sha256 else "There is no journal of identifications."
    book.table(Layout("Lot identifications", _FIELDS, _EMPTY, note), rows)
