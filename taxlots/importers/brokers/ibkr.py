"""Interactive Brokers: the activity statement CSV and the newer transaction history, both files of sections.

Every line begins with its section and `Header`, `Data`, `SubTotal` or `Total`; a section may declare its header again with other
columns. An order stands above its executions and the lots that it closed: only one of them counts. Trades are in New York time,
proceeds exclude the commission. The transaction history tells every amount in the base currency. Sections have English names only.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from taxlots import exact
from taxlots.importers.brokers import brokerage, ibkr_cash
from taxlots.importers.brokers.brokerage import ASIDE, BUY, CORPORATE, FUTURE, OPTION, REALIZED, REFUSE, SELL, SHORT, SPLIT, SPUN_OFF, Entry
from taxlots.importers.brokers.corporate import EVENT, take_events
from taxlots.importers.brokers.exchanges_of_money import exchange
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.importers.spellings import folded

REQUIRED = ("Statement", "Header", "Field Name", "Field Value")
REQUIRED_TRADES = ("Trades", "Header", "DataDiscriminator", "Asset Category")  # a statement whose first section was cut off
ACCOUNT = "ibkr"
NEW_YORK = ZoneInfo("America/New_York")
EXCHANGE, _CHANGED = "exchange of money", "change of shares"
CATEGORIES = {
    **dict.fromkeys(("stocks", "stk", "bonds", "bond", "treasury bills", "bill"), "security"),
    **dict.fromkeys(("mutual funds", "fund"), "fund"),
    **dict.fromkeys(("equity and index options", "options on futures", "warrants", "opt", "fop", "war", "iopt"), OPTION),
    **dict.fromkeys(("futures", "fut"), FUTURE),
    **dict.fromkeys(("forex", "cash"), EXCHANGE),
}
_NO_MOVEMENT = {
    *("statement", "summary", "account information", "net asset value", "change in nav", "cash report", "open positions"),
    *("mark-to-market performance summary", "realized & unrealized performance summary", "month & year to date performance summary"),
    *("financial instrument information", "net stock position summary", "forex balances", "interest accruals", "change in position value"),
    *(
        "change in dividend accruals",
        "open dividend accruals",
        "borrow fee details",
        "codes",
        "notes/legal notes",
        "total p/l for statement period",
    ),
}
_NUMBER = re.compile(r"[A-Z]{1,3}\d{4,}")
_NAMED = r"(?P<symbol>[^(\s]+)\s*\(.*?\)\s+"
_SPLIT = re.compile(rf"{_NAMED}(?:(?:Forward |Reverse )?Split \d+ for \d+|Stock Dividend)", re.IGNORECASE)
_SPUN = re.compile(rf"{_NAMED}Spin-?off\b", re.IGNORECASE)
_REPLACED = re.compile(rf"{_NAMED}(?:Merged\s*\(|CUSIP/ISIN Change)", re.IGNORECASE)
_CONCERNED = re.compile(r"\((?P<symbol>[^,()]+),[^()]*(?:\([^()]*\)[^()]*)*\)\s*$")  # the security that the row moves, in the last brackets


@dataclass(frozen=True, slots=True)
class _Line:
    section: str
    row: Row


@dataclass(frozen=True, slots=True)
class _Terms:
    """What rows depend on besides themselves: `counted` is which rows of the trades count, `base` the currency of the history."""

    account: Callable[[Row], str]
    zone: tzinfo
    counted: dict[tuple[str, ...], str]
    base: str


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        files = [list(_lines(table, intake)) for table in tables]
        rows = [line.row for lines in files for line in lines]
        account = brokerage.account_names(ACCOUNT, rows, "Account", files=_numbers(rows))
        entries: list[Entry] = []
        for lines in files:
            terms = _Terms(account, zone, _counted(lines), _base(lines))
            for line in lines:
                try:
                    entries.append(_entry(line, terms))
                except RowError as error:
                    intake.reject(line.row, error)
        rest = take_events(_without_special(entries, intake), lambda entry: _CONCERNED.sub("", entry.note), intake)
        brokerage.book(rest, intake)
        by_option = [entry for entry in entries if {"A", "Ex"} & set(entry.row.text("Code").split(";"))]
        brokerage.warn_of_premiums(by_option, intake)
    return intake


def _lines(table: Table, intake: Intake) -> Iterator[_Line]:
    """The data rows with their cells under the names of their section's last header; headers and totals are set aside."""
    headers: dict[str, list[str]] = {table.header[0].casefold(): list(table.header[2:])}
    for row in table.rows:
        cells = [row.text(str(n)) for n in range(len(row.cells))]
        section, kind = cells[0].casefold(), cells[1] if len(cells) > 1 else ""
        if kind == "Header":
            headers[section] = cells[2:]
            intake.leave(row, "a header of a section")
        elif kind in {"SubTotal", "Total"}:
            intake.leave(row, "a totals row")
        elif section in _NO_MOVEMENT and section not in {"summary", "account information"}:
            intake.leave(row, "a section that moves nothing")
        elif kind != "Data" or section not in headers:
            intake.reject(row, RowError("ROW_INVALID", f"{cells[0]!r}: the row is no data below a header of its section"))
        else:
            yield _Line(section, Row(row.file, row.number, dict(zip(headers[section], cells[2:], strict=False))))


