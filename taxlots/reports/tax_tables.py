"""A year's tax as tables: line by line as the forms do, with the rule behind each line."""

from collections.abc import Mapping, Sequence

from taxlots.reports.tables import MONEY, TEXT, Table
from taxlots.rulebook import EVIDENCE
from taxlots.tax import TaxDue
from taxlots.tax.countries.result import CountryTax
from taxlots.tax.estimated import SafeHarbour
from taxlots.tax.liability import Computed
from taxlots.tax.lines import Line

_LINES = (("form", TEXT), ("line", TEXT), ("what", TEXT), ("amount", MONEY), ("rule", TEXT))


def tax_table(computed: Computed, lines: Sequence[Line]) -> Table:
    """The year's tax line by line."""
    position = computed.position
    title = f"Tax {position.year}, {position.filing_status.replace('_', ' ')}"
    notes = ("Before credits; state tax by assumption on the base that its line names.",)
    return Table(title, _LINES, _rows(lines), notes)


def country_table(found: CountryTax) -> Table:
    """Another country's tax line by line."""
    return Table(f"Tax {found.year}, {found.jurisdiction.upper()}, in {found.currency}", _LINES, _rows(found.lines))


def harbour_table(harbour: SafeHarbour) -> Table:
    """How much has to be paid during the year."""
    rows = [
        ("by this year's tax", harbour.by_current_year),
        ("by last year's tax", harbour.by_prior_year),
        ("required: the lesser of them", harbour.required),
        ("withheld and paid", harbour.paid),
        ("still to be paid for the safe harbour", harbour.missing),
        ("owed with the return at this tax", harbour.owed),
    ]
    dates = ", ".join(day.isoformat() for day in harbour.instalments)
    notes = (f"Instalments are due on {dates}, or the next business day (26 USC 6654, 7503).",)
    return Table("Estimated tax, federal", (("what", TEXT), ("amount", MONEY)), rows, notes)


def methods_table(methods: Mapping[str, TaxDue]) -> Table:
    """The year under each lot order."""
    names = ("short-term net", "long-term net", "taxable income", "total tax", "short-term carryover", "long-term carryover")
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
