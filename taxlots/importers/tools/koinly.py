"""Koinly: the universal and the simple import file, the transactions export and the bulk-edit export.

Fees come on top of the amounts. A row's tag (once called label) says what a deposit, withdrawal or exchange was. Asset names may carry
an id (`LUNA;1234`). The transactions export has title lines above its header. Many wallets write the universal file as their own
export; it names no wallet, so its account is `koinly`. In the bulk-edit export a row may belong to another row (`Parent ID`), which
then says the same thing, and may be deleted.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, tzinfo

from taxlots.importers.numbers import required
from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.importers.times import time
from taxlots.importers.tools.tax_program_cells import currency_column, part, valued, wallet
from taxlots.importers.tools.tax_programs import LOAN, MARGIN, POOL, RESULT, TRADE, TRANSFER, Entry, Labels, Maker, read_each

UNIVERSAL = ("Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency", "Net Worth Amount", "Net Worth Currency")
SIMPLE = ("Koinly Date", "Amount", "Currency")
EXPORT = ("Date", "Type", "Sending Wallet", "Sent Amount", "Sent Currency", "Receiving Wallet", "Received Amount", "Received Currency")
BULK = (
    "Date (UTC)",
    "Type",
    "From Wallet (read-only)",
    "From Amount",
    "From Currency",
    "To Wallet (read-only)",
    "To Amount",
    "To Currency",
)

_IGNORED = dict.fromkeys(("ignored", "ignore", "spam"), "aside: marked as spam or ignored")
_POOLS = dict.fromkeys(("to pool", "from pool", "add to pool", "remove from pool", "stake", "unstake"), POOL)
_LOANS = dict.fromkeys(("loan", "loan repayment", "margin loan", "margin repayment", "collateral"), LOAN)
_RESULTS = ("realized gain", "realised gain", "margin gain", "margin loss", "futures")
_APART = _IGNORED | _POOLS | _LOANS | dict.fromkeys(_RESULTS, RESULT)
TAGS = Labels(
    both={
        "": TRADE,
        "swap": "convert",  # the tag for exchanges of which the cost carries over, such as a new ticker
        "wrap": "convert",
        "unwrap": "convert",
        "liquidity in": TRADE,
        "liquidity out": TRADE,
    }
    | _IGNORED
    | dict.fromkeys((*_RESULTS, "margin fee"), MARGIN),
    incoming={
        "": TRANSFER,
        "airdrop": "income:airdrop",
        "fork": "income:fork",
        "mining": "income:mining",
        "reward": "income:reward",
        "cashback": "income:reward",
        "staking": "income:staking",
        "staking reward": "income:staking",
        "stake reward": "income:staking",
        "loan interest": "income:interest",
        "lending interest": "income:interest",
        "interest": "income:interest",
        "salary": "income:wages",
        "income": "income:other",
        "other income": "income:other",
        "royalty": "income:other",
        "gift": "gift-in",
        "received gift": "gift-in",
    }
    | _APART,
    outgoing={
        "": TRANSFER,
        "gift": "gift-out",
        "lost": "lost",
        "stolen": "theft",
        "hacked": "theft",
        "donation": "donation",
        "cost": "spend",
        "expense": "spend",
        "tax": "spend",
        "interest payment": "spend",
        "loan fee": "fee",
        "margin fee": "fee",
        "fee": "fee",
    }
    | _APART,
)
_EXCHANGES = {"buy", "sell", "exchange", "trade", "transfer"}
_MOVES = {"crypto deposit", "fiat deposit", "crypto withdrawal", "fiat withdrawal"}


def read_universal(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The universal import file, one transaction per row. Raises nothing."""
    return read_each(tables, lambda _table: _universal)


