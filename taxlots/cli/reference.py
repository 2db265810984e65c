"""Commands that need no exports: formats, rules, explain."""

from datetime import UTC, datetime
from pathlib import Path

from taxlots.cli.results import Result
from taxlots.importers import companions
from taxlots.importers.layouts import LAYOUTS
from taxlots.problems import TaxlotsError, catalogue, problem
from taxlots.reports.documents import document
from taxlots.reports.tables import TEXT, Table
from taxlots.rulebook import Rule, load


def formats() -> Result:
    """Every layout: id, platform, export, and the columns by which it is recognised."""
    listed = [(lay.id, lay.platform, lay.export, ", ".join(lay.required)) for lay in (*LAYOUTS, *companions.LAYOUTS)]
    names = ("layout", "platform", "export", "recognised by")
    table = Table("Recognised layouts", tuple((name, TEXT) for name in names), listed)
    rows = [dict(zip(("id", "platform", "export", "recognised_by"), row, strict=True)) for row in listed]
    return Result(document("formats", [], formats=rows), [table], [])


def rules(topic: str | None, year: int | None, directory: Path | None) -> Result:
    """Every rule (whose path contains the topic) with its value in the year.

    Raises:
        TaxlotsError: no rule's path fits; or none of those that do has a value in the year.
    """
    wanted = year or datetime.now(UTC).year
    rulebook = load(directory)
    fitting = [one for one in rulebook.listing(wanted) if topic is None or topic.lower() in _path(one[0])]
    if not fitting:
        raise TaxlotsError(problem("USAGE", f"no rule's path contains {topic!r}", "`taxlots rules` lists every rule."))
    if not any(value for _, value, _ in fitting):
        covered = "; ".join(f"{_path(rule)}: {rule.covered()}" for rule, *_ in fitting[:5])
        raise TaxlotsError(problem("RULE_MISSING", f"{wanted} is not covered. {covered}."))
    rows = [
        (_path(rule), value or f"not covered (covered: {rule.covered()})", rule.unit, citation.title, citation.evidence, citation.url)
        for rule, value, citation in fitting
    ]
    names = ("rule", "value", "unit", "citation", "evidence", "url")
    pending = [(_path(rule), bill.title, bill.evidence, bill.note) for rule, *_ in fitting for bill in rule.pending]
    shown = [Table(f"Rules in {wanted}", tuple((name, TEXT) for name in names), rows)]
    titles = ("rule", "pending", "evidence", "note")
    if pending:
        shown.append(Table("Pending bills, never used as values", tuple((name, TEXT) for name in titles), pending))
    listed = [dict(zip(names, row, strict=True)) for row in rows]
    bills = [dict(zip(titles, row, strict=True)) for row in pending]
    return Result(document("rules", [], year=wanted, sha256=rulebook.sha256, rules=listed, pending=bills), shown, [])


def _path(rule: Rule) -> str:
    return f"{rule.jurisdiction}/{rule.topic}/{rule.name}"


def explain(code: str) -> str:
    """The catalogue's entry as text. Raises TaxlotsError(USAGE) for an unknown code."""
    entry = catalogue().get(code.upper())
    if entry is None:
        known = ", ".join(sorted(catalogue()))
        raise TaxlotsError(problem("USAGE", f"{code!r} is not a problem code", f"The codes are: {known}."))
    return f"{code.upper()} ({entry.severity}): {entry.title}\n\n{entry.meaning}\n\nNext step: {entry.remedy}\n"
