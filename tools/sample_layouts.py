"""The files that the platforms would export, as text."""

import csv
import io
import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from sample_accounts import CoinbaseEvent, plain
from sample_kraken import KrakenRow
from sample_prices import FIRST_DAY, Closes

USER = "User,Alex Sample,00000000-0000-4000-8000-000000000000"
DISCLAIMER = (
    "You can use this transaction report to inform your likely tax obligations. For US customers, Sells, Converts, "
    "Rewards Income, Learning Rewards, and Donations are taxable events. For final tax obligations, please consult "
    "your tax advisor."
)
COINBASE_2022 = (
    "Timestamp,Transaction Type,Asset,Quantity Transacted,Spot Price Currency,Spot Price at Transaction,Subtotal,"
    "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes"
)
COINBASE_2025 = (
    "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
    "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes,Sender Address,Recipient Address"
)
KRAKEN_2024 = "txid,refid,time,type,subtype,aclass,subclass,asset,wallet,amount,fee,balance"
UNIVERSAL = (
    "time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,fee_quantity,fee_asset,fee_value,"
    "value,value_currency,counter_account,id,txid,note,basis,acquired,asset_class"
)
PRICES = "time,asset,price,currency,source"
KRAKEN_CODES = {"BTC": "XXBT", "ETH": "XETH", "USD": "ZUSD"}
KRAKEN_PLACES = {"USD": 4, "ADA": 8}
SMALLEST_PLAIN = Decimal("0.0001")  # Coinbase's older export writes quantities below this as 2.103e-05
DIRECTIONS = {"Send": "Sent", "Receive": "Received"}


def coinbase_2022(events: Iterable[CoinbaseEvent]) -> str:
    """The "2022 - 2024-Q1" layout: oldest first, all quantities positive, a Convert is one row."""
    lines = [f'"{DISCLAIMER}"', "", "", "", "Transactions", USER, "", COINBASE_2022]
    lines += [coinbase_2022_line(event) for event in sorted(events, key=lambda event: event.time)]
    return "\n".join(lines) + "\n"


def coinbase_2022_line(event: CoinbaseEvent) -> str:
    time = event.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    kind = "Rewards Income" if event.kind == "Reward Income" else event.kind
    money = [older_money(value) for value in (event.subtotal, event.total, event.fee)]
    if event.kind in DIRECTIONS:
        money = ['""'] * 3
    note = older_note(event)
    quoted = f'"{note}"' if "," in note else note
    quantity = older_quantity(abs(event.quantity))
    return ",".join([time, kind, event.asset, quantity, "USD", older_money(event.price), *money, quoted])


def older_quantity(quantity: Decimal) -> str:
    if quantity >= SMALLEST_PLAIN:
        return plain(quantity).replace(",", "")
    digits, exponent = f"{quantity.normalize():e}".split("e")
    return f"{digits}e-{abs(int(exponent)):02d}"


def older_money(value: Decimal) -> str:
    if 0 < value < 1:
        return f"{value:.6f}"
    return f"{value:.2f}" if value == value.quantize(Decimal("0.01")) else str(value)


def older_note(event: CoinbaseEvent) -> str:
    what = f"{plain(abs(event.quantity))} {event.asset}"
    notes = {
        "Buy": f"Bought {what} for ${event.total:,} USD",
        "Sell": f"Sold {what} for ${event.total:,} USD",
        "Send": f"Sent {what} to {event.address}",
        "Receive": f"Received {what} from an external account",
        "Learning Reward": f"Received {what} from Coinbase as a learning reward",
        "Staking Income": f"Received {what} from Coinbase Rewards",
        "Reward Income": f"Received {what} from Coinbase Rewards",
    }
    return event.note or notes.get(event.kind, "")


def coinbase_2025(events: Iterable[CoinbaseEvent], rng: random.Random) -> str:
    """The 2025/2026 layout: newest first, what leaves is negative, a Convert is two rows."""
    legs = [leg for event in events for leg in (event, event.received) if leg is not None]
    legs.sort(key=lambda leg: leg.time)
    rows = [coinbase_2025_cells(leg, object_id(leg.time, rng)) for leg in legs]
    return f"\nTransactions\n{USER}\n{COINBASE_2025}\n" + csv_text(reversed(rows))


def object_id(time: datetime, rng: random.Random) -> str:
    """24 hexadecimal digits that begin with the time, as in Coinbase's ID column."""
    return f"{int(time.timestamp()):08x}{rng.getrandbits(64):016x}"


def coinbase_2025_cells(leg: CoinbaseEvent, identifier: str) -> list[str]:
    sign = -1 if leg.quantity < 0 else 1
    sender, recipient = (leg.address, "") if leg.kind == "Receive" else ("", leg.address)
    quantity = plain(leg.quantity).replace(",", "")
    values = [dollars(value) for value in (leg.price, sign * leg.subtotal, sign * leg.total, leg.fee)]
    time = leg.time.strftime("%Y-%m-%d %H:%M:%S UTC")
    return [identifier, time, leg.kind, leg.asset, quantity, "USD", *values, newer_note(leg), sender, recipient]


def dollars(value: Decimal) -> str:
    shown = f"{abs(value):,}"
    return f"{'-' if value < 0 else ''}${shown if '.' in shown else f'{shown}.00'}"


def newer_note(leg: CoinbaseEvent) -> str:
    what = f"{plain(abs(leg.quantity))} {leg.asset}"
    notes = {
        "Buy": f"Bought {what} for {leg.total} USD",
        "Sell": f"Sold {what} for {leg.total} USD",
        "Send": f"Sent {what}",
        "Receive": f"Received {what}",
        "Learning Reward": f"Received {what} from Coinbase as a learning reward",
        "Reward Income": f"Received {what} from Coinbase Rewards",
    }
    return leg.note or notes.get(leg.kind, "")


def kraken_2024(rows: Iterable[KrakenRow]) -> str:
    """Kraken's ledger with subclass and wallet: text quoted, numbers bare, oldest first."""
    ordered = sorted(rows, key=lambda row: row.time)
    lines = [",".join(f'"{name}"' for name in KRAKEN_2024.split(","))]
    return "\n".join(lines + [kraken_line(row) for row in ordered]) + "\n"


def kraken_line(row: KrakenRow) -> str:
    subclass = "fiat" if row.asset == "USD" else "crypto"
    asset = KRAKEN_CODES.get(row.asset, row.asset)
    time = row.time.strftime("%Y-%m-%d %H:%M:%S")
    texts = [row.txid, row.refid, time, row.kind, row.subtype, "currency", subclass, asset, row.wallet]
    places = KRAKEN_PLACES.get(row.asset, 10)
    balance = '""' if row.balance is None else f"{row.balance:.{places}f}"
    numbers = [f"{row.amount:.{places}f}", f"{row.fee:.{places}f}", balance]
    return ",".join([*(f'"{text}"' for text in texts), *numbers])


def universal(rows: Iterable[dict[str, str]]) -> str:
    """The universal ledger CSV."""
    columns = UNIVERSAL.split(",")
    return f"{UNIVERSAL}\n" + csv_text([row.get(column, "") for column in columns] for row in rows)


def prices(closes: Closes) -> str:
    """Daily closes, by day and asset."""
    days = sorted({day for path in closes.values() for day in path if day >= FIRST_DAY})
    rows = (
        [day.isoformat(), asset, str(path[day]), "USD", "sample"] for day in days for asset, path in sorted(closes.items()) if day in path
    )
    return f"{PRICES}\n" + csv_text(rows)


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
