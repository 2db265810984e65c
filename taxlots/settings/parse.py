"""`taxlots.toml` -> Settings. Every key is checked; an unknown one is an error that names the line."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from taxlots.kinds import EXCLUDE, KINDS, is_fiat
from taxlots.problems import TaxlotsError, problem
from taxlots.settings.schema import JURISDICTIONS, METHODS, OVER_ALL_ACCOUNTS, POOLS, Methods, Rule, Settings, Target

_ZERO = Decimal(0)
_NAME_LISTS = ("never_sell", "buy_only", "whole_units")
_AT_MOST = {"trading_cost_bps": 9999, "future_rate": 1, "carryforward_value": 1}  # 10,000 hundredths of a percent are all of it
_MOST_TRANCHES = 60
_EACH_YEAR = ".years[...]"  # as msgspec names the year's table of [profile] and [methods]


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    text: str

    def error(self, message: str, dotted: str, table: str = "") -> TaxlotsError:
        """At the line of the key: the first in the table of its path, or after the header of its table, where that is given."""
        parent, _, last = dotted.rpartition(".")
        key = last if not table else dotted
        lines = list(enumerate(self.text.splitlines(), 1))
        header = next((n for n, text in lines if re.match(rf"\s*\[\s*{re.escape(table)}\s*\]", text)), 0) if table else 0
        named = [n for n, text in lines if re.match(rf'\s*\[?[\w.]*"?{re.escape(key)}"?\s*[\].=]', text, re.IGNORECASE)]
        inside = [n for n in named if _is_in(lines[:n], parent)] if not table else []
        line = next((n for n in inside or named if n > header), next(iter(named), None))
        return TaxlotsError(problem("SETTINGS_INVALID", message, file=str(self.path), row=line))


def _is_in(lines: Sequence[tuple[int, str]], parent: str) -> bool:
    """Whether the last header of the lines is that of the path's table; `[...]` in a path stands for a year or a name."""
    wanted = re.escape(parent).replace(re.escape(_EACH_YEAR), r"\.\d{4}").replace(re.escape("[...]"), r"\.[^\]]+")
    header = next((text for _, text in reversed(lines) if text.lstrip().startswith("[")), "")
    return re.match(rf"\s*\[\s*{wanted}\s*\]", header) is not None


def parse_settings(text: str, path: Path) -> Settings:
    """Settings from the text of a taxlots.toml. Raises TaxlotsError naming file, line and key."""
    place = _Place(path, text)
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        row = int(line.group(1)) if line else None
        raise TaxlotsError(problem("SETTINGS_INVALID", f"not TOML: {error}", file=str(path), row=row)) from None
    try:
        settings = msgspec.convert(_shaped(table), Settings)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        dotted = where.strip("`").strip(".")
        field = re.search(r"unknown field `(\w+)`", message)
        key = f"{dotted}.{field.group(1)}" if field else dotted
        raise place.error(f"[{dotted.replace(_EACH_YEAR, '.YEAR') or 'top level'}] {message}", key) from None
    _check(settings, place)
    return settings


def _shaped(table: Mapping[str, Any]) -> dict[str, Any]:
    """Years out of [profile], plain weights into tables, layouts of forms apart, whole numbers into Decimals."""
    shaped = dict(table)
    if isinstance(shaped.get("profile"), dict):
        profile = dict(shaped["profile"])
        years = {int(key): profile.pop(key) for key in list(profile) if re.fullmatch(r"\d{4}", key)}
        shaped["profile"] = profile | {"years": years}
    if isinstance(shaped.get("filed"), dict):
        if wrong := next((key for key in shaped["filed"] if not re.fullmatch(r"\d{4}", key)), None):
            raise msgspec.ValidationError(f"{wrong!r} is no year - at `$.filed.{wrong}`")
        shaped["filed"] = {int(key): value for key, value in shaped["filed"].items()}
    if isinstance(shaped.get("methods"), dict):
        shaped["methods"] = _methods(shaped["methods"])
    if isinstance(shaped.get("targets"), dict):
        plain = {a: v if isinstance(v, dict) else {"weight": v} for a, v in shaped["targets"].items()}
        shaped["targets"] = {asset.upper(): value for asset, value in plain.items()}
    if isinstance(shaped.get("harvest"), dict) and isinstance(shaped["harvest"].get("replacements"), dict):
        table = {asset.upper(): _listed(names) for asset, names in shaped["harvest"]["replacements"].items()}
        shaped["harvest"] = shaped["harvest"] | {"replacements": table}
    if isinstance(shaped.get("rebalance"), dict):
        lists = {key: _listed(shaped["rebalance"][key]) for key in _NAME_LISTS if key in shaped["rebalance"]}
        shaped["rebalance"] = shaped["rebalance"] | lists
    if isinstance(shaped.get("layout"), list):
        listed = shaped["layout"]
        forms = [entry for entry in listed if isinstance(entry, dict) and "form" in entry]
        shaped |= {"layout": [entry for entry in listed if entry not in forms], "form_layout": forms}
    if isinstance(shaped.get("assets"), dict):
        shaped["assets"] = {_asset_key(name): value for name, value in shaped["assets"].items()}
    decimals: dict[str, Any] = _whole_to_decimal(shaped)
    return decimals


