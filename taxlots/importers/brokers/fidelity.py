"""Fidelity: the account history CSV, in every order of its columns.

The action is free text that begins with a verb. Cells may begin with a blank; below the rows stand paragraphs of text. In the files
with 18 columns some rows are shifted: the currency stands under Quantity and the quantity under Price. The core position (such as
SPAXX) is cash: what is swept into it is no purchase. A reverse split, a merger and a change of name are told by rows that share a REOR
number; a spin-off names the company that it came from in words only.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import (
    ACCRUED,
    ASIDE,
    BUY,
    CASH,
    CORPORATE,
    COST,
    DIVIDEND,
    FRACTION,
    GAINS,
    INTEREST,
    MOVE,
    OPTION,
    RETURNED,
    SELL,
    SHARES,
    SHORT,
    SPLIT,
    SPUN_OFF,
    TRADE,
    Entry,
)
from taxlots.importers.brokers.corporate import EVENT, take_events
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, Table, all_rows
from taxlots.kinds import is_fiat

REQUIRED = ("Run Date", "Action", "Symbol", "Quantity", "Settlement Date")
ACCOUNT = "fidelity"
_REVERSE = "reverse split"
# The first verb that the action begins with decides, so that the longer stand before the shorter.
_VERBS = {
    **dict.fromkeys(("YOU BOUGHT OPENING", "YOU BOUGHT CLOSING", "YOU SOLD OPENING", "YOU SOLD CLOSING"), OPTION),
    **dict.fromkeys(("EXPIRED", "ASSIGNED", "EXERCISED"), OPTION),
    **dict.fromkeys(("YOU SOLD SHORT", "SHORT VS MARGIN", "YOU BOUGHT SHORT COVER"), SHORT),
    **dict.fromkeys(("BUY CANCEL", "YOU BOUGHT", "BUY CORR", "REINVESTMENT"), BUY),
    **dict.fromkeys(("SELL CANCEL", "YOU SOLD", "SELL CORR", "REDEMPTION PAYOUT"), SELL),
    "CORR DESCRIPTION": TRADE,
    **dict.fromkeys(("REDEMPTION FROM CORE", "PURCHASE INTO CORE"), ASIDE + "a sweep between cash and the core position"),
    **dict.fromkeys(("DIVIDEND RECEIVED", "SHORT-TERM CAP GAIN"), DIVIDEND),
    "LONG-TERM CAP GAIN": GAINS,
    "RETURN OF CAPITAL": RETURNED,
    "INTEREST EARNED": INTEREST,
    **dict.fromkeys(("FOREIGN TAX PAID", "ADJ FOREIGN TAX", "NON-RESIDENT TAX"), COST),
    **dict.fromkeys(("FEE CHARGED", "ADVISOR FEE", "MARGIN INTEREST"), COST),
    **dict.fromkeys(("ELECTRONIC FUNDS TRANSFER", "DIRECT DEPOSIT", "DIRECT DEBIT", "WIRE TRANSFER", "CASH CONTRIBUTION"), CASH),
    **dict.fromkeys(("BILL PAYMENT", "CHECK PAID", "CHECK RECEIVED", "DEBIT CARD PURCHASE"), CASH),
    **dict.fromkeys(("ROLLOVER", "DIRECT ROLLOVER", "PARTIC CONTR", "CO CONTR", "NORMAL DISTR", "PREMATURE DISTR"), MOVE),
    **dict.fromkeys(("TRANSFERRED FROM", "TRANSFERRED TO", "TRANSFER OF ASSETS", "JOURNALED"), MOVE),
    "IN LIEU OF FRX SHARE": FRACTION,
    "REVERSE SPLIT": _REVERSE,
    **dict.fromkeys(("DISTRIBUTION SPINOFF", "SPINOFF"), SPUN_OFF),
    **dict.fromkeys(("MERGER", "NAME CHANGED"), EVENT),
    **dict.fromkeys(("EXCHANGE IN", "EXCHANGE OUT"), CORPORATE),
    "DISTRIBUTION": SPLIT,
}
_CORE = {"SPAXX", "FDRXX", "FZFXX", "FCASH", "CORE"}
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d{2}-\d{2}")
_BY_OPTION = re.compile(r"YOU (?:BOUGHT|SOLD) (?:ASSIGNED|EXERCISED)", re.IGNORECASE)
_IN_FILE_NAME = re.compile(r"History_for_Account_([A-Z]?\d+)", re.IGNORECASE)
_REOR = re.compile(r"REOR\s+(\w+)")


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    files = brokerage.numbers_of_files(tables, _IN_FILE_NAME)
    account = brokerage.account_names(ACCOUNT, all_rows(tables), "Account Number", "Account", files=files)
    with exact.exactly():
        entries = brokerage.read_entries(tables, intake, lambda row: _entry(row, account, zone))
        splits: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in entries:
            if entry.deed == _REVERSE:
                splits[entry.row.file, _event(entry)].append(entry)
        for group in splits.values():
            brokerage.take_together(group, brokerage.reverse_split, intake)
        rest = take_events([entry for entry in entries if entry.deed != _REVERSE], _event, intake)
        brokerage.book(rest, intake)
        brokerage.warn_of_premiums([entry for entry in entries if _BY_OPTION.match(entry.note)], intake)
    return intake


def _entry(row: Row, account: Callable[[Row], str], zone: tzinfo) -> Entry:
    action = row.text("Action").upper()
    verb = next((known for known in _VERBS if action.startswith(known)), None)
    if verb is None and not _DATE.match(row.text("Run Date")):
        return Entry(
            row=row, deed=ASIDE + "a note below the table", account=ACCOUNT, time=brokerage.when(row, "Run Date", zone, "2000-01-01")[0]
        )
    moment, date_only = brokerage.when(row, "Run Date", zone)
    if verb is None:
        raise brokerage.unknown(row.text("Action"), _VERBS)
    symbol, quantity = row.text("Symbol").upper(), _quantity(row)
    currency = row.text("Currency").upper()
    return Entry(
        row=row,
        deed=_settled(row, _VERBS[verb], symbol, quantity),
        account=account(row),
        time=moment,
        date_only=date_only,
        symbol=symbol,
        quantity=quantity,
        amount=_money(row, "Amount"),
        fees=abs(_money(row, "Commission")) + abs(_money(row, "Fees")),
        currency=currency if is_fiat(currency) else "USD",
        note=row.text("Action"),
        cancels="CANCEL" in verb,
        asset_class=brokerage.fund_or_security(symbol),
    )


def _event(entry: Entry) -> str:
    """The REOR number that the rows of an event share."""
    shared = _REOR.search(entry.row.text("Action").upper())
    return shared[1] if shared else ""


def _quantity(row: Row) -> Decimal:
    """The quantity, also where the currency stands in its place."""
    column = "Price" if is_fiat(row.text("Quantity").upper()) else "Quantity"
    return number(row, column) or Decimal(0)


def _money(row: Row, column: str) -> Decimal:
    """An amount under either of the names that its column has had."""
    return number(row, column) or number(row, f"{column} ($)") or Decimal(0)


def _settled(row: Row, deed: str, symbol: str, quantity: Decimal) -> str:
    """The deed, by what else the row says."""
    if symbol.startswith("-"):
        return OPTION
    if deed == TRADE:
        deed = BUY if quantity > 0 else SELL
    if deed in {BUY, SELL} and symbol in _CORE:
        return ASIDE + "the core position is cash"
    if deed in {BUY, SELL} and _money(row, "Accrued Interest"):
        return ACCRUED
    if deed == MOVE:
        return SHARES if quantity and symbol and symbol not in _CORE else CASH
    return SELL if deed == FRACTION and quantity else deed
