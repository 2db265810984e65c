"""Commands that need no exports: formats, rules, explain."""

from datetime import UTC, datetime

from taxlots.cli.results import Result
from taxlots.importers import companions
from taxlots.importers.layouts import LAYOUTS
from taxlots.problems import TaxlotsError, catalogue, problem
from taxlots.reports.documents import document
from taxlots.reports.tables import TEXT, Table
from taxlots.rulebook import load


def formats() -> Result:
    """Every layout: id, platform, export, and the columns by which it is recognised."""
    listed = [(lay.id, lay.platform, lay.export, ", ".join(lay.required)) for lay in (*LAYOUTS, *companions.LAYOUTS)]
    names = ("layout", "platform", "export", "recognised by")
    table = Table("Recognised layouts", tuple((name, TEXT) for name in names), listed)
    rows = [dict(zip(("id", "platform", "export", "recognised_by"), row, strict=True)) for row in listed]
    return Result(document("formats", [], formats=rows), [table], [])


def rules(topic: str | None, year: int | None) -> Result:
    """Every rule (whose path contains the topic) with its value in the year. Raises TaxlotsError where none fits."""
    wanted = year or datetime.now(UTC).year
    rows = []
    for rule, value, citation in load().listing(wanted):
        path = f"{rule.jurisdiction}/{rule.topic}/{rule.name}"
        if topic is None or topic.lower() in path:
            rows.append((path, value or "not covered", rule.unit, citation.title, citation.evidence, citation.url))
    if not rows:
        raise TaxlotsError(problem("USAGE", f"no rule's path contains {topic!r}", "`taxlots rules` lists every rule."))
    names = ("rule", "value", "unit", "citation", "evidence", "url")
    table = Table(f"Rules in {wanted}", tuple((name, TEXT) for name in names), rows)
    listed = [dict(zip(names, row, strict=True)) for row in rows]
    return Result(document("rules", [], year=wanted, rules=listed), [table], [])


def explain(code: str) -> str:
    """The catalogue's entry as text. Raises TaxlotsError(USAGE) for an unknown code."""
    entry = catalogue().get(code.upper())
    if entry is None:
        known = ", ".join(sorted(catalogue()))
        raise TaxlotsError(problem("USAGE", f"{code!r} is not a problem code", f"The codes are: {known}."))
    return f"{code.upper()} ({entry.severity}): {entry.title}\n\n{entry.meaning}\n\nNext step: {entry.remedy}\n"
