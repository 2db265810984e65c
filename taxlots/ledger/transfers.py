"""Withdrawals and deposits between a person's own accounts become one transfer; the rest is named with its consequence.

What decides, in this order: the person's own transfers.csv; an equal transaction hash; then asset, time window and the amount net of
a network fee, solved as one assignment over all candidates. A pair that the rules below refuse is left open and reported, never guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from taxlots.exact import plain
from taxlots.importers.records import Source, Transaction
from taxlots.kinds import DUST, is_fiat
from taxlots.ledger import chain_hashes
from taxlots.ledger.assignment import best_pairs
from taxlots.ledger.companions import Pair
from taxlots.problems import Problem, problem

EARLIEST = timedelta(hours=-2)  # clocks differ, and some platforms stamp a withdrawal when it is confirmed
SOON, LATEST = timedelta(hours=3), timedelta(days=3)
SOON_FEE, LATE_FEE = Decimal("0.15"), Decimal("0.05")
FORCED_FEE = Decimal("0.25")
WEIGHT = 3_000_000  # of a pair before its cost of at most 2 million: two fair pairs outweigh a perfect one that leaves two ends alone
NEAR = 50_000  # costs that differ less do not tell two candidates apart


@dataclass(slots=True)
class Paired:
    """Transactions after pairing; `matches` tells for each transfer's id how it was found."""

    transactions: list[Transaction]
    matches: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Candidate:
    cost: int
    by_hash: bool
    out: Transaction
    into: Transaction
    reason: str


def pair_transfers(transactions: Sequence[Transaction], decided: Sequence[Pair], aliases: Mapping[str, str]) -> Paired:
    """Pair what belongs together; report what stays alone (`DEPOSIT_UNPAIRED` is an error, `WITHDRAWAL_UNPAIRED` a warning)."""
    result = Paired([])
    outs = {t.id: t for t in transactions if t.kind == "withdrawal" and not is_fiat(t.sent_asset)}
    ins = {t.id: t for t in transactions if t.kind == "deposit" and not is_fiat(t.received_asset) and t.basis is None}
    pairs = _decided(decided, aliases, outs, ins, result)
    free_outs = [t for t in outs.values() if t.id not in {p.out.id for p in pairs}]
    free_ins = [t for t in ins.values() if t.id not in {p.into.id for p in pairs}]
    pairs += _matched(free_outs, free_ins, result)
    joined = {candidate.out.id: _joined(candidate, result) for candidate in pairs}
    gone = {candidate.into.id for candidate in pairs}
    result.transactions = [joined.get(t.id, t) for t in transactions if t.id not in gone]
    result.transactions += [fee for candidate in pairs if (fee := _other_fee(candidate.into))]
    for transaction in result.transactions:
        _report_open(transaction, ins, outs, result)
    return result


def _decided(
    decided: Sequence[Pair],
    aliases: Mapping[str, str],
    outs: Mapping[str, Transaction],
    ins: Mapping[str, Transaction],
    result: Paired,
) -> list[_Candidate]:
    pairs: list[_Candidate] = []
    for line in decided:
        out = outs.get(aliases.get(line.out_id, line.out_id))
        into = ins.get(aliases.get(line.in_id, line.in_id))
        error = _refusal(line, out, into, pairs)
        if out is None or into is None or error:
            message = error or f"{line.out_id} -> {line.in_id} can't be paired"
            result.problems.append(problem("OVERRIDE_UNMATCHED", message, file=line.row.file, row=line.row.number))
            continue
        pairs.append(_Candidate(0, False, out, into, f"decided in {line.row.file}:{line.row.number}"))
        moved = f"{plain(out.sent_quantity)} {out.sent_asset} from {out.account} to {into.account}"
        message = f"{line.out_id} -> {line.in_id}: {moved}, sent {out.time:%Y-%m-%d}"
        result.problems.append(problem("TRANSFER_DECIDED", message, file=line.row.file, row=line.row.number))
    return pairs


