"""Before a layout reads its tables: the order of day and month, the zone that settings or the header name, and doubtful hours.

Only cells of columns whose name speaks of a time are touched, and only to say more exactly what they say: a date with its year
first, a time of day with its offset. What stays open is rejected here, with the setting that decides it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pyarrow.compute as pc

from taxlots.importers import date_orders
from taxlots.importers.bulk import Bulk
from taxlots.importers.date_orders import Column
from taxlots.importers.doubtful_hours import offset_text, settle_hours
from taxlots.importers.records import Row, Source, Table
from taxlots.importers.text_columns import has_byte
from taxlots.importers.times import TimeError, is_local, parse_time
from taxlots.importers.zones import named_zone, stated_zone
from taxlots.problems import Problem, problem
from taxlots.settings import Times

OWN = "own"
_TIME_NAME = re.compile(
    r"(?<!life)time|date|d[aá]tum|zeit|fecha|acquired|created|executed|confirmed|opened|closed|started|\bdata\b|čas", re.IGNORECASE
)
_WITH_ZONE = r"^$|:[0-9]{2}.*(Z|[+-][0-9]{2}:?[0-9]{2})$|^[0-9-]{10}$"
_EXACT = re.compile(r"\d{4}[-/.]\d|\d{10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a layout's times before its files are seen.

    `order` is the order of day and month that the platform writes, if one is known. `zone` is that of times of day without one: OWN
    for the taxpayer's, or the name of a zone; empty where every time has its zone, or a fixed one such as UTC.
    """

    layout: str
    order: str = ""
    zone: str = ""


@dataclass(slots=True)
class Settled:
    """Tables whose times say all that can be known, and the rows whose times can't."""

    tables: list[Table]
    problems: list[Problem] = field(default_factory=list)
    unusable: set[Source] = field(default_factory=set)
    zoneless: set[Source] = field(default_factory=set)


def names_a_time(column: str) -> bool:
    """Whether the name of a column speaks of a time."""
    return bool(_TIME_NAME.search(column))


def settle(tables: Sequence[Table], known: Known, zone: tzinfo, said: Times | None = None) -> Settled:
    """The tables with their times settled; `zone` is the taxpayer's, `said` what the settings say of the layout."""
    settled = Settled(list(tables))
    _settle_orders(settled, known, (said.order if said else None) or "")
    _settle_zones(settled, known, zone, said.timezone if said else None)
    return settled


def time_columns(table: Table) -> dict[str, str]:
    """The columns whose name speaks of a time: key of the cell in a row (its position, where rows are read so) -> name in the header."""
    named = {str(place): name for place, name in enumerate(table.header) if _TIME_NAME.search(name)}
    by_position = bool(table.rows) and "0" in table.rows[0].cells and "0" not in table.header
    return named if by_position else {name: name for name in named.values()}


def is_told(bulk: Bulk, clock: str, zone: tzinfo) -> bool:
    """Whether no time of a large table needs settling: no dates with slashes, and no local hours where clocks change.

    A time without an offset is one in UTC where that is the taxpayer's zone.
    """
    names = [name for name in bulk.cells.column_names if _TIME_NAME.search(name)]
    if any(has_byte(bulk.cells[name], "/") for name in names):
        return False
    fixed = not clock or (clock == OWN and not isinstance(zone, ZoneInfo)) or str(zone) == "UTC"
    return fixed or all(pc.all(pc.match_substring_regex(bulk.text(name), _WITH_ZONE)).as_py() for name in names)


def _settle_orders(settled: Settled, known: Known, said: str) -> None:
    files = {n: columns for n, table in enumerate(settled.tables) if (columns := _dated(table))}
    proved = {n: date_orders.evidence(columns.values()) for n, columns in files.items()}
    for n, columns in files.items():
        table = settled.tables[n]
        beside = set().union(*(proved[m] for m in files if m != n and settled.tables[m].header == table.header))
        order = said or date_orders.decide(list(columns.values()), beside, known.order)
        if not order:
            settled.tables[n] = _without_open(table, columns, known, settled)
        elif order != date_orders.MONTH_FIRST or known.order == date_orders.DAY_FIRST:  # month first is how layouts read slashes anyway
            settled.tables[n] = _ordered(table, columns, order)


def _dated(table: Table) -> dict[str, Column]:
    """The time columns in which some date's order matters."""
    found = {}
    for key in time_columns(table):
        cells = tuple(row.cells.get(key, "") for row in table.rows)
        if any(("/" in cell or "-" in cell[1:3]) and date_orders.has_date(cell) for cell in cells):
            found[key] = Column(cells)
    return found


