"""What a workbook is written from, and the facts that several sheets share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pandas as pd

from taxlots import frames
from taxlots.decisions.money_frontier import MoneyPoint
from taxlots.decisions.plan import Plan
from taxlots.decisions.plan_file import PlanFile
from taxlots.decisions.portfolio import Portfolio
from taxlots.ledger.entries import split
from taxlots.ledger.entry_columns import Entries
from taxlots.lots.book import book_entries
from taxlots.lots.booked import Booked
from taxlots.lots.calendar import Calendar
from taxlots.lots.filed import closing
from taxlots.lots.results import Book
from taxlots.problems import Problem, Severity, TaxlotsError
from taxlots.reports.form8949 import Block, blocks
from taxlots.reports.harvest_documents import Review
from taxlots.session import Session
from taxlots.tax import TaxDue, TaxPosition, tax_due

UNITED_STATES = "us"
LAST_YEAR_OF_COMMON_POOLS = 2024  # Rev. Proc. 2024-28


@dataclass(frozen=True, slots=True)
class Content:
    """A run and its decisions. `year` None means all years; without plans, review or portfolio their sheets say so.

    `plan` is one that was made before, read from `plan_file`; `curve` is the frontier of the alternatives.
    """

    session: Session
    plans: Sequence[Plan] = ()
    portfolio: Portfolio | None = None
    review: Review | None = None
    year: int | None = None
    plan: PlanFile | None = None
    curve: Sequence[MoneyPoint] = ()
    plan_file: Path | None = None


@dataclass(frozen=True, slots=True)
class TaxOfYear:
    """Position and tax of a year; `why_not` says in words what is missing for one or both."""

    position: TaxPosition | None
    due: TaxDue | None
    why_not: str


@dataclass(frozen=True, slots=True)
class Folded:
    """Entries, what the fold made of them, and the day of each entry since 1970."""

    entries: Entries
    booked: Booked
    day: np.ndarray


@dataclass(slots=True)
class Facts:
    """Rows of the asked years, tax by year, and every problem, each computed once for all sheets; `held` is for the sheet Open lots."""

    content: Content
    disposals: list[dict[str, Any]]
    income: list[dict[str, Any]]
    blocks: list[Block]
    years: list[int]
    taxes: dict[int, TaxOfYear]
    problems: list[Problem]
    held: list[Any] | None = None
    _names: dict[str, str] = field(default_factory=dict)
    _closed: Book | None = None
    _folded: Folded | None = None

    @property
    def session(self) -> Session:
        """The run."""
        return self.content.session

    @property
    def errors(self) -> int:
        """Number of error-severity problems: above 0 every sheet is marked INCOMPLETE."""
        return sum(p.severity is Severity.ERROR for p in self.problems)

    @property
    def period(self) -> str:
        """`all years` or `tax year 2025`."""
        return f"tax year {self.content.year}" if self.content.year else "all years"

    @property
    def jurisdiction(self) -> str:
        """The jurisdiction in force."""
        return self.session.jurisdiction

    @property
    def as_of(self) -> date:
        """The run's date in the taxpayer's time zone."""
        return self.local(self.session.now).date()

    def local(self, moment: datetime) -> datetime:
        """The same moment in the taxpayer's time zone."""
        return moment.astimezone(self.session.ledger.zone)

    @property
    def folded(self) -> Folded:
        """The book once more, as entries and what the fold made of them."""
        if self._folded is None:
            session = self.session
            ledger, elections = session.book.ledger or session.ledger, session.book.elections
            entries = split(ledger.transactions)
            day = Calendar(entries, ledger.zone, inherited_is_long=elections.regime.inherited_is_long).day
            self._folded = Folded(entries, book_entries(entries, elections, ledger.zone), day)
        return self._folded

    @property
    def allocated(self) -> Book:
        """The book at the close of 2024, after what was in one pool over all accounts was allocated to them."""
        if self._closed is None:
            session = self.session
            booked = session.book
            elect = session.elect or (lambda _ledger: booked.elections)
            self._closed = closing(booked.ledger or session.ledger, elect, session.rulebook, LAST_YEAR_OF_COMMON_POOLS)
        return self._closed

    def place(self, file: str | None, row: int | None = None) -> str:
        """`file:row`; a file is named without its folders where that name is unique (Sources gives the path)."""
        if file is None:
            return ""
        name = self._names.get(file, file)
        return name if row is None else f"{name}:{row}"

    def places(self, sources: Sequence[dict[str, Any]]) -> str:
        """All rows that something comes from."""
        return "; ".join(self.place(source["file"], source["row"]) for source in sources)


def gather(content: Content) -> Facts:
    """The facts of a content."""
    session, year = content.session, content.year
    disposals = _taxed(frames.of_year(session.book.disposals, "disposed_on", year), session)
    income = _taxed(frames.of_year(session.book.income, "received_on", year), session)
    sold, received = frames.records(disposals), frames.records(income)
    years = sorted({r["disposed_on"].year for r in sold} | {r["received_on"].year for r in received} | ({year} if year else set()))
    taxes, found = _taxes(content, years)
    files = [summary.file for summary in session.ledger.files]
    counts = Counter(PurePath(file).name for file in files)
    return Facts(
        content=content,
        disposals=sorted(sold, key=lambda r: r["disposed"]),
        income=sorted(received, key=lambda r: (r["kind"], r["time"])),
        blocks=filed_blocks(session, year),
        years=years,
        taxes=taxes,
        problems=list(dict.fromkeys([*session.problems, *(content.portfolio.problems if content.portfolio else ()), *found])),
        _names={file: PurePath(file).name for file in files if counts[PurePath(file).name] == 1},
    )


def filed_blocks(session: Session, year: int | None) -> list[Block]:
    """Form 8949 of the year, or of all years: without what happened in tax-deferred accounts."""
    disposals = _taxed(frames.of_year(session.book.disposals, "disposed_on", year), session)
    return blocks(disposals, session.ledger.zone, _inherited(session))


def _taxed(frame: pd.DataFrame, session: Session) -> pd.DataFrame:
    """Without what happened in tax-deferred accounts, which is on no return."""
    return frame[[account not in session.deferred for account in frame["account"]]] if session.deferred else frame


def _inherited(session: Session) -> frozenset[str]:
    transactions = session.ledger.transactions
    return frozenset(transactions["id"][transactions["kind"] == "inheritance"])


def _taxes(content: Content, years: Sequence[int]) -> tuple[dict[int, TaxOfYear], list[Problem]]:
    session = content.session
    positions = session.years()
    taxes = {}
    for year in years:
        try:
            position = positions.position(year)
        except TaxlotsError as error:
            taxes[year] = TaxOfYear(None, None, error.problem.message)
            continue
        try:
            taxes[year] = TaxOfYear(position, tax_due(position, session.rulebook), "")
        except TaxlotsError as error:
            taxes[year] = TaxOfYear(position, None, error.problem.message)
    return taxes, positions.problems
