"""A table as text for a terminal, as CSV, or a document as JSON."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from taxlots import exact
from taxlots.reports.tables import MONEY, TEXT, Table

DRAFT = "DRAFT"
MOST_ROWS = 2000  # of a table in a terminal
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


def as_csv(table: Table) -> str:
    """Header and rows; exact numbers in plain notation. Text that a spreadsheet would run as a formula gets an apostrophe."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([name for name, _ in table.columns])
    kinds = [kind for _, kind in table.columns]
    writer.writerows([[_csv_cell(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows])
    return stream.getvalue()


def _csv_cell(cell: Any, kind: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return exact.plain(cell) or ""
    text = cell.isoformat() if isinstance(cell, datetime) else str(cell)
    return f"'{text}" if kind == TEXT and text.startswith(_FORMULA_START) else text


def as_json(document: dict[str, Any]) -> str:
    """Indented JSON with a final line end."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def as_text(tables: Sequence[Table], width: int | None = None, *, draft: bool = False) -> str:
    """The tables as a terminal shows them; of a draft, each title says so."""
    from rich.console import Console  # noqa: PLC0415  only commands that show a table pay for it

    stream = io.StringIO()
    console = Console(file=stream, width=width or _terminal_width(), highlight=False, no_color=True)
    for table in tables:
        _print_table(console, table, f"{DRAFT}: {table.title}" if draft else table.title)
    return stream.getvalue()


def _terminal_width() -> int:
    import shutil  # noqa: PLC0415

    return max(100, shutil.get_terminal_size((160, 40)).columns)


def _print_table(console: Any, table: Table, title: str) -> None:
    from rich import box  # noqa: PLC0415
    from rich.table import Table as RichTable  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console.print(Text(f"\n{title}", style="bold"))
    if not table.rows:
        console.print("  nothing")
    else:
        shown = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
        for name, kind in table.columns:
            shown.add_column(Text(name), justify="left" if kind == TEXT else "right", overflow="fold")
        for row in table.rows[:MOST_ROWS]:
            shown.add_row(*(Text(_shown(cell, kind)) for cell, (_, kind) in zip(row, table.columns, strict=True)))
        console.print(shown)
    if len(table.rows) > MOST_ROWS:
        console.print(Text(f"  {len(table.rows) - MOST_ROWS:,} more rows: `--format json` or `csv` gives them all."))
    for note in table.notes:
        console.print(Text(f"  {note}"))


def _shown(cell: Any, kind: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{exact.cents(cell):,.2f}" if kind == MONEY else exact.plain(cell) or ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}"
    return "".join(c if c.isprintable() else " " for c in str(cell))
