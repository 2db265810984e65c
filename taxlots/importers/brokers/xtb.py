"""XTB: the cash operations, as CSV or as a sheet of the account history, and the newer layout with Ticker and Instrument.

The comment of a trade tells its units (`OPEN BUY 34/42.5658 @ 11.7480`: 34 of an order for 42.5658), the amount what it cost or brought
in the account's currency. No column names that currency: it is read above the header, in the file's name (`EUR_12345678_...`), or told by
trades whose amount is units times price on an exchange of one currency. Times are Warsaw's, in the newer layout UTC. A ticker of the US
stands without its `.US`. Contracts for difference, short sales and spin-offs are reported.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.broker_cells import day_first, in_english
from taxlots.importers.brokers.brokerage import BUY, CASH, CFD, CORPORATE, COST, DIVIDEND, INTEREST, SELL, SHORT, Entry
from taxlots.importers.numbers import NumberError, parse_number, required
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.kinds import is_fiat

REQUIRED = ("ID", "Type", "Time", "Symbol", "Comment", "Amount")
NEWER_REQUIRED = ("Type", "Ticker", "Instrument", "Time", "Amount", "ID", "Comment")
CLOSED_REQUIRED = ("Position", "Symbol", "Type", "Volume", "Open time", "Open price", "Close time", "Close price")
ACCOUNT = "xtb"
WARSAW = ZoneInfo("Europe/Warsaw")
_DEEDS = {
    **dict.fromkeys(("Deposit", "Withdrawal", "Transfer", "Subaccount transfer", "IKE deposit", "IKZE deposit"), CASH),
    **dict.fromkeys(("Free funds interests", "Free funds interest", "Free-funds interest"), INTEREST),
    **dict.fromkeys(("Free funds interests tax", "Free funds interest tax", "Free-funds interest tax"), COST),
    **dict.fromkeys(("Dividend", "Divident"), DIVIDEND),
    **dict.fromkeys(("Withholding tax", "Tax IFTT", "SEC fee", "Stamp duty", "Inactivity fee", "Commission", "Swap", "Rollover"), COST),
    **dict.fromkeys(("Profit/Loss (FX/CFD)", "Profit/Loss", "Close trade"), CFD),
    "Spin off": CORPORATE,
}
_KNOWN = {name.casefold(): deed for name, deed in _DEEDS.items()}
_TRADE = re.compile(
    r"(?P<act>OPEN|CLOSE) (?P<side>BUY|SELL) (?P<quantity>[0-9][0-9.,]*)(?:/[0-9.,]+)? @ (?P<price>[0-9][0-9.,]*)\b.*", re.IGNORECASE
)
_LISTED = re.compile(r".+\.[A-Z]{2}")
_IN_NAME = re.compile(r"(?:^|[/\\_!-])(?P<currency>IKE|IKZE|[A-Z]{3})_\d{5,}")
_POLISH = {"IKE": "PLN", "IKZE": "PLN"}  # retirement accounts, which Polish law keeps in zloty
_MONEY_OF = {
    **dict.fromkeys(("DE", "FR", "NL", "BE", "ES", "IT", "PT", "AT", "FI", "IE"), "EUR"),
    "US": "USD",
    "PL": "PLN",
    "CZ": "CZK",
    "DK": "DKK",
    "SE": "SEK",
    "NO": "NOK",
    "CH": "CHF",
}
_CENTS, _TOO_SMALL = Decimal("0.02"), Decimal(5)


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  the times of this export are Warsaw's
    """Every row of every table to its fate. Raises nothing."""
    return _read(tables, WARSAW)


def _read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    intake = Intake()
    with exact.exactly():
        entries: list[Entry] = []
        for table in tables:
            rows = _distinct(table.rows, intake)
            single = Table(table.file, table.sha256, table.header, table.header_row, table.preamble, tuple(rows))
            entries += brokerage.read_entries([single], intake, partial(_entry, currency=_currency_of(single), zone=zone))
        brokerage.book(entries, intake)
    return intake


def _distinct(rows: Iterable[Row], intake: Intake) -> list[Row]:
    """The rows without totals, and without a second one of the same id that says the same: an id is one operation's."""
    seen: dict[tuple[str, ...], Row] = {}
    for row in rows:
        said = tuple(row.cells.values())
        if row.text("Type").casefold() == "total":
            intake.leave(row, "a totals row")
        elif row.text("ID") and said in seen:
            intake.merge(row, f"the operation of row {seen[said].number} again")
        else:
            seen[said if row.text("ID") else (*said, str(row.number))] = row
    return list(seen.values())


