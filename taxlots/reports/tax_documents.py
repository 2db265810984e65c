"""`taxlots.tax/1`: a year's tax with its lines, the rules behind them, and what was asked for besides."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.problems import Problem
from taxlots.reports.documents import document
from taxlots.tax import TaxDue
from taxlots.tax.countries.result import CountryTax
from taxlots.tax.estimated import SafeHarbour
from taxlots.tax.liability import Computed
from taxlots.tax.lines import Line

Document = dict[str, Any]
RuleRows = Sequence[tuple[str, str, str, str]]

_AMOUNTS = (
    "agi",
    "taxable_income",
    "regular_tax",
    "amt",
    "niit",
    "state_tax",
    "total",
    "short_term_net",
    "long_term_net",
    "deductible_loss",
)


def tax_document(
    computed: Computed, lines: Sequence[Line], rules: tuple[RuleRows, str], problems: Sequence[Problem], *, complete: bool = True
) -> Document:
    """Amounts unrounded, unless the tax was computed as filed; `rules` with the hash of the rulebook.

    Where the state's tax is not known (not `complete`), it and the total are null.
    """
    position = computed.position
    head = {"year": position.year, "filing_status": position.filing_status}
    return document("tax", problems, **head, **_due(computed.due, complete=complete), lines=_lines(lines), rules=_rules(*rules))


def extras(harbour: SafeHarbour | None, planned: Decimal, methods: Mapping[str, TaxDue], *, complete: bool = True) -> Document:
    """The safe harbour, with what planned gains add to the tax, and the year under each lot order, where they were asked for."""
    found: Document = {}
    if harbour is not None:
        names = ("by_current_year", "by_prior_year", "required", "paid", "missing", "owed")
        amounts = {name: exact.plain(getattr(harbour, name)) for name in names}
        amounts["added_by_planned_gains"] = exact.plain(planned)
        found["estimated_tax"] = amounts | {"instalments": [day.isoformat() for day in harbour.instalments]}
    if methods:
        found["compared"] = {method: _due(due, complete=complete) for method, due in methods.items()}
    return found


def country_document(found: CountryTax, rules: tuple[RuleRows, str], problems: Sequence[Problem]) -> Document:
    """The tax of another country; `tax` null where it depends on a rate that was not given."""
    amounts = {name: exact.plain(getattr(found, name)) for name in ("taxable", "tax", "losses_forward")}
    head = {"year": found.year, "jurisdiction": found.jurisdiction, "currency": found.currency}
    return document("tax", problems, **head, **amounts, lines=_lines(found.lines), rules=_rules(*rules))


def _due(due: TaxDue, *, complete: bool) -> Document:
    carryover = {"short": exact.plain(due.carryover_short), "long": exact.plain(due.carryover_long)}
    amounts = {name: exact.plain(getattr(due, name)) for name in _AMOUNTS} | {"carryover": carryover}
    return amounts if complete else amounts | {"state_tax": None, "total": None}


def _lines(lines: Sequence[Line]) -> list[Document]:
    return [{"form": x.form, "line": x.number, "what": x.what, "amount": exact.plain(x.amount), "rule": x.rule or None} for x in lines]


def _rules(rows: RuleRows, sha256: str) -> Document:
    names = ("rule", "value", "citation", "evidence")
    return {"sha256": sha256, "used": [dict(zip(names, row, strict=True)) for row in rows]}
