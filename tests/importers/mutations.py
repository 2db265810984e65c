"""Every sample export, and what may happen to it on the way: cut, reordered, re-encoded, localised, mixed with foreign rows."""

import csv
import io
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

from taxlots.importers.companions import LAYOUTS as COMPANIONS
from taxlots.importers.detect import SEARCHED_ROWS, Layout, _fitting, _names
from taxlots.importers.encodings import decode
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.read import Imported, read
from taxlots.importers.text_rows import delimiter_of
from taxlots.ledger.settle import Ledger, Terms, settle
from taxlots.problems import Severity

SAMPLES = Path(__file__).resolve().parents[2] / "sample_exports"
PATHS = sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*.csv"))
Rows = list[list[str]]
Mutation = Callable[[Rows, random.Random], Rows]
TIME = re.compile(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}")
NUMBER = re.compile(r"-?[0-9]+\.[0-9]+")
GARBAGE = (
    [""],
    ["Total", "", "", "1,234.50"],
    ["x" * 300],
    ["=cmd|'/c calc'!A1", "\u202e", "#N/A"],
    ["0"] * 40,
    ["1", "2"],
    ["Statement", "Header", "Field Name", "Field Value"],
    ["\u0000", "\ufeff", "'"],
    ["time", "account", "kind"],
)
ODD = ("", "0", "-1", "1e-25", "999999999999999999", "x", "$3.00", "(4)", "1,5", "never", "\u00a0", "\u0663", "NaN", "Infinity", "1e999")


def sample_rows(path: str) -> Rows:
    """The cells of a sample."""
    text = decode((SAMPLES / path).read_bytes())
    assert text is not None
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)))


