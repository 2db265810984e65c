"""`taxlots identify`: record, list and verify which lots are sold, in the journal of identifications."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from taxlots import exact, frames
from taxlots.assets import asset_table
from taxlots.cli.results import Result
from taxlots.decisions.min_tax import by_tax
from taxlots.decisions.plan_file import PlannedTrade, read_plan
from taxlots.files import append
from taxlots.importers.times import TimeError, parse_time
from taxlots.input_files import find_settings, journal_path, read_journal
from taxlots.lots import identification
from taxlots.lots.directions import Law
from taxlots.lots.elections import MIN_TAX
from taxlots.lots.filing import JournalFile, journal_problems
from taxlots.lots.identification import Content, Part, Sale, Standing, Told, written
from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.reports.identifications import document_of, record_table
from taxlots.rulebook import load
from taxlots.session import Choices, Session, open_session
from taxlots.settings import Methods, SettingsFile, zone_named

_STANDING = ("fifo", "lifo", "hifo", "lofo", MIN_TAX)
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")


def now() -> datetime:
    """The clock that records are stamped with; tests set it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    paths: Sequence[Path] = ()
    choices: Choices = field(default_factory=Choices)
    sale: str | None = None
    plan: Path | None = None
    standing: str | None = None
    lots: Sequence[str] = ()
    account: str | None = None
    asset: str | None = None
    start: str | None = None
    until: str | None = None
    attest: str | None = None
    told: str | None = None
    line: int | None = None
    note: str | None = None
    listed: bool = False
    verify: bool = False
    known: str | None = None


def run(request: Request) -> Result:
    """Record what is asked, or list or verify the journal. Raises TaxlotsError, and then nothing was recorded."""
    settings_file = find_settings(request.choices.config)
    name = request.choices.timezone or settings_file.settings.profile.timezone
    zone: tzinfo = zone_named(name) if name else UTC
    law = Law(zone, load(request.choices.rules), asset_table().classes)
    if request.verify or request.known:
        return _verified(read_journal(settings_file), law, request.known)
    if request.listed:
        return _shown(read_journal(settings_file), law, "Lot identifications")
    made = now()
    contents = _contents(request, settings_file, zone, made)
    path = journal_path(settings_file)
    torn = [one for one in journal_problems(read_journal(settings_file)) if one.code == "JOURNAL_TORN"]
    append(path, lambda data: _composed(data, contents, made, path))
    late = [_past(one) for one in contents if isinstance(one, Sale) and one.at and not one.attested and _is_past(one.at, zone, made)]
    return _shown(read_journal(settings_file), law, "Recorded", last=len(contents), further=[*torn, *late])


def _is_past(at: str, zone: tzinfo, made: datetime) -> bool:
    """Whether a planned day or time, as the journal holds it, is over."""
    return identification.moment(at) < made if "T" in at else at < str(made.astimezone(zone).date())


def _past(sale: Sale) -> Problem:
    message = f"{sale.asset} from {sale.account}: {sale.at} is past; a sale that was made before this record is not covered by it"
    return problem("IDENTIFICATION_LATE", message)


def _composed(data: bytes, contents: Sequence[Content], made: datetime, path: Path) -> bytes:
    told = {content.line for content in contents if isinstance(content, Told)}
    lines = {record.line for record in identification.read(data).records if not isinstance(record.content, Told)}
    if told - lines:
        raise _wrong(f"line {told.pop()} of {path} is no identification", "`taxlots identify --list` shows the lines.")
    try:
        return identification.compose(data, contents, made)
    except ValueError as error:
        hint = "`taxlots identify --verify` tells more; `taxlots explain JOURNAL_BROKEN` what to do. Nothing was recorded."
        raise _wrong(f"{path}: {error}", hint) from None


def _verified(file: JournalFile, law: Law, known: str | None) -> Result:
    """The proof of the chain; with a hash that was kept, that its line is still there."""
    lost = []
    if known and not any(record.sha256.startswith(known.lower()) for record in file.journal.records):
        lost = [problem("JOURNAL_BROKEN", f"no proven line has the hash {known}: it was changed or cut off", file=file.name)]
    return _shown(file, law, "Journal", further=lost)


def _shown(file: JournalFile, law: Law, title: str, last: int = 0, further: Sequence[Problem] = ()) -> Result:
    problems = [*journal_problems(file), *further]
    records = file.journal.records[-last:] if last else file.journal.records
    tables = [record_table(file, records, law, title, new=bool(last))]
    return Result(document_of(file, law, problems, records), tables, problems)


