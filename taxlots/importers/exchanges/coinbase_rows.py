"""A row of a Coinbase transaction history, whatever the era of its header: columns are found by their meaning."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges import coinbase_notes as notes
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Row, RowError, Table
from taxlots.importers.times import time
from taxlots.kinds import is_fiat

# Until 2021 the currency stands in the column's name, as in "CAD Amount Transacted (Inclusive of Coinbase Fees)".
_CODE = r"(?:(?P<code>[A-Z]{3}) )?"
_MEANINGS = {
    "price": re.compile(rf"{_CODE}(?:Spot )?Price at Transaction", re.IGNORECASE),
    "subtotal": re.compile(rf"{_CODE}Subtotal", re.IGNORECASE),
    "total": re.compile(rf"{_CODE}(?:Total|Amount Transacted)(?: \(inclusive of .*\))?", re.IGNORECASE),
    "fee": re.compile(rf"{_CODE}Fees(?: and/or Spread)?", re.IGNORECASE),
    "currency": re.compile(r"(?:Spot )?Price Currency", re.IGNORECASE),
}
_SUFFIX = re.compile(r"[0-9]\s+(?P<code>[A-Z]{3})\)?$")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column has which meaning in one table, and the currency of its money where no cell says it."""

    names: dict[str, str]
    currency: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row with its cells read. `quantity` keeps the export's sign; money is positive, None where absent or 0."""

    row: Row
    time: datetime
    date_only: bool
    type: str
    raw_asset: str
    quantity: Decimal
    currency: str
    price: Decimal | None
    subtotal: Decimal | None
    total: Decimal | None
    fee: Decimal | None
    fee_stated: bool

    @property
    def id(self) -> str:
        """Coinbase's id of the row; empty before 2024."""
        return self.row.text("ID")

    @property
    def asset(self) -> str:
        """The asset under its name here (ETH2 is ETH)."""
        return notes.asset_name(self.raw_asset)

    @property
    def size(self) -> Decimal:
        """The quantity without sign: in most types it repeats the type's direction, in older files it is missing."""
        return abs(self.quantity)

    @property
    def notes(self) -> str:
        """The export's Notes."""
        return self.row.text("Notes")

    @property
    def value(self) -> Decimal | None:
        """Market value of the quantity: the Subtotal, else price times quantity, else the Total; None if not fiat."""
        if not is_fiat(self.currency):
            return None
        if self.subtotal:
            return self.subtotal
        return self.price * self.size if self.price else self.total


def columns(table: Table) -> Columns:
    """Find the columns by meaning. The currency is the header's, else the one that the Notes name most, else USD."""
    names: dict[str, str] = {}
    codes: list[str] = []
    for name in table.header:
        for meaning, pattern in _MEANINGS.items():
            match = pattern.fullmatch(name.strip())
            if match and meaning not in names:
                names[meaning] = name
                codes += [code.upper() for code in match.groupdict().values() if code]
    return Columns(names, codes[0] if codes else _noted_currency(table.rows))


def _noted_currency(rows: Sequence[Row]) -> str:
    trades = (notes.trade(row.text("Notes"), Decimal(0)) for row in rows)
    counts = Counter(trade.quote for trade in trades if trade and trade.quote and is_fiat(trade.quote))
    return counts.most_common(1)[0][0] if counts else "USD"


def entry(row: Row, found: Columns, zone: tzinfo) -> Entry:
    """Read a row's cells. A date without time is the taxpayer's date; any other time is UTC. Raises RowError."""
    moment, date_only = time(row, "Timestamp")
    if date_only:
        moment, _ = time(row, "Timestamp", zone)
    if not row.text("Asset"):
        raise RowError("ROW_INVALID", "column 'Asset' is empty")
    one = Entry(
        row=row,
        time=moment,
        date_only=date_only,
        type=" ".join(row.text("Transaction Type").split()),
        raw_asset=row.text("Asset").upper(),
        quantity=required(row, "Quantity Transacted"),
        currency=_currency(row, found),
        price=_money(row, found, "price"),
        subtotal=_money(row, found, "subtotal"),
        total=_money(row, found, "total"),
        fee=_money(row, found, "fee"),
        fee_stated=bool(row.text(found.names.get("fee", ""))),
    )
    if one.value and one.value.adjusted() >= exact.DECIMALS:
        raise RowError("ROW_INVALID", f"price times quantity has more than {exact.DECIMALS} digits before the point")
    return one


def _money(row: Row, found: Columns, meaning: str) -> Decimal | None:
    amount = number(row, found.names[meaning]) if meaning in found.names else None
    return abs(amount) if amount else None


def _currency(row: Row, found: Columns) -> str:
    """Of the cell, else of the suffix in `249.73 USD`, else of the table."""
    stated = row.text(found.names.get("currency", "")).upper()
    suffix = _SUFFIX.search(row.text(found.names.get("total", "")))
    return stated or (suffix["code"] if suffix else found.currency)
