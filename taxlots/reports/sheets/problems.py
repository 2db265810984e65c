"""Problems: what is wrong or assumed, errors first, with the next step; and the rows that a person changed."""

from taxlots.problems import Problem, Severity
from taxlots.reports.sheets.book import Field, Layout, Workbook
from taxlots.reports.sheets.content import Facts

_APPLIED = "OVERRIDE_APPLIED"
_ORDER = list(Severity)
_NOTE = "Errors first. An error makes the figures incomplete; a warning names something assumed or doubtful."


def write(book: Workbook) -> None:
    """The sheet, with the overrides below."""
    facts = book.facts
    found = [p for p in facts.problems if p.code != _APPLIED]
    layout = Layout("Problems", _fields(facts), "No problems: nothing is missing, assumed or doubtful.", _NOTE)
    page, row = book.table(layout, sorted(found, key=_rank))
    applied = [p for p in facts.problems if p.code == _APPLIED]
    page, row = book.below(page, row, max(1, len(applied)) + 1, layout)
    page.text(row, 0, "Overrides applied", "section")
    if not applied:
        page.text(row + 1, 0, "No row was changed by overrides.csv.")
    for number, one in enumerate(applied, start=row + 1):
        page.text(number, 0, "override")
        page.text(number, 2, one.message, "wrap")
        page.text(number, 4, facts.place(one.file, one.row), "wrap")


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