def _contents(request: Request, settings_file: SettingsFile, zone: tzinfo, made: datetime) -> list[Content]:
    chosen = [name for name in ("sale", "standing", "line") if getattr(request, name) is not None]
    if len(chosen) > 1:
        raise _wrong(f"--{chosen[0]} and --{chosen[1]} are two records", "Record them one after the other.")
    if request.plan is not None:
        return _planned_sales(request, zone, made)
    if request.line is not None:
        if not request.told:
            raise _wrong("--line needs --told", 'Say how and when the broker was told: --told "message 123 on 2027-01-05".')
        return [Told(request.line, request.told)]
    if request.sale is not None:
        return [_sale(request, zone, made)]
    if request.standing is not None:
        return [_standing(request, zone, made)]
    if request.attest:
        return _attested_settings(request, settings_file, zone)
    raise _wrong("there is nothing to record", "Use --sale, --plan, --standing, --told with --line, --attest, --list or --verify.")


def _sale(request: Request, zone: tzinfo, made: datetime) -> Sale:
    if not (request.account and request.asset and request.lots):
        raise _wrong("--sale needs --account, --asset and --lots", "Such as --account kraken --asset BTC --lots LOT=0.5")
    at = _planned(request.sale or "", zone)
    parts = _parts(request.lots)
    sale = Sale(request.account, request.asset.upper(), parts, None if at else request.sale, at, request.attest, request.told, request.note)
    if not request.paths:
        return sale
    return _replaced(sale, _checked(_session(request, zone, made), request.account, sale.asset, parts))


def _planned_sales(request: Request, zone: tzinfo, made: datetime) -> list[Content]:
    """One record per account, asset and day of a plan; tax-deferred accounts need none."""
    if request.standing or request.lots or request.account or request.asset or request.line is not None:
        raise _wrong("--plan names accounts, assets and lots itself", "Use it with --sale DAY, --told, --note and the exports only.")
    plan = read_plan(request.plan) if request.plan else None
    groups: dict[tuple[str, str, str], list[PlannedTrade]] = {}
    for trade in plan.sales if plan else ():
        day = request.sale if request.sale and not trade.on else str(trade.on or plan.as_of if plan else trade.on)
        if trade.taxed:
            groups.setdefault((day, trade.account, trade.asset), []).append(trade)
    if not groups:
        raise _wrong(f"{request.plan} sells nothing that is taxed", "There is nothing to record.")
    return [_sale(_of_plan(request, key, trades), zone, made) for key, trades in sorted(groups.items())]


def _of_plan(request: Request, key: tuple[str, str, str], trades: Sequence[PlannedTrade]) -> Request:
    """The same request about one sale of the plan."""
    day, account, asset = key
    lots = tuple(f"{trade.lot_id}={exact.plain(trade.quantity)}" for trade in trades)
    return replace(request, plan=None, sale=day, account=account, asset=asset, lots=lots)


def _replaced(sale: Sale, parts: tuple[Part, ...]) -> Sale:
    return Sale(sale.account, sale.asset, parts, sale.sale, sale.at, sale.attested, sale.told, sale.note)


def _planned(text: str, zone: tzinfo) -> str | None:
    """A planned time or day as the journal holds it; None for the id of a transaction."""
    if not _DATED.match(text):
        return None
    try:
        when, date_only = parse_time(text, zone)
    except TimeError:
        return None
    return str(when.astimezone(zone).date()) if date_only else written(when)


def _parts(texts: Sequence[str]) -> tuple[Part, ...]:
    found = []
    for text in ",".join(texts).split(","):
        lot_id, _, quantity = text.strip().rpartition("=")
        try:
            units = identification.quantity_units(quantity)
        except (ValueError, ArithmeticError):
            units = 0
        if not lot_id or units <= 0:
            raise _wrong(f"--lots: {text!r} is not LOT=QUANTITY", "`taxlots lots` shows the ids; such as --lots b1=0.5,b2=0.25")
        found.append(Part(lot_id, exact.plain(exact.to_decimal(units))))
    return tuple(found)


def _session(request: Request, zone: tzinfo, made: datetime) -> Session:
    """The exports as of the day of the record: the lots that there are then, by what may be filed."""
    day = str(made.astimezone(zone).date())
    return open_session(request.paths, replace(request.choices, filed=True, as_of=day))


