"""What holdings can't represent (options, futures, contracts for difference, short sales, margin): one problem per position.

A position is an instrument in an account. Its rows are all unusable; the problem stands at the first, and says how many there are, where
they stand, and from when to when. Where another export of the account, or the same one, states the results of that time, the rows are
set aside.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, tzinfo

from taxlots.importers.records import Intake, NotBookedError, Row, Transaction
from taxlots.importers.times import TimeError, parse_time
from taxlots.importers.wall_clocks import names_a_time
from taxlots.kinds import REALIZED
from taxlots.problems import Problem, problem

_INSTRUMENT = ("Symbol", "Instrument", "Contract", "Ticker", "Market", "Pair", "Asset", "Currency", "Coin")
_MONEY = ("Currency", "Coin", "Balance Unit")
_HEADER = "time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,note"
_SHOWN = 8
_TOLD = "its result is stated by another export of the account"
_TOLD_HERE = "its result is stated by another row of the account"
Span = tuple[datetime, datetime]


def untold(_layout: str) -> Span | None:
    """Where no other export is known."""
    return None


def tell(intake: Intake, platform: str, zone: tzinfo, results: Callable[[str], Span | None] = untold) -> None:
    """Add the problems of all positions whose rows were refused; `platform` names the account where a row's is not told.

    `results` is the time over which a layout's files state results.
    """
    positions: dict[tuple[str, str, str], list[tuple[Row, NotBookedError]]] = defaultdict(list)
    for row, error in intake.refused:
        told = _told(error, intake, results)
        if told:
            intake.unusable.discard(row.source)
            intake.leave(row, told)
            continue
        instrument = error.instrument or next(filter(None, map(row.text, _INSTRUMENT)), "")
        positions[error.account or "-".join(platform.lower().split()), error.what, instrument].append((row, error))
    intake.refused = []
    for key, rows in positions.items():
        rows.sort(key=lambda refused: refused[0].source)
        intake.problems.append(_problem(*key, rows, zone))
        intake.positions[rows[0][0].source] = frozenset(row.source for row, _ in rows)


def results_between(transactions: Iterable[Transaction]) -> Span | None:
    """From the first transaction to the last result of a position; None where there is none."""
    own = list(transactions)
    ended = [one.time for one in own if one.kind == REALIZED]
    return (min(one.time for one in own), max(ended)) if ended else None


def _told(error: NotBookedError, intake: Intake, results: Callable[[str], Span | None]) -> str:
    """Why the row is no fault: what its position came to is stated elsewhere; empty where it is not."""
    if error.time is None:
        return ""
    here = error.told_beside and results_between(one for one in intake.transactions if one.account == error.account)
    there = error.told_in and results(error.told_in)
    return next((why for why, span in ((_TOLD_HERE, here), (_TOLD, there)) if span and span[0] <= error.time <= span[1]), "")


def _problem(account: str, what: str, instrument: str, rows: Sequence[tuple[Row, NotBookedError]], zone: tzinfo) -> Problem:
    first, error = rows[0]
    position = f"{instrument} in {account}" if instrument else account
    times = sorted(time for row, error in rows if (time := error.time or next(_times(row, zone), None)))
    message = f"{position}: {what}; {_counted([row for row, _ in rows])}{_period(times, zone)} not booked in this version"
    lines = _lines(account, f"{what} {instrument}", rows[-1], times) if error.ends_in_a_result else ""
    return problem(error.code, message, " ".join(filter(None, (error.hint, lines))), file=first.file, row=first.number)


def _lines(account: str, what: str, last: tuple[Row, NotBookedError], times: Sequence[datetime]) -> str:
    """The next step: the lines that say what the position came to when it was closed. Words in capitals are to be replaced."""
    row, error = last
    money = (error.currency or next(filter(None, map(row.text, _MONEY)), "") or "CURRENCY").upper()
    when = f"{times[-1].astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if times else "TIME"
    begins, note = f"{when},{account},{REALIZED}", re.sub(r'[,;"\s]+', " ", what).strip()
    said = f"Add to a universal ledger CSV ({_HEADER}) what it came to each time it was closed, after fees"
    return f"{said}. profit: {begins},,,PROFIT,{money},{note}; loss: {begins},LOSS,{money},,,{note}"


def _counted(rows: Sequence[Row]) -> str:
    """How many rows, and where: `2 rows (4-5)`, or `3 rows in a.csv (4-5) and b.csv (2)`."""
    if len(rows) == 1:
        return "1 row"
    files: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        files[row.file].append(row.number)
    if len(files) == 1:
        return f"{len(rows)} rows ({_places([row.number for row in rows])})"
    return f"{len(rows)} rows in {' and '.join(f'{file} ({_places(numbers)})' for file, numbers in files.items())}"


def _places(numbers: Sequence[int]) -> str:
    known = set(numbers)
    begins = [n for n in numbers if n - 1 not in known]
    shown = [str(n) if n + 1 not in known else f"{n}-{_run_end(n, known)}" for n in begins[:_SHOWN]]
    return ", ".join(shown + ["..."] * (len(begins) > _SHOWN))


def _run_end(first: int, numbers: AbstractSet[int]) -> int:
    last = first
    while last + 1 in numbers:
        last += 1
    return last


def _period(times: Sequence[datetime], zone: tzinfo) -> str:
    if not times:
        return ""
    days = [time.astimezone(zone).date() for time in (times[0], times[-1])]
    return f" of {days[0]}" if days[0] == days[-1] else f" from {days[0]} to {days[-1]}"


def _times(row: Row, zone: tzinfo) -> Iterator[datetime]:
    for name, cell in row.cells.items():
        if names_a_time(name) and cell.strip():
            try:
                yield parse_time(cell.strip(), zone)[0]
            except (TimeError, OverflowError):
                continue  # another column may tell it
