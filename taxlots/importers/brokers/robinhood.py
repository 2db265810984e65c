"""Robinhood account activity report: shares, cash and options; crypto trades are in an export of their own.

Traps: descriptions contain line breaks; `BTC` is the code of an option bought to close, no coin; a quantity that leaves the account ends
in S (`18S`); amounts are after the small regulatory fees; the last row is a disclaimer outside the columns. Rows have a date only.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.bookings import Legs, Reading, booked, leg, rows_of
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import FRACTION, RETURNED, SELL, SPUN_OFF, Entry
from taxlots.importers.brokers.corporate import EVENT, take_events
from taxlots.importers.numbers import NumberError, number, parse_number
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table, Transaction
from taxlots.importers.times import time

ACCOUNT = "robinhood"
REQUIRED = ("Activity Date", "Process Date", "Settle Date", "Instrument", "Description", "Trans Code", "Quantity", "Price", "Amount")
_TRADES = {"BUY": "buy", "SELL": "sell"}
_INCOME = {
    "CDIV": "income:dividend",
    "MDIV": "income:other",  # paid by the borrower of a lent share in place of the dividend
    "INT": "income:interest",
    "GDBP": "income:interest",
    "SLIP": "income:other",  # stock lending
}
_CASH = {"ACH", "RTP", "DCF", "XENT", "WIRE"}
_COSTS = {"GOLD", "AFEE", "DFEE", "DTAX", "NRAT", "MINT"}
_SPLITS = {"SPL", "SPR"}
_SHARES_IN = {"ACATI": "deposit", "REC": "income:reward"}
_SHARES_OUT = {"ACATO": "withdrawal"}
_OPTIONS = {"BTO", "STO", "BTC", "STC", "OEXP", "OASGN", "OEXCS"}
_EVENTS = {"MRGS", "CONV"}
_SPUN_OFF = "SOFF"
_RETURNED = "ROC"
_IN_LIEU = "CIL"  # cash for a fraction of a share
_NOT_BOOKED = (
    (
        {"COIN", "CRYPTO TRANSFER"},
        "a move of coins of which this file says too little",
        "Add Robinhood's crypto export, or give the move in a universal ledger CSV.",
    ),
)
_TAKEN_BACK = "Correct the earlier row's amount in a universal ledger CSV."
_LEAVING = re.compile(r"(?P<number>.*[0-9])\s*[Ss]")


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate; dates are days in `zone`. Raises nothing."""
    intake = Intake()
    events: list[Entry] = []
    splits: dict[tuple[str, str, str], list[tuple[Row, Decimal]]] = defaultdict(list)
    with exact.exactly():
        for row, reading in rows_of(tables, zone, intake):
            try:
                if row.text("Trans Code").upper() in _SPLITS:
                    key = (row.file, row.text("Activity Date"), row.text("Instrument"))
                    splits[key].append((row, _quantity(row)))
                elif row.text("Trans Code").upper() in {*_EVENTS, _SPUN_OFF, _IN_LIEU, _RETURNED}:
                    events.append(_event(row, zone))
                else:
                    _take(row, reading)
            except RowError as error:
                intake.reject(row, error)
        for rows in splits.values():
            _take_split(rows, zone, intake)
        brokerage.book(take_events(events, lambda entry: entry.row.text("Trans Code").upper(), intake), intake)
    return intake


def _event(row: Row, zone: tzinfo) -> Entry:
    """A merger or conversion, told by the rows of its day; a spin-off, which does not name its origin; capital or a fraction paid out."""
    moment, date_only = time(row, "Activity Date", zone)
    in_lieu = SELL if number(row, "Quantity") else FRACTION
    return Entry(
        row=row,
        deed={_SPUN_OFF: SPUN_OFF, _IN_LIEU: in_lieu, _RETURNED: RETURNED}.get(row.text("Trans Code").upper(), EVENT),
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=row.text("Instrument").upper(),
        quantity=_quantity(row),
        amount=number(row, "Amount") or Decimal(0),
        note=" ".join(row.text("Description").split()),
        asset_class="security",
    )


def _take(row: Row, reading: Reading) -> None:
    if not any(text.strip() for text in row.cells.values()):
        reading.intake.leave(row, "the disclaimer under the table")
        return
    code = row.text("Trans Code").upper()
    quantity, amount = _quantity(row), number(row, "Amount") or Decimal(0)
    if not quantity and not amount:
        _known(row, code)
        reading.intake.leave(row, "the quantity is 0")
        return
    kind, legs = _legs(row, code, quantity, amount)
    reading.intake.add(_booked(row, kind, legs, reading.zone))


