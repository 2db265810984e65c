"""What each asset is called, decided once for all files: by the person, by platform and date, and by what the files hold together.

A name that is only another code for the same units (XBT) is replaced always. A change of name one for one (MATIC to POL) is made only
where the files hold both names and do not tell the change by rows of their own; where they trade one for the other in unequal
quantities, the person sees two assets in them, and they stay two. Securities keep their names, unless the person renames them: a share
called S is no coin called S. Rows keep their sources, so that every one can be found in its export under the name it has there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from taxlots.assets import Rename, asset_table
from taxlots.importers.records import ReportedBalance, Source, Transaction
from taxlots.prices import PricePoint
from taxlots.problems import Problem, problem
from taxlots.settings import Asset

SECURITIES = {"security", "fund", "collectible"}
_SIDES = ("sent_asset", "received_asset", "fee_asset")
_EXCHANGES = {"buy", "sell", "swap", "convert"}
_FAR = datetime(9999, 1, 1, tzinfo=UTC)


class Names:
    """The names in force. Built from all transactions as read; then asked for each of them, for balances, prices and targets."""

    def __init__(self, transactions: Iterable[Transaction], layouts: Mapping[str, str | None], choices: Mapping[str, Asset]) -> None:
        """`layouts` gives each file's layout, `choices` what the person says under [assets]."""
        self.choices = choices
        self.layouts = layouts
        self.table = asset_table()
        self.set_aside: dict[Source, str] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._first: dict[tuple[str, str], Source] = {}
        self._same: Counter[tuple[str, str]] = Counter()
        self._renames: dict[str, list[Rename]] = {}
        self._told: set[tuple[str, Rename]] = set()
        self._decide(list(transactions))

    def _decide(self, transactions: Sequence[Transaction]) -> None:
        """Which renames are in force, and in which accounts the files tell the change themselves."""
        pairs = {frozenset((rename.name, rename.to)) for rename in self.table.renames}
        holders: dict[str, set[str]] = defaultdict(set)
        exchanges: dict[frozenset[str | None], list[Transaction]] = defaultdict(list)
        for t in transactions:
            if t.asset_class in SECURITIES:
                continue
            for name in (t.sent_asset, t.received_asset, t.fee_asset):
                if name is not None:
                    holders[name].add(t.account)
            if t.kind in _EXCHANGES and (pair := frozenset((t.sent_asset, t.received_asset))) in pairs:
                exchanges[pair].append(t)
        for rename in self.table.renames:
            rows = exchanges.get(frozenset((rename.name, rename.to)), [])
            even = {t.account for t in rows if t.sent_quantity == t.received_quantity}
            uneven = any(t.sent_quantity != t.received_quantity for t in rows)
            if rename.always or _is_silent(rename, holders, even, uneven=uneven):
                self._renames.setdefault(rename.name, []).append(rename)
            if rename.always:
                self._told |= {(account, rename) for account in even}

    def name(self, asset: str, account: str, layout: str | None, moment: datetime, *, security: bool = False) -> str:
        """What an asset named so is called here, in that account and file at that time."""
        choice = self.choices.get(f"{account}:{asset}") or self.choices.get(asset)
        if choice and choice.rename:
            return choice.rename.upper()
        if security or (choice and choice.asset_class in SECURITIES):
            return asset
        for rename in self._renames.get(asset, ()):
            if rename.holds(layout, moment) and (account, rename) not in self._told:
                return rename.to if rename.to not in self._renames or rename.layouts or rename.until else self._on(rename.to, layout)
        return asset

    def _on(self, asset: str, layout: str | None) -> str:
        """The last name of a chain such as XRB, NANO, XNO."""
        later = next((r for r in self._renames.get(asset, ()) if r.holds(layout, _FAR)), None)
        return later.to if later else asset

    def transactions(self, read: Iterable[Transaction]) -> list[Transaction]:
        """Transactions under the names in force; those that only tell a change of name are set aside."""
        named = [self._named(t) for t in read]
        return [t for t in named if t is not None]

    def _named(self, t: Transaction) -> Transaction | None:
        layout = self.layouts.get(t.sources[0][0])
        changes: dict[str, Any] = {}
        for side in _SIDES:
            asset = getattr(t, side)
            if asset is None or not (asset in self._renames or self.choices):
                continue
            to = self.name(asset, t.account, layout, t.time, security=t.asset_class in SECURITIES)
            if to != asset:
                changes[side] = to
                self._counts[asset, to] += 1
                self._note((asset, to), t)
        if changes:
            t = replace(t, **changes)
        if t.kind in _EXCHANGES and t.sent_asset != t.received_asset:
            return self._converted(t)
        return self._unchanged(t) if changes and t.kind in _EXCHANGES else t

    def _unchanged(self, t: Transaction) -> Transaction | None:
        """A row that gives an asset for itself under its other name: only its fee is left of it, or the units that it cost."""
        if t.sent_quantity != t.received_quantity:
            return replace(t, kind="convert")
        if t.fee_quantity is not None:
            return replace(t, kind="fee", sent_quantity=None, sent_asset=None, received_quantity=None, received_asset=None, value=None)
        self.set_aside.update(dict.fromkeys(t.sources, f"tells that the asset is called {t.received_asset} now"))
        return None

    def _converted(self, t: Transaction) -> Transaction:
        """A swap between assets that the person calls the same, as a conversion."""
        if t.kind == "convert" or self._equal(t.sent_asset) != self._equal(t.received_asset):
            return t
        self._same[str(t.sent_asset), str(t.received_asset)] += 1
        self._note((str(t.sent_asset), str(t.received_asset)), t)
        return replace(t, kind="convert")

    def _note(self, pair: tuple[str, str], t: Transaction) -> None:
        self._first[pair] = min(self._first.get(pair, t.sources[0]), t.sources[0])

    def _equal(self, asset: str | None) -> str | None:
        choice = self.choices.get(asset) if asset else None
        return choice.same_as.upper() if choice and choice.same_as else asset

    def balances(self, reported: Iterable[ReportedBalance]) -> list[ReportedBalance]:
        """Reported balances under the names in force."""
        return [
            b if (to := self.name(b.asset, b.account, self.layouts.get(b.source[0]), b.time)) == b.asset else replace(b, asset=to)
            for b in reported
        ]

    def prices(self, points: Iterable[PricePoint]) -> list[PricePoint]:
        """Prices under the names in force, of the asset and of what it is priced in."""
        return [
            replace(p, asset=self.name(p.asset, "", None, p.time), currency=self.name(p.currency, "", None, p.time))
            if p.asset in self._renames or p.currency in self._renames or self.choices
            else p
            for p in points
        ]

    def now(self) -> dict[str, str]:
        """Names that mean another asset today, for targets."""
        names = {*self._renames, *(key for key in self.choices if ":" not in key)}
        return {name: to for name in names if (to := self.name(name, "", None, _FAR)) != name}

    def problems(self) -> list[Problem]:
        """One info per pair of names that was put together, and per pair of assets that the person calls the same."""
        facts = {(rename.name, rename.to): rename.fact for renames in self._renames.values() for rename in renames}
        found = []
        for (asset, to), count in self._counts.items():
            fact = facts.get((asset, to), "by [assets] in taxlots.toml")
            message = f"{asset} is {to} in {count} places: {fact}"
            hint = f'To keep them apart: [assets] {asset} = {{ rename = "{asset}" }}'
            found.append(self._at("ASSET_RENAMED", (asset, to), message, hint))
        for pair, count in self._same.items():
            message = f"{count} swaps of {pair[0]} for {pair[1]} are conversions by your choice: basis and dates carry over"
            found.append(self._at("ASSET_SAME", pair, message, None))
        return found

    def _at(self, code: str, pair: tuple[str, str], message: str, hint: str | None) -> Problem:
        file, row = self._first[pair]
        return problem(code, message, hint, file=file, row=row)


def _is_silent(rename: Rename, holders: Mapping[str, set[str]], even: set[str], *, uneven: bool) -> bool:
    """Whether the files hold both names and some account's rows do not tell how one became the other."""
    if uneven or rename.name not in holders or rename.to not in holders:
        return False
    both = holders[rename.name] & holders[rename.to]
    return not even or not both <= even
