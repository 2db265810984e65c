"""Balances that an export states after its rows: a free check, row by row, that none is missing or misread.

The lines of one chain (an asset in one of the platform's own wallets) are followed from the first to the last. The order of lines with
one time is not known (files differ, and newest-first files turn it round), so those of one moment are checked together: the balances
before them, less the balances after them, must leave just the moment's own before and after. Lines without a balance only add up. Files
may overlap: a line that two of them have counts once.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import groupby, pairwise

from taxlots import exact
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, ReportedBalance, Row, RowError, Source, Table, Transaction
from taxlots.kinds import DUST

Read = Callable[[Sequence[Table], tzinfo], Intake]
Lines = Callable[[Sequence[Table], tzinfo, Intake], "Iterable[Stated]"]
_NONE = Decimal(0)
_HINT = "Export the full history, or give what was held as opening lots."


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is known of a platform's balances.

    `tolerance` is by how much they may be rounded. Those of the assets in `away` are not handed on: some of these is still the person's,
    in a place that no balance column covers. `whole`: the files should begin with nothing, so
    that what was held before them is worth a warning; otherwise it is none, and only a chain that does begin with nothing is handed on.
    """

    tolerance: Decimal = DUST
    away: Collection[str] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a row does to a balance, and that balance after it where the row has one.

    `wallet` is the platform's own wallet that the balance is of, `name` the asset as the export writes it, `chain` what tells the chain
    where asset and wallet don't.
    """

    row: Row
    time: datetime
    asset: str
    change: Decimal
    balance: Decimal | None
    wallet: str = ""
    name: str = ""
    chain: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The chain that the line belongs to."""
        return self.chain or (self.asset, self.wallet)

    @property
    def after(self) -> Decimal:
        """The stated balance; 0 without one."""
        return self.balance if self.balance is not None else _NONE

    @property
    def before(self) -> Decimal:
        """The balance that the row starts from."""
        return self.after - self.change

    @property
    def shown(self) -> str:
        """The asset for problems."""
        return self.name or self.asset


def check(account: str, lines: Iterable[Stated], intake: Intake, terms: Terms | None = None) -> None:
    """Warn where a chain's balances don't follow, at the first row where they don't, and hand on each chain's last balance.

    Without `terms`, balances may be rounded to eight decimals and all are handed on.
    """
    terms = terms or Terms()
    chains: dict[tuple[str, ...], list[Stated]] = defaultdict(list)
    for line in lines:
        chains[line.key].append(line)
    for _, chain in sorted(chains.items()):
        if not any(line.balance is not None for line in chain):
            continue
        first, last = _check_chain(sorted(_once(chain), key=lambda line: line.time), terms, intake)
        if last.asset not in terms.away and (terms.whole or abs(first) <= terms.tolerance):
            intake.balances.append(ReportedBalance(account, last.asset, last.wallet, last.time, last.after, last.row.source))


def with_balances(read: Read, account: str, lines: Lines, terms: Terms | None = None) -> Read:
    """A layout's `read` that also checks the lines that its tables, and what became of their rows, come to."""

    def both(tables: Sequence[Table], zone: tzinfo) -> Intake:
        intake = read(tables, zone)
        with exact.exactly():
            check(account, lines(tables, zone, intake), intake, terms)
        return intake

    return both


def stated_balance(row: Row, column: str, intake: Intake) -> Decimal | None:
    """The balance in a cell of a row that is booked already; one that can't be read is a warning, and nothing is checked by it."""
    try:
        return number(row, column)
    except RowError as error:
        intake.warn(row, "BALANCE_MISMATCH", f"{error.message}; the balance was not checked")
        return None


def changes_by_row(intake: Intake) -> dict[Source, dict[str, Decimal]]:
    """What the transactions of each row change, by asset, where every transaction is one row."""
    found: dict[Source, dict[str, Decimal]] = {}
    for made in intake.transactions:
        by_asset = found.setdefault(made.sources[0], {})
        for asset, change in changes(made).items():
            by_asset[asset] = by_asset.get(asset, _NONE) + change
    return found


