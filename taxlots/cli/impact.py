"""`taxlots impact`: policies over a history of prices, on the lots that were held at its beginning."""

from dataclasses import replace
from datetime import date, timedelta

import msgspec

from taxlots.cli.progress import Advance
from taxlots.cli.results import Result
from taxlots.cli.selling import amount_of, needs_tax
from taxlots.decisions.impact import Measured, history_of
from taxlots.decisions.impact import impact as replayed
from taxlots.decisions.policy import policies_of
from taxlots.decisions.portfolio import ZERO
from taxlots.decisions.replay import History
from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.reports.impact_documents import impact_document, impact_tables
from taxlots.session import Session, open_session

USUAL_SPAN = timedelta(days=3 * 365)


def impact(session: Session, advance: Advance, since: str | None, names: tuple[str, ...], cash: str | None) -> Result:
    """The policies side by side, against buy-and-hold; `cash` is what was there on the first day. Raises TaxlotsError."""
    needs_tax(session)
    if not session.settings.targets:
        hint = "Fill in [targets] in taxlots.toml, where `taxlots init` lists your assets."
        raise TaxlotsError(problem("USAGE", "there are no targets", hint))
    policies = policies_of(session.settings, names)
    begun, history = _begin(session, _day(since) if since else session.today - USUAL_SPAN)
    portfolio, years = begun.portfolio(), begun.years()
    terms = msgspec.structs.replace(portfolio.terms, cash=amount_of("--cash", cash) or ZERO)
    portfolio = replace(portfolio, terms=terms, deferred=dict.fromkeys(portfolio.deferred, ZERO))
    found = replayed(portfolio, years.position, history, policies, advance)
    problems = [*begun.problems, *years.problems, *_deferred(found)]
    return Result(impact_document(found, history, problems), impact_tables(found, history), problems)


def _day(text: str) -> date:
    """Raises TaxlotsError(USAGE) for what is no date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise TaxlotsError(problem("USAGE", f"--from: {text!r} is no date", "Give a date such as 2024-01-02.")) from None


def _begin(session: Session, since: date) -> tuple[Session, History]:
    """The run as of the first day on which everything that was held or is wished has a price, and the days from there on."""
    if since >= session.today:
        raise TaxlotsError(problem("USAGE", f"--from {since} is not before {session.today}"))
    wished = set(session.portfolio().targets)
    while True:
        begun = open_session(session.paths, replace(session.choices, as_of=since.isoformat()))
        if not len(begun.book.lots):
            first = min(session.book.lots["acquired"], default=None)
            hint = (
                f"Give --from {first.date() + timedelta(days=1)} or later." if first is not None else "Add the exports of your purchases."
            )
            raise TaxlotsError(problem("USAGE", f"nothing was held on {since}", hint))
        history = history_of(session.ledger.prices, sorted(wished | set(begun.book.lots["asset"])), since, session.now)
        if history.days[0] == since:
            return begun, history
        since = history.days[0]


def _deferred(found: list[Measured]) -> list[Problem]:
    """Losses that the law would have deferred, which the replay takes as allowed."""
    told = [(one.replayed.policy.name, one.replayed.deferred_losses) for one in found if one.replayed.deferred_losses]
    return [problem("REPLAY_WASH_SALE", f"{name}: {count} purchases or sales within 30 days of each other") for name, count in told]
