"""Hours that a clock shows twice in autumn, or never in spring, where a file writes local times.

A time that exists twice is told by the order of the rows: where a file runs forward and its clock falls back once, the rows before are
the first hour, those after it the second. A time that never was is taken as the clock before the change shows it, so one hour later.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

from taxlots.importers.records import Table
from taxlots.problems import Problem, problem


def settle_hours(cells: Mapping[int, datetime], zone: tzinfo, table: Table, found: list[Problem]) -> dict[int, datetime]:
    """By place in the table the instant of every cell in a doubtful hour; what the rows don't tell becomes a problem.

    `cells` are wall times by place, from the first row to the last.
    """
    settled: dict[int, datetime] = {}
    twice: dict[object, list[int]] = defaultdict(list)
    for place, wall in cells.items():
        change = _change(wall, zone)
        if change < timedelta():
            twice[wall.date()].append(place)
        elif change:
            settled[place] = wall.replace(tzinfo=zone)
            found.append(_skipped(table, place, wall, zone))
    direction = _direction([wall for place, wall in cells.items() if not _change(wall, zone)]) if twice else 0
    for places in twice.values():
        settled |= _settle_twice(places, cells, direction, zone, table, found)
    return settled


def offset_text(size: timedelta) -> str:
    """An offset from UTC as `+05:30`."""
    minutes = size // timedelta(minutes=1)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _change(wall: datetime, zone: tzinfo) -> timedelta:
    """By how much the clock is set at this wall time: below 0 where the time exists twice, above where it never was, else 0."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return second - first


def _direction(walls: Sequence[datetime]) -> int:
    """1 where a file runs forward throughout, -1 where it begins with the newest row, 0 where neither is sure."""
    rises, falls = (any(later > earlier for earlier, later in pairwise(pair)) for pair in (walls, walls[::-1]))
    return 0 if rises == falls else 1 if rises else -1


def _settle_twice(
    places: Sequence[int], cells: Mapping[int, datetime], direction: int, zone: tzinfo, table: Table, found: list[Problem]
) -> dict[int, datetime]:
    ordered = list(places)[::direction] if direction else list(places)
    walls = [cells[place] for place in ordered]
    drops = [n for n, (earlier, later) in enumerate(pairwise(walls), 1) if later < earlier]
    told = bool(direction) and len(drops) == 1
    settled = {}
    for n, place in enumerate(ordered):
        wall = cells[place]
        settled[place] = wall.replace(tzinfo=zone, fold=1 if told and n >= drops[0] else 0)
        if not told:
            found.append(_doubled(table, place, wall, zone))
    return settled


def _doubled(table: Table, place: int, wall: datetime, zone: tzinfo) -> Problem:
    readings = [wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    first, second = (f"{wall}{offset_text(one.utcoffset() or timedelta())}" for one in readings)
    row = table.rows[place]
    message = f"the clock showed {wall} twice in {zone}: {first} or {second}; the first was taken"
    return problem("TIME_TWICE", message, file=row.file, row=row.number)


def _skipped(table: Table, place: int, wall: datetime, zone: tzinfo) -> Problem:
    offsets = [wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
    shown = f"{wall + (offsets[1] - offsets[0])}{offset_text(offsets[1])}"
    row = table.rows[place]
    message = f"the clock never showed {wall} in {zone}, when it was set forward; {shown} was taken"
    return problem("TIME_SKIPPED", message, file=row.file, row=row.number)
