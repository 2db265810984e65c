"""The floors in a row, for the Python API and the commands: read, settle, book, and what the decisions start from."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from pathlib import Path

import msgspec

from taxlots import frames
from taxlots.decisions.portfolio import EVERYTHING, Market, Only, Portfolio
from taxlots.decisions.portfolio import portfolio as build_portfolio
from taxlots.decisions.wash_window import acquisitions
from taxlots.decisions.wishes import renamed_targets, unused_settings
from taxlots.filed_years import Orders, of_accounts
from taxlots.importers.companions import LAYOUTS as COMPANIONS
from taxlots.importers.date_orders import is_open
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.own import own_layouts
from taxlots.importers.read import read
from taxlots.importers.records import FormLine
from taxlots.importers.times import TimeError, parse_time
from taxlots.input_files import companion_files, find_settings, must_exist, read_journal
from taxlots.ledger.rules import BulkRule
from taxlots.ledger.settle import LATER, Ledger, Terms, settle
from taxlots.ledger.unmatched import unmatched_names
from taxlots.lots.directions import Directions, Named
from taxlots.lots.elections import MIN_TAX, Elections, TermRates
from taxlots.lots.filing import JournalFile, Purpose, directed, journal_problems, unrecorded
from taxlots.lots.form_lines import FormCheck, check_forms
from taxlots.lots.lawful import LotLaw, unpaid
from taxlots.lots.results import Book
from taxlots.lots.results import book as book_ledger
from taxlots.lots.wished import Choice, Place, needs_rates, remarks, wished
from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.rulebook import Rulebook, load
from taxlots.settings import JURISDICTIONS, Methods, Settings, SettingsFile, zone_named
from taxlots.tax.countries.currency import currency_of, foreign
from taxlots.tax.term_rates import term_rates
from taxlots.tax.year import TaxYears


@dataclass(frozen=True, slots=True)
class Choices:
    """What a command line may choose over the settings; None leaves the settings' choice.

    Files under `base` are shown relative to it. `filed`: the result goes to the tax office, so that only recorded orders count.
    `moment` is the present of a run without an as-of date, where it is not the clock's. `written` is the file that the run writes.
    """

    config: Path | None = None
    method: str | None = None
    pool: str | None = None
    jurisdiction: str | None = None
    timezone: str | None = None
    as_of: str | None = None
    prices: Path | None = None
    rules: Path | None = None
    base: Path | None = None
    filed: bool = False
    moment: datetime | None = None
    written: Path | None = None


@dataclass(slots=True)
class Session:
    """One run: settings, ledger and book, with everything a report names."""

    paths: tuple[Path, ...]
    settings_file: SettingsFile
    rulebook: Rulebook
    ledger: Ledger
    book: Book
    now: datetime
    choices: Choices
    journal: JournalFile
    problems: list[Problem] = field(default_factory=list)
    form_checks: list[FormCheck] = field(default_factory=list)
    _portfolio: Portfolio | None = None
    elect: Callable[[Ledger], Elections] | None = None

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.settings_file.settings

    @property
    def has_tax(self) -> bool:
        """Whether decisions and forms know the tax: that of the United States. `generic` books lots and gains only."""
        return self.jurisdiction == "us"

    @property
    def jurisdiction(self) -> str:
        """The law in force: the command's choice, else the settings'."""
        return self.choices.jurisdiction or self.settings.profile.jurisdiction

    @property
    def rules_used(self) -> tuple[str, ...]:
        """Beginnings of the paths of the rules that this run may use."""
        name = self.jurisdiction
        if name not in {"us", "generic"}:
            return (f"{name}/",)
        named = (self.settings.profile.state, *(said.state for said in self.settings.profile.years.values()))
        return ("us/federal/", *sorted({f"us/states/{state.lower()}/" for state in named if state}))

    def shown(self, path: Path) -> str:
        """A path as reports name it: relative to the run's base where it lies inside."""
        base = self.choices.base
        return str(path.relative_to(base)) if base is not None and path.is_relative_to(base) else str(path)

    def years(self) -> TaxYears:
        """Tax positions by year, of this book and profile."""
        return TaxYears(self.book, self.settings.profile, self.rulebook, self.deferred)

    @property
    def deferred(self) -> frozenset[str]:
        """Tax-deferred accounts: what happens in them is on no return."""
        return frozenset(name for name, account in self.settings.accounts.items() if account.type == "deferred")

    def years_by(self, method: str) -> TaxYears:
        """Tax positions by year with another order of lots in every account. Raises TaxlotsError(USAGE) for an unknown one."""
        Choice(method).check()
        own, law = self.book.elections, LotLaw.of(self.jurisdiction, self.rulebook, self.today)
        chosen = replace(own, method=method, accounts={}, assets={}, spans=(), rates=(), directions=Directions())
        rated, _ = _rated(chosen, law, self.settings, self.ledger, self.rulebook)
        return TaxYears(book_ledger(self.ledger, rated, self.rulebook), self.settings.profile, self.rulebook, self.deferred)

    def book_of(self, ledger: Ledger, method: str | None = None) -> Book:
        """A part of the ledger, booked as this session's; or with another order of lots in every account. Raises TaxlotsError."""
        if method is None:
            return book_ledger(ledger, self.elect(ledger) if self.elect else self.book.elections, self.rulebook)
        law = LotLaw.of(self.jurisdiction, self.rulebook, self.today)
        plain = replace(self.book.elections, method=method, accounts={}, assets={}, spans=(), rates=(), directions=Directions())
        rated, _ = _rated(plain, law, self.settings, ledger, self.rulebook)
        return book_ledger(ledger, rated, self.rulebook)

    @property
    def today(self) -> date:
        """The day of this run, in the taxpayer's zone."""
        return self.now.astimezone(self.ledger.zone).date()

    def portfolio(self) -> Portfolio:
        """What decisions start from, at this run's date; its problems join the session's. Raises TaxlotsError."""
        if self._portfolio is None:
            self._portfolio = self._built(renamed_targets(self.settings, self.ledger.renamed))
        return self._portfolio

    @property
    def replacements(self) -> dict[str, tuple[str, ...]]:
        """What the person would buy in the place of an asset, under the names that the ledger gives the assets."""
        table = self.settings.harvest.replacements
        return {self.ledger.renamed.get(asset, asset): others for asset, others in table.items()}

    def holding(self, asset: str | None = None, account: str | None = None) -> Portfolio:
        """What decisions without targets start from: the lots of one asset or account alone. Raises TaxlotsError(RULE_MISSING)."""
        return self._built(msgspec.structs.replace(self.settings, targets={}), Only(asset, account))

    def _built(self, settings: Settings, only: Only = EVERYTHING) -> Portfolio:
        years = self.years()
        position = years.position(self.today.year)
        market = Market(self.ledger.prices, self.now, self.ledger.zone)
        apart = self.book.elections.apart  # a spouse's who has another return: what is bought there counts, what is held is not one's own
        own = {name: account for name, account in settings.accounts.items() if name not in apart}
        settings = msgspec.structs.replace(settings, accounts=own)
        lots = self.book.lots[~self.book.lots["account"].isin(apart)]
        found = build_portfolio(replace(self.book, lots=lots), market, settings, position, self.rulebook, only)
        unused = unused_settings(settings, found, set(self.ledger.transactions["account"])) if only == EVERYTHING else []
        self.problems += [*years.problems, *found.problems, *unused]
        return replace(found, acquired=acquisitions(self.ledger, self.today, self.rulebook))