def _listed(names: Any) -> Any:
    """One name as a list of one."""
    return [names] if isinstance(names, str) else names


def _methods(table: Mapping[str, Any]) -> dict[str, Any]:
    """Assets in capitals, years as numbers. Raises msgspec.ValidationError for a year that is none."""
    shaped = dict(table)
    if isinstance(shaped.get("assets"), dict):
        shaped["assets"] = {name.upper(): order for name, order in shaped["assets"].items()}
    if isinstance(shaped.get("accounts"), dict):
        shaped["accounts"] = {_asset_key(name) if ":" in name else name: order for name, order in shaped["accounts"].items()}
    if isinstance(shaped.get("years"), dict):
        if wrong := next((key for key in shaped["years"] if not re.fullmatch(r"\d{4}", key)), None):
            raise msgspec.ValidationError(f"{wrong!r} is no year - at `$.methods.years.{wrong}`")
        shaped["years"] = {int(key): _methods(value) if isinstance(value, dict) else value for key, value in shaped["years"].items()}
    return shaped


def _asset_key(name: str) -> str:
    """The asset in capitals, the account before it as it is."""
    account, colon, asset = name.rpartition(":")
    return f"{account}{colon}{asset.upper()}"


def _whole_to_decimal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole_to_decimal(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole_to_decimal(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


def _check(settings: Settings, place: _Place) -> None:
    profile, methods = settings.profile, settings.methods
    if profile.jurisdiction not in JURISDICTIONS:
        raise place.error(f"jurisdiction {profile.jurisdiction!r} is not covered; covered: {', '.join(JURISDICTIONS)}", "jurisdiction")
    if profile.timezone is not None:
        zone_named(profile.timezone, place.error)
    _check_currency(settings, place)
    for times in settings.times.values():
        if times.timezone is not None:
            zone_named(times.timezone, place.error)
    _check_methods(methods, place)
    named = settings.files.allocation
    if named is not None and not Path(named).name.lower().startswith("allocation"):
        raise place.error(f"[files] allocation = {named!r}: the name of the file begins with allocation", "allocation", "files")
    _check_accounts(settings, place)
    _check_filed(settings, place)
    _check_amounts(settings, place)
    _check_profile(settings, place)
    _check_assets(settings, place)
    _check_rules(settings.rule, place)
    _check_targets(settings.targets, place)


def _check_currency(settings: Settings, place: _Place) -> None:
    currency = settings.profile.currency
    if currency is not None and not is_fiat(currency):
        raise place.error(f"[profile] currency = {currency!r} is no national currency that is known, such as GBP", "currency", "profile")
    if settings.profile.jurisdiction == "us" and currency not in {None, "USD"}:
        raise place.error(f"[profile] currency = {currency!r}: the tax of the United States is computed in USD", "currency", "profile")


def _check_methods(methods: Methods, place: _Place) -> None:
    for year, of_year in methods.years.items():
        _check_orders(f"methods.years.{year}", {"default": of_year.default}, OVER_ALL_ACCOUNTS, place)
        _check_orders(f"methods.years.{year}.accounts", of_year.accounts, OVER_ALL_ACCOUNTS, place)
        _check_orders(f"methods.years.{year}.assets", of_year.assets, OVER_ALL_ACCOUNTS, place)
    _check_orders("methods", {"default": methods.default}, (), place)
    _check_orders("methods.accounts", methods.accounts, OVER_ALL_ACCOUNTS, place)
    _check_orders("methods.assets", methods.assets, (), place)
    for key in ("pool", "pool_until_2024"):
        pool = getattr(methods, key)
        if pool is not None and pool not in POOLS:
            raise place.error(f"[methods] {key} {pool!r} is not one of {', '.join(POOLS)}", key, "methods")


def _check_filed(settings: Settings, place: _Place) -> None:
    """Raises TaxlotsError at the line of a carryover that is no amount, or that is given twice."""
    for year, filed in settings.filed.items():
        said = settings.profile.years.get(year + 1)
        for key in ("carryover_short", "carryover_long"):
            amount = getattr(filed, key)
            if amount is not None and not (amount.is_finite() and amount >= 0):
                raise place.error(f"[filed.{year}] {key} = {amount} must be a number and not negative", key, f"filed.{year}")
            if amount is not None and said is not None and getattr(said, key) is not None:
                raise place.error(f"[filed.{year}] {key} is given under [profile.{year + 1}] too", key, f"filed.{year}")


def _check_orders(table: str, orders: Mapping[str, str | None], refused: Sequence[str], place: _Place) -> None:
    """Raises TaxlotsError at the line of an order that is not known, or can't hold for an account or a year alone."""
    for key, order in orders.items():
        if order is not None and order not in METHODS:
            raise place.error(f"[{table}] {key}: method {order!r} is not covered; covered: {', '.join(METHODS)}", key, table)
        if order in refused:
            message = f"[{table}] {key}: {order} is one pool over all accounts and years; give it under [methods] or [methods.assets]"
            raise place.error(message, key, table)


def _check_accounts(settings: Settings, place: _Place) -> None:
    for name, account in settings.accounts.items():
        if not account.cash.is_finite() or account.cash < 0:
            raise place.error(f"[accounts] {name}: cash = {account.cash} must be a number and not negative", name)


def _check_amounts(settings: Settings, place: _Place) -> None:
    for key in settings.rebalance.__struct_fields__:
        amount = getattr(settings.rebalance, key)
        if isinstance(amount, Decimal) and not (amount.is_finite() and amount >= 0):
            raise place.error(f"[rebalance] {key} = {amount} must be a number and not negative", key)
    for key, most in _AT_MOST.items():
        if getattr(settings.rebalance, key) > most:
            raise place.error(f"[rebalance] {key} = {getattr(settings.rebalance, key)} must be at most {most}", key)
    tranches = settings.rebalance.tranches
    if tranches != tranches.to_integral_value() or not 1 <= tranches <= _MOST_TRANCHES:
        raise place.error(f"[rebalance] tranches = {tranches} must be a whole number from 1 to {_MOST_TRANCHES}", "tranches")


def _check_profile(settings: Settings, place: _Place) -> None:
    for year, profile in settings.profile.years.items():
        for key in profile.__struct_fields__:
            amount = getattr(profile, key)
            if isinstance(amount, Decimal) and not amount.is_finite():
                raise place.error(f"[profile.{year}] {key} = {amount} is not a number", key)
    for rate in (settings.profile.state_rate, *(profile.state_rate for profile in settings.profile.years.values())):
        if rate is not None and not (rate.is_finite() and 0 <= rate < 1):
            raise place.error("state_rate is a fraction of 1, such as 0.05", "state_rate")


def _check_assets(settings: Settings, place: _Place) -> None:
    for name, asset in settings.assets.items():
        if asset.rename == "" or asset.same_as == "":
            raise place.error(f"[assets] {name}: rename and same_as name an asset", name)
        if asset.same_as and ":" in name:
            raise place.error(f"[assets] {name}: same_as holds for an asset in every account; leave the account out", name)
    limit, difference = settings.prices.limit_days, settings.prices.difference
    if not limit.is_finite() or not 0 < limit <= 366:
        raise place.error(f"[prices] limit_days = {limit} must be above 0 and at most 366", "limit_days")
    if not difference.is_finite() or not 0 < difference <= 1:
        raise place.error(f"[prices] difference = {difference} is a fraction above 0 and at most 1", "difference")


def _check_rules(rules: tuple[Rule, ...], place: _Place) -> None:
    for number, rule in enumerate(rules, 1):
        if rule.becomes != EXCLUDE and rule.becomes not in KINDS:
            raise place.error(f"[[rule]] {number}: {rule.becomes!r} is not {EXCLUDE} or a kind of the universal ledger", "becomes")
        if all(getattr(rule, name) is None for name in rule.__struct_fields__ if name != "becomes"):
            raise place.error(f"[[rule]] {number} would fit every row; say which", "becomes")
        try:
            re.compile(rule.note or "")
        except re.error as error:
            raise place.error(f"[[rule]] {number}: note is no regular expression: {error}", "note") from None


def _check_targets(targets: Mapping[str, Target], place: _Place) -> None:
    for asset, target in targets.items():
        if not all(share.is_finite() and 0 <= share <= 1 for share in (target.weight, target.band)):
            raise place.error(f"[targets] {asset}: weight and band are fractions from 0 to 1", asset)
    total = sum((t.weight for t in targets.values()), _ZERO)
    if total > 1:
        code = problem("TARGETS_INVALID", f"[targets] sum to {total}, more than 1", file=str(place.path))
        raise TaxlotsError(code)


def zone_named(name: str, error: Any = None) -> ZoneInfo:
    """The time zone of that name. Raises TaxlotsError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"time zone {name!r} is not known"
        if error:
            raise error(message, "timezone") from None
        hint = "Use a name such as America/New_York or UTC."
        raise TaxlotsError(problem("USAGE", message, hint)) from None
