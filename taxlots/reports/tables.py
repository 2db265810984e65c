"""What the commands show: each report as a plain table, which a terminal, a CSV file or JSON then renders."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.decisions.gaps import Gap
from taxlots.decisions.harvest import Rung
from taxlots.decisions.plan import Plan, Trade
from taxlots.importers.universal import COLUMNS
from taxlots.ledger.settle import Ledger
from taxlots.lots.form_lines import FormCheck
from taxlots.lots.results import Book
from taxlots.prices import PriceTable
from taxlots.problems import Problem, Severity

TEXT, NUMBER, MONEY = "text", "number", "money"
MOST_OF_A_CODE = 200  # problems of one code that a table lists


@dataclass(frozen=True, slots=True)
class Table:
    """A title, columns (name, kind of cell), rows of Python values, and remarks below; `listed`: a terminal shows a paragraph per row."""

    title: str
    columns: tuple[tuple[str, str], ...]
    rows: Sequence[tuple[Any, ...]]
    notes: tuple[str, ...] = ()
    listed: bool = False


class _FrameRows(Sequence[tuple[Any, ...]]):
    """Rows of a frame as cells, made when they are asked for: a terminal shows few of a million, and JSON none."""

    def __init__(self, frame: pd.DataFrame, names: Sequence[str], zone: tzinfo) -> None:
        """`names` are those of the columns shown; times are shown in the zone, sources as file:row."""
        self.frame, self.names, self.zone = frame[list(names)], names, zone

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return _FrameRows(self.frame.iloc[place], self.names, self.zone)
        return next(iter(self[place : place + 1 or None]))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        columns = []
        for name in self.names:
            values = frames.listed(pa.array(self.frame[name].array))
            columns.append(map(_sources, values) if name.endswith("sources") else (_local(value, self.zone) for value in values))
        return zip(*columns, strict=True)


def files_table(ledger: Ledger) -> Table:
    """Recognised files with the fate of their rows."""
    columns = (("file", TEXT), ("layout", TEXT), ("rows", NUMBER), ("used", NUMBER), ("merged", NUMBER), ("set aside", NUMBER))
    rows = [(f.file, f.layout or "unknown", f.rows, f.used, f.merged, f.set_aside, f.unusable, *_span(f)) for f in ledger.files]
    return Table("Recognised files", (*columns, ("unusable", NUMBER), ("first", TEXT), ("last", TEXT)), rows)


def _span(file: Any) -> tuple[str, str]:
    return (f"{file.first:%Y-%m-%d}" if file.first else "", f"{file.last:%Y-%m-%d}" if file.last else "")


_OF_ROWS = frozenset(("ROW_UNKNOWN_KIND", "ROW_INVALID", "ROW_UNPAIRED_LEG", "KIND_NOT_BOOKED", "TIME_INVALID"))


def problems_table(problems: Sequence[Problem]) -> Table:
    """The problems, errors first; of a code with very many the first ones, and how many more there are."""
    order = list(Severity)
    by_code: dict[tuple[int, str], list[Problem]] = defaultdict(list)
    for found in problems:
        by_code[order.index(found.severity), found.code].append(found)
    rows, notes = [], []
    for (_, code), alike in sorted(by_code.items()):
        listed = sorted(alike, key=lambda p: (p.file or "", p.row or 0))
        rows += [(str(p.severity), p.code, p.where(), p.message, p.hint) for p in listed[:MOST_OF_A_CODE]]
        if len(listed) > MOST_OF_A_CODE:
            notes.append(f"{len(listed) - MOST_OF_A_CODE:,} more {code}: `--format json` lists them all.")
    if any(p.code in _OF_ROWS for p in problems):
        notes.append("A row whose effect you have given otherwise is closed by a line of overrides.csv: FILE:ROW,exclude,,,,<why>")
    names = ("severity", "code", "where", "cause", "next step")
    return Table("Problems", tuple((name, TEXT) for name in names), rows, tuple(notes), listed=True)


def balances_table(ledger: Ledger) -> Table:
    """Reported balances against computed ones."""
    columns = (("account", TEXT), ("asset", TEXT), ("reported", NUMBER), ("computed", NUMBER), ("difference", NUMBER))
    rows = [(b.account, b.asset, b.reported, b.computed, b.difference) for b in ledger.balances]
    return Table("Balances that exports report", columns, rows)


def forms_table(checks: Sequence[FormCheck]) -> Table:
    """Form 1099-DA beside the disposals, per account, year and asset; differences are form less disposals."""
    columns = (("account", TEXT), ("year", TEXT), ("asset", TEXT), ("form units", NUMBER), ("units differ by", NUMBER))
    amounts = (("form proceeds", MONEY), ("disposals' proceeds", MONEY), ("proceeds differ by", MONEY))
    basis = (("form basis", MONEY), ("disposals' basis", MONEY), ("basis differs by", MONEY), ("result", TEXT))
    rows = [
        (
            *(check.account, str(check.year), check.asset, check.units, check.units_difference),
            *(check.proceeds, check.pieces.proceeds, check.proceeds_difference),
            *(check.basis, check.pieces.basis, check.basis_difference),
            "; ".join([*([] if check.agrees else ["DIFFERS"]), *check.notes]) or "agrees",
        )
        for check in checks
    ]
    return Table("Form 1099-DA against the disposals", (*columns, *amounts, *basis), rows)


def gaps_table(gaps: Sequence[Gap], zone: tzinfo) -> Table:
    """What is missing, the most expensive first."""
    columns = (("account", TEXT), ("asset", TEXT), ("time", TEXT), ("quantity", NUMBER), ("shown by", TEXT))
    prices = (("tax with basis 0", MONEY), ("tax with highest basis", MONEY), ("worth at most", MONEY))
    rows = [
        (gap.account, gap.asset, _local(gap.time, zone), gap.quantity, gap.transaction_id, gap.tax_high, gap.tax_low, _worth(gap))
        for gap in gaps
    ]
    notes = (
        ["The tax is that of the years in which units of the gap were disposed of; look for the most expensive file first."] if gaps else []
    )
    if any(gap.tax_high is None for gap in gaps):
        notes.append(
            "Without figures: no price of the asset until then says what it can have cost at most, or no rule covers the year's tax."
        )
    return Table("Gaps: units without a known origin, and what they cost", (*columns, *prices), rows, tuple(notes))


def _worth(gap: Gap) -> Decimal | None:
    return None if gap.tax_low is None else gap.worth


def ledger_table(ledger: Ledger) -> Table:
    """The settled transactions in the columns of the universal ledger."""
    columns = tuple((name, NUMBER if name in _EXACT else TEXT) for name in COLUMNS)
    return Table("Transactions", columns, _FrameRows(ledger.transactions, COLUMNS, ledger.zone))


_EXACT = {name for name, column in frames.TRANSACTIONS.items() if column.type == frames.EXACT}


def _local(value: Any, zone: tzinfo) -> Any:
    """Times in the taxpayer's zone; how they look is the renderer's business."""
    return value.astimezone(zone) if isinstance(value, datetime) else value


def frame_table(title: str, frame: pd.DataFrame, names: Sequence[str], zone: tzinfo) -> Table:
    """Columns of a frame, by name; sources become file:row."""
    return Table(title, tuple((name, _kind(name)) for name in names), _FrameRows(frame, names, zone))


def _kind(name: str) -> str:
    if name in {"proceeds", "basis", "adjustment", "gain", "value"}:
        return MONEY
    return NUMBER if name == "quantity" else TEXT


def _sources(listed: Sequence[dict[str, Any]] | None) -> str:
    return " ".join(f"{s['file']}:{s['row']}" for s in listed or [])


def holdings_table(book: Book, prices: PriceTable, session_now: Any) -> Table:
    """Open lots added up per asset and account, at the last price."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for record in frames.records(book.lots):
        held = sums[record["asset"], record["account"]]
        held[0] = exact.CONTEXT.add(held[0], record["quantity"])
        held[1] = exact.CONTEXT.add(held[1], record["basis"])
    rows = []
    for (asset, account), (quantity, basis) in sorted(sums.items()):
        quote = prices.latest(asset, session_now)
        value = exact.CONTEXT.multiply(quantity, quote.price) if quote else None
        rows.append((asset, account, quantity, basis, value, exact.CONTEXT.subtract(value, basis) if value is not None else None))
    columns = (("asset", TEXT), ("account", TEXT), ("quantity", NUMBER), ("basis", MONEY), ("value", MONEY), ("unrealised", MONEY))
    return Table("Holdings", columns, rows)


