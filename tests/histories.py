"""From transactions or universal CSV text to a ledger and a book, without files."""

from datetime import UTC

from taxlots.importers.read import FileRecord, Imported
from taxlots.ledger.settle import Ledger, Terms, settle
from taxlots.lots.results import Book
from taxlots.session import book


def ledger_of(transactions, zone=UTC) -> Ledger:
    """Settle transactions as if one file held them."""
    names = sorted({file for t in transactions for file, _ in t.sources})
    files = [FileRecord(name, "0" * 64, "universal", sum(t.sources[0][0] == name for t in transactions)) for name in names]
    return settle(Imported(files=files, transactions=list(transactions)), Terms(zone, zone_assumed=False))


def book_of(transactions, method="fifo", pool="account", zone=UTC, **more) -> Book:
    """Settle and book."""
    return book(ledger_of(transactions, zone=zone), method=method, pool=pool, **more)
