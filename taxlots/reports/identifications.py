"""The journal of lot identifications as a document, a table and the text for the broker."""

from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo
from typing import Any

import msgspec

from taxlots.lots.broker_letter import letter
from taxlots.lots.directions import Books, Law, scope_of
from taxlots.lots.filing import JournalFile
from taxlots.lots.identification import Record, Sale, Standing, Told, day_or_moment, moment
from taxlots.lots.identified_sales import what
from taxlots.platforms import is_us_broker
from taxlots.problems import Problem
from taxlots.reports.documents import document
from taxlots.reports.tables import NUMBER, TEXT, Table

_NOT_NEEDED = "Of a digital asset the broker need not be told: own books are enough until the end of 2026 (Notices 2025-7, 2026-20)."

_COLUMNS = ("recorded", "about", "lots or order", "attested", "broker told", "SHA-256")


def document_of(file: JournalFile, law: Law, problems: Sequence[Problem], records: Sequence[Record] | None = None) -> dict[str, Any]:
    """`taxlots.identify/1`: the records (all without a choice), the state of the chain and its last hash."""
    journal, shown = file.journal, file.journal.records if records is None else records
    books = Books(journal.records, law)
    return document(
        "identify",
        problems,
        file=file.name,
        records=[_as_dict(record, books) for record in shown],
        whole=journal.broken is None,
        broken_line=journal.broken.line if journal.broken else None,
        torn_lines=list(journal.torn),
        last_sha256=journal.last,
    )


def _as_dict(record: Record, books: Books) -> dict[str, Any]:
    since = told_since(record, books)
    return {
        "line": record.line,
        "sha256": record.sha256,
        "time": record.made.isoformat(),
        **msgspec.to_builtins(record.content),
        "broker_to_be_told_for_sales_since": since.isoformat() if since else None,
        "broker_text": broker_text(record, books),
    }


def told_since(record: Record, books: Books) -> date | None:
    """The day from which on the record counts for a broker's units only if the broker knows of it; None where that is never so."""
    content, law = record.content, books.law
    if isinstance(content, Told) or (content.account is not None and not is_us_broker(content.account)):
        return None
    account, asset = content.account or "coinbase", content.asset or ""
    moments = [_meant_for(record, content, law.zone)]
    if isinstance(content, Standing):
        until = moment(content.until) if content.until else None
        moments += [when for when in law.changes() if when > moments[0] and (until is None or when < until)]
    open_ones = [when for when in moments if not law.suffices(account, asset, when)]
    return open_ones[0].astimezone(law.zone).date() if open_ones else None


def _meant_for(record: Record, content: Sale | Standing, zone: tzinfo) -> datetime:
    """The first moment that a record speaks of; of a sale named by its id, when it was recorded."""
    if isinstance(content, Standing):
        return moment(content.start)
    planned = day_or_moment(content.at) if content.at else record.made
    return planned if isinstance(planned, datetime) else datetime.combine(planned, time(), zone)


def broker_text(record: Record, books: Books) -> str | None:
    """What to send to the broker; None where no broker holds the units, or it has been told."""
    content = record.content
    if isinstance(content, Told) or record.line in books.told or (content.account is not None and not is_us_broker(content.account)):
        return None
    return letter(record, content, content.account or "each of my brokers", books.law.zone)


def record_table(file: JournalFile, records: Sequence[Record], law: Law, title: str, *, new: bool) -> Table:
    """One row per record; below it the state of the chain and, what has to be sent to a broker; of `new` records also that it need not."""
    books = Books(file.journal.records, law)
    rows = [(record.line, *cells(record, law.zone, books)) for record in records]
    notes = [state(file)]
    for record in records:
        notes += _letter_notes(record, books, new=new)
    columns = (("line", NUMBER), *((name, TEXT) for name in _COLUMNS))
    return Table(f"{title} ({file.name})", columns, rows, tuple(notes))


def cells(record: Record, zone: tzinfo, books: Books) -> tuple[str, ...]:
    """When recorded, what about, which lots, attested, broker told, hash."""
    content = record.content
    made = record.made.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(content, Told):
        return (made, f"broker told of line {content.line}", "", "", content.told, record.sha256)
    lots = "; ".join(f"{part.lot_id} {part.quantity or 'all'}" for part in content.lots)
    if isinstance(content, Standing):
        about, how = scope_of(content), ", ".join(filter(None, (content.method, lots)))
    else:
        about, how = what(content), lots
    told = content.told or ("told" if record.line in books.told else "")
    return (made, about, how, content.attested or "", told, record.sha256)


def state(file: JournalFile) -> str:
    """In one line, whether the chain holds, and the last hash, which is worth keeping elsewhere."""
    journal = file.journal
    if journal.broken:
        return f"The chain breaks at line {journal.broken.line}: {journal.broken.why}."
    torn = f" Torn lines: {', '.join(map(str, journal.torn))}." if journal.torn else ""
    count = "1 record" if len(journal.records) == 1 else f"{len(journal.records)} records"
    return f"The chain of {count} holds; its last hash is {journal.last}.{torn}"


def _letter_notes(record: Record, books: Books, *, new: bool) -> list[str]:
    text, since = broker_text(record, books), told_since(record, books)
    if text is None:
        return []
    if since is None:
        return [_NOT_NEEDED] if new else []
    head = f"For sales from {since} on this counts only if the broker was told by the time of the sale. Send this, then record it:"
    return [head, f'  taxlots identify --told "how and when" --line {record.line}', "", *text.splitlines()]
