"""Coinbase's reports of 2013 to 2019, one table per wallet, several of them in one file: the "Transactions" report.

Traps: one column is named after the coin (`Order BTC`, `Bitcoin Hash (visit ...)`), and above every further wallet of a file the lines
"Transactions", "User" and "Account" and the header stand again. A trade's total contains the fee on a purchase and is what is left after
it on a sale. The wallet of the money tells the trade a second time. Rows have no id here, since the full history of today gives other
ids: so both merge by time and amount.

The "Transfers" report and the gain/loss report are not booked: the first tells the trades of this one at the second when they were
ordered, not when they were carried out, so that they could not be told apart; the other is what Coinbase computed.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from decimal import Decimal

from taxlots.importers import repeated_exports
from taxlots.importers.bookings import Legs, Reading, booked, each_row, leg, trade_kind
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.importers.running_balances import Stated, Terms, stated_balance, with_balances
from taxlots.importers.times import time
from taxlots.kinds import FIAT, is_fiat

ACCOUNT = "coinbase"
TRANSACTIONS = (
    "Timestamp",
    "Amount",
    "Currency",
    "Notes",
    "Instantly Exchanged",
    "Transfer Total",
    "Transfer Total Currency",
    "Transfer Fee",
    "Transfer ID",
)
TRANSFERS = ("Timestamp", "Type", "Subtotal", "Fees", "Total", "Currency", "Price Per Coin", "Payment Method", "ID")
GAIN_LOSS = ("Transaction Type", "Transaction ID", "Tax lot ID", "Asset name", "Amount", "Date Acquired", "Date of Disposition")
_ABOVE_A_TABLE = {"transactions", "user", "account", "timestamp"}
_HASH = re.compile(r"[\w ]+ Hash \(visit .*", re.IGNORECASE)
_OWN_ID = re.compile(r"Coinbase ID \(visit .*", re.IGNORECASE)
_RECEIPTS = (
    (re.compile(r"referr|invit|bonus", re.IGNORECASE), "income:referral"),
    (re.compile(r"coinbase earn|learn", re.IGNORECASE), "income:reward"),
)

read_transfers = repeated_exports.set_aside(
    "the Transfers report repeats the transaction history; export that",
    "Export the transaction history (Taxes, Documents) for all dates; where it is given, nothing needs to be done.",
)


def _take(row: Row, reading: Reading) -> None:
    if row.text("Timestamp").lower() in _ABOVE_A_TABLE:
        reading.intake.leave(row, "a line above the table of another wallet")
        return
    amount = number(row, "Amount")
    if not amount:
        reading.intake.leave(row, "a note without an amount")
        return
    if row.text("Instantly Exchanged").lower() == "true":
        raise RowError("KIND_NOT_BOOKED", "a payment received and exchanged in one step is not booked in this version")
    made = _transaction(row, reading)
    if made is None:
        reading.intake.leave(row, "the money side of a trade that the coin's wallet tells")
    else:
        reading.intake.add(made)


def _transaction(row: Row, reading: Reading) -> Transaction | None:
    asset, total_asset = row.text("Currency").upper(), row.text("Transfer Total Currency").upper()
    if number(row, "Transfer Total") and total_asset and total_asset != asset:
        return _trade(row, reading.zone)
    if is_fiat(asset) and not row.text("Transfer ID") and row.text("Notes"):
        return None
    return _move(row, reading)


def _trade(row: Row, zone: tzinfo) -> Transaction:
    """What was paid without the fee, or got before it; the fee beside it."""
    amount, total, fee = (number(row, column) or Decimal(0) for column in ("Amount", "Transfer Total", "Transfer Fee"))
    currency = row.text("Transfer Total Currency")
    cost = leg(fee, row.text("Transfer Fee Currency") or currency)
    if cost and cost[1] != currency.upper():
        raise RowError("ROW_INVALID", f"the total is in {currency}, its fee in {cost[1]}")
    gross = abs(total) - abs(fee) if amount > 0 else abs(total) + abs(fee)
    if gross <= 0:
        raise RowError("ROW_INVALID", f"the total of {total} {currency} is no more than the fee of {fee}")
    coins, money = leg(amount, row.text("Currency")), leg(gross, currency)
    legs = Legs(sent=money, received=coins, fee=cost) if amount > 0 else Legs(sent=coins, received=money, fee=cost)
    return booked(row, ACCOUNT, trade_kind(legs.sent, legs.received), time(row, "Timestamp", zone), legs, note=_note(row))


def _move(row: Row, reading: Reading) -> Transaction:
    """What came in or went out: a receipt is income where its note names a program of Coinbase, or is all that it has."""
    amount = required(row, "Amount")
    moved = leg(amount, row.text("Currency"))
    hashed, own = (next((name for name in reading.table.header if wanted.fullmatch(name)), "") for wanted in (_HASH, _OWN_ID))
    kind = "deposit" if amount > 0 else "withdrawal"
    if amount > 0 and not row.text(hashed):
        bonus = bool(row.text("Notes")) and not row.text("Transfer ID") and not row.text(own) and not is_fiat(row.text("Currency").upper())
        other = "income:referral" if bonus else kind
        kind = next((income for pattern, income in _RECEIPTS if pattern.search(row.text("Notes"))), other)
    legs = Legs(received=moved) if amount > 0 else Legs(sent=moved)
    when = time(row, "Timestamp", reading.zone)
    return booked(row, ACCOUNT, kind, when, legs, txid=row.text(hashed) or None, note=_note(row))


def _note(row: Row) -> str | None:
    return row.text("Notes") or None


def _stated(tables: Sequence[Table], zone: tzinfo, intake: Intake) -> Iterator[Stated]:
    """Every row with an amount as a step of its wallet's balance, also what the coin's wallet tells; some files leave the balance out."""
    for table in tables:
        wallet = next(("/".join(line[1:3]) for line in table.preamble if line and line[0].lower() == "account"), "")
        for row in table.rows:
            said = row.text("Timestamp").lower()
            if said == "account":
                wallet = "/".join(list(row.cells.values())[1:3])
            if said not in _ABOVE_A_TABLE and (line := _line(row, wallet, zone, intake)):
                yield line


def _line(row: Row, wallet: str, zone: tzinfo, intake: Intake) -> Stated | None:
    try:
        when, amount = time(row, "Timestamp", zone)[0], number(row, "Amount")
    except RowError:
        return None  # the row is rejected with this cause
    if not amount:
        return None
    balance = stated_balance(row, "Balance", intake)
    return Stated(row=row, time=when, asset=row.text("Currency").upper(), change=amount, balance=balance, wallet=wallet)


# The money of a purchase may come from a bank, which the wallet of the money does not tell; so only coins are handed on.
read = with_balances(each_row(_take), ACCOUNT, _stated, Terms(away=FIAT))
