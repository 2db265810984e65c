"""Exodus: the export of all transactions, three orders of its columns from 2020 to 2022 and later.

Amounts that go out and fees are negative in some versions. A swap is one row in older files; in newer ones a withdrawal and a deposit that
share an order. A failed withdrawal costs its fee. The export of a single coin shows one side of swaps
only. Staking rewards come in CoinTracking's format.
"""

import re

from taxlots.importers.bookings import Leg, Legs, Reading, booked, each_group, each_row, leg, said_by, trade_kind
from taxlots.importers.numbers import NumberError, number, parse_number
from taxlots.importers.own_moves import inside_one_wallet
from taxlots.importers.records import Row, RowError, Transaction
from taxlots.importers.written_times import written_time

ACCOUNT = "exodus"
_AMOUNT = re.compile(r"(?P<number>\S+)\s+(?P<coin>[A-Za-z]\w*)")
REQUIRED = ("DATE", "TYPE", "OUTAMOUNT", "OUTCURRENCY", "FEEAMOUNT", "FEECURRENCY", "INAMOUNT", "INCURRENCY", "ORDERID")
REQUIRED_COIN = ("TXID", "DATE", "TYPE", "FROMPORTFOLIO", "TOPORTFOLIO", "COINAMOUNT", "FEE", "BALANCE")
_TYPES = {
    "deposit": "deposit",
    "withdrawal": "withdrawal",
    "exchange": "swap",
    "staking": "income:staking",
    "deposit (failed)": "failed",
    "withdrawal (failed)": "failed",
    "exchange (failed)": "failed",
}


def _key(row: Row) -> str:
    return row.text("ORDERID") if row.text("TYPE").lower() in {"deposit", "withdrawal"} else ""


def _take(rows: list[Row], reading: Reading) -> None:
    kinds = [said_by(row.text("TYPE"), _TYPES) for row in rows]
    if len(rows) > 1:
        reading.intake.add(_two_rows(rows, kinds))
        return
    kind, legs = kinds[0], _legs(rows[0])
    if kind == "swap":
        kind = trade_kind(legs.sent, legs.received)
    elif kind == "failed":
        kind, legs = "fee", Legs(fee=legs.fee)
    elif kind == "withdrawal":
        legs = Legs(sent=legs.sent, fee=legs.fee)
    else:
        legs = Legs(received=legs.received)  # the fee beside a receipt is the sender's
    if not (legs.sent or legs.received or legs.fee):
        reading.intake.leave(rows[0], "the quantity is 0")
        return
    reading.intake.add(_booked(rows, kind, legs))


def _two_rows(rows: list[Row], kinds: list[str]) -> Transaction:
    """A swap told by a withdrawal and a deposit of one order, at the time of the withdrawal."""
    if sorted(kinds) != ["deposit", "withdrawal"]:
        message = f"order {rows[0].text('ORDERID')!r} has {kinds.count('withdrawal')} withdrawals and {kinds.count('deposit')} deposits"
        raise RowError("ROW_UNPAIRED_LEG", message, "Give the swap in a universal ledger CSV, one line per asset.")
    ordered = [rows[kinds.index(kind)] for kind in ("withdrawal", "deposit")]  # a file may list the newest first
    out, into = map(_legs, ordered)
    return _booked(ordered, trade_kind(out.sent, into.received), Legs(out.sent, into.received, out.fee))


def _legs(row: Row) -> Legs:
    return Legs(
        sent=leg(number(row, "OUTAMOUNT"), row.text("OUTCURRENCY")),
        received=leg(number(row, "INAMOUNT"), row.text("INCURRENCY")),
        fee=leg(number(row, "FEEAMOUNT"), row.text("FEECURRENCY")),
    )


def _booked(rows: list[Row], kind: str, legs: Legs) -> Transaction:
    texts = {
        name: next((row.text(name) for row in rows if row.text(name)), "") for name in ("ORDERID", "OUTTXID", "INTXID", "PERSONALNOTE")
    }
    txid = texts["OUTTXID"] or texts["INTXID"] or None
    return booked(rows, ACCOUNT, kind, written_time(rows[0], "DATE"), legs, txid=txid, note=texts["PERSONALNOTE"] or None)


def _take_coin(row: Row, reading: Reading) -> None:
    """A row of the export of one coin, whose amounts name it: `-0.5 BTC`. Of an exchange it shows one side only."""
    kind = said_by(row.text("TYPE"), _TYPES)
    if kind == "swap" or row.text("EXCHANGE"):
        raise RowError("ROW_UNPAIRED_LEG", "one side of an exchange", "Export all transactions of Exodus, which tell both sides.")
    moved, fee = (_named(row, name) for name in ("COINAMOUNT", "FEE"))
    legs = {"withdrawal": Legs(sent=moved, fee=fee), "failed": Legs(fee=fee)}.get(kind, Legs(received=moved))
    if not (legs.sent or legs.received or legs.fee):
        reading.intake.leave(row, "the quantity is 0")
        return
    settled = "fee" if kind == "failed" else kind
    when, note = written_time(row, "DATE"), row.text("PERSONALNOTE") or None
    reading.intake.add(booked(row, ACCOUNT, settled, when, legs, txid=row.text("TXID") or None, note=note))


def _named(row: Row, column: str) -> Leg | None:
    """An amount with its coin behind it. Raises RowError for another form."""
    text = row.text(column)
    match = _AMOUNT.fullmatch(text)
    if text and not match:
        raise RowError("ROW_INVALID", f"column {column!r}: {text!r} is no amount with its coin")
    try:
        return leg(parse_number(match["number"]), match["coin"]) if match else None
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column {column!r}: {error}") from None


read = inside_one_wallet(each_group(_key, _take))
read_coin = inside_one_wallet(each_row(_take_coin))
