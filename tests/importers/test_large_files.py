"""Whatever stands around the rows of a large file, it is read as a small one: by column or row by row makes no difference."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC

import pytest
from mutations import content
from taxlots.importers import readers
from taxlots.importers.read import read
from taxlots.ledger.settle import Terms, settle

from support import folder

HEADER = "time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,fee_quantity,fee_asset,id,note"
ROWS = [f"2024-02-{1 + n % 28:02}T12:00:{n % 60:02}Z,kraken,buy,{200 + n},USD,{n + 1},SOL,0.5,USD,row-{n:090},a note" for n in range(1800)]
LEDGER = "txid,refid,time,type,subtype,aclass,asset,wallet,amount,fee,balance"
ENTRIES = [
    f"L{n:040},R{n:040},2024-03-{1 + n // 120:02} {n // 60 % 24:02}:{n % 60:02}:00,deposit,,currency,ZUSD,spot / main,1,0,{n + 1}"
    for n in range(1900)
]
FILES = {"universal": [HEADER, *ROWS], "kraken_ledgers": [LEDGER, *ENTRIES]}


def text(lines: list[str]) -> bytes:
    """Lines as a file."""
    return "\n".join(lines).encode()


def wrapped(lines: list[str]) -> list[str]:
    """Each line as one quoted cell."""
    return ['"' + line.replace('"', '""') + '"' for line in lines]


FORMS: dict[str, Callable[[list[str]], bytes]] = {
    "rows wrapped in quotes": lambda lines: text(wrapped(lines)),
    "rows wrapped in quotes below a bare header": lambda lines: text([lines[0], *wrapped(lines[1:])]),
    "byte order mark between pasted files": lambda lines: text([*lines[:900], "\ufeff" + lines[0], *lines[900:]]),
    "byte order mark before a row": lambda lines: text([*lines[:900], "\ufeff" + lines[900], *lines[901:]]),
    "preamble with a cell of three lines": lambda lines: text(['"one\ntwo\nthree",x', "", *lines]),
    "named separator": lambda lines: text(["sep=;", *(line.replace(",", ";") for line in lines)]),
    "blank lines and a total": lambda lines: text([lines[0], "", *lines[1:], "", "Total,,,1234.5"]),
    "header said again": lambda lines: text([*lines[:900], lines[0], *lines[900:], lines[0]]),
    "delimiters at the end": lambda lines: text([line + ",," for line in lines]),
    "UTF-16": lambda lines: text(lines).decode().encode("utf-16"),
    "lines of both kinds": lambda lines: text(lines[:900]) + b"\r\n" + text(lines[900:]).replace(b"\n", b"\r\n"),
    "an open quote": lambda lines: text([*lines[:900], lines[900][:-3] + ',"x', *lines[901:]]),
    "an open quote at the end": lambda lines: text([*lines[:-1], lines[-1][:-3] + ',"x']) + b"\n\n",
    "an open quote at the very end": lambda lines: text([*lines, lines[-1].replace(",", ',"', 1)]),
    "quotes within cells": lambda lines: text([lines[0], *(line.replace("SOL", 'S"OL').replace("ZUSD", '"ZU""S"D') for line in lines[1:])]),
    "nothing but short rows": lambda lines: text([lines[0], *(line.partition(",")[0] + "x" * 150 for line in lines[1:])]),
}


def read_as(tmp_path, data: bytes):
    """Content, fates and problems of a file."""
    exports = folder(tmp_path, {"x.csv": data})
    ledger = settle(read([exports], UTC, base=exports), Terms(UTC))
    fates = [(f.layout, f.rows, f.used, f.merged, f.set_aside, f.unusable) for f in ledger.files]
    return content(ledger), fates, Counter((p.code, p.row, p.message) for p in ledger.problems)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", FILES)
def test_a_large_file_reads_as_a_small_one(tmp_path, monkeypatch, layout, form):
    """The same file with and without reading by column: transactions, fates and problems are equal."""
    data = FORMS[form](FILES[layout])
    assert len(data) > readers.LARGE_BYTES
    large = read_as(tmp_path, data)
    monkeypatch.setattr(readers, "LARGE_BYTES", 1 << 40)
    assert read_as(tmp_path, data) == large
    assert large[1][0][0] == layout