def _counted(lines: Sequence[_Line]) -> dict[tuple[str, ...], str]:
    """Per instrument which rows count: its orders where the file has them, else their executions."""
    said: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for line in lines:
        if line.section == "trades":
            said[_instrument(line.row)].add(line.row.text("DataDiscriminator"))
    return {key: next((name for name in ("Order", "Trade", "Execution") if name in names), "Order") for key, names in said.items()}


def _instrument(row: Row) -> tuple[str, ...]:
    return tuple(row.text(name).upper() for name in ("Account", "Asset Category", "Currency", "Symbol"))


def _numbers(rows: Sequence[Row]) -> dict[str, str]:
    """Per file the account of a statement of one; none where a transaction history masks the numbers, so that they can't be compared."""
    if any("*" in row.text("Account") for row in rows):
        return {}
    named = {row.file: row.text("Field Value") for row in rows if row.text("Field Name") == "Account"}
    return {file: number for file, number in named.items() if _NUMBER.fullmatch(number)}


def _base(lines: Sequence[_Line]) -> str:
    named = (line.row.text("Field Value") for line in lines if line.row.text("Field Name") == "Base Currency")
    return next(named, "").upper()


def _entry(line: _Line, terms: _Terms) -> Entry:
    row, account = line.row, terms.account(line.row)
    if line.section in _NO_MOVEMENT:
        return _aside(row, "a section that moves nothing")
    if any(row.text(name).startswith("Total") for name in ("Currency", "Asset Category", "Subtitle")):
        return _aside(row, "a totals row")
    if line.section == "trades":
        return _trade(row, account, terms)
    if line.section == "corporate actions":
        return _corporate_action(row, account, terms.zone)
    if line.section == "transaction history":
        return ibkr_cash.of_history(row, account, terms.zone, terms.base)
    return ibkr_cash.of_section(line.section, row, account, terms.zone)


def _aside(row: Row, reason: str) -> Entry:
    return Entry(row=row, deed=ASIDE + reason, account=ACCOUNT, time=brokerage.when(row, "", NEW_YORK, "2000-01-01")[0])


