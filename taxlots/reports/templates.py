"""Ready-to-fill input files for what `taxlots check` found missing: a person fills in the empty cells and runs again.

A line that is not filled in yet has no effect, so a template may lie among the exports from the start.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from taxlots import exact, frames
from taxlots.decisions.gaps import Gap
from taxlots.files import write_text
from taxlots.kinds import KINDS, is_fiat
from taxlots.ledger.given_rows import runs
from taxlots.ledger.settle import Ledger
from taxlots.problems import Severity, TaxlotsError, problem

HEADERS = {
    "prices": ("time", "asset", "price", "currency", "source"),
    "overrides": ("id", "kind", "value", "basis", "acquired", "note", "asset"),
    "transfers": ("out_id", "in_id", "note"),
    "opening_lots": ("account", "asset", "quantity", "basis", "acquired", "holding_starts", "id", "note"),
}


def write_templates(ledger: Ledger, gaps: Sequence[Gap], folder: Path) -> list[Path]:
    """Write `prices.csv`, `overrides.csv`, `transfers.csv` and `opening_lots.csv` for what is missing; one without a line is not written.

    Raises:
        TaxlotsError: a file of that name is there already, or the folder can't be written to.
    """
    written = []
    lines = {"prices": _prices(ledger), "overrides": _overrides(ledger), "transfers": _transfers(ledger), "opening_lots": _opening(gaps)}
    for name, rows in lines.items():
        path = folder / f"{name}.csv"
        if not rows:
            continue
        if path.exists():
            raise TaxlotsError(problem("USAGE", f"{path} exists already", "Give --templates a folder without input files."))
        written.append(path)
        folder.mkdir(parents=True, exist_ok=True)
        write_text(path, _csv([HEADERS[name], *rows]))
    return written


def _prices(ledger: Ledger) -> list[tuple[str, ...]]:
    """One line per day and asset without a price."""
    return [(f"{day:%Y-%m-%d}", asset, "", ledger.prices.home, "") for day, asset in sorted(ledger.missing_prices)]


def _overrides(ledger: Ledger) -> list[tuple[str, ...]]:
    """One line per deposit without origin: give its basis and acquisition date, or another kind.

    And one per return of capital or spin-off whose holding (in `asset`) or share of basis is not known; and the rows that can't be used,
    to be excluded once their effect is given otherwise.
    """
    lines = _unusable(ledger)
    for row in frames.records(ledger.transactions):
        if row["kind"] == "deposit" and row["basis"] is None and not is_fiat(row["received_asset"]):
            quantity = exact.plain(row["received_quantity"])
            told = f"{quantity} {row['received_asset']} into {row['account']} on {row['time']:%Y-%m-%d}"
            lines.append((row["id"], "", "", "", "", told, ""))
        lacks = row["sent_asset"] is None or (row["kind"] == "spin-off" and row["basis"] is None)
        if KINDS[row["kind"]].about and lacks:
            told = f"{row['kind']} of {exact.plain(row['received_quantity'])} {row['received_asset']} on {row['time']:%Y-%m-%d}"
            lines.append((row["id"], "", "", "", "", told, ""))
    return lines


def _unusable(ledger: Ledger) -> list[tuple[str, ...]]:
    """One line per run of rows behind an error: FILE:ROW or FILE:FIRST-LAST."""
    lines: list[tuple[str, ...]] = []
    for one in ledger.problems:
        place = (one.file or "", one.row or 0)
        if one.severity is Severity.ERROR and place in ledger.unusable:
            lines += [(name, "", "", "", "", one.message, "") for name in runs(ledger.positions.get(place, {place}))]
    return lines


def _transfers(ledger: Ledger) -> list[tuple[str, ...]]:
    """One line per withdrawal without other end: give the deposit's id; the note only describes it."""
    lines: list[tuple[str, ...]] = []
    for row in frames.records(ledger.transactions):
        if row["kind"] == "withdrawal" and not is_fiat(row["sent_asset"]):
            quantity = exact.plain(row["sent_quantity"])
            told = f"{quantity} {row['sent_asset']} from {row['account']} on {row['time']:%Y-%m-%d}"
            lines.append((row["id"], "", told))
    return lines


def _opening(gaps: Sequence[Gap]) -> list[tuple[str, ...]]:
    """One line per piece disposed of beyond what was held: give its basis and acquisition date."""
    lines: list[tuple[str, ...]] = []
    for gap in gaps:
        if gap.kind != "deposit":
            told = f"{gap.kind} on {gap.time:%Y-%m-%d} (id {gap.transaction_id})"
            lines.append((gap.account, gap.asset, exact.plain(gap.quantity) or "", "", "", "", "", told))
    return lines


def _csv(rows: list[tuple[str, ...]]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()