def changes(made: Transaction) -> Mapping[str, Decimal]:
    """What a transaction of one account changes, by asset: received less sent less fee."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for asset, quantity, sign in (
        (made.received_asset, made.received_quantity, 1),
        (made.sent_asset, made.sent_quantity, -1),
        (made.fee_asset, made.fee_quantity, -1),
    ):
        if asset and quantity is not None:
            found[asset] += sign * quantity
    return found


def _once(chain: Sequence[Stated]) -> list[Stated]:
    """Without the lines that another file has too; lines that are equal in one file all count."""
    if len({line.row.file for line in chain}) == 1:
        return list(chain)
    counts: Counter[tuple[object, ...]] = Counter()
    kept: dict[tuple[object, ...], list[Stated]] = defaultdict(list)
    for line in chain:
        content = (line.time, line.change, line.balance)
        counts[line.row.file, content] += 1
        if counts[line.row.file, content] > len(kept[content]):
            kept[content].append(line)
    return [line for lines in kept.values() for line in lines]


def _check_chain(lines: Sequence[Stated], terms: Terms, intake: Intake) -> tuple[Decimal, Stated]:
    """What the chain begins with, and its last line with a balance; warnings go to the intake."""
    first = _NONE
    held: Decimal | None = None
    silent = _NONE
    sound = True
    last = lines[-1]
    for _, group in groupby(lines, key=lambda line: line.time):
        moment = list(group)
        stated = [line for line in moment if line.balance is not None]
        silent += sum((line.change for line in moment if line.balance is None), _NONE)
        if not stated:
            continue
        if held is None:
            first = held = _opening(stated, silent)
            if terms.whole and abs(held) > terms.tolerance:
                _warn_opening(_starting(stated, held + silent), held, intake)
        start, silent = held + silent, _NONE
        after = start + sum((line.change for line in stated), _NONE)
        if sound and not _follows(stated, moment, start, after, terms.tolerance):
            sound = False
            _warn_break(stated, start, terms.tolerance, intake)
        last = _ending(stated, after, terms.tolerance)
        held = last.after
    return first, last


def _opening(stated: Sequence[Stated], silent: Decimal) -> Decimal:
    """The balance before the first rows: one that none of them leads to."""
    befores = [line.before - silent for line in stated]
    open_ends = Counter(befores) - Counter(line.after - silent for line in stated)
    candidates = list(open_ends) or befores
    return _NONE if _NONE in candidates else candidates[0]


def _starting(stated: Sequence[Stated], held: Decimal) -> Stated:
    return next((line for line in stated if line.before == held), stated[0])


def _follows(stated: Sequence[Stated], moment: Sequence[Stated], start: Decimal, after: Decimal, tolerance: Decimal) -> bool:
    if len(stated) == 1:
        return abs(stated[0].after - after) <= tolerance
    if len(stated) < len(moment):  # lines without a balance stand between these at an unknown place
        return any(abs(line.after - after) <= tolerance for line in stated)
    same = _rounded_alike((start, after, *(one for line in stated for one in (line.before, line.after))), tolerance)
    befores = Counter(same[line.before] for line in stated)
    balances = Counter(same[line.after] for line in stated)
    return befores + Counter([same[after]]) == balances + Counter([same[start]])


def _rounded_alike(balances: Iterable[Decimal], tolerance: Decimal) -> dict[Decimal, Decimal]:
    """Each balance with the one that stands for all that are no further apart than rounding puts them."""
    ordered = sorted(set(balances))
    same = dict.fromkeys(ordered[:1], ordered[0])
    for smaller, larger in pairwise(ordered):
        same[larger] = same[smaller] if larger - smaller <= tolerance else larger
    return same


def _ending(stated: Sequence[Stated], after: Decimal, tolerance: Decimal) -> Stated:
    """The line with the balance after the moment: the expected one, else the one that no other line starts from."""
    expected = next((line for line in stated if abs(line.after - after) <= tolerance), None)
    if expected:
        return expected
    starts = {line.before for line in stated}
    ends = [line for line in stated if line.after not in starts]
    return ends[0] if len(ends) == 1 else stated[-1]


def _warn_opening(first: Stated, held: Decimal, intake: Intake) -> None:
    message = f"{exact.plain(held)} {first.shown} were held before the first row of the files"
    intake.warn(first.row, "BALANCE_MISMATCH", message, _HINT)


def _warn_break(stated: Sequence[Stated], start: Decimal, tolerance: Decimal, intake: Intake) -> None:
    reached = [start, *(line.after for line in stated)]
    first = next((line for line in stated if all(abs(line.before - one) > tolerance for one in reached)), stated[0])
    expected, said = exact.plain(start + first.change), exact.plain(first.after)
    message = f"the rows add up to {expected} {first.shown}, the export says {said}"
    intake.warn(first.row, "BALANCE_MISMATCH", message)
