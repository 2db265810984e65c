"""DEGIRO: the account statement CSV, in the languages that `degiro_words` knows.

The amounts stand beside their currencies in columns without a name, so that cells are read by position. A row's description says what it
is. The rows of one order share its id: fills, fees, which are shared among the fills, and the exchange of money that paid for them. A
security is named by its ISIN. What moves between DEGIRO and the flatex bank account, and reservations of deposits, change nothing here.
Changes of an ISIN and splits are two rows of one day, a sale and a purchase by name only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage, degiro_words, orders
from taxlots.importers.brokers.broker_cells import day_first, told_quantity
from taxlots.importers.brokers.brokerage import BUY, COST, INTEREST, OTHER_INCOME, SELL, Entry
from taxlots.importers.brokers.degiro_words import EXCHANGE, RENAMED, SPLIT_IN_TWO, STATEMENT_COLUMNS, TRADE_FEE
from taxlots.importers.numbers import number
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction

ACCOUNT = "degiro"
_DATE, _TIME, _PRODUCT, _ISIN, _SAID, _CURRENCY, _AMOUNT, _ORDER = "0", "1", "3", "4", "5", "7", "8", "11"
_OF_ORDERS = {BUY, SELL, TRADE_FEE}
_OF_TWO = {RENAMED, SPLIT_IN_TWO}


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        entries = brokerage.read_entries([_whole(table, intake) for table in tables], intake, lambda row: _entry(row, zone))
        exchanges = [entry for entry in entries if entry.deed == EXCHANGE]
        orders.take_exchanges(exchanges, lambda entry: entry.row.text(_ORDER) or entry.time, intake)
        for group in orders.grouped([entry for entry in entries if entry.deed in _OF_TWO], _event_of):
            _take_pair(group, intake)
        brokerage.book(_with_fees([entry for entry in entries if entry.deed not in {EXCHANGE, *_OF_TWO}]), intake)
    return intake


def _whole(table: Table, intake: Intake) -> Table:
    """The table without the lines that only hold the end of the order id above them, which gets it, and without repeated headers."""
    rows: list[Row] = []
    for row in table.rows:
        filled = [name for name, cell in row.cells.items() if cell.strip()]
        if filled == [_ORDER] and rows:
            above = rows[-1]
            rows[-1] = replace(above, cells=above.cells | {_ORDER: above.text(_ORDER) + row.text(_ORDER)})
            intake.merge(row, f"the end of the order id of row {above.number}")
        elif tuple(cell.strip() for cell in row.cells.values()) == table.header:
            intake.leave(row, "the header again")
        else:
            rows.append(row)
    return replace(table, rows=tuple(rows))


def _entry(row: Row, zone: tzinfo) -> Entry:
    if len(row.cells) <= int(_AMOUNT):
        raise RowError("ROW_TRUNCATED", f"the row ends after {len(row.cells)} of {STATEMENT_COLUMNS} cells")
    said, amount = row.text(_SAID), number(row, _AMOUNT)
    moment, date_only = day_first(row, _DATE, zone, f"{row.text(_DATE)} {row.text(_TIME)}")
    deed = degiro_words.deed_of(said)
    entry = Entry(
        row=row,
        deed=COST if deed in {INTEREST, OTHER_INCOME} and amount and amount < 0 else deed,
        account=ACCOUNT,
        time=moment,
        date_only=date_only,
        symbol=row.text(_ISIN).upper(),
        amount=amount or Decimal(0),
        currency=row.text(_CURRENCY).upper(),
        note=" ".join(filter(None, (said, row.text(_PRODUCT)))),
        id=row.text(_ORDER).lower() if deed in _OF_ORDERS else "",
        asset_class="security",
    )
    if entry.amount and not entry.currency:
        raise RowError("ROW_INVALID", f"an amount of {entry.amount} has no currency beside it")
    return replace(entry, quantity=_quantity(said, entry)) if deed in {BUY, SELL, *_OF_TWO} else entry


def _quantity(said: str, entry: Entry) -> Decimal:
    """The units of a trade, negative in a sale; where they can be read in two ways, price and amount tell. Raises RowError."""
    match = degiro_words.TRADE.match(degiro_words.without_prefix(said))
    if not match:
        raise RowError("ROW_INVALID", f"{said!r} does not say how many units at which price")
    texts = (match["quantity"], match["quantity"] + match["more"])
    quantity = told_quantity(texts, match["price"], abs(entry.amount))
    return -quantity if degiro_words.is_sale(match["side"]) else quantity


def _with_fees(entries: Sequence[Entry]) -> Iterable[Entry]:
    """Fills with the fees of their order; fees without a fill are costs."""
    made = [entry for entry in entries if not entry.id]
    for order in orders.grouped([entry for entry in entries if entry.id], lambda entry: entry.id):
        fills = [entry for entry in order if entry.deed != TRADE_FEE]
        shared, rest = orders.with_fees(fills, [entry for entry in order if entry.deed == TRADE_FEE])
        made += [*with_ids(shared), *(replace(entry, id="") for entry in rest)]
    return [replace(entry, deed=COST) if entry.deed == TRADE_FEE else entry for entry in made]


def with_ids(fills: Sequence[Entry]) -> list[Entry]:
    """The fills of one order, each with an id: the order's, and its place among several."""
    if len(fills) == 1:
        return list(fills)
    ordered = sorted(fills, key=lambda entry: (entry.time, entry.quantity, abs(entry.amount)))
    return [replace(entry, id=f"{entry.id}/{n}") for n, entry in enumerate(ordered, start=1)]


def _event_of(entry: Entry) -> tuple[object, ...]:
    """What the two rows of an event share: the day, and the units or (in a split) the name."""
    return (entry.time.date(), entry.deed, abs(entry.quantity) if entry.deed == RENAMED else entry.row.text(_PRODUCT))


def _take_pair(group: Sequence[Entry], intake: Intake) -> None:
    """A changed ISIN or a split: a sale and a purchase by name, which carry over basis and dates."""
    if len({entry.symbol for entry in group}) == 1 and group[0].deed == RENAMED and sum(entry.quantity for entry in group) == 0:
        for entry in group:
            intake.leave(entry.row, "the security's name changed; its ISIN and the units stayed")
        return
    brokerage.take_together(group, _changed if group[0].deed == RENAMED else _split, intake)


def _changed(group: Sequence[Entry]) -> Transaction:
    _without_money(group)
    return orders.changed_identifier([replace(entry, amount=Decimal(0)) for entry in group])


def _split(group: Sequence[Entry]) -> Transaction:
    """Old units for new ones of the same ISIN or of another. Raises RowError."""
    _without_money(group)
    if len({entry.symbol for entry in group}) == 1 or len(group) != 2:
        return brokerage.reverse_split(group)
    out, into = sorted(group, key=lambda entry: entry.quantity)
    if not (out.quantity < 0 < into.quantity and out.symbol and into.symbol):
        raise RowError("ROW_UNPAIRED_LEG", f"a split of {into.symbol} needs a row with the old units and one with the new ones")
    return brokerage.transaction(into, "convert", sent=(-out.quantity, out.symbol), received=(into.quantity, into.symbol))


def _without_money(group: Sequence[Entry]) -> None:
    if sum((entry.amount for entry in group), Decimal(0)) != 0:
        hint = "Give it as a convert or split, and the money for a fraction as a sell, in a universal ledger CSV."
        raise RowError("KIND_NOT_BOOKED", f"{group[0].note}: the event leaves money, which is not booked in this version", hint)
