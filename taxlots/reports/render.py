"""A table as text for a terminal, as CSV, or a document as JSON."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from textwrap import wrap
from typing import Any

import msgspec

from taxlots import exact
from taxlots.problems import printable
from taxlots.reports.tables import MONEY, TEXT, Table

DRAFT = "DRAFT"
MOST_ROWS = 2000  # of a table in a terminal
WHOLE_TEXT, LEAST_TEXT = 16, 12  # a column of text no wider than the first is kept whole, a wider one is narrowed to the second
LEAST_NOTE = 40  # columns that a remark takes also in a narrower window
LEAST_PROSE = 40  # a last column of sentences that would get less stands below its row instead
_BETWEEN = 2  # spaces
_COMMAND = "taxlots "
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
    """The tables as a terminal of that width shows them; of a draft, each title says so. A number or a date stays in one piece."""
    import shutil  # noqa: PLC0415  only commands that show a table pay for these

    from rich.console import Console  # noqa: PLC0415

    stream = io.StringIO()
    console = Console(file=stream, width=width or shutil.get_terminal_size((160, 40)).columns, highlight=False, no_color=True)
    for table in tables:
        _print_table(console, table, f"{DRAFT}: {table.title}" if draft else table.title)
    return stream.getvalue()


def _print_table(console: Any, table: Table, title: str) -> None:
    from rich.text import Text  # noqa: PLC0415

    console.print(Text(f"\n{title}", style="bold"))
    rows = [[_shown(cell, kind) for cell, (_, kind) in zip(row, table.columns, strict=True)] for row in table.rows[:MOST_ROWS]]
    if not rows:
        console.print("  nothing")
    elif table.listed:
        console.file.writelines(_paragraph(row) for row in rows)
    else:
        _print_grid(console, table.columns, rows)
    if len(table.rows) > MOST_ROWS:
        console.print(Text(f"  {len(table.rows) - MOST_ROWS:,} more rows: `--format json` or `csv` gives them all."))
    for note in table.notes:
        console.file.write(_note(note, console.width))


def _note(note: str, width: int) -> str:
    """A remark, its further lines set in; what is to be copied stays in one line."""
    note = printable(note)
    if note.startswith(_COMMAND):
        return f"  {note}\n"
    lines = wrap(
        note, max(width, LEAST_NOTE), initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines) + "\n"


def _paragraph(row: Sequence[str]) -> str:
    """A row as two lines that no terminal width breaks, so that what is to be copied from them stays whole."""
    *head, cause, step = row
    return f"{' '.join(filter(None, head))}: {cause}\n  -> {step}\n"


def _print_grid(console: Any, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> None:
    from rich.padding import Padding  # noqa: PLC0415

    widths = _widths(columns, rows, console.width - _BETWEEN * len(columns))
    below: list[str] = []
    if columns[-1][1] == TEXT and widths[-1] < LEAST_PROSE < max(len(row[-1]) for row in rows):
        below, rows, columns = [row[-1] for row in rows], [row[:-1] for row in rows], columns[:-1]
        widths = _widths(columns, rows, console.width - _BETWEEN * len(columns))
    width, drawn = console.width, sum(widths) + _BETWEEN * len(columns)
    console.width = max(width, drawn)
    if below:
        with console.capture() as head:
            console.print(_grid(columns, widths, ()))
        console.file.write("".join(head.get().splitlines(keepends=True)[:-1]))  # without the empty line below
        for row, told in zip(rows, below, strict=True):
            console.print(Padding(_grid(columns, widths, (row,), head=False), (0, 0, 0, 1)))
            console.file.write(_note(f"  {told}", width))
        console.print()
    else:
        console.print(_grid(columns, widths, rows))
    console.width = width
    if drawn > width:
        console.print(f"  Lines break in this window: the table needs {drawn} columns.")


def _grid(columns: Sequence[tuple[str, str]], widths: Sequence[int], rows: Sequence[Sequence[str]], *, head: bool = True) -> Any:
    from rich import box  # noqa: PLC0415
    from rich.table import Table as RichTable  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    grid = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, _BETWEEN - 1, 0, 0), show_header=head, show_edge=head)
    for (name, kind), width in zip(columns, widths, strict=True):
        grid.add_column(Text(name), justify="left" if kind == TEXT else "right", overflow="fold", width=width)
    for row in rows:
        grid.add_row(*map(Text, row))
    return grid


def _widths(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Widths of the columns: the widest text and titles give way to the room, down to where only numbers and short words are left."""
    from rich.cells import cell_len  # noqa: PLC0415

    cells = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    words = [max(map(len, name.split())) for name, _ in columns]
    least = [
        max(LEAST_TEXT if kind == TEXT and cell > WHOLE_TEXT else cell, min(word, LEAST_TEXT))
        for cell, word, (_, kind) in zip(cells, words, columns, strict=True)
    ]
    widths = [max(cell, len(name)) for cell, (name, _) in zip(cells, columns, strict=True)]
    while sum(widths) > room and widths != least:
        widest = max((place for place, width in enumerate(widths) if width > least[place]), key=widths.__getitem__)
        widths[widest] -= 1
    return widths


def _shown(cell: Any, kind: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{exact.cents(cell):,.2f}" if kind == MONEY else exact.plain(cell) or ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}"
    return "".join(c if c.isprintable() else " " for c in str(cell))
