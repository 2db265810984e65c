"""Drake: the file of "Form 8949 Import / GruntWorx Trade", columns in a fixed order.

The first columns and their values are on https://drakesoftware.com/sharedassets/help/2022/form-8949-import-gruntworx-trade.html; the order
of the rest is that of public scripts which follow that page. Dates are eight digits MMDDYYYY, and `INHERIT` stands for an inherited lot
(https://kb.drakesoftware.com/kb/Drake-Tax/11790.htm). The check box is a number for both terms: 1, 2, 3 are A/D, B/E, C/F; the codes 4, 5,
6 for G/J, H/K, I/L are those of the screen for Form 1099-DA (https://kb.drakesoftware.com/kb/Drake-Tax/18925.htm), of which the page on
the import says nothing yet. The columns after the last one needed here (tax withheld, states) are left away.
"""

from collections.abc import Sequence
from datetime import date

from taxlots.reports.interchange import entries as e
from taxlots.reports.interchange.texts import as_csv, csv_safe, money

HEADER = (
    *("TSJ", "F", "State", "City", "Form 8949 Check Box", "Desc", "Date Acquired", "Date Sold", "Type", "Ordinary"),
    *("Proceeds", "Cost", "AMT Cost Basis", "Accrued Discount", "Wash Sale Loss", "US Real Property"),
    *("Adj 1 Code", "Adj 1 Amount"),
)
BOXES = {box: str(number) for number, pair in enumerate(e.PAIRS, start=1) for box in pair}
INHERIT = "INHERIT"


def _write(entries: Sequence[e.Entry], _day: date) -> list[e.File]:
    return [e.File("", as_csv([HEADER, *map(_row, entries)]), tuple(entries))]


def _row(entry: e.Entry) -> tuple[str, ...]:
    line = entry.line
    acquired = INHERIT if e.inherited(entry) else line.acquired.replace("/", "")
    washed = e.washed(entry)
    adjustment = money(line.adjustment) if e.adjusted(entry) else ""
    return (
        *("", "", "", "", BOXES[entry.box]),
        *(csv_safe(line.description), acquired, line.sold.replace("/", ""), "L" if entry.term == "long" else "S", ""),
        *(money(line.proceeds), money(line.basis), "", ""),
        adjustment if washed else "",
        *("", e.further_codes(entry), "" if washed else adjustment),
    )


DRAKE = e.Format(
    name="drake",
    program="Drake's Form 8949 import",
    suffix=".csv",
    refused=(
        e.NO_FORM,
        e.Reason(
            e.each(lambda entry: len(entry.line.code.replace(e.MARKED, "")) > 1),
            "it wants an amount for each code, and the form has one for all",
            "Enter them by hand, the adjustment divided by code.",
        ),
    ),
    by_hand=(
        e.Reason(
            e.each(e.in_digital_box),
            "its page on the import names the boxes A to F only: the check box says 4, 5 or 6, as on screen 99DA",
            "Check after the import that the boxes are those counted here, else choose them.",
        ),
        e.Reason(
            e.each(e.without_date),
            "no date of purchase is known (results of margin have none), so it is empty",
            "Enter it by hand; where a purchase is missing, `taxlots check` says which.",
        ),
        e.Reason(e.each(e.negative), "an amount is negative", "Check after the import that its sign was kept."),
        e.COLLECTIBLES,
    ),
    title=lambda line: line.description,
    held=csv_safe,
    write=_write,
)
