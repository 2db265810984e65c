"""Parqet: the CSV of activities, with semicolons and, from German browsers, decimal commas.

`amount` is the gross amount: the fee comes beside it. Taxes that the broker withheld are no fee and stand in the note. An asset is named
by its ISIN (`identifier`), the account by its broker. `datetime` is in UTC; `date` and `time` say it again in the local zone.
"""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.importers.times import time
from taxlots.importers.tools.tax_program_cells import Part, decimal_mark, part, wallet
from taxlots.importers.tools.tax_programs import TRADE, TRANSFER, Entry, Labels, Maker, read_each

REQUIRED = ("datetime", "price", "shares", "amount", "tax", "fee", "type", "broker", "assettype", "identifier", "currency")

TYPES = Labels(
    both={"Buy": TRADE, "Sell": TRADE},
    incoming={"Dividend": "income:dividend", "Interest": "income:interest", "TransferIn": TRANSFER},
    outgoing={"TransferOut": TRANSFER},
)
_CLASSES = {"security": "security", "crypto": None, "cryptocurrency": None, "cash": None}


def read(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """One transaction per row. Raises nothing."""
    return read_each(tables, _maker)


def _maker(table: Table) -> Maker:
    decimal = decimal_mark(table, ("price", "shares", "amount", "tax", "fee"))

    def make(row: Row) -> tuple[Entry, str]:
        said, kind = row.text("type"), row.text("assettype").casefold()
        if kind not in _CLASSES:
            raise RowError("ROW_UNKNOWN_KIND", f"assettype {row.text('assettype')!r} is not known", f"Known: {', '.join(_CLASSES)}.")
        sent, received = _legs(row, said.casefold(), decimal)
        at, date_only = time(row, "datetime", UTC)
        paid = said.casefold() in {"dividend", "interest"}
        entry = Entry(
            rows=(row,),
            time=at,
            date_only=date_only,
            account=wallet(row.text("broker").replace("_", " "), "parqet"),
            sent=sent,
            received=received,
            fee=part(row, "fee", "currency", decimal=decimal),
            note=_note(row, decimal),
            asset_class=None if paid else _CLASSES[kind],
        )
        return entry, TYPES.meaning(said, entry)

    return make


def _legs(row: Row, said: str, decimal: str) -> tuple[Part | None, Part | None]:
    money = part(row, "amount", "currency", decimal=decimal)
    if said in {"dividend", "interest"}:
        return None, money
    shares = part(row, "shares", "identifier", decimal=decimal)
    return {"buy": (money, shares), "sell": (shares, money), "transferout": (shares, None)}.get(said, (None, shares))


def _note(row: Row, decimal: str) -> str | None:
    """The name of the holding, and the tax that was withheld (negative: given back)."""
    tax = number(row, "tax", decimal)
    said = f"tax withheld {tax.normalize():f} {row.text('currency')}" if tax else ""
    return "; ".join(filter(None, (row.text("holdingname"), said))) or None