def read_exports(
    paths: str | Path | Iterable[str | Path],
    *,
    config: str | Path | None = None,
    prices: str | Path | None = None,
    timezone: str | None = None,
    as_of: str | None = None,
    jurisdiction: str | None = None,
) -> Ledger:
    """Export files, folders or archives, one or several -> the settled ledger (`.transactions` frame, `.problems`).

    Amounts are in the currency of the jurisdiction (else that of the settings, else us) where the exports are stated in it.

    Raises:
        TaxlotsError: settings that can't be used. Bad data raises nothing: it is in `.problems`.
    """
    if jurisdiction is not None:
        check_jurisdiction(jurisdiction)
    settings, table = (Path(path) if path else None for path in (config, prices))
    choices = Choices(settings, jurisdiction=jurisdiction, timezone=timezone, as_of=as_of, prices=table)
    settings_file = find_settings(choices.config)
    given = [paths] if isinstance(paths, str | Path) else paths
    return _ledger([Path(p) for p in given], settings_file, choices)[0]


def book(  # noqa: PLR0913  one parameter per choice
    ledger: Ledger,
    *,
    method: str | None = None,
    pool: str | None = None,
    accounts: Mapping[str, str] | None = None,
    assets: Mapping[str, str] | None = None,
    jurisdiction: str = "us",
    rates: TermRates | None = None,
    rulebook: Rulebook | None = None,
) -> Book:
    """Book a ledger: `.lots`, `.disposals`, `.income`, `.moves` (frames) and `.problems`.

    Without a method and a pool they are those of the jurisdiction (us: fifo, account). `accounts` (also `account:ASSET`) and `assets` have
    orders of their own. `rates` are what min-tax ranks lots by.

    Raises:
        TaxlotsError: a method, pool or jurisdiction that is not covered; min-tax without rates.
    """
    check_jurisdiction(jurisdiction)
    for name in (*(accounts or {}).values(), *(assets or {}).values()):
        Choice(name).check()
    rules = rulebook or load()
    said = Methods(default=method, pool=pool, accounts=dict(accounts or {}), assets=dict(assets or {}))
    Choice(method, pool).check()
    found, law = wished(said, Choice(), ledger, Place(jurisdiction, rules, datetime.now(UTC).date()))
    if needs_rates(found) and rates is None:
        raise TaxlotsError(problem("USAGE", f"{MIN_TAX} ranks lots by tax rates", "Give rates=TermRates(short, long)."))
    chosen = replace(found, rates=((datetime.min.replace(tzinfo=UTC), rates),) if rates else ())
    booked = book_ledger(ledger, chosen, rules)
    booked.problems += remarks(found, law, Choice(), ledger) + foreign(jurisdiction, ledger.prices.home, len(ledger.transactions))
    return booked


