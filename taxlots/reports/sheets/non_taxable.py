"""Non-taxable: transfers with both ends and how sure the pairing is, ends that stand alone, gifts, splits, conversions and the like."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.kinds import is_fiat
from taxlots.ledger.entry_columns import OUTSIDE
from taxlots.reports.sheets.book import Field, Layout, Workbook
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import exact_text

Row = dict[str, Any]
_KINDS = (
    *("transfer", "deposit", "withdrawal", "gift-in", "gift-out", "donation", "inheritance", "theft", "lost"),
    *("convert", "split", "spin-off", "return-of-capital", "adjust"),
)
_NOTE = (
    "What changed accounts, units or names without a sale. A transfer is one row with the file and row of both ends, and says how its ends "
    f"were paired. Basis carried: what lots took along; '{OUTSIDE}': no other end is known in this history."
)
_ONE_ROW = "one row names both accounts"
_NO_SENDER = "no other end is known: basis 0"
_NO_RECEIVER = f"no other end is known: lots in '{OUTSIDE}'"


def moved(facts: Facts) -> list[Row]:
    """The rows of the period in the order of time, with the basis that went along or came in (None: no lot moved)."""
    ledger = facts.session.ledger
    rows = ledger.transactions
    kinds = pa.array(rows["kind"].array)
    chosen = rows[pc.is_in(kinds, pa.array(_KINDS)).to_numpy(zero_copy_only=False)]
    basis = _basis(facts)
    found = []
    for row in frames.records(chosen):
        row["local"] = facts.local(row["time"])
        if facts.content.year in {None, row["local"].year} and not _about_money(row):
            own = row["home_value"] if row["kind"] == "inheritance" else row["basis"]
            row["carried"] = basis.get(row["id"], own)
            found.append(row)
    return found


def _about_money(row: Row) -> bool:
    return is_fiat(row["sent_asset"] or row["received_asset"])


def _basis(facts: Facts) -> dict[str, Decimal]:
    """Basis by transaction of what left without a sale."""
    moves = facts.session.book.moves
    names, amounts = (frames.listed(pa.array(moves[name].array)) for name in ("transaction_id", "basis"))
    found: dict[str, Decimal] = {}
    with exact.exactly():
        for name, amount in zip(names, amounts, strict=True):
            found[name] = found.get(name, Decimal(0)) + amount
    return found


def _pairing(row: Row) -> str:
    """How the two ends were found, and how sure that is."""
    if row["kind"] == "transfer":
        return row["match"] or _ONE_ROW
    if row["kind"] == "deposit":
        return _NO_SENDER if row["basis"] is None else "basis and date are given"
    return _NO_RECEIVER if row["kind"] == "withdrawal" else ""


def _from(row: Row) -> str:
    return "" if row["kind"] in {"deposit", "gift-in", "inheritance"} else row["account"]


def _to(row: Row) -> str:
    if row["kind"] in {"transfer", "withdrawal"}:
        return row["counter_account"] or OUTSIDE
    return "" if row["kind"] in {"gift-out", "donation", "theft", "lost"} else row["account"]


def _lost(row: Row) -> Decimal | None:
    """What did not arrive of a transfer: the network's fee, which is a disposal."""
    if row["kind"] != "transfer" or row["sent_quantity"] is None or row["received_quantity"] is None:
        return None
    short: Decimal = exact.CONTEXT.subtract(row["sent_quantity"], row["received_quantity"])
    return short if short > 0 else None


def _in_full(row: Row) -> str | None:
    full = [exact_text(row[name]) for name in ("sent_quantity", "received_quantity") if row[name] is not None]
    return " -> ".join(text for text in dict.fromkeys(full) if text) or None


def _fields(facts: Facts) -> tuple[Field, ...]:
    return (
        Field("time", "When (local)", 17, "time", lambda r: r["local"]),
        Field("kind", "Kind", 15, "text", lambda r: r["kind"]),
        Field("from", "From account", 16, "text", _from),
        Field("sent_asset", "Asset out", 9, "text", lambda r: r["sent_asset"]),
        Field("sent", "Quantity out", 17, "quantity", lambda r: r["sent_quantity"]),
        Field("to", "To account", 16, "text", _to),
        Field("received_asset", "Asset in", 9, "text", lambda r: r["received_asset"]),
        Field("received", "Quantity in", 17, "quantity", lambda r: r["received_quantity"]),
        Field("lost", "Lost on the way", 15, "quantity", _lost, "ROUND({sent}-{received},18)"),
        Field("carried", "Basis carried", 14, "money", lambda r: r["carried"]),
        Field("pairing", "How the ends were paired", 42, "wrap", _pairing),
        Field("exact", "Quantity in full, where a number is too short", 24, "wrap", _in_full),
        Field("utc", "When (UTC)", 17, "time", lambda r: r["time"]),
        Field("id", "Transaction", 26, "text", lambda r: r["id"]),
        Field("txid", "Hash on the chain", 26, "text", lambda r: r["txid"]),
        Field("sources", "File and row of each end", 44, "wrap", lambda r: facts.places(r["sources"])),
    )


def write(book: Workbook) -> None:
    """The sheet."""
    facts = book.facts
    empty = f"No transfers, gifts, splits or conversions in {facts.period}."
    book.table(Layout("Non-taxable", _fields(facts), empty, _NOTE, 2, "exact"), moved(facts))
