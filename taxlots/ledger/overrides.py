"""A person's decisions from overrides.csv, put in the place of what the export says, and logged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from taxlots.importers.records import RowError, Source, Transaction
from taxlots.kinds import EXCLUDE, KINDS
from taxlots.ledger.companions import Override
from taxlots.problems import Problem, problem


@dataclass(slots=True)
class Overridden:
    """Transactions after the overrides, the rows that a person excluded, and one Problem per decision."""

    transactions: list[Transaction]
    excluded: dict[Source, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def apply_overrides(transactions: Sequence[Transaction], overrides: Sequence[Override], aliases: Mapping[str, str]) -> Overridden:
    """Each override applied to the transaction of its id (or of an id merged into it); one that fits none is an error."""
    places = {transaction.id: index for index, transaction in enumerate(transactions)}
    result = Overridden(list(transactions))
    for override in overrides:
        index = places.get(aliases.get(override.id, override.id))
        file, row = override.row.source
        if index is None:
            message = f"no transaction has the id {override.id!r}"
            result.problems.append(problem("OVERRIDE_UNMATCHED", message, file=file, row=row))
            continue
        before = result.transactions[index]
        try:
            result.transactions[index] = _changed(before, override)
        except RowError as error:
            result.problems.append(problem(error.code, error.message, error.hint, file=file, row=row))
            continue
        result.problems.append(problem("OVERRIDE_APPLIED", _told(before, override), file=file, row=row))
    _drop_excluded(result)
    return result


def _changed(transaction: Transaction, override: Override) -> Transaction:
    kind = override.kind or transaction.kind
    changed = replace(
        transaction,
        kind=kind,
        value=override.value if override.value is not None else transaction.value,
        value_currency=None if override.value is not None else transaction.value_currency,
        basis=override.basis if override.basis is not None else transaction.basis,
        acquired=override.acquired or transaction.acquired,
        note="; ".join(filter(None, (transaction.note, override.note))) or None,
    )
    if override.asset:
        changed = _about(changed, override.asset)
    if kind != EXCLUDE:
        check_legs(changed)
    return changed


def _about(transaction: Transaction, asset: str) -> Transaction:
    """The transaction with the holding that it is about. Raises RowError for a kind that is about none."""
    if transaction.kind == EXCLUDE or not KINDS[transaction.kind].about:
        kinds = ", ".join(kind.name for kind in KINDS.values() if kind.about)
        raise RowError("OVERRIDE_INVALID", f"column 'asset' names the holding of a {kinds}; {transaction.id!r} is {transaction.kind}")
    return replace(transaction, sent_asset=asset)


def check_legs(transaction: Transaction) -> None:
    """Whether the transaction has the legs that its (new) kind needs. Raises RowError."""
    kind = KINDS[transaction.kind]
    if kind.name == "transfer" and transaction.counter_account is None:
        message = f"{transaction.id!r} can't become a transfer: its other end is not known"
        raise RowError("OVERRIDE_INVALID", message, "Add a line `out_id,in_id` to transfers.csv instead.")
    given = {
        "sent": transaction.sent_quantity,
        "received": transaction.received_quantity,
        "fee": transaction.fee_quantity,
    }
    missing = [side for side in kind.needs if given[side] is None]
    if missing and not (kind.either and len(missing) < len(kind.needs)):
        message = f"{transaction.id!r} can't become {kind.name!r}: it has no {missing[0]} quantity"
        raise RowError("OVERRIDE_INVALID", message, "Give the whole transaction in a universal ledger CSV and exclude this one.")


def _told(before: Transaction, override: Override) -> str:
    given = {
        "kind": override.kind if override.kind != before.kind else None,
        "value": override.value,
        "basis": override.basis,
        "acquired": override.acquired.isoformat() if override.acquired else None,
        "asset": override.asset,
    }
    changes = ", ".join(f"{name} -> {value}" for name, value in given.items() if value is not None) or "nothing"
    reason = f" ({override.note})" if override.note else ""
    return f"{before.id} ({before.kind}): {changes}{reason}"


def _drop_excluded(result: Overridden) -> None:
    for transaction in result.transactions:
        if transaction.kind == EXCLUDE:
            result.excluded.update(dict.fromkeys(transaction.sources, "excluded by overrides.csv"))
    result.transactions = [t for t in result.transactions if t.kind != EXCLUDE]
