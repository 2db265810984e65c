"""TXF V042, the Tax Exchange Format of 2011 that TurboTax Desktop and others import.

The specification is kept at https://github.com/simonmichael/hledger/blob/master/examples/TXF-spec-v042.org and explained at
https://taxdataexchange.org/docs/txf/v042/form-1099-b.html. A record ends with `^`; record format 4 is security, date acquired, date sold,
cost basis, sales net; format 5 adds the disallowed loss of a wash sale. The reference number says term and box: 321, 711, 712 are A, B, C,
and 323, 713, 714 are D, E, F. A date that is not known is left empty (example 2B). It knows no other code, and no boxes G to L.
"""

from collections.abc import Sequence
from datetime import date

from taxlots import __version__
from taxlots.reports.interchange import entries as e
from taxlots.reports.interchange.texts import ascii_line, money

REFERENCES = {"A": 321, "B": 711, "C": 712, "D": 323, "E": 713, "F": 714}
STANDS_FOR = dict.fromkeys("GHI", "C") | dict.fromkeys("JKL", "F")
_END = "\r\n"


def _write(entries: Sequence[e.Entry], day: date) -> list[e.File]:
    lines = ["V042", f"Ataxlots {__version__}", f"D {day:%m/%d/%Y}", "^"]
    for entry in entries:
        lines += _record(entry)
    return [e.File("", _END.join([*lines, ""]), tuple(entries))]


def _record(entry: e.Entry) -> list[str]:
    line = entry.line
    acquired = "" if e.inherited(entry) else line.acquired
    amounts = [line.basis, line.proceeds, *([line.adjustment] if e.washed(entry) else [])]
    return [
        "TD",
        f"N{REFERENCES[STANDS_FOR.get(entry.box, entry.box)]}",
        "C1",
        "L1",
        f"P{ascii_line(line.description)}",
        f"D{acquired}",
        f"D{line.sold}",
        *(f"${money(amount)}" for amount in amounts),
        "^",
    ]


TXF = e.Format(
    name="txf",
    program="TXF V042",
    suffix=".txf",
    refused=(
        e.NO_FORM,
        e.Reason(e.each(e.other_code), "it knows no code but W", "Enter them by hand, with the code."),
    ),
    by_hand=(
        e.Reason(
            e.each(e.in_digital_box),
            "it was frozen in 2011 and knows no boxes G to L: short-term lines stand under box C, long-term ones under box F",
            "After the import change the box: C to the G, H or I, and F to the J, K or L that are counted here.",
        ),
        e.Reason(e.each(e.inherited), "it has no word for INHERITED, so their date of purchase is empty", "Enter INHERITED by hand."),
        e.Reason(
            e.each(e.without_date),
            "no date of purchase is known (results of margin have none), so it is empty",
            "Enter it by hand; where a purchase is missing, `taxlots check` says which.",
        ),
        e.Reason(e.each(e.negative), "an amount is negative", "Check after the import that its sign was kept."),
        e.COLLECTIBLES,
    ),
    title=lambda line: line.description,
    held=ascii_line,
    write=_write,
)
