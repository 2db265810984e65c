"""E*TRADE benefit history (workbook): vested shares of the sheet Restricted Stock, and purchases of the sheet ESPP.

*Restricted Stock.* A row Grant heads its events (`Shares granted`, `vested`, `released`, `sold`), then per vest period a row Vest
Schedule and rows Tax Withholding, one per tax, whose Taxable Gain is the value of all shares that vested. Wages are the shares that
arrive: those that an event of the vest date says were released, else all that vested. Of several taxable gains the largest counts, since a
tax with a ceiling names less. Sales have no price here; the transactions of the account tell them.

*ESPP.* A purchase costs its price, and the shares kept back for tax are spent at the market price of that day.

Times are dates, written `02/20/2024`, `02-20-2024` or `31-JAN-2025`. Some columns stand twice; of these the later one belongs to the
rows below a grant. The shares lie in the brokerage account, `etrade`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers import repeated_exports
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import Entry
from taxlots.importers.brokers.etrade import ACCOUNT
from taxlots.importers.numbers import number, required
from taxlots.importers.proportion import portion
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.importers.times import time_of

RESTRICTED = ("Record Type", "Symbol", "Grant Date", "Grant Number", "Event Type", "Qty. or Amount", "Vest Period", "Vest Date")
ESPP = ("Record Type", "Symbol", "Purchase Date", "Purchase Price", "Purchased Qty.", "Purchase Date FMV")
_TOTALS = {"totals", "total", "overall total"}
_REPEATING = {"shares granted", "shares vested", "shares released"}
_SOLD = {"shares sold", "sell"}
_SALES = "sales without a price; the transactions of the account tell them"
_SALES_HINT = "Give the account's transactions CSV too, for every year with a sale. Where it is given, nothing needs to be done."


@dataclass(slots=True)
class _Grant:
    """The rows under one grant."""

    symbol: str = ""
    withheld: Decimal = Decimal(0)
    released: dict[datetime, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    schedules: list[Row] = field(default_factory=list)
    taxes: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))


def read_restricted(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of the sheet Restricted Stock to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            for grant in _grants(table, zone, intake):
                _take_grant(grant, zone, intake)
    return intake


def _day(row: Row, column: str, zone: tzinfo) -> datetime:
    """The date in a cell, which a spreadsheet may have turned into a time. Raises RowError."""
    text = row.text(column).partition(" ")[0]
    month_first = text.replace("-", "/") if text[2:3] == "-" and text[3:5].isdigit() else text
    return time_of(month_first, column, zone)[0]


def _grants(table: Table, zone: tzinfo, intake: Intake) -> Iterator[_Grant]:
    """The rows of each grant, those that stand alone set aside."""
    grants: dict[str, _Grant] = {}
    current: _Grant | None = None
    sold = False
    for row in table.rows:
        try:
            if row.text("Record Type").lower() == "grant":
                current = _head(row, grants, intake)
            elif row.text("Record Type").lower() in _TOTALS:
                intake.leave(row, "a total")
            else:
                sold = _sort(row, _above(row, grants, current), zone, intake) or sold
        except RowError as error:
            intake.reject(row, error)
    if sold:
        intake.problems.append(repeated_exports.warning(table, _SALES, _SALES_HINT))
    yield from grants.values()


def _head(row: Row, grants: dict[str, _Grant], intake: Intake) -> _Grant:
    """The grant that a row begins. Raises RowError."""
    withheld = number(row, "Withheld Qty.") or Decimal(0)
    grant = grants.setdefault(row.text("Grant Number"), _Grant())
    grant.symbol, grant.withheld = row.text("Symbol").upper(), grant.withheld + withheld
    intake.leave(row, "a grant; what vests of it has rows of its own")
    return grant


def _above(row: Row, grants: dict[str, _Grant], current: _Grant | None) -> _Grant:
    """The grant that a row belongs to. Raises RowError."""
    number_of = row.text("Grant Number")
    grant = grants.get(number_of) if number_of else current
    if grant is None:
        raise RowError("ROW_UNPAIRED_LEG", f"a row {row.text('Record Type')!r} without the grant {number_of!r} above it")
    return grant


def _sort(row: Row, grant: _Grant, zone: tzinfo, intake: Intake) -> bool:
    """A row below a grant to its like; whether it is a sale. Raises RowError."""
    said, event = row.text("Record Type").lower(), row.text("Event Type").lower()
    if said == "vest schedule":
        grant.schedules.append(row)
    elif said == "tax withholding":
        grant.taxes[row.text("Vest Period")].append(row)
    elif said == "sellable shares":
        intake.leave(row, "what can be sold, of shares that other rows tell")
    elif said != "event":
        raise brokerage.unknown(
            row.text("Record Type"), ("Grant", "Event", "Vest Schedule", "Tax Withholding", "Sellable Shares", "Totals")
        )
    elif event in _SOLD:
        intake.leave(row, _SALES)
        return True
    elif event not in _REPEATING:
        raise brokerage.unknown(row.text("Event Type"), ("Shares granted", "Shares vested", "Shares released", "Shares sold"))
    else:
        if event == "shares released":
            grant.released[_day(row, "Date", zone)] += required(row, "Qty. or Amount")
        intake.leave(row, f"{event}: the vest schedule tells it too")
    return False


def _take_grant(grant: _Grant, zone: tzinfo, intake: Intake) -> None:
    for row in grant.schedules:
        taxes = grant.taxes.pop(row.text("Vest Period"), [])
        try:
            made = _vested(row, taxes, grant, zone)
        except RowError as error:
            for one in (row, *taxes):
                intake.reject(one, error)
            continue
        if isinstance(made, str):
            for one in (row, *taxes):
                intake.leave(one, made)
        else:
            intake.add(replace(made, sources=tuple(one.source for one in (row, *taxes))))
    for rows in grant.taxes.values():
        for row in rows:
            intake.reject(
                row, RowError("ROW_UNPAIRED_LEG", f"tax of the vest period {row.text('Vest Period')!r}, which has no schedule row")
            )


def _vested(row: Row, taxes: Sequence[Row], grant: _Grant, zone: tzinfo) -> Transaction | str:
    """What arrived of one vest period as wages, or why it is set aside."""
    vested = number(row, "Vested Qty.") or number(row, "Released Qty") or Decimal(0)
    if not vested:
        return "not vested yet"
    moment = _day(row, "Vest Date", zone)
    arrived = _arrived(vested, moment, grant, zone)
    if not arrived:
        return "all shares were withheld for tax"
    name = f"{row.text('Grant Number')}/{row.text('Vest Period')}" if row.text("Grant Number") else ""
    entry = _entry(row, moment, row.text("Symbol").upper() or grant.symbol, f"vested of grant {row.text('Grant Number')}", name)
    made = brokerage.transaction(entry, "income:wages", received=(arrived, entry.symbol))
    gain = max((number(tax, "Taxable Gain") or Decimal(0) for tax in taxes), default=Decimal(0))
    return replace(made, value=portion(gain, arrived, vested), value_currency="USD") if gain > 0 else made


def _arrived(vested: Decimal, moment: datetime, grant: _Grant, zone: tzinfo) -> Decimal:
    """Of the shares that vested those that were not withheld. Raises RowError where the sheet does not tell."""
    same_day = [other for other in grant.schedules if other.text("Vest Date") and _day(other, "Vest Date", zone) == moment]
    released = grant.released.get(moment)
    total = sum((number(o, "Vested Qty.") or number(o, "Released Qty") or Decimal(0) for o in same_day), Decimal(0))
    if released == total or (released is None and not grant.withheld):
        return vested
    if released is None or len(same_day) > 1 or released > vested:
        hint = "Take the shares that arrived from the release confirmation, and give the row in a universal ledger CSV."
        message = f"{exact.plain(vested)} shares vested, {exact.plain(grant.withheld)} of the grant were withheld for tax"
        raise RowError("ROW_INVALID", f"{message}, and no event says how many of these arrived", hint)
    return released


def _entry(row: Row, moment: datetime, symbol: str, note: str, name: str = "") -> Entry:
    if not symbol:
        raise RowError("ROW_INVALID", f"{note}: the row names no security", "Fill in the symbol.")
    return Entry(row=row, deed="", account=ACCOUNT, time=moment, symbol=symbol, note=note, id=name, asset_class="security")


def read_espp(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of the sheet ESPP to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            sold = False
            for row in table.rows:
                try:
                    sold = _take_espp(row, zone, intake) or sold
                except RowError as error:
                    intake.reject(row, error)
            if sold:
                intake.problems.append(repeated_exports.warning(table, _SALES, _SALES_HINT))
    return intake


def _take_espp(row: Row, zone: tzinfo, intake: Intake) -> bool:
    """One row of the sheet ESPP; whether it is a sale. Raises RowError."""
    said, event = row.text("Record Type").lower(), row.text("Event Type").lower()
    if said in _TOTALS:
        intake.leave(row, "a total")
    elif said == "event" and event == "purchase":
        intake.merge(row, "the purchase above says the same")
    elif said == "event" and event in _SOLD:
        intake.leave(row, _SALES)
        return True
    elif said != "purchase":
        raise brokerage.unknown(row.text("Event Type") or row.text("Record Type"), ("Purchase", "Event", "PURCHASE", "SELL", "Totals"))
    else:
        for one in _purchase(row, zone):
            intake.add(one)
    return False


def _purchase(row: Row, zone: tzinfo) -> Iterator[Transaction]:
    units, price = required(row, "Purchased Qty."), required(row, "Purchase Price")
    kept_back = abs(number(row, "Tax Collection Shares") or Decimal(0))
    net = number(row, "Net Shares")
    if units <= 0 or price <= 0 or (net is not None and net != units - kept_back):
        shown = f"{exact.plain(units)} at {exact.plain(price)} with {exact.plain(kept_back)} kept back for tax"
        raise RowError("ROW_INVALID", f"a purchase of {shown} and {exact.plain(net) or 'no'} net shares does not add up")
    market = number(row, "Purchase Date FMV")
    if kept_back and not market:
        raise RowError("ROW_INVALID", "shares were kept back for tax, and column 'Purchase Date FMV' does not say what they were worth")
    worth = f", market price {exact.plain(market)}" if market else ""
    entry = _entry(row, _day(row, "Purchase Date", zone), row.text("Symbol").upper(), f"employee stock purchase plan{worth}")
    yield brokerage.transaction(entry, "buy", sent=(units * price, "USD"), received=(units, entry.symbol))
    if kept_back and market:
        withheld = brokerage.transaction(replace(entry, note="kept back for tax"), "spend", sent=(kept_back, entry.symbol))
        yield replace(withheld, value=kept_back * market, value_currency="USD")
