"""Kraken states the balance after every row: a free check that no row is missing, per asset and wallet.

The order of rows with one time is not known (files differ, and newest-first files turn it round), so the rows of one
moment are checked together: the balances before them, less the balances after them, must leave just the moment's own
before and after.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from taxlots import exact
from taxlots.importers.exchanges.kraken_rows import Entry
from taxlots.importers.records import Intake, ReportedBalance

ACCOUNT = "kraken"
_NO_ASSET = {"KFEE"}


def check(entries: Sequence[Entry], intake: Intake) -> None:
    """Warn once per chain where a balance does not follow, and hand on each chain's last balance."""
    chains: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.balance is not None and entry.asset not in _NO_ASSET:
            chains[entry.chain].append(entry)
    for (_, wallet), rows in sorted(chains.items()):
        _check_chain(sorted(rows, key=lambda entry: entry.time), wallet, intake)


def _check_chain(rows: list[Entry], wallet: str, intake: Intake) -> None:
    held: Decimal | None = None
    sound = True
    last = rows[-1]
    for _, group in groupby(rows, key=lambda entry: entry.time):
        moment = list(group)
        if held is None:
            held = _opening(moment)
            _warn_opening(moment, held, intake)
        after = held + sum((entry.change for entry in moment), Decimal(0))
        if sound and not _follows(moment, held, after):
            sound = False
            _warn_break(moment, held, intake)
        last = next((entry for entry in moment if entry.balance == after), moment[-1])
        held = _balance(last)
    intake.balances.append(ReportedBalance(ACCOUNT, last.asset, f"{last.raw_asset}/{wallet}", last.time, _balance(last), last.row.source))


def _balance(entry: Entry) -> Decimal:
    return entry.balance if entry.balance is not None else Decimal(0)


def _before(entry: Entry) -> Decimal:
    return _balance(entry) - entry.change


def _opening(moment: list[Entry]) -> Decimal:
    """The balance before the first rows: one that none of them leads to."""
    befores = [_before(entry) for entry in moment]
    open_ends = Counter(befores) - Counter(_balance(entry) for entry in moment)
    candidates = list(open_ends) or befores
    return Decimal(0) if Decimal(0) in candidates else candidates[0]


def _follows(moment: list[Entry], held: Decimal, after: Decimal) -> bool:
    befores = Counter(_before(entry) for entry in moment)
    balances = Counter(_balance(entry) for entry in moment)
    return befores + Counter([after]) == balances + Counter([held])


def _warn_opening(moment: list[Entry], held: Decimal, intake: Intake) -> None:
    if held == 0:
        return
    first = next(entry for entry in moment if _before(entry) == held)
    message = f"{exact.plain(held)} {first.raw_asset} were held before the first row of the files"
    intake.warn(first.row, "BALANCE_MISMATCH", message, "Export the full history, or give what was held as opening lots.")


def _warn_break(moment: list[Entry], held: Decimal, intake: Intake) -> None:
    reached = {held} | {_balance(entry) for entry in moment}
    first = next((entry for entry in moment if _before(entry) not in reached), moment[0])
    expected, stated = exact.plain(held + first.change), exact.plain(first.balance)
    message = f"the rows add up to {expected} {first.raw_asset}, the export says {stated}"
    intake.warn(first.row, "BALANCE_MISMATCH", message)
