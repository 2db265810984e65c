"""The settings of decisions: under the names that the ledger gives the assets, and which of them have no effect here."""

from collections.abc import Collection, Iterator, Mapping

import msgspec

from taxlots.decisions.history import LEAST_DAYS
from taxlots.decisions.portfolio import Portfolio
from taxlots.ledger.unmatched import nearest
from taxlots.problems import Problem, problem
from taxlots.settings import Settings

CLASSES = ("digital", "security", "fund", "collectible")


def renamed_targets(settings: Settings, names: Mapping[str, str]) -> Settings:
    """The settings with targets and limits under the names that the ledger gives the assets."""
    terms = settings.rebalance
    lists = {key: tuple(names.get(name, name) for name in getattr(terms, key)) for key in ("never_sell", "buy_only", "whole_units")}
    targets = {names.get(asset, asset): target for asset, target in settings.targets.items()}
    return msgspec.structs.replace(settings, targets=targets, rebalance=msgspec.structs.replace(terms, **lists))


def unused_settings(settings: Settings, found: Portfolio, accounts: Collection[str]) -> list[Problem]:
    """Settings that have no effect on this portfolio; of `accounts`, those of the ledger, for others are told of when it is read."""
    unused = []
    if settings.rebalance.risk_aversion and found.covariance is None and settings.targets:
        why = f"the price table lacks {LEAST_DAYS} days within three years on which every asset has a price"
        unused.append(f"[rebalance] risk_aversion has no effect: {why}")
    held = {lot.account for lot in found.lots}
    empty = (name for name, a in settings.accounts.items() if name in accounts and name not in held and not a.cash)
    unused += [f"[accounts] {name} holds nothing with a price" for name in empty]
    return [*(problem("SETTING_UNUSED", message) for message in unused), *_not_whole(found)]


def _not_whole(found: Portfolio) -> Iterator[Problem]:
    """What whole_units names although nothing here has that name or class, so that fractions of what was meant are traded."""
    known = {*found.assets, *(found.classes.get(asset, "") for asset in found.assets)}
    for name in found.terms.whole_units:
        if name in CLASSES and name not in known:
            yield problem("SETTING_UNUSED", f"[rebalance] whole_units names {name}: nothing that is held or has a target is of that class")
        elif name not in known:
            message = f"[rebalance] whole_units names {name}, which is neither a class nor an asset that is held or has a target"
            yield problem("SETTING_UNUSED", message, nearest(name, {*found.assets, *CLASSES}))