def _refusal(line: Pair, out: Transaction | None, into: Transaction | None, pairs: Sequence[_Candidate]) -> str | None:
    if out is None:
        return f"out_id {line.out_id!r} is no unpaired withdrawal of an asset"
    if into is None:
        return f"in_id {line.in_id!r} is no deposit of an asset without basis"
    if any(p.out.id == out.id or p.into.id == into.id for p in pairs):
        return f"{line.out_id!r} or {line.in_id!r} is already paired by an earlier line"
    if out.sent_asset != into.received_asset:
        return f"{line.out_id!r} sends {out.sent_asset}, {line.in_id!r} receives {into.received_asset}"
    if not 0 <= _shortfall(out, into) <= FORCED_FEE:
        return f"{plain(into.received_quantity)} arrives of {plain(out.sent_quantity)} sent: no network fee explains that"
    return None


def _matched(outs: list[Transaction], ins: list[Transaction], result: Paired) -> list[_Candidate]:
    by_asset: dict[str | None, list[Transaction]] = {}
    for deposit in ins:
        by_asset.setdefault(deposit.received_asset, []).append(deposit)
    candidates = [c for out in outs for into in by_asset.get(out.sent_asset, []) if (c := _candidate(out, into))]
    chosen: list[_Candidate] = []
    for by_hash in (True, False):
        free = [c for c in candidates if c.by_hash is by_hash and not _overlaps(c, chosen)]
        pairs = best_pairs({(c.out.id, c.into.id): WEIGHT - c.cost for c in free})
        chosen += [c for c in free if (c.out.id, c.into.id) in pairs]
    doubts = _doubts(chosen, candidates, result)
    return [replace(c, reason=f"{c.reason}; {_confidence(c, doubts)}") for c in chosen]


def _overlaps(candidate: _Candidate, chosen: Sequence[_Candidate]) -> bool:
    return any(candidate.out.id == c.out.id or candidate.into.id == c.into.id for c in chosen)


