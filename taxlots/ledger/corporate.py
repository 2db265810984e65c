"""Corporate actions whose effect the files don't tell in full: named, with the line that completes them."""

from collections.abc import Iterator, Sequence

from taxlots.exact import plain
from taxlots.importers.records import Transaction
from taxlots.kinds import KINDS
from taxlots.problems import Problem, problem


def untold(transactions: Sequence[Transaction]) -> list[Problem]:
    """One Problem per return of capital or spin-off that lacks the holding it is about, or the share of basis that goes along."""
    return [found for t in transactions if KINDS[t.kind].about for found in _untold(t)]


def _untold(t: Transaction) -> Iterator[Problem]:
    file, row = t.sources[0]
    what = f"{t.kind} of {plain(t.received_quantity)} {t.received_asset} into {t.account} on {t.time:%Y-%m-%d} (id {t.id})"
    spin_off = t.kind == "spin-off"
    if t.sent_asset is None:
        effect = "the new units have basis 0" if spin_off else "no basis was lowered by it"
        hint = "Add to overrides.csv, with the header id,kind,value,basis,acquired,note,asset: "
        line = f"{t.id},{t.kind},,{'<share of basis>' if spin_off else ''},,<why>,<holding>"
        yield problem("HOLDING_UNKNOWN", f"{what} does not say which holding it is about: {effect}", hint + line, file=file, row=row)
    elif spin_off and t.basis is None:
        message = f"{what}: which part of the basis of {t.sent_asset} goes along is not said; the new units have basis 0 until then"
        hint = f"See the issuer's Form 8937, and add to overrides.csv: {t.id},spin-off,,<fraction below 1, or amount>,,Form 8937"
        yield problem("BASIS_SHARE_MISSING", message, hint, file=file, row=row)
