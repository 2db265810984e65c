"""Reported balances against what the transactions add up to, per account and asset."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.exact import CONTEXT, grouped_sums, plain, to_decimal
from taxlots.importers.records import ReportedBalance, Source, Transaction
from taxlots.importers.text_columns import Vocabulary, mask
from taxlots.kinds import DUST
from taxlots.problems import Problem, problem

TOLERANCE = DUST
_CODE_BITS = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BalanceCheck:
    """One reported balance (sub-wallets added up) with the computed one and the row that reports it."""

    account: str
    asset: str
    reported: Decimal
    computed: Decimal
    source: Source

    @property
    def difference(self) -> Decimal:
        """Reported less computed."""
        return CONTEXT.subtract(self.reported, self.computed)


def changes(t: Transaction) -> Iterator[tuple[str, str, Decimal]]:
    """What a transaction changes: (account, asset, quantity), per account received - sent - fee."""
    if t.kind == "transfer":
        arrived = t.received_quantity if t.received_quantity is not None else t.sent_quantity
        if t.counter_account and t.sent_asset and arrived is not None:
            yield t.counter_account, t.sent_asset, arrived
    elif t.received_asset and t.received_quantity is not None:
        yield t.account, t.received_asset, t.received_quantity
    if t.sent_asset and t.sent_quantity is not None:
        yield t.account, t.sent_asset, -t.sent_quantity
    if t.fee_asset and t.fee_quantity is not None:
        yield t.account, t.fee_asset, -t.fee_quantity


def check_balances(
    reported: Sequence[ReportedBalance], transactions: Sequence[Transaction], columns: pa.Table | None = None
) -> tuple[list[BalanceCheck], list[Problem]]:
    """The last balance of each sub-wallet, added up per account and asset, against the transactions up to then.

    `columns` are further transactions, as a table of `transaction_columns.SCHEMA`.
    """
    last: dict[tuple[str, str, str], ReportedBalance] = {}
    for balance in reported:
        chain = (balance.account, balance.asset, balance.wallet)
        if chain not in last or balance.time >= last[chain].time:
            last[chain] = balance
    totals: dict[tuple[str, str], list[ReportedBalance]] = defaultdict(list)
    for balance in last.values():
        totals[balance.account, balance.asset].append(balance)
    until = {key: max(b.time for b in group) for key, group in totals.items()}
    computed = _computed(transactions, until)
    if columns is not None and until:
        for key, units in _computed_by_column(columns, until).items():
            computed[key] = CONTEXT.add(computed[key], to_decimal(units))
    checks = []
    for key, group in sorted(totals.items(), key=lambda item: item[0]):
        newest = max(group, key=lambda b: b.time)
        checks.append(BalanceCheck(key[0], key[1], sum((b.quantity for b in group), Decimal(0)), computed[key], newest.source))
    return checks, [_mismatch(check) for check in checks if abs(check.difference) > TOLERANCE]


def _computed(transactions: Sequence[Transaction], until: dict[tuple[str, str], datetime]) -> dict[tuple[str, str], Decimal]:
    sums = dict.fromkeys(until, Decimal(0))
    for transaction in transactions:
        for account, asset, change in changes(transaction):
            key = (account, asset)
            if key in until and transaction.time <= until[key]:
                sums[key] = CONTEXT.add(sums[key], change)
    return sums


def _computed_by_column(columns: pa.Table, until: dict[tuple[str, str], datetime]) -> dict[tuple[str, str], int]:
    """Units by which the columns change each account and asset up to its time."""
    latest = np.array([(moment - _EPOCH) // timedelta(microseconds=1) for moment in until.values()])
    time = columns["time"].cast(pa.int64()).to_numpy()
    words = Vocabulary()
    names = ("account", "counter_account", "sent_asset", "received_asset", "fee_asset", "kind")
    account, counter_account, sent, received, fee, kind = (words.codes(columns[name].combine_chunks()) for name in names)
    moves = kind == words.number("transfer")
    arriving = columns["received_quantity"].combine_chunks()
    if moves.any():
        arriving = pc.if_else(pa.array(moves), pc.coalesce(arriving, columns["sent_quantity"].combine_chunks()), arriving)
    keys = np.array([words.number(account) << _CODE_BITS | words.number(asset) for account, asset in until])
    order = np.argsort(keys)
    sums = [0] * len(keys)
    leaving = ((account, asset, columns[f"{side}_quantity"].combine_chunks(), -1) for side, asset in (("sent", sent), ("fee", fee)))
    for owner, asset, quantity, sign in (
        (np.where(moves, counter_account, account), np.where(moves, sent, received), arriving, 1),
        *leaving,
    ):
        key = owner.astype(np.int64) << _CODE_BITS | asset
        codes = order[np.searchsorted(keys, key, sorter=order).clip(max=len(keys) - 1)]
        counted = (keys[codes] == key) & mask(pc.is_valid(quantity))
        counted[counted] &= time[counted] <= latest[codes[counted]]
        chosen = np.flatnonzero(counted)
        found = grouped_sums(codes[chosen], quantity.take(pa.array(chosen)), len(keys))
        sums = [total + sign * part for total, part in zip(sums, found, strict=True)]
    return dict(zip(until, sums, strict=True))


def _mismatch(check: BalanceCheck) -> Problem:
    file, row = check.source
    message = (
        f"{check.account} reports {plain(check.reported)} {check.asset}, the rows add up to {plain(check.computed)}: "
        f"{plain(abs(check.difference))} {'missing' if check.difference > 0 else 'too many'}"
    )
    return problem("BALANCE_MISMATCH", message, file=file, row=row)