def _candidate(out: Transaction, into: Transaction) -> _Candidate | None:
    if out.account == into.account or not _may_meet(out, into):
        return None
    gap = into.time - out.time
    shortfall = _shortfall(out, into)
    if shortfall < 0:
        return None
    one = chain_hashes.same(out.txid, into.txid)
    if one:
        return _Candidate(_cost(shortfall, gap), True, out, into, "same transaction hash")
    if one is False:
        return None
    day = timedelta(days=1) if out.date_only or into.date_only else timedelta(0)
    allowed = SOON_FEE if gap <= SOON + day else LATE_FEE
    if not EARLIEST - day <= gap <= LATEST + day or shortfall > allowed:
        return None
    minutes = int(gap.total_seconds() // 60)
    short = plain((out.sent_quantity or Decimal(0)) - (into.received_quantity or Decimal(0)))
    reason = f"amount and time: {minutes} min apart, {short} {out.sent_asset} less arrives"
    return _Candidate(_cost(shortfall, gap), False, out, into, reason)


def _cost(shortfall: Decimal, gap: timedelta) -> int:
    """How far a pair is from the perfect one, in millionths: the fee as a share of the largest allowed, and the time likewise."""
    fee = min(shortfall / SOON_FEE, Decimal(1))
    wait = min(Decimal(int(abs(gap).total_seconds())) / Decimal(int(LATEST.total_seconds())), Decimal(1))
    return int((fee + wait) * 1_000_000)


def _may_meet(out: Transaction, into: Transaction) -> bool:
    named = (out.counter_account, into.account), (into.counter_account, out.account)
    return all(given is None or given == actual for given, actual in named)


def _shortfall(out: Transaction, into: Transaction) -> Decimal:
    """The share of what was sent that did not arrive."""
    sent, received = out.sent_quantity or Decimal(0), into.received_quantity or Decimal(0)
    short = sent - received
    return Decimal(0) if abs(short) <= DUST else short / sent


def _doubts(chosen: Sequence[_Candidate], candidates: Sequence[_Candidate], result: Paired) -> dict[str, int]:
    """Per transfer, the number of other pairs of its ends; and a warning where an end that stayed alone fits about as well."""
    rivals = {c.out.id: [o for o in candidates if o is not c and (o.out.id == c.out.id or o.into.id == c.into.id)] for c in chosen}
    taken = {end for c in chosen for end in (c.out.id, c.into.id)}
    for c in chosen:
        for other in rivals[c.out.id]:
            alone = {other.out.id, other.into.id} - taken
            if alone and not c.by_hash and other.cost <= c.cost + NEAR:
                result.problems.append(_ambiguous(c, other))
    return {name: len(others) for name, others in rivals.items()}


def _confidence(candidate: _Candidate, doubts: Mapping[str, int]) -> str:
    if candidate.by_hash:
        return "certain"
    others = doubts[candidate.out.id]
    return "no other candidate" if not others else f"best over all pairs, {others} other candidates"


def _ambiguous(taken: _Candidate, other: _Candidate) -> Problem:
    file, row = other.into.sources[0]
    message = f"{taken.out.id} -> {taken.into.id} was taken; {other.out.id} -> {other.into.id} fits as well"
    hint = f"Decide with a line in transfers.csv: {other.out.id},{other.into.id}"
    return problem("TRANSFER_AMBIGUOUS", message, hint, file=file, row=row)


def _joined(candidate: _Candidate, result: Paired) -> Transaction:
    out, into = candidate.out, candidate.into
    arriving = (into.received_quantity or Decimal(0)) - (_own_fee(into) or Decimal(0))
    result.matches[out.id] = candidate.reason
    if out.sent_quantity is not None and arriving > out.sent_quantity:
        file, row = into.sources[0]
        message = f"{plain(arriving)} {out.sent_asset} arrive of {plain(out.sent_quantity)} sent; the difference has basis 0"
        result.problems.append(problem("TRANSFER_ROUNDED", message, file=file, row=row))
    return replace(
        out,
        kind="transfer",
        counter_account=into.account,
        received_quantity=arriving,
        received_asset=into.received_asset,
        sources=(*out.sources, *into.sources),
        txid=out.txid or into.txid,
    )


def _other_fee(deposit: Transaction) -> Transaction | None:
    """A fee of the deposit in money or another asset, which the transfer has no place for."""
    if deposit.fee_quantity is None or _own_fee(deposit) is not None:
        return None
    return replace(deposit, kind="fee", received_quantity=None, received_asset=None, value=None, txid=None)


def _own_fee(deposit: Transaction) -> Decimal | None:
    return deposit.fee_quantity if deposit.fee_asset == deposit.received_asset else None


def _report_open(transaction: Transaction, ins: Mapping[str, Transaction], outs: Mapping[str, Transaction], result: Paired) -> None:
    t = transaction
    if t.kind == "deposit" and t.id in ins:
        result.problems.append(deposit_alone(t.account, t.id, t.time.date(), (t.received_quantity, t.received_asset), t.sources[0]))
    if t.kind == "withdrawal" and t.id in outs:
        result.problems.append(withdrawal_alone(t.account, t.id, t.time.date(), (t.sent_quantity, t.sent_asset), t.sources[0]))


def deposit_alone(account: str, name: str, day: date, leg: tuple[Decimal | None, str | None], source: Source) -> Problem:
    """Units that came from nowhere known."""
    message = f"{plain(leg[0])} {leg[1]} came into {account} on {day} (id {name}) from nowhere known"
    hint = f"Add the export that it came from; or to overrides.csv: {name},deposit,,<basis>,<acquired>,<why>"
    return problem("DEPOSIT_UNPAIRED", message, hint, file=source[0], row=source[1])


def withdrawal_alone(account: str, name: str, day: date, leg: tuple[Decimal | None, str | None], source: Source) -> Problem:
    """Units that left for nowhere known."""
    message = f"{plain(leg[0])} {leg[1]} left {account} on {day} (id {name}) for nowhere known"
    hint = f"Add the receiving account's export; or to overrides.csv: {name},spend,<value>,,,<why>"
    return problem("WITHDRAWAL_UNPAIRED", message, hint, file=source[0], row=source[1])
