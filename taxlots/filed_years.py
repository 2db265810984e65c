"""What the settings say of filed years and of accounts, for a session: documents read, carryovers taken over, accounts told apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from taxlots.ledger.settle import Ledger
from taxlots.lots.elections import Elections
from taxlots.lots.filed import Booking, FiledError, FiledYear, frozen
from taxlots.lots.filed import parse as parse_filed
from taxlots.lots.filing import JournalFile, Purpose, directed
from taxlots.lots.results import Book
from taxlots.lots.results import book as book_ledger
from taxlots.problems import Problem, problem
from taxlots.rulebook import Rulebook
from taxlots.settings import Settings, SettingsFile

Carried = tuple[Decimal, Decimal]


def of_accounts(chosen: Elections, settings: Settings, jurisdiction: str) -> Elections:
    """With the accounts that have pools of their own: tax-deferred ones, and a spouse's, which only a joint return of the US has on it."""
    typed = {kind: frozenset(name for name, one in settings.accounts.items() if one.type == kind) for kind in ("deferred", "spouse")}
    statuses = {settings.profile.filing_status, *(year.filing_status for year in settings.profile.years.values())}
    apart = frozenset() if jurisdiction == "us" and "married_joint" in statuses else typed["spouse"]
    return replace(chosen, deferred=typed["deferred"], spouse=typed["spouse"], apart=apart)


def documents_of(settings_file: SettingsFile) -> list[Path]:
    """Where the documents of the filed years are, the earliest first; not all need to be there."""
    folder = settings_file.path.parent if settings_file.path else Path()
    return [folder / (filed.file or f"filed-{year}.json") for year, filed in sorted(settings_file.settings.filed.items())]


def read_filed(settings_file: SettingsFile) -> tuple[list[FiledYear], list[Problem]]:
    """The documents of the years that the settings call filed, the earliest first, and what can't be used of them."""
    years, told = [], []
    named = zip(sorted(settings_file.settings.filed.items()), documents_of(settings_file), strict=True)
    for (year, filed), path in named:
        try:
            years.append(parse_filed(path.read_bytes(), year, path.name))
        except FileNotFoundError:
            if filed.file or (filed.carryover_short is None and filed.carryover_long is None):
                told.append(problem("FILED_YEAR_UNUSABLE", f"[filed.{year}]: {path.name} is not there", file=path.name))
        except (OSError, FiledError) as error:
            told.append(problem("FILED_YEAR_UNUSABLE", f"[filed.{year}]: {path.name} {error}", file=path.name))
    return years, told


def carried_into(settings: Settings, years: Iterable[FiledYear]) -> dict[int, Carried]:
    """Short-term and long-term losses that filed years carry into the year after; what the settings say goes before the document."""
    documents = {one.year: one.carryover for one in years}
    found = {}
    for year, filed in settings.filed.items():
        said = (filed.carryover_short, filed.carryover_long)
        if year not in documents and said == (None, None):
            continue
        kept = documents.get(year, (Decimal(0), Decimal(0)))
        short, long = (kept[place] if amount is None else amount for place, amount in enumerate(said))
        found[year + 1] = (short, long)
    return found


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of lots that are wished, remarks on them, and what the run is for."""

    wish: Elections
    remarks: Sequence[Problem]
    purpose: Purpose

    def elect(self, ledger: Ledger, journal: JournalFile) -> Elections:
        """What this run elects for a ledger."""
        return directed(self.wish, ledger, journal, self.purpose)

    def filing(self, ledger: Ledger, journal: JournalFile) -> Elections:
        """What would be filed: only recorded orders, and no what-if."""
        return directed(self.wish, ledger, journal, replace(self.purpose, filed=True, what_if=False))

    def booked(
        self, ledger: Ledger, chosen: Elections, journal: JournalFile, place: tuple[SettingsFile, Rulebook]
    ) -> tuple[Book, list[Problem]]:
        """The book under what was elected, with filed years as they were filed; and which of their documents can't be used."""
        settings_file, rulebook = place
        booked = book_ledger(ledger, chosen, rulebook)
        years, unusable = read_filed(settings_file)
        if years and self.purpose.rulebook is not None:
            elect, filing = (partial(one, journal=journal) for one in (self.elect, self.filing))
            booked = frozen(ledger, Booking(elect, filing, rulebook), booked, years)
        booked.carried = carried_into(settings_file.settings, years)
        return booked, unusable