def _rated(chosen: Elections, law: LotLaw, settings: Settings, ledger: Ledger, rulebook: Rulebook) -> tuple[Elections, list[Problem]]:
    """With the rates by which min-tax ranks lots, where an order needs them. Raises TaxlotsError(USAGE) where they are not known."""
    if not needs_rates(chosen) or not len(ledger.transactions):
        return chosen, []
    (first, last), zone = (ledger.transactions["time"].iloc[place] for place in (0, -1)), ledger.zone
    years = [y for y in range(first.year - 1, last.year + 2) if law.begins(y, zone) <= last and first < law.begins(y + 1, zone)]
    found, told = term_rates(law.jurisdiction, settings.profile, rulebook, years)
    return replace(chosen, rates=tuple((law.begins(year, zone), rates) for year, rates in found.items())), [told]


def open_session(paths: Iterable[Path], choices: Choices, progress: Callable[[str], None] = lambda _step: None) -> Session:
    """Read, settle and book what the paths hold; `progress` is told each step that begins. Raises TaxlotsError."""
    given = tuple(paths)
    must_exist(given, "Give export files, folders or zip archives that exist.")
    progress("reading the exports")
    settings_file = find_settings(choices.config)
    settings = settings_file.settings
    check_jurisdiction(choices.jurisdiction or settings.profile.jurisdiction)
    ledger, now = _ledger(given, settings_file, choices)
    rulebook = load(choices.rules)
    progress("booking the lots")
    journal = read_journal(settings_file)
    orders = _orders(settings, choices, ledger, (rulebook, now))
    chosen = orders.elect(ledger, journal)
    booked, unusable = orders.booked(ledger, chosen, journal, (settings_file, rulebook))
    booked.problems += [*unusable, *orders.remarks, *journal_problems(journal), *chosen.directions.problems]
    booked.problems += unmatched_names(settings, ledger)
    booked.problems += unrecorded(orders.wish, booked.disposals, orders.purpose)
    checks, differing = check_forms(lines_until(ledger), frames.records(booked.disposals) if ledger.form_lines else [])
    told, elect = [*booked.problems, *differing], partial(orders.elect, journal=journal)
    return Session(given, settings_file, rulebook, ledger, booked, now, choices, journal, told, checks, elect=elect)


def _orders(settings: Settings, choices: Choices, ledger: Ledger, law_of: tuple[Rulebook, datetime]) -> Orders:
    """The orders by the law of the rules and the day. Raises TaxlotsError."""
    rulebook, now = law_of
    jurisdiction, choice = choices.jurisdiction or settings.profile.jurisdiction, Choice(choices.method, choices.pool)
    place = Place(jurisdiction, rulebook, now.astimezone(ledger.zone).date())
    wish, law = wished(settings.methods, choice, ledger, place)
    wish, told = _rated(of_accounts(wish, settings, jurisdiction), law, settings, ledger, rulebook)
    us = jurisdiction == "us"
    purpose = Purpose(choices.filed and us, choices.method is not None, rulebook if us else None, now)
    strange = foreign(jurisdiction, ledger.prices.home, len(ledger.transactions))
    return Orders(wish, [*remarks(wish, law, choice, ledger), *told, *strange], purpose)


