"""CoinLedger (once CryptoTrader.Tax): the universal import template and the transactions export.

The export gives each leg its own row: `Debit` (negative), `Credit` (positive) and fees, which come on top; rows of one `Internal Id`
are one transaction, and a row that another file repeats is merged. `Manual Position` is an opening balance of which the origin has to
be given. A withdrawal and a deposit of one's own have the type `Transfer` on either side. Voyager wrote the same export without account
names. In the template a transaction is one row.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.numbers import required
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.importers.times import time
from taxlots.importers.tools.tax_program_cells import Part, part, wallet
from taxlots.importers.tools.tax_programs import MARGIN, RESULT, TRADE, TRANSFER, Entry, Labels, read_each, take

TEMPLATE = ("Date (UTC)", "Asset Sent", "Amount Sent", "Asset Received", "Amount Received", "Type")
EXPORT = ("Timestamp (UTC)", "Type", "Internal Id", "Platform", "Record Type", "Asset", "Amount")

_MARGINS = dict.fromkeys(("Margin Gain", "Margin Loss", "Margin Trade", "Margin Fee", "Futures"), MARGIN)
TYPES = Labels(
    both={"Buy": TRADE, "Sell": TRADE, "Trade": TRADE, "Transfer": TRANSFER} | _MARGINS,
    incoming={
        "Deposit": TRANSFER,
        "Transfer": TRANSFER,
        "Manual Position": TRANSFER,
        "Airdrop": "income:airdrop",
        "Hard Fork": "income:fork",
        "Staking": "income:staking",
        "Mining": "income:mining",
        "Interest": "income:interest",
        "Interest Payment": "income:interest",
        "Income": "income:other",
        "Gift Received": "gift-in",
        "Margin Gain": RESULT,
        "Futures": RESULT,
    },
    outgoing={
        "Withdrawal": TRANSFER,
        "Transfer": TRANSFER,
        "Gift Sent": "gift-out",
        "Merchant Payment": "spend",
        "Interest Payment": "spend",
        "Network Fee": "fee",
        "Platform Fee": "fee",
        "Fee": "fee",
        "Investment Loss": "lost",
        "Casualty Loss": "lost",
        "Theft Loss": "theft",
        "Margin Loss": RESULT,
        "Futures": RESULT,
        "Margin Fee": "fee",
    },
)
_SIDES = {"debit": "sent", "credit": "received", "fee": "fee", "platform fee": "fee", "network fee": "fee", "margin gain": "received"}
_SIDES |= {"margin loss": "sent"}


def read_template(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The universal import template. Raises nothing."""
    return read_each(tables, lambda _table: _from_template)


def _from_template(row: Row) -> tuple[Entry, str]:
    at, date_only = time(row, "Date (UTC)", UTC)
    entry = Entry(
        rows=(row,),
        time=at,
        date_only=date_only,
        account=wallet(row.text("Platform (Optional)"), "coinledger"),
        sent=part(row, "Amount Sent", "Asset Sent"),
        received=part(row, "Amount Received", "Asset Received", either_sign=False),
        fee=part(row, "Fee Amount (Optional)", "Fee Currency (Optional)"),
        txid=row.text("TxHash (Optional)") or None,
        note=row.text("Description (Optional)") or None,
    )
    return entry, TYPES.meaning(row.text("Type"), entry)


def read_export(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The transactions export: the rows of one internal id are one transaction. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for rows in _groups(_without_repeated(tables, intake)):
            try:
                for entry, said in _entries(rows):
                    take(entry, said, intake)
            except RowError as error:
                for row in rows:
                    intake.reject(row, error)
    return intake


def _without_repeated(tables: Sequence[Table], intake: Intake) -> Iterator[Row]:
    """The rows that no earlier file has; as many of a kind as the file with the most of them has."""
    most: Counter[tuple[str, ...]] = Counter()
    for table in tables:
        here: Counter[tuple[str, ...]] = Counter()
        for row in table.rows:
            key = tuple(row.text(name) for name in EXPORT)
            here[key] += 1
            if row.text("Internal Id") and here[key] <= most[key]:
                intake.merge(row, f"{row.text('Record Type')} of the internal id {row.text('Internal Id')} stands in another file")
            else:
                yield row
        most |= here


def _groups(rows: Iterable[Row]) -> Iterable[list[Row]]:
    groups: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.text("Internal Id") or row.source].append(row)
    return groups.values()


def _entries(rows: list[Row]) -> Iterator[tuple[Entry, str]]:
    """The transaction of a group, and a fee of its own for each further asset in which fees were paid. Raises RowError."""
    legs = _sums(rows)
    at, date_only = time(rows[0], "Timestamp (UTC)", UTC)
    many = [side for side in ("sent", "received") if len(legs[side]) > 1]
    if many or len({row.text("Type") for row in rows}) > 1:
        ids = rows[0].text("Internal Id")
        raise RowError("ROW_INVALID", f"the rows of the internal id {ids} have several types, or several assets on one side")
    sides = {side: next(iter(parts), None) for side, parts in legs.items()}
    entry = Entry(
        rows=tuple(rows),
        time=at,
        date_only=date_only,
        account=_platform(rows, "sent") or _platform(rows, "received") or _platform(rows, "fee") or "coinledger",
        counter=_platform(rows, "received") or None,
        sent=sides["sent"],
        received=sides["received"],
        fee=sides["fee"],
        id=rows[0].text("Internal Id"),
        txid=next(filter(None, (row.text("Blockchain Id") for row in rows)), None),
        note=next(filter(None, (row.text("Description") for row in rows)), None),
    )
    yield entry, TYPES.meaning(rows[0].text("Type"), entry)
    for fee in legs["fee"][1:]:
        name = f"{entry.id}/fee-{fee.asset}"
        yield replace(entry, sent=None, received=None, counter=None, fee=fee, id=name), "fee"


def _sums(rows: list[Row]) -> dict[str, list[Part]]:
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        asset = row.text("Asset").upper()
        if not asset:
            raise RowError("ROW_INVALID", "column 'Asset' is empty")
        totals[_side(row), asset] += abs(required(row, "Amount"))
    moved = {asset for side, asset in totals if side != "fee"}
    ordered = sorted(totals.items(), key=lambda total: (total[0][1] not in moved, total[0]))  # whatever order an export lists fees in
    return {side: [Part(q, asset) for (of, asset), q in ordered if of == side and q] for side in ("sent", "received", "fee")}


def _side(row: Row) -> str:
    """The side of a record type, whose sign must agree. Raises RowError."""
    side = _SIDES.get(row.text("Record Type").casefold())
    if side is None:
        raise RowError("ROW_UNKNOWN_KIND", f"record type {row.text('Record Type')!r} is not known", f"Known: {', '.join(_SIDES)}.")
    amount = required(row, "Amount")
    if amount and (amount > 0) != (side == "received") and not row.text("Record Type").casefold().startswith("margin"):
        raise RowError("ROW_INVALID", f"a {row.text('Record Type')} of {amount} has the wrong sign")
    return side


def _platform(rows: list[Row], side: str) -> str:
    names = (row.text("Platform") or row.text("Account Name") for row in rows if _side(row) == side)
    return wallet(next(filter(None, names), ""), "")
