"""Interactive Brokers Flex queries as CSV: of trades, of cash transactions, or both in one file with a header each.

The user chooses the columns, so nothing but names is relied on. Times read `20240116;103000`, in New York time unless the query says
otherwise. Where executions are listed, orders and closed lots only repeat them. `BUY (Ca.)` undoes an earlier purchase.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage, ibkr_cash
from taxlots.importers.brokers.brokerage import ASIDE, BUY, REALIZED, Entry
from taxlots.importers.brokers.exchanges_of_money import exchange
from taxlots.importers.brokers.ibkr import ACCOUNT, EXCHANGE, NEW_YORK, categorised
from taxlots.importers.brokers.stacked import rows_by_header
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table

TRADES_REQUIRED = ("Buy/Sell", "TradeDate", "Quantity", "TradePrice", "CurrencyPrimary")
CASH_REQUIRED = ("Type", "SettleDate", "Amount", "CurrencyPrimary")
_MARKS = {"BOF", "BOA", "BOS", "EOS", "EOA", "EOF"}
_COMPACT = re.compile(r"(?P<day>\d{8}|\d{4}-\d{2}-\d{2})(?:[;, T]+(?P<clock>\d{6}|\d{2}:\d{2}:\d{2}))?")


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table, of trades or of cash transactions, to its fate. Raises nothing."""
    intake = Intake()
    named = [list(rows_by_header(table, (TRADES_REQUIRED, CASH_REQUIRED), intake)) for table in tables]
    trades, cash = ([row for rows in named for which, row in rows if which == wanted] for wanted in (0, 1))
    account = brokerage.account_names(ACCOUNT, (*trades, *cash), "ClientAccountID", "AccountId")
    detailed = {row.file for row in trades if row.text("LevelOfDetail").upper() == "EXECUTION"}
    with exact.exactly():
        entries = brokerage.entries_of(trades, intake, lambda row: _trade(row, account(row), zone, row.file in detailed))
        entries += brokerage.entries_of(cash, intake, lambda row: _cash(row, account(row), zone))
        for entry in entries:
            if entry.deed == EXCHANGE and not entry.cancels:
                brokerage.take_together([entry], exchange, intake)
        brokerage.book([entry for entry in entries if entry.deed != EXCHANGE or entry.cancels], intake)
    return intake


def _aside(row: Row, reason: str) -> Entry:
    return Entry(row=row, deed=ASIDE + reason, account=ACCOUNT, time=brokerage.when(row, "", NEW_YORK, "2000-01-01")[0])


def _mark(row: Row) -> bool:
    """Whether the row only opens or closes a part of the file."""
    return next(iter(row.cells.values()), "").strip() in _MARKS


def _when(row: Row, columns: Sequence[str], zone: tzinfo, clock: str = "") -> tuple[datetime, bool]:
    """The first of the columns that is filled; a date without a clock is one in the taxpayer's zone."""
    column = next((name for name in columns if row.text(name)), columns[-1])
    match = _COMPACT.fullmatch(row.text(column))
    if not match:
        return brokerage.when(row, column, zone)
    day, told = match["day"].replace("-", ""), (match["clock"] or clock).replace(":", "")
    text = f"{day[:4]}-{day[4:6]}-{day[6:]}" + (f" {told[:2]}:{told[2:4]}:{told[4:]}" if told else "")
    return brokerage.when(row, column, NEW_YORK if told else zone, text)


def _trade(row: Row, account: str, zone: tzinfo, detailed: bool) -> Entry:  # noqa: FBT001  a fact about the row's file
    level = row.text("LevelOfDetail").upper()
    if _mark(row):
        return _aside(row, "opens or closes a part of the file")
    if level in {"CLOSED_LOT", "WASH_SALE"}:
        return _aside(row, REALIZED)
    if level and level != "EXECUTION" and (detailed or level != "ORDER"):
        return _aside(row, "says again what executions say")
    said = row.text("Buy/Sell").upper()
    if said.removesuffix(" (CA.)") not in {"BUY", "SELL"}:
        raise brokerage.unknown(said, ("BUY", "SELL", "BUY (Ca.)", "SELL (Ca.)"))
    moment, date_only = _when(row, ("DateTime", "Date/Time", "TradeDate"), zone, row.text("TradeTime"))
    entry = Entry(
        row=row,
        deed=BUY,
        account=account,
        time=moment,
        date_only=date_only,
        symbol=row.text("Symbol").upper() or row.text("ISIN").upper(),
        quantity=_quantity(row, said),
        amount=_proceeds(row),
        currency=row.text("CurrencyPrimary").upper(),
        note=row.text("Description"),
        id=row.text("TransactionID") or row.text("TradeID"),
        cancels=said.endswith("(CA.)"),
    )
    return categorised(_with_costs(entry), _category(row), **_position(row))


def _quantity(row: Row, said: str) -> Decimal:
    """Signed by its direction, whether or not the file prints the sign."""
    quantity = abs(required(row, "Quantity"))
    return quantity if said.startswith("BUY") else -quantity


def _proceeds(row: Row) -> Decimal:
    """What the trade did to the cash, commission aside."""
    proceeds, money = number(row, "Proceeds"), number(row, "TradeMoney")
    if proceeds is not None:
        return proceeds
    if money is not None:
        return -money
    said = row.text("Buy/Sell").upper()
    pays = said.startswith("BUY") != said.endswith("(CA.)")
    gross = abs(required(row, "Quantity")) * required(row, "TradePrice") * (number(row, "Multiplier") or Decimal(1))
    return -gross if pays else gross


def _with_costs(entry: Entry) -> Entry:
    """The trade with its commission and taxes; a commission in another currency stays beside the amount."""
    commission, taxes = number(entry.row, "IBCommission") or Decimal(0), number(entry.row, "Taxes") or Decimal(0)
    unit = entry.row.text("IBCommissionCurrency").upper() or entry.currency
    if unit != entry.currency and commission < 0:
        paid = entry.amount + taxes
        return replace(entry, amount=paid, fee_apart=(-commission, unit))
    costs = commission + taxes
    return replace(entry, amount=entry.amount + costs, fees=max(-costs, Decimal(0)))


def _category(row: Row) -> str:
    """The asset class; a query without that column lists securities by their ISIN."""
    said = row.text("AssetClass")
    if said:
        return said
    if not row.text("Symbol") and not row.text("ISIN"):
        hint = "Add the columns Symbol and AssetClass to the Flex query, and export again."
        raise RowError("ROW_INVALID", "the row names neither a symbol nor an ISIN", hint)
    if row.text("Put/Call") or row.text("Strike"):
        return "OPT"
    return "CASH" if re.fullmatch(r"[A-Z]{3}\.[A-Z]{3}", row.text("Symbol")) else "STK"


def _position(row: Row) -> dict[str, bool]:
    said = row.text("Open/CloseIndicator").upper() or row.text("OpenCloseIndicator").upper()
    return {"opens": "O" in said, "closes": "C" in said}


def _cash(row: Row, account: str, zone: tzinfo) -> Entry:
    if _mark(row):
        return _aside(row, "opens or closes a part of the file")
    if row.text("LevelOfDetail").upper() == "SUMMARY":
        return _aside(row, "a totals row")
    said = row.text("Type")
    named = Row(row.file, row.number, row.cells | {"Currency": row.text("CurrencyPrimary")})
    when = _when(row, ("DateTime", "Date/Time", "SettleDate"), zone)
    return ibkr_cash.of_type(said, named, account, when)
