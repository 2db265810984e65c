"""The commands that read exports: from a session to a Result."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from taxlots import frames
from taxlots.cli.progress import Advance
from taxlots.cli.results import Result
from taxlots.cli.selling import needs_tax
from taxlots.decisions.alternatives import ALTERNATIVES
from taxlots.decisions.comparison import compare
from taxlots.decisions.gaps import price_gaps
from taxlots.decisions.money_frontier import portfolio_frontier
from taxlots.decisions.plan_file import read_plan
from taxlots.problems import TaxlotsError, problem
from taxlots.reports import documents, tables, tax_documents, tax_tables
from taxlots.reports.harvest_documents import review
from taxlots.reports.templates import write_templates
from taxlots.session import Session
from taxlots.tax import TaxDue, tax_due
from taxlots.tax.countries.year import COUNTRIES, country_tax
from taxlots.tax.estimated import safe_harbour
from taxlots.tax.liability import compute
from taxlots.tax.lines import rules_behind, tax_lines
from taxlots.tax.states import unknown_state_tax

if TYPE_CHECKING:
    from taxlots.reports.workbook import Content

STEPS = 6 + len(ALTERNATIVES)
COMPARED = ("fifo", "lifo", "hifo", "lofo", "min-tax")


def check(session: Session, _advance: Advance, templates: Path | None) -> Result:
    """Ingest and reconcile only: what was recognised, what is missing, what to do next."""
    ledger, years = session.ledger, session.years()
    gaps = price_gaps(ledger, session.book, years if session.has_tax else None)
    written = write_templates(ledger, gaps, templates) if templates else []
    problems = [*session.problems, *years.problems]
    shown = [
        tables.files_table(ledger),
        tables.balances_table(ledger),
        tables.gaps_table(gaps, ledger.zone),
        *([tables.forms_table(session.form_checks)] if session.form_checks else []),
        tables.problems_table(problems),
    ]
    if templates:
        listed = [(str(path),) for path in written]
        shown.append(tables.Table("Templates to fill in", (("file", tables.TEXT),), listed))
    return Result(documents.check_document(ledger, gaps, problems, session.form_checks), shown, problems, tells_problems=True)


def ledger(session: Session, _advance: Advance, _year: int | None) -> Result:
    """The normalised transactions, in the universal layout."""
    problems = session.ledger.problems
    return Result(documents.ledger_document(session.ledger), [tables.ledger_table(session.ledger)], problems)


def lots(session: Session, _advance: Advance, _year: int | None) -> Result:
    """Open lots."""
    zone = session.ledger.zone
    table = tables.frame_table("Open lots", session.book.lots, documents.LOTS, zone)
    return Result(documents.lots_document(session.book, zone, session.problems), [table], session.problems)


def gains(session: Session, _advance: Advance, year: int | None) -> Result:
    """Disposals, one row per lot piece."""
    zone = session.ledger.zone
    disposals = frames.of_year(session.book.disposals, "disposed_on", year)
    full = tables.frame_table("Disposals", disposals, documents.GAINS, zone)
    names = [
        "transaction_id",
        "kind",
        "asset",
        "account",
        "quantity",
        "acquired",
        "disposed",
        "proceeds",
        "basis",
        "gain",
        "term",
        "lot_id",
        "method",
    ]
    shown = [tables.frame_table("Disposals", disposals, names, zone), tables.years_table(session.book)]
    return Result(documents.gains_document(session.book, zone, year, session.problems), shown, session.problems, full)


def income(session: Session, _advance: Advance, year: int | None) -> Result:
    """Income events."""
    zone = session.ledger.zone
    received = frames.of_year(session.book.income, "received_on", year)
    table = tables.frame_table("Income", received, documents.INCOME, zone)
    return Result(documents.income_document(session.book, zone, year, session.problems), [table], session.problems)


def tax(session: Session, _advance: Advance, year: int | None, compared: Sequence[str], as_filed: bool) -> Result:
    """Tax on the year's gains and income, with the profile in taxlots.toml, line by line; and under other lot orders."""
    wanted = wanted_year(session, year)
    if session.jurisdiction in COUNTRIES:
        return _tax_of_country(session, wanted)
    needs_tax(session)
    years = session.years()
    position = years.position(wanted)
    asked = (unknown_state_tax(position, session.rulebook), years.ask_about_staking(wanted))
    unknown = position.state if asked[0] else None
    position = replace(position, state=None) if unknown else position
    computed = compute(position, session.rulebook, as_filed=as_filed)
    lines = tax_lines(computed, session.rulebook, unknown)
    problems = [*session.problems, *years.problems, *(one for one in asked if one)]
    rules = rules_behind(lines, session.rulebook, wanted)
    sha256 = session.rulebook.sha256
    methods = _compared(session, wanted, compared, as_filed=as_filed, federal_only=unknown is not None)
    shown = [tax_tables.tax_table(computed, lines)]
    paid = years.paid(wanted)
    harbour = safe_harbour(position, computed.due, paid, session.rulebook) if paid else None
    planned = years.added_by_planned(wanted) if harbour else Decimal(0)
    shown += [tax_tables.harbour_table(harbour, planned)] if harbour else []
    shown += [tax_tables.methods_table(methods, "total tax" if unknown is None else "federal tax")] if methods else []
    document = tax_documents.tax_document(computed, lines, (rules, sha256), problems, complete=unknown is None)
    document |= tax_documents.extras(harbour, planned, methods, complete=unknown is None)
    return Result(document, [*shown, tax_tables.rules_table(rules, sha256)], problems)


