"""Entries -> lots, disposals, income and moves: one chronological fold.

A running example, in the default order (FIFO):

    2024-01-05  buy 1 BTC for 40,000        lot A: 1 BTC, basis 40,000
    2024-03-05  buy 1 BTC for 60,000        lot B: 1 BTC, basis 60,000
    2025-02-01  sell 1.5 BTC for 150,000    A whole: proceeds 100,000, gain 60,000, long-term (2025-01-06 and later)
                                            half of B: proceeds 50,000, basis 30,000, gain 20,000, short-term
                                            left: 0.5 BTC of B with basis 30,000

Every amount is in units (int, 10^18); what is split is split so that the parts add up to the whole.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from taxlots import exact
from taxlots.ledger.entries import OUTSIDE, Action, Entries, Entry
from taxlots.lots.distributions import Lowered, lower, share_out
from taxlots.lots.methods import METHODS, Piece, unit_rank
from taxlots.lots.pools import Pool, Taken
from taxlots.problems import Problem, problem

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DUST = exact.ONE // 10**8
_CENT = exact.ONE // 100
_WITHOUT_QUANTITY = {Action.SPLIT, Action.RETURN, Action.SPIN_OFF}


@dataclass(frozen=True, slots=True)
class Elections:
    """The orders that apply: default, per account, for transfers; and whether pools are per account."""

    method: str = "fifo"
    accounts: dict[str, str] = field(default_factory=dict)
    per_account: bool = True
    transfers_fifo: bool = False

    def method_of(self, account: str) -> str:
        """The order in which lots leave this account."""
        return self.accounts.get(account, self.method) if self.per_account else self.method


@dataclass(frozen=True, slots=True)
class Sold:
    """One lot piece disposed of (`taken` None: not covered by any lot), with its part of the proceeds, in units."""

    entry: Entry
    quantity: int
    gross: int
    cost: int
    basis: int
    taken: Taken | None
    method: str


@dataclass(frozen=True, slots=True)
class Moved:
    """One lot piece that left an account without being sold."""

    entry: Entry
    taken: Taken


@dataclass(slots=True)
class Booked:
    """The result of the fold, before it becomes frames."""

    open: list[Piece]
    sold: list[Sold]
    moved: list[Moved]
    problems: list[Problem]


def book_entries(entries: Entries, elections: Elections, zone: tzinfo) -> Booked:
    """Fold the entries, in the order given, over empty pools."""
    fold = _Fold(entries, elections, zone)
    for entry in entries.entries:
        fold.apply(entry)
    pieces = [piece for _, pool in sorted(fold.pools.items()) for piece in pool.pieces()]
    return Booked(pieces, fold.sold, fold.moved, fold.problems)


class _Fold:
    def __init__(self, entries: Entries, elections: Elections, zone: tzinfo) -> None:
        self.rows = entries.rows
        self.elections = elections
        self.zone = zone
        self.pools: dict[tuple[str, str], Pool] = {}
        self.sold: list[Sold] = []
        self.moved: list[Moved] = []
        self.problems: list[Problem] = []
        self.order = 0
        self.arrived: dict[int, list[str]] = {entry.lot_of: [] for entry in entries.entries if entry.lot_of is not None}
        self.actions: dict[Action, Callable[[Entry], None]] = {
            Action.ACQUIRE: self.acquire,
            Action.MOVE: self.move,
            Action.CONVERT: self.convert,
            Action.SPLIT: self.split,
            Action.DISPOSE: self.dispose,
            Action.REMOVE: self.remove,
            Action.RETURN: self.return_capital,
            Action.SPIN_OFF: self.spin_off,
        }

    def apply(self, entry: Entry) -> None:
        if entry.quantity or entry.action in _WITHOUT_QUANTITY:
            self.actions[entry.action](entry)

    def pool(self, account: str, asset: str) -> Pool:
        key = (account if self.elections.per_account or account == OUTSIDE else "", asset)
        if key not in self.pools:
            self.pools[key] = Pool.of(METHODS[self.elections.method_of(account)])
        return self.pools[key]

    def acquire(self, entry: Entry) -> None:
        self.arrive(entry, self.new_piece(entry, entry.account, entry.quantity, entry.amount))

    def new_piece(self, entry: Entry, account: str, quantity: int, basis: int) -> Piece:
        self.order += 1
        acquired = entry.acquired or entry.time
        name = self.lot_name(entry)
        return Piece(
            lot_id=name,
            base_id=name,
            row=entry.row,
            asset=entry.asset,
            account=account,
            quantity=quantity,
            basis=basis,
            acquired=acquired,
            acquired_us=(acquired - _EPOCH) // timedelta(microseconds=1),
            holding_starts=entry.holding_starts or self.local_date(acquired),
            unit_rank=unit_rank(basis, quantity),
            order=self.order,
            kind=entry.kind,
            always_long=entry.kind == "inheritance",
        )

    def lot_name(self, entry: Entry) -> str:
        name: str = self.rows[entry.row]["id"]
        return name

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def dispose(self, entry: Entry) -> None:
        pool = self.pool(entry.account, entry.asset)
        taken = pool.take(entry.quantity) if entry.lot_of is None else self.withheld(pool, entry, entry.lot_of)
        method = pool.name if entry.lot_of is None else "own lot"
        left, gross, cost = entry.quantity, entry.amount, entry.cost
        for part in taken:
            piece_gross, piece_cost = exact.share(gross, part.quantity, left), exact.share(cost, part.quantity, left)
            self.sold.append(Sold(entry, part.quantity, piece_gross, piece_cost, part.basis, part, method))
            left, gross, cost = left - part.quantity, gross - piece_gross, cost - piece_cost
        if left:
            self.sold.append(Sold(entry, left, gross, cost, 0, None, method))
            self.report_uncovered(entry, left, gross)

    def withheld(self, pool: Pool, entry: Entry, row: int) -> Iterator[Taken]:
        """What a row brought in, as far as the fee reaches."""
        left = entry.quantity
        for name in self.arrived[row]:
            for part in pool.take_from(name, left):
                left -= part.quantity
                yield part
            if not left:
                return

    def arrive(self, entry: Entry, piece: Piece) -> None:
        self.pool(piece.account, piece.asset).add(piece)
        if entry.row in self.arrived:
            self.arrived[entry.row].append(piece.lot_id)

    def move(self, entry: Entry) -> None:
        if not self.elections.per_account and entry.to_account != OUTSIDE:
            return
        target = entry.to_account or OUTSIDE
        left = entry.quantity
        for part in self.leaving(entry):
            left -= part.quantity
            self.moved.append(Moved(entry, part))
            self.pool(target, entry.asset).add(self.moved_piece(part, target))
        if left:
            self.report_uncovered(entry, left, None)
            self.pool(target, entry.asset).add(self.new_piece(entry, target, left, 0))

    def leaving(self, entry: Entry) -> list[Taken]:
        pool = self.pool(entry.account, entry.asset)
        if not self.elections.transfers_fifo or pool.name == "fifo":
            return list(pool.take(entry.quantity))
        taken: list[Taken] = []
        left = entry.quantity
        for piece in pool.pieces():
            taken += pool.take_from(piece.lot_id, left)
            left = entry.quantity - sum(part.quantity for part in taken)
            if not left:
                break
        return taken

    def moved_piece(self, part: Taken, account: str) -> Piece:
        home = self.rows[part.piece.row]["account"]
        name = part.piece.base_id if account == home else f"{part.piece.base_id}@{account}"
        piece = self.copied(part, lot_id=name, account=account, quantity=part.quantity)
        piece.transferred = True
        return piece

    def copied(self, part: Taken, *, lot_id: str, account: str, quantity: int) -> Piece:
        old = part.piece
        return Piece(
            lot_id=lot_id,
            base_id=old.base_id,
            row=old.row,
            asset=old.asset,
            account=account,
            quantity=quantity,
            basis=part.basis,
            acquired=old.acquired,
            acquired_us=old.acquired_us,
            holding_starts=old.holding_starts,
            unit_rank=old.unit_rank,
            order=old.order,
            kind=old.kind,
            always_long=old.always_long,
            transferred=old.transferred,
        )

    def convert(self, entry: Entry) -> None:
        parts = list(self.pool(entry.account, entry.asset).take(entry.quantity))
        left, units = entry.quantity, entry.to_quantity
        target = entry.to_asset or entry.asset
        for part in parts:
            share = exact.share(units, part.quantity, left)
            left, units = left - part.quantity, units - share
            self.moved.append(Moved(entry, part))
            if share:
                self.arrive(entry, self.converted_piece(part, entry, target, share))
        if left:
            self.report_uncovered(entry, left, None)
        if left and units:
            piece = self.new_piece(entry, entry.account, units, 0)
            piece.asset = target
            self.arrive(entry, piece)

    def converted_piece(self, part: Taken, entry: Entry, target: str, quantity: int) -> Piece:
        piece = self.copied(part, lot_id=f"{part.piece.base_id}>{target}", account=entry.account, quantity=quantity)
        piece.asset, piece.base_id = target, piece.lot_id
        piece.unit_rank = unit_rank(part.basis, quantity)
        return piece

    def split(self, entry: Entry) -> None:
        uncovered = self.pool(entry.account, entry.asset).scale(entry.quantity)
        if uncovered:
            self.report_uncovered(entry, abs(uncovered), None)

    def return_capital(self, entry: Entry) -> None:
        """Capital returned lowers basis, per unit alike; what exceeds a lot's basis is gain of that lot (26 USC 301(c)(2), (3))."""
        pool = self.pool(entry.account, entry.asset)
        pieces = pool.pieces()
        if not pieces:
            self.sold.append(Sold(entry, 0, entry.amount, 0, 0, None, pool.name))
            self.report_holding(entry, f"no {entry.asset} in {entry.account}, so that all of it is gain, short-term")
        for part in lower(pieces, entry.amount):
            self.record_lowered(entry, part, pool.name)
        pool.rank()

    def record_lowered(self, entry: Entry, part: Lowered, method: str) -> None:
        if part.basis:
            self.moved.append(Moved(entry, Taken(part.piece, 0, part.basis)))
        if part.excess:
            self.sold.append(Sold(entry, 0, part.excess, 0, 0, Taken(part.piece, 0, 0), method))

    def spin_off(self, entry: Entry) -> None:
        """New units take a part of the basis of every lot held, and its dates (26 USC 355, 358(b), 1223(1))."""
        pool = self.pool(entry.account, entry.asset)
        pieces = pool.pieces()
        target = entry.to_asset or entry.asset
        if not pieces:
            self.report_holding(entry, f"no {entry.asset} in {entry.account}, so that the {target} have basis 0")
            piece = self.new_piece(entry, entry.account, entry.to_quantity, 0)
            piece.asset = target
            self.arrive(entry, piece)
        held = sum(piece.basis for piece in pieces)
        if entry.amount >= exact.ONE and entry.amount > held:
            self.report_holding(entry, f"the basis that goes to {target} is more than that of all {entry.asset}; all of it was taken")
        for part, units in share_out(pieces, entry.amount, entry.to_quantity):
            self.moved.append(Moved(entry, Taken(part.piece, 0, part.basis)))
            if units:
                self.arrive(entry, self.converted_piece(Taken(part.piece, 0, part.basis), entry, target, units))
        pool.rank()

    def report_holding(self, entry: Entry, consequence: str) -> None:
        row = self.rows[entry.row]
        source = row["sources"][0]
        message = f"{entry.kind} on {self.local_date(entry.time)} (id {row['id']}): {consequence}"
        hint = f"Add the export with the purchase of {entry.asset}, or a line to opening_lots.csv; check the row's account and asset."
        self.problems.append(problem("HOLDING_UNKNOWN", message, hint, file=source["file"], row=source["row"]))

    def remove(self, entry: Entry) -> None:
        left = entry.quantity
        for part in self.pool(entry.account, entry.asset).take(entry.quantity):
            left -= part.quantity
            self.moved.append(Moved(entry, part))
        if left:
            self.report_uncovered(entry, left, None)

    def report_uncovered(self, entry: Entry, quantity: int, gross: int | None) -> None:
        row = self.rows[entry.row]
        source = row["sources"][0]
        dust = quantity <= _DUST if gross is None else gross < _CENT and quantity <= 10**4 * _DUST
        missing = exact.plain(exact.to_decimal(quantity))
        message = (
            f"{entry.kind} of {exact.plain(exact.to_decimal(entry.quantity))} {entry.asset} from {entry.account} on "
            f"{self.local_date(entry.time)} (id {row['id']}): {missing} {entry.asset} more than was held; basis 0, short-term"
        )
        hint = (
            f"Add the export with the missing purchase or deposit before {self.local_date(entry.time)}; or to opening_lots.csv: "
            f"{entry.account},{entry.asset},{missing},<basis>,<acquired>,,,"
        )
        code = "NOT_COVERED_DUST" if dust else "NOT_COVERED"
        self.problems.append(problem(code, message, hint, file=source["file"], row=source["row"]))
