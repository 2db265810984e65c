"""Avanza: the transactions CSV, with semicolons, decimal commas and dates.

Amounts contain the courtage and are in the currency of the transaction, whatever the security trades in. A security is named by its
ISIN. Under Övrigt stands what has no type of its own: taxes and fees with a minus, fees given back, and two rows of one day in which
one fund's units become as many of another.
"""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage, orders
from taxlots.importers.brokers.brokerage import BUY, CASH, CORPORATE, COST, DIVIDEND, INTEREST, OTHER_INCOME, SELL, Entry
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, Table, all_rows
from taxlots.importers.spellings import folded

REQUIRED = ("Datum", "Konto", "Typ av transaktion", "Värdepapper/beskrivning", "Antal", "Kurs", "Belopp", "ISIN")
ACCOUNT = "avanza"
_OTHER, _CHANGED = "other", "changed identifier"
_DEEDS = {
    "Köp": BUY,
    "Sälj": SELL,
    "Utdelning": DIVIDEND,
    **dict.fromkeys(("Ränta", "Räntor", "Inlåningsränta", "Utlåningsränta"), INTEREST),
    **dict.fromkeys(("Insättning", "Uttag", "Överföring"), CASH),
    **dict.fromkeys(("Utländsk källskatt", "Källskatt", "Preliminärskatt", "Prelskatt", "Avkastningsskatt", "Avgift"), COST),
    **dict.fromkeys(("Split", "Byte", "Inlösen", "Emission", "Värdepappersbyte"), CORPORATE),
    "Övrigt": _OTHER,
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    account = brokerage.account_names(ACCOUNT, all_rows(tables), "Konto", words=True)
    with exact.exactly():
        entries = brokerage.read_entries(tables, intake, lambda row: _entry(row, account, zone))
        changed = [entry for entry in entries if entry.deed == _CHANGED]
        for group in orders.grouped(changed, lambda entry: (entry.account, entry.time, abs(entry.quantity))):
            brokerage.take_together(group, orders.changed_identifier, intake)
        brokerage.book([entry for entry in entries if entry.deed != _CHANGED], intake)
    return intake


def _entry(row: Row, account: Callable[[Row], str], zone: tzinfo) -> Entry:
    said, described = row.text("Typ av transaktion"), row.text("Värdepapper/beskrivning")
    deed = _KNOWN.get(said.casefold())
    if deed is None:
        raise brokerage.unknown(said, _DEEDS)
    moment, date_only = brokerage.when(row, "Datum", zone)
    quantity, amount = number(row, "Antal", ",") or Decimal(0), number(row, "Belopp", ",") or Decimal(0)
    currency = (row.text("Transaktionsvaluta") or row.text("Valuta")).upper()
    return Entry(
        row=row,
        deed=_settled(deed, described, quantity, amount),
        account=account(row),
        time=moment,
        date_only=date_only,
        symbol=row.text("ISIN").upper() or described.upper(),
        quantity=quantity,
        amount=amount,
        fees=_courtage(row, currency) if deed in {BUY, SELL} else Decimal(0),
        currency=currency,
        note=" ".join(filter(None, (said, described))),
        asset_class="security",
    )


def _settled(deed: str, described: str, quantity: Decimal, amount: Decimal) -> str:
    """The deed, by what else the row says."""
    if deed == _OTHER and quantity and not amount:
        return _CHANGED
    if deed == _OTHER:
        return COST if amount < 0 or described.casefold().startswith("återbetal") else OTHER_INCOME
    return COST if deed == INTEREST and amount < 0 else deed


def _courtage(row: Row, currency: str) -> Decimal:
    """The courtage where it is in the currency of the amount; in another it stays inside the amount."""
    name = next((name for name in row.cells if folded(name).startswith("courtage")), "")
    stated = name.partition("(")[2].strip(" )").upper()
    return abs(number(row, name, ",") or Decimal(0)) if name and stated in {"", currency} else Decimal(0)
