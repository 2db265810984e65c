"""Samples that are no CSV, workbooks and OFX, and what may happen to them on the way."""

import io
import random
import re
from collections.abc import Callable

import openpyxl
from mutations import SAMPLES, Rows
from taxlots.importers.workbooks import worksheets

WORKBOOKS = sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*.xlsx"))
OFX = sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*.[oq]fx"))
_RECORD = re.compile(r"<(?P<tag>BUY[A-Z]+|SELL[A-Z]+|INCOME|REINVEST|INVEXPENSE|INVBANKTRAN|STMTTRN)>.*?</(?P=tag)>", re.DOTALL)


def sheets_of(path: str) -> dict[str, Rows]:
    """The sheets of a sample as rows of text."""
    return dict(worksheets((SAMPLES / path).read_bytes(), 10**8))


def as_workbook(sheets: dict[str, Rows]) -> bytes:
    """A workbook with these sheets, written anew by another program than the platform's."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell or None for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cut(rows: Rows, draw: random.Random) -> Rows:
    return rows[: draw.randrange(len(rows) + 1)]


def _repeat(rows: Rows, draw: random.Random) -> Rows:
    place = draw.randrange(len(rows))
    return [*rows[: place + 1], *rows[place:]]


def _swap(rows: Rows, draw: random.Random) -> Rows:
    first, second = sorted(draw.sample(range(len(rows)), 2))
    return [*rows[:first], rows[second], *rows[first + 1 : second], rows[first], *rows[second + 1 :]]


def _spoil(rows: Rows, draw: random.Random) -> Rows:
    odd = ("#N/A", "#REF!", "45292.5", "", "x", "-1", "1e999", "\u0663")
    return [[draw.choice(odd) if draw.random() < 0.05 else cell for cell in row] for row in rows]


ROW_ACCIDENTS: tuple[Callable[[Rows, random.Random], Rows], ...] = (_cut, _repeat, _swap, _spoil)


def mutated_workbook(path: str, seed: int) -> bytes:
    """A sample workbook after one or two accidents to the rows of each sheet; of five files one is cut off."""
    draw = random.Random(seed)
    accidents = draw.sample(ROW_ACCIDENTS, draw.randint(1, 2))
    sheets = sheets_of(path)
    for name in sheets:
        for accident in accidents:
            sheets[name] = accident(sheets[name], draw) if len(sheets[name]) > 1 else sheets[name]
    data = as_workbook(sheets)
    return data[: draw.randrange(len(data))] if draw.random() < 0.2 else data


def ofx_text(path: str) -> str:
    """The text of a sample."""
    return (SAMPLES / path).read_text()


def mutated_ofx(path: str, seed: int) -> bytes:
    """A sample after one accident to its records and one to its bytes."""
    draw = random.Random(seed)
    text = ofx_text(path)
    records = [match.span() for match in _RECORD.finditer(text)]
    (first, end), (second, last) = sorted(draw.sample(records, 2))
    text = draw.choice(
        (
            text[:end] + text[first:],  # a record twice
            text[:first] + text[second:last] + text[end:second] + text[first:end] + text[last:],  # two in each other's place
            text[:first] + text[end:],  # one missing
            text[:first] + re.sub(r"[0-9]{3}", "x", text[first:end]) + text[end:],  # one that can't be read
            text[:end].rpartition("</")[0] + text[end:],  # one without its end
        )
    )
    packings: tuple[Callable[[str], bytes], ...] = (
        str.encode,
        lambda t: t.encode("utf-16"),
        lambda t: t.replace("\n", "\r\n").encode("utf-8-sig"),
        lambda t: " ".join(t.split("\n")).encode() if t.startswith("<") else t.encode("cp1252"),
        lambda t: t.encode()[: draw.randrange(len(t))],
    )
    return draw.choice(packings)(text)
