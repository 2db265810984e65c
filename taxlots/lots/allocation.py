"""Leaving one pool over all accounts at the end of 2024: Rev. Proc. 2024-28.

Until the close of 2024-12-31 a person may have taken lots out of one pool, whatever account they sold from. From then on each account is
its own pool, so that the basis that is still unused has to be allocated to the units that each account holds. The allocation is the
person's: it is checked and followed, and none is made up. Following the real transfers instead would use basis twice: once when another
account's sale used it out of the common pool, and again in the account that the lot was moved to. Where all units are in one account
there is only one allocation, and no file is needed.

    Rev. Proc. 2024-28 section 6.02-6.03: XYZ holds 4 units, GHI 20; unused are 10 units of 2019 at 1 and 14 of 2020 at 5.
    XYZ gets 2 at 1 and 2 at 5, GHI 8 at 1 and 12 at 5: 4 and 20 units, and 10 + 70 = 80 of basis, all that is unused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from taxlots import exact
from taxlots.ledger.companions import AllocatedLot
from taxlots.ledger.entry_columns import NOWHERE, Action
from taxlots.lots.booked import ints
from taxlots.lots.elections import Universal
from taxlots.problems import Problem, problem

if TYPE_CHECKING:
    from taxlots.lots.book import Fold

_CENT = exact.ONE // 100
_TWICE = "following the real transfers would use basis twice, so that one pool over all accounts goes on"


@dataclass(frozen=True, slots=True)
class Share:
    """Units of a piece for an account, which a line gives it."""

    account: int
    piece: int
    units: int


class RefusedError(Exception):
    """An allocation that can't be followed, and the line that shows it."""

    def __init__(self, why: str, line: AllocatedLot) -> None:
        """Say why."""
        super().__init__(why)
        self.why, self.line = why, line


