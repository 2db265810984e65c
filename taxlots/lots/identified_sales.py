"""Which sale an identification means: the transaction that it names, or the sales at or near the time for which it was planned.

A platform may fill one order in several trades, and seldom at the second that was planned. So an identification by time takes the
sales of that asset from that account at exactly that time; else those within a day after it; else those within a day before it; for
a day, the sales of that day. Its lots go to these sales in the order of time. No sale takes from two identifications: the nearer one
counts, of two for the same moment the later.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from taxlots import exact
from taxlots.lots.directions import SALES, Books, Leaving, Named
from taxlots.lots.identification import Record, Sale, day_or_moment, moment, quantity_units
from taxlots.problems import Problem, problem

_DAY = timedelta(days=1)
_EXACT, _AFTER, _BEFORE = 0, 1, 2
_Match = tuple[int, timedelta, int]


class Matches:
    """The sales of each identification, and those that it came too late for."""

    def __init__(self, books: Books, rows: Sequence[Leaving]) -> None:
        """Nearest first: exact matches, then sales after the planned time, then sales before it."""
        self.books = books
        self.of: dict[int, list[Leaving]] = {}
        self.missed: dict[int, list[Leaving]] = {}
        spoken_of = {(sale.account, sale.asset) for _, sale in books.sales}
        left = [row for row in sorted(rows, key=lambda r: (r.time, r.row)) if (row.account, row.asset) in spoken_of]
        free = books.sales
        for step in (_EXACT, _AFTER, _BEFORE):
            touched: set[int] = set()
            left = [row for row in left if not self.assign(row, free, step, touched)]
            free = [item for item in free if item[0].line not in touched]

    def assign(self, row: Leaving, free: Iterable[tuple[Record, Sale]], step: int, touched: set[int]) -> bool:
        """Give the row to the nearest identification that counts; False where there is none."""
        options = [(match, record) for record, sale in free if (match := self.match(record, sale, row)) and match[0] == step]
        touched |= {record.line for _, record in options}
        counting = [item for item in options if self.books.counts(item[1], row.account, row.asset, row.time)]
        if counting:
            self.of.setdefault(min(counting, key=lambda item: item[0])[1].line, []).append(row)
            return True
        if options:
            self.missed.setdefault(min(options, key=lambda item: item[0])[1].line, []).append(row)
        return False

    def match(self, record: Record, sale: Sale, row: Leaving) -> _Match | None:
        """How near the row is to what the identification speaks of; None where it can't be meant."""
        if (sale.account, sale.asset) != (row.account, row.asset):
            return None
        if sale.at is None:
            return (_EXACT, timedelta(0), -record.line) if sale.sale == row.id else None
        if row.kind not in SALES:
            return None
        planned = day_or_moment(sale.at)
        if not isinstance(planned, datetime):
            same = row.time.astimezone(self.books.law.zone).date() == planned
            return (_AFTER, _DAY, -record.line) if same else None
        step = _EXACT if row.time == planned else _AFTER if row.time > planned else _BEFORE
        apart = abs(row.time - planned)
        return (step, apart, -record.line) if apart < _DAY else None


def named(books: Books, matches: Matches) -> dict[int, Named]:
    """The lots of each identified sale."""
    found = {}
    for record, sale in books.sales:
        parts = [(part.lot_id, quantity_units(part.quantity or "0")) for part in sale.lots]
        for row in matches.of.get(record.line, ()):
            claims = tuple(parts)
            lots, parts = _portion(parts, exact.to_units(row.quantity))
            if lots:
                found[row.row] = Named(row.asset, f"specific, {record.label}", tuple(lots), record.line, claims)
    return found


def _portion(parts: Sequence[tuple[str, int]], wanted: int) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The first parts that add up to what is wanted, and the rest."""
    taken, rest = [], []
    for lot_id, units in parts:
        part = min(units, wanted)
        wanted -= part
        taken += [(lot_id, part)] if part else []
        rest += [(lot_id, units - part)] if units > part else []
    return taken, rest


def remarks(books: Books, matches: Matches, now: datetime, file: str) -> list[Problem]:
    """What could not count: too late, the broker not told, no such sale, more identified than sold."""
    found = []
    for record, sale in books.sales:
        late = matches.missed.get(record.line)
        if late:
            found.append(_late(books, record, sale, late, file))
        elif record.made <= now and _is_over(books, sale, now):
            found += _unused(record, sale, matches, file)
    return found


def _late(books: Books, record: Record, sale: Sale, rows: Sequence[Leaving], file: str) -> Problem:
    first = rows[0]
    told = f"{what(sale)}: the sale (id {first.id}) was made at {first.time.isoformat()}"
    if first.date_only:
        told += " (its export gives only the day, so the start of that day counts)"
    if books.in_time(record, first.time):
        return problem("IDENTIFICATION_BROKER_NOT_TOLD", f"{told}, and the broker had not been told", file=file, row=record.line)
    message = f"{told}, but the identification was recorded at {record.made.isoformat()}"
    return problem("IDENTIFICATION_LATE", message, file=file, row=record.line)


def _is_over(books: Books, sale: Sale, now: datetime) -> bool:
    if sale.at is None:
        return True
    planned = day_or_moment(sale.at)
    if isinstance(planned, datetime):
        return planned + _DAY < now
    return planned < now.astimezone(books.law.zone).date()


def _unused(record: Record, sale: Sale, matches: Matches, file: str) -> list[Problem]:
    rows = matches.of.get(record.line)
    if rows is None and _is_superseded(record, sale, matches):
        return []
    sold = sum(exact.to_units(row.quantity) for row in rows or ())
    identified = sum(quantity_units(part.quantity or "0") for part in sale.lots)
    if identified <= sold:
        return []
    left = exact.plain(exact.to_decimal(identified - sold))
    message = f"{what(sale)}: no sale was found" if not rows else f"{what(sale)}: {left} {sale.asset} more than was sold"
    return [problem("IDENTIFICATION_UNUSED", message, file=file, row=record.line)]


def _is_superseded(record: Record, sale: Sale, matches: Matches) -> bool:
    """Whether a sale that this record speaks of takes its lots from another one."""
    return any(matches.match(record, sale, row) for line, rows in matches.of.items() if line != record.line for row in rows)


def what(sale: Sale) -> str:
    """In words, which sale an identification means."""
    when = sale.at and day_or_moment(sale.at)
    planned = moment(sale.at or "").isoformat() if isinstance(when, datetime) else when
    return f"{sale.asset} from {sale.account}, " + (f"sale {sale.sale}" if sale.sale else f"planned for {planned}")
