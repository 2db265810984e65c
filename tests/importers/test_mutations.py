"""Whatever happens to a sample export on its way: no exception, one fate per row, and nothing counted twice."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import (
    PATHS,
    SAMPLES,
    as_text,
    assert_accounted,
    content,
    fitting,
    halves,
    header_place,
    mutated,
    sample_rows,
    settled,
    shuffled,
)
from other_forms import OFX, WORKBOOKS, as_workbook, mutated_ofx, mutated_workbook, ofx_text, sheets_of
from taxlots.importers.detect import SECTIONS
from taxlots.ledger.settle import Ledger

# Where the order of the rows is itself what the export says.
ORDERED = {
    "binance/Binance-Transaction-History-2021-2024.csv": "the pairs of several trades in one second are told by their order",
    "bybit/AssetChangeDetails_uta_80808080_20250101_20251231_0.csv": "small balances of one second are paired in their order",
    "trezor/history-btc-web-wallet.csv": "the fee of several outputs is on the first",
}
# Statements of several tables: their rows mean nothing without the table above.
SECTIONED = [path for path in PATHS if (layout := fitting(sample_rows(path)[header_place(sample_rows(path))])) and layout.shape == SECTIONS]
EXPORTS = [path for path in PATHS if path != "prices.csv"]
FLAT = [path for path in EXPORTS if path not in SECTIONED]


def ledger_of(**files: bytes) -> Ledger:
    """The ledger of files in a folder and folders in it; their names stay, since some exports say in it what they are of."""
    with TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).parent.mkdir(exist_ok=True)
            (Path(folder) / name).write_bytes(data)
        imported, ledger = settled(Path(folder))
    assert_accounted(imported, ledger)
    return ledger


@pytest.mark.parametrize("path", EXPORTS)
@settings(max_examples=2, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_accidents_leave_every_row_accounted_for(path: str, seed: int) -> None:
    """One to three accidents: every row is used, merged, set aside or named."""
    ledger_of(**{Path(path).name: mutated(path, seed)})


@pytest.mark.parametrize("path", EXPORTS)
def test_said_twice_counts_once(path):
    """The file under another name, and all of it again in another encoding, add nothing."""
    name, data = Path(path).name, (SAMPLES / path).read_bytes()
    once = content(ledger_of(**{name: data}))
    again = as_text(sample_rows(path)).encode("utf-16")
    assert content(ledger_of(**{name: data, f"copy/{name}": data, f"new/{name}": again})) == once


@pytest.mark.parametrize("path", WORKBOOKS)
@settings(max_examples=12, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_accidents_to_workbooks_leave_every_row_accounted_for(path: str, seed: int) -> None:
    """Rows cut off, repeated, swapped and spoiled, and files cut off: every row is used, merged, set aside or named."""
    ledger_of(**{Path(path).name: mutated_workbook(path, seed)})


@pytest.mark.parametrize("path", OFX)
@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_accidents_to_ofx_leave_every_record_accounted_for(path: str, seed: int) -> None:
    """Records repeated, swapped, missing and damaged, in other encodings and cut off: each record is used, merged, set aside or named."""
    ledger_of(**{Path(path).name: mutated_ofx(path, seed)})


@pytest.mark.parametrize("path", WORKBOOKS)
def test_a_workbook_said_twice_counts_once(path):
    """The file under another name, and its sheets saved by another program, add nothing."""
    name, data = Path(path).name, (SAMPLES / path).read_bytes()
    once = content(ledger_of(**{name: data}))
    assert once
    assert content(ledger_of(**{name: data, f"copy/{name}": data, f"new/{name}": as_workbook(sheets_of(path))})) == once


@pytest.mark.parametrize("path", OFX)
def test_ofx_said_twice_counts_once(path):
    """The file under another name, and all of it in another encoding, add nothing."""
    name, data = Path(path).name, (SAMPLES / path).read_bytes()
    once = content(ledger_of(**{name: data}))
    assert once
    assert content(ledger_of(**{name: data, f"copy/{name}": data, f"new/{name}": ofx_text(path).encode("utf-16")})) == once


@pytest.mark.parametrize("path", FLAT)
def test_overlapping_exports_count_once(path):
    """An export of the first two thirds and one of the last two are the whole, and add nothing to it."""
    name, rows = Path(path).name, sample_rows(path)
    whole, (first, second) = as_text(rows).encode(), (as_text(half).encode() for half in halves(rows))
    once = content(ledger_of(**{name: whole}))
    assert content(ledger_of(**{name: first, f"second/{name}": second})) == once
    assert content(ledger_of(**{name: whole, f"first/{name}": first, f"second/{name}": second})) == once


@pytest.mark.parametrize("path", [path for path in FLAT if path not in ORDERED])
def test_the_order_of_rows_says_nothing(path):
    """The rows below the header in any order say the same; where an export needs their order, an error says so."""
    name, rows = Path(path).name, sample_rows(path)
    before = ledger_of(**{name: as_text(rows).encode()})
    after = ledger_of(**{name: as_text(shuffled(rows, random.Random(1))).encode()})
    assert content(after) == content(before) or _new_problems(before, after)


def _new_problems(before: Ledger, after: Ledger) -> set[str]:
    """Codes of what is found in the one and not in the other, but for prices."""
    known = {(p.code, p.message) for p in before.problems}
    return {p.code for p in after.problems if (p.code, p.message) not in known} - {"PRICE_MISSING"}


# Not the funding accounts of OKX and Bybit alone: their moves to the trading account balance a deposit that is missing.
BALANCED = ["kraken/ledgers.csv", "okx/OKX Trading History.csv", "coinbase_pro/account.csv"]
BALANCED += ["bybit/AssetChangeDetails_uta_80808080_20250101_20251231_0.csv"]


@pytest.mark.parametrize("path", BALANCED)
def test_a_missing_row_is_noticed(path):
    """In an export that states balances, a row that moved something can't be lost without a word, wherever it stood."""
    name, rows = Path(path).name, sample_rows(path)
    before = ledger_of(**{name: as_text(rows).encode()})
    assert before.balances
    start = header_place(rows) + 1
    draw = random.Random(5)
    for gone in draw.sample(range(start, len(rows)), min(6, len(rows) - start)):
        after = ledger_of(**{name: as_text([*rows[:gone], *rows[gone + 1 :]]).encode()})
        if content(after) != content(before):
            assert _new_problems(before, after), rows[gone]
