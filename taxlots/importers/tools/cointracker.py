"""CoinTracker: the transaction history export and the import file.

What was sent contains the fee, what was received is what is left after it; a fee in a third asset comes on top. An export names the
wallet as `Coinbase - BTC Wallet`; the import file names none, so its account is `cointracker`. Types are written in capitals or not,
and older exports say by tags what a receipt or a send was. Pionex gives its trades in the import format too, told by the file's name only;
there fees come on top of the amounts, and times have minutes. The cost bases of the export are CoinTracker's own results and not used,
except that of income, which is its value. A history that was cut off ends with a row of dots.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo

from taxlots.importers.records import Intake, Row, RowError, Source, Table
from taxlots.importers.times import time
from taxlots.importers.tools.tax_program_cells import currency_column, part, unique_ids, valued, wallet
from taxlots.importers.tools.tax_programs import LOAN, MARGIN, POOL, RESULT, TRADE, TRANSFER, Entry, Labels, Maker, contained, read_each

EXPORT = ("Date", "Type", "Received Quantity", "Received Currency", "Received Wallet", "Sent Quantity", "Sent Currency", "Sent Wallet")
IMPORT = ("Date", "Received Quantity", "Received Currency", "Sent Quantity", "Sent Currency", "Fee Amount", "Fee Currency", "Tag")

_IN = {
    "airdrop": "income:airdrop",
    "mint": "income:airdrop",
    "fork": "income:fork",
    "mined": "income:mining",
    "mining": "income:mining",
    "mining reward": "income:mining",
    "payment": "income:other",
    "income": "income:other",
    "other income": "income:other",
    "staked": "income:staking",
    "staking": "income:staking",
    "staking reward": "income:staking",
    "interest": "income:interest",
    "interest payment": "income:interest",
    "reward": "income:reward",
    "cashback": "income:reward",
    "gift": "gift-in",
    "gift received": "gift-in",
    "unstake": POOL,
    "margin rebate": RESULT,
}
_OUT = {
    "gift": "gift-out",
    "gift sent": "gift-out",
    "lost": "lost",
    "stolen": "theft",
    "donation": "donation",
    "payment": "spend",
    "spend": "spend",
    "fee": "fee",
    "stake": POOL,
    "margin fee": "fee",
}
_RESULTS = dict.fromkeys(("margin gain", "margin loss", "futures"), RESULT)
_IN |= _RESULTS
_OUT |= _RESULTS
_ANY = {"spam": "aside: marked as spam", "margin": MARGIN} | dict.fromkeys(("borrow", "repay", "loan", "collateral"), LOAN)
_TWO_SIDED = _ANY | dict.fromkeys(_RESULTS, MARGIN)
TAGS = Labels(
    both={"": TRADE, "stake": TRADE, "unstake": TRADE} | _TWO_SIDED,
    incoming={"": TRANSFER} | _IN | _ANY,
    outgoing={"": TRANSFER} | _OUT | _ANY,
)
_TRADES = dict.fromkeys(("buy", "sell", "trade", "multi token trade", "stake", "unstake", "mint"), TRADE) | {
    "wrap": "convert",
    "unwrap": "convert",
}
TYPES = Labels(
    both=_TRADES | {"transfer": TRANSFER} | _TWO_SIDED,
    incoming={"receive": TRANSFER, "transfer": TRANSFER} | _IN | _ANY,
    outgoing={"send": TRANSFER, "transfer": TRANSFER} | _OUT | _ANY,
)


def read_export(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The transaction history export. Raises nothing."""
    ids = unique_ids(tables, "Transaction ID")
    return read_each(tables, lambda table: _export(table, ids))


def read_import(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The import file. Raises nothing."""
    return read_each(tables, lambda _table: _import)


def _export(table: Table, ids: Mapping[Source, str]) -> Maker:
    basis, currency = currency_column(table, r"Received Cost Basis(?: \((?P<code>[A-Z]{3})\))?")

    def make(row: Row) -> tuple[Entry, str]:
        _check_not_cut(row)
        entry = contained(_stated(row))
        sender, receiver = (row.text(name).split(" - ")[0] for name in ("Sent Wallet", "Received Wallet"))
        entry = replace(
            entry,
            account=wallet(sender or receiver, "cointracker"),
            counter=wallet(receiver or sender, "cointracker"),
            id=ids[row.source],
            txid=row.text("Transaction Hash") or None,
            note=row.text("Received Comment") or row.text("Sent Comment") or None,
        )
        said = _said(row, entry)
        return replace(entry, value=valued(row, basis, currency or "USD") if said.startswith("income:") else None), said

    return make


def _import(row: Row) -> tuple[Entry, str]:
    _check_not_cut(row)
    pionex = "pionex" in row.file.rpartition("/")[2].lower()
    entry = replace(_stated(row), account="pionex", date_only=True) if pionex else contained(_stated(row))
    return entry, TAGS.meaning(row.text("Tag"), entry)


def _check_not_cut(row: Row) -> None:
    if row.text("Date") in {"...", "…"}:
        hint = "Export the full history; a free account may export a part of it only."
        raise RowError("ROW_TRUNCATED", "the history is cut off here, the rows after it are missing", hint)


def _stated(row: Row) -> Entry:
    at, date_only = time(row, "Date", UTC)
    return Entry(
        rows=(row,),
        time=at,
        date_only=date_only,
        account="cointracker",
        sent=part(row, "Sent Quantity", "Sent Currency"),
        received=part(row, "Received Quantity", "Received Currency", either_sign=False),
        fee=part(row, "Fee Amount", "Fee Currency"),
    )


def _said(row: Row, entry: Entry) -> str:
    """By the type; where it only says the direction, by the tag."""
    if row.text("Ignored").casefold() in {"true", "yes", "1"}:
        return "aside: ignored in CoinTracker"
    said = TYPES.meaning(row.text("Type"), entry)
    tag = row.text("Received Tag") or row.text("Sent Tag")
    return TAGS.meaning(tag, entry) if tag and said == TRANSFER and not (entry.sent and entry.received) else said