def years_table(book: Book) -> Table:
    """Gains and income by tax year."""
    sold, received = book.disposals, book.income
    long = sold["term"] == "long"
    columns = (
        _by_year(sold, "disposed_on", "proceeds"),
        _by_year(sold, "disposed_on", "basis"),
        _by_year(sold[~long], "disposed_on", "gain"),
        _by_year(sold[long], "disposed_on", "gain"),
        _by_year(received, "received_on", "value"),
    )
    years = sorted({year for sums in columns for year in sums})
    rows = [(str(year), *(sums.get(year, Decimal(0)) for sums in columns)) for year in years]
    heads = ("proceeds", "basis", "short-term gain", "long-term gain", "income")
    return Table("Gains and income by year", (("year", TEXT), *((head, MONEY) for head in heads)), rows)


def _by_year(frame: pd.DataFrame, day: str, name: str) -> dict[int, Decimal]:
    """Sums of a column by the year of a date."""
    if not len(frame):
        return {}
    columns = frames.arrays(frame[[day, name]])
    codes, years = pd.factorize(pc.year(columns[day]).to_numpy())
    sums = exact.grouped_sums(codes, columns[name], len(years))
    return {int(year): exact.to_decimal(units) for year, units in zip(years, sums, strict=True)}


def harvest_summary_table(rungs: Sequence[Rung]) -> Table:
    """The losses that pay, added up per asset and term."""
    groups: dict[tuple[str, str], list[Rung]] = defaultdict(list)
    for rung in rungs:
        if rung.pays:
            groups[rung.lot.asset, rung.lot.term].append(rung)
    rows = [
        (*key, len(group), *(_sum(group, name) for name in ("loss", "tax_saved", "cost", "net"))) for key, group in sorted(groups.items())
    ]
    names = ("loss", "tax saved", "cost", "net benefit")
    columns = (("asset", TEXT), ("term", TEXT), ("lots", NUMBER), *((name, MONEY) for name in names))
    paying = [rung for rung in rungs if rung.pays]
    total = exact.cents(_sum(paying, "tax_saved"))
    notes = (f"{len(paying)} of {len(rungs)} lots at a loss pay; together they save {total:,} of this year's tax.",)
    return Table("Harvestable losses", columns, rows, notes)


