"""What a `taxlots.rebalance/1` document says of its alternatives, computed anew from the portfolio that it carries.

The optimiser plays no part: trades are read from the document, and their figures, taxes and reasons come from the same exact functions as
those of a plan that is made. So a number that was changed anywhere contradicts another one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from taxlots import exact
from taxlots.decisions.alternatives import ALTERNATIVES
from taxlots.decisions.comparison import MEANING, OPTIMAL, SHORTFALL
from taxlots.decisions.dated import cash_low
from taxlots.decisions.deferred import after
from taxlots.decisions.explain import against_first_in, explained
from taxlots.decisions.history import Covariance
from taxlots.decisions.instance import FederalTax, Instance, position_of
from taxlots.decisions.optimise import instance_of
from taxlots.decisions.plan import Plan, Trade
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.score import attributed, figures, purchase, sale
from taxlots.problems import TaxlotsError
from taxlots.reports.documents import Document, alternative, proof
from taxlots.rulebook import Rulebook, load
from taxlots.settings import Rebalance, Target
from taxlots.tax import tax_due

CLOSE = 1e-9
SCORE = 1e-6
MEANINGS = {one.name: one.meaning for one in ALTERNATIVES} | {OPTIMAL: MEANING}
_WORDS = {"notes", "why_infeasible"}
_UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError)


class _Lot(msgspec.Struct, frozen=True):
    lot_id: str
    asset: str
    asset_class: str
    account: str
    quantity: Decimal
    basis: Decimal
    acquired: datetime
    long_term_on: date
    taxed: bool


class _Carried(msgspec.Struct, frozen=True):
    """A portfolio as the document carries it: what the instance does not say, such as accounts and lots that are never sold."""

    as_of: date
    lots: tuple[_Lot, ...]
    prices: dict[str, Decimal]
    targets: dict[str, Target]
    terms: Rebalance
    account_cash: dict[str, Decimal]
    deferred: dict[str, Decimal]
    covariance: Covariance | None
    classes: dict[str, str]


class _Said(msgspec.Struct, frozen=True):
    """What is read of a trade; the rest of it is computed anew."""

    side: Literal["buy", "sell"]
    asset: str
    account: str
    quantity: Decimal
    lot_id: str | None
    on: date | None


def proven(plans: Sequence[Plan], portfolio: Portfolio) -> Document:
    """The proof of the optimum for a document, with the portfolio that all its figures can be computed from."""
    found = proof(plans)
    if found["certificate"]:
        found["certificate"]["portfolio"] = carried(portfolio)
    return found


def carried(portfolio: Portfolio) -> Any:
    """The portfolio for a document, amounts as exact text."""
    lots = tuple(_Lot(**{name: getattr(lot, name) for name in _Lot.__struct_fields__}) for lot in portfolio.lots)
    prices, targets = dict(portfolio.prices), dict(portfolio.targets)
    cash, deferred, classes = dict(portfolio.account_cash), dict(portfolio.deferred), dict(portfolio.classes)
    whole = _Carried(portfolio.today, lots, prices, targets, portfolio.terms, cash, deferred, portfolio.covariance, classes)
    return msgspec.to_builtins(whole)


def disagreements(content: Mapping[str, Any], instance: Instance, rulebook: Rulebook | None = None) -> Iterator[str]:
    """What of a rebalance document its own portfolio contradicts, in words; nothing where all of it is so."""
    try:
        portfolio = _restored(content["optimal"]["certificate"]["portfolio"], instance, rulebook or load())
        told = list(content["alternatives"])
        names = [one["name"] for one in told]
        first = _inside(portfolio, next(one for one in told if one["name"] == OPTIMAL))
        same = instance_of(after(portfolio, first)) == instance
    except (*_UNREADABLE, StopIteration, TaxlotsError, msgspec.ValidationError) as error:
        yield f"the document carries no portfolio to compute its figures from: {error!r}"
        return
    if not same:
        yield "the certificate is about another decision than that on the portfolio of the document"
    if "plan" in content:
        yield from _heads(portfolio, content["plan"])
    elif sorted(map(str, names)) != sorted(MEANINGS):
        yield f"the alternatives are {', '.join(map(str, names))}; there are: {', '.join(MEANINGS)}"
        return
    ranks = [(not one["feasible"], -float(one["score"])) for one in told if _is_ranked(one)]
    if ranks != sorted(ranks):
        yield "the alternatives do not stand best first"
    for one in told:
        yield from (f"{one.get('name')}: {message}" for message in _alternative(portfolio, one))


def of_plan(content: Mapping[str, Any]) -> dict[str, Any]:
    """A plan file with its proof in the form of a rebalance document with one alternative."""
    alone = {**content["figures"], "trades": content["trades"]}
    return {"schema": content["schema"], "alternatives": [alone], "optimal": content["optimal"], "plan": content}


def _heads(portfolio: Portfolio, told: Mapping[str, Any]) -> Iterator[str]:
    """What a plan file says of itself: its day, cost, and the year's tax before and after it."""
    before = tax_due(portfolio.position, portfolio.rulebook).total
    try:
        tax_after = exact.CONTEXT.add(before, Decimal(told["figures"]["tax_now"]))
    except _UNREADABLE as error:
        yield f"the plan lacks a usable tax: {error!r}"
        return
    right = {
        "plan": told["figures"].get("name"),
        "as_of": portfolio.today.isoformat(),
        "trading_cost_bps": exact.plain(portfolio.terms.trading_cost_bps),
        "tax_before": exact.plain(before),
        "tax_now": told["figures"].get("tax_now"),
        "tax_after": exact.plain(tax_after),
        "notes": told["figures"].get("notes"),
    }
    yield from (f"{name} is {value}, not {told.get(name)}" for name, value in right.items() if not _agrees(told.get(name), value))


