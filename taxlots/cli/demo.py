"""The whole main job on the bundled sample exports, so that a new user sees every floor at work."""

import sys
from importlib.resources import files
from pathlib import Path

from taxlots.cli import commands
from taxlots.cli.progress import steps
from taxlots.cli.results import DONE, INCOMPLETE
from taxlots.decisions.comparison import best_of, compare
from taxlots.decisions.money_frontier import portfolio_frontier
from taxlots.problems import Severity, TaxlotsError, has_errors, problem
from taxlots.reports import tables
from taxlots.reports.harvest_documents import review
from taxlots.reports.render import as_text
from taxlots.reports.workbook import Content, write_workbook
from taxlots.session import Choices, Session, open_session

AS_OF = "2026-11-20"
PARTS = ("coinbase", "kraken", "ledger", "prices.csv")  # one person's exports; the other samples show one layout each
KNOWN_GAP = "DEPOSIT_UNPAIRED"


def run(out: Path) -> int:
    """Print what the samples hold and write `report.xlsx`. Returns 0 unless something other than the sample's known gap is wrong."""
    samples = samples_folder()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TaxlotsError(
            problem("USAGE", f"can't make the folder {out}: {error.strerror}", "Choose another folder with --out.")
        ) from None
    choices = Choices(config=samples / "taxlots.toml", as_of=AS_OF, base=samples.parent, filed=True)
    with steps(commands.STEPS) as advance:
        session = open_session([samples / part for part in PARTS], choices, advance)
        portfolio = session.portfolio()
        found = review(portfolio, session.replacements)
        plans = compare(portfolio, advance)
        advance("workbook")
        write_workbook(Content(session, plans, portfolio, found, None, curve=portfolio_frontier(portfolio)), out / "report.xlsx")
    best = best_of(plans)
    shown = [
        tables.files_table(session.ledger),
        tables.holdings_table(session.book, session.ledger.prices, session.now),
        tables.years_table(session.book),
        tables.harvest_summary_table(found.rungs),
        tables.plans_table(plans, portfolio.terms.drift_penalty),
        tables.trades_summary_table(best),
        tables.problems_table([p for p in session.problems if p.severity is not Severity.INFO]),
    ]
    sys.stdout.write(as_text(shown, draft=has_errors(session.problems)))
    return _close(session, out)


def samples_folder() -> Path:
    """The bundled exports: inside the installed package, or beside it in a checkout."""
    inside = Path(str(files("taxlots"))) / "sample_exports"
    return inside if inside.is_dir() else inside.parent.parent / "sample_exports"


def _close(session: Session, out: Path) -> int:
    errors = {p.code for p in session.problems if p.severity is Severity.ERROR}
    sys.stdout.write(f"\nAs of {AS_OF}. The workbook is {out / 'report.xlsx'}.\n")
    if errors == {KNOWN_GAP}:
        sys.stdout.write(
            "The samples hold one gap on purpose, a deposit without origin: so the report says INCOMPLETE, and a command on your own\n"
            "exports with such a gap ends with exit code 1. README.md says what each figure means.\n"
        )
        return DONE
    return INCOMPLETE if errors else DONE
