"""Imported rows -> the settled ledger: duplicates dropped, overrides applied, transfers paired, everything valued and in order."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from operator import itemgetter
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from taxlots import frames
from taxlots.assets import asset_table
from taxlots.importers.read import Imported
from taxlots.importers.records import FormLine, Row, Source, Transaction
from taxlots.importers.text_columns import together
from taxlots.ledger import companions
from taxlots.ledger import plain as plain_lines
from taxlots.ledger.classes import classed, doubts
from taxlots.ledger.companions import Override
from taxlots.ledger.concerned import Parted, part
from taxlots.ledger.corporate import untold
from taxlots.ledger.duplicates import Distinct, distinct, row_order
from taxlots.ledger.given_rows import left_open, set_aside
from taxlots.ledger.names import Names
from taxlots.ledger.overrides import apply_overrides
from taxlots.ledger.reconcile import BalanceCheck, check_balances
from taxlots.ledger.rules import BulkRule, apply_rules
from taxlots.ledger.spam import sift
from taxlots.ledger.transfers import pair_transfers
from taxlots.ledger.valuation import Unpaid, Valued, Valuer
from taxlots.prices import PricePoint, PriceTable
from taxlots.problems import Problem
from taxlots.settings import Asset, Prices

Line = TypeVar("Line")
_FIELDS = tuple(field.name for field in fields(Transaction))
LATER = "later than the as-of date"
_LINE_REFUSED = {"OVERRIDE_UNMATCHED", "OVERRIDE_INVALID"}


@dataclass(frozen=True, slots=True)
class FileSummary:
    """A file and the fates of its data rows: `rows = used + merged + set_aside + unusable`."""

    file: str
    sha256: str | None
    layout: str | None
    rows: int
    used: int
    merged: int
    set_aside: int
    unusable: int
    first: datetime | None
    last: datetime | None


@dataclass(slots=True)
class Ledger:
    """The settled ledger. `transactions` is a frame of `frames.SETTLED`, in the order in which it is booked."""

    transactions: pd.DataFrame
    files: list[FileSummary] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    balances: list[BalanceCheck] = field(default_factory=list)
    prices: PriceTable = field(default_factory=PriceTable)
    missing_prices: list[tuple[date, str]] = field(default_factory=list)
    set_aside: dict[Source, str] = field(default_factory=dict)
    merged: dict[Source, str] = field(default_factory=dict)
    unusable: set[Source] = field(default_factory=set)
    positions: dict[Source, frozenset[Source]] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC
    zone_assumed: bool = True
    zoneless: frozenset[Source] = frozenset()
    as_of: datetime | None = None
    form_lines: list[FormLine] = field(default_factory=list)
    allocation: list[companions.AllocatedLot] = field(default_factory=list)
    last_balance: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What settling depends on besides the files. `as_of` is exclusive: the instant from which on rows are left out."""

    zone: tzinfo = UTC
    zone_assumed: bool = True
    as_of: datetime | None = None
    home: str = "USD"
    rules: tuple[BulkRule, ...] = ()
    assets: dict[str, Asset] = field(default_factory=dict)
    prices: Prices = field(default_factory=Prices)
    unpaid: Unpaid = field(default_factory=Unpaid)


