"""Problems: what is wrong or assumed, errors first, with the next step; and every decision of a person's own, in words."""

from taxlots.problems import Problem, Severity
from taxlots.reports.sheets.addresses import count_of, spread
from taxlots.reports.sheets.book import Field, Layout, Workbook
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.ties import Figure, Tie

# What a person decided, by the code that logs it; in this order below the problems.
DECISIONS = {
    "OVERRIDE_APPLIED": "override",
    "RULE_APPLIED": "rule",
    "TRANSFER_DECIDED": "transfer",
    "OPENING_LOT_USED": "opening lot",
    "IDENTIFICATION_ATTESTED": "attested record",
}
_ORDER = list(Severity)
_NOTE = "Errors first. An error makes the figures incomplete; a warning names something assumed or doubtful."


def write(book: Workbook) -> None:
    """The sheet, with the decisions below."""
    facts = book.facts
    found = [p for p in facts.problems if p.code not in DECISIONS]
    layout = Layout("Problems", _fields(facts), "No problems: nothing is missing, assumed or doubtful.", _NOTE)
    page, row = book.table(layout, sorted(found, key=_rank))
    if found:
        counted = count_of(spread(layout.name, len(found)), layout.column("severity"), str(Severity.ERROR))
        errors = Figure("Problems of severity error", counted, sum(p.severity is Severity.ERROR for p in found))
        book.ties.append(Tie("Problems: errors that remain", errors, Figure("none", "0", 0)))
    made = decisions(facts)
    page, row = book.below(page, row, max(1, len(made)) + 1, layout)
    page.text(row, 0, "Your own decisions, in the place of what the exports say", "section")
    if not made:
        page.text(row + 1, 0, "None: no override, rule, decided transfer, opening lot or attested record was used.")
    for number, one in enumerate(made, start=row + 1):
        page.text(number, 0, DECISIONS[one.code])
        page.text(number, 2, one.message, "wrap")
        page.text(number, 4, facts.place(one.file, one.row) or _settings(facts), "wrap")


def decisions(facts: Facts) -> list[Problem]:
    """The logged decisions by sort, each in the order of its file."""
    order = list(DECISIONS)
    made = [p for p in facts.problems if p.code in DECISIONS]
    return sorted(made, key=lambda p: (order.index(p.code), p.file or "", p.row or 0))


def _settings(facts: Facts) -> str:
    path = facts.session.settings_file.path
    return facts.session.shown(path) if path else ""


def _fields(facts: Facts) -> tuple[Field, ...]:
    return (
        Field("severity", "Severity", 10, "text", lambda p: str(p.severity)),
        Field("code", "Code", 26, "text", lambda p: p.code),
        Field("message", "What was found", 70, "wrap", lambda p: p.message),
        Field("hint", "Next step", 60, "wrap", lambda p: p.hint),
        Field("place", "File and row", 30, "wrap", lambda p: facts.place(p.file, p.row)),
    )


def _rank(one: Problem) -> tuple[int, str, str, int]:
    return (_ORDER.index(one.severity), one.code, one.file or "", one.row or 0)