def _trade(row: Row, account: str, terms: _Terms) -> Entry:
    told = row.text("DataDiscriminator")
    if told == "ClosedLot":
        return _aside(row, REALIZED)
    counted = terms.counted[_instrument(row)]
    if told != counted:
        return _aside(row, f"says again what the {counted} row says")
    quantity, codes = required(row, "Quantity"), set(re.split(r"[;,\s]+", row.text("Code")))
    fee_column = next((name for name in row.cells if folded(name).startswith("comm")), "Comm/Fee")
    commission = number(row, fee_column) or Decimal(0)
    moment, date_only = brokerage.when(row, "Date/Time", NEW_YORK, row.text("Date/Time").replace(", ", " "))
    entry = Entry(
        row=row,
        deed=BUY,
        account=account,
        time=moment,
        date_only=date_only,
        symbol=row.text("Symbol").upper(),
        quantity=-quantity if "Ca" in codes else quantity,
        amount=required(row, "Proceeds") + commission,
        fees=max(-commission, Decimal(0)),
        currency=row.text("Currency").upper(),
        note=row.text("Code"),
        cancels="Ca" in codes,
    )
    apart = fee_column.removeprefix("Comm in ") if fee_column.startswith("Comm in ") else entry.currency
    if apart != entry.currency:
        entry = replace(
            entry, amount=entry.amount - commission, fees=Decimal(0), fee_apart=(-commission, apart) if commission < 0 else None
        )
    return categorised(entry, row.text("Asset Category"), opens="O" in codes, closes="C" in codes)


def categorised(entry: Entry, category: str, *, opens: bool, closes: bool) -> Entry:
    """The deed of a trade by its asset category and by whether it opens or closes a position."""
    said = CATEGORIES.get(category.casefold().partition(" - ")[0])  # `Stocks - Held with Interactive Brokers (U.K.) Limited`
    if said == EXCHANGE:
        return replace(entry, deed=EXCHANGE, symbol=entry.symbol.partition(".")[0])
    if said in {OPTION, FUTURE}:
        return replace(entry, deed=str(said))
    if said is None:
        return replace(entry, deed=f"{REFUSE}a trade in {category or 'no category'}")
    bought = entry.quantity > 0
    short = closes if bought else opens
    return replace(entry, deed=SHORT if short else BUY if bought else SELL, asset_class=said)


def _corporate_action(row: Row, account: str, zone: tzinfo) -> Entry:
    said = row.text("Description")
    moment, date_only = brokerage.when(row, "Date/Time", NEW_YORK, row.text("Date/Time").replace(", ", " "))
    if date_only:
        moment, _ = brokerage.when(row, "Date/Time", zone)
    entry = Entry(
        row=row,
        deed=CORPORATE,
        account=account,
        time=moment,
        date_only=date_only,
        quantity=number(row, "Quantity") or Decimal(0),
        amount=number(row, "Proceeds") or Decimal(0),
        currency=row.text("Currency").upper(),
        note=said,
        asset_class="security",
    )
    return _told_by(entry, said)


def _told_by(entry: Entry, said: str) -> Entry:
    """The deed and the security of a corporate action, by its description."""
    concerned = _CONCERNED.search(said)
    moved = concerned["symbol"].strip().upper().removesuffix(".OLD") if concerned else ""
    if split := _SPLIT.match(said):
        return replace(entry, deed=_CHANGED, symbol=split["symbol"].upper(), amount=Decimal(0))
    if (spun := _SPUN.match(said)) and moved:
        return replace(entry, deed=SPUN_OFF, symbol=moved, of=spun["symbol"].upper().removesuffix(".OLD"), amount=Decimal(0))
    if _REPLACED.match(said) and moved:
        return replace(entry, deed=EVENT, symbol=moved)
    return entry


def _without_special(entries: Sequence[Entry], intake: Intake) -> list[Entry]:
    """Take exchanges of money and splits, of which a reverse split may have two rows; the rest is returned."""
    rest: list[Entry] = []
    splits: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.deed == EXCHANGE and not entry.cancels:
            brokerage.take_together([entry], exchange, intake)
        elif entry.deed == _CHANGED:
            splits[entry.row.file, entry.account, entry.symbol, entry.time].append(entry)
        else:
            rest.append(entry)
    for group in splits.values():
        if len(group) == 1:
            rest.append(replace(group[0], deed=SPLIT))
        else:
            brokerage.take_together(group, brokerage.reverse_split, intake)
    return rest
