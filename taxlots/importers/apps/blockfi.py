"""BlockFi: the transaction report and the trade report.

Both tell the same trades. In the transaction report a trade is two rows of one time, and sometimes the two stand days apart: those can't be
paired and need the trade report. Trades that both reports tell are compared by their day. Withdrawal fees are rows of their own. Interest
is stamped with the last second of its month. GUSD is a coin here, not money.
"""

from dataclasses import replace
from decimal import Decimal

from taxlots.importers.bookings import BY_HAND, Leg, Legs, Reading, booked, each_group, each_row, either_way, leg, said_by, trade_kind
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Row, RowError, Transaction
from taxlots.importers.times import time
from taxlots.importers.written_times import written_time
from taxlots.kinds import is_fiat

ACCOUNT = "blockfi"
REQUIRED_TRANSACTIONS = ("Cryptocurrency", "Amount", "Transaction Type", "Confirmed At")
REQUIRED_TRADES = ("Trade ID", "Date", "Buy Quantity", "Buy Currency", "Sold Quantity", "Sold Currency", "Rate Amount", "Type")
_RATE = "Exchange Rate Per Coin (USD)"
_TYPES = {
    "Deposit": "move",
    "Wire Deposit": "move",
    "ACH Deposit": "move",
    "Crypto Transfer": "move",
    "Withdrawal": "move",
    "Wire Withdrawal": "move",
    "ACH Withdrawal": "move",
    "Withdrawal Fee": "fee",
    "Interest Payment": "income:interest",
    "Referral Bonus": "income:referral",
    "Bonus Payment": "income:reward",
    "CC Rewards Redemption": "income:reward",
    "CC Trading Rebate": "income:reward",
    "Trade": "trade",
    "BIA Deposit": "aside",
    "BIA Withdraw": "aside",
}
_ASIDE = "a move between accounts at BlockFi"


def _key(row: Row) -> str:
    """What joins the two rows of a trade, and a withdrawal with its fee."""
    said, moment = row.text("Transaction Type").casefold(), row.text("Confirmed At")
    if said == "trade" and moment:
        return f"trade {moment}"
    if "withdrawal" in said and moment:
        return f"withdrawal {row.text('Cryptocurrency').upper()} {moment}"
    return ""


def _take(rows: list[Row], reading: Reading) -> None:
    kinds = [said_by(row.text("Transaction Type"), _TYPES) for row in rows]
    if not rows[0].text("Confirmed At"):
        reading.intake.leave(rows[0], "not confirmed")
    elif kinds[0] == "aside":
        reading.intake.leave(rows[0], _ASIDE)
    elif kinds[0] == "trade":
        reading.intake.add(_trade(rows))
    else:
        _take_moves(rows, kinds, reading)


def _trade(rows: list[Row]) -> Transaction:
    """Two rows, one out and one in. Their day is compared with that of the trade report, which has another time."""
    out = [row for row in rows if required(row, "Amount") < 0]
    into = [row for row in rows if required(row, "Amount") > 0]
    if len(out) != 1 or len(into) != 1:
        message = f"{len(out)} outgoing and {len(into)} incoming rows of a trade at {rows[0].text('Confirmed At')}, not one of each"
        raise RowError("ROW_UNPAIRED_LEG", message, "Add the trade report, which tells whole trades, and take these rows out.")
    sent, received = _moved(out[0]), _moved(into[0])
    value = _worth(into[0]) or _worth(out[0])
    when = (time(rows[0], "Confirmed At")[0], True)
    return booked(rows, ACCOUNT, trade_kind(sent, received), when, Legs(sent, received, value=value))


def _take_moves(rows: list[Row], kinds: list[str], reading: Reading) -> None:
    """Income, deposits and withdrawals; the fee rows beside one withdrawal are its fee, else they stand alone."""
    fees = [row for row, kind in zip(rows, kinds, strict=True) if kind == "fee"]
    moves = [(row, kind) for row, kind in zip(rows, kinds, strict=True) if kind != "fee"]
    joined = fees if len(moves) == 1 and (number(moves[0][0], "Amount") or 0) < 0 else []
    made = [_move(row, kind, joined) for row, kind in moves]
    made += [_fee(row) for row in fees if not joined]
    for row, one in zip([*(row for row, _ in moves), *fees], made, strict=False):
        if one is None:
            reading.intake.leave(row, "the quantity is 0")
        else:
            reading.intake.add(one)


def _move(row: Row, kind: str, fees: list[Row]) -> Transaction | None:
    amount, moved = number(row, "Amount"), _moved(row)
    if not amount or not moved:
        return None
    if kind != "move":
        if amount < 0:
            raise RowError(
                "ROW_INVALID", f"{row.text('Transaction Type')} of {amount}: income with a minus takes back an earlier row", BY_HAND
            )
        return booked(row, ACCOUNT, kind, time(row, "Confirmed At"), Legs(received=moved, value=_worth(row)))
    direction, legs = either_way(moved, amount)
    fee = leg(sum((abs(required(one, "Amount")) for one in fees), Decimal(0)), moved[1])
    return booked([row, *fees], ACCOUNT, direction, time(row, "Confirmed At"), replace(legs, fee=fee))


def _fee(row: Row) -> Transaction | None:
    fee = _moved(row)
    return booked(row, ACCOUNT, "fee", time(row, "Confirmed At"), Legs(fee=fee)) if fee else None


def _moved(row: Row) -> Leg | None:
    return leg(number(row, "Amount"), row.text("Cryptocurrency"))


def _worth(row: Row) -> Leg | None:
    """What the row's coins were worth, where the report says their price."""
    rate, amount = number(row, _RATE), number(row, "Amount")
    return leg(rate * amount, "USD") if rate and amount and not is_fiat(row.text("Cryptocurrency").upper()) else None


def _take_trade(row: Row, reading: Reading) -> None:
    sent = leg(number(row, "Sold Quantity"), row.text("Sold Currency"))
    received = leg(number(row, "Buy Quantity"), row.text("Buy Currency"))
    when = written_time(row, "Date")
    reading.intake.add(booked(row, ACCOUNT, trade_kind(sent, received), when, Legs(sent, received), id=row.text("Trade ID")))


read_transactions = each_group(_key, _take)
read_trades = each_row(_take_trade)
