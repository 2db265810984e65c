"""BUX: the transactions CSV, in Amsterdam time.

A trade's amount is without its fee, which has a row of its own a moment later and is shared among the fills of the order. A dividend's
amount is what arrived; the tax withheld may stand beside it. A split is told by the old shares redeemed and the new ones deposited, both
for the same money. In rows of deposits the amount may stand one column to the right.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta, tzinfo
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from taxlots import exact
from taxlots.importers.brokers import brokerage, orders
from taxlots.importers.brokers.broker_cells import isin_in
from taxlots.importers.brokers.brokerage import BUY, CASH, CORPORATE, COST, DIVIDEND, INTEREST, OTHER_INCOME, SELL, Entry
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.kinds import is_fiat

REQUIRED = (
    "Transaction Time (CET)",
    "Transaction Category",
    "Transaction Type",
    "Transaction Amount",
    "Transaction Currency",
    "Cash Balance Amount",
    "Asset Id",
    "Asset Name",
)
_AMOUNT, _CURRENCY, _BALANCE = REQUIRED[3:6]
ACCOUNT = "bux"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_TRADE_FEE, _ACTION = "fee of a trade", "corporate action in rows"
_TYPES = {
    "Buy Trade": BUY,
    "Sell Trade": SELL,
    "Trading Fee": _TRADE_FEE,
    "Cash Dividend": DIVIDEND,
    "Interest Payment": INTEREST,
    "Promotional": OTHER_INCOME,
    **dict.fromkeys(("To User Corrections", "From User Corrections"), CASH),
    "General Corporate Action": _ACTION,
}
_CATEGORIES = {
    "deposits": CASH,
    "withdrawals": CASH,
    "fees": COST,
    "taxes": COST,
    "dividends": DIVIDEND,
    "interest": INTEREST,
    "corporate_actions": CORPORATE,
}
_KNOWN = {name.casefold(): deed for name, deed in _TYPES.items()}
_MOMENT = timedelta(seconds=1)  # fills and the fee of one order are booked within it


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is Amsterdam's
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        entries = brokerage.read_entries(tables, intake, lambda row: _entry(_aligned(row)))
        stated = [(entry, number(entry.row, _BALANCE)) for entry in entries if entry.currency == "EUR"]
        orders.check_cash(stated, intake)
        actions = [entry for entry in entries if entry.deed == _ACTION]
        for group in orders.grouped(actions, lambda entry: (entry.symbol, entry.time.date())):
            brokerage.take_together(group, _split, intake)
        brokerage.book(_with_fees([entry for entry in entries if entry.deed != _ACTION]), intake)
    return intake


def _aligned(row: Row) -> Row:
    """The row, its money moved one column to the left where the amount is missing there."""
    if row.text(_AMOUNT) or not is_fiat(row.text(_BALANCE).upper()):
        return row
    moved = {_AMOUNT: row.text(_CURRENCY), _CURRENCY: row.text(_BALANCE), _BALANCE: row.text("Asset Id"), "Asset Id": ""}
    return replace(row, cells=row.cells | moved)


def _entry(row: Row) -> Entry:
    said, category = row.text("Transaction Type"), row.text("Transaction Category")
    deed = _KNOWN.get(said.casefold()) or _CATEGORIES.get(category.casefold())
    if deed is None:
        raise brokerage.unknown(f"{category} / {said}", (*_TYPES, *(f"{name} / ..." for name in _CATEGORIES)))
    moment, date_only = brokerage.when(row, "Transaction Time (CET)", AMSTERDAM)
    amount, currency = number(row, _AMOUNT) or Decimal(0), row.text(_CURRENCY).upper()
    if not is_fiat(currency):
        raise RowError("ROW_INVALID", f"column {_CURRENCY!r}: {currency!r} is no known currency")
    number(row, _BALANCE)  # a balance that is no number shows that the row's cells are shifted
    quantity = abs(number(row, "Asset Quantity") or number(row, "Trade Quantity") or Decimal(0))
    symbol = row.text("Asset Id").upper()
    return Entry(
        row=row,
        deed=COST if deed == INTEREST and amount < 0 else deed,
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=symbol,
        quantity=-quantity if row.text("Transfer Type").upper() == "ASSET_REDEEM" else quantity,
        amount={BUY: -abs(amount), SELL: abs(amount)}.get(deed, amount),
        currency=currency,
        note=" ".join(filter(None, (said, row.text("Asset Name"), row.text("Transaction Description")))),
        asset_class="security" if isin_in(symbol) else None,
        withheld=_withheld(row, currency) if deed == DIVIDEND else None,
    )


def _withheld(row: Row, currency: str) -> tuple[Decimal, str] | None:
    tax = number(row, "Dividend Tax Amount")
    return (tax, row.text("Dividend Currency").upper() or currency) if tax else None


def _with_fees(entries: Sequence[Entry]) -> list[Entry]:
    """Fees with the trades of the same asset that they follow within a second; a fee without a trade is a cost."""
    made = [entry for entry in entries if entry.deed not in {BUY, SELL, _TRADE_FEE}]
    for group in orders.grouped([entry for entry in entries if entry.deed in {BUY, SELL, _TRADE_FEE}], lambda entry: entry.symbol):
        waiting = [entry for entry in group if entry.deed != _TRADE_FEE]
        for fee in (entry for entry in group if entry.deed == _TRADE_FEE):
            near = sorted((one for one in waiting if abs(one.time - fee.time) <= _MOMENT), key=partial(_rows_between, fee))
            trades = [one for one in near if one.deed == near[0].deed]
            shared, rest = orders.with_fees(trades, [fee])
            made += [*shared, *(replace(one, deed=COST) for one in rest)]
            waiting = [one for one in waiting if one not in trades]
        made += waiting
    return made


def _rows_between(fee: Entry, trade: Entry) -> int:
    return abs(trade.row.number - fee.row.number)


def _split(group: Sequence[Entry]) -> Transaction:
    """Old shares redeemed and new ones of the same asset deposited for the same money. Raises RowError."""
    if sum((entry.amount for entry in group), Decimal(0)) != 0:
        raise RowError("KIND_NOT_BOOKED", f"a corporate action of {group[0].symbol} that leaves money is not booked in this version")
    return brokerage.reverse_split(group)