def settle(imported: Imported, terms: Terms | None = None) -> Ledger:
    """The ledger of everything imported. Bad data becomes Problems; nothing is raised."""
    with _uncollected():
        return _settled(imported, terms or Terms())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for cycles of objects: settling makes none, and looking takes a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _settled(imported: Imported, terms: Terms) -> Ledger:
    problems = list(imported.problems)
    layouts = {record.file: record.layout for record in imported.files}
    points = _parsed(imported, "prices", companions.price_point, terms, problems)
    parted = part(imported.columns, imported.transactions, terms.assets, {point.asset for point in points})
    names = Names(parted.single, layouts, terms.assets)
    read = classed(names.transactions(parted.single), terms.assets)
    valuer = Valuer(_price_table(names.prices(points), terms), terms.prices.difference, terms.unpaid)
    overrides = _of_transactions(imported, _parsed(imported, "overrides", companions.override, terms, problems), problems)
    decided = _parsed(imported, "transfers", companions.pair, terms, problems)
    named = {override.id for override in overrides} | {end for pair in decided for end in (pair.out_id, pair.in_id)}
    decisions = plain_lines.Decisions(frozenset(named), terms.rules, layouts, terms.as_of)
    entangled, plain, later = _apart(parted, read, decisions, valuer)
    single = distinct([*read, *entangled], imported.order(), terms.zone)
    allocation = _allocation(imported, terms, problems)
    opening = _opening(imported, terms, single, problems, names)
    ruled = apply_rules(single.transactions, terms.rules, layouts)
    overridden = apply_overrides([*ruled.transactions, *opening], overrides, single.aliases)
    present, late = _until(overridden.transactions, terms.as_of)
    sifted = sift(present, valuer.prices, terms.assets, parted.left)
    paired = pair_transfers(sifted.transactions, decided, single.aliases)
    imported.unusable |= _refused_lines([*overridden.problems, *paired.problems])
    valued = valuer.value_all(paired.transactions)
    problems += names.problems() + single.problems + ruled.problems + overridden.problems + sifted.problems + paired.problems
    problems += companions.opening_log(opening, present) + untold(paired.transactions) + doubts(paired.transactions, layouts, terms.assets)
    reported = names.balances(imported.balances + _parsed(imported, "balances", companions.balance, terms, problems))
    known = [balance for balance in reported if balance.asset not in sifted.assets and _is_before(balance.time, terms.as_of)]
    alone, checked = together(partial(_left_open, plain), partial(check_balances, known, paired.transactions, plain), rows=len(plain or ()))
    problems += alone + valuer.problems + checked[1]
    ledger = Ledger(
        transactions=_frame(valued, paired.matches, imported, plain),
        unusable=imported.unusable,
        positions=imported.positions,
        prices=valuer.prices,
        missing_prices=valuer.missing,
        set_aside=imported.set_aside | names.set_aside | ruled.excluded | overridden.excluded | late | later | sifted.set_aside,
        merged=imported.merged | single.merged,
        renamed=names.now(),
        zone=terms.zone,
        zone_assumed=terms.zone_assumed,
        zoneless=frozenset(imported.zoneless),
        as_of=terms.as_of,
        form_lines=imported.form_lines,
        allocation=allocation,
        balances=checked[0],
        last_balance=max((balance.time for balance in known), default=None),
        problems=problems,
    )
    ledger.files = _summaries(imported, ledger)
    return ledger


def _of_transactions(imported: Imported, overrides: Sequence[Override], problems: list[Problem]) -> list[Override]:
    """The overrides but those that exclude unusable rows: these are set aside, and their errors closed."""
    given = set_aside(overrides, imported.unusable, [record.file for record in imported.files])
    if given.excluded:
        problems[:] = left_open(problems, given, imported.unusable, imported.positions)
        imported.unusable -= given.excluded.keys()
        imported.set_aside |= given.excluded
    imported.unusable |= _refused_lines(given.problems)
    problems += given.problems
    return given.overrides


def _refused_lines(problems: Sequence[Problem]) -> set[Source]:
    return {(p.file, p.row) for p in problems if p.code in _LINE_REFUSED and p.file is not None and p.row is not None}


def _price_table(points: Sequence[PricePoint], terms: Terms) -> PriceTable:
    par = asset_table().stablecoins if terms.prices.stablecoins == "par" else {}
    return PriceTable(points, terms.home, timedelta(microseconds=int(terms.prices.limit_days * 86_400_000_000)), par)


def _apart(
    parted: Parted, read: Sequence[Transaction], decisions: plain_lines.Decisions, valuer: Valuer
) -> tuple[list[Transaction], pa.Table | None, dict[Source, str]]:
    """Of large files: what has to be settled with everything else, what is settled by column, and rows later than the as-of date."""
    if not parted.columns:
        return [], None, {}
    found = plain_lines.separate(parted.columns, read, decisions, valuer)
    return found.entangled, found.plain, dict.fromkeys(found.later, LATER)


def _parsed(imported: Imported, name: str, parse: Callable[[Row, tzinfo], Line], terms: Terms, problems: list[Problem]) -> list[Line]:
    rows: list[Row] = []
    for row in imported.companions.get(name, []):
        if companions.is_filled(row, name):
            rows.append(row)
        else:
            imported.set_aside[row.source] = "not filled in yet"
    before = len(problems)
    lines = companions.parse_lines(rows, lambda row: parse(row, terms.zone), problems)
    imported.unusable.update((p.file, p.row) for p in problems[before:] if p.file is not None and p.row is not None)
    return lines


