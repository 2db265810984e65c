"""What a workbook is computed from: each file with its hash, each choice of the command line. `taxlots verify` reads it back.

The list is text in cells, for people and program alike: a name or value, its use, and a file's SHA-256. Paths are as they were given,
relative to the folder in which the command ran.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from pathlib import Path

from taxlots.filed_years import documents_of
from taxlots.importers.folders import Found, UnreadableError, read_bytes, walk
from taxlots.importers.readers import LIMIT_BYTES, shown_label
from taxlots.input_files import companion_files
from taxlots.session import Session

ORIGINS_TITLE = "What taxlots verify computes this workbook from"
ORIGIN_TITLES = ("File or value", "Use", "SHA-256")
FOLDER, FILE = "folder given", "file given"
EXPORT, INPUT = "export", "input file"
SETTINGS, JOURNAL, FILED, PLAN, RULE = "settings", "identifications", "filed year", "plan", "rule file"
HASHED = frozenset({EXPORT, INPUT, SETTINGS, JOURNAL, FILED, PLAN, RULE})
AS_OF, MOMENT, YEAR, PRICES, RULES = "--as-of", "moment", "--year", "--prices", "--rules"
METHOD, POOL, JURISDICTION, TIMEZONE = "--method", "--pool", "--jurisdiction", "--timezone"
_QUOTE = '"'
_END = re.compile(r"[!#]|$")  # where the name of a file ends in that of an archive's member or a worksheet


@dataclass(frozen=True, slots=True)
class Origin:
    """A file by its path, or a value, with its use. `sha256` is empty of what is no file, and of a file that could not be read."""

    name: str
    use: str
    sha256: str = ""


def origins(session: Session, year: int | None, plan: Path | None = None) -> list[Origin]:
    """Everything that the workbook of a run is computed from, in a fixed order."""
    chosen = session.choices
    listed = [Origin(str(year), YEAR)] if year is not None else []
    said = ((METHOD, chosen.method), (POOL, chosen.pool), (JURISDICTION, chosen.jurisdiction), (TIMEZONE, chosen.timezone))
    listed += [Origin(value, use) for use, value in said if value is not None]
    if chosen.as_of is None:
        listed.append(Origin(moment(session).isoformat(), MOMENT))
    else:
        listed.append(Origin(session.today.isoformat(), AS_OF))
    listed += [Origin(session.shown(path), use) for use, path in ((PRICES, chosen.prices), (RULES, chosen.rules)) if path is not None]
    listed += list(_settings(session))
    listed += [_hashed(session, plan, PLAN)] if plan is not None else []
    listed += [_hashed(session, path, RULE) for path in sorted(chosen.rules.rglob("*.toml"))] if chosen.rules is not None else []
    return listed + list(_exports(session))


def moment(session: Session) -> datetime:
    """The present, as far as a run without an as-of date depends on it: just after the last thing known, and not before today.

    So runs of one day over the same files agree, whatever the clock says.
    """
    ledger, now = session.ledger, session.now
    if session.journal.journal.records:  # what is said of planned sales depends on the hour
        return now
    times = ledger.transactions["time"]
    known = [times.iloc[-1].to_pydatetime()] if len(times) else []
    known += [ledger.last_balance, ledger.prices.last_time(now), datetime.combine(session.today, time(), ledger.zone)]
    latest: datetime = max(one for one in known if one is not None and one <= now)
    return latest.astimezone(now.tzinfo) + timedelta(microseconds=1)


def shown_name(name: str) -> str:
    """A name as its cell has it: as it is, or as a JSON text where it holds what can't be printed."""
    return name if name.isprintable() and not name.startswith(_QUOTE) else json.dumps(name)


def read_name(text: str) -> str:
    """The name in a cell. Raises ValueError."""
    if not text.startswith(_QUOTE):
        return text
    return str(json.loads(text))


def origins_in(cells: Sequence[Mapping[int, str]]) -> list[Origin] | None:
    """The list in a sheet whose rows are texts by column; None where it has none. Raises ValueError for a name that can't be read."""
    first = next((n for n, row in enumerate(cells) if row.get(0) == ORIGINS_TITLE), None)
    if first is None:
        return None
    return [Origin(read_name(row.get(0, "")), row[1], row.get(2, "")) for row in cells[first + 2 :] if row.get(1)]


def _settings(session: Session) -> Iterator[Origin]:
    """The settings, and what they name: the journal and the documents of filed years, where they are there."""
    file = session.settings_file
    if file.path is not None:
        yield Origin(session.shown(file.path), SETTINGS, file.sha256 or "")
    if session.journal.sha256:
        yield Origin(session.shown(Path(session.journal.name)), JOURNAL, session.journal.sha256)
    yield from (_hashed(session, path, FILED) for path in documents_of(file) if path.is_file())


def _exports(session: Session) -> Iterator[Origin]:
    """The paths given, and each file that they and the settings lead to; one in a folder that has no effect is left out."""
    named = {summary.file: summary.sha256 for summary in session.ledger.files}
    effective = {name[: end.start()] for name in named for end in _END.finditer(name)}
    written = session.choices.written
    seen = {os.path.realpath(written)} if written is not None else set()
    companions = companion_files(session.settings_file, session.choices.prices)
    for path, use in (*((path, EXPORT) for path in sorted(session.paths)), *((path, INPUT) for path in companions)):
        files = [found for found in walk([path]) if found.refused or _is_new(found, seen)]
        is_folder = os.path.isdir(path)  # noqa: PTH112  unlike Path.is_dir, it raises nothing for a name that no file can have
        if use == EXPORT and (is_folder or files):
            yield Origin(session.shown(path), FOLDER if is_folder else FILE)
        for found in files:
            label = shown_label(session.shown(found.path))
            if found.refused:
                yield Origin(session.shown(found.path), use)
            elif (found.given or label in effective) and os.path.lexists(found.path):
                known = named.get(label)
                yield Origin(session.shown(found.path), use, known) if known else _hashed(session, found.path, use)


def _is_new(found: Found, seen: set[str]) -> bool:
    """Whether no other path led to the file already."""
    resolved = os.path.realpath(found.path)
    new = resolved not in seen
    seen.add(resolved)
    return new


def _hashed(session: Session, path: Path, use: str) -> Origin:
    try:
        return Origin(session.shown(path), use, sha256(read_bytes(path, LIMIT_BYTES)).hexdigest())
    except UnreadableError:
        return Origin(session.shown(path), use)
