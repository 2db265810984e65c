"""Reading and settling a Kraken ledger, as a ratio to the time in which pyarrow reads the same file as text, measured in the same run.

    python benchmarks/importing.py [ROWS ...] [--repeat N]

Each size runs in a process of its own, so that its peak memory is its own. The floor is the fastest of three reads, the steps are those
of the fastest of N runs. The ledger is pseudo-random with a fixed seed (`kraken_history.py`): trades, rewards, allocations, deposits and
withdrawals of eight assets with true running balances, so that every balance is checked.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import kraken_history


def floor(path: Path) -> float:
    """Seconds that pyarrow needs for the file with all columns as text: the fastest of three."""
    import pyarrow as pa  # noqa: PLC0415  measured in the child process
    from pyarrow import csv  # noqa: PLC0415

    names = kraken_history.HEADER.strip().replace('"', "").split(",")
    options = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    times = []
    for _ in range(3):
        begun = perf_counter()
        csv.read_csv(path, convert_options=options)
        times.append(perf_counter() - begun)
    return min(times)


def measure(path: Path, repeat: int) -> None:
    """One line of the table: seconds of the floor and of the steps, ratio, peak memory, what came out."""
    from taxlots.importers.read import read  # noqa: PLC0415  measured in the child process
    from taxlots.ledger.settle import settle  # noqa: PLC0415

    lowest = floor(path)
    best: tuple[float, float] | None = None
    for _ in range(repeat):
        begun = perf_counter()
        imported = read([path])
        between = perf_counter()
        ledger = settle(imported)
        steps = (between - begun, perf_counter() - between)
        best = steps if best is None or sum(steps) < sum(best) else best
    reading, settling = best or (0.0, 0.0)
    rows = ledger.files[0].rows
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wrong = sum(balance.difference != 0 for balance in ledger.balances)
    print(
        f"{rows:>9,} {lowest:>8.3f} {reading:>8.2f} {settling:>9.2f} {(reading + settling) / lowest:>7.1f}x "
        f"{(reading + settling) / rows * 1e6:>9.2f} {memory:>9.0f} {len(ledger.transactions):>12,} {wrong:>10}"
    )


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.file:
        measure(chosen.file, chosen.repeat)
        return
    print("     rows  floor s   read s  settle s   ratio    us/row   peak MB transactions   balances off")
    with tempfile.TemporaryDirectory() as folder:
        for rows in chosen.rows:
            path = Path(folder) / "ledgers.csv"
            kraken_history.write(path, rows)
            command = [sys.executable, __file__, "--file", str(path), "--repeat", str(chosen.repeat)]
            subprocess.run(command, check=True)  # noqa: S603
            path.unlink()


if __name__ == "__main__":
    main()