def _booked(rows: Row | Sequence[Row], kind: str, legs: Legs, zone: tzinfo) -> Transaction:
    first = rows if isinstance(rows, Row) else rows[0]
    shares = any(side and side[1] != "USD" for side in (legs.sent, legs.received))
    words = (first.text("Instrument") if not shares else "", *first.text("Description").split())
    note = " ".join(filter(None, words)) or None
    return booked(rows, ACCOUNT, kind, time(first, "Activity Date", zone), legs, note=note, asset_class="security" if shares else None)


def _legs(row: Row, code: str, quantity: Decimal, amount: Decimal) -> tuple[str, Legs]:
    cash = leg(amount, "USD")
    if code in _TRADES:
        shares = leg(quantity, row.text("Instrument"))
        return _TRADES[code], Legs(cash, shares) if code == "BUY" else Legs(shares, cash)
    if code in _SHARES_IN or code in _SHARES_OUT:
        return _shares(row, code, quantity, amount)
    if code in _INCOME and amount > 0:
        return _INCOME[code], Legs(received=cash)
    if (code in _COSTS and amount < 0) or code == "INT":
        return "fee", Legs(fee=cash)
    if code in _CASH or code in _COSTS:
        return ("deposit", Legs(received=cash)) if amount > 0 else ("withdrawal", Legs(sent=cash))
    _known(row, code)
    raise RowError("ROW_INVALID", f"{code} of {amount} dollars: income with a minus takes back an earlier row", _TAKEN_BACK)


def _shares(row: Row, code: str, quantity: Decimal, amount: Decimal) -> tuple[str, Legs]:
    """Shares that come or go without a trade; the same code moves cash where no quantity is given."""
    moved = leg(quantity, row.text("Instrument")) or leg(amount, "USD")
    leaving = quantity < 0 or (not quantity and amount < 0)
    if leaving != (code in _SHARES_OUT):
        raise RowError("ROW_INVALID", f"{code} with quantity {row.text('Quantity')!r} goes the other way than its code says")
    if code in _SHARES_OUT:
        return _SHARES_OUT[code], Legs(sent=moved)
    return _SHARES_IN[code], Legs(received=moved)


def _known(row: Row, code: str) -> None:
    """Raises RowError for a code that is not booked or not known."""
    if code in _OPTIONS:
        name = " ".join(row.text("Description").removeprefix("Option Expiration for ").split())
        raise NotBookedError(
            "an option", name or row.text("Instrument"), ACCOUNT, "Robinhood's 1099-B has the gains on options.", currency="USD"
        )
    for codes, why, hint in _NOT_BOOKED:
        if code in codes:
            raise RowError("KIND_NOT_BOOKED", f"code {code!r}: {why}", hint)
    known = (
        *_TRADES,
        *_INCOME,
        *sorted(_CASH),
        *sorted(_COSTS),
        *_SHARES_IN,
        *_SHARES_OUT,
        *sorted(_SPLITS),
        *sorted(_EVENTS),
        _SPUN_OFF,
        _IN_LIEU,
        _RETURNED,
    )
    if code not in known:
        hint = f"Known codes: {', '.join(known)}. Give the row in a universal ledger CSV, or report the code."
        raise RowError("ROW_UNKNOWN_KIND", f"code {code!r} is not known", hint)


def _take_split(rows: list[tuple[Row, Decimal]], zone: tzinfo, intake: Intake) -> None:
    """A split adds shares; a reverse split takes the old ones out in one row and puts the new ones in by another."""
    removed = -sum((quantity for _, quantity in rows if quantity < 0), Decimal(0))
    added = sum((quantity for _, quantity in rows if quantity > 0), Decimal(0))
    try:
        if not added:
            message = f"a split of {rows[0][0].text('Instrument')!r} takes shares out, and no row of the day brings new ones"
            raise RowError("ROW_UNPAIRED_LEG", message, "Give the split in a universal ledger CSV.")  # noqa: TRY301  rejects the whole split
        name = rows[0][0].text("Instrument")
        legs = Legs(sent=leg(removed, name), received=leg(added, name))
        intake.add(_booked([row for row, _ in rows], "split", legs, zone))
    except RowError as error:
        for row, _ in rows:
            intake.reject(row, error)


def _quantity(row: Row) -> Decimal:
    """The quantity, negative where it ends in S. Raises RowError, also for a row that is cut off."""
    if not row.has(REQUIRED[-1]):
        raise RowError("ROW_TRUNCATED", f"the row ends after {len(row.cells)} of {len(REQUIRED)} cells")
    match = _LEAVING.fullmatch(row.text("Quantity"))
    if not match:
        return number(row, "Quantity") or Decimal(0)
    try:
        return -abs(parse_number(match["number"]))
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column 'Quantity': {error}") from None
