"""Exports to disposals, as a ratio to the time that pyarrow needs to read the same file as text, measured in the same run.

    python benchmarks/pipeline.py [ROWS ...] [--method fifo|lifo|hifo|lofo]

Each size runs in a process of its own, so that its peak memory is its own. The history is pseudo-random with a fixed seed: one taxpayer,
two accounts, eight assets, buys, sells, swaps, transfers and staking income in the universal layout.
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

ASSETS = ("BTC", "ETH", "SOL", "ADA", "DOT", "LINK", "AVAX", "ATOM")
HEADER = (
    "time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,fee_quantity,fee_asset,fee_value,value,value_currency,"
    "counter_account,id,txid,note\n"
)


def history(rows: int) -> str:
    """A history of that many rows, as a universal ledger CSV."""
    draw = random.Random(7)
    start = datetime(2019, 1, 1, tzinfo=UTC)
    step = timedelta(days=2600) / rows
    return HEADER + "".join(_row(draw, number, start + number * step) for number in range(rows))


def _row(draw: random.Random, number: int, moment: datetime) -> str:
    account, other = draw.sample(("kraken", "ledger"), 2)
    asset, second = draw.sample(ASSETS, 2)
    quantity, price = f"{draw.randint(1, 10**8) / 10**8:.8f}", draw.randint(100, 90_000)
    amount = f"{draw.randint(100, 10**6) / 100:.2f}"
    legs = draw.choices(
        (
            f"buy,{amount},USD,{quantity},{asset},1.25,USD,,,,",
            f"sell,{quantity},{asset},{price},USD,0.75,USD,,,,",
            f"swap,{quantity},{asset},{quantity},{second},,,,{amount},USD,",
            f"transfer,{quantity},{asset},,,0.00001,{asset},0.5,,,{other}",
            f"income:staking,,,0.00100000,{asset},,,,2.50,USD,",
        ),
        (50, 20, 5, 10, 15),
    )[0]
    return f"{moment:%Y-%m-%dT%H:%M:%S.%fZ},{account},{legs},t{number},,\n"


def measure(path: Path, method: str) -> None:
    """One line of the table: seconds of the floor and of the steps, ratio, peak memory."""
    import pyarrow.csv  # noqa: PLC0415  measured in the child process
    from taxlots.session import book, read_exports  # noqa: PLC0415

    begun = perf_counter()
    rows = pyarrow.csv.read_csv(path).num_rows
    floor = perf_counter() - begun
    begun = perf_counter()
    ledger = read_exports([path])
    read = perf_counter() - begun
    booked = book(ledger, method=method)
    total = perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{rows:>9,} {method:>6} {floor:>8.3f} {read:>8.2f} {total - read:>8.2f} {total:>8.2f} {total / floor:>7.0f}x "
        f"{total / rows * 1e6:>9.1f} {memory:>9.0f} {len(booked.disposals):>10,}"
    )


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--method", default="fifo")
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.file:
        measure(chosen.file, chosen.method)
        return
    print("     rows method  floor s   read s   book s  total s   ratio   us/row   peak MB  disposals")
    with tempfile.TemporaryDirectory() as folder:
        for rows in chosen.rows:
            path = Path(folder) / f"{rows}.csv"
            path.write_text(history(rows))
            subprocess.run([sys.executable, __file__, "--file", str(path), "--method", chosen.method], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