def read_simple(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The simple import file: one signed amount per row. Raises nothing."""
    return read_each(tables, lambda _table: _simple)


def read_export(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The transactions export, one transaction per row. Raises nothing."""
    return read_each(tables, _export)


def read_bulk(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The bulk-edit export; rows that belong to another row of the files are merged into it. Raises nothing."""
    ids = {row.text("ID (read-only)") for table in tables for row in table.rows if not _deleted(row)} - {""}
    parts = {row.source: parent for table in tables for row in table.rows if (parent := _parent(row)) in ids}
    own = [replace(table, rows=tuple(row for row in table.rows if row.source not in parts)) for table in tables]
    intake = read_each(own, lambda _table: _bulk)
    intake.merged |= {source: f"a part of the transaction with the ID {parent}" for source, parent in parts.items()}
    return intake


def _parent(row: Row) -> str:
    parent = row.text("Parent ID (read-only)")
    return parent if parent != row.text("ID (read-only)") else ""


def _universal(row: Row) -> tuple[Entry, str]:
    at, date_only = time(row, "Date", UTC)
    entry = Entry(
        rows=(row,),
        time=at,
        date_only=date_only,
        account="koinly",
        sent=part(row, "Sent Amount", "Sent Currency"),
        received=part(row, "Received Amount", "Received Currency", either_sign=False),
        fee=part(row, "Fee Amount", "Fee Currency"),
        value=valued(row, "Net Worth Amount", row.text("Net Worth Currency")),
        txid=row.text("TxHash") or None,
        note=row.text("Description") or None,
    )
    return entry, TAGS.meaning(row.text("Label") or row.text("Tag"), entry)


def _simple(row: Row) -> tuple[Entry, str]:
    at, date_only = time(row, "Koinly Date", UTC)
    moved = part(row, "Amount", "Currency")
    out = required(row, "Amount") < 0
    entry = Entry(
        rows=(row,),
        time=at,
        date_only=date_only,
        account="koinly",
        sent=moved if out else None,
        received=None if out else moved,
        value=valued(row, "Net Worth Amount", row.text("Net Worth Currency")),
        txid=row.text("TxHash") or None,
        note=row.text("Description") or None,
    )
    return entry, TAGS.meaning(row.text("Label") or row.text("Tag"), entry)


def _export(table: Table) -> Maker:
    net, currency = currency_column(table, r"Net Value \((?P<code>[A-Z]{3})\)")
    fees, _ = currency_column(table, r"Fee Value \((?P<code>[A-Z]{3})\)")

    def make(row: Row) -> tuple[Entry, str]:
        at, date_only = time(row, "Date", UTC)
        entry = Entry(
            rows=(row,),
            time=at,
            date_only=date_only,
            **_wallets(row, "Sending Wallet", "Receiving Wallet"),
            sent=part(row, "Sent Amount", "Sent Currency"),
            received=part(row, "Received Amount", "Received Currency", either_sign=False),
            fee=part(row, "Fee Amount", "Fee Currency"),
            value=valued(row, net, currency),
            fee_value=valued(row, fees, currency),
            txid=row.text("TxHash") or None,
            note=row.text("Description") or None,
        )
        return entry, _meaning(row, entry)

    return make


def _bulk(row: Row) -> tuple[Entry, str]:
    at, date_only = time(row, "Date (UTC)", UTC)
    currency = row.text("Value Currency (read-only)")
    stated = valued(row, "Net Value (read-only)", currency) or valued(row, "Net Worth Amount", row.text("Net Worth Currency"))
    fee_value = valued(row, "Fee Value (read-only)", currency) or valued(row, "Fee Worth Amount", row.text("Fee Worth Currency"))
    entry = Entry(
        rows=(row,),
        time=at,
        date_only=date_only,
        **_wallets(row, "From Wallet (read-only)", "To Wallet (read-only)"),
        sent=part(row, "From Amount", "From Currency"),
        received=part(row, "To Amount", "To Currency", either_sign=False),
        fee=part(row, "Fee Amount", "Fee Currency"),
        value=stated,
        fee_value=fee_value,
        id=row.text("ID (read-only)"),
        txid=row.text("TxHash") or None,
        note=row.text("Description") or None,
    )
    return entry, "aside: deleted in Koinly" if _deleted(row) else _meaning(row, entry)


def _deleted(row: Row) -> bool:
    return row.text("Deleted").casefold() in {"true", "1", "yes"}


def _wallets(row: Row, sending: str, receiving: str) -> dict[str, str]:
    sender, receiver = row.text(sending), row.text(receiving)
    return {"account": wallet(sender or receiver, "koinly"), "counter": wallet(receiver or sender, "koinly")}


def _meaning(row: Row, entry: Entry) -> str:
    """By the tag, after the type has been checked against the legs. Raises RowError."""
    tag, said = row.text("Tag") or row.text("Label"), row.text("Type")
    name = said.replace("_", " ").casefold()
    if name not in _EXCHANGES | _MOVES:
        raise RowError("ROW_UNKNOWN_KIND", f"type {said!r} is not known", f"Known types: {', '.join(sorted(_EXCHANGES | _MOVES))}.")
    if name in _EXCHANGES and not (entry.sent and entry.received):
        raise RowError("ROW_UNPAIRED_LEG", f"{said!r} needs what was given and what was received; one side is empty")
    return TRANSFER if name == "transfer" else TAGS.meaning(tag, entry)
