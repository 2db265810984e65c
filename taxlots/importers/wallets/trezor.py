"""Trezor: account exports of Trezor Suite (three headers) and of the web wallet before it, one file per account.

Traps: the older files have no column for the coin, which only the file's name tells; a transaction with several outputs has a row for each,
and the fee on the first only; the fee beside a receipt is the sender's; dates are local, and only `Timestamp` is exact.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers import running_balances
from taxlots.importers.bookings import Leg, Legs, Reading, When, booked, each_group, leg, said_by
from taxlots.importers.coin_in_name import coin_of
from taxlots.importers.numbers import number, required
from taxlots.importers.own_moves import inside_one_wallet
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.importers.running_balances import Stated, Terms, changes_by_row, stated_balance
from taxlots.importers.times import time_of
from taxlots.importers.written_times import unix_time, written_time

ACCOUNT = "trezor"
REQUIRED_SUITE = ("Timestamp", "Type", "Transaction ID", "Fee", "Fee unit", "Address", "Amount", "Amount unit")
REQUIRED_FIRST = ("Type", "Transaction ID", "Addresses", "Fee", "Total")
REQUIRED_WEB = ("Date", "Time", "TX id", "Address", "TX type", "Value", "TX total", "Balance")
_KINDS = {
    "RECV": "in",
    "IN": "in",
    "SENT": "out",
    "OUT": "out",
    "SELF": "self",
    "FAILED": "self",
    "JOINT": "joint",
}
_JOINT = "a coinjoin, whose outputs are your own"


def _take_suite(rows: list[Row], reading: Reading) -> None:
    """Rows of the present header: the amount sent is without the fee, which stands once."""
    said = [said_by(row.text("Type"), _KINDS) for row in rows]
    moved = [leg(required(row, "Amount"), row.text("Amount unit")) for row in rows]
    fees = [leg(number(row, "Fee"), row.text("Fee unit") or row.text("Amount unit")) for row in rows]
    whens = [unix_time(row, "Timestamp") for row in rows]
    for made in zip(rows, said, moved, fees, whens, strict=True):
        _add(*made, reading)


def _take_first(rows: list[Row], reading: Reading) -> None:
    """Rows of Suite's first header: the total sent contains the fee."""
    made = [_first(row, reading) for row in rows]
    for one in made:
        _add(*one, reading)


def _first(row: Row, reading: Reading) -> tuple[Row, str, Leg | None, Leg | None, When]:
    kind, coin = said_by(row.text("Type"), _KINDS), coin_of(row)
    fee, total = number(row, "Fee") or Decimal(0), required(row, "Total")
    when = unix_time(row, "Timestamp") if row.text("Timestamp") else written_time(row, "Date & Time", reading.zone)
    quantity = abs(total) - abs(fee) if kind == "out" else total
    if quantity < 0 and kind == "out":
        raise RowError("ROW_INVALID", f"the fee {fee} is more than the total {total} that contains it")
    return row, kind, leg(quantity, coin), leg(fee, coin), when


def _take_web(rows: list[Row], reading: Reading) -> None:
    """Rows of the web wallet: each output has its value, and the total of the transaction contains the fee."""
    coin = coin_of(rows[0])
    said = [said_by(row.text("TX type"), _KINDS) for row in rows]
    values = [abs(number(row, "Value") or Decimal(0)) for row in rows]
    whens = [time_of(f"{row.text('Date')} {row.text('Time')}", "Time", reading.zone) for row in rows]
    total = max(abs(number(row, "TX total") or Decimal(0)) for row in rows)
    given = sum((value for value, kind in zip(values, said, strict=True) if kind == "out"), Decimal(0))
    paid = total - given if "out" in said or "self" in said else Decimal(0)
    if paid < 0:
        raise RowError("ROW_INVALID", f"the total {total} of the transaction is less than the {given} that it sends")
    for index, row in enumerate(rows):
        first = said[index] != "in" and not any(kind != "in" for kind in said[:index])
        _add(row, said[index], leg(values[index], coin), leg(paid, coin) if first else None, whens[index], reading)


def _add(row: Row, kind: str, moved: Leg | None, fee: Leg | None, when: When, reading: Reading) -> None:
    txid = row.text("Transaction ID") or row.text("TX id") or None
    note = row.text("Label") or row.text("Address Label") or None
    if kind == "joint":
        reading.intake.leave(row, _JOINT)
    elif fee and (kind == "self" or (kind == "out" and not moved)):
        reading.intake.add(booked(row, ACCOUNT, "fee", when, Legs(fee=fee), txid=txid, note=note))
    elif kind == "self" or not moved:
        reading.intake.leave(row, "nothing came or went: the quantity is 0")
    elif kind == "in":
        reading.intake.add(booked(row, ACCOUNT, "deposit", when, Legs(received=moved), txid=txid, note=note))
    else:
        reading.intake.add(booked(row, ACCOUNT, "withdrawal", when, Legs(sent=moved, fee=fee), txid=txid, note=note))


read_suite = inside_one_wallet(each_group(lambda row: row.text("Transaction ID"), _take_suite))
read_first = inside_one_wallet(each_group(lambda row: row.text("Transaction ID"), _take_first))


def _stated_web(tables: Sequence[Table], intake: Intake) -> Iterator[Stated]:
    """Each transaction as a step of its account's balance, which stands on each of its rows; a file is an account."""
    moved, times = changes_by_row(intake), {made.sources[0]: made.time for made in intake.transactions}
    for table in tables:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in table.rows:
            if row.source in times:
                groups[row.text("TX id") or str(row.number)].append(row)
        for rows in groups.values():
            coin = coin_of(rows[0])
            change = sum((moved[row.source].get(coin, Decimal(0)) for row in rows), Decimal(0))
            balances = [balance for row in rows if (balance := stated_balance(row, "Balance", intake)) is not None]
            after = (min if change < 0 else max)(balances, default=None)
            yield Stated(row=rows[0], time=times[rows[0].source], asset=coin, change=change, balance=after, wallet=table.file)


_read_web = each_group(lambda row: row.text("TX id"), _take_web)


def _checked_web(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of the web wallet's files to its fate. Raises nothing."""
    intake = _read_web(tables, zone)
    with exact.exactly():
        lines = list(_stated_web(tables, intake))
        files = {(line.asset, line.wallet) for line in lines}
        several = {asset for asset, count in Counter(asset for asset, _ in files).items() if count > 1}  # perhaps one account twice
        running_balances.check(ACCOUNT, lines, intake, Terms(away=several))
    return intake


read_web = inside_one_wallet(_checked_web)
