"""Journals written for a test, and a ledger booked by them."""

from datetime import UTC, datetime

from taxlots.lots import identification
from taxlots.lots.book import Elections
from taxlots.lots.filing import JournalFile, Purpose, directed
from taxlots.lots.identification import Part, Sale, Standing
from taxlots.lots.results import book
from taxlots.rulebook import load

from support import ledger_of


def at(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def written(*records) -> bytes:
    """A journal with these records, each a time and a content."""
    data = b""
    for time, content in records:
        data += identification.compose(data, [content], at(time))
    return data


def sale(which: str, lots: str, account: str = "kraken", asset: str = "BTC", **more) -> Sale:
    """An identification by id, or by time or day; lots as `b1=0.5,b2=1`."""
    parts = tuple(Part(*text.split("=")) for text in lots.split(","))
    by = {"at": which} if which[:2] == "20" else {"sale": which}
    return Sale(account, asset, parts, **by, **more)


def standing(method: str, start: str, account: str | None = "kraken", **more) -> Standing:
    """A standing order."""
    return Standing(method, start, account=account, **more)


def booked(path, rows: str, data: bytes = b"", *, wished: Elections | None = None, filed=True, now="2028-01-01"):
    """The book of the rows (as of `now`) under a journal, and the problems of both."""
    ledger = ledger_of(path, rows, as_of=now, timezone="UTC")
    file = JournalFile("identifications.jsonl", "0" * 64, identification.read(data))
    chosen = directed(wished or Elections(), ledger, file, Purpose(filed, what_if=False, rulebook=load(), now=at(now)))
    result = book(ledger, chosen, load())
    return result, [*result.problems, *chosen.directions.problems]