def _sum(items: Sequence[Any], name: str) -> Decimal:
    with exact.exactly():
        return sum((getattr(item, name) for item in items), Decimal(0))


def plans_table(plans: Sequence[Plan], drift_penalty: Decimal) -> Table:
    """Alternatives side by side, best first."""
    columns = (
        ("alternative", TEXT),
        ("score", MONEY),
        ("tax now", MONEY),
        ("tax later", MONEY),
        ("carryover value", MONEY),
        ("trading cost", MONEY),
    )
    more = (("drift before", MONEY), ("drift after", MONEY), ("drift cost", MONEY), ("after-tax value", MONEY), ("trades", NUMBER))
    rows = []
    for plan in plans:
        f = plan.figures
        name = plan.name if plan.feasible else f"{plan.name} (not feasible)"
        drifts = (f.drift_before.total_points, f.drift_after.total_points, f.drift_cost)
        rows.append(
            (name, f.score, f.tax_now, f.tax_later, f.carryover_value, f.trading_cost, *drifts, f.after_tax_value, len(plan.trades))
        )
    penalty = exact.plain(drift_penalty)
    notes = [
        "Score: what a plan gains over doing nothing, of tax, trading cost, carryover and drift. A tax below 0 is tax saved.",
        f"A dollar out of place is taken to cost {penalty} (drift_penalty): that decides the ranking. Drift is in percentage points.",
    ]
    alike: dict[str, list[str]] = defaultdict(list)
    for plan in plans:
        for note in plan.notes:
            alike[note].append(plan.name)
    notes += [f"{', '.join(names)}: {note}" for note, names in alike.items()]
    notes += [
        f"{plan.name}: no plan scores above {plan.certificate.bound:z,.2f}; gap {plan.certificate.gap:.1e}"
        for plan in plans
        if plan.certificate
    ]
    return Table("Rebalance alternatives, best first", (*columns, *more), rows, tuple(notes))


def trades_table(plan: Plan) -> Table:
    """The trades of one plan."""
    columns = (("side", TEXT), ("asset", TEXT), ("account", TEXT), ("lot", TEXT), ("quantity", NUMBER), ("value", MONEY))
    rows = [
        (_when(t), t.asset, t.account, t.lot.lot_id if t.lot else "", t.quantity, t.value, t.gain if t.lot else None, t.why)
        for t in plan.trades
    ]
    return Table(f"Trades of {plan.name}", (*columns, ("gain", MONEY), ("why", TEXT)), rows)


def _when(trade: Trade) -> str:
    return f"{trade.side} on {trade.on}" if trade.on else trade.side


def trades_summary_table(plan: Plan) -> Table:
    """The trades of one plan, added up per side and asset."""
    groups: dict[tuple[str, str], list[Trade]] = defaultdict(list)
    for trade in plan.trades:
        groups[trade.side, trade.asset].append(trade)
    rows = []
    for (side, asset), group in sorted(groups.items()):
        short, long = ([t for t in group if t.lot and t.term == term] for term in ("short", "long"))
        amounts = (_sum(group, "value"), _sum(short, "gain"), _sum(long, "gain"), _sum(group, "tax"))
        rows.append((side, asset, len(group), _sum(group, "quantity"), *amounts))
    names = ("value", "short-term gain", "long-term gain", "tax that it adds")
    columns = (("side", TEXT), ("asset", TEXT), ("trades", NUMBER), ("quantity", NUMBER), *((name, MONEY) for name in names))
    return Table(f"Trades of {plan.name}, by asset", columns, rows, ("Each lot with its reason is on the workbook's sheet Rebalance.",))
