"""Delta: the CSV of a portfolio, with crypto, shares and money.

Fees come on top of the amounts. An asset may carry its name (`SOL (Solana)`). The account is the broker, else the exchange. A deposit says
what it came from, which makes it income for some sources; a dividend is money in the quote columns and names its share as the base.
Times have an offset.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

from taxlots.importers.records import Intake, Row, RowError, Table
from taxlots.importers.times import time
from taxlots.importers.tools.tax_program_cells import Part, part, wallet
from taxlots.importers.tools.tax_programs import DERIVATIVE, TRADE, TRANSFER, Entry, Labels, read_each

REQUIRED = ("Date", "Way", "Base amount", "Base currency (name)", "Base type", "Quote amount", "Quote currency")

WAYS = Labels(
    both={"BUY": TRADE, "SELL": TRADE},
    incoming={
        "DEPOSIT": TRANSFER,
        "DIVIDEND": "income:dividend",
        "DEPOSIT from DIVIDENDS": "income:staking",
        "DEPOSIT from STAKING": "income:staking",
        "DEPOSIT from MINING": "income:mining",
        "DEPOSIT from AIRDROP": "income:airdrop",
        "DEPOSIT from FORK": "income:fork",
    },
    outgoing={"WITHDRAW": TRANSFER},
)
_EARNED = {"DIVIDENDS", "STAKING", "MINING", "AIRDROP", "FORK"}
_CLASSES = {"CRYPTO": None, "FIAT": None, "STOCK": "security", "ETF": "security", "FUND": "fund", "MUTUALFUND": "fund"}
_DERIVATIVES = {"FUTURE", "FUTURES", "OPTION", "OPTIONS", "CFD"}


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """One transaction per row; `zone` is used for times without an offset. Raises nothing."""
    return read_each(tables, lambda _table: lambda row: _entry(row, zone))


def _entry(row: Row, zone: tzinfo) -> tuple[Entry, str]:
    way, kind = row.text("Way").upper(), row.text("Base type").upper()
    if kind not in _CLASSES and kind not in _DERIVATIVES:
        raise RowError("ROW_UNKNOWN_KIND", f"base type {kind!r} is not known", f"Known: {', '.join(_CLASSES)}.")
    base, quote = _part(row, "Base amount", "Base currency (name)"), _part(row, "Quote amount", "Quote currency")
    sent, received = {
        "BUY": (quote, base),
        "SELL": (base, quote),
        "WITHDRAW": (base, None),
        "DIVIDEND": (None, quote),
    }.get(way, (None, base))
    at, date_only = time(row, "Date", zone)
    entry = Entry(
        rows=(row,),
        time=at,
        date_only=date_only,
        account=wallet(row.text("Broker") or row.text("Exchange"), "delta"),
        sent=sent,
        received=received,
        fee=_part(row, "Fee amount", "Fee currency (name)"),
        note=row.text("Notes") or None,
        asset_class=None if way == "DIVIDEND" else _CLASSES.get(kind),
    )
    if way == "DIVIDEND":
        share = _ticker(row.text("Base currency (name)"))
        entry = replace(entry, note=f"{share}: {entry.note}" if entry.note else share)
    said = WAYS.meaning(_way(row, way), entry)
    return entry, DERIVATIVE if kind in _DERIVATIVES else said


def _way(row: Row, way: str) -> str:
    source = row.text("Sent/Received from").upper()
    return f"DEPOSIT from {source}" if way == "DEPOSIT" and source in _EARNED else way


def _part(row: Row, quantity: str, asset: str) -> Part | None:
    found = part(row, quantity, asset)
    return Part(found.quantity, _ticker(found.asset)) if found else None


def _ticker(text: str) -> str:
    return re.sub(r"\s*\(.*\)$", "", text.strip()).upper()
