"""Balance check: balances that the exports report against what the rows add up to."""

from taxlots.ledger.reconcile import TOLERANCE, BalanceCheck
from taxlots.reports.sheets.addresses import count_of, spread
from taxlots.reports.sheets.book import Field, Layout, Workbook
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import AGREES, DIFFERS, exact_text
from taxlots.reports.sheets.ties import Figure, Tie

NAME = "Balance check"
_NOTE = "The last balance that each account's exports report, sub-wallets added up, against the rows up to then. Dust counts as equal."


def _state(check: BalanceCheck) -> str:
    return AGREES if abs(check.difference) <= TOLERANCE else DIFFERS


def _means(check: BalanceCheck) -> str:
    if _state(check) == AGREES:
        return ""
    return "rows that brought units are missing" if check.difference > 0 else "rows that took units away are missing, or some are twice"


def _fields(facts: Facts) -> tuple[Field, ...]:
    test = f'IF(ABS({{difference}})<={TOLERANCE:f}+0.00000000000001*ABS({{reported}}),"{AGREES}","{DIFFERS}")'
    return (
        Field("account", "Account", 18, "text", lambda c: c.account),
        Field("asset", "Asset", 10, "text", lambda c: c.asset),
        Field("reported", "Reported", 20, "quantity", lambda c: c.reported),
        Field("computed", "Computed", 20, "quantity", lambda c: c.computed),
        Field("difference", "Difference", 18, "quantity", lambda c: c.difference, "ROUND({reported}-{computed},9)", mark="difference"),
        Field("state", "State", 11, "center", _state, test, mark="state"),
        Field("means", "What it means", 42, "wrap", _means),
        Field("exact", "Reported in full, where a number is too short", 24, "right", lambda c: exact_text(c.reported)),
        Field("source", "Reported in: file and row", 44, "wrap", lambda c: facts.place(*c.source)),
    )


def write(book: Workbook) -> None:
    """The sheet; how many balances differ is one of the checks."""
    checks = book.facts.session.ledger.balances
    layout = Layout(NAME, _fields(book.facts), "No file reports a balance.", _NOTE, 2)
    book.table(layout, checks)
    if checks:
        counted = count_of(spread(NAME, len(checks)), layout.column("state"), DIFFERS)
        found = Figure(f"{NAME}, balances that differ", counted, sum(_state(check) == DIFFERS for check in checks))
        book.ties.append(Tie(f"{NAME}: reported balances that differ", found, Figure("none", "0", 0)))
