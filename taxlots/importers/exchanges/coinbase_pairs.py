"""Coinbase rows that only mean something together: conversions in two rows, token migrations, ETH2 renamed to ETH."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from taxlots.importers.exchanges import coinbase_notes as notes
from taxlots.importers.exchanges.coinbase_rows import Entry

_APART = timedelta(seconds=10)
_RENAMED_TYPES = {"send", "receive"}
Pair = tuple[Entry, Entry]


def repeated(entries: Sequence[Entry]) -> list[tuple[Entry, Entry]]:
    """Rows that another file said before, each with the first one: same id, time, type, asset and quantity.

    Two rows of one conversion may have the same id, so the id alone does not tell. Within one file nothing is repeated.
    """
    first: dict[tuple[object, ...], Entry] = {}
    found: list[Pair] = []
    for entry in entries:
        key = (entry.id, entry.time, entry.type.lower(), entry.asset, entry.size)
        if entry.id and first.setdefault(key, entry).row.file != entry.row.file:
            found.append((entry, first[key]))
    return found


def legs(entries: Iterable[Entry]) -> list[Pair]:
    """Pairs of one type, the given (negative) row first: opposite signs within 10 seconds, Notes that agree or lack.

    Each row is in at most one pair; of several partners the nearest in time, then in value, is taken.
    """
    by_type: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_type[entry.type.lower()].append(entry)
    return [pair for group in by_type.values() for pair in _match(group, _are_legs)]


def renamed_eth(entries: Iterable[Entry]) -> list[Pair]:
    """Sends of ETH2 with the receipt of as much ETH at the same moment: a change of name."""
    group = [entry for entry in entries if entry.type.lower() in _RENAMED_TYPES and entry.asset == "ETH"]
    return _match(group, _are_renaming)


def _match(group: list[Entry], fits: Callable[[Entry, Entry], bool]) -> list[Pair]:
    """Greedy pairing, nearest first. Only neighbours within the time span are compared."""
    ordered = sorted(group, key=lambda entry: entry.time)
    options: list[tuple[timedelta, Decimal, int, int]] = []
    for i, left in enumerate(ordered):
        for j in range(i + 1, len(ordered)):
            if ordered[j].time - left.time > _APART:
                break
            gap = abs((left.value or Decimal(0)) - (ordered[j].value or Decimal(0)))
            given, got = (i, j) if _is_given(left) else (j, i)
            if fits(ordered[given], ordered[got]):
                options.append((ordered[j].time - left.time, gap, given, got))
    used: set[int] = set()
    pairs: list[Pair] = []
    for *_, given, got in sorted(options):
        if not used & {given, got}:
            used |= {given, got}
            pairs.append((ordered[given], ordered[got]))
    return pairs


def _is_given(entry: Entry) -> bool:
    return entry.quantity < 0 or entry.type.lower() == "send"


def _are_legs(given: Entry, got: Entry) -> bool:
    if not given.quantity < 0 < got.quantity:
        return False
    if given.notes and got.notes and given.notes != got.notes:
        return False
    noted = notes.conversion(given.notes or got.notes, given.quantity)
    return noted is None or (noted.sent_asset, noted.received_asset) == (given.asset, got.asset)


def _are_renaming(given: Entry, got: Entry) -> bool:
    types = (given.type.lower(), got.type.lower())
    return types == ("send", "receive") and given.raw_asset != got.raw_asset and given.size == got.size
