"""What the settings and the command line wish for, with what the law adds, as elections."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import frames
from taxlots.kinds import asset_class, is_fiat
from taxlots.ledger.settle import Ledger
from taxlots.ledger.valuation import FORK
from taxlots.lots.elections import MIN_TAX, Elections, Orders, TermRates, Universal
from taxlots.lots.lawful import LotLaw, departures, regime
from taxlots.lots.results import said_classes
from taxlots.lots.wash_sales import COVERED
from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.rulebook import Rulebook
from taxlots.settings import METHODS, POOLS, Methods, MethodsOfYear

Rates = tuple[tuple[datetime, TermRates], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """An order and a pool that were chosen for this run alone; None: what the settings say, else what the law says."""

    method: str | None = None
    pool: str | None = None

    def check(self) -> None:
        """Raises TaxlotsError(USAGE) for an order or a pool that is not covered."""
        if self.method is not None and self.method not in METHODS:
            raise TaxlotsError(problem("USAGE", f"method {self.method!r} is not covered", f"Use one of: {', '.join(METHODS)}."))
        if self.pool is not None and self.pool not in POOLS:
            raise TaxlotsError(problem("USAGE", f"pool {self.pool!r} is not known", f"Use one of: {', '.join(POOLS)}."))


@dataclass(frozen=True, slots=True)
class Place:
    """The law that elections are made under, on a day."""

    jurisdiction: str
    rulebook: Rulebook
    day: date


def wished(methods: Methods, choice: Choice, ledger: Ledger, place: Place) -> tuple[Elections, LotLaw]:
    """The elections of the settings; a method chosen for the run takes the place of every order in them.

    Raises:
        TaxlotsError: USAGE for a method or pool that is not covered; RULE_MISSING for a time without law.
    """
    choice.check()
    law = LotLaw.of(place.jurisdiction, place.rulebook, place.day)
    rows = frames.arrays(ledger.transactions)
    said = said_classes(rows)
    accounts, assets = ({} if choice.method else _renamed(table, ledger.renamed) for table in (methods.accounts, methods.assets))
    years = {} if choice.method else methods.years
    found = Elections(
        method=choice.method or methods.default or law.order,
        per_account=(choice.pool or methods.pool or law.pool) == "account",
        transfers_fifo=methods.transfers == "fifo",
        transfer_fee_is_basis=methods.transfer_fee == "basis",
        spans=tuple(law.span(year, _orders(one, ledger.renamed), ledger.zone) for year, one in sorted(years.items())),
        regime=regime(place.jurisdiction, place.rulebook, place.day, said, assets_of(rows)),
        accounts=accounts,
        assets=assets,
    )
    if methods.pool_until_2024 == "universal" and choice.pool is None and place.jurisdiction == "us" and found.per_account:
        digital = frozenset(asset for asset in assets_of(rows) if asset_class(asset, said) not in COVERED)
        start = place.rulebook.rule("us/federal/basis_pool/pool").entries[0].start
        moment = datetime.combine(start, time(), ledger.zone).astimezone(UTC)
        lines = tuple(replace(line, asset=ledger.renamed.get(line.asset, line.asset)) for line in ledger.allocation)
        universal = Universal(moment, digital, lines)
        found = replace(found, per_account=False) if place.day < start else replace(found, universal=universal)
    return found, law


def _orders(one: MethodsOfYear, names: Mapping[str, str]) -> Orders:
    return Orders(one.default, _renamed(one.accounts, names), _renamed(one.assets, names))


def _renamed(table: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Under the names that the ledger gives the assets."""
    found = {}
    for key, order in table.items():
        account, colon, asset = key.rpartition(":")
        found[f"{account}{colon}{names.get(asset, asset)}"] = order
    return found


def assets_of(rows: Mapping[str, pa.Array]) -> list[str]:
    """Every asset that the columns of settled rows name, money aside."""
    columns = (pc.unique(rows[f"{side}_asset"]).to_pylist() for side in ("sent", "received", "fee"))
    return sorted({name for column in columns for name in column if name is not None and not is_fiat(name)})


def remarks(elections: Elections, law: LotLaw, choice: Choice, ledger: Ledger) -> list[Problem]:
    """Where the wished elections depart from the law; what was chosen for this run alone is a what-if and no departure."""
    rows = frames.arrays(ledger.transactions)
    judged = elections
    if choice.method and choice.method not in (law.orders or {choice.method}):
        judged = replace(judged, method=law.order)
    if choice.pool:
        judged = replace(judged, per_account=law.pool == "account")
    found = departures(judged, law, said_classes(rows), assets_of(rows))
    found += [*_gifts(law, ledger), *_forks(law, ledger), *_inherited(law, ledger)]
    if ledger.allocation and elections.universal is None:
        file, row = ledger.allocation[0].source
        message = "the allocation is not used: no pool over all accounts was left at the end of 2024"
        found.append(problem("ALLOCATION_UNUSED", message, file=file, row=row))
    if judged.method != elections.method:
        known = ", ".join(sorted(law.orders or ()))
        message = f"--method {choice.method} is a what-if: the law of {law.jurisdiction} knows {known}"
        found.append(problem("METHOD_WHAT_IF", message, "Leave --method away for the lots that the law gives."))
    return found


def _gifts(law: LotLaw, ledger: Ledger) -> list[Problem]:
    """Gifts where the law may see a disposal at market value (TCGA 1992 section 17; Income Tax Act 69(1)(b); ITAA 1997 section 116-30)."""
    if law.jurisdiction not in {"uk", "ca", "au"}:
        return []
    given = ledger.transactions["kind"] == "gift-out"
    return _told("GIFT_NOT_VALUED", ledger, given, "gifts were given, the first is {}: booked without a gain")


def _forks(law: LotLaw, ledger: Ledger) -> list[Problem]:
    """Forks where a part of the old asset's cost goes along, which a row of income can't say (TCGA 1992 section 52(4); BMF 2022-05-10)."""
    if law.jurisdiction not in {"uk", "de"}:
        return []
    forked = ledger.transactions["kind"] == FORK
    return _told("FORK_WITHOUT_COST", ledger, forked, "forks brought new units, the first is {}: no income, and cost 0")


def _inherited(law: LotLaw, ledger: Ledger) -> list[Problem]:
    """Inheritances whose cost and date are those of the one who died (EStG 23 Abs. 1 Satz 3; ITAA 1997 section 128-15), and not given."""
    if not law.inherited_as_held:
        return []
    rows = ledger.transactions
    unknown = (rows["kind"] == "inheritance") & (rows["basis"].isna() | rows["acquired"].isna())
    message = "inheritances do not say what the one who died paid and when, the first is {}: booked at their value and date"
    return _told("INHERITED_COST_MISSING", ledger, unknown, message)


def _told(code: str, ledger: Ledger, chosen: pd.Series, message: str) -> list[Problem]:
    """One Problem for all the chosen rows; none for none."""
    rows = ledger.transactions[chosen]
    if not len(rows):
        return []
    first = frames.records(rows[["id", "sources"]].iloc[:1])[0]
    source = first["sources"][0]
    return [problem(code, f"{len(rows)} {message.format(first['id'])}", file=source["file"], row=source["row"])]


def needs_rates(elections: Elections) -> bool:
    """Whether an order ranks lots by tax."""
    return MIN_TAX in elections.orders()
