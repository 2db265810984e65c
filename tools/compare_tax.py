"""Compare the tax with a file of another calculator, column by column: `python tools/compare_tax.py FILE.csv ... [--reading other]`.

A row is a filer: `year`, `status` (single, mfj, mfs, hoh, qss or the names of this project), `wages`, `interest`, `nonqual_div`,
`qual_div`, `st_net`, `lt_net` and optionally `coll_gain`; the other columns that are known hold that calculator's figures.

The default is what the forms compute. `--reading other` computes two points as some calculators do, against form and statute: gain of the
28 % group fills the ordinary brackets only up to the end of the 0 % rate, as in the Schedule D Tax Worksheet until the IRS corrected it in
May 2019 (line 19: up to the end of the 24 % bracket; 26 USC 1(h)(1)(A)(ii)(I)), and a separate filer's income for the minimum tax is not
increased (Form 6251, instructions to line 4, and 26 USC 55(d)(3) say it is).
"""

import argparse
import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from taxlots.rulebook import STATUSES
from taxlots.tax import TaxDue, TaxPosition
from taxlots.tax.liability import compute_by
from taxlots.tax.schedule import Schedule, schedule_for

SHORT = dict(zip(("single", "mfj", "mfs", "hoh", "qss"), STATUSES, strict=True))
INPUTS = {
    "wages": "wages",
    "interest": "interest",
    "ordinary_dividends": "nonqual_div",
    "qualified_dividends": "qual_div",
    "short_term": "st_net",
    "long_term": "lt_net",
    "collectibles": "coll_gain",
}
FIGURES: dict[str, Callable[[TaxDue], Decimal]] = {
    "agi": lambda due: due.agi,
    "taxable_income": lambda due: due.taxable_income,
    "regular_tax": lambda due: due.regular_tax,
    "niit": lambda due: due.niit,
    "amt": lambda due: due.amt,
    "total_regular_plus_niit": lambda due: due.regular_tax + due.niit,
    "total_with_amt": lambda due: due.regular_tax + due.amt + due.niit,
}
TOLERANCE = Decimal("0.005")


def main() -> int:
    """Print one table per file; exit code 1 where a figure differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--reading", choices=("statute", "other"), default="statute")
    parser.add_argument("--show", type=int, default=3, help="how many differing rows of each column to show")
    options = parser.parse_args()
    differing = [path for path in options.files if _compare(path, options.reading == "other", options.show)]
    return int(bool(differing))


def _compare(path: Path, other: bool, shown: int) -> bool:  # noqa: FBT001  one of two readings
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    dues = [compute_by(position, _schedule(position, other)).due for position in map(_position, rows)]
    print(f"{path.name}: {len(rows):,} rows\n{'column':26}{'agree':>8}{'differ':>8}{'largest difference':>22}")
    differing = False
    for name in (name for name in FIGURES if name in rows[0]):
        found = sorted(_differences(name, rows, dues), reverse=True)
        wrong = [one for one in found if one[0] > TOLERANCE]
        differing |= bool(wrong)
        print(f"{name:26}{len(rows) - len(wrong):>8,}{len(wrong):>8,}{found[0][0]:>22.6f}")
        for size, row in wrong[:shown]:
            print(f"    row {row + 2}: {rows[row]['year']} {rows[row]['status']}, theirs {rows[row][name]}, off by {size:.2f}")
    return differing


def _differences(name: str, rows: list[dict[str, str]], dues: list[TaxDue]) -> Iterator[tuple[Decimal, int]]:
    for number, (row, due) in enumerate(zip(rows, dues, strict=True)):
        yield abs(Decimal(row[name]) - FIGURES[name](due)), number


def _position(row: dict[str, str]) -> TaxPosition:
    amounts = {field: Decimal(row.get(column) or 0) for field, column in INPUTS.items()}
    return TaxPosition(int(row["year"]), SHORT.get(row["status"], row["status"]), **amounts)


def _schedule(position: TaxPosition, other: bool) -> Schedule:  # noqa: FBT001  one of two readings
    rates = schedule_for(position.year, position.filing_status)
    if not other:
        return rates
    top = rates.preferential[0][0]
    return replace(rates, collectibles_top=top, minimum=replace(rates.minimum, separate_add_back=False))


if __name__ == "__main__":
    sys.exit(main())
