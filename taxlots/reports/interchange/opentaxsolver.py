"""OpenTaxSolver: a CSV for each pair of boxes, named in its input file after `f8949_spreadsheet-A/D:` and the like.

The columns are on https://opentaxsolver.sourceforge.net/input_format.html. How it reads them is in its source, `get_CSV_8949` in
taxsolve_US_1040_2025.c and `next_csv` in taxsolve_routines.c (https://sourceforge.net/projects/opentaxsolver/): quotation marks of either
kind enclose a text and none can stand inside; the term comes from the dates, unless the date acquired says `inherited` (long-term),
`various-short` or `various-long`; a positive and a negative cost are the same. `get_cap_gains` lets the totals of G/J, H/K and I/L take
the place of those of A/D, B/E and C/F on the line of Schedule D that both belong to, where they should be added.
"""

from collections.abc import Sequence
from datetime import date

from taxlots.reports.interchange import entries as e
from taxlots.reports.interchange.texts import as_csv, csv_safe, money

HEADER = ("Description", "Date_Acquired", "Date_Sold", "Proceeds", "Cost", "Code", "Adjustment")
_UNSAFE = str.maketrans({'"': " ", "'": "_"})
_SHARING = dict(zip("ABCDEF", "GHIJKL", strict=True))  # boxes that add up to one line of Schedule D


def _held(text: str) -> str:
    return csv_safe(csv_safe(text).translate(_UNSAFE))


def _date(day: date) -> str:
    return f"{day.month}-{day.day}-{day.year}"


def _acquired(entry: e.Entry) -> str:
    if e.inherited(entry) and entry.term == "long":
        return "inherited"
    acquired = entry.acquired
    return f"various-{entry.term}" if acquired is None or e.term_is_not_that_of_the_dates(entry) else _date(acquired)


def _write(entries: Sequence[e.Entry], _day: date) -> list[e.File]:
    files = []
    for pair in e.PAIRS:
        own = tuple(entry for entry in entries if entry.box in pair)
        if own:
            files.append(e.File("-".join(pair), as_csv([HEADER, *map(_row, own)]), own))
    return files


def _row(entry: e.Entry) -> tuple[str, ...]:
    line = entry.line
    adjustment = money(line.adjustment) if e.adjusted(entry) else ""
    return (_held(line.description), _acquired(entry), _date(entry.sold), money(line.proceeds), money(line.basis), line.code, adjustment)


def _replaced(entries: Sequence[e.Entry]) -> Sequence[e.Entry]:
    boxes = {entry.box for entry in entries}
    return [entry for entry in entries if _SHARING.get(entry.box) in boxes]


OPENTAXSOLVER = e.Format(
    name="opentaxsolver",
    program="OpenTaxSolver's CSV",
    suffix=".csv",
    refused=(
        e.NO_FORM,
        e.Reason(e.each(lambda entry: entry.line.basis < 0), "it takes no negative cost", "Enter them by hand."),
    ),
    by_hand=(
        e.Reason(
            e.each(e.without_date),
            "no date of purchase is known (results of margin have none): `various-short` stands for it, since the term comes from the date",
            "Correct column (b) of the form that it prints; where a purchase is missing, `taxlots check` says which.",
        ),
        e.Reason(
            e.each(e.term_is_not_that_of_the_dates),
            "their holding period starts on another day than they were acquired: `various-short` or `various-long` stands for the date, "
            "since the program computes the term from it",
            "Correct column (b) of the form that it prints.",
        ),
        e.Reason(
            _replaced,
            "OpenTaxSolver 2025 lets the digital assets' total take their place on the line of Schedule D that both belong to",
            "Compare lines 1b to 3 and 8b to 10 of its Schedule D with the totals by box, and correct them by hand.",
        ),
        e.COLLECTIBLES,
    ),
    title=lambda line: line.description,
    held=_held,
    write=_write,
    per_pair=True,
)
