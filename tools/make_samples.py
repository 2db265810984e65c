"""Writes the sample exports of one fictional person, or checks that they are what this program writes.

    python tools/make_samples.py [--check]

Everything in them is invented: the person, the trades, the addresses and the prices.
"""

import argparse
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from sample_layouts import coinbase_2022, coinbase_2025, kraken_2024, prices, universal
from sample_plan import Simulation

SEED = 20220103
FOLDER = Path(__file__).resolve().parent.parent / "sample_exports"
OLDER_FILE = "coinbase/Coinbase-TransactionsHistoryReport-2024-04-01-16-05-22.csv"
NEWER_FILE = "coinbase/coinbase_transactions_2026-11-20.csv"
OLDER_UNTIL = datetime(2024, 4, 1, tzinfo=UTC)
NEWER_FROM = datetime(2023, 7, 1, tzinfo=UTC)


def sample_files() -> dict[str, bytes]:
    """Each file of the sample with its content, by its path inside the folder."""
    story = Simulation(SEED)
    story.run()
    events = story.coinbase.events
    older = [event for event in events if event.time < OLDER_UNTIL]
    newer = [event for event in events if event.time >= NEWER_FROM]
    return {
        OLDER_FILE: coinbase_2022(older).encode(),
        NEWER_FILE: coinbase_2025(newer, random.Random(SEED + 3)).encode("utf-8-sig"),
        "kraken/ledgers.csv": kraken_2024(story.kraken.rows).encode(),
        "ledger/hardware-wallet.csv": universal(story.ledger.rows).encode(),
        "prices.csv": prices(story.market.closes).encode(),
    }


def differing(files: dict[str, bytes]) -> list[str]:
    """The files that are missing from the folder or have other content there."""
    paths = {name: FOLDER / name for name in files}
    return [name for name, path in paths.items() if not path.is_file() or path.read_bytes() != files[name]]


def write(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        target = FOLDER / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        print(f"{target}: {len(content.splitlines())} lines")


def main() -> int:
    parser = argparse.ArgumentParser(description="write the sample exports")
    parser.add_argument("--check", action="store_true", help="only compare; exit code 1 where a file differs")
    files = sample_files()
    if not parser.parse_args().check:
        write(files)
        return 0
    wrong = differing(files)
    for name in wrong:
        print(f"{FOLDER / name} differs from what tools/make_samples.py writes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