def _ordered(table: Table, columns: Mapping[str, Column], order: str) -> Table:
    rows = []
    for row in table.rows:
        turned = {key: date_orders.year_first(row.cells.get(key, ""), order) for key in columns if row.cells.get(key)}
        changed = any(row.cells[key] != cell for key, cell in turned.items())
        rows.append(replace(row, cells={**row.cells, **turned}) if changed else row)
    return replace(table, rows=tuple(rows))


def _without_open(table: Table, columns: Mapping[str, Column], known: Known, settled: Settled) -> Table:
    """The table without the rows whose date has two readings and no other time; they become one problem."""
    names = time_columns(table)
    doubtful = [
        row
        for row in table.rows
        if any(date_orders.is_open(row.cells.get(key, "")) for key in columns) and not any(_EXACT.match(row.text(key)) for key in names)
    ]
    if doubtful:
        settled.unusable |= {row.source for row in doubtful}
        settled.problems.append(_open_problem(doubtful, columns, known))
    left = replace(table, rows=tuple(row for row in table.rows if row.source not in settled.unusable))
    return _each_by_itself(left, columns)


def _open_problem(doubtful: Sequence[Row], columns: Mapping[str, Column], known: Known) -> Problem:
    first = doubtful[0]
    cell = next(first.text(key) for key in columns if date_orders.is_open(first.text(key)))
    rows = "row" if len(doubtful) == 1 else "rows"
    message = f"{cell!r} may begin with the day or with the month, and nothing in the file tells; {len(doubtful)} {rows} not used"
    hint = f'Under [times.{known.layout}] in taxlots.toml, set order = "day-first" or order = "month-first".'
    return problem("TIME_AMBIGUOUS", message, hint, file=first.file, row=first.number)


def _each_by_itself(table: Table, columns: Mapping[str, Column]) -> Table:
    """Dates of a file without an order, each by what it proves itself. An open one is marked, so that no layout reads it."""
    rows = []
    for row in table.rows:
        turned = {key: told for key in columns if (told := _told_alone(row.text(key)))}
        rows.append(replace(row, cells={**row.cells, **turned}) if turned else row)
    return replace(table, rows=tuple(rows))


def _told_alone(cell: str) -> str:
    if date_orders.is_open(cell):
        return f"{cell} (day or month first?)"
    proved = date_orders.evidence([Column((cell,))])
    return date_orders.year_first(cell, *proved) if proved else ""


def _settle_zones(settled: Settled, known: Known, zone: tzinfo, said: str | None) -> None:
    if not said and not known.zone:
        return
    wall = ZoneInfo(said or known.zone) if said or known.zone != OWN else zone
    used = False
    for n, table in enumerate(settled.tables):
        for key, name in time_columns(table).items():
            stated = None if said else named_zone(name) or stated_zone(table)
            cells = dict(_local(settled.tables[n], key))
            used = used or bool(cells)
            if not said and not stated and known.zone == OWN:
                settled.zoneless |= {settled.tables[n].rows[place].source for place in cells}
            written = _written(settled.tables[n], cells, stated or wall, settled.problems, every=bool(said or stated))
            settled.tables[n] = _replaced(settled.tables[n], key, written)
    if said and not used:
        message = f"[times.{known.layout}] timezone has no effect: no time of day in its files is without a zone"
        settled.problems.append(problem("SETTING_UNUSED", message))


def _local(table: Table, key: str) -> Iterator[tuple[int, datetime]]:
    """Place and wall time of every cell that has a time of day and no zone."""
    for place, row in enumerate(table.rows):
        text = row.text(key)
        if text and text[-1] != "Z" and is_local(text):
            try:
                yield place, parse_time(text, UTC)[0].replace(tzinfo=None)
            except (TimeError, OverflowError):
                continue  # the layout rejects the row, with its column


def _written(table: Table, cells: Mapping[int, datetime], zone: tzinfo, found: list[Problem], *, every: bool) -> dict[int, str]:
    """By place what a cell becomes: times of doubtful hours, or all of them, with their offset."""
    if not isinstance(zone, ZoneInfo) and not every:
        return {}
    instants = settle_hours(cells, zone, table, found)
    if every:
        instants = {place: wall.replace(tzinfo=zone) for place, wall in cells.items()} | instants
    return {place: f"{moment.replace(tzinfo=None)}{offset_text(moment.utcoffset() or timedelta())}" for place, moment in instants.items()}


def _replaced(table: Table, key: str, written: Mapping[int, str]) -> Table:
    if not written:
        return table
    by_place: dict[int, Row] = defaultdict()
    by_place |= {place: replace(table.rows[place], cells={**table.rows[place].cells, key: text}) for place, text in written.items()}
    return replace(table, rows=tuple(by_place.get(place, row) for place, row in enumerate(table.rows)))
