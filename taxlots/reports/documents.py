"""The JSON documents of the contract: exact numbers as plain decimal strings, times with offset, dates as YYYY-MM-DD."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

import msgspec
import pandas as pd

from taxlots import exact, frames
from taxlots.decisions.gaps import Gap
from taxlots.decisions.plan import Plan, Trade
from taxlots.importers.universal import COLUMNS
from taxlots.ledger.settle import Ledger
from taxlots.lots.form_lines import FormCheck
from taxlots.lots.results import Book
from taxlots.problems import Problem, has_errors
from taxlots.reports import texts

Document = dict[str, Any]
GAINS = [
    "disposal_id",
    "transaction_id",
    "kind",
    "asset",
    "account",
    "quantity",
    "acquired",
    "disposed",
    "holding_starts",
    "proceeds",
    "basis",
    "adjustment_code",
    "adjustment",
    "gain",
    "term",
    "exempt",
    "box",
    "lot_id",
    "lot_transaction_id",
    "method",
    "sources",
    "lot_sources",
]
LOTS = [
    "lot_id",
    "lot_transaction_id",
    "account",
    "asset",
    "quantity",
    "basis",
    "acquired",
    "holding_starts",
    "long_term_on",
    "source_kind",
    "sources",
]
INCOME = ["transaction_id", "kind", "asset", "account", "quantity", "value", "time", "price_source", "sources"]


def document(name: str, problems: Iterable[Problem], **content: Any) -> Document:
    """A document of the schema `taxlots.<name>/1` with its problems; `draft` while one of error severity remains."""
    found = list(problems)
    return {"schema": f"taxlots.{name}/1", "draft": has_errors(found), **content, "problems": [problem.as_dict() for problem in found]}


def jsonable(value: Any, zone: tzinfo) -> Any:
    """A frame's value as JSON: Decimal to a plain string, times in the taxpayer's zone with offset, dates as they are."""
    if isinstance(value, Decimal):
        return exact.plain(value)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def rows(frame: pd.DataFrame, names: Sequence[str], zone: tzinfo) -> list[Document]:
    """The named columns of each row, as JSON."""
    columns = (texts.listed(frame, name, zone) for name in names)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def row(record: Mapping[str, Any], names: Sequence[str], zone: tzinfo) -> Document:
    """The named columns of one record, as JSON."""
    return {name: jsonable(record[name], zone) for name in names}


def ledger_document(ledger: Ledger) -> Document:
    """`taxlots.ledger/1`."""
    return document("ledger", ledger.problems, transactions=rows(ledger.transactions, [*COLUMNS, "sources"], ledger.zone))


def lots_document(book: Book, zone: tzinfo, problems: Sequence[Problem]) -> Document:
    """`taxlots.lots/1`."""
    return document("lots", problems, lots=rows(book.lots, LOTS, zone))


def gains_document(book: Book, zone: tzinfo, year: int | None, problems: Sequence[Problem]) -> Document:
    """`taxlots.gains/1`, with totals over the rows shown."""
    disposals = frames.of_year(book.disposals, "disposed_on", year)
    return document("gains", problems, disposals=rows(disposals, GAINS, zone), totals=_totals(disposals))


def _totals(disposals: pd.DataFrame) -> Document:
    sums = {name: exact.total(disposals[name]) for name in ("proceeds", "basis", "adjustment", "gain")}
    for term in ("short", "long"):
        sums[f"{term}_term"] = exact.total(disposals["gain"][disposals["term"] == term])
    return {name: exact.plain(amount) for name, amount in sums.items()} | {"count": len(disposals)}


def income_document(book: Book, zone: tzinfo, year: int | None, problems: Sequence[Problem]) -> Document:
    """`taxlots.income/1`, with totals by kind."""
    income = frames.of_year(book.income, "received_on", year)
    totals = {kind: exact.plain(exact.total(income["value"][income["kind"] == kind])) for kind in sorted(income["kind"].unique())}
    return document("income", problems, income=rows(income, INCOME, zone), totals=totals)


def check_document(ledger: Ledger, gaps: Sequence[Gap], problems: Sequence[Problem], forms: Sequence[FormCheck] = ()) -> Document:
    """`taxlots.check/1`, with the reconciliation of forms where lines of one were given."""
    files = [
        {
            "file": f.file,
            "sha256": f.sha256,
            "layout": f.layout,
            "rows": f.rows,
            "used": f.used,
            "merged": f.merged,
            "set_aside": f.set_aside,
            "unusable": f.unusable,
        }
        for f in ledger.files
    ]
    balances = [
        {
            "account": b.account,
            "asset": b.asset,
            "reported": exact.plain(b.reported),
            "computed": exact.plain(b.computed),
            "difference": exact.plain(b.difference),
            "file": b.source[0],
            "row": b.source[1],
        }
        for b in ledger.balances
    ]
    listed = [_gap(gap, ledger.zone) for gap in gaps]
    return document("check", problems, files=files, balances=balances, gaps=listed, forms=[_form(check) for check in forms])


def _form(check: FormCheck) -> Document:
    amounts = {
        "units": (check.units, check.pieces.units, check.units_difference),
        "proceeds": (check.proceeds, check.pieces.proceeds, check.proceeds_difference),
        "basis": (check.basis, check.pieces.basis, check.basis_difference),
    }
    names = ("form", "disposals", "difference")
    return {
        "form": check.form,
        "account": check.account,
        "year": check.year,
        "asset": check.asset,
        "lines": check.lines,
        "basis_reported": check.basis_reported,
        **{name: dict(zip(names, map(exact.plain, parts), strict=True)) for name, parts in amounts.items()},
        "agrees": check.agrees,
        "notes": check.notes,
    }


def _gap(gap: Gap, zone: tzinfo) -> Document:
    names = ("transaction_id", "kind", "account", "asset", "time", "quantity", "tax_low", "tax_high")
    return {name: jsonable(getattr(gap, name), zone) for name in names}


def rebalance_document(plans: Sequence[Plan], problems: Sequence[Problem]) -> Document:
    """`taxlots.rebalance/1`: alternatives best first, and the proof of the optimum."""
    return document("rebalance", problems, alternatives=[alternative(plan) for plan in plans], optimal=proof(plans))


def proof(plans: Sequence[Plan]) -> Document:
    """Bound, gap and certificate of the optimum among the plans; nulls where it is not among them."""
    found = next((plan.certificate for plan in plans if plan.certificate), None)
    if found is None:
        return {"bound": None, "gap": None, "certificate": None}
    instance = msgspec.to_builtins(found.instance)
    certificate = {"assumptions": list(found.assumptions), "instance": instance, "solution": found.solution, "before": found.before}
    return {"bound": found.bound, "gap": found.gap, "certificate": certificate}


def alternative(plan: Plan) -> Document:
    """A plan with its trades and figures."""
    f = plan.figures
    amounts = ["tax_now", "tax_later", "carryover_value", "trading_cost", "future_tax_saved"]
    return {
        "name": plan.name,
        "meaning": plan.meaning,
        "trades": [_trade(trade, deferred=trade.account in plan.deferred) for trade in plan.trades],
        **{name: exact.plain(getattr(f, name)) for name in amounts},
        "drift_before": exact.plain(f.drift_before.total_points),
        "drift_after": exact.plain(f.drift_after.total_points),
        "drift_before_largest": exact.plain(f.drift_before.largest_points),
        "drift_after_largest": exact.plain(f.drift_after.largest_points),
        "drift_before_value": exact.plain(f.drift_before.value),
        "drift_after_value": exact.plain(f.drift_after.value),
        "drift_cost_before": exact.plain(f.drift_cost_before),
        "drift_cost": exact.plain(f.drift_cost),
        "short_term_gain": exact.plain(f.short_term_gain),
        "long_term_gain": exact.plain(f.long_term_gain),
        "turnover": exact.plain(f.turnover),
        "cash_after": exact.plain(f.cash_after),
        "after_tax_value": exact.plain(f.after_tax_value),
        "tracking_error": f.tracking_error,
        "score": approximate(f.score),
        "feasible": plan.feasible,
        "several_dates": plan.several_dates,
        "why_infeasible": list(plan.why_not) or None,
        "notes": list(plan.notes),
    }


def _trade(trade: Trade, *, deferred: bool = False) -> Document:
    return {
        "side": trade.side,
        "asset": trade.asset,
        "account": trade.account,
        "lot_id": trade.lot.lot_id if trade.lot else None,
        "quantity": exact.plain(trade.quantity),
        "value": exact.plain(trade.value),
        "gain": exact.plain(trade.gain) if trade.lot else None,
        "term": trade.term if trade.lot else None,
        "on": trade.on.isoformat() if trade.on else None,
        "taxed": trade.lot.taxed if trade.lot else not deferred,
        "tax": exact.plain(trade.tax) if trade.lot else None,
        "why": trade.why,
    }


def approximate(value: Decimal) -> float:
    """A score as a JSON number."""
    return float(value)