def _allocation(imported: Imported, terms: Terms, problems: list[Problem]) -> list[companions.AllocatedLot]:
    """The lines of an allocation, which are told from opening lots by the name of their file."""
    rows = imported.companions.get("opening_lots", [])
    imported.companions["allocation"] = [row for row in rows if companions.is_allocation(row)]
    imported.companions["opening_lots"] = [row for row in rows if not companions.is_allocation(row)]
    return _parsed(imported, "allocation", companions.allocated_lot, terms, problems)


def _opening(imported: Imported, terms: Terms, single: Distinct, problems: list[Problem], names: Names) -> list[Transaction]:
    """Opening lots, each once however often its line is given; those without an id get one of their own kind."""
    lines = _parsed(imported, "opening_lots", companions.opening_lot, terms, problems)
    named = {line.sources for line in lines if line.id}
    found = distinct(classed(names.transactions(lines), terms.assets), imported.order(), terms.zone)
    single.merged |= found.merged
    problems += found.problems
    return [lot if lot.sources in named else replace(lot, id=f"opening-{lot.id}") for lot in found.transactions]


def _until(transactions: Sequence[Transaction], as_of: datetime | None) -> tuple[list[Transaction], dict[Source, str]]:
    if as_of is None:
        return list(transactions), {}
    late = dict.fromkeys((s for t in transactions if t.time >= as_of for s in t.sources), LATER)
    return [t for t in transactions if t.time < as_of], late


def _is_before(time: datetime, until: datetime | None) -> bool:
    return until is None or time < until


def _left_open(plain: pa.Table | None) -> list[Problem]:
    return [] if plain is None else plain_lines.left_open(plain)


def _frame(valued: Sequence[Valued], matches: dict[str, str], imported: Imported, plain: pa.Table | None) -> pd.DataFrame:
    order = imported.order()
    rows = []
    for item in valued:
        t = item.transaction
        digest, rank = row_order(t, order)
        row = {name: getattr(t, name) for name in _FIELDS}
        row["sources"] = [{"file": file, "row": number} for file, number in t.sources]
        row["home_value"], row["home_fee"], row["home_shortfall"] = item.value, item.fee_value, item.shortfall_value
        row["price_source"], row["match"] = item.value_source, matches.get(t.id)
        row["file_hash"], row["file_order"] = digest, rank
        rows.append(row)
    rows.sort(key=lambda row: (row["time"], row["file_hash"], row["file_order"]))
    frame = frames.build_rounded(frames.SETTLED, rows)
    return frame if plain is None else _with_plain(frame, plain_lines.ordered(plain, order))


def _with_plain(frame: pd.DataFrame, plain: pa.Table) -> pd.DataFrame:
    """Both together, in the order of time, file and row."""
    schema = pa.schema([(name, column.type) for name, column in frames.SETTLED.items()])
    both = pa.table(together(*(partial(_written_out, plain[column.name], column.type) for column in schema)), schema)
    if len(frame):
        single = pa.table({name: pa.array(frame[name].array, column.type) for name, column in frames.SETTLED.items()})
        both = pa.concat_tables([single, both]).combine_chunks()
    digest = both["file_hash"].combine_chunks()
    ranks = np.argsort(np.argsort(np.array(digest.dictionary.to_pylist(), object)))[digest.indices.to_numpy()]
    time, rank = (both[name].cast(pa.int64()).to_numpy() for name in ("time", "file_order"))
    order = np.lexsort((rank, ranks, time))
    ordered = both if (order[1:] > order[:-1]).all() else both.take(pa.array(order))
    settled: pd.DataFrame = ordered.to_pandas(types_mapper=pd.ArrowDtype)
    return settled


def _written_out(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    return column.cast(kind).combine_chunks()


def _summaries(imported: Imported, ledger: Ledger) -> list[FileSummary]:
    counts = [Counter(map(itemgetter(0), sources)) for sources in (ledger.merged, ledger.set_aside, imported.unusable)]
    summaries = []
    for record in imported.files:
        merged, set_aside, unusable = (counted[record.file] for counted in counts)
        used = record.rows - merged - set_aside - unusable
        summaries.append(
            FileSummary(
                record.file, record.sha256, record.layout, record.rows, used, merged, set_aside, unusable, record.first, record.last
            )
        )
    return summaries
