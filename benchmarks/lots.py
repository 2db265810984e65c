"""Exports to disposals, as ratios to the time that pyarrow needs to read the same file as text, measured in the same process.

    python benchmarks/lots.py [ROWS ...] [--history NAME ...] [--method NAME ...] [--rp2 PATH]

Each line of the table is a process of its own, so that its peak memory is its own. Histories: `universal_histories.py`. The floor is the
fastest of five readings. Where RP2 is installed, or its `rp2_us` is named, it books the trades as well: whole processes, less their
start-up.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import rp2_side
from universal_histories import HISTORIES, write

METHODS = ("fifo", "lifo", "hifo", "lofo", "min-tax", "average", "section-104")
RP2_ROWS = (2_000, 8_000, 32_000)
TITLE = (
    "history         rows method  floor s |   read settle entries    fold  frames |  total  us/row  peak MB | entries  pieces   open lots\n"
    "                                       as ratios to the floor"
)


def measure(path: Path, history: str, method: str) -> None:
    """One line of the table."""
    from taxlots.importers.read import read  # noqa: PLC0415
    from taxlots.ledger.entries import split  # noqa: PLC0415
    from taxlots.ledger.settle import Terms, settle  # noqa: PLC0415
    from taxlots.lots import results  # noqa: PLC0415
    from taxlots.lots.book import book_entries  # noqa: PLC0415
    from taxlots.lots.elections import Elections, TermRates  # noqa: PLC0415
    from taxlots.rulebook import load  # noqa: PLC0415

    floor, rulebook = min(_timed(_read_as_text, path)[0] for _ in range(5)), load()
    rates = ((datetime.min.replace(tzinfo=UTC), TermRates(Decimal("0.35"), Decimal("0.15"))),)
    elections = Elections(method, per_account=method != "average", rates=rates)
    reading, imported = _timed(read, [path])
    settling, ledger = _timed(settle, imported, Terms(zone_assumed=False))
    rows = len(ledger.transactions)
    del imported
    splitting, entries = _timed(split, ledger.transactions)
    folding, booked = _timed(book_entries, entries, elections)
    writing, book = _timed(results.written, ledger, (entries, booked), elections, rulebook)
    steps = (reading, settling, splitting, folding, writing)
    shown = " ".join(f"{seconds / floor:>7.1f}" for seconds in steps)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{history:<11} {rows:>9,} {method:>6} {floor:>8.3f} | {shown} | {sum(steps) / floor:>5.1f}x {sum(steps) / rows * 1e6:>7.2f} "
        f"{memory:>8.0f} | {len(entries):>7,} {len(book.disposals):>7,} {len(book.lots):>9,}",
        flush=True,
    )


def _read_as_text(path: Path) -> object:
    import pyarrow as pa  # noqa: PLC0415  measured in the child process
    from pyarrow import csv  # noqa: PLC0415

    with path.open() as file:
        names = next(file).rstrip("\n").split(",")
    return csv.read_csv(path, convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())))


def _timed(function: object, *arguments: object) -> tuple[float, object]:
    begun = perf_counter()
    result = function(*arguments)
    return perf_counter() - begun, result


def beside_rp2(command: str, folder: Path) -> None:
    """Whole processes on the same trades: RP2 and `taxlots gains`, each less the time of its start."""
    print("\n     rows method    RP2 s  taxlots s   ratio   (whole process less start-up)")
    write(folder / "two.csv", "covered", 2)
    for rows in RP2_ROWS:
        path = folder / f"rp2-{rows}"
        path.mkdir()
        write(path / "trades.csv", "covered", rows)
        rp2_side.convert(path / "trades.csv", path)
        theirs = rp2_side.seconds([command, "-m", "fifo", "-n", "-o", "out", "rp2.ini", "rp2.ods"], [command, "--help"], path)
        ours = rp2_side.seconds(_gains(path / "trades.csv"), _gains(folder / "two.csv"), path)
        print(f"{rows:>9,} {'fifo':>6} {theirs:>8.1f} {ours:>10.2f} {theirs / ours:>6.0f}x", flush=True)


def _gains(ledger: Path) -> list[str]:
    """The command on a ledger; on one of two rows it is all start-up, as `--help` loads less than it."""
    return [sys.executable, "-m", "taxlots", "gains", str(ledger), "--method", "fifo", "--format", "json"]


def main() -> None:
    """Measure each history, size and method in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--history", action="append", choices=sorted(HISTORIES))
    parser.add_argument("--method", action="append", choices=METHODS)
    parser.add_argument("--rp2", help="path of RP2's rp2_us, where it is not on the PATH; `none` leaves it out")
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.file:
        measure(chosen.file, chosen.history[0], chosen.method[0])
        return
    print(TITLE)
    with tempfile.TemporaryDirectory() as folder:
        for history in chosen.history or HISTORIES:
            for rows in chosen.rows:
                path = Path(folder) / f"{history}-{rows}.csv"
                write(path, history, rows)
                for method in chosen.method or METHODS:
                    command = [sys.executable, __file__, "--file", str(path), "--history", history, "--method", method]
                    subprocess.run(command, check=True)  # noqa: S603
                path.unlink()
        command = chosen.rp2 or shutil.which("rp2_us", path=f"{Path(sys.executable).parent}:/usr/local/bin")
        if command and command != "none":
            beside_rp2(command, Path(folder))
        else:
            print("RP2 is not installed: `pip install rp2` in an environment of its own, and name its rp2_us with --rp2.")


if __name__ == "__main__":
    main()
