"""The settings of decisions: under the names that the ledger gives the assets, and which of them have no effect here."""

from collections.abc import Mapping

import msgspec

from taxlots.decisions.history import LEAST_DAYS
from taxlots.decisions.portfolio import Portfolio
from taxlots.problems import Problem, problem
from taxlots.settings import Settings


def renamed_targets(settings: Settings, names: Mapping[str, str]) -> Settings:
    """The settings with targets and limits under the names that the ledger gives the assets."""
    terms = settings.rebalance
    lists = {key: tuple(names.get(name, name) for name in getattr(terms, key)) for key in ("never_sell", "buy_only", "whole_units")}
    targets = {names.get(asset, asset): target for asset, target in settings.targets.items()}
    return msgspec.structs.replace(settings, targets=targets, rebalance=msgspec.structs.replace(terms, **lists))


def unused_settings(settings: Settings, found: Portfolio) -> list[Problem]:
    """Settings that have no effect on this portfolio."""
    unused = []
    if settings.rebalance.risk_aversion and found.covariance is None and settings.targets:
        why = f"the price table lacks {LEAST_DAYS} days within three years on which every asset has a price"
        unused.append(f"[rebalance] risk_aversion has no effect: {why}")
    held = {lot.account for lot in found.lots}
    unused += [f"[accounts] {name} holds nothing with a price" for name, a in settings.accounts.items() if name not in held and not a.cash]
    return [problem("SETTING_UNUSED", message) for message in unused]
