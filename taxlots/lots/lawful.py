"""What the law of a jurisdiction says of the order of lots and of their pools, from the rules; and where elections depart from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo

from taxlots.kinds import asset_class
from taxlots.ledger.valuation import Unpaid
from taxlots.lots.elections import AVERAGE, Elections, Orders, Regime, Span
from taxlots.lots.wash_sales import COVERED, DIGITAL, WINDOW
from taxlots.problems import Problem, problem
from taxlots.rulebook import Rulebook

GENERIC = "generic"
_SHOWN = 5
_WHY_NOT_AVERAGED = {
    "us": "26 CFR 1.1012-1(e): fund and reinvested shares only",
    "de": "EStG 20 Abs. 4 Satz 7: securities leave first in, first out",
}


@dataclass(frozen=True, slots=True)
class LotLaw:
    """The orders and pools that a jurisdiction knows, what holds without a choice, and the day on which its tax year begins.

    `inherited_as_held`: what was inherited has the cost and the date of the one who died.
    """

    jurisdiction: str
    order: str = "fifo"
    pool: str = "account"
    orders: frozenset[str] | None = None
    pools: frozenset[str] | None = None
    year_begins: tuple[int, int] = (1, 1)
    inherited_as_held: bool = False

    @classmethod
    def of(cls, jurisdiction: str, rulebook: Rulebook, day: date) -> "LotLaw":
        """As in force on a day; `generic` knows every order and pool. Raises TaxlotsError(RULE_MISSING)."""
        if jurisdiction == GENERIC:
            return cls(jurisdiction)
        topic = _topic(jurisdiction)
        month, _, first = rulebook.texts(f"{topic}/tax_year_begins", day)[0].partition("-")
        order, pool = (rulebook.texts(f"{topic}/{name}", day)[0] for name in ("default_order", "default_pool"))
        orders, pools = (frozenset(rulebook.texts(f"{topic}/{name}", day)) for name in ("orders", "pools"))
        as_held = f"{topic}/inherited_as_held"
        held = as_held in rulebook.rules and rulebook.value(as_held, day) is True
        return cls(jurisdiction, order, pool, orders, pools, (int(month), int(first)), held)

    def span(self, year: int, orders: Orders, zone: tzinfo) -> Span:
        """The orders of a tax year, named by the calendar year in which it begins."""
        return Span(self.begins(year, zone), self.begins(year + 1, zone), orders)

    def begins(self, year: int, zone: tzinfo) -> datetime:
        """The first moment of a tax year."""
        return datetime.combine(date(year, *self.year_begins), time(), zone).astimezone(UTC)


def unpaid(jurisdiction: str, rulebook: Rulebook, day: date) -> Unpaid:
    """What the law of a day makes of units that nothing was paid for. Raises TaxlotsError(RULE_MISSING)."""
    topic, known = _topic(jurisdiction), Unpaid()
    said = {name: f"{topic}/{name}" for name in known.__slots__ if jurisdiction != GENERIC and f"{topic}/{name}" in rulebook.rules}
    return replace(known, **{name: rulebook.value(path, day) is True for name, path in said.items()})


def _topic(jurisdiction: str) -> str:
    return "us/federal/lots" if jurisdiction == "us" else f"{jurisdiction}/lots"


def regime(jurisdiction: str, rulebook: Rulebook, day: date, classes: Mapping[str, str], assets: Iterable[str]) -> Regime:
    """What the law adds to the elections, as in force on a day. `classes`: what is said of assets. Raises TaxlotsError(RULE_MISSING)."""
    if jurisdiction == "us":
        assets = list(assets)
        averaged = set(rulebook.texts("us/federal/lots/average_basis_classes", max(day, date(2011, 1, 1))))
        refused = frozenset(asset for asset in assets if asset_class(asset, classes) not in averaged)
        window = int(rulebook.amount(WINDOW, day))
        return Regime(
            average_refused=refused,
            dated_average=True,
            dual_basis=True,
            results="REALIZED_GAIN_FORM",
            wash_days=window,
            wash_assets=_washed(rulebook, classes, assets),
        )
    told = None if jurisdiction == GENERIC else "REALIZED_GAIN_LAW"
    if jurisdiction == "uk":
        return Regime(results=told, matching_days=int(rulebook.amount("uk/lots/matching_days", day)))
    if jurisdiction == "ca":
        last = rulebook.rule("ca/capital_gains/superficial_loss_window").entries[-1]
        days = int(rulebook.amount("ca/capital_gains/superficial_loss_window", min(day, last.end or day)))
        return Regime(results=told, superficial_days=days)
    if jurisdiction == "de":
        refused = frozenset(asset for asset in assets if asset_class(asset, classes) in COVERED)
        exempt = rulebook.value("de/lots/exempt_after_a_year", day) is True
        return Regime(results=told, average_refused=refused, dated_average=True, exempt_after_a_year=exempt, inherited_is_long=False)
    return Regime(results=told, inherited_is_long=jurisdiction == GENERIC)


def _washed(rulebook: Rulebook, classes: Mapping[str, str], assets: Iterable[str]) -> dict[str, date]:
    """The assets whose losses a repurchase denies, each from the day on which the law covers it (26 USC 1091(a))."""
    switched = [entry.start for entry in rulebook.rule(DIGITAL).entries if True in entry.values.values()]
    found = {}
    for asset in assets:
        if asset_class(asset, classes) in COVERED:
            found[asset] = date.min
        elif switched and asset_class(asset, classes) == "digital":
            found[asset] = min(switched)
    return found


def departures(elections: Elections, law: LotLaw, classes: Mapping[str, str], assets: Iterable[str]) -> list[Problem]:
    """Where the elections are not what the law knows: one Problem for the orders, one for the pool, one for refused averages."""
    found = []
    unknown = sorted(elections.orders() - (law.orders or elections.orders()))
    if unknown:
        message = f"lots are ordered by {', '.join(unknown)}; the law of {law.jurisdiction} knows {', '.join(sorted(law.orders or ()))}"
        found.append(problem("METHOD_NOT_LAWFUL", message, _cited(law.jurisdiction, "orders")))
    pool = "account" if elections.per_account else "universal"
    if pool not in (law.pools or {pool}):
        message = f"[methods] pool is {pool}; the law of {law.jurisdiction} knows {', '.join(sorted(law.pools or ()))}"
        found.append(problem("METHOD_NOT_LAWFUL", message, _cited(law.jurisdiction, "pools")))
    return [*found, *_refused(elections, classes, assets, law.jurisdiction)]


def _cited(jurisdiction: str, rule: str) -> str:
    return f"Leave the setting away, or see `taxlots rules {_topic(jurisdiction)}` ({rule}) for what the law knows."


def _refused(elections: Elections, classes: Mapping[str, str], assets: Iterable[str], jurisdiction: str) -> list[Problem]:
    """Assets that would be averaged if the law let them."""
    if AVERAGE not in elections.orders():
        return []
    everything = [Orders(elections.method, elections.accounts, elections.assets), *(span.orders for span in elections.spans)]
    meant = sorted(
        asset
        for asset in set(assets) & elections.regime.average_refused
        if any(AVERAGE in {one.assets.get(asset), one.default, *one.accounts.values()} for one in everything)
    )
    if not meant:
        return []
    shown = ", ".join(f"{asset} ({asset_class(asset, classes)})" for asset in meant[:_SHOWN])
    more = f" and {len(meant) - _SHOWN} more" if len(meant) > _SHOWN else ""
    why = _WHY_NOT_AVERAGED[jurisdiction]
    return [problem("AVERAGE_REFUSED", f"average basis is refused for {shown}{more}: first in, first out was used ({why})")]