def _is_ranked(one: Mapping[str, Any]) -> bool:
    return isinstance(one.get("feasible"), bool) and isinstance(one.get("score"), int | float)


def _restored(told: Any, instance: Instance, rulebook: Rulebook) -> Portfolio:
    found = msgspec.convert(told, _Carried)
    lots = tuple(
        HeldLot(
            **{name: getattr(lot, name) for name in _Lot.__struct_fields__},
            price=found.prices[lot.asset],
            long_term=found.as_of >= lot.long_term_on,
            order=order,
        )
        for order, lot in enumerate(found.lots)
    )
    if not isinstance(instance.tax, FederalTax):
        raise TypeError("its tax is not that of a return")
    return Portfolio(
        found.as_of,
        lots,
        found.prices,
        found.targets,
        found.terms,
        position_of(instance.tax),
        rulebook,
        account_cash=found.account_cash,
        deferred=found.deferred,
        covariance=found.covariance,
        classes=found.classes,
    )


def _alternative(portfolio: Portfolio, told: Mapping[str, Any]) -> Iterator[str]:
    """What one alternative says that its trades do not come to."""
    try:
        trades = explained(portfolio, attributed(portfolio, _trades(portfolio, told)))
        feasible = exact.CONTEXT.subtract(cash_low(portfolio, trades), portfolio.terms.cash_reserve) >= SHORTFALL
        counted = figures(portfolio, trades)
    except (*_UNREADABLE, TaxlotsError, msgspec.ValidationError) as error:
        yield f"its trades can't be read: {error}"
        return
    plan = Plan(told["name"], MEANINGS[told["name"]], tuple(trades), counted, feasible, deferred=frozenset(portfolio.deferred))
    yield from _over_sold(trades)
    for key, value in alternative(plan).items():
        if key == "trades":
            yield from _other_trades(value, told[key])
        elif key not in _WORDS and not _agrees(told.get(key), value):
            yield f"{key} is {value}, not {told.get(key)}"
    if feasible and told.get("why_infeasible") is not None:
        yield "it is feasible, and says why it is not"
    notes = told.get("notes") or ()
    yield from (f"the remark {note!r} is missing" for note in against_first_in(portfolio, trades, counted) if note not in notes)


def _trades(portfolio: Portfolio, told: Mapping[str, Any]) -> list[Trade]:
    """The trades of a document with value and gain by the portfolio's lots and prices."""
    by_id = {(lot.account, lot.lot_id): lot for lot in portfolio.lots}
    accounts = {lot.account for lot in portfolio.lots} | set(portfolio.deferred) | set(portfolio.account_cash)
    accounts |= set() if any(lot.taxed for lot in portfolio.lots) else {""}  # no account holds what a purchase could stand beside
    found = []
    for said in msgspec.convert(told["trades"], list[_Said]):
        if said.side == "buy":
            if accounts and said.account not in accounts:
                raise ValueError(f"there is no account {said.account!r}")
            one = replace(purchase(portfolio, said.asset, said.quantity), account=said.account)
        else:
            one = sale(portfolio, by_id[said.account, said.lot_id or ""], said.quantity)
        found.append(replace(one, on=said.on) if said.on else one)
    return found


def _inside(portfolio: Portfolio, told: Mapping[str, Any]) -> list[Trade]:
    """The trades in tax-deferred accounts."""
    return [trade for trade in _trades(portfolio, told) if trade.account in portfolio.deferred]


def _over_sold(trades: Sequence[Trade]) -> Iterator[str]:
    sold: dict[tuple[str, str], Decimal] = {}
    for trade in trades:
        if trade.lot:
            key = trade.account, trade.lot.lot_id
            sold[key] = exact.CONTEXT.add(sold.get(key, Decimal(0)), trade.quantity)
            if sold[key] > trade.lot.quantity:
                yield f"{exact.plain(sold[key])} of lot {trade.lot.lot_id} can't be sold: it has {exact.plain(trade.lot.quantity)}"
        if not trade.quantity > 0:
            yield f"a trade of {exact.plain(trade.quantity)} {trade.asset}"


def _other_trades(found: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for number, (right, said) in enumerate(zip(found, told, strict=True)):
        for key, value in right.items():
            if not _agrees(said.get(key), value):
                yield f"trade {number + 1}: {key} is {value}, not {said.get(key)}"


def _agrees(said: Any, right: Any) -> bool:
    """Whether two values of a document are the same: texts with a number by the number, others by themselves."""
    if isinstance(right, float) and not isinstance(said, bool) and isinstance(said, int | float):
        return abs(said - right) <= SCORE * max(1.0, abs(right))
    if type(said) is not type(right):
        return False
    if isinstance(right, str) and said != right:
        try:
            return abs(Decimal(said) - Decimal(right)) <= Decimal(str(CLOSE))
        except ArithmeticError:
            return False
    return bool(said == right)
