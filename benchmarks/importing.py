"""Reading and settling a Kraken ledger, as a ratio to the time in which pyarrow reads the same file as text, measured in the same run.

    python benchmarks/importing.py [ROWS ...] [--repeat N]

Each size runs in a process of its own, so that its peak memory is its own. Before each of N runs the floor is measured anew, as the
fastest of three reads, since a machine that others use is now faster and now slower; the run with the median ratio is shown, and the
range. The ledger is pseudo-random with a fixed seed (`kraken_history.py`): trades, rewards, allocations, deposits and withdrawals of
eight assets with true running balances, so that every balance is checked.
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

    runs = []
    for _ in range(repeat):
        lowest = floor(path)
        begun = perf_counter()
        imported = read([path])
        between = perf_counter()
        ledger = settle(imported)
        reading, settling = between - begun, perf_counter() - between
        runs.append(((reading + settling) / lowest, lowest, reading, settling))
        rows, transactions = ledger.files[0].rows, len(ledger.transactions)
        wrong = sum(balance.difference != 0 for balance in ledger.balances)
        del imported, ledger
    runs.sort()
    ratio, lowest, reading, settling = runs[len(runs) // 2]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{rows:>9,} {lowest:>8.3f} {reading:>8.2f} {settling:>9.2f} {ratio:>7.1f}x {runs[0][0]:>6.1f}-{runs[-1][0]:<5.1f} "
        f"{(reading + settling) / rows * 1e6:>7.2f} {memory:>9.0f} {transactions:>12,} {wrong:>10}"
    )


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.file:
        measure(chosen.file, chosen.repeat)
        return
    print("     rows  floor s   read s  settle s   ratio   from-to     us/row   peak MB transactions   balances off")
    with tempfile.TemporaryDirectory() as folder:
        for rows in chosen.rows:
            path = Path(folder) / "ledgers.csv"
            kraken_history.write(path, rows)
            command = [sys.executable, __file__, "--file", str(path), "--repeat", str(chosen.repeat)]
            subprocess.run(command, check=True)  # noqa: S603
            path.unlink()


if __name__ == "__main__":
    main()