def _checked(session: Session, account: str, asset: str, parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with date and basis of their lots. Raises TaxlotsError where one is not held there or holds less."""
    lots = frames.records(session.book.lots)
    here = {lot["lot_id"]: lot for lot in lots if (lot["account"], lot["asset"]) == (account, asset)}
    wanted: dict[str, int] = {}
    found = []
    for part in parts:
        lot, units = here.get(part.lot_id), identification.quantity_units(part.quantity or "0")
        if lot is None:
            held = ", ".join(here) or "no lots"
            raise _wrong(f"lot {part.lot_id} is not held in {account}", f"{account} holds {asset} in: {held}.")
        whole = exact.to_units(lot["quantity"])
        wanted[part.lot_id] = wanted.get(part.lot_id, 0) + units
        if wanted[part.lot_id] > whole:
            message = f"lot {part.lot_id} holds {exact.plain(lot['quantity'])} {asset}, less than is identified"
            raise _wrong(message, "Name further lots.")
        basis = exact.to_decimal(exact.share(exact.to_units(lot["basis"]), units, whole))
        found.append(Part(part.lot_id, part.quantity, written(lot["acquired"]), exact.plain(basis)))
    return tuple(found)


def _standing(request: Request, zone: tzinfo, made: datetime) -> Standing:
    method = request.standing or ""
    if method not in _STANDING:
        raise _wrong(f"--standing {method!r} is not covered", f"Use one of: {', '.join(_STANDING)}.")
    if request.lots and method != MIN_TAX:
        raise _wrong("--lots goes with --sale or with --standing min-tax", "A standing order names a method, not lots.")
    start = _time("--from", request.start, zone) if request.start else written(made)
    until = _time("--until", request.until, zone) if request.until else None
    if until is not None and identification.moment(until) <= identification.moment(start):
        raise _wrong("--until is not after --from", "Give a later time.")
    parts, grounds = _least_tax(request, zone, made) if method == MIN_TAX else ((), {})
    asset = request.asset.upper() if request.asset else None
    return Standing(method, start, until, request.account, asset, parts, grounds, request.attest, request.told, request.note)


def _time(option: str, text: str, zone: tzinfo) -> str:
    try:
        return written(parse_time(text, zone)[0])
    except TimeError as error:
        raise _wrong(f"{option}: {error}", "Give a time such as 2026-12-01T00:00:00Z, or a day.") from None


def _least_tax(request: Request, zone: tzinfo, made: datetime) -> tuple[tuple[Part, ...], dict[str, str]]:
    """The lots in the order of the tax that selling each costs now, and what that was computed from."""
    if not (request.account and request.asset):
        raise _wrong("--standing min-tax needs --account and --asset", "The lots chosen are recorded, not only the rule.")
    if request.lots:
        return _parts(request.lots), {"lots": "as given"}
    if not request.paths:
        hint = "Give the exports, so that the lots can be ranked, or the lots in their order with --lots."
        raise _wrong("--standing min-tax needs the lots", hint)
    session = _session(request, zone, made)
    portfolio = session.portfolio()
    ranked = by_tax(portfolio, request.account, request.asset.upper())
    if not ranked:
        raise _wrong(f"no lot of {request.asset.upper()} with a price is held in {request.account}", "See `taxlots lots` and the prices.")
    parts = tuple(Part(lot.lot_id, exact.plain(lot.quantity), written(lot.acquired), exact.plain(lot.basis)) for lot, _ in ranked)
    grounds = {
        "price": exact.plain(ranked[0][0].price) or "",
        "as_of": str(portfolio.today),
        "settings": session.settings_file.sha256 or "",
        "rules": session.rulebook.sha256,
    }
    return parts, grounds | {f"tax per unit of {lot.lot_id}": exact.plain(exact.cents(tax)) or "" for lot, tax in ranked}


def _attested_settings(request: Request, settings_file: SettingsFile, zone: tzinfo) -> list[Content]:
    """The orders of [methods] as standing orders that rest on an earlier record."""
    methods = settings_file.settings.methods
    orders = _orders(methods, request.account)
    if {order for _, _, order in orders} <= {"fifo"}:
        raise _wrong("--attest: [methods] has no order other than fifo", "Say what it is about: --standing ... or --sale ...")
    if not request.start:
        raise _wrong("--attest needs --from", "Since when were the orders of [methods] on record? Such as --from 2025-01-01.")
    start = _time("--from", request.start, zone)
    until = _time("--until", request.until, zone) if request.until else None
    wanted = request.asset.upper() if request.asset else None
    return [
        Standing(order, start, until, account, asset or wanted, attested=request.attest, told=request.told, note=request.note)
        for account, asset, order in orders
        if wanted in {None, asset or wanted}
    ]


def _orders(methods: Methods, where: str | None) -> list[tuple[str | None, str | None, str]]:
    """Account, asset (None: every one) and order of what [methods] says in general, or of one account alone."""
    if methods.years:
        raise _wrong("--attest: orders of single years are attested one by one", "Say --standing ORDER --from START --until END.")
    own = methods.accounts.get(where) if where else None
    found: list[tuple[str | None, str | None, str]] = [(where, None, own or methods.default or "fifo")]
    for name, order in methods.accounts.items():
        account, _, asset = name.partition(":")
        if where is None or (account == where and asset):
            found.append((account, asset or None, order))
    named = {asset for account, asset, _ in found if account == where}
    return found if own else [*found, *((where, asset, order) for asset, order in methods.assets.items() if asset not in named)]


def _wrong(message: str, hint: str) -> TaxlotsError:
    return TaxlotsError(problem("USAGE", message, hint))