def _currency_of(table: Table) -> str:
    """The account's currency, empty where nothing tells it."""
    above = (cell.strip().upper() for line in table.preamble for cell in line)
    stated = next(filter(is_fiat, above), "")
    named = _IN_NAME.search(table.file)
    code = _POLISH.get(named["currency"], named["currency"]) if named else ""
    return stated or (code if is_fiat(code) else "") or _currency_of_trades(table.rows)


def _currency_of_trades(rows: Iterable[Row]) -> str:
    """The one currency in which more trades fit units times price than do not."""
    score: Counter[str] = Counter()
    for row in rows:
        match = _TRADE.fullmatch(row.text("Comment"))
        currency = _MONEY_OF.get(row.text("Symbol").rpartition(".")[2])
        try:
            amount = abs(parse_number(row.text("Amount")))
            worth = parse_number(match["quantity"]) * parse_number(match["price"]) if match else None
        except NumberError:
            continue
        if worth is not None and currency and amount >= _TOO_SMALL:
            score[currency] += 1 if abs(worth - amount) <= _CENTS else -1
    fitting = [currency for currency, count in score.items() if count > 0]
    return fitting[0] if len(fitting) == 1 else ""


def _entry(row: Row, currency: str, zone: tzinfo) -> Entry:
    said, symbol, comment = row.text("Type"), row.text("Symbol"), row.text("Comment")
    match = _TRADE.fullmatch(comment)
    deed = _KNOWN.get(said.casefold()) or (_deed_of_trade(match) if match else None)
    if deed is None:
        raise brokerage.unknown(said, (*_DEEDS, "and trades, by their comment OPEN BUY or CLOSE BUY"))
    moment, date_only = day_first(row, "Time", zone)
    amount = required(row, "Amount")
    if not currency:
        hint = "Put the account's currency before its number in the file's name, as in EUR_12345678.csv, and give the file again."
        raise RowError("ROW_INVALID", "nothing in the file tells the currency of the account", hint)
    return Entry(
        row=row,
        deed=_settled(deed, symbol, amount),
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=symbol.upper().removesuffix(".US"),
        quantity=_units(match) if match else Decimal(0),
        amount=amount,
        currency=currency,
        note=" ".join(filter(None, (said, comment))),
        id=row.text("ID"),
        asset_class="security",
    )


def _deed_of_trade(match: re.Match[str]) -> str:
    if match["side"].upper() == "SELL":
        return SHORT
    return BUY if match["act"].upper() == "OPEN" else SELL


def _settled(deed: str, symbol: str, amount: Decimal) -> str:
    """The deed, by what else the row says: what is listed on no exchange is a contract for difference."""
    if deed in {BUY, SELL, DIVIDEND} and not _LISTED.fullmatch(symbol):
        return CFD
    return COST if deed == INTEREST and amount < 0 else deed


def _units(match: re.Match[str]) -> Decimal:
    try:
        return parse_number(match["quantity"])
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column 'Comment': {error}") from None


_in_columns_of_old = in_english(lambda tables, _zone: _read(tables, UTC), {"Ticker": "Symbol"})


def read_newer(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table of the newer layout to its fate. Raises nothing."""
    return _in_columns_of_old(tables, zone)
