"""KuCoin deposits, withdrawals, conversions, earnings and fiat orders, each told by one row.

Traps: a withdrawal's amount does not contain its fee; amounts may end in the ticker (`10285.1148 KAS`); in the fiat orders a header cell
really ends in a comma (`Crypto Quantity,`).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges.binance_trades import split_amount
from taxlots.importers.exchanges.exchange_ids import unique_ids
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.exchanges.kucoin_rows import ACCOUNT, Place, asset_name, is_empty, place
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.importers.spellings import folded

REQUIRED_2019 = ("Time", "Coin", "Amount", "Type", "Remark")
REQUIRED_2018 = ("coin_type", "type", "add", "hash", "vol", "created_at")
REQUIRED_FIAT = ("Order ID", "Currency (Crypto)", "Currency (Fiat)", "Fiat Amount", "Status")
REQUIRED_CASH = ("Order ID", "Currency (Fiat)", "Fiat Amount", "Fee", "Deposit Method", "Status")
DONE = {"success", "successful", "succeeded", "completed", "done"}
_Take = Callable[[Place, str], Iterable[Transaction]]


def deposit(at: Place) -> Iterable[Transaction]:
    """A deposit of coins. Raises RowError."""
    return _moved(at, "deposit")


def withdrawal(at: Place) -> Iterable[Transaction]:
    """A withdrawal of coins; its fee comes on top. Raises RowError."""
    return _moved(at, "withdrawal")


def _moved(at: Place, kind: str, quantity: str = "Amount", coin: str = "Coin") -> list[Transaction]:
    row = at.row
    amount, asset = abs(required(row, quantity)), asset_name(row.text(coin))
    fee = number(row, "Fee")
    if not asset:
        raise RowError("ROW_INVALID", f"column {coin!r} is empty")
    if not amount:
        return []
    incoming = kind == "deposit"
    return [
        Transaction(
            time=at.time,
            account=ACCOUNT,
            kind=kind,
            sources=(row.source,),
            sent_quantity=None if incoming else amount,
            sent_asset=None if incoming else asset,
            received_quantity=amount if incoming else None,
            received_asset=asset if incoming else None,
            fee_quantity=abs(fee) if fee else None,
            fee_asset=asset if fee else None,
            txid=row.text("Hash") or row.text("hash") or None,
            note=row.text("Remarks") or row.text("Remark") or None,
        )
    ]


def convert(at: Place) -> Iterable[Transaction]:
    """A conversion: `Sell` and `Buy` are amounts with their tickers. Raises RowError."""
    row = at.row
    (sent, given), (received, got) = split_amount(row.text("Sell")), split_amount(row.text("Buy"))
    return trade(Deal(ACCOUNT, at.time), [Part(row, -sent, asset_name(given)), Part(row, received, asset_name(got))])


def earning(at: Place) -> Iterable[Transaction]:
    """What a staking or earn product paid. Raises RowError."""
    row = at.row
    amount, asset = required(row, "Amount"), asset_name(row.text("Earnings Coin"))
    if amount < 0 or not asset:
        raise RowError("ROW_INVALID", f"earnings of {exact.plain(amount)} {asset or 'of no coin'}")
    staked = "staking" in f"{row.text('Product Type')} {row.text('Earnings Type')}".lower()
    kind = "income:staking" if staked else "income:interest"
    note = " / ".join(filter(None, (row.text("Product Name"), row.text("Earnings Type")))) or None
    if not amount:
        return []
    return [
        Transaction(
            time=at.time,
            account=ACCOUNT,
            kind=kind,
            sources=(row.source,),
            received_quantity=amount,
            received_asset=asset,
            note=note,
        )
    ]


def read_old(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  these files are in KuCoin's time
    """Deposits and withdrawals before 2022. Raises nothing."""
    return _read(tables, _old)


def _old(at: Place, name: str) -> Iterable[Transaction]:  # noqa: ARG001  these rows have no id
    row = at.row
    if row.has("vol"):
        kind = {"DEPOSIT": "deposit", "WITHDRAW": "withdrawal"}.get(row.text("type").upper())
        if kind is None:
            raise RowError("ROW_UNKNOWN_KIND", f"type {row.text('type')!r} is not known")
        return _moved(at, kind, "vol", "coin_type")
    outgoing = {"Wallet Address", "Wallet Address/Account"} & set(row.cells)
    return _moved(at, "withdrawal" if outgoing else "deposit")


def read_fiat(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  the header cell names the zone
    """Purchases and sales for money, and deposits of money. Raises nothing."""
    return _read(tables, _fiat, "Order ID")


def _fiat(at: Place, name: str) -> Iterable[Transaction]:
    row = at.row
    money, currency = required(row, "Fiat Amount"), row.text("Currency (Fiat)").upper()
    if not row.has("Currency (Crypto)"):
        return [one for one in _moved(at, "deposit", "Fiat Amount", "Currency (Fiat)") if money]
    column = next((name for name in row.cells if folded(name.strip(", ")) == "crypto quantity"), "Crypto Quantity")
    quantity, coin = required(row, column), asset_name(row.text("Currency (Crypto)"))
    sign = -1 if row.text("Order Type").lower() == "sell" else 1
    parts = [Part(row, sign * quantity, coin), Part(row, -sign * money, currency)]
    return trade(Deal(ACCOUNT, at.time, name), parts + _fiat_fees(row))


def _fiat_fees(row: Row) -> list[Part]:
    columns = (("Fee", "Fee Currency"), ("Fee (Fiat)", "Fee Currency (Fiat)"), ("Fee (Crypto)", "Fee Currency (Crypto)"))
    fees: list[Part] = []
    for quantity, asset in columns:
        fee = number(row, quantity) or Decimal(0)
        if fee and row.text(asset):
            fees.append(Part(row, -fee, asset_name(row.text(asset)), fee=True))
    return fees


def _read(tables: Sequence[Table], take: _Take, id_column: str = "") -> Intake:
    intake = Intake()
    with exact.exactly():
        for table in tables:
            where, ids = place(table), unique_ids(table.rows, id_column)
            for row in table.rows:
                reason = idle(row)
                if reason:
                    intake.leave(row, reason)
                    continue
                name = row.text(id_column)
                try:
                    made = list(take(where(row), name if name in ids else ""))
                except RowError as error:
                    intake.reject(row, error)
                    continue
                settle(row, made, intake)
    return intake


def idle(row: Row) -> str | None:
    """Why a row moves nothing: the mark of an empty export, or a status other than done; None where it may move something."""
    if is_empty(row):
        return "an empty export"
    status = row.text("Status")
    return f"the status is {status!r}" if status and status.lower() not in DONE else None


def settle(row: Row, made: Iterable[Transaction], intake: Intake) -> None:
    """What a row became, into the intake; a row that became nothing moved nothing."""
    one = None
    for one in made:
        intake.add(one)
    if one is None:
        intake.leave(row, "the quantity is 0")
