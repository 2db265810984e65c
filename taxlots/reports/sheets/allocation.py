"""2025-01-01 allocation: what each account held at the close of 2024, with the unused basis that is its own from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.ledger.companions import AllocatedLot
from taxlots.ledger.entry_columns import Action
from taxlots.reports.sheets.book import Field, Layout, Workbook
from taxlots.reports.sheets.content import LAST_YEAR_OF_COMMON_POOLS, UNITED_STATES, Facts
from taxlots.reports.sheets.page import Cell, exact_text

NAME = "2025-01-01 allocation"
DIGITAL = "digital"
_NOTE = "Rev. Proc. 2024-28: units and unused basis of each account at the close of 2024; from then on each account is its own pool."
_OWN = "each account was its own pool before: nothing to allocate"
_ALONE = "all units were in one account: there is one allocation only"
_REFUSED = "no allocation that can be followed: one pool goes on (see Problems)"
_CENT = Decimal("0.01")
Lot = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """What an account has of an asset: one lot, or, where nothing was allocated, all lots in one row."""

    lots: tuple[Lot, ...]
    method: str
    lines: tuple[AllocatedLot, ...] = ()
    original: tuple[Decimal, Decimal] | None = None

    def total(self, name: str) -> Decimal:
        """Of units or basis."""
        with exact.exactly():
            return sum((lot[name] for lot in self.lots), Decimal(0))


def crosses(facts: Facts) -> bool:
    """Whether the law of the United States holds, and the history has rows of before 2025 while the run's date is later."""
    rows = facts.session.book.ledger or facts.session.ledger
    if facts.jurisdiction != UNITED_STATES or not len(rows.transactions):
        return False
    first = rows.transactions["time"].iloc[0]
    end = datetime.combine(date(LAST_YEAR_OF_COMMON_POOLS + 1, 1, 1), time(), facts.session.ledger.zone).astimezone(UTC)
    return bool(first < end <= facts.session.now)


def shares(facts: Facts) -> list[Share]:
    """By asset and account; lots of a common pool one by one, in the order of acquisition."""
    if not crosses(facts):
        return []
    universal, closed = facts.session.book.elections.universal, facts.allocated
    common = universal.assets if universal else frozenset()
    lots = [lot for lot in frames.records(closed.lots) if lot["asset_class"] == DIGITAL]
    grouped: dict[tuple[str, str], list[Lot]] = {}
    for lot in lots:
        grouped.setdefault((lot["asset"], lot["account"] or ""), []).append(lot)
    originals = _originals(facts, [lot["lot_transaction_id"] for lot in lots if lot["asset"] in common])
    found = []
    for (asset, _), own in sorted(grouped.items(), key=lambda item: item[0]):
        if asset not in common or universal is None:
            found.append(Share(tuple(own), _OWN))
            continue
        lines = [line for line in universal.lines if line.asset == asset]
        for lot in own:
            fitting = () if asset in closed.common else tuple(line for line in lines if _fits(facts, line, lot))
            method = _REFUSED if asset in closed.common else "allocated" if fitting else _ALONE
            found.append(Share((lot,), method, fitting, originals.get(lot["lot_transaction_id"])))
    return found


def _fits(facts: Facts, line: AllocatedLot, lot: Lot) -> bool:
    """Whether a line is the one that gave the account this lot: by its id, else by day and basis per unit."""
    if line.account != lot["account"]:
        return False
    if line.id:
        return bool(line.id == lot["lot_id"])
    if lot["acquired"] is None or facts.local(lot["acquired"]).date() != line.acquired_on:
        return False
    own = exact.share(exact.to_units(lot["basis"]), line.units, exact.to_units(lot["quantity"]))
    return abs(exact.to_decimal(own - line.basis)) <= _CENT


def _originals(facts: Facts, names: Sequence[str | None]) -> dict[str, tuple[Decimal, Decimal]]:
    """Units and basis of these transactions when they brought their lots in."""
    if not names:
        return {}
    entries = facts.folded.entries
    rows = np.flatnonzero(entries.action == Action.ACQUIRE)
    ids = entries.rows["id"].take(pa.array(entries.row[rows]))
    wanted = pc.is_in(ids, pa.array(sorted({name for name in names if name}), pa.string())).to_numpy(zero_copy_only=False)
    taken = pa.array(rows[wanted])
    columns = (ids.filter(pa.array(wanted)), entries.quantity.take(taken), entries.amount.take(taken))
    listed = [column.to_pylist() for column in columns]
    return {name: (units, basis) for name, units, basis in zip(*listed, strict=True)}


def _acquired(share: Share, facts: Facts) -> Cell:
    moments = [lot["acquired"] for lot in share.lots]
    if None in moments:
        return "a pool"
    days = sorted({facts.local(moment).date() for moment in moments})
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def _fields(facts: Facts, common: frozenset[str]) -> tuple[Field, ...]:
    return (
        Field("asset", "Asset", 9, "text", lambda s: s.lots[0]["asset"]),
        Field("account", "Account", 16, "text", lambda s: "(one pool)" if s.lots[0]["asset"] in common else s.lots[0]["account"]),
        Field("units", "Units remaining", 18, "quantity", lambda s: s.total("quantity")),
        Field("basis", "Unused basis", 15, "money", lambda s: s.total("basis"), total=True),
        Field("unit", "Basis per unit", 18, "quantity", _per_unit, "{basis}/{units}"),
        Field("acquired", "Acquired (local)", 24, "date", lambda s: _acquired(s, facts)),
        Field("lot", "Lot", 29, "text", lambda s: s.lots[0]["lot_id"] if len(s.lots) == 1 else f"{len(s.lots):,} lots"),
        Field("original_units", "Units when acquired", 16, "quantity", lambda s: s.original[0] if s.original else None),
        Field("original_basis", "Basis when acquired", 15, "money", lambda s: s.original[1] if s.original else None),
        Field("method", "Method", 66, "text", lambda s: s.method),
        Field("line", "Allocation: file and row", 26, "wrap", lambda s: "; ".join(facts.place(*line.source) for line in s.lines)),
        Field("exact", "Units in full, where a number is too short", 22, "right", lambda s: exact_text(s.total("quantity"))),
        Field("sources", "Purchase: file and row", 38, "wrap", lambda s: facts.places(s.lots[0]["sources"]) if len(s.lots) == 1 else ""),
    )


def _per_unit(share: Share) -> Decimal:
    return exact.CONTEXT.divide(share.total("basis"), share.total("quantity"))


def write(book: Workbook) -> None:
    """The sheet."""
    facts = book.facts
    rows = shares(facts)
    empty = "No allocation: the history does not cross the end of 2024 under the law of the United States, or nothing was held then."
    common = facts.allocated.common if rows else frozenset()
    book.table(Layout(NAME, _fields(facts, common), empty, _NOTE, 2, "method"), rows)
