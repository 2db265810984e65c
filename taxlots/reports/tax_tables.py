"""A year's tax as tables: line by line as the forms do, with the rule behind each line."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from taxlots.reports.tables import MONEY, TEXT, Table
from taxlots.rulebook import EVIDENCE
from taxlots.tax import TaxDue
from taxlots.tax.arithmetic import WholeDollars
from taxlots.tax.countries.result import CountryTax
from taxlots.tax.estimated import SafeHarbour
from taxlots.tax.liability import Computed
from taxlots.tax.lines import Line, percent

_LINES = (("form", TEXT), ("line", TEXT), ("what", TEXT), ("amount", MONEY), ("rule", TEXT))


def tax_table(computed: Computed, lines: Sequence[Line]) -> Table:
    """The year's tax line by line."""
    position = computed.position
    as_filed = computed.by is WholeDollars
    title = f"Tax {position.year}, {position.filing_status.replace('_', ' ')}{', in whole dollars' if as_filed else ''}"
    exactness = "As filed: whole dollars, with the Tax Table below 100,000." if as_filed else "By the exact rate schedules, unrounded."
    return Table(title, _LINES, _rows(lines), (f"{exactness} State tax by assumption on the base that its line names.",))


def country_table(found: CountryTax) -> Table:
    """Another country's tax line by line."""
    return Table(f"Tax {found.year}, {found.jurisdiction.upper()}, in {found.currency}", _LINES, _rows(found.lines))


def harbour_table(harbour: SafeHarbour, planned: Decimal) -> Table:
    """How much has to be paid during the year; `planned` is what the gains of the profile add to the tax."""
    last = f"{percent(harbour.prior_share)} of last year's tax"
    last += " (prior_agi is not given: taken as not high, else a higher share holds)" if harbour.prior_assumed else ""
    rows = [
        ("federal tax of the year", harbour.tax),
        *([("of it added by the gains that the profile plans", planned)] if planned else []),
        (f"{percent(harbour.current_share)} of the year's tax", harbour.by_current_year),
        *([(last, harbour.by_prior_year)] if harbour.by_prior_year is not None else []),
        (_required(harbour), harbour.required),
        ("withheld and paid", harbour.paid),
        ("still to be paid for the safe harbour", harbour.missing),
        ("owed with the return" if harbour.owed >= 0 else "overpaid, at this tax", abs(harbour.owed)),
    ]
    dates = ", ".join(day.isoformat() for day in harbour.instalments)
    notes = (
        f"A quarter of what is required is due on each of {dates}, or the next business day (26 USC 6654(c), (d)(1)(A), 7503).",
        "What is withheld counts as paid in equal parts on these days (6654(g)(1)).",
        "Last year's tax counts where that year had 12 months and a return (6654(d)(1)(B)). Before credits, without self-employment tax.",
    )
    return Table("Estimated tax, federal", (("what", TEXT), ("amount", MONEY)), rows, notes)


def _required(harbour: SafeHarbour) -> str:
    if harbour.small:
        return f"required: nothing, as less than {harbour.small_amount:,} is left after withholding"
    return "required: the lesser of the two" if harbour.by_prior_year is not None else "required (prior_tax, last year's tax, is not given)"


def methods_table(methods: Mapping[str, TaxDue], total: str) -> Table:
    """The year under each lot order; `total` names the sum of the taxes."""
    names = ("short-term net", "long-term net", "taxable income", total, "short-term carryover", "long-term carryover")
    rows = [
        (method, d.short_term_net, d.long_term_net, d.taxable_income, d.total, d.carryover_short, d.carryover_long)
        for method, d in methods.items()
    ]
    notes = ("All years under that order. For digital assets an order other than fifo needs an identification made before each sale.",)
    return Table("The year under each lot order", (("order", TEXT), *((name, MONEY) for name in names)), rows, notes)


def rules_table(rules: Sequence[tuple[str, str, str, str]], sha256: str) -> Table:
    """The rules that the lines name, and the hash of the rulebook."""
    columns = tuple((name, TEXT) for name in ("rule", "value", "citation", "evidence"))
    rows = [(path, value, title, EVIDENCE[evidence]) for path, value, title, evidence in rules]
    return Table("Rules behind these lines", columns, rows, (f"SHA-256 of all rules: {sha256}",))


def _rows(lines: Sequence[Line]) -> list[tuple[object, ...]]:
    return [(line.form, line.number, line.what, line.amount, line.rule) for line in lines]
