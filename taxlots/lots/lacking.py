"""What the fold did not find in the lots, as Problems."""

from collections.abc import Sequence
from datetime import tzinfo

from taxlots import exact
from taxlots.ledger.entry_columns import Entries
from taxlots.lots.booked import Lacking
from taxlots.lots.holding import instant_of
from taxlots.problems import Problem, problem

_DUST = exact.ONE // 10**8
_CENT = exact.ONE // 100


def problems(lacking: Sequence[Lacking], entries: Entries, zone: tzinfo) -> list[Problem]:
    """One Problem each, at the row, with the line to add."""
    return [(_holding if found.consequence else _uncovered)(found, entries, zone) for found in lacking]


def across_splits(disposals: Sequence[int], entries: Entries) -> list[Problem]:
    """One Problem per disposal that was matched across a split by which nothing says how many units became how many."""
    found = []
    for entry in sorted(set(disposals)):
        name, file, row = _told(entries, entry)
        asset = entries.assets[entries.asset[entry]]
        message = f"{asset} (id {name}) is matched across a split, and nothing held then says its ratio: units were taken as they are"
        found.append(problem("MATCHED_ACROSS_SPLIT", message, file=file, row=row))
    return found


def _day(entries: Entries, entry: int, zone: tzinfo) -> str:
    return str(instant_of(int(entries.time[entry])).astimezone(zone).date())


def _told(entries: Entries, entry: int) -> tuple[str, str, int]:
    """Id, file and row of an entry."""
    row = int(entries.row[entry])
    source = entries.rows["sources"][row].as_py()[0]
    return entries.rows["id"][row].as_py(), source["file"], source["row"]


def _uncovered(found: Lacking, entries: Entries, zone: tzinfo) -> Problem:
    entry, quantity, gross = found.entry, found.quantity, found.gross
    name, file, row = _told(entries, entry)
    kind, asset = entries.kinds[entries.kind[entry]], entries.assets[entries.asset[entry]]
    account, day = entries.accounts[entries.account[entry]], _day(entries, entry, zone)
    dust = quantity <= _DUST if gross is None else gross < _CENT and quantity <= 10**4 * _DUST
    missing, whole = exact.plain(exact.to_decimal(quantity)), exact.plain(entries.quantity[entry].as_py())
    message = f"{kind} of {whole} {asset} from {account} on {day} (id {name}): {missing} {asset} more than was held; basis 0, short-term"
    hint = (
        f"Add the export with the missing purchase or deposit before {day}; or to opening_lots.csv: "
        f"{account},{asset},{missing},<basis>,<acquired>,,,"
    )
    return problem("NOT_COVERED_DUST" if dust else "NOT_COVERED", message, hint, file=file, row=row)


def _holding(found: Lacking, entries: Entries, zone: tzinfo) -> Problem:
    entry = found.entry
    name, file, row = _told(entries, entry)
    message = f"{entries.kinds[entries.kind[entry]]} on {_day(entries, entry, zone)} (id {name}): {found.consequence}"
    asset = entries.assets[entries.asset[entry]]
    hint = f"Add the export with the purchase of {asset}, or a line to opening_lots.csv; check the row's account and asset."
    return problem("HOLDING_UNKNOWN", message, hint, file=file, row=row)
