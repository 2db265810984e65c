"""TurboTax: the CSV of digital assets' gains, `Currency Name,Purchase Date,Cost Basis,Date Sold,Proceeds`.

No page of Intuit's describes it; public programs that write it agree on header, MM/DD/YYYY, two decimals and no currency sign. It takes
digital assets only, and has no column for a code, an adjustment, a box or a term: TurboTax computes the term from the two dates. Negative
numbers make an upload fail, as Intuit says of its other CSV (https://ttlc.intuit.com/turbotax-support/es-us/help-article/cryptocurrency/
como-creo-un-archivo-csv-para-una-fuente/L1yhp71Nt_US_es_US).
"""

from collections.abc import Sequence
from datetime import date

from taxlots.reports.interchange import entries as e
from taxlots.reports.interchange.texts import as_csv, csv_safe, money

HEADER = ("Currency Name", "Purchase Date", "Cost Basis", "Date Sold", "Proceeds")


def _write(entries: Sequence[e.Entry], _day: date) -> list[e.File]:
    lines = (entry.line for entry in entries)
    rows = ((csv_safe(line.what), line.acquired, money(line.basis), line.sold, money(line.proceeds)) for line in lines)
    return [e.File("", as_csv([HEADER, *rows]), tuple(entries))]


TURBOTAX = e.Format(
    name="turbotax",
    program="TurboTax's CSV of digital assets",
    suffix=".csv",
    refused=(
        e.NO_FORM,
        e.Reason(
            e.each(lambda entry: entry.line.asset_class != e.DIGITAL),
            "it takes digital assets only, and no collectibles",
            "Export them with --to txf as well (TurboTax Desktop), and delete the digital assets there; or enter them by hand.",
        ),
        e.Reason(e.each(e.adjusted), "it has no column for codes and adjustments", "Enter them by hand, with the code."),
        e.Reason(
            e.each(lambda entry: e.without_date(entry) or e.inherited(entry)),
            "it needs a date of purchase, and there is none or the form says INHERITED",
            "Enter them by hand; where a purchase is missing, `taxlots check` says which.",
        ),
        e.Reason(
            e.each(lambda entry: e.negative(entry) or e.term_is_not_that_of_the_dates(entry)),
            "it takes no negative amounts and computes the term from its two dates, which is not the term of these",
            "Enter them by hand, with the term of Form 8949.",
        ),
    ),
    by_hand=(
        e.Reason(
            lambda entries: entries,
            "the format has no boxes",
            "After the import say in TurboTax which form came for each sale, so that it checks the boxes counted here.",
        ),
    ),
    title=lambda line: line.what,
    held=csv_safe,
    write=_write,
)
