"""What a tax program's format is: which lines of Form 8949 it can't carry, what remains to be done by hand, and how a file is written."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from taxlots import exact
from taxlots.lots.holding import is_long
from taxlots.reports.form8949 import INHERITED, NO_BOX, Block, Line, Totals

WASH, MARKED = "W", "C"  # codes of column (f): a denied loss; a collectible
DIGITAL, COLLECTIBLE = "digital", "collectible"
SHORT_BOXES, LONG_BOXES = "ABCGHI", "DEFJKL"
PAIRS = tuple(zip(SHORT_BOXES, LONG_BOXES, strict=True))
DIGITAL_BOXES = frozenset("GHIJKL")
_DAY = "%m/%d/%Y"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the form with the box and the term (`short` or `long`) of its block."""

    box: str
    term: str
    line: Line

    @property
    def sold(self) -> date:
        """Column (c)."""
        return _day(self.line.sold)

    @property
    def acquired(self) -> date | None:
        """Column (b); None where it is empty or says INHERITED."""
        return None if self.line.acquired in {"", INHERITED} else _day(self.line.acquired)


Among = Callable[[Sequence[Entry]], Sequence[Entry]]


@dataclass(frozen=True, slots=True)
class Reason:
    """Which lines something is the matter with, the cause in words, and the next step."""

    among: Among
    cause: str
    step: str


@dataclass(frozen=True, slots=True)
class File:
    """One file: `pair` are its boxes where the format has a file per pair, such as `A-D`, else empty."""

    pair: str
    text: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """A row of the table of formats.

    `refused`: lines that the format can't carry; `by_hand`: lines that it carries and that need a change after the import;
    `title` gives a line's description and `held` what of a description the format can hold; `write` makes the files (the day is
    that of the run): one, or with `per_pair` one for each pair of boxes that has lines.
    """

    name: str
    program: str
    suffix: str
    refused: tuple[Reason, ...]
    by_hand: tuple[Reason, ...]
    title: Callable[[Line], str]
    held: Callable[[str], str]
    write: Callable[[Sequence[Entry], date], list[File]]
    per_pair: bool = False


def entries_of(blocks: Sequence[Block]) -> list[Entry]:
    """Every line of the blocks, in the form's order."""
    return [Entry(block.box, block.term, line) for block in blocks for line in block.lines]


def each(applies: Callable[[Entry], bool]) -> Among:
    """The entries that a test holds for."""
    return lambda entries: [entry for entry in entries if applies(entry)]


def without_box(entry: Entry) -> bool:
    """Sold before Form 8949 existed."""
    return entry.box == NO_BOX


def without_date(entry: Entry) -> bool:
    """No date of purchase is known: no lot covers it, or it is the result of a position."""
    return not entry.line.acquired


def inherited(entry: Entry) -> bool:
    """Column (b) says INHERITED."""
    return entry.line.acquired == INHERITED


def in_digital_box(entry: Entry) -> bool:
    """In one of the boxes that Form 8949 has for digital assets since 2025."""
    return entry.box in DIGITAL_BOXES


def negative(entry: Entry) -> bool:
    """Any amount that is written is below zero."""
    return min(entry.line.proceeds, entry.line.basis, entry.line.adjustment) < 0


def other_code(entry: Entry) -> bool:
    """An adjustment that is no loss denied by a wash sale; the code of collectibles adjusts nothing."""
    amount = entry.line.adjustment
    return further_codes(entry) not in {"", MARKED} or (bool(amount) and not washed(entry)) or amount < 0


def washed(entry: Entry) -> bool:
    """Its loss, or a part of it, is denied by a wash sale."""
    return WASH in entry.line.code


def further_codes(entry: Entry) -> str:
    """The codes of column (f) but W."""
    return entry.line.code.replace(WASH, "")


def adjusted(entry: Entry) -> bool:
    """Any code or amount of adjustment."""
    return bool(entry.line.code or entry.line.adjustment)


def term_is_not_that_of_the_dates(entry: Entry) -> bool:
    """The holding period starts on another day than column (b), such as after a gift or a wash sale (26 USC 1223), and that decides."""
    acquired = entry.acquired
    return acquired is not None and (acquired > entry.sold or is_long(acquired, entry.sold) != (entry.term == "long"))


NO_FORM = Reason(each(without_box), "Form 8949 exists since 2011 only", "Enter them on Schedule D-1 of that year.")
COLLECTIBLES = Reason(
    each(lambda entry: entry.line.asset_class == COLLECTIBLE),
    "collectibles, whose long-term gain is taxed at up to 28 %; that a program takes this from the file is not sure",
    "Where they are not, mark them as collectibles after the import (code C of Form 8949), for the 28% Rate Gain Worksheet.",
)


def sums(entries: Sequence[Entry]) -> Totals:
    """Sums of the columns (d), (e), (g) and (h)."""
    with exact.exactly():
        columns = ((e.line.proceeds, e.line.basis, e.line.adjustment, e.line.gain) for e in entries)
        return Totals(*(sum(column, Decimal(0)) for column in zip(*columns, strict=True))) if entries else Totals(*[Decimal(0)] * 4)


def told(entries: Sequence[Entry]) -> str:
    """How many lines of which boxes, and their sums, in words."""
    totals, count = sums(entries), len(entries)
    boxes = ", ".join(f"{number} of box {box}" for box, number in sorted(Counter(entry.box for entry in entries).items()))
    amounts = (("proceeds", totals.proceeds), ("basis", totals.basis), ("adjustments", totals.adjustment), ("gain", totals.gain))
    return f"{count} line{'s' if count > 1 else ''} ({boxes}; {', '.join(f'{name} {exact.cents(value)}' for name, value in amounts)})"


def _day(text: str) -> date:
    return datetime.strptime(text, _DAY).date()  # noqa: DTZ007 - the form's own date, without a time
