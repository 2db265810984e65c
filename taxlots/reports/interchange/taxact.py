"""TaxAct: a CSV of one's own for Form 1099-B, with the headings of https://www.taxact.com/support/882.

Required are description, date sold, proceeds, date acquired and cost; a wash sale has `W` in a column of its own and its amount as
adjustment. The reporting category is the letter of the box; the page names A to F only. TaxAct takes up to 2,000 transactions in all
(https://www.taxact.com/support/882/2019/form-1099-b-create-your-own-spreadsheet-to-import-information-and-convert-to-a-csv-file).
"""

from collections.abc import Sequence
from datetime import date

from taxlots.reports.interchange import entries as e
from taxlots.reports.interchange.texts import as_csv, csv_safe, money

HEADER = (
    *("Description", "Date Sold", "Sales Proceeds", "Date Acquired", "Cost or Other Basis"),
    *("Wash Sale", "Adjustment Code", "Adjustment Amount", "Reporting Category"),
)
MOST_LINES = 2000


def _write(entries: Sequence[e.Entry], _day: date) -> list[e.File]:
    return [e.File("", as_csv([HEADER, *map(_row, entries)]), tuple(entries))]


def _row(entry: e.Entry) -> tuple[str, ...]:
    line = entry.line
    return (
        *(csv_safe(line.description), line.sold, money(line.proceeds), line.acquired, money(line.basis)),
        *(e.WASH if e.washed(entry) else "", line.code, money(line.adjustment) if e.adjusted(entry) else "", entry.box),
    )


TAXACT = e.Format(
    name="taxact",
    program="TaxAct's CSV",
    suffix=".csv",
    refused=(e.NO_FORM,),
    by_hand=(
        e.Reason(
            e.each(e.in_digital_box),
            "its page on the import names the reporting categories A to F only; the file says the letters of the form",
            "Check after the import that the boxes are those counted here, else choose them.",
        ),
        e.Reason(
            e.each(e.without_date),
            "no date of purchase is known (results of margin have none), so it is empty, and TaxAct asks for one",
            "Enter it by hand; where a purchase is missing, `taxlots check` says which.",
        ),
        e.Reason(
            e.each(lambda entry: e.inherited(entry) or e.negative(entry) or e.term_is_not_that_of_the_dates(entry)),
            "the date of purchase says INHERITED or gives another term than the form, or an amount is negative",
            "Check after the import that the word, the term and the sign were kept.",
        ),
        e.COLLECTIBLES,
        e.Reason(
            lambda entries: entries if len(entries) > MOST_LINES else (),
            f"TaxAct takes {MOST_LINES:,} transactions at most",
            "Report totals by box with the workbook as attached statement (code M), or take another program.",
        ),
    ),
    title=lambda line: line.description,
    held=csv_safe,
    write=_write,
)