def _compared(session: Session, year: int, compared: Sequence[str], *, as_filed: bool, federal_only: bool) -> dict[str, TaxDue]:
    """The year under each lot order that is asked for, carryovers of earlier years included; the order in force comes first."""
    if not compared:
        return {}
    own = session.book.elections.method
    orders = COMPARED if "all" in compared else compared
    found = {}
    for method in dict.fromkeys((own, *orders)):
        years = session.years() if method == own else session.years_by(method)
        position = years.position(year)
        position = replace(position, state=None) if federal_only else position
        found[method] = tax_due(position, session.rulebook, as_filed=as_filed)
    return found


def _tax_of_country(session: Session, year: int) -> Result:
    """The tax of another country on the book's gains."""
    profile, home = session.settings.profile, session.ledger.prices.home
    found, told = country_tax(session.jurisdiction, year, session.book, profile, session.rulebook, home)
    problems = [*session.problems, *told]
    rules = rules_behind(list(found.lines), session.rulebook, year)
    shown = [tax_tables.country_table(found), tax_tables.rules_table(rules, session.rulebook.sha256)]
    return Result(tax_documents.country_document(found, (rules, session.rulebook.sha256), problems), shown, problems)


def report(session: Session, advance: Advance, year: int | None, path: Path, plan: Path | None = None) -> Result:
    """The workbook for an accountant."""
    from taxlots.reports.workbook import write_workbook  # noqa: PLC0415  only this command pays for it

    content = workbook_content(session, advance, year, plan)
    advance("workbook")
    write_workbook(content, path)
    sold = frames.of_year(session.book.disposals, "disposed_on", year)
    rows = [("workbook", str(path)), (f"disposals of {year or 'all years'}", str(len(sold))), ("open lots", str(len(session.book.lots)))]
    table = tables.Table("Report", (("what", tables.TEXT), ("value", tables.TEXT)), rows)
    return Result(documents.document("report", session.problems, file=str(path)), [table], session.problems)


def workbook_content(session: Session, advance: Advance, year: int | None, plan: Path | None) -> "Content":
    """What the workbook of a run shows, at the moment that it names. Raises TaxlotsError."""
    from taxlots.reports.origins import moment  # noqa: PLC0415  as in report

    chosen = read_plan(plan) if plan else None
    if session.choices.as_of is None:
        session.now = moment(session)
    return replace(_decisions(session, year, advance), plan=chosen, plan_file=plan)


def _decisions(session: Session, year: int | None, advance: Advance) -> "Content":
    """What the workbook shows; without the decisions, and a Problem that says so, where the year's law is not covered yet."""
    from taxlots.reports.workbook import Content  # noqa: PLC0415  as in report

    if not session.has_tax:
        return Content(session, (), None, None, year)
    try:
        portfolio = session.portfolio()
        found = review(portfolio, session.replacements)
        plans = compare(portfolio, advance) if portfolio.targets else []
        curve = portfolio_frontier(portfolio) if portfolio.targets else []
    except TaxlotsError as error:
        if error.problem.code != "RULE_MISSING":
            raise
        session.problems.append(error.problem)
        return Content(session, (), None, None, year)
    return Content(session, plans, portfolio, found, year, curve=curve)


def wanted_year(session: Session, year: int | None) -> int:
    """The year of the command line. Raises TaxlotsError(USAGE) where there is none."""
    if year is None:
        hint = f"Add --year {session.now.astimezone(session.ledger.zone).year}."
        raise TaxlotsError(problem("USAGE", "the tax year is missing", hint))
    return year