class Allocation:
    """The allocation of a fold whose entries until the moment are booked."""

    def __init__(self, fold: "Fold", universal: Universal) -> None:
        """Nothing is changed yet."""
        self.fold, self.universal = fold, universal
        self.lines: dict[str, list[AllocatedLot]] = {}
        for line in universal.lines:
            self.lines.setdefault(line.asset, []).append(line)

    def carry_out(self) -> Iterator[Problem]:
        """Move the lots of every asset out of the common pool, or keep that pool; what has to be told of it."""
        entries = self.fold.entries
        followed = 0
        for asset, name in enumerate(entries.assets):
            places = self.fold.pools[self.fold.everywhere * self.fold.width + asset].open() if name in self.universal.assets else []
            lines = self.lines.pop(name, [])
            if not places and not lines:
                continue
            try:
                shares = self.shares(asset, places, lines)
            except RefusedError as refused:
                self.fold.shared[asset] = True
                message = f"{name}: {refused.why}; {_TWICE}"
                yield problem("ALLOCATION_INVALID", message, file=refused.line.source[0], row=refused.line.source[1])
                continue
            if shares is None:
                self.fold.shared[asset] = True
                held = self.told(self.held(asset))
                message = f"{name}: {held} at the close of 2024, and no allocation.csv says whose basis is whose; {_TWICE}"
                yield problem("ALLOCATION_MISSING", message)
                continue
            followed += len(lines)
            self.move(asset, shares)
        for name, lines in sorted(self.lines.items()):
            file, row = lines[0].source
            yield problem("ALLOCATION_INVALID", f"{name} was in no common pool at the close of 2024", file=file, row=row)
        if followed:
            yield problem("ALLOCATION_USED", f"{followed} lines allocate unused basis to accounts as of the close of 2024")

    def shares(self, asset: int, places: Sequence[int], lines: Sequence[AllocatedLot]) -> list[Share] | None:
        """What each account gets; None where nobody says it. Raises RefusedError."""
        held = self.held(asset)
        unused = sum(self.fold.pieces.quantity[piece] for piece in places)
        if not lines:
            return [Share(next(iter(held)), p, self.fold.pieces.quantity[p]) for p in places] if list(held.values()) == [unused] else None
        self.check_units(held, lines)
        left = {piece: (self.fold.pieces.quantity[piece], self.fold.pieces.basis[piece]) for piece in places}
        found = [share for line in lines for share in self.of_line(line, left)]
        if rest := sum(units for units, _ in left.values()):
            raise RefusedError(f"{_units(rest)} units of unused basis are not allocated", lines[-1])
        return found

    def check_units(self, held: Mapping[int, int], lines: Sequence[AllocatedLot]) -> None:
        """Every account gets as many units as it holds. Raises RefusedError."""
        known = {name: number for number, name in enumerate(self.fold.entries.accounts)}
        given: dict[str, int] = {}
        for line in lines:
            given[line.account] = given.get(line.account, 0) + line.units
        for line in lines:
            own = held.get(known.get(line.account, NOWHERE), 0)
            if given[line.account] != own:
                raise RefusedError(
                    f"{line.account} holds {_units(own)} at the close of 2024, {_units(given[line.account])} are allocated", line
                )
        missing = {account: units for account, units in held.items() if self.fold.entries.accounts[account] not in given}
        if missing:
            raise RefusedError(f"{self.told(missing)} at the close of 2024, and nothing is allocated there", lines[-1])

    def of_line(self, line: AllocatedLot, left: dict[int, tuple[int, int]]) -> list[Share]:
        """Units out of unused lots that were acquired that day at that basis (or have that id). Raises RefusedError."""
        fold, wanted, basis = self.fold, line.units, 0
        account, found = fold.entries.accounts.index(line.account), []
        for piece in sorted((p for p in left if self.fits(p, line)), key=lambda p: (self.away(line, *left[p]), p)):
            units, own = left[piece]
            part = min(wanted, units)
            if part and self.away(line, units, own) <= _CENT:
                taken = exact.share(own, part, units)
                left[piece] = (units - part, own - taken)
                wanted, basis = wanted - part, basis + taken
                found.append(Share(account, piece, part))
        if wanted:
            unit = exact.plain(exact.to_decimal(exact.share(line.basis, exact.ONE, line.units)))
            raise RefusedError(f"{_units(wanted)} units acquired on {line.acquired_on} at {unit} each are not among the unused", line)
        if abs(basis - line.basis) > _CENT:
            raise RefusedError(f"a basis of {_units(line.basis)} is allocated, {_units(basis)} is unused", line)
        return found

    def fits(self, piece: int, line: AllocatedLot) -> bool:
        """Whether a piece is of the day, or has the id, that a line names."""
        fold = self.fold
        if line.id:
            return fold.pieces.name(piece) == line.id
        return int(fold.calendar.acquired_on[fold.pieces.entry[piece]]) == line.acquired_day

    @staticmethod
    def away(line: AllocatedLot, units: int, basis: int) -> int:
        """How far the basis of as many units of a piece is from the line's; what is empty is no match."""
        return abs(exact.share(basis, line.units, units) - line.basis) if units else exact.LIMIT

    def held(self, asset: int) -> dict[int, int]:
        """Units of an asset in each account (by number) before the moment, by what really came and went."""
        entries, fold = self.fold.entries, self.fold
        chosen = np.flatnonzero((entries.time < fold.until) & ((entries.asset == asset) | (entries.to_asset == asset)))
        taken = pa.array(chosen)
        columns = (values[chosen].tolist() for values in (entries.action, entries.asset, entries.account, entries.to_account))
        amounts = (ints(values.take(taken)) for values in (entries.quantity, entries.to_quantity))
        found: dict[int, int] = {}
        for action, own, account, target, units, received in zip(*columns, *amounts, strict=True):
            if own == asset and action not in {Action.RETURN, Action.SPIN_OFF}:
                found[account] = found.get(account, 0) + (units if action in {Action.ACQUIRE, Action.SPLIT} else -units)
            if action == Action.MOVE:
                found[target] = found.get(target, 0) + units
            elif own != asset:
                found[account] = found.get(account, 0) + received
        return {account: units for account, units in sorted(found.items()) if units and account != fold.outside}

    def told(self, held: Mapping[int, int]) -> str:
        """Units by account, in words."""
        return ", ".join(f"{self.fold.entries.accounts[account]} holds {_units(units)}" for account, units in held.items())

    def move(self, asset: int, shares: Sequence[Share]) -> None:
        """Put the shares into the pools of their accounts."""
        fold = self.fold
        for share in shares:
            piece, units, basis = fold.part(share.piece, share.units)
            copy = fold.pieces.copy(piece, units, basis)
            fold.pieces.place(copy, share.account, asset)
            away = int(fold.home[fold.pieces.entry[copy]]) != share.account
            if away:
                fold.pieces.away.add(copy)
                fold.pieces.moved.add(copy)
            fold.pools[share.account * fold.width + asset].add(copy, fold.base(copy) << 1 | away)


def _units(units: int) -> str:
    return exact.plain(exact.to_decimal(units)) or ""
