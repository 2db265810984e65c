"""Names in the settings that no transaction has: a misspelt account would be taxed otherwise than the person thinks, without a word."""

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from taxlots.ledger.settle import Ledger
from taxlots.problems import Problem, problem
from taxlots.settings import Settings


def unmatched_names(settings: Settings, ledger: Ledger) -> list[Problem]:
    """A SETTING_UNUSED for each account and asset of the settings that the transactions do not name, with the nearest that they do.

    An account that holds nothing but the cash that the settings give it is told only where it looks like another one's name.
    """
    wanted = (settings.accounts, settings.harvest.replacements, settings.methods.accounts, settings.methods.assets, settings.methods.years)
    if not any(wanted) or not len(ledger.transactions):
        return []
    accounts, assets = _of(ledger, "account", "counter_account"), _of(ledger, "sent_asset", "received_asset", "fee_asset")
    found = [
        _told("[accounts]", name, accounts) for name in settings.accounts if name not in accounts and _is_told(settings, name, accounts)
    ]
    for table, named in _accounts_of_methods(settings):
        found += [_told(table, name, accounts) for name in named if _account(name) not in accounts]
    for table, named in _assets_named(settings):
        found += [_told(table, name, assets) for name in named if name not in assets and name not in ledger.renamed]
    return found


def nearest(name: str, known: Iterable[str]) -> str:
    """The next step for a name that matches nothing: what it may have been meant to be."""
    by_lower = {one.lower(): one for one in sorted(known)}
    near = [by_lower[one] for one in get_close_matches(name.lower(), by_lower)]
    return f"Correct it, or take it out; the nearest: {', '.join(near)}." if near else "Correct it, or take it out."


def _of(ledger: Ledger, *columns: str) -> set[str]:
    return {name for column in columns for name in ledger.transactions[column].dropna().unique()}


def _account(name: str) -> str:
    """The account of `account` or `account:ASSET`."""
    return name.rpartition(":")[0] or name


def _is_told(settings: Settings, name: str, known: Collection[str]) -> bool:
    """Whether nothing speaks for an account that is not in the ledger: no cash, or all but the name of another one."""
    if not settings.accounts[name].cash:
        return True
    others = [one.lower() for one in known if one not in settings.accounts]
    return bool(get_close_matches(name.lower(), others, 1, 4 / 5))


def _accounts_of_methods(settings: Settings) -> Iterator[tuple[str, Iterable[str]]]:
    yield "[methods.accounts]", settings.methods.accounts
    for year, of_year in settings.methods.years.items():
        yield f"[methods.years.{year}.accounts]", of_year.accounts


def _assets_named(settings: Settings) -> Iterator[tuple[str, Iterable[str]]]:
    yield "[methods.assets]", settings.methods.assets
    for year, of_year in settings.methods.years.items():
        yield f"[methods.years.{year}.assets]", of_year.assets
    yield "[harvest.replacements]", settings.harvest.replacements


def _told(table: str, name: str, known: Iterable[str]) -> Problem:
    return problem("SETTING_UNUSED", f"{table} {name} is in no transaction and has no effect on any", nearest(name, known))