def as_text(rows: Rows, delimiter: str = ",") -> str:
    """Rows as CSV."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def header_place(rows: Rows) -> int:
    """Index of the header; where none is known any more, of the first of the widest rows near the top."""
    known = next((n for n, row in enumerate(rows[:SEARCHED_ROWS]) if fitting(row)), None)
    return known if known is not None else max(range(len(rows[:20])), key=lambda n: (len(rows[n]), -n))


def fitting(row: list[str]) -> Layout | None:
    """The layout whose header the row is."""
    return _fitting(_names(row), (*LAYOUTS, *COMPANIONS))


def times(row: list[str]) -> list[str]:
    """Cells of a row that look like dates or times."""
    return [cell for cell in row if TIME.search(cell)]


def halves(rows: Rows) -> tuple[Rows, Rows]:
    """Two overlapping exports of the rows, the first without the last third and the second without the first; cut between two times."""
    start = header_place(rows) + 1
    cuts = [
        n
        for n in range(start + 1, len(rows))
        if times(rows[n]) and times(rows[n - 1]) and not set(times(rows[n])) & set(times(rows[n - 1]))
    ]
    third = (len(rows) - start) // 3
    first = min(cuts, key=lambda n: abs(n - start - 2 * third), default=len(rows))
    second = min(cuts, key=lambda n: abs(n - start - third), default=start)
    return rows[:first], rows[:start] + rows[second:]


def shuffled(rows: Rows, draw: random.Random) -> Rows:
    """The rows below the header in another order."""
    start = header_place(rows) + 1
    return rows[:start] + draw.sample(rows[start:], len(rows) - start)


def _reverse(rows: Rows, _draw: random.Random) -> Rows:
    start = header_place(rows) + 1
    return rows[:start] + rows[start:][::-1]


def _drop_rows(rows: Rows, draw: random.Random) -> Rows:
    return [row for n, row in enumerate(rows) if n <= header_place(rows) or draw.random() < 0.7]


def _repeat_rows(rows: Rows, draw: random.Random) -> Rows:
    return [again for n, row in enumerate(rows) for again in [row] * (1 if n <= header_place(rows) else draw.choice((1, 1, 2)))]


def _swap_columns(rows: Rows, draw: random.Random) -> Rows:
    width = len(rows[header_place(rows)])
    order = draw.sample(range(width), width)
    return [[row[n] for n in order] if len(row) == width else row for row in rows]


def _drop_column(rows: Rows, draw: random.Random) -> Rows:
    gone = draw.randrange(len(rows[header_place(rows)]))
    return [row[:gone] + row[gone + 1 :] for row in rows]


def _empty_header_cell(rows: Rows, draw: random.Random) -> Rows:
    place = header_place(rows)
    gone = draw.randrange(len(rows[place]))
    return [[*row[:gone], "", *row[gone + 1 :]] if n == place else row for n, row in enumerate(rows)]


def _cut_row(rows: Rows, draw: random.Random) -> Rows:
    chosen = draw.randrange(len(rows))
    return [row[: draw.randrange(len(row) + 1)] if n == chosen else row for n, row in enumerate(rows)]


def _garbage(rows: Rows, draw: random.Random) -> Rows:
    place = draw.randrange(len(rows) + 1)
    return [*rows[:place], *draw.sample(GARBAGE, 2), *rows[place:]]


def _odd_cells(rows: Rows, draw: random.Random) -> Rows:
    start = header_place(rows)
    return [[draw.choice(ODD) if n > start and draw.random() < 0.08 else cell for cell in row] for n, row in enumerate(rows)]


def _comma_numbers(rows: Rows, _draw: random.Random) -> Rows:
    return [[cell.replace(".", ",") if NUMBER.fullmatch(cell) else cell for cell in row] for row in rows]


def _grouped_numbers(rows: Rows, _draw: random.Random) -> Rows:
    return [[re.sub(r"^(-?[0-9]+)", lambda m: f"{int(m[1]):,}", cell) if NUMBER.fullmatch(cell) else cell for cell in row] for row in rows]


def _header_again(rows: Rows, draw: random.Random) -> Rows:
    place = draw.randrange(len(rows) + 1)
    return [*rows[:place], rows[header_place(rows)], *rows[place:]]


def _other_export(rows: Rows, draw: random.Random) -> Rows:
    return [*rows, *sample_rows(draw.choice(PATHS))]


MUTATIONS: tuple[Mutation, ...] = (
    *(shuffled, _reverse, _drop_rows, _repeat_rows, _swap_columns, _drop_column, _empty_header_cell, _cut_row, _garbage),
    *(_odd_cells, _comma_numbers, _grouped_numbers, _header_again, _other_export),
)


def _cut(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def _spoil(data: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(data) + 1)
    return data[:place] + draw.randbytes(3) + data[place:]


PACKINGS: tuple[Callable[[str, random.Random], bytes], ...] = (
    lambda text, _: text.encode(),
    lambda text, _: text.encode(),
    lambda text, _: text.encode("utf-8-sig").replace(b"\n", b"\r\n"),
    lambda text, _: text.encode("utf-16"),
    lambda text, _: text.encode("cp1252", "replace"),
    lambda text, _: text.replace("\n", "\n\n").encode(),
    lambda text, _: "\n".join('"' + line.replace('"', '""') + '"' for line in text.splitlines()).encode(),
    lambda text, draw: _cut(text.encode(), draw),
    lambda text, draw: _spoil(text.encode(), draw),
    lambda text, _: text.replace('"', "").encode(),
)


def mutated(path: str, seed: int) -> bytes:
    """A sample after one to three accidents."""
    draw = random.Random(seed)
    rows = sample_rows(path)
    for mutation in draw.sample(MUTATIONS, draw.randint(1, 3)):
        rows = mutation(rows, draw)
    return draw.choice(PACKINGS)(as_text(rows, draw.choice(",,,;\t|^")), draw)


def settled(folder: Path) -> tuple[Imported, Ledger]:
    """What is imported from a folder, and the ledger of it."""
    imported = read([folder], UTC, base=folder)
    return imported, settle(imported, Terms(UTC))


def assert_accounted(imported: Imported, ledger: Ledger) -> None:
    """Every data row has exactly one fate, counts are not negative, and a row that is not used has a reason or a problem."""
    used = {(source["file"], source["row"]) for sources in ledger.transactions["sources"] for source in sources}
    used |= {row.source for rows in imported.companions.values() for row in rows} - imported.unusable - ledger.set_aside.keys()
    fates = (used, set(ledger.merged), set(ledger.set_aside), imported.unusable)
    for record in ledger.files:
        counts = [sum(file == record.file for file, _ in fate) for fate in fates]
        assert counts == [record.used, record.merged, record.set_aside, record.unusable], record
        assert sum(counts) == record.rows
    assert len(set().union(*fates)) == sum(map(len, fates))
    errors = [p for p in ledger.problems if p.severity is Severity.ERROR]  # one problem may stand for a group of rows, also of two files
    named = {p.file for p in errors} | {f.file for f in ledger.files if any(f"{f.file} (" in p.message for p in errors)}
    assert {file for file, _ in imported.unusable} <= named
    assert "INTERNAL_FAULT" not in {p.code for p in ledger.problems}
    assert "ROW_UNACCOUNTED" not in {p.code for p in ledger.problems}


CONTENT = (
    *("account", "kind", "time", "sent_quantity", "sent_asset", "received_quantity", "received_asset", "fee_quantity", "fee_asset"),
    *("value", "value_currency", "counter_account", "basis", "acquired"),
)


def content(ledger: Ledger) -> Counter[tuple[Any, ...]]:
    """What the transactions say, whichever rows say it, how often."""
    return Counter(map(tuple, ledger.transactions[list(CONTENT)].astype(object).map(str).itertuples(index=False)))
