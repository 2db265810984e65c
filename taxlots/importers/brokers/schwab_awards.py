"""Charles Schwab Equity Awards: vestings, purchases of the employee plan and sales, each a row followed by detail rows.

A detail row has no date and belongs to the row above it. Two exports exist: one lists only lapses, with the shares that went on to
the brokerage account after those withheld for tax; the complete one also has a Deposit row for what arrived, so that a lapse there
only announces it. Wages are the shares that arrive, at their market price; the Form W-2 has those withheld as well.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import BUY, CASH, COST, DIVIDEND, SELL, SHARES, Entry
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction

REQUIRED = ("Date", "Action", "FeesAndCommissions", "DisbursementElection", "AwardId")
ACCOUNT = "schwab-equity-awards"
_NET = "NetSharesDeposited"
_LAPSE, _DEPOSIT = "lapse", "deposit"
_DEEDS = {
    "Lapse": _LAPSE,
    "Deposit": _DEPOSIT,
    **dict.fromkeys(("Sale", "Quick Sale", "Forced Quick Sell"), SELL),
    "Dividend": DIVIDEND,
    "Tax Withholding": COST,
    **dict.fromkeys(("Wire Transfer", "Forced Disbursement"), CASH),
    "Journal": SHARES,
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            for group in _groups(table):
                _take(group, zone, intake)
    return intake


def _groups(table: Table) -> Iterator[list[Row]]:
    """Each dated row with the detail rows under it."""
    group: list[Row] = []
    for row in table.rows:
        if row.text("Date") and group:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _take(group: list[Row], zone: tzinfo, intake: Intake) -> None:
    try:
        made = _made(group, zone)
    except RowError as error:
        for row in group:
            intake.reject(row, error)
        return
    if isinstance(made, str):
        for row in group:
            intake.leave(row, made)
        return
    for one in made:
        intake.add(replace(one, sources=tuple(row.source for row in group)))


def _made(group: list[Row], zone: tzinfo) -> list[Transaction] | str:
    """The transactions of a row with its details, or why it is set aside."""
    entry = _entry(group[0], zone)
    if entry.deed in _PLANS:
        return _PLANS[entry.deed](entry, group[1:], zone)
    alone = Intake()
    brokerage.take(entry, alone)
    return alone.transactions or next(iter(alone.set_aside.values()))


def _entry(row: Row, zone: tzinfo) -> Entry:
    if not row.text("Date"):
        raise RowError("ROW_UNPAIRED_LEG", "a detail row without a dated row above it")
    deed = _KNOWN.get(row.text("Action").casefold())
    if deed is None:
        raise brokerage.unknown(row.text("Action"), _DEEDS)
    quantity = abs(number(row, "Quantity") or Decimal(0))
    return Entry(
        row=row,
        deed=CASH if deed == SHARES and not quantity else deed,
        account=ACCOUNT,
        time=brokerage.when(row, "Date", zone)[0],
        symbol=row.text("Symbol").upper(),
        quantity=-quantity if deed == SHARES else quantity,  # a journal goes to the brokerage account
        amount=number(row, "Amount") or Decimal(0),
        fees=abs(number(row, "FeesAndCommissions") or Decimal(0)),
        note=" ".join(filter(None, (row.text("Action"), row.text("Symbol"), row.text("Description")))),
        asset_class="security",
    )


def _lapse(entry: Entry, details: list[Row], _zone: tzinfo) -> list[Transaction] | str:
    """Shares that vested and went on to the brokerage account, net of those withheld for tax."""
    if not entry.row.has(_NET):
        return "announces a vesting; the Deposit row says what arrived"
    if not details:
        raise RowError("ROW_UNPAIRED_LEG", f"{entry.note}: no detail row with {_NET} follows")
    arrived = [(required(detail, _NET), detail) for detail in details]
    made = [_wages(entry, units, required(detail, "FairMarketValuePrice")) for units, detail in arrived if units]
    if not made:
        return "all shares were withheld for tax"
    moved = replace(entry, note="to the brokerage account")
    total = sum((units for units, _ in arrived), Decimal(0))
    return [*made, brokerage.transaction(moved, "withdrawal", sent=(total, entry.symbol))]


def _deposit(entry: Entry, details: list[Row], zone: tzinfo) -> list[Transaction] | str:
    """Shares that arrived: vested ones as wages at their price, those of the purchase plan at what was paid for them."""
    plan = entry.row.text("Description").upper()
    if plan not in {"RS", "ESPP"} or len(details) != 1:
        raise RowError(
            "ROW_UNKNOWN_KIND", f"a deposit of {plan or 'no plan'!r} with {len(details)} detail rows is not known; RS and ESPP are"
        )
    detail = details[0]
    date = "VestDate" if plan == "RS" else "PurchaseDate"
    dated = replace(entry, time=brokerage.when(detail, date, zone)[0]) if detail.text(date) else entry
    if plan == "RS":
        return [_wages(dated, entry.quantity, required(detail, "VestFairMarketValue"))]
    paid = entry.quantity * required(detail, "PurchasePrice")
    return [brokerage.transaction(dated, BUY, sent=(paid, "USD"), received=(entry.quantity, entry.symbol))]


def _wages(entry: Entry, units: Decimal, price: Decimal) -> Transaction:
    if units <= 0 or price <= 0 or not entry.symbol:
        raise RowError("ROW_INVALID", f"{entry.note}: {units} shares at {price} can't have vested")
    made = brokerage.transaction(entry, "income:wages", received=(units, entry.symbol))
    return replace(made, value=units * price, value_currency="USD")


_PLANS: dict[str, Callable[[Entry, list[Row], tzinfo], list[Transaction] | str]] = {_LAPSE: _lapse, _DEPOSIT: _deposit}
