"""Binance's "small assets exchange": several coins for BNB in one second, of which the export may only give the sum."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.proportion import portion
from taxlots.importers.records import RowError, Transaction


def sweep(deal: Deal, parts: Sequence[Part]) -> list[Transaction]:
    """One swap per coin that was given.

    Each coin has its own credit where credits and coins take turns. Otherwise the sum of the credits is divided into equal parts: what
    all coins together brought is right, what one of them brought is not known. Raises RowError where one side is missing.
    """
    given = [part for part in parts if part.amount < 0]
    got = [part for part in parts if part.amount > 0]
    if not given or not got or len({part.asset for part in got}) > 1:
        raise RowError("ROW_UNPAIRED_LEG", f"a sweep of small amounts with {len(given)} coins given and {len(got)} credits")
    if len({part.asset for part in given}) == 1:
        return trade(deal, parts)
    if _take_turns(parts):
        return [one for k in range(0, len(parts), 2) for one in trade(deal, parts[k : k + 2])]
    return _divided(deal, given, got)


def _take_turns(parts: Sequence[Part]) -> bool:
    signs = [part.amount > 0 for part in parts]
    return len(parts) % 2 == 0 and all(a != b for a, b in pairwise(signs))


def _divided(deal: Deal, given: Sequence[Part], got: Sequence[Part]) -> list[Transaction]:
    total = sum((part.amount for part in got), Decimal(0))
    coins: dict[str, list[Part]] = {}
    for part in given:
        coins.setdefault(part.asset, []).append(part)
    note = f"the export gives one credit for {len(coins)} coins; divided equally"
    left, made = total, []
    for index, rows in enumerate(coins.values()):
        share = left if index == len(coins) - 1 else portion(total, Decimal(1), Decimal(len(coins)))
        left -= share
        credit = [replace(part, amount=share if k == 0 else Decimal(0)) for k, part in enumerate(got)]
        made += trade(replace(deal, note=note), [*rows, *credit])
    return made
