"""The order of the transfers of one instant: row order, except that what comes in by one is there before another sends it on.

Exports that give only a date make many rows equal in time. Transfers come before the sales of their instant (`entry_columns.Phase`); among
themselves those of an account keep their order, and one is booked before any that leaves the account it goes to. Where two wait for each
other, row order decides.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

Pool = tuple[int, int]


class Moving(Protocol):
    """What is needed of an entry: the pool that it takes from, the account that it moves to, and its row."""

    @property
    def account(self) -> int: ...
    @property
    def asset(self) -> int: ...
    @property
    def to_account(self) -> int | None: ...
    @property
    def row(self) -> int: ...


E = TypeVar("E", bound=Moving)


def booking_order(entries: Sequence[E]) -> list[E]:
    """Entries of the transfers of one instant, given in row order; those of one row stay together."""
    blocks: dict[int, list[E]] = {}
    for entry in entries:
        blocks.setdefault(entry.row, []).append(entry)
    listed = list(blocks.values())
    if not _moves_into_use(listed):
        return list(entries)
    return [entry for block in _sorted(listed) for entry in block]


def _out(block: Iterable[Moving]) -> set[Pool]:
    return {(entry.account, entry.asset) for entry in block}


def _into(block: Iterable[Moving]) -> set[Pool]:
    return {(entry.to_account, entry.asset) for entry in block if entry.to_account is not None}


def _moves_into_use(blocks: Sequence[Sequence[Moving]]) -> bool:
    used = set().union(*(_out(block) for block in blocks))
    return any(_into(block) & used for block in blocks)


def _sorted(blocks: list[list[E]]) -> list[list[E]]:
    """Of the blocks that wait for no incoming move, and if possible for no earlier row of their pool, the first one, again and again."""
    result: list[list[E]] = []
    left = list(blocks)
    while left:
        ready = [block for block in left if not any(_into(other) & _out(block) for other in left if other is not block)] or left
        chosen = next((block for block in ready if not _earlier(block, left)), ready[0])
        result.append(chosen)
        left.remove(chosen)
    return result


def _earlier(block: list[E], left: list[list[E]]) -> bool:
    """Whether an earlier row that still waits takes from the same pool."""
    return any(_out(other) & _out(block) for other in left[: left.index(block)])
