"""The currency that amounts are counted in, where the settings do not say it."""

from itertools import chain

import pyarrow.compute as pc

from taxlots.importers.read import Imported
from taxlots.problems import Problem, problem
from taxlots.tax.countries.year import COUNTRIES

_OTHERWISE = "USD"
_COLUMNS = ("sent_asset", "received_asset", "fee_asset", "value_currency")


def currency_of(jurisdiction: str, said: str | None, imported: Imported) -> str:
    """What the settings say; else the currency of the jurisdiction's law where any row is stated in it, else US dollars.

    Exports that know US dollars only can't be counted in pounds without rates of exchange: they stay in dollars, and the
    tax says so. The tax of the United States is always in dollars.
    """
    country = COUNTRIES.get(jurisdiction)
    if said is not None and jurisdiction != "us":
        return said
    return country.currency if country is not None and country.currency in _stated(imported) else _OTHERWISE


def foreign(jurisdiction: str, home: str, rows: int) -> list[Problem]:
    """Says so where lots and gains are not in the currency of the jurisdiction's law; nothing for a ledger without rows."""
    country = COUNTRIES.get(jurisdiction)
    if country is None or home == country.currency or not rows:
        return []
    return [problem("CURRENCY_FOREIGN", f"lots and gains are in {home}, and the law of {jurisdiction} counts in {country.currency}")]


def _stated(imported: Imported) -> set[str | None]:
    named = (getattr(one, name) for one in imported.transactions for name in _COLUMNS)
    tables = (pc.unique(table[name]).to_pylist() for table in imported.columns for name in _COLUMNS)
    prices = (row.text("currency") for row in imported.companions.get("prices", ()))
    return {*named, *chain.from_iterable(tables), *prices}