def booked_with(session: Session, file: Path, named: Mapping[str, Named], choices: Choices) -> Session:
    """The same run with one more file, whose transactions by id take the lots named. Raises TaxlotsError."""
    ledger, now = _ledger((*session.paths, file), session.settings_file, choices)
    orders = _orders(session.settings, choices, ledger, (session.rulebook, now))
    chosen = directed(orders.wish, ledger, session.journal, orders.purpose)
    rows = {name: row for row, name in enumerate(ledger.transactions["id"])}
    further = {rows[name]: lots for name, lots in named.items()}
    directions = replace(chosen.directions, named={**chosen.directions.named, **further})
    booked = book_ledger(ledger, replace(chosen, directions=directions), session.rulebook)
    return replace(session, ledger=ledger, book=booked, now=now, choices=choices, problems=[*booked.problems], _portfolio=None)


def lines_until(ledger: Ledger) -> list[FormLine]:
    """The lines of forms that tell of sales before the as-of date."""
    until = ledger.as_of.astimezone(ledger.zone).date() if ledger.as_of else date.max
    return [line for line in ledger.form_lines if line.sold <= until]


def check_jurisdiction(name: str) -> None:
    """Raises TaxlotsError(USAGE) for law that is not covered."""
    if name not in JURISDICTIONS:
        raise TaxlotsError(problem("USAGE", f"jurisdiction {name!r} is not covered", f"Covered: {', '.join(JURISDICTIONS)}."))


def _ledger(paths: list[Path] | tuple[Path, ...], settings_file: SettingsFile, choices: Choices) -> tuple[Ledger, datetime]:
    settings = settings_file.settings
    name = choices.timezone or settings.profile.timezone
    zone: tzinfo = zone_named(name) if name else UTC
    now, until = _as_of(choices.as_of, zone, choices.moment or datetime.now(UTC))
    own = own_layouts([*settings.layout, *settings.form_layout], [layout.id for layout in (*LAYOUTS, *COMPANIONS)])
    _check_times(settings, {layout.id for layout in (*LAYOUTS, *own)})
    given = [*sorted(paths), *companion_files(settings_file, choices.prices)]
    imported = read(given, zone, own, choices.base, settings.times, choices.written)
    jurisdiction = choices.jurisdiction or settings.profile.jurisdiction
    home = currency_of(jurisdiction, settings.profile.currency, imported)
    law = unpaid(jurisdiction, load(choices.rules), now.astimezone(zone).date())
    terms = Terms(zone, name is None, until, home, rules=_rules(settings), assets=settings.assets, prices=settings.prices, unpaid=law)
    ledger = settle(imported, terms)
    if not imported.files:
        ledger.problems.append(problem("NO_EXPORTS", f"no file was found in {', '.join(map(str, paths))}"))
    if choices.as_of is None:
        ledger.problems += _in_the_future(ledger)
    return ledger, now


def _check_times(settings: Settings, known: Collection[str]) -> None:
    """Raises TaxlotsError for a layout under [times] that there is not."""
    for name in settings.times:
        if name not in known:
            raise TaxlotsError(problem("SETTINGS_INVALID", f"[times] {name!r} is no layout", "Use an id that `taxlots formats` shows."))


def _rules(settings: Settings) -> tuple[BulkRule, ...]:
    return tuple(BulkRule(**{name: getattr(rule, name) for name in rule.__struct_fields__}) for rule in settings.rule)


def _in_the_future(ledger: Ledger) -> list[Problem]:
    later = sorted(source for source, reason in ledger.set_aside.items() if reason == LATER)
    if not later:
        return []
    file, row = later[0]
    return [problem("ROWS_LATER", f"{len(later)} rows lie in the future and were left out", file=file, row=row)]


def _as_of(text: str | None, zone: tzinfo, present: datetime) -> tuple[datetime, datetime]:
    """The moment of the decisions, and the instant from which on rows are left out: the end of the as-of day in the zone, or now."""
    if text is None:
        return present, present
    if is_open(text):
        raise TaxlotsError(
            problem("USAGE", f"--as-of: {text!r} may begin with the day or with the month", "Give a date such as 2026-12-31.")
        )
    try:
        day = parse_time(text, zone)[0].astimezone(zone).date()
    except TimeError as error:
        raise TaxlotsError(problem("USAGE", f"--as-of: {error}", "Give a date such as 2026-12-31.")) from None
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return end - timedelta(microseconds=1), end
